"""When people are reminded of action items and deadlines: due and not yet sent, never
"equals today"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from meetings import notifications
from meetings.models import ActionItem, Appointment, Deadline, StatusReport, Undertaking
from portal.clocks import day_in, waking_hours
from portal.models import Notice

# Days from the agreed day, earliest first: before it, then after it.
THRESHOLDS = (-14, -3, 1, 7)
DEADLINE_THRESHOLDS = (-7, -1, 1)
LONG_PAST = 60  # days after which nobody is reminded of a deadline any more


@dataclass(frozen=True)
class Reminder:
    """One message to send: which undertaking, which threshold, under which key."""

    undertaking: Undertaking
    threshold: int

    @property
    def key(self) -> str:
        # The date is part of the key: when the date moves, reminders begin anew.
        due = self.undertaking.item.due_on
        return f"item-reminder:{self.undertaking.pk}:{due}:{self.threshold}"

    @property
    def overdue(self) -> bool:
        return self.threshold > 0


def threshold_reached(due: date, today: date, thresholds: Sequence[int] = THRESHOLDS) -> int | None:
    """The latest threshold that has come; None while the day is far off.

    Of thresholds passed in nights that failed, only the latest is made good.
    """
    reached = [days for days in thresholds if due + timedelta(days=days) <= today]
    return reached[-1] if reached else None


def reminders_due(undertakings: Iterable[Undertaking], now: datetime) -> list[Reminder]:
    """The reminders whose time has come, by each owner's own calendar and in waking hours."""
    found = []
    for undertaking in undertakings:
        owner, due = undertaking.owner, undertaking.item.due_on
        if owner is None or due is None or not waking_hours(owner.zone, now):
            continue
        threshold = threshold_reached(due, day_in(owner.zone, now))
        if threshold is not None:
            found.append(Reminder(undertaking, threshold))
    return found


def remind_owners(now: datetime) -> int:
    """Queue what is due and not yet sent; returns how many messages."""
    horizon = now.date() + timedelta(days=1 - THRESHOLDS[0])
    undertakings = (
        Undertaking.objects.with_owner()
        .filter(item__status=ActionItem.Status.OPEN, item__due_on__lte=horizon)
        .exclude(owner__email="")
        .exclude(latest__state=StatusReport.State.DONE)
        .select_related("owner__party", "party", "latest", "item__meeting__body")
    )
    due = reminders_due(undertakings, now)
    unsent = _unsent(due)
    with transaction.atomic():
        for reminder in unsent:
            notifications.undertaking_due(
                reminder.undertaking, key=reminder.key, overdue=reminder.overdue
            )
    return len(unsent)


def _unsent(due: list[Any]) -> list[Any]:
    """Those whose message has not been written yet."""
    keys = [reminder.key for reminder in due]
    sent = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    return [reminder for reminder in due if reminder.key not in sent]


@dataclass(frozen=True)
class DeadlineReminder:
    """One message to one secretary: which deadline, which threshold, under which key."""

    deadline: Deadline
    holder: Appointment
    threshold: int

    @property
    def key(self) -> str:
        # The day is part of the key: when the meeting moves, reminders begin anew.
        return (
            f"deadline-reminder:{self.deadline.pk}:{self.deadline.due_on}:{self.threshold}"
            f":{self.holder.person_id}"
        )


def deadline_reminders_due(deadlines: Iterable[Deadline], now: datetime) -> list[DeadlineReminder]:
    """The reminders whose time has come, by each secretary's own calendar and waking hours."""
    found = []
    for deadline in deadlines:
        for holder in notifications.deadline_holders(deadline.meeting):
            zone = holder.person.zone
            if deadline.party_id not in (None, holder.party_id) or not waking_hours(zone, now):
                continue
            today = day_in(zone, now)
            threshold = threshold_reached(deadline.due_on, today, DEADLINE_THRESHOLDS)
            if threshold is not None:
                found.append(DeadlineReminder(deadline, holder, threshold))
    return found


def remind_of_deadlines(now: datetime) -> int:
    """Queue what is due and not yet sent for meetings ahead; returns how many messages."""
    horizon = now.date() + timedelta(days=1 - DEADLINE_THRESHOLDS[0])
    oldest = now.date() - timedelta(days=LONG_PAST)
    deadlines = (
        Deadline.objects.awaited()
        .filter(due_on__lte=horizon, due_on__gte=oldest)
        .exclude(meeting__status="idea")
        .select_related("meeting__body", "party")
    )
    unsent = _unsent(deadline_reminders_due(deadlines, now))
    with transaction.atomic():
        for reminder in unsent:
            notifications.deadline_due(
                reminder.deadline, reminder.holder, key=reminder.key, missed=reminder.threshold > 0
            )
    return len(unsent)
