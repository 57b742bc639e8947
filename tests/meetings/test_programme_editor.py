"""The editor: arranged without losing anything, drafted, published once to those concerned."""

import json
import re
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from meetings import operations
from meetings.models import Meeting, ProgrammeDraft, ProgrammeVersion, Sitting, SittingChair
from portal.models import Entry, Notice
from portal.refusal import Refused
from tests.cast import make_cast
from tests.factories import (
    make_area,
    make_body,
    make_delegate,
    make_desk,
    make_meeting,
    make_party,
    make_person,
    make_room,
    make_sitting,
    make_user,
)
from tests.snapshot import assert_message_stored
from tests.together import together

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
LINK = "https://video.example.org/secret-room"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def planned(cast):
    return make_meeting(cast.group, starts_on=DAY)


@pytest.fixture
def announced(cast):
    return make_meeting(cast.group, starts_on=DAY, status="announced")


@pytest.fixture
def secretary(client, cast):
    client.force_login(cast.officer_my)
    return client


def address(meeting, name="programme"):
    return reverse(name, args=[meeting.pk])


def opened(client, meeting):
    answer = client.get(address(meeting))
    assert answer.status_code == 200
    return answer


def value_of(field):
    value = field.value()
    if isinstance(value, bool):
        return "on" if value else None
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def posted(answer, **changes):
    """What a browser would post from that page, with some fields typed over."""
    formset = answer.context["formset"]
    forms = [formset.management_form, *formset.forms]
    data = {field.html_name: value_of(field) for form in forms for field in form}
    data |= {"read": answer.context["read"], "seen": answer.context["seen"], "do": "save"}
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def rows(answer):
    return [
        (form["title"].value() or form.label, str(form["wall"].value())[:5])
        for form in answer.context["formset"].forms
    ]


def do(client, meeting, deed, answer=None, **changes):
    answer = answer or opened(client, meeting)
    return client.post(address(meeting), posted(answer, do=deed, **changes))


def save(client, meeting, answer=None, **changes):
    """Save, and once more where something was only advised against."""
    answer = answer or opened(client, meeting)
    first = client.post(address(meeting), posted(answer, **changes))
    if first.status_code == 200 and first.context.get("held_back"):
        return client.post(address(meeting), posted(first))
    return first


def publish(client, meeting, reason=""):
    draft = ProgrammeDraft.objects.get(meeting=meeting)
    data = {"revision": draft.revision, "reason": reason}
    return client.post(address(meeting, "programme-publish"), data, follow=True)


def walls(meeting):
    found = Sitting.objects.filter(meeting=meeting).taking_place()
    return {one.label: f"{one.wall:%H:%M}" for one in found}


# --- while it is being prepared -------------------------------------------------------


def test_what_is_typed_for_a_planned_meeting_holds_at_once(secretary, planned):
    sitting = make_sitting(planned, title="Talk", join_link=LINK)
    answer = save(secretary, planned, **{"rows-0-wall": "16:00", "rows-0-minutes": "45"})
    assert answer.status_code == 302
    sitting.refresh_from_db()
    assert (sitting.wall, sitting.minutes, sitting.join_link) == (time(16), 45, LINK)
    assert not ProgrammeDraft.objects.exists()
    assert not ProgrammeVersion.objects.exists()
    assert not Notice.objects.exists()


def test_every_field_in_the_row_can_be_changed_in_place(secretary, planned):
    room, area = make_room("Gold Room"), make_area(planned.body, "Halal")
    sitting = make_sitting(planned)
    typed = {
        "rows-0-kind": "technical",
        "rows-0-area": area.pk,
        "rows-0-room": room.pk,
        "rows-0-mode": "hybrid",
        "rows-0-place": "Putrajaya",
        "rows-0-level": "experts",
        "rows-0-capacity": "40",
        "rows-0-is_open": None,
        "rows-0-join_link": "video.example.org/x",
    }
    assert save(secretary, planned, **typed).status_code == 302
    sitting.refresh_from_db()
    assert (sitting.kind, sitting.area, sitting.room, sitting.mode) == (
        "technical",
        area,
        room,
        "hybrid",
    )
    assert (sitting.place, sitting.level, sitting.capacity) == ("Putrajaya", "experts", 40)
    assert not sitting.is_open
    assert sitting.join_link == "https://video.example.org/x"


