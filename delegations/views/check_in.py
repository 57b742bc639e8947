"""At the door: who comes in and goes out, by camera, name or reference, also without a line."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.forms.check_in import MOST, MarkForm, NewcomerForm, as_reference, marks_of
from delegations.models import CheckIn, Delegate
from delegations.operations import DoorAnswer, DoorOutcome
from meetings.models import Meeting, Sitting
from meetings.permissions import can_keep_door
from meetings.views.tabs import meeting_tabs
from portal.refusal import Refused
from portal.search import searchable
from portal.views.deed import refusals_shown

ROWS = 10  # found by a name: more nobody reads while a queue stands
LAST = 8


def door(request: HttpRequest, pk: int) -> HttpResponse:
    """The sittings of a meeting with who is in the room, and what is needed at the door."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_keep_door(request.user, meeting):
        raise PermissionDenied
    sittings = list(Sitting.objects.visible_to(request.user).filter(meeting=meeting))
    numbers = CheckIn.objects.filter(sitting__in=sittings).numbers()
    sides = meeting.sides(request.user)
    for sitting in sittings:
        sitting.meeting = meeting
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "places": [party.place for party in sides],
        "rows": [(sitting, _by_side(sitting, sides, numbers)) for sitting in sittings],
    }
    return render(request, "delegations/door.html", context)


def _by_side(sitting: Sitting, sides, numbers) -> list[tuple[Any, int, int]]:
    """(side, in the room, came), the reader's own side first."""
    return [(party, *numbers.get((sitting.pk, party.pk), (0, 0))) for party in sides]


@never_cache
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """One sitting's door: find a person and mark them in or out."""
    sitting = _sitting(request, pk)
    form = MarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            _say(request, operations.mark_at_door(sitting, form.mark, by=request.user))
        return redirect("check-in", pk)
    sought = request.GET.get("q", "").replace("\0", "")[:100]
    return render(
        request,
        "delegations/check_in.html",
        {
            "meeting": sitting.meeting,
            "sitting": sitting,
            "places": [party.place for party in sitting.meeting.sides(request.user)],
            "sought": sought,
            "found": _found(request, sitting, sought) if sought.strip() else [],
            "sides": _room(request, sitting),
            "last": _last(request, sitting),
            "words": _words(),
        },
    )


def _sitting(request: HttpRequest, pk: int) -> Sitting:
    sitting = get_object_or_404(
        Sitting.objects.visible_to(request.user).select_related("meeting__body", "area"), pk=pk
    )
    if not can_keep_door(request.user, sitting.meeting):
        raise PermissionDenied
    return sitting


def _expected(request: HttpRequest, meeting: Meeting) -> QuerySet[Delegate]:
    """Those whom the door lets in: approved, as far as the reader may know."""
    approved = Delegate.objects.visible_to(request.user).for_list()
    return approved.filter(meeting=meeting, status=Delegate.Status.APPROVED)


def _found(request: HttpRequest, sitting: Sitting, words: str) -> list[tuple[Delegate, bool]]:
    """At most ten people, each with whether they are in the room."""
    expected = _expected(request, sitting.meeting)
    code = as_reference(words)
    rows = list(expected.filter(reference=code)[:1])
    rows = rows or list(expected.matching(words).order_by("search", "pk")[:ROWS])
    inside = _inside(sitting, rows)
    return [(one, one.pk in inside) for one in rows]


def _inside(sitting: Sitting, delegates: list[Delegate] | None = None) -> set[int]:
    marks = CheckIn.objects.filter(sitting=sitting, source=CheckIn.Source.DOOR)
    if delegates is not None:
        marks = marks.filter(delegate__in=delegates)
    return set(marks.last_ones().filter(way=CheckIn.Way.IN).values_list("delegate", flat=True))


def _room(request: HttpRequest, sitting: Sitting) -> list[tuple[Any, int, int]]:
    numbers = CheckIn.objects.filter(sitting=sitting).numbers()
    return _by_side(sitting, sitting.meeting.sides(request.user), numbers)


def _last(request: HttpRequest, sitting: Sitting) -> list[CheckIn]:
    """The marks made last, to be taken back."""
    marks = CheckIn.objects.visible_to(request.user).valid()
    marks = marks.filter(sitting=sitting, source=CheckIn.Source.DOOR)
    return list(marks.select_related("delegate__delegation__party").order_by("-pk")[:LAST])


def _say(request: HttpRequest, answer: DoorAnswer) -> None:
    is_good = answer.tone in {"agreed", "neutral"}
    say = messages.success if is_good else messages.warning
    if answer.delegate and answer.outcome != DoorOutcome.ELSEWHERE:
        text = _("%(name)s: %(outcome)s.")
        say(request, text % {"name": answer.delegate, "outcome": answer.outcome.label})
    else:
        say(request, _("%(outcome)s.") % {"outcome": answer.outcome.label})


