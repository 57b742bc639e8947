from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.conflicts import Conflict, Frame, Planned, conflicts_of
from meetings.forms.programme import (
    Choices,
    CompareForm,
    EditorForm,
    EditorRows,
    ProgrammeRowForm,
    PublishForm,
    ShiftForm,
    initial_of,
    read_field,
)
from meetings.models import Meeting, ProgrammeVersion, Sitting
from meetings.permissions import can_edit, can_see_inside
from meetings.programme import (
    Change,
    Names,
    Row,
    Rows,
    clusters,
    copied,
    day_of,
    differences,
    in_order,
    in_words,
    instants,
    merged,
    moved,
    pause_before,
    placed,
    row_after,
    shifted,
)
from meetings.views.tabs import meeting_tabs
from portal import work
from portal.clocks import Place
from portal.models import Party
from portal.refusal import Refused
from portal.views.deed import refusals_shown

STEP = 15  # minutes by which a row is moved at a press


def _visible(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)


# --- reading --------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A sitting as the programme shows it."""

    sitting: Sitting
    parallel: bool  # whether another one runs at the same time


def days_of(sittings: Iterable[Sitting], places: Sequence[Place]) -> list[tuple[date, list[Line]]]:
    """The programme by the days of the first clock shown, with what runs in parallel marked."""
    days: dict[date, list[Sitting]] = defaultdict(list)
    for sitting in sorted(sittings, key=lambda one: one.starts_at):
        days[sitting.day_in(places[0].zone)].append(sitting)
    return [(day, _lines(those)) for day, those in sorted(days.items())]


def _lines(sittings: Sequence[Sitting]) -> list[Line]:
    on = [one for one in sittings if not one.is_cancelled]
    return [Line(sitting, _runs_beside(sitting, on)) for sitting in sittings]


def _runs_beside(sitting: Sitting, others: Iterable[Sitting]) -> bool:
    return not sitting.is_cancelled and any(
        other.pk != sitting.pk and sitting.runs_beside(other) for other in others
    )


@login_not_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The programme alone, to be printed and laid on the table."""
    meeting = _visible(request, pk)
    sittings = Sitting.objects.visible_to(request.user).filter(meeting=meeting)
    places = meeting.places(request.user)
    context = {
        "meeting": meeting,
        "days": days_of(sittings.for_programme(), places),
        "places": places,
    }
    return render(request, "meetings/programme_sheet.html", context)


def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every programme that was published, and what differs between any two of them."""
    meeting = _visible(request, pk)
    if not can_see_inside(request.user, meeting):
        raise PermissionDenied
    parties = meeting.sides(request.user)
    found = list(meeting.versions.all())
    form = CompareForm(request.GET or None)
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "versions": _with_changes(found, parties),
        "form": form,
        "compared": _compared(form, found, parties),
        "pending": _pending(meeting, parties),
        "draft": operations.draft_of(meeting),
        "may_edit": can_edit(request.user, meeting),
    }
    return render(request, "meetings/programme_versions.html", context)


def _with_changes(
    found: Sequence[ProgrammeVersion], parties: Sequence[Party]
) -> list[tuple[ProgrammeVersion, list]]:
    """Each version with its changes in words; what they name is looked up once for all."""
    changes = {version.pk: [Change(**one) for one in version.changes] for version in found}
    texts = iter(in_words([one for some in changes.values() for one in some], parties))
    return [(version, [next(texts) for _one in changes[version.pk]]) for version in found]


def _compared(
    form: CompareForm, found: Sequence[ProgrammeVersion], parties: Sequence[Party]
) -> dict[str, Any] | None:
    if not form.is_bound or not form.is_valid():
        return None
    by_number = {version.number: version for version in found}
    one = by_number.get(form.cleaned_data["earlier"])
    other = by_number.get(form.cleaned_data["later"])
    if one is None or other is None:
        return None
    changes = in_words(differences(one.rows, other.rows), parties)
    return {"one": one, "other": other, "changes": changes}


def _pending(meeting: Meeting, parties: Sequence[Party]) -> list:
    """What a draft would change, for those in office."""
    draft = operations.draft_of(meeting)
    if draft is None:
        return []
    return in_words(differences(operations.published_rows(meeting), draft.rows), parties)