def test_a_row_is_added_and_another_taken_out(secretary, planned):
    make_sitting(planned, title="Gone")
    page = do(secretary, planned, f"add:{DAY}")
    assert [wall for _title, wall in rows(page)] == ["15:00", "17:00"]
    gone = str(Sitting.objects.get().uid)
    page = do(secretary, planned, f"remove:{gone}", page)
    assert len(rows(page)) == 1
    assert Sitting.objects.get().title == "Gone"  # nothing is stored before saving
    save(secretary, planned, page)
    assert walls(planned) == {"Expert consultation": "17:00"}


def test_a_copied_row_keeps_link_languages_and_chairs(secretary, cast, planned):
    sitting = make_sitting(planned, title="Talk", join_link=LINK, languages=["ru", "ms"])
    chair = SittingChair.objects.create(
        sitting=sitting, person=cast.chair_my.person, party=cast.malaysia, title="Minister"
    )
    page = do(secretary, planned, f"copy:{sitting.uid}")
    save(secretary, planned, page)
    copy = Sitting.objects.exclude(pk=sitting.pk).get()
    assert (copy.wall, copy.join_link, copy.languages) == (time(17), LINK, ["ru", "ms"])
    assert [(one.person, one.title) for one in copy.chairs.all()] == [(chair.person, "Minister")]
    assert sitting.chairs.get() == chair


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("up", [("B", "10:00"), ("A", "11:00")]),
        ("earlier", [("A", "10:00"), ("B", "10:45")]),
        ("later", [("A", "10:00"), ("B", "11:15")]),
        ("down", [("A", "10:00"), ("B", "11:00")]),
    ],
)
def test_a_button_moves_a_row_and_stores_nothing(secretary, planned, deed, expected):
    make_sitting(planned, title="A", wall=time(10), minutes=60)
    row = make_sitting(planned, title="B", wall=time(11), minutes=60)
    assert rows(do(secretary, planned, f"{deed}:{row.uid}")) == expected
    assert walls(planned) == {"A": "10:00", "B": "11:00"}


def test_down_lets_the_next_one_go_first(secretary, planned):
    row = make_sitting(planned, title="A", wall=time(10), minutes=60)
    make_sitting(planned, title="B", wall=time(11), minutes=30)
    assert rows(do(secretary, planned, f"down:{row.uid}")) == [("B", "10:00"), ("A", "10:30")]


def test_dragging_is_the_same_deed_by_another_hand(secretary, planned):
    make_sitting(planned, title="A", wall=time(10), minutes=60)
    row = make_sitting(planned, title="B", wall=time(15))
    page = do(secretary, planned, f"place:{row.uid}:2026-10-14:0")
    assert page.context["formset"].forms[1]["day"].value() == "2026-10-14"
    page = do(secretary, planned, f"place:{row.uid}:{DAY}:0")
    assert rows(page) == [("B", "10:00"), ("A", "12:00")]


def test_shifting_a_day_shifts_its_sittings_and_no_others(secretary, planned):
    make_sitting(planned, title="A", wall=time(10))
    make_sitting(planned, title="B", wall=time(13))
    make_sitting(planned, title="C", day=date(2026, 10, 15))
    typed = {f"shift-{DAY}-days": "1", f"shift-{DAY}-minutes": "30"}
    page = do(secretary, planned, f"shift:{DAY}", **typed)
    assert rows(page) == [("A", "10:30"), ("B", "13:30"), ("C", "15:00")]
    assert {form["day"].value() for form in page.context["formset"].forms[:2]} == {"2026-10-14"}


@pytest.mark.parametrize(
    "deed",
    [
        "",
        "dance",
        "up:nobody",
        "place:x:y:z",
        "shift:someday",
        "add:",
        "place:",
        "copy:" + "x" * 99,
    ],
)
def test_a_deed_nobody_knows_changes_nothing(secretary, planned, deed):
    make_sitting(planned, title="A")
    answer = do(secretary, planned, deed or "check")
    assert rows(answer) == [("A", "15:00")]


