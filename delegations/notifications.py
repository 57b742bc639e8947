"""Who is told what about a registration: one function a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegate, Delegation, Desk
from meetings.calendars import calendar_file
from meetings.models import Appointment, Meeting, Sitting
from meetings.notifications import office_holders, programme_key
from meetings.programme import News
from portal import notices
from portal.clocks import ClockText
from portal.models import Entry, Party, User, alternat
from portal.notices import Letter, Recipient


def _recipient(delegate: Delegate) -> Recipient:
    return Recipient(
        email=delegate.email,
        name=delegate.address_name,
        language=delegate.language,
        zone=delegate.zone,
        party=delegate.party,
        person=delegate.person,
    )


def personal_url(delegate: Delegate) -> str:
    """The whole address of the page where the person changes or cancels."""
    return f"{settings.PORTAL_URL}{reverse('registration', args=[delegate.token])}"


def _tell(
    delegate: Delegate,
    template: str,
    key: str,
    *,
    whole_key: str = "",
    with_calendar: bool = False,
    **context: Any,
) -> None:
    letter = _letter(delegate, template, with_calendar=with_calendar, **context)
    notices.queue(
        f"delegations/emails/{template}",
        key=whole_key or f"{template}:{delegate.pk}:{key}",
        to=_recipient(delegate),
        context=letter.context,
        about=delegate.delegation.meeting,
        secret=letter.secret,
        calendar=letter.calendar,
        private_to=_kept_by(delegate),
    )


def _kept_by(delegate: Delegate) -> Party | None:
    """The side whose own affair the person is until its delegation is sent."""
    named = delegate.track == Delegate.Track.DELEGATION
    shows = delegate.delegation.status in Delegation.SENT and delegate.status != "removed"
    return delegate.party if named and not shows else None


def _letter(
    delegate: Delegate, template: str, *, with_calendar: bool = False, **context: Any
) -> Letter:
    meeting = delegate.delegation.meeting
    approved = delegate.status == Delegate.Status.APPROVED
    sittings = delegate.programme()
    calendar = ""
    if with_calendar and sittings:
        calendar = calendar_file(meeting, sittings, with_links=approved)
    return Letter(
        template=f"delegations/emails/{template}",
        context={
            "delegate": delegate,
            "meeting": meeting,
            "personal_url": personal_url(delegate),
            "programme": [(sitting, clock(sitting, delegate)) for sitting in sittings],
            "show_links": approved and not meeting.is_off,
            **context,
        },
        secret=delegate.token,
        calendar=calendar,
    )


def clock(sitting: Sitting, delegate: Delegate) -> ClockText:
    """A sitting's time in the clocks of all sides, the recipient's own first."""
    parties = alternat(sitting.meeting.sides(), [delegate.party.pk])
    return sitting.clocks(parties)


def registered(delegate: Delegate) -> None:
    """To the person: reference, both clocks, a calendar file and the personal link.

    Written when it is sent: a thousand people may be registering in this minute.
    """
    notices.queue_unwritten(
        "delegations/emails/registered",
        key=f"registered:{delegate.pk}:{delegate.nonce}",
        to=_recipient(delegate),
        writer="delegate.registered",
        of=delegate.pk,
        about=delegate.delegation.meeting,
        secret=delegate.token,
    )


@notices.written_later("delegate.registered")
def _registered(pk: int) -> Letter | None:
    delegate = Delegate.objects.with_programme().filter(pk=pk).first()
    return delegate and _letter(delegate, "registered", with_calendar=True)


def link_again(delegate: Delegate, key: str) -> None:
    """To the address that registered before: the personal link once more."""
    _tell(delegate, "link_again", key)


def approved(delegate: Delegate) -> None:
    """To the person: you may come; the calendar file now has the joining links."""
    _tell(delegate, "approved", _state(delegate), with_calendar=True)


def declined(delegate: Delegate) -> None:
    """To the person: the own side declined, and why."""
    _tell(delegate, "declined", _state(delegate))


def asked(delegate: Delegate) -> None:
    """To the person: the own side has a question before it decides."""
    _tell(delegate, "asked", _state(delegate))


def queued(delegate: Delegate) -> None:
    """To the person: all places are taken, and you are on the waiting list."""
    _tell(delegate, "queued", delegate.nonce)


def promoted(delegate: Delegate) -> None:
    """To the person: a place became free, and it is yours; your side decides now."""
    _tell(delegate, "promoted", _state(delegate), with_calendar=True)


def offered(delegate: Delegate) -> None:
    """To the person: a place became free; accept it by then, or leave it to the next."""
    _tell(delegate, "offered", _state(delegate))


def accepted(delegate: Delegate) -> None:
    """To the person: the place is yours; your side decides now."""
    _tell(delegate, "accepted", _state(delegate), with_calendar=True)


def offer_ended(delegate: Delegate) -> None:
    """To the person: the place was not accepted in time, so the next is asked."""
    _tell(delegate, "offer_ended", _state(delegate))


def cancelled(delegate: Delegate) -> None:
    """To the person: the registration is cancelled as asked."""
    _tell(delegate, "cancelled", _state(delegate))


def changed(delegate: Delegate) -> None:
    """To the person: what is registered now."""
    _tell(delegate, "changed", _state(delegate), with_calendar=True)


def _state(delegate: Delegate) -> str:
    """A key part that is new for each decision or change: the length of the history."""
    return str(Entry.objects.about(delegate).count())


def meeting_called_off(delegate: Delegate, reason: str) -> None:
    """To everybody registered: postponed or cancelled, and why."""
    meeting = delegate.delegation.meeting
    _tell(
        delegate,
        "meeting_called_off",
        f"{meeting.status}:{_moves(meeting)}",
        with_calendar=True,
        reason=reason,
    )


def meeting_changed(delegate: Delegate) -> None:
    """To everybody registered: the meeting has other dates, place or mode now, or is on again."""
    _tell(delegate, "meeting_changed", _moves(delegate.delegation.meeting), with_calendar=True)


def _moves(meeting: Meeting) -> str:
    """A key part that is new whenever a meeting is changed, called off or announced again."""
    return str(Entry.objects.about(meeting).count())


def programme_changed(
    delegate: Delegate, key: str, changes: Sequence[News], reason: str = ""
) -> None:
    """To those who chose a sitting that was published anew: what is another now, and why."""
    parties = alternat(delegate.delegation.meeting.sides(), [delegate.party.pk])
    _tell(
        delegate,
        "programme_changed",
        "",
        whole_key=programme_key(key, delegate.person_id),
        with_calendar=True,
        changes=[one.seen_from(parties) for one in changes],
        reason=reason,
    )


def meeting_ahead(delegate: Delegate, key: str, first_at: datetime) -> None:
    """To an approved delegate, some days before the first sitting that concerns them."""
    _tell(delegate, "meeting_ahead", key, with_calendar=True, first_at=first_at)


# --- delegations ----------------------------------------------------------------------

HOUR = timedelta(hours=1)  # what changes within one is told in one message, when it is over


def named(delegate: Delegate) -> None:
    """To a person whom a side names: as what, with the reference and the personal link."""
    _queue_for_named(delegate, "named", delegate.nonce)


def expected(delegate: Delegate) -> None:
    """To a person whose delegation is complete: you are expected, with the calendar file."""
    _queue_for_named(delegate, "expected", _state(delegate))


def _queue_for_named(delegate: Delegate, template: str, key: str) -> None:
    """Written when it is sent: a long list may be named in one go."""
    if delegate.email:
        notices.queue_unwritten(
            f"delegations/emails/{template}",
            key=f"{template}:{delegate.pk}:{key}",
            to=_recipient(delegate),
            writer=f"delegate.{template}",
            of=delegate.pk,
            about=delegate.delegation.meeting,
            secret=delegate.token,
            private_to=_kept_by(delegate),
        )


def _named_letter(pk: int, template: str, *, with_calendar: bool) -> Letter | None:
    delegate = Delegate.objects.with_programme().live().filter(pk=pk).first()
    return delegate and _letter(delegate, template, with_calendar=with_calendar)


@notices.written_later("delegate.named")
def _named(pk: int) -> Letter | None:
    return _named_letter(pk, "named", with_calendar=False)


@notices.written_later("delegate.expected")
def _expected(pk: int) -> Letter | None:
    return _named_letter(pk, "expected", with_calendar=True)


def removed(delegate: Delegate) -> None:
    """To a person whom the own side took off its delegation."""
    if delegate.email:
        _tell(delegate, "removed", _state(delegate))


def _others_at(delegation: Delegation) -> list[Appointment]:
    """The focal points and secretaries of the other sides, and the neutral secretariat."""
    holders = office_holders(delegation.meeting, "focal_point", "secretary")
    return [one for one in holders if one.party_id != delegation.party_id]


def delegation_submitted(delegation: Delegation) -> None:
    """To the other sides: a delegation is there to be read."""
    _tell_others(delegation, "delegation_submitted")


def delegation_confirmed(delegation: Delegation) -> None:
    """To the other sides: the names are certain."""
    _tell_others(delegation, "delegation_confirmed")


def delegation_nobody(delegation: Delegation) -> None:
    """To the other sides: a side sends nobody."""
    _tell_others(delegation, "delegation_nobody")


def delegation_reopened(delegation: Delegation, reason: str) -> None:
    """To the other sides: what they were told of a delegation is taken back."""
    _tell_others(delegation, "delegation_reopened", reason)


def _tell_others(delegation: Delegation, template: str, reason: str = "") -> None:
    key = f"{template}:{delegation.pk}:{Entry.objects.about(delegation).count()}"
    for one in _others_at(delegation):
        notices.queue(
            f"delegations/emails/{template}",
            key=f"{key}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context=_delegation_context(delegation) | {"holder": one, "reason": reason},
            about=delegation.meeting,
        )


def _delegation_context(delegation: Delegation) -> dict[str, Any]:
    return {
        "delegation": delegation,
        "meeting": delegation.meeting,
        "number": delegation.delegates.live().of_delegation().count(),
        "path": delegation.get_absolute_url(),
    }


def delegation_changed(delegation: Delegation, now: datetime) -> None:
    """To the other sides: a delegation that they know is another now; once for many changes."""
    for one in _others_at(delegation):
        notices.queue_unwritten(
            "delegations/emails/delegation_changed",
            key=f"delegation-changed:{delegation.pk}:{now:%Y%m%d%H}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            writer="delegation.changed",
            of=delegation.pk,
            about=delegation.meeting,
            not_before=now.replace(minute=0, second=0, microsecond=0) + HOUR,
        )


@notices.written_later("delegation.changed")
def _delegation_changed(pk: int) -> Letter | None:
    delegation = Delegation.objects.for_list().filter(pk=pk, status__in=Delegation.SENT).first()
    if delegation is None:
        return None
    return Letter("delegations/emails/delegation_changed", _delegation_context(delegation))


def delegation_due(delegation: Delegation, holder: Appointment, key: str) -> None:
    """To a focal point of the side: names, or the confirmation of them, are due."""
    notices.queue(
        "delegations/emails/delegation_due",
        key=key,
        to=Recipient.of(holder.person, holder.party),
        context={
            **_delegation_context(delegation),
            "holder": holder,
            "due": delegation.next_due,
            "is_late": delegation.is_late(delegation.next_due, timezone.now()),
        },
        about=delegation.meeting,
        private_to=delegation.party,
    )


def form_changed(desk: Desk, by: User, now: datetime) -> None:
    """To the other sides, while people register: the form asks something else; once an hour."""
    meeting = desk.meeting
    for one in office_holders(meeting, "focal_point", "secretary"):
        if one.person_id == by.person_id or (by.party_id and one.party_id == by.party_id):
            continue
        notices.queue(
            "delegations/emails/form_changed",
            key=f"form-changed:{desk.pk}:{now:%Y%m%d%H}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={"meeting": meeting, "holder": one, "changer": by},
            about=meeting,
        )


def terms_set(desk: Desk, by: User) -> None:
    """To the focal points and secretaries of all sides: when names are due, and how strictly."""
    meeting = desk.meeting
    key = f"delegation-terms:{desk.pk}:{Entry.objects.about(meeting).count()}"
    for one in office_holders(meeting, "focal_point", "secretary"):
        notices.queue(
            "delegations/emails/terms_set",
            key=f"{key}:{one.person_id}",
            to=Recipient.of(one.person, one.party),
            context={"desk": desk, "meeting": meeting, "holder": one, "setter": by},
            about=meeting,
        )
