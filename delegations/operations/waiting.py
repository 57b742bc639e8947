"""Who waits for a place, and to whom a place that becomes free goes."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from delegations.models import Claim, Delegate, Desk, Quota, full_for_row, hold_places, holders
from delegations.transitions import DELEGATE, offered_until
from meetings.models import Meeting
from portal import journal
from portal.models import User

VIRTUAL = journal.register("desk.all_by_video", _("took everybody along into the virtual meeting"))

# --- the next in line -------------------------------------------------------------------


@transaction.atomic
def fill_places(meeting: Meeting) -> int:
    """Give the places that are free to those who wait, in their order; returns how many.

    Whoever wants what is still full is passed over until all of it is free. Nothing happens
    where places are given by hand, or while the meeting does not lie ahead.
    """
    desk = Desk.objects.filter(meeting=meeting).first()
    if desk is None or desk.promotion == Desk.Promotion.BY_HAND:
        return 0
    if meeting.status not in Meeting.FIXED:
        return 0
    if not Delegate.objects.in_line().filter(meeting=meeting).exists():
        return 0
    hold_places(meeting)
    return sum(1 for _next in _promoted(meeting, desk))


def _promoted(meeting: Meeting, desk: Desk) -> Iterator[Delegate]:
    fitting = Delegate.objects.in_line().filter(~Exists(full_for_row()), meeting=meeting)
    # Whom somebody holds at this moment is cancelling or changing; the next turn finds them.
    while delegate := fitting.select_for_update(of=("self",), skip_locked=True).first():
        yield give_place(delegate, by=None)


def give_place(delegate: Delegate, *, by: User | None) -> Delegate:
    """Give a place to somebody who waits: to be accepted in time, or theirs at once."""
    deed = "promote" if delegate.meeting.desk.answer_hours is None else "offer"
    return DELEGATE.perform(delegate, deed, by=by)


def somebody_waits_before(claim: Claim) -> bool:
    """Whether, where places are given by hand, somebody waits for a place that this one wants."""
    desk = Desk.objects.filter(meeting=claim.meeting).prefetch_related("quotas").get()
    if desk.promotion == Desk.Promotion.AUTOMATIC:
        return False
    concerned = [quota for quota in desk.quotas.all() if quota.concerns(claim)]
    return any(holders(quota, Delegate.Status.WAITING).exists() for quota in concerned)


# --- offers -----------------------------------------------------------------------------


@transaction.atomic
def accept_offer(delegate: Delegate) -> Delegate:
    """Take the offered place, by the person's own link."""
    return DELEGATE.perform(delegate, "accept", by=None, by_name=delegate.full_name)


@transaction.atomic
def turn_down_offer(delegate: Delegate) -> Delegate:
    """Leave the offered place to the next, by the person's own link."""
    return DELEGATE.perform(delegate, "turn_down", by=None, by_name=delegate.full_name)


def end_offers(now: datetime) -> int:
    """End the offers that nobody answered in time, and ask the next; returns how many ended."""
    late = Delegate.objects.filter(
        status=Delegate.Status.OFFERED, answer_by__lte=now, meeting__status__in=Meeting.FIXED
    )
    ended = 0
    for pk in list(late.order_by("answer_by", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            found = late.filter(pk=pk).select_for_update(of=("self",), skip_locked=True).first()
            if found:
                DELEGATE.perform(found, "expire", by=None)
                ended += 1
    return ended


def fill_all_places() -> int:
    """Make good what a moment's hold left behind: give free places wherever somebody waits."""
    waiting = Meeting.objects.filter(
        status__in=Meeting.FIXED, delegates__status=Delegate.Status.WAITING
    )
    return sum(fill_places(meeting) for meeting in waiting.distinct())


@transaction.atomic
def offer_anew(meeting: Meeting) -> None:
    """The meeting is on again: offers made before count their hours from now."""
    offered = Delegate.objects.filter(meeting=meeting, status=Delegate.Status.OFFERED)
    for delegate in offered.select_for_update(of=("self",)).order_by("pk"):
        delegate.answer_by = offered_until(delegate)
        delegate.save(update_fields=["answer_by"])
    fill_places(meeting)


# --- all by video -----------------------------------------------------------------------


@transaction.atomic
def turn_virtual(meeting: Meeting, *, by: User | None) -> int:
    """Let everybody who would have come in person take part by video; returns how many.

    Nobody loses a place by it: a number of places by video grows to those who have one.
    """
    coming = Delegate.objects.filter(
        meeting=meeting, status__in=Delegate.LIVE, attendance=Delegate.Attendance.IN_PERSON
    )
    # First the people, then the places, as everybody does who decides on one of them.
    list(coming.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    desk = Desk.objects.select_for_update().filter(meeting=meeting).first()
    moved = coming.update(attendance=Delegate.Attendance.VIRTUAL)
    if desk is None or not moved:
        return moved
    for quota in Quota.objects.select_for_update().filter(desk=desk).order_by("pk"):
        quota.taken = holders(quota).count()
        quota.limit = max(quota.limit, quota.taken)
        quota.save(update_fields=["taken", "limit"])
    journal.record(meeting, VIRTUAL, by=by)
    fill_places(meeting)
    return moved
