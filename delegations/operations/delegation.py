"""A side's delegation: its order and capacities, its letters, its gate; the days for all."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications
from delegations.models import Claim, Delegate, Delegation, Desk, move_place
from delegations.operations.nomination import note_change, opens_for_all
from delegations.permissions import can_decide, can_nominate, can_run_desk
from delegations.transitions import DELEGATE, out_of_time, too_late
from meetings.models import Paper
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.refusal import NotYours, Refused

ARRANGED = journal.register("delegation.arranged", _("arranged the delegation anew"))
LETTERS = journal.register("delegation.letters", _("changed the letters and the note"))
LATE = journal.register("delegation.late", _("did so late, after the day it was due"))
TERMS = journal.register(
    "desk.terms", _("set when delegations are named and confirmed, and how strictly")
)


def _own(delegation: Delegation, by: User) -> Delegation:
    row = Delegation.objects.for_list().select_for_update(of=("self",)).get(pk=delegation.pk)
    if not can_nominate(by, row):
        raise NotYours(gettext("Each side arranges its own delegation."))
    hindrances = [*out_of_time(row), *too_late(row, row.last_due)]
    if hindrances:
        raise Refused(*hindrances)
    return row


# --- order and capacities -------------------------------------------------------------


@transaction.atomic
def arrange(
    delegation: Delegation, lines: Sequence[tuple[int, str]], *, by: User
) -> list[Delegate]:
    """Put the people into this order, each with a capacity; who is not named follows.

    `lines` are primary keys with capacities, an empty one where it stays as it is.
    """
    row = _own(delegation, by)
    found = Delegate.objects.of_delegation().live().filter(delegation=row).arranged()
    people = {
        one.pk: one for one in found.select_related("delegation").select_for_update(of=("self",))
    }
    wanted = dict(lines)
    order = [*(pk for pk in wanted if pk in people), *(pk for pk in people if pk not in wanted)]
    changed = [one for one in people.values() if wanted.get(one.pk) not in {None, "", one.capacity}]
    claims = {one.pk: Claim.of(one) for one in changed}
    moved = [pk for place, pk in enumerate(order, 1) if people[pk].place != place]
    if not changed and not moved:
        return list(people.values())
    _store(people, order, {one.pk: wanted[one.pk] for one in changed})
    journal.record(row, ARRANGED, by=by, private_to=row.party)
    note_change(row, by=by, due=row.last_due)
    for one in changed:
        if one.status in Delegate.HOLDING and not move_place(claims[one.pk], Claim.of(one)):
            raise Refused(gettext("No place is left for %(name)s.") % {"name": one.full_name})
    return [people[pk] for pk in order]


def _store(people: dict[int, Delegate], order: Iterable[int], capacities: dict[int, str]) -> None:
    """Former heads first, so that a head can be followed by another at once."""
    for place, pk in enumerate(order, 1):
        people[pk].place = place
    changed = sorted(
        (people[pk] for pk in capacities), key=lambda one: capacities[one.pk] == "head"
    )
    with violations_explained(Delegate):
        for one in changed:
            one.capacity = capacities[one.pk]
            one.save(update_fields=["capacity"])
        Delegate.objects.bulk_update(people.values(), ["place"])


# --- letters and the note -------------------------------------------------------------


@transaction.atomic
def change_delegation(
    delegation: Delegation, *, note: str, letters: Iterable[Paper], by: User
) -> Delegation:
    """Refer to the list letters and credentials, and write a note to the other sides."""
    row = _own(delegation, by)
    row.note = note
    row.save(update_fields=["note"])
    row.letters.set(letters)
    journal.record(row, LETTERS, by=by, private_to=row.party)
    note_change(row, by=by, due=row.last_due)
    return row


# --- the gate -------------------------------------------------------------------------


@transaction.atomic
def follow_the_gate(delegation: Delegation, *, by: User | None) -> None:
    """Approve its people after the last stage; let them wait again once it is taken back."""
    people = Delegate.objects.of_delegation().filter(delegation=delegation)
    deed, source = "approve_named", Delegate.Status.NOMINATED
    if not opens_for_all(delegation):
        deed, source = "name_again", Delegate.Status.APPROVED
    if delegation.status == Delegation.Status.SUBMITTED and deed == "name_again":
        return  # the first of two stages: who is approved already stays so
    for delegate in people.filter(status=source):
        DELEGATE.perform(delegate, deed, by=None, by_name=by.name if by else "")


@transaction.atomic
def log_if_late(delegation: Delegation, due: date | None, *, by: User | None) -> None:
    """Write down that a step was taken after the day it was due; the other sides read it, too."""
    if delegation.is_late(due, timezone.now()):
        journal.record(delegation, LATE, by=by, private_to=delegation.side)


@transaction.atomic
def approve_own(delegate: Delegate, *, by: User) -> None:
    """A focal point's own registration counts as approved, once the account shows who it is."""
    is_own = by.is_authenticated and by.person_id == delegate.person_id
    if is_own and delegate.status == Delegate.Status.PENDING and can_decide(by, delegate):
        DELEGATE.perform(delegate, "approve", by=by)


# --- the days, for all sides ----------------------------------------------------------


@transaction.atomic
def set_terms(desk: Desk, terms: dict[str, Any], *, by: User) -> Desk:
    """Set the days for naming and confirming, and whether anything is taken after them.

    All sides are told. A day that is over cannot be set: it would shut a side out at once.
    """
    row = (
        Desk.objects.select_for_update(of=("self",)).select_related("meeting__body").get(pk=desk.pk)
    )
    if not can_run_desk(by, row):
        raise NotYours(gettext("The secretariat sets these days."))
    changed = [name for name, value in terms.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, terms[name])
    hindrances = list(_bad_days(row, changed))
    if hindrances:
        raise Refused(*hindrances)
    row.save(update_fields=changed)
    journal.record(row.meeting, TERMS, by=by)
    for delegation in Delegation.objects.for_list().filter(meeting=row.meeting):
        if delegation.status == Delegation.Status.SUBMITTED:
            follow_the_gate(delegation, by=by)
    notifications.terms_set(row, by)
    return row


def _bad_days(desk: Desk, changed: Iterable[str]) -> Iterable[str]:
    today = timezone.localdate()
    days = [getattr(desk, name) for name in changed if name in {"nominate_by", "confirm_by"}]
    if any(day and day < today for day in days):
        yield gettext("This day is over. Choose today or a later one.")
    names, confirmed = desk.nominate_by, desk.confirm_by
    if desk.two_stages and names and confirmed and confirmed < names:
        yield gettext("Names are due before they are confirmed. Change one of the two days.")
