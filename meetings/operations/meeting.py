"""Scheduling and changing meetings, the bodies they serve and their numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Body, Meeting, MeetingNumber, NoteVerbale, Sitting
from meetings.operations.agenda import ask_agenda_anew
from meetings.operations.proposal import (
    PROPOSED_FIELDS,
    first_proposal,
    locked,
    proposal_of,
    propose_dates,
    reopened,
    side_of,
)
from meetings.permissions import can_release_number
from meetings.transitions import DATES, FREE_NUMBER
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import NotYours, Refused
from portal.workflow import performed

SCHEDULED = journal.register("meeting.scheduled", _("scheduled the meeting"))
IMAGINED = journal.register("meeting.imagined", _("wrote down the idea of the meeting"))
CHANGED = journal.register("meeting.changed", _("changed the dates, the place or the mode"))
EDITED = journal.register("meeting.edited", _("changed the number, the title or the description"))
SERVES = journal.register("meeting.serves", _("made it the %(meeting)s of the %(body)s too"))
SERVES_NOT = journal.register(
    "meeting.serves_not", _("made it a meeting of the %(body)s no longer")
)
RELEASED = journal.register("meeting.number_released", _("gave the number free: %(meeting)s"))


def next_number(body: Body, series: str = Meeting.Series.ORDINARY) -> int | None:
    """The number that comes after the highest one used in a series; none where none is used."""
    if series not in Meeting.NUMBERED:
        return None
    used = MeetingNumber.objects.filter(body=body, series=series)
    return (used.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def schedule_meeting(
    meeting: Meeting,
    *,
    sittings: Iterable[Sitting],
    by: User,
    remark: str = "",
    note: NoteVerbale | None = None,
) -> Meeting:
    """Store a meeting with its programme and put its dates to every side.

    An idea is stored and nobody is told.
    """
    with violations_explained(Meeting, MeetingNumber, Sitting):
        meeting.proposer = side_of(by, meeting)
        meeting.save()
        for sitting in sittings:
            sitting.meeting = meeting
            sitting.save()
    if meeting.is_idea:
        journal.record(meeting, IMAGINED, by=by)
        return meeting
    journal.record(meeting, SCHEDULED, by=by)
    first_proposal(meeting, proposal_of(meeting, remark=remark, note=note), by=by)
    meeting.refresh_from_db()
    return meeting


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    changes: Mapping[str, Any],
    revision: int,
    by: User,
    version: str | None = None,
) -> Meeting:
    """Change a meeting. Where all sides agree on it, other dates or places become a proposal.

    Raises Refused when somebody else changed it since `revision` (and `version`) was read.
    """
    row = locked(meeting)
    if row.revision != revision or version not in (None, row.version):
        raise Refused(
            gettext("Somebody changed this meeting since you opened it. Compare, then save again.")
        )
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    shared = {name: value for name, value in changed.items() if name in PROPOSED_FIELDS}
    if row.is_idea:
        shared = {}
    _edit(row, {name: value for name, value in changed.items() if name not in shared}, by)
    if shared:
        propose_dates(proposal_of(row, **shared), revision=row.revision, by=by)
        row.refresh_from_db()
    return row


def _edit(row: Meeting, changes: Mapping[str, Any], by: User) -> None:
    if not changes:
        return
    for name, value in changes.items():
        setattr(row, name, value)
    with violations_explained(Meeting, MeetingNumber):
        row.save()
    dates = any(name in PROPOSED_FIELDS for name in changes)
    journal.record(row, CHANGED if dates else EDITED, by=by)
    if dates:
        performed.send(Meeting, obj=row, transition="changed", by=by, reason="")


@transaction.atomic
def drop_idea(meeting: Meeting, *, by: User) -> None:
    """Throw an idea away that was never put to anybody."""
    row = locked(meeting)
    if not row.is_idea:
        raise Refused(gettext("This meeting was proposed already. Cancel it instead."))
    row.delete()


# --- joint meetings ---------------------------------------------------------------------


@transaction.atomic
def serve_body(meeting: Meeting, *, body: Body, series: str, number: int, by: User):
    """Let the meeting count as one of a further body too; the sides of that body join."""
    row = _joinable(meeting)
    other = MeetingNumber(meeting=row, body=body, series=series, number=number)
    with violations_explained(MeetingNumber):
        other.save()
    journal.record(row, SERVES, by=by, meeting=other.label, body=body.label)
    _ask_anew(row, _("The meeting serves another body too."), by)
    return other


@transaction.atomic
def serve_body_no_longer(meeting: Meeting, *, body: Body, by: User) -> None:
    """Let the meeting count no longer in a further body."""
    row = _joinable(meeting)
    row.numbers.filter(body=body).exclude(body=row.body).delete()
    journal.record(row, SERVES_NOT, by=by, body=body.label)
    _ask_anew(row, _("The meeting serves a body less."), by)


def _joinable(meeting: Meeting) -> Meeting:
    """Whom a meeting serves is shared: it changes while all sides still agree on its dates."""
    row = locked(meeting)
    if row.is_idea or row.side_id:
        raise Refused(gettext("Only your side knows of this meeting. Propose it to all first."))
    if not row.is_prepared:
        raise Refused(
            gettext("Its bodies are settled before it is announced. Postpone the meeting first.")
        )
    return row


def _ask_anew(row: Meeting, because, by: User) -> None:
    """Other bodies are other sides: what was agreed and not announced is asked for again."""
    row.refresh_from_db()
    if row.is_prepared and not row.is_idea:
        DATES.revise(row, by=by, because=because)
        row.save()
        row = reopened(row, by)
        notifications.dates_key_awaited(row, DATES)
        ask_agenda_anew(row, because, by=by)


# --- numbers ----------------------------------------------------------------------------


@transaction.atomic
def agree_to_release(meeting: Meeting, *, party: Party, revision: int, by: User) -> None:
    """Give a side's key to giving the number of a cancelled meeting free; the last one does it."""
    row = _releasable(meeting)
    FREE_NUMBER.give(row, party=party, by=by, revision=revision)
    if FREE_NUMBER.complete(row):
        _release(row, by)


@transaction.atomic
def keep_number(meeting: Meeting, *, party: Party, by: User) -> None:
    """Take a side's key to giving the number free back, while others are missing."""
    FREE_NUMBER.withdraw(_releasable(meeting), party=party, by=by)


@transaction.atomic
def release_number(meeting: Meeting, *, by: User) -> None:
    """The neutral secretariat gives the number of a cancelled meeting free."""
    row = _releasable(meeting)
    if not can_release_number(by, row):
        raise NotYours(gettext("Every side decides on this with its key."))
    _release(row, by)


def _releasable(meeting: Meeting) -> Meeting:
    row = locked(meeting)
    if row.status != Meeting.Status.CANCELLED or row.number is None:
        raise Refused(gettext("Only a cancelled meeting gives its number free."))
    if row.number_released:
        raise Refused(gettext("The number is free already."))
    return row


def _release(row: Meeting, by: User) -> None:
    row.number_released = True
    row.save(update_fields=["number_released"])
    journal.record(row, RELEASED, by=by, meeting=row.label)
