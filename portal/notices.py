"""The outbox: render a message, store it once, send it after the commit, try again."""

import logging
import smtplib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, models, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.models import Notice

if TYPE_CHECKING:
    from portal.models import Party, Person

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.PORTAL_SEND_LEASE)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 60  # with the pauses above, more than two days of a mail server that is down


@dataclass(frozen=True)
class Recipient:
    """Whom a message goes to, and how that person reads and counts hours."""

    email: str
    name: str
    language: str
    zone: str
    party: "Party | None" = None
    person: "Person | None" = None

    @classmethod
    def of(cls, person: "Person", party: "Party | None" = None) -> "Recipient":
        """A person we know."""
        return cls(
            email=person.email,
            name=person.address_name,
            language=person.language,
            zone=person.zone,
            party=party or person.party,
            person=person,
        )


@dataclass(frozen=True)
class Letter:
    """What a message says: a template pair with its context, and what goes with it.

    `template` names `<template>.subject.txt` and `<template>.txt`; `secret` is what of the text
    nobody but the recipient may read.
    """

    template: str
    context: Mapping[str, Any]
    calendar: str = ""
    secret: str = ""


# By name: a letter about the row of that primary key, or None where there is nothing to say.
Writer = Callable[[int], Letter | None]
_writers: dict[str, Writer] = {}


def written_later(name: str) -> Callable[[Writer], Writer]:
    """Name a function that writes a letter when its turn to be sent has come."""

    def register(writer: Writer) -> Writer:
        _writers[name] = writer
        return writer

    return register


def queue(
    template: str,
    *,
    key: str,
    to: Recipient,
    context: Mapping[str, Any],
    about: models.Model | None = None,
    calendar: str = "",
    secret: str = "",
    private_to: "Party | None" = None,
) -> None:
    """Write one message into the outbox, unless one with this key is there already.

    It is rendered now, in the recipient's language and zone. It must run inside the transaction
    of what it tells of. `private_to` is the side whose secretaries alone may read it besides.
    """
    notice = _addressed(template, key, to, about, private_to)
    _write(notice, Letter(template, context, calendar, secret), to)
    store(notice)


def queue_unwritten(
    template: str,
    *,
    key: str,
    to: Recipient,
    writer: str,
    of: int,
    about: models.Model | None = None,
    secret: str = "",
    private_to: "Party | None" = None,
    not_before: datetime | None = None,
) -> None:
    """The same for a message that is written when it is sent, from the row as it then stands.

    For where many people wait for the transaction to end, and for what is told together after a
    while (`not_before`); `writer` is a name that `written_later` registered.
    """
    if writer not in _writers:
        raise LookupError(f"Nobody is called “{writer}”. Register who writes with written_later.")
    notice = _addressed(template, key, to, about, private_to)
    notice.writer, notice.writes_of, notice.secret = writer, of, secret
    notice.not_before = not_before or notice.not_before
    store(notice)


def _addressed(
    template: str,
    key: str,
    to: Recipient,
    about: models.Model | None,
    private_to: "Party | None",
) -> Notice:
    if not connection.in_atomic_block:
        raise RuntimeError(f"{template}: a message is queued inside the transaction it tells of.")
    return Notice(
        key=key,
        template=template,
        target=about,
        person=to.person,
        party=to.party,
        private_to=private_to or getattr(about, "kept_by", None),
        name=to.name[:300],
        email=to.email,
        language=to.language,
        zone=to.zone,
    )


def _write(notice: Notice, letter: Letter, to: Recipient) -> None:
    with translation.override(to.language), timezone.override(to.zone):
        full = {**letter.context, "to": to, "portal_url": settings.PORTAL_URL}
        subject = " ".join(render_to_string(f"{letter.template}.subject.txt", full).split())
        notice.subject = subject[:400]
        notice.body = render_to_string(f"{letter.template}.txt", full).strip() + "\n"
    notice.calendar, notice.secret = letter.calendar, letter.secret


def store(notice: Notice) -> None:
    """Put a written message into the outbox once, and wake the sender after the commit."""
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    # One wake-up for all messages of a transaction.
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)


WOKEN = "outbox-woken"


def wake() -> None:
    """Ask the worker to empty the outbox. A broker that is down costs only the wait for beat.

    Who was asked a moment ago and has not begun yet is not asked again: it looks for everything.
    """
    from portal.tasks import send_waiting

    try:
        if cache.add(WOKEN, value=True, timeout=5):
            send_waiting.delay()
    except Exception:  # whatever a broker can raise: the row is safe, beat comes by
        log.warning("The broker does not answer; beat will find the waiting messages.")


