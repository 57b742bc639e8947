from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.factories import (
    make_appointment,
    make_body,
    make_meeting,
    make_person,
    make_sitting,
    today,
)


@pytest.fixture
def large(cast):
    """A commission with twenty groups more, a meeting ahead and co-chairs of both sides."""
    for number in range(20):
        make_body(kind="working_group", parent=cast.commission, name=f"Group no. {number:02}")
    for party in (cast.malaysia, cast.russia):
        make_appointment(make_person(party=party), cast.commission, "chair", party)
    start = today() + timedelta(days=30)
    make_sitting(make_meeting(cast.commission, status="announced", starts_on=start))
    return cast.commission


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_of_a_large_commission_reads_well_everywhere(reader, cast, large, size, scheme):
    officer = reader(cast.officer_my, size, color_scheme=scheme)
    officer.open(large.get_absolute_url())
    officer.sees("Who leads", "Next meeting", "Kuala Lumpur", "Moscow")
    officer.finds_it_accessible()
    officer.page.get_by_text("Keep this body in order").click()
    officer.page.locator(".tree-fold > summary").first.click()
    officer.finds_it_accessible()


def test_a_fold_of_the_tree_opens_by_keyboard_and_without_a_script(reader, large):
    visitor = reader(size=DESK, java_script_enabled=False)
    visitor.open(large.get_absolute_url())
    group = visitor.page.get_by_role("link", name="Group no. 07")
    expect(group).to_be_hidden()
    visitor.page.locator(".tree-fold > summary").focus()
    visitor.page.keyboard.press("Enter")
    expect(group).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
def test_on_paper_every_body_of_a_large_tree_is_there(reader, large, scripted):
    visitor = reader(size=DESK, java_script_enabled=scripted)
    visitor.open(large.get_absolute_url())
    group = visitor.page.get_by_text("Group no. 19")
    expect(group).to_be_hidden()
    visitor.page.emulate_media(media="print")
    expect(group).to_be_visible()


def test_a_phone_meets_the_deeds_before_the_tree_and_the_past(reader, cast, large):
    officer = reader(cast.officer_my, PHONE)
    officer.open(large.get_absolute_url())
    tops = [
        officer.page.locator(place).bounding_box()["y"]
        for place in ("#sides", "#next", ".body-deeds", "#tree", "#past")
    ]
    assert tops == sorted(tops)
    assert tops[2] < 2 * PHONE["height"]
