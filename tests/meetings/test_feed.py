"""Calendar links: a person's own, secret, true at each reading, and cheap when nothing changed."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from delegations.models import Delegate
from delegations.transitions import DELEGATE
from meetings import operations
from meetings.models import (
    Appointment,
    Body,
    BodyParty,
    Feed,
    Meeting,
    MeetingNumber,
    Room,
    Sitting,
    SittingChair,
)
from meetings.transitions import MEETING, SITTING
from portal.models import Party, Person, User
from portal.refusal import Refused
from tests.cast import make_cast
from tests.factories import (
    make_appointment,
    make_area,
    make_body,
    make_delegate,
    make_desk,
    make_feed,
    make_meeting,
    make_party,
    make_room,
    make_sitting,
    make_user,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
LINK = "https://video.example.org/secret-room"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def path(feed) -> str:
    return reverse("feed", args=[feed.secret])


def fetch(feed, **headers):
    """What a calendar program gets, without any cookie."""
    return Client().get(path(feed), headers=headers)


def text_of(feed) -> str:
    answer = fetch(feed)
    assert answer.status_code == 200
    return answer.content.decode()


def events_of(feed) -> dict[str, str]:
    """The status of each event by its name, as both readers have it."""
    text = text_of(feed)
    [other] = IcsCalendarStream.from_ics(text).calendars
    events = Calendar.from_ical(text).walk("VEVENT")
    names = [str(event["SUMMARY"]) for event in events]
    assert sorted(names) == sorted(event.summary for event in other.events)
    return {name: str(event["STATUS"]) for name, event in zip(names, events, strict=True)}


def names_in(feed) -> list[str]:
    """The first part of each event's name."""
    return sorted(name.partition(" · ")[0] for name in events_of(feed))


# --- the page -------------------------------------------------------------------------


@pytest.fixture
def page(client, cast):
    client.force_login(cast.officer_my)
    return client


def make(client, **answers):
    return client.post(reverse("feeds"), answers)


def test_a_person_makes_a_link_and_finds_both_its_addresses(page, cast):
    assert make(page, scope="mine").status_code == 302
    feed = Feed.objects.get()
    assert (feed.user, feed.scope) == (cast.officer_my, "mine")
    html = page.get(reverse("feeds")).content.decode()
    assert feed.address in html
    assert f'href="{feed.webcal}"' in html
    assert feed.webcal.startswith("webcal://")
    assert "not read yet" in html


def test_the_page_says_what_to_do_while_there_is_no_link(page):
    html = page.get(reverse("feeds")).content.decode()
    assert "You have no calendar link yet." in html
    assert "Outlook" in html
    assert "Google" in html
    assert "Apple" in html


def test_a_second_link_for_the_same_is_refused_with_a_sentence(page, cast):
    make(page, scope="all")
    answer = make(page, scope="all")
    assert "You have a link for this already." in answer.content.decode()
    assert Feed.objects.count() == 1


def test_two_who_make_the_same_link_at_once_get_one(cast):
    make_feed(cast.officer_my)
    with pytest.raises(Refused, match="already"):
        operations.make_feed(Feed(scope="all"), by=cast.officer_my)


@pytest.mark.parametrize("scope", ["body", "meeting"])
def test_a_link_for_one_body_or_meeting_asks_which(page, scope):
    assert "Choose the body or the meeting." in make(page, scope=scope).content.decode()
    assert not Feed.objects.exists()


def test_what_the_chosen_kind_does_not_need_is_left_aside(page, cast):
    make(page, scope="all", body=cast.group.pk)
    assert Feed.objects.get().body is None


def test_nobody_makes_a_link_for_what_they_may_not_see(client, cast):
    hidden = make_meeting(cast.group)
    secret = make_body(is_public=False)
    client.force_login(cast.outsider)
    html = client.get(reverse("feeds")).content.decode()
    assert hidden.full_label not in html
    assert secret.name not in html
    make(client, scope="meeting", meeting=hidden.pk)
    make(client, scope="body", body=secret.pk)
    assert not Feed.objects.exists()


def test_a_page_may_choose_the_body_beforehand(page, cast):
    html = page.get(reverse("feeds"), {"scope": "body", "body": cast.group.pk}).content.decode()
    assert f'<option value="{cast.group.pk}" selected>' in html


