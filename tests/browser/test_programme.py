"""The programme arranged by hand: keyboard, mouse, phone; two officers at one table."""

from datetime import date, time

import pytest
from playwright.sync_api import expect

from meetings.models import ProgrammeDraft, Sitting
from tests.browser.conftest import PHONE
from tests.factories import make_meeting, make_sitting

DAY = date(2030, 10, 15)  # a Tuesday on which both sides work


@pytest.fixture
def meeting(cast):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    for title, wall in (("Opening", 14), ("Reports", 15), ("Summing-up", 16)):
        make_sitting(meeting, title=title, wall=time(wall), minutes=60, kind="technical")
    return meeting


def line(page, title):
    return page.locator(".programme-line").filter(has=page.get_by_role("heading", name=title))


def walls(page):
    return {
        one.locator("h3").inner_text(): one.get_by_label("Begins at").input_value()
        for one in page.locator(".programme-line").all()
    }


def drag(page, grip, target):
    """As a hand does it: press, move step by step, let go just under the target's upper edge."""
    page.set_viewport_size({"width": 1280, "height": 1400})  # both rows in view at once
    grip.hover()
    page.mouse.down()
    box = target.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=8)
    page.mouse.move(box["x"] + 60, box["y"] + 6, steps=4)
    page.mouse.up()


def opens_editor(officer, meeting):
    officer.open(meeting.get_absolute_url())
    officer.follow("Arrange the programme")
    officer.sees("Nothing speaks against this programme.")
    return officer.page


def test_an_officer_moves_a_sitting_by_keyboard_and_the_focus_goes_with_it(reader, cast, meeting):
    officer = reader(cast.officer_my)
    page = opens_editor(officer, meeting)
    up = line(page, "Summing-up").get_by_role("button", name="Up", exact=True)
    up.focus()
    page.keyboard.press("Enter")
    expect(line(page, "Summing-up").get_by_label("Begins at")).to_have_value("15:00")
    expect(up).to_be_focused()
    assert walls(page) == {"Opening": "14:00", "Summing-up": "15:00", "Reports": "16:00"}
    assert not ProgrammeDraft.objects.exists()
    officer.finds_it_accessible()


def test_an_officer_drags_a_sitting_before_another(reader, cast, meeting):
    officer = reader(cast.officer_my)
    page = opens_editor(officer, meeting)
    drag(page, line(page, "Summing-up").locator(".programme-grip"), line(page, "Opening"))
    expect(line(page, "Summing-up").get_by_label("Begins at")).to_have_value("14:00")
    assert walls(page) == {"Summing-up": "14:00", "Opening": "15:00", "Reports": "16:00"}


def test_typing_a_time_shows_every_clock_and_what_speaks_against_it(reader, cast, meeting):
    officer = reader(cast.officer_my)
    page = opens_editor(officer, meeting)
    opening = line(page, "Opening")
    opening.get_by_label("Begins at").fill("03:00")
    opening.get_by_label("Minutes").focus()
    expect(opening).to_contain_text("03:00–04:00 Kuala Lumpur")
    expect(opening).to_contain_text("Outside the office hours of Malaysia.")
    officer.sees("Outside the office hours of Malaysia (09:00–17:00 Kuala Lumpur): Opening.")
    # What is only advised against has been seen, so that it is saved at once.
    officer.press("Save the draft")
    officer.sees("Saved as a draft.", "14:00 → 03:00 Kuala Lumpur")
    assert Sitting.objects.get(title="Opening").wall == time(14)


def test_a_draft_is_published_and_its_versions_are_read(reader, cast, meeting):
    officer = reader(cast.officer_my)
    page = opens_editor(officer, meeting)
    line(page, "Summing-up").get_by_role("button", name="15 min earlier").click()
    expect(line(page, "Summing-up").get_by_label("Begins at")).to_have_value("15:45")
    line(page, "Opening").get_by_role("button", name="Take out").click()
    expect(line(page, "Opening")).to_have_count(0)
    officer.press("Save the draft")
    officer.sees("Not published yet", "16:00 → 15:45 Kuala Lumpur")
    officer.finds_it_accessible()
    officer.press("Publish")
    officer.sees("Write why: the people concerned will read it.")
    page.get_by_label("Why, for those concerned").fill("The minister comes later.")
    officer.press("Publish")
    officer.sees("Published. Those concerned are told.", "Cancelled")
    officer.follow("Earlier versions")
    officer.sees("Version 2", "16:00 → 15:45 Kuala Lumpur (11:00 → 10:45 Moscow)")
    officer.finds_it_accessible()


def test_the_second_officer_reads_what_the_first_saved_and_loses_nothing(reader, cast, meeting):
    second = reader(cast.officer_ru)
    page = opens_editor(second, meeting)
    first = reader(cast.officer_my)
    other = opens_editor(first, meeting)
    line(other, "Opening").get_by_role("button", name="15 min later").click()
    expect(line(other, "Opening").get_by_label("Begins at")).to_have_value("14:15")
    first.press("Save the draft")
    first.sees("Saved as a draft.")
    line(page, "Reports").get_by_label("Title").fill("Reports of the areas")
    second.press("Save the draft")
    second.sees("What the other changed", "14:00 → 14:15 Kuala Lumpur")
    expect(line(page, "Opening").get_by_label("Begins at")).to_have_value("14:15")
    expect(line(page, "Reports of the areas")).to_have_count(1)
    second.press("Save all the same")
    second.sees("Saved as a draft.", "Reports → Reports of the areas")


def test_on_a_phone_a_day_is_shifted_with_thumbs(reader, cast, meeting):
    officer = reader(cast.officer_ru, size=PHONE, has_touch=True, is_mobile=True)
    page = opens_editor(officer, meeting)
    page.get_by_text("Shift this day").tap()
    page.get_by_label("Days").fill("1")
    page.get_by_role("button", name="Shift all sittings").tap()
    expect(page.get_by_role("heading", name="Wed 16 Oct 2030")).to_be_visible()
    officer.sees("Opening, Reports, Summing-up are outside the days of the meeting.")
    officer.press("Save the draft")
    officer.sees("Saved as a draft.")
    officer.finds_it_accessible()


def test_without_a_script_everything_is_done_by_buttons(reader, cast, meeting):
    officer = reader(cast.officer_my)
    context = officer.page.context.browser.new_context(
        java_script_enabled=False, storage_state=officer.page.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{officer.root}/meetings/{meeting.pk}/programme/")
    line(page, "Summing-up").get_by_role("button", name="Up", exact=True).click()
    assert walls(page) == {"Opening": "14:00", "Summing-up": "15:00", "Reports": "16:00"}
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("main")).to_contain_text("Saved as a draft.")
    context.close()


def test_a_single_sitting_gets_its_chairs_and_stays_short(reader, cast, meeting):
    officer = reader(cast.officer_my)
    officer.open(f"/sittings/{Sitting.objects.get(title='Opening').pk}/")
    page = officer.page
    expect(page.get_by_label("Level")).to_be_hidden()
    page.get_by_label("Presides for Malaysia").first.select_option(label="Faridah binti Zulkarnain")
    page.get_by_label("Presides for Russia").first.select_option(label="Крутоярский Дмитрий")
    officer.finds_it_accessible()
    officer.press("Save the sitting")
    officer.sees("Saved.", "Крутоярский Дмитрий")
    officer.follow("Programme to print")
    officer.sees("Opening", "Faridah binti Zulkarnain")
    officer.finds_it_accessible()
