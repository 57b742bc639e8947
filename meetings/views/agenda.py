from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.agenda import STEPS, Order, Point, as_seen, lines, reporting, tree
from meetings.forms.agenda import (
    BeginForm,
    ChangePointForm,
    LatePointForm,
    MoveForm,
    NewPointForm,
    NoteForm,
    speaker_rows,
)
from meetings.forms.item import KeyForm
from meetings.models import Agenda, AgendaItem, AgendaNote, Meeting, Paper, Sitting, standing
from meetings.permissions import (
    can_edit_agenda,
    can_edit_point,
    can_see_inside,
    proposing_sides,
    sides_at,
)
from meetings.transitions import AGENDA, LATE, POINT, POINTS
from meetings.views.tabs import meeting_tabs
from portal.agreement import Agreement, Seal
from portal.models import Entry, Party
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

Status = AgendaItem.Status


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)


def _agenda(request: HttpRequest, meeting: Meeting) -> Agenda:
    """The meeting's agenda; one that nobody has begun yet is not stored."""
    stored = Agenda.objects.visible_to(request.user).filter(meeting=meeting).first()
    agenda = stored or Agenda(meeting=meeting)
    agenda.meeting = meeting
    return agenda


def _point(request: HttpRequest, pk: int) -> AgendaItem:
    """A point that the reader may see, with its meeting; for those in office alone."""
    found = AgendaItem.objects.visible_to(request.user)
    item = get_object_or_404(found.select_related("agenda", "proposer", "area"), pk=pk)
    item.agenda.meeting = _meeting(request, item.agenda.meeting_id)
    if not can_see_inside(request.user, item.agenda.meeting):
        raise Http404
    return item


# --- reading --------------------------------------------------------------------------


@login_not_required
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda of a meeting: whole for those in office, its open points for others."""
    meeting = _meeting(request, pk)
    agenda = _agenda(request, meeting)
    inside = can_see_inside(request.user, meeting)
    points = _points(request, agenda, inside)
    office = _inside(request, agenda) if inside else {}
    if office.get("arranging"):
        _offer_steps(points, request.GET["arrange"])
    beginning = office.get("may_edit") and not points
    context = {
        "meeting": meeting,
        "agenda": agenda,
        "inside": inside,
        "begin_form": BeginForm(bodies=reporting(meeting, request.user)) if beginning else None,
        "tabs": meeting_tabs(request, meeting),
        "points": points,
        **office,
        **(_reckoned(meeting, points) if inside else {}),
    }
    return render(request, "meetings/agenda.html", context)


def _points(request: HttpRequest, agenda: Agenda, inside: bool) -> list[Point]:
    """The lines that the reader sees; where a point is closed to them, its number alone."""
    if not agenda.pk:
        return []
    papers = Prefetch("papers", Paper.objects.visible_to(request.user), to_attr="papers_seen")
    notes = _own_notes(request)
    items = agenda.items.listed().select_related("area", "proposer")
    items = items.prefetch_related("speakers__person", "speakers__party", papers, notes)
    points = tree(items)
    if not inside:
        visible = AgendaItem.objects.visible_to(request.user).filter(agenda=agenda)
        seen = set(visible.values_list("pk", flat=True))
        points = as_seen(points, seen) if seen else []
    return list(lines(points))


ARROWS = {"up": "↑", "down": "↓", "out": "←", "in": "→"}


def _offer_steps(points: list[Point], last: str) -> None:
    """Give each point the steps it can make; the one made last keeps the keyboard's focus.

    `last` is “down-7” after point 7 went down. A point that went as far as it can is left
    with the focus on its first step.
    """
    order = Order(point.item for point in points if point.item)
    step_made, _dash, number = last.partition("-")
    for point in points:
        if point.item:
            can = order.steps(point.item)
            moved = str(point.item.pk) == number
            focused = (step_made if step_made in can else next(iter(can), "")) if moved else ""
            point.steps = [(step, ARROWS[step], step in can, step == focused) for step in STEPS]


def _own_notes(request: HttpRequest) -> Prefetch:
    """What the reader's own side noted on each point."""
    notes = AgendaNote.objects.visible_to(request.user).select_related("party")
    return Prefetch("notes", notes, to_attr="notes_seen")


