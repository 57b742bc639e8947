"""Joining links: for approved participants, those in office and who presides, and nobody else."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from delegations import operations as registering
from delegations.models import Delegate
from delegations.reminders import remind_delegates
from delegations.transitions import DELEGATE
from meetings import operations
from meetings.models import Meeting, Sitting, SittingChair
from meetings.transitions import MEETING, SITTING
from portal.models import Entry, Notice
from tests.cast import PEOPLE
from tests.factories import (
    make_delegate,
    make_desk,
    make_feed,
    make_meeting,
    make_sitting,
    make_user,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
LINK = "https://video.example.org/secret-room"
SECRET = "secret-room"
IN_OFFICE = {
    *("officer_my", "officer_ru", "neutral"),
    *("chair_my", "chair_ru", "focal_my", "focal_ru"),
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def meeting(cast):
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    make_desk(meeting)
    return meeting


@pytest.fixture
def sitting(meeting):
    return make_sitting(meeting, join_link=LINK)


def signed_in(user) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def seen(user, address) -> bool:
    answer = signed_in(user).get(address)
    return SECRET in answer.content.decode()


def pages_of(meeting) -> list[str]:
    """Every page of the portal on which a sitting of the meeting can be seen."""
    sitting = meeting.sittings.first()
    by_meeting = (
        *("meeting", "meeting-calendar", "meeting-history", "meeting-change", "sitting-new"),
        *("programme-sheet", "programme-versions", "delegations", "meeting-items"),
        *("meeting-messages", "meeting-deadlines", "agenda", "meeting-prepare"),
    )
    return [
        *(reverse(name, args=[meeting.pk]) for name in by_meeting),
        *(reverse(name) for name in ("work", "meetings", "bodies", "items", "messages", "feeds")),
        *(f"{reverse('calendar')}?day={DAY}&view={view}" for view in ("month", "week", "list")),
        reverse("body", args=[meeting.body_id]),
        meeting.desk.public_path,
        reverse("sitting-change", args=[sitting.pk]),
    ]


# --- pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", [None, "delegate", "outsider"])
@pytest.mark.parametrize("status", ["pending", "approved", "declined", "cancelled"])
def test_no_page_for_people_without_office_holds_a_joining_link(cast, sitting, who, status):
    """An approved delegate's link stands on the personal page alone, and in messages."""
    user = who and cast.people[who]
    if user:
        make_delegate(
            sitting.meeting, cast.malaysia, status, person=user.person, sittings=[sitting]
        )
    assert [page for page in pages_of(sitting.meeting) if seen(user, page)] == []


@pytest.mark.parametrize("who", PEOPLE)
def test_the_meetings_page_gives_the_link_to_those_in_office_alone(cast, sitting, who):
    page = reverse("meeting", args=[sitting.meeting_id])
    with time_machine.travel(sitting.starts_at, tick=False):
        assert seen(cast.people[who], page) is (who in IN_OFFICE)


@pytest.mark.parametrize("who", sorted(IN_OFFICE))
def test_history_messages_and_prints_hold_no_joining_link_for_anybody(cast, sitting, who):
    sitting.join_link = f"{LINK}-2"
    operations.change_sitting(sitting, by=cast.officer_my)
    names = ("meeting-history", "programme-versions", "programme-sheet", "meeting-calendar")
    for name in (*names, "meeting-messages", "delegations"):
        assert not seen(cast.people[who], reverse(name, args=[sitting.meeting_id])), name


def test_a_cancelled_sitting_has_no_joining_link_on_any_page(cast, sitting):
    SITTING.perform(sitting, "cancel", by=cast.officer_my, reason="Ill.")
    meeting = reverse("meeting", args=[sitting.meeting_id])
    with time_machine.travel(sitting.starts_at, tick=False):
        assert not any(seen(user, meeting) for user in cast.people.values())


def test_people_in_office_elsewhere_have_no_joining_link(cast, sitting):
    elsewhere = make_user("secretary", cast.malaysia)
    assert not seen(elsewhere, reverse("meeting", args=[sitting.meeting_id]))
    assert SECRET not in calendar_of(elsewhere)


