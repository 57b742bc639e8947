"""Proposing, moving and agreeing on meetings."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Body, Meeting, MeetingNumber, Sitting
from meetings.transitions import DATES, MEETING
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import Refused
from portal.workflow import performed

SCHEDULED = journal.register("meeting.scheduled", _("scheduled the meeting"))
CHANGED = journal.register("meeting.changed", _("changed the dates, the place or the mode"))
EDITED = journal.register(
    "meeting.edited", _("changed the number, the title, the host or the description")
)

# An edit of one of these is another meeting than the one the sides agreed to.
AGREED_FIELDS = ("starts_on", "ends_on", "mode", "place", "zone")


def next_number(body: Body, series: str = Meeting.Series.ORDINARY) -> int:
    """The number that comes after the highest one used in a series."""
    used = MeetingNumber.objects.filter(body=body, series=series)
    return (used.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def schedule_meeting(meeting: Meeting, *, sittings: Iterable[Sitting], by: User) -> Meeting:
    """Store a planned meeting with its programme and ask every side for its key to the dates."""
    with violations_explained(Meeting, MeetingNumber, Sitting):
        meeting.save()
        for sitting in sittings:
            sitting.meeting = meeting
            sitting.save()
    journal.record(meeting, SCHEDULED, by=by)
    notifications.dates_key_awaited(meeting, DATES)
    return meeting


@transaction.atomic
def change_meeting(meeting: Meeting, *, changes: Mapping[str, Any], revision: int, by: User):
    """Change a meeting. What the sides agreed on drops their keys and is told to all.

    Raises Refused when somebody else changed it since `revision` was read.
    """
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this meeting since you opened it. Compare, then save again.")
        )
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    agreed = any(name in AGREED_FIELDS for name in changed)
    if agreed:
        DATES.revise(row, by=by, because=_("The dates, the place or the mode changed."))
    with violations_explained(Meeting, MeetingNumber):
        row.save()
    if changed:
        journal.record(row, CHANGED if agreed else EDITED, by=by)
    if agreed:
        _no_longer_agreed(row, by)
        notifications.dates_key_awaited(row, DATES)
        performed.send(Meeting, obj=row, transition="changed", by=by, reason="")
    return row


@transaction.atomic
def agree_dates(meeting: Meeting, *, party: Party, revision: int, by: User) -> None:
    """Give a party's key to dates and place; the last key makes them agreed.

    Raises Refused once the meeting was held.
    """
    row = _dates_still_open(meeting)
    DATES.give(row, party=party, by=by, revision=revision)
    if row.status in MEETING.transitions["agree"].sources and DATES.complete(row):
        MEETING.perform(row, "agree", by=by)


@transaction.atomic
def take_back_dates_key(meeting: Meeting, *, party: Party, by: User) -> None:
    """Take a party's key to dates and place back. Raises Refused once the meeting was held."""
    row = _dates_still_open(meeting)
    DATES.withdraw(row, party=party, by=by)
    _no_longer_agreed(row, by)


def _no_longer_agreed(meeting: Meeting, by: User) -> None:
    """A key is missing again: what was agreed and not announced yet is a proposal again."""
    if meeting.status == Meeting.Status.AGREED:
        MEETING.perform(meeting, "reopen", by=by)


def _dates_still_open(meeting: Meeting) -> Meeting:
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if row.is_over:
        raise Refused(gettext("This meeting was held, so its dates and place stand."))
    return row
