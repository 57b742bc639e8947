"""Proposing dates and places, answering, and moving what is announced by all sides' keys."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications, timing
from meetings.models import Meeting, MeetingNumber, Proposal, Sitting, Timing
from meetings.operations.programme import (
    follow_clock,
    on_another_clock,
    shift_programme,
)
from meetings.permissions import turned_by
from meetings.transitions import DATES, MEETING, MOVE, PROPOSAL
from portal import journal
from portal.clocks import NoSuchTime
from portal.constraints import violations_explained
from portal.languages import in_source
from portal.models import Key, Party, User
from portal.refusal import NotYours, Refused
from portal.workflow import performed

PROPOSED = journal.register("meeting.proposed", _("proposed: %(days)s"))
MOVE_PROPOSED = journal.register("meeting.move_proposed", _("proposed to move to: %(days)s"))
MOVED = journal.register(
    "meeting.moved", _("moved by the key of every side: %(before)s → %(days)s")
)
ANSWERED = {
    "decline": journal.register("meeting.proposal_declined", _("declined: %(days)s")),
    "withdraw": journal.register("meeting.proposal_withdrawn", _("withdrew: %(days)s")),
}

MOVED_BY_ALL = _("The meeting was moved by every side.")

# What the sides agree on. Another value here is another meeting than the one agreed to.
AGREED_FIELDS = ("starts_on", "ends_on", "precision", "mode", "place", "zone", "host")
PROPOSED_FIELDS = (*AGREED_FIELDS, "host_reason")


def proposal_of(meeting: Meeting, **changes) -> Proposal:
    """A proposal, not stored yet, of what the meeting shows now with some changes."""
    facts = {name: getattr(meeting, name) for name in PROPOSED_FIELDS}
    return Proposal(meeting=meeting, **{**facts, **changes})


def side_of(user: User, meeting: Meeting) -> Party | None:
    """The side for which the user proposes; none for the neutral secretariat."""
    return next(iter(turned_by(user, meeting)), None)


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, held until the transaction ends; always before its proposals."""
    return Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)


@transaction.atomic
def propose_dates(proposal: Proposal, *, revision: int, by: User) -> Proposal:
    """Put days and a place to the other sides, in answer to what stands there or anew.

    While the meeting is prepared it shows the proposal at once; what is announced stays until
    every side has given its key. Raises Refused when somebody was faster, or nothing differs.
    """
    row = locked(proposal.meeting)
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this meeting since you opened it. Compare, then save again.")
        )
    proposal.meeting = row
    proposal.party = side_of(by, row)
    proposal.by, proposal.by_name = by, by.name
    if row.status in Meeting.FIXED:
        return _propose_move(row, proposal, by)
    if not (row.is_prepared or row.status == Meeting.Status.POSTPONED):
        raise Refused(gettext("This meeting is over or cancelled, so its dates and place stand."))
    return _propose(row, proposal, by)


# --- while it is prepared ---------------------------------------------------------------


def first_proposal(meeting: Meeting, proposal: Proposal, *, by: User) -> Proposal:
    """Record how a new meeting was put to the sides, and give the own side's key."""
    proposal.party = meeting.proposer
    proposal.by, proposal.by_name = by, by.name
    proposal.save()
    timing.keep(meeting, Timing.Kind.PLANNED)
    _give_own_key(meeting, by)
    notifications.dates_key_awaited(meeting, DATES)
    return proposal