def test_what_cannot_be_read_is_said_and_kept_as_typed(secretary, planned):
    make_sitting(planned)
    typed = {
        "rows-0-day": "2027-02-30",
        "rows-0-wall": "25:00",
        "rows-0-minutes": "-5",
        "rows-0-title": "Typed by me",
        "rows-0-zone": "Mars/Olympus",
    }
    answer = save(secretary, planned, **typed)
    [form] = answer.context["formset"].forms
    assert set(form.errors) == {"day", "wall", "minutes", "zone"}
    assert "A sitting ends after it begins" in str(form.errors["minutes"])
    assert "is not in the zone database" in str(form.errors["zone"])
    for name, value in typed.items():
        assert form[name.removeprefix("rows-0-")].value() == value
    assert Sitting.objects.get().title == ""


def test_a_time_that_the_clocks_skip_is_refused_at_its_row(client, db):
    berlin = make_party("DE", zone="Europe/Berlin", city="Berlin")
    meeting = make_meeting(make_body([berlin, make_party("MY")]), starts_on=date(2027, 3, 28))
    make_sitting(meeting, wall=time(9))
    client.force_login(make_user("secretary", berlin, meeting.body))
    answer = save(client, meeting, **{"rows-0-wall": "02:30"})
    [sentence] = answer.context["formset"].forms[0].errors["wall"]
    assert "never show 02:30" in sentence


@pytest.mark.parametrize("read", ["", "[", "{}", "[1]", '[{"uid": 1}]', "null"])
def test_a_page_that_forgot_what_it_read_overwrites_nothing(secretary, planned, read):
    make_sitting(planned, title="A")
    answer = save(secretary, planned, read=read, **{"rows-0-title": "Mine"})
    assert answer.status_code == 200
    assert "Somebody changed the programme since you opened it." in answer.content.decode()
    assert Sitting.objects.get().title == "A"


def test_a_row_that_is_posted_twice_is_refused(secretary, planned):
    make_sitting(planned, title="A")
    sitting = make_sitting(planned, title="B", wall=time(18))
    answer = save(secretary, planned, **{"rows-0-uid": str(sitting.uid)})
    assert "One row came twice." in answer.content.decode()


# --- conflicts ------------------------------------------------------------------------


def test_what_speaks_against_it_is_shown_before_it_is_saved(secretary, planned):
    sitting = make_sitting(planned)
    page = opened(secretary, planned)
    assert "Nothing speaks against this programme." in page.content.decode()
    first = secretary.post(address(planned), posted(page, **{"rows-0-wall": "03:00"}))
    assert first.status_code == 200
    assert "Outside the office hours of Malaysia" in first.content.decode()
    sitting.refresh_from_db()
    assert sitting.wall == time(15)
    assert secretary.post(address(planned), posted(first)).status_code == 302
    sitting.refresh_from_db()
    assert sitting.wall == time(3)


def test_a_room_wanted_twice_cannot_be_saved_however_often(secretary, planned):
    room = make_room("Gold Room")
    make_sitting(planned, title="A", room=room)
    make_sitting(planned, title="B")
    page = opened(secretary, planned)
    for _time in range(2):
        page = secretary.post(address(planned), posted(page, **{"rows-1-room": room.pk}))
        assert page.status_code == 200
        assert "Gold Room is wanted twice at once: for A and for B." in page.content.decode()


def test_a_room_of_another_meeting_is_refused_by_name_of_the_room_alone(secretary, planned):
    room = make_room("Gold Room")
    hidden = make_meeting(make_body(name="Hidden body", is_public=False), starts_on=DAY)
    make_sitting(hidden, title="Hidden sitting", room=room)
    make_sitting(planned, title="A")
    page = do(secretary, planned, "check", **{"rows-0-room": room.pk})
    assert "Gold Room is taken by another sitting when A is to be there." in page.content.decode()
    assert "Hidden" not in page.content.decode()


def test_two_sittings_may_change_rooms_with_each_other(secretary, planned):
    one, other = make_room(), make_room()
    make_sitting(planned, title="A", room=one)
    make_sitting(planned, title="B", room=other)
    typed = {"rows-0-room": other.pk, "rows-1-room": one.pk}
    assert save(secretary, planned, **typed).status_code == 302
    assert {one.title: one.room for one in Sitting.objects.all()} == {"A": other, "B": one}


