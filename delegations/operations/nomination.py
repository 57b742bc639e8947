"""A side names its people, replaces one, changes what it wrote of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications
from delegations.models import (
    Claim,
    Delegate,
    Delegation,
    hold_places,
    move_place,
    take_place,
)
from delegations.permissions import can_nominate
from delegations.transitions import DELEGATE, out_of_time, too_late
from meetings.models import Paper, Sitting
from portal import journal
from portal.constraints import violations_explained
from portal.models import Person, User
from portal.refusal import NotYours, Refused
from portal.search import sought

NAMED = journal.register("delegation.named", _("named %(person)s"))
REPLACED = journal.register("delegation.replaced", _("named %(person)s in place of %(former)s"))
CHANGED_PERSON = journal.register("delegation.person", _("changed what is written of %(person)s"))
CHANGED = journal.register("delegation.changed", _("changed the delegation of %(party)s"))
CHANGED_LATE = journal.register(
    "delegation.changed_late",
    _("changed the delegation of %(party)s late, after the day it was due"),
)

# What a nomination writes into a registration.
WRITTEN = (
    *("full_name", "latin_name", "honorific", "function", "organisation", "sector", "email"),
    *("relationship", "capacity", "rank", "attendance", "language", "zone"),
)


@dataclass(frozen=True)
class Nomination:
    """Whom a side names, as it writes that person. An empty language or zone is the side's own.

    `person` is somebody known already, a past participant of the side. `is_another` says that
    this is not the person of the same name who is in the delegation.
    """

    full_name: str
    organisation: str
    email: str
    latin_name: str = ""
    honorific: str = ""
    function: str = ""
    sector: str = Delegate.Sector.GOVERNMENT.value
    relationship: str = ""
    capacity: str = Delegate.Capacity.DELEGATE.value
    rank: int = Delegate.OfficeRank.OTHER.value
    attendance: str = Delegate.Attendance.IN_PERSON.value
    language: str = ""
    zone: str = ""
    sittings: tuple[Sitting, ...] = ()
    letters: tuple[Paper, ...] = ()
    person: Person | None = None
    is_another: bool = False

    @property
    def names(self) -> set[str]:
        """The name in either script, as names are compared."""
        return _folded(self.full_name, self.latin_name)


def _folded(*names: str) -> set[str]:
    return {" ".join(sorted(sought(name))) for name in names if name}


# --- naming ---------------------------------------------------------------------------


@transaction.atomic
def nominate(delegation: Delegation, people: list[Nomination], *, by: User) -> list[Delegate]:
    """Name people: all of them or nobody. Raises Refused with a sentence for each hindrance.

    A person is found again by address and name, in either script. Who is in the delegation
    already, or stands twice in the list, is refused.
    """
    row = _held(delegation, by)
    _refuse(_not_now(row, row.names_due))
    _refuse(_doubles(row, people))
    named = _store(row, people)
    for delegate in named:
        journal.record(row, NAMED, by=by, person=delegate.full_name, private_to=row.party)
        notifications.named(delegate)
    note_change(row, by=by, due=row.names_due)
    _follow_the_gate(row, named, by)
    _take_places(row, named, people)
    return named


def _held(delegation: Delegation, by: User) -> Delegation:
    """The delegation, held until the transaction ends. Raises NotYours."""
    row = Delegation.objects.for_list().select_for_update(of=("self",)).get(pk=delegation.pk)
    if not can_nominate(by, row):
        raise NotYours(gettext("Each side names its own people."))
    return row


def _not_now(delegation: Delegation, due: date | None) -> Iterable[str]:
    yield from out_of_time(delegation)
    yield from too_late(delegation, due)
    if delegation.status == Delegation.Status.NOBODY:
        yield gettext("Your side said that it sends nobody. Take that back first.")


def _refuse(sentences: Iterable[str]) -> None:
    found = list(sentences)
    if found:
        raise Refused(*found)


def _doubles(delegation: Delegation, people: Sequence[Nomination]) -> Iterable[str]:
    """A sentence for each who is there already, as far as the side may know."""
    there = {}
    for one in delegation.delegates.live().select_related("person"):
        names = _folded(one.full_name, one.latin_name, *one.person.variants)
        there.update({(name, one.email.lower()): one for name in names})
        there.update({(name, ""): one for name in names})
    for nomination in people:
        double = _double_of(nomination, there)
        if double:
            yield _words_of(double, nomination)
        names = nomination.names
        there.update({(name, nomination.email.lower()): nomination for name in names})
        there.update({(name, ""): nomination for name in names})


def _double_of(nomination: Nomination, there: Mapping[tuple[str, str], Any]) -> Any:
    """Who has the same name and address, or the same name unless it is said to be another."""
    address = nomination.email.lower() if nomination.is_another else ""
    return next((there[name, address] for name in nomination.names if (name, address) in there), "")


def _words_of(double: Delegate | Nomination, nomination: Nomination) -> str:
    if isinstance(double, Nomination):
        sentence = gettext("%(name)s stands in the list twice. Leave one out.")
    elif double.track == Delegate.Track.OPEN:
        sentence = gettext(
            "%(name)s has registered for this meeting with your side. Decide on that registration."
        )
    else:
        sentence = gettext(
            "%(name)s is in the delegation already. "
            "If this is another person of the same name, say so."
        )
    return sentence % {"name": nomination.full_name}


# --- storing --------------------------------------------------------------------------


def _store(delegation: Delegation, people: Sequence[Nomination]) -> list[Delegate]:
    known = _known(people)
    with violations_explained(Delegate, Person):
        rows = [_row(delegation, one, _person(delegation, one, known)) for one in people]
        _refuse_registered(delegation, rows)
        Delegate.objects.bulk_create(rows)
        _choose(rows, people)
    return rows


def _refuse_registered(delegation: Delegation, rows: Sequence[Delegate]) -> None:
    """Who comes with another side: one sentence for all cases, which does not say which it is."""
    people = [row.person for row in rows]
    live = Delegate.objects.live().filter(meeting=delegation.meeting_id, person__in=people)
    there = set(live.values_list("person", flat=True))
    _refuse(
        gettext(
            "%(name)s cannot be named: a person of this name and address is registered for "
            "this meeting already, or serves another side. Ask the person, or the secretariat."
        )
        % {"name": row.full_name}
        for row in rows
        if row.person_id in there or row.person.party_id not in {None, delegation.party_id}
    )


def _row(delegation: Delegation, one: Nomination, person: Person) -> Delegate:
    written = {name: getattr(one, name) for name in WRITTEN}
    written["language"] = one.language or delegation.party.language
    written["zone"] = one.zone or delegation.party.zone
    return Delegate(
        delegation=delegation,
        meeting_id=delegation.meeting_id,
        person=person,
        track=Delegate.Track.DELEGATION,
        status=Delegate.Status.NOMINATED,
        **written,
    )


def _known(people: Sequence[Nomination]) -> dict[str, list[Person]]:
    """Whoever has one of the addresses, by address."""
    addresses = {one.email.lower() for one in people} - {""}
    found: dict[str, list[Person]] = {}
    for person in Person.objects.alias(address=Lower("email")).filter(address__in=addresses):
        found.setdefault(person.email.lower(), []).append(person)
    return found


def _person(delegation: Delegation, one: Nomination, known: dict[str, list[Person]]) -> Person:
    """The person of this address and name; what is known of them already stays as it is."""
    if one.person:
        return one.person
    same = known.setdefault(one.email.lower(), [])
    for person in same:
        if one.names & _folded(person.full_name, person.latin_name, *person.variants):
            return person
    person = Person.objects.create(
        full_name=one.full_name,
        latin_name=one.latin_name,
        honorific=one.honorific,
        email=one.email,
        language=one.language or delegation.party.language,
        zone=one.zone or delegation.party.zone,
    )
    if one.email:
        same.append(person)
    return person


def _choose(rows: Sequence[Delegate], people: Sequence[Nomination]) -> None:
    """Write the sittings and the letters of each."""
    sittings, letters = Delegate.sittings.through, Delegate.letters.through
    pairs = list(zip(rows, people, strict=True))
    sittings.objects.bulk_create(
        sittings(delegate_id=row.pk, sitting_id=one.pk)
        for row, nomination in pairs
        for one in nomination.sittings
    )
    letters.objects.bulk_create(
        letters(delegate_id=row.pk, paper_id=one.pk)
        for row, nomination in pairs
        for one in nomination.letters
    )


def _follow_the_gate(delegation: Delegation, named: Iterable[Delegate], by: User) -> None:
    """Who is named after the last stage is approved at once."""
    if opens_for_all(delegation):
        for delegate in named:
            DELEGATE.perform(delegate, "approve_named", by=None, by_name=by.name)


def opens_for_all(delegation: Delegation) -> bool:
    """Whether the people of a delegation are approved: after its last stage."""
    if delegation.status == Delegation.Status.CONFIRMED:
        return True
    return delegation.status == Delegation.Status.SUBMITTED and not delegation.has_two_stages


def _take_places(
    delegation: Delegation, named: Sequence[Delegate], people: Sequence[Nomination]
) -> None:
    """Last in the transaction, because everybody else who registers has to wait."""
    if len(named) > 1:
        # All numbers of the meeting in one order: two long lists would else wait in a circle.
        hold_places(delegation.meeting)
    _refuse(
        gettext("No place is left for %(name)s.") % {"name": row.full_name}
        for row, nomination in zip(named, people, strict=True)
        if not take_place(row, nomination.sittings)
    )


# --- replacing and changing -----------------------------------------------------------


@transaction.atomic
def replace(former: Delegate, nomination: Nomination, *, by: User) -> Delegate:
    """Put somebody in another's place: rank in the list stays, and so does the history."""
    delegation = _held(former.delegation, by)
    _refuse(_not_now(delegation, delegation.last_due))
    _refuse(_doubles(delegation, [nomination]))
    held = Claim.of(former) if former.status in Delegate.HOLDING else None
    gone = DELEGATE.perform(former, "give_way", by=by)
    [named] = _store(delegation, [nomination])
    Delegate.objects.filter(pk=named.pk).update(replaces=gone, place=gone.place)
    named.refresh_from_db()
    journal.record(
        delegation,
        REPLACED,
        by=by,
        person=named.full_name,
        former=gone.full_name,
        private_to=delegation.party,
    )
    notifications.named(named)
    note_change(delegation, by=by, due=delegation.last_due)
    _follow_the_gate(delegation, [named], by)
    if not move_place(held, Claim.of(named, nomination.sittings)):
        raise Refused(gettext("No place is left for %(name)s.") % {"name": named.full_name})
    return named


