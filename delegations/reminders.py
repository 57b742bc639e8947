"""When an approved delegate is reminded of a meeting: due and not yet sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min

from delegations import notifications
from delegations.models import Delegate
from meetings.models import Sitting
from portal.clocks import day_in, waking_hours
from portal.models import Notice

# Days before the first sitting, earliest first.
THRESHOLDS = (7, 1)


@dataclass(frozen=True)
class Reminder:
    """One message to send: to whom, which threshold, under which key."""

    delegate: Delegate
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


def reminders_due(delegates: Iterable[Delegate], now: datetime) -> list[Reminder]:
    """The reminders whose time has come, by each delegate's own calendar and waking hours.

    Each delegate carries `first_at`, the instant of the first sitting.
    """
    found = []
    for delegate in delegates:
        day = day_in(delegate.zone, delegate.first_at)
        threshold = threshold_reached(day, day_in(delegate.zone, now))
        # On the day itself nobody is spared: the meeting may begin at eight.
        awake = waking_hours(delegate.zone, now) or day == day_in(delegate.zone, now)
        if threshold is not None and awake and delegate.first_at > now:
            found.append(Reminder(delegate, threshold, day))
    return found


def remind_delegates(now: datetime) -> int:
    """Queue what is due and not yet sent; returns how many messages."""
    horizon = now + timedelta(days=THRESHOLDS[0] + 1)
    ahead = (
        Sitting.objects.upcoming(now)
        .filter(starts_at__lt=horizon, meeting__status="announced")
        .order_by()
        .values("meeting")
        .annotate(first_at=Min("starts_at"))
    )
    first_at = {row["meeting"]: row["first_at"] for row in ahead}
    delegates = list(
        Delegate.objects.for_list()
        .filter(status=Delegate.Status.APPROVED, meeting__in=first_at)
        .select_related("person", "meeting__body", "delegation__party")
    )
    for delegate in delegates:
        delegate.first_at = first_at[delegate.meeting_id]
    due = reminders_due(delegates, now)
    sent = set(
        Notice.objects.filter(key__in=[reminder.notice_key for reminder in due]).values_list(
            "key", flat=True
        )
    )
    unsent = [reminder for reminder in due if reminder.notice_key not in sent]
    with transaction.atomic():
        for reminder in unsent:
            notifications.meeting_ahead(reminder.delegate, reminder.key)
    return len(unsent)
