"""Messages about numbers to give free, papers that a side declined, and the time of an idea."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from meetings import operations
from meetings.models import AgendaItem, Meeting
from meetings.permissions import visible_notices
from meetings.reminders import NUMBER_THRESHOLDS, number_reminders_due, remind_of_numbers
from meetings.tasks import remind_of_numbers as task
from meetings.transitions import number_offered
from meetings.work import work_for
from portal.models import Notice
from tests.cast import PEOPLE
from tests.factories import (
    forget_standing,
    make_agenda,
    make_body,
    make_key,
    make_meeting,
    make_notice,
    make_paper,
    make_party,
    make_rules,
    make_user,
)
from tests.snapshot import assert_message_stored

BEGIN = datetime(2027, 3, 1, 9, tzinfo=UTC)  # a Monday, awake in Kuala Lumpur and Moscow


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(BEGIN, tick=False):
        yield


def told(template: str) -> set[str]:
    found = Notice.objects.filter(template=f"meetings/emails/{template}")
    return {one.split("@")[0] for one in found.values_list("email", flat=True)}


def waits(user):
    forget_standing(user)
    return list(work_for(user, date(2027, 3, 8)))


# --- a number that is offered -----------------------------------------------------------


@pytest.fixture
def cancelled(cast) -> Meeting:
    """Cancelled, and Malaysia has agreed to give its number free."""
    meeting = make_meeting(cast.group, "cancelled", starts_on=date(2027, 2, 1))
    operations.agree_to_release(meeting, party=cast.malaysia, revision=1, by=cast.officer_my)
    return meeting


def test_the_first_key_to_a_number_asks_those_who_can_give_the_missing_ones(cast, cancelled):
    assert told("number_key_awaited") == {"officer-ru", "chair-ru"}
    assert_message_stored(
        Notice.objects.get(email="officer-ru@example.org"), "meetings/number_key_awaited"
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_an_offered_number_waits_for_those_who_can_give_the_missing_key(cast, cancelled, who):
    lines = [one for one in waits(cast.people[who]) if "number" in str(one.why)]
    assert bool(lines) == (who in {"officer_ru", "chair_ru"})
    assert all(one.since == BEGIN for one in lines)


def a_hundred_days() -> list[tuple[date, str]]:
    """The reminders of a hundred days, asked for every six hours: (day, to whom)."""
    found = []
    for hours in range(0, 100 * 24, 6):
        now = BEGIN + timedelta(hours=hours)
        before = set(Notice.objects.values_list("pk", flat=True))
        with time_machine.travel(now, tick=False):
            remind_of_numbers(now)
        fresh = Notice.objects.exclude(pk__in=before)
        found += [(now.date(), one.email.split("@")[0]) for one in fresh]
    return found


def test_an_offered_number_is_reminded_of_once_at_each_threshold(cast, cancelled):
    days = [BEGIN.date() + timedelta(days=days) for days in NUMBER_THRESHOLDS]
    expected = {(day, who) for day in days for who in ("officer-ru", "chair-ru")}
    found = a_hundred_days()
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_words_of_the_reminder_are_as_they_were_stored(cast, cancelled):
    remind_of_numbers(BEGIN + timedelta(days=7))
    last = Notice.objects.filter(email="officer-ru@example.org").latest("pk")
    assert_message_stored(last, "meetings/number_key_awaited-again")


def test_nobody_is_reminded_of_a_number_at_night(cast, cancelled):
    night = datetime(2027, 3, 8, 23, tzinfo=UTC)  # two in the morning in Moscow
    assert remind_of_numbers(night) == 0
    assert remind_of_numbers(night + timedelta(hours=10)) == 2


@pytest.mark.parametrize("deed", ["given", "taken back", "released"])
def test_a_number_that_is_free_or_no_longer_offered_reminds_nobody(cast, cancelled, deed):
    deeds = {
        "given": lambda: operations.agree_to_release(
            cancelled, party=cast.russia, revision=1, by=cast.chair_ru
        ),
        "taken back": lambda: operations.keep_number(
            cancelled, party=cast.malaysia, by=cast.officer_my
        ),
        "released": lambda: operations.release_number(cancelled, by=cast.neutral),
    }
    deeds[deed]()
    assert remind_of_numbers(BEGIN + timedelta(days=8)) == 0
    assert not [one for one in waits(cast.officer_ru) if "number" in str(one.why)]


def test_a_postponed_meeting_and_one_that_nobody_offered_remind_nobody(cast):
    make_meeting(cast.group, "cancelled", starts_on=date(2027, 2, 1))
    make_key(make_meeting(cast.group, "postponed"), "free_number", cast.malaysia)
    assert remind_of_numbers(BEGIN + timedelta(days=8)) == 0


def test_with_three_parties_each_one_that_has_not_answered_is_reminded(db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    officers = [make_user("secretary", party, body) for party in parties]
    meeting = make_meeting(body, "cancelled", starts_on=date(2027, 2, 1))
    for party, officer in zip(parties[:2], officers[:2], strict=True):
        operations.agree_to_release(meeting, party=party, revision=1, by=officer)
    Notice.objects.all().delete()
    assert remind_of_numbers(BEGIN + timedelta(days=8)) == 1
    assert Notice.objects.get().person == officers[2].person


def test_the_task_asks_about_numbers_with_the_present_moment(cast, cancelled):
    with time_machine.travel(BEGIN + timedelta(days=7), tick=False):
        task()
    assert Notice.objects.filter(key__startswith="number-reminder").count() == 2


@pytest.mark.parametrize("rows", [1, 30])
def test_looking_for_offered_numbers_asks_constantly_but_for_whom_to_tell(
    cast, django_assert_num_queries, rows
):
    for _number in range(rows):
        meeting = make_meeting(cast.group, "cancelled", starts_on=date(2027, 2, 1))
        make_key(meeting, "free_number", cast.malaysia)
    offered = Meeting.objects.filter(number_offered()).for_list()
    with django_assert_num_queries(4 + rows):  # meetings, seats, parties, keys; holders of each
        assert len(number_reminders_due(offered, BEGIN + timedelta(days=8))) == 2 * rows


# --- a paper that was declined ----------------------------------------------------------


def asked(cast, **fields):
    paper = make_paper(cast.group, "Halal laboratories", party=cast.malaysia, **fields)
    return operations.ask_for_paper(paper, wanted="agreed", revision=1, by=cast.officer_my)


def test_the_side_whose_paper_is_declined_reads_who_said_no_and_why(cast):
    operations.decline_paper(asked(cast), reason="The ministry has not read it.", by=cast.chair_ru)
    assert told("paper_declined") == {"officer-my", "chair-my"}
    assert_message_stored(
        Notice.objects.get(
            template="meetings/emails/paper_declined", email="officer-my@example.org"
        ),
        "meetings/paper_declined",
    )


def test_who_was_asked_reads_that_the_question_is_taken_back(cast):
    operations.decline_paper(asked(cast), reason="A better one comes.", by=cast.officer_my)
    assert told("paper_declined") == {"officer-ru", "chair-ru"}


def test_every_no_to_a_paper_is_told_anew(cast):
    paper = operations.decline_paper(asked(cast), reason="Not yet.", by=cast.chair_ru)
    again = operations.ask_for_paper(
        paper, wanted="agreed", revision=paper.revision, by=cast.officer_my
    )
    operations.decline_paper(again, reason="Still not.", by=cast.chair_ru)
    found = Notice.objects.filter(template="meetings/emails/paper_declined")
    assert found.filter(email="officer-my@example.org").count() == 2


def test_a_third_party_that_was_asked_reads_the_no_of_another(db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    chairs = [make_user("chair", party, body) for party in parties]
    outside = make_user("chair", make_party("EU"), make_body([parties[0], make_party("EU")]))
    officer = make_user("secretary", parties[0], body)
    paper = make_paper(body, party=parties[0])
    paper = operations.ask_for_paper(paper, wanted="agreed", revision=1, by=officer)
    operations.decline_paper(paper, reason="Not yet.", by=chairs[1])
    found = Notice.objects.filter(template="meetings/emails/paper_declined")
    people = {one.person for one in found}
    assert people == {chairs[0].person, chairs[2].person, officer.person}
    assert outside.person not in people


def test_a_paper_of_no_meeting_has_its_messages_with_its_body(cast):
    asked(cast)
    found = visible_notices(cast.officer_ru).filter(template="meetings/emails/paper_key_awaited")
    assert [one.target for one in found] == [cast.group]


# --- since when -------------------------------------------------------------------------


def test_a_paper_says_on_its_page_and_in_the_list_since_when_keys_are_awaited(client, cast):
    paper = asked(cast)
    client.force_login(cast.chair_ru)
    with time_machine.travel(BEGIN + timedelta(days=3), tick=False):
        page = client.get(reverse("paper", args=[paper.pk])).content.decode()
        listed = client.get(reverse("body-papers", args=[cast.group.pk])).content.decode()
    assert "awaited since Mon 1 Mar 2027 (for 3 days)" in " ".join(page.split())
    assert "awaited since" in listed
    assert [one.since for one in waits(cast.chair_ru)] == [BEGIN]


def test_the_public_does_not_read_what_the_sides_are_asked_about_a_public_paper(client, cast):
    asked_back = {"access": "public", "wanted": "shared", "asked_at": BEGIN}
    make_paper(cast.group, "Communiqué", party=None, **asked_back)
    address = reverse("body-papers", args=[cast.group.pk])
    stranger = client.get(address).content.decode()
    client.force_login(cast.focal_my)
    member = client.get(address).content.decode()
    assert "Communiqué" in stranger
    assert "asked for" not in stranger
    assert "asked for" in member


@pytest.mark.parametrize("deed", ["declined", "agreed"])
def test_what_is_answered_is_awaited_since_no_day_any_more(cast, deed):
    paper = asked(cast)
    if deed == "declined":
        paper = operations.decline_paper(paper, reason="No.", by=cast.chair_ru)
    else:
        for party, chair in ((cast.malaysia, cast.chair_my), (cast.russia, cast.chair_ru)):
            paper = operations.agree_paper(paper, party=party, revision=paper.revision, by=chair)
    assert (paper.wanted, paper.asked_at) == ("", None)


def test_a_late_point_says_since_when_it_is_awaited_and_anew_once_changed(client, cast):
    agenda = make_agenda(make_meeting(cast.group, starts_on=date(2027, 6, 1)), status="agreed")
    point = operations.propose_late_point(
        agenda,
        AgendaItem(title="Halal abroad", proposer=cast.malaysia, status="late"),
        to="end",
        speakers=[],
        by=cast.officer_my,
    )
    client.force_login(cast.chair_ru)
    with time_machine.travel(BEGIN + timedelta(days=2), tick=False):
        page = client.get(reverse("agenda", args=[agenda.meeting_id])).content.decode()
        assert "awaited since Mon 1 Mar 2027 (for 2 days)" in " ".join(page.split())
        line = next(one for one in waits(cast.chair_ru) if "Halal abroad" in str(one.why))
        assert line.since == BEGIN
        changed = operations.change_point(
            point, changes={"title": "Halal"}, revision=point.revision, by=cast.officer_my
        )
    assert changed.asked_at == BEGIN + timedelta(days=2)


# --- messages of an idea ----------------------------------------------------------------


@pytest.fixture
def proposed_idea(cast) -> Meeting:
    """An idea of Malaysia whose deadlines moved, with a message on it; then it was proposed."""
    make_rules(cast.commission, deadlines=[("papers", 14)])
    idea = make_meeting(cast.group, "idea", side=cast.malaysia, starts_on=date(2027, 6, 1))
    operations.reckon_deadlines(idea, by=cast.officer_my)
    Meeting.objects.filter(pk=idea.pk).update(starts_on=date(2027, 6, 8), ends_on=date(2027, 6, 8))
    idea.refresh_from_db()
    operations.reckon_deadlines(idea, by=cast.officer_my)
    assert told("deadlines_moved") == {"officer-my"}
    proposal = operations.proposal_of(idea)
    operations.propose_dates(proposal, revision=idea.revision, by=cast.officer_my)
    idea.refresh_from_db()
    assert (idea.side, idea.status) == (None, "proposed")
    return idea


@pytest.mark.parametrize("who", PEOPLE)
def test_what_was_written_of_an_idea_stays_with_its_side_once_it_is_proposed(
    client, cast, proposed_idea, who
):
    user = cast.people[who]
    early = Notice.objects.get(template="meetings/emails/deadlines_moved")
    assert early.private_to == cast.malaysia
    assert (early in visible_notices(user)) == (who == "officer_my")
    client.force_login(user)
    answer = client.get(reverse("message", args=[early.pk]))
    assert answer.status_code == (200 if who == "officer_my" else 404)
    listed = client.get(reverse("messages")).content.decode()
    assert (early.subject in listed) == (who == "officer_my")


def test_what_is_written_after_the_idea_was_proposed_is_read_as_ever(cast, proposed_idea):
    late = Notice.objects.filter(template="meetings/emails/dates_key_awaited")
    assert late.filter(private_to=None).count() == late.count() > 0
    assert set(visible_notices(cast.neutral)) == set(late)


def test_messages_of_an_idea_that_were_written_before_are_kept_too(cast, proposed_idea):
    """The migration finds them by the private lines of the history."""
    from importlib import import_module

    before = make_notice(proposed_idea, cast.malaysia)
    Notice.objects.update(private_to=None)
    Notice.objects.filter(pk=before.pk).update(created_at=BEGIN - timedelta(days=1))
    after = make_notice(proposed_idea, cast.malaysia)
    Notice.objects.filter(pk=after.pk).update(created_at=BEGIN + timedelta(days=1))
    migration = import_module("meetings.migrations.0024_messages_of_ideas_stay_private")
    with connection.cursor() as cursor:
        cursor.execute(migration.MESSAGES_OF_IDEAS)
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.private_to, after.private_to) == (cast.malaysia, None)
