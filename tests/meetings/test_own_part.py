"""What one side keeps to itself, an idea or a meeting of its own part, stays there; and no
one-sided key, rule or row stands for all sides afterwards."""

import json
from datetime import date

import pytest
from django.db import IntegrityError
from django.urls import reverse

from delegations.work import links_for
from meetings import operations
from meetings.dossier.importing import import_dossier as bring_in
from meetings.dossier.importing import preview
from meetings.dossier.rights import Rights
from meetings.forms.sitting import room_conflict
from meetings.models import ActionItem, Body, Meeting, NoteVerbale, Rules, Sitting
from meetings.permissions import can_add_item
from meetings.transitions import CLOSING, MEETING, POINTS
from meetings.views.programme import conflicts_between
from meetings.work import work_for
from portal.models import Entry, Key, Notice, Party
from portal.refusal import Refused
from tests.factories import (
    make_agenda,
    make_body,
    make_desk,
    make_dossier,
    make_item,
    make_key,
    make_meeting,
    make_paper,
    make_party,
    make_room,
    make_rules,
    make_sitting,
    make_user,
    today,
)


@pytest.fixture
def part(cast) -> Meeting:
    """A meeting of Malaysia's own part, held long ago."""
    return make_meeting(
        cast.group,
        "held",
        starts_on=today().replace(year=today().year - 1),
        side=cast.malaysia,
        series="national",
        title="Coordination at home",
    )


@pytest.fixture
def idea(cast) -> Meeting:
    """What Malaysia thinks of and has told nobody."""
    return make_meeting(cast.group, "idea", side=cast.malaysia)


# --- one side's key is not every side's ------------------------------------------------


def test_the_agenda_of_an_idea_takes_no_key_that_would_stand_for_all(client, cast, idea):
    agenda = make_agenda(idea)
    with pytest.raises(Refused, match="Propose it to all first"):
        operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my)
    agenda.refresh_from_db()
    assert (agenda.status, Key.objects.count()) == ("provisional", 0)


def test_a_paper_of_an_idea_is_released_to_nobody_by_one_key(cast, idea):
    paper = make_paper(cast.group, meeting=idea, party=cast.malaysia)
    assert operations.may_become(paper) == []
    with pytest.raises(Refused, match="Propose it to all first"):
        operations.ask_for_paper(paper, wanted="public", revision=1, by=cast.officer_my)


def test_an_agreed_agenda_is_asked_for_anew_when_another_body_joins(cast):
    meeting = make_meeting(cast.group)
    agenda = make_agenda(meeting, status="agreed")
    for party, chair in ((cast.malaysia, cast.chair_my), (cast.russia, cast.chair_ru)):
        make_key(agenda, "agenda", party, chair)
    third = make_party("AZ")
    other = make_body([cast.malaysia, third], kind="committee")
    operations.serve_body(meeting, body=other, series="ordinary", number=3, by=cast.officer_my)
    agenda.refresh_from_db()
    assert agenda.status == "provisional"
    assert set(POINTS.missing(agenda)) == {cast.malaysia, cast.russia, third}


def test_no_side_lets_itself_publish_alone_what_was_agreed(cast):
    rules = Rules(body=cast.commission, since=today(), publication=Rules.Publication.EACH)
    with pytest.raises(Refused, match="acts for all sides"):
        operations.adopt_rules(rules, deadlines=[], by=cast.officer_my)
    assert not Rules.objects.exists()
    operations.adopt_rules(rules, deadlines=[], by=cast.neutral)
    assert cast.commission.rules_on(today()) == rules


def test_what_each_side_may_publish_stays_so_under_newer_rules(cast):
    make_rules(cast.commission, publication=Rules.Publication.EACH)
    newer = Rules(body=cast.group, since=today(), publication=Rules.Publication.EACH)
    operations.adopt_rules(newer, deadlines=[], by=cast.officer_ru)
    assert cast.group.rules_on(today()) == newer


# --- action items of an own part --------------------------------------------------------


def test_nothing_is_agreed_at_a_meeting_that_is_an_idea(cast, idea):
    assert not any(can_add_item(user, idea) for user in cast.people.values())