def _propose(row: Meeting, proposal: Proposal, by: User) -> Proposal:
    differs = any(getattr(row, name) != getattr(proposal, name) for name in AGREED_FIELDS)
    anew = row.status in MEETING.transitions["propose"].sources
    if not differs and not anew and stands(row):
        raise Refused(
            gettext(
                "These days and this place stand there already. Give your key to them, or "
                "propose others."
            )
        )
    earlier, clock = row.proposer_id, row.zone
    first = row.starts_on if row.is_exact else None
    _replace_whatstands(row, by)
    for name in PROPOSED_FIELDS:
        setattr(row, name, getattr(proposal, name))
    row.proposer = proposal.party
    DATES.revise(row, by=by, because=_("Other dates, another place or mode were proposed."))
    with violations_explained(Meeting, MeetingNumber, Sitting):
        row.save()
        clocks = follow_clock(row, before=clock, by=by)
        follow_days(row, before=first, by=by)
        if row.is_idea:
            _rooms_are_free_for_all(row, by)
        row = _follow(row, same_side=row.proposer_id == earlier, by=by)
    proposal.save()
    journal.record(row, PROPOSED, by=by, days=proposal.words)
    _give_own_key(row, by)
    notifications.dates_key_awaited(row, DATES, clocks)
    performed.send(Meeting, obj=row, transition="changed", by=by, reason="")
    return proposal


def stands(meeting: Meeting) -> bool:
    """Whether the last proposal is there to be agreed to; there may be none on record."""
    last = meeting.proposals.last()
    return last is None or last.status in {Proposal.Status.OPEN, Proposal.Status.ACCEPTED}


def _replace_whatstands(meeting: Meeting, by: User) -> None:
    sources = PROPOSAL.transitions["replace"].sources
    for earlier in meeting.proposals.filter(status__in=sources):
        PROPOSAL.perform(earlier, "replace", by=by)


def _follow(meeting: Meeting, *, same_side: bool, by: User) -> Meeting:
    """The status after a proposal: proposed anew, answered, or open again."""
    if meeting.status in MEETING.transitions["propose"].sources:
        return MEETING.perform(meeting, "propose", by=by)
    if not same_side:
        return MEETING.perform(meeting, "counter_propose", by=by)
    return reopened(meeting, by)


def reopened(meeting: Meeting, by: User) -> Meeting:
    """A key is missing again: what was agreed and not announced yet is a proposal again."""
    if meeting.status == Meeting.Status.AGREED:
        return MEETING.perform(meeting, "reopen", by=by)
    return meeting


def _give_own_key(meeting: Meeting, by: User) -> None:
    """Who proposes agrees to the proposal, as far as it is their key."""
    for party in turned_by(by, meeting)[:1]:
        agree_dates(meeting, party=party, revision=meeting.revision, by=by)


@transaction.atomic
def agree_dates(meeting: Meeting, *, party: Party, revision: int, by: User) -> None:
    """Give a party's key to dates and place; the last key makes them agreed.

    Raises Refused once they stand, or while no proposal does.
    """
    row = _dates_still_open(meeting)
    if not stands(row):
        raise Refused(
            gettext("This proposal was declined or withdrawn. Propose other dates instead.")
        )
    DATES.give(row, party=party, by=by, revision=revision)
    if row.status in MEETING.transitions["agree"].sources and DATES.complete(row):
        for proposal in row.proposals.open():
            PROPOSAL.perform(proposal, "accept", by=by)
        MEETING.perform(row, "agree", by=by)


@transaction.atomic
def take_back_dates_key(meeting: Meeting, *, party: Party, by: User) -> None:
    """Take a party's key to dates and place back, as long as they are not announced."""
    row = _dates_still_open(meeting)
    DATES.withdraw(row, party=party, by=by)
    if row.status == Meeting.Status.AGREED:
        for proposal in row.proposals.filter(status=Proposal.Status.ACCEPTED):
            PROPOSAL.perform(proposal, "reopen", by=by)
    reopened(row, by)


def _dates_still_open(meeting: Meeting) -> Meeting:
    row = locked(meeting)
    if row.is_over:
        raise Refused(gettext("This meeting was held, so its dates and place stand."))
    if row.status in Meeting.FIXED:
        raise Refused(
            gettext(
                "This meeting is announced, so its dates and place stand. Propose to move it; "
                "it moves when every side agrees."
            )
        )
    return row


# --- answers ----------------------------------------------------------------------------


