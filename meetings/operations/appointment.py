"""Giving, ending and passing on offices. A side appoints its own people, and no other's."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Appointment, Body
from meetings.operations.body import names_in_words
from meetings.permissions import can_speak_for
from portal import journal
from portal.constraints import violations_explained
from portal.models import Entry, Organisation, Party, Person, User
from portal.refusal import NotYours, Refused

APPOINTED = journal.register(
    "appointment.given", _("appointed %(person)s from %(day)s: %(office)s, %(side)s")
)
REPLACED = journal.register(
    "appointment.passed_on",
    _("appointed %(person)s from %(day)s in place of %(before)s: %(office)s, %(side)s"),
)
ENDED = journal.register(
    "appointment.ended", _("ended the office of %(person)s after %(day)s: %(office)s, %(side)s")
)
CORRECTED = journal.register(
    "appointment.corrected",
    _("corrected the office of %(person)s: %(what)s; before: “%(before)s”, now: “%(after)s”"),
)

ONE_DAY = timedelta(days=1)


@transaction.atomic
def appoint(appointment: Appointment, *, by: User) -> Appointment:
    """Give somebody an office; the other sides and the neutral secretariat are told.

    Raises NotYours for another side's office, Refused when the same office is held already.
    """
    _check(appointment, by)
    _store(appointment)
    _tell(appointment, _given(appointment, by), by)
    return appointment


@transaction.atomic
def replace_appointment(
    appointment: Appointment, *, successor: Appointment, by: User
) -> Appointment:
    """Let somebody follow in an office: the earlier one ends the day before."""
    held = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    _check(held, by)
    successor.body, successor.party, successor.office = held.body, held.party, held.office
    successor.order = held.order
    if held.since and successor.since <= held.since:
        raise Refused(
            gettext("%(person)s came into office on that day or later. Choose a later first day.")
            % {"person": held.person.full_name}
        )
    if held.until is None or held.until >= successor.since:
        held.until = successor.since - ONE_DAY
        held.save()
    _store(successor)
    entry = journal.record(
        held.body,
        REPLACED,
        by=by,
        **_facts(successor),
        day=successor.since,
        before=held.person.full_name,
        reason=successor.act,
    )
    _tell(successor, entry, by)
    return successor


@transaction.atomic
def end_appointment(
    appointment: Appointment, *, last_day: date, by: User, reason: str = ""
) -> Appointment:
    """End an office after a day; the seat of its holder is vacant from the next."""
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    _check(row, by)
    row.until = last_day
    with violations_explained(Appointment):
        row.save()
    entry = journal.record(row.body, ENDED, by=by, **_facts(row), day=last_day, reason=reason)
    _tell(row, entry, by)
    return row


@transaction.atomic
def correct_appointment(
    appointment: Appointment, *, changes: Mapping[str, Any], by: User
) -> Appointment:
    """Correct title, act, organisation or days of an office, with a line for each in history."""
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    _check(row, by)
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    _store(row)
    entries = [
        journal.record(
            row.body,
            CORRECTED,
            by=by,
            person=row.person.full_name,
            what=row._meta.get_field(name).verbose_name,
            before=_shown(before[name]),
            after=_shown(getattr(row, name)),
        )
        for name in changed
    ]
    notifications.body_changed(row.body, entries, by=by)
    return row


def _check(appointment: Appointment, by: User) -> None:
    if not can_speak_for(by, appointment.body, appointment.party):
        raise NotYours(gettext("A side appoints its own people alone."))


def _store(appointment: Appointment) -> None:
    _refuse_without_seat(appointment)
    appointment.person = _entered(appointment.person, appointment.party)
    organisation = appointment.organisation
    if organisation and organisation.pk is None:
        appointment.organisation = known_organisation(organisation)
    # Two who appoint at the same moment wait here; the constraint has the last word.
    Body.objects.select_for_update(of=("self",)).get(pk=appointment.body_id)
    with violations_explained(Appointment):
        appointment.save()


def known_organisation(organisation: Organisation) -> Organisation:
    """The side's organisation of this name, newly entered where there is none."""
    row, _made = Organisation.objects.get_or_create(
        party=organisation.party, name=organisation.name
    )
    return row


def _refuse_without_seat(appointment: Appointment) -> None:
    party = appointment.party
    if party is None:
        return
    seats = appointment.body.seats.filter(party=party)
    if not any(seat.until is None or _ends_after(seat.until, appointment) for seat in seats):
        raise Refused(
            gettext("%(party)s has no seat in this body then. Give it a seat first.")
            % {"party": party.label}
        )


def _ends_after(last: date, appointment: Appointment) -> bool:
    return appointment.since is None or appointment.since <= last


def _entered(person: Person, party: Party | None) -> Person:
    """The stored person, who serves this side from now on. Raises Refused for another side's."""
    if person.pk is None and person.email:
        found = Person.objects.filter(
            email__iexact=person.email, full_name__iexact=person.full_name
        ).first()
        person = found or person
    if person.party_id not in (None, party.pk if party else None):
        raise Refused(
            gettext("%(person)s serves another side, so this side cannot appoint that person.")
            % {"person": person.full_name}
        )
    if person.pk is None or person.party_id is None:
        person.party = party
        person.save()
    return person


def _facts(appointment: Appointment) -> dict[str, Any]:
    """An office as the history and the messages name it."""
    return {
        "person": appointment.person.full_name,
        "office": appointment.title or Appointment.Office(appointment.office).label,
        "side": appointment.party.short_name if appointment.party else _("neutral secretariat"),
    }


def _given(appointment: Appointment, by: User) -> Entry:
    return journal.record(
        appointment.body,
        APPOINTED,
        by=by,
        **_facts(appointment),
        day=appointment.since or _("an unknown day"),
        reason=appointment.act,
    )


def _tell(appointment: Appointment, entry: Entry, by: User) -> None:
    notifications.body_changed(appointment.body, [entry], by=by)


def _shown(value: Any) -> Any:
    if value in (None, "", {}):
        return _("none")
    return names_in_words(value) if isinstance(value, Mapping) else value
