"""What waits for people around registrations, and what the meeting's page learns."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.work import work_for
from portal import work
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate, make_desk, make_meeting, make_sitting, today


def around_registrations(user):
    """What waits, without the delegations that are still to be put together."""
    items = work_for(user, today())
    return [item for item in items if not item.url.startswith("/delegations/")]


def sentences(user):
    return [str(item.why) for item in around_registrations(user)]


def test_the_focal_point_reads_how_many_wait_and_since_when(fair):
    since = timezone.now() - timedelta(days=3)
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending", registered_at=since)
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    make_delegate(fair.meeting, fair.cast.malaysia)
    make_delegate(fair.meeting, fair.cast.russia, status="pending")
    [item] = around_registrations(fair.cast.focal_my)
    assert item.why == "2 registrations wait for your decision."
    assert item.since == since
    assert item.tone == "key"
    assert item.url == reverse("participants", args=[fair.meeting.pk]) + "?status=pending"
    assert sentences(fair.cast.focal_ru) == ["1 registration waits for your decision."]


@pytest.mark.parametrize("who", ["officer_my", "chair_my", "neutral", "delegate", "outsider"])
def test_decisions_wait_for_nobody_else(fair, who):
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    assert sentences(fair.cast.people[who]) == []


def test_the_secretaries_are_told_that_registration_is_not_open_yet(cast):
    fair = make_fair(cast, status="not_open")
    for who in ("officer_my", "officer_ru", "neutral"):
        [item] = around_registrations(cast.people[who])
        assert item.why == "The meeting is announced, and registration is not open yet."
        assert item.url == reverse("delegations", args=[fair.meeting.pk])
    assert sentences(cast.chair_my) == []


def test_a_delegate_finds_the_own_registration(fair):
    delegate = make_delegate(
        fair.meeting, fair.cast.malaysia, person=fair.cast.delegate.person, status="pending"
    )
    [item] = work_for(fair.cast.delegate, today())
    assert item.why == "You are registered; your side has not decided yet."
    assert item.url == reverse("registration", args=[delegate.token])


def test_what_is_over_or_off_waits_for_nobody(cast):
    for status in ("held", "closed", "postponed", "cancelled"):
        meeting = make_meeting(cast.group, status=status)
        make_desk(meeting, status="not_open")
        make_delegate(meeting, cast.malaysia, status="pending")
        make_delegate(meeting, cast.malaysia, person=cast.delegate.person)
    past = make_meeting(cast.group, status="announced", starts_on=today() - timedelta(days=9))
    make_desk(past)
    make_delegate(past, cast.malaysia, status="pending")
    for user in cast.people.values():
        assert sentences(user) == []


def test_thirty_meetings_take_as_many_questions_as_one(cast, django_assert_num_queries):
    def meetings(number):
        for _number in range(number):
            fair = make_fair(cast, status="not_open")
            make_delegate(fair.meeting, cast.malaysia, status="pending")

    meetings(1)
    list(work_for(cast.focal_my, today()))
    with django_assert_num_queries(6):
        assert len(list(work_for(cast.focal_my, today()))) == 2
    meetings(29)
    with django_assert_num_queries(6):
        assert len(list(work_for(cast.focal_my, today()))) == 60


def test_the_meetings_page_leads_to_registration_while_it_is_open(client, fair):
    url = reverse("meeting", args=[fair.meeting.pk])
    assert fair.url in client.get(url).content.decode()
    fair.desk.status = "closed"
    fair.desk.save()
    assert fair.url not in client.get(url).content.decode()


def test_after_the_meeting_everybody_reads_how_many_registered(cast):
    meeting = make_meeting(cast.group, status="held", starts_on=today() - timedelta(days=9))
    make_sitting(meeting)
    make_delegate(meeting, cast.malaysia)
    make_delegate(meeting, cast.russia)
    for user in (cast.outsider, cast.officer_ru):
        assert dict(work.facts_for(meeting, user)) == {"Registered": 2}


def test_before_it_the_public_reads_no_figure(fair):
    make_delegate(fair.meeting, fair.cast.malaysia)
    assert dict(work.facts_for(fair.meeting, fair.cast.outsider)) == {}
    assert dict(work.facts_for(fair.meeting, fair.cast.neutral)) == {
        "Registered": 1,
        "Confirmed": 1,
    }