@transaction.atomic
def answer_proposal(proposal: Proposal, name: str, *, by: User, reason: str = "") -> Proposal:
    """Decline a proposal, or take the own one back. Nothing of the meeting moves by that."""
    meeting = locked(proposal.meeting)
    row = PROPOSAL.perform(proposal, name, by=by, reason=reason)
    journal.record(meeting, ANSWERED[name], by=by, reason=reason, days=row.words)
    return row


# --- once it is announced ---------------------------------------------------------------


def _propose_move(row: Meeting, proposal: Proposal, by: User) -> Proposal:
    if all(getattr(row, name) == getattr(proposal, name) for name in AGREED_FIELDS):
        raise Refused(gettext("These are the days and the place that are announced already."))
    if not proposal.is_exact:
        raise Refused(gettext("An announced meeting is moved to exact days. Choose them."))
    _rooms_are_free(row, proposal, by)
    _replace_whatstands(row, by)
    proposal.save()
    journal.record(row, MOVE_PROPOSED, by=by, reason=proposal.remark, days=proposal.words)
    if proposal.party:
        MOVE.give(proposal, party=proposal.party, by=by, revision=proposal.revision)
    if MOVE.complete(proposal):
        _move(row, proposal, by)
    else:
        clocks = on_another_clock(row, proposal.zone, before=row.zone)
        notifications.move_proposed(proposal, MOVE, clocks)
    return proposal


@transaction.atomic
def agree_move(proposal: Proposal, *, party: Party, revision: int, by: User) -> None:
    """Give a party's key to moving an announced meeting; with the last key it moves.

    Raises Refused when the proposal is not open any more or a room is taken meanwhile.
    """
    meeting = locked(proposal.meeting)
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    row.meeting = meeting
    if row.status != Proposal.Status.OPEN or meeting.status not in Meeting.FIXED:
        raise Refused(gettext("This proposal is not open any more. Look at what stands there now."))
    MOVE.give(row, party=party, by=by, revision=revision)
    if MOVE.complete(row):
        _move(meeting, row, by)


@transaction.atomic
def take_back_move_key(proposal: Proposal, *, party: Party, by: User) -> None:
    """Take a party's key to a move back while others are missing."""
    locked(proposal.meeting)
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if row.status != Proposal.Status.OPEN:
        raise NotYours(gettext("This proposal is not open any more."))
    MOVE.withdraw(row, party=party, by=by)


def _move(meeting: Meeting, proposal: Proposal, by: User) -> None:
    """What every side agreed to happens: new days and place, the old ones kept with the reason."""
    PROPOSAL.perform(proposal, "accept", by=by)
    before, shift = meeting.days_words, proposal.starts_on - meeting.starts_on
    clock = meeting.zone
    timing.keep_as_lapsed(meeting, proposal.remark or in_source(MOVED_BY_ALL))
    for name in PROPOSED_FIELDS:
        setattr(meeting, name, getattr(proposal, name))
    _carry_keys(meeting, proposal)
    meeting.save()
    timing.keep(meeting, Timing.Kind.ANNOUNCED)
    clocks = follow_clock(meeting, before=clock, by=by)
    _shift(meeting, shift.days, by, proposal.remark)
    journal.record(
        meeting, MOVED, by=by, reason=proposal.remark, before=before, days=proposal.words
    )
    notifications.meeting_moved(meeting, before, proposal, clocks)
    performed.send(Meeting, obj=meeting, transition="changed", by=by, reason="")


def _carry_keys(meeting: Meeting, proposal: Proposal) -> None:
    """The keys to the move are the keys to the dates from now on."""
    meeting.revision += 1
    old = DATES.keys_of([meeting])[meeting.pk]
    Key.objects.filter(pk__in=[key.pk for key in old], dropped_at=None).update(
        dropped_at=timezone.now(), dropped_because=in_source(MOVED_BY_ALL)
    )
    for key in MOVE.keys_of([proposal])[proposal.pk]:
        if key.dropped_at is None:
            Key.objects.create(
                target=meeting,
                subject=DATES.subject,
                revision=meeting.revision,
                party=key.party,
                holder=key.holder,
                holder_name=key.holder_name,
                office=key.office,
                given_at=key.given_at,
            )


