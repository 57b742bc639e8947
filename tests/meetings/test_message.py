"""The pages of the outbox, and every message's text as it is stored."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meetings import notifications, operations
from meetings.transitions import DATES, ITEM, MEETING
from portal.models import Notice
from tests.cast import PEOPLE
from tests.factories import (
    make_appointment,
    make_body,
    make_item,
    make_meeting,
    make_notice,
    make_organisation,
    make_party,
    make_person,
    make_report,
    make_sitting,
    make_user,
)
from tests.snapshot import assert_message_stored

SECRETARIES = {"officer_my", "officer_ru", "neutral"}


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, "announced")


@pytest.fixture
def notice(cast, meeting):
    """A message to somebody of Malaysia's side that failed."""
    return make_notice(
        meeting,
        cast.malaysia,
        "failed",
        name="Siti Secret",
        subject="A subject for Malaysia alone",
        body="Words for Malaysia alone.\n",
        error="SMTPDataError: (550, b'No such person')",
        attempts=1,
    )


# --- who sees them ---------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_a_message_is_there_for_the_own_sides_secretariat_and_the_neutral_one(
    client, cast, notice, who
):
    client.force_login(cast.people[who])
    through = who in {"officer_my", "neutral"}
    assert client.get(reverse("message", args=[notice.pk])).status_code == (200 if through else 404)
    again = client.post(reverse("message-send-again", args=[notice.pk]))
    assert again.status_code == (302 if through else 404)
    notice.refresh_from_db()
    assert notice.state == ("queued" if through else "failed")


@pytest.mark.parametrize("who", PEOPLE)
def test_a_meetings_messages_are_there_for_its_secretariats(client, cast, notice, who):
    client.force_login(cast.people[who])
    answer = client.get(reverse("meeting-messages", args=[notice.object_id]))
    assert answer.status_code == (200 if who in SECRETARIES else 404)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_sides_messages_leave_no_trace_in_another_sides_lists_and_counts(
    client, cast, notice, who
):
    item = make_item(make_meeting(cast.group, "held"))
    make_notice(item, cast.malaysia, "failed", name="Siti Secret", subject="About the item")
    client.force_login(cast.people[who])
    page = client.get(reverse("messages")).content.decode()
    if who in {"officer_my", "neutral"}:
        assert page.count("Siti Secret") == 2
        assert "Failed (2)" in page
    else:
        assert "Siti Secret" not in page
        assert "About the item" not in page
        assert "(1)" not in page
        assert "(2)" not in page


def test_the_other_sides_officer_sees_the_tab_with_the_own_messages_only(client, cast, notice):
    make_notice(notice.target, cast.russia, "sent", subject="A subject for Russia")
    client.force_login(cast.officer_ru)
    page = client.get(reverse("meeting-messages", args=[notice.object_id])).content.decode()
    assert "A subject for Russia" in page
    assert "A subject for Malaysia alone" not in page
    assert "All (1)" in page
    assert "Failed (0)" in page


def test_messages_that_belong_to_nobody_show_to_nobody(client, cast):
    make_notice(None, cast.malaysia, subject="A code for signing in")
    for user in cast.people.values():
        client.force_login(user)
        assert "A code for signing in" not in client.get(reverse("messages")).content.decode()


def test_whoever_serves_two_sides_reads_each_ones_messages_only_as_its_secretary(client, cast):
    bloc = make_party("EU")
    other = make_body([bloc, cast.malaysia])
    both = make_user("secretary", bloc, other)
    make_appointment(both, cast.group, "focal_point", party=cast.malaysia)
    make_notice(make_meeting(other), cast.malaysia, subject="For Malaysia, elsewhere")
    make_notice(make_meeting(other), bloc, subject="For the bloc")
    client.force_login(both)
    page = client.get(reverse("messages")).content.decode()
    assert "For the bloc" in page
    assert "For Malaysia, elsewhere" not in page


# --- the list --------------------------------------------------------------------------


def test_a_state_filters_the_list_and_every_state_is_counted(client, cast, meeting):
    for state in ("queued", "sending", "sent", "sent", "failed"):
        make_notice(meeting, cast.malaysia, state, subject=f"One that is {state}")
    client.force_login(cast.officer_my)
    page = client.get(reverse("messages") + "?state=sent").content.decode()
    assert page.count("One that is sent") == 2
    assert "One that is failed" not in page
    for words in ("All (5)", "Queued (1)", "Being sent (1)", "Sent (2)", "Failed (1)"):
        assert words in page
    assert client.get(reverse("messages") + "?state=nonsense").status_code == 200


