"""Every kept dossier comes in, twice, and its commission's pages state the facts of the case."""

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.dossier.importing import import_dossier
from meetings.dossier.rights import Rights
from meetings.models import Area, Body, Meeting
from portal.models import Party, Person
from tests.factories import make_user
from tests.meetings.dossier_pages import OFFSETS, PUBLIC

DOSSIERS = Path(__file__).parent.parent / "dossiers"
REAL = sorted(path.stem for path in DOSSIERS.glob("*.json"))
EXTREME = sorted(f"extreme/{path.stem}" for path in (DOSSIERS / "extreme").glob("*.json"))
ALL = [*REAL, *EXTREME]

pytestmark = pytest.mark.django_db


def content(name: str) -> bytes:
    return (DOSSIERS / f"{name}.json").read_bytes()


def brought_in(name: str) -> list:
    """The rows of a dossier after it was written."""
    return import_dossier(content(name), Rights()).rows


def words_of(client, url: str) -> str:
    """A page as it is read aloud: no tags, single spaces."""
    response = client.get(url)
    assert response.status_code == 200, url
    page = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    page = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    return " ".join(html.unescape(page).split())


def find(body: str, meeting: tuple | None):
    """The body, or its meeting by series and number or title."""
    found = Body.objects.get(code=body)
    if meeting is None:
        return found
    series, name = meeting
    named = {"number": name} if isinstance(name, int) else {"title": name}
    return found.meetings.get(series=series, **named)


def secretary_of(party: str, body: Body):
    return make_user("secretary", Party.objects.get(code=party), body)


# --- in and in again --------------------------------------------------------------------


def test_every_case_has_a_dossier_with_facts():
    assert len(REAL) == 24
    assert {facts.case for facts in PUBLIC} == set(REAL)


@pytest.mark.parametrize("name", ALL)
def test_a_dossier_comes_in_whole_and_changes_nothing_the_second_time(name):
    first, second = brought_in(name), brought_in(name)
    assert {row.state for row in first} == {"new"}
    assert [(row.where, row.change_words) for row in second if row.state != "same"] == []
    assert len(second) == len(first)


def test_all_dossiers_share_one_portal_without_doubling_anybody():
    rows = [row for name in (*ALL, *ALL) for row in brought_in(name)]
    assert {row.state for row in rows} == {"new", "same"}
    given = [json.loads(content(name)) for name in ALL]
    codes = {party["code"] for dossier in given for party in dossier["parties"]}
    people = {
        (person["party"], person["full_name"])
        for dossier in given
        for person in dossier.get("people", [])
    }
    assert Party.objects.count() == len(codes)
    assert Person.objects.count() == len(people)


# --- what the pages say -----------------------------------------------------------------


@pytest.mark.parametrize("facts", PUBLIC, ids=str)
def test_the_public_page_states_the_facts_of_the_case(client, facts):
    brought_in(facts.case)
    words = words_of(client, find(facts.body, facts.meeting).get_absolute_url())
    assert [fact for fact in facts.says if fact not in words] == [], words
    assert [untruth for untruth in facts.never if untruth in words] == [], words


@pytest.mark.parametrize("name", REAL)
def test_each_area_is_a_row_of_its_own_on_the_page_of_its_body(client, name):
    brought_in(name)
    for body in Body.objects.all():
        page = client.get(body.get_absolute_url()).content.decode()
        areas = [html.escape(area.name) for area in body.areas.all()]
        assert [area for area in areas if not re.search(rf">\s*{re.escape(area)}\s*<", page)] == []
    given = json.loads(content(name))["bodies"]
    assert Area.objects.count() == sum(len(body.get("areas", [])) for body in given)


@pytest.mark.parametrize("name", REAL)
def test_every_remark_and_its_source_stand_on_a_page(client, name):
    brought_in(name)
    for meeting in Meeting.objects.filter(side=None, was_announced=True):
        page = html.unescape(client.get(meeting.get_absolute_url()).content.decode())
        for remark in meeting.remarks.all():
            assert remark.text in page, remark.text
            assert remark.source in page, remark.source
    for body in Body.objects.all():
        page = html.unescape(client.get(body.get_absolute_url()).content.decode())
        for remark in body.remarks.filter(meeting=None):
            assert remark.text in page
            assert remark.source in page