def test_a_chair_who_presides_elsewhere_then_is_named_only_where_one_may_know(
    secretary, cast, planned
):
    chair = cast.chair_my.person
    here = make_sitting(planned, title="A")
    known = make_sitting(make_meeting(cast.commission, starts_on=DAY), title="Known talk")
    hidden_body = make_body(name="Hidden body", is_public=False)
    hidden = make_sitting(make_meeting(hidden_body, starts_on=DAY), title="Hidden talk")
    for sitting in (here, known, hidden):
        SittingChair.objects.create(sitting=sitting, person=chair, party=cast.malaysia)
    shown = opened(secretary, planned).content.decode()
    assert "presides over a sitting of another meeting (Known talk)" in shown
    assert "Hidden" not in shown


def test_people_registered_for_two_at_once_are_counted_as_far_as_one_may_know(
    secretary, cast, announced
):
    make_desk(announced)
    both = [make_sitting(announced, title="A"), make_sitting(announced, title="B")]
    make_delegate(announced, cast.malaysia, status="pending", sittings=both)
    make_delegate(announced, cast.russia, status="approved", sittings=both)
    make_delegate(announced, cast.russia, status="pending", sittings=both)  # their own affair
    shown = opened(secretary, announced).content.decode()
    assert "2 people are registered for both A and B" in shown


# --- the message ----------------------------------------------------------------------


def test_the_message_of_a_publication_reads_as_stored(cast, announced):
    make_sitting(announced, title="Talk of the principals", join_link=LINK)
    gone = make_sitting(announced, kind="press", wall=time(18), minutes=30)
    drafted = [
        {**row, "wall": "16:00", "place": "Putrajaya"}
        for row in operations.published_rows(announced)
        if row["uid"] != str(gone.uid)
    ]
    ProgrammeDraft.objects.create(meeting=announced, rows=drafted, saved_by="An officer")
    reason = "The hall is free <later>."
    operations.publish_programme(announced, revision=1, by=cast.officer_my, reason=reason)
    assert_message_stored(
        Notice.objects.get(email=cast.chair_ru.email), "meetings/programme_published"
    )


# --- draft and publication ------------------------------------------------------------


@pytest.fixture
def programme(announced):
    """Two sittings of an announced meeting."""
    make_sitting(announced, title="Plenary session", join_link=LINK)
    make_sitting(announced, title="Talk", wall=time(10), minutes=60)
    return announced


def test_a_saved_draft_moves_nothing_and_tells_nobody(secretary, programme):
    answer = save(secretary, programme, **{"rows-1-wall": "16:00"})
    assert answer.status_code == 302
    assert walls(programme)["Plenary session"] == "15:00"
    assert ProgrammeDraft.objects.get().revision == 1
    assert not Notice.objects.exists()
    shown = opened(secretary, programme).content.decode()
    assert "15:00 → 16:00 Kuala Lumpur (10:00 → 11:00 Moscow)" in shown


def test_a_draft_is_for_people_in_office_alone(client, cast, programme):
    client.force_login(cast.officer_my)
    save(client, programme, **{"rows-1-title": "Drafted title"})
    for who, status in (
        ("officer_ru", 200),
        ("chair_ru", 200),
        ("focal_my", 200),
        ("delegate", 403),
        ("outsider", 403),
    ):
        client.force_login(cast.people[who])
        answer = client.get(address(programme, "programme-versions"))
        assert answer.status_code == status, who
        assert ("Drafted title" in answer.content.decode()) is (status == 200)
        assert "Drafted title" not in client.get(programme.get_absolute_url()).content.decode()
    client.logout()
    for name in ("meeting", "programme-sheet", "meeting-calendar"):
        assert "Drafted title" not in client.get(address(programme, name)).content.decode()


def test_publishing_changes_what_is_there_and_keeps_what_it_is(secretary, programme):
    plenary = Sitting.objects.get(title="Plenary session")
    untouched = Sitting.objects.get(title="Talk")
    save(secretary, programme, **{"rows-1-wall": "16:00"})
    publish(secretary, programme)
    changed = Sitting.objects.get(pk=plenary.pk)
    assert (changed.wall, changed.uid, changed.join_link) == (time(16), plenary.uid, LINK)
    assert changed.sequence == plenary.sequence + 1
    assert Sitting.objects.get(pk=untouched.pk).sequence == untouched.sequence
    assert not ProgrammeDraft.objects.exists()


