"""Speakers to a point: chosen among those known at the meeting, or guests by name."""

import pytest
from django.urls import reverse

from meetings.models import AgendaSpeaker, Participation
from tests.cast import PEOPLE
from tests.factories import (
    make_agenda,
    make_appointment,
    make_body,
    make_delegate,
    make_meeting,
    make_party,
    make_person,
)


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, "announced")


@pytest.fixture
def point(meeting):
    return make_agenda(meeting).items.get(title="Halal")


def offered(client, user, point) -> dict[str, str]:
    """The names to choose from, with the side of each."""
    client.force_login(user)
    answer = client.get(reverse("point-change", args=[point.pk]))
    assert answer.status_code == 200
    return dict(answer.context["speakers"].known)


def save(client, user, point, *names, **more) -> AgendaSpeaker | None:
    client.force_login(user)
    data = {
        "title": point.title,
        "outcome": "discuss",
        "is_open": "on",
        "revision": str(point.revision),
        "speakers-TOTAL_FORMS": str(len(names)),
        "speakers-INITIAL_FORMS": "0",
        **{f"speakers-{number}-name": name for number, name in enumerate(names)},
        **more,
    }
    answer = client.post(reverse("point-change", args=[point.pk]), data)
    assert answer.status_code == 302
    return point.speakers.first()


def test_those_in_office_and_those_approved_are_offered_with_their_side(
    client, cast, meeting, point
):
    expert = make_person("Aminah Sulaiman", cast.malaysia)
    make_delegate(meeting, cast.malaysia, person=expert)
    observer = make_person("Observer of a bank")
    Participation.objects.create(meeting=meeting, person=observer, capacity="observer")
    names = offered(client, cast.chair_ru, point)
    assert names["Aminah Sulaiman"] == "Malaysia"
    assert names["Крутоярский Дмитрий"] == "Russia"
    assert names["أمل حداد"] == ""
    assert names["Observer of a bank"] == ""
    assert "Robin O'Tesfaye" not in names


@pytest.mark.parametrize("status", ["pending", "declined", "cancelled"])
def test_whom_a_side_has_not_approved_nobody_is_offered(client, cast, meeting, point, status):
    make_delegate(meeting, cast.malaysia, status, person=make_person("Not yet decided"))
    for user in (cast.officer_my, cast.officer_ru, cast.neutral, cast.chair_ru):
        assert "Not yet decided" not in offered(client, user, point)


def test_people_of_other_bodies_and_meetings_are_offered_to_nobody(client, cast, point):
    elsewhere = make_body([cast.malaysia, make_party("AZ")])
    make_appointment(make_person("Of another commission"), elsewhere, "chair", cast.malaysia)
    other = make_meeting(cast.group, "announced")
    make_delegate(other, cast.russia, person=make_person("Of another meeting"))
    names = offered(client, cast.officer_my, point)
    assert not {"Of another commission", "Of another meeting"} & set(names)


def test_of_ones_own_part_nobody_of_another_side_is_offered(client, cast):
    part = make_meeting(cast.group, series="national", side=cast.malaysia)
    names = offered(client, cast.officer_my, make_agenda(part).items.first())
    assert "Faridah binti Zulkarnain" in names
    assert "Крутоярский Дмитрий" not in names


def test_a_chosen_name_is_kept_as_the_person_with_the_side(client, cast, point):
    speaker = save(client, cast.officer_my, point, "  faridah  BINTI Zulkarnain ")
    assert (speaker.person, speaker.name) == (cast.chair_my.person, "")
    assert speaker.party == cast.malaysia
    assert str(speaker) == "Faridah binti Zulkarnain"


def test_a_guest_is_kept_by_name_and_is_nobodys_person(client, cast, point):
    speaker = save(client, cast.officer_my, point, "Guest of the fair")
    assert (speaker.person, speaker.name, speaker.party) == (None, "Guest of the fair", None)


def test_a_side_that_was_typed_goes_before_the_one_that_is_known(client, cast, point):
    chosen = {"speakers-0-party": str(cast.russia.pk)}
    speaker = save(client, cast.officer_my, point, "Faridah binti Zulkarnain", **chosen)
    assert (speaker.person, speaker.party) == (cast.chair_my.person, cast.russia)


def test_two_of_one_name_are_told_apart_by_side(client, cast, meeting, point):
    for party in (cast.malaysia, cast.russia):
        make_delegate(meeting, party, person=make_person("Li Na", party))
    names = offered(client, cast.officer_my, point)
    assert {"Li Na · Malaysia", "Li Na · Russia"} <= set(names)
    assert "Li Na" not in names
    speaker = save(client, cast.officer_my, point, "Li Na · Russia")
    assert speaker.person.party == cast.russia


def test_a_stored_person_stays_when_another_officer_saves(client, cast, meeting, point):
    leaving = make_person("Has left since", cast.russia)
    point.speakers.create(person=leaving, party=cast.russia, minutes=5)
    client.force_login(cast.officer_my)
    answer = client.get(reverse("point-change", args=[point.pk]))
    assert answer.context["speakers"].forms[0]["name"].value() == "Has left since"
    assert save(client, cast.officer_my, point, "Has left since").person == leaving


def test_the_page_shows_a_chosen_person_in_both_scripts(client, cast, meeting, point):
    person = make_person("Латыпов Наиль", cast.russia, latin_name="Nail Latypov")
    point.speakers.create(person=person, party=cast.russia)
    client.force_login(cast.focal_my)
    shown = client.get(reverse("agenda", args=[meeting.pk])).content.decode()
    assert "Латыпов Наиль" in shown
    assert "Nail Latypov" in shown


@pytest.mark.parametrize("who", PEOPLE)
def test_names_to_choose_from_are_for_those_who_may_write_the_agenda(client, cast, point, who):
    client.force_login(cast.people[who])
    status = client.get(reverse("point-change", args=[point.pk])).status_code
    writes = {"officer_my", "officer_ru", "neutral", "chair_my", "chair_ru"}
    assert (status == 200) is (who in writes)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_form_asks_as_often_for_one_delegate_as_for_thirty(
    client, cast, meeting, point, django_assert_num_queries, rows
):
    for number in range(rows):
        person = make_person(f"Delegate {number}", cast.malaysia)
        make_delegate(meeting, cast.malaysia, person=person)
        point.speakers.create(person=person, party=cast.malaysia)
    client.force_login(cast.officer_my)
    address = reverse("point-change", args=[point.pk])
    client.get(address)
    with django_assert_num_queries(20):
        client.get(address)
