"""Areas, rules and place of a body that has met: every side's key, and the old until the last."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings import operations
from meetings.dossier import kind
from meetings.dossier.rights import Place, Rights
from meetings.models import Area, Body, BodyChange, DeadlineRule, Rules
from meetings.transitions import CHANGE
from meetings.work import work_for
from portal.models import Entry, Key, Notice
from portal.refusal import NotYours, Refused
from tests.factories import (
    forget_standing,
    make_area,
    make_body,
    make_item,
    make_meeting,
    make_party,
    make_rules,
    make_sitting,
    make_user,
)
from tests.snapshot import assert_message_stored
from tests.together import together

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
TODAY = NOON.date()
WHY = "Note verbale 12/2026."


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def areas(cast) -> list[Area]:
    return [make_area(cast.group, name) for name in ("Aerospace", "Halal", "Energy")]


@pytest.fixture
def met(cast, areas):
    """The cast, whose working group has met."""
    make_meeting(cast.group, "held", starts_on=date(2026, 3, 2))
    return cast


def page(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def order(body) -> list[str]:
    return [area.name for area in body.areas.current()]


def put(change, party, by) -> BodyChange:
    change.reason = WHY
    return operations.propose_change(change, party=party, by=by)


def key(change, party, by) -> BodyChange:
    return operations.agree_change(change, party=party, revision=1, by=by)


def last_sentence(body) -> str:
    return str(Entry.objects.about(body).first())


def rename(area, name="Halal industry", **more) -> BodyChange:
    return operations.new_name(area, **{"name": name, "names": {}, "renamed_on": None, **more})


# What one secretary does alone while the body is set up, and the same put to the sides.
DEEDS = {
    "add": (
        lambda body, by: operations.add_area(Area(body=body, name="Rubber"), by=by),
        lambda body: operations.new_area(body, name="Rubber", names={}),
        ["Aerospace", "Halal", "Energy", "Rubber"],
        "Malaysia, Russia: added the area “Rubber”",
    ),
    "rename": (
        lambda body, by: operations.rename_area(
            body.areas.get(name="Halal"),
            name="Halal industry",
            names={},
            renamed_on=date(2026, 8, 1),
            by=by,
        ),
        lambda body: rename(body.areas.get(name="Halal"), renamed_on=date(2026, 8, 1)),
        ["Aerospace", "Halal industry", "Energy"],
        "Malaysia, Russia: renamed the area “Halal” from Aug. 1, 2026: “Halal industry”",
    ),
    "correct": (
        lambda body, by: operations.rename_area(
            body.areas.get(name="Halal"), name="Halal food", names={}, renamed_on=None, by=by
        ),
        lambda body: rename(body.areas.get(name="Halal"), "Halal food"),
        ["Aerospace", "Halal food", "Energy"],
        "Malaysia, Russia: corrected the name of the area “Halal”: “Halal food”",
    ),
    "merge": (
        lambda body, by: operations.merge_areas(
            body.areas.get(name="Halal"), into=body.areas.get(name="Energy"), by=by
        ),
        lambda body: operations.merger(
            body.areas.get(name="Halal"), into=body.areas.get(name="Energy")
        ),
        ["Aerospace", "Energy"],
        "Malaysia, Russia: merged the area “Halal” into “Energy”",
    ),
    "end": (
        lambda body, by: operations.give_up_area(
            body.areas.get(name="Halal"), last_day=TODAY, by=by
        ),
        lambda body: operations.end_of_area(body.areas.get(name="Halal"), last_day=TODAY),
        ["Aerospace", "Energy"],
        "Malaysia, Russia: gave up the area “Halal” after Sept. 1, 2026",
    ),
    "order": (
        lambda body, by: operations.order_areas(
            body, order=[*body.areas.all().order_by("-number")], by=by
        ),
        lambda body: operations.new_order(body, order=[*body.areas.all().order_by("-number")]),
        ["Energy", "Halal", "Aerospace"],
        "Malaysia, Russia: put the areas in this order: 1. Energy, 2. Halal, 3. Aerospace",
    ),
}


# --- when a body counts as set up -------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "more", "met"),
    [
        ("idea", {}, False),
        ("proposed", {}, False),
        ("agreed", {}, False),
        ("announced", {}, True),
        ("held", {}, True),
        ("cancelled", {"was_announced": False}, False),
        ("cancelled", {}, True),
        ("postponed", {}, True),
    ],
)
def test_a_body_has_met_once_a_meeting_was_announced_whatever_became_of_it(cast, status, more, met):
    make_meeting(cast.group, status, **more)
    assert cast.group.has_met is met


def test_a_meeting_of_one_sides_own_part_does_not_convene_the_body(cast):
    make_meeting(cast.group, "held", series="national", side=cast.malaysia)
    assert not cast.group.has_met


def test_a_joint_meeting_convenes_every_body_that_it_serves(cast):
    other = make_body([cast.malaysia, cast.russia], kind="committee")
    meeting = make_meeting(cast.group, "announced")
    meeting.numbers.create(body=other, series="ordinary", number=1)
    assert other.has_met


def test_what_meets_beneath_convenes_the_body_above_but_not_the_one_beside(cast):
    beside = make_body(kind="working_group", parent=cast.commission)
    make_meeting(cast.group, "held")
    assert cast.commission.has_met
    assert not beside.has_met


# --- areas ------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", DEEDS)
def test_while_a_body_is_set_up_one_secretary_enters_its_areas(cast, areas, deed):
    at_once, _asked, becomes, _sentence = DEEDS[deed]
    at_once(cast.group, cast.officer_my)
    assert order(cast.group) == becomes
    assert Notice.objects.filter(email=cast.officer_ru.email).exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_once_it_has_met_no_secretary_enters_them_alone(met, deed):
    at_once, _asked, _becomes, _sentence = DEEDS[deed]
    for user in (met.officer_my, met.neutral):
        with pytest.raises(Refused, match="its areas take the key of every side"):
            at_once(met.group, user)
    assert order(met.group) == ["Aerospace", "Halal", "Energy"]


def test_an_area_of_a_body_that_has_met_moves_neither_up_nor_down(met, areas):
    with pytest.raises(Refused, match="its areas take the key of every side"):
        operations.move_area(areas[1], by=met.officer_my, up=True)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_change_of_areas_holds_with_the_last_key_and_not_before(met, deed):
    _at_once, asked, becomes, sentence = DEEDS[deed]
    change = put(asked(met.group), met.malaysia, met.officer_my)
    assert order(met.group) == ["Aerospace", "Halal", "Energy"]
    assert {"officer_ru", "chair_ru"} == {
        name
        for name, user in met.people.items()
        if any(change.label in str(one.why) for one in work_for(user, TODAY))
    }
    key(change, met.russia, met.chair_ru)
    assert order(met.group) == becomes
    assert last_sentence(met.group) == sentence
    assert [area.number for area in met.group.areas.current()] == [*range(1, len(becomes) + 1)]


@pytest.mark.parametrize("deed", DEEDS)
def test_of_three_sides_two_keys_change_no_area(db, deed):
    sides = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(sides)
    officers = [make_user("secretary", party, body) for party in sides]
    for name in ("Aerospace", "Halal", "Energy"):
        make_area(body, name)
    make_meeting(body, "held")
    _at_once, asked, becomes, _sentence = DEEDS[deed]
    change = put(asked(body), sides[0], officers[0])
    key(change, sides[1], officers[1])
    assert order(body) == ["Aerospace", "Halal", "Energy"]
    key(change, sides[2], officers[2])
    assert order(body) == becomes


def test_the_neutral_secretariat_proposes_and_has_no_key(met):
    change = put(DEEDS["add"][1](met.group), None, met.neutral)
    assert (change.status, Key.objects.count()) == ("open", 0)
    with pytest.raises(NotYours):
        key(change, met.malaysia, met.neutral)
    key(change, met.russia, met.officer_ru)
    assert "Rubber" not in order(met.group)
    key(change, met.malaysia, met.officer_my)
    assert last_sentence(met.group) == "Malaysia, Russia: added the area “Rubber”"


@pytest.mark.parametrize("deed", DEEDS)
def test_only_who_speaks_for_a_side_puts_a_change_of_areas_to_the_others(met, deed):
    asked = DEEDS[deed][1]
    for name, user in met.people.items():
        side = None if name == "neutral" else met.malaysia
        if name in {"officer_my", "chair_my", "neutral"}:
            CHANGE.perform(put(asked(met.group), side, user), "withdraw", by=user)
        else:
            with pytest.raises(NotYours):
                put(asked(met.group), side, user)
    assert BodyChange.objects.count() == 3


STATES = {
    "open": {
        "officer_my": {"withdraw"},
        "chair_my": {"withdraw"},
        "officer_ru": {"decline"},
        "chair_ru": {"decline"},
    }
}
OF_THE_NEUTRAL = {
    "open": {
        "neutral": {"withdraw"},
        **{name: {"decline"} for name in ("officer_my", "chair_my", "officer_ru", "chair_ru")},
    }
}


@pytest.mark.parametrize("status", [one.value for one in BodyChange.Status])
@pytest.mark.parametrize("proposer", ["malaysia", "neutral"])
def test_the_state_matrix_of_a_proposed_area(met, areas, status, proposer):
    party = met.malaysia if proposer == "malaysia" else None
    change = rename(areas[1])
    change.reason, change.proposer = WHY, party
    change = BodyChange(**{**_fields(change), "status": status})
    change.save()
    expected = STATES if party else OF_THE_NEUTRAL
    for name, user in met.people.items():
        offered = {one.transition.name for one in CHANGE.offers(change, user)}
        assert offered == expected.get(status, {}).get(name, set()), name
    if status != "open":
        with pytest.raises(Refused, match="no longer open"):
            key(change, met.russia, met.officer_ru)


def _fields(row) -> dict:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def test_what_was_declined_or_withdrawn_leaves_the_areas_as_they_were(met, areas):
    declined = put(rename(areas[1]), met.malaysia, met.officer_my)
    CHANGE.perform(declined, "decline", by=met.chair_ru, reason="Not before the session.")
    withdrawn = put(rename(areas[1]), met.malaysia, met.officer_my)
    CHANGE.perform(withdrawn, "withdraw", by=met.chair_my)
    assert order(met.group) == ["Aerospace", "Halal", "Energy"]
    told = Notice.objects.filter(email=met.chair_my.email, template__endswith="change_ended")
    assert "Not before the session." in told.get().body


# --- two at once, and what no longer fits -------------------------------------------------


def test_two_proposals_of_one_kind_stand_beside_each_other_the_same_one_does_not(met, areas):
    put(rename(areas[1]), met.malaysia, met.officer_my)
    put(rename(areas[1], "Halal trade"), met.russia, met.officer_ru)
    with pytest.raises(Refused, match="proposed already"):
        put(rename(areas[1]), met.russia, met.officer_ru)
    assert BodyChange.objects.open().count() == 2


def test_of_two_rival_names_the_first_agreed_lets_the_other_lapse_and_says_so(met, areas):
    first = put(rename(areas[1]), met.malaysia, met.officer_my)
    second = put(rename(areas[1], "Halal trade"), met.russia, met.officer_ru)
    key(first, met.russia, met.officer_ru)
    second.refresh_from_db()
    assert second.status == "lapsed"
    assert order(met.group)[1] == "Halal industry"
    told = Notice.objects.filter(template="meetings/emails/body_change_ended")
    assert {met.officer_my.email, met.officer_ru.email, met.neutral.email} <= set(
        told.values_list("email", flat=True)
    )
    assert_message_stored(told.get(email=met.chair_ru.email), "meetings/body_change_ended-lapsed")
    assert not [one for one in work_for(met.officer_my, TODAY) if "Halal" in str(one.why)]


def test_a_proposal_about_an_area_that_was_merged_meanwhile_lapses(met, areas):
    stale = put(rename(areas[1]), met.malaysia, met.officer_my)
    other = put(operations.new_area(met.group, name="Rubber", names={}), met.russia, met.officer_ru)
    merger = put(operations.merger(areas[1], into=areas[2]), met.russia, met.officer_ru)
    key(merger, met.malaysia, met.officer_my)
    stale.refresh_from_db()
    other.refresh_from_db()
    assert (stale.status, other.status) == ("lapsed", "open")
    with pytest.raises(Refused, match="no longer open"):
        key(stale, met.russia, met.officer_ru)


STALE = {
    "merged": ({"until": TODAY, "number": None}, "no longer in use"),
    "renamed": ({"name": "Halal food"}, "Something else was agreed since this was proposed"),
    "as wanted": ({"name": "Halal industry"}, "That is how it is already"),
}


@pytest.mark.parametrize("what", STALE)
def test_a_key_to_what_an_import_overtook_is_refused_with_a_sentence(met, areas, what):
    """An import brings in history without asking the proposals that stand open."""
    change = put(rename(areas[1]), met.malaysia, met.officer_my)
    fields, sentence = STALE[what]
    Area.objects.filter(pk=areas[1].pk).update(**fields)
    with pytest.raises(Refused, match=sentence):
        key(change, met.russia, met.officer_ru)
    change.refresh_from_db()
    assert change.status == "open"
    CHANGE.perform(change, "withdraw", by=met.officer_my)


def test_an_order_of_a_list_that_grew_meanwhile_is_refused(met, areas):
    change = put(DEEDS["order"][1](met.group), met.malaysia, met.officer_my)
    make_area(met.group, "Rubber")
    with pytest.raises(Refused, match="Something else was agreed since this was proposed"):
        key(change, met.russia, met.officer_ru)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda body, a: operations.new_area(body, name="Halal", names={}), "of this name already"),
        (lambda body, a: rename(a[1], "Energy"), "of this name already"),
        (lambda body, a: rename(a[1], "Halal"), "how it is already"),
        (lambda body, a: rename(a[1], renamed_on=date(2026, 9, 2)), "entered once it holds"),
        (lambda body, a: operations.merger(a[1], into=a[1]), "same body that is in use"),
        (
            lambda body, a: operations.merger(a[1], into=make_area(make_body(), "Elsewhere")),
            "same body that is in use",
        ),
        (
            lambda body, a: operations.end_of_area(a[1], last_day=date(2026, 9, 2)),
            "given up once it is",
        ),
        (lambda body, a: operations.new_order(body, order=a), "how it is already"),
    ],
)
def test_what_would_change_nothing_is_refused_at_once_and_not_at_the_last_key(
    met, areas, make, sentence
):
    with pytest.raises(Refused, match=sentence):
        put(make(met.group, areas), met.malaysia, met.officer_my)
    assert not BodyChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_both_last_keys_at_the_same_moment_carry_it_out_once(met):
    change = put(DEEDS["add"][1](met.group), None, met.neutral)
    outcomes = together(
        lambda: key(change, met.malaysia, met.officer_my),
        lambda: key(BodyChange.objects.get(pk=change.pk), met.russia, met.officer_ru),
    )
    assert [type(one) for one in outcomes] == [BodyChange, BodyChange]
    assert order(met.group).count("Rubber") == 1
    assert Entry.objects.filter(verb="body_change.carry_out").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_rival_names_at_the_same_moment_one_holds_and_the_other_lapses(met, areas):
    first = put(rename(areas[1]), met.malaysia, met.officer_my)
    second = put(rename(areas[1], "Halal trade"), met.russia, met.officer_ru)
    outcomes = together(
        lambda: key(first, met.russia, met.officer_ru),
        lambda: key(second, met.malaysia, met.officer_my),
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert sorted(BodyChange.objects.values_list("status", flat=True)) == ["done", "lapsed"]


# --- what is one side's own, and what stays -----------------------------------------------


def test_who_leads_an_area_stays_each_sides_own_once_the_body_has_met(met, areas):
    operations.lead_area(
        areas[1],
        party=met.malaysia,
        organisation=None,
        by=met.officer_my,
    )
    assert "for Malaysia" in last_sentence(met.group)


def test_items_and_sittings_keep_an_area_that_was_merged_by_every_key(client, met, areas):
    held = met.group.meetings.get()
    item = make_item(held, area=areas[0])
    make_sitting(held, kind="consultation", area=areas[1], wall=time(10))
    key(
        put(operations.merger(areas[0], into=areas[2]), met.malaysia, met.officer_my),
        met.russia,
        met.officer_ru,
    )
    key(
        put(rename(areas[1], renamed_on=date(2026, 8, 1)), met.malaysia, met.officer_my),
        met.russia,
        met.officer_ru,
    )
    item.refresh_from_db()
    assert item.area == areas[0]
    shown = page(client, reverse("body-areas", args=[met.group.pk]))
    assert "merged into “Energy” after Mon 31 Aug 2026" in shown
    assert "consultation: Halal" in page(client, held.get_absolute_url())


# --- rules --------------------------------------------------------------------------------


def ruled(body, since=date(2026, 10, 1), days=14, **more) -> BodyChange:
    new = Rules(body=body, since=since, **{"quorum_per_side": 3, **more})
    return operations.new_rules(new, deadlines=[DeadlineRule(what="papers", days=days)])


def test_new_rules_hold_with_the_last_key_and_the_old_stand_until_then(met):
    old = make_rules(met.group, quorum_per_side=2, deadlines=[("papers", 21)])
    meeting = make_meeting(met.group, starts_on=date(2026, 12, 1))
    change = put(ruled(met.group), met.malaysia, met.chair_my)
    assert met.group.rules_on(date(2026, 10, 1)) == old
    key(change, met.russia, met.chair_ru)
    new = met.group.rules_on(date(2026, 10, 1))
    assert (new.quorum_per_side, new.since) == (3, date(2026, 10, 1))
    assert met.group.rules_on(date(2026, 9, 30)) == old
    assert [(one.what, one.due_on) for one in meeting.deadlines.all()] == [
        ("papers", date(2026, 11, 17))
    ]
    assert {
        "Malaysia, Russia: entered rules of procedure from Oct. 1, 2026",
        "Malaysia, Russia: changed in the rules: members of each side that must be present; "
        "before: “2”, now: “3”",
        "Malaysia, Russia: changed in the rules: Papers sent, 14 days before the first day "
        "instead of 21",
    } <= {str(entry) for entry in Entry.objects.about(met.group)}


def test_no_secretary_enters_rules_alone_once_a_body_beneath_has_met(met):
    for body in (met.group, met.commission):
        for user in (met.officer_my, met.neutral):
            with pytest.raises(Refused, match="its rules take the key of every side"):
                operations.adopt_rules(Rules(body=body, since=TODAY), deadlines=[], by=user)


def test_with_every_key_the_sides_let_each_publish_what_was_agreed(met):
    change = put(ruled(met.group, publication="each"), met.malaysia, met.officer_my)
    key(change, met.russia, met.officer_ru)
    assert met.group.rules_on(date(2026, 10, 1)).publication == "each"


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (date(2026, 10, 1), date(2026, 10, 1), "Rules from that day or later stand already."),
        (date(2026, 10, 1), date(2026, 11, 1), "Something else was agreed since"),
    ],
)
def test_rules_proposed_beside_others_do_not_replace_what_nobody_compared(
    met, first, second, sentence
):
    agreed = put(ruled(met.group, first), met.malaysia, met.officer_my)
    stale = put(ruled(met.group, second, quorum_per_side=5), met.russia, met.officer_ru)
    key(agreed, met.russia, met.officer_ru)
    stale.refresh_from_db()
    assert stale.status == "lapsed"
    assert met.group.rules_on(date(2026, 12, 1)).quorum_per_side == 3


def test_rules_that_an_import_brought_in_meanwhile_refuse_the_key(met):
    change = put(ruled(met.group), met.malaysia, met.officer_my)
    make_rules(met.group, since=date(2020, 1, 1), quorum_per_side=9)
    with pytest.raises(Refused, match="Something else was agreed since"):
        key(change, met.russia, met.officer_ru)


def test_rules_that_change_nothing_are_not_put_to_the_sides(met):
    make_rules(met.group, quorum_per_side=3, deadlines=[("papers", 14)])
    with pytest.raises(Refused, match="how it is already"):
        put(ruled(met.group), met.malaysia, met.officer_my)


def test_working_days_of_a_side_are_kept_until_the_last_key(met):
    rule = DeadlineRule(what="papers", days=5, unit="working_days", calendar_of=met.russia)
    new = Rules(body=met.group, since=TODAY)
    change = put(operations.new_rules(new, deadlines=[rule]), met.malaysia, met.officer_my)
    key(change, met.russia, met.officer_ru)
    assert met.group.rules.get().deadlines.get().is_as(rule)


# --- place in the tree ----------------------------------------------------------------------


@pytest.fixture
def committee(met) -> Body:
    return make_body(kind="committee", parent=met.commission, name="Committee on Trade")


def move(body, place) -> BodyChange:
    return BodyChange(body=body, kind="move", place=place)


def test_a_body_that_has_met_moves_with_the_last_key_and_takes_its_branch_along(met, committee):
    below = make_body(kind="sub_group", parent=met.group)
    change = put(move(met.group, committee), met.malaysia, met.officer_my)
    met.group.refresh_from_db()
    assert met.group.parent == met.commission
    key(change, met.russia, met.chair_ru)
    below.refresh_from_db()
    assert below.above == [met.commission.pk, committee.pk, met.group.pk]
    assert "placed the body beneath “Committee on Trade”" in last_sentence(met.group)


def test_no_secretary_moves_a_body_that_has_met_by_the_form(client, met, committee):
    with pytest.raises(Refused, match="its place takes the key of every side"):
        operations.change_body(
            met.group,
            changes={"parent": committee},
            renamed_on=None,
            revision=1,
            by=met.officer_my,
        )
    client.force_login(met.officer_my)
    shown = page(client, reverse("body-change", args=[met.group.pk]))
    assert 'name="parent"' not in shown
    assert reverse("body-propose", args=[met.group.pk]) in shown


def test_a_body_that_never_met_is_moved_by_a_secretary(client, cast):
    beside = make_body(kind="committee", parent=cast.commission)
    operations.change_body(
        cast.group, changes={"parent": beside}, renamed_on=None, revision=1, by=cast.officer_ru
    )
    assert Body.objects.get(pk=cast.group.pk).parent == beside


def test_a_body_moves_only_where_all_its_sides_sit_in_its_own_commission(met):
    third = make_party("AZ")
    bilateral = make_body(
        [met.malaysia, third], kind="committee", parent=met.commission, name="Committee of two"
    )
    below = make_body(kind="sub_group", parent=met.group, name="Below")
    elsewhere = make_body([met.malaysia, met.russia])
    for place, sentence in (
        (bilateral, "Russia has no seat in “Committee of two”"),
        (below, "Below is this body or stands beneath it"),
        (met.group, "is this body or stands beneath it"),
        (elsewhere, "within its own commission alone"),
        (met.commission, "how it is already"),
    ):
        with pytest.raises(Refused, match=sentence):
            put(move(met.group, place), met.malaysia, met.officer_my)


def test_a_body_hidden_from_the_reader_is_offered_as_no_place(client, met):
    hidden = make_body(
        [met.malaysia], kind="committee", parent=met.commission, name="Hidden", is_public=False
    )
    client.force_login(met.chair_ru)  # of the group alone, who does not know the hidden one
    shown = page(client, reverse("body-propose", args=[met.group.pk]))
    assert met.commission.name in shown
    assert "Hidden" not in shown
    answer = client.post(
        reverse("body-propose", args=[met.group.pk]),
        {"kind": "move", "place": hidden.pk, "reason": WHY},
    )
    assert answer.status_code == 200
    assert not BodyChange.objects.exists()


def test_the_neutral_secretariat_moves_nothing_by_itself(client, met, committee):
    client.force_login(met.neutral)
    client.post(
        reverse("body-propose", args=[met.group.pk]),
        {"kind": "move", "place": committee.pk, "reason": WHY},
    )
    met.group.refresh_from_db()
    assert met.group.parent == met.commission
    assert BodyChange.objects.get().status == "open"


# --- the pages ------------------------------------------------------------------------------

PROPOSERS = {"officer_my", "officer_ru", "neutral", "chair_my", "chair_ru"}


def addresses(met) -> list[str]:
    area = met.group.areas.get(name="Halal")
    own = [reverse(name, args=[met.group.pk]) for name in ("area-new", "area-order", "rules-new")]
    deeds = ("area-rename", "area-merge", "area-give-up")
    return own + [reverse(name, args=[area.pk]) for name in deeds]


def test_the_forms_of_a_body_that_has_met_open_for_whoever_speaks_for_a_side(client, met):
    for name, user in met.people.items():
        client.force_login(user)
        for address in addresses(met):
            status = client.get(address).status_code
            assert status == (200 if name in PROPOSERS else 403), (name, address)


def test_the_forms_of_a_body_being_set_up_open_for_its_secretaries_alone(client, cast, areas):
    for name, user in cast.people.items():
        client.force_login(user)
        for address in addresses(cast):
            expected = 200 if name in {"officer_my", "officer_ru", "neutral"} else 403
            assert client.get(address).status_code == expected, (name, address)


def typed(met, name) -> dict:
    halal, energy = (met.group.areas.get(name=one).pk for one in ("Halal", "Energy"))
    aerospace = met.group.areas.get(name="Aerospace").pk
    return {
        "area-new": {"name": "Rubber", "name_ru": "Каучук"},
        "area-rename": {"name": "Halal industry", "renamed_on": "2026-08-01"},
        "area-merge": {"into": energy},
        "area-give-up": {"last_day": "2026-09-01"},
        "area-order": {f"area_{halal}": 1, f"area_{energy}": 2, f"area_{aerospace}": 3},
        "rules-new": {
            "since": "2026-10-01",
            "publication": "all",
            "chairing": "each_side",
            "hosting": "open",
            "deadlines-TOTAL_FORMS": "0",
            "deadlines-INITIAL_FORMS": "0",
        },
    }[name]


FORMS = {
    "area-new": "Add the area “Rubber”",
    "area-rename": "Rename the area “Halal” from Sat 1 Aug 2026: “Halal industry”",
    "area-merge": "Merge the area “Halal” into “Energy”",
    "area-give-up": "Give up the area “Halal” after Tue 1 Sep 2026",
    "area-order": "Put the areas in another order",
    "rules-new": "New rules of procedure from Thu 1 Oct 2026",
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_puts_its_change_to_the_sides_with_the_reason(client, met, name):
    of_area = name in ("area-rename", "area-merge", "area-give-up")
    pk = met.group.areas.get(name="Halal").pk if of_area else met.group.pk
    address = reverse(name, args=[pk])
    client.force_login(met.chair_my)
    refused = client.post(address, typed(met, name)).content.decode()
    assert "Write a reason: every side will read it." in refused
    assert not BodyChange.objects.exists()
    answer = client.post(address, {**typed(met, name), "reason": WHY})
    change = BodyChange.objects.get()
    assert answer["Location"] == change.get_absolute_url()
    assert (change.label, change.proposer, change.status) == (FORMS[name], met.malaysia, "open")
    client.force_login(met.officer_ru)
    shown = page(client, met.group.get_absolute_url())
    assert f"Put to the sides: {FORMS[name]}" in shown
    assert "Give the key of Russia" in shown
    assert WHY in shown


def test_what_is_asked_reads_in_full_before_the_key_is_given(client, met):
    make_rules(met.group, quorum_per_side=2, languages=["en"], deadlines=[("papers", 21)])
    put(ruled(met.group, languages=["en", "ru"]), met.malaysia, met.officer_my)
    put(
        operations.new_area(met.group, name="Rubber", names={"ru": "Каучук"}),
        met.malaysia,
        met.officer_my,
    )
    put(DEEDS["order"][1](met.group), met.malaysia, met.officer_my)
    client.force_login(met.chair_ru)
    shown = page(client, met.group.get_absolute_url())
    for line in (
        "members of each side that must be present: “3”; before: “2”",
        "languages: “English, Russian”; before: “English”",
        "Papers sent: “14 days before the first day”; before: “21 days before the first day”",
        "Russian: Каучук",
        "1. Energy",
    ):
        assert line in shown


def test_two_areas_with_one_number_are_refused_and_what_was_typed_is_kept(client, met):
    client.force_login(met.officer_my)
    data = {**typed(met, "area-order"), "reason": WHY}
    data[f"area_{met.group.areas.get(name='Energy').pk}"] = 1
    shown = client.post(reverse("area-order", args=[met.group.pk]), data).content.decode()
    assert "“Halal” and “Energy” bear the number 1. Change one." in shown
    assert WHY in shown


def test_the_list_and_the_rules_say_what_is_being_asked_to_those_in_office_alone(client, met):
    put(rename(met.group.areas.get(name="Halal")), met.malaysia, met.officer_my)
    put(ruled(met.group), met.malaysia, met.officer_my)
    pages = {
        "body-areas": "Correct the name of the area",
        "body-rules": "New rules of procedure from",
    }
    for name, user in met.people.items():
        client.force_login(user)
        forget_standing(user)
        for address, words in pages.items():
            shown = page(client, reverse(address, args=[met.group.pk]))
            assert (words in shown) is (name not in {"delegate", "outsider"}), (name, address)
    client.logout()
    for address, words in pages.items():
        assert words not in page(client, reverse(address, args=[met.group.pk]))


def test_a_proposal_is_not_known_in_a_body_of_other_sides(client, met):
    put(rename(met.group.areas.get(name="Halal")), met.malaysia, met.officer_my)
    change = BodyChange.objects.get()
    third = make_party("AZ")
    other = make_body([met.malaysia, third], kind="committee")
    stranger = make_user("secretary", third, other)
    client.force_login(stranger)
    for address in (
        reverse("body-change-key", args=[change.pk]),
        reverse("body-change-do", args=[change.pk, "decline"]),
    ):
        data = {"party": met.russia.pk, "revision": 1, "action": "give", "reason": "No."}
        assert client.post(address, data).status_code == 404
    assert not [one for one in work_for(stranger, TODAY) if "Halal" in str(one.why)]
    assert not Notice.objects.filter(email=stranger.email).exists()


def test_who_speaks_for_two_sides_says_for_which_one_it_is_proposed(client, met):
    both = make_user("secretary", met.malaysia, met.group)
    met.group.appointments.create(person=both.person, party=met.russia, office="secretary")
    client.force_login(both)
    address = reverse("area-new", args=[met.group.pk])
    assert 'name="proposed_by"' in page(client, address)
    data = {"name": "Rubber", "reason": WHY, "proposed_by": met.russia.pk}
    client.post(address, data)
    assert BodyChange.objects.get().proposer == met.russia


@pytest.mark.parametrize("rows", [1, 30])
def test_proposals_cost_the_same_with_one_and_with_thirty(client, met, rows):
    """What a proposal shows beyond its name is asked for with the list, or not at all."""
    for number in range(rows):
        new = operations.new_area(met.group, name=f"Area {number}", names={"ru": "Область"})
        put(new, met.malaysia, met.officer_my)
        put(ruled(met.group, quorum_per_side=number + 5), met.malaysia, met.officer_my)
    counted = _queries(client, met.chair_ru, met.group.get_absolute_url())
    put(operations.new_area(met.group, name="More", names={}), met.malaysia, met.officer_my)
    assert _queries(client, met.chair_ru, met.group.get_absolute_url()) == counted
    for name, number in (("body-areas", AREAS_PAGE), ("body-rules", RULES_PAGE)):
        assert _queries(client, met.officer_my, reverse(name, args=[met.group.pk])) == number


AREAS_PAGE, RULES_PAGE = 11, 11


def _queries(client, user, address) -> int:

    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    return len(captured)


# --- messages -------------------------------------------------------------------------------


def test_the_messages_about_a_proposed_change_read_as_stored(met):
    make_rules(met.group, quorum_per_side=2)
    change = put(ruled(met.group), met.malaysia, met.officer_my)
    asked = Notice.objects.get(email=met.chair_ru.email)
    assert_message_stored(asked, "meetings/body_key_awaited-rules")
    key(change, met.russia, met.chair_ru)
    told = Notice.objects.get(email=met.chair_my.email, template="meetings/emails/body_changed")
    assert_message_stored(told, "meetings/body_changed-agreed")


# --- dossiers -------------------------------------------------------------------------------

OVER = {"until": date(2020, 1, 1)}
NOW_AND_PAST = {
    "an area in use": (kind.AREAS, lambda body: Area(body=body), "new", {}, True),
    "an area of before": (kind.AREAS, lambda body: Area(body=body, **OVER), "new", {}, False),
    "another name": (kind.AREAS, lambda body: Area(body=body), "changed", {"name": "X"}, True),
    "rules in force": (kind.RULES, lambda body: Rules(body=body), "new", {}, True),
    "rules of before": (kind.RULES, lambda body: Rules(body=body, **OVER), "new", {}, False),
    "another place": (kind.BODIES, lambda body: body, "changed", {"parent": None}, True),
}


@pytest.mark.parametrize("what", NOW_AND_PAST)
def test_a_dossier_brings_in_what_is_over_and_goes_around_no_key(met, what):
    of, make, state, changed, takes_keys = NOW_AND_PAST[what]
    rights = Rights(met.neutral)
    refusal = rights.refusal(of, Place(body=met.group), make(met.group), state, changed)
    assert ("takes the key of every side" in refusal) is takes_keys
    set_up = make_body(kind="working_group", parent=met.commission)
    assert rights.refusal(of, Place(body=set_up), make(set_up), state, changed) == ""
