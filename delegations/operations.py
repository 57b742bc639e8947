"""Deeds around registrations. Each is atomic and says by whom."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications
from delegations.models import Delegate, Delegation, Desk
from delegations.models.delegate import DelegateQuerySet
from delegations.transitions import DELEGATE
from meetings.models import Meeting, Sitting
from portal import journal
from portal.models import Person, User
from portal.refusal import NotYours, Refused

OPENED = journal.register("desk.made", _("opened the delegations of all sides"))
REGISTERED = journal.register("delegate.registered", _("registered"))
CHANGED = journal.register("delegate.changed", _("changed the registration"))
PLACES = journal.register("desk.places", _("set the number of places"))

# Another person, another organisation: the side decides anew (domain.md 4.2, rule 8).
IDENTITY_FIELDS = ("full_name", "latin_name", "organisation", "email")


class AlreadyRegistered(Refused):
    """This person has a live registration for this meeting."""


@transaction.atomic
def open_delegations(meeting: Meeting, *, by: User | None) -> Desk:
    """Open one delegation per party and the meeting's registration desk; twice is once."""
    for party in meeting.sides():
        Delegation.objects.get_or_create(meeting=meeting, party=party)
    desk, made = Desk.objects.get_or_create(meeting=meeting)
    if made:
        journal.record(meeting, OPENED, by=by)
    return desk


@transaction.atomic
def set_places(desk: Desk, *, capacity: int | None, by: User) -> Desk:
    """Set how many may register. Raises Refused below the number already there."""
    row = Desk.objects.select_for_update().get(pk=desk.pk)
    if capacity is not None and capacity < row.taken:
        raise Refused(
            # Not how many: the other side's waiting people are its own affair.
            gettext("More people are registered than this. Choose more places, or leave it empty.")
        )
    row.capacity = capacity
    row.save(update_fields=["capacity"])
    journal.record(row.meeting, PLACES, by=by)
    return row


# --- a person registers ---------------------------------------------------------------


def register(
    desk: Desk,
    *,
    delegate: Delegate,
    sittings: Iterable[Sitting],
    submission: uuid.UUID,
) -> Delegate:
    """Store a registration, pending its side's approval, and tell the person.

    The same `submission` posted twice registers once. Raises AlreadyRegistered for a person
    who has a live registration, Refused when the desk is closed or no place is left.
    """
    try:
        return _register(desk, delegate, sittings, submission)
    except IntegrityError:
        # Two posts at the same moment: the database let the other one through, and now that
        # it is stored this one finds it.
        return _register(desk, delegate, sittings, submission)


@transaction.atomic
def _register(
    desk: Desk, delegate: Delegate, sittings: Iterable[Sitting], submission: uuid.UUID
) -> Delegate:
    earlier = Delegate.objects.filter(submission=submission).first()
    if earlier and _same_person(earlier, delegate):
        return earlier
    if not desk.takes_registrations:
        raise Refused(gettext("Registration for this meeting is closed."))
    delegate.person = _person(delegate)
    # Somebody else on the same phone went back to the filled form: that is another post.
    delegate.submission = None if earlier else submission
    live = live_registration(desk.meeting, delegate.person)
    if live and live.submission == submission:
        return live  # stored by the other click between our first look and this one
    if live:
        raise AlreadyRegistered(gettext("This person is already registered."))
    delegate.save()
    delegate.sittings.set(sittings)
    journal.record(
        delegate,
        REGISTERED,
        by=None,
        name=delegate.full_name,
        party=delegate.party,
        private_to=delegate.party,
    )
    notifications.registered(delegate)
    # Last, because from here to the commit everybody else who registers has to wait.
    if not desk.take_place():
        raise Refused(gettext("All places are taken."))
    return delegate


def _same_person(one: Delegate, other: Delegate) -> bool:
    return (one.full_name, one.email) == (other.full_name, other.email)


def _person(delegate: Delegate) -> Person:
    """The person of this address and name; what is known of them already stays as it is."""
    known = Person.objects.filter(
        email__iexact=delegate.email, full_name__iexact=delegate.full_name
    ).first()
    return known or Person.objects.create(
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
    delegate: Delegate, *, changes: Mapping[str, Any], sittings: Iterable[Sitting]
) -> Delegate:
    """Change a live registration. Another name or organisation asks for approval anew."""
    row = Delegate.objects.for_list().select_for_update(of=("self",)).get(pk=delegate.pk)
    if not row.is_live:
        raise Refused(gettext("This registration is no longer live, so it cannot be changed."))
    if not row.can_still_change:
        raise Refused(gettext("The meeting no longer lies ahead, so nothing can be changed."))
    sittings = list(sittings)
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    if not changed and set(sittings) == set(row.sittings.all()):
        return row
    for name in changed:
        setattr(row, name, changes[name])
    row.save()
    row.sittings.set(sittings)
    journal.record(row, CHANGED, by=None, name=row.full_name, party=row.party, private_to=row.party)
    if row.status == Delegate.Status.APPROVED and set(changed) & set(IDENTITY_FIELDS):
        row = DELEGATE.perform(row, "reconsider", by=None, by_name=row.full_name)
    notifications.changed(row)
    return row


# --- a focal point decides ------------------------------------------------------------


def approve_all(delegates: DelegateQuerySet, *, by: User) -> int:
    """Approve those that still wait; returns how many. Raises NotYours for another side's."""
    approved = 0
    with transaction.atomic():
        # Locked as they wait: whom somebody declined a moment ago stays declined.
        for delegate in delegates.waiting().select_for_update(of=("self",)):
            try:
                DELEGATE.perform(delegate, "approve", by=by)
            except NotYours:
                raise
            except Refused:
                continue  # the person cancelled a moment ago
            approved += 1
    return approved


# --- a person cancels -----------------------------------------------------------------


@transaction.atomic
def cancel_registration(delegate: Delegate) -> Delegate:
    """Cancel by the person's own link."""
    return DELEGATE.perform(delegate, "cancel", by=None, by_name=delegate.full_name)