# --- the editor -----------------------------------------------------------------------


def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """Arrange all sittings of a meeting together; conflicts show before anything is saved."""
    meeting = _visible(request, pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    stored = operations.rows_to_edit(meeting)
    editor = Editor(request, meeting, stored)
    if request.method != "POST":
        return editor.page(stored, read=stored)
    return editor.answer()


class Editor:
    """One look at the editor: what was posted, what follows from it."""

    def __init__(self, request: HttpRequest, meeting: Meeting, stored: Rows) -> None:
        self.request, self.meeting, self.stored = request, meeting, stored
        self.parties = meeting.meant_for(request.user)
        self.known = {row["uid"]: row for row in stored}
        self.choices = Choices.of(meeting, self.parties, stored)

    def _rows(self, data: Any = None, rows: Rows = ()) -> Any:
        return EditorRows(
            data,
            prefix="rows",
            initial=[initial_of(row) for row in rows] if data is None else None,
            form_kwargs={"choices": self.choices, "known": self.known},
        )

    def answer(self) -> HttpResponse:
        """Do what was asked for; what was typed stays whatever happens."""
        about = EditorForm(self.request.POST)
        formset = self._rows(self.request.POST)
        about.is_valid()
        read, deed = about.rows_read, about.cleaned_data.get("do") or "save"
        if not formset.is_valid():
            checking = deed == "check" and "HX-Request" in self.request.headers
            return self.page(formset=formset, read=read, checking=checking)
        if deed == "save":
            return self._save(formset.rows, read, about.sentences_seen)
        rows = arranged(formset.rows, deed, self.request.POST, self.meeting)
        for row in rows:
            self.known.setdefault(row["uid"], row)
        return self.page(rows, read=read, arranged=deed != "check")

    def _save(self, rows: Rows, read: Rows, seen: set[str]) -> HttpResponse:
        conflicts = self._conflicts(rows)
        if any(one.refused or one.sentence not in seen for one in conflicts):
            return self.page(rows, read=read, held_back=True)
        try:
            operations.save_programme(self.meeting, rows=rows, read=read, by=self.request.user)
        except operations.ChangedMeanwhile as error:
            return self._beside(rows, read, error)
        except Refused as error:
            return self.page(rows, read=read, refusals=error.sentences)
        if self.meeting.was_announced:
            messages.success(
                self.request, _("Saved as a draft. Nobody is told before you publish it.")
            )
        else:
            messages.success(self.request, _("Saved."))
        return redirect("programme", self.meeting.pk)

    def _beside(self, rows: Rows, read: Rows, error: Any) -> HttpResponse:
        """What was typed on top of what somebody else has stored, and what that was."""
        together = merged(read, rows, error.stored)
        theirs = in_words(differences(read, error.stored), self.parties)
        yours = in_words(differences(error.stored, together), self.parties)
        self.known = {row["uid"]: row for row in [*together, *error.stored]}
        self.choices = Choices.of(self.meeting, self.parties, together)
        return self.page(
            together, read=error.stored, refusals=error.sentences, theirs=theirs, yours=yours
        )

    def page(
        self, rows: Rows | None = None, *, read: Rows, formset: Any = None, **more: Any
    ) -> HttpResponse:
        rows = in_order(rows or [])
        conflicts = [] if formset else self._conflicts(rows)
        formset = formset or self._rows(rows=rows)
        draft = operations.draft_of(self.meeting)
        context = {
            "meeting": self.meeting,
            "tabs": meeting_tabs(self.request, self.meeting),
            "formset": formset,
            "days": _form_days(formset.forms, rows, conflicts),
            "places": [party.place for party in self.parties],
            "conflicts": conflicts,
            "unreadable": formset.is_bound,
            "read": read_field(read),
            "seen": read_field([one.sentence for one in conflicts]),
            "draft": draft,
            "pending": _pending(self.meeting, self.parties),
            "publish": PublishForm(initial={"revision": draft.revision}) if draft else None,
            "step": STEP,
            "untouched": draft is not None and self.request.method == "GET",
            **more,
        }
        return render(self.request, "meetings/programme.html", context)

    def _conflicts(self, rows: Rows) -> list[Conflict]:
        return conflicts_between(self.meeting, rows, self.parties, self.request.user)


@dataclass(frozen=True)
class EditorLine:
    """A row's form with what the page says about it."""

    form: ProgrammeRowForm
    position: int = 0
    last: bool = False
    pause: int = 0  # minutes since the one before
    parallel: bool = False
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True)
class EditorDay:
    """One day of the editor; None holds the rows whose day cannot be read."""

    day: date | None
    lines: list[EditorLine]
    shift: ShiftForm | None


