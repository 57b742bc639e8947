"""What a record leaves open is shown as open: the hour, the length, the mode, the date."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from meetings import operations
from meetings.calendars import calendar_file
from meetings.dossier.exporting import Reader, export, written
from meetings.dossier.importing import import_dossier, preview
from meetings.dossier.rights import Rights
from meetings.forms.sitting import NO_LENGTH
from meetings.models import Meeting, Sitting, Timing
from meetings.operations.timing import FURTHER
from meetings.programme import copied, instants, moved, placed, row_of
from portal.clocks import day_off
from portal.models import Party
from portal.refusal import Refused
from tests.factories import (
    make_body,
    make_dossier,
    make_meeting,
    make_party,
    make_room,
    make_sitting,
)

DAY = date(2021, 5, 25)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, starts_on=DAY, status="held", mode="in_person")


def without_hour(meeting, day=DAY, **fields):
    return make_sitting(meeting, day=day, wall=None, minutes=None, **fields)


# --- a sitting of which only the day is known -----------------------------------------------


def test_a_sitting_without_an_hour_shows_its_day_and_never_a_time(client, meeting):
    without_hour(meeting)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "time not recorded" in page
    assert "00:00" not in page


def test_a_sitting_to_come_says_that_its_hour_is_not_fixed_yet(cast):
    coming = make_meeting(cast.group, status="announced")
    assert without_hour(coming, coming.starts_on).no_hour == "time not fixed yet"


def test_a_known_length_is_told_where_the_hour_is_not_known(meeting):
    sitting = make_sitting(meeting, day=DAY, wall=None, minutes=45)
    assert sitting.no_hour == "time not recorded, 45 minutes"


def test_a_sitting_without_an_hour_is_a_whole_day_in_calendar_files(meeting):
    without_hour(meeting, zone="Asia/Kuala_Lumpur")
    text = calendar_file(meeting, meeting.sittings.all(), with_links=False)
    assert "DTSTART;VALUE=DATE:20210525\r\nDTEND;VALUE=DATE:20210526" in text
    assert "TRANSP:TRANSPARENT" in text
    assert "T000000" not in text.split("BEGIN:VEVENT")[1]


def test_a_sitting_without_a_length_has_no_end_in_calendar_files(meeting):
    make_sitting(meeting, day=DAY, wall=time(15), minutes=None)
    event = calendar_file(meeting, meeting.sittings.all(), with_links=False).split("BEGIN:VEVENT")[
        1
    ]
    assert "DTSTART;TZID=" in event
    assert "DTEND" not in event


@pytest.mark.parametrize("clock", ["Pacific/Auckland", "Pacific/Honolulu", "UTC"])
def test_a_sitting_without_an_hour_stands_on_its_own_day_in_every_clock(client, meeting, clock):
    without_hour(meeting, zone="Asia/Kuala_Lumpur")
    url = reverse("calendar")
    words = {
        day: client.get(url, {"view": "day", "day": day.isoformat(), "clock": clock})
        for day in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))
    }
    found = [day for day, page in words.items() if "time not recorded" in page.content.decode()]
    assert found == [DAY]


def test_a_sitting_without_an_hour_takes_no_room_and_runs_beside_nothing(meeting):
    room = make_room()
    timed = make_sitting(meeting, day=DAY, wall=time(10), minutes=60, room=room)
    untimed = without_hour(meeting, room=room)
    assert not untimed.runs_beside(timed)
    assert not timed.runs_beside(untimed)


def test_two_sittings_begun_in_one_room_at_once_clash_without_lengths(meeting):
    room = make_room()
    make_sitting(meeting, day=DAY, wall=time(10), minutes=None, room=room)
    with pytest.raises(IntegrityError, match="no_room_is_booked_twice"):
        make_sitting(meeting, day=DAY, wall=time(10), minutes=None, room=room)


def test_rearranging_a_programme_gives_no_hour_to_a_row_without_one(meeting):
    row = row_of(without_hour(meeting))
    other = row_of(make_sitting(meeting, day=DAY, wall=time(10), minutes=60))
    assert row["wall"] == ""
    assert instants(row) is None
    assert moved(row, minutes=90) == row
    assert moved(row, days=1)["day"] == "2021-05-26"
    assert copied(row)["wall"] == ""
    put = placed([row, other], row["uid"], DAY, 2)
    assert [one["wall"] for one in put] == ["", "10:00"]


def test_the_secretariat_enters_a_sitting_of_which_only_the_day_is_known(client, cast):
    coming = make_meeting(cast.group, status="proposed", starts_on=date(2031, 5, 6))
    client.force_login(cast.officer_my)
    posted = {"kind": "visit", "day": "2031-05-06", "wall": "", "minutes": "", "zone": "UTC"}
    client.post(reverse("sitting-new", args=[coming.pk]), {**posted, "mode": "in_person"})
    sitting = coming.sittings.get()
    assert (sitting.day, sitting.wall, sitting.minutes) == (date(2031, 5, 6), None, None)


def test_a_planned_sitting_with_an_hour_needs_its_length(client, cast):
    coming = make_meeting(cast.group, status="proposed", starts_on=date(2031, 5, 6))
    client.force_login(cast.officer_my)
    posted = {"kind": "visit", "day": "2031-05-06", "wall": "10:00", "minutes": "", "zone": "UTC"}
    page = client.post(reverse("sitting-new", args=[coming.pk]), {**posted, "mode": "in_person"})
    assert str(NO_LENGTH) in page.content.decode()
    assert not coming.sittings.exists()


# --- a date that nobody knows -------------------------------------------------------------


def with_meetings(*rows: dict) -> bytes:
    dossier = make_dossier()
    dossier["bodies"][0]["meetings"] = [{"zone": "Asia/Baku", **row} for row in rows]
    return json.dumps(dossier).encode()


def held(number, **fields) -> dict:
    return {"series": "ordinary", "number": number, "status": "held", **fields}


def test_a_meeting_without_a_date_stands_between_its_neighbours_by_number(client):
    lost = {"precision": "unknown"}
    content = with_meetings(
        held(4, **lost), held(3, **lost), held(2, starts_on="1961-05-02"),
        held(5, starts_on="1964-01-02"), held(1, **lost),
    )  # fmt: skip
    import_dossier(content, Rights())
    found = Meeting.objects.order_by("starts_on", "pk")
    assert [one.number for one in found] == [1, 2, 3, 4, 5]
    third = found[2]
    page = client.get(third.get_absolute_url()).content.decode()
    assert "date not known" in page
    assert "1961" not in page
    assert {row.state for row in import_dossier(content, Rights()).rows} == {"same"}


def test_the_export_of_a_meeting_without_a_date_gives_it_none():
    import_dossier(with_meetings(held(1, precision="unknown")), Rights())
    body = Meeting.objects.get().body
    [row] = export(body, Reader())["bodies"][0]["meetings"]
    assert not {"starts_on", "ends_on"} & set(row)
    assert row["mode"] == "unknown"
    again = preview(written(export(body, Reader())).encode(), Rights())
    assert {one.state for one in again.rows} == {"same"}


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ({}, "“starts_on” is missing"),
        ({"precision": "unknown", "starts_on": "2001-02-03"}, "leave the days out"),
    ],
)
def test_days_are_given_just_where_they_are_known(days, reason):
    [row] = preview(with_meetings(held(1, **days)), Rights()).wrong
    assert reason in row.reason


def test_an_idea_without_a_date_is_to_come_and_has_no_deadline(cast):
    meeting = make_meeting(
        cast.group, status="idea", precision="unknown", starts_on=date(1999, 1, 1)
    )
    operations.reckon_deadlines(meeting)
    assert not meeting.deadlines.exists()
    assert meeting in Meeting.objects.upcoming(date(2026, 1, 1))
    assert meeting not in Meeting.objects.past(date(2026, 1, 1))


# --- one number, two meetings -----------------------------------------------------------------


def test_history_may_say_with_a_reason_that_a_number_was_given_twice(client):
    first, second = held(4, starts_on="2021-04-01"), held(4, starts_on="2021-10-01")
    second["number_reason"] = "Also counted as the 4th; recorded so."
    import_dossier(with_meetings(first, second), Rights())
    assert Meeting.objects.filter(number=4).count() == 2
    later = Meeting.objects.get(starts_on=date(2021, 10, 1))
    assert (
        "Also counted as the 4th; recorded so."
        in client.get(later.get_absolute_url()).content.decode()
    )
    again = import_dossier(with_meetings(first, second), Rights())
    assert {row.state for row in again.rows} == {"same"}


def test_a_number_is_not_given_twice_without_a_reason():
    rows = held(4, starts_on="2021-04-01"), held(4, starts_on="2021-10-01")
    [row] = preview(with_meetings(*rows), Rights()).wrong
    assert "twice" in row.reason


def test_a_meeting_to_come_never_bears_a_number_for_the_second_time(cast):
    with pytest.raises(IntegrityError, match="only_what_is_over_bears_a_number_again"):
        make_meeting(cast.group, status="proposed", number=7, number_reason="Because.")


# --- several parts --------------------------------------------------------------------------------


def part(first: date, last: date) -> dict:
    return {"starts_on": first, "ends_on": last, "place": "Baku"}


def test_a_side_reports_two_ranges_that_do_not_follow_each_other(cast, meeting):
    told = {"party": cast.malaysia, "by": cast.officer_my}
    operations.report_days(meeting, facts=part(date(2021, 5, 3), date(2021, 5, 4)), **told)
    operations.report_days(
        meeting, facts=part(date(2021, 5, 7), date(2021, 5, 7)), part=FURTHER, **told
    )
    found = meeting.timings.filter(kind="reported").order_by("starts_on")
    assert [one.starts_on.day for one in found] == [3, 7]
    operations.report_days(meeting, facts=None, part=found[1].pk, **told)
    assert [one.starts_on.day for one in found.all()] == [3]


def test_two_parts_never_begin_on_one_day(cast, meeting):
    told = {"party": cast.malaysia, "by": cast.officer_my}
    days = part(date(2021, 5, 3), date(2021, 5, 4))
    operations.report_days(meeting, facts=days, **told)
    with pytest.raises(Refused, match="begins on this day"):
        operations.report_days(meeting, facts=days, part=FURTHER, **told)


def test_a_part_of_another_side_is_out_of_reach(cast, meeting):
    days = part(date(2021, 5, 3), date(2021, 5, 4))
    theirs = Timing.objects.create(meeting=meeting, kind="reported", party=cast.russia, **days)
    with pytest.raises(Refused, match="taken back meanwhile"):
        operations.report_days(
            meeting, party=cast.malaysia, facts=None, part=theirs.pk, by=cast.officer_my
        )
    assert Timing.objects.filter(pk=theirs.pk).exists()


def test_the_page_of_the_days_offers_one_more_part_where_one_stands(client, cast, meeting):
    client.force_login(cast.officer_my)
    url = reverse("meeting-days", args=[meeting.pk])
    assert "one more part" not in client.get(url).content.decode()
    whose = str(cast.malaysia.pk)
    days = {"starts_on": "2021-05-03", "ends_on": "2021-05-04", "place": ""}
    client.post(url, {"whose": whose, **{f"{whose}-{name}": day for name, day in days.items()}})
    assert "one more part" in client.get(url).content.decode()
    more, days = f"{whose}-further", {"starts_on": "2021-05-07", "ends_on": "2021-05-07"}
    client.post(url, {"whose": more, **{f"{more}-{name}": day for name, day in days.items()}})
    assert meeting.timings.filter(kind="reported", party=cast.malaysia).count() == 2


def test_sides_that_report_the_same_two_parts_do_not_differ(client, cast, meeting):
    for party in (cast.malaysia, cast.russia):
        for first in (3, 7):
            days = part(date(2021, 5, first), date(2021, 5, first))
            Timing.objects.create(meeting=meeting, kind="reported", party=party, **days)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "The sides report different days" not in page


# --- what a party was on a day --------------------------------------------------------------------


def weekender(**fields) -> Party:
    former = [
        {"until": "1999-12-31", "name": "Old name"},
        {"until": "2021-12-31", "rest_days": [5, 6]},
    ]
    return make_party("AE", holiday_calendar="", former=former, rest_days=[6, 7], **fields)


@pytest.mark.parametrize(
    ("day", "rests"),
    [
        (date(1998, 1, 2), True),  # a Friday before any change: the name's row says nothing of it
        (date(2021, 12, 31), True),
        (date(2022, 1, 7), False),
        (date(2022, 1, 9), True),
        (date(2021, 12, 26), False),
    ],
)
def test_days_of_rest_are_those_of_that_day(day, rests):
    assert bool(day_off(weekender(), day)) is rests


def test_a_former_name_does_not_change_the_days_of_rest_of_its_time():
    party = weekender().as_of(date(1998, 1, 1))
    assert party.name == "Old name"
    assert party.rest_days_on(date(1998, 1, 1)) == [5, 6]
    assert party.rest_days_on(date(2025, 1, 1)) == [6, 7]


def test_a_bloc_shows_the_members_it_had_on_the_day(client):
    members = [
        {"name": "Aland"},
        {"name": "Beland", "since": "2004-05-01"},
        {"name": "Celand", "until": "2003-12-31"},
    ]
    bloc = make_party("BLOC", kind="bloc", members=members)
    body = make_body([bloc, make_party("MY")])
    old = make_meeting(body, starts_on=date(2003, 3, 3), status="held")
    new = make_meeting(body, starts_on=date(2005, 3, 3), status="held")
    assert "Aland, Celand" in client.get(old.get_absolute_url()).content.decode()
    assert "Aland, Beland" in client.get(new.get_absolute_url()).content.decode()
    assert "Aland, Beland" in client.get(body.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "members",
    [
        "Aland",
        [{"since": "2001-01-01"}],
        [{"name": "Aland", "since": "2001-01-01", "until": "2000-01-01"}],
        [{"name": "Aland", "since": "soon"}],
        [{"name": "Aland", "rank": 1}],
    ],
)
def test_members_that_cannot_be_are_refused_with_a_sentence(members):
    party = Party(code="b", name="B", short_name="B", city="B", zone="UTC", members=members)
    with pytest.raises(ValidationError) as refusal:
        party.clean_fields()
    assert "list of members" in refusal.value.message_dict["members"][0]


def test_days_of_rest_of_former_times_are_days_of_the_week():
    former = [{"until": "2001-01-01", "rest_days": [8]}]
    party = Party(code="b", name="B", short_name="B", city="B", zone="UTC", former=former)
    with pytest.raises(ValidationError):
        party.clean_fields()


def test_the_bounds_of_a_sitting_without_an_hour_are_those_of_its_day():
    sitting = Sitting(day=DAY, wall=None, minutes=None, zone="Asia/Kuala_Lumpur")
    sitting.reckon()
    assert sitting.starts_at == datetime(2021, 5, 24, 16, tzinfo=UTC)
    assert sitting.ends_at - sitting.starts_at == timedelta(days=1)
    assert sitting.until is None
