"""The door of a sitting on a phone: typing, a lost connection, a camera, no script at all."""

import re

import pytest
from playwright.sync_api import expect

from delegations.models import CheckIn
from tests.browser.conftest import PHONE
from tests.factories import make_delegate, make_desk, make_meeting, make_sitting

# This Chromium has no detector of its own; this one reads a badge once there is a picture.
DETECTOR = """
window.BarcodeDetector = class {
  async detect(video) {
    return video.videoWidth ? [{ rawValue: "https://portal.example.org/at/AB12-CD34" }] : [];
  }
};
"""


@pytest.fixture
def sitting(cast):
    meeting = make_meeting(cast.group, status="announced")
    make_desk(meeting)
    make_delegate(
        *(meeting, cast.malaysia),
        full_name="林佩瑜",
        latin_name="Lim Pei Yu",
        reference="AB12-CD34",
    )
    make_delegate(
        *(meeting, cast.russia),
        full_name="Наталья Орлова",
        latin_name="Natalia Orlova",
        capacity="head",
    )
    return make_sitting(meeting)


def named(word, name):
    """What a button of one person is called, however the two parts are joined."""
    return re.compile(rf"{word}\s*: {name}")


def at_the_door(reader, user, sitting, **options):
    keeper = reader(user, PHONE, **options)
    keeper.open(f"/sittings/{sitting.pk}/door/")
    expect(keeper.page.locator("#door[data-ready='2']")).to_be_attached()
    return keeper


def test_a_phone_marks_people_and_keeps_on_when_the_connection_is_lost(reader, cast, sitting):
    keeper = at_the_door(reader, cast.officer_my, sitting)
    page = keeper.page
    keeper.finds_it_accessible()

    # Typed in the other script, found while typing.
    page.get_by_label("Name or reference").fill("орлова")
    found = page.get_by_role("list", name="People found")
    expect(found).to_contain_text("Head of delegation · Russia")
    found.get_by_role("button", name=named("In", "Наталья Орлова")).click()
    expect(page.locator("#door-answer")).to_contain_text("Наталья Орлова · Came in")
    expect(found).to_contain_text("in the room")
    expect(page.locator(".room-now").nth(1)).to_have_text("1")  # the strip asks by itself
    keeper.finds_it_accessible()

    # The hall is in the basement.
    page.context.set_offline(True)
    page.get_by_label("Name or reference").fill("ab12cd34")
    found.get_by_role("button", name=named("In", "林佩瑜")).click()
    keeper.sees("No connection. Go on: what you mark waits in this phone and is sent later.")
    expect(page.get_by_role("list", name="Marks of this phone")).to_contain_text(
        "In · Waits in this phone"
    )
    keeper.finds_it_accessible()
    assert CheckIn.objects.count() == 1

    page.context.set_offline(False)
    expect(page.locator("#door-answer")).to_contain_text("林佩瑜 · Came in")
    expect(page.locator("#door-state")).to_be_hidden()
    assert CheckIn.objects.count() == 2

    # A slip is taken back.
    mine = page.get_by_role("list", name="Marks of this phone")
    mine.get_by_role("button", name=named("Undo", "林佩瑜")).click()
    expect(page.locator("#door-answer")).to_contain_text("林佩瑜 · Taken back")
    assert CheckIn.objects.valid().count() == 1
    keeper.complaints[:] = [one for one in keeper.complaints if "ERR_INTERNET" not in one]


def test_what_was_marked_without_a_connection_survives_that_the_page_is_closed(
    reader, cast, sitting
):
    keeper = at_the_door(reader, cast.focal_ru, sitting)
    page = keeper.page
    page.route("**/door/marks/", lambda route: route.abort())
    page.get_by_label("Name or reference").fill("Natalia")
    page.get_by_role("button", name=named("In", "Наталья Орлова")).click()
    keeper.sees("Waits in this phone")
    assert not CheckIn.objects.exists()
    page.unroute("**/door/marks/")
    page.reload()
    expect(page.locator("#door-answer")).to_contain_text("Наталья Орлова · Came in")
    assert CheckIn.objects.count() == 1
    keeper.complaints[:] = [one for one in keeper.complaints if "ERR_FAILED" not in one]


