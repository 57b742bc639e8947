from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.factories import make_meeting, make_sitting, today


@pytest.fixture
def month(cast):
    """A day with five sittings, two of them at once, one across midnight; and a rough date."""
    day = today().replace(day=15)
    meeting = make_meeting(cast.group, status="announced", starts_on=day)
    for hour in (9, 10, 15, 15):
        make_sitting(meeting, wall=time(hour), title=f"Talk at {hour}")
    make_sitting(meeting, wall=time(23), minutes=120, title="Late talk")
    ends = day.replace(day=28)
    make_meeting(cast.group, starts_on=day.replace(day=1), ends_on=ends, precision="month")
    make_meeting(cast.group, starts_on=day + timedelta(days=2), days=2)
    return day


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_month_week_list_and_day_read_well_everywhere(reader, cast, month, size, scheme):
    officer = reader(cast.officer_my, size, color_scheme=scheme)
    for view in ("month", "week", "list", "day"):
        officer.open(f"/calendar/?view={view}&day={month.isoformat()}")
        officer.sees("Talk at 9", "in the clock of Kuala Lumpur")
        if view in {"month", "list"}:
            officer.sees("Some time in")
        officer.finds_it_accessible()


def test_a_phone_shows_the_days_with_something_and_no_others(reader, month):
    visitor = reader(size=PHONE)
    visitor.open(f"/calendar/?day={month.isoformat()}")
    expect(visitor.page.locator(".calendar-cell:visible")).to_have_count(2)  # and the morning after
    visitor.follow("2 more")
    visitor.sees("Talk at 15", "Late talk", "Moscow")


def test_what_overlaps_stands_side_by_side_in_the_week(reader, month):
    visitor = reader(size=DESK)
    visitor.open(f"/calendar/?view=week&day={month.isoformat()}")
    one, other = visitor.page.get_by_role("link", name="Talk at 15").all()
    one, other = one.bounding_box(), other.bounding_box()
    assert one["y"] == other["y"]
    assert one["x"] + one["width"] <= other["x"]
    early = visitor.page.get_by_role("link", name="Talk at 9").bounding_box()
    assert early["y"] < one["y"]


CUT = """
    () => [...document.querySelectorAll('.calendar-day .calendar-line')].filter(line => {
        const box = line.getBoundingClientRect(), words = line.querySelector('a')
        const ends = words.getBoundingClientRect()
        return ends.right > box.right + 1 || ends.bottom > box.bottom + 1
    }).map(line => line.innerText)
"""


@pytest.mark.parametrize("width", [660, 1280])
def test_four_at_once_stand_in_lanes_without_a_word_beyond_its_piece(reader, cast, month, width):
    meeting = cast.group.meetings.filter(sittings__title="Talk at 9").get()
    for minutes in (25, 45, 60, 90):
        title = f"Pharmaceutical and medical equipment, {minutes}"
        make_sitting(meeting, wall=time(12), minutes=minutes, title=title)
    visitor = reader(size={"width": width, "height": 900})
    visitor.open(f"/calendar/?view=week&day={month.isoformat()}")
    pieces = visitor.page.get_by_role("link", name="Pharmaceutical").all()
    boxes = sorted((piece.bounding_box() for piece in pieces), key=lambda box: box["x"])
    assert len(boxes) == 4
    ends = [box["x"] + box["width"] for box in boxes]
    assert all(end <= box["x"] for end, box in zip(ends, boxes[1:], strict=False))
    assert visitor.page.evaluate(CUT) == []


def test_a_phone_tells_in_words_what_the_lanes_of_the_week_show(reader, month):
    visitor = reader(size=PHONE)
    visitor.open(f"/calendar/?view=week&day={month.isoformat()}")
    visitor.sees("15:00–17:00", "at the same time as 1 other")
    lines = [line.bounding_box() for line in visitor.page.locator(".calendar-line").all()]
    tops = [line["y"] for line in lines if line]
    assert tops == sorted(tops)
    assert len({round(line["x"]) for line in lines if line}) == 1


def test_the_arrow_keys_walk_over_the_days_and_into_the_next_month(reader, month):
    visitor = reader(size=DESK)
    visitor.open(f"/calendar/?day={month.isoformat()}")
    days = visitor.page.locator(".calendar-number")
    days.first.focus()
    visitor.page.keyboard.press("ArrowRight")
    expect(days.nth(1)).to_be_focused()
    visitor.page.keyboard.press("ArrowDown")
    expect(days.nth(8)).to_be_focused()
    days.last.focus()
    heading = visitor.page.get_by_role("heading", level=1)
    before = heading.inner_text()
    visitor.page.keyboard.press("ArrowRight")
    expect(heading).not_to_have_text(before)
    visitor.page.keyboard.press("ArrowLeft")  # nothing has the focus: the month before
    expect(heading).to_have_text(before)


def test_a_filter_is_chosen_and_given_up_without_a_script(reader, cast, month):
    visitor = reader(size=PHONE, java_script_enabled=False)
    visitor.open(f"/calendar/?day={month.isoformat()}")
    visitor.page.get_by_text("Filter the calendar").click()
    visitor.page.get_by_label("Kind of sitting").select_option("Signing")
    visitor.press("Show")
    visitor.sees("Nothing in this month")
    visitor.follow("Show everything")
    visitor.sees("Talk at 9")


def test_a_month_is_printed_on_one_sheet(reader, month):
    visitor = reader(size=DESK)
    visitor.open(f"/calendar/?day={month.isoformat()}")
    pdf = visitor.page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