# --- sending --------------------------------------------------------------------------


def send_all_waiting(limit: int = 1000) -> int:
    """Send what is due, over one connection; returns how many messages left.

    Several senders may run at once: each row is claimed by one of them.
    """
    sent = 0
    _begin_round()
    with _connection() as mail:
        for _turn in range(limit):
            notice = claim()
            if notice is None:
                break
            sent += deliver(notice, mail)
    return sent


def _begin_round() -> None:
    """From now on whoever queues a message asks anew: it may come too late for this round."""
    try:
        cache.delete(WOKEN)
    except Exception:  # the broker keeps the cache, too; the sign fades by itself
        log.warning("The broker does not answer; who queues a message may not ask for its sending.")


@contextmanager
def _connection() -> Iterator[BaseEmailBackend]:
    mail = get_connection()
    try:
        yield mail
    finally:
        mail.close()


@transaction.atomic
def claim() -> Notice | None:
    """Take the oldest due message for this sender; None when nothing is due."""
    now = timezone.now()
    notice = (
        Notice.objects.due(now, LEASE)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("not_before", "pk")
        .first()
    )
    if notice is None:
        return None
    # Taken up before and never finished: it may have left just before the sender died.
    notice.maybe_twice = notice.maybe_twice or notice.state == Notice.State.SENDING
    notice.state = Notice.State.SENDING
    notice.claimed_at = now
    notice.attempts += 1
    notice.save(update_fields=["state", "claimed_at", "attempts", "maybe_twice"])
    return notice


def deliver(notice: Notice, mail: BaseEmailBackend) -> bool:
    """Send one claimed message and write down how it went."""
    try:
        if notice.writer and not write(notice):
            return False
        mail.open()  # does nothing while the connection stands
        mail.send_messages([_message(notice)])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _drop_connection(mail)
        _put_back(notice, error)
        return False
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.State.SENT, sent_at=timezone.now(), error=""
    )
    return True


def write(notice: Notice) -> bool:
    """Write a message that was queued unwritten; False where there is nothing to say any more."""
    letter = _writers[notice.writer](notice.writes_of or 0)
    if letter is None:
        notice.delete()
        return False
    to = Recipient(notice.email, notice.name, notice.language, notice.zone)
    _write(notice, letter, to)
    notice.writer = ""
    notice.save(update_fields=["subject", "body", "calendar", "secret", "writer"])
    return True


def send_again(notice: Notice) -> None:
    """Queue a failed message once more."""
    Notice.objects.filter(pk=notice.pk, state=Notice.State.FAILED).update(
        state=Notice.State.QUEUED, attempts=0, not_before=timezone.now()
    )
    transaction.on_commit(wake)


def _drop_connection(mail: BaseEmailBackend) -> None:
    try:
        mail.close()
    except (OSError, smtplib.SMTPException):
        log.debug("The mail connection was gone already.")


def _put_back(notice: Notice, error: Exception) -> None:
    """Keep the message for a later attempt, or give up where no attempt can help."""
    hopeless = _is_final(error) or notice.attempts >= MOST_ATTEMPTS
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts - 1, 12), LONGEST_PAUSE)
    # Who was taken for dead and comes back leaves the message to the sender that took it over.
    ours = Notice.objects.filter(
        pk=notice.pk, state=Notice.State.SENDING, claimed_at=notice.claimed_at
    )
    ours.update(
        state=Notice.State.FAILED if hopeless else Notice.State.QUEUED,
        not_before=timezone.now() + pause,
        error=f"{type(error).__name__}: {error}",
    )


def _is_final(error: Exception) -> bool:
    """Whether the mail server refused this message or address for good (RFC 5321: 5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False  # the operator's mistake, to be mended; the message is fine
    return isinstance(error, ValueError) or getattr(error, "smtp_code", 0) >= 500


def _message(notice: Notice) -> EmailMessage:
    message = EmailMessage(
        subject=notice.subject,
        body=notice.body,
        to=[notice.email],
        headers={
            # The same for every attempt, so that a second copy can be recognised.
            "Message-ID": f"<notice-{notice.pk}@{settings.PORTAL_MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if notice.calendar:
        message.attach("meeting.ics", notice.calendar, "text/calendar")
    return message