# --- calendars ------------------------------------------------------------------------


def calendar_of(user, scope="all") -> str:
    feed = make_feed(user, scope)
    return Client().get(reverse("feed", args=[feed.secret])).content.decode().replace("\r\n ", "")


@pytest.mark.parametrize("who", PEOPLE)
def test_a_calendar_link_gives_the_joining_link_to_those_in_office_alone(cast, sitting, who):
    text = calendar_of(cast.people[who])
    assert "Plenary session" in text
    assert (SECRET in text) is (who in IN_OFFICE)


@pytest.mark.parametrize(
    ("status", "joins"),
    [("pending", False), ("approved", True), ("declined", False), ("cancelled", False)],
)
@pytest.mark.parametrize("scope", ["all", "mine"])
def test_a_delegates_calendar_has_the_joining_link_once_approved(
    cast, sitting, status, joins, scope
):
    make_delegate(
        sitting.meeting, cast.malaysia, status, person=cast.delegate.person, sittings=[sitting]
    )
    assert (SECRET in calendar_of(cast.delegate, scope)) is joins


def test_an_approved_delegate_joins_only_what_was_chosen(cast, sitting):
    other = make_sitting(sitting.meeting, wall=time(9), join_link="https://video.example.org/other")
    make_delegate(sitting.meeting, cast.malaysia, person=cast.delegate.person, sittings=[sitting])
    text = calendar_of(cast.delegate)
    assert str(other.uid) in text
    assert SECRET in text
    assert "org/other" not in text


def test_who_presides_joins_that_sitting(cast, sitting):
    SittingChair.objects.create(sitting=sitting, person=cast.outsider.person)
    assert SECRET in calendar_of(cast.outsider)


def test_an_office_or_approval_that_ended_takes_the_joining_link_along(cast, sitting):
    delegate = make_delegate(
        sitting.meeting, cast.malaysia, person=cast.delegate.person, sittings=[sitting]
    )
    assert SECRET in calendar_of(cast.delegate)
    assert SECRET in calendar_of(cast.focal_ru)
    DELEGATE.perform(delegate, "decline", by=cast.focal_my, reason="No place.")
    cast.focal_ru.person.appointments.update(until=NOON.date() - timedelta(days=1))
    assert SECRET not in calendar_of(cast.delegate)
    assert SECRET not in calendar_of(cast.focal_ru)


@pytest.mark.parametrize("deed", ["postpone", "cancel"])
def test_a_meeting_called_off_gives_no_joining_link_in_any_calendar(cast, sitting, deed):
    MEETING.perform(sitting.meeting, deed, by=cast.officer_my, reason="Flood.")
    assert not any(SECRET in calendar_of(user) for user in cast.people.values())


def test_one_sides_own_part_gives_its_link_to_that_side_alone(cast):
    part = Meeting.objects.create(
        body=cast.group,
        side=cast.malaysia,
        series="national",
        starts_on=DAY,
        ends_on=DAY,
        zone="Asia/Kuala_Lumpur",
    )
    make_sitting(part, join_link=LINK)
    known = {name for name, user in cast.people.items() if SECRET in calendar_of(user)}
    assert known == {"officer_my", "chair_my", "focal_my"}


# --- the personal page and messages ---------------------------------------------------


def personal(delegate, name) -> str:
    answer = Client().get(reverse(name, args=[delegate.token]))
    return answer.content.decode().replace("\r\n ", "")


@pytest.mark.parametrize(
    ("status", "joins"),
    [("pending", False), ("approved", True), ("declined", False), ("cancelled", False)],
)
@pytest.mark.parametrize("name", ["registration", "registration-calendar"])
def test_the_personal_page_and_file_have_the_link_once_approved(cast, sitting, status, joins, name):
    delegate = make_delegate(sitting.meeting, cast.russia, status, sittings=[sitting])
    assert (SECRET in personal(delegate, name)) is joins


