"""Who is told what about meetings and action items: one function a message."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone

from meetings.body_change import lines_of
from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    Appointment,
    Body,
    BodyChange,
    Deadline,
    Meeting,
    Paper,
    Proposal,
    Sitting,
    SittingChair,
    Undertaking,
    Wording,
)
from meetings.programme import News
from portal import notices
from portal.agreement import Agreement
from portal.clocks import ClockText
from portal.models import Entry, Key, Party, Person, User, alternat
from portal.notices import Recipient


def _holders(body: Body, *offices: str) -> list[Appointment]:
    """Those in office today in a body or above it, co-chairs in it alone; one a person and side."""
    today = timezone.now().date()
    found = (
        Appointment.objects.on(today)
        .still_seated(today)
        .filter(body__in=body.lineage, office__in=offices)
        .exclude(person__email="")
        .select_related("person__party", "party")
    )
    reaching = [one for one in found if one.office != "chair" or one.body_id == body.pk]
    return list({(one.person_id, one.party_id): one for one in reaching}.values())


def _holders_at(meeting: Meeting, *offices: str) -> list[Appointment]:
    """Those in office in the bodies that a meeting serves; of the own side where it is its own.

    Who holds offices in several is told once, by that in the main body.
    """
    holders: dict[tuple[int, int | None], Appointment] = {}
    for body in meeting.bodies:
        for one in _holders(body, *offices):
            holders.setdefault((one.person_id, one.party_id), one)
    return [one for one in holders.values() if meeting.side_id in (None, one.party_id)]


def office_holders(meeting: Meeting, *offices: str) -> list[Appointment]:
    """The same for what is told of a meeting elsewhere."""
    return _holders_at(meeting, *offices)


def _tell_holders(
    meeting: Meeting, template: str, key: str, holders: Iterable[Appointment], **context: Any
) -> None:
    sittings = list(meeting.sittings.taking_place().select_related("area"))
    for one in holders:
        notices.queue(
            f"meetings/emails/{template}",
            key=f"{key}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={
                "meeting": meeting,
                "holder": one,
                "programme": _programme(meeting, sittings, one.party_id),
                **context,
            },
            about=meeting,
        )


def _programme(
    meeting: Meeting, sittings: Iterable[Sitting], party_id: int | None
) -> list[tuple[Sitting, ClockText]]:
    """Each sitting with its time in the clocks of all sides, the recipient's own first."""
    parties = alternat(meeting.sides(), [party_id] if party_id else [])
    return [(sitting, sitting.clocks(parties)) for sitting in sittings]


def dates_key_awaited(meeting: Meeting, dates: Agreement, clocks: Sequence[News] = ()) -> None:
    """To co-chairs and secretaries of each side whose key to the dates is missing.

    `clocks` is what became of the sittings where the meeting goes by another clock.
    """
    missing = {party.pk for party in dates.missing(meeting)}
    _tell_holders(
        meeting,
        "dates_key_awaited",
        f"dates-key-awaited:{meeting.pk}:{meeting.revision}",
        [one for one in _holders_at(meeting, "chair", "secretary") if one.party_id in missing],
        proposal=meeting.proposals.last(),
        clocks=clocks,
    )


def dates_agreed(meeting: Meeting) -> None:
    """To co-chairs and secretaries of all sides: the last key is there."""
    _tell_holders(
        meeting,
        "dates_agreed",
        f"dates-agreed:{meeting.pk}:{_moves(meeting)}",
        _holders_at(meeting, "chair", "secretary"),
    )


def proposal_declined(proposal: Proposal, by: User, reason: str) -> None:
    """To co-chairs and secretaries of all sides: a side said no, and why."""
    _tell_holders(
        proposal.meeting,
        "proposal_declined",
        f"proposal-declined:{proposal.pk}",
        _holders_at(proposal.meeting, "chair", "secretary"),
        proposal=proposal,
        answerer=by.name,
        answering=by.party,
        reason=reason,
    )


def proposal_withdrawn(proposal: Proposal, by: User) -> None:
    """To co-chairs and secretaries of the other sides: there is nothing to answer any more."""
    holders = _holders_at(proposal.meeting, "chair", "secretary")
    _tell_holders(
        proposal.meeting,
        "proposal_withdrawn",
        f"proposal-withdrawn:{proposal.pk}",
        [one for one in holders if one.party_id != proposal.party_id],
        proposal=proposal,
    )


