"""Rows of a programme: compared, merged and rearranged, without a database where none is needed."""

from datetime import date

import pytest
from django.utils import translation

from meetings.programme import (
    Change,
    clusters,
    copied,
    differences,
    in_words,
    instants,
    merged,
    moved,
    pause_before,
    placed,
    row_after,
    shifted,
)
from tests.factories import make_meeting, make_party, make_person, make_room

DAY = date(2026, 10, 13)


def row(uid="a", wall="10:00", minutes=60, day=DAY, **fields):
    return {
        "uid": uid,
        "kind": "consultation",
        "title": uid.upper(),
        "area": None,
        "level": "",
        "day": day.isoformat(),
        "wall": wall,
        "minutes": minutes,
        "zone": "Asia/Kuala_Lumpur",
        "mode": "virtual",
        "room": None,
        "place": "",
        "join_link": "",
        "is_open": True,
        "languages": [],
        "capacity": None,
        "chairs": [],
        **fields,
    }


def walls(rows):
    return {one["uid"]: one["wall"] for one in rows}


# --- rearranging ----------------------------------------------------------------------


def test_up_takes_the_place_of_the_one_before_which_gives_way():
    rows = [row("a"), row("b", "11:00", 30), row("c", "12:00")]
    assert walls(placed(rows, "b", DAY, 0)) == {"b": "10:00", "a": "10:30", "c": "12:00"}


def test_a_row_put_in_between_begins_when_the_one_before_ends():
    rows = [row("a"), row("b", "11:00"), row("c", "15:00")]
    assert walls(placed(rows, "c", DAY, 1)) == {"a": "10:00", "c": "11:00", "b": "12:00"}


def test_a_pause_is_used_up_before_anything_moves():
    rows = [row("a"), row("b", "11:15"), row("c", "14:00"), row("d", "17:00", 30)]
    assert walls(placed(rows, "d", DAY, 1)) == {
        "a": "10:00",
        "d": "11:00",
        "b": "11:30",
        "c": "14:00",
    }


def test_parallel_sittings_give_way_together_and_stay_parallel():
    rows = [row("a"), row("b", "11:00"), row("c", "11:00"), row("d", "16:00")]
    assert walls(placed(rows, "d", DAY, 1)) == {
        "a": "10:00",
        "d": "11:00",
        "b": "12:00",
        "c": "12:00",
    }


def test_a_row_goes_to_another_day_and_keeps_its_hour_where_nothing_is():
    tomorrow = date(2026, 10, 14)
    [_other, found] = placed([row("a"), row("b", "15:30")], "b", tomorrow, 0)
    assert (found["day"], found["wall"]) == ("2026-10-14", "15:30")


@pytest.mark.parametrize("position", [-5, 0, 99])
def test_a_place_that_is_not_there_is_the_nearest_one(position):
    rows = [row("a"), row("b", "11:00")]
    assert {one["uid"] for one in placed(rows, "b", DAY, position)} == {"a", "b"}


def test_a_shifted_day_moves_alone_and_keeps_its_wall_times():
    other = date(2026, 10, 15)
    rows = shifted([row("a"), row("b", "11:00"), row("c", day=other)], DAY, days=7)
    assert [(one["uid"], one["day"], one["wall"]) for one in rows] == [
        ("c", "2026-10-15", "10:00"),
        ("a", "2026-10-20", "10:00"),
        ("b", "2026-10-20", "11:00"),
    ]


def test_minutes_shift_across_midnight_to_the_next_day():
    late = moved(row("a", "23:50"), minutes=15)
    assert (late["day"], late["wall"]) == ("2026-10-14", "00:05")


def test_a_copy_is_a_sitting_of_its_own_right_after():
    original = row("a", room=3, join_link="https://video.example.org/a")
    copy = copied(original)
    assert copy["uid"] != "a"
    assert (copy["wall"], copy["room"], copy["join_link"]) == (
        "11:00",
        3,
        "https://video.example.org/a",
    )


def test_what_overlaps_stands_in_one_group():
    rows = [row("a"), row("b", "10:30"), row("c", "11:15"), row("d", "12:30")]
    groups = [[one["uid"] for one in group] for group in clusters(rows)]
    assert groups == [["a", "b", "c"], ["d"]]


def test_the_pause_is_counted_from_the_last_that_ends():
    rows = [row("a", minutes=90), row("b", "10:00", 30), row("c", "12:00")]
    assert [pause_before(rows, index) for index in range(3)] == [0, 0, 30]


def test_a_time_that_the_clocks_skip_has_no_instant():
    assert instants(row(day=date(2027, 3, 28), wall="02:30", zone="Europe/Berlin")) is None


@pytest.mark.django_db
def test_a_new_row_follows_the_last_and_the_first_begins_at_ten():
    meeting = make_meeting(starts_on=DAY)
    first = row_after([], DAY, meeting)
    assert (first["wall"], first["zone"]) == ("10:00", "Asia/Kuala_Lumpur")
    assert row_after([row("a", "15:00", 45)], DAY, meeting)["wall"] == "15:45"