def test_the_profile_leads_to_the_calendar_links(page):
    assert reverse("feeds") in page.get(reverse("profile")).content.decode()


def test_what_concerns_me_is_chosen_beforehand(page):
    html = page.get(reverse("feeds")).content.decode()
    assert re.search(r'<input[^>]*value="mine"[^>]*checked', html)


def test_the_page_is_for_people_who_signed_in(client):
    assert client.get(reverse("feeds")).status_code == 302


def test_the_page_shows_ones_own_links_alone(page, cast):
    theirs = make_feed(cast.officer_ru)
    assert theirs.secret not in page.get(reverse("feeds")).content.decode()


@pytest.mark.parametrize("deed", ["feed-revoke", "feed-renew"])
def test_nobody_touches_the_links_of_others(cast, deed):
    theirs = make_feed(cast.officer_ru)
    for user in cast.but("officer_ru").values():
        client = Client()
        client.force_login(user)
        assert client.post(reverse(deed, args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


@pytest.mark.parametrize("deed", ["feed-revoke", "feed-renew"])
def test_a_link_changes_by_post_alone(page, cast, deed):
    mine = make_feed(cast.officer_my)
    assert page.get(reverse(deed, args=[mine.pk])).status_code == 405


def test_a_revoked_link_is_void_at_once_even_for_who_read_it_before(page, cast):
    mine = make_feed(cast.officer_my)
    etag = fetch(mine)["ETag"]
    page.post(reverse("feed-revoke", args=[mine.pk]))
    assert fetch(mine).status_code == 404
    assert fetch(mine, if_none_match=etag).status_code == 404
    assert mine.secret not in page.get(reverse("feeds")).content.decode()


def test_a_link_made_anew_has_another_address_and_voids_the_old(page, cast):
    mine = make_feed(cast.officer_my, "body", body=cast.group)
    page.post(reverse("feed-renew", args=[mine.pk]))
    anew = Feed.objects.live().get()
    assert (anew.scope, anew.body) == ("body", cast.group)
    assert anew.secret != mine.secret
    assert [fetch(one).status_code for one in (mine, anew)] == [404, 200]


def test_the_page_costs_the_same_with_few_links_and_with_many(page, cast):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            page.get(reverse("feeds"))
        return len(asked)

    def links(number):
        for _one in range(number):
            make_feed(cast.officer_my, "body", body=make_body())
            make_feed(cast.officer_my, "meeting", meeting=make_meeting(cast.group))

    links(1)
    first = cost()
    links(10)
    assert cost() == first


# --- the address ----------------------------------------------------------------------


def test_a_calendar_program_reads_the_link_without_signing_in(cast):
    make_sitting(make_meeting(cast.group, starts_on=DAY, status="announced"))
    answer = fetch(make_feed(cast.officer_my))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer
    text = answer.content.decode()
    assert "X-WR-CALNAME:Portal · Everything I may see" in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "X-PUBLISHED-TTL:PT1H" in text


@pytest.mark.parametrize("secret", ["x", "a" * 43, "..", "%00", "'; drop table"])
@pytest.mark.django_db
def test_an_unknown_address_is_not_found(secret):
    for headers in ({}, {"if-none-match": '"x"'}):
        assert Client().get(f"/feeds/{secret}.ics", headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_link_is_read_and_nothing_else(cast, method):
    assert getattr(Client(), method)(path(make_feed(cast.officer_my))).status_code == 405


def test_a_closed_account_closes_its_links(cast):
    mine = make_feed(cast.officer_my)
    etag = fetch(mine)["ETag"]
    User.objects.filter(pk=cast.officer_my.pk).update(is_active=False)
    assert fetch(mine).status_code == 404
    assert fetch(mine, if_none_match=etag).status_code == 404


def test_a_head_request_gets_the_same_head_and_no_file(cast):
    mine = make_feed(cast.officer_my)
    whole, head = fetch(mine), Client().head(path(mine))
    assert head.content == b""
    for name in ("ETag", "Last-Modified", "Content-Length", "Content-Type"):
        assert head[name] == whole[name]


def test_the_link_of_an_account_without_a_person_shows_what_is_public(cast):
    make_sitting(make_meeting(cast.group, starts_on=DAY, status="announced"))
    make_sitting(make_meeting(cast.group, starts_on=DAY), title="Not announced")
    SittingChair.objects.all().delete()
    user = User.objects.create(email="nobody@example.org")
    assert names_in(make_feed(user)) == ["Plenary session"]
    assert "BEGIN:VEVENT" not in text_of(make_feed(user, "mine"))


def test_a_calendar_without_any_event_is_still_valid(cast):
    text = text_of(make_feed(cast.outsider, "mine"))
    assert len(Calendar.from_ical(text).subcomponents) == 1
    assert IcsCalendarStream.from_ics(text).calendars[0].events == []


def test_the_page_says_when_a_link_was_last_read(page, cast, clock):
    mine = make_feed(cast.officer_my)
    fetch(mine)
    mine.refresh_from_db()
    assert mine.read_at == NOON
    assert "last read" in page.get(reverse("feeds")).content.decode()


# --- what stands in it ----------------------------------------------------------------


@pytest.fixture
def world(cast):
    """Sittings of every sort in two bodies."""
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    make_sitting(meeting, title="Open")
    make_sitting(meeting, title="Closed", is_open=False)
    make_sitting(make_meeting(cast.group, starts_on=DAY), title="Not announced")
    own = {"side": cast.malaysia, "series": "national", "number": None}
    part = Meeting.objects.create(
        body=cast.group, starts_on=DAY, ends_on=DAY, zone="Asia/Kuala_Lumpur", **own
    )
    make_sitting(part, title="Own part")
    above = make_meeting(cast.commission, starts_on=DAY, status="announced")
    make_sitting(above, title="Above")
    return meeting


SEEN = {
    "officer_my": ["Above", "Closed", "Open", "Proposed: Not announced", "Proposed: Own part"],
    "officer_ru": ["Above", "Closed", "Open", "Proposed: Not announced"],
    "neutral": ["Above", "Closed", "Open", "Proposed: Not announced"],
    "chair_my": ["Above", "Closed", "Open", "Proposed: Not announced", "Proposed: Own part"],
    "chair_ru": ["Above", "Closed", "Open", "Proposed: Not announced"],
    "focal_my": ["Above", "Closed", "Open", "Proposed: Not announced", "Proposed: Own part"],
    "focal_ru": ["Above", "Closed", "Open", "Proposed: Not announced"],
    "delegate": ["Above", "Open"],
    "outsider": ["Above", "Open"],
}


@pytest.mark.parametrize("who", SEEN)
def test_a_link_to_everything_holds_what_its_person_may_see(cast, world, who):
    assert names_in(make_feed(cast.people[who])) == SEEN[who]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("officer_ru", ["Above", "Closed", "Open", "Proposed: Not announced"]),
        ("chair_ru", ["Closed", "Open", "Proposed: Not announced"]),
        ("focal_ru", ["Closed", "Open", "Proposed: Not announced"]),
        ("outsider", []),
    ],
)
def test_a_link_to_what_concerns_me_reaches_as_far_as_the_office(cast, world, who, names):
    assert names_in(make_feed(cast.people[who], "mine")) == names


def test_a_link_to_a_body_holds_all_beneath_it_and_nothing_above(cast, world):
    assert "Above" in names_in(make_feed(cast.officer_ru, "body", body=cast.commission))
    assert "Open" in names_in(make_feed(cast.chair_ru, "body", body=cast.commission))
    assert "Above" not in names_in(make_feed(cast.officer_ru, "body", body=cast.group))


def test_a_link_to_a_body_holds_the_meetings_that_serve_it_among_others(cast):
    other = make_body(name="Committee on Trade")
    meeting = make_meeting(other, starts_on=DAY, status="announced")
    make_sitting(meeting, title="Joint")
    feed = make_feed(cast.outsider, "body", body=cast.group)
    assert names_in(feed) == []
    MeetingNumber.objects.create(meeting=meeting, body=cast.group, series="ordinary", number=7)
    assert names_in(feed) == ["Joint"]


def test_a_link_to_a_meeting_holds_that_meeting_alone(cast, world):
    assert names_in(make_feed(cast.outsider, "meeting", meeting=world)) == ["Open"]


def test_a_link_to_a_meeting_keeps_what_lies_years_back(cast):
    old = make_meeting(cast.group, starts_on=date(2021, 5, 25), status="held")
    make_sitting(old)
    assert names_in(make_feed(cast.outsider, "meeting", meeting=old)) == ["Plenary session"]
    assert names_in(make_feed(cast.outsider)) == []


def test_registration_brings_the_chosen_sittings_and_no_others(cast, world):
    chosen = world.sittings.get(title="Open")
    make_sitting(world, title="Not chosen")
    make_delegate(world, cast.malaysia, person=cast.delegate.person, sittings=[chosen])
    assert names_in(make_feed(cast.delegate, "mine")) == ["Open"]


def test_a_registration_without_chosen_sittings_brings_the_days(cast, world):
    make_delegate(world, cast.malaysia, person=cast.delegate.person)
    assert names_in(make_feed(cast.delegate, "mine")) == [world.full_label]


def test_a_sitting_one_presides_over_concerns_one(cast, world):
    SittingChair.objects.create(
        sitting=world.sittings.get(title="Closed"), person=cast.outsider.person
    )
    assert names_in(make_feed(cast.outsider, "mine")) == ["Closed"]


def test_who_presides_does_not_thereby_learn_of_what_is_not_announced(cast, world):
    for title in ("Not announced", "Own part"):
        SittingChair.objects.create(
            sitting=Sitting.objects.get(title=title), person=cast.outsider.person
        )
    assert names_in(make_feed(cast.outsider, "mine")) == []


def test_a_third_party_sees_nothing_of_the_own_part_of_another(cast):
    third = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, third], is_public=False)
    for party in body.sides():
        part = Meeting.objects.create(
            body=body, side=party, series="national", starts_on=DAY, ends_on=DAY, zone="UTC"
        )
        make_sitting(part, title=f"Part of {party.code}")
    for party in body.sides():
        user = make_user("secretary", party, body)
        assert names_in(make_feed(user)) == [f"Proposed: Part of {party.code}"]


