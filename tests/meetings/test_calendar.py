"""The calendar: what lies on which day in whose clock, for whom, cut by the database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from meetings import grid
from meetings.models import BodyParty, Meeting, MeetingNumber, Sitting
from portal.clocks import Place
from tests.factories import (
    make_area,
    make_body,
    make_meeting,
    make_party,
    make_sitting,
    make_user,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 9, 16)  # a Wednesday; Malaysia Day in Malaysia
KUALA_LUMPUR, MOSCOW = "Asia/Kuala_Lumpur", "Europe/Moscow"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


def page(client, **asked) -> str:
    answer = client.get(reverse("calendar"), {"day": DAY.isoformat(), **asked})
    assert answer.status_code == 200
    return answer.content.decode()


def context(client, **asked) -> dict:
    answer = client.get(reverse("calendar"), {"day": DAY.isoformat(), **asked})
    assert answer.status_code == 200
    return answer.context


def cells(client, **asked) -> dict[date, object]:
    """The days of the month by date."""
    weeks = context(client, view="month", **asked)["weeks"]
    return {cell.day: cell for _monday, _url, days in weeks for cell in days}


def words(entries) -> list[tuple[str, str]]:
    return [(entry.hours, entry.words) for entry in entries]


def announced(body, day=DAY, **fields) -> Meeting:
    return make_meeting(body, status="announced", starts_on=day, **fields)


# --- periods ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "first", "last", "before", "after"),
    [
        ("month", date(2026, 8, 31), date(2026, 10, 4), date(2026, 8, 31), date(2026, 10, 1)),
        ("list", date(2026, 9, 1), date(2026, 9, 30), date(2026, 8, 31), date(2026, 10, 1)),
        ("week", date(2026, 9, 14), date(2026, 9, 20), date(2026, 9, 13), date(2026, 9, 21)),
        ("day", DAY, DAY, date(2026, 9, 15), date(2026, 9, 17)),
    ],
)
def test_a_period_draws_whole_weeks_and_leads_to_its_neighbours(view, first, last, before, after):
    period = grid.period(view, DAY)
    assert (period.first, period.last) == (first, last)
    assert (period.before, period.after) == (before, after)
    assert period.days[0] == first
    assert period.days[-1] == last


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_every_month_is_whole_weeks_from_monday_to_sunday(year, month):
    period = grid.period("month", date(year, month, 15))
    assert all(len(week) == 7 and week[0].weekday() == 0 for week in period.weeks)
    assert period.begins in period.weeks[0]
    assert period.ends in period.weeks[-1]
    assert period.ends.month == month
    assert (period.ends + timedelta(days=1)).day == 1


def test_the_calendar_ends_where_its_years_end():
    assert grid.period("month", date(1900, 1, 5)).before is None
    assert grid.period("month", date(2199, 12, 5)).after is None


# --- columns ---------------------------------------------------------------------------


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "end", "day", "zone", "span"),
    [
        ("2026-09-16T07:00+00:00", "2026-09-16T08:30+00:00", DAY, KUALA_LUMPUR, (900, 990)),
        # Across midnight in Kuala Lumpur, and not in Moscow.
        ("2026-09-16T15:00+00:00", "2026-09-16T17:30+00:00", DAY, KUALA_LUMPUR, (1380, 1440)),
        (
            "2026-09-16T15:00+00:00",
            "2026-09-16T17:30+00:00",
            date(2026, 9, 17),
            KUALA_LUMPUR,
            (0, 90),
        ),
        ("2026-09-16T15:00+00:00", "2026-09-16T17:30+00:00", DAY, MOSCOW, (1080, 1230)),
        # Clocks go forward at 01:00 in London: from 00:30 to 02:30 is an hour.
        (
            "2026-03-29T00:30+00:00",
            "2026-03-29T01:30+00:00",
            date(2026, 3, 29),
            "Europe/London",
            (30, 150),
        ),
        # They go back at 02:00: an hour that ends at the minute it began stays readable.
        (
            "2026-10-25T00:30+00:00",
            "2026-10-25T01:30+00:00",
            date(2026, 10, 25),
            "Europe/London",
            (90, 115),
        ),
        # Too short to be read is drawn higher, and never below midnight.
        ("2026-09-16T15:55+00:00", "2026-09-16T16:00+00:00", DAY, KUALA_LUMPUR, (1415, 1440)),
    ],
    ids=["plain", "evening", "next-morning", "elsewhere", "gap", "fold", "short"],
)
def test_a_sitting_fills_its_column_from_wall_time_to_wall_time(start, end, day, zone, span):
    assert grid.wall_span(instant(start), instant(end), day, ZoneInfo(zone)) == span


@pytest.mark.parametrize(
    ("spans", "lanes"),
    [
        ([], []),
        ([(0, 60)], [(0, 1)]),
        ([(0, 60), (60, 120)], [(0, 1), (0, 1)]),
        ([(0, 60), (30, 90)], [(0, 2), (1, 2)]),
        ([(0, 60), (0, 60), (0, 60)], [(0, 3), (1, 3), (2, 3)]),
        ([(0, 180), (30, 60), (60, 90), (200, 230)], [(0, 2), (1, 2), (1, 2), (0, 1)]),
        ([(60, 120), (0, 90)], [(1, 2), (0, 2)]),
    ],
)
def test_what_overlaps_stands_side_by_side_and_nothing_else(spans, lanes):
    assert [(lane.number, lane.of) for lane in grid.side_by_side(spans)] == lanes


def test_the_columns_show_the_usual_hours_and_whatever_lies_outside():
    assert grid.hours_needed([], (540, 1020)) == range(9, 17)
    assert grid.hours_needed([(500, 530), (1000, 1440)], (540, 1020)) == range(8, 24)


def test_the_edge_names_the_day_where_another_clock_has_another_one():
    kuala_lumpur, moscow = ZoneInfo(KUALA_LUMPUR), ZoneInfo(MOSCOW)
    assert grid.clock_at(15, DAY, kuala_lumpur, moscow) == "10:00"
    assert grid.clock_at(2, DAY, kuala_lumpur, moscow) == "21:00 −1"
    assert grid.clock_at(22, DAY, moscow, kuala_lumpur) == "03:00 +1"
    assert grid.clock_at(15, DAY, kuala_lumpur, ZoneInfo("Asia/Kathmandu")) == "12:45"


def test_a_week_in_which_clocks_are_changed_says_where_and_by_how_much():
    london, kl = Place("Europe/London", "London"), Place(KUALA_LUMPUR, "Kuala Lumpur")
    days = grid.period("week", date(2026, 10, 22)).days
    [turn] = grid.turns([kl, london], days)
    assert (turn.place, turn.day, turn.minutes) == (london, date(2026, 10, 25), -60)
    assert grid.turns([kl, london], grid.period("week", DAY).days) == []


# --- on which day ----------------------------------------------------------------------


def test_a_sitting_across_midnight_lies_on_both_days_of_that_clock(client, cast):
    make_sitting(announced(cast.group), wall=time(23), minutes=150)
    days = cells(client, clock="my")
    assert words(days[DAY].entries) == [("23:00", "Plenary session")]
    assert words(days[DAY + timedelta(days=1)].entries) == [("until 01:30", "Plenary session")]
    days = cells(client, clock="ru")
    assert words(days[DAY].entries) == [("18:00", "Plenary session")]
    assert not days[DAY + timedelta(days=1)].entries


def test_a_sitting_that_ends_at_midnight_does_not_touch_the_next_day(client, cast):
    make_sitting(announced(cast.group), wall=time(22), minutes=120)
    assert not cells(client, clock="my")[DAY + timedelta(days=1)].entries


def test_a_day_long_sitting_over_a_day_of_23_hours_lies_on_three_days(client, db):
    british = make_party("GB", zone="Europe/London", city="London")
    body = make_body([british, make_party("MY")])
    day = date(2026, 3, 28)
    meeting = announced(body, day)
    make_sitting(meeting, wall=time(23, 30), minutes=1440, zone="Europe/London")
    days = cells(client, clock="gb", day=day.isoformat())
    shown = [days[day + timedelta(days=number)].entries for number in range(3)]
    assert [entries[0].hours for entries in shown] == ["23:30", "all day", "until 00:30"]


def test_the_days_are_the_readers_own_until_another_clock_is_chosen(client, cast):
    make_sitting(announced(cast.group), wall=time(2))  # in Kuala Lumpur; the eve in Moscow
    client.force_login(cast.chair_ru)
    assert DAY - timedelta(days=1) in [day for day, cell in cells(client).items() if cell.entries]
    assert "in the clock of Moscow" in page(client)
    assert "in the clock of Kuala Lumpur" in page(client, clock="my")
    assert cells(client, clock="my")[DAY].entries[0].hours == "02:00"


def test_somebody_without_a_clock_reads_that_of_the_first_side(client, cast):
    make_sitting(announced(cast.group))
    assert "in the clock of Kuala Lumpur" in page(client)
    assert cells(client)[DAY].entries[0].hours == "15:00"


def test_a_clock_kept_by_no_side_is_offered_as_the_readers_own(client, cast):
    client.force_login(make_user(zone="America/Lima"))
    places = [place.name for _url, place, _current in context(client)["clocks"]]
    assert places == ["Kuala Lumpur", "Moscow", "your time"]
    assert context(client)["clock"].zone == "America/Lima"


# --- meetings without a programme ------------------------------------------------------


def test_a_meeting_without_a_programme_lies_on_its_own_days(client, cast):
    announced(cast.group, number=4, days=3)
    days = cells(client)
    found = [day for day, cell in days.items() if cell.entries]
    assert found == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]
    assert words(days[DAY].entries) == [("", "4th meeting")]


def test_a_meeting_whose_sittings_are_closed_shows_its_days_and_no_sitting(client, cast):
    make_sitting(announced(cast.group), title="Talk of the few", is_open=False)
    assert words(cells(client)[DAY].entries) == [("", "1st meeting")]
    assert "Talk of the few" not in page(client)
    client.force_login(cast.focal_ru)
    assert words(cells(client, clock="my")[DAY].entries) == [("15:00", "Talk of the few")]


@pytest.mark.parametrize(
    ("precision", "sentence"),
    [
        ("month", "Some time in September 2026"),
        ("year", "Some time in 2026"),
        ("window", "Some time between Tue 1 Sep 2026 and Wed 30 Sep 2026"),
    ],
)
@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_a_meeting_known_only_roughly_stands_above_and_on_no_day(
    client, cast, view, precision, sentence
):
    ends = date(2026, 9, 30)
    announced(cast.group, date(2026, 9, 1), ends_on=ends, precision=precision, number=5)
    shown = page(client, view=view)
    assert sentence in shown
    assert shown.count("5th meeting") == 1


# --- at most three lines a day ---------------------------------------------------------


def test_a_day_shows_three_lines_and_leads_to_the_others(client, cast):
    meeting = announced(cast.group)
    for hour in range(9, 16):
        make_sitting(meeting, wall=time(hour), title=f"Talk at {hour}")
    cell = cells(client)[DAY]
    assert [entry.hours for entry in cell.entries] == ["09:00", "10:00", "11:00"]
    assert cell.more == 4
    shown = page(client, view="month")
    assert "4 more" in shown
    listed = client.get(reverse("calendar") + cell.url).content.decode()
    assert all(f"Talk at {hour}" in listed for hour in range(9, 16))


def test_what_was_called_off_gives_way_to_what_takes_place(client, cast):
    meeting = announced(cast.group)
    for hour in (8, 9):
        make_sitting(meeting, wall=time(hour), status="cancelled", title=f"Off at {hour}")
    for hour in (10, 11, 12):
        make_sitting(meeting, wall=time(hour))
    cell = cells(client)[DAY]
    assert [entry.hours for entry in cell.entries] == ["10:00", "11:00", "12:00"]
    assert cell.more == 2


def test_what_is_called_off_says_so_in_a_word(client, cast):
    make_sitting(announced(cast.group), status="cancelled")
    make_meeting(cast.group, status="postponed", starts_on=DAY)
    states = [(entry.state, entry.is_off) for entry in cells(client)[DAY].entries]
    assert states == [("Postponed", True), ("Cancelled", True)]


def test_a_week_shows_what_fits_side_by_side_and_counts_the_rest(client, cast):
    meeting = announced(cast.group)
    for number in range(7):
        make_sitting(meeting, title=f"Talk {number}")
    column = context(client, view="week")["columns"][2]
    assert (len(column.blocks), column.more, column.lanes) == (4, 3, 4)
    assert {block.lane.number for block in column.blocks} == {0, 1, 2, 3}
    assert "3 more" in page(client, view="week")


def test_a_list_goes_on_from_page_to_page(client, cast):
    meeting = announced(cast.group)
    for number in range(45):
        make_sitting(meeting, day=date(2026, 9, 1 + number % 20), title=f"Talk no. {number};")
    first, second = page(client, view="list"), page(client, view="list", page=2)
    assert "1–40 of 45" in first
    assert sum(f"Talk no. {number};" in first for number in range(45)) == 40
    assert sum(f"Talk no. {number};" in second for number in range(45)) == 5


# --- who sees what ---------------------------------------------------------------------


def test_the_public_sees_what_is_announced_and_open_alone(client, cast):
    make_sitting(make_meeting(cast.group, starts_on=DAY), title="Not yet announced")
    make_sitting(announced(cast.group), title="Open talk")
    make_sitting(announced(make_body(is_public=False)), title="Of a hidden body")
    for user in (None, cast.outsider, cast.delegate):
        client.logout()
        if user:
            client.force_login(user)
        for view in grid.VIEWS:
            shown = page(client, view=view)
            assert "Open talk" in shown
            assert "Not yet announced" not in shown
            assert "Of a hidden body" not in shown


@pytest.mark.parametrize("view", grid.VIEWS)
def test_what_one_side_keeps_to_itself_never_reaches_the_other(client, cast, view):
    for party, title in ((cast.malaysia, "Idea of ours"), (cast.russia, "Part of theirs")):
        own = make_meeting(
            cast.group,
            status="announced",
            series="national",
            side=party,
            number=None,
            title=title,
            starts_on=DAY,
        )
        make_sitting(own, title=f"{title}: talk")
    cases = {"chair_my": ("Idea of ours", "Part of theirs")}
    cases["chair_ru"] = ("Part of theirs", "Idea of ours")
    for who, (own, others) in cases.items():
        client.force_login(cast.people[who])
        shown = page(client, view=view)
        assert own in shown
        assert others not in shown
        assert " more" not in shown  # nor in a count
    for who in ("neutral", "outsider"):
        client.force_login(cast.people[who])
        shown = page(client, view=view)
        assert "Idea of ours" not in shown
        assert "Part of theirs" not in shown


def test_whose_alone_a_meeting_is_stands_beside_it(client, cast):
    make_meeting(cast.group, status="idea", side=cast.malaysia, starts_on=DAY)
    client.force_login(cast.chair_my)
    for view in grid.VIEWS:
        assert "Only Malaysia’s side sees this." in page(client, view=view)


def test_a_filter_never_names_what_the_reader_may_not_see(client, cast):
    hidden = make_body([make_party("AZ")], is_public=False, name="Hidden council")
    make_area(hidden, "Hidden area")
    shown = page(client)
    for secret in ("Hidden council", "Hidden area", "Azerbaijan"):
        assert secret not in shown
    assert context(client, body=hidden.pk)["sheet"].choice.bodies is None


# --- filters ---------------------------------------------------------------------------


def shown_words(client, **asked) -> set[str]:
    return {entry.words for cell in cells(client, **asked).values() for entry in cell.entries}


def test_a_commission_is_chosen_with_everything_beneath_it(client, cast):
    other = make_body()
    make_sitting(announced(cast.commission), title="Above")
    make_sitting(announced(cast.group), title="Beneath")
    make_sitting(announced(other), title="Elsewhere")
    assert shown_words(client) == {"Above", "Beneath", "Elsewhere"}
    assert shown_words(client, body=cast.commission.pk) == {"Above", "Beneath"}
    assert shown_words(client, body=cast.group.pk) == {"Beneath"}


def test_a_joint_meeting_is_found_under_each_body_that_it_serves(client, cast):
    other = make_body()
    meeting = announced(other)
    make_sitting(meeting, title="Joint talk")
    MeetingNumber.objects.create(meeting=meeting, body=cast.group, series="ordinary", number=9)
    assert shown_words(client, body=cast.group.pk) == {"Joint talk"}
    assert shown_words(client, body=cast.commission.pk) == {"Joint talk"}


def test_a_side_is_found_while_it_sits_and_with_three_sides_too(client, cast):
    baku = make_party("AZ")
    three = make_body([cast.malaysia, cast.russia, baku])
    make_sitting(announced(three), title="Of three")
    make_sitting(announced(cast.group), title="Of two")
    assert shown_words(client, side="az") == {"Of three"}
    assert shown_words(client, side="my") == {"Of three", "Of two"}
    BodyParty.objects.filter(body=three, party=baku).update(until=date(2026, 9, 15))
    assert shown_words(client, side="az") == set()


def test_kind_area_and_status_narrow_down_together(client, cast):
    area, old = make_area(cast.group, "Halal"), make_area(cast.group, "Food")
    old.until, old.number, old.merged_into = date(2026, 1, 1), None, area
    old.save()
    meeting = announced(cast.group)
    make_sitting(meeting, kind="consultation", area=area, title="Halal talk")
    make_sitting(meeting, kind="consultation", area=old, title="Food talk")
    make_sitting(meeting, title="Plenary")
    make_sitting(meeting, kind="consultation", area=area, title="Called off", status="cancelled")
    make_sitting(
        make_meeting(cast.group, status="held", starts_on=date(2026, 9, 3)), title="Long over"
    )
    assert shown_words(client, kind="plenary") == {"Plenary", "Long over"}
    assert shown_words(client, area=area.pk) == {"Halal talk", "Food talk", "Called off"}
    assert shown_words(client, status="off") == {"Called off"}
    assert shown_words(client, status="held") == {"Long over"}
    assert shown_words(client, area=area.pk, status="announced") == {"Halal talk", "Food talk"}


def test_a_meeting_without_a_programme_has_no_kind_and_no_area(client, cast):
    announced(cast.group, number=4)
    assert shown_words(client) == {"4th meeting"}
    assert shown_words(client, kind="plenary") == set()
    assert shown_words(client, status="planned") == set()


def test_every_link_of_the_calendar_keeps_what_was_chosen(client, cast):
    found = context(client, body=cast.group.pk, kind="plenary", clock="ru")
    kept = f"&body={cast.group.pk}&kind=plenary&clock=ru"
    links = [*found["steps"].values(), *(url for url, _label, _current in found["views"])]
    assert all(link.endswith(kept) for link in links)
    clocks = [url for url, _place, _current in found["clocks"]]
    assert all(f"&body={cast.group.pk}&kind=plenary&clock=" in url for url in clocks)


@pytest.mark.parametrize(
    "asked",
    [
        {"day": "2026-02-31"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"day": "tomorrow"},
        {"view": "year"},
        {"clock": "mars"},
        {"side": "' OR 1=1"},
        {"body": "999999999999999999999"},
        {"body": "²"},
        {"area": "x"},
        {"kind": "\x00"},
        {"page": "-3", "view": "list"},
    ],
    ids=str,
)
def test_nonsense_in_the_address_is_left_out_and_never_fails(client, cast, asked):
    make_sitting(announced(cast.group))
    assert client.get(reverse("calendar"), asked).status_code == 200


def test_nothing_at_all_still_says_what_to_do(client, db):
    for view, sentence in (
        ("month", "Nothing in this month"),
        ("week", "Nothing in this week"),
        ("list", "Nothing in this month"),
        ("day", "Nothing on this day"),
    ):
        assert sentence in page(client, view=view)


# --- where nothing lies ----------------------------------------------------------------


def leads(client, **asked) -> list[tuple[str, str]]:
    return context(client, **asked)["empty"]["leads"]


@pytest.mark.parametrize("view", grid.VIEWS)
def test_an_empty_calendar_leads_to_the_next_and_the_last_and_blames_no_filter(client, cast, view):
    make_sitting(announced(cast.group, date(2026, 3, 4)))
    make_sitting(announced(cast.group, date(2027, 2, 9)))
    assert leads(client, view=view) == [
        (f"?view={view}&day=2027-02-09", "The next: Tue 9 Feb 2027"),
        (f"?view={view}&day=2026-03-04", "The last before: Wed 4 Mar 2026"),
    ]
    shown = page(client, view=view)
    assert "The next: Tue 9 Feb 2027" in shown
    assert "with what is chosen above" not in shown
    assert "Show everything" not in shown


def test_an_empty_choice_offers_to_drop_it_and_leads_to_what_was_chosen_alone(client, cast):
    make_sitting(announced(cast.group))
    make_sitting(announced(cast.group, date(2027, 2, 9)), kind="signing")
    shown = page(client, kind="signing")
    assert "with what is chosen above" in shown
    assert "Show everything" in shown
    assert [words for _url, words in leads(client, kind="signing")] == ["The next: Tue 9 Feb 2027"]


def test_what_was_called_off_is_never_named_as_the_next(client, cast):
    make_sitting(announced(cast.group, date(2027, 2, 9)), status="cancelled")
    make_meeting(cast.group, status="postponed", starts_on=date(2027, 3, 1))
    announced(cast.group, date(2027, 4, 1))
    assert [words for _url, words in leads(client)] == ["The next: Thu 1 Apr 2027"]
    off = [words for _url, words in leads(client, status="off")]
    assert off == ["The next: Tue 9 Feb 2027"]


def test_a_sitting_without_an_hour_is_found_on_its_own_day_in_every_clock(client, cast):
    make_sitting(announced(cast.group, date(2027, 2, 1)), wall=None, minutes=None)
    for clock in ("my", "ru"):
        assert leads(client, clock=clock)[0][1] == "The next: Mon 1 Feb 2027"


@pytest.mark.parametrize("who", ["chair_ru", "neutral", "outsider"])
def test_the_next_one_never_tells_of_what_another_side_keeps_to_itself(client, cast, who):
    make_meeting(cast.group, status="idea", side=cast.malaysia, starts_on=date(2027, 2, 9))
    client.force_login(cast.people[who])
    assert leads(client) == []
    client.force_login(cast.chair_my)
    assert [words for _url, words in leads(client)] == ["The next: Tue 9 Feb 2027"]


def test_what_runs_at_the_same_time_says_so_in_words_too(client, cast):
    meeting = announced(cast.group)
    for minutes, title in ((60, "One"), (120, "Two"), (60, "Off")):
        make_sitting(
            meeting,
            minutes=minutes,
            title=title,
            status="cancelled" if title == "Off" else "planned",
        )
    make_sitting(meeting, wall=time(16), minutes=30, title="Three")
    column = context(client, view="week")["columns"][2]
    said = {block.words: (block.hours, block.beside) for block in column.blocks}
    assert said == {
        "One": ("15:00–16:00", "at the same time as 1 other"),
        "Two": ("15:00–17:00", "at the same time as 2 others"),
        "Three": ("16:00–16:30", "at the same time as 1 other"),
        "Off": ("15:00–16:00", ""),
    }


# --- days off, shared hours ------------------------------------------------------------


def test_rest_and_holidays_of_each_side_are_marked_in_words(client, cast):
    days = cells(client, body=cast.group.pk)
    assert [mark.words for mark in days[DAY].marks] == ["Malaysia: Malaysia Day"]
    assert [mark.words for mark in days[date(2026, 9, 19)].marks] == ["Day of rest"]
    assert days[date(2026, 9, 17)].marks == []


def test_a_rest_day_of_some_sides_names_them(client, db):
    friday = make_party("SA", name="Saudi Arabia", short_name="Saudi Arabia", rest_days=[5, 6])
    body = make_body([make_party("MY"), make_party("RU"), friday])
    days = cells(client, body=body.pk)
    assert days[date(2026, 9, 18)].marks[0].words == "Day of rest: Saudi Arabia"
    assert days[date(2026, 9, 19)].marks[0].words == "Day of rest"
    assert days[date(2026, 9, 20)].marks[0].words == "Day of rest: Malaysia, Russia"


def test_the_week_shows_the_hours_that_all_offices_share_in_the_chosen_clock(client, cast):
    shared = {"my": "Shared office hours: 14:00–17:00", "ru": "Shared office hours: 09:00–12:00"}
    for clock, sentence in shared.items():
        columns = context(client, view="week", clock=clock)["columns"]
        assert columns[1].shared_words == sentence
        assert columns[2].shared_words == "No shared office hours"  # Malaysia Day


def test_the_edge_of_the_week_has_the_clocks_of_three_sides(client, cast):
    body = make_body([cast.malaysia, cast.russia, make_party("AZ")])
    found = context(client, view="week", body=body.pk)
    assert found["clock_names"] == ["Kuala Lumpur", "Moscow", "Baku"]
    assert (14, ["14:00", "09:00", "10:00"]) in found["edge"]


def test_the_sides_are_those_of_the_readers_own_bodies(client, cast):
    make_body([make_party("AZ"), make_party("GB")])
    names = {party.label for party in context(client)["sheet"].sides}
    assert names == {"Malaysia", "Russia", "Azerbaijan", "GB"}
    client.force_login(cast.focal_ru)
    sides = [party.label for party in context(client)["sheet"].sides]
    assert sides == ["Russia", "Malaysia"]


# --- queries ---------------------------------------------------------------------------


def fill(cast, rows: int) -> None:
    """So many bodies, meetings without programme, and sittings in one month."""
    area = make_area(cast.group)
    meeting = announced(cast.group)
    days = [date(2026, 9, 1 + number % 28) for number in range(rows)]
    for day in (date(2026, 9, 1), DAY):
        announced(cast.commission, day)  # without any programme, whatever the number of rows
    meetings = [announced(cast.commission, day) for day in days[:30]]
    for number in range(min(rows, 30)):
        make_body(parent=cast.commission, kind="working_group")
        meetings.append(announced(cast.group, days[number]))
    sittings = [
        Sitting(
            meeting=meetings[number % len(meetings)], area=area, day=day, wall=time(8 + number % 9)
        )
        for number, day in enumerate(days)
    ]
    sittings.append(Sitting(meeting=meeting, day=DAY, wall=time(9)))
    for one in sittings:
        one.zone = KUALA_LUMPUR
        one.reckon()
    Sitting.objects.bulk_create(sittings)


@pytest.mark.parametrize("rows", [1, 30, 300])
@pytest.mark.parametrize(
    ("view", "signed_in", "anonymous"),
    [("month", 13, 8), ("week", 13, 8), ("list", 16, 11), ("day", 16, 11)],
)
def test_the_calendar_costs_the_same_with_one_row_and_with_three_hundred(
    client, cast, django_assert_num_queries, view, signed_in, anonymous, rows
):
    fill(cast, rows)
    with django_assert_num_queries(anonymous):
        page(client, view=view)
    client.force_login(cast.officer_my)
    with django_assert_num_queries(signed_in):
        page(client, view=view)


def test_a_long_list_of_meetings_ahead_goes_on_in_the_calendar(client, cast):
    for number in range(51):
        announced(cast.group, DAY + timedelta(days=number))
    listed = client.get(reverse("meetings")).content.decode()
    assert "Later ones are in the calendar" in listed
    assert "50th meeting" in listed
    assert "51st meeting" not in listed
    cast.group.meetings.filter(number=51).delete()
    assert "Later ones" not in client.get(reverse("meetings")).content.decode()


# --- the work page ---------------------------------------------------------------------


def test_the_days_left_in_this_week_stand_before_what_comes_later(client, cast):
    today = NOON.date()  # a Tuesday
    make_sitting(announced(cast.group, today + timedelta(days=2)), title="On Thursday")
    make_sitting(announced(cast.group, today + timedelta(days=7)), title="Next Tuesday")
    client.force_login(cast.chair_my)
    shown = client.get(reverse("work")).content.decode()
    order = ["This week", "Thu 3 Sep 2026", "On Thursday", "Coming up", "Next Tuesday"]
    places = [shown.index(text) for text in order]
    assert places == sorted(places)
    assert f"{reverse('calendar')}?view=week" in shown


def test_the_clock_of_the_reader_leads_each_line_of_the_list(client, cast):
    meeting = announced(cast.group)
    make_sitting(meeting)
    reader = make_user(zone=MOSCOW)
    for user, first, second in (
        (reader, "Moscow", "Kuala Lumpur"),
        (cast.officer_ru, "Moscow", "Kuala Lumpur"),
        (cast.officer_my, "Kuala Lumpur", "Moscow"),
    ):
        client.force_login(user)
        line = page(client, view="list").partition('class="calendar-list"')[2]
        assert line.index(f'clock-city">{first}') < line.index(f'clock-city">{second}')


def test_a_clock_that_was_chosen_leads_the_list_and_fits_the_day_above(client, cast):
    make_sitting(announced(cast.group), wall=time(2))  # the evening before in Moscow
    client.force_login(cast.officer_my)
    asked = page(client, view="list", clock=cast.russia.code)
    shown = asked.partition('class="calendar-list"')[2]
    assert "Tue 15 Sep 2026</h2>" in shown
    assert shown.index("21:00") < shown.index("02:00")


def test_a_clock_that_no_side_keeps_leads_the_list_once(client, cast):
    make_sitting(announced(cast.group))
    client.force_login(make_user(zone="America/New_York"))
    line = page(client, view="list").partition('class="calendar-list"')[2]
    assert line.count("your time") == 1
    assert line.index("your time") < line.index("Kuala Lumpur")
