"""Reminders walk the calendar: due and not yet sent, in the person's waking hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from delegations.models import Delegate
from delegations.reminders import remind_delegates, threshold_reached
from portal.models import Notice
from tests.cast import make_cast
from tests.factories import make_delegate, make_meeting, make_sitting

DAY = date(2027, 5, 25)  # the plenary begins at 15:00 in Kuala Lumpur, 10:00 in Moscow


@pytest.fixture
def begin(db):
    """The world three weeks before the meeting."""
    with time_machine.travel(datetime(2027, 5, 4, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def meeting(begin):
    cast = make_cast()
    meeting = make_meeting(cast.group, status="announced", starts_on=DAY)
    make_sitting(meeting, day=DAY, wall=time(15))
    return meeting


def walk(clock, days=14, *, begin=14, failing=(), step=1):
    """Run the task every hour from a day of May, except on days that fail.

    Returns what was new, and when.
    """
    start = datetime(2027, 5, begin, 0, 5, tzinfo=UTC)
    sent = [(start, notice) for notice in Notice.objects.all()]
    earlier = len(sent)
    for hour in range(0, days * 24, step):
        now = start + timedelta(hours=hour)
        clock.move_to(now)
        if now.date() in failing:
            continue
        remind_delegates(now)
        known = [notice.pk for _now, notice in sent]
        sent += [(now, notice) for notice in Notice.objects.exclude(pk__in=known).order_by("pk")]
    return sent[earlier:]


def when(sent, zone):
    """The local days and hours at which something was sent."""
    return [now.astimezone(ZoneInfo(zone)).strftime("%d %H") for now, _notice in sent]


def make(meeting, zone="Asia/Kuala_Lumpur", **fields):
    party = meeting.body.sides()[0]
    return make_delegate(meeting, party, zone=zone, sittings=meeting.sittings.all(), **fields)


@pytest.mark.parametrize(
    ("left", "threshold"),
    [(30, None), (8, None), (7, 7), (5, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_the_nearest_threshold_that_has_come(left, threshold):
    assert threshold_reached(DAY, DAY - timedelta(days=left)) == threshold


def test_in_a_month_each_threshold_fires_once_in_the_morning_of_its_day(begin, meeting):
    make(meeting)
    assert when(walk(begin, 30, begin=1), "Asia/Kuala_Lumpur") == ["18 08", "24 08"]


def test_nights_and_days_that_failed_are_made_good_and_nothing_comes_twice(begin, meeting):
    make(meeting)
    failing = {date(2027, 5, day) for day in (18, 19, 23, 24)}
    # 24 May fails, so that the last reminder comes on the day itself.
    assert when(walk(begin, failing=failing), "Asia/Kuala_Lumpur") == ["20 08", "25 08"]


def test_a_week_that_failed_leaves_the_nearer_reminder_alone(begin, meeting):
    make(meeting)
    failing = {date(2027, 5, day) for day in range(17, 24)}
    assert when(walk(begin, failing=failing), "Asia/Kuala_Lumpur") == ["24 08"]


@pytest.mark.parametrize(
    "zone",
    [
        "Asia/Kuala_Lumpur",
        "Europe/Moscow",
        "America/Los_Angeles",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Asia/Kathmandu",
    ],
)
def test_never_at_night_where_the_person_is(begin, meeting, zone):
    make(meeting, zone=zone)
    sent = walk(begin)
    assert len(sent) == 2
    for now, _notice in sent:
        assert 8 <= now.astimezone(ZoneInfo(zone)).hour < 20
        assert now < meeting.sittings.get().starts_at


def test_when_the_meeting_moves_the_reminders_begin_anew(begin, meeting):
    make(meeting)
    assert len(walk(begin, 5)) == 1  # until 19 May, after the first threshold
    sitting = meeting.sittings.get()
    sitting.day = date(2027, 5, 30)
    sitting.save()
    assert when(walk(begin, 17), "Asia/Kuala_Lumpur") == ["23 08", "29 08"]


def test_when_only_the_hour_moves_nothing_comes_twice(begin, meeting):
    make(meeting)
    walk(begin, 5)
    sitting = meeting.sittings.get()
    sitting.wall = time(16)
    sitting.save()
    assert when(walk(begin), "Asia/Kuala_Lumpur") == ["24 08"]


def test_it_counts_from_the_first_sitting_the_person_chose(begin, meeting):
    """Consultations a week earlier are no concern of who comes to the plenary alone."""
    early = make_sitting(meeting, day=date(2027, 5, 17), kind="consultation")
    plenary = meeting.sittings.get(kind="plenary")
    party = meeting.body.sides()[0]
    make_delegate(meeting, party, zone="Asia/Kuala_Lumpur", sittings=[plenary], full_name="Plenary")
    make_delegate(
        meeting, party, zone="Asia/Kuala_Lumpur", sittings=[early, plenary], full_name="Both"
    )
    make_delegate(meeting, party, zone="Asia/Kuala_Lumpur", full_name="Nothing chosen")
    sent = walk(begin, 18, begin=9)
    days = {}
    for now, notice in sent:
        days.setdefault(notice.name, []).append(now.astimezone(ZoneInfo("Asia/Kuala_Lumpur")).day)
    assert {name: sorted(found) for name, found in days.items()} == {
        "Plenary": [18, 24],
        "Both": [10, 16],
        "Nothing chosen": [10, 16],
    }


def test_a_cancelled_sitting_is_no_beginning(begin, meeting):
    make_sitting(meeting, day=date(2027, 5, 17), status="cancelled")
    make(meeting)
    assert when(walk(begin), "Asia/Kuala_Lumpur") == ["18 08", "24 08"]


@pytest.mark.parametrize("status", ["pending", "declined", "cancelled"])
def test_only_approved_delegates_are_reminded(begin, meeting, status):
    make(meeting, status=status)
    assert walk(begin, step=3) == []


@pytest.mark.parametrize("status", ["proposed", "postponed", "cancelled", "held"])
def test_nobody_is_reminded_of_a_meeting_that_is_not_on(begin, meeting, status):
    make(meeting)
    meeting.status = status
    meeting.save()
    assert walk(begin, step=3) == []


def test_the_reminder_names_the_day_in_the_persons_own_calendar(begin, meeting):
    make(meeting, zone="Pacific/Pago_Pago")  # 24 May, 20:00 there
    sent = walk(begin)
    assert [now.astimezone(ZoneInfo("Pacific/Pago_Pago")).day for now, _ in sent] == [17, 23]
    assert "begins on Mon 24 May 2027" in sent[0][1].subject
    assert "15:00–17:00 Kuala Lumpur" in sent[0][1].body
    assert "20:00–22:00 your time" in sent[0][1].body


def test_thirty_delegates_take_as_many_questions_as_one(
    begin, meeting, django_assert_max_num_queries
):
    make(meeting)
    now = datetime(2027, 5, 18, 4, tzinfo=UTC)
    begin.move_to(now)
    for _number in range(30):
        make(meeting)
    with django_assert_max_num_queries(9 + 31):  # one insert a message
        assert remind_delegates(now) == 31
    assert remind_delegates(now) == 0
    assert Delegate.objects.count() == 31
