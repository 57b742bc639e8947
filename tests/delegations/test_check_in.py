"""At the door: marks in and out, told once or twice, in order or not, and who may see what."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations import operations
from delegations.forms.check_in import as_reference
from delegations.models import CheckIn, Delegate, tallies
from delegations.operations import DoorOutcome, Mark
from tests.delegations.answers import messages, text_of
from tests.factories import (
    make_body,
    make_delegate,
    make_desk,
    make_meeting,
    make_party,
    make_sitting,
    make_user,
)


@pytest.fixture
def came(fair):
    """Somebody approved of each side."""
    return {
        "my": make_delegate(
            fair.meeting,
            fair.cast.malaysia,
            full_name="林佩瑜",
            latin_name="Lim Pei Yu",
            capacity="head",
            reference="AB12-CD34",
        ),
        "ru": make_delegate(
            fair.meeting,
            fair.cast.russia,
            full_name="Наталья Орлова",
            latin_name="Natalia Orlova",
            email="orlova@example.org",
            organisation="Росстандарт",
        ),
    }


def seen(delegate, way="in", minutes_ago=0, uid=None) -> Mark:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return Mark(delegate.reference, way, uid or uuid.uuid4(), at)


def told(mark: Mark) -> dict:
    return {
        "uid": str(mark.uid),
        "reference": mark.reference,
        "way": mark.way,
        "at": mark.at.isoformat(),
    }


def inside(sitting) -> dict:
    """How many are in the room, by side."""
    numbers = CheckIn.objects.filter(sitting=sitting).numbers()
    return {party: number for (_sitting, party), (number, _came) in numbers.items()}


def attended(fair) -> dict:
    return {row.party.code: row.attended for row in tallies(fair.meeting, fair.cast.neutral)}


def post_marks(client, sitting, *marks):
    return client.post(
        reverse("check-in-marks", args=[sitting.pk]),
        json.dumps({"marks": [told(one) for one in marks]}),
        content_type="application/json",
    )


def outcomes(response) -> list[str]:
    return [row["outcome"] for row in response.json()["answers"]]


# --- in, out, undo --------------------------------------------------------------------


def test_who_comes_in_is_in_the_room_and_counts_as_attended(fair, came):
    cast = fair.cast
    answer = operations.mark_at_door(fair.plenary, seen(came["ru"]), by=cast.officer_my)
    assert answer.outcome == DoorOutcome.IN
    assert inside(fair.plenary) == {cast.russia.pk: 1}
    assert inside(fair.talks) == {}
    assert attended(fair) == {"my": None, "ru": 1}
    check_in = CheckIn.objects.get()
    assert (check_in.by, check_in.by_name) == (cast.officer_my, "Nurul Ashikin")


def test_who_goes_out_is_no_longer_in_the_room_but_has_come(fair, came):
    for way in ("in", "out"):
        operations.mark_at_door(fair.plenary, seen(came["my"], way), by=fair.cast.focal_ru)
    assert inside(fair.plenary) == {fair.cast.malaysia.pk: 0}
    assert attended(fair)["my"] == 1


@pytest.mark.parametrize(
    ("before", "way", "outcome", "stored"),
    [
        ([], "in", "in", 1),
        (["in"], "in", "already_in", 1),
        (["in"], "out", "out", 2),
        (["in", "out"], "out", "already_out", 2),
        (["in", "out"], "in", "in", 3),
        ([], "out", "not_in", 1),
    ],
)
def test_each_mark_is_answered_by_what_was_so_before(fair, came, before, way, outcome, stored):
    for one in before:
        operations.mark_at_door(fair.plenary, seen(came["my"], one), by=fair.cast.neutral)
    answer = operations.mark_at_door(fair.plenary, seen(came["my"], way), by=fair.cast.neutral)
    assert (answer.outcome, CheckIn.objects.count()) == (outcome, stored)


def test_a_mark_taken_back_is_as_if_it_had_never_been_made(fair, came):
    operations.mark_at_door(fair.plenary, seen(came["my"]), by=fair.cast.neutral)
    check_in = CheckIn.objects.get()
    for _twice in range(2):
        operations.undo_check_in(check_in, by=fair.cast.officer_ru)
    assert inside(fair.plenary) == {}
    assert attended(fair)["my"] is None
    answer = operations.mark_at_door(fair.plenary, seen(came["my"]), by=fair.cast.neutral)
    assert answer.outcome == DoorOutcome.IN


def test_taking_back_the_second_sitting_leaves_the_first_as_the_time_they_came(fair, came):
    operations.mark_at_door(fair.plenary, seen(came["my"], minutes_ago=60), by=fair.cast.neutral)
    operations.mark_at_door(fair.talks, seen(came["my"]), by=fair.cast.neutral)
    first, second = CheckIn.objects.order_by("at")
    operations.undo_check_in(second, by=fair.cast.neutral)
    came["my"].refresh_from_db()
    assert came["my"].attended_at == first.at


@pytest.mark.parametrize("status", ["cancelled", "declined", "pending", "waiting"])
def test_only_the_approved_are_let_in_and_the_own_side_reads_why_not(fair, status):
    since = timezone.now() if status == "waiting" else None
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status=status, waiting_since=since)
    word = {"pending": "pending", "waiting": "pending"}.get(status, "cancelled")
    answer = operations.mark_at_door(fair.plenary, seen(delegate), by=fair.cast.officer_my)
    assert answer.outcome == word
    # Another side's undecided people do not exist for this door.
    answer = operations.mark_at_door(fair.plenary, seen(delegate), by=fair.cast.officer_ru)
    assert (answer.outcome, answer.delegate) == (DoorOutcome.UNKNOWN, None)
    assert not CheckIn.objects.exists()


def test_who_is_registered_for_another_meeting_is_told_so(client, fair):
    other = make_meeting(fair.cast.group, status="announced")
    delegate = make_delegate(other, fair.cast.russia, full_name="Somebody Else")
    client.force_login(fair.cast.officer_my)
    response = post_marks(client, fair.plenary, seen(delegate))
    assert outcomes(response) == ["elsewhere"]
    assert "Somebody Else" not in response.content.decode()


def test_nobody_is_marked_at_a_sitting_that_is_cancelled(client, cast, came, fair):
    off = make_sitting(fair.meeting, status="cancelled")
    client.force_login(cast.officer_my)
    response = post_marks(client, off, seen(came["my"]))
    assert (response.status_code, response.json()["problem"]) == (
        409,
        "This sitting is cancelled. Choose another one.",
    )
    page = text_of(client.get(reverse("check-in", args=[off.pk])))
    assert "nobody is marked here" in page


# --- a phone without a connection -----------------------------------------------------


def test_marks_told_twice_are_taken_once(client, fair, came):
    client.force_login(fair.cast.focal_my)
    marks = [seen(came["my"], minutes_ago=9), seen(came["ru"], minutes_ago=8)]
    assert outcomes(post_marks(client, fair.plenary, *marks)) == ["in", "in"]
    assert outcomes(post_marks(client, fair.plenary, *marks)) == ["in", "in"]
    assert CheckIn.objects.count() == 2


def test_two_phones_tell_of_the_same_person_in_any_order(client, fair, came):
    client.force_login(fair.cast.focal_my)
    # The second phone, with a connection, saw the person leave; the first tells of it later.
    assert outcomes(post_marks(client, fair.plenary, seen(came["my"], "out", 5))) == ["not_in"]
    late = [seen(came["my"], "in", 30), seen(came["my"], "in", 20)]
    assert outcomes(post_marks(client, fair.plenary, *late)) == ["in", "already_in"]
    assert inside(fair.plenary) == {fair.cast.malaysia.pk: 0}
    assert attended(fair)["my"] == 1


def test_a_mark_and_its_undoing_can_come_in_one_batch(client, fair, came):
    client.force_login(fair.cast.focal_my)
    mark = seen(came["my"])
    gone = Mark(mark.reference, "undo", mark.uid, mark.at)
    assert outcomes(post_marks(client, fair.plenary, mark, gone)) == ["in", "undone"]
    assert inside(fair.plenary) == {}


def test_a_phone_whose_clock_is_wrong_cannot_mark_the_future(fair, came):
    operations.mark_at_door(fair.plenary, seen(came["my"], minutes_ago=-600), by=fair.cast.neutral)
    assert CheckIn.objects.get().at <= timezone.now()


FINE = {"reference": "A", "way": "in", "uid": str(uuid.uuid4()), "at": "2026-01-01T00:00Z"}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[",
        "[]",
        '{"marks": 3}',
        '{"marks": [3]}',
        '{"marks": [{}]}',
        '{"marks": [{"reference": "A", "way": "up", "uid": "x", "at": "y"}]}',
        json.dumps({"marks": [FINE | {"reference": "A\0"}]}),
        json.dumps({"marks": [FINE | {"at": "2026-01-01T00:00"}]}),
        json.dumps({"marks": [FINE | {"at": "2026-13-41T00:00Z"}]}),
        '{"marks": [{"reference": "A", "way": ["in"], "uid": 7, "at": null}]}',
        json.dumps({"marks": [{}] * 201}),
        "[" * 100_000,
    ],
)
def test_what_is_no_list_of_marks_is_refused_in_words(client, fair, body):
    client.force_login(fair.cast.focal_my)
    response = client.post(
        reverse("check-in-marks", args=[fair.plenary.pk]), body, content_type="application/json"
    )
    assert response.status_code == 400
    assert response.json() == {"problem": "This is no list of at most 200 marks."}


# --- the page -------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["орлова", "Natalia", "росстандарт"])
def test_a_person_is_found_by_a_name_in_either_script_and_marked(client, fair, came, query):
    client.force_login(fair.cast.officer_my)
    url = reverse("check-in", args=[fair.plenary.pk])
    page = client.get(url, {"q": query})
    assert [one.full_name for one, _inside in page.context["found"]] == ["Наталья Орлова"]
    posted = {"reference": came["ru"].reference, "way": "in"}
    response = client.post(url, posted, follow=True)
    text = text_of(response)
    assert "Наталья Орлова: Came in." in text
    [(_one, is_inside)] = client.get(url, {"q": query}).context["found"]
    assert is_inside


@pytest.mark.parametrize("typed", ["ab12cd34", "AB12-CD34", " ab12 cd34 ", "abl2-cd34"])
def test_a_reference_is_understood_as_it_is_typed(client, fair, came, typed):
    client.force_login(fair.cast.officer_my)
    page = client.get(reverse("check-in", args=[fair.plenary.pk]), {"q": typed})
    assert [one for one, _inside in page.context["found"]] == [came["my"]]


def test_a_scanned_address_is_understood_as_its_reference():
    assert as_reference("https://portal.example.org/at/AB12-CD34") == "AB12-CD34"
    assert as_reference("https://portal.example.org/at/AB12-CD34/") == "AB12-CD34"


def test_at_most_ten_people_are_listed(client, fair):
    for number in range(12):
        make_delegate(fair.meeting, fair.cast.malaysia, full_name=f"Tan {number}")
    client.force_login(fair.cast.officer_my)
    page = client.get(reverse("check-in", args=[fair.plenary.pk]), {"q": "tan"})
    assert len(page.context["found"]) == 10


def test_a_mark_is_taken_back_on_the_page(client, fair, came):
    operations.mark_at_door(fair.plenary, seen(came["my"]), by=fair.cast.neutral)
    client.force_login(fair.cast.focal_my)
    url = reverse("check-in-undo", args=[CheckIn.objects.get().pk])
    assert "The mark is taken back." in text_of(client.post(url, follow=True))
    assert inside(fair.plenary) == {}


def test_the_phone_keeps_names_capacity_and_side_of_the_approved_and_nothing_else(
    client, fair, came
):
    make_delegate(fair.meeting, fair.cast.russia, status="pending", full_name="Not Yet")
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending", full_name="Nor Own")
    client.force_login(fair.cast.officer_my)
    response = client.get(reverse("check-in-people", args=[fair.plenary.pk]))
    people = response.json()["people"]
    assert sorted(one["name"] for one in people) == ["Наталья Орлова", "林佩瑜"]
    fields = {"reference", "name", "latin", "capacity", "word", "side", "search", "inside"}
    assert {name for one in people for name in one} == fields
    text = response.content.decode()
    assert "orlova@example.org" not in text
    assert "Росстандарт" not in text
    assert "rosstandart" not in text
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_the_live_strip_says_who_is_in_the_room_by_side(client, fair, came):
    operations.mark_at_door(fair.plenary, seen(came["ru"]), by=fair.cast.neutral)
    client.force_login(fair.cast.officer_my)
    page = client.get(reverse("check-in-counts", args=[fair.plenary.pk]))
    assert page.context["sides"] == [(fair.cast.malaysia, 0, 0), (fair.cast.russia, 1, 1)]


def test_three_sides_are_counted_each_for_itself(client, db):
    parties = [make_party(code) for code in ("AZ", "TR", "MY")]
    body = make_body(parties)
    meeting = make_meeting(body, status="announced")
    make_desk(meeting)
    sitting = make_sitting(meeting)
    officer = make_user("secretary", parties[1], body)
    for number, party in enumerate(parties):
        for _one in range(number):
            delegate = make_delegate(meeting, party)
            operations.mark_at_door(sitting, seen(delegate), by=officer)
    client.force_login(officer)
    page = client.get(reverse("check-in-counts", args=[sitting.pk]))
    numbers = {party.code: number for party, number, _came in page.context["sides"]}
    assert numbers == {"az": 0, "tr": 1, "my": 2}
    assert page.context["sides"][0][0] == parties[1]


# --- on the spot ----------------------------------------------------------------------

NEW = {
    "full_name": "Гость Нежданный",
    "latin_name": "Gost Nezhdannyi",
    "organisation": "Росстандарт",
    "function": "",
    "sector": "industry",
    "email": "gost@example.org",
}


def register_on_the_spot(client, fair, party, **changes):
    delegation = fair.meeting.delegations.get(party=party)
    url = reverse("check-in-new", args=[fair.plenary.pk])
    return client.post(url, NEW | {"delegation": delegation.pk} | changes, follow=True)


def test_who_decides_for_the_side_registers_approves_and_lets_in_at_once(client, fair):
    client.force_login(fair.cast.focal_ru)
    text = text_of(register_on_the_spot(client, fair, fair.cast.russia))
    assert "Гость Нежданный is registered and approved, and is marked as come in." in text
    delegate = Delegate.objects.get()
    assert (delegate.status, delegate.attendance) == ("approved", "in_person")
    assert delegate.named_by == "At the door: Миннегулов Тагир"
    assert list(delegate.sittings.all()) == [fair.plenary]
    assert inside(fair.plenary) == {fair.cast.russia.pk: 1}
    assert len(messages("approved")) == 1


def test_for_another_side_the_person_waits_for_that_side(client, fair):
    client.force_login(fair.cast.focal_my)
    text = text_of(register_on_the_spot(client, fair, fair.cast.russia))
    assert "waits for the focal point of their side" in text
    assert Delegate.objects.get().status == "pending"
    assert not CheckIn.objects.exists()


def test_who_is_registered_already_is_not_registered_twice_and_nothing_typed_is_lost(client, fair):
    client.force_login(fair.cast.focal_ru)
    register_on_the_spot(client, fair, fair.cast.russia)
    response = register_on_the_spot(client, fair, fair.cast.russia)
    assert "This person is already registered." in text_of(response)
    assert response.context["form"]["organisation"].value() == "Росстандарт"
    assert Delegate.objects.count() == 1


def test_a_side_that_does_not_meet_here_cannot_be_chosen(client, fair):
    client.force_login(fair.cast.focal_ru)
    response = register_on_the_spot(client, fair, fair.cast.russia, delegation="999999")
    assert response.context["form"].errors["delegation"]
    assert not Delegate.objects.exists()


# --- the code of a badge --------------------------------------------------------------


def test_the_code_of_a_badge_opens_the_door_of_the_sitting_that_is_near(client, fair, came):
    client.force_login(fair.cast.officer_ru)
    response = client.get(reverse("at", args=["AB12-CD34"]))
    near = reverse("check-in", args=[fair.plenary.pk])
    assert response["Location"] == f"{near}?q=AB12-CD34"


@pytest.mark.parametrize("who", ["chair_my", "delegate", "outsider"])
def test_for_others_a_code_that_exists_is_like_one_that_does_not(client, fair, came, who):
    client.force_login(fair.cast.people[who])
    there = client.get(reverse("at", args=["AB12-CD34"]))
    nowhere = client.get(reverse("at", args=["ZZ99-ZZ99"]))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert text_of(there) == text_of(nowhere)


def test_the_code_of_another_sides_undecided_person_leads_nowhere(client, fair):
    make_delegate(fair.meeting, fair.cast.russia, status="pending", reference="XY12-CD34")
    client.force_login(fair.cast.officer_my)
    assert client.get(reverse("at", args=["XY12-CD34"])).status_code == 404


# --- who may --------------------------------------------------------------------------

KEEPERS = {"officer_my", "officer_ru", "neutral", "focal_my", "focal_ru"}


@pytest.mark.parametrize("name", ["check-in", "check-in-counts", "check-in-people", "check-in-new"])
def test_secretaries_and_focal_points_keep_the_door_and_nobody_else(client, fair, name):
    found = {}
    for who, user in fair.cast.people.items():
        client.force_login(user)
        found[who] = client.get(reverse(name, args=[fair.plenary.pk])).status_code
    assert found == {who: 200 if who in KEEPERS else 403 for who in fair.cast.people}


def test_secretaries_and_focal_points_alone_mark_and_take_back(client, fair, came):
    for who, user in fair.cast.people.items():
        client.force_login(user)
        status = post_marks(client, fair.plenary, seen(came["my"])).status_code
        assert status == (200 if who in KEEPERS else 403), who
    mark = CheckIn.objects.get()
    for who, user in fair.cast.people.items():
        client.force_login(user)
        status = client.post(reverse("check-in-undo", args=[mark.pk])).status_code
        assert status == (302 if who in KEEPERS else 403 if who.startswith("chair") else 404), who


def test_the_door_of_a_sides_own_part_exists_for_that_side_alone(client, cast):
    own = make_meeting(cast.group, status="announced", series="national", side=cast.malaysia)
    sitting = make_sitting(own)
    make_desk(own)
    for who, status in {"officer_my": 200, "officer_ru": 404, "focal_ru": 404}.items():
        client.force_login(cast.people[who])
        assert client.get(reverse("check-in", args=[sitting.pk])).status_code == status, who
        assert client.get(reverse("door", args=[own.pk])).status_code == status, who


def test_the_tab_stands_for_those_who_keep_the_door(client, fair):
    url = reverse("door", args=[fair.meeting.pk])
    for who, user in fair.cast.people.items():
        client.force_login(user)
        page = client.get(reverse("meeting", args=[fair.meeting.pk])).content.decode()
        assert (f'href="{url}"' in page) == (who in KEEPERS), who


# --- questions ------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 30])
def test_the_door_asks_the_same_few_questions_for_one_and_for_thirty(
    client, fair, number, django_assert_num_queries
):
    for _one in range(number):
        delegate = make_delegate(fair.meeting, fair.cast.malaysia, full_name=f"Tan {_one}")
        operations.mark_at_door(fair.plenary, seen(delegate), by=fair.cast.neutral)
    client.force_login(fair.cast.officer_ru)
    page = reverse("check-in", args=[fair.plenary.pk])
    client.get(page)
    with django_assert_num_queries(17):
        client.get(page, {"q": "tan"})
    with django_assert_num_queries(10):
        client.get(reverse("check-in-counts", args=[fair.plenary.pk]))
    with django_assert_num_queries(11):
        client.get(reverse("check-in-people", args=[fair.plenary.pk]))


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_of_all_doors_asks_the_same_for_any_number_of_sittings(
    client, fair, number, django_assert_num_queries
):
    start = datetime(2026, 10, 14)
    for one in range(number):
        make_sitting(fair.meeting, day=(start + timedelta(days=one)).date())
    client.force_login(fair.cast.officer_ru)
    url = reverse("door", args=[fair.meeting.pk])
    client.get(url)
    with django_assert_num_queries(11):
        client.get(url)
