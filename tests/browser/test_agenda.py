"""An agenda from the first click to the last key, at a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from meetings.models import Agenda
from tests.browser.conftest import DESK, PHONE
from tests.factories import make_meeting


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, status="announced")


def test_two_sides_write_and_agree_an_agenda_and_each_keeps_its_notes(reader, cast, meeting):
    address = f"/meetings/{meeting.pk}/agenda/"
    officer = reader(cast.officer_my)
    officer.open(address)
    officer.press("Begin with the usual points")
    officer.sees("The agenda is begun.", "Shipbuilding", "Other business")
    officer.finds_it_accessible()

    # By keyboard alone: down from the first place.
    officer.follow("Arrange the points")
    officer.finds_it_accessible()
    page = officer.page
    first = page.locator(".agenda-point").first
    first.get_by_role("button", name="Move down").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".agenda-title").first).to_contain_text("Adoption of the agenda")
    # The keyboard stays where it was: the same key once more moves the point once more.
    expect(page.locator(":focus")).to_contain_text("Move down: Opening and introductory")
    page.keyboard.press("Enter")
    expect(page.locator(".agenda-title").nth(2)).to_contain_text("Opening and introductory")

    # By dragging: back to where it was.
    opening = page.locator(".agenda-point", has_text="Opening and introductory")
    opening.drag_to(page.locator(".agenda-point").first, target_position={"x": 60, "y": 2})
    expect(page.locator(".agenda-title").first).to_contain_text("Opening and introductory")

    # A note that the other side never sees.
    page.goto(officer.root + address)
    officer.follow("Own note of Malaysia")
    page.get_by_label("Own note").fill("Say nothing of tariffs.")
    officer.finds_it_accessible()
    officer.press("Keep the note")
    officer.sees("Only Malaysia’s side sees this.", "Say nothing of tariffs.")

    malaysia = reader(cast.chair_my)
    malaysia.open(address)
    malaysia.press("Give Malaysia’s key to this agenda")
    malaysia.sees("Malaysia has given its key.")

    russia = reader(cast.chair_ru, PHONE)
    russia.sees("Malaysia has agreed to the agenda. Your key is awaited.")
    russia.follow("Read and give the key")
    russia.never_sees("tariffs", "Only Malaysia")
    russia.finds_it_accessible()
    russia.press("Give Russia’s key to this agenda")
    russia.sees("Every side has agreed to this agenda.")
    assert Agenda.objects.get(meeting=meeting).status == "agreed"

    # A late addition leaves the keys as they are.
    malaysia.open(address)
    malaysia.follow("Propose a late addition")
    malaysia.page.get_by_label("Title", exact=True).fill("Drones over fields")
    malaysia.page.get_by_label("Why it is added now").fill("The law changed last week.")
    malaysia.page.locator("#id_speakers-0-name").fill("Крутоярский Дмитрий")
    malaysia.finds_it_accessible()
    malaysia.press("Propose to all sides")
    malaysia.sees("Крутоярский Дмитрий (Russia)")
    malaysia.press("Give Malaysia’s key to this point")
    russia.open(address)
    russia.press("Give Russia’s key to this point")
    expect(russia.page.locator(".agenda")).to_contain_text("Drones over fields")
    russia.sees("Every side has agreed to this agenda.")

    anybody = reader(cast.outsider, PHONE)
    anybody.open(address)
    anybody.sees("Drones over fields")
    anybody.never_sees("tariffs", "Keys to the agenda", "Own note")
    anybody.finds_it_accessible()


def test_a_meetings_page_folds_what_is_rare_and_leads_to_the_key_awaited(reader, cast):
    meeting = make_meeting(cast.group, status="proposed")
    for size in (DESK, PHONE):
        chair = reader(cast.chair_my, size)
        chair.open(meeting.get_absolute_url())
        chair.follow("The key of Malaysia is awaited")
        expect(chair.page.get_by_role("button", name="Agree: give the key")).to_be_in_viewport()
        chair.finds_it_accessible()
    officer = reader(cast.officer_my, PHONE)
    officer.open(meeting.get_absolute_url())
    postpone = officer.page.get_by_text("Postpone…")
    expect(postpone).to_be_hidden()
    officer.page.get_by_text("More deeds").click()
    expect(postpone).to_be_visible()
    officer.finds_it_accessible()
