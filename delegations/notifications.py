"""Who is told what about a registration: one function a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from delegations.models import Delegate
from meetings.calendars import calendar_file
from meetings.models import Meeting, Sitting
from meetings.notifications import programme_key
from meetings.programme import News
from portal import notices
from portal.clocks import ClockText
from portal.models import Entry, alternat
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
        letter.template,
        key=whole_key or f"{template}:{delegate.pk}:{key}",
        to=_recipient(delegate),
        context=letter.context,
        about=delegate.delegation.meeting,
        secret=letter.secret,
        calendar=letter.calendar,
    )


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