def test_a_meeting_without_programme_stands_with_its_days(cast):
    make_meeting(cast.group, starts_on=DAY, days=3, status="announced", place="Kazan")
    [event] = Calendar.from_ical(text_of(make_feed(cast.outsider))).walk("VEVENT")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (DAY, DAY + timedelta(days=3))
    assert event["LOCATION"] == "Kazan"


@pytest.mark.parametrize("precision", ["window", "month", "year"])
def test_a_meeting_whose_days_are_not_known_exactly_is_left_out(cast, precision):
    meeting = make_meeting(
        cast.group, starts_on=date(2027, 1, 1), days=31, status="announced", precision=precision
    )
    assert names_in(make_feed(cast.officer_my)) == []
    make_sitting(meeting)
    assert names_in(make_feed(cast.officer_my)) == []


def test_a_moved_sitting_stays_one_event_with_a_higher_sequence(cast, world):
    feed = make_feed(cast.officer_my, "meeting", meeting=world)

    def event():
        found = Calendar.from_ical(text_of(feed)).walk("VEVENT")
        assert len(found) == 2
        return next(one for one in found if "Open" in one["SUMMARY"])

    before = event()
    sitting = world.sittings.get(title="Open")
    sitting.wall = time(16)
    operations.change_sitting(sitting, by=cast.officer_my)
    after = event()
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(hours=1)


