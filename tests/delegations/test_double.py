"""One person, two records: found by those who know both, made one with all that hangs on them."""

import pytest
from django.urls import reverse

from delegations import operations
from delegations.likeness import alike, folded, loosened
from delegations.models import CheckIn, Delegate, Double
from meetings.models import Appointment
from portal.models import Entry, Notice, Person
from portal.refusal import NotYours, Refused
from tests.delegations.answers import text_of
from tests.factories import make_delegate, make_meeting, make_notice, make_person, make_user

NAME = "Siti Nurhaliza"


def twins(fair, party=None, **second):
    """Two records of one name, registered for two meetings of the same body."""
    party = party or fair.cast.malaysia
    earlier = make_meeting(fair.cast.group, "held")
    one = make_delegate(fair.meeting, party, full_name=NAME)
    other = make_delegate(earlier, party, full_name=second.pop("full_name", NAME), **second)
    return one, other


def pairs(fair, user):
    return [
        ({pair.one.pk, pair.other.pk}, set(pair.why))
        for pair in operations.doubles_at(fair.meeting, user)
    ]


# --- likeness -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иванов Иван", "Ivan Ivanov"),
        ("JOSÉ García", "Garcia Jose"),
        ("Савёлов Пётр", "Савелов Петр"),
    ],
)
def test_a_name_is_the_same_in_either_script_order_and_case(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("Дмитрий Крутоярский", "Dmitry Krutoyarsky", True),
        ("Dmitrii Krutoiarskii", "Дмитрий Крутоярский", True),
        ("Ahmad bin Zaki", "Ahmad Zaki", True),
        ("Ivan Petrovich Sidorov", "Sidorov Ivan", True),
        ("Ivan Petrov", "Ivan Sidorov", False),
        ("Siti", "Siti Aminah", False),
    ],
)
def test_other_spellings_of_a_name_are_alike_and_other_names_are_not(one, other, is_alike):
    assert alike(loosened(one), loosened(other)) is is_alike


# --- finding --------------------------------------------------------------------------


def test_doubles_are_found_by_name_address_and_likeness(fair):
    one, other = twins(fair)
    people = {one.person_id, other.person_id}
    assert pairs(fair, fair.cast.focal_my) == [(people, {"name", "similar"} - {"similar"})]
    Person.objects.filter(pk=other.person_id).update(full_name="S. Tarudin", email=one.person.email)
    assert pairs(fair, fair.cast.focal_my) == [(people, {"address"})]
    Person.objects.filter(pk=other.person_id).update(
        full_name="Siti binti Nurhaliza Tarudin", email="x@example.org"
    )
    assert pairs(fair, fair.cast.focal_my) == [(people, {"similar"})]
    Person.objects.filter(pk=other.person_id).update(full_name="Tan Mei Ling")
    assert pairs(fair, fair.cast.focal_my) == []


def test_each_side_finds_its_own_people_alone_and_the_neutral_all(fair):
    twins(fair)
    across = make_delegate(fair.meeting, fair.cast.russia, full_name=NAME)
    mine = pairs(fair, fair.cast.officer_my)
    assert len(mine) == 1
    assert across.person_id not in mine[0][0]
    assert pairs(fair, fair.cast.focal_ru) == []
    assert len(pairs(fair, fair.cast.neutral)) == 3
    assert pairs(fair, fair.cast.chair_my) == []


# --- making one of two ----------------------------------------------------------------


def test_everything_that_hangs_on_the_second_record_hangs_on_the_first(fair):
    one, other = twins(fair, latin_name="Siti N.")
    Person.objects.filter(pk=other.person_id).update(latin_name="Siti N.", variants=["S. Nur"])
    gone = Person.objects.get(pk=other.person_id)
    make_notice(fair.meeting, person=gone)
    account = make_user(person=gone, email="siti-account@example.org")
    kept = operations.merge(one.person, gone, by=fair.cast.focal_my)
    assert not Person.objects.filter(pk=other.person_id).exists()
    assert set(kept.registrations.values_list("pk", flat=True)) == {one.pk, other.pk}
    assert Notice.objects.get(person=kept).person == kept
    account.refresh_from_db()
    assert account.person == kept
    assert (kept.latin_name, kept.variants) == ("Siti N.", ["S. Nur"])
    double = Double.objects.get()
    assert (double.number, double.full_name, double.person) == (other.person_id, NAME, kept)


def test_it_stands_in_the_history_of_the_own_side_alone(fair):
    one, other = twins(fair)
    operations.merge(one.person, other.person, by=fair.cast.focal_my)
    entry = Entry.objects.about(other).get(verb="person.merged")
    assert entry.sentence == f"made one record of {NAME} and {NAME}"
    assert entry.private_to == fair.cast.malaysia


def test_of_two_live_registrations_for_one_meeting_the_chosen_one_stays(fair):
    one = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME)
    other = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME, status="pending")
    check_in = CheckIn.objects.create(delegate=one, sitting=fair.plenary, way="in")
    before = fair.taken()
    operations.merge(one.person, other.person, by=fair.cast.focal_my, stays={other.pk})
    one.refresh_from_db()
    other.refresh_from_db()
    check_in.refresh_from_db()
    assert (one.status, other.status) == ("cancelled", "pending")
    assert one.person_id == other.person_id
    assert check_in.delegate_id == other.pk
    assert fair.taken() == before - 1