def move_proposed(proposal: Proposal, move: Agreement, clocks: Sequence[News] = ()) -> None:
    """To co-chairs and secretaries of the sides whose key to moving the meeting is missing."""
    missing = {party.pk for party in move.missing(proposal)}
    holders = _holders_at(proposal.meeting, "chair", "secretary")
    _tell_holders(
        proposal.meeting,
        "move_proposed",
        f"move-proposed:{proposal.pk}",
        [one for one in holders if one.party_id in missing],
        proposal=proposal,
        clocks=clocks,
    )


def meeting_moved(
    meeting: Meeting, before: str, proposal: Proposal, clocks: Sequence[News] = ()
) -> None:
    """To everybody in office, of all sides: every side agreed to move an announced meeting."""
    _tell_holders(
        meeting,
        "meeting_moved",
        f"meeting-moved:{proposal.pk}",
        _holders_at(meeting, "chair", "secretary", "focal_point"),
        proposal=proposal,
        before=before,
        clocks=clocks,
    )


def meeting_renamed(
    meeting: Meeting,
    label: str,
    changes: Iterable[tuple[Any, Any, Any]],
    dates: Agreement,
    dropped: Iterable[Party],
    by: User,
) -> None:
    """To co-chairs and secretaries whose key is missing: what they are asked about is another."""
    missing = {party.pk for party in dates.missing(meeting)}
    holders = _holders_at(meeting, "chair", "secretary")
    _tell_holders(
        meeting,
        "meeting_renamed",
        f"meeting-renamed:{meeting.pk}:{meeting.revision}",
        [one for one in holders if one.party_id in missing and one.person_id != by.person_id],
        label=label,
        changes=list(changes),
        dropped={party.pk for party in dropped},
        editor=by.name,
        editor_party=by.party,
    )


def words_key_awaited(wording: Wording, words: Agreement) -> None:
    """To co-chairs and secretaries of each side whose key to another wording is missing."""
    missing = {party.pk for party in words.missing(wording)}
    holders = _holders_at(wording.meeting, "chair", "secretary")
    _tell_holders(
        wording.meeting,
        "words_key_awaited",
        f"words-key-awaited:{wording.pk}",
        [one for one in holders if one.party_id in missing],
        wording=wording,
    )


def words_ended(wording: Wording, by: User, reason: str) -> None:
    """To co-chairs and secretaries of all sides: another wording was declined or withdrawn."""
    holders = _holders_at(wording.meeting, "chair", "secretary")
    _tell_holders(
        wording.meeting,
        "words_ended",
        f"words-ended:{wording.pk}:{wording.status}",
        [one for one in holders if one.person_id != by.person_id],
        wording=wording,
        answerer=by.name,
        answering=by.party,
        reason=reason,
    )


def meeting_reworded(
    meeting: Meeting, wording: Wording, label: str, changes: Iterable[tuple[Any, Any, Any]]
) -> None:
    """To everybody in office, of all sides: every side agreed to another title or description."""
    _tell_holders(
        meeting,
        "meeting_reworded",
        f"meeting-reworded:{wording.pk}",
        _holders_at(meeting, "chair", "secretary", "focal_point"),
        wording=wording,
        label=label,
        changes=list(changes),
    )


def meeting_suspended(meeting: Meeting, reason: str) -> None:
    """To everybody in office, of all sides: it is interrupted and keeps its number."""
    _tell_holders(
        meeting,
        "meeting_suspended",
        f"meeting-suspended:{meeting.pk}:{_moves(meeting)}",
        _holders_at(meeting, "chair", "secretary", "focal_point"),
        reason=reason,
    )


def meeting_resumed(meeting: Meeting) -> None:
    """To everybody in office, of all sides: it goes on."""
    _tell_holders(
        meeting,
        "meeting_resumed",
        f"meeting-resumed:{meeting.pk}:{_moves(meeting)}",
        _holders_at(meeting, "chair", "secretary", "focal_point"),
    )


def _moves(meeting: Meeting) -> str:
    """A key part that is new whenever a meeting is announced again or called off again."""
    return str(Entry.objects.about(meeting).count())