def test_what_is_taken_out_is_cancelled_struck_out_and_its_room_is_free(secretary, programme):
    room = make_room()
    talk = Sitting.objects.get(title="Talk")
    operations.change_sitting(_with(talk, room=room), by=None)
    save(secretary, programme, do(secretary, programme, f"remove:{talk.uid}"))
    publish(secretary, programme, reason="No speaker.")
    talk.refresh_from_db()
    assert talk.is_cancelled
    shown = secretary.get(programme.get_absolute_url()).content.decode()
    assert f'id="sitting-{talk.pk}" class="is-off"' in shown
    make_sitting(programme, wall=time(10), room=room)


def _with(sitting, **fields):
    for name, value in fields.items():
        setattr(sitting, name, value)
    return sitting


def test_cancelling_by_publication_needs_a_reason(secretary, programme):
    talk = Sitting.objects.get(title="Talk")
    save(secretary, programme, do(secretary, programme, f"remove:{talk.uid}"))
    assert (
        "Write why: the people concerned will read it."
        in publish(secretary, programme).content.decode()
    )
    talk.refresh_from_db()
    assert not talk.is_cancelled
    assert ProgrammeDraft.objects.exists()


def test_versions_are_kept_with_what_changed_and_any_two_are_compared(secretary, programme):
    for wall in ("16:00", "17:00"):
        save(secretary, programme, **{"rows-1-wall": wall})
        publish(secretary, programme)
    assert [one.number for one in ProgrammeVersion.objects.order_by("number")] == [1, 2, 3]
    page = secretary.get(address(programme, "programme-versions"), {"earlier": 1, "later": 3})
    shown = page.content.decode()
    assert "15:00 → 16:00 Kuala Lumpur" in shown
    assert "16:00 → 17:00 Kuala Lumpur" in shown
    [change] = page.context["compared"]["changes"]
    assert change.lines == ["15:00 → 17:00 Kuala Lumpur (10:00 → 12:00 Moscow)"]
    assert LINK not in shown


@pytest.mark.parametrize("pair", [{"earlier": 7, "later": 1}, {"earlier": "x", "later": ""}])
def test_versions_that_are_not_there_are_not_compared(secretary, programme, pair):
    page = secretary.get(address(programme, "programme-versions"), pair)
    assert page.status_code == 200
    assert page.context["compared"] is None


def test_one_message_goes_to_each_person_concerned_and_to_no_other(secretary, cast, programme):
    make_desk(programme)
    plenary, talk = Sitting.objects.get(title="Plenary session"), Sitting.objects.get(title="Talk")
    both = make_delegate(programme, cast.malaysia, sittings=[plenary, talk])
    make_delegate(programme, cast.russia)  # chose nothing
    declined = make_delegate(programme, cast.russia, status="declined", sittings=[plenary])
    expert = make_person("Expert in the chair")
    SittingChair.objects.create(sitting=talk, person=expert)
    save(secretary, programme, **{"rows-0-wall": "11:00", "rows-1-wall": "16:00"})
    publish(secretary, programme)
    told = [notice.email for notice in Notice.objects.all()]
    assert len(told) == len(set(told))
    in_office = cast.but("delegate", "outsider", "officer_my").values()
    assert set(told) == {both.email, expert.email, *(user.email for user in in_office)}
    assert declined.email not in told
    body = Notice.objects.get(email=both.email).body
    assert "15:00 → 16:00 Kuala Lumpur" in body
    assert "10:00 → 11:00 Kuala Lumpur" in body


def test_who_presides_without_an_office_hears_of_the_own_sitting_alone(secretary, programme):
    talk = Sitting.objects.get(title="Talk")
    expert = make_person("Expert in the chair")
    SittingChair.objects.create(sitting=talk, person=expert)
    Sitting.objects.filter(title="Plenary session").update(is_open=False, title="Closed talk")
    save(secretary, programme, **{"rows-0-wall": "11:00", "rows-1-wall": "16:00"})
    publish(secretary, programme)
    body = Notice.objects.get(email=expert.email).body
    assert "Talk" in body
    assert "Closed talk" not in body


