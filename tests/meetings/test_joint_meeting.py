"""A meeting of several bodies: the people of each are told, asked and may as those of the main."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from delegations.models import Delegate
from meetings import operations, reminders
from meetings.models import (
    ActionItem,
    AgendaItem,
    AgendaNote,
    Body,
    Deadline,
    Meeting,
    MeetingNumber,
    Paper,
    Undertaking,
    know_bodies,
)
from meetings.permissions import (
    can_add_item,
    can_add_paper,
    can_decide_for_all,
    can_edit_agenda,
    can_meet_deadline,
    can_prepare_next,
    can_propose,
    can_release_number,
    can_run,
    visible_notices,
)
from meetings.transitions import CLOSING, DATES, LATE, POINTS, RELEASE
from meetings.work import coming_for, work_for
from portal.models import Notice, Party, User
from portal.refusal import NotYours
from tests.factories import (
    forget_standing,
    make_agenda,
    make_appointment,
    make_body,
    make_deadline,
    make_delegate,
    make_item,
    make_key,
    make_meeting,
    make_notice,
    make_own_note,
    make_paper,
    make_party,
    make_point,
    make_sitting,
    make_user,
    today,
)


@dataclass(frozen=True)
class Trade:
    """The other body that meets: Russia's and Azerbaijan's, with its own people."""

    body: Body
    azerbaijan: Party
    officer_az: User
    chair_az: User
    focal_az: User
    officer_ru: User  # of this body alone
    neutral: User  # of this body alone

    @property
    def people(self) -> dict[str, User]:
        return {name: one for name, one in vars(self).items() if isinstance(one, User)}


@pytest.fixture
def trade(cast) -> Trade:
    azerbaijan = make_party("AZ")
    body = make_body([cast.russia, azerbaijan], kind="committee", name="Trade Committee")
    return Trade(
        body=body,
        azerbaijan=azerbaijan,
        officer_az=make_user("secretary", azerbaijan, body, "officer-az@example.org"),
        chair_az=make_user("chair", azerbaijan, body, "chair-az@example.org"),
        focal_az=make_user("focal_point", azerbaijan, body, "focal-az@example.org"),
        officer_ru=make_user("secretary", cast.russia, body, "trade-ru@example.org"),
        neutral=make_user("secretary", None, body, "trade-neutral@example.org"),
    )


def joined(meeting: Meeting, body: Body, number: int = 3) -> Meeting:
    """The meeting, counting as one of a further body too."""
    MeetingNumber.objects.create(meeting=meeting, body=body, series="ordinary", number=number)
    meeting.refresh_from_db()
    return meeting


def asked_anew(*users: User) -> None:
    """What a person holds and sees is asked once a request; here comes the next one."""
    for user in users:
        forget_standing(user)


@pytest.fixture
def joint(cast, trade) -> Meeting:
    """A meeting of the working group and of the Trade Committee."""
    meeting = joined(make_meeting(cast.group), trade.body)
    asked_anew(*cast.people.values(), *trade.people.values())
    return meeting


def told(template: str) -> set[str]:
    """The addresses that got a message, before the sign."""
    found = Notice.objects.filter(template=f"meetings/emails/{template}")
    return {one.split("@")[0] for one in found.values_list("email", flat=True)}


def waits(user: User) -> list[str]:
    """Why what waits for a person does."""
    forget_standing(user)
    return [str(one.why) for one in work_for(user, today())]


# --- who may ----------------------------------------------------------------------------

RUNNING = {"officer_az", "officer_ru", "neutral"}


@pytest.mark.parametrize("who", ["officer_az", "chair_az", "focal_az", "officer_ru", "neutral"])
def test_the_secretaries_of_the_other_body_run_it_as_those_of_the_main_one(trade, joint, who):
    user = trade.people[who]
    assert can_run(user, joint) == (who in RUNNING)
    assert can_propose(user, joint) == (who != "focal_az")
    assert can_edit_agenda(user, joint) == (who != "focal_az")
    assert can_add_item(user, joint) == (who != "focal_az")
    assert can_add_paper(user, joint)
    assert list(Meeting.objects.run_by(user)) == ([joint] if who in RUNNING else [])


def test_the_people_of_the_other_body_may_nothing_with_a_meeting_of_the_main_one_alone(
    cast, trade, joint
):
    alone = make_meeting(cast.group)
    for user in trade.people.values():
        assert not can_run(user, alone)
        assert not can_propose(user, alone)
        assert not can_add_paper(user, alone)
        assert alone not in Meeting.objects.visible_to(user)
        assert alone not in Meeting.objects.run_by(user)


def test_running_a_joint_meeting_opens_nothing_in_the_main_body_itself(trade, joint):
    assert not can_prepare_next(trade.officer_az, joint)
    assert not can_add_paper(trade.officer_az, joint.body)
    assert not can_decide_for_all(trade.neutral, joint.body)


def test_no_neutral_secretariat_gives_the_numbers_of_another_body_free(cast, trade, joint):
    assert not can_release_number(cast.neutral, joint)
    assert not can_release_number(trade.neutral, joint)
    assert can_release_number(cast.neutral, make_meeting(cast.group))


def test_an_idea_of_one_side_is_run_by_that_side_alone_whatever_bodies_there_are(cast, trade):
    idea = make_meeting(cast.group, "idea", side=cast.russia)
    assert can_run(cast.officer_ru, idea)
    assert not can_run(trade.officer_ru, idea)
    assert idea not in Meeting.objects.visible_to(trade.officer_ru)


def test_a_party_has_one_key_whichever_of_its_people_gives_it(cast, trade, joint):
    assert {party.code for party in DATES.parties(joint)} == {"my", "ru", "az"}
    operations.agree_dates(joint, party=cast.russia, revision=1, by=trade.officer_ru)
    assert {party.code for party in DATES.missing(joint)} == {"my", "az"}
    with pytest.raises(NotYours):
        operations.agree_dates(joint, party=cast.malaysia, revision=1, by=trade.officer_az)
    operations.agree_dates(joint, party=trade.azerbaijan, revision=1, by=trade.chair_az)
    operations.agree_dates(joint, party=cast.malaysia, revision=1, by=cast.chair_my)
    joint.refresh_from_db()
    assert joint.status == "agreed"


def test_the_other_bodys_secretary_announces_it_on_the_page(client, cast, trade, joint):
    make_sitting(joint)
    make_user("chair", cast.russia, trade.body)
    for party in joint.sides():
        make_key(joint, party=party)
    Meeting.objects.filter(pk=joint.pk).update(status="agreed")
    client.force_login(trade.officer_az)
    page = client.get(joint.get_absolute_url()).content.decode()
    assert reverse("meeting-do", args=[joint.pk, "announce"]) in page
    client.post(reverse("meeting-do", args=[joint.pk, "announce"]))
    joint.refresh_from_db()
    assert joint.status == "announced"
    assert told("meeting_announced") >= {"focal-az", "officer-my", "focal-ru", "chair-az"}


@pytest.mark.parametrize(
    "name",
    [
        "meeting",
        "agenda",
        "meeting-papers",
        "meeting-items",
        "meeting-deadlines",
        "meeting-messages",
        "meeting-history",
        "delegations",
    ],
)
def test_every_page_of_it_opens_for_the_other_bodys_secretary(client, trade, joint, name):
    client.force_login(trade.officer_az)
    assert client.get(reverse(name, args=[joint.pk])).status_code == 200


# --- who is told ------------------------------------------------------------------------


def test_deadlines_are_told_to_and_met_by_each_side_of_every_body(cast, trade, joint):
    papers = make_deadline(joint, party=trade.azerbaijan, due_on=today() - timedelta(days=1))
    other = make_deadline(joint, party=cast.malaysia, due_on=today() - timedelta(days=1))
    assert set(Deadline.objects.visible_to(trade.focal_az)) == {papers, other}
    assert can_meet_deadline(trade.focal_az, papers)
    assert not can_meet_deadline(trade.focal_az, other)
    assert not can_meet_deadline(cast.officer_my, papers)
    assert len([one for one in waits(trade.officer_az) if one.startswith("Missed")]) == 1
    reminders.remind_of_deadlines(noon())
    assert "officer-az" in told("deadline_missed")
    assert Notice.objects.filter(email="officer-az@example.org").count() == 1


def noon():
    """Afternoon in Kuala Lumpur, when nobody of the three sides sleeps."""
    return datetime.combine(today(), datetime.min.time(), UTC) + timedelta(hours=7)


def test_an_agendas_key_is_asked_of_the_co_chairs_of_every_body(cast, trade, joint):
    agenda = make_agenda(joint)
    operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my)
    assert told("agenda_key_awaited") == {"chair-ru", "chair-az"}
    assert any("agreed to the agenda" in one for one in waits(trade.chair_az))
    operations.agree_agenda(agenda, party=trade.azerbaijan, revision=1, by=trade.chair_az)
    assert not any("agreed to the agenda" in one for one in waits(trade.chair_az))
    assert POINTS.missing(agenda) == [cast.russia]


def test_a_late_point_is_put_to_the_co_chairs_of_every_body(cast, trade, joint):
    agenda = make_agenda(joint, status="agreed")
    operations.propose_late_point(
        agenda,
        AgendaItem(title="Halal abroad", proposer=trade.azerbaijan, status="late"),
        to="end",
        speakers=[],
        by=trade.officer_az,
    )
    assert told("late_point_proposed") == {"chair-my", "chair-ru", "chair-az"}
    late = agenda.items.get(status="late")
    assert len(LATE.missing(late)) == 3
    assert any("Halal abroad" in one for one in waits(trade.chair_az))
    assert any("Halal abroad" in one for one in waits(cast.chair_my))


def test_a_paper_is_asked_about_and_refused_in_every_body(cast, trade, joint):
    paper = make_paper(joint.body, meeting=joint, party=cast.malaysia)
    operations.ask_for_paper(paper, wanted="agreed", revision=1, by=cast.officer_my)
    assert told("paper_key_awaited") == {"chair-my", "chair-ru", "chair-az"}
    assert any("asked to make this paper" in one for one in waits(trade.chair_az))
    paper.refresh_from_db()
    assert RELEASE.office(trade.chair_az, paper, trade.azerbaijan)
    operations.decline_paper(paper, reason="Not yet.", by=trade.chair_az)
    assert told("paper_declined") == {
        "chair-my",
        "officer-my",
        "chair-ru",
        "officer-ru",
        "trade-ru",
    }


def test_what_is_agreed_together_is_undertaken_and_closed_by_every_side(cast, trade, joint):
    Meeting.objects.filter(pk=joint.pk).update(status="held")
    joint.refresh_from_db()
    item = make_item(joint, due_on=today())
    assert {party.code for party in item.sides()} == {"my", "ru", "az"}
    Undertaking.objects.get_or_create(item=item, party=trade.azerbaijan)
    assert item in ActionItem.objects.visible_to(trade.focal_az)
    assert any(one.startswith("Azerbaijan reports") for one in waits(trade.focal_az))
    operations.agree_done(item, party=cast.malaysia, revision=item.revision, by=cast.chair_my)
    assert told("closing_key_awaited") == {"chair-ru", "chair-az"}
    assert any("says this is done" in one for one in waits(trade.chair_az))
    assert CLOSING.office(trade.chair_az, item, trade.azerbaijan)


def test_the_word_of_an_item_is_the_same_in_a_list_and_on_its_page(cast, trade, joint):
    item = make_item(joint)
    for party in item.sides():
        Undertaking.objects.get_or_create(item=item, party=party)
    part = item.undertakings.get(party=trade.azerbaijan)
    operations.report_status(part, state="on_track", text="", by=trade.focal_az)
    found = ActionItem.objects.with_word(CLOSING.given(ActionItem), today()).get(pk=item.pk)
    assert found.stands == found.word().name == "one_side"


def test_a_missing_key_to_the_dates_waits_for_the_other_bodys_people(trade, joint):
    assert any("Azerbaijan" in one for one in waits(trade.officer_az))
    assert any("Azerbaijan" in one for one in waits(trade.chair_az))
    assert waits(trade.focal_az) == []


def test_a_vacant_chair_of_the_other_body_waits_for_its_secretary(cast, trade, joint):
    assert any("no co-chair" in one for one in waits(trade.officer_ru))


def test_who_holds_offices_in_both_bodies_is_told_once(cast, trade, joint):
    make_appointment(cast.chair_ru, trade.body, "chair", party=cast.russia)
    agenda = make_agenda(joint)
    operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my)
    assert Notice.objects.filter(email="chair-ru@example.org").count() == 1


# --- who must not know ------------------------------------------------------------------


def test_each_sides_messages_stay_with_its_own_secretaries_of_either_body(cast, trade, joint):
    for party, subject in ((trade.azerbaijan, "For AZ"), (cast.malaysia, "For MY")):
        make_notice(joint, party, subject=subject)
    seen = {
        name: set(visible_notices(user).values_list("subject", flat=True))
        for name, user in trade.people.items()
    }
    assert seen["officer_az"] == {"For AZ"}
    assert seen["officer_ru"] == seen["focal_az"] == seen["chair_az"] == set()
    assert seen["neutral"] == {"For AZ", "For MY"}
    assert set(visible_notices(cast.officer_my).values_list("subject", flat=True)) == {"For MY"}


def test_own_papers_and_notes_reach_the_own_side_of_either_body_and_no_other(cast, trade, joint):
    agenda = make_agenda(joint)
    point = agenda.items.first()
    note = make_own_note(point, trade.azerbaijan)
    paper = make_paper(joint.body, meeting=joint, party=trade.azerbaijan, access="internal")
    for user in (trade.officer_az, trade.chair_az, trade.focal_az):
        assert note in AgendaNote.objects.visible_to(user)
        assert paper in Paper.objects.visible_to(user)
    for user in (*cast.people.values(), trade.officer_ru, trade.neutral):
        assert note not in AgendaNote.objects.visible_to(user)
        assert paper not in Paper.objects.visible_to(user)


def test_pending_registrations_are_the_own_sides_affair_in_either_body(cast, trade, joint):
    Meeting.objects.filter(pk=joint.pk).update(status="announced", was_announced=True)
    joint.refresh_from_db()
    one = make_delegate(joint, trade.azerbaijan, "pending")
    assert one in Delegate.objects.decided_by(trade.focal_az)
    assert one in Delegate.objects.visible_to(trade.officer_az)
    for user in (cast.focal_my, cast.officer_my, trade.officer_ru, cast.focal_ru):
        assert one not in Delegate.objects.decided_by(user)
        assert one not in Delegate.objects.visible_to(user)


# --- what it costs ----------------------------------------------------------------------


def test_the_further_bodies_of_many_meetings_are_fetched_at_once(
    cast, trade, django_assert_num_queries
):
    for number in range(30):
        joined(make_meeting(cast.group), trade.body, number + 1)
    meetings = list(Meeting.objects.for_list())
    with django_assert_num_queries(3):  # numbers with bodies, seats, parties
        know_bodies(meetings)
    with django_assert_num_queries(0):
        assert {len(one.sides()) for one in meetings} == {3}
        assert all("Trade Committee" in one.full_label for one in meetings)
    alone = [make_meeting()]
    with django_assert_num_queries(0):
        know_bodies(alone)


def fill(cast, trade, rows: int) -> None:
    """One of each sort for each of so many joint meetings, for the co-chair of Azerbaijan."""
    for number in range(1, rows + 1):
        meeting = joined(make_meeting(cast.group), trade.body, number)
        make_sitting(meeting)
        agenda = make_agenda(meeting, points=("Opening",))
        make_key(agenda, "agenda", cast.malaysia)
        make_point(agenda, "Late", status="late", proposer=cast.malaysia)
        make_paper(cast.group, meeting=meeting, party=cast.malaysia, wanted="agreed")
        make_deadline(meeting, party=trade.azerbaijan, due_on=today())
        cancelled = joined(make_meeting(cast.group, "cancelled"), trade.body, 100 + number)
        make_key(cancelled, "free_number", cast.malaysia)
        item = make_item(meeting, due_on=today())
        Undertaking.objects.get_or_create(item=item, party=trade.azerbaijan)
        make_key(item, "closing", cast.malaysia)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_work_page_costs_the_same_with_one_joint_meeting_and_with_thirty(
    client, cast, trade, django_assert_num_queries, rows
):
    fill(cast, trade, rows)
    asked_anew(trade.chair_az)
    assert len(coming_for(trade.chair_az, today())) == min(rows, 12)
    client.force_login(trade.chair_az)
    client.get(reverse("work"))
    with django_assert_num_queries(61):
        page = client.get(reverse("work")).content.decode()
    assert "Trade Committee" in page


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("meetings", 15), ("items", 20), ("calendar", 13), ("feeds", 13), ("messages", 8)],
)
def test_lists_cost_the_same_with_one_joint_meeting_and_with_thirty(
    client, cast, trade, django_assert_num_queries, rows, name, queries
):
    fill(cast, trade, rows)
    client.force_login(trade.officer_az)
    client.get(reverse(name))
    with django_assert_num_queries(queries):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_looking_for_reminders_asks_as_often_for_one_joint_meeting_as_for_many_deadlines(
    cast, trade, joint, django_assert_num_queries, rows
):
    for number in range(rows):
        body = make_party(f"P{number}")
        make_deadline(joint, party=body, due_on=today())
    with django_assert_num_queries(6):
        reminders.deadline_reminders_due(
            Deadline.objects.select_related("meeting__body", "party"), noon()
        )
