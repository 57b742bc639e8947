"""The text of every message, compared by equality with a stored one."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.conf import settings
from django.db import transaction

from delegations import notifications, reminders
from delegations.models import Delegate, Delegation, Desk
from delegations.transitions import DELEGATE, DELEGATION
from meetings import operations
from meetings.transitions import DATES, MEETING, MOVE
from portal.models import Notice, Person
from tests.cast import make_cast
from tests.delegations.answers import messages
from tests.factories import (
    make_area,
    make_delegate,
    make_desk,
    make_meeting,
    make_sitting,
    make_user,
)
from tests.snapshot import assert_message_stored

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def delegate(db):
    """Somebody in Tokyo who comes for Russia, and chose two sittings on two days."""
    with time_machine.travel(datetime(2027, 4, 1, 9, tzinfo=UTC), tick=False):
        cast = make_cast()
        meeting = make_meeting(
            cast.group,
            status="announced",
            starts_on=date(2027, 5, 24),
            days=2,
            mode="hybrid",
            place="Kuala Lumpur",
        )
        make_desk(meeting)
        area = make_area(cast.group, "Food safety", names={"ru": "Безопасность пищевых продуктов"})
        talks = make_sitting(meeting, day=date(2027, 5, 24), kind="consultation", area=area)
        plenary = make_sitting(
            meeting,
            day=date(2027, 5, 25),
            wall=time(6, 30),
            join_link="https://video.example.org/plenary",
        )
        yield make_delegate(
            meeting,
            cast.russia,
            status="pending",
            full_name="Наталья <О’Коннор> & Ко",
            honorific="Dr",
            zone="Asia/Tokyo",
            reference="AB12-CD34",
            sittings=[talks, plenary],
        )


def in_language(delegate, language, **fields):
    Delegate.objects.filter(pk=delegate.pk).update(language=language, **fields)
    return Delegate.objects.for_list().get(pk=delegate.pk)


def approved(delegate, language):
    return in_language(delegate, language, status="approved")


def officer(delegate):
    return delegate.meeting.body.parent.appointments.get(party=None).person.user


def focal_point(delegate):
    return delegate.meeting.body.appointments.get(
        office="focal_point", party=delegate.party
    ).person.user


# How each message comes about, by the deed that sends it.


def registered(delegate, language):
    notifications.registered(in_language(delegate, language))


def link_again(delegate, language):
    notifications.link_again(in_language(delegate, language), "1")


def approved_by_focal_point(delegate, language):
    DELEGATE.perform(in_language(delegate, language), "approve", by=focal_point(delegate))


def declined(delegate, language):
    delegate = in_language(delegate, language)
    DELEGATE.perform(delegate, "decline", by=focal_point(delegate), reason="Нет в списке & <всё>.")


def asked(delegate, language):
    delegate = in_language(delegate, language)
    DELEGATE.perform(delegate, "ask_back", by=focal_point(delegate), reason="Кто вас & <назвал>?")


def cancelled(delegate, language):
    DELEGATE.perform(in_language(delegate, language), "cancel", by=None)


def changed(delegate, language):
    notifications.changed(approved(delegate, language))


def changed_and_undecided(delegate, language):
    notifications.changed(in_language(delegate, language))


def postponed(delegate, language):
    delegate = approved(delegate, language)
    MEETING.perform(delegate.meeting, "postpone", by=officer(delegate), reason="The hall burnt.")


def meeting_cancelled(delegate, language):
    delegate = approved(delegate, language)
    MEETING.perform(delegate.meeting, "cancel", by=officer(delegate), reason="The hall burnt.")


def meeting_changed(delegate, language):
    meeting = approved(delegate, language).meeting
    changes = {"place": "Putrajaya"}
    operations.change_meeting(meeting, changes=changes, revision=1, by=officer(delegate))
    proposal = meeting.proposals.get()
    for party in MOVE.missing(proposal):
        other = make_user("secretary", party, meeting.body)
        operations.agree_move(proposal, party=party, revision=1, by=other)


def sitting_changed(delegate, language):
    sitting = approved(delegate, language).sittings.get(kind="plenary")
    sitting.wall = time(9)
    operations.change_sitting(sitting, by=officer(delegate))


def sitting_cancelled(delegate, language):
    sitting = approved(delegate, language).sittings.get(kind="plenary")
    operations.cancel_sitting(sitting, by=officer(delegate), reason="Too early.")


def programme_changed(delegate, language):
    meeting = approved(delegate, language).meeting
    operations.shift_programme(meeting, days=1, by=officer(delegate), reason="A holiday.")


def meeting_ahead(delegate, language):
    delegate = approved(delegate, language)
    notifications.meeting_ahead(delegate, "1", delegate.sittings.first().starts_at)


def waiting(delegate, language):
    return in_language(
        delegate, language, status="waiting", waiting_since=datetime(2027, 3, 1, tzinfo=UTC)
    )


def queued(delegate, language):
    notifications.queued(waiting(delegate, language))


def promoted(delegate, language):
    DELEGATE.perform(waiting(delegate, language), "promote", by=officer(delegate))


def offered(delegate, language):
    Desk.objects.update(answer_hours=24)
    return DELEGATE.perform(waiting(delegate, language), "offer", by=officer(delegate))


def offer_accepted(delegate, language):
    DELEGATE.perform(offered(delegate, language), "accept", by=None)


def offer_ended(delegate, language):
    DELEGATE.perform(offered(delegate, language), "expire", by=None)


# Of delegations: the delegate of Russia is named for it, and Malaysia's officer reads.


def nomination(delegate, language):
    """The delegate as one whom Russia has named."""
    return in_language(delegate, language, status="nominated", track="delegation", capacity="head")


def named(delegate, language):
    notifications.named(nomination(delegate, language))


def expected(delegate, language):
    DELEGATE.perform(nomination(delegate, language), "approve_named", by=None)


def removed(delegate, language):
    delegate = nomination(delegate, language)
    DELEGATE.perform(delegate, "remove", by=focal_point(delegate), reason="Ill & <resting>.")


def read_in(delegate, language, status="open", **fields):
    """Russia's delegation, of which only Malaysia's focal point is told, in that language."""
    delegate = nomination(delegate, language)
    appointments = delegate.meeting.body.appointments
    appointments.exclude(office="focal_point").delete()
    delegate.meeting.body.parent.appointments.all().delete()
    Person.objects.update(language=language)
    Delegation.objects.filter(pk=delegate.delegation_id).update(status=status, **fields)
    Delegation.objects.exclude(pk=delegate.delegation_id).delete()
    return Delegation.objects.for_list().get(pk=delegate.delegation_id)


def delegation_submitted(delegate, language):
    Desk.objects.update(two_stages=True)
    delegation = read_in(delegate, language, note="Two more & <one> follow.")
    DELEGATION.perform(delegation, "submit", by=focal_point(delegate))


def delegation_confirmed(delegate, language):
    notifications.delegation_confirmed(read_in(delegate, language, "confirmed"))


def delegation_nobody(delegate, language):
    notifications.delegation_nobody(read_in(delegate, language, "nobody"))


def delegation_reopened(delegate, language):
    notifications.delegation_reopened(read_in(delegate, language), "The wrong list & <all>.")


def delegation_changed(delegate, language):
    delegation = read_in(delegate, language, "submitted")
    notifications.delegation_changed(delegation, datetime(2027, 4, 1, 9, tzinfo=UTC))


def delegation_due(delegate, language):
    Desk.objects.update(nominate_by=date(2027, 4, 8))
    read_in(delegate, language)
    reminders.remind_of_delegations(datetime(2027, 4, 1, 9, tzinfo=UTC))


def delegation_late(delegate, language):
    Desk.objects.update(nominate_by=date(2027, 3, 1), two_stages=True, confirm_by=date(2027, 3, 30))
    read_in(delegate, language, "submitted")
    reminders.remind_of_delegations(datetime(2027, 4, 1, 9, tzinfo=UTC))


def terms_set(delegate, language):
    by = officer(delegate)
    delegate.meeting.body.appointments.filter(party=delegate.party).delete()
    read_in(delegate, language)
    desk = Desk.objects.get()
    desk.nominate_by, desk.is_strict, desk.two_stages = date(2027, 4, 8), True, True
    notifications.terms_set(desk, by)


OF_SIDES = {
    "delegation_submitted": delegation_submitted,
    "delegation_confirmed": delegation_confirmed,
    "delegation_nobody": delegation_nobody,
    "delegation_reopened": delegation_reopened,
    "delegation_changed": delegation_changed,
    "delegation_due": delegation_due,
    "delegation_due-late": delegation_late,
    "terms_set": terms_set,
}
STORIES = {
    "named": named,
    "expected": expected,
    "removed": removed,
    "queued": queued,
    "promoted": promoted,
    "offered": offered,
    "accepted": offer_accepted,
    "offer_ended": offer_ended,
    "registered": registered,
    "link_again": link_again,
    "approved": approved_by_focal_point,
    "declined": declined,
    "asked": asked,
    "cancelled": cancelled,
    "changed": changed,
    "changed-undecided": changed_and_undecided,
    "meeting_called_off-postponed": postponed,
    "meeting_called_off-cancelled": meeting_cancelled,
    "meeting_changed": meeting_changed,
    "programme_changed": programme_changed,
    "programme_changed-one": sitting_changed,
    "programme_changed-cancelled": sitting_cancelled,
    "meeting_ahead": meeting_ahead,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", [*STORIES, *OF_SIDES])
def test_the_text_of_a_message_is_the_stored_one(delegate, story, language):
    template = story.split("-")[0]
    with transaction.atomic():
        {**STORIES, **OF_SIDES}[story](delegate, language)
    [notice] = messages(template)
    assert_message_stored(notice, f"delegations/{story}.{language}")


def test_every_message_has_a_story():
    told = {
        name
        for name, value in vars(notifications).items()
        if callable(value)
        and value.__module__ == notifications.__name__
        and not name.startswith("_")
    }
    # The text about a changed form is stored beside the form, in test_questionnaire.
    assert told - {"clock", "personal_url", "form_changed"} == {
        story.split("-")[0] for story in [*STORIES, *OF_SIDES]
    }


@pytest.mark.parametrize("story", OF_SIDES)
def test_a_message_about_a_delegation_leads_to_it_and_names_nobody(delegate, story):
    with transaction.atomic():
        OF_SIDES[story](delegate, "en")
    [notice] = messages(story.split("-")[0])
    assert delegate.meeting.full_label in notice.subject
    assert notice.body.count("http") == 1
    assert "You get this message because" in notice.body
    assert delegate.full_name not in notice.body
    assert "&lt;" not in notice.body


@pytest.mark.parametrize("story", STORIES)
def test_a_message_holds_what_every_message_holds(delegate, story):
    with transaction.atomic():
        STORIES[story](delegate, "en")
    [notice] = messages(story.split("-")[0])
    assert delegate.meeting.full_label in notice.subject
    assert notifications.personal_url(delegate) in notice.body
    assert notice.body.count("http") - notice.body.count("video.example.org") == 1
    assert "Kuala Lumpur (UTC+08:00)" in notice.body
    assert "Moscow (UTC+03:00)" in notice.body
    assert "your time (UTC+09:00)" in notice.body
    assert "You get this message because" in notice.body
    assert "&lt;" not in notice.body
    assert "&amp;" not in notice.body
    assert notice.party == delegate.party


@pytest.mark.parametrize("story", STORIES)
def test_nobody_else_reads_the_personal_link_in_the_list_of_messages(delegate, story):
    with transaction.atomic():
        STORIES[story](delegate, "en")
    [notice] = messages(story.split("-")[0])
    assert delegate.token in notice.body
    assert delegate.token not in notice.shown_body


@pytest.mark.parametrize("story", ["registered", "declined", "cancelled", "changed-undecided"])
def test_joining_links_are_for_the_approved_alone(delegate, story):
    with transaction.atomic():
        STORIES[story](delegate, "en")
    [notice] = messages(story.split("-")[0])
    assert "video.example.org" not in notice.body + notice.calendar


# --- who is told when the meeting moves -----------------------------------------------


def test_there_is_nothing_to_join_while_the_meeting_is_off(delegate):
    postponed(delegate, "en")
    [notice] = messages("meeting_called_off")
    assert "video.example.org" not in notice.body


def test_only_those_who_chose_the_sitting_hear_of_its_change(delegate):
    other = make_delegate(delegate.meeting, delegate.party)
    sitting_changed(delegate, "en")
    assert {notice.email for notice in messages("programme_changed")} == {delegate.email}
    assert other.email not in {notice.email for notice in messages("programme_changed")}


@pytest.mark.parametrize("status", ["declined", "cancelled"])
def test_who_does_not_come_any_more_is_left_in_peace(delegate, status):
    in_language(delegate, "en", status=status)
    meeting = delegate.meeting
    MEETING.perform(meeting, "cancel", by=officer(delegate), reason="So.")
    assert messages("meeting_called_off") == []


def test_a_meeting_called_off_announced_and_called_off_again_is_told_each_time(delegate):
    by, meeting = officer(delegate), delegate.meeting
    for _turn in range(2):
        meeting = MEETING.perform(meeting, "postpone", by=by, reason="So.")
        proposal = operations.proposal_of(meeting)
        operations.propose_dates(proposal, revision=meeting.revision, by=by)
        meeting.refresh_from_db()
        for party in DATES.missing(meeting):
            other = make_user("secretary", party, meeting.body)
            operations.agree_dates(meeting, party=party, revision=meeting.revision, by=other)
        meeting = MEETING.perform(meeting, "announce", by=by)
    assert len(messages("meeting_called_off")) == 2
    assert len(messages("meeting_changed")) == 2


def test_new_dates_of_a_meeting_that_is_off_are_told_when_it_is_announced(delegate):
    by, meeting = officer(delegate), delegate.meeting
    meeting = MEETING.perform(meeting, "postpone", by=by, reason="So.")
    changes = {"starts_on": date(2027, 6, 24), "ends_on": date(2027, 6, 25)}
    operations.change_meeting(meeting, changes=changes, revision=meeting.revision, by=by)
    assert messages("meeting_changed") == []


def test_thirty_people_take_as_many_questions_each_as_one(delegate, django_assert_max_num_queries):
    for _number in range(30):
        make_delegate(delegate.meeting, delegate.party, sittings=delegate.sittings.all())
    before = Notice.objects.count()
    with django_assert_max_num_queries(134):
        meeting_cancelled(delegate, "en")
    assert Notice.objects.count() > before + 30