# --- differences ----------------------------------------------------------------------


def test_what_stays_is_no_difference_and_order_is_none():
    assert differences([row("a"), row("b")], [row("b"), row("a")]) == []


def test_added_removed_and_changed_rows_are_told_apart():
    changes = differences([row("a"), row("b")], [row("b", "11:00"), row("c", "12:00")])
    kinds = {one.uid: (one.before is None, one.after is None, one.fields) for one in changes}
    assert kinds == {
        "a": (False, True, []),
        "b": (False, False, ["wall"]),
        "c": (True, False, []),
    }


@pytest.fixture
def parties(db):
    return [make_party("MY"), make_party("RU")]


def lines(before, after, parties):
    [text] = in_words([Change(before, after)], parties)
    return text.lines


def test_a_move_on_one_day_shows_hours_in_every_clock(parties):
    [text] = in_words([Change(row(wall="15:00"), row(wall="16:00"))], parties)
    assert str(text) == "A: 15:00 → 16:00 Kuala Lumpur (10:00 → 11:00 Moscow)"


def test_a_move_to_another_day_names_the_days(parties):
    after = row(wall="15:00", day=date(2026, 10, 14))
    assert lines(row(wall="15:00"), after, parties) == [
        "Tue 13 Oct 2026 15:00 → Wed 14 Oct 2026 15:00 Kuala Lumpur "
        "(Tue 13 Oct 2026 10:00 → Wed 14 Oct 2026 10:00 Moscow)"
    ]


def test_three_sides_have_three_clocks_in_a_move(parties):
    [line] = lines(row(wall="15:00"), row(wall="16:00"), [*parties, make_party("AZ")])
    assert line == "15:00 → 16:00 Kuala Lumpur (10:00 → 11:00 Moscow · 11:00 → 12:00 Baku)"


def test_rooms_and_who_presides_are_named(parties):
    room, person = make_room("Gold Room"), make_person("Faridah")
    chair = {"person": person.pk, "party": None, "title": ""}
    after = row(room=room.pk, chairs=[chair], minutes=90)
    assert lines(row(), after, parties) == [
        "Length in minutes: 60 → 90",
        "Room: none → Gold Room",
        "Who presides: none → Faridah",
    ]


def test_a_changed_joining_link_is_said_and_never_shown(parties):
    after = row(join_link="https://video.example.org/secret")
    assert lines(row(), after, parties) == ["The joining link is another one."]


def test_another_clock_at_the_same_instant_is_no_move(parties):
    after = row(wall="05:00", zone="Europe/Moscow")
    found = lines(row(wall="10:00"), after, parties)
    assert "Time zone: Asia/Kuala_Lumpur → Europe/Moscow" in found
    assert not any("Kuala Lumpur (" in line for line in found)


def test_changes_read_in_the_language_of_the_reader(parties):
    [text] = in_words([Change(row(wall="15:00"), row(wall="16:00"))], parties)
    with translation.override("ru"):
        assert "Куала-Лумпур" in str(text)


# --- two officers ---------------------------------------------------------------------


def test_what_each_of_two_typed_stands_in_the_merged_rows():
    read = [row("a"), row("b", "11:00"), row("c", "12:00")]
    typed = [row("a", title="Mine"), row("b", "11:00"), row("c", "12:00")]
    stored = [row("a", "09:00"), row("b", "11:30"), row("c", "12:00"), row("d", "14:00")]
    found = {one["uid"]: one for one in merged(read, typed, stored)}
    assert (found["a"]["title"], found["a"]["wall"]) == ("Mine", "09:00")
    assert found["b"]["wall"] == "11:30"
    assert "d" in found


def test_where_both_typed_in_one_field_mine_is_kept_for_me_to_decide():
    found = merged([row("a")], [row("a", "15:00")], [row("a", "16:00")])
    assert walls(found) == {"a": "15:00"}


def test_a_row_the_other_took_out_stays_out_unless_i_worked_on_it():
    read = [row("a"), row("b", "11:00")]
    assert walls(merged(read, read, [row("b", "11:00")])) == {"b": "11:00"}
    mine = [row("a", "08:00"), row("b", "11:00")]
    assert walls(merged(read, mine, [row("b", "11:00")])) == {"a": "08:00", "b": "11:00"}


def test_a_row_i_took_out_comes_back_if_the_other_worked_on_it():
    read = [row("a"), row("b", "11:00")]
    assert walls(merged(read, [row("b", "11:00")], read)) == {"b": "11:00"}
    stored = [row("a", "09:00"), row("b", "11:00")]
    assert walls(merged(read, [row("b", "11:00")], stored)) == {"a": "09:00", "b": "11:00"}


def test_rows_that_both_added_are_both_kept():
    assert set(walls(merged([], [row("a")], [row("b")]))) == {"a", "b"}