def test_what_is_called_off_stays_and_says_so(cast, world):
    feed = make_feed(cast.officer_my, "meeting", meeting=world)
    SITTING.perform(world.sittings.get(title="Open"), "cancel", by=cast.officer_my, reason="Ill.")
    assert {name.partition(" · ")[0]: status for name, status in events_of(feed).items()} == {
        "Cancelled: Open": "CANCELLED",
        "Closed": "CONFIRMED",
    }
    MEETING.perform(world, "postpone", by=cast.officer_my, reason="Flood.")
    assert set(events_of(feed).values()) == {"CANCELLED"}
    assert names_in(feed) == ["Postponed: Closed", "Postponed: Open"]


def test_a_link_speaks_the_language_and_shows_the_clock_of_its_person(cast):
    make_sitting(make_meeting(cast.group, starts_on=DAY, status="announced"))
    person = cast.outsider.person
    person.language, person.zone = "ru", "America/Lima"
    person.save()
    [event] = Calendar.from_ical(text_of(make_feed(cast.outsider))).walk("VEVENT")
    assert "Рабочая группа по промышленности" in event["SUMMARY"]
    assert "Куала-Лумпур (UTC+08:00)" in event["DESCRIPTION"]
    assert "(UTC-05:00)" in event["DESCRIPTION"]