@transaction.atomic
def change_nomination(delegate: Delegate, nomination: Nomination, *, by: User) -> Delegate:
    """Write something else of a person named. The approval stands: it is the side's own word."""
    delegation = _held(delegate.delegation, by)
    _refuse(_not_now(delegation, delegation.last_due))
    row = Delegate.objects.for_list().select_for_update(of=("self",)).get(pk=delegate.pk)
    if not row.is_live:
        raise Refused(gettext("This person is no longer in the delegation."))
    before = Claim.of(row)
    for name in WRITTEN:
        setattr(row, name, getattr(nomination, name))
    with violations_explained(Delegate):
        row.save()
    row.sittings.set(nomination.sittings)
    row.letters.set(nomination.letters)
    journal.record(
        delegation, CHANGED_PERSON, by=by, person=row.full_name, private_to=delegation.party
    )
    note_change(delegation, by=by, due=delegation.last_due)
    holds = row.status in Delegate.HOLDING
    if holds and not move_place(before, Claim.of(row, nomination.sittings)):
        raise Refused(gettext("No place is left for %(name)s.") % {"name": row.full_name})
    return row


def note_change(delegation: Delegation, *, by: User | None, due: date | None) -> None:
    """Log a change of a delegation that the other sides know, and tell them once an hour."""
    now = timezone.now()
    is_late = delegation.is_late(due, now)
    if delegation.status in Delegation.SENT:
        journal.record(
            delegation, CHANGED_LATE if is_late else CHANGED, by=by, party=delegation.party
        )
        notifications.delegation_changed(delegation, now)
    elif is_late:
        journal.record(
            delegation, CHANGED_LATE, by=by, party=delegation.party, private_to=delegation.party
        )
