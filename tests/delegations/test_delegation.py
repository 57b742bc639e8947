"""A side puts its delegation together, sends it, changes it: the gate is its own."""


import pytest

from delegations import operations
from delegations.models import Delegate, Delegation
from delegations.operations import Nomination
from delegations.transitions import DELEGATION
from portal.models import Person
from portal.refusal import NotYours, Refused


def someone(name="Aminah binti Yusof", **fields) -> Nomination:
    address = fields.pop("email", f"{name.split()[0].lower()}@example.org")
    return Nomination(full_name=name, organisation="Ministry of Works", email=address, **fields)


@pytest.fixture
def ours(fair) -> Delegation:
    """Malaysia's delegation to an announced meeting."""
    return Delegation.objects.for_list().get(meeting=fair.meeting, party=fair.cast.malaysia)


def name(delegation, *people, by):
    return operations.nominate(delegation, list(people) or [someone()], by=by)


def submit(delegation, by):
    return DELEGATION.perform(delegation, "submit", by=by)


# --- naming ---------------------------------------------------------------------------


def test_a_focal_point_names_people_who_wait_for_the_delegation(cast, ours):
    [head, expert] = name(
        ours,
        someone("Aminah binti Yusof", capacity="head", rank=10),
        someone("Rosli bin Ahmad", capacity="expert"),
        by=cast.focal_my,
    )
    assert (head.status, head.track, head.capacity) == ("nominated", "delegation", "head")
    assert expert.person.full_name == "Rosli bin Ahmad"
    assert expert.zone == "Asia/Kuala_Lumpur"


def test_of_several_people_all_are_named_or_nobody(cast, ours):
    with pytest.raises(Refused, match="stands in the list twice"):
        name(ours, someone("Aminah"), someone("Rosli"), someone("aminah"), by=cast.focal_my)
    assert not Delegate.objects.exists()
    assert not Person.objects.filter(full_name="Rosli").exists()


@pytest.mark.parametrize(
    "again",
    [
        someone("Наталья Коннор", latin_name="Natalya Konnor"),
        someone("Natalya Konnor", email="other@example.org"),
        someone("NATALYA KONNOR", email="natalya@example.org"),
        someone("Konnor Natalya", email="third@example.org"),
    ],
)
def test_who_is_in_the_delegation_is_found_by_the_name_in_either_script(cast, ours, again):
    name(ours, someone("Наталья Коннор", latin_name="Natalya Konnor"), by=cast.focal_my)
    with pytest.raises(Refused, match="in the delegation already"):
        name(ours, again, by=cast.focal_my)


def test_another_person_of_the_same_name_can_be_named_when_one_says_so(cast, ours):
    name(ours, someone("Ali bin Abu", email="one@example.org"), by=cast.focal_my)
    other = someone("Ali bin Abu", email="two@example.org", is_another=True)
    [second] = name(ours, other, by=cast.focal_my)
    assert second.person != Delegate.objects.first().person


def test_a_person_known_by_address_and_name_is_the_same_person_over_the_years(cast, ours):
    earlier = Person.objects.create(
        full_name="Амина Юсуф", latin_name="Amina Yusuf", email="amina@example.org", honorific="Dr"
    )
    [delegate] = name(ours, someone("Amina Yusuf", email="Amina@example.org"), by=cast.focal_my)
    assert delegate.person == earlier
    earlier.refresh_from_db()
    assert earlier.full_name == "Амина Юсуф"


def test_a_delegation_has_one_head(cast, ours):
    name(ours, someone("One", capacity="head"), by=cast.focal_my)
    with pytest.raises(Refused, match="The delegation has a head"):
        name(ours, someone("Two", capacity="head"), by=cast.focal_my)


def test_people_of_another_side_cannot_be_named(cast, ours):
    theirs = cast.chair_ru.person
    taken = someone(theirs.full_name, email=theirs.email)
    with pytest.raises(Refused, match="registered for this meeting already, or serves another"):
        name(ours, taken, by=cast.focal_my)


@pytest.mark.parametrize("who", ["officer_ru", "focal_ru", "neutral", "chair_my", "delegate"])
def test_nobody_but_the_sides_focal_point_and_secretary_names_its_people(cast, ours, who):
    with pytest.raises(NotYours):
        name(ours, by=cast.people[who])
    assert not Delegate.objects.exists()