def meeting_announced(meeting: Meeting) -> None:
    """To everybody in office, of all sides."""
    holders = _holders_at(meeting, "chair", "secretary", "focal_point")
    _tell_holders(
        meeting,
        "meeting_announced",
        f"meeting-announced:{meeting.pk}:{_moves(meeting)}",
        holders,
    )


def meeting_called_off(meeting: Meeting, reason: str) -> None:
    """To everybody in office, of all sides: postponed or cancelled, and why."""
    _tell_holders(
        meeting,
        "meeting_called_off",
        f"meeting-{meeting.status}:{meeting.pk}:{_moves(meeting)}",
        _holders_at(meeting, "chair", "secretary", "focal_point"),
        reason=reason,
    )


def number_key_awaited(meeting: Meeting, missing: Iterable[Party], given: Key) -> None:
    """To each co-chair and secretary whose key to giving the number free is missing."""
    for one in number_holders(meeting, missing):
        key = f"number-key-awaited:{meeting.pk}:{given.pk}:{one.person_id}"
        number_offered(meeting, one, given.party, key=key)


def number_holders(meeting: Meeting, missing: Iterable[Party]) -> list[Appointment]:
    """Who can give the keys to a cancelled meeting's number that are missing."""
    return _of_sides(meeting, missing, "chair", "secretary")


def number_offered(
    meeting: Meeting, holder: Appointment, giver: Party, *, key: str, since: date | None = None
) -> None:
    """To who can give one of the missing keys: at once, and again while it is awaited."""
    notices.queue(
        "meetings/emails/number_key_awaited",
        key=key,
        to=Recipient.of(holder.person, holder.party),
        context={"meeting": meeting, "holder": holder, "giver": giver, "since": since},
        about=meeting,
    )


def people_in_office(meeting: Meeting) -> dict[int, Appointment]:
    """Who is told of a meeting by office: person by number, with the office."""
    holders = _holders_at(meeting, "chair", "secretary", "focal_point")
    return {one.person_id: one for one in holders if meeting.side_id in (None, one.party_id)}


def programme_published(
    meeting: Meeting,
    key: str,
    changes: Iterable[News],
    sittings: Iterable[Sitting],
    by: User | None,
    reason: str,
) -> None:
    """To people in office and those who preside over a changed sitting; not to who published it.

    One message a person: who got it with a registration, under the same key, gets no other.
    """
    holders = people_in_office(meeting)
    changes = list(changes)
    concerned = {one.person: (one.party, changes) for one in holders.values()}
    for person, party, uids in _presiding(sittings):
        own = [change for change in changes if change.uid in uids]
        concerned.setdefault(person, (party, own))
    for person, (party, news) in concerned.items():
        if by is None or person.pk != by.person_id:
            parties = alternat(meeting.sides(), [party.pk] if party else [])
            notices.queue(
                "meetings/emails/programme_published",
                key=programme_key(key, person.pk),
                to=Recipient.of(person, party),
                context={
                    "meeting": meeting,
                    "holder": holders.get(person.pk),
                    "changes": [one.seen_from(parties) for one in news],
                    "by": by,
                    "reason": reason,
                },
                about=meeting,
            )


def _presiding(sittings: Iterable[Sitting]) -> list[tuple[Person, Party | None, set[str]]]:
    """Who presides over some of these sittings, for whom, and over which."""
    found: dict[Person, tuple[Party | None, set[str]]] = {}
    chairs = SittingChair.objects.filter(sitting__in=[one for one in sittings if one.pk])
    for chair in chairs.exclude(person__email="").select_related(
        "person__party", "party", "sitting"
    ):
        found.setdefault(chair.person, (chair.party, set()))[1].add(str(chair.sitting.uid))
    return [(person, party, uids) for person, (party, uids) in found.items()]


def programme_key(key: str, person_id: int) -> str:
    """One message per person and publication, whoever writes it."""
    return f"programme-published:{key}:{person_id}"


def closing_key_awaited(
    item: ActionItem, missing: Iterable[Party], by: User, giver_party: Party
) -> None:
    """To the co-chairs whose key to closing the item is missing, once another gave theirs."""
    for one in _of_sides(item.meeting, missing, "chair"):
        notices.queue(
            "meetings/emails/closing_key_awaited",
            key=f"closing-key-awaited:{item.pk}:{item.revision}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={"item": item, "holder": one, "giver": by.name, "giver_party": giver_party},
            about=item,
        )