def _words() -> dict[str, str]:
    """What the phone says by itself, in the reader's language."""
    return {
        "waiting": _("Waits in this phone"),
        "offline": _("No connection. Go on: what you mark waits in this phone and is sent later."),
        "signed_out": _("You are signed out. Sign in again: what you marked is still here."),
        "refused": _("This mark cannot be taken any more. Reload the page."),
        "nobody": _("Nobody approved is found. Look for fewer letters, or register on the spot."),
        "camera": _("The camera cannot be used. Allow it in the browser, or type a name."),
        "in": _("In"),
        "out": _("Out"),
        "inside": _("in the room"),
        "undo": _("Undo"),
        "stop": _("Stop the camera"),
        "unknown": str(DoorOutcome.UNKNOWN.label),
    }


@never_cache
def counts(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in the room now, by side, for the strip that asks every few seconds."""
    sitting = _sitting(request, pk)
    return render(request, "delegations/_room.html", {"sides": _room(request, sitting)})


@never_cache
def people(request: HttpRequest, pk: int) -> JsonResponse:
    """Those who are let in, as the phone keeps them while the page is open.

    Reference, names, capacity and side alone: nothing else of anybody leaves the portal here.
    """
    sitting = _sitting(request, pk)
    inside = _inside(sitting)
    capacities = dict(Delegate.Capacity.choices)
    labels = {party.pk: party.label for party in sitting.meeting.sides(request.user)}
    rows = _expected(request, sitting.meeting).order_by("search", "pk")
    fields = ("pk", "reference", "full_name", "latin_name", "capacity", "delegation__party")
    return JsonResponse(
        {
            "people": [
                {
                    "reference": reference,
                    "name": name,
                    "latin": latin,
                    "capacity": capacity,
                    "word": str(capacities[capacity]),
                    "side": labels.get(party, ""),
                    "search": searchable(f"{name} {latin}"),
                    "inside": key in inside,
                }
                for key, reference, name, latin, capacity, party in rows.values_list(*fields)
            ]
        }
    )


@require_POST
def marks(request: HttpRequest, pk: int) -> JsonResponse:
    """Take the marks that a phone kept, each only once; say what became of each."""
    sitting = _sitting(request, pk)
    told = marks_of(_told(request))
    if told is None:
        problem = _("This is no list of at most %(most)s marks.") % {"most": MOST}
        return JsonResponse({"problem": problem}, status=400)
    try:
        answers = operations.mark_all_at_door(sitting, told, by=request.user)
    except Refused as error:
        return JsonResponse({"problem": " ".join(error.sentences)}, status=409)
    rows = [_answer(one.uid, answer) for one, answer in zip(told, answers, strict=True)]
    return JsonResponse({"answers": rows})


def _told(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _answer(uid, answer: DoorAnswer) -> dict[str, str]:
    known = answer.delegate and answer.outcome != DoorOutcome.ELSEWHERE
    return {
        "uid": str(uid),
        "outcome": answer.outcome.value,
        "word": str(answer.outcome.label),
        "tone": answer.tone,
        "name": answer.delegate.full_name if known and answer.delegate else "",
    }


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a mark."""
    mark = get_object_or_404(
        CheckIn.objects.visible_to(request.user).select_related("sitting__meeting__body"), pk=pk
    )
    with refusals_shown(request):
        operations.undo_check_in(mark, by=request.user)
        messages.success(request, _("The mark is taken back."))
    return redirect("check-in", mark.sitting_id)


@never_cache
def newcomer(request: HttpRequest, pk: int) -> HttpResponse:
    """Register somebody on the spot."""
    sitting = _sitting(request, pk)
    sides = {party.pk for party in sitting.meeting.sides(request.user)}
    delegations = sitting.meeting.delegations.filter(party__in=sides).select_related("party")
    form = NewcomerForm(request.POST or None, delegations=list(delegations))
    if form.is_valid():
        try:
            answer = operations.register_at_door(sitting, form.delegate, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            _say_registered(request, answer)
            return redirect("check-in", pk)
    context = {"meeting": sitting.meeting, "sitting": sitting, "form": form}
    return render(request, "delegations/check_in_new.html", context)


def _say_registered(request: HttpRequest, answer: DoorAnswer) -> None:
    if answer.outcome == DoorOutcome.PENDING:
        text = _("%(name)s is registered and waits for the focal point of their side.")
        messages.warning(request, text % {"name": answer.delegate})
    else:
        text = _("%(name)s is registered and approved, and is marked as come in.")
        messages.success(request, text % {"name": answer.delegate})


@never_cache
def at(request: HttpRequest, reference: str) -> HttpResponse:
    """What the code of a badge leads to: the person, at the door of the sitting that is near."""
    found = Delegate.objects.visible_to(request.user).for_list()
    delegate = get_object_or_404(found, reference=reference, status=Delegate.Status.APPROVED)
    meeting = delegate.delegation.meeting
    if not can_keep_door(request.user, meeting):
        raise Http404
    sitting = _near(Sitting.objects.visible_to(request.user).filter(meeting=meeting))
    if sitting is None:
        return redirect("door", meeting.pk)
    return redirect(f"{reverse('check-in', args=[sitting.pk])}?q={delegate.reference}")


def _near(sittings: QuerySet[Sitting]) -> Sitting | None:
    """The one that is going on, or else the one whose beginning is nearest."""
    now = timezone.now()
    planned = list(sittings.taking_place())
    going_on = (one for one in planned if one.starts_at <= now < one.ends_at)
    nearest = min(planned, key=lambda one: abs(one.starts_at - now), default=None)
    return next(going_on, nearest)