def test_an_item_of_an_own_part_asks_and_tells_that_side_alone(client, cast, part):
    client.force_login(cast.officer_my)
    url = reverse("item-new", args=[part.pk])
    assert [one.party for one in client.get(url).context["sides"]] == [cast.malaysia]
    client.post(url, {"text": "Settle our line on tariffs."})
    item = ActionItem.objects.get()
    assert {one.party for one in item.undertakings.all()} == {cast.malaysia}
    operations.agree_done(item, party=cast.malaysia, revision=1, by=cast.chair_my)
    item.refresh_from_db()
    assert (item.status, CLOSING.missing(item)) == ("done", [])
    assert not Notice.objects.exists()


def test_the_other_side_is_not_awaited_for_an_item_of_an_own_part(cast, part):
    item = make_item(part, owners={})
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    for name, user in cast.but("officer_my", "chair_my", "focal_my").items():
        assert not list(work_for(user, today())), name
        assert not ActionItem.objects.visible_to(user).exists(), name


def test_an_owner_named_on_the_other_side_by_mistake_sees_nothing(cast, part):
    owner = make_user(party=cast.russia)
    item = make_item(part, due_on=today(), owners={cast.russia: owner.person})
    assert item.undertakings.filter(owner=owner.person).exists()
    assert not ActionItem.objects.visible_to(owner).exists()
    assert not item.undertakings.model.objects.with_owner().exists()


def test_the_word_of_an_own_items_state_waits_for_no_other_side(cast, part):
    item = make_item(part, owners={})
    operations.report_status(
        item.undertakings.get(party=cast.malaysia), state="on_track", text="", by=cast.chair_my
    )
    found = ActionItem.objects.with_word(CLOSING.given(ActionItem), today())
    assert (found.get().stands, ActionItem.objects.get().word().name) == ("open", "open")


def test_how_often_an_item_was_carried_over_counts_no_own_part(cast, part):
    before = make_meeting(cast.group, "held", starts_on=part.starts_on.replace(year=2020))
    make_item(before)
    assert ActionItem.objects.for_list().get().carried == 0


def test_what_may_come_along_counts_no_items_of_an_own_part(cast, part):
    meeting = make_meeting(cast.group, "held", starts_on=part.starts_on)
    make_item(meeting)
    make_item(part)
    assert operations.what_may_come_along(meeting)["items"] == 1


def test_what_follows_an_own_part_is_of_the_same_side_whoever_prepares_it(cast, part):
    both = make_user("secretary", cast.russia, cast.commission)
    both.person.appointments.create(body=cast.commission, party=cast.malaysia, office="secretary")
    following = operations.prepare_next(part, starts_on=today(), chosen=["sittings"], by=both)
    assert following.side == cast.malaysia


# --- rooms ------------------------------------------------------------------------------


def test_the_sentence_on_a_taken_room_keeps_the_clocks_of_the_asking_meeting(cast, part):
    room = make_room("Hall")
    taken = make_sitting(make_meeting(starts_on=part.starts_on), room=room)
    wanted = make_sitting(make_meeting(cast.group))
    fresh = Sitting(meeting=wanted.meeting, room=room)
    fresh.day, fresh.wall, fresh.zone = taken.day, taken.wall, taken.zone
    fresh.reckon()
    said = room_conflict(fresh, [cast.russia])
    assert cast.russia.place.name in said
    assert cast.malaysia.place.name not in said


@pytest.fixture
def kept(part, idea):
    """A sitting of Malaysia's own part and one of its idea, in a room each."""
    return [
        make_sitting(make_meeting(part.body, side=part.side, series="national"), room=make_room()),
        make_sitting(idea, room=make_room()),
    ]


@pytest.mark.parametrize("index", [0, 1], ids=["own part", "idea"])
def test_what_one_side_keeps_to_itself_takes_no_room_from_the_others(cast, kept, index):
    own = kept[index]
    wanted = make_meeting(cast.group, starts_on=own.day)
    fresh = Sitting(meeting=wanted, room=own.room, day=own.day, wall=own.wall, zone=own.zone)
    fresh.reckon()
    assert room_conflict(fresh, wanted.sides()) == ""
    added = operations.add_sitting(fresh, by=cast.officer_ru)
    assert added.room == own.room
    rows = operations.published_rows(wanted)
    for officer in (cast.officer_ru, cast.neutral):
        found = conflicts_between(wanted, rows, wanted.sides(), officer)
        assert not [one for one in found if "taken" in one.sentence]


