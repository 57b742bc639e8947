"""A person registers, changes and cancels."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications
from delegations.models import Answer, Claim, Delegate, Desk, Identity, move_place
from delegations.operations.answer import replace_answers, store_answers
from delegations.operations.waiting import fill_places, somebody_waits_before
from delegations.transitions import DELEGATE
from meetings.models import Meeting, Sitting
from portal import journal
from portal.models import Person
from portal.refusal import Refused
from portal.workflow import recorded

REGISTERED = journal.register("delegate.registered", _("registered"))
CHANGED = journal.register("delegate.changed", _("changed the registration"))

# Another person, another organisation: the side decides anew (domain.md 4.2, rule 8).
IDENTITY_FIELDS = (
    *("full_name", "latin_name", "organisation", "email"),
    *("delegation", "capacity"),
)


class AlreadyRegistered(Refused):
    """This person has a live registration for this meeting."""


class NoPlaceLeft(Refused):
    """No place is left for what this person wants."""


@dataclass(frozen=True)
class Given:
    """What somebody answers besides who they are."""

    sittings: list[Sitting]
    answers: Sequence[Answer] = ()
    identity: Identity | None = None
    may_wait: bool = False


# --- a person registers ---------------------------------------------------------------


def register(
    desk: Desk,
    *,
    delegate: Delegate,
    sittings: Iterable[Sitting],
    submission: uuid.UUID,
    answers: Sequence[Answer] = (),
    identity: Identity | None = None,
    may_wait: bool = False,
) -> Delegate:
    """Store a registration, pending its side's approval, and tell the person.

    The same `submission` posted twice registers once. Raises AlreadyRegistered for a person
    who has a live registration, Refused when the desk is closed, and NoPlaceLeft where all are
    taken; who `may_wait` is put on the waiting list then.
    """
    given = Given(list(sittings), answers, identity, may_wait)
    try:
        delegate.submission = submission
        return _store(desk, delegate, given)
    except (IntegrityError, Refused) as error:
        # The database keeps one registration per submission and per person. Who comes twice is
        # rare; most who register need not wait until everybody else's rows have been searched.
        delegate.pk = None
        is_full = isinstance(error, NoPlaceLeft)
        return _find_or_store(desk, delegate, given, submission, is_full=is_full)


@transaction.atomic
def _find_or_store(
    desk: Desk, delegate: Delegate, given: Given, submission: uuid.UUID, *, is_full: bool
) -> Delegate:
    earlier = Delegate.objects.filter(submission=submission).first()
    if earlier and _same_person(earlier, delegate):
        return earlier
    # Somebody else on the same phone went back to the filled form: that is another post.
    delegate.submission = None if earlier else submission
    known = _known(delegate)
    live = live_registration(desk.meeting, known) if known else None
    if live and live.submission == submission:
        return live  # stored by the other click between our first look and this one
    if live:
        raise AlreadyRegistered(gettext("This person is already registered."))
    if not is_full:
        return _store(desk, delegate, given)
    if not given.may_wait:
        raise NoPlaceLeft(gettext("All places are taken."))
    return _put_in_line(desk, delegate, given)


@transaction.atomic
def _store(desk: Desk, delegate: Delegate, given: Given) -> Delegate:
    _write(desk, delegate, given)
    notifications.registered(delegate)
    # Last, because from here to the commit everybody else who registers has to wait.
    claim = Claim.of(delegate, given.sittings)
    by_hand = desk.promotion == Desk.Promotion.BY_HAND
    if not move_place(None, claim) or (by_hand and somebody_waits_before(claim)):
        raise NoPlaceLeft(gettext("All places are taken."))
    return delegate


@transaction.atomic
def _put_in_line(desk: Desk, delegate: Delegate, given: Given) -> Delegate:
    """On the waiting list; a place that became free in this moment is given at once."""
    delegate.waiting_since = timezone.now()
    _write(desk, recorded(delegate, Delegate.Status.WAITING), given)
    notifications.queued(delegate)
    fill_places(desk.meeting)
    return delegate


def _write(desk: Desk, delegate: Delegate, given: Given) -> None:
    if not desk.takes_registrations:
        raise Refused(gettext("Registration for this meeting is closed."))
    delegate.person = _known(delegate) or _new_person(delegate)
    delegate.save(force_insert=True)
    chosen = Delegate.sittings.through
    chosen.objects.bulk_create(
        chosen(delegate_id=delegate.pk, sitting_id=sitting.pk) for sitting in given.sittings
    )
    store_answers(delegate, given.answers, given.identity)
    journal.record(
        delegate,
        REGISTERED,
        by=None,
        name=delegate.full_name,
        party=delegate.party,
        private_to=delegate.party,
    )


def _same_person(one: Delegate, other: Delegate) -> bool:
    return (one.full_name, one.email) == (other.full_name, other.email)


def _known(delegate: Delegate) -> Person | None:
    """The person of this address and name; what is known of them already stays as it is."""
    return Person.objects.called(delegate.full_name, delegate.email).first()


def _new_person(delegate: Delegate) -> Person:
    return Person.objects.create(
        full_name=delegate.full_name,
        latin_name=delegate.latin_name,
        honorific=delegate.honorific,
        email=delegate.email,
        language=delegate.language,
        zone=delegate.zone,
    )


def live_registration(meeting: Meeting, person: Person) -> Delegate | None:
    """The person's live registration for a meeting, if there is one."""
    return Delegate.objects.for_list().live().filter(meeting=meeting, person=person).first()


