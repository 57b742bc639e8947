"""What speaks against a programme: each rule alone, with a sentence and its way out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from meetings.conflicts import Frame, Planned, conflicts_of
from tests.factories import make_party

DAY = date(2026, 10, 13)  # a Tuesday on which all sides work
START = datetime(2026, 10, 13, 7, tzinfo=UTC)  # 15:00 in Kuala Lumpur, 10:00 in Moscow


@pytest.fixture
def parties(db):
    return [make_party("MY"), make_party("RU")]


def frame(parties, **fields):
    given = {"first": DAY, "last": DAY, "zone": "Asia/Kuala_Lumpur", **fields}
    return Frame(parties=parties, **given)


def planned(uid="a", label=None, after=0, minutes=60, day=0, **fields):
    """A consultation of an hour, so many minutes after 15:00 in Kuala Lumpur."""
    start = START + timedelta(days=day, minutes=after)
    given = {"kind": "consultation", "mode": "virtual", "zone": "Asia/Kuala_Lumpur", **fields}
    end = start + timedelta(minutes=minutes)
    return Planned(uid=uid, label=label or f"Talk {uid}", start=start, end=end, **given)


def sentences(rows, *, of):
    return [one.sentence for one in conflicts_of(rows, of)]


def test_nothing_speaks_against_two_talks_one_after_another(parties):
    rows = [planned("a"), planned("b", after=60)]
    assert conflicts_of(rows, frame(parties)) == []


def test_parallel_talks_of_different_people_are_no_conflict(parties):
    rows = [planned("a", people={1: "Ayu"}, room=1), planned("b", people={2: "Boris"}, room=2)]
    assert conflicts_of(rows, frame(parties)) == []


def test_one_room_at_once_is_what_the_database_refuses(parties):
    rows = [
        planned("a", room=1, room_label="Gold Room"),
        planned("b", after=30, room=1, room_label="Gold Room"),
    ]
    [conflict] = conflicts_of(rows, frame(parties))
    assert conflict.refused
    assert conflict.uids == ("a", "b")
    assert conflict.sentence == (
        "Gold Room is wanted twice at once: for Talk a and for Talk b. "
        "Choose another room or another time for one of them."
    )


def test_a_room_is_free_the_minute_the_one_before_ends(parties):
    rows = [planned("a", room=1), planned("b", after=60, room=1)]
    assert conflicts_of(rows, frame(parties)) == []


def test_a_room_that_another_meeting_has_is_refused_without_naming_it(parties):
    other = planned("x", label="Secret talk", room=1)
    rows = [planned("a", room=1, room_label="Gold Room")]
    [conflict] = conflicts_of(rows, frame(parties, elsewhere=[other]))
    assert conflict.refused
    assert "Gold Room is taken by another sitting" in conflict.sentence
    assert "Secret" not in conflict.sentence


def test_one_person_cannot_preside_over_two_at_once(parties):
    rows = [planned("a", people={7: "Faridah"}), planned("b", after=59, people={7: "Faridah"})]
    assert sentences(rows, of=frame(parties)) == [
        "Faridah presides over Talk a and Talk b at the same time. "
        "Move one of them, or let somebody else preside."
    ]


def test_who_presides_in_another_meeting_then_is_said_with_its_name(parties):
    other = planned("x", label="Plenary of the commission", people={7: "Faridah"})
    rows = [planned("a", people={7: "Faridah"})]
    [sentence] = sentences(rows, of=frame(parties, elsewhere=[other]))
    assert "(Plenary of the commission) during Talk a" in sentence


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 person is registered"), (3, "3 people are registered")]
)
def test_people_registered_for_both_are_counted_and_not_named(parties, number, words):
    both = [frozenset({"a", "b"})] * number + [frozenset({"a", "c"})]
    rows = [planned("a"), planned("b"), planned("c", after=60)]
    [sentence] = sentences(rows, of=frame(parties, registered=both))
    assert sentence.startswith(words)


def test_two_plenaries_at_once_leave_everybody_torn(parties):
    rows = [planned("a", kind="plenary"), planned("b", kind="plenary", after=30)]
    assert "Two plenary sessions run at the same time" in sentences(rows, of=frame(parties))[0]


@pytest.mark.parametrize("order", [1, -1])
def test_a_talk_beside_the_plenary_is_named_with_the_plenary_and_the_way_out(parties, order):
    rows = [planned("a", "The plenary", kind="plenary"), planned("b", "Talk on halal", after=30)]
    [conflict] = conflicts_of(rows[::order], frame(parties))
    assert conflict.uids == ("a", "b")
    assert not conflict.refused
    assert conflict.sentence == (
        "Talk on halal is held during The plenary, where everybody belongs. "
        "Move one of them, or leave it so if other people attend it."
    )


def test_a_journey_beside_the_plenary_is_said_once(parties):
    rows = [planned("a", kind="plenary"), planned("b", kind="travel", after=30)]
    assert len(sentences(rows, of=frame(parties))) == 1


@pytest.mark.parametrize(("day", "outside"), [(-1, True), (0, False), (1, True)])
def test_a_sitting_outside_the_days_is_said_once_for_all(parties, day, outside):
    given = {"kind": "technical", "day": day}
    rows = [planned("a", **given), planned("b", after=60, **given)]
    found = sentences(rows, of=frame(parties))
    assert [one for one in found if "outside the days of the meeting" in one] == (
        [
            "Talk a, Talk b are outside the days of the meeting. Move them, or change the days; "
            "leave them so if they prepare the meeting."
        ]
        if outside
        else []
    )


@pytest.mark.parametrize(("day", "outside"), [(-1, False), (1, True)])
def test_experts_are_consulted_ahead_of_a_meeting_but_not_after_it(parties, day, outside):
    rows = [planned("a", kind="consultation", day=day)]
    found = sentences(rows, of=frame(parties))
    assert any("outside the days of the meeting" in one for one in found) is outside


def test_days_that_are_not_exact_yet_hold_nobody_to_them(parties):
    rows = [planned("a", day=1)]
    assert conflicts_of(rows, frame(parties, is_exact=False)) == []


def test_a_holiday_of_one_side_names_side_day_and_holiday(parties):
    day = date(2026, 11, 4)
    rows = [planned("a", day=22)]
    [sentence] = sentences(rows, of=frame(parties, first=day, last=day))
    assert sentence.startswith("Russia does not work on Wed 4 Nov 2026 (")
    assert "Talk a" in sentence


def test_each_side_has_its_own_weekend(db):
    gulf = make_party("GULF", zone="Asia/Riyadh", rest_days=[5, 6])
    friday = date(2026, 10, 16)
    rows = [planned("a", day=3)]
    of = frame([make_party("MY"), gulf, make_party("RU")], first=friday, last=friday)
    [sentence] = sentences(rows, of=of)
    assert "does not work on Fri 16 Oct 2026 (day of rest)" in sentence


def test_outside_the_office_hours_of_one_side_names_it_and_its_hours(parties):
    rows = [planned("a", after=-120)]  # 08:00 in Moscow
    assert sentences(rows, of=frame(parties)) == [
        "Outside the office hours of Russia (09:00–17:00 Moscow): Talk a. "
        "Choose another time, or ask first whether people can come."
    ]


def test_of_three_sides_only_the_sleeping_one_is_named(db):
    chile = make_party("CL", zone="America/Santiago")
    found = sentences([planned("a")], of=frame([make_party("MY"), make_party("RU"), chile]))
    assert len(found) == 1
    assert chile.label in found[0]


def test_who_sits_in_one_room_keeps_the_hours_of_the_place(parties):
    rows = [planned("a", after=-300, mode="in_person")]  # 10:00 in the room, 05:00 in Moscow
    assert conflicts_of(rows, frame(parties)) == []


def test_a_dinner_is_held_after_office_hours(parties):
    rows = [planned("a", after=300, kind="meal")]
    assert conflicts_of(rows, frame(parties)) == []


def test_two_cities_on_one_day_need_a_journey(parties):
    rows = [
        planned("a", after=-300, mode="in_person", city="Putrajaya"),
        planned("b", mode="in_person", city="Penang"),
    ]
    [sentence] = sentences(rows, of=frame(parties))
    assert "different cities on Tue 13 Oct 2026 (Putrajaya, Penang)" in sentence
    journey = planned("t", after=-200, kind="travel")
    assert conflicts_of([*rows, journey], frame(parties)) == []


def test_nobody_sits_and_travels_at_once(parties):
    rows = [planned("a"), planned("t", label="Flight to Moscow", kind="travel")]
    [sentence] = sentences(rows, of=frame(parties))
    assert sentence.startswith("Talk a takes place during Flight to Moscow.")


def test_the_day_before_they_meet_the_guests_may_be_under_way(parties):
    malaysia, _russia = parties
    rows = [planned("v", day=-1), planned("a", mode="in_person")]
    of = frame(parties, host=malaysia, first=DAY - timedelta(days=1))
    assert sentences(rows, of=of) == [
        "Russia may be travelling on Mon 12 Oct 2026: Talk v. Choose another day, or ask first."
    ]


def test_what_is_refused_comes_before_what_is_only_advice(parties):
    rows = [
        planned("a", room=1, day=1, room_label="Gold Room"),
        planned("b", room=1, day=1, room_label="Gold Room"),
    ]
    assert [one.refused for one in conflicts_of(rows, frame(parties))] == [True, False]