def closing_key_dropped(
    item: ActionItem, dropped: Iterable[Party], by: User, reason: str = ""
) -> None:
    """To the co-chairs whose key an edit has dropped, or a reopening with its reason."""
    for one in _of_sides(item.meeting, dropped, "chair"):
        notices.queue(
            "meetings/emails/closing_key_dropped",
            key=f"closing-key-dropped:{item.pk}:{item.revision}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={
                "item": item,
                "holder": one,
                "editor": by.name,
                "editor_party": by.party,
                "reason": reason,
            },
            about=item,
        )


def undertaking_due(undertaking: Undertaking, *, key: str, overdue: bool) -> None:
    """To the owner on one side, before or after the agreed day; an unowned part tells nobody."""
    item = undertaking.item
    if undertaking.owner is None:
        return
    notices.queue(
        "meetings/emails/item_overdue" if overdue else "meetings/emails/item_due",
        key=key,
        to=Recipient.of(undertaking.owner, undertaking.party),
        context={"item": item, "undertaking": undertaking},
        about=item,
    )


def deadlines_moved(meeting: Meeting, deadlines: Iterable[Deadline]) -> None:
    """To the secretaries, those of a side about its own and the common ones."""
    deadlines = sorted(deadlines, key=lambda row: row.due_on)
    for one in deadline_holders(meeting):
        own = [row for row in deadlines if row.party_id in (None, one.party_id)]
        if own:
            notices.queue(
                "meetings/emails/deadlines_moved",
                key=f"deadlines-moved:{meeting.pk}:{_moves(meeting)}:{one.person_id}",
                to=Recipient.of(one.person, one.party),
                context={"meeting": meeting, "holder": one, "deadlines": own},
                about=meeting,
            )


def deadline_holders(meeting: Meeting) -> list[Appointment]:
    """The secretaries who see the meeting: of one side alone where it keeps it to itself."""
    return _holders_at(meeting, "secretary")


def deadline_due(deadline: Deadline, holder: Appointment, *, key: str, missed: bool) -> None:
    """To a secretary who has to do it, before its day or after it has passed."""
    notices.queue(
        "meetings/emails/deadline_missed" if missed else "meetings/emails/deadline_due",
        key=key,
        to=Recipient.of(holder.person, holder.party),
        context={"meeting": deadline.meeting, "holder": holder, "deadline": deadline},
        about=deadline.meeting,
    )


# --- agenda and papers ----------------------------------------------------------------


def _of_sides(meeting: Meeting, parties: Iterable[Party], *offices: str) -> list[Appointment]:
    """Those in office for some sides, in any of the bodies that meet."""
    wanted = {party.pk for party in parties}
    return [one for one in _holders_at(meeting, *offices) if one.party_id in wanted]


def agenda_key_awaited(
    agenda: Agenda, missing: Iterable[Party], by: User, giver_party: Party
) -> None:
    """To the co-chairs whose key to the agenda is missing, once another gave theirs."""
    _tell_holders(
        agenda.meeting,
        "agenda_key_awaited",
        f"agenda-key-awaited:{agenda.pk}:{agenda.revision}",
        _of_sides(agenda.meeting, missing, "chair"),
        agenda=agenda,
        giver=by.name,
        giver_party=giver_party,
    )


def agenda_key_dropped(agenda: Agenda, dropped: Iterable[Party], by: User, because: str) -> None:
    """To the co-chairs whose key to the agenda an edit has dropped."""
    _tell_holders(
        agenda.meeting,
        "agenda_key_dropped",
        f"agenda-key-dropped:{agenda.pk}:{agenda.revision}",
        _of_sides(agenda.meeting, dropped, "chair"),
        agenda=agenda,
        editor=by.name,
        because=because,
    )


def late_point_proposed(item: AgendaItem, by: User) -> None:
    """To the co-chairs of all sides: each one's key is needed."""
    meeting = item.agenda.meeting
    _tell_holders(
        meeting,
        "late_point_proposed",
        f"late-point-proposed:{item.pk}:{item.revision}",
        _of_sides(meeting, item.sides(), "chair"),
        item=item,
        proposer=by.name,
    )