def test_a_meetings_tab_holds_what_is_about_the_meeting_and_its_items(client, cast, meeting):
    make_notice(meeting, cast.malaysia, subject="About this meeting")
    make_notice(make_item(meeting), cast.malaysia, subject="About its item")
    make_notice(make_meeting(cast.group), cast.malaysia, subject="About another meeting")
    client.force_login(cast.officer_my)
    page = client.get(reverse("meeting-messages", args=[meeting.pk])).content.decode()
    assert "About this meeting" in page
    assert "About its item" in page
    assert "About another meeting" not in page


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("messages", 9), ("meeting-messages", 12)])
def test_the_list_asks_the_database_as_often_for_one_row_as_for_thirty(
    client, cast, meeting, django_assert_num_queries, rows, name, queries
):
    for _number in range(rows):
        make_notice(meeting, cast.malaysia, subject="One of many")
    client.force_login(cast.officer_my)
    url = reverse(name, args=[] if name == "messages" else [meeting.pk])
    client.get(url)
    with django_assert_num_queries(queries):
        answer = client.get(url)
    assert answer.content.decode().count("One of many") == rows


# --- one message -----------------------------------------------------------------------


def words(client, notice):
    return client.get(reverse("message", args=[notice.pk])).content.decode()


def test_a_failed_message_shows_its_reason_and_can_be_sent_again(client, cast, notice):
    client.force_login(cast.officer_my)
    page = words(client, notice)
    assert "Words for Malaysia alone." in page
    assert "No such person" in page
    assert "It was tried 1 time" in page
    page = client.post(
        reverse("message-send-again", args=[notice.pk]), follow=True
    ).content.decode()
    assert "Queued again." in page
    assert "Send again" not in page


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_only_a_failed_message_offers_to_be_sent_again(client, cast, meeting, state):
    notice = make_notice(meeting, cast.malaysia, state)
    client.force_login(cast.officer_my)
    assert "Send again" not in words(client, notice)
    page = client.post(
        reverse("message-send-again", args=[notice.pk]), follow=True
    ).content.decode()
    assert "Only a message that failed can be sent again." in page
    notice.refresh_from_db()
    assert notice.state == state


def test_a_message_that_is_tried_again_says_how_often_and_when_next(client, cast, meeting):
    with time_machine.travel("2026-03-02T06:00Z", tick=False):
        notice = make_notice(
            meeting,
            cast.malaysia,
            attempts=3,
            error="ConnectionRefusedError",
            not_before=timezone.now() + timedelta(minutes=40),
        )
        client.force_login(cast.officer_my)
        page = words(client, notice)
    assert "Tried 3 times; it is kept and tried again. Next attempt:" in page
    assert "14:40" in page
    assert "09:40" in page
    assert "ConnectionRefusedError" in page


def test_a_message_that_may_have_arrived_twice_says_so(client, cast, meeting):
    notice = make_notice(meeting, cast.malaysia, "sent", maybe_twice=True)
    client.force_login(cast.officer_my)
    assert (
        "The sender stopped while this message was on its way, so it may have arrived twice."
        in words(client, notice)
    )


def test_a_messages_text_is_shown_and_never_run(client, cast, meeting):
    notice = make_notice(meeting, cast.malaysia, body="<script>alert(1)</script>\n")
    client.force_login(cast.officer_my)
    assert "<script>alert" not in words(client, notice)


def test_the_message_page_shows_nothing_a_get_could_do(client, cast, notice):
    client.force_login(cast.officer_my)
    assert client.get(reverse("message-send-again", args=[notice.pk])).status_code == 405


# --- every message as it is stored -----------------------------------------------------


@pytest.fixture
def frozen(db):
    """A Monday in spring, so that days in messages stay."""
    with time_machine.travel("2026-03-02T06:00Z", tick=False):
        yield


@pytest.fixture
def scheduled(frozen, cast):
    """The second meeting, with a plenary and an expert consultation."""
    make_meeting(cast.group, "closed", starts_on=date(2021, 5, 25))
    meeting = make_meeting(
        cast.group, starts_on=date(2026, 4, 14), mode="hybrid", place="Putrajaya"
    )
    make_sitting(meeting)
    make_sitting(
        meeting,
        day=date(2026, 4, 13),
        kind="consultation",
        title="Expert consultation: aviation",
    )
    return meeting