@pytest.mark.parametrize(("name", "body", "number", "offsets"), OFFSETS)
def test_the_page_of_a_session_shows_the_offset_of_each_side_on_that_day(
    client, name, body, number, offsets
):
    brought_in(name)
    words = words_of(client, find(body, ("ordinary", number)).get_absolute_url())
    assert set(re.findall(r"UTC([+-]\d\d:\d\d)", words)) >= offsets


@pytest.mark.parametrize("name", REAL)
def test_a_body_with_its_own_co_chairs_says_whose_chair_is_vacant(client, name):
    brought_in(name)
    today = timezone.now().date()
    for body in Body.objects.exclude(rules__chairing="by_turns"):
        chaired = {one.party_id for one in body.appointments.chairs().on(today)}
        vacant = len([party for party in body.sides() if party.pk not in chaired])
        assert words_of(client, body.get_absolute_url()).count("Co-chair: vacant") == vacant


def test_a_session_known_by_its_year_alone_is_an_idea_to_those_in_office_only(client):
    brought_in("PK-AZ-JC-8")
    body = Body.objects.get(code="pk-az-jc")
    ninth = body.meetings.get(number=9)
    assert client.get(ninth.get_absolute_url()).status_code == 404
    client.force_login(make_user("secretary", None, body))
    words = words_of(client, ninth.get_absolute_url())
    assert "9th session" in words
    assert "2027" in words
    assert "1 Jan 2027" not in words


# --- one side's own ---------------------------------------------------------------------

OWN = [
    ("VN-RU-IGC-25", "vn-ru-igc", "vn", "ru", "Vietnamese part reviews"),
    ("IR-RU-JEC-19", "ir-ru-jec", "ir", "ru", "National coordination meeting"),
    ("extreme/joint-meeting", "x-joint-d", "x-east", "x-north", "Synthetic own part of the East"),
]


@pytest.mark.parametrize(("name", "body", "own", "other", "title"), OWN)
def test_a_meeting_of_one_part_exists_for_that_side_alone(client, name, body, own, other, title):
    brought_in(name)
    body = Body.objects.get(code=body)
    meeting = body.meetings.get(series="national")
    url, pages = meeting.get_absolute_url(), [body.get_absolute_url(), reverse("meetings")]
    neutral = make_user("secretary", None, body)
    for reader in (None, secretary_of(other, body), neutral):
        if reader:
            client.force_login(reader)
        assert client.get(url).status_code == 404
        assert not [page for page in pages if title in words_of(client, page)]
    client.force_login(secretary_of(own, body))
    assert title in words_of(client, url)
    assert title in words_of(client, body.get_absolute_url())


def test_two_sides_keep_ideas_under_one_number_unknown_to_each_other(client):
    brought_in("extreme/joint-meeting")
    body = Body.objects.get(code="x-joint-d")
    north = body.meetings.get(number=4, side__code="x-north")
    south = body.meetings.get(number=4, side__code="x-south")
    client.force_login(secretary_of("x-north", body))
    assert "2034" in words_of(client, north.get_absolute_url())
    assert client.get(south.get_absolute_url()).status_code == 404


# --- the extremes -----------------------------------------------------------------------


def test_one_gathering_bears_the_number_of_each_of_its_bodies(client):
    brought_in("extreme/joint-meeting")
    gathering = Body.objects.get(code="x-joint-d").meetings.get(number=3)
    words = words_of(client, gathering.get_absolute_url())
    for label in ("3rd meeting", "21st session", "2nd extraordinary meeting", "111th meeting"):
        assert label in words
    words = words_of(client, Body.objects.get(code="x-joint-a").get_absolute_url())
    assert "21st session" in words


