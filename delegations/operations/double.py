"""Two records that are one person: found, and made one with everything that hangs on either."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.likeness import alike, folded, loosened
from delegations.models import Delegate, Double
from delegations.permissions import can_merge
from delegations.transitions import DELEGATE
from meetings.models import Appointment, Meeting, Participation
from portal import journal
from portal.constraints import violations_explained
from portal.models import Entry, Notice, Person, User
from portal.refusal import NotYours, Refused

MERGED = journal.register("person.merged", _("made one record of %(person)s and %(former)s"))

ADDRESS, NAME, SIMILAR = "address", "name", "similar"
WHY = {
    ADDRESS: _("Same address"),
    NAME: _("Same name"),
    SIMILAR: _("Similar name, same organisation"),
}
CROWD = 200  # people of one organisation or address beyond whom a likeness says nothing

# --- finding --------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A person as the registrations that the reader knows tell of them."""

    person: Person
    organisations: frozenset[str]
    is_here: bool

    @property
    def names(self) -> set[str]:
        one = self.person
        return folded(one.full_name, one.latin_name, *one.variants)

    @property
    def loose(self) -> set[str]:
        one = self.person
        return loosened(one.full_name, one.latin_name, *one.variants)


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person, and what makes one think so."""

    one: Person
    other: Person
    why: tuple[str, ...]

    @property
    def words(self) -> list[Any]:
        return [WHY[reason] for reason in self.why]


def doubles_at(meeting: Meeting, user: User) -> list[Pair]:
    """Who at a meeting may be in the portal twice, as far as the reader knows both closely."""
    people = _known(meeting, user)
    found: dict[tuple[int, int], set[str]] = {}
    for reason, one, other in _likenesses(people):
        if one.is_here or other.is_here:
            first, second = sorted((one.person.pk, other.person.pk))
            found.setdefault((first, second), set()).add(reason)
    by_pk = {one.person.pk: one.person for one in people}
    pairs = [
        Pair(by_pk[first], by_pk[second], tuple(reason for reason in WHY if reason in why))
        for (first, second), why in found.items()
    ]
    return sorted(pairs, key=lambda pair: (-len(pair.why), pair.one.full_name))


def _known(meeting: Meeting, user: User) -> list[Known]:
    rows = Delegate.objects.known_closely_by(user).order_by("pk")
    here, organisations = set(), {}
    for person, at, organisation in rows.values_list("person", "meeting", "organisation"):
        organisations.setdefault(person, set()).update(folded(organisation))
        if at == meeting.pk:
            here.add(person)
    return [
        Known(person, frozenset(organisations[person.pk]), person.pk in here)
        for person in Person.objects.filter(pk__in=organisations).order_by("pk")
    ]


def _likenesses(people: Iterable[Known]) -> Iterator[tuple[str, Known, Known]]:
    by_address: dict[str, list[Known]] = {}
    by_name: dict[str, list[Known]] = {}
    by_organisation: dict[str, list[Known]] = {}
    for one in people:
        if one.person.email:
            by_address.setdefault(one.person.email.lower(), []).append(one)
        for name in one.names:
            by_name.setdefault(name, []).append(one)
        for organisation in one.organisations:
            by_organisation.setdefault(organisation, []).append(one)
    yield from ((ADDRESS, one, other) for one, other in _pairs(by_address))
    yield from ((NAME, one, other) for one, other in _pairs(by_name))
    yield from (
        (SIMILAR, one, other)
        for one, other in _pairs(by_organisation)
        if not one.names & other.names and alike(one.loose, other.loose)
    )


def _pairs(groups: dict[str, list[Known]]) -> Iterator[tuple[Known, Known]]:
    for group in groups.values():
        if len(group) <= CROWD:
            for number, one in enumerate(group):
                yield from ((one, other) for other in group[number + 1 :])


# --- making one of two ----------------------------------------------------------------


def clashes(one: Person, other: Person) -> list[list[Delegate]]:
    """For each meeting at which both are registered and live, the two registrations."""
    live = Delegate.objects.live().for_list().filter(person__in=[one, other]).order_by("pk")
    found: dict[int, list[Delegate]] = {}
    for delegate in live:
        found.setdefault(delegate.meeting_id, []).append(delegate)
    return [both for both in found.values() if len(both) > 1]


@transaction.atomic
def merge(kept: Person, gone: Person, *, by: User, stays: Collection[int] = ()) -> Person:
    """Make one record of two; whatever hung on the second hangs on the first.

    `stays` are the registrations that stay where both are registered for one meeting; without a
    word the further one does. Raises NotYours, or Refused with what stands in the way.
    """
    kept, gone = _held(kept, gone)
    if not can_merge(by, kept, gone):
        raise NotYours(
            gettext("Ask the neutral secretariat: these records are not your side’s alone.")
        )
    _refuse(kept, gone)
    moved = list(Delegate.objects.for_list().filter(person=gone))
    aside = _set_aside(kept, gone, stays, by)
    number, former = gone.pk, gone.full_name
    _move(kept, gone)
    double = Double(
        person=kept,
        number=number,
        full_name=former,
        email=gone.email,
        registrations=aside,
        by=by,
        by_name=by.name,
    )
    _remember(kept, gone)
    double.save()
    _write_down(kept, former, moved, by)
    return kept


def _held(kept: Person, gone: Person) -> tuple[Person, Person]:
    both = Person.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    found = {person.pk: person for person in both}
    if len(found) < 2:
        raise Refused(gettext("These are one record already."))
    return found[kept.pk], found[gone.pk]


def _refuse(kept: Person, gone: Person) -> None:
    """An account must not come into an office that it was never given."""
    accounts = {person.pk for person in (kept, gone) if User.objects.filter(person=person).exists()}
    offices = set(
        Appointment.objects.filter(person__in=[kept, gone]).values_list("person", flat=True)
    )
    if len(accounts) == 2:
        raise Refused(
            gettext("Both sign in with an account of their own. Have one of them closed first.")
        )
    if accounts and offices - accounts:
        raise Refused(
            gettext(
                "One of the two signs in, the other holds an office. Appoint the one who signs in "
                "first, then end the office of the other."
            )
        )


def _set_aside(kept: Person, gone: Person, stays: Collection[int], by: User) -> dict[str, int]:
    """Where both are registered for a meeting one registration stays; which led to which."""
    aside: dict[str, int] = {}
    for both in clashes(kept, gone):
        staying = min(both, key=lambda one: (one.pk not in stays, not _is_further(one), one.pk))
        for other in both:
            if other.pk != staying.pk:
                DELEGATE.perform(other, "set_aside", by=None, by_name=by.name)
                other.check_ins.update(delegate=staying)
                if other.attended_at and not staying.attended_at:
                    Delegate.objects.filter(pk=staying.pk).update(attended_at=other.attended_at)
                aside[str(other.pk)] = staying.pk
    return aside


def _is_further(delegate: Delegate) -> bool:
    return delegate.status in {Delegate.Status.APPROVED, Delegate.Status.NOMINATED}


def _move(kept: Person, gone: Person) -> None:
    """Everything that names the second names the first."""
    for one in Participation.objects.filter(person=gone):
        if Participation.objects.filter(
            meeting=one.meeting_id, person=kept, capacity=one.capacity
        ).exists():
            one.delete()
    with violations_explained(Appointment, Delegate):
        for relation in Person._meta.related_objects:
            field = relation.field.name
            if not relation.many_to_many:
                relation.related_model._base_manager.filter(**{field: gone}).update(**{field: kept})
    kind = ContentType.objects.get_for_model(Person)
    for model in (Entry, Notice):
        model.objects.filter(content_type=kind, object_id=gone.pk).update(object_id=kept.pk)


def _remember(kept: Person, gone: Person) -> None:
    """Former spellings are found by search; what the first lacks it has from the second."""
    for name in ("latin_name", "honorific", "email"):
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    names = [gone.full_name, gone.latin_name, *gone.variants]
    own = {kept.full_name, kept.latin_name, *kept.variants, ""}
    kept.variants = [*kept.variants, *dict.fromkeys(name for name in names if name not in own)]
    kept.party = kept.party or gone.party
    gone.delete()
    with violations_explained(Person):
        kept.save()


def _write_down(kept: Person, former: str, moved: Iterable[Delegate], by: User) -> None:
    for delegate in moved:
        journal.record(
            delegate,
            MERGED,
            by=by,
            private_to=delegate.party,
            person=kept.full_name,
            former=former,
        )


def leads_on(delegate: Delegate) -> Delegate | None:
    """The registration that stayed where this one was set aside as a double."""
    found = None
    pk = delegate.pk
    while double := Double.objects.filter(registrations__has_key=str(pk)).first():
        pk = double.registrations[str(pk)]
        found = Delegate.objects.for_list().filter(pk=pk).first()
    return found
