"""When an approved delegate is reminded of a meeting: due and not yet sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

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

    Each delegate carries `first_at`, the instant of the first sitting that concerns them.
    """
    found = []
    for delegate in delegates:
        if delegate.first_at <= now or not waking_hours(delegate.zone, now):
            continue
        day = day_in(delegate.zone, delegate.first_at)
        threshold = threshold_reached(day, day_in(delegate.zone, now))
        if threshold is not None:
            found.append(Reminder(delegate, threshold, day))
    return found


def delegates_to_meet(now: datetime) -> list[Delegate]:
    """Approved delegates whose first sitting comes soon, each with `first_at`.

    It is the first of the sittings they chose, or of the meeting for who chose none.
    """
    sittings = Sitting.objects.taking_place().order_by("starts_at").values("starts_at")[:1]
    chosen = sittings.filter(delegates=OuterRef("pk"))
    any_of_meeting = sittings.filter(meeting=OuterRef("meeting"))
    horizon = now + timedelta(days=THRESHOLDS[0] + 1)
    return list(
        Delegate.objects.with_programme()
        .filter(
            status=Delegate.Status.APPROVED,
            meeting__status__in=["announced", "in_session"],
            meeting__in=Sitting.objects.upcoming(now)
            .filter(starts_at__lt=horizon)
            .order_by()
            .values("meeting"),
        )
        .annotate(first_at=Coalesce(Subquery(chosen), Subquery(any_of_meeting)))
        .filter(first_at__gt=now, first_at__lt=horizon)
    )


def remind_delegates(now: datetime) -> int:
    """Queue what is due and not yet sent; returns how many messages."""
    due = reminders_due(delegates_to_meet(now), now)
    sent = set(
        Notice.objects.filter(key__in=[reminder.notice_key for reminder in due]).values_list(
            "key", flat=True
        )
    )
    unsent = [reminder for reminder in due if reminder.notice_key not in sent]
    with transaction.atomic():
        for reminder in unsent:
            notifications.meeting_ahead(reminder.delegate, reminder.key, reminder.delegate.first_at)
    return len(unsent)