def test_who_is_in_office_and_registered_gets_one_message_with_everything(
    secretary, cast, programme
):
    make_desk(programme)
    talk = Sitting.objects.get(title="Talk")
    make_delegate(
        programme, cast.russia, person=cast.chair_ru.person, language="en", sittings=[talk]
    )
    save(secretary, programme, **{"rows-0-wall": "11:00", "rows-1-wall": "16:00"})
    publish(secretary, programme)
    [notice] = Notice.objects.filter(email=cast.chair_ru.email)
    assert "Plenary session" in notice.body
    assert "BEGIN:VCALENDAR" in notice.calendar


def test_nobody_is_told_anything_while_the_meeting_is_off(secretary, cast):
    meeting = make_meeting(cast.group, starts_on=DAY, status="postponed")
    make_sitting(meeting)
    save(secretary, meeting, **{"rows-0-wall": "16:00"})
    publish(secretary, meeting)
    assert Sitting.objects.get().wall == time(16)
    assert not Notice.objects.exists()


def test_a_draft_that_is_another_one_by_now_is_not_published(secretary, cast, programme):
    save(secretary, programme, **{"rows-1-wall": "16:00"})
    old = ProgrammeDraft.objects.get().revision
    save(secretary, programme, **{"rows-1-wall": "17:00"})
    with pytest.raises(Refused, match="The draft is not the one you read any more"):
        operations.publish_programme(programme, revision=old, by=cast.officer_ru)
    assert walls(programme)["Plenary session"] == "15:00"


def test_a_discarded_draft_leaves_the_programme_as_it_holds(secretary, programme):
    save(secretary, programme, **{"rows-1-wall": "16:00"})
    data = {"revision": ProgrammeDraft.objects.get().revision}
    secretary.post(address(programme, "programme-discard"), data)
    assert not ProgrammeDraft.objects.exists()
    assert walls(programme)["Plenary session"] == "15:00"


def test_a_draft_typed_back_to_what_holds_is_no_draft_any_more(secretary, programme):
    save(secretary, programme, **{"rows-1-wall": "16:00"})
    save(secretary, programme, **{"rows-1-wall": "15:00"})
    assert not ProgrammeDraft.objects.exists()


def test_a_single_change_goes_through_the_same_door_and_the_draft_moves_along(
    secretary, cast, programme
):
    save(secretary, programme, **{"rows-1-wall": "16:00"})
    talk = Sitting.objects.get(title="Talk")
    operations.change_sitting(_with(talk, wall=time(11)), by=cast.officer_ru)
    assert ProgrammeVersion.objects.count() == 2
    page = opened(secretary, programme)
    assert rows(page) == [("Talk", "11:00"), ("Plenary session", "16:00")]
    publish(secretary, programme)
    assert walls(programme) == {"Talk": "11:00", "Plenary session": "16:00"}


def test_a_refused_publication_leaves_nothing_half_done(secretary, cast, programme):
    room = make_room("Gold Room")
    save(secretary, programme, **{"rows-0-wall": "11:00", "rows-1-room": room.pk})
    make_sitting(make_meeting(cast.commission, starts_on=DAY), room=room)  # taken meanwhile
    shown = publish(secretary, programme).content.decode()
    assert "This room is taken at that time." in shown
    assert walls(programme)["Talk"] == "10:00"
    assert ProgrammeDraft.objects.exists()
    assert not ProgrammeVersion.objects.exists()
    assert not Notice.objects.exists()


def test_the_whole_programme_moves_with_the_meeting_and_keeps_its_walls(cast, programme):
    operations.shift_programme(programme, days=7, by=cast.officer_my)
    found = {(one.day, f"{one.wall:%H:%M}") for one in programme.sittings.all()}
    assert found == {(date(2026, 10, 20), "10:00"), (date(2026, 10, 20), "15:00")}
    assert ProgrammeVersion.objects.count() == 2


