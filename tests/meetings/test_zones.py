"""Zones change their rules, skip hours, repeat hours: the wall time stays, and it is said."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from meetings import operations, tasks
from meetings.forms.sitting import preview
from meetings.models import Sitting
from portal.clocks import comes_twice
from portal.models import Entry, Notice
from tests.factories import (
    make_body,
    make_delegate,
    make_desk,
    make_meeting,
    make_party,
    make_sitting,
    make_user,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
FALL_BACK = date(2026, 10, 25)  # the night in which the clocks of Berlin go back


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


def stored_by_old_rules(sitting, hours=1):
    """As if it had been stored before its zone changed its rules."""
    Sitting.objects.filter(pk=sitting.pk).update(
        starts_at=sitting.starts_at - timedelta(hours=hours),
        ends_at=sitting.ends_at - timedelta(hours=hours),
    )
    sitting.refresh_from_db()
    return sitting


@pytest.fixture
def almaty(cast):
    """A sitting at 15:00 in Almaty, stored when the offset there was another."""
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    return stored_by_old_rules(make_sitting(meeting, zone="Asia/Almaty", wall=time(15)))


# --- a changed zone database ----------------------------------------------------------


def test_a_changed_rule_keeps_the_wall_time_and_moves_the_instant(almaty):
    before = almaty.sequence
    assert almaty.starts_at == datetime(2026, 10, 13, 9, tzinfo=UTC)
    assert operations.reckon_sittings_again(NOON) == 1
    almaty.refresh_from_db()
    assert (almaty.wall, almaty.zone) == (time(15), "Asia/Almaty")
    assert almaty.starts_at == datetime(2026, 10, 13, 10, tzinfo=UTC)
    assert almaty.ends_at == datetime(2026, 10, 13, 12, tzinfo=UTC)
    assert almaty.sequence > before


def test_the_history_says_what_the_clocks_did(almaty):
    operations.reckon_sittings_again(NOON)
    entry = Entry.objects.about(almaty.meeting).get()
    assert entry.actor is None
    assert entry.sentence == (
        "kept the wall time of Plenary session: the clocks of Asia/Almaty changed their rules; "
        "15:00 there is now 10:00 UTC instead of 09:00"
    )


def test_those_concerned_are_told_once_each(almaty, cast):
    make_desk(almaty.meeting)
    there = make_delegate(almaty.meeting, cast.malaysia, sittings=[almaty])
    make_delegate(almaty.meeting, cast.russia)
    operations.reckon_sittings_again(NOON)
    sentence = (
        "The clocks of Asia/Almaty changed their rules: 15:00 there stays; "
        "it is now 10:00 UTC instead of 09:00."
    )
    told = {notice.email: notice for notice in Notice.objects.all()}
    in_office = cast.but("delegate", "outsider").values()
    assert set(told) == {there.email, *(user.email for user in in_office)}
    assert Notice.objects.count() == len(told)
    assert sentence in told[there.email].body
    assert sentence in told[cast.chair_my.email].body


def test_a_second_run_finds_nothing_to_do_and_tells_nobody(almaty):
    operations.reckon_sittings_again(NOON)
    almaty.refresh_from_db()
    sequence, messages = almaty.sequence, Notice.objects.count()
    assert operations.reckon_sittings_again(NOON) == 0
    almaty.refresh_from_db()
    assert (almaty.sequence, Notice.objects.count()) == (sequence, messages)


def test_the_worker_reckons_by_its_task(almaty):
    tasks.reckon_sittings()
    almaty.refresh_from_db()
    assert almaty.starts_at.hour == 10


def test_what_is_over_or_cancelled_stays_as_it_was_stored(cast):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    over = stored_by_old_rules(make_sitting(meeting, day=date(2026, 8, 3)))
    off = stored_by_old_rules(make_sitting(meeting, status="cancelled"))
    assert operations.reckon_sittings_again(NOON) == 0
    for sitting in (over, off):
        before = sitting.starts_at
        sitting.refresh_from_db()
        assert sitting.starts_at == before


def test_nobody_is_told_of_a_meeting_that_is_only_planned(cast):
    sitting = stored_by_old_rules(make_sitting(make_meeting(cast.group, starts_on=DAY)))
    assert operations.reckon_sittings_again(NOON) == 1
    sitting.refresh_from_db()
    assert sitting.starts_at == datetime(2026, 10, 13, 7, tzinfo=UTC)
    assert not Notice.objects.exists()


def test_reckoning_asks_the_same_of_the_database_for_one_and_for_thirty(
    cast, django_assert_num_queries
):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    make_sitting(meeting)
    with django_assert_num_queries(1):
        operations.reckon_sittings_again(NOON)
    for number in range(29):
        make_sitting(meeting, day=DAY + timedelta(days=number))
    with django_assert_num_queries(1):
        operations.reckon_sittings_again(NOON)


# --- hours that come twice, and nights between two days -------------------------------


@pytest.mark.parametrize(
    ("day", "wall", "zone", "twice"),
    [
        (FALL_BACK, time(2, 30), "Europe/Berlin", True),
        (FALL_BACK, time(1, 59), "Europe/Berlin", False),
        (FALL_BACK, time(3, 0), "Europe/Berlin", False),
        (date(2027, 3, 28), time(2, 30), "Europe/Berlin", False),
        (FALL_BACK, time(2, 30), "Asia/Kuala_Lumpur", False),
        (date(2026, 11, 1), time(1, 30), "America/New_York", True),
    ],
)
def test_an_hour_that_comes_twice_is_known(day, wall, zone, twice):
    assert comes_twice(day, wall, zone) is twice


@pytest.fixture
def berlin(db):
    """A body of a side in Berlin and one in Kuala Lumpur, with its secretary."""
    body = make_body([make_party("DE", zone="Europe/Berlin", city="Berlin"), make_party("MY")])
    return make_meeting(body, starts_on=FALL_BACK), make_user("secretary", body.sides()[0], body)


def test_of_a_time_that_comes_twice_the_page_says_which_is_meant(client, berlin):
    meeting, secretary = berlin
    sitting = make_sitting(meeting, wall=time(2, 30), minutes=30)
    client.force_login(secretary)
    sentence = "02:30 comes twice that night in Europe/Berlin; the first is meant."
    for name, pk in (("sitting-change", sitting.pk), ("programme", meeting.pk)):
        assert sentence in client.get(reverse(name, args=[pk])).content.decode()
    assert sitting.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_on_other_days_nothing_is_said_of_clocks(client, berlin):
    meeting, secretary = berlin
    sitting = make_sitting(meeting, wall=time(12))
    client.force_login(secretary)
    shown = client.get(reverse("sitting-change", args=[sitting.pk])).content.decode()
    assert "comes twice" not in shown


def test_across_midnight_each_side_sees_its_own_date(client, cast):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    make_sitting(meeting, wall=time(23), minutes=180)
    with translation.override("en"):
        shown = client.get(reverse("programme-sheet", args=[meeting.pk])).content.decode()
    assert '<span class="clock-day">Wed 14 Oct 2026</span> <time' in shown  # ends the next day
    assert "18:00" in shown  # in Moscow it is still the day before
    assert "21:00" in shown


def test_the_band_copes_with_a_sitting_that_ends_on_the_next_day(cast):
    parties = cast.group.sides()
    shown = preview(DAY, time(23), 180, "Asia/Kuala_Lumpur", parties)
    assert shown.band.chosen == (23 * 60, 24 * 60)
    assert shown.band.sentence == "Outside the office hours that all sides share."


def test_the_offset_of_that_date_stands_on_the_sheet(client, berlin):
    meeting, secretary = berlin
    make_sitting(meeting, day=date(2026, 10, 24), wall=time(9))
    make_sitting(meeting, day=date(2026, 10, 26), wall=time(9))
    client.force_login(secretary)
    shown = client.get(reverse("programme-sheet", args=[meeting.pk])).content.decode()
    assert "(UTC+02:00)" in shown
    assert "(UTC+01:00)" in shown


# --- another zone ---------------------------------------------------------------------


def test_another_zone_keeps_the_wall_time_and_the_page_says_so(client, cast):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    sitting = make_sitting(meeting, wall=time(15))
    client.force_login(cast.officer_my)
    data = {
        "kind": "plenary",
        "day": DAY.isoformat(),
        "wall": "15:00",
        "minutes": "120",
        "mode": "virtual",
        "zone": "Europe/Moscow",
        "is_open": "on",
        "sequence": sitting.sequence,
    }
    answer = client.post(reverse("sitting-change", args=[sitting.pk]), data, follow=True)
    shown = answer.content.decode()
    assert "The clock is another one now (Europe/Moscow); the wall time stays 15:00." in shown
    sitting.refresh_from_db()
    assert (sitting.wall, sitting.starts_at) == (time(15), datetime(2026, 10, 13, 12, tzinfo=UTC))


# --- another clock of the whole meeting ------------------------------------------------

EXAMPLE = "Plenary session: 15:00 → 20:00 Kuala Lumpur (10:00 → 15:00 Moscow)"


def proposing(meeting, **more):
    """What the page holds that proposes another clock, and nothing else."""
    return {
        "starts_on": meeting.starts_on,
        "ends_on": meeting.ends_on,
        "precision": "day",
        "mode": "virtual",
        "zone": "Europe/Moscow",
        "revision": meeting.revision,
        **more,
    }


def test_another_clock_is_said_with_a_sitting_before_it_is_proposed(client, cast):
    meeting = make_meeting(cast.group, starts_on=DAY)
    make_sitting(meeting, wall=time(15))
    client.force_login(cast.officer_my)
    address = reverse("proposal-new", args=[meeting.pk])
    answer = client.post(address, proposing(meeting))
    shown = answer.content.decode()
    assert "The clock would be Europe/Moscow instead of Asia/Kuala_Lumpur." in shown
    assert EXAMPLE in shown
    assert not meeting.proposals.exists()
    confirmed = answer.context["form"]["clock"].value()
    assert client.post(address, proposing(meeting, clock=confirmed)).status_code == 302
    sitting = meeting.sittings.get()
    assert (sitting.wall, sitting.zone) == (time(15), "Europe/Moscow")
    assert sitting.starts_at == datetime(2026, 10, 13, 12, tzinfo=UTC)
    assert any(EXAMPLE in entry.sentence for entry in Entry.objects.about(meeting))
    told = Notice.objects.get(email=cast.chair_ru.email)
    assert "The wall times of its sittings stay" in told.body
    assert "Plenary session: 15:00 → 20:00 Kuala Lumpur" in told.body


def test_another_clock_of_an_announced_meeting_waits_for_every_key(cast):
    meeting = make_meeting(cast.group, "announced", starts_on=DAY)
    make_sitting(meeting, wall=time(15))
    proposal = operations.propose_dates(
        operations.proposal_of(meeting, zone="Europe/Moscow"), revision=1, by=cast.officer_my
    )
    assert meeting.sittings.get().zone == "Asia/Kuala_Lumpur"
    assert EXAMPLE in Notice.objects.get(email=cast.chair_ru.email).body
    operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.chair_ru)
    assert meeting.sittings.get().starts_at == datetime(2026, 10, 13, 12, tzinfo=UTC)
    moved = Notice.objects.get(template="meetings/emails/meeting_moved", email=cast.focal_my.email)
    assert EXAMPLE in moved.body


def test_what_was_held_and_what_goes_by_a_third_clock_stay_where_they_were(cast):
    meeting = make_meeting(cast.group, "suspended", starts_on=NOON.date(), days=60)
    held = make_sitting(meeting, wall=time(9))
    third = make_sitting(meeting, day=DAY, zone="Asia/Almaty")
    ahead = make_sitting(meeting, day=DAY, wall=time(9))
    proposal = operations.propose_dates(
        operations.proposal_of(meeting, zone="Europe/Moscow"), revision=1, by=cast.officer_my
    )
    operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.chair_ru)
    for sitting in (held, third, ahead):
        sitting.refresh_from_db()
    zones = (held.zone, third.zone, ahead.zone)
    assert zones == ("Asia/Kuala_Lumpur", "Asia/Almaty", "Europe/Moscow")


def test_the_clock_of_an_idea_is_changed_by_its_side_after_reading_what_it_does(client, cast):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia, starts_on=DAY)
    make_sitting(idea, wall=time(15))
    client.force_login(cast.officer_my)
    address = reverse("meeting-change", args=[idea.pk])
    given = {**proposing(idea), "series": "ordinary", "number": 1, "version": idea.version}
    assert EXAMPLE in client.post(address, given).content.decode()
    assert client.post(address, {**given, "clock": "Europe/Moscow"}).status_code == 302
    assert idea.sittings.get().zone == "Europe/Moscow"
    assert not Notice.objects.exists()