def test_the_name_of_a_body_one_may_no_longer_see_is_not_told(client, cast):
    body = make_body(name="Quiet Group", is_public=False)
    user = make_user("secretary", cast.malaysia, body)
    feed = make_feed(user, "body", body=body)
    assert "Quiet Group" in text_of(feed)
    Appointment.objects.filter(body=body).update(until=date(2026, 8, 1))
    assert "Quiet Group" not in text_of(feed)
    client.force_login(user)
    assert "Quiet Group" not in client.get(reverse("feeds")).content.decode()


@pytest.mark.parametrize("rows", [1, 30, 1000])
def test_a_link_costs_the_same_with_one_sitting_thirty_and_a_thousand(
    cast, django_assert_num_queries, rows
):
    areas, rooms = [make_area(cast.group)], []
    sittings = []
    for number in range(max(1, rows // 10)):
        rooms.append(make_room())
        areas.append(make_area(cast.group))
        meeting = make_meeting(
            cast.group, starts_on=DAY + timedelta(days=number), status="announced"
        )
        for one in range(min(rows, 10)):
            sitting = Sitting(
                meeting=meeting,
                day=meeting.starts_on,
                wall=time(8 + one),
                minutes=50,
                zone=meeting.zone,
                area=areas[one % len(areas)],
                room=rooms[number],
            )
            sitting.reckon()
            sittings.append(sitting)
    Sitting.objects.bulk_create(sittings)
    feed = make_feed(cast.officer_my)
    with django_assert_num_queries(14):
        answer = fetch(feed)
    assert answer.content.count(b"BEGIN:VEVENT") == rows


# --- asked again ----------------------------------------------------------------------


def again(feed, answer):
    """The same program once more, with what it was told last time."""
    return fetch(feed, if_none_match=answer["ETag"], if_modified_since=answer["Last-Modified"])


def test_what_did_not_change_is_the_same_file_days_later(cast, world, clock):
    feed = make_feed(cast.officer_my)
    first = fetch(feed)
    clock.shift(timedelta(days=3))
    second = fetch(feed)
    assert second.content == first.content
    assert (second["ETag"], second["Last-Modified"]) == (first["ETag"], first["Last-Modified"])


def test_a_change_gives_every_event_the_instant_of_the_change(cast, world, clock):
    feed = make_feed(cast.officer_my)
    fetch(feed)
    clock.shift(timedelta(hours=5))
    Sitting.objects.filter(title="Open").update(place="Hall 7")
    answer = fetch(feed)
    assert answer["Last-Modified"] == "Tue, 01 Sep 2026 17:00:00 GMT"
    stamps = {event["DTSTAMP"].dt for event in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert stamps == {NOON + timedelta(hours=5)}


def test_two_changes_within_a_second_are_two_instants(cast, world):
    feed = make_feed(cast.officer_my)
    seen = set()
    for place in ("Hall 1", "Hall 2", "Hall 1"):
        Sitting.objects.filter(title="Open").update(place=place)
        answer = fetch(feed)
        seen.add((answer["ETag"], answer["Last-Modified"]))
    assert len({etag for etag, _at in seen}) == len({at for _etag, at in seen}) == 3


def test_a_repeat_is_answered_304_with_its_validators_and_without_a_file(cast, world):
    feed = make_feed(cast.officer_my)
    first = fetch(feed)
    answer = again(feed, first)
    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("ETag", "Last-Modified", "Cache-Control", "Referrer-Policy"):
        assert answer[name] == first[name]


# What follows is about commits, so they are real here.


@pytest.fixture
def stage(transactional_db):
    """A cast and a meeting with all that a calendar shows, committed."""
    cast = make_cast()
    area, room = make_area(cast.group, "Halal"), make_room("Gold Room")
    meeting = make_meeting(cast.group, starts_on=DAY, status="announced")
    make_desk(meeting)
    sitting = make_sitting(meeting, title="", kind="consultation", area=area, room=room)
    other = make_sitting(meeting, title="Other", is_open=False)
    registered = make_delegate(
        meeting, cast.malaysia, "pending", person=cast.delegate.person, sittings=[sitting]
    )
    return type("Stage", (), locals())


def queries_of(feed, answer) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as asked:
        status = again(feed, answer).status_code
    return status, len(asked)


def test_a_repeat_asks_the_database_one_question(stage):
    feed = make_feed(stage.cast.officer_my)
    assert queries_of(feed, fetch(feed)) == (304, 1)


def test_a_repeat_by_date_or_by_head_is_answered_too(stage):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    assert fetch(feed, if_modified_since=first["Last-Modified"]).status_code == 304
    head = Client().head(path(feed), headers={"if-none-match": first["ETag"]})
    assert head.status_code == 304


def test_a_repeat_with_another_validator_gets_the_file(stage):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    for etag in ('"other"', "nonsense", ""):
        assert fetch(feed, if_none_match=etag).content == first.content


def test_when_it_was_read_is_noted_once_an_hour_also_by_repeats(stage, clock):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    clock.shift(timedelta(minutes=59))
    assert queries_of(feed, first) == (304, 1)
    clock.shift(timedelta(minutes=2))
    assert queries_of(feed, first) == (304, 2)
    feed.refresh_from_db()
    assert feed.read_at == NOON + timedelta(minutes=61)


def test_a_new_day_is_looked_at_anew_because_offices_end_with_the_day(stage, clock):
    feed = make_feed(stage.cast.chair_my)
    Appointment.objects.filter(person=stage.cast.chair_my.person).update(until=NOON.date())
    first = fetch(feed)
    assert "Other" in first.content.decode()
    clock.move_to(NOON + timedelta(hours=11, minutes=59))
    assert queries_of(feed, first) == (304, 2)  # the hour is noted
    clock.move_to(NOON + timedelta(hours=12, minutes=1))
    answer = again(feed, first)
    assert answer.status_code == 200
    assert "Other" not in answer.content.decode()


def person_of(stage) -> Person:
    return stage.cast.officer_my.person


CHANGES = {
    "moved": lambda s: operations.change_sitting(moved(s.sitting), by=s.cast.officer_my),
    "cancelled": lambda s: SITTING.perform(
        s.sitting, "cancel", by=s.cast.officer_my, reason="Ill."
    ),
    "added": lambda s: make_sitting(s.meeting, title="New", wall=time(9)),
    "removed": lambda s: Sitting.objects.filter(pk=s.other.pk).delete(),
    "bulk update": lambda s: Sitting.objects.update(place="Hall 9"),
    "raw statement": lambda s: run("UPDATE meetings_sitting SET title = 'Raw'"),
    "opened": lambda s: Sitting.objects.filter(pk=s.other.pk).update(is_open=True),
    "another joining link": lambda s: Sitting.objects.update(join_link=LINK),
    "room renamed": lambda s: Room.objects.update(name="Silver Room"),
    "area renamed": lambda s: type(s.area).objects.filter(pk=s.area.pk).update(name="Food"),
    "body renamed": lambda s: Body.objects.filter(pk=s.cast.group.pk).update(name="Renamed"),
    "party renamed": lambda s: Party.objects.filter(code="ru").update(city="Kazan"),
    "party in another zone": lambda s: Party.objects.filter(code="ru").update(zone="Asia/Omsk"),
    "postponed": lambda s: MEETING.perform(
        s.meeting, "postpone", by=s.cast.officer_my, reason="Flood."
    ),
    "meeting at another place": lambda s: Meeting.objects.update(place="Kazan"),
    "days no longer exact": lambda s: Meeting.objects.update(precision="month"),
    "another meeting": lambda s: make_meeting(s.cast.group, status="announced"),
    "a seat ended": lambda s: BodyParty.objects.filter(party__code="ru").update(
        until=date(2026, 9, 30)
    ),
    "office ended": lambda s: Appointment.objects.filter(person=person_of(s)).update(
        until=date(2026, 8, 31)
    ),
    "another language": lambda s: Person.objects.filter(pk=person_of(s).pk).update(language="ru"),
    "another clock": lambda s: Person.objects.filter(pk=person_of(s).pk).update(
        zone="America/Lima"
    ),
    "account of nobody": lambda s: User.objects.filter(pk=s.cast.officer_my.pk).update(person=None),
}


def moved(sitting):
    sitting.wall = time(16, 30)
    return sitting


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("change", CHANGES)
def test_after_every_kind_of_change_the_next_reading_is_new(stage, change):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    assert queries_of(feed, first) == (304, 1)
    CHANGES[change](stage)
    answer = again(feed, first)
    assert answer.status_code == 200
    assert answer.content != first.content
    assert queries_of(feed, answer) == (304, 1)


OWN = {
    "approved": lambda s: DELEGATE.perform(s.registered, "approve", by=s.cast.focal_my),
    "declined": lambda s: DELEGATE.perform(
        s.registered, "decline", by=s.cast.focal_my, reason="No place."
    ),
    "cancelled by the person": lambda s: DELEGATE.perform(
        s.registered, "cancel", by=None, by_name="The person"
    ),
    "another sitting chosen": lambda s: s.registered.sittings.set([s.other]),
    "all approved at once": lambda s: Delegate.objects.update(status="approved"),
    "appointed": lambda s: make_appointment(
        s.cast.delegate, s.cast.group, "chair", s.cast.malaysia
    ),
    "presiding": lambda s: SittingChair.objects.create(
        sitting=s.other, person=s.cast.delegate.person
    ),
}


@pytest.mark.parametrize("change", OWN)
def test_after_every_change_of_ones_own_part_the_next_reading_is_new(stage, change):
    Sitting.objects.update(join_link=LINK)
    feed = make_feed(stage.cast.delegate, "mine")
    first = fetch(feed)
    assert queries_of(feed, first) == (304, 1)
    OWN[change](stage)
    answer = again(feed, first)
    assert answer.status_code == 200
    assert answer.content != first.content


def test_what_concerns_others_alone_leaves_a_repeat_cheap(stage):
    feed = make_feed(stage.cast.officer_ru)
    first = fetch(feed)
    DELEGATE.perform(stage.registered, "approve", by=stage.cast.focal_my)
    make_appointment(stage.cast.outsider, stage.cast.group, "chair", stage.cast.malaysia)
    stage.cast.officer_ru.save(update_fields=["last_login"])
    assert queries_of(feed, first) == (304, 1)


def test_a_change_that_commits_after_the_file_was_written_is_not_missed(stage):
    """A transaction may begin before a reading and end after it: instants would miss it."""
    feed = make_feed(stage.cast.officer_my)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE meetings_sitting SET title = 'Committed late'")
            first = fetch(feed)
            assert "Committed late" not in first.content.decode()
            assert queries_of(feed, first) == (304, 1)
        other.commit()
    finally:
        other.close()
    answer = again(feed, first)
    assert answer.status_code == 200
    assert "Committed late" in answer.content.decode()


def test_a_change_that_is_taken_back_leaves_a_repeat_cheap(stage):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE meetings_sitting SET title = 'Never'")
        other.rollback()
    finally:
        other.close()
    assert queries_of(feed, first) == (304, 1)


def test_the_memory_of_a_database_from_before_a_restore_is_not_believed(stage):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    Feed.objects.update(snapshot="99999999:99999999:")
    assert queries_of(feed, first)[1] > 1


def test_after_an_update_of_the_portal_no_earlier_file_is_believed(stage):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    call_command("migrate", verbosity=0)
    status, queries = queries_of(feed, first)
    assert status == 304  # nothing changed, but it was written to know
    assert queries > 1


def test_a_database_that_cannot_say_leaves_it_to_the_file_itself(stage):
    feed = make_feed(stage.cast.officer_my)
    first = fetch(feed)
    run("ALTER TABLE meetings_calendarchange RENAME TO away")
    try:
        assert again(feed, first).status_code == 304
    finally:
        run("ALTER TABLE away RENAME TO meetings_calendarchange")


def test_the_changes_of_long_ago_are_forgotten(stage):
    feed = make_feed(stage.cast.officer_my)
    fetch(feed)
    run("UPDATE meetings_calendarchange SET at = '2026-08-01'")
    Sitting.objects.update(place="Hall 1")
    operations.forget_changes(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM meetings_calendarchange")
        assert cursor.fetchone() == (1,)