@transaction.atomic
def send_link_again(meeting: Meeting, *, email: str, full_name: str) -> None:
    """Send the personal link once more to the address that registered, once an hour at most."""
    earlier = (
        Delegate.objects.for_list()
        .live()
        .filter(Q(person__full_name__iexact=full_name), meeting=meeting, email__iexact=email)
        .first()
    )
    if earlier:
        notifications.link_again(earlier, key=f"{timezone.now():%Y%m%d%H}")


# --- a person changes or cancels by the personal link ---------------------------------


@transaction.atomic
def change_registration(
    delegate: Delegate,
    *,
    changes: Mapping[str, Any],
    sittings: Iterable[Sitting],
    answers: Sequence[Answer] | None = None,
    identity: Identity | None = None,
) -> Delegate:
    """Change a live registration. Another name or organisation asks for approval anew."""
    row = Delegate.objects.for_list().select_for_update(of=("self",)).get(pk=delegate.pk)
    if not row.is_live:
        raise Refused(gettext("This registration is no longer live, so it cannot be changed."))
    if not row.can_still_change:
        raise Refused(gettext("The meeting no longer lies ahead, so nothing can be changed."))
    sittings = list(sittings)
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    answered = answers is not None and replace_answers(row, answers, identity)
    if not changed and not answered and set(sittings) == set(row.sittings.all()):
        return row
    before = Claim.of(row)
    for name in changed:
        setattr(row, name, changes[name])
    row.save()
    row.sittings.set(sittings)
    _move(row, before, Claim.of(row, sittings))
    journal.record(row, CHANGED, by=None, name=row.full_name, party=row.party, private_to=row.party)
    if row.status == Delegate.Status.APPROVED and set(changed) & set(IDENTITY_FIELDS):
        row = DELEGATE.perform(row, "reconsider", by=None, by_name=row.full_name)
    notifications.changed(row)
    return row


def _move(row: Delegate, before: Claim, after: Claim) -> None:
    """The place goes along with what was changed; who waits may now fit, or another may."""
    if before == after:
        return
    if row.status in Delegate.HOLDING and not move_place(before, after):
        raise NoPlaceLeft(
            gettext("No place is left for what you chose, so your registration stays as it was.")
        )
    fill_places(row.meeting)


# --- a person cancels -----------------------------------------------------------------


@transaction.atomic
def cancel_registration(delegate: Delegate) -> Delegate:
    """Cancel by the person's own link."""
    return DELEGATE.perform(delegate, "cancel", by=None, by_name=delegate.full_name)
