"""Attendance lists of video platforms: read, matched, looked at, brought in whole or not at all."""

import random
from datetime import UTC, date, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from delegations import operations
from delegations.attendance import Attendee, Known, Matcher, minutes, moment, read
from delegations.models import CheckIn, Delegate, Intake
from delegations.operations.attendance import NOBODY
from meetings.models import Meeting
from portal.refusal import Refused
from tests.delegations.answers import text_of
from tests.factories import make_delegate

DAY = date(2026, 10, 13)
ZONE = "Asia/Kuala_Lumpur"

ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
123 4567 8901,Plenary,10/13/2026 03:00:00 PM,10/13/2026 05:00:00 PM,host@example.org,120,5

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent
Lim Pei Yu (林佩瑜),lim@example.org,10/13/2026 02:58:11 PM,10/13/2026 04:02:00 PM,64,No,
Lim Pei Yu (林佩瑜),lim@example.org,10/13/2026 04:05:00 PM,10/13/2026 05:00:00 PM,55,No,
Orlova Natalia (Guest),,10/13/2026 03:01:00 PM,10/13/2026 05:00:00 PM,119,Yes,
60123456789,,10/13/2026 03:10:00 PM,10/13/2026 03:20:00 PM,10,Yes,
iPad,,10/13/2026 03:10:00 PM,10/13/2026 03:20:00 PM,10,Yes,
"""
TEAMS = """1. Summary
Meeting title\tPlenary
Attended participants\t3
Start time\t10/13/26, 3:00:00 PM
End time\t10/13/26, 5:00:00 PM

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Lim Pei Yu\t10/13/26, 2:58:11 PM\t10/13/26, 5:00:00 PM\t1h 59m 30s\tLim@Example.org\tx\tPresenter
Наталья Орлова (External)\t10/13/26, 3:01:00 PM\t10/13/26, 5:00:00 PM\t58m 2s\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Lim Pei Yu\t10/13/26, 2:58:11 PM\t10/13/26, 5:00:00 PM\t1h 59m 30s\tLim@Example.org\tPresenter
"""
OLD_TEAMS = """Full Name\tUser Action\tTimestamp
Lim Pei Yu\tJoined\t10/13/2026, 2:58:00 PM
Orlova Natalia (Guest)\tJoined before\t10/13/2026, 3:00:00 PM
Lim Pei Yu\tLeft\t10/13/2026, 3:30:00 PM
Lim Pei Yu\tJoined\t10/13/2026, 4:00:00 PM
Lim Pei Yu\tLeft\t10/13/2026, 4:15:30 PM
"""
WEBEX = (
    '"Meeting Name"\t"Meeting Start Time"\t"Display Name"\t"Attendee Email"\t"Join Time"\t'
    '"Leave Time"\t"Attendance Duration"\t"Connection Type"\n'
    '"Plenary"\t="2026-10-13 15:00:00"\t"Lim Pei Yu"\t"lim@example.org"\t"2026-10-13 14:58:11"\t'
    '"2026-10-13 17:00:00"\t"122 mins"\t"Desktop app"\n'
    '"Plenary"\t="2026-10-13 15:00:00"\t"Call-in User_2"\t""\t"2026-10-13 15:00:00"\t'
    '"2026-10-13 15:20:00"\t"0:20:30"\t"Phone"\n'
)
LISTS = {
    "zoom": ZOOM.encode("utf-8-sig"),
    "teams": TEAMS.encode("utf-16"),
    "old_teams": OLD_TEAMS.encode("utf-16"),
    "webex": WEBEX.encode("utf-16"),
}


def people(name: str) -> dict[str, Attendee]:
    return {one.name: one for one in read(LISTS[name], day=DAY, zone=ZONE)}


# --- reading --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "lengths"),
    [
        ("zoom", {"Lim Pei Yu": 119, "Orlova Natalia": 119, "60123456789": 10, "iPad": 10}),
        ("teams", {"Lim Pei Yu": 120, "Наталья Орлова": 58}),
        ("old_teams", {"Lim Pei Yu": 48, "Orlova Natalia": 0}),
        ("webex", {"Lim Pei Yu": 122, "Call-in User_2": 20}),
    ],
)
def test_the_lists_of_each_platform_are_read_and_several_joins_added_up(platform, lengths):
    assert {name: one.minutes for name, one in people(platform).items()} == lengths


@pytest.mark.parametrize("platform", LISTS)
def test_the_first_time_of_joining_is_read_in_the_clock_of_the_sitting(platform):
    joined = people(platform)["Lim Pei Yu"].joined_at.astimezone(UTC)
    assert joined.replace(second=0) == datetime(2026, 10, 13, 6, 58, tzinfo=UTC)


def test_guests_and_telephones_and_original_names_are_known_for_what_they_are():
    zoom = people("zoom")
    assert (zoom["Lim Pei Yu"].other_name, zoom["Lim Pei Yu"].joins) == ("林佩瑜", 2)
    assert zoom["Orlova Natalia"].is_guest
    assert zoom["60123456789"].is_phone
    assert people("webex")["Call-in User_2"].is_phone
    assert not zoom["iPad"].is_phone


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("42", 42),
        ("42.5", 42.5),
        ("1:02:03", 62.05),
        ("1:02", 62),
        ("62 mins", 62),
        ("1h 2m 3s", 62.05),
        ("1 hr 5 min", 65),
        ("45s", 0.75),
        ("", 0),
        ("long", 0),
    ],
)
def test_a_length_is_read_however_it_is_written(text, length):
    assert minutes(text) == pytest.approx(length)


@pytest.mark.parametrize(
    "text",
    [
        "10/13/2026 03:00:00 PM",
        "13/10/2026 15:00:00",
        "10/13/26, 3:00:00 PM",
        "10/13/26, 3:00:00\u202fPM",
        "2026-10-13 15:00:00",
        "2026-10-13T07:00:00+00:00",
        "13.10.2026 15:00",
        "Oct 13, 2026 03:00 PM",
    ],
)
def test_a_time_is_read_however_it_is_written(text):
    assert moment(text, day=DAY, zone=ZONE) == datetime(2026, 10, 13, 7, tzinfo=UTC)


def test_of_two_readings_of_a_date_the_one_near_the_sitting_is_meant():
    assert moment("03/04/2026 10:00", day=date(2026, 4, 3), zone="UTC").month == 4
    assert moment("03/04/2026 10:00", day=date(2026, 3, 4), zone="UTC").month == 3
    assert moment("03/04/2026 10:00", day=DAY, zone="UTC") is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "No line of this file names the columns"),
        (b"a,b,c\n1,2,3", "No line of this file names the columns"),
        (b"PK\x03\x04" + b"x" * 50, "This is no text."),
        (b"%PDF-1.7", "This is no text."),
        (b"Name,Join Time\n", "The list has its columns but no people."),
        (b"x" * (4 * 1024 * 1024 + 1), "The file is larger than 4 MB."),
        (b"\xff\xfe\x00\xd8\x00", "The letters of this file cannot be read."),
        (b"Name,Join Time\n" + b"".join(b"A%d,x\n" % n for n in range(2001)), "more than 2000"),
    ],
)
def test_what_is_no_attendance_list_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(Refused, match=sentence):
        read(content, day=DAY, zone=ZONE)


def test_a_list_in_an_old_cyrillic_encoding_is_read():
    content = "Name;Join Time\nНаталья Орлова;13.10.2026 15:00\n".encode("cp1251")
    [one] = read(content, day=DAY, zone=ZONE)
    assert one.name == "Наталья Орлова"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_in_a_file_it_is_read_or_refused(data):
    content = bytearray(data.draw(st.sampled_from(list(LISTS.values()))))
    source = random.Random(data.draw(st.integers()))
    for _change in range(data.draw(st.integers(0, 40))):
        at = source.randrange(len(content))
        content[at : at + source.randrange(4)] = source.randbytes(source.randrange(4))
        content = content or bytearray(b"x")
    try:
        found = read(bytes(content), day=DAY, zone=ZONE)
    except Refused:
        return
    assert all(one.name and 0 <= one.minutes <= 1440 for one in found)


# --- matching -------------------------------------------------------------------------

MATCHER = Matcher(
    [
        Known(1, ("林佩瑜", "Lim Pei Yu"), "lim@example.org"),
        Known(2, ("Наталья Орлова", "Natalia Orlova"), "orlova@example.org"),
        Known(3, ("Ahmad bin Osman", ""), "a@example.org"),
        Known(4, ("Ahmad bin Osman", ""), "b@example.org"),
        Known(5, ("Tengku Zafrul bin Tengku Abdul Aziz", ""), "t@example.org"),
    ]
)


@pytest.mark.parametrize(
    ("attendee", "state", "candidates"),
    [
        (Attendee("X", email="lim@example.org"), "matched", (1,)),
        (Attendee("Pei Yu LIM"), "matched", (1,)),
        (Attendee("林佩瑜"), "matched", (1,)),
        (Attendee("iPhone", other_name="Natalia Orlova"), "matched", (2,)),
        (Attendee("ОРЛОВА НАТАЛЬЯ"), "matched", (2,)),
        (Attendee("Natalya Orlova"), "doubtful", (2,)),
        (Attendee("Ahmad bin Osman"), "doubtful", (3, 4)),
        (Attendee("Ahmad bin Osman", email="b@example.org"), "matched", (4,)),
        (Attendee("Tengku Zafrul"), "doubtful", (5,)),
        (Attendee("iPad"), "unknown", ()),
        (Attendee("+60 12-345 6789"), "unknown", ()),
    ],
)
def test_people_are_known_by_address_then_name_then_likeness(attendee, state, candidates):
    match = MATCHER.match(attendee)
    assert (match.state, match.candidates) == (state, candidates)


# --- the two steps --------------------------------------------------------------------


@pytest.fixture
def known(fair):
    fair.plenary.day = DAY
    fair.plenary.save()
    return {
        "lim": make_delegate(
            *(fair.meeting, fair.cast.malaysia),
            full_name="林佩瑜",
            latin_name="Lim Pei Yu",
            email="lim@example.org",
        ),
        "orlova": make_delegate(
            *(fair.meeting, fair.cast.russia),
            full_name="Наталья Орлова",
            latin_name="Natalia Orlova",
        ),
    }


def send(client, fair, content=LISTS["zoom"], name="zoom.csv"):
    url = reverse("attendance", args=[fair.plenary.pk])
    return client.post(url, {"file": SimpleUploadedFile(name, content)}, follow=True)


def bring_in(client, **choices):
    intake = Intake.objects.get()
    uids = {row["name"]: row["uid"] for row in intake.rows}
    posted = {f"who-{uids[name]}": value for name, value in choices.items()}
    return client.post(reverse("attendance-preview", args=[intake.pk]), posted, follow=True)


def test_nothing_is_written_before_the_second_step(client, fair, known):
    client.force_login(fair.cast.officer_my)
    page = send(client, fair)
    states = {row["name"]: row["state"] for row in page.context["rows"]}
    assert states == {
        "Lim Pei Yu": "matched",
        "Orlova Natalia": "matched",
        "60123456789": "unknown",
        "iPad": "unknown",
    }
    assert "Nothing is written yet." in text_of(page)
    assert not CheckIn.objects.exists()


def test_the_list_is_brought_in_with_minutes_and_counts_as_attended(client, fair, known):
    client.force_login(fair.cast.officer_my)
    send(client, fair)
    text = text_of(bring_in(client))
    assert "2 people are marked as attended." in text
    assert "2 lines are nobody approved and were left out." in text
    found = {one.delegate_id: one for one in CheckIn.objects.all()}
    lim = found[known["lim"].pk]
    assert (lim.minutes, lim.source, lim.way) == (119, "video", "in")
    known["lim"].refresh_from_db()
    assert known["lim"].attended_at == lim.at
    assert CheckIn.objects.numbers() == {
        (fair.plenary.pk, fair.cast.malaysia.pk): (0, 1),
        (fair.plenary.pk, fair.cast.russia.pk): (0, 1),
    }
    assert not Intake.objects.exists()


def test_the_same_list_once_more_changes_nothing(client, fair, known):
    client.force_login(fair.cast.officer_my)
    for _twice in range(2):
        page = send(client, fair)
        bring_in(client)
    states = [row["state"] for row in page.context["rows"]]
    assert sorted(states) == ["same", "same", "unknown", "unknown"]
    assert CheckIn.objects.count() == 2


def test_a_later_list_with_more_minutes_mends_the_first(client, fair, known):
    client.force_login(fair.cast.officer_my)
    send(client, fair)
    bring_in(client)
    send(client, fair, LISTS["zoom"].replace(b"119,Yes", b"140,Yes"))
    bring_in(client)
    assert CheckIn.objects.get(delegate=known["orlova"]).minutes == 140
    assert CheckIn.objects.count() == 2


def test_who_is_in_doubt_has_to_be_decided_and_nothing_is_half_written(client, fair, known):
    client.force_login(fair.cast.officer_my)
    content = LISTS["zoom"].replace(b"Orlova Natalia", b"Orlova Natalya")
    send(client, fair, content)
    text = text_of(bring_in(client))
    assert "1 line is not decided: Orlova Natalya." in text
    assert not CheckIn.objects.exists()
    bring_in(client, **{"Orlova Natalya": str(known["orlova"].pk)})
    assert CheckIn.objects.count() == 2


def test_who_is_in_doubt_can_be_nobody(client, fair, known):
    client.force_login(fair.cast.officer_my)
    send(client, fair, LISTS["zoom"].replace(b"Orlova Natalia", b"Orlova Natalya"))
    bring_in(client, **{"Orlova Natalya": NOBODY})
    assert [one.delegate for one in CheckIn.objects.all()] == [known["lim"]]


def test_an_unknown_line_is_named_by_its_reference(client, fair, known):
    other = make_delegate(fair.meeting, fair.cast.russia, reference="AB12-CD34")
    client.force_login(fair.cast.officer_my)
    send(client, fair)
    intake = Intake.objects.get()
    [uid] = [row["uid"] for row in intake.rows if row["name"] == "iPad"]
    url = reverse("attendance-preview", args=[intake.pk])
    page = client.post(url, {f"reference-{uid}": "zz99zz99"})
    assert "“iPad”: nobody approved has this reference. Choose again." in text_of(page)
    assert 'value="zz99zz99"' in page.content.decode()
    assert not CheckIn.objects.exists()
    client.post(url, {f"reference-{uid}": "ab12cd34"})
    assert CheckIn.objects.filter(delegate=other, minutes=10).exists()


def test_another_sides_undecided_people_are_neither_matched_nor_taken(client, fair, known):
    hidden = make_delegate(
        *(fair.meeting, fair.cast.russia, "pending"),
        full_name="iPad",
        reference="AB12-CD34",
    )
    client.force_login(fair.cast.officer_my)
    page = send(client, fair)
    [row] = [row for row in page.context["rows"] if row["name"] == "iPad"]
    assert (row["state"], row["candidates"]) == ("unknown", [])
    url = reverse("attendance-preview", args=[Intake.objects.get().pk])
    for posted in (
        {f"reference-{row['uid']}": hidden.reference},
        {f"who-{row['uid']}": str(hidden.pk)},
    ):
        client.post(url, posted)
        assert not CheckIn.objects.filter(delegate=hidden).exists()
    hidden.refresh_from_db()
    assert hidden.attended_at is None


def test_who_was_approved_when_it_was_read_and_is_not_any_more_is_refused(client, fair, known):
    client.force_login(fair.cast.officer_my)
    send(client, fair)
    Delegate.objects.filter(pk=known["lim"].pk).update(status="cancelled")
    text = text_of(bring_in(client))
    assert "“Lim Pei Yu”: nobody approved has this reference." in text
    assert not CheckIn.objects.exists()


def test_a_file_of_another_kind_is_refused_at_its_field(client, fair):
    client.force_login(fair.cast.officer_my)
    page = send(client, fair, b"%PDF-1.7 and more", "list.pdf")
    assert "This is no text." in page.context["form"].errors["file"][0]
    assert not Intake.objects.exists()


def test_what_was_read_is_there_for_whoever_read_it_and_can_be_forgotten(client, fair, known):
    client.force_login(fair.cast.officer_my)
    send(client, fair)
    url = reverse("attendance-preview", args=[Intake.objects.get().pk])
    for who in ("officer_ru", "focal_my", "neutral", "outsider"):
        client.force_login(fair.cast.people[who])
        assert client.get(url).status_code == 404, who
    client.force_login(fair.cast.officer_my)
    response = client.post(reverse("attendance-forget", args=[Intake.objects.get().pk]))
    assert response["Location"] == reverse("attendance", args=[fair.plenary.pk])
    assert not Intake.objects.exists()
    assert not CheckIn.objects.exists()


def test_those_at_the_door_bring_lists_in_and_nobody_else(client, fair):
    keepers = {"officer_my", "officer_ru", "neutral", "focal_my", "focal_ru"}
    for who, user in fair.cast.people.items():
        client.force_login(user)
        status = client.get(reverse("attendance", args=[fair.plenary.pk])).status_code
        assert status == (200 if who in keepers else 403), who


@pytest.mark.parametrize("number", [1, 30])
def test_a_preview_and_its_bringing_in_ask_the_same_for_one_and_for_thirty(
    client, fair, number, django_assert_num_queries
):
    for one in range(number):
        make_delegate(fair.meeting, fair.cast.russia, full_name=f"Person Number{one}")
    lines = "".join(f"Person Number{one},10\n" for one in range(number))
    client.force_login(fair.cast.officer_my)
    intake = operations.read_attendance(
        fair.plenary, f"Name,Duration\n{lines}".encode(), name="x", by=fair.cast.officer_my
    )
    url = reverse("attendance-preview", args=[intake.pk])
    client.get(url)
    ContentType.objects.get_for_model(Meeting)  # remembered by every process
    with django_assert_num_queries(9):
        client.get(url)
    with django_assert_num_queries(18):
        client.post(url)
    assert CheckIn.objects.count() == number