def _inside(request: HttpRequest, agenda: Agenda) -> dict:
    """What those in office see besides: keys, deeds, late points, own notes, history."""
    user, meeting = request.user, agenda.meeting
    may_edit = can_edit_agenda(user, meeting) and agenda.status != Agenda.Status.ADOPTED
    own = sides_at(user, meeting)
    return {
        "may_edit": may_edit,
        "arranging": may_edit and "arrange" in request.GET,
        "own_sides": [party for party in meeting.sides(user) if party.pk in own],
        "places": meeting.places(user),
        "may_propose": bool(proposing_sides(user, meeting)) and agenda.is_settled,
        "no_late": operations.no_late_additions(agenda),
        **(_stored(request, agenda, own) if agenda.pk else {}),
    }


def _stored(request: HttpRequest, agenda: Agenda, own: set[int]) -> dict:
    seals = POINTS.seals(agenda, own=standing(request.user).party_ids)
    late, removed = _aside(request, agenda)
    return {
        "seals": seals,
        "given": [seal.party.label for seal in seals if seal.state == "full"],
        "keys": _keys(POINTS, agenda, seals, request.user),
        "offers": AGENDA.offers(agenda, request.user),
        "late": late,
        "removed": removed,
        "entries": Entry.objects.about(agenda).visible_to(request.user, own)[:50],
    }


def _keys(agreement: Agreement, obj, seals: list[Seal], user) -> list[tuple[Party, bool]]:
    """The user's own keys with whether they are given, as long as they can be turned."""
    meeting = (obj if isinstance(obj, Agenda) else obj.agenda).meeting
    if meeting.is_over or obj.status == Agenda.Status.ADOPTED:
        return []
    given = {seal.party.pk: seal.state == "full" for seal in seals}
    return [(party, given[party.pk]) for party in agreement.parties_of(obj, user)]


def _reckoned(meeting: Meeting, points: list[Point]) -> dict:
    """How long the points take, and when they end if the first plenary session begins them."""
    total = points[-1].ends if points else 0
    plenary = meeting.sittings.taking_place().filter(
        kind=Sitting.Kind.PLENARY, wall__isnull=False, minutes__isnull=False
    )
    begins = plenary.order_by("starts_at").first() if total else None
    if begins is None:
        return {"total": total}
    ends = begins.starts_at + timedelta(minutes=total)
    too_long = max(0, total - begins.minutes)
    return {"total": total, "begins": begins, "ends": ends, "too_long": too_long}


def _aside(request: HttpRequest, agenda: Agenda) -> tuple[list[dict], list[AgendaItem]]:
    """What was proposed late, with its keys and deeds; and what was removed or not added."""
    notes = _own_notes(request)
    items = list(
        agenda.items.exclude(status=Status.LISTED)
        .select_related("area", "proposer")
        .prefetch_related("speakers__person", "speakers__party", notes)
    )
    for item in items:
        item.agenda = agenda
    late = [item for item in items if item.status == Status.LATE]
    keys = LATE.keys_of(late)
    return [_late(request, item, keys[item.pk]) for item in late], [
        item for item in items if item.status != Status.LATE
    ]


def _late(request: HttpRequest, item: AgendaItem, keys) -> dict:
    seals = LATE.seals(item, keys, own=standing(request.user).party_ids)
    return {
        "item": item,
        "seals": seals,
        "keys": _keys(LATE, item, seals, request.user),
        "offers": POINT.offers(item, request.user),
        "may_edit": can_edit_point(request.user, item),
    }


