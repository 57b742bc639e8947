"""Instants, local times and office hours: computed, never typed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.clocks import (
    ClockText,
    NoSuchTime,
    Place,
    day_in,
    day_off,
    local_times,
    office_band,
    office_hours,
    to_instant,
    waking_hours,
    with_own_place,
)
from portal.models import Party

properties = settings(deadline=None, max_examples=60, derandomize=True)


def side(name: str, zone: str, **facts) -> Party:
    return Party(short_name=name, city=facts.pop("city", name), zone=zone, **facts)


MALAYSIA = side(
    "Malaysia",
    "Asia/Kuala_Lumpur",
    city="Kuala Lumpur",
    cities={"ru": "Куала-Лумпур"},
    holiday_calendar="MY",
)
RUSSIA = side(
    "Russia",
    "Europe/Moscow",
    city="Moscow",
    short_names={"ru": "Россия"},
    cities={"ru": "Москва"},
    holiday_calendar="RU",
)
KUALA_LUMPUR, MOSCOW = MALAYSIA.place, RUSSIA.place
PLENARY = datetime(2021, 5, 25, 7, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


# --- from the wall to the instant -----------------------------------------------------


def test_a_wall_time_becomes_the_instant_of_its_zone():
    assert to_instant(date(2021, 5, 25), time(15), "Asia/Kuala_Lumpur") == PLENARY


def test_an_instant_is_kept_in_utc():
    assert to_instant(date(2021, 5, 25), time(15), "Asia/Kuala_Lumpur").tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "wall"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30)),
        ("America/New_York", date(2027, 3, 14), time(2, 0)),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_with_a_sentence(zone, day, wall):
    with pytest.raises(NoSuchTime) as refusal:
        to_instant(day, wall, zone)
    assert str(refusal.value) == (
        f"On {day} the clocks in {zone} go forward and never show {wall:%H:%M}. "
        "Choose an earlier or a later time."
    )


def test_the_minutes_beside_a_gap_are_ordinary_times():
    day = date(2026, 3, 29)
    before = to_instant(day, time(1, 59), "Europe/Berlin")
    after = to_instant(day, time(3, 0), "Europe/Berlin")
    assert after - before == timedelta(minutes=1)


def test_of_a_time_that_comes_twice_the_first_is_meant():
    assert to_instant(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_zone_without_summer_time_has_no_gap():
    assert to_instant(date(2026, 3, 29), time(2, 30), "Europe/Moscow") == datetime(
        2026, 3, 28, 23, 30, tzinfo=UTC
    )


zones = st.sampled_from(
    [
        "Asia/Kuala_Lumpur",
        "Europe/Moscow",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Africa/Casablanca",
        "UTC",
    ]
)
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@properties
@given(days, walls, zones)
def test_every_wall_time_comes_back_from_its_instant_or_is_refused(day, wall, zone):
    try:
        instant = to_instant(day, wall, zone)
    except NoSuchTime:
        shown = datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)
        assert shown.astimezone(ZoneInfo(zone)).time() != wall
    else:
        local = instant.astimezone(ZoneInfo(zone))
        assert (local.date(), local.time()) == (day, wall)


@properties
@given(st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31)), zones)
def test_every_instant_comes_back_from_its_local_time(moment, zone):
    instant = moment.replace(microsecond=0, tzinfo=UTC)
    [local] = local_times(instant, [Place(zone, "there")])
    assume(local.start.fold == 0)  # of two equal wall times the first is meant
    assert to_instant(local.start.date(), local.start.time(), zone) == instant


# --- from the instant to the walls ----------------------------------------------------


def test_local_times_stand_in_the_order_of_the_places():
    times = local_times(PLENARY, [MOSCOW, KUALA_LUMPUR], PLENARY + TWO_HOURS)
    assert [(one.place.name, f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in times] == [
        ("Moscow", "10:00", "12:00"),
        ("Kuala Lumpur", "15:00", "17:00"),
    ]


def test_an_instant_without_an_end_has_none_anywhere():
    assert [one.end for one in local_times(PLENARY, [MOSCOW, KUALA_LUMPUR])] == [None, None]


def test_a_clock_on_another_day_than_the_one_before_it_says_so():
    late = datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    times = local_times(late, [KUALA_LUMPUR, MOSCOW])
    assert [one.other_day for one in times] == [False, True]


def test_a_third_clock_that_returns_to_the_first_day_says_so_too():
    late = datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    times = local_times(late, [KUALA_LUMPUR, MOSCOW, Place("Asia/Tokyo", "Tokyo")])
    assert [(one.start.day, one.other_day) for one in times] == [(2, False), (1, True), (2, True)]


@pytest.mark.parametrize(
    ("zone", "moment", "offset"),
    [
        ("Europe/Berlin", datetime(2026, 1, 15, tzinfo=UTC), "+01:00"),
        ("Europe/Berlin", datetime(2026, 7, 15, tzinfo=UTC), "+02:00"),
        ("America/New_York", datetime(2026, 7, 15, tzinfo=UTC), "-04:00"),
        ("Asia/Kathmandu", datetime(2026, 7, 15, tzinfo=UTC), "+05:45"),
        ("Europe/Moscow", datetime(2011, 1, 15, tzinfo=UTC), "+03:00"),
        ("Europe/Moscow", datetime(2012, 1, 15, tzinfo=UTC), "+04:00"),  # summer all year long
    ],
)
def test_the_offset_is_the_one_of_that_date(zone, moment, offset):
    [local] = local_times(moment, [Place(zone, "there")])
    assert local.offset == offset


def test_the_day_differs_from_zone_to_zone():
    late = datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert day_in("Asia/Kuala_Lumpur", late) == date(2026, 12, 2)
    assert day_in("America/New_York", late) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("hour_in_moscow", "awake"), [(7, False), (8, True), (19, True), (20, False), (3, False)]
)
def test_waking_hours_are_from_eight_to_eight_on_the_local_clock(hour_in_moscow, awake):
    now = datetime(2026, 6, 1, hour_in_moscow, 30, tzinfo=ZoneInfo("Europe/Moscow"))
    assert waking_hours("Europe/Moscow", now.astimezone(UTC)) is awake


# --- one line of plain text -----------------------------------------------------------


def test_a_clock_text_names_the_day_once_and_every_city():
    text = ClockText(PLENARY, PLENARY + TWO_HOURS, [MALAYSIA, RUSSIA])
    assert str(text) == (
        "Tue 25 May 2021 · 15:00–17:00 Kuala Lumpur (UTC+08:00) · 10:00–12:00 Moscow (UTC+03:00)"
    )


def test_a_clock_text_repeats_the_day_where_it_is_another():
    late = datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    assert str(ClockText(late, None, [MALAYSIA, RUSSIA])) == (
        "Wed 2 Dec 2026 · 01:30 Kuala Lumpur (UTC+08:00)"
        " · Tue 1 Dec 2026 · 20:30 Moscow (UTC+03:00)"
    )


def test_a_clock_text_names_the_day_of_an_end_after_midnight():
    evening = datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert str(ClockText(evening, evening + TWO_HOURS, [MALAYSIA])) == (
        "Tue 1 Dec 2026 · 23:00–Wed 2 Dec 2026 01:00 Kuala Lumpur (UTC+08:00)"
    )


def test_a_clock_text_speaks_russian_with_the_month_in_the_genitive():
    with translation.override("ru"):
        assert str(ClockText(PLENARY, None, [MALAYSIA, RUSSIA])) == (
            "Вт 25 мая 2021 · 15:00 Куала-Лумпур (UTC+08:00) · 10:00 Москва (UTC+03:00)"
        )


def test_a_clock_text_speaks_malay():
    with translation.override("ms"):
        assert str(ClockText(PLENARY, None, [MALAYSIA])) == (
            "Sel 25 Mei 2021 · 15:00 Kuala Lumpur (UTC+08:00)"
        )


def test_a_clock_text_is_written_when_it_is_read():
    text = ClockText(PLENARY, None, [RUSSIA])
    with translation.override("ru"):
        assert "Москва" in str(text)
    assert "Moscow" in str(text)


def test_a_clock_text_adds_the_readers_own_clock_where_no_side_keeps_it():
    with timezone.override("Asia/Tokyo"):
        assert str(ClockText(PLENARY, None, [MALAYSIA])).endswith(
            "15:00 Kuala Lumpur (UTC+08:00) · 16:00 your time (UTC+09:00)"
        )


@pytest.mark.parametrize("zone", ["Asia/Kuala_Lumpur", "UTC"])
def test_nobody_gets_a_clock_twice_or_the_default_as_their_own(zone):
    with timezone.override(zone):
        assert with_own_place([KUALA_LUMPUR, MOSCOW]) == [KUALA_LUMPUR, MOSCOW]


# --- rest days and holidays -----------------------------------------------------------


def test_a_public_holiday_is_named_before_a_day_of_rest():
    assert day_off(RUSSIA, date(2026, 1, 4)) == "New Year Holidays"  # a Sunday, too


def test_a_day_of_rest_is_the_partys_own():
    gulf = side("Gulf", "Asia/Riyadh", rest_days=[5, 6])
    assert day_off(gulf, date(2026, 6, 5)) == "day of rest"  # Friday
    assert day_off(gulf, date(2026, 6, 7)) == ""  # Sunday
    assert day_off(MALAYSIA, date(2026, 6, 7)) == "day of rest"


def test_a_party_without_a_calendar_has_rest_days_only():
    plain = side("Plain", "UTC")
    assert day_off(plain, date(2026, 12, 25)) == ""
    assert day_off(plain, date(2026, 12, 26)) == "day of rest"


def test_a_country_unknown_to_the_holiday_data_works_on_weekdays():
    assert day_off(side("Utopia", "UTC", holiday_calendar="XX"), date(2026, 12, 25)) == ""


def test_an_office_is_closed_all_day_on_a_day_off():
    assert office_hours(MALAYSIA, date(2026, 12, 25)) is None


def test_office_hours_are_on_the_partys_own_clock():
    opens, closes = office_hours(RUSSIA, date(2026, 12, 9))
    assert opens.astimezone(UTC) == datetime(2026, 12, 9, 6, tzinfo=UTC)
    assert closes.astimezone(UTC) == datetime(2026, 12, 9, 14, tzinfo=UTC)


# --- the band -------------------------------------------------------------------------


def test_a_band_shows_where_office_hours_overlap_on_the_first_sides_clock():
    band = office_band(date(2026, 12, 9), [MALAYSIA, RUSSIA])
    assert [row.segments for row in band.rows] == [[(9 * 60, 17 * 60)], [(14 * 60, 22 * 60)]]
    assert band.overlap == [(14 * 60, 17 * 60)]
    assert band.sentence == "The marked hours are shared by all sides."


def test_the_same_day_seen_by_the_other_side_is_on_its_clock():
    band = office_band(date(2026, 12, 9), [RUSSIA, MALAYSIA])
    assert band.overlap == [(9 * 60, 12 * 60)]


@pytest.mark.parametrize(
    ("hour", "chosen", "sentence"),
    [
        (15, (15 * 60, 17 * 60), "Inside the office hours of every side."),
        (14, (14 * 60, 16 * 60), "Inside the office hours of every side."),
        (16, (16 * 60, 18 * 60), "Outside the office hours that all sides share."),
        (10, (10 * 60, 12 * 60), "Outside the office hours that all sides share."),
    ],
)
def test_a_chosen_time_is_inside_only_from_its_first_to_its_last_minute(hour, chosen, sentence):
    start = to_instant(date(2026, 12, 9), time(hour), "Asia/Kuala_Lumpur")
    band = office_band(date(2026, 12, 9), [MALAYSIA, RUSSIA], start, start + TWO_HOURS)
    assert band.chosen == chosen
    assert band.sentence == sentence


def test_a_holiday_of_one_side_is_named_with_the_side():
    band = office_band(date(2026, 6, 12), [MALAYSIA, RUSSIA])
    assert band.sentence == "Russia does not work on this day: Russia Day."
    assert band.rows[1].segments == []
    assert band.overlap == []


def test_a_holiday_is_told_in_the_language_being_spoken():
    with translation.override("ru"):
        assert "Россия" in office_band(date(2026, 6, 12), [MALAYSIA, RUSSIA]).sentence


def test_sides_whose_weekends_differ_share_the_days_both_work():
    gulf = side("Gulf", "Asia/Riyadh", rest_days=[5, 6])
    friday, sunday, monday = (
        office_band(date(2026, 6, day), [gulf, MALAYSIA]) for day in (5, 7, 8)
    )
    assert friday.sentence == "Gulf does not work on this day: day of rest."
    assert sunday.sentence == "Malaysia does not work on this day: day of rest."
    assert monday.overlap == [(9 * 60, 12 * 60)]


def test_offices_that_are_never_open_together_say_so():
    america = side("America", "America/New_York")
    band = office_band(date(2026, 12, 9), [MALAYSIA, america])
    assert band.overlap == []
    assert band.sentence == (
        "The offices of the sides are never open at the same time on this day."
    )


def test_an_office_open_across_the_other_sides_midnight_stands_at_both_ends_of_the_band():
    america = side("America", "America/New_York")
    band = office_band(date(2026, 12, 9), [MALAYSIA, america])
    assert band.rows[1].segments == [(0, 6 * 60), (22 * 60, 24 * 60)]


def test_across_the_date_line_hours_are_shared_on_different_dates():
    auckland, honolulu = side("Far", "Pacific/Auckland"), side("West", "Pacific/Honolulu")
    tuesday = office_band(date(2026, 7, 7), [auckland, honolulu])
    assert tuesday.overlap == [(9 * 60, 15 * 60)]  # Monday in Honolulu


def test_a_holiday_on_the_same_date_is_not_blamed_where_the_shared_hours_are_another_date():
    auckland = side("Far", "Pacific/Auckland")
    honolulu = side("West", "Pacific/Honolulu", holiday_calendar="US")
    # In Auckland it is Friday 3 July; in Honolulu, where Friday is the holiday, still Thursday.
    band = office_band(date(2026, 7, 3), [auckland, honolulu])
    assert band.overlap == [(9 * 60, 15 * 60)]
    assert band.sentence == "The marked hours are shared by all sides."


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_band_keeps_to_the_wall_on_the_day_the_clocks_change(day):
    berlin = side("Berlin", "Europe/Berlin", rest_days=[])
    assert office_band(day, [berlin]).overlap == [(9 * 60, 17 * 60)]


def test_a_time_chosen_on_another_day_is_not_on_the_band():
    start = to_instant(date(2026, 12, 11), time(15), "Asia/Kuala_Lumpur")
    band = office_band(date(2026, 12, 9), [MALAYSIA, RUSSIA], start, start + TWO_HOURS)
    assert band.chosen is None


parties = st.builds(
    side,
    st.just("Side"),
    zones,
    opens=st.builds(time, st.integers(6, 11), st.sampled_from([0, 15, 30])),
    closes=st.builds(time, st.integers(13, 20), st.sampled_from([0, 15, 30])),
    rest_days=st.lists(st.integers(1, 7), max_size=3, unique=True),
    holiday_calendar=st.sampled_from(["", "MY", "RU", "AZ"]),
)


@properties
@given(days, st.lists(parties, min_size=1, max_size=4))
def test_every_minute_of_a_band_lies_within_its_day(day, sides):
    band = office_band(day, sides)
    for low, high in [*band.overlap, *(span for row in band.rows for span in row.segments)]:
        assert 0 <= low < high <= 1440


@properties
@given(days, st.lists(parties, min_size=1, max_size=4))
def test_the_overlap_lies_inside_every_row(day, sides):
    band = office_band(day, sides)
    for low, high in band.overlap:
        for row in band.rows:
            assert any(start <= low and high <= end for start, end in row.segments)


@properties
@given(days, parties)
def test_the_first_sides_office_stands_where_its_own_clock_shows_it(day, one):
    [row] = office_band(day, [one]).rows
    open_minutes = [(wall.hour * 60 + wall.minute) for wall in (one.opens, one.closes)]
    assert row.segments == ([] if row.holiday else [tuple(open_minutes)])
