from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.body_change import lines_of
from meetings.forms.body import BodyForm, NewBodyForm, SeatForm
from meetings.forms.body_change import BodyChangeForm
from meetings.forms.item import KeyForm
from meetings.models import (
    ActionItem,
    Appointment,
    Area,
    Body,
    BodyChange,
    BodyParty,
    Meeting,
    MeetingNumber,
    Paper,
    Rules,
    Sitting,
    StatusReport,
    Undertaking,
    standing,
)
from meetings.permissions import (
    can_manage_body,
    can_propose_change,
    can_run,
    can_schedule,
    can_see_history,
    can_speak_for,
)
from meetings.transitions import BODY, BODY_CHANGE, CHANGE, DATES
from meetings.views.tabs import body_tabs
from meetings.views.tree import trail_in, trail_of, tree_of, whole_tree
from portal.models import Entry, Party
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

MEETINGS_A_PAGE = 10
PAPERS_SHOWN = 8
SITTINGS_SHOWN = 3
MEETINGS_ASKED = 3  # whose keys are looked at; the work page has them all


@login_not_required
def bodies(request: HttpRequest) -> HttpResponse:
    """The commissions, each with the tree of bodies beneath it."""
    return render(request, "meetings/bodies.html", {"commissions": whole_tree(request.user)})


def visible_body(request: HttpRequest, pk: int) -> Body:
    """The body, where the reader may know of it."""
    found = Body.objects.visible_to(request.user).select_related("parent")
    seats = Prefetch("seats", BodyParty.objects.select_related("party", "lead"))
    return get_object_or_404(found.prefetch_related(seats), pk=pk)


@login_not_required
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: who, areas, meetings past and ahead, open items, papers, figures, rules."""
    body = visible_body(request, pk)
    today = timezone.localdate()
    user = request.user
    rules = Rules.objects.applying([(body, today)])[body.pk, today]
    tree = tree_of(body, user)
    areas = list(body.areas.prefetch_related("leads__organisation"))
    meetings = _meetings(request, body, today)
    follow_up = _follow_up(body, areas, user, today)
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "trail": trail_in(tree, body),
        **_people(body, user, today, rules),
        "tree": tree if tree and tree[0].beneath else [],
        "areas": [area for area in areas if area.until is None],
        **meetings,
        "coming": _coming(user, [row["meeting"] for row in meetings["ahead"]]),
        "waiting": _waiting(body, user, meetings["ahead"]),
        "follow_up": follow_up,
        "papers": Paper.objects.visible_to(user).filter(body=body)[:PAPERS_SHOWN],
        "figures": body.figures.select_related("party"),
        "remarks": body.remarks.filter(meeting=None).select_related("party"),
        "rules": rules,
        "may_schedule": can_schedule(user, body) and body.may_meet,
        **_deeds(body, user),
    }
    return render(request, "meetings/body.html", context)


# --- who ------------------------------------------------------------------------------

LEADING = ("chair", "deputy")
ASSISTING = ("secretary", "focal_point")


def _people(body: Body, user, today: date, rules: Rules | None) -> dict:
    """Each side with its people in office, the reader's own first, and the neutral secretariat."""
    holders = list(
        Appointment.objects.on(today)
        .filter(body__in=body.lineage)
        .exclude(office__in=["chair", "deputy"], body__in=body.above)
        .select_related("person", "organisation")
    )
    by_side = defaultdict(list)
    for one in holders:
        by_side[one.party_id].append(one)
    by_turns = bool(rules and rules.chairing == Rules.Chairing.BY_TURNS)
    any_chair = any(one.office == "chair" for one in holders)
    seats = {seat.party_id: seat for seat in body.seats.all() if seat.holds(today)}
    sides = body.sides(user, on=today)
    return {
        "assisted": any(one.party_id and one.office in ASSISTING for one in holders),
        "sides": [
            {
                "party": party,
                "seat": seats[party.pk],
                "leading": _by_office(by_side[party.pk], LEADING, by_turns),
                "offices": _by_office(by_side[party.pk], ASSISTING, by_turns),
                "is_vacant": _is_vacant(by_side[party.pk], by_turns, any_chair),
                "may": can_speak_for(user, body, party),
            }
            for party in sides
        ],
        "neutral": by_side[None],
        "by_turns": by_turns,
    }


