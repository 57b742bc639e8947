"""A proposed programme lies on days on which all sides work, in hours that they share."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.models import Area
from meetings.programme import (
    CONSULTATION_MINUTES,
    PLENARY_MINUTES,
    first_working_day,
    propose,
    working_days_before,
    works,
)
from portal.clocks import office_band
from portal.models import Party

MALAYSIA = Party(short_name="Malaysia", zone="Asia/Kuala_Lumpur", holiday_calendar="MY")
RUSSIA = Party(short_name="Russia", zone="Europe/Moscow", holiday_calendar="RU")
AMERICA = Party(short_name="America", zone="America/New_York")
GULF = Party(short_name="Gulf", zone="Asia/Riyadh", rest_days=[5, 6])
IDLE = Party(short_name="Idle", zone="UTC", rest_days=[1, 2, 3, 4, 5, 6, 7])
SIDES = [MALAYSIA, RUSSIA]
TUESDAY = date(2026, 10, 13)


def areas(number: int) -> list[Area]:
    return [Area(number=one, name=f"Area {one}") for one in range(1, number + 1)]


# --- days -----------------------------------------------------------------------------


def test_a_day_works_only_when_it_works_for_every_side():
    assert works(SIDES, TUESDAY)
    assert not works(SIDES, date(2026, 11, 4))  # Unity Day in Russia
    assert not works([MALAYSIA, GULF], date(2026, 10, 16))  # Friday
    assert not works([MALAYSIA, GULF], date(2026, 10, 18))  # Sunday


@pytest.mark.parametrize(
    ("earliest", "first"),
    [
        (TUESDAY, TUESDAY),
        (date(2026, 10, 17), date(2026, 10, 19)),  # a weekend
        (date(2026, 11, 4), date(2026, 11, 5)),  # a holiday of one side
        (date(2026, 12, 31), date(2027, 1, 11)),  # the long holidays in Russia
    ],
)
def test_the_first_working_day_waits_for_all_sides(earliest, first):
    assert first_working_day(SIDES, earliest) == first


def test_sides_that_share_no_day_get_the_one_asked_for():
    assert first_working_day([MALAYSIA, IDLE], TUESDAY) == TUESDAY


def test_working_days_before_a_day_are_the_last_ones_in_order():
    assert working_days_before(SIDES, date(2026, 11, 9), 3) == [
        date(2026, 11, 3),
        date(2026, 11, 5),
        date(2026, 11, 6),
    ]


def test_sides_that_share_no_day_have_none_before_it_either():
    assert working_days_before([MALAYSIA, IDLE], TUESDAY, 3) == []


# --- the proposal ---------------------------------------------------------------------


def test_the_plenary_comes_first_and_begins_with_the_shared_hours():
    plenary = propose(SIDES, TUESDAY, areas(8))[0]
    assert (plenary.day, plenary.wall, plenary.minutes) == (TUESDAY, time(14), PLENARY_MINUTES)
    assert plenary.area is None


def test_there_is_one_consultation_per_area_and_all_lie_before_the_plenary():
    eight = areas(8)
    _plenary, *consultations = propose(SIDES, TUESDAY, eight)
    assert [slot.area for slot in consultations] == eight
    assert all(slot.day < TUESDAY for slot in consultations)
    assert {slot.minutes for slot in consultations} == {CONSULTATION_MINUTES}


def test_no_two_consultations_begin_at_once_while_there_are_days_enough():
    _plenary, *consultations = propose(SIDES, TUESDAY, areas(8))
    starts = [(slot.day, slot.wall) for slot in consultations]
    assert starts == sorted(set(starts))
    assert {slot.wall for slot in consultations} == {time(14), time(15, 30)}


def test_a_body_without_areas_gets_a_plenary_alone():
    assert len(propose(SIDES, TUESDAY, [])) == 1


def test_the_times_are_on_the_clock_of_the_first_side():
    assert propose([RUSSIA, MALAYSIA], TUESDAY, [])[0].wall == time(9)


def test_offices_that_never_overlap_get_the_first_sides_morning():
    slots = propose([MALAYSIA, AMERICA], TUESDAY, areas(3))
    assert {slot.wall for slot in slots} == {time(10)}


def test_shared_hours_shorter_than_the_talk_still_hold_its_beginning():
    late = Party(short_name="Late", zone="Asia/Kuala_Lumpur", opens=time(16), closes=time(20))
    assert propose([MALAYSIA, late], TUESDAY, areas(1))[0].wall == time(16)


def test_sides_that_share_no_day_get_the_day_before_for_their_consultations():
    _plenary, *consultations = propose([MALAYSIA, IDLE], TUESDAY, areas(3))
    assert {slot.day for slot in consultations} == {TUESDAY - timedelta(days=1)}


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.integers(0, 12),
    st.permutations([MALAYSIA, RUSSIA, GULF]),
)
def test_whatever_is_proposed_lies_in_shared_office_hours_wherever_there_are_any(
    earliest, number, sides
):
    day = first_working_day(sides, earliest)
    slots = propose(sides, day, areas(number))
    assert len(slots) == number + 1
    for slot in slots:
        overlap = office_band(slot.day, sides).overlap
        start = slot.wall.hour * 60 + slot.wall.minute
        assert any(low <= start and start + slot.minutes <= high for low, high in overlap)