def test_one_chair_by_turns_leaves_no_side_vacant(client):
    brought_in("extreme/rotating-chair")
    council = Body.objects.get(code="x-rotating")
    words = words_of(client, council.meetings.get(series="ordinary").get_absolute_url())
    assert "vacant" not in words
    assert "Sat 30 Dec 2023" in words
    assert "Tue 2 Jan 2024" in words
    assert words_of(client, council.get_absolute_url()).count("Co-chair: vacant") == 1


def test_a_body_renamed_twice_shows_the_name_and_the_parties_of_each_day(client):
    brought_in("extreme/growing-bloc")
    body = Body.objects.get(code__startswith="x-long")
    first, old, coming = (body.meetings.get(number=number) for number in (1, 49, 399))
    assert "Synthetic Committee of Five" in words_of(client, first.get_absolute_url())
    words = words_of(client, old.get_absolute_url())
    assert "Synthetic Committee of Nine" in words
    assert "Synthetic Nine" in words
    assert "XLIX session" in words
    assert "Synthetic West" not in words
    words = words_of(client, coming.get_absolute_url())
    assert body.name in words
    assert "CCCXCIX session" in words
    assert "Synthetic West" in words


def test_a_body_lists_eighty_groups_beneath_it(client):
    brought_in("extreme/eighty-groups")
    words = words_of(client, Body.objects.get(code="x-eighty").get_absolute_url())
    assert len(set(re.findall(r"Synthetic Sub-group \d\d", words))) == 80


def test_days_in_the_kept_dossiers_are_days_of_the_calendar():
    found = [day for name in ALL for day in re.findall(rb'"(\d{4}-\d\d-\d\d)"', content(name))]
    assert len(found) > 150
    assert all(date.fromisoformat(day.decode()) for day in found)


SAID = [
    ("lost-hours", "x-lost", ("ordinary", 3), ("3rd meeting", "date not known"), ("1961",)),
    ("lost-hours", "x-lost", ("ordinary", 6), ("Tue 1 Mar 1966 · time not recorded", "09:30"), ()),
    (
        "dissolved-party",
        "x-heirs",
        ("ordinary", 12),
        ("Synthetic Commission with the Union", "Synthetic Deputy Minister, co-chair ad interim"),
        ("Heir",),
    ),
    (
        "on-the-margins",
        "x-margins",
        ("ordinary", 9),
        ("IX session", "On the margins of an assembly", "Mon 3 Dec 2018 – Tue 4 Dec 2018"),
        (),
    ),
    (
        "adjourned-months",
        "x-adjourned",
        ("ordinary", 2),
        ("Held Fri 3 May 2019 – Sat 4 May 2019", "Held Tue 7 May 2019", "Held Wed 15 Jan 2020"),
        ("The sides report different days",),
    ),
    ("many-tongues", "x-tongues", ("ordinary", 1999), ("MCMXCIX session", "الدورة"), ()),
    ("moving-weekend", "x-weekend", ("ordinary", 1), ("Thu 9 Dec 2021",), ("Emirate",)),
    ("first-years", "x-old", ("ordinary", 1), ("Sun 3 Feb 1901", "10:00"), ()),
    ("number-twice", "x-twice", None, ("Thu 1 Apr 2021", "Fri 1 Oct 2021"), ()),
]


@pytest.mark.parametrize(("name", "body", "meeting", "says", "never"), SAID)
def test_the_page_of_an_extreme_says_what_is_known_and_no_more(
    client, name, body, meeting, says, never
):
    brought_in(f"extreme/{name}")
    words = words_of(client, find(body, meeting).get_absolute_url())
    assert [fact for fact in says if fact not in words] == [], words
    assert [untruth for untruth in never if untruth in words] == [], words


def test_a_session_agreed_for_as_soon_as_possible_is_an_idea_without_a_date(client):
    brought_in("PK-IR-JEC-22")
    body = Body.objects.get(code="pk-ir-jec")
    next_one = body.meetings.get(number=23)
    assert client.get(next_one.get_absolute_url()).status_code == 404
    client.force_login(make_user("secretary", None, body))
    words = words_of(client, next_one.get_absolute_url())
    assert "date not known" in words
    assert "as soon as possible" in words
