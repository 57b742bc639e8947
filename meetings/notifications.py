"""Who is told what about meetings and action items: one function a message."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from meetings.models import ActionItem, Appointment, Body, Meeting, Sitting, Undertaking
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
