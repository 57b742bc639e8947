"""When an approved delegate is reminded of a meeting: due and not yet sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from delegations import notifications
from delegations.models import Delegate, Delegation
from meetings.models import Appointment, Sitting
from meetings.notifications import office_holders
from portal.clocks import day_in, waking_hours
from portal.models import Notice

# Days before the first sitting, earliest first.
THRESHOLDS = (7, 1)


@dataclass(frozen=True)
class Reminder:
    """One message to send: to whom, before what, which threshold, under which key."""

    delegate: Delegate
    first_at: datetime
    threshold: int
    day: date

    @property
    def key(self) -> str:
        # The day is part of the key: when the meeting moves, reminders begin anew.
        return f"{self.day}:{self.threshold}"

    @property
    def notice_key(self) -> str:
        return f"meeting_ahead:{self.delegate.pk}:{self.key}"


def threshold_reached(day: date, today: date) -> int | None:
    """The nearest threshold that has come; None while the day is far off or past."""
    left = (day - today).days
    reached = [days for days in THRESHOLDS if 0 <= left <= days]
    return reached[-1] if reached else None


def reminders_due(meeting: Iterable[tuple[Delegate, datetime]], now: datetime) -> list[Reminder]:
    """The reminders whose time has come, by each delegate's own calendar and waking hours.

    Each delegate comes with the instant of the first sitting that concerns them.
    """
    found = []
    for delegate, first_at in meeting:
        if first_at <= now or not waking_hours(delegate.zone, now):
            continue
        day = day_in(delegate.zone, first_at)
        threshold = threshold_reached(day, day_in(delegate.zone, now))
        if threshold is not None:
            found.append(Reminder(delegate, first_at, threshold, day))
    return found


def meeting_soon(now: datetime) -> list[tuple[Delegate, datetime]]:
    """Approved delegates and when their meeting begins for them, those for whom that is soon.

    It begins with the first sitting they chose, or with the first one of all for who chose none.
    """
    horizon = now + timedelta(days=THRESHOLDS[0] + 1)
    coming = Sitting.objects.upcoming(now).filter(starts_at__lt=horizon)
    sittings = Sitting.objects.taking_place().order_by("starts_at").values("starts_at")
    delegates = (
        Delegate.objects.with_programme()
        .filter(status=Delegate.Status.APPROVED, meeting__status__in=["announced", "in_session"])
        .filter(meeting__in=coming.order_by().values("meeting"))
        .annotate(
            first_at=Coalesce(
                Subquery(sittings.filter(delegates=OuterRef("pk"))[:1]),
                Subquery(sittings.filter(meeting=OuterRef("meeting"))[:1]),
            )
        )
        .filter(first_at__gt=now, first_at__lt=horizon)
    )
    return [(delegate, delegate.first_at) for delegate in delegates]


def remind_delegates(now: datetime) -> int:
    """Queue what is due and not yet sent; returns how many messages."""
    due = reminders_due(meeting_soon(now), now)
    sent = set(
        Notice.objects.filter(key__in=[reminder.notice_key for reminder in due]).values_list(
            "key", flat=True
        )
    )
    unsent = [reminder for reminder in due if reminder.notice_key not in sent]
    with transaction.atomic():
        for reminder in unsent:
            notifications.meeting_ahead(reminder.delegate, reminder.key, reminder.first_at)
    return len(unsent)


# --- delegations that are due ---------------------------------------------------------

# Days from the day it is due, earliest first: before it, then after it.
DELEGATION_THRESHOLDS = (-7, -1, 1)
LONG_PAST = 14  # days after which nobody is reminded of a delegation any more


@dataclass(frozen=True)
class DelegationReminder:
    """One message to one focal point: which delegation, which threshold, under which key."""

    delegation: Delegation
    holder: Appointment
    threshold: int

    @property
    def key(self) -> str:
        # The day is part of the key: when it is set anew, reminders begin anew.
        due = self.delegation.next_due
        return f"delegation-due:{self.delegation.pk}:{due}:{self.threshold}:{self.holder.person_id}"


def delegation_threshold(due: date, today: date) -> int | None:
    """The latest threshold that has come; None while the day is far off, or long past."""
    passed = (today - due).days
    reached = [days for days in DELEGATION_THRESHOLDS if days <= passed <= LONG_PAST]
    return reached[-1] if reached else None


def delegation_reminders_due(
    waiting: Iterable[tuple[Delegation, Iterable[Appointment]]], now: datetime
) -> list[DelegationReminder]:
    """The reminders whose time has come, by each focal point's calendar and waking hours.

    Each delegation comes with those of its side who put it together.
    """
    found = []
    for delegation, holders in waiting:
        due = delegation.next_due
        if due is None:
            continue
        for holder in holders:
            zone = holder.person.zone
            threshold = delegation_threshold(due, day_in(zone, now))
            if threshold is not None and waking_hours(zone, now):
                found.append(DelegationReminder(delegation, holder, threshold))
    return found


def delegations_waiting(now: datetime) -> list[tuple[Delegation, list[Appointment]]]:
    """Those whose next step is due soon or was, with the focal points of the side.

    Where a side has no focal point, its secretaries are asked.
    """
    soon = now.date() + timedelta(days=1 - DELEGATION_THRESHOLDS[0])
    names = Q(status=Delegation.Status.OPEN, meeting__desk__nominate_by__lte=soon)
    confirms = Q(status=Delegation.Status.SUBMITTED, meeting__desk__two_stages=True)
    confirms &= Q(meeting__desk__confirm_by__lte=soon)
    found = Delegation.objects.for_list().filter(
        names | confirms, meeting__status__in=["announced", "in_session"]
    )
    return [(one, _who_puts_together(one)) for one in found]


def _who_puts_together(delegation: Delegation) -> list[Appointment]:
    holders = office_holders(delegation.meeting, "focal_point", "secretary")
    own = [one for one in holders if one.party_id == delegation.party_id]
    return [one for one in own if one.office == "focal_point"] or own


def remind_of_delegations(now: datetime) -> int:
    """Queue what is due and not yet sent; returns how many messages."""
    due = delegation_reminders_due(delegations_waiting(now), now)
    keys = [reminder.key for reminder in due]
    sent = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    unsent = [reminder for reminder in due if reminder.key not in sent]
    with transaction.atomic():
        for reminder in unsent:
            notifications.delegation_due(reminder.delegation, reminder.holder, reminder.key)
    return len(unsent)
