"""Pages of meetings in the dark, enlarged, and with the letters set wide apart."""

from datetime import time

import pytest

from tests.browser.conftest import DESK, SMALLEST
from tests.factories import make_item, make_meeting, make_sitting, today

PAGES = (
    "/meetings/{meeting}/",
    "/meetings/{meeting}/programme/",
    "/meetings/{meeting}/programme/sheet/",
    "/meetings/{meeting}/agenda/",
    "/meetings/{meeting}/deadlines/",
    "/meetings/{meeting}/follow-up/",
    "/commissions/{body}/",
    "/commissions/{body}/notes/",
    "/items/",
    "/feeds/",
)
CROWDED = (
    "/calendar/?view=month",
    "/calendar/?view=week",
    "/calendar/?view=list",
    "/meetings/{meeting}/programme/",
    "/meetings/{meeting}/agenda/",
)
# What a reader may set without losing anything (WCAG 1.4.12).
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


@pytest.fixture
def places(cast):
    """The numbers that stand in the addresses of an announced meeting and its body."""
    meeting = make_meeting(cast.group, status="announced", starts_on=today())
    for hour in (9, 9, 15):
        make_sitting(meeting, wall=time(hour), title=f"Consultation on pharmaceuticals at {hour}")
    make_item(meeting)
    return {"meeting": meeting.pk, "body": cast.group.pk}


def test_every_kind_of_page_reads_well_in_the_dark(reader, cast, places):
    officer = reader(cast.officer_my, DESK, color_scheme="dark")
    for path in PAGES:
        officer.open(path.format(**places))
        officer.finds_it_accessible()


@pytest.mark.parametrize("size", [SMALLEST, {"width": 640, "height": 450}], ids=["320", "zoomed"])
def test_letters_set_wide_apart_push_nothing_out_of_a_small_window(reader, cast, places, size):
    officer = reader(cast.officer_my, size, bypass_csp=True, reduced_motion="reduce")
    for path in CROWDED:
        officer.open(path.format(**places))
        officer.page.add_style_tag(content=SPACED)
        width = officer.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{path} is {width} px wide"