def test_the_side_itself_is_told_of_a_room_that_all_sides_took_meanwhile(cast, kept):
    own = kept[0]
    other = make_meeting(cast.group, starts_on=own.day)
    make_sitting(other, day=own.day, wall=own.wall, room=own.room)
    rows = operations.published_rows(own.meeting)
    found = conflicts_between(own.meeting, rows, own.meeting.sides(), cast.officer_my)
    assert [one.refused for one in found if "taken by another sitting" in one.sentence] == [True]


def test_one_room_is_not_booked_twice_by_one_sides_own_parts(cast, kept):
    own = kept[0]
    again = make_meeting(cast.group, side=cast.malaysia, series="national", starts_on=own.day)
    with pytest.raises(IntegrityError, match="no_room_is_booked_twice"):
        make_sitting(again, day=own.day, wall=own.wall, room=own.room)


def test_two_sides_own_parts_may_be_in_one_room_and_never_learn_of_it(cast, kept):
    own = kept[0]
    theirs = make_meeting(cast.group, side=cast.russia, series="national", starts_on=own.day)
    make_sitting(theirs, day=own.day, wall=own.wall, zone=own.zone, room=own.room)
    assert theirs.sittings.count() == 1


def test_an_idea_whose_room_was_taken_meanwhile_is_proposed_once_that_is_settled(cast, kept):
    own = kept[1]
    other = make_meeting(cast.group, starts_on=own.day)
    make_sitting(other, day=own.day, wall=own.wall, zone=own.zone, room=own.room, title="Talk")
    idea = own.meeting
    with pytest.raises(Refused) as refused:
        operations.propose_dates(operations.proposal_of(idea), revision=1, by=cast.officer_my)
    sentence = str(refused.value)
    assert f"Plenary session would be in {own.room} on" in sentence
    assert f"which is taken then by Talk of the {other.full_label}" in sentence
    assert "Choose another room or another time for it, or propose other days." in sentence
    idea.refresh_from_db()
    assert (idea.status, idea.side) == ("idea", cast.malaysia)
    Sitting.objects.filter(pk=own.pk).update(room=make_room())
    operations.propose_dates(operations.proposal_of(idea), revision=1, by=cast.officer_my)


def test_a_room_taken_by_what_one_may_not_see_is_not_named(cast, kept):
    own = kept[1]
    hidden = make_meeting(make_body(name="Hidden body", is_public=False), starts_on=own.day)
    make_sitting(hidden, day=own.day, wall=own.wall, zone=own.zone, room=own.room, title="Secret")
    with pytest.raises(Refused, match="taken then by another sitting") as refused:
        operations.propose_dates(
            operations.proposal_of(own.meeting), revision=1, by=cast.officer_my
        )
    assert "Secret" not in str(refused.value)


def test_from_its_proposal_on_an_idea_keeps_its_room_from_everybody(cast, kept):
    own = kept[1]
    operations.propose_dates(operations.proposal_of(own.meeting), revision=1, by=cast.officer_my)
    other = make_meeting(cast.group, starts_on=own.day)
    with pytest.raises(IntegrityError, match="no_room_is_booked_twice"):
        make_sitting(other, day=own.day, wall=own.wall, zone=own.zone, room=own.room)


def test_a_meeting_cancelled_for_good_gives_its_rooms_back(cast):
    gone = make_sitting(make_meeting(cast.group, "announced"), room=make_room())
    MEETING.perform(gone.meeting, "cancel", by=cast.officer_my, reason="No quorum.")
    other = make_meeting(cast.group, starts_on=gone.day)
    assert make_sitting(other, day=gone.day, wall=gone.wall, room=gone.room).room == gone.room


# --- registration -----------------------------------------------------------------------


