from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.factories import make_item, make_meeting, today


@pytest.fixture
def item(cast):
    """An open item of the first meeting, owned on both sides, due soon."""
    meeting = make_meeting(cast.group, status="held", starts_on=today() - timedelta(days=200))
    return make_item(
        meeting,
        text="Compare the rules for medical devices.",
        due_on=today() + timedelta(days=10),
        owners={cast.malaysia: cast.focal_my.person, cast.russia: cast.focal_ru.person},
    )


def test_co_chairs_report_for_their_own_side_and_close_together(reader, cast, item):
    malaysia = reader(cast.chair_my)
    malaysia.follow("Action items")
    malaysia.sees("Compare the rules for medical devices.", "Jeremy Molujin", "Миннегулов Тагир")
    malaysia.finds_it_accessible()
    malaysia.follow(item.reference)
    page = malaysia.page
    malaysia.sees("Report for Malaysia")
    malaysia.never_sees("Report for Russia")

    # What is wrong is said, and what was typed stays.
    page.get_by_label("In words").fill("The table is ready.")
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.get_by_label("In words")).to_have_value("The table is ready.")
    page.get_by_label("done", exact=True).check()
    page.get_by_role("button", name="Report", exact=True).click()
    malaysia.sees("The table is ready.", "Reported by one side only")

    # One key alone leaves it awaiting the other.
    malaysia.press("Give Malaysia’s key: this is done")
    malaysia.sees("Awaiting the other side’s key", "Still missing: Russia")
    malaysia.finds_it_accessible()

    # The other co-chair finds it on the phone, with the text in front.
    russia = reader(cast.chair_ru, PHONE)
    russia.sees("Malaysia says this is done. Your key is awaited.")
    russia.follow("Read and give the key")
    expect(russia.page.get_by_role("button", name="Take back Malaysia’s key")).to_have_count(0)
    russia.finds_it_accessible()

    # An edit of the text drops the key that was given.
    malaysia.open(f"/items/{item.pk}/change/")
    malaysia.sees("Key given: Malaysia. Saving a change drops it")
    page.get_by_label("Text as agreed").fill("Compare the rules for medical devices and drugs.")
    malaysia.press("Save the changes")
    malaysia.sees("Compare the rules for medical devices and drugs.", "key dropped")

    # The key to a text that changed meanwhile is refused, with the way out.
    russia.press("Give Russia’s key: this is done")
    russia.sees("This has changed since you opened it.", "devices and drugs")
    russia.press("Give Russia’s key: this is done")
    russia.sees("Still missing: Malaysia")
    malaysia.open(item.get_absolute_url())
    malaysia.press("Give Malaysia’s key: this is done")
    malaysia.sees("Every side has said that this is done.")
    item.refresh_from_db()
    assert item.status == "done"


def test_nobody_else_turns_a_co_chairs_key(reader, cast, item):
    for user in (cast.officer_my, cast.neutral, cast.focal_ru):
        person = reader(user)
        person.open(item.get_absolute_url())
        person.sees("key awaited")
        expect(person.page.get_by_role("button", name="key: this is done")).to_have_count(0)
