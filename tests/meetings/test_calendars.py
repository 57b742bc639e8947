"""Calendar files that strict readers take, with zones and without what is not public."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from meetings import operations
from meetings.calendars import calendar_file
from meetings.models import Sitting
from meetings.transitions import MEETING, SITTING
from tests.factories import make_area, make_meeting, make_room, make_sitting

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
LINK = "https://video.example.org/secret-room"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, starts_on=DAY, status="announced")


def file_of(meeting, with_links=False) -> str:
    return calendar_file(meeting, meeting.sittings.all(), with_links=with_links)


def read(text: str) -> Calendar:
    """The calendar, after everything a strict reader looks at."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert not any("\n" in line or "\r" in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    calendar = Calendar.from_ical(text)
    assert not calendar.errors
    assert {"PRODID", "VERSION"} <= set(calendar)
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    events = calendar.walk("VEVENT")
    assert events
    assert len({str(event["UID"]) for event in events}) == len(events)
    for event in events:
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event)
        assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
        for name in ("DTSTART", "DTEND"):
            zone = event[name].params.get("TZID")
            assert zone is None or zone in zones
        assert event["DTEND"].dt > event["DTSTART"].dt
    return calendar


def event_of(meeting, **more):
    [event] = read(file_of(meeting, **more)).walk("VEVENT")
    return event


# --- what stands in it ----------------------------------------------------------------


def test_a_sitting_stands_at_its_wall_time_with_the_rules_of_its_zone(meeting):
    sitting = make_sitting(meeting)
    text = file_of(meeting)
    assert "DTSTART;TZID=Asia/Kuala_Lumpur:20261013T150000" in text
    assert "BEGIN:VTIMEZONE" in text
    event = event_of(meeting)
    assert event["DTSTART"].dt == sitting.starts_at
    assert event["DTEND"].dt == sitting.ends_at


@pytest.mark.parametrize("day", [date(2026, 7, 1), date(2026, 12, 1)], ids=["summer", "winter"])
def test_a_zone_with_summer_time_is_told_with_both_of_its_rules(meeting, day):
    sitting = make_sitting(meeting, day=day, zone="Europe/Berlin")
    calendar = read(file_of(meeting))
    [zone] = calendar.walk("VTIMEZONE")
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    own = zone.to_tz(lookup_tzid=False)
    wall = datetime.combine(day, time(15))
    in_utc = sitting.starts_at.replace(tzinfo=None)
    assert wall.replace(tzinfo=own).utcoffset() == wall - in_utc


def test_sittings_in_two_zones_bring_both_zones_along(meeting):
    make_sitting(meeting)
    make_sitting(meeting, zone="Europe/Moscow")
    zones = {str(zone["TZID"]) for zone in read(file_of(meeting)).walk("VTIMEZONE")}
    assert zones == {"Asia/Kuala_Lumpur", "Europe/Moscow"}


def test_an_event_names_sitting_meeting_room_and_page(meeting):
    area = make_area(meeting.body, "Standards, metrology; accreditation\\halal")
    make_sitting(meeting, kind="consultation", area=area, room=make_room("Gold Room, 2nd floor"))
    event = event_of(meeting)
    assert event["SUMMARY"] == (
        "Expert consultation: Standards, metrology; accreditation\\halal · "
        "1st meeting of the Working Group on Industry"
    )
    assert event["LOCATION"] == "Gold Room, 2nd floor"
    assert event["URL"].endswith(meeting.get_absolute_url())


def test_a_calendar_speaks_the_readers_language(meeting):
    make_sitting(meeting)
    with translation.override("ru"):
        assert "Рабочая группа по промышленности" in event_of(meeting)["SUMMARY"]


def test_a_name_of_two_hundred_wide_letters_is_folded_between_letters(meeting):
    make_sitting(meeting, title="林" * 200)
    assert event_of(meeting)["SUMMARY"].startswith("林" * 200)


def test_a_line_break_in_a_place_breaks_no_line(meeting):
    meeting.place = "Gold Room\r\nATTACH:https://evil.example"
    make_sitting(meeting)
    event = event_of(meeting)
    assert "ATTACH" not in event
    assert event["LOCATION"].startswith("Gold Room")


def test_a_meeting_whose_programme_is_not_there_yet_gives_its_days(cast):
    meeting = make_meeting(cast.group, starts_on=DAY, days=2, place="Putrajaya")
    event = event_of(meeting)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (DAY, DAY + timedelta(days=2))
    assert event["LOCATION"] == "Putrajaya"


# --- what moves and what is called off ------------------------------------------------


def test_a_moved_sitting_keeps_its_uid_and_has_a_higher_sequence(cast, meeting):
    sitting = make_sitting(meeting)
    before = event_of(meeting)
    sitting.wall = time(16)
    operations.change_sitting(sitting, by=cast.officer_my)
    after = event_of(meeting)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(hours=1)


def test_two_sittings_never_share_a_uid(meeting):
    for _number in range(3):
        make_sitting(meeting)
    assert len(read(file_of(meeting)).walk("VEVENT")) == 3


def test_a_cancelled_sitting_is_cancelled_in_calendars_and_stays_in_the_file(cast, meeting):
    make_sitting(meeting)
    gone = make_sitting(meeting, title="Gone")
    SITTING.perform(gone, "cancel", by=cast.officer_my, reason="No speaker.")
    states = {
        str(event["SUMMARY"]).partition(" · ")[0]: (event["STATUS"], event["SEQUENCE"])
        for event in read(file_of(meeting)).walk("VEVENT")
    }
    assert states == {"Plenary session": ("CONFIRMED", 0), "Gone": ("CANCELLED", 1)}


@pytest.mark.parametrize("name", ["postpone", "cancel"])
def test_a_meeting_called_off_cancels_every_event_with_a_higher_sequence(cast, meeting, name):
    make_sitting(meeting)
    MEETING.perform(meeting, name, by=cast.officer_my, reason="The hall is gone.")
    meeting.refresh_from_db()
    event = event_of(meeting)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


# --- what is not public ---------------------------------------------------------------


def test_a_joining_link_stands_only_in_the_file_that_asks_for_it(meeting):
    make_sitting(meeting, join_link=LINK)
    assert "secret-room" not in file_of(meeting)
    assert event_of(meeting, with_links=True)["DESCRIPTION"] == LINK


def download(client, meeting):
    return client.get(reverse("meeting-calendar", args=[meeting.pk]))


def test_the_public_file_holds_no_link_for_anybody(client, cast, meeting):
    make_sitting(meeting, join_link=LINK)
    for user in (None, cast.outsider, cast.officer_my):
        if user:
            client.force_login(user)
        assert "secret-room" not in download(client, meeting).content.decode()


def test_the_public_file_is_a_calendar_to_save(client, meeting):
    make_sitting(meeting)
    answer = download(client, meeting)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="meeting-{meeting.pk}.ics"'
    read(answer.content.decode())


def test_the_public_file_of_closed_sittings_gives_only_the_days(client, cast, meeting):
    make_sitting(meeting, title="Talk of the principals", is_open=False)
    text = download(client, meeting).content.decode()
    [event] = read(text).walk("VEVENT")
    assert event["DTSTART"].dt == DAY
    assert "principals" not in text
    client.force_login(cast.chair_my)
    assert "principals" in download(client, meeting).content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_file_costs_the_same_with_one_sitting_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    for number in range(rows):
        area = make_area(cast.group)
        make_sitting(meeting, area=area, room=make_room(), wall=time(number % 24))
    assert Sitting.objects.count() == rows
    with django_assert_num_queries(4):
        download(client, meeting)