def _by_office(holders: list[Appointment], offices: tuple, by_turns: bool) -> list[tuple]:
    """(the office's name, who holds it), in the order of the offices."""
    grouped = [(name, [one for one in holders if one.office == name]) for name in offices]
    labels = {name: Appointment.Office(name).label for name in offices}
    if by_turns:
        labels[Appointment.Office.CHAIR] = _("Chair")
    return [(labels[name], ones) for name, ones in grouped if ones]


def _is_vacant(holders: list[Appointment], by_turns: bool, any_chair: bool) -> bool:
    """Under a single chair by turns a side lacks one only when nobody presides."""
    if by_turns and any_chair:
        return False
    return not any(one.office == "chair" for one in holders)


# --- meetings and follow-up -----------------------------------------------------------


def _meetings(request: HttpRequest, body: Body, today: date) -> dict:
    """Ahead and, page by page, past: the body's own and those that serve it too."""
    served = MeetingNumber.objects.filter(body=body)
    found = Meeting.objects.visible_to(request.user).filter(
        Q(body=body) | Q(pk__in=served.values("meeting"))
    )
    found = found.select_related("side")
    ahead = list(found.upcoming(today))
    # Numbers first: what a page shows is then fetched without asking once more who may see it.
    pages = Paginator(list(found.past(today).values_list("pk", flat=True)), MEETINGS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    past = list(Meeting.objects.select_related("side").filter(pk__in=page).past(today))
    labels = _numbers_of(body, [*ahead, *past])
    rows = [_row(meeting, body, labels) for meeting in ahead]
    of_all = [row for row in rows if row["meeting"].side_id is None]
    return {
        "ahead": rows,
        "next": (of_all or rows or [None])[0],
        "past": [_row(meeting, body, labels) for meeting in past],
        "pages": page,
    }


def _numbers_of(body: Body, meetings: list[Meeting]) -> dict[int, MeetingNumber]:
    """The numbers in this body of the meetings that are mainly another's, where there are any."""
    others = [meeting for meeting in meetings if meeting.body_id != body.pk]
    for meeting in meetings:
        if meeting.body_id == body.pk:
            meeting.body = body  # with its seats at hand
    prefetch_related_objects(others, "body")
    numbers = MeetingNumber.objects.filter(body=body, meeting__in=others) if others else []
    return {one.meeting_id: one for one in numbers}


def _row(meeting: Meeting, body: Body, numbers: dict[int, MeetingNumber]) -> dict:
    """A meeting under its number in this body, and in which other it has its main number."""
    number = numbers.get(meeting.pk)
    if number is None:
        return {"meeting": meeting, "label": meeting.label, "jointly": None}
    number.body = body
    return {"meeting": meeting, "label": number.label, "jointly": meeting.body_label}


def _coming(user, ahead: list[Meeting]) -> list[Sitting]:
    """The next sittings of the meetings ahead, to be shown in the clocks of all sides."""
    known = {meeting.pk: meeting for meeting in ahead}
    if not known:
        return []
    found = Sitting.objects.visible_to(user).upcoming(timezone.now()).filter(meeting__in=known)
    sittings = list(found.select_related("area")[:SITTINGS_SHOWN])
    for sitting in sittings:
        sitting.meeting, sitting.reader = known[sitting.meeting_id], user
    return sittings


def _waiting(body: Body, user, ahead: list[dict]) -> list[dict]:
    """What the next meetings ask of the reader: a key to their dates, or to be announced."""
    if not can_see_history(user, body):
        return []
    prepared = [row for row in ahead if row["meeting"].status in Meeting.PREPARED[1:]]
    prepared = prepared[:MEETINGS_ASKED]
    meetings = [row["meeting"] for row in prepared]
    keys = DATES.keys_of(meetings) if meetings else {}
    return [
        {"meeting": row["meeting"], "label": row["label"], "what": what}
        for row in prepared
        for what in _asked_of(user, row["meeting"], keys)
    ]


def _asked_of(user, meeting: Meeting, keys: dict) -> list[str]:
    missing = DATES.missing(meeting, keys[meeting.pk])
    own = [party for party in missing if DATES.office(user, meeting, party)]
    if not missing and meeting.status == Meeting.Status.AGREED and can_run(user, meeting):
        return [_("All sides agree to its dates. Announce it.")]
    return [
        _("The key of %(party)s to dates and place is awaited.") % {"party": party.label}
        for party in own
    ]


def _follow_up(body: Body, areas: Iterable[Area], user, today: date) -> dict | None:
    """Open items by area, and what each side says of its parts; None where nothing is open."""
    found = ActionItem.objects.visible_to(user).filter(meeting__body=body).open().order_by()
    items = {pk: (area, due) for pk, area, due in found.values_list("pk", "area", "due_on")}
    if not items:
        return None
    totals = _totals(items.values(), today)
    said: dict[tuple, list] = defaultdict(list)
    reports = (
        Undertaking.objects.filter(item__in=items)
        .order_by()
        .values_list("item__area", "party", "latest__state")
        .annotate(number=Count("pk"))
    )
    for area, party, state, number in reports:
        said[area, party].append((state or "", number))
    sides = body.sides(user)
    by_pk = {area.pk: area for area in areas}
    places = {pk: place for place, pk in enumerate(by_pk)}
    order = sorted(totals, key=lambda pk: places.get(pk, len(places)))
    return {
        "sides": sides,
        "number": sum(row["number"] for row in totals.values()),
        "rows": [
            {
                **totals[pk],
                "area": by_pk.get(pk),
                "said": [(party, _in_words(said[pk, party.pk])) for party in sides],
            }
            for pk in order
        ],
    }


def _totals(items: Iterable[tuple], today: date) -> dict[int | None, dict]:
    """How many items each area has, and how many of them are late."""
    totals: dict[int | None, dict] = defaultdict(lambda: {"number": 0, "late": 0})
    for area, due_on in items:
        totals[area]["number"] += 1
        totals[area]["late"] += due_on is not None and due_on < today
    return totals


def _in_words(states: list[tuple[str, int]]) -> list[dict]:
    """What one side reports, in the order of the states: word, tone, how many, from where."""
    known = dict(states)
    words = [(state.value, state.label, StatusReport.TONES[state]) for state in StatusReport.State]
    rows, start = [], 0
    for value, word, tone in [*words, ("", _("no report"), "missing")]:
        if value in known:
            rows.append({"word": word, "tone": tone, "number": known[value], "from": start})
            start += known[value]
    return rows


# --- what can be done -----------------------------------------------------------------


def _deeds(body: Body, user) -> dict:
    inside = can_see_history(user, body)
    return {
        "inside": inside,
        "offers": BODY.offers(body, user),
        "may_manage": can_manage_body(user, body),
        "may_propose": can_propose_change(user, body),
        "proposals": _proposals(body, user) if inside else [],
    }


def _proposals(body: Body, user) -> list[dict]:
    """The changes put to the sides, with their seals and what the reader may do."""
    found = list(BodyChange.objects.visible_to(user).open().filter(body=body).for_list())
    keys = BODY_CHANGE.keys_of(found)
    rows = []
    for change in found:
        change.body = body  # with its seats at hand
        seals = BODY_CHANGE.seals(change, keys[change.pk], own=standing(user).party_ids)
        given = {seal.party.pk: seal.state == "full" for seal in seals}
        own = BODY_CHANGE.parties_of(change, user)
        rows.append(
            {
                "change": change,
                "lines": lines_of(change),
                "seals": seals,
                "own_keys": [(party, given[party.pk]) for party in own],
                "offers": CHANGE.offers(change, user),
            }
        )
    return rows


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Mark as active or dormant: one row of the table of transitions."""
    return do_transition(request, BODY, visible_body(request, pk), name)


def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a change that takes every side's key to the sides."""
    body = visible_body(request, pk)
    if not can_propose_change(request.user, body):
        raise PermissionDenied
    form = BodyChangeForm(
        request.POST or None,
        instance=BodyChange(body=body),
        user=request.user,
    )
    if request.method == "POST" and form.is_valid():
        try:
            change = operations.propose_change(
                form.save(commit=False), party=form.proposer, by=request.user
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, proposal_words(change))
            return redirect(body)
    context = {"body": body, "form": form, "trail": trail_of(body, request.user)}
    return render(request, "meetings/body_propose.html", context)


def proposal_words(change: BodyChange) -> str:
    """What became of a proposal with the proposer's key, or without one."""
    if change.status == BodyChange.Status.DONE:
        return _("Done, and every side is told: %(change)s.") % {"change": change.label}
    if change.proposer_id is None:
        return _("Put to the sides. Each of them is asked for its key.")
    return _("Proposed, with the key of your side. The others are asked for theirs.")


def _visible_change(request: HttpRequest, pk: int) -> BodyChange:
    found = BodyChange.objects.visible_to(request.user).for_list()
    return get_object_or_404(found, pk=pk)


@require_POST
def change_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to a change of the body, or take it back."""
    change = _visible_change(request, pk)
    form = KeyForm(request.POST, parties=change.body.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "give":
            operations.agree_change(
                change, party=party, revision=form.cleaned_data["revision"], by=request.user
            )
            done = _("%(party)s has given its key.")
        else:
            operations.take_back_change_key(change, party=party, by=request.user)
            done = _("%(party)s has taken its key back.")
        messages.success(request, done % {"party": party.label})
    return redirect(change)


@require_POST
def change_do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Decline or withdraw a change of the body."""
    return do_transition(request, CHANGE, _visible_change(request, pk), name)


# --- changing what all know -----------------------------------------------------------


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a body's names, kind, founding or place in the tree."""
    body = visible_body(request, pk)
    if not can_manage_body(request.user, body):
        raise PermissionDenied
    form = BodyForm(request.POST or None, instance=body, user=request.user)
    differences: list = []
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_body(
                body,
                changes=form.changes,
                renamed_on=form.cleaned_data["renamed_on"],
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except Refused as error:
            stored = visible_body(request, pk)
            if stored.revision != form.cleaned_data["revision"]:
                form, differences = form.compared_with(stored)
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. The other sides are told."))
            return redirect(body)
    stored = visible_body(request, pk)
    context = {"body": stored, "form": form, "differences": differences}
    return render(request, "meetings/body_change.html", context)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a body beneath another."""
    parent = visible_body(request, pk)
    if not can_manage_body(request.user, parent):
        raise PermissionDenied
    form = NewBodyForm(request.POST or None, parent=parent)
    if request.method == "POST" and form.is_valid():
        try:
            body = operations.add_body(form.body, parties=form.sides, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Added. Appoint its co-chairs next."))
            return redirect(body)
    return render(request, "meetings/body_new.html", {"parent": parent, "form": form})


def side(request: HttpRequest, pk: int, party: int) -> HttpResponse:
    """What one side calls the body, and its lead ministry."""
    body = visible_body(request, pk)
    seat = _seat(body, party)
    if not can_speak_for(request.user, body, seat.party):
        raise PermissionDenied
    form = SeatForm(request.POST or None, seat=seat)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            operations.change_seat(seat, changes=form.changes, by=request.user)
            messages.success(request, _("Saved. The other sides are told."))
        return redirect(body)
    context = {"body": body, "seat": seat, "form": form}
    return render(request, "meetings/body_side.html", context)


def _seat(body: Body, party: int):
    """The side's seat today."""
    today = timezone.localdate()
    for seat in body.seats.all():
        if seat.party_id == party and seat.holds(today):
            return seat
    raise Http404


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what of the body, when."""
    body = visible_body(request, pk)
    if not can_see_history(request.user, body):
        raise PermissionDenied
    entries = Entry.objects.about(body).visible_to(
        request.user, own=standing(request.user).party_ids
    )
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "trail": trail_of(body, request.user),
        "former": [
            {"name": row["name"], "until": date.fromisoformat(row["until"])}
            for row in reversed(body.former)
        ],
        "entries": Paginator(entries, 50).get_page(request.GET.get("page")),
    }
    return render(request, "meetings/body_history.html", context)


def party_of(body: Body, pk: str) -> Party | None:
    """A side of the body, named in an address by its number; nobody where it says neutral."""
    if pk == "neutral":
        return None
    for party in body.sides():
        if str(party.pk) == pk:
            return party
    raise Http404