def late_point_answered(item: AgendaItem, by: User, reason: str = "") -> None:
    """To co-chairs and secretaries: of all sides when it was added, else of the proposing one."""
    meeting = item.agenda.meeting
    added = item.status == AgendaItem.Status.LISTED
    parties = item.sides() if added or item.proposer is None else [item.proposer]
    _tell_holders(
        meeting,
        "late_point_answered",
        f"late-point-answered:{item.pk}:{item.revision}:{item.status}",
        _of_sides(meeting, parties, "chair", "secretary"),
        item=item,
        added=added,
        answerer=by.name,
        reason=reason,
    )


def _paper_holders(paper: Paper, *offices: str) -> list[Appointment]:
    """Those in office for the sides of a paper, where its meeting or its body is."""
    if paper.meeting:
        return _of_sides(paper.meeting, paper.sides(), *offices)
    sides = {party.pk for party in paper.sides()}
    return [one for one in _holders(paper.body, *offices) if one.party_id in sides]


def paper_key_awaited(paper: Paper, by: User) -> None:
    """To the co-chairs of all sides: each one's key is needed before more people read it."""
    for one in _paper_holders(paper, "chair"):
        notices.queue(
            "meetings/emails/paper_key_awaited",
            key=f"paper-key-awaited:{paper.pk}:{paper.revision}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={"paper": paper, "holder": one, "asker": by.name},
            about=paper.meeting or paper.body,
        )


def paper_declined(paper: Paper, by: User, *, wanted: str, reason: str) -> None:
    """To the side whose paper it is and to whom else was asked: the answer is a no, and why."""
    for one in _paper_holders(paper, "chair", "secretary"):
        if by.party_id is None or one.party_id != by.party_id:
            notices.queue(
                "meetings/emails/paper_declined",
                key=f"paper-declined:{paper.pk}:{paper.revision}:{one.person_id}",
                to=Recipient.of(one.person, one.party),
                context={
                    "paper": paper,
                    "holder": one,
                    "who": by.name,
                    "side": by.party,
                    "wanted": Paper.Access(wanted).label,
                    "reason": reason,
                    "own": one.party_id == paper.party_id,
                },
                about=paper.meeting or paper.body,
            )


def latest_entries(body: Body) -> list[Entry]:
    """The last line of a body's history, as a message quotes it."""
    return list(Entry.objects.about(body)[:1])


def body_changed(body: Body, entries: Iterable[Entry], *, by: User | None) -> None:
    """To the co-chairs and secretaries of every other side, and to the neutral secretariat."""
    entries = list(entries)
    if not entries:
        return
    for one in _others(body, by):
        notices.queue(
            "meetings/emails/body_changed",
            key=f"body-changed:{entries[-1].pk}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={
                "body": body,
                "holder": one,
                "entries": entries,
                "first": entries[0],
                "agreed": by is None and bool(entries[0].actor_name),  # in the name of all sides
            },
            about=body,
        )


def _others(body: Body, by: User | None) -> list[Appointment]:
    """Who has to know what somebody did with what belongs to all."""
    own, person = (by.party_id, by.person_id) if by else (None, None)
    return [
        one
        for one in _holders(body, "chair", "secretary")
        if one.person_id != person and (own is None or one.party_id != own)
    ]


def body_key_awaited(change: BodyChange, missing: Iterable[Party]) -> None:
    """To the co-chairs and secretaries of each side whose key to a change is missing."""
    wanted = {party.pk for party in missing}
    for one in _holders(change.body, "chair", "secretary"):
        if one.party_id in wanted:
            notices.queue(
                "meetings/emails/body_key_awaited",
                key=f"body-key-awaited:{change.pk}:{change.revision}:{one.person_id}",
                to=Recipient.of(one.person, one.party),
                context={
                    "body": change.body,
                    "change": change,
                    "holder": one,
                    "lines": partial(lines_of, change),
                },
                about=change.body,
            )


def body_change_ended(change: BodyChange, by: User | None, reason: Any) -> None:
    """To the other sides: a change was declined or withdrawn, and why; of a lapsed one to all."""
    for one in _others(change.body, by):
        notices.queue(
            "meetings/emails/body_change_ended",
            key=f"body-change-{change.status}:{change.pk}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={
                "body": change.body,
                "change": change,
                "holder": one,
                "who": by.name if by else "",
                "reason": reason,
            },
            about=change.body,
        )
