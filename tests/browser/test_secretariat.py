from playwright.sync_api import expect

from meetings.models import Meeting, Sitting
from tests.factories import make_meeting, make_room, make_sitting


def test_a_secretary_schedules_announces_and_opens_registration(reader, cast):
    officer = reader(cast.officer_my)
    officer.sees("Nothing waits for you")

    # The commission and the working group beneath it: both sides, chairs, areas.
    officer.follow("Commissions")
    officer.follow("Joint Commission of Malaysia and Russia")
    officer.sees("Malaysia", "Russian Federation", "Working Group on Industry")
    officer.follow("Working Group on Industry")
    officer.sees(
        "Faridah binti Zulkarnain",
        "Крутоярский Дмитрий",
        "Oil and gas, chemical and power engineering equipment",
        "No meeting is planned",
    )

    # Scheduling: number and programme are proposed, both clocks in view while choosing.
    officer.page.get_by_role("link", name="Schedule a meeting").first.click()
    page = officer.page
    expect(page.get_by_label("Number")).to_have_value("1")
    rows = page.locator(".programme-row")
    expect(rows).to_have_count(9)
    plenary = rows.first
    plenary.locator("summary").click()
    expect(plenary).to_contain_text("Inside the office hours of every side.")
    plenary.get_by_label("Begins at").fill("07:00")
    plenary.get_by_label("Length").focus()  # leaving the field asks for the clocks
    expect(plenary).to_contain_text("07:00–09:00 Kuala Lumpur")
    expect(plenary).to_contain_text("02:00–04:00 Moscow")
    expect(plenary).to_contain_text("Outside the office hours that all sides share.")
    plenary.get_by_label("Begins at").fill("15:00")

    # A room may not be booked twice; nothing typed is lost.
    for row in (rows.nth(1), rows.nth(2)):
        row.locator("summary").click()
        row.get_by_label("Day").fill(rows.nth(1).get_by_label("Day").input_value())
        row.get_by_label("Begins at").fill("14:00")
        row.get_by_label("Room").select_option(label="Video room A")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Title").first.fill("A title typed before the error")
    officer.press("Propose to the other sides")
    officer.sees("Video room A is wanted twice at that time")
    expect(page.get_by_label("Title").first).to_have_value("A title typed before the error")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Title").first.fill("")
    officer.finds_it_accessible()
    # Another room at the same time is fine: consultations may run alongside.
    rows.nth(2).get_by_label("Room").select_option(label="Video room B")
    officer.press("Propose to the other sides")
    officer.sees("1st meeting", "15:00–17:00 Kuala Lumpur", "10:00–12:00 Moscow")
    meeting = Meeting.objects.get()
    assert meeting.sittings.filter(kind=Sitting.Kind.CONSULTATION).count() == 8

    # It cannot be announced before every side has given its key.
    expect(page.get_by_role("button", name="Announce the meeting")).to_have_count(0)
    officer.sees("key given", "Russia is awaited today.")
    expect(page.get_by_role("button", name="give the key of Russia")).to_have_count(0)

    other = reader(cast.officer_ru)
    other.sees("The key of Russia is awaited.")
    other.follow("Read and give the key")
    other.press("Agree: give the key of Russia")
    other.sees("key given")

    officer.open(meeting.get_absolute_url())
    officer.press("Announce the meeting")
    officer.sees("Announced")
    officer.follow("Delegations")
    officer.press("Open registration")
    officer.sees("Open")
    link = f"/register/{meeting.desk.code}/"
    officer.sees(link)
    qr = page.locator(f'img[src="{link}qr.svg"]')
    expect(qr).to_be_visible()
    qr.scroll_into_view_if_needed()
    page.wait_for_function("image => image.naturalWidth > 0", arg=qr.element_handle())
    officer.finds_it_accessible()


def test_a_room_taken_by_another_meeting_is_named_with_its_time(reader, cast):
    room = make_room("Hall 5", city="Putrajaya")
    taken = make_sitting(make_meeting(cast.group, status="announced"), room=room)
    officer = reader(cast.officer_ru)
    officer.open(f"/meetings/{make_meeting(cast.group, starts_on=taken.day).pk}/add-sitting/")
    page = officer.page
    page.get_by_label("Kind").select_option(label="Plenary session")
    page.get_by_label("Begins at").fill(f"{taken.wall:%H:%M}")
    page.get_by_label("Room").select_option(label="Hall 5, Putrajaya")
    officer.press("Add the sitting")
    officer.sees("Hall 5, Putrajaya is taken on", "Choose another room or another time.")
