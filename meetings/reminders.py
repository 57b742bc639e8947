"""When an owner is reminded of an action item: due and not yet sent, never "equals today"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from meetings import notifications
from meetings.models import ActionItem, StatusReport, Undertaking
from portal.clocks import day_in, waking_hours
from portal.models import Notice

# Days from the agreed day, earliest first: before it, then after it.
THRESHOLDS = (-14, -3, 1, 7)


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


def threshold_reached(due: date, today: date) -> int | None:
    """The latest threshold that has come; None while the day is far off.

    Of thresholds passed in nights that failed, only the latest is made good.
    """
    reached = [days for days in THRESHOLDS if due + timedelta(days=days) <= today]
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
    sent = set(
        Notice.objects.filter(key__in=[reminder.key for reminder in due]).values_list(
            "key", flat=True
        )
    )
    unsent = [reminder for reminder in due if reminder.key not in sent]
    with transaction.atomic():
        for reminder in unsent:
            notifications.undertaking_due(
                reminder.undertaking, key=reminder.key, overdue=reminder.overdue
            )
    return len(unsent)