def test_the_desk_of_an_own_part_exists_for_that_side_alone(client, cast):
    own = make_meeting(
        cast.group, "announced", side=cast.malaysia, series="national", title="At home"
    )
    make_sitting(own)
    desk = make_desk(own)
    people = {**cast.people, "official_my": make_user(party=cast.malaysia)}
    known = {"officer_my", "chair_my", "focal_my", "official_my"}
    pages = [desk.public_path, reverse("register-qr", args=[desk.code])]
    assert {client.get(page).status_code for page in pages} == {404}
    for name, user in people.items():
        client.force_login(user)
        expected = 200 if name in known else 404
        assert {client.get(page).status_code for page in pages} == {expected}, name
        assert bool(list(links_for(own, user))) == (name in known), name


# --- third sides ------------------------------------------------------------------------


def test_the_history_of_a_note_names_no_note_between_two_other_sides(cast):
    third = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, third])
    facts = {"body": body, "sender": cast.malaysia, "dated": today()}
    secret = NoteVerbale.objects.create(
        reference="KLN-77/SECRET", addressee=third, subject="Between us", **facts
    )
    note = NoteVerbale.objects.create(reference="KLN-78", subject="Dates", **facts)
    officer = make_user("secretary", cast.malaysia, body)
    operations.correct_note(note, changes={"in_reply_to": secret}, by=officer)
    assert "SECRET" not in " ".join(entry.sentence for entry in Entry.objects.about(note))


def test_a_side_that_joins_by_another_body_turns_its_key_to_a_paper(cast):
    meeting = make_meeting(cast.group)
    third = make_party("AZ")
    other = make_body([cast.malaysia, third], kind="committee")
    operations.serve_body(meeting, body=other, series="ordinary", number=3, by=cast.officer_my)
    meeting.refresh_from_db()
    chair = make_user("chair", third, other)
    paper = make_paper(cast.group, meeting=meeting, party=cast.malaysia)
    paper = operations.ask_for_paper(paper, wanted="agreed", revision=1, by=cast.officer_my)
    for party, user in (
        (cast.malaysia, cast.chair_my),
        (cast.russia, cast.chair_ru),
        (third, chair),
    ):
        paper.refresh_from_db()
        assert paper.access == "shared"
        operations.agree_paper(paper, party=party, revision=paper.revision, by=user)
    paper.refresh_from_db()
    assert paper.access == "agreed"


def test_a_closed_desk_of_an_own_part_names_that_sides_people_alone(client, cast):
    own = make_meeting(cast.group, "announced", side=cast.malaysia, series="national")
    desk = make_desk(own, status="closed")
    client.force_login(cast.officer_my)
    contacts = client.get(desk.public_path).context["contacts"]
    assert {one.party for one in contacts} == {cast.malaysia}


# --- dossiers ---------------------------------------------------------------------------


def test_a_preview_tells_the_neutral_secretariat_nothing_of_what_a_side_keeps(db):
    """Rows that name a side's own affair look the same whether it is there or not."""
    bring_in(json.dumps(make_dossier()).encode(), Rights())
    body = Body.objects.get(code="az-my-jc")
    malaysia = Party.objects.get(code="my")
    neutral = make_user("secretary", None, body)
    dossier = make_dossier()
    for series in ("ordinary", "extraordinary"):
        dossier["bodies"][0]["meetings"].append(
            {
                "series": series,
                "number": 2,
                "status": "idea",
                "side": "my",
                "starts_on": "2031-05-25",
                "zone": "Asia/Baku",
            }
        )
    dossier["bodies"][0]["papers"] = [
        {"kind": "paper", "title": title, "access": "internal", "party": "my"}
        for title in ("Our line", "Their line")
    ]
    make_meeting(body, "idea", date(2031, 5, 25), number=2, side=malaysia)
    make_paper(body, "Our line", access="internal", party=malaysia)
    rows = preview(json.dumps(dossier).encode(), Rights(neutral)).rows
    own = [(row.state, row.reason) for row in rows if row.kind in ("meeting", "paper")][1:]
    assert len(own) == 4
    assert len(set(own)) == 1, own