def messages_to(person) -> list[str]:
    found = Notice.objects.filter(person=person)
    return [(notice.body + notice.calendar).replace("\r\n ", "") for notice in found]


def test_messages_have_the_link_for_the_approved_alone(cast, sitting):
    people = {}
    for status in ("pending", "approved", "declined", "cancelled"):
        people[status] = make_delegate(sitting.meeting, cast.russia, status, sittings=[sitting])
    sitting.wall = time(16)
    operations.change_sitting(sitting, by=cast.officer_my)
    told = {status: "".join(messages_to(one.person)) for status, one in people.items()}
    assert SECRET in told["approved"]
    assert told["pending"]
    assert SECRET not in told["pending"]
    assert told["declined"] == told["cancelled"] == ""


def test_reminders_have_the_link_for_the_approved_alone(cast, sitting):
    for status in ("pending", "approved"):
        make_delegate(sitting.meeting, cast.malaysia, status, sittings=[sitting])
    with time_machine.travel(datetime(2026, 10, 12, 4, tzinfo=UTC)):
        remind_delegates(datetime(2026, 10, 12, 4, tzinfo=UTC))
    for delegate in Delegate.objects.all():
        told = "".join(messages_to(delegate.person))
        assert (SECRET in told) is (delegate.status == "approved" and bool(told))
    assert Notice.objects.exists()


def test_another_identity_takes_the_link_away_until_approved_again(cast, sitting):
    delegate = make_delegate(
        sitting.meeting, cast.malaysia, person=cast.delegate.person, sittings=[sitting]
    )
    registering.change_registration(
        delegate, changes={"organisation": "Another Institute"}, sittings=[sitting]
    )
    assert SECRET not in personal(delegate, "registration")
    assert SECRET not in calendar_of(cast.delegate)


# --- it survives every edit -----------------------------------------------------------


def edited(name, value):
    def edit(cast, sitting):
        setattr(sitting, name, value)
        operations.change_sitting(sitting, by=cast.officer_my)

    return edit


def shifted(cast, sitting):
    operations.shift_programme(sitting.meeting, day=DAY, days=1, minutes=0, by=cast.officer_my)


def published(cast, sitting):
    rows = operations.rows_to_edit(sitting.meeting)
    changed = [{**row, "wall": "17:00"} for row in rows]
    operations.save_programme(sitting.meeting, rows=changed, read=rows, by=cast.officer_my)
    draft = operations.draft_of(sitting.meeting)
    operations.publish_programme(sitting.meeting, revision=draft.revision, by=cast.officer_my)


def meeting_moved(cast, sitting):
    operations.change_meeting(
        sitting.meeting,
        changes={"place": "Kazan"},
        revision=sitting.meeting.revision,
        by=cast.officer_my,
    )


def off_and_on_again(cast, sitting):
    MEETING.perform(sitting.meeting, "postpone", by=cast.officer_my, reason="Flood.")
    Meeting.objects.filter(pk=sitting.meeting_id).update(status="announced")


EDITS = {
    "time": edited("wall", time(16)),
    "day": edited("day", DAY + timedelta(days=1)),
    "title": edited("title", "Another"),
    "place": edited("place", "Hall 3"),
    "mode": edited("mode", "hybrid"),
    "zone": edited("zone", "Europe/Moscow"),
    "shift of a day": shifted,
    "draft and publication": published,
    "meeting at another place": meeting_moved,
    "called off and on again": off_and_on_again,
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_joining_link_survives_every_edit(cast, sitting, edit):
    make_delegate(sitting.meeting, cast.malaysia, person=cast.delegate.person, sittings=[sitting])
    sitting = Sitting.objects.select_related("meeting__body").get(pk=sitting.pk)
    uid = sitting.uid
    EDITS[edit](cast, sitting)
    row = Sitting.objects.get()
    assert (row.join_link, row.uid) == (LINK, uid)
    assert SECRET in calendar_of(cast.delegate, "mine")
    assert SECRET in personal(Delegate.objects.get(), "registration")
    assert not [one for one in Entry.objects.all() if SECRET in f"{one.sentence}{one.data}"]
