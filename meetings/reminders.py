"""When people are reminded of action items, deadlines and numbers to give free: due and not
yet sent, never "equals today"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from meetings import notifications
from meetings.models import (
    ActionItem,
    Appointment,
    Deadline,
    Meeting,
    StatusReport,
    Undertaking,
    know_bodies,
)
from meetings.transitions import FREE_NUMBER, number_offered
from portal.agreement import Seal
from portal.clocks import day_in, waking_hours
from portal.models import Notice

# Days from the agreed day, earliest first: before it, then after it.
THRESHOLDS = (-14, -3, 1, 7)
DEADLINE_THRESHOLDS = (-7, -1, 1)
NUMBER_THRESHOLDS = (7, 21, 49)  # days from the first key; nothing presses but the next meeting
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
    deadlines = list(deadlines)
    know_bodies([deadline.meeting for deadline in deadlines])
    meetings = {deadline.meeting_id: deadline.meeting for deadline in deadlines}
    holders = {pk: notifications.deadline_holders(one) for pk, one in meetings.items()}
    for deadline in deadlines:
        for holder in holders[deadline.meeting_id]:
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


@dataclass(frozen=True)
class NumberReminder:
    """One message to one who can give a missing key: which number, since when, which threshold."""

    meeting: Meeting
    first: Seal
    holder: Appointment
    threshold: int

    @property
    def key(self) -> str:
        # The day of the first key is part of the key: what is offered anew is asked for anew.
        return (
            f"number-reminder:{self.meeting.pk}:{self.meeting.revision}:{self.first.party.pk}"
            f":{self.first.at:%Y-%m-%d}:{self.threshold}:{self.holder.person_id}"
        )


def number_reminders_due(meetings: Iterable[Meeting], now: datetime) -> list[NumberReminder]:
    """The reminders whose time has come, in the waking hours of who can give a missing key."""
    found = []
    meetings = list(meetings)
    know_bodies(meetings)
    keys = FREE_NUMBER.keys_of(meetings)
    for meeting in meetings:
        seals = FREE_NUMBER.seals(meeting, keys[meeting.pk])
        given = [seal for seal in seals if seal.state == "full"]
        missing = [seal.party for seal in seals if seal.state != "full"]
        if not given:
            continue
        first = min(given, key=lambda seal: seal.at or now)
        for holder in notifications.number_holders(meeting, missing):
            threshold = _number_threshold(first, holder.person.zone, now)
            if threshold is not None:
                found.append(NumberReminder(meeting, first, holder, threshold))
    return found


def _number_threshold(first: Seal, zone: str, now: datetime) -> int | None:
    if first.at is None or not waking_hours(zone, now):
        return None
    return threshold_reached(day_in(zone, first.at), day_in(zone, now), NUMBER_THRESHOLDS)


def remind_of_numbers(now: datetime) -> int:
    """Queue what is due and not yet sent for cancelled meetings; returns how many messages."""
    offered = Meeting.objects.filter(number_offered()).select_related("body")
    unsent = _unsent(number_reminders_due(offered.prefetch_related("body__seats__party"), now))
    with transaction.atomic():
        for reminder in unsent:
            notifications.number_offered(
                reminder.meeting,
                reminder.holder,
                reminder.first.party,
                key=reminder.key,
                since=day_in(reminder.holder.person.zone, reminder.first.at),
            )
    return len(unsent)