def _form_days(
    forms: Sequence[ProgrammeRowForm], rows: Rows, conflicts: Sequence[Conflict]
) -> list[EditorDay]:
    days: dict[date | None, list[EditorLine]] = defaultdict(list)
    beside = {row["uid"] for group in clusters(rows) if len(group) > 1 for row in group}
    places = {row["uid"]: index for index, row in enumerate(rows)}
    for form in forms:
        index = places.get(form.key)
        line = EditorLine(
            form,
            position=len(days[_day(form)]),
            pause=pause_before(rows, index) if index is not None else 0,
            parallel=form.key in beside,
            conflicts=tuple(one for one in conflicts if form.key in one.uids),
        )
        days[_day(form)].append(line)
    return [
        EditorDay(day, _ended(lines), ShiftForm(prefix=f"shift-{day}") if day else None)
        for day, lines in sorted(days.items(), key=lambda pair: pair[0] or date.max)
    ]


def _ended(lines: list[EditorLine]) -> list[EditorLine]:
    return [*lines[:-1], replace(lines[-1], last=True)]


def _day(form: ProgrammeRowForm) -> date | None:
    try:
        return form.fields["day"].to_python(form["day"].value())
    except ValidationError:
        return None


# --- arranging ------------------------------------------------------------------------


def arranged(rows: Rows, deed: str, posted: Any, meeting: Meeting) -> Rows:
    """The rows after a deed such as “up:<uid>” or “shift:<day>”; unknown ones change nothing."""
    name, _colon, rest = deed.partition(":")
    target, *more = rest.split(":")
    if name in {"add", "shift"}:
        return _of_day(rows, name, target, posted, meeting)
    row = next((one for one in rows if one["uid"] == target), None)
    deeds = {**ROW_DEEDS, "place": lambda rows, row: _put(rows, row, more)}
    return deeds[name](rows, row) if row and name in deeds else rows


def _of_day(rows: Rows, name: str, target: str, posted: Any, meeting: Meeting) -> Rows:
    try:
        day = date.fromisoformat(target)
    except ValueError:
        return rows
    if name == "add":
        return in_order([*rows, row_after(rows, day, meeting)])
    return shifted(rows, day, **ShiftForm(posted, prefix=f"shift-{day}").amount)


def _replaced(change: Callable[[Row], Row]) -> Callable[[Rows, Row], Rows]:
    return lambda rows, row: in_order([change(one) if one is row else one for one in rows])


def _position(rows: Rows, row: Row) -> int:
    return [one["uid"] for one in rows if one["day"] == row["day"]].index(row["uid"])


def _put(rows: Rows, row: Row, where: Sequence[str]) -> Rows:
    try:
        day, position = date.fromisoformat(where[0]), int(where[1])
    except (ValueError, IndexError):
        return rows
    return placed(rows, row["uid"], day, position)


ROW_DEEDS: dict[str, Callable[[Rows, Row], Rows]] = {
    "up": lambda rows, row: placed(rows, row["uid"], day_of(row), _position(rows, row) - 1),
    "down": lambda rows, row: _swapped_with_next(rows, row),
    "earlier": _replaced(lambda row: moved(row, minutes=-STEP)),
    "later": _replaced(lambda row: moved(row, minutes=STEP)),
    "copy": lambda rows, row: in_order([*rows, copied(row)]),
    "remove": lambda rows, row: [one for one in rows if one is not row],
}


