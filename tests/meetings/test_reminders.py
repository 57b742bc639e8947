"""Owners are reminded: each threshold once, late if the night failed, in their waking hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings import operations, reminders
from meetings.reminders import THRESHOLDS, remind_owners, reminders_due, threshold_reached
from portal.models import Notice
from tests.factories import make_item, make_meeting, make_person, make_report
from tests.together import together

DUE = date(2027, 3, 15)
HOUR = timedelta(hours=1)


@pytest.fixture
def item(cast):
    """Due on DUE; on Malaysia's side somebody owns it who lives in Kuala Lumpur."""
    owner = make_person("Siti", cast.malaysia)
    return make_item(make_meeting(cast.group, "held"), due_on=DUE, owners={cast.malaysia: owner})


def walk(first, last, skipped=(), step=4 * HOUR):
    """Call the reminder every few hours but in skipped days; (instant, key) as they come."""
    found, known = [], set()
    now = datetime.combine(first, datetime.min.time(), UTC)
    while now.date() <= last:
        if now.date() not in skipped:
            remind_owners(now)
            keys = set(Notice.objects.values_list("key", flat=True))
            found += [(now, key) for key in sorted(keys - known)]
            known = keys
        now += step
    return found


def thresholds(found):
    """The thresholds, in the order in which they fired."""
    return [int(key.rsplit(":", 1)[1]) for _now, key in found]


def days(found, zone="Asia/Kuala_Lumpur"):
    """The days, counted from DUE, in the owner's calendar."""
    return [(now.astimezone(ZoneInfo(zone)).date() - DUE).days for now, _key in found]


def test_in_a_month_each_threshold_fires_once_on_its_day(item):
    found = walk(DUE - timedelta(days=20), DUE + timedelta(days=20))
    assert thresholds(found) == list(THRESHOLDS)
    assert days(found) == list(THRESHOLDS)


def test_a_threshold_whose_nights_failed_fires_late_and_once(item):
    failed = {DUE - timedelta(days=number) for number in (14, 13, 3)}
    found = walk(DUE - timedelta(days=20), DUE + timedelta(days=10), failed)
    assert thresholds(found) == list(THRESHOLDS)
    assert days(found) == [-12, -2, 1, 7]


def test_of_thresholds_that_passed_in_one_outage_only_the_latest_is_made_good(item):
    failed = {DUE + timedelta(days=number) for number in range(-16, 3)}
    found = walk(DUE - timedelta(days=20), DUE + timedelta(days=10), failed)
    assert list(zip(thresholds(found), days(found), strict=True)) == [(1, 3), (7, 7)]


def test_when_the_date_moves_reminders_begin_anew(cast, item):
    first = walk(DUE - timedelta(days=20), DUE - timedelta(days=10))
    assert thresholds(first) == [-14]
    moved = DUE + timedelta(days=30)
    operations.reword_item(item, changes={"due_on": moved}, revision=1, by=cast.officer_my)
    found = walk(DUE - timedelta(days=9), moved + timedelta(days=10))
    again = found[1:]  # the first finds what was sent before the move
    assert thresholds(again) == list(THRESHOLDS)
    assert [(now.date() - moved).days for now, _key in again] == list(THRESHOLDS)


@pytest.mark.parametrize(
    "zone", ["Asia/Kuala_Lumpur", "Europe/Moscow", "America/Los_Angeles", "Asia/Kamchatka"]
)
def test_nobody_is_reminded_at_night(cast, zone):
    owner = make_person("Somebody", cast.malaysia, zone=zone)
    make_item(make_meeting(cast.group, "held"), due_on=DUE, owners={cast.malaysia: owner})
    found = walk(DUE - timedelta(days=15), DUE - timedelta(days=12), step=HOUR)
    assert days(found, zone) == [-14]
    hours = {now.astimezone(ZoneInfo(zone)).hour for now, _key in found}
    assert hours == {8}


def test_the_day_is_the_owners_day_not_the_servers(cast):
    owner = make_person("Siti", cast.malaysia, zone="Pacific/Kiritimati")  # UTC+14
    item = make_item(make_meeting(cast.group, "held"), due_on=DUE, owners={cast.malaysia: owner})
    undertaking = item.undertakings.get(party=cast.malaysia)
    before = datetime(2027, 2, 28, 17, 59, tzinfo=UTC)  # 07:59 of 1 March there
    assert reminders_due([undertaking], before) == []
    (reminder,) = reminders_due([undertaking], before + timedelta(minutes=1))
    assert reminder.threshold == -14