def _shift(meeting: Meeting, days: int, by: User, reason: str) -> None:
    """Move the sittings by whole days, keeping their wall times; those that were held stay.

    Every calendar takes all of them anew, as the place may be another too.
    """
    now = timezone.now()
    ahead = meeting.sittings.taking_place().filter(starts_at__gt=now)
    if days and not meeting.sittings.taking_place().filter(starts_at__lte=now).exists():
        shift_programme(meeting, by=by, days=days, reason=reason, tell=False)
        return
    # Latest first when moving on, soonest first when moving back: no sitting meets the next.
    order = ("-starts_at", "-pk") if days > 0 else ("starts_at", "pk")
    with violations_explained(Sitting):
        for sitting in ahead.order_by(*order):
            sitting.day += timedelta(days=days)
            sitting.sequence += 1
            _store(sitting)


def follow_days(meeting: Meeting, *, before: date | None, by: User) -> None:
    """Move the sittings ahead along from the first day before, where one would be left out.

    Where only a month or a window was known before, or is now, people arrange them.
    """
    ahead = meeting.sittings.taking_place().filter(starts_at__gt=timezone.now())
    if before and meeting.is_exact and any(meeting.leaves_out(one) for one in ahead):
        _shift(meeting, (meeting.starts_on - before).days, by, "")


def _store(sitting: Sitting) -> None:
    try:
        sitting.save()
    except NoSuchTime as error:
        raise Refused(str(error)) from error


def _rooms_are_free(meeting: Meeting, proposal: Proposal, by: User) -> None:
    """Refuse a move whose sittings would meet those of another meeting in a room."""
    shift = proposal.starts_on - meeting.starts_on
    ahead = meeting.sittings.taking_place().filter(starts_at__gt=timezone.now())
    _refuse_taken_rooms(meeting, ahead, shift, by)


def _rooms_are_free_for_all(idea: Meeting, by: User) -> None:
    """Refuse to propose an idea whose rooms are taken: until now it kept them from nobody."""
    _refuse_taken_rooms(idea, idea.sittings.taking_place(), timedelta(), by)


def _refuse_taken_rooms(
    meeting: Meeting, sittings: QuerySet[Sitting], shift: timedelta, by: User
) -> None:
    sentences = [
        sentence
        for sitting in sittings.exclude(room=None).select_related("room", "area")
        if (sentence := _room_taken(meeting, sitting, shift, by))
    ]
    if sentences:
        raise Refused(*sentences)


def _room_taken(meeting: Meeting, sitting: Sitting, shift: timedelta, by: User) -> str:
    sitting.day += shift
    try:
        sitting.reckon()
    except NoSuchTime as error:
        return str(error)
    other = (
        Sitting.objects.keeping_rooms_from(meeting.side_id if meeting.is_own_part else None)
        .filter(room=sitting.room, starts_at__lt=sitting.ends_at, ends_at__gt=sitting.starts_at)
        .exclude(Q(wall=None) | Q(meeting=meeting))
        .first()
        if sitting.is_timed
        else None
    )
    if other is None:
        return ""
    sentence = gettext(
        "%(sitting)s would be in %(room)s on %(when)s, which is taken then by another sitting. "
        "Choose another room for it, or propose other days."
    )
    if Sitting.objects.visible_to(by).filter(pk=other.pk).exists():
        sentence = gettext(
            "%(sitting)s would be in %(room)s on %(when)s, which is taken then by %(other)s of the "
            "%(meeting)s. Choose another room or another time for it, or propose other days."
        )
    return sentence % {
        "sitting": sitting.label,
        "other": other.label,
        "meeting": other.meeting.full_label,
        "room": sitting.room,
        "when": sitting.clocks(meeting.sides()),
    }
