"""One table of all participants of a meeting: sought, narrowed, marked, exported."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations import export, operations
from delegations.forms.participant import COLUMNS, USUAL, ColumnsForm, DeedForm, TableForm
from delegations.models import Delegate
from delegations.permissions import can_decide, can_see_delegations, sides_known_closely
from delegations.selection import COUNTED, Selection
from meetings.models import Meeting
from meetings.permissions import sides_at
from meetings.views.tabs import meeting_tabs

MOST = operations.MOST
OUTCOME = "participants-outcome"
LIKED = "participants-columns"


def participants(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes, of all sides as far as the reader may know."""
    meeting = _visible(request, pk)
    selection = _selection(request, meeting, request.GET)
    page = selection.page(request.GET.get("after", ""))
    counts, columns = selection.counts(), _columns(request)
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "selection": selection,
        "wanted": selection.wanted,
        "page": page,
        "rows": [(one, can_decide(request.user, one)) for one in page.rows],
        "is_first": "after" not in request.GET,
        "counts": _counted(counts),
        "filters": _filters(request, meeting),
        "columns": columns,
        "shown": [(name, COLUMNS[name]) for name in columns],
        "narrowed": len(selection.wanted.keys() - {"q", "status", "sort"}),
        "address": urlencode(selection.wanted),
        "columns_form": ColumnsForm(),
        "known_closely": sides_known_closely(request.user, meeting),
        **_deeds(request, meeting, selection),
    }
    return render(request, "delegations/participants.html", context)


def _visible(request: HttpRequest, pk: int) -> Meeting:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_delegations(request.user, meeting):
        raise PermissionDenied
    return meeting


def _selection(request: HttpRequest, meeting: Meeting, asked: QueryDict) -> Selection:
    return Selection(meeting, request.user, TableForm(asked).wanted)


def _counted(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """(status, its words, how many the reader may see), those that there are."""
    return [
        (value, label, counts[value])
        for value, label in Delegate.Status.choices
        if counts.get(value)
    ]


def _columns(request: HttpRequest) -> list[str]:
    """The columns this person likes, in the order of the table."""
    liked = request.session.get(LIKED, USUAL)
    return [name for name in COLUMNS if name in liked]


def _filters(request: HttpRequest, meeting: Meeting) -> list[tuple[str, Any, list]]:
    """(name, words, what can be chosen) of each filter."""
    sittings = list(meeting.sittings.select_related("area").order_by("starts_at", "pk"))
    areas = {one.area.pk: str(one.area) for one in sittings if one.area}
    sides = [(party.code, party.label) for party in meeting.sides(request.user)]
    return [
        ("side", _("Side"), sides),
        ("capacity", _("Capacity"), Delegate.Capacity.choices),
        ("track", _("How they came"), Delegate.Track.choices),
        ("sector", _("Sector"), Delegate.Sector.choices),
        ("mode", _("Takes part"), Delegate.Attendance.choices),
        ("sitting", _("Sitting"), [(str(one.pk), one.label) for one in sittings]),
        ("area", _("Area"), [(str(key), label) for key, label in areas.items()]),
        ("came", _("Came"), [("yes", _("Came")), ("no", _("Did not come"))]),
    ]


def _deeds(request: HttpRequest, meeting: Meeting, selection: Selection) -> dict[str, Any]:
    """What those may do to many who decide for a side."""
    if not sides_at(request.user, meeting, "focal_point"):
        return {"deeds": []}
    number = selection.number()
    return {
        "deeds": operations.DEEDS.values(),
        "number": min(number, COUNTED),
        "is_more": number > COUNTED,
    }


@require_POST
def keep_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep which columns this person likes to see."""
    _visible(request, pk)
    form = ColumnsForm(request.POST)
    if form.is_valid():
        request.session[LIKED] = form.cleaned_data["columns"]
    return redirect(_table(pk, request.POST.get("asked", "")))


def _table(pk: int, asked: str) -> str:
    """The table as it was narrowed; only what its form understands is taken over."""
    wanted = urlencode(TableForm(QueryDict(asked[:2000])).wanted)
    return f"{reverse('participants', args=[pk])}{'?' if wanted else ''}{wanted}"


# --- taken away -------------------------------------------------------------------------


@never_cache
def export_file(request: HttpRequest, pk: int) -> FileResponse:
    """The selection as a table: what its reader may see and no more; the history says who."""
    meeting = _visible(request, pk)
    selection = _selection(request, meeting, request.GET)
    kind = request.GET.get("as", "excel")
    rows = export.table(
        selection.rows, meeting, known_closely=sides_known_closely(request.user, meeting)
    )
    operations.note_export(meeting, by=request.user)
    name = f"participants-{pk}"
    with NamedTemporaryFile() as made:
        if kind in export.SEPARATORS:
            export.write_csv(made, rows, export.SEPARATORS[kind])
            name = f"{name}.csv"
        else:
            export.write_excel(made, rows, _("Participants"))
            name = f"{name}.xlsx"
        made.flush()
        # Its name goes at once, its content when the last of it is sent.
        return FileResponse(Path(made.name).open("rb"), as_attachment=True, filename=name)


# --- many at once -----------------------------------------------------------------------


@never_cache
@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be done to whom, and why not to the others, before anything is."""
    return _summary(request, _deciding(request, pk))


def _deciding(request: HttpRequest, pk: int) -> Meeting:
    meeting = _visible(request, pk)
    if not sides_at(request.user, meeting, "focal_point"):
        raise PermissionDenied
    return meeting


def _summary(request: HttpRequest, meeting: Meeting, form: DeedForm | None = None) -> HttpResponse:
    asked, deed = request.POST.get("asked", ""), request.POST.get("deed", "")
    rows = _marked(request, meeting)
    if deed not in operations.DEEDS or not rows:
        messages.warning(
            request, _("Nothing was done. Mark at least one person and choose what is to be done.")
        )
        return redirect(_table(meeting.pk, asked))
    outlook = operations.outlook(rows, deed, by=request.user)
    return render(
        request,
        "delegations/participants_mark.html",
        {
            "meeting": meeting,
            "deed": operations.DEEDS[deed],
            "form": form or _deed_form(deed),
            "asked": asked,
            "back": _table(meeting.pk, asked),
            "keys": ",".join(str(row.pk) for row in rows),
            "people": _named(rows, outlook.done),
            "skipped": _reasons(rows, outlook.skipped),
            "is_cut": len(rows) == MOST,
            "most": MOST,
        },
    )


def _deed_form(deed: str, data: QueryDict | None = None) -> DeedForm:
    return DeedForm(data, initial={"deed": deed}, asks=operations.DEEDS[deed].asks)


def _marked(request: HttpRequest, meeting: Meeting) -> list[Delegate]:
    """Those marked on the page, or all who match: as far as the reader may see them."""
    if "all" in request.POST:
        rows = _selection(request, meeting, QueryDict(request.POST.get("asked", "")[:2000])).rows
    else:
        rows = _rows(request, meeting, _keys(request.POST))
    found = list(rows.for_list().order_by(*_first_possible(request, meeting), "pk")[:MOST])
    for row in found:
        row.meeting = row.delegation.meeting = meeting  # with its bodies at hand
    return found


def _keys(post: QueryDict) -> list[int]:
    """The marks of the page, or all of them in one field: a form takes no thousand fields."""
    keys = [*post.getlist("delegate"), *post.get("delegates", "")[:20_000].split(",")]
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]