def test_once_the_own_side_has_reported_it_done_its_owner_is_left_alone(cast, item):
    make_report(item, cast.malaysia, "done")
    assert walk(DUE - timedelta(days=16), DUE + timedelta(days=10)) == []


def test_the_other_sides_report_silences_nobody(cast, item):
    make_report(item, cast.russia, "done")
    assert thresholds(walk(DUE - timedelta(days=16), DUE + timedelta(days=10))) == list(THRESHOLDS)


def test_whoever_reports_that_it_is_not_done_after_all_is_reminded_again(cast, item):
    make_report(item, cast.malaysia, "done")
    assert walk(DUE - timedelta(days=16), DUE - timedelta(days=5)) == []
    make_report(item, cast.malaysia, "blocked")
    assert thresholds(walk(DUE - timedelta(days=4), DUE + timedelta(days=10)))[-3:] == [-3, 1, 7]


def test_a_done_item_reminds_nobody(cast):
    owner = make_person("Siti", cast.malaysia)
    make_item(
        make_meeting(cast.group, "held"),
        due_on=DUE,
        status="done",
        owners={cast.malaysia: owner},
    )
    assert walk(DUE - timedelta(days=16), DUE + timedelta(days=10)) == []


def test_without_a_date_an_owner_or_an_address_nobody_is_reminded(cast):
    meeting = make_meeting(cast.group, "held")
    silent = make_person("Silent", cast.malaysia, email="")
    make_item(meeting, due_on=None)
    make_item(meeting, due_on=DUE, owners={})
    make_item(meeting, due_on=DUE, owners={cast.malaysia: silent})
    assert walk(DUE - timedelta(days=15), DUE + timedelta(days=8)) == []


def test_before_the_day_it_says_due_and_after_it_overdue(cast, item):
    walk(DUE - timedelta(days=16), DUE + timedelta(days=8))
    templates = list(Notice.objects.order_by("pk").values_list("template", flat=True))
    assert [template.rsplit("/", 1)[1] for template in templates] == [
        "item_due",
        "item_due",
        "item_overdue",
        "item_overdue",
    ]


def test_the_owner_of_each_side_is_told_as_one_of_that_side(cast):
    owners = {party: make_person(party=party) for party in (cast.malaysia, cast.russia)}
    make_item(make_meeting(cast.group, "held"), due_on=DUE, owners=owners)
    walk(DUE - timedelta(days=14), DUE - timedelta(days=14))
    assert dict(Notice.objects.values_list("person", "party")) == {
        owner.pk: party.pk for party, owner in owners.items()
    }


@pytest.mark.parametrize(
    ("left", "threshold"),
    [(15, None), (14, -14), (4, -14), (3, -3), (0, -3), (-1, 1), (-6, 1), (-7, 7), (-400, 7)],
)
def test_the_threshold_reached_is_the_latest_one(left, threshold):
    assert threshold_reached(DUE, DUE - timedelta(days=left)) == threshold


@pytest.mark.django_db(transaction=True)
def test_two_beats_in_the_same_moment_write_each_reminder_once():
    for _number in range(5):
        make_item(due_on=DUE)
    now = datetime(2027, 3, 14, 8, 0, tzinfo=UTC)
    together(lambda: remind_owners(now), lambda: remind_owners(now))
    assert Notice.objects.count() == 10


@pytest.mark.parametrize("rows", [1, 30])
def test_looking_for_what_is_due_asks_the_database_as_often_for_many_as_for_one(
    cast, django_assert_num_queries, rows
):
    meeting = make_meeting(cast.group, "held")
    for _number in range(rows):
        make_item(meeting, due_on=DUE)
    now = datetime(2027, 3, 14, 8, 0, tzinfo=UTC)
    assert remind_owners(now) == 2 * rows
    with django_assert_num_queries(4):  # what is due, what is sent, and a savepoint
        assert remind_owners(now) == 0


def test_the_task_asks_with_the_present_moment(cast, item):
    import time_machine

    from meetings import tasks

    with time_machine.travel(datetime(2027, 3, 14, 2, 0, tzinfo=UTC)):
        tasks.remind_owners()
    assert (
        Notice.objects.get().key
        == reminders.Reminder(item.undertakings.get(party=item.meeting.body.sides()[0]), -3).key
    )