def _swapped_with_next(rows: Rows, row: Row) -> Rows:
    """Down is the next one going up."""
    that_day = [one for one in rows if one["day"] == row["day"]]
    index = _position(rows, row) + 1
    if index == len(that_day):
        return rows
    return placed(rows, that_day[index]["uid"], day_of(row), index - 1)


# --- conflicts ------------------------------------------------------------------------


def conflicts_between(
    meeting: Meeting, rows: Rows, parties: Sequence[Party], user: Any
) -> list[Conflict]:
    """What speaks against these rows, as far as the user may know of it."""
    names = Names.of(parties, rows)
    planned = [one for row in rows if (one := _planned(row, names))]
    if not planned:
        return []
    frame = Frame(
        parties=parties,
        first=meeting.starts_on,
        last=meeting.ends_on,
        zone=meeting.zone,
        is_exact=meeting.is_exact,
        host=meeting.host,
        elsewhere=_elsewhere(meeting, planned, user),
        registered=_registered(meeting, user),
    )
    return conflicts_of(planned, frame)


def _planned(row: Row, names: Names) -> Planned | None:
    span = instants(row)
    if span is None:
        return None
    room = names.rooms.get(row["room"])
    chairs = (chair["person"] for chair in row["chairs"])
    return Planned(
        uid=row["uid"],
        label=names.label(row),
        kind=row["kind"],
        mode=row["mode"],
        zone=row["zone"],
        start=span[0],
        end=span[1],
        room=row["room"],
        room_label=str(room or ""),
        city=room.city if room and not room.is_virtual else "",
        people={pk: str(names.people[pk]) for pk in chairs if pk in names.people},
    )


def _elsewhere(meeting: Meeting, planned: Sequence[Planned], user: Any) -> list[Planned]:
    """Other meetings' sittings at that time: in the same rooms, and visible ones of the people."""
    others = (
        Sitting.objects.taking_place()
        .exclude(meeting=meeting)
        .filter(
            starts_at__lt=max(one.end for one in planned),
            ends_at__gt=min(one.start for one in planned),
        )
    )
    kept = others.keeping_rooms_from(meeting.side_id)
    rooms = kept.filter(room__in={one.room for one in planned if one.room})
    people = {person for one in planned for person in one.people}
    seen = Sitting.objects.visible_to(user).filter(pk__in=others.values("pk"))
    busy = seen.filter(chairs__person__in=people).distinct().select_related("area")
    return [
        *(_other(sitting, room=sitting.room_id) for sitting in rooms),
        *(_other(sitting, people=True) for sitting in busy.prefetch_related("chairs__person")),
    ]


def _other(sitting: Sitting, *, room: int | None = None, people: bool = False) -> Planned:
    return Planned(
        uid=str(sitting.uid),
        label=sitting.label if people else "",
        kind=sitting.kind,
        mode=sitting.mode,
        zone=sitting.zone,
        start=sitting.starts_at,
        end=sitting.ends_at,
        room=room,
        people={one.person_id: str(one.person) for one in sitting.chairs.all()} if people else {},
    )


def _registered(meeting: Meeting, user: Any) -> list[frozenset[str]]:
    uids = {pk: str(uid) for pk, uid in meeting.sittings.taking_place().values_list("pk", "uid")}
    return [frozenset(uids[pk] for pk in some) for some in work.registered_for(list(uids), user)]


# --- publishing -----------------------------------------------------------------------


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the draft in force, and tell those concerned."""
    meeting = _visible(request, pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    form = PublishForm(request.POST)
    with refusals_shown(request):
        if not form.is_valid():
            raise Refused(*(text for some in form.errors.values() for text in some))
        operations.publish_programme(meeting, by=request.user, **form.cleaned_data)
        messages.success(request, _("Published. Those concerned are told."))
        return redirect(meeting)
    return redirect("programme", meeting.pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    meeting = _visible(request, pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    form = PublishForm(request.POST)
    with refusals_shown(request):
        revision = form.cleaned_data["revision"] if form.is_valid() else 0
        operations.discard_draft(meeting, revision=revision, by=request.user)
        messages.success(request, _("The draft is discarded. The programme stays as it holds."))
    return redirect("programme", meeting.pk)
