"""Deadlines of a meeting: reckoned from the body's rules, moved with it, done by those who do."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.deadlines import due_day, parties_of
from meetings.models import Deadline, DeadlineRule, Meeting
from meetings.permissions import can_meet_deadline
from portal import journal
from portal.models import User
from portal.refusal import NotYours

MET = journal.register("deadline.met", _("marked as done: %(what)s"))
UNMET = journal.register("deadline.unmet", _("marked as not done after all: %(what)s"))
MOVED = journal.register("deadline.moved", _("the deadlines moved with the days of the meeting"))


@transaction.atomic
def reckon_deadlines(meeting: Meeting, *, by: User | None = None) -> list[Deadline]:
    """Bring a meeting's deadlines in line with its days and its body's rules.

    What was done stays done. Returns the deadlines that moved; those in office are told of
    them. A meeting whose days are not known to the day has none.
    """
    Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    wanted = _wanted(meeting)
    kept = {(one.what, one.party_id): one for one in meeting.deadlines.select_related("party")}
    moved = []
    for key, fresh in wanted.items():
        stored = kept.pop(key, None)
        if stored is None:
            fresh.save()
        elif stored.met_on is None and stored.due_on != fresh.due_on:
            stored.due_on, stored.rule = fresh.due_on, fresh.rule
            stored.save()
            moved.append(stored)
    Deadline.objects.filter(pk__in=[one.pk for one in kept.values() if not one.met_on]).delete()
    if moved:
        journal.record(meeting, MOVED, by=by, private_to=meeting.side)
        notifications.deadlines_moved(meeting, moved)
    return moved


def _wanted(meeting: Meeting) -> dict[tuple[str, int | None], Deadline]:
    """What the rules of the meeting's first day ask for, by thing and side."""
    rules = meeting.body.rules_on(meeting.starts_on)
    if rules is None or not meeting.is_exact:
        return {}
    sides = meeting.sides()
    return {
        (rule.what, party.pk if party else None): Deadline(
            meeting=meeting,
            what=rule.what,
            party=party,
            due_on=due_day(rule, meeting.starts_on, meeting.ends_on, sides),
            rule=rule,
        )
        for rule in rules.deadlines.select_related("calendar_of")
        for party in parties_of(rule, sides)
    }


@transaction.atomic
def meet_deadline(deadline: Deadline, *, by: User, done: bool = True) -> Deadline:
    """Mark a deadline as done, or as not done after all. Raises NotYours for another side's."""
    row = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline.pk)
    if not can_meet_deadline(by, row):
        raise NotYours(_whose(row))
    if bool(row.met_on) == done:
        return row
    row.met_on = timezone.localdate() if done else None
    row.met_by = by.name if done else ""
    row.save()
    journal.record(
        row.meeting,
        MET if done else UNMET,
        by=by,
        private_to=row.meeting.side,
        what=_label(row.what),
    )
    return row


def meet_by_deed(meeting: Meeting, what: str, *, on: date, by_name: str) -> None:
    """Mark what a deed of the portal itself has done, as an agenda that became agreed."""
    meeting.deadlines.filter(what=what, met_on=None).update(met_on=on, met_by=by_name)


def _whose(deadline: Deadline) -> str:
    if deadline.party:
        return gettext("Only %(party)s says whether it has done this.") % {
            "party": deadline.party.label
        }
    return gettext("Only a secretary of this body says whether this is done.")


def _label(what: str):
    return DeadlineRule.What(what).label