def test_two_phones_that_mark_the_same_person_are_told_so(reader, cast, sitting):
    first = at_the_door(reader, cast.officer_my, sitting)
    second = at_the_door(reader, cast.officer_ru, sitting)
    for keeper, answer in ((first, "Came in"), (second, "Already in")):
        keeper.page.get_by_label("Name or reference").fill("Lim")
        keeper.page.get_by_role("button", name=named("In", "林佩瑜")).click()
        expect(keeper.page.locator("#door-answer")).to_contain_text(answer)
    assert CheckIn.objects.count() == 1


def test_a_badge_before_the_camera_marks_its_bearer_once(
    browser_type, browser_type_launch_args, live_server, settings, cast, sitting, reader
):
    arguments = [
        *browser_type_launch_args["args"],
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
    ]
    with_camera = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    signed_in = reader(cast.officer_my, PHONE)
    context = with_camera.new_context(
        viewport=PHONE,
        permissions=["camera"],
        storage_state=signed_in.page.context.storage_state(),
    )
    page = context.new_page()
    page.add_init_script(DETECTOR)
    page.goto(f"{live_server.url}/sittings/{sitting.pk}/door/")
    expect(page.locator("#door[data-ready='2']")).to_be_attached()
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.locator("#door-answer")).to_contain_text("林佩瑜 · Came in")
    expect(page.locator("#door-video")).to_be_visible()
    page.get_by_role("button", name="Stop the camera").click()
    expect(page.locator("#door-video")).to_be_hidden()
    assert CheckIn.objects.get().delegate.full_name == "林佩瑜"
    with_camera.close()


def test_without_a_script_a_name_is_found_marked_and_taken_back(reader, cast, sitting):
    keeper = reader(cast.focal_my, PHONE, java_script_enabled=False)
    keeper.open(f"/sittings/{sitting.pk}/door/")
    keeper.page.get_by_label("Name or reference").fill("орлова")
    keeper.press("Find")
    keeper.page.get_by_role("button", name=named("In", "Наталья Орлова")).click()
    keeper.sees("Came in")
    keeper.press("Undo")
    keeper.sees("Nobody is marked yet.")


def test_a_guest_without_a_registration_is_registered_on_the_spot(reader, cast, sitting):
    keeper = at_the_door(reader, cast.focal_ru, sitting)
    keeper.follow("Register on the spot")
    keeper.finds_it_accessible()
    page = keeper.page
    page.get_by_label("Full name").fill("Гость Нежданный")
    page.get_by_label("Organisation").fill("Росстандарт")
    page.get_by_label("Side").select_option(label="Russia")
    page.get_by_label("E-mail address").fill("gost@example.org")
    keeper.press("Register")
    expect(page.locator("body")).to_contain_text("is registered and approved")
    expect(page.locator(".room-now").first).to_have_text("1")


def test_badges_and_an_attendance_list_are_within_reach_of_everybody(reader, cast, sitting):
    keeper = reader(cast.officer_my, PHONE)
    for path in (
        f"/meetings/{sitting.meeting_id}/door/",
        f"/meetings/{sitting.meeting_id}/badges/",
        f"/sittings/{sitting.pk}/attendance/",
    ):
        keeper.open(path)
        keeper.finds_it_accessible()
    content = b"Name,User Email,Duration\nLim Pei Yu,,119\nNatalya Orlova,,10\niPad,,3\n"
    keeper.page.get_by_label("Attendance list").set_input_files(
        {"name": "zoom.csv", "mimeType": "text/csv", "buffer": content}
    )
    keeper.press("Look who is in it")
    keeper.sees("Nothing is written yet.", "In doubt", "Unknown")
    keeper.finds_it_accessible()
    keeper.press("Bring the list in")
    keeper.sees("1 line is not decided: Natalya Orlova.")
    keeper.page.get_by_label("Who “Natalya Orlova” is").select_option(index=1)
    keeper.press("Bring the list in")
    expect(keeper.page.locator("body")).to_contain_text("2 people are marked as attended.")