# --- writing --------------------------------------------------------------------------


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin with the usual points and the chosen reports, in one click."""
    meeting = _meeting(request, pk)
    if not can_edit_agenda(request.user, meeting):
        raise PermissionDenied
    form = BeginForm(request.POST, bodies=reporting(meeting, request.user))
    if not form.is_valid():
        messages.error(request, _("One of the bodies has just gone. Choose the reports again."))
        return redirect("agenda", meeting.pk)
    with refusals_shown(request):
        operations.begin_agenda(meeting, by=request.user, **form.cleaned_data)
        messages.success(
            request, _("The agenda is begun. Change, move and remove its points as you need.")
        )
    return redirect("agenda", meeting.pk)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a point to a provisional agenda."""
    meeting = _meeting(request, pk)
    if not can_edit_agenda(request.user, meeting):
        raise PermissionDenied
    agenda = _agenda(request, meeting)
    if agenda.is_settled:
        return redirect("late-new", meeting.pk)
    return _new_point(request, agenda, NewPointForm, AgendaItem(agenda=agenda))


def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a late addition to an agreed agenda, for the own side."""
    meeting = _meeting(request, pk)
    if not proposing_sides(request.user, meeting):
        raise PermissionDenied
    agenda = _agenda(request, meeting)
    sentences = operations.no_late_additions(agenda)
    for sentence in sentences:
        messages.error(request, sentence)
    if sentences and request.method != "POST":
        return redirect(agenda)
    return _new_point(request, agenda, LatePointForm, AgendaItem(agenda=agenda, status=Status.LATE))


def _new_point(request: HttpRequest, agenda: Agenda, form_class, item: AgendaItem) -> HttpResponse:
    late = form_class is LatePointForm
    points = list(lines(tree(agenda.items.listed()))) if agenda.pk else []
    form = form_class(
        request.POST or None,
        instance=item,
        user=request.user,
        points=points,
        initial={"place": request.GET.get("place", "end"), "outcome": "discuss"},
    )
    speakers = speaker_rows(request.POST or None, item, request.user)
    if request.method == "POST" and form.is_valid() & speakers.is_valid():
        store = operations.propose_late_point if late else operations.add_point
        try:
            stored = store(
                agenda if agenda.pk else operations.agenda_of(agenda.meeting),
                form.save(commit=False),
                to=form.to,
                speakers=speakers.speakers,
                by=request.user,
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _told(late))
            return redirect(stored)
    context = {"meeting": agenda.meeting, "form": form, "speakers": speakers, "late": late}
    return render(request, "meetings/agenda_point_new.html", context)


def _told(late: bool) -> str:
    if late:
        return _("Proposed. The co-chairs of all sides have been asked for their keys.")
    return _("The point is added.")


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a point; keys given to the agenda, or to a late point, are dropped."""
    item = _point(request, pk)
    if not can_edit_point(request.user, item):
        raise PermissionDenied
    form = ChangePointForm(request.POST or None, instance=item, user=request.user)
    speakers = speaker_rows(request.POST or None, item, request.user)
    differences: list = []
    if request.method == "POST" and form.is_valid() & speakers.is_valid():
        try:
            operations.change_point(
                item,
                changes={**form.changes, "speakers": speakers.speakers},
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except Refused as error:
            stored = _point(request, pk)
            form, differences = form.compared_with(stored)
            differences += _other_speakers(speakers, stored)
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect(_point(request, pk))
    stored = _point(request, pk)
    late = stored.status == Status.LATE
    seals = LATE.seals(stored) if late else POINTS.seals(stored.agenda)
    context = {
        "meeting": stored.agenda.meeting,
        "item": stored,
        "form": form,
        "speakers": speakers,
        "differences": differences,
        "dropping": [seal.party for seal in seals if seal.state == "full"],
        "may_remove": stored.status == Status.LISTED,
        "stands": stored.agenda.status == Agenda.Status.ADOPTED and not late,
    }
    return render(request, "meetings/agenda_point_change.html", context)


def _other_speakers(rows, stored: AgendaItem) -> list[tuple[str, str]]:
    """The stored speakers, where they are not those that were typed."""
    there = [(str(one), one.party_id, one.minutes) for one in stored.speakers.all()]
    typed = [(str(one), one.party_id, one.minutes) for one in rows.speakers]
    if there == typed:
        return []
    return [(_("Speakers"), ", ".join(name for name, *_rest in there))]


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a point up, down, in, out, or beside another."""
    item = _point(request, pk)
    if not can_edit_point(request.user, item):
        raise PermissionDenied
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown(request):
        operations.move_point(item, by=request.user, **form.cleaned_data)
    last = f"{form.cleaned_data['to'].partition(':')[0]}-{item.pk}"
    # No place on the page: where an address leads to one, browsers leave the focus alone.
    return redirect(f"{item.agenda.get_absolute_url()}?arrange={last}")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a point off the agenda, with what stands beneath it."""
    item = _point(request, pk)
    if not can_edit_point(request.user, item):
        raise PermissionDenied
    revision = request.POST.get("revision", "")
    if not revision.isdecimal():
        raise Http404
    with refusals_shown(request):
        operations.remove_point(item, revision=int(revision), by=request.user)
        messages.success(request, _("The point is removed. You can put it back below."))
    return redirect(item.agenda)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a removed point back."""
    item = _point(request, pk)
    if not can_edit_point(request.user, item):
        raise PermissionDenied
    with refusals_shown(request):
        operations.restore_point(item, by=request.user)
        messages.success(request, _("The point is back on the agenda."))
    return redirect(item)


# --- agreeing -------------------------------------------------------------------------


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Record as adopted: one row of the table of transitions."""
    agenda = get_object_or_404(Agenda.objects.visible_to(request.user), pk=pk)
    agenda.meeting = _meeting(request, agenda.meeting_id)
    if not can_see_inside(request.user, agenda.meeting):
        raise Http404
    return do_transition(request, AGENDA, agenda, name)


@require_POST
def point_do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Reject a late point or take it back: one row of the table of transitions."""
    return do_transition(request, POINT, _point(request, pk), name)


@require_POST
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to the agenda, or take it back."""
    meeting = _meeting(request, pk)
    agenda = _agenda(request, meeting)
    if not agenda.pk or not can_see_inside(request.user, meeting):
        raise Http404
    _turn(request, agenda, operations.agree_agenda, operations.take_back_agenda_key)
    return redirect(agenda)


@require_POST
def late_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to a late point, or take it back."""
    item = _point(request, pk)
    _turn(request, item, operations.agree_late_point, operations.take_back_late_key)
    return redirect(item)


def _turn(request: HttpRequest, obj, give, take_back) -> None:
    """Turn the key that the form names, and say so."""
    form = KeyForm(request.POST, parties=obj.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "give":
            give(obj, party=party, revision=form.cleaned_data["revision"], by=request.user)
            done = _("%(party)s has given its key.")
        else:
            take_back(obj, party=party, by=request.user)
            done = _("%(party)s has taken its key back.")
        messages.success(request, done % {"party": party.label})


# --- own notes ------------------------------------------------------------------------


def note(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    """What the own side notes on a point for itself."""
    item = _point(request, pk)
    party = _own_side(request, item, party_pk)
    stored = AgendaNote.objects.visible_to(request.user).filter(item=item, party=party).first()
    form = NoteForm(request.POST or None, note=stored)
    newer = ""
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_note(item, party=party, by=request.user, **form.cleaned_data)
        except Refused as error:
            newer = AgendaNote.objects.visible_to(request.user).get(item=item, party=party)
            data = {**form.data.dict(), "revision": newer.revision}
            form = NoteForm(data, note=newer)
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("The note is kept. Only your own side sees it."))
            return redirect(item)
    context = {
        "meeting": item.agenda.meeting,
        "item": item,
        "party": party,
        "form": form,
        "newer": newer,
    }
    return render(request, "meetings/agenda_note.html", context)


def _own_side(request: HttpRequest, item: AgendaItem, party_pk: int) -> Party:
    """The side that the reader serves there; of any other there is no such page."""
    own = sides_at(request.user, item.agenda.meeting)
    for party in item.sides():
        if party.pk == party_pk and party.pk in own:
            return party
    raise Http404
