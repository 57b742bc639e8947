"""Calendar files that strict readers take, with zones and without what is not public."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar, Timezone

from meetings import operations
from meetings.calendars import calendar_file, folded
from meetings.models import Sitting
from meetings.transitions import MEETING, SITTING
from meetings.zones import zone_rules
from portal.clocks import known_zones
from tests.factories import (
    make_area,
    make_body,
    make_meeting,
    make_party,
    make_room,
    make_sitting,
)

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
    assert len(IcsCalendarStream.from_ics(text).calendars) == 1  # a second reader agrees
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
    room = make_room("Gold Room, 2nd floor")
    sitting = make_sitting(meeting, kind="consultation", area=area, room=room)
    event = event_of(meeting)
    assert event["SUMMARY"] == (
        "Expert consultation: Standards, metrology; accreditation\\halal · "
        "1st meeting of the Working Group on Industry"
    )
    assert event["LOCATION"] == "Gold Room, 2nd floor"
    assert event["URL"].endswith(f"{meeting.get_absolute_url()}#sitting-{sitting.pk}")
    assert event["DESCRIPTION"].endswith(event["URL"])
    assert event["CATEGORIES"].cats == ["Expert consultation"]


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


@pytest.mark.parametrize(
    "title",
    [
        "👩🏽‍⚖️🇲🇾🇷🇺" * 12,
        "اجتماع اللجنة المشتركة للتعاون؛ الجلسة العامة، القاعة الكبرى " * 3,
        "\\" * 150,
        "one; two, three \\ four: “five” " * 8,
        "ends in a backslash \\",
    ],
    ids=["emoji", "right to left", "backslashes", "separators", "backslash last"],
)
def test_odd_characters_come_back_as_they_were_in_both_readers(meeting, title):
    title = title.strip()
    make_sitting(meeting, title=title)
    assert str(event_of(meeting)["SUMMARY"]).startswith(f"{title} · ")
    [calendar] = IcsCalendarStream.from_ics(file_of(meeting)).calendars
    assert calendar.events[0].summary.startswith(f"{title} · ")


def test_characters_that_no_calendar_may_hold_are_left_out(meeting):
    make_sitting(meeting, title="Bell\x07 and\x1b escape\x0b here")
    assert event_of(meeting)["SUMMARY"].startswith("Bell and escape here · ")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_no_line_is_longer_than_75_octets_and_unfolding_gives_the_line(words):
    line = f"SUMMARY:{words}".replace("\r", "").replace("\n", "")
    pieces = folded(line).split("\r\n ")
    assert "".join(pieces) == line
    assert len(pieces[0].encode()) <= 75
    assert all(len(piece.encode()) <= 74 for piece in pieces[1:])


def test_a_proposed_meeting_is_tentative_and_says_so(cast):
    make_sitting(meeting := make_meeting(cast.group, starts_on=DAY))
    event = event_of(meeting)
    assert event["STATUS"] == "TENTATIVE"
    assert event["SUMMARY"].startswith("Proposed: Plenary session · ")


def test_what_is_closed_stays_private_in_a_shared_calendar(meeting):
    make_sitting(meeting, is_open=False)
    assert event_of(meeting)["CLASS"] == "PRIVATE"


# --- clocks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "offset"),
    [(date(2026, 10, 24), "+02:00"), (date(2026, 10, 25), "+01:00")],
    ids=["before the clocks go back", "after"],
)
def test_the_description_has_every_sides_clock_with_the_offset_of_that_day(cast, day, offset):
    berlin = make_party("DE", city="Berlin", zone="Europe/Berlin")
    body = make_body([cast.malaysia, berlin])
    make_sitting(meeting := make_meeting(body, starts_on=day, status="announced"), wall=time(20))
    description = str(event_of(meeting)["DESCRIPTION"])
    assert "20:00–22:00 Kuala Lumpur (UTC+08:00)" in description
    assert f"Berlin (UTC{offset})" in description


def test_each_side_that_has_another_date_is_told_its_date(cast):
    lima = make_party("PE", city="Lima", zone="America/Lima")
    body = make_body([cast.malaysia, cast.russia, lima])
    make_sitting(meeting := make_meeting(body, starts_on=DAY, status="announced"), wall=time(8))
    assert str(event_of(meeting)["DESCRIPTION"]).startswith(
        "Tue 13 Oct 2026 · 08:00–10:00 Kuala Lumpur (UTC+08:00) · "
        "03:00–05:00 Moscow (UTC+03:00) · Mon 12 Oct 2026 · 19:00–21:00 Lima (UTC-05:00)"
    )


def test_a_sitting_through_the_night_in_which_clocks_go_back_keeps_its_length(meeting):
    sitting = make_sitting(
        meeting, day=date(2026, 10, 25), wall=time(1), zone="Europe/Berlin", minutes=105
    )
    event = event_of(meeting)  # 01:00 to 02:45, which comes first before and again after
    assert event["DTEND"].dt - event["DTSTART"].dt.astimezone(UTC) == timedelta(minutes=105)
    Sitting.objects.update(minutes=165)
    event = event_of(meeting)  # to 02:45 of the second time, which only UTC can tell apart
    assert event["DTEND"].dt == sitting.starts_at + timedelta(minutes=165)
    assert event["DTEND"].to_ical() == b"20261025T014500Z"


def test_a_zone_whose_rules_changed_since_keeps_the_wall_time_that_was_agreed(meeting):
    sitting = make_sitting(meeting, wall=time(15))
    stale = sitting.starts_at - timedelta(hours=1)  # as an older zone database had it
    Sitting.objects.filter(pk=sitting.pk).update(starts_at=stale)
    text = file_of(meeting)
    assert "DTSTART;TZID=Asia/Kuala_Lumpur:20261013T150000" in text
    assert "15:00–17:00 Kuala Lumpur" in text


def test_the_rules_of_a_zone_reach_past_every_sitting(meeting):
    make_sitting(meeting, zone="Europe/Berlin")
    make_sitting(meeting, day=date(2028, 7, 3), zone="Europe/Berlin")
    [zone] = read(file_of(meeting)).walk("VTIMEZONE")
    own = zone.to_tz(lookup_tzid=False)
    assert datetime(2028, 7, 3, 15, tzinfo=own).utcoffset() == timedelta(hours=2)
    assert datetime(2029, 1, 15, 15, tzinfo=own).utcoffset() == timedelta(hours=1)


def test_a_meeting_whose_programme_is_not_there_yet_gives_its_days(cast):
    meeting = make_meeting(cast.group, starts_on=DAY, days=2, place="Putrajaya")
    event = event_of(meeting)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (DAY, DAY + timedelta(days=2))
    assert event["LOCATION"] == "Putrajaya"


# --- zones as the most particular program reads them -----------------------------------


def zone_of(meeting):
    [zone] = read(file_of(meeting)).walk("VTIMEZONE")
    return zone


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("Europe/Berlin", {"DAYLIGHT": (3, "-1SU"), "STANDARD": (10, "-1SU")}),
        ("America/New_York", {"DAYLIGHT": (3, "2SU"), "STANDARD": (11, "1SU")}),
        ("America/Santiago", {"DAYLIGHT": (9, "1SU"), "STANDARD": (4, "1SU")}),
        ("Africa/Cairo", {"DAYLIGHT": (4, "-1FR"), "STANDARD": (10, "-1FR")}),
        ("Europe/Dublin", {"DAYLIGHT": (3, "-1SU"), "STANDARD": (10, "-1SU")}),
    ],
)
def test_a_zone_is_told_by_one_yearly_rule_for_each_change_and_by_no_single_date(
    meeting, zone, rules
):
    make_sitting(meeting, zone=zone)
    make_sitting(meeting, zone=zone, day=date(2027, 7, 3))
    parts = zone_of(meeting).subcomponents
    assert {
        part.name: (part["RRULE"]["BYMONTH"][0], part["RRULE"]["BYDAY"][0]) for part in parts
    } == rules
    assert len(parts) == 2
    assert not any("RDATE" in part for part in parts)


@pytest.mark.parametrize("zone", ["Asia/Kuala_Lumpur", "Europe/Moscow", "Asia/Kathmandu"])
def test_clocks_that_nobody_changes_are_told_as_one_standard_time(meeting, zone):
    make_sitting(meeting, zone=zone)
    [part] = zone_of(meeting).subcomponents
    assert part.name == "STANDARD"
    assert part["TZOFFSETFROM"].td == part["TZOFFSETTO"].td


def test_the_hour_after_the_clocks_go_forward_is_told_rightly(meeting):
    day = date(2026, 3, 29)
    sitting = make_sitting(meeting, day=day, wall=time(3), zone="Europe/Berlin")
    own = zone_of(meeting).to_tz(lookup_tzid=False)
    assert datetime.combine(day, time(3), own).astimezone(UTC) == sitting.starts_at
    assert sitting.starts_at == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_every_zone_of_the_world_is_read_back_with_its_own_offsets():
    untold = set()
    for name in sorted(zone for zone in known_zones() if "/" in zone):
        rules = zone_rules(name, 2026, 2027)
        if not rules:
            untold.add(name)
            continue
        own = Timezone.from_ical(rules).to_tz(lookup_tzid=False)
        for month in range(24):
            wall = datetime.combine(date(2026 + month // 12, month % 12 + 1, 15), time(12))
            told, real = wall.replace(tzinfo=own), wall.replace(tzinfo=ZoneInfo(name))
            assert told.utcoffset() == real.utcoffset(), (name, wall)
    assert "Africa/Casablanca" in untold
    assert len(untold) < 10


def test_clocks_that_follow_no_yearly_rule_have_their_times_in_utc(meeting):
    sitting = make_sitting(meeting, zone="Africa/Casablanca")  # summer time all but in Ramadan
    text = file_of(meeting)
    assert "VTIMEZONE" not in text
    assert f"DTSTART:{sitting.starts_at:%Y%m%dT%H%M%SZ}" in text
    assert event_of(meeting)["DTEND"].dt == sitting.ends_at


def test_a_zone_that_changed_its_law_in_between_leaves_the_others_their_rules(meeting):
    old = make_sitting(meeting, day=date(2010, 7, 1), zone="Europe/Moscow")
    make_sitting(meeting, zone="Europe/Moscow")
    make_sitting(meeting, zone="Europe/Berlin")
    calendar = read(file_of(meeting))
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} == {"Europe/Berlin"}
    starts = {event["DTSTART"].dt for event in calendar.walk("VEVENT")}
    assert old.starts_at in starts


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


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"kind": "drafting"},
        {"mode": "hybrid"},
        {"day": date(2026, 10, 14)},
        {"minutes": 60},
        {"zone": "Europe/Moscow"},
        {"place": "Hall 2"},
        {"join_link": LINK},
        {"status": "cancelled"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_real_change_of_a_sitting_raises_its_sequence_however_it_is_made(meeting, change):
    sitting = make_sitting(meeting)
    Sitting.objects.filter(pk=sitting.pk).update(**change)
    assert Sitting.objects.get().sequence == 1


def test_a_sequence_never_falls_when_an_older_copy_is_saved(meeting):
    sitting = make_sitting(meeting)
    older = Sitting.objects.get()
    for minute in (5, 10):
        sitting.wall = time(15, minute)
        sitting.save()
    older.title = "Saved late"
    older.save()
    assert Sitting.objects.get().sequence == 3


def test_what_no_calendar_shows_raises_no_sequence(meeting):
    sitting = make_sitting(meeting)
    Sitting.objects.filter(pk=sitting.pk).update(capacity=20, languages=["ru"], level="experts")
    assert Sitting.objects.get().sequence == 0


@pytest.mark.parametrize(
    "change",
    [
        {"place": "Kazan"},
        {"ends_on": DAY + timedelta(days=1)},
        {"number": 9},
        {"status": "postponed"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_real_change_of_a_meeting_raises_the_sequence_of_all_its_events(meeting, change):
    make_sitting(meeting)
    type(meeting).objects.filter(pk=meeting.pk).update(**change)
    meeting.refresh_from_db()
    assert event_of(meeting)["SEQUENCE"] == 1


def test_a_meeting_that_goes_on_as_announced_raises_no_sequence(meeting):
    type(meeting).objects.filter(pk=meeting.pk).update(status="in_session", about="More words")
    meeting.refresh_from_db()
    assert meeting.sequence == 0


def test_a_cancelled_sitting_is_cancelled_in_calendars_and_stays_in_the_file(cast, meeting):
    make_sitting(meeting)
    gone = make_sitting(meeting, title="Gone")
    SITTING.perform(gone, "cancel", by=cast.officer_my, reason="No speaker.")
    states = {
        str(event["SUMMARY"]).partition(" · ")[0]: (event["STATUS"], event["SEQUENCE"])
        for event in read(file_of(meeting)).walk("VEVENT")
    }
    assert states == {"Plenary session": ("CONFIRMED", 0), "Cancelled: Gone": ("CANCELLED", 1)}


@pytest.mark.parametrize("name", ["postpone", "cancel"])
def test_a_meeting_called_off_cancels_every_event_with_a_higher_sequence(cast, meeting, name):
    make_sitting(meeting)
    MEETING.perform(meeting, name, by=cast.officer_my, reason="The hall is gone.")
    meeting.refresh_from_db()
    event = event_of(meeting)
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert event["SEQUENCE"] > 0
    assert event["SUMMARY"].startswith({"postpone": "Postponed: ", "cancel": "Cancelled: "}[name])
    assert "Reason: The hall is gone." in event["DESCRIPTION"]


# --- what is not public ---------------------------------------------------------------


def test_a_joining_link_stands_only_in_the_file_that_asks_for_it(meeting):
    make_sitting(meeting, join_link=LINK)
    assert "secret-room" not in file_of(meeting)
    assert f"Join by video: {LINK}\n" in event_of(meeting, with_links=True)["DESCRIPTION"]


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