def test_the_history_names_few_changes_and_counts_many(cast, planned):
    for number in range(4):
        make_sitting(planned, title=f"Talk {number}", wall=time(9 + 2 * number))
    operations.shift_programme(planned, days=1, by=cast.officer_my)
    entry = Entry.objects.about(planned).get()
    assert entry.sentence == "changed the programme; sittings concerned: 4"


# --- two officers ---------------------------------------------------------------------


def test_the_second_of_two_sees_what_the_first_changed_and_keeps_what_was_typed(
    client, cast, programme
):
    client.force_login(cast.officer_ru)
    before = opened(client, programme)
    first = Client()
    first.force_login(cast.officer_my)
    save(first, programme, **{"rows-0-wall": "11:00", "rows-1-wall": "16:00"})
    answer = save(client, programme, before, **{"rows-1-wall": "17:00", "rows-1-title": "Mine"})
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Somebody changed the programme since you opened it." in shown
    assert {change.label for change in answer.context["theirs"]} == {"Plenary session", "Talk"}
    [mine] = answer.context["yours"]
    assert mine.lines == [
        "11:00 → 12:00 Moscow (16:00 → 17:00 Kuala Lumpur)",
        "Title: Plenary session → Mine",
    ]
    assert rows(answer) == [("Talk", "11:00"), ("Mine", "17:00")]
    assert client.post(address(programme), posted(answer)).status_code == 302
    drafted = {row["title"]: row["wall"] for row in ProgrammeDraft.objects.get().rows}
    assert drafted == {"Talk": "11:00", "Mine": "17:00"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", ["proposed", "announced"])
def test_of_two_who_save_one_programme_at_once_one_comes_second(status):
    cast = make_cast()
    meeting = make_meeting(cast.group, starts_on=DAY, status=status)
    make_sitting(meeting, title="A")
    clients = [Client(), Client()]
    for client, user in zip(clients, (cast.officer_my, cast.officer_ru), strict=True):
        client.force_login(user)
    typed = [
        posted(opened(client, meeting), **{"rows-0-wall": wall})
        for client, wall in zip(clients, ("14:45", "14:30"), strict=True)
    ]
    answers = together(
        *(
            lambda client=client, data=data: client.post(address(meeting), data)
            for client, data in zip(clients, typed, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [second] = [answer for answer in answers if answer.status_code == 200]
    assert "Somebody changed the programme since you opened it." in second.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_one_draft_at_once_one_is_refused():
    cast = make_cast()
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    sitting = make_sitting(meeting)
    draft = [{**row, "wall": "16:00"} for row in operations.published_rows(meeting)]
    ProgrammeDraft.objects.create(meeting=meeting, rows=draft, saved_by="An officer")
    outcomes = together(
        *(
            lambda user=user: operations.publish_programme(meeting, revision=1, by=user)
            for user in (cast.officer_my, cast.officer_ru)
        )
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    sitting.refresh_from_db()
    assert sitting.sequence == 1
    assert ProgrammeVersion.objects.count() == 2


def test_a_sitting_that_somebody_cancelled_meanwhile_comes_back_as_a_new_one(
    client, cast, programme
):
    client.force_login(cast.officer_ru)
    before = opened(client, programme)
    talk = Sitting.objects.get(title="Talk")
    operations.cancel_sitting(talk, by=cast.officer_my, reason="No speaker.")
    answer = save(client, programme, before, **{"rows-0-title": "My talk"})
    assert "Cancelled: " in answer.content.decode()
    save(client, programme, answer)
    publish(client, programme)
    assert walls(programme) == {"Plenary session": "15:00", "My talk": "10:00"}
    talk.refresh_from_db()
    assert talk.is_cancelled


def test_a_row_cannot_reach_into_another_meeting(secretary, cast, planned):
    foreign = make_sitting(make_meeting(make_body(is_public=False), starts_on=DAY), title="Foreign")
    make_sitting(planned, title="A")
    save(secretary, planned, **{"rows-0-uid": str(foreign.uid), "rows-0-title": "Mine"})
    foreign.refresh_from_db()
    assert foreign.title == "Foreign"
    assert walls(planned) == {"Mine": "15:00"}


# --- who may, and what it costs -------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("officer_my", True),
        ("officer_ru", True),
        ("neutral", True),
        ("chair_my", False),
        ("chair_ru", False),
        ("focal_my", False),
        ("focal_ru", False),
        ("delegate", False),
        ("outsider", False),
    ],
)
def test_only_secretaries_arrange_publish_and_discard(client, cast, programme, who, may):
    client.force_login(cast.people[who])
    assert client.get(address(programme)).status_code == (200 if may else 403)
    assert client.post(address(programme), {}).status_code == (200 if may else 403)
    for name in ("programme-publish", "programme-discard"):
        answer = client.post(address(programme, name), {"revision": 1})
        assert answer.status_code == (302 if may else 403)


@pytest.mark.parametrize("status", ["held", "closed", "cancelled"])
def test_the_programme_of_a_meeting_that_stands_is_not_arranged(secretary, cast, status):
    meeting = make_meeting(cast.group, starts_on=DAY, status=status)
    make_sitting(meeting)
    assert secretary.get(address(meeting)).status_code == 403


@pytest.mark.parametrize(
    "name", ["programme", "programme-sheet", "programme-versions", "programme-publish"]
)
def test_one_sides_own_meeting_does_not_exist_for_the_other(client, cast, name):
    meeting = make_meeting(
        cast.group,
        starts_on=DAY,
        series="national",
        number=None,
        side=cast.russia,
        was_announced=False,
    )
    make_sitting(meeting, title="Own talk")
    client.force_login(cast.officer_my)
    post = name == "programme-publish"
    answer = (client.post if post else client.get)(address(meeting, name))
    assert answer.status_code == 404


def test_the_closed_sitting_is_not_on_the_sheet_of_who_may_not_see_it(client, cast, programme):
    Sitting.objects.filter(title="Talk").update(is_open=False)
    assert "Talk" not in client.get(address(programme, "programme-sheet")).content.decode()
    client.force_login(cast.chair_ru)
    shown = client.get(address(programme, "programme-sheet")).content.decode()
    assert "Talk" in shown
    assert LINK not in shown


def queries(client, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(200) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", ["programme", "programme-sheet", "programme-versions", "meeting"])
def test_thirty_sittings_cost_no_more_questions_than_one(
    secretary, cast, announced, name, django_assert_max_num_queries
):
    room, area = make_room(), make_area(announced.body)

    def with_chair(number):
        sitting = make_sitting(
            announced,
            title=f"Talk {number}",
            wall=time(number % 24),
            day=date(2026, 10, 13 + number // 24),
            minutes=30,
            room=room,
            area=area,
        )
        SittingChair.objects.create(
            sitting=sitting, person=cast.chair_my.person, party=cast.malaysia
        )

    with_chair(0)
    one = queries(secretary, address(announced, name), django_assert_max_num_queries)
    for number in range(1, 30):
        with_chair(number)
    assert queries(secretary, address(announced, name), django_assert_max_num_queries) == one


def test_the_page_says_when_there_is_nothing_yet(secretary, planned):
    shown = opened(secretary, planned).content.decode()
    assert "The programme is empty" in shown
    page = do(secretary, planned, f"add:{DAY}")
    assert rows(page) == [("Expert consultation", "10:00")]


def test_what_was_read_survives_as_it_was(secretary, planned):
    make_sitting(planned, title="Привет «мир» <b>")
    page = opened(secretary, planned)
    assert json.loads(page.context["read"])[0]["title"] == "Привет «мир» <b>"
    assert "<b>" not in page.content.decode()
    assert Meeting.objects.filter(pk=planned.pk).exists()


# --- one main deed at a time -------------------------------------------------------------


def mains(answer) -> list[str]:
    """The main deeds of the page."""
    shown = answer.content.decode()
    return re.findall(r'class="deed-button deed-main"[^>]*>([^<]+)<', shown)


def test_the_editor_has_one_main_deed_at_a_time(secretary, announced):
    make_sitting(announced)
    assert mains(opened(secretary, announced)) == ["Save the draft"]
    save(secretary, announced, **{"rows-0-wall": "16:00"})
    assert mains(opened(secretary, announced)) == ["Publish"]
    checked = do(secretary, announced, "check", **{"rows-0-wall": "17:00"})
    assert mains(checked) == ["Save the draft"]
