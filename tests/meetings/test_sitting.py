"""Sittings: agreed on a wall, computed as instants, one to a room, told when they change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from meetings import operations
from meetings.forms.sitting import SittingForm
from meetings.models import Sitting
from meetings.transitions import SITTING
from portal.clocks import NoSuchTime
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
    make_room,
    make_sitting,
    make_user,
)
from tests.together import together

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, starts_on=DAY, status="announced")


@pytest.fixture
def plenary(meeting):
    return make_sitting(meeting, wall=time(15))


@pytest.fixture
def secretary(client, cast):
    client.force_login(cast.officer_my)
    return client


def page(client, address, status=200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


# --- names and instants ---------------------------------------------------------------


def test_a_sitting_is_called_by_its_title_else_by_kind_and_area(meeting):
    area = make_area(meeting.body, "Halal industry", names={"ru": "Халяль"})
    assert make_sitting(meeting, title="Opening").label == "Opening"
    assert make_sitting(meeting, kind="signing").label == "Signing"
    talk = make_sitting(meeting, kind="consultation", area=area)
    assert talk.label == "Expert consultation: Halal industry"
    with translation.override("ru"):
        assert talk.label.endswith(": Халяль")


def test_the_instants_follow_from_the_wall_each_time_it_is_saved(plenary):
    assert plenary.starts_at == datetime(2026, 10, 13, 7, tzinfo=UTC)
    assert plenary.ends_at - plenary.starts_at == timedelta(hours=2)
    plenary.wall, plenary.minutes = time(16), 30
    plenary.save()
    plenary.refresh_from_db()
    assert plenary.starts_at == datetime(2026, 10, 13, 8, tzinfo=UTC)
    assert plenary.ends_at == datetime(2026, 10, 13, 8, 30, tzinfo=UTC)


def test_a_wall_time_is_the_same_in_summer_and_in_winter(meeting):
    summer = make_sitting(meeting, day=date(2026, 7, 1), zone="Europe/Berlin", wall=time(10))
    winter = make_sitting(meeting, day=date(2026, 12, 1), zone="Europe/Berlin", wall=time(10))
    assert (summer.starts_at.hour, winter.starts_at.hour) == (8, 9)


def test_a_sitting_in_the_night_that_clocks_go_back_lasts_as_long_as_it_says(meeting):
    night = make_sitting(
        meeting, day=date(2026, 10, 25), zone="Europe/Berlin", wall=time(1, 30), minutes=120
    )
    assert night.ends_at - night.starts_at == timedelta(hours=2)
    assert night.ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_wall_time_that_never_comes_is_not_stored(meeting):
    with pytest.raises(NoSuchTime):
        make_sitting(meeting, day=date(2027, 3, 28), zone="Europe/Berlin", wall=time(2, 30))
    assert not Sitting.objects.exists()


@pytest.mark.parametrize("minutes", [0, 4, 1441])
def test_the_database_refuses_a_length_nobody_sits(meeting, minutes):
    with pytest.raises(IntegrityError):
        make_sitting(meeting, minutes=minutes)


def test_the_places_are_the_clocks_of_all_sides(plenary):
    assert [place.name for place in plenary.places] == ["Kuala Lumpur", "Moscow"]


# --- one room, one sitting ------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "minutes"),
    [(time(15), 120), (time(16, 59), 60), (time(14), 61), (time(15, 30), 5), (time(14), 240)],
    ids=["same", "end", "start", "inside", "around"],
)
def test_the_database_refuses_a_room_booked_twice(meeting, wall, minutes):
    room = make_room()
    make_sitting(meeting, room=room)
    with (
        pytest.raises(IntegrityError, match="no_room_is_booked_twice"),
        transaction.atomic(),
    ):
        make_sitting(make_meeting(), day=DAY, wall=wall, minutes=minutes, room=room)


@pytest.mark.parametrize(
    ("wall", "minutes"), [(time(17), 60), (time(14), 60)], ids=["after", "before"]
)
def test_a_room_may_be_booked_back_to_back(meeting, wall, minutes):
    room = make_room()
    make_sitting(meeting, room=room)
    make_sitting(meeting, wall=wall, minutes=minutes, room=room)
    assert Sitting.objects.filter(room=room).count() == 2


def test_the_same_wall_time_in_another_zone_is_another_time(meeting):
    room = make_room()
    make_sitting(meeting, room=room, zone="Asia/Kuala_Lumpur")
    make_sitting(meeting, room=room, zone="Europe/Moscow")
    assert Sitting.objects.filter(room=room).count() == 2


def test_any_number_of_sittings_may_have_no_room_at_once(meeting):
    for _number in range(3):
        make_sitting(meeting)
    assert meeting.sittings.count() == 3


def test_a_cancelled_sitting_gives_its_room_back(cast, meeting):
    room = make_room()
    taken = make_sitting(meeting, room=room)
    SITTING.perform(taken, "cancel", by=cast.officer_my, reason="No speaker.")
    make_sitting(meeting, room=room)
    assert Sitting.objects.filter(room=room).count() == 2


def test_two_who_save_at_the_same_moment_get_the_sentence_of_the_constraint(cast, meeting):
    room = make_room()
    make_sitting(meeting, room=room)
    late = Sitting(meeting=meeting, day=DAY, wall=time(15), zone=meeting.zone, room=room)
    with pytest.raises(Refused) as refusal:
        operations.add_sitting(late, by=cast.officer_my)
    assert refusal.value.sentences == [
        "This room is taken at that time. Choose another room or another time."
    ]


# --- who sees it ----------------------------------------------------------------------


def test_a_closed_sitting_is_invisible_outside_the_offices(client, cast, meeting):
    make_sitting(meeting, title="Open plenary")
    make_sitting(meeting, title="Talk of the principals", kind="restricted", is_open=False)
    calendar = reverse("meeting-calendar", args=[meeting.pk])
    for user in (None, cast.delegate, cast.outsider):
        client.logout()
        if user:
            client.force_login(user)
        for address in (meeting.get_absolute_url(), calendar):
            shown = page(client, address)
            assert "Open plenary" in shown
            assert "Talk of the principals" not in shown
    client.force_login(cast.focal_ru)
    for address in (meeting.get_absolute_url(), calendar):
        assert "Talk of the principals" in page(client, address)


def test_a_closed_plenary_does_not_give_its_hour_away_in_the_heading(client, cast, meeting):
    make_sitting(meeting, is_open=False, wall=time(11, 11))
    assert "11:11" not in page(client, meeting.get_absolute_url())
    client.force_login(cast.chair_my)
    assert "11:11" in page(client, meeting.get_absolute_url())


def test_sittings_of_a_meeting_that_is_only_planned_are_for_people_in_office(cast):
    sitting = make_sitting(make_meeting(cast.group))
    assert sitting not in Sitting.objects.visible_to(cast.outsider)
    assert sitting in Sitting.objects.visible_to(cast.focal_my)


def test_sittings_of_a_hidden_body_are_for_its_own_people(cast):
    body = make_body(is_public=False)
    sitting = make_sitting(make_meeting(body, status="announced"))
    assert sitting not in Sitting.objects.visible_to(cast.officer_my)
    assert sitting in Sitting.objects.visible_to(make_user("focal_point", cast.malaysia, body))


def test_the_joining_link_is_on_no_public_page(client, cast, meeting):
    make_sitting(meeting, join_link="https://video.example.org/secret-room")
    for user in (None, cast.outsider):
        if user:
            client.force_login(user)
        assert "secret-room" not in page(client, meeting.get_absolute_url())
        assert "secret-room" not in page(client, reverse("meeting-calendar", args=[meeting.pk]))


def test_what_lies_ahead_is_neither_over_nor_called_off(cast, meeting):
    ahead = make_sitting(meeting)
    running = make_sitting(meeting, day=date(2026, 9, 1), wall=time(19))  # noon in London
    make_sitting(meeting, status="cancelled")
    make_sitting(meeting, day=date(2026, 9, 1), wall=time(9))
    make_sitting(make_meeting(cast.group, status="postponed"))
    assert list(Sitting.objects.upcoming(NOON)) == [running, ahead]


# --- adding and changing --------------------------------------------------------------


def typed(meeting, **changes) -> dict:
    return {
        "kind": "plenary",
        "title": "",
        "area": "",
        "day": DAY.isoformat(),
        "wall": "15:00",
        "minutes": "120",
        "zone": meeting.zone,
        "mode": "virtual",
        "room": "",
        "join_link": "",
        "is_open": "on",
        "sequence": "",
        **changes,
    }


def add(client, meeting, **changes):
    return client.post(reverse("sitting-new", args=[meeting.pk]), typed(meeting, **changes))


def change(client, sitting, **changes):
    data = typed(sitting.meeting, sequence=sitting.sequence, **changes)
    return client.post(reverse("sitting-change", args=[sitting.pk]), data)


def test_a_secretary_adds_a_sitting_and_the_history_names_it(secretary, meeting):
    area = make_area(meeting.body, "Halal industry")
    assert add(secretary, meeting, kind="consultation", area=area.pk).status_code == 302
    assert meeting.sittings.get().starts_at == datetime(2026, 10, 13, 7, tzinfo=UTC)
    assert Entry.objects.about(meeting).get().sentence == (
        "added to the programme: Expert consultation: Halal industry"
    )


def test_a_moved_sitting_keeps_its_uid_and_raises_its_sequence(secretary, plenary):
    before = plenary.uid
    assert change(secretary, plenary, wall="16:00").status_code == 302
    plenary.refresh_from_db()
    assert (plenary.wall, plenary.uid, plenary.sequence) == (time(16), before, 1)
    assert Entry.objects.about(plenary.meeting).get().sentence == (
        "changed in the programme: Plenary session"
    )


def test_saving_a_sitting_as_it_is_raises_nothing_and_tells_nobody(secretary, cast, plenary):
    make_desk(plenary.meeting)
    make_delegate(plenary.meeting, cast.malaysia, sittings=[plenary])
    assert change(secretary, plenary).status_code == 302
    plenary.refresh_from_db()
    assert plenary.sequence == 0
    assert not Notice.objects.exists()
    assert not Entry.objects.about(plenary.meeting).exists()


def test_who_chose_a_sitting_is_told_when_it_moves_and_no_other_delegate(secretary, cast, plenary):
    make_desk(plenary.meeting)
    there = make_delegate(plenary.meeting, cast.malaysia, sittings=[plenary])
    make_delegate(plenary.meeting, cast.russia)
    change(secretary, plenary, wall="16:00")
    told = Notice.objects.filter(template="delegations/emails/programme_changed")
    assert [notice.email for notice in told] == [there.email]


def test_of_two_who_change_one_sitting_the_later_is_told_and_keeps_what_was_typed(
    secretary, plenary
):
    plenary.wall = time(16)
    operations.change_sitting(plenary, by=None)
    plenary.sequence = 0  # what the page showed when it was opened
    answer = change(secretary, plenary, wall="17:00", title="Typed by me")
    shown = answer.content.decode()
    assert "Somebody changed this sitting since you opened it." in shown
    assert "17:00 → 16:00 Kuala Lumpur (12:00 → 11:00 Moscow)" in shown
    assert 'value="Typed by me"' in shown
    plenary.sequence = answer.context["form"]["sequence"].value()
    assert change(secretary, plenary, wall="17:00", title="Typed by me").status_code == 302
    plenary.refresh_from_db()
    assert (plenary.wall, plenary.title) == (time(17), "Typed by me")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_one_sitting_at_once_one_is_told():
    cast = make_cast()
    sitting = make_sitting(make_meeting(cast.group, starts_on=DAY, status="announced"))
    clients = [Client(), Client()]
    for client, user in zip(clients, (cast.officer_my, cast.officer_ru), strict=True):
        client.force_login(user)
    answers = together(
        *(
            lambda client=client, wall=wall: change(client, sitting, wall=wall)
            for client, wall in zip(clients, ("16:00", "17:00"), strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [loser] = [answer for answer in answers if answer.status_code == 200]
    assert "Somebody changed this sitting since you opened it." in loser.content.decode()
    sitting.refresh_from_db()
    assert sitting.sequence == 1


@pytest.mark.parametrize(
    ("field", "changes", "sentence"),
    [
        ("wall", {"day": "2027-03-28", "wall": "02:30", "zone": "Europe/Berlin"}, "never show 02"),
        ("minutes", {"minutes": ""}, "Say how long it lasts"),
        ("__all__", {"minutes": "3"}, "A sitting lasts from 5 minutes to 24 hours."),
        ("day", {"day": "0001-01-01"}, "Choose a day in the years from 1900 to 2199."),
        ("day", {"day": "9999-12-31", "wall": "23:00"}, "Choose a day in the years from 1900"),
        ("zone", {"zone": "Mars/Olympus"}, "is not in the zone database"),
        ("join_link", {"join_link": "javascript:alert(1)"}, "Enter a valid URL."),
        ("area", {"area": "999999"}, "Select a valid choice."),
        ("title", {"title": "a\x07b"}, "invisible control character"),
        ("title", {"title": "x" * 301}, "at most 300 characters"),
    ],
)
def test_an_error_says_what_to_do_and_nothing_typed_is_lost(
    secretary, meeting, field, changes, sentence
):
    answer = add(secretary, meeting, **changes)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert sentence in str(form.errors[field])
    for name, value in typed(meeting, **changes).items():
        if name not in {"is_open", "sequence"}:
            assert form[name].value() == value
    assert not Sitting.objects.exists()


def test_a_room_that_is_taken_is_said_at_the_room_with_its_times(secretary, cast, plenary):
    room = make_room("Gold Room")
    make_sitting(make_meeting(cast.commission), day=DAY, wall=time(16), room=room)
    answer = change(secretary, plenary, room=room.pk, title="Typed by me")
    [sentence] = answer.context["form"].errors["room"]
    assert sentence.startswith("Gold Room is taken on Tue 13 Oct 2026 · 16:00–18:00 Kuala Lumpur")
    assert 'value="Typed by me"' in answer.content.decode()


def test_a_sitting_does_not_collide_with_itself(secretary, plenary):
    room = make_room()
    Sitting.objects.filter(pk=plenary.pk).update(room=room)
    plenary.refresh_from_db()
    assert change(secretary, plenary, room=room.pk, wall="15:30").status_code == 302


def test_a_link_typed_without_a_scheme_is_a_safe_one(secretary, meeting):
    add(secretary, meeting, join_link="video.example.org/room")
    assert Sitting.objects.get().join_link == "https://video.example.org/room"


def test_the_clocks_offered_first_are_those_of_the_sides(meeting):
    form = SittingForm(meeting=meeting)
    (label, own), _others = form.fields["zone"].widget.choices
    assert label == "The sides"
    assert [zone for zone, _name in own] == ["Asia/Kuala_Lumpur", "Europe/Moscow"]


def test_the_page_of_a_sitting_shows_its_time_in_every_clock(secretary, plenary):
    shown = page(secretary, reverse("sitting-change", args=[plenary.pk]))
    assert "Inside the office hours of every side." in shown
    assert "10:00" in shown


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer_ru", 302),
        ("neutral", 302),
        ("chair_my", 403),
        ("focal_my", 403),
        ("delegate", 403),
        ("outsider", 403),
    ],
)
def test_only_secretaries_touch_the_programme(client, cast, plenary, who, status):
    client.force_login(cast.people[who])
    assert add(client, plenary.meeting, wall="09:00").status_code == status
    assert change(client, plenary, wall="16:00").status_code == status


def test_a_closed_sitting_does_not_even_exist_for_who_may_not_see_it(client, cast, meeting):
    closed = make_sitting(meeting, is_open=False)
    client.force_login(cast.outsider)
    page(client, reverse("sitting-change", args=[closed.pk]), status=404)


# --- cancelling -----------------------------------------------------------------------


def cancel(client, sitting, **more):
    address = reverse("sitting-do", args=[sitting.pk, "cancel"])
    return client.post(address, more, follow=True)


def test_a_cancelled_sitting_stays_in_the_programme_struck_out(secretary, plenary):
    cancel(secretary, plenary, reason="No speaker.")
    plenary.refresh_from_db()
    assert (plenary.status, plenary.sequence) == ("cancelled", 1)
    shown = page(secretary, plenary.meeting.get_absolute_url())
    assert f'id="sitting-{plenary.pk}" class="is-off"' in shown
    assert "Cancelled" in shown


@pytest.mark.parametrize("door", ["operation", "workflow"])
def test_however_a_sitting_is_cancelled_a_version_is_kept_and_people_are_told(cast, door):
    meeting = make_meeting(cast.group, "announced")
    gone, stays = make_sitting(meeting, title="Gone"), make_sitting(meeting, kind="press")
    if door == "operation":
        operations.cancel_sitting(gone, by=cast.officer_my, reason="No speaker.")
    else:
        SITTING.perform(gone, "cancel", by=cast.officer_my, reason="No speaker.")
    first, last = meeting.versions.order_by("number")
    assert {row["uid"] for row in first.rows} == {str(gone.uid), str(stays.uid)}
    assert [row["uid"] for row in last.rows] == [str(stays.uid)]
    [change] = last.changes
    assert (change["before"]["title"], change["after"]) == ("Gone", None)
    told = Notice.objects.filter(template="meetings/emails/programme_published")
    assert told.filter(email=cast.chair_ru.email).count() == 1
    assert "took out of the programme: Gone" in [
        entry.sentence for entry in Entry.objects.about(meeting)
    ]


def test_several_sittings_taken_out_at_once_are_one_version(cast):
    meeting = make_meeting(cast.group, "announced")
    for title in ("A", "B"):
        make_sitting(meeting, title=title)
    stays = make_sitting(meeting, title="C")
    rows = [row for row in operations.published_rows(meeting) if row["title"] == "C"]
    read = operations.rows_to_edit(meeting)
    operations.save_programme(meeting, rows=rows, read=read, by=cast.officer_my)
    operations.publish_programme(meeting, revision=1, by=cast.officer_my, reason="No speakers.")
    assert meeting.versions.count() == 2
    assert [row["uid"] for row in meeting.versions.first().rows] == [str(stays.uid)]


def test_a_cancelled_sitting_is_not_changed_any_more(secretary, plenary):
    cancel(secretary, plenary, reason="No speaker.")
    page(secretary, reverse("sitting-change", args=[plenary.pk]), status=404)
    assert change(secretary, plenary, wall="09:00").status_code == 404


def test_cancelling_a_sitting_needs_a_reason(secretary, plenary):
    answer = cancel(secretary, plenary)
    assert "Write a reason: the people concerned will read it." in answer.content.decode()
    plenary.refresh_from_db()
    assert plenary.status == "planned"


def test_nobody_but_a_secretary_cancels_a_sitting(client, cast, plenary):
    client.force_login(cast.chair_my)
    assert cancel(client, plenary, reason="No.").status_code == 403
    plenary.refresh_from_db()
    assert plenary.status == "planned"


def test_a_room_is_known_by_name_and_city_once(db):
    make_room("Gold Room", city="Putrajaya")
    make_room("Gold Room", city="Moscow", party=make_party("RU"))
    with pytest.raises(IntegrityError, match="one_room_per_name_and_city"):
        make_room("Gold Room", city="Putrajaya")


# --- outside the days of the meeting ---------------------------------------------------

FAR = {
    "kind": "plenary",
    "day": "2026-12-29",
    "wall": "15:00",
    "minutes": "60",
    "mode": "virtual",
    "zone": "Asia/Kuala_Lumpur",
    "is_open": "on",
}


def test_a_sitting_far_from_an_announced_meeting_is_asked_about_before_anybody_is_told(
    secretary, meeting
):
    url = reverse("sitting-new", args=[meeting.pk])
    answer = secretary.post(url, {**FAR, "languages": ["ru", "en"]})
    [sentence] = answer.context["form"].errors["day"]
    assert sentence == (
        "Plenary session (Tue 29 Dec 2026) would lie outside the days of the meeting "
        "(Tue 13 Oct 2026). Choose another day, or save once more if that is meant."
    )
    assert not Sitting.objects.exists()
    assert not Notice.objects.exists()
    assert answer.context["form"]["languages"].value() == ["ru", "en"]
    outside = answer.context["form"]["outside"].value()
    assert secretary.post(url, {**FAR, "outside": outside}).status_code == 302
    assert Sitting.objects.get().day == date(2026, 12, 29)


def test_the_answer_for_one_day_is_no_answer_for_another(secretary, meeting):
    url = reverse("sitting-new", args=[meeting.pk])
    answer = secretary.post(url, {**FAR, "day": "2027-01-12", "outside": "2026-12-29"})
    assert "Tue 12 Jan 2027" in answer.context["form"].errors["day"][0]


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"day": "2026-10-13"}, False),
        ({"day": "2026-10-12", "kind": "travel"}, False),
        ({"day": "2026-10-14", "kind": "travel"}, False),
        ({"day": "2026-10-02", "kind": "consultation"}, False),
        ({"day": "2026-10-02", "kind": "working_group", "level": "experts"}, False),
        ({"day": "2026-10-02", "kind": "working_group"}, True),
        ({"day": "2026-10-14", "kind": "consultation"}, True),
    ],
)
def test_what_prepares_a_meeting_or_leads_there_is_no_question(secretary, meeting, changes, asked):
    answer = secretary.post(reverse("sitting-new", args=[meeting.pk]), {**FAR, **changes})
    assert (answer.status_code == 200) == asked


def test_who_changes_something_else_of_a_sitting_far_outside_is_not_asked_again(secretary, meeting):
    far = make_sitting(meeting, day=date(2026, 12, 29))
    data = {**FAR, "minutes": "120", "title": "Signing of the plan"}
    assert secretary.post(reverse("sitting-change", args=[far.pk]), data).status_code == 302
    far.refresh_from_db()
    assert far.title == "Signing of the plan"
