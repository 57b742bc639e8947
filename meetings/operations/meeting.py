"""Scheduling and changing meetings, the bodies they serve and their numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import (
    Body,
    Meeting,
    MeetingNumber,
    NoteVerbale,
    Proposal,
    Sitting,
    Wording,
)
from meetings.operations.agenda import ask_agenda_anew
from meetings.operations.programme import follow_clock
from meetings.operations.proposal import (
    PROPOSED_FIELDS,
    agree_dates,
    first_proposal,
    follow_days,
    locked,
    proposal_of,
    propose_dates,
    reopened,
    side_of,
    stands,
)
from meetings.operations.wording import (
    ask_for_words_no_longer,
    named,
    propose_words,
    refuse_once_over,
)
from meetings.permissions import can_release_number, turned_by
from meetings.transitions import DATES, FREE_NUMBER, PROPOSAL
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import NotYours, Refused
from portal.workflow import performed

SCHEDULED = journal.register("meeting.scheduled", _("scheduled the meeting"))
IMAGINED = journal.register("meeting.imagined", _("wrote down the idea of the meeting"))
CHANGED = journal.register("meeting.changed", _("changed the dates, the place or the mode"))
EDITED = journal.register("meeting.edited", _("changed the number, the title or the description"))
NAMED = journal.register(
    "meeting.named", _("changed: %(what)s; before: “%(before)s”, now: “%(after)s”")
)
SERVES = journal.register("meeting.serves", _("made it the %(meeting)s of the %(body)s too"))
SERVES_NOT = journal.register(
    "meeting.serves_not", _("made it a meeting of the %(body)s no longer")
)
RELEASED = journal.register("meeting.number_released", _("gave the number free: %(meeting)s"))

# What all sides call it, with why its change drops their keys to dates and place.
NAMES = {
    "series": _("The meeting has another number."),
    "number": _("The meeting has another number."),
    "title": _("The meeting has another title."),
    "about": _("The meeting is described otherwise."),
}


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
    asked: int | None = None,
    remark: str = "",
) -> Meeting:
    """Change a meeting: an idea at once, what all sides know of as far as they agree.

    Other dates or places become a proposal. While these are being agreed, another number, title
    or description drops the keys to them; once the meeting is announced, title and description
    become a proposal too, which answers the one numbered `asked`, and the number stands.
    Raises Refused when somebody else changed it since `revision` (and `version`) was read.
    """
    row = locked(meeting)
    if row.revision != revision or version not in (None, row.version):
        raise Refused(
            gettext("Somebody changed this meeting since you opened it. Compare, then save again.")
        )
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if row.is_idea:
        _edit(row, changed, by)
        return row
    shared = {name: value for name, value in changed.items() if name in PROPOSED_FIELDS}
    names = {name: value for name, value in changed.items() if name in NAMES}
    if row.is_prepared:
        row = _name_anew(row, names, by)
    else:
        _propose_names(row, names, remark=remark, asked=asked, by=by)
    if shared:
        propose_dates(proposal_of(row, **shared), revision=row.revision, by=by)
        row.refresh_from_db()
    return row


def _edit(row: Meeting, changes: Mapping[str, Any], by: User) -> None:
    if not changes:
        return
    before, first = row.zone, row.starts_on if row.is_exact else None
    for name, value in changes.items():
        setattr(row, name, value)
    with violations_explained(Meeting, MeetingNumber):
        row.save()
    if before != row.zone:
        follow_clock(row, before=before, by=by)
    if first != row.starts_on:
        follow_days(row, before=first, by=by)
    dates = any(name in PROPOSED_FIELDS for name in changes)
    journal.record(row, CHANGED if dates else EDITED, by=by)
    if dates:
        performed.send(Meeting, obj=row, transition="changed", by=by, reason="")


def _name_anew(row: Meeting, names: Mapping[str, Any], by: User) -> Meeting:
    """Another number, title or description while the dates are being agreed: keys are dropped.

    The side of whoever changes it keeps its key where it had given one; all others are asked.
    """
    if not names:
        return row
    label = row.full_label
    before = {name: getattr(row, name) for name in names}
    dropped = DATES.revise(row, by=by, because=_because(names))
    for name, value in names.items():
        setattr(row, name, value)
    with violations_explained(Meeting, MeetingNumber):
        row.save()
    changes = [(_what(name), before[name], value) for name, value in names.items()]
    for change in changes:
        journal.record(row, NAMED, by=by, **named(*change))
    ask_for_words_no_longer(row, by)
    row = _asked_anew(row, dropped, by)
    notifications.meeting_renamed(row, label, changes, DATES, dropped, by)
    return row


def _because(names: Iterable[str]) -> Any:
    """Why the keys were dropped, as the seals say it."""
    reasons = [NAMES[name] for name in names]
    return reasons[0] if len(reasons) == 1 else _("The meeting is called otherwise.")


def _what(name: str) -> Any:
    return Meeting._meta.get_field(name).verbose_name


def _asked_anew(row: Meeting, dropped: Iterable[Party], by: User) -> Meeting:
    """What was agreed is a proposal again, with the key of the side that changed it."""
    if row.status == Meeting.Status.AGREED:
        for proposal in row.proposals.filter(status=Proposal.Status.ACCEPTED):
            PROPOSAL.perform(proposal, "reopen", by=by)
        row = reopened(row, by)
    own = [party for party in turned_by(by, row) if party in dropped and stands(row)]
    for party in own[:1]:
        agree_dates(row, party=party, revision=row.revision, by=by)
    row.refresh_from_db()
    return row


def _propose_names(
    row: Meeting, names: Mapping[str, Any], *, remark: str, asked: int | None, by: User
) -> None:
    """Title and description of what is announced are put to every side; its number stands."""
    if names:
        refuse_once_over(row)
    if {"number", "series"} & set(names):
        raise Refused(
            gettext(
                "Every side knows this meeting as the %(meeting)s, so its number stands. Postpone "
                "the meeting first: while its dates are agreed anew, its number can be changed."
            )
            % {"meeting": row.label}
        )
    if names:
        words = {name: getattr(row, name) for name in Wording.FIELDS}
        wording = Wording(meeting=row, remark=remark, **{**words, **names})
        propose_words(wording, read=asked, by=by)
        row.refresh_from_db()


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
    if row.side_id:
        raise Refused(gettext("Only your side knows of this meeting. Propose it to all first."))
    if row.is_idea:
        raise Refused(gettext("This is an idea that was put to nobody. Propose it to all first."))
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
    given = FREE_NUMBER.give(row, party=party, by=by, revision=revision)
    missing = FREE_NUMBER.missing(row)
    if missing:
        notifications.number_key_awaited(row, missing, given)
    else:
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