def _first_possible(request: HttpRequest, meeting: Meeting) -> list[Case]:
    """Where more match than can be done at once, those to whom it can be done come first."""
    deed = operations.DEEDS.get(request.POST.get("deed", ""))
    own = sides_at(request.user, meeting, "focal_point")
    possible = Q(status__in=deed.sources if deed else (), delegation__party__in=own)
    return [Case(When(possible, then=Value(0)), default=Value(1))]


def _named(rows: Iterable[Delegate], keys: Iterable[int]) -> list[Delegate]:
    wanted = set(keys)
    return [row for row in rows if row.pk in wanted]


def _reasons(
    rows: Iterable[Delegate], skipped: dict[str, list[int]]
) -> list[tuple[str, list[Delegate]]]:
    return [(sentence, _named(rows, keys)) for sentence, keys in skipped.items()]


@never_cache
@require_POST
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Do it to those whom the summary named, each for itself."""
    meeting = _deciding(request, pk)
    deed = request.POST.get("deed", "")
    if deed not in operations.DEEDS:
        return _summary(request, meeting)
    form = _deed_form(deed, request.POST)
    if not form.is_valid():
        return _summary(request, meeting, form)
    outcome = operations.decide(
        _marked(request, meeting),
        deed,
        by=request.user,
        reason=form.cleaned_data.get("reason", ""),
        capacity=form.cleaned_data.get("capacity", ""),
    )
    request.session[OUTCOME] = {
        "meeting": pk,
        "asked": request.POST.get("asked", ""),
        "deed": deed,
        "done": outcome.done,
        "skipped": outcome.skipped,
    }
    return redirect("participants-done", pk)


@never_cache
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Which rows it was done to, and why not to the others."""
    meeting = _visible(request, pk)
    outcome = request.session.get(OUTCOME, {})
    if outcome.get("meeting") != pk:
        return redirect("participants", pk)
    keys = [*outcome["done"], *(key for keys in outcome["skipped"].values() for key in keys)]
    rows = _rows(request, meeting, keys)
    number = len(outcome["done"])
    return render(
        request,
        "delegations/participants_done.html",
        {
            "meeting": meeting,
            "deed": operations.DEEDS[outcome["deed"]],
            "sentence": ngettext(
                "Done for %(number)s person.", "Done for %(number)s people.", number
            )
            % {"number": number},
            "people": _named(rows, outcome["done"]),
            "skipped": _reasons(rows, outcome["skipped"]),
            "back": _table(pk, outcome["asked"]),
        },
    )


def _rows(request: HttpRequest, meeting: Meeting, keys: list[int]) -> QuerySet[Delegate]:
    return Delegate.objects.visible_to(request.user).filter(meeting=meeting, pk__in=keys)
