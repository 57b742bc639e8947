"""The page of a body: who leads, what is next, what can be done; then the tree and the rest."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from meetings.models import MeetingNumber
from meetings.views.tree import IN_A_ROW, ONE_LOOK, tree_of, whole_tree
from tests.factories import (
    make_appointment,
    make_body,
    make_key,
    make_meeting,
    make_paper,
    make_party,
    make_person,
    make_rules,
    make_sitting,
    make_user,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


def page(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(client, body) -> str:
    return page(client, body.get_absolute_url())


# --- the tree -------------------------------------------------------------------------


def large(kinds=("working_group",), each=ONE_LOOK + 4):
    """A commission with so many bodies of each kind right beneath it."""
    commission = make_body(name="Large commission")
    for kind in kinds:
        for number in range(each):
            make_body(kind=kind, parent=commission, name=f"{kind} no. {number:02}")
    return commission


def names(nodes) -> list[str]:
    return [node.body.name for node in nodes]


def test_a_tree_of_a_few_bodies_is_one_look_without_a_fold(client, db):
    commission = make_body()
    for _number in range(ONE_LOOK - 2):
        group = make_body(kind="working_group", parent=commission)
    make_body(kind="sub_group", parent=group)
    assert "tree-fold" not in page_of(client, commission)
    top = tree_of(commission, None)[0]
    assert top.in_sight == top.beneath
    assert not top.folds


def test_a_large_tree_folds_the_bodies_kind_by_kind_with_their_number(client, db):
    commission = large(kinds=("committee", "working_group"), each=ONE_LOOK)
    top = tree_of(commission, None)[0]
    assert [(fold.kind, fold.number, fold.is_rest) for fold in top.folds] == [
        ("Committee", 12, False),
        ("Working group", 12, False),
    ]
    shown = page_of(client, commission)
    assert shown.count('<details class="tree-fold"') == 2
    assert "Working group · 12 bodies" in shown


def test_every_body_of_a_large_tree_is_on_the_page_folded_or_not(client, db):
    commission = large()
    deep = make_body(kind="sub_group", parent=commission.children.first(), name="Deep down")
    shown = page_of(client, commission)
    for body in (*commission.children.all(), deep):
        assert shown.count(f'href="{body.get_absolute_url()}"') == 1


def test_the_body_being_read_stands_open_in_a_large_tree_and_the_others_behind_it(client, db):
    commission = large()
    group = commission.children.get(name="working_group no. 07")
    top = tree_of(group, None)[0]
    assert names(top.in_sight) == ["working_group no. 07"]
    assert [(fold.number, fold.is_rest) for fold in top.folds] == [(ONE_LOOK + 3, True)]
    assert "Working group · 15 others" in page_of(client, group)


def test_the_way_to_a_body_deep_down_stands_open_level_by_level(db):
    commission = large()
    group = commission.children.get(name="working_group no. 03")
    for _number in range(3):
        deep = make_body(kind="sub_group", parent=group)
    top = tree_of(deep, None)[0]
    assert names(top.in_sight) == ["working_group no. 03"]
    assert names(top.in_sight[0].in_sight) == [deep.name]
    assert top.in_sight[0].folds[0].number == 2


def test_the_readers_own_bodies_stand_open_and_only_where_the_office_is_named(db):
    commission = large()
    own = commission.children.get(name="working_group no. 11")
    focal = make_user("focal_point", make_party("RU"), own)
    assert names(tree_of(commission, focal)[0].in_sight) == ["working_group no. 11"]
    secretary = make_user("secretary", make_party("MY"), commission)  # reaches all, is named in one
    assert tree_of(commission, secretary)[0].in_sight == []


def test_a_few_committees_stay_in_sight_with_their_groups_folded_beneath(db):
    commission = make_body()
    for number in range(IN_A_ROW):
        committee = make_body(kind="committee", parent=commission, name=f"Committee {number}")
        make_body(kind="working_group", parent=committee)
    top = tree_of(commission, None)[0]
    assert len(top.in_sight) == IN_A_ROW
    assert not top.folds
    assert [node.folds[0].number for node in top.in_sight] == [1] * IN_A_ROW


def test_a_fold_counts_what_is_beneath_and_nothing_that_the_reader_may_not_know(db):
    commission = large()
    group = commission.children.first()
    make_body(kind="sub_group", parent=group)
    make_body(kind="working_group", parent=commission, is_public=False, name="Hidden group")
    assert tree_of(commission, None)[0].folds[0].number == ONE_LOOK + 5
    member = make_user("secretary", make_party("MY"), commission)
    assert tree_of(commission, member)[0].folds[0].number == ONE_LOOK + 6


def test_the_list_of_commissions_folds_each_tree_for_itself(client, db):
    large()
    small = make_body(name="Small commission")
    make_body(kind="working_group", parent=small, name="Lone group")
    folded, whole = whole_tree(None)
    assert (bool(folded.folds), bool(whole.folds)) == (True, False)
    shown = page(client, reverse("bodies"))
    assert shown.count('<details class="tree-fold"') == 1
    assert "Working group · 16 bodies" in shown


# --- what comes first -----------------------------------------------------------------


def test_the_page_begins_with_who_leads_then_what_is_next_then_the_deeds(client, cast):
    make_meeting(cast.group, status="announced")
    make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2))
    client.force_login(cast.officer_my)
    shown = page_of(client, cast.group)
    places = [
        shown.index(f'id="{name}"') for name in ("sides", "next", "tree", "past", "secretariats")
    ]
    assert places == sorted(places)
    deeds = shown.index('class="body-deeds"')
    assert places[1] < deeds < places[2]
    assert deeds < shown.index("Keep this body in order") < places[2]


def test_co_chairs_of_three_sides_stand_alike_and_the_secretaries_apart(client, db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    for party in parties:
        make_appointment(make_person(f"Chair {party.code}"), body, "chair", party)
        make_appointment(make_person(f"Aide {party.code}"), body, "secretary", party)
    shown = page_of(client, body)
    leading = shown[shown.index('id="sides"') : shown.index('id="next"')]
    assert leading.count('class="half"') == 3
    for party in parties:
        assert f"Chair {party.code}" in leading
        assert f"Aide {party.code}" not in leading
        assert f"Aide {party.code}" in shown


def test_the_next_meeting_shows_its_next_sittings_in_the_clocks_of_all_sides(client, cast):
    meeting = make_meeting(cast.group, status="announced", starts_on=date(2026, 10, 6))
    for hour in (14, 15, 16, 17):
        make_sitting(meeting, wall=time(hour), title=f"Talk at {hour}", minutes=30)
    later = make_meeting(cast.group, status="announced", starts_on=date(2026, 11, 3), number=9)
    make_sitting(later, title="Next time")
    shown = page_of(client, cast.group)
    block = shown[shown.index('id="next"') : shown.index('id="tree"')]
    for words in ("Talk at 14", "Talk at 16", "Kuala Lumpur", "Moscow", "14:00", "09:00"):
        assert words in block
    assert "Talk at 17" not in block
    assert "9th meeting" not in block
    assert "9th meeting" in shown  # among the meetings ahead


def test_a_closed_sitting_and_what_is_over_are_not_among_the_next_ones(client, cast):
    meeting = make_meeting(cast.group, status="in_session", starts_on=date(2026, 8, 31), days=5)
    make_sitting(meeting, title="Talk of yesterday")
    make_sitting(meeting, day=date(2026, 9, 2), title="Talk behind doors", is_open=False)
    make_sitting(meeting, day=date(2026, 9, 3), title="Talk called off", status="cancelled")
    make_sitting(meeting, day=date(2026, 9, 4), title="Talk for all")
    shown = page_of(client, cast.group)
    assert "Talk for all" in shown
    for words in ("Talk of yesterday", "Talk behind doors", "Talk called off"):
        assert words not in shown
    client.force_login(cast.focal_ru)
    assert "Talk behind doors" in page_of(client, cast.group)


def test_what_a_side_keeps_to_itself_is_next_for_nobody_else_and_comes_after_the_shared(
    client, cast
):
    make_meeting(cast.group, "idea", side=cast.malaysia, starts_on=date(2026, 9, 10), number=77)
    client.force_login(cast.chair_my)
    assert client.get(cast.group.get_absolute_url()).context["next"]["label"] == "77th meeting"
    shared = make_meeting(cast.group, status="announced", starts_on=date(2026, 12, 1), number=2)
    for user in (cast.chair_my, cast.chair_ru, cast.neutral):
        client.force_login(user)
        context = client.get(cast.group.get_absolute_url()).context
        assert context["next"]["meeting"] == shared
    assert "77th meeting" not in page_of(client, cast.group)


def test_a_joint_meeting_is_next_in_each_body_under_its_own_number(client, cast):
    other = make_body(kind="working_group", parent=cast.commission, name="Group on Trade")
    meeting = make_meeting(cast.group, status="announced", number=5)
    MeetingNumber.objects.create(meeting=meeting, body=other, series="ordinary", number=9)
    make_sitting(meeting, title="Common talk")
    shown = page_of(client, other)
    assert "9th meeting" in shown
    assert "jointly with the Working Group on Industry" in shown
    assert "Common talk" in shown


# --- what waits -----------------------------------------------------------------------

AWAITED = "to dates and place is awaited."


@pytest.mark.parametrize(
    ("who", "party"),
    [
        ("chair_ru", "Russia"),
        ("officer_ru", "Russia"),
        ("chair_my", None),  # has given its key
        ("focal_ru", None),
        ("neutral", None),
        ("outsider", None),
        ("delegate", None),
    ],
)
def test_a_key_to_dates_is_asked_for_on_the_page_of_whose_it_is(client, cast, who, party):
    meeting = make_meeting(cast.group, status="proposed")
    make_key(meeting, "dates", cast.malaysia)
    client.force_login(cast.people[who])
    shown = page_of(client, cast.group)
    assert (AWAITED in shown) is bool(party)
    if party:
        assert f"The key of {party} {AWAITED}" in shown


@pytest.mark.parametrize(
    ("who", "asked"),
    [("officer_my", True), ("neutral", True), ("chair_my", False), ("outsider", False)],
)
def test_agreed_dates_wait_to_be_announced_by_a_secretary(client, cast, who, asked):
    meeting = make_meeting(cast.group, status="agreed")
    for party in (cast.malaysia, cast.russia):
        make_key(meeting, "dates", party)
    client.force_login(cast.people[who])
    assert ("All sides agree to its dates. Announce it." in page_of(client, cast.group)) is asked


def test_an_idea_asks_nobody_for_a_key_on_the_page_of_the_body(client, cast):
    make_meeting(cast.group, status="idea", side=cast.malaysia)
    for user in (cast.chair_my, cast.chair_ru):
        client.force_login(user)
        assert AWAITED not in page_of(client, cast.group)


# --- the way up, tabs and rules -------------------------------------------------------


@pytest.fixture
def deep(cast):
    """A sub-group beneath the working group."""
    return make_body(kind="sub_group", parent=cast.group, name="Sub-group on Halal")


TABS = ("body-people", "body-papers", "body-areas", "body-rules")


@pytest.mark.parametrize("name", ["body", *TABS, "body-history"])
def test_every_page_of_a_body_leads_up_to_all_bodies_above_it(client, cast, deep, name):
    client.force_login(cast.officer_my)
    shown = page(client, reverse(name, args=[deep.pk]))
    kicker = shown[shown.index('class="kicker"') : shown.index("<h1>")]
    places = [
        kicker.index(f'href="{address}"')
        for address in (
            reverse("bodies"),
            cast.commission.get_absolute_url(),
            cast.group.get_absolute_url(),
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["body", *TABS])
def test_the_way_up_leaves_out_a_body_that_the_reader_may_not_know(client, cast, deep, name):
    cast.group.is_public = False
    cast.group.save()
    shown = page(client, reverse(name, args=[deep.pk]))
    assert cast.group.name not in shown
    assert cast.group.get_absolute_url() not in shown
    assert cast.commission.get_absolute_url() in shown


def test_papers_are_a_tab_of_a_body_for_everybody(client, cast):
    make_paper(cast.group, title="Founding agreement", access="public")
    shown = page_of(client, cast.group)
    tabs = [shown.index(f'href="{reverse(name, args=[cast.group.pk])}"') for name in TABS]
    assert tabs == sorted(tabs)
    papers = page(client, reverse("body-papers", args=[cast.group.pk]))
    assert f'href="{reverse("body-papers", args=[cast.group.pk])}" aria-current="page"' in papers
    assert "Founding agreement" in papers


def test_the_overview_names_the_rules_in_short_and_leads_to_all_of_them(client, cast):
    make_rules(cast.group, deadlines=[("papers", 14)], every_months=12, quorum_per_side=3)
    shown = page_of(client, cast.group)
    assert "Every 12 months" in shown
    assert "3 members of each side" in shown
    assert "14 days" not in shown
    assert "14 days" in page(client, reverse("body-rules", args=[cast.group.pk]))


# --- queries --------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("who", "queries"), [("officer_my", 21), ("", 13)])
def test_the_page_asks_as_often_for_thirty_meetings_with_sittings_as_for_one(
    client, cast, django_assert_num_queries, rows, who, queries
):
    for number in range(rows):
        start = date(2026, 10, 1 + number % 20)
        make_sitting(make_meeting(cast.group, status="announced", starts_on=start))
        make_meeting(cast.group, status="proposed", starts_on=start)
        make_body(kind="sub_group", parent=cast.group)
    if who:
        client.force_login(cast.people[who])
    page_of(client, cast.group)  # what kinds of objects there are is asked once a process
    with django_assert_num_queries(queries):
        page_of(client, cast.group)


# --- the order of the sides -----------------------------------------------------------


def test_a_side_stands_first_in_shared_prints_once_every_side_has_given_its_key(client, cast):
    client.force_login(cast.chair_my)
    typed = {"kind": "first", "party": cast.russia.pk, "reason": "It is their turn."}
    client.post(reverse("body-propose", args=[cast.group.pk]), typed)
    assert "Russia stands first in shared prints" in page_of(client, cast.group)
    assert cast.group.sides() == [cast.malaysia, cast.russia]
    change = cast.group.changes.get()
    client.force_login(cast.chair_ru)
    key = {"party": cast.russia.pk, "revision": change.revision, "action": "give"}
    client.post(reverse("body-change-key", args=[change.pk]), key)
    cast.group.refresh_from_db()
    assert cast.group.sides() == [cast.russia, cast.malaysia]


def test_of_three_sides_the_others_keep_their_order_behind_the_first(client, db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    client.force_login(make_user("secretary", None, body))
    typed = {"kind": "first", "party": parties[2].pk, "reason": "Notes verbales 1, 2 and 3."}
    client.post(reverse("body-propose", args=[body.pk]), typed)
    assert body.sides() == [parties[2], parties[0], parties[1]]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("MY", "That is how it is already."), ("AZ", "Azerbaijan has no seat today.")],
)
def test_whoever_is_first_already_or_has_no_seat_is_not_put_first(client, cast, code, sentence):
    client.force_login(cast.officer_my)
    typed = {"kind": "first", "party": make_party(code).pk, "reason": "Note 7."}
    answer = client.post(reverse("body-propose", args=[cast.group.pk]), typed)
    assert sentence in answer.content.decode()
    assert not cast.group.changes.exists()
