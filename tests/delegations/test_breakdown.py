"""The three numbers by sector, mode and area: each side's own, the other's as far as known."""

import pytest
from django.urls import reverse

from delegations.breakdown import breakdowns
from tests.cast import PEOPLE
from tests.delegations.answers import text_of
from tests.factories import make_delegate

QUERIES = 14


@pytest.fixture
def people(fair):
    """Two of Malaysia's industry, one pending; one of Russia confirmed, one pending."""
    my, ru = fair.cast.malaysia, fair.cast.russia
    make_delegate(fair.meeting, my, sector="industry", sittings=[fair.talks, fair.plenary])
    make_delegate(fair.meeting, my, "pending", sector="industry", sittings=[fair.talks])
    make_delegate(fair.meeting, ru, sector="industry", attendance="in_person")
    make_delegate(fair.meeting, ru, "pending", sector="academia", sittings=[fair.talks])
    return fair


def numbers(fair, user, name):
    """(registered, confirmed) of Malaysia and Russia, by line."""
    return {
        line.label: [(side.registered, side.confirmed) for side in line.sides]
        for line in breakdowns(fair.meeting, user).get(name, [])
    }


def test_own_numbers_are_whole_and_the_others_only_what_is_confirmed(people):
    seen = numbers(people, people.cast.focal_my, "sector")
    assert seen == {"Industry": [(2, 1), (None, 1)]}
    other = numbers(people, people.cast.focal_ru, "sector")
    assert other["Industry"] == [(1, 1), (None, 1)]  # the own side first
    assert other["Science and education"] == [(1, 0), (None, 0)]


def test_a_line_that_only_the_other_sides_waiting_people_would_make_does_not_exist(people):
    assert "Science and education" not in numbers(people, people.cast.chair_my, "sector")


def test_the_neutral_secretariat_counts_all_sides(people):
    seen = numbers(people, people.cast.neutral, "sector")
    assert seen == {"Industry": [(2, 1), (1, 1)], "Science and education": [(0, 0), (1, 0)]}


def test_who_chose_two_sittings_counts_once_in_an_area(people):
    assert numbers(people, people.cast.focal_my, "sittings__area") == {
        str(people.talks.area): [(2, 1), (None, 0)]
    }


def test_in_person_and_by_video_are_counted_apart(people):
    seen = numbers(people, people.cast.focal_my, "attendance")
    assert seen == {"By video": [(2, 1), (None, 0)], "In person": [(0, 0), (None, 1)]}


@pytest.mark.parametrize("who", PEOPLE)
def test_the_page_is_for_those_in_office(client, people, who):
    client.force_login(people.cast.people[who])
    page = client.get(reverse("delegations-figures", args=[people.meeting.pk]))
    assert page.status_code == (403 if who in {"delegate", "outsider"} else 200)


def test_the_page_takes_as_many_queries_with_one_as_with_thirty(
    client, people, django_assert_num_queries
):
    client.force_login(people.cast.focal_my)
    url = reverse("delegations-figures", args=[people.meeting.pk])
    assert "Industry" in text_of(client.get(url))
    with django_assert_num_queries(QUERIES):
        client.get(url)
    for _number in range(29):
        make_delegate(people.meeting, people.cast.malaysia, sector="industry")
    with django_assert_num_queries(QUERIES):
        client.get(url)
