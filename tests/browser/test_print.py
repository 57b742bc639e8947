"""What comes out of a printer: the words of a page, black on white, and nothing to press."""

import re
from datetime import time, timedelta

import pytest

from tests.browser.conftest import DESK
from tests.factories import (
    make_item,
    make_meeting,
    make_sitting,
    today,
)

A3, A4 = {842, 1191}, {595, 842}  # in points
WIDE, HIGH = "wide", "high"
# What no paper can use, as far as it is in sight.
TO_PRESS = """
    () => [...document.querySelectorAll(
        'nav, button, input:not([type=hidden]), select, textarea, .deed-button, .deed-link, .skip'
    )].filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
      .map(one => one.outerHTML.slice(0, 120))
"""
GROUND = "() => getComputedStyle(document.body).backgroundColor"
TORN = """
    () => [...document.querySelectorAll('tbody tr:not(.records-group), .programme-line')]
        .filter(one => one.checkVisibility() && getComputedStyle(one).breakInside !== 'avoid')
        .map(one => one.outerHTML.slice(0, 120))
"""


@pytest.fixture
def meeting(cast):
    """An announced meeting with a day of parallel sittings and what was agreed there."""
    day = today().replace(day=15)
    meeting = make_meeting(cast.group, status="announced", starts_on=day)
    for hour in (9, 9, 10, 15):
        make_sitting(meeting, wall=time(hour), title=f"Talk at {hour}")
    make_sitting(meeting, day=day + timedelta(days=1), title="Summing-up")
    for number in range(6):
        make_item(meeting, text=f"Each side names a laboratory, number {number}. " * 6)
    return meeting


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """The pages of a PDF file by width and height, in points."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


PAGES = [
    ("/calendar/?view=month&day={day}", A4, WIDE, ("Talk at 9", "in the clock of Kuala Lumpur")),
    ("/calendar/?view=week&day={day}", A4, WIDE, ("Talk at 9", "Moscow")),
    ("/calendar/?view=list&day={day}", A4, HIGH, ("Talk at 9", "UTC+08:00", "UTC+03:00")),
    ("/meetings/{meeting}/programme/sheet/", A4, HIGH, ("Talk at 9", "UTC+03:00")),
    ("/meetings/{meeting}/programme/", A4, HIGH, ("Talk at 9", "Moscow")),
    ("/meetings/{meeting}/programme/versions/", A4, HIGH, ("1st meeting",)),
    ("/meetings/{meeting}/agenda/", A4, HIGH, ("1st meeting",)),
    ("/meetings/{meeting}/deadlines/", A4, HIGH, ("1st meeting",)),
    ("/meetings/{meeting}/", A4, HIGH, ("Talk at 9", "UTC+03:00")),
    ("/meetings/{meeting}/follow-up/", A3, WIDE, ("number 5", "Malaysia", "Russia")),
    ("/items/", A3, WIDE, ("number 5", "Malaysia", "Russia")),
    ("/commissions/{body}/", A4, HIGH, ("Working Group on Industry",)),
    ("/commissions/{body}/notes/", A4, HIGH, ("Working Group on Industry",)),
]


@pytest.mark.parametrize(
    ("path", "paper", "way", "words"), PAGES, ids=[page[0].split("?day")[0] for page in PAGES]
)
def test_a_print_has_its_words_on_the_right_paper_and_nothing_to_press(
    reader, cast, meeting, path, paper, way, words
):
    officer = reader(cast.officer_my, DESK, color_scheme="dark")
    names = {"meeting": meeting.pk, "body": cast.group.pk, "day": meeting.starts_on.isoformat()}
    officer.open(path.format(**names))
    officer.page.emulate_media(media="print", color_scheme="light")
    officer.sees(*words)
    assert officer.page.evaluate(TO_PRESS) == []
    assert officer.page.evaluate(TORN) == []
    assert officer.page.evaluate(GROUND) == "rgb(255, 255, 255)"
    pages = sheets(officer.page.pdf(prefer_css_page_size=True))
    assert {round(side) for side in pages[0]} == paper
    assert (pages[0][0] > pages[0][1]) == (way == WIDE)
    assert len(pages) <= 3


def test_a_print_of_a_filtered_calendar_says_what_was_chosen(reader, cast, meeting):
    officer = reader(cast.officer_my, DESK)
    officer.open(f"/calendar/?day={meeting.starts_on.isoformat()}&kind=plenary&side=my")
    chosen = officer.page.locator(".calendar-chosen")
    assert not chosen.is_visible()
    officer.page.emulate_media(media="print")
    assert chosen.inner_text() == "Malaysia · Plenary session"
