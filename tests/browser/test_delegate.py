import re

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from delegations.models import Delegate
from portal.models import Notice
from tests.browser.conftest import PHONE
from tests.factories import make_desk, make_meeting, make_sitting
from tests.waiting import eventually

NAME = "Тихомирова-О’Коннор Аксинья Ярославна"


@pytest.fixture
def desk(cast):
    """An open desk of an announced meeting in the two ways of taking part."""
    meeting = make_meeting(cast.group, status="announced", mode="hybrid", place="Putrajaya")
    make_sitting(meeting, mode="hybrid")
    make_sitting(meeting, kind="consultation", area=cast.group.areas.first(), minutes=60)
    return make_desk(meeting)


def fill_in(page, name=NAME, email="tikhomirova+wg@example.org", party="Russia"):
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Name in Latin letters").fill("Aksinya Tikhomirova-O'Connor")
    page.get_by_label("Honorific").fill("Dr")
    page.get_by_label("Function").fill("Главный инженер")
    page.get_by_label("Organisation").fill("АО «Верфь»")
    page.get_by_label("Industry").check()
    page.get_by_label(party, exact=True).check()
    page.get_by_label("By video").check()
    page.get_by_label("Plenary session").check()
    page.get_by_label("E-mail address").fill(email)


@pytest.mark.usefixtures("worker")
def test_a_delegate_registers_on_a_phone_changes_and_cancels(reader, desk, sink):
    phone = reader(size=PHONE)
    page = phone.page
    phone.open(desk.public_path)
    phone.sees("Register for the 1st meeting", "Kuala Lumpur", "Moscow", "It costs nothing")
    phone.finds_it_accessible()

    # Errors say what to do, and nothing typed is lost.
    page.get_by_label("Full name").fill(NAME)
    phone.press("Check my answers")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Organisation")
    expect(page.get_by_label("Full name")).to_have_value(NAME)
    phone.finds_it_accessible()

    fill_in(page)
    phone.press("Check my answers")
    phone.sees("You are not registered yet.", NAME, "АО «Верфь»")
    assert not Delegate.objects.exists()
    phone.finds_it_accessible()
    page.get_by_role("button", name="Register", exact=True).click()
    phone.sees("You are registered", NAME, "15:00–17:00 Kuala Lumpur", "10:00–12:00 Moscow")
    delegate = Delegate.objects.get()
    phone.sees(delegate.reference)
    phone.finds_it_accessible()
    personal = page.url

    # The message: reference, both clocks, calendar file, personal link.
    message = sink.wait_for(1)[0].message
    assert sink.received[0].recipients == ["tikhomirova+wg@example.org"]
    text = message.get_body(("plain",)).get_content()
    assert delegate.reference in text
    assert "15:00–17:00 Kuala Lumpur" in text
    assert "10:00–12:00 Moscow" in text
    link = re.search(r"http\S+/my/\S+/", text).group()
    (attachment,) = message.iter_attachments()
    events = Calendar.from_ical(attachment.get_content()).walk("VEVENT")
    assert [str(event["summary"]).split(" · ")[0] for event in events] == ["Plenary session"]

    # By the link: change, then cancel.
    phone.open(link[link.index("/my/") :])
    phone.follow("Change")
    page.get_by_label("In person").check()
    phone.press("Save the changes")
    phone.sees("In person")
    assert page.url.split("?")[0] == personal.split("?")[0]
    phone.follow("Cancel my registration")
    phone.press("Yes, cancel my registration")
    phone.sees("You have cancelled this registration.", "Register again")
    desk.refresh_from_db()
    assert not desk.meeting.delegates.live().exists()
    eventually(lambda: len(sink.received) == 3, 15, "the change and the cancellation are confirmed")


def test_a_double_click_registers_once(reader, desk):
    phone = reader(size=PHONE)
    phone.open(desk.public_path)
    fill_in(phone.page)
    phone.press("Check my answers")
    phone.page.get_by_role("button", name="Register", exact=True).dblclick()
    phone.sees("You are registered")
    assert Delegate.objects.count() == 1
    assert Notice.objects.count() == 1


def test_the_arrows_of_the_browser_lose_nothing_and_send_nothing_twice(reader, desk):
    phone = reader(size=PHONE)
    page = phone.page
    phone.open(desk.public_path)
    page.get_by_label("Full name").fill(NAME)
    phone.press("Check my answers")
    expect(page.locator(".error-summary")).to_be_focused()
    fill_in(page)
    phone.press("Check my answers")
    phone.sees("You are not registered yet.")
    page.go_back()
    expect(page.get_by_label("Full name")).to_have_value(NAME)
    page.go_forward()
    phone.sees("You are not registered yet.")
    page.get_by_role("button", name="Register", exact=True).click()
    phone.sees("You are registered")
    registered = page.url.split("?")[0]

    page.go_back()
    expect(page).to_have_url(registered)
    page.go_back()
    expect(page.get_by_role("button", name="Check my answers")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Full name")).to_have_value(NAME)
    assert Delegate.objects.count() == 1


def test_the_own_focal_point_and_nobody_else_decides(reader, desk, cast):
    phone = reader(size=PHONE)
    phone.open(desk.public_path)
    fill_in(phone.page)
    phone.press("Check my answers")
    phone.page.get_by_role("button", name="Register", exact=True).click()
    phone.sees("You are registered")
    personal = phone.page.url
    delegate = Delegate.objects.get()

    other = reader(cast.focal_my)
    other.never_sees("waits for your decision")
    other.open(f"/meetings/{desk.meeting_id}/delegations/?q=Тихомирова")
    other.never_sees(NAME)
    assert other.page.goto(other.root + delegate.get_absolute_url()).status == 404

    focal = reader(cast.focal_ru)
    focal.sees("1 registration waits for your decision.")
    focal.follow("Decide")
    focal.sees(NAME)
    focal.follow(NAME)
    focal.press("Approve")
    focal.sees("Approved")
    phone.open(personal)
    phone.sees("Russia has approved your registration.")
    # Approved, the other side sees who comes, without the address.
    other.open(delegate.get_absolute_url())
    other.sees(NAME)
    other.never_sees("tikhomirova+wg@example.org")

    # Declining needs a reason, which the person reads.
    focal.open(delegate.get_absolute_url())
    focal.page.locator("summary", has_text="Decline").click()
    focal.page.get_by_label("Reason").fill("The delegation is complete.")
    focal.page.get_by_role("button", name="Decline", exact=True).click()
    focal.sees("Declined", "The delegation is complete.")
    phone.open(personal)
    phone.sees("Russia has declined your registration.", "The delegation is complete.")
    assert other.page.goto(other.root + delegate.get_absolute_url()).status == 404
    declined = Notice.objects.get(template="delegations/emails/declined")
    assert "The delegation is complete." in declined.body