@pytest.fixture
def agreed(frozen, cast):
    """An item of the first meeting, due in a fortnight."""
    meeting = make_meeting(cast.group, "closed", starts_on=date(2025, 11, 25))
    owners = {
        cast.malaysia: make_person("Siti Nurhaliza", cast.malaysia, honorific="Puan"),
        cast.russia: make_person("Иванов Пётр", cast.russia),
    }
    organisations = {party: make_organisation("Ministry of Trade", party) for party in owners}
    return make_item(
        meeting,
        "Exchange the lists of aviation laboratories & test centres.",
        date(2026, 3, 16),
        due_words="before the second meeting",
        owners=owners,
        organisations=organisations,
    )


def to(user_or_person):
    person = getattr(user_or_person, "person", user_or_person)
    return Notice.objects.get(person=person)


def test_dates_key_awaited_as_stored(cast, scheduled):
    with transaction.atomic():
        notifications.dates_key_awaited(scheduled, DATES)
    told = set(Notice.objects.values_list("person__user", flat=True))
    assert told == {
        user.pk for user in (cast.chair_my, cast.chair_ru, cast.officer_my, cast.officer_ru)
    }
    assert_message_stored(to(cast.chair_my), "meetings/dates_key_awaited")


def test_only_sides_whose_key_is_missing_are_asked_for_it(cast, scheduled):
    operations.agree_dates(scheduled, party=cast.malaysia, revision=1, by=cast.chair_my)
    with transaction.atomic():
        notifications.dates_key_awaited(scheduled, DATES)
    assert set(Notice.objects.values_list("party", flat=True)) == {cast.russia.pk}


@pytest.mark.parametrize("who", ["chair_my", "officer_ru", "focal_ru"])
def test_meeting_announced_as_stored(cast, scheduled, who):
    with transaction.atomic():
        notifications.meeting_announced(scheduled)
    assert Notice.objects.count() == 7
    assert_message_stored(to(cast.people[who]), f"meetings/meeting_announced-{who}")


@pytest.mark.parametrize(("deed", "status"), [("postpone", "postponed"), ("cancel", "cancelled")])
def test_meeting_called_off_as_stored(cast, scheduled, deed, status):
    MEETING.perform(scheduled, deed, by=cast.officer_my, reason="The hall isn't free & ready.")
    assert_message_stored(to(cast.neutral), f"meetings/meeting_called_off-{status}")


def test_closing_key_awaited_as_stored(cast, agreed):
    operations.agree_done(agreed, party=cast.malaysia, revision=1, by=cast.chair_my)
    assert Notice.objects.count() == 1
    assert_message_stored(to(cast.chair_ru), "meetings/closing_key_awaited")


def test_closing_key_dropped_by_an_edit_as_stored(cast, agreed):
    operations.agree_done(agreed, party=cast.malaysia, revision=1, by=cast.chair_my)
    operations.reword_item(
        agreed, changes={"due_on": date(2026, 4, 1)}, revision=1, by=cast.officer_ru
    )
    assert_message_stored(to(cast.chair_my), "meetings/closing_key_dropped-edit")


def test_closing_key_dropped_by_a_reopening_as_stored(cast, agreed):
    operations.agree_done(agreed, party=cast.malaysia, revision=1, by=cast.chair_my)
    done = operations.agree_done(agreed, party=cast.russia, revision=1, by=cast.chair_ru)
    ITEM.perform(done, "reopen", by=cast.chair_ru, reason="One list was empty.")
    assert_message_stored(to(cast.chair_my), "meetings/closing_key_dropped-reopening")


def test_item_due_as_stored(cast, agreed):
    undertaking = agreed.undertakings.get(party=cast.malaysia)
    with transaction.atomic():
        notifications.undertaking_due(undertaking, key="due", overdue=False)
    assert_message_stored(to(undertaking.owner), "meetings/item_due")


def test_item_overdue_as_stored(cast, agreed):
    make_report(agreed, cast.russia, "delayed", "The list is with the ministry.")
    undertaking = agreed.undertakings.get(party=cast.russia)
    with transaction.atomic():
        notifications.undertaking_due(undertaking, key="overdue", overdue=True)
    assert_message_stored(to(undertaking.owner), "meetings/item_overdue")


def test_a_part_that_nobody_owns_tells_nobody(cast, agreed):
    undertaking = agreed.undertakings.get(party=cast.russia)
    undertaking.owner = None
    with transaction.atomic():
        notifications.undertaking_due(undertaking, key="due", overdue=False)
    assert not Notice.objects.exists()
