"""What waits for whom: keys, announcements, reports; and what lies ahead."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from meetings import operations
from meetings.work import AT_MOST, coming_for, work_for
from portal.work import waiting_for
from tests.factories import (
    forget_standing,
    make_appointment,
    make_area,
    make_body,
    make_item,
    make_key,
    make_meeting,
    make_proposal,
    make_report,
    make_sitting,
    make_user,
    make_wording,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


def page(client, address="/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def deeds(user) -> list[tuple[str, str]]:
    """What waits for a user, as (tone, deed)."""
    forget_standing(user)
    return [(one.tone, str(one.deed)) for one in work_for(user, TODAY)]


GIVE = ("key", "Read and give the key")
ANNOUNCE = ("plain", "Announce the meeting")


# --- keys to dates --------------------------------------------------------------------


def test_a_missing_key_waits_for_co_chairs_and_secretaries_of_that_side(cast):
    meeting = make_meeting(cast.group)
    make_key(meeting, party=cast.malaysia, holder=cast.chair_my)
    waits = {name: deeds(user) for name, user in cast.people.items()}
    assert waits == {
        **{name: [] for name in cast.people},
        "chair_ru": [GIVE],
        "officer_ru": [GIVE],
    }


def test_the_page_says_whose_key_and_leads_there(client, cast):
    meeting = make_meeting(cast.group)
    client.force_login(cast.chair_ru)
    shown = page(client)
    assert "The key of Russia to dates and place is awaited." in shown
    assert f'href="{meeting.get_absolute_url()}"' in shown


def test_a_key_dropped_by_an_edit_waits_again(cast):
    meeting = make_meeting(cast.group)
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(meeting, party=chair.party, holder=chair)
    assert deeds(cast.chair_ru) == []
    operations.change_meeting(meeting, changes={"place": "Kazan"}, revision=1, by=cast.officer_my)
    assert deeds(cast.chair_ru) == [GIVE]
    assert deeds(cast.chair_my) == []  # who proposes has agreed


@pytest.mark.parametrize("status", ["in_session", "held", "closed", "postponed", "cancelled"])
def test_a_meeting_that_runs_or_is_over_or_off_asks_for_no_key(cast, status):
    make_meeting(cast.group, status=status)
    assert deeds(cast.chair_my) == []


def test_a_meeting_whose_days_are_gone_asks_for_nothing(cast):
    make_meeting(cast.group, starts_on=TODAY - timedelta(days=1))
    assert deeds(cast.chair_my) == []


def test_a_co_chair_of_the_group_turns_no_key_of_the_commission(cast):
    make_meeting(cast.commission)
    assert deeds(cast.chair_my) == []
    assert GIVE in deeds(cast.officer_my)


def test_with_every_key_the_secretaries_may_announce(cast):
    meeting = make_meeting(cast.group, "agreed")
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(meeting, party=chair.party, holder=chair)
    waits = {name: deeds(user) for name, user in cast.people.items()}
    assert waits == {
        **{name: [] for name in cast.people},
        "officer_my": [ANNOUNCE],
        "officer_ru": [ANNOUNCE],
        "neutral": [ANNOUNCE],
    }


def test_of_very_many_meetings_the_soonest_are_shown(cast):
    for number in range(AT_MOST + 5):
        make_meeting(cast.group, starts_on=TODAY + timedelta(days=number))
    forget_standing(cast.chair_my)
    days = [one.due for one in work_for(cast.chair_my, TODAY)]
    assert days == [TODAY + timedelta(days=number) for number in range(AT_MOST)]


# --- keys to closing ------------------------------------------------------------------


def test_an_item_that_one_side_calls_done_waits_for_the_other_co_chair(cast):
    item = make_item(make_meeting(cast.group, status="held"), owners={})
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    assert deeds(cast.chair_ru) == [GIVE]
    assert deeds(cast.chair_my) == []
    assert deeds(cast.officer_ru) == []  # closing needs the co-chair
    [waiting] = work_for(cast.chair_ru, TODAY)
    assert waiting.why == "Malaysia says this is done. Your key is awaited."
    assert waiting.since.date() == TODAY


def test_an_item_without_any_key_or_with_all_of_them_waits_for_nobody(cast):
    meeting = make_meeting(cast.group, status="held")
    make_item(meeting, owners={})
    done = make_item(meeting, owners={}, status="done")
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(done, "closing", chair.party, chair)
    assert deeds(cast.chair_my) == deeds(cast.chair_ru) == []


def test_a_co_chair_of_another_body_is_not_asked(cast):
    other = make_body(parent=cast.commission, kind="working_group")
    item = make_item(make_meeting(other, status="held"), owners={})
    make_key(item, "closing", cast.malaysia)
    assert deeds(cast.chair_ru) == []


# --- reports --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, [("late", "Report")]),
        (0, [("due", "Report")]),
        (14, [("due", "Report")]),
        (15, []),
        (None, []),
    ],
)
def test_an_owner_is_asked_to_report_from_two_weeks_before_the_day(cast, days, expected):
    due = None if days is None else TODAY + timedelta(days=days)
    make_item(
        make_meeting(cast.group, status="held"),
        due_on=due,
        owners={cast.malaysia: cast.delegate.person},
    )
    assert deeds(cast.delegate) == expected


def test_a_report_waits_for_the_owner_and_for_the_sides_co_chair_and_focal_point(cast):
    make_item(
        make_meeting(cast.group, status="held"),
        due_on=TODAY - timedelta(days=1),
        owners={cast.malaysia: cast.delegate.person},
    )
    waits = {name: deeds(user) for name, user in cast.people.items()}
    late = [("late", "Report")]
    assert waits == {
        **{name: [] for name in cast.people},
        "delegate": late,
        **dict.fromkeys(("chair_my", "chair_ru", "focal_my", "focal_ru"), late),
    }


def test_a_side_that_reported_done_is_not_asked_again(cast):
    item = make_item(
        make_meeting(cast.group, status="held"), due_on=TODAY - timedelta(days=1), owners={}
    )
    make_report(item, cast.malaysia, "done")
    make_report(item, cast.russia, "delayed")
    assert deeds(cast.focal_my) == []
    assert deeds(cast.focal_ru) == [("late", "Report")]


def test_a_done_item_asks_nobody(cast):
    make_item(
        make_meeting(cast.group, status="held"),
        due_on=TODAY - timedelta(days=1),
        owners={},
        status="done",
    )
    assert deeds(cast.focal_my) == []


# --- the page -------------------------------------------------------------------------


def test_what_is_late_comes_first_and_the_soonest_first_of_one_sort(cast):
    held = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2))
    for days in (3, -5, -9):
        make_item(held, due_on=TODAY + timedelta(days=days), owners={})
    make_meeting(cast.group)
    forget_standing(cast.chair_my)
    found = [(one.tone, one.due - TODAY) for one in waiting_for(cast.chair_my, TODAY)]
    assert [(tone, gap.days) for tone, gap in found] == [
        ("late", -9),
        ("late", -5),
        ("key", 40),
        ("due", 3),
    ]


def test_who_has_nothing_to_do_is_told_so_with_a_way_on(client, cast):
    client.force_login(cast.outsider)
    shown = page(client)
    assert "Nothing waits for you" in shown
    assert f'href="{reverse("meetings")}"' in shown


def test_nothing_of_another_bodys_work_shows_on_the_page(client, cast):
    other = make_body(name="Foreign body", is_public=False)
    make_sitting(make_meeting(other), title="Foreign sitting")
    make_item(
        make_meeting(other, status="held"), text="Foreign item", due_on=TODAY - timedelta(days=1)
    )
    for user in (cast.chair_my, cast.officer_my, cast.outsider):
        client.force_login(user)
        assert "Foreign" not in page(client)


def test_the_sittings_ahead_are_those_of_ones_own_bodies_soonest_first(cast):
    meeting = make_meeting(cast.group, starts_on=date(2026, 10, 13))
    late = make_sitting(meeting, wall=time(16))
    early = make_sitting(meeting, wall=time(9))
    make_sitting(meeting, wall=time(12), status="cancelled")
    make_sitting(make_meeting(make_body(), starts_on=date(2026, 10, 13)))
    assert coming_for(cast.focal_ru, TODAY) == [early, late]
    assert coming_for(cast.outsider, TODAY) == []


def test_the_sittings_ahead_stand_in_both_clocks(client, cast):
    make_sitting(make_meeting(cast.group, starts_on=date(2026, 10, 13)), title="Opening")
    client.force_login(cast.chair_my)
    shown = page(client)
    assert "Opening" in shown
    assert shown.index("Kuala Lumpur") < shown.index("Moscow")
    client.force_login(cast.chair_ru)
    shown = page(client)
    assert shown.index("Moscow") < shown.index("Kuala Lumpur")


def test_an_account_without_a_person_has_no_work(cast):
    nobody = make_user()
    nobody.person = None
    nobody.save()
    assert list(work_for(nobody, TODAY)) == []
    assert coming_for(nobody, TODAY) == []


# --- queries --------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_costs_the_same_with_one_thing_of_each_sort_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    held = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2), number=500)
    for number in range(rows):
        meeting = make_meeting(cast.group, starts_on=TODAY + timedelta(days=number + 1))
        make_sitting(meeting, area=make_area(cast.group), wall=time(number % 24))
        make_proposal(meeting, cast.russia)
        moved = make_meeting(cast.group, "announced", starts_on=TODAY + timedelta(days=number))
        make_proposal(moved, cast.russia)
        agreed = make_meeting(cast.group, "agreed", starts_on=TODAY + timedelta(days=number))
        for party in (cast.malaysia, cast.russia):
            make_key(agreed, party=party)
        awaited = make_item(held, owners={}, organisations={})
        make_key(awaited, "closing", cast.russia)
        make_item(held, due_on=TODAY, owners={}, organisations={})
    chair = make_user("chair", cast.malaysia, cast.group)
    make_appointment(chair, cast.group, "secretary", cast.malaysia)
    client.force_login(chair)
    page(client)  # content types are asked for once
    with django_assert_num_queries(30):
        page(client)


# --- what is proposed, what is postponed --------------------------------------------------


@pytest.mark.parametrize("days", [1, 40])
def test_what_comes_of_a_merely_proposed_meeting_says_so(client, cast, days):
    meeting = make_meeting(cast.group, "proposed", starts_on=TODAY + timedelta(days=days))
    make_sitting(meeting)
    client.force_login(cast.chair_ru)
    shown = page(client).partition("sitting-")[2]
    assert "Plenary session</a> <span" in shown
    assert "Proposed</span>" in shown
    type(meeting).objects.filter(pk=meeting.pk).update(status="announced", was_announced=True)
    assert "Plenary session</a><br>" in page(client)


def test_another_title_of_a_postponed_meeting_waits_for_the_other_side(cast):
    meeting = make_meeting(cast.group, "postponed", starts_on=TODAY - timedelta(days=3))
    wording = make_wording(meeting, cast.malaysia)
    make_key(wording, "words", cast.malaysia, cast.chair_my)
    assert ("key", "Read and answer") in deeds(cast.chair_ru)
    assert deeds(cast.chair_my) == []
    type(meeting).objects.filter(pk=meeting.pk).update(status="cancelled")
    assert deeds(cast.chair_ru) == []


def test_a_postponed_meeting_without_another_title_waits_for_nobody(cast):
    make_meeting(cast.group, "postponed")
    assert [deeds(user) for user in (cast.chair_my, cast.chair_ru, cast.officer_my)] == [[]] * 3
