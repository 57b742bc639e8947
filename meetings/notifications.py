"""Who is told what about meetings and action items: one function a message."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    Appointment,
    Body,
    Deadline,
    Meeting,
    Paper,
    Sitting,
    Undertaking,
)
from portal import notices
from portal.agreement import Agreement
from portal.clocks import ClockText
from portal.models import Entry, Party, User, alternat
from portal.notices import Recipient


def _holders(body: Body, *offices: str) -> list[Appointment]:
    """Those in office today in a body or, but for co-chairs, above it; one line a person."""
    today = timezone.now().date()
    found = (
        Appointment.objects.on(today)
        .still_seated(today)
        .filter(body__in=body.lineage, office__in=offices)
        .exclude(person__email="")
        .select_related("person__party", "party")
    )
    reaching = [one for one in found if one.office != "chair" or one.body_id == body.pk]
    return list({one.person_id: one for one in reaching}.values())


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
    return [
        (sitting, ClockText(sitting.starts_at, sitting.ends_at, parties)) for sitting in sittings
    ]


def dates_key_awaited(meeting: Meeting, dates: Agreement) -> None:
    """To co-chairs and secretaries of each side whose key to the dates is missing."""
    missing = {party.pk for party in dates.missing(meeting)}
    _tell_holders(
        meeting,
        "dates_key_awaited",
        f"dates-key-awaited:{meeting.pk}:{meeting.revision}",
        [one for one in _holders(meeting.body, "chair", "secretary") if one.party_id in missing],
    )


def _moves(meeting: Meeting) -> str:
    """A key part that is new whenever a meeting is announced again or called off again."""
    return str(Entry.objects.about(meeting).count())


def meeting_announced(meeting: Meeting) -> None:
    """To everybody in office, of all sides."""
    holders = _holders(meeting.body, "chair", "secretary", "focal_point")
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
        _holders(meeting.body, "chair", "secretary", "focal_point"),
        reason=reason,
    )


def _chairs(item: ActionItem, parties: Iterable[Party]) -> list[Appointment]:
    wanted = {party.pk for party in parties}
    return [one for one in _holders(item.meeting.body, "chair") if one.party_id in wanted]


def closing_key_awaited(
    item: ActionItem, missing: Iterable[Party], by: User, giver_party: Party
) -> None:
    """To the co-chairs whose key to closing the item is missing, once another gave theirs."""
    for one in _chairs(item, missing):
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
    for one in _chairs(item, dropped):
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
    deadlines = list(deadlines)
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
    secretaries = _holders(meeting.body, "secretary")
    return [one for one in secretaries if meeting.side_id in (None, one.party_id)]


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


def _of_sides(body: Body, parties: Iterable[Party], *offices: str) -> list[Appointment]:
    wanted = {party.pk for party in parties}
    return [one for one in _holders(body, *offices) if one.party_id in wanted]


def agenda_key_awaited(
    agenda: Agenda, missing: Iterable[Party], by: User, giver_party: Party
) -> None:
    """To the co-chairs whose key to the agenda is missing, once another gave theirs."""
    _tell_holders(
        agenda.meeting,
        "agenda_key_awaited",
        f"agenda-key-awaited:{agenda.pk}:{agenda.revision}",
        _of_sides(agenda.meeting.body, missing, "chair"),
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
        _of_sides(agenda.meeting.body, dropped, "chair"),
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
        _of_sides(meeting.body, item.sides(), "chair"),
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
        _of_sides(meeting.body, parties, "chair", "secretary"),
        item=item,
        added=added,
        answerer=by.name,
        reason=reason,
    )


def paper_key_awaited(paper: Paper, by: User) -> None:
    """To the co-chairs of all sides: each one's key is needed before more people read it."""
    for one in _of_sides(paper.body, paper.sides(), "chair"):
        notices.queue(
            "meetings/emails/paper_key_awaited",
            key=f"paper-key-awaited:{paper.pk}:{paper.revision}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={"paper": paper, "holder": one, "asker": by.name},
            about=paper.meeting,
        )
