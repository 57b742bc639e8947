"""Agreeing on dates in rounds, and moving what is announced by every side's key."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from meetings import operations
from meetings.models import Meeting, NoteVerbale, Proposal, Timing
from meetings.transitions import DATES, MEETING, MOVE
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE, make_cast
from tests.factories import (
    make_body,
    make_delegate,
    make_desk,
    make_key,
    make_meeting,
    make_party,
    make_room,
    make_sitting,
    make_user,
)
from tests.snapshot import assert_message_stored
from tests.together import together

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
FIRST, LATER = date(2026, 10, 13), date(2026, 10, 20)

SECRETARIES = {"officer_my", "officer_ru", "neutral"}
CHAIRS = {"chair_my", "chair_ru"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def meeting(cast) -> Meeting:
    """Proposed for October, by nobody in particular."""
    return make_meeting(cast.group, starts_on=FIRST, mode="virtual")


@pytest.fixture
def announced(cast) -> Meeting:
    """Announced with both keys and a plenary."""
    meeting = make_meeting(cast.group, "announced", starts_on=FIRST)
    make_sitting(meeting)
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(meeting, party=chair.party, holder=chair)
    return meeting


def propose(meeting, by, **changes) -> Meeting:
    """Put other days to the others; the meeting as it is then."""
    meeting.refresh_from_db()
    changes = {"starts_on": LATER, "ends_on": LATER, **changes}
    operations.propose_dates(
        operations.proposal_of(meeting, **changes), revision=meeting.revision, by=by
    )
    meeting.refresh_from_db()
    return meeting


def agree(meeting, party, by) -> Meeting:
    operations.agree_dates(meeting, party=party, revision=meeting.revision, by=by)
    meeting.refresh_from_db()
    return meeting


def states(agreement, obj) -> dict[str, str]:
    return {seal.party.code: seal.state for seal in agreement.seals(obj)}


def rounds(meeting) -> list[tuple]:
    return [(one.party and one.party.code, one.status) for one in meeting.proposals.all()]


# --- rounds while it is prepared ------------------------------------------------------


def test_who_proposes_gives_the_own_key_at_once(cast, meeting):
    propose(meeting, cast.officer_my)
    assert states(DATES, meeting) == {"my": "full", "ru": "empty"}
    assert meeting.proposer == cast.malaysia


def test_sides_answer_each_other_for_any_number_of_rounds(cast, meeting):
    for turn in range(4):
        by = cast.officer_ru if turn % 2 else cast.officer_my
        day = LATER + timedelta(days=turn)
        propose(meeting, by, starts_on=day, ends_on=day)
    assert meeting.status == "counter_proposed"
    assert meeting.starts_on == LATER + timedelta(days=3)
    assert rounds(meeting) == [
        ("my", "replaced"),
        ("ru", "replaced"),
        ("my", "replaced"),
        ("ru", "open"),
    ]
    agree(meeting, cast.malaysia, cast.chair_my)
    assert meeting.status == "agreed"
    assert rounds(meeting)[-1] == ("ru", "accepted")


def test_a_side_that_changes_its_own_proposal_has_not_answered_itself(cast, meeting):
    propose(meeting, cast.officer_my)
    propose(meeting, cast.chair_my, place="Kazan", mode="hybrid")
    assert meeting.status == "counter_proposed"  # still the answer to what stood there
    again = make_meeting(cast.group, proposer=cast.malaysia, starts_on=FIRST)
    assert propose(again, cast.officer_my).status == "proposed"


def test_the_neutral_secretariat_proposes_and_every_side_is_asked(cast, meeting):
    propose(meeting, cast.neutral)
    assert states(DATES, meeting) == {"my": "empty", "ru": "empty"}
    asked = set(Notice.objects.values_list("email", flat=True))
    assert asked == {
        user.email for user in (cast.officer_my, cast.officer_ru, cast.chair_my, cast.chair_ru)
    }


def test_three_sides_need_three_keys_and_each_may_answer(cast, meeting):
    azerbaijan = make_party("AZ")
    cast.group.seats.create(party=azerbaijan, order=3)
    third = make_user("chair", azerbaijan, cast.group)
    propose(meeting, cast.officer_my)
    agree(meeting, cast.russia, cast.chair_ru)
    assert meeting.status == "counter_proposed"
    propose(meeting, third, starts_on=FIRST, ends_on=FIRST)
    assert states(DATES, meeting) == {"my": "broken", "ru": "broken", "az": "full"}
    agree(meeting, cast.malaysia, cast.officer_my)
    agree(meeting, cast.russia, cast.officer_ru)
    assert meeting.status == "agreed"


def test_what_stands_there_already_is_no_proposal(cast, meeting):
    with pytest.raises(Refused, match="stand there already"):
        propose(meeting, cast.officer_my, starts_on=FIRST, ends_on=FIRST)


def test_a_key_taken_back_opens_the_dates_again(cast, meeting):
    propose(meeting, cast.officer_my)
    agree(meeting, cast.russia, cast.officer_ru)
    operations.take_back_dates_key(meeting, party=cast.russia, by=cast.officer_ru)
    meeting.refresh_from_db()
    assert (meeting.status, rounds(meeting)[-1]) == ("proposed", ("my", "open"))
    agree(meeting, cast.russia, cast.officer_ru)
    assert (meeting.status, rounds(meeting)[-1]) == ("agreed", ("my", "accepted"))


def test_an_answer_to_agreed_dates_opens_them_again(cast, meeting):
    propose(meeting, cast.officer_my)
    agree(meeting, cast.russia, cast.officer_ru)
    propose(meeting, cast.officer_ru, starts_on=FIRST, ends_on=FIRST)
    assert meeting.status == "counter_proposed"


def test_an_idea_becomes_the_affair_of_all_sides_when_it_is_proposed(cast):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia, starts_on=FIRST)
    propose(idea, cast.officer_my, starts_on=FIRST, ends_on=FIRST)
    assert (idea.status, idea.side, idea.numbers.get().number) == ("proposed", None, 1)
    assert Meeting.objects.visible_to(cast.officer_ru).filter(pk=idea.pk).exists()


def test_the_history_of_an_idea_stays_with_its_side(client, cast):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia, starts_on=FIRST)
    operations.change_meeting(idea, changes={"title": "Secret"}, revision=1, by=cast.officer_my)
    propose(idea, cast.officer_my)
    for user, lines in ((cast.officer_my, True), (cast.officer_ru, False), (cast.neutral, False)):
        client.force_login(user)
        page = client.get(reverse("meeting-history", args=[idea.pk])).content.decode()
        assert ("changed the number, the title" in page) is lines
        assert "proposed dates and place to the other sides" in page


def test_an_idea_whose_number_was_taken_meanwhile_is_refused_with_a_sentence(cast):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia, number=3, starts_on=FIRST)
    make_meeting(cast.group, number=3)
    with pytest.raises(Refused, match="Choose the next free one"):
        propose(idea, cast.officer_my)
    idea.refresh_from_db()
    assert (idea.status, idea.side) == ("idea", cast.malaysia)
    assert not idea.proposals.exists()


@pytest.mark.parametrize("who", ["officer_ru", "neutral", "chair_ru", "focal_ru", "outsider"])
def test_no_page_and_no_deed_reaches_another_sides_idea(client, cast, who):
    idea = make_meeting(
        cast.group, "idea", side=cast.malaysia, starts_on=FIRST, title="Hidden thought"
    )
    make_sitting(idea, title="Hidden sitting")
    client.force_login(cast.people[who])
    for name in ("meeting", "meeting-change", "proposal-new", "meeting-bodies", "meeting-history"):
        assert client.get(reverse(name, args=[idea.pk])).status_code == 404
    for name in ("meeting-drop", "meeting-number", "meeting-dates-key"):
        assert client.post(reverse(name, args=[idea.pk])).status_code == 404
    pages = [reverse("meetings"), cast.group.get_absolute_url(), "/"]
    for page in pages:
        assert "Hidden" not in client.get(page).content.decode()


def test_a_dropped_idea_is_gone_and_a_proposed_meeting_is_not_dropped(client, cast, meeting):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia, number=9, starts_on=FIRST)
    client.force_login(cast.officer_my)
    client.post(reverse("meeting-drop", args=[idea.pk]))
    client.post(reverse("meeting-drop", args=[meeting.pk]))
    assert list(Meeting.objects.all()) == [meeting]


def test_a_postponed_meeting_keeps_its_old_days_and_is_proposed_anew(cast, announced):
    MEETING.perform(announced, "postpone", by=cast.officer_ru, reason="Elections.")
    propose(announced, cast.officer_my)
    assert (announced.status, announced.starts_on, announced.number) == ("proposed", LATER, 1)
    assert states(DATES, announced) == {"my": "full", "ru": "broken"}
    kept = [(one.kind, one.starts_on, one.reason) for one in announced.timings.all()]
    assert kept == [("announced", FIRST, "Elections."), ("planned", LATER, "")]


def test_a_meeting_that_is_over_or_cancelled_is_not_proposed_again(cast):
    for status in ("held", "closed", "cancelled"):
        with pytest.raises(Refused, match="over or cancelled"):
            propose(make_meeting(cast.group, status, starts_on=FIRST), cast.officer_my)


# --- declining and withdrawing --------------------------------------------------------


def test_a_declined_proposal_stays_on_record_and_waits_for_another(cast, meeting):
    propose(meeting, cast.officer_my)
    operations.answer_proposal(
        meeting.proposals.get(), "decline", by=cast.officer_ru, reason="A holiday."
    )
    with pytest.raises(Refused, match="declined or withdrawn"):
        agree(meeting, cast.russia, cast.chair_ru)
    propose(meeting, cast.officer_ru, starts_on=FIRST, ends_on=FIRST)
    assert rounds(meeting) == [("my", "declined"), ("ru", "open")]


def test_declining_needs_a_reason_and_everybody_who_turns_keys_reads_it(cast, meeting):
    propose(meeting, cast.officer_my)
    proposal = meeting.proposals.get()
    with pytest.raises(Refused, match="Write a reason"):
        operations.answer_proposal(proposal, "decline", by=cast.officer_ru)
    operations.answer_proposal(proposal, "decline", by=cast.officer_ru, reason="A holiday.")
    told = Notice.objects.filter(template="meetings/emails/proposal_declined")
    assert {"A holiday." in notice.body for notice in told} == {True}
    assert {cast.chair_my.email, cast.officer_my.email} <= set(told.values_list("email", flat=True))


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("deed", "may"),
    [
        ("decline", {"officer_ru", "chair_ru"}),
        ("withdraw", {"officer_my", "chair_my"}),
    ],
)
def test_the_others_decline_and_who_proposed_withdraws(client, cast, meeting, who, deed, may):
    propose(meeting, cast.officer_my)
    proposal = meeting.proposals.get()
    client.force_login(cast.people[who])
    answer = client.post(reverse("proposal-do", args=[proposal.pk, deed]), {"reason": "So."})
    inside = SECRETARIES | CHAIRS | {"focal_my", "focal_ru"}
    assert answer.status_code == (302 if who in may else 403 if who in inside else 404)
    proposal.refresh_from_db()
    assert (proposal.status != "open") is (who in may)


@pytest.mark.parametrize("name", ["accept", "replace", "reopen", "explode"])
def test_what_follows_by_itself_is_done_by_no_page(client, cast, meeting, name):
    propose(meeting, cast.officer_my)
    client.force_login(cast.officer_ru)
    path = reverse("proposal-do", args=[meeting.proposals.get().pk, name])
    assert client.post(path).status_code == 404


# --- the page -------------------------------------------------------------------------


def test_both_sides_read_the_same_rounds_and_who_is_awaited(client, cast, meeting):
    propose(meeting, cast.officer_my, remark="After the fair.")
    with time_machine.travel(NOON + timedelta(days=3)):
        for user in (cast.chair_my, cast.chair_ru):
            client.force_login(user)
            page = client.get(meeting.get_absolute_url()).content.decode()
            for words in ("After the fair.", cast.officer_my.name, "Russia is awaited for 3 days."):
                assert words in page
        assert "Agree: give the key of Russia" in page
        assert "Propose other dates" in page


def test_the_rounds_are_for_people_in_office(client, cast, announced):
    propose(announced, cast.officer_my, remark="Between us.")
    for user in (cast.delegate, cast.outsider):
        client.force_login(user)
        assert "Between us." not in client.get(announced.get_absolute_url()).content.decode()


def typed(meeting, **changes) -> dict:
    return {
        "starts_on": LATER,
        "ends_on": LATER,
        "precision": "day",
        "mode": meeting.mode,
        "place": meeting.place,
        "host": meeting.host_id or "",
        "zone": meeting.zone,
        "remark": "Typed by me",
        "revision": meeting.revision,
        **changes,
    }


@pytest.mark.parametrize("who", PEOPLE)
def test_secretaries_and_co_chairs_propose_on_the_page(client, cast, meeting, who):
    client.force_login(cast.people[who])
    answer = client.post(reverse("proposal-new", args=[meeting.pk]), typed(meeting))
    may, inside = SECRETARIES | CHAIRS, {"focal_my", "focal_ru"}
    assert answer.status_code == (302 if who in may else 403 if who in inside else 404)
    assert Proposal.objects.count() == (who in may)


def test_a_slower_proposal_is_shown_the_faster_and_keeps_what_was_typed(client, cast, meeting):
    data = typed(meeting, place="Kazan", mode="hybrid")
    propose(meeting, cast.officer_ru, starts_on=date(2026, 11, 3), ends_on=date(2026, 11, 3))
    client.force_login(cast.officer_my)
    answer = client.post(reverse("proposal-new", args=[meeting.pk]), data)
    page = answer.content.decode()
    assert "Somebody changed this meeting since you opened it." in page
    assert "Nov. 3, 2026" in page
    assert "Typed by me" in page
    assert rounds(meeting) == [("ru", "open")]


# --- moving what is announced ---------------------------------------------------------


def test_nobody_moves_an_announced_meeting_alone(cast, announced):
    propose(announced, cast.officer_my)
    assert (announced.status, announced.starts_on) == ("announced", FIRST)
    assert states(MOVE, announced.proposals.get()) == {"my": "full", "ru": "empty"}
    assert states(DATES, announced) == {"my": "full", "ru": "full"}
    asked = Notice.objects.filter(template="meetings/emails/move_proposed")
    assert set(asked.values_list("email", flat=True)) == {
        cast.officer_ru.email,
        cast.chair_ru.email,
    }


def test_a_changed_place_is_proposed_too_and_not_just_stored(cast, announced):
    operations.change_meeting(announced, changes={"place": "Kazan"}, revision=1, by=cast.officer_my)
    announced.refresh_from_db()
    assert announced.place == ""
    assert announced.proposals.get().place == "Kazan"


def test_with_the_last_key_it_moves_with_its_sittings_and_its_past_is_kept(cast, announced):
    propose(announced, cast.officer_my, remark="The hall burnt.")
    proposal = announced.proposals.get()
    operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.chair_ru)
    announced.refresh_from_db()
    sitting = announced.sittings.get()
    assert (announced.status, announced.starts_on) == ("announced", LATER)
    assert (sitting.day, sitting.wall, sitting.sequence) == (LATER, time(15), 1)
    assert states(DATES, announced) == {"my": "full", "ru": "full"}
    kept = [(one.kind, one.starts_on, one.reason) for one in announced.timings.all()]
    assert kept == [("announced", FIRST, "The hall burnt."), ("announced", LATER, "")]
    assert Entry.objects.about(announced).filter(verb="meeting.moved").count() == 1


def test_everybody_in_office_and_registered_is_told_once_that_it_moved(cast, announced):
    make_desk(announced)
    guest = make_delegate(announced, cast.russia, sittings=announced.sittings.all())
    propose(announced, cast.officer_my)
    proposal = announced.proposals.get()
    Notice.objects.all().delete()
    operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.chair_ru)
    told = Notice.objects.filter(template="meetings/emails/meeting_moved")
    assert told.count() == 7
    assert Notice.objects.filter(email=guest.email).count() == 1


def test_three_sides_move_it_with_three_keys(cast, announced):
    azerbaijan = make_party("AZ")
    cast.group.seats.create(party=azerbaijan, order=3)
    third = make_user("chair", azerbaijan, cast.group)
    propose(announced, cast.officer_my)
    proposal = announced.proposals.get()
    operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.chair_ru)
    announced.refresh_from_db()
    assert announced.starts_on == FIRST
    operations.agree_move(proposal, party=azerbaijan, revision=1, by=third)
    announced.refresh_from_db()
    assert announced.starts_on == LATER


def test_another_proposal_takes_the_place_of_an_open_one(cast, announced):
    propose(announced, cast.officer_my)
    first = announced.proposals.get()
    propose(announced, cast.officer_ru, starts_on=date(2026, 11, 3), ends_on=date(2026, 11, 3))
    assert rounds(announced) == [("my", "replaced"), ("ru", "open")]
    with pytest.raises(Refused, match="not open any more"):
        operations.agree_move(first, party=cast.russia, revision=1, by=cast.chair_ru)


def test_a_declined_move_leaves_the_announced_days(cast, announced):
    propose(announced, cast.officer_my)
    operations.answer_proposal(
        announced.proposals.get(), "decline", by=cast.chair_ru, reason="Too late."
    )
    announced.refresh_from_db()
    assert (announced.starts_on, announced.status) == (FIRST, "announced")


def test_a_key_to_announced_dates_is_not_taken_back(cast, announced):
    with pytest.raises(Refused, match="Propose to move it"):
        operations.take_back_dates_key(announced, party=cast.malaysia, by=cast.chair_my)


def test_a_room_that_is_taken_on_the_new_day_is_said_before_keys_are_asked(cast, announced):
    room = make_room("Gold Room")
    announced.sittings.update(room=room)
    make_sitting(make_meeting(cast.commission), day=LATER, wall=time(14), room=room)
    with pytest.raises(Refused, match="Plenary session would be in Gold Room on Tue 20 Oct 2026"):
        propose(announced, cast.officer_my)
    assert not announced.proposals.exists()


def test_sittings_in_one_room_on_following_days_move_together(cast, announced):
    room = make_room()
    announced.sittings.update(room=room)
    for days in (1, 2):
        make_sitting(announced, day=FIRST + timedelta(days=days), room=room)
    day = FIRST + timedelta(days=1)
    propose(announced, cast.officer_my, starts_on=day, ends_on=day)
    operations.agree_move(
        announced.proposals.get(), party=cast.russia, revision=1, by=cast.chair_ru
    )
    assert [one.day for one in announced.sittings.order_by("day")] == [
        FIRST + timedelta(days=days) for days in (1, 2, 3)
    ]


def test_of_a_suspended_meeting_what_was_held_stays_where_it_was(cast, announced):
    early = make_sitting(announced, day=FIRST - timedelta(days=1))
    Meeting.objects.filter(pk=announced.pk).update(status="suspended")
    with time_machine.travel(datetime(2026, 10, 13, 0, tzinfo=UTC)):
        propose(announced, cast.officer_my)
        operations.agree_move(
            announced.proposals.get(), party=cast.russia, revision=1, by=cast.chair_ru
        )
    early.refresh_from_db()
    assert early.day == FIRST - timedelta(days=1)
    assert announced.sittings.exclude(pk=early.pk).get().day == LATER


def test_an_announced_meeting_is_moved_to_exact_days_only(cast, announced):
    with pytest.raises(Refused, match="exact days"):
        propose(announced, cast.officer_my, precision="month")


def test_days_that_are_not_exact_are_not_announced(cast):
    meeting = make_meeting(cast.group, "agreed", starts_on=FIRST, precision="month")
    [announce] = [
        one for one in MEETING.offers(meeting, cast.officer_my) if one.transition.name == "announce"
    ]
    assert "The days are not fixed yet: October 2026. Propose exact days first." in (
        announce.blockers
    )


@pytest.mark.parametrize("who", ["chair_my", "officer_my", "neutral", "focal_ru"])
def test_nobody_else_turns_a_sides_key_to_a_move(client, cast, announced, who):
    propose(announced, cast.officer_my)
    client.force_login(cast.people[who])
    posted = {"party": cast.russia.pk, "revision": 1, "action": "give"}
    path = reverse("proposal-key", args=[announced.proposals.get().pk])
    assert client.post(path, posted).status_code == 403


def test_the_key_to_a_move_is_given_and_taken_back_on_the_page(client, cast, announced):
    azerbaijan = make_party("AZ")
    cast.group.seats.create(party=azerbaijan, order=3)
    propose(announced, cast.officer_my)
    proposal = announced.proposals.get()
    client.force_login(cast.chair_ru)
    path = reverse("proposal-key", args=[proposal.pk])
    posted = {"party": cast.russia.pk, "revision": 1}
    client.post(path, {**posted, "action": "give"})
    assert states(MOVE, proposal)["ru"] == "full"
    client.post(path, {**posted, "action": "withdraw"})
    assert states(MOVE, proposal)["ru"] == "broken"


# --- one side's own meeting -----------------------------------------------------------


def test_what_is_announced_for_an_own_part_reaches_no_other_side(client, cast):
    own = make_meeting(
        cast.group, "agreed", side=cast.malaysia, series="national", number=None, title="Own talk"
    )
    Meeting.objects.filter(pk=own.pk).update(number=None)
    own.refresh_from_db()
    make_sitting(own, title="Own sitting")
    make_key(own, party=cast.malaysia, holder=cast.chair_my)
    with pytest.raises(NotYours):
        MEETING.perform(own, "announce", by=cast.officer_ru)
    own = MEETING.perform(own, "announce", by=cast.officer_my)
    assert {one.party for one in own.delegations.all()} == {cast.malaysia}
    assert set(Notice.objects.values_list("party", flat=True)) == {cast.malaysia.pk}
    for user in (cast.officer_ru, cast.neutral, cast.chair_ru, cast.delegate):
        client.force_login(user)
        assert client.get(own.get_absolute_url()).status_code == 404
        for page in (reverse("meetings"), cast.group.get_absolute_url(), "/"):
            assert "Own" not in client.get(page).content.decode().replace("Owner", "")


# --- joint meetings -------------------------------------------------------------------


@pytest.fixture
def joint(cast, meeting):
    """A meeting that also counts in a body of Malaysia and Azerbaijan."""
    other = make_body([cast.malaysia, make_party("AZ")], kind="committee", name="Trade Committee")
    operations.serve_body(meeting, body=other, series="ordinary", number=3, by=cast.officer_my)
    meeting.refresh_from_db()
    return meeting, other


def test_a_joint_meeting_names_every_body_and_needs_every_sides_key(cast, joint):
    meeting, _other = joint
    assert meeting.full_label == (
        "1st meeting of the Working Group on Industry, "
        "jointly with the 3rd meeting of the Trade Committee"
    )
    assert {party.code for party in meeting.sides()} == {"my", "ru", "az"}


def test_those_in_office_of_every_served_body_see_it_and_turn_their_key(client, cast, joint):
    meeting, other = joint
    az = make_user("chair", make_party("AZ"), other)
    elsewhere = make_user("chair", make_party("AZ"), make_body([make_party("AZ"), cast.russia]))
    client.force_login(az)
    assert client.get(meeting.get_absolute_url()).status_code == 200
    agree(meeting, make_party("AZ"), az)
    assert states(DATES, meeting)["az"] == "full"
    client.force_login(elsewhere)
    assert client.get(meeting.get_absolute_url()).status_code == 404


def test_a_further_body_asks_for_the_keys_anew_and_its_number_is_taken(cast, meeting):
    other = make_body([cast.malaysia, cast.russia], kind="committee")
    propose(meeting, cast.officer_my)
    agree(meeting, cast.russia, cast.officer_ru)
    operations.serve_body(meeting, body=other, series="ordinary", number=3, by=cast.officer_my)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.is_joint) == ("proposed", True)
    assert operations.next_number(other) == 4
    with pytest.raises(Refused, match="already has a meeting with this number"):
        operations.serve_body(
            make_meeting(cast.group), body=other, series="ordinary", number=3, by=cast.officer_my
        )
    operations.serve_body_no_longer(meeting, body=other, by=cast.officer_my)
    meeting.refresh_from_db()
    assert not meeting.is_joint
    assert operations.next_number(other) == 1


def test_an_idea_takes_no_number_in_another_body_either(cast):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia)
    with pytest.raises(Refused, match="Propose it to all first"):
        operations.serve_body(
            idea, body=cast.commission, series="ordinary", number=1, by=cast.officer_my
        )


def test_the_bodies_are_added_and_removed_on_the_page(client, cast, meeting):
    client.force_login(cast.officer_my)
    path = reverse("meeting-bodies", args=[meeting.pk])
    client.post(path, {"body": cast.commission.pk, "series": "ordinary", "number": 5})
    meeting.refresh_from_db()
    [other] = meeting.others
    assert (other.body, other.number) == (cast.commission, 5)
    client.post(path, {"remove": other.pk})
    meeting.refresh_from_db()
    assert meeting.others == []


# --- giving a number free -------------------------------------------------------------


@pytest.fixture
def cancelled(cast):
    return make_meeting(cast.group, "cancelled", number=27, starts_on=FIRST)


def test_every_side_together_gives_the_number_of_a_cancelled_meeting_free(cast, cancelled):
    operations.agree_to_release(cancelled, party=cast.malaysia, revision=1, by=cast.officer_my)
    assert operations.next_number(cast.group) == 28
    operations.agree_to_release(cancelled, party=cast.russia, revision=1, by=cast.chair_ru)
    assert operations.next_number(cast.group) == 1
    again = make_meeting(cast.group, number=27)
    cancelled.refresh_from_db()
    cancelled.save()
    assert (cancelled.number, cancelled.label) == (27, "27th meeting")
    assert again.numbers.get().number == 27


def test_the_neutral_secretariat_gives_a_number_free_and_no_side_does_alone(cast, cancelled):
    with pytest.raises(NotYours):
        operations.release_number(cancelled, by=cast.officer_my)
    operations.release_number(cancelled, by=cast.neutral)
    assert operations.next_number(cast.group) == 1


@pytest.mark.parametrize("status", ["announced", "held", "postponed"])
def test_only_a_cancelled_meeting_gives_its_number_free(cast, status):
    with pytest.raises(Refused, match="Only a cancelled meeting"):
        operations.release_number(make_meeting(cast.group, status), by=cast.neutral)


# --- planned, announced, held ---------------------------------------------------------


def test_the_days_as_held_come_from_the_sittings_and_are_corrected(client, cast, announced):
    make_sitting(announced, day=FIRST + timedelta(days=1))
    with time_machine.travel(datetime(2026, 10, 15, tzinfo=UTC)):
        held = MEETING.perform(announced, "conclude", by=cast.officer_my)
    actual = held.timings.get(kind="actual")
    assert (actual.starts_on, actual.ends_on) == (FIRST, FIRST + timedelta(days=1))
    client.force_login(cast.officer_my)
    posted = {"whose": "all", "all-starts_on": FIRST, "all-ends_on": FIRST, "all-place": "Kazan"}
    assert client.post(reverse("meeting-days", args=[held.pk]), posted).status_code == 302
    actual.refresh_from_db()
    assert (actual.ends_on, actual.place) == (FIRST, "Kazan")


def test_each_side_reports_its_own_range_and_both_stand_side_by_side(client, cast):
    held = make_meeting(cast.group, "held", starts_on=date(2020, 8, 17))
    for user, first in ((cast.officer_my, date(2020, 8, 17)), (cast.officer_ru, date(2020, 8, 10))):
        client.force_login(user)
        name = str(user.party.pk)
        posted = {
            "whose": name,
            f"{name}-starts_on": first,
            f"{name}-ends_on": date(2020, 8, 17),
            f"{name}-place": "",
        }
        assert client.post(reverse("meeting-days", args=[held.pk]), posted).status_code == 302
    page = client.get(held.get_absolute_url()).content.decode()
    assert "As Malaysia reports it" in page
    assert "As Russia reports it" in page
    assert "The sides report different days." in page


def test_no_side_reports_for_another(client, cast):
    held = make_meeting(cast.group, "held", starts_on=date(2020, 8, 17))
    client.force_login(cast.officer_my)
    name = str(cast.russia.pk)
    posted = {"whose": name, f"{name}-starts_on": FIRST, f"{name}-ends_on": FIRST}
    assert client.post(reverse("meeting-days", args=[held.pk]), posted).status_code == 403
    with pytest.raises(NotYours):
        operations.report_days(held, party=cast.russia, facts={}, by=cast.officer_my)
    assert not Timing.objects.exists()


def test_what_was_only_planned_is_not_shown_to_the_public(client, cast, announced):
    for kind, day in (("planned", date(2026, 3, 3)), ("announced", FIRST), ("announced", LATER)):
        Timing.objects.create(meeting=announced, kind=kind, starts_on=day, ends_on=day)
    client.force_login(cast.outsider)
    shown = client.get(announced.get_absolute_url()).content.decode()
    assert "3 Mar 2026" not in shown
    client.force_login(cast.focal_ru)
    assert "3 Mar 2026" in client.get(announced.get_absolute_url()).content.decode()


def test_a_suspended_meeting_keeps_its_number_and_goes_on(cast, announced):
    running = MEETING.perform(
        Meeting.objects.get(pk=announced.pk), "postpone", by=cast.officer_my, reason="x"
    )
    assert running.number == 1
    session = make_meeting(cast.group, "in_session", starts_on=FIRST)
    off = MEETING.perform(session, "suspend", by=cast.officer_my, reason="Night.")
    assert (off.status, off.number, off.reason) == ("suspended", 2, "Night.")
    on = MEETING.perform(off, "resume", by=cast.officer_ru)
    assert (on.status, on.reason) == ("resumed", "")
    assert Notice.objects.filter(template="meetings/emails/meeting_suspended").count() == 7
    assert Notice.objects.filter(template="meetings/emails/meeting_resumed").count() == 7


# --- notes in a round -----------------------------------------------------------------


def test_a_third_side_does_not_learn_of_a_note_between_two_others(client, cast, meeting):
    azerbaijan = make_party("AZ")
    cast.group.seats.create(party=azerbaijan, order=3)
    third = make_user("secretary", azerbaijan, cast.group)
    note = NoteVerbale.objects.create(
        body=cast.group,
        reference="NV-17/2026",
        sender=cast.malaysia,
        addressee=cast.russia,
        dated=FIRST - timedelta(days=90),
        subject="Dates",
    )
    propose(meeting, cast.officer_my, note=note)
    for user, knows in ((cast.officer_ru, True), (third, False)):
        client.force_login(user)
        page = client.get(meeting.get_absolute_url()).content.decode()
        assert ("NV-17/2026" in page) is knows
    assert not Notice.objects.filter(body__contains="NV-17").exists()


# --- messages -------------------------------------------------------------------------


def assert_told(cast, template) -> None:
    """The stored text of the message to the Russian secretary."""
    notice = Notice.objects.get(email=cast.officer_ru.email, template=f"meetings/emails/{template}")
    assert_message_stored(notice, f"meetings/{template}")


def test_messages_of_a_move_as_stored(cast, announced):
    propose(announced, cast.officer_my, remark="The hall isn't free & ready.", place="Kazan")
    assert_told(cast, "move_proposed")
    proposal = announced.proposals.get()
    operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.chair_ru)
    assert_told(cast, "meeting_moved")


def test_messages_of_rounds_as_stored(cast, meeting):
    propose(meeting, cast.officer_my)
    operations.answer_proposal(
        meeting.proposals.get(), "decline", by=cast.chair_ru, reason="The hall isn't free."
    )
    assert_told(cast, "proposal_declined")
    propose(meeting, cast.officer_my, starts_on=FIRST, ends_on=FIRST)
    operations.answer_proposal(meeting.proposals.last(), "withdraw", by=cast.officer_my)
    assert_told(cast, "proposal_withdrawn")
    propose(meeting, cast.officer_my)
    agree(meeting, cast.russia, cast.officer_ru)
    assert_told(cast, "dates_agreed")


def test_messages_of_a_suspension_as_stored(cast, announced):
    Meeting.objects.filter(pk=announced.pk).update(status="in_session")
    off = MEETING.perform(announced, "suspend", by=cast.officer_my, reason="It isn't over.")
    assert_told(cast, "meeting_suspended")
    MEETING.perform(off, "resume", by=cast.officer_my)
    assert_told(cast, "meeting_resumed")


# --- at the same moment ---------------------------------------------------------------

at_once = pytest.mark.django_db(transaction=True)


@at_once
def test_of_two_sides_that_answer_at_the_same_moment_one_reads_the_other_first():
    cast = make_cast()
    meeting = make_meeting(cast.group, starts_on=FIRST)

    def answer(by, day):
        proposal = operations.proposal_of(meeting, starts_on=day, ends_on=day)
        return operations.propose_dates(proposal, revision=1, by=by)

    outcomes = together(
        lambda: answer(cast.officer_my, LATER),
        lambda: answer(cast.officer_ru, date(2026, 11, 3)),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Proposal", "Refused"]
    assert meeting.proposals.count() == 1


@at_once
@pytest.mark.parametrize("turn", range(3))
def test_the_last_key_and_a_withdrawal_at_the_same_moment_end_in_one_of_the_two(turn):
    cast = make_cast()
    meeting = make_meeting(
        cast.group, "announced", starts_on=timezone.localdate() + timedelta(days=40)
    )
    before = meeting.starts_on
    day = before + timedelta(days=7)
    propose(meeting, cast.officer_my, starts_on=day, ends_on=day)
    proposal = meeting.proposals.get()
    together(
        lambda: operations.agree_move(proposal, party=cast.russia, revision=1, by=cast.officer_ru),
        lambda: operations.answer_proposal(proposal, "withdraw", by=cast.officer_my),
    )
    meeting.refresh_from_db()
    proposal.refresh_from_db()
    assert (proposal.status, meeting.starts_on) in {("accepted", day), ("withdrawn", before)}


# --- sittings follow the days -----------------------------------------------------------


def test_sittings_follow_other_days_that_are_proposed_before_the_meeting_is_announced(
    cast, meeting
):
    make_sitting(meeting)
    make_sitting(meeting, kind="consultation", day=FIRST - timedelta(days=1))
    propose(meeting, cast.officer_ru)
    assert [one.day for one in meeting.sittings.order_by("day")] == [
        LATER - timedelta(days=1),
        LATER,
    ]


def test_sittings_stay_where_the_days_proposed_still_hold_them(cast, meeting):
    make_sitting(meeting)
    propose(meeting, cast.officer_ru, starts_on=FIRST - timedelta(days=1), ends_on=FIRST)
    assert meeting.sittings.get().day == FIRST


def test_sittings_stay_where_only_a_month_is_proposed(cast, meeting):
    make_sitting(meeting)
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 31)}
    propose(meeting, cast.officer_ru, precision="month", **days)
    assert meeting.sittings.get().day == FIRST


def test_the_sittings_of_an_idea_follow_its_days_and_nobody_is_told(client, cast):
    idea = make_meeting(cast.group, "idea", starts_on=FIRST, side=cast.malaysia)
    make_sitting(idea)
    operations.change_meeting(
        idea,
        changes={"starts_on": LATER, "ends_on": LATER},
        revision=idea.revision,
        by=cast.officer_my,
    )
    assert idea.sittings.get().day == LATER
    assert not Notice.objects.exists()


def test_sittings_that_follow_into_a_taken_room_refuse_the_days_and_change_nothing(cast, meeting):
    room = make_room("Gold Room")
    make_sitting(meeting, room=room)
    make_sitting(make_meeting(cast.commission, "announced"), day=LATER, wall=time(14), room=room)
    with pytest.raises(Refused, match="taken at that time"):
        propose(meeting, cast.officer_my)
    meeting.refresh_from_db()
    assert (meeting.starts_on, meeting.sittings.get().day) == (FIRST, FIRST)


# --- announcing what contradicts itself ---------------------------------------------------


def blockers(meeting, user) -> list[str]:
    offers = {one.transition.name: one for one in MEETING.offers(meeting, user)}
    return offers["announce"].blockers


@pytest.fixture
def agreed(cast) -> Meeting:
    meeting = make_meeting(cast.group, "agreed", starts_on=FIRST)
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(meeting, party=chair.party, holder=chair)
    make_sitting(meeting)
    return meeting


def test_a_meeting_is_not_announced_while_sittings_lie_outside_its_days(cast, agreed):
    make_sitting(agreed, day=date(2027, 1, 11))
    make_sitting(agreed, day=date(2026, 10, 12), kind="signing")
    sentence = (
        "Signing (Mon 12 Oct 2026), Plenary session (Mon 11 Jan 2027) lie outside the days of the "
        "meeting (Tue 13 Oct 2026). Move them in the programme, or propose other dates."
    )
    assert blockers(agreed, cast.officer_ru) == [sentence]
    with pytest.raises(Refused, match="lie outside the days"):
        MEETING.perform(agreed, "announce", by=cast.officer_my)
    agreed.sittings.exclude(day=FIRST).delete()
    assert MEETING.perform(agreed, "announce", by=cast.officer_my).status == "announced"


@pytest.mark.parametrize(
    ("days", "fields", "stops"),
    [
        (-20, {"kind": "consultation"}, False),
        (-60, {"kind": "working_group", "level": "experts"}, False),
        (-61, {"kind": "consultation"}, True),
        (1, {"kind": "consultation"}, True),
        (1, {"kind": "travel"}, False),
        (-1, {"kind": "travel"}, False),
        (-1, {"kind": "plenary", "status": "cancelled"}, False),
        (-1, {"kind": "plenary"}, True),
        (5, {"kind": "plenary", "wall": None}, True),
    ],
)
def test_experts_before_it_and_journeys_do_not_stop_a_meeting(cast, agreed, days, fields, stops):
    make_sitting(agreed, day=FIRST + timedelta(days=days), **fields)
    assert bool(blockers(agreed, cast.officer_my)) == stops


def test_a_sitting_lies_on_the_day_that_the_clock_of_its_meeting_shows(cast, agreed):
    make_sitting(agreed, day=FIRST - timedelta(days=1), wall=time(20), zone="Europe/Moscow")
    assert blockers(agreed, cast.officer_my) == []


# --- a move to another clock ----------------------------------------------------------------


def test_the_round_of_a_move_says_to_every_side_what_another_clock_does(client, cast, announced):
    propose(announced, cast.officer_my, zone="Europe/Moscow")
    for user in (cast.officer_my, cast.officer_ru, cast.chair_ru, cast.neutral):
        client.force_login(user)
        shown = client.get(announced.get_absolute_url()).content.decode()
        rounds = shown.partition('class="rounds"')[2].partition("</ol>")[0]
        assert "The clock would be Europe/Moscow instead of Asia/Kuala_Lumpur." in rounds
        assert "15:00 → 20:00 Kuala Lumpur" in rounds


def test_a_move_on_the_same_clock_says_nothing_of_clocks(client, cast, announced):
    propose(announced, cast.officer_my)
    client.force_login(cast.officer_ru)
    assert "The clock would be" not in client.get(announced.get_absolute_url()).content.decode()