def test_without_a_word_the_approved_registration_stays(fair):
    one = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME, status="pending")
    other = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME)
    operations.merge(one.person, other.person, by=fair.cast.focal_my)
    assert set(Delegate.objects.live().values_list("pk", flat=True)) == {other.pk}


def test_an_old_personal_link_leads_on_to_the_registration_that_stayed(client, fair):
    one = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME)
    other = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME, status="pending")
    third = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME, status="pending")
    operations.merge(other.person, third.person, by=fair.cast.focal_my, stays={other.pk})
    operations.merge(one.person, other.person, by=fair.cast.focal_my, stays={one.pk})
    for link in (other.token, third.token):
        response = client.get(reverse("registration", args=[link]))
        assert response.url == reverse("registration", args=[one.token])
    assert client.get(reverse("registration", args=[one.token])).status_code == 200


# --- what stands in the way -----------------------------------------------------------


def test_nobody_joins_people_of_two_sides_but_the_neutral_secretariat(fair):
    one = make_delegate(fair.meeting, fair.cast.malaysia, full_name=NAME)
    other = make_delegate(fair.meeting, fair.cast.russia, full_name=NAME)
    for user in fair.cast.but("neutral").values():
        with pytest.raises(NotYours):
            operations.merge(one.person, other.person, by=user)
    operations.merge(one.person, other.person, by=fair.cast.neutral, stays={one.pk})
    assert Delegate.objects.live().get().pk == one.pk


def test_within_a_side_its_secretaries_and_focal_points_may_and_nobody_else(fair):
    one, other = twins(fair)
    for user in fair.cast.but("officer_my", "focal_my", "neutral").values():
        with pytest.raises(NotYours):
            operations.merge(one.person, other.person, by=user)
    operations.merge(one.person, other.person, by=fair.cast.officer_my)


def test_a_record_with_a_registration_elsewhere_is_not_a_focal_points_to_join(fair):
    """The focal point of the working group knows nothing of the commission's own meetings."""
    one, other = twins(fair)
    make_delegate(make_meeting(fair.cast.commission, "held"), fair.cast.malaysia, person=one.person)
    with pytest.raises(NotYours):
        operations.merge(one.person, other.person, by=fair.cast.focal_my)
    operations.merge(one.person, other.person, by=fair.cast.officer_my)


def test_an_account_never_comes_into_an_office_by_being_joined(fair):
    one, other = twins(fair)
    Appointment.objects.filter(person=fair.cast.chair_my.person).update(person=other.person)
    make_user(person=one.person, email="siti-account@example.org")
    for kept, gone in ((one.person, other.person), (other.person, one.person)):
        with pytest.raises(Refused, match="One of the two signs in"):
            operations.merge(kept, gone, by=fair.cast.officer_my)


def test_two_accounts_are_not_made_one(fair):
    one, other = twins(fair)
    for number, delegate in enumerate((one, other)):
        make_user(person=delegate.person, email=f"account-{number}@example.org")
    with pytest.raises(Refused, match="an account of their own"):
        operations.merge(one.person, other.person, by=fair.cast.officer_my)


def test_joining_twice_says_that_it_is_done(fair):
    one, other = twins(fair)
    operations.merge(one.person, other.person, by=fair.cast.focal_my)
    with pytest.raises(Refused, match="one record already"):
        operations.merge(one.person, other.person, by=fair.cast.focal_my)


# --- the pages ------------------------------------------------------------------------


def test_the_page_lists_the_pair_and_joins_it(client, fair):
    one, other = twins(fair)
    client.force_login(fair.cast.focal_my)
    page = client.get(reverse("doubles", args=[fair.meeting.pk]))
    assert "Same name" in text_of(page)
    url = reverse("double", args=[fair.meeting.pk, one.person_id, other.person_id])
    assert url in page.content.decode()
    assert "Choose which record stays." in text_of(client.post(url))
    response = client.post(url, {"kept": str(one.person_id)})
    assert response.url == reverse("doubles", args=[fair.meeting.pk])
    assert "Nobody seems to be here twice" in text_of(client.get(response.url))


def test_another_sides_pair_is_as_good_as_none(client, fair):
    one, other = twins(fair, fair.cast.russia)
    client.force_login(fair.cast.focal_my)
    stranger = make_person().pk
    addresses = [(one.person_id, other.person_id), (one.person_id, stranger), (98765, 98766)]
    answers = [client.get(reverse("double", args=[fair.meeting.pk, *both])) for both in addresses]
    assert {answer.status_code for answer in answers} == {404}


def test_the_page_asks_the_same_questions_for_one_pair_and_for_thirty(
    client, fair, django_assert_num_queries
):
    client.force_login(fair.cast.focal_my)
    twins(fair)
    url = reverse("doubles", args=[fair.meeting.pk])
    client.get(url)
    with django_assert_num_queries(QUESTIONS):
        client.get(url)
    for number in range(30):
        for _twice in range(2):
            make_delegate(fair.meeting, fair.cast.malaysia, full_name=f"Person {number} Long")
    with django_assert_num_queries(QUESTIONS):
        client.get(url)


QUESTIONS = 10
