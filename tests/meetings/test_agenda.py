"""The agenda: numbers, places, keys, late additions, own notes, and what shows to whom."""

from datetime import time, timedelta
from itertools import product

import pytest
from django.urls import reverse

from meetings import operations
from meetings.agenda import Order, as_seen, lines, tree, usual_points
from meetings.models import Agenda, AgendaItem, AgendaNote, AgendaSpeaker
from meetings.transitions import AGENDA, LATE, POINT, POINTS
from meetings.work import work_for
from portal.models import Entry, Key, Notice
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.factories import (
    forget_standing,
    make_agenda,
    make_appointment,
    make_area,
    make_body,
    make_key,
    make_meeting,
    make_own_note,
    make_paper,
    make_party,
    make_point,
    make_sitting,
    make_user,
    today,
)
from tests.snapshot import assert_message_stored
from tests.together import together

SECRETARIES = {"officer_my", "officer_ru", "neutral"}
CHAIRS = {"chair_my", "chair_ru"}
FOCAL = {"focal_my", "focal_ru"}
OFFICE = SECRETARIES | CHAIRS | FOCAL
SECRET = "Do not give way on tariffs before noon."


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, "announced")


@pytest.fixture
def agenda(meeting):
    return make_agenda(meeting)


@pytest.fixture
def agreed(cast, meeting):
    return keyed(make_agenda(meeting, status="agreed"), cast)


def keyed(obj, cast, subject="agenda"):
    """With both sides' keys."""
    make_key(obj, subject, cast.malaysia, cast.chair_my)
    make_key(obj, subject, cast.russia, cast.chair_ru)
    return obj


def titles(agenda):
    """The agenda as it is read, as “number title”."""
    return [f"{point.number} {point.item}" for point in lines(tree(agenda.items.listed()))]


def point(agenda, title):
    return agenda.items.select_related("agenda__meeting__body").get(title=title)


def now(obj):
    """The row as it is now, with nothing remembered."""
    return type(obj).objects.get(pk=obj.pk)


def read(client, user, meeting, query=""):
    if user:
        client.force_login(user)
    else:
        client.logout()
    answer = client.get(reverse("agenda", args=[meeting.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- numbers and minutes ---------------------------------------------------------------


def test_numbers_follow_from_the_places_and_identity_stays(cast, agenda):
    halal = point(agenda, "Halal")
    uid = halal.uid
    make_point(agenda, "Laboratories", parent=halal)
    make_point(agenda, "Labels", parent=halal)
    assert titles(agenda) == ["1 Opening", "2 Halal", "2.1 Laboratories", "2.2 Labels", "3 Signing"]
    operations.move_point(halal, to="up", revision=agenda.revision, by=cast.officer_my)
    assert titles(agenda) == ["1 Halal", "1.1 Laboratories", "1.2 Labels", "2 Opening", "3 Signing"]
    assert now(halal).uid == uid
    assert "number" not in {field.name for field in AgendaItem._meta.get_fields()}


def test_the_minutes_of_a_point_hold_those_of_what_stands_beneath_it(agenda):
    halal = point(agenda, "Halal")
    AgendaItem.objects.filter(title="Opening").update(minutes=10)
    AgendaItem.objects.filter(title="Halal").update(minutes=5)
    make_point(agenda, "Laboratories", parent=halal, minutes=20)
    make_point(agenda, "Labels", parent=halal, minutes=15)
    points = {one.item.title: one for one in lines(tree(agenda.items.listed()))}
    assert (points["Halal"].begins, points["Halal"].ends) == (10, 45)
    assert (points["Labels"].begins, points["Labels"].ends) == (30, 45)
    assert points["Signing"].minutes == 0
    AgendaItem.objects.filter(title="Halal").update(minutes=60)
    points = {one.item.title: one for one in lines(tree(agenda.items.listed()))}
    assert (points["Halal"].minutes, points["Labels"].ends, points["Signing"].begins) == (
        60,
        45,
        70,
    )


def test_the_page_says_when_the_points_end_and_that_the_sitting_is_too_short(client, cast, agenda):
    make_sitting(agenda.meeting, wall=time(15), minutes=60)
    agenda.items.update(minutes=30)
    page = read(client, cast.chair_my, agenda.meeting)
    assert "All points together: 01:30 hours" in page
    assert "16:30" in page
    assert "That is 30 minutes longer than the plenary session." in page


# --- where a point goes ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("up", ["1 b", "1.1 b1", "1.2 b2", "2 a", "3 c"]),
        ("down", ["1 a", "2 c", "3 b", "3.1 b1", "3.2 b2"]),
        ("in", ["1 a", "1.1 b", "1.1.1 b1", "1.1.2 b2", "2 c"]),
        ("out", None),
        ("after:c", ["1 a", "2 c", "3 b", "3.1 b1", "3.2 b2"]),
        ("before:a", ["1 b", "1.1 b1", "1.2 b2", "2 a", "3 c"]),
        ("in:c", ["1 a", "2 c", "2.1 b", "2.1.1 b1", "2.1.2 b2"]),
        ("in:b1", None),
        ("after:b2", None),
        ("in:b", None),
        ("after:b", None),
    ],
)
def test_a_point_moves_with_what_stands_beneath_it_and_never_beneath_itself(
    cast, meeting, to, expected
):
    agenda = make_agenda(meeting, ("a", "b", "c"))
    b = point(agenda, "b")
    make_point(agenda, "b1", parent=b)
    make_point(agenda, "b2", parent=b)
    step, colon, name = to.partition(":")
    to = f"{step}:{point(agenda, name).pk}" if colon else to
    if expected is None:
        with pytest.raises(Refused, match="cannot stand there"):
            operations.move_point(b, to=to, revision=1, by=cast.officer_my)
        expected = ["1 a", "2 b", "2.1 b1", "2.2 b2", "3 c"]
    else:
        operations.move_point(b, to=to, revision=1, by=cast.officer_my)
    assert titles(agenda) == expected


def test_nothing_comes_to_stand_on_a_fourth_level(cast, meeting):
    agenda = make_agenda(meeting, ("a", "z"))
    one = make_point(agenda, "a1", parent=point(agenda, "a"))
    two = make_point(agenda, "a1x", parent=one)
    order = Order(agenda.items.listed())
    assert order.spot(f"in:{two.pk}") is None
    assert order.spot(f"in:{two.pk}", point(agenda, "z")) is None
    assert order.spot(f"in:{one.pk}").parent == one


def test_a_place_beside_a_point_of_another_agenda_is_no_place(cast, agenda):
    other = make_agenda(make_meeting(cast.group))
    stranger = point(other, "Halal")
    with pytest.raises(Refused, match="cannot stand there"):
        operations.move_point(
            point(agenda, "Halal"), to=f"after:{stranger.pk}", revision=1, by=cast.officer_my
        )


@pytest.mark.parametrize("to", ["", "sideways", "after:", "after:x", "end", "up:1", "after:9" * 9])
def test_a_move_that_no_page_sends_is_not_found_or_refused(client, cast, agenda, to):
    client.force_login(cast.officer_my)
    url = reverse("point-move", args=[point(agenda, "Halal").pk])
    assert client.post(url, {"to": to, "revision": 1}).status_code in {302, 404}
    assert titles(agenda) == ["1 Opening", "2 Halal", "3 Signing"]


# --- the usual points ------------------------------------------------------------------


def test_one_click_begins_with_the_usual_points_and_one_for_each_area(client, cast, meeting):
    make_area(cast.group, "Halal", names={"ru": "Халяль"})
    make_area(cast.group, "Old area").delete()
    make_area(cast.group, "Shipbuilding")
    page = read(client, cast.officer_ru, meeting)
    assert "Begin with the usual points" in page
    client.post(reverse("agenda-begin", args=[meeting.pk]))
    agenda = Agenda.objects.get(meeting=meeting)
    assert titles(agenda) == [
        "1 Opening and introductory remarks",
        "2 Adoption of the agenda and the programme",
        "3 Halal",
        "4 Shipbuilding",
        "5 Other business",
        "6 Date and place of the next meeting",
        "7 Adoption and signing of the record",
    ]
    assert point(agenda, "Halal").titles == {"ru": "Халяль"}
    page = client.post(reverse("agenda-begin", args=[meeting.pk]), follow=True).content.decode()
    assert "This agenda was begun already." in page
    assert agenda.items.count() == 7


def test_a_commission_with_a_past_looks_back_and_at_trade(cast):
    make_meeting(cast.commission, "held", starts_on=today() - timedelta(days=400))
    found = [item.title for item in usual_points(make_meeting(cast.commission))]
    assert found[2:4] == [
        "Implementation of what the previous meeting agreed",
        "Trade and economic relations",
    ]


# --- status × transition ---------------------------------------------------------------

TABLE = {
    AGENDA: {
        "agree": ({"provisional"}, "agreed"),
        "reopen": ({"agreed"}, "provisional"),
        "adopt": ({"provisional", "agreed"}, "adopted"),
    },
    POINT: {
        "accept": ({"late"}, "listed"),
        "reject": ({"late"}, "rejected"),
        "take_back": ({"late"}, "rejected"),
        "remove": ({"listed"}, "removed"),
        "restore": ({"removed"}, "listed"),
    },
}
STATUSES = {AGENDA: Agenda.Status.values, POINT: AgendaItem.Status.values}


def ready(workflow, cast, status):
    """An object in a status, with nothing but the status in the way of any transition."""
    meeting = make_meeting(cast.group, "in_session")
    if workflow is AGENDA:
        return keyed(make_agenda(meeting, status=status), cast)
    agenda = make_agenda(meeting, status="agreed")
    item = make_point(agenda, "Drones", status=status, proposer=cast.malaysia, text="Urgent.")
    return keyed(item, cast, "late")


def test_the_table_names_every_transition():
    for workflow, rows in TABLE.items():
        assert set(rows) == set(workflow.transitions)


@pytest.mark.parametrize(
    ("workflow", "name", "status"),
    [
        pytest.param(workflow, name, status, id=f"{workflow.kind}-{name}-from-{status}")
        for workflow, rows in TABLE.items()
        for name, status in product(rows, STATUSES[workflow])
    ],
)
def test_a_transition_begins_only_from_its_own_statuses(cast, workflow, name, status):
    obj = ready(workflow, cast, status)
    sources, target = TABLE[workflow][name]
    by = cast.officer_my if name in {"adopt", "remove", "restore"} else cast.chair_my
    if status in sources:
        assert workflow.perform(obj, name, by=by, reason="Because.").status == target
    else:
        with pytest.raises(Refused, match="no longer possible"):
            workflow.perform(obj, name, by=by, reason="Because.")
        assert now(obj).status == status


# --- cast × deed -----------------------------------------------------------------------

MAY = {
    (AGENDA, "adopt"): SECRETARIES,
    (POINT, "reject"): CHAIRS,
    (POINT, "take_back"): {"officer_my", "chair_my"},
    (POINT, "remove"): SECRETARIES | CHAIRS,
    (POINT, "restore"): SECRETARIES | CHAIRS,
    (POINT, "accept"): CHAIRS,
    (AGENDA, "agree"): CHAIRS,
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("workflow", "name"), [pytest.param(*deed, id=f"{deed[0].kind}-{deed[1]}") for deed in MAY]
)
def test_a_deed_is_done_by_those_it_belongs_to_and_by_nobody_else(cast, workflow, name, who):
    obj = ready(workflow, cast, sorted(TABLE[workflow][name][0])[0])
    user = cast.people[who]
    offered = name in {offer.transition.name for offer in workflow.offers(obj, user)}
    if who in MAY[workflow, name]:
        workflow.perform(obj, name, by=user, reason="Because.")
        assert offered or workflow.transitions[name].automatic
    else:
        assert not offered
        with pytest.raises(NotYours):
            workflow.perform(obj, name, by=user, reason="Because.")


def _typed(item, **more):
    return {
        "title": item.title if item else "New point",
        "outcome": "discuss",
        "is_open": "on",
        "revision": item.revision if item else "",
        "speakers-TOTAL_FORMS": "0",
        "speakers-INITIAL_FORMS": "0",
        **more,
    }


# page: what is posted, who gets through, who is told that it is not theirs; to others: nothing
PAGES = {
    "point-new": (lambda cast, item: _typed(None), SECRETARIES | CHAIRS, set(PEOPLE)),
    "agenda-begin": (lambda cast, item: {}, SECRETARIES | CHAIRS, set(PEOPLE)),
    "agenda-key": (
        lambda cast, item: {"party": cast.malaysia.pk, "revision": 1, "action": "give"},
        {"chair_my"},
        OFFICE,
    ),
    "point-change": (lambda cast, item: _typed(item), SECRETARIES | CHAIRS, OFFICE),
    "point-move": (lambda cast, item: {"to": "up", "revision": 1}, SECRETARIES | CHAIRS, OFFICE),
    "point-remove": (lambda cast, item: {"revision": 1}, SECRETARIES | CHAIRS, OFFICE),
    "point-note": (
        lambda cast, item: {"text": SECRET, "revision": 0},
        {"officer_my", "chair_my", "focal_my"},
        set(),
    ),
}


@pytest.mark.parametrize("who", [*PEOPLE, "anonymous"])
@pytest.mark.parametrize("name", PAGES)
def test_a_deed_on_a_page_is_for_those_it_belongs_to(client, cast, agenda, name, who):
    typed, through, forbidden = PAGES[name]
    item = point(agenda, "Halal")
    args = {
        "point-note": [item.pk, cast.malaysia.pk],
        "point-new": [agenda.meeting_id],
        "agenda-begin": [agenda.meeting_id],
        "agenda-key": [agenda.meeting_id],
    }.get(name, [item.pk])
    if who != "anonymous":
        client.force_login(cast.people[who])
    answer = client.post(reverse(name, args=args), typed(cast, item))
    if who == "anonymous":
        assert answer.url.startswith(reverse("account_login"))
    elif who in through:
        assert answer.status_code == 302, answer.content.decode()
    else:
        assert answer.status_code == (403 if who in forbidden else 404)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_late_point_is_proposed_by_a_side_and_changed_by_that_side(client, cast, agreed, who):
    client.force_login(cast.people[who])
    url = reverse("late-new", args=[agreed.meeting_id])
    may = who in {"officer_my", "officer_ru"} | CHAIRS
    assert client.get(url).status_code == (200 if may else 403)
    late = make_point(agreed, "Drones", status="late", proposer=cast.malaysia, text="Urgent.")
    answer = client.get(reverse("point-change", args=[late.pk]))
    own = who in {"officer_my", "chair_my"}
    assert answer.status_code == (200 if own else 403 if who in OFFICE else 404)


# --- keys ------------------------------------------------------------------------------


def test_the_last_key_makes_the_agenda_agreed(cast, agenda):
    operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my)
    assert now(agenda).status == "provisional"
    operations.agree_agenda(agenda, party=cast.russia, revision=1, by=cast.chair_ru)
    assert now(agenda).status == "agreed"


def test_with_three_parties_two_keys_are_not_enough(cast):
    azerbaijan = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, azerbaijan])
    chairs = {
        party: make_user("chair", party, body) for party in (cast.malaysia, cast.russia, azerbaijan)
    }
    agenda = make_agenda(make_meeting(body, "announced"))
    for party, chair in list(chairs.items())[:2]:
        operations.agree_agenda(agenda, party=party, revision=1, by=chair)
    assert now(agenda).status == "provisional"
    assert [one.label for one in POINTS.missing(agenda)] == ["Azerbaijan"]
    with pytest.raises(NotYours):
        operations.agree_agenda(agenda, party=azerbaijan, revision=1, by=chairs[cast.malaysia])
    operations.agree_agenda(agenda, party=azerbaijan, revision=1, by=chairs[azerbaijan])
    assert now(agenda).status == "agreed"


def edits(cast, agenda):
    """Every way to change what is shared."""
    halal = point(agenda, "Halal")
    by = {"by": cast.officer_ru}
    removed = make_point(agenda, "Gone", status="removed")
    return {
        "add": lambda: operations.add_point(
            agenda, AgendaItem(title="New"), to="end", speakers=[], **by
        ),
        "change": lambda: operations.change_point(halal, changes={"minutes": 5}, revision=1, **by),
        "speakers": lambda: operations.change_point(
            halal, changes={"speakers": [AgendaSpeaker(name="A speaker")]}, revision=1, **by
        ),
        "move": lambda: operations.move_point(halal, to="up", revision=1, **by),
        "remove": lambda: operations.remove_point(halal, revision=1, **by),
        "restore": lambda: operations.restore_point(removed, **by),
    }


def test_who_arranges_is_warned_whose_key_a_move_drops(client, cast, agenda):
    make_key(agenda, "agenda", cast.malaysia, cast.chair_my)
    warning = "Key given: Malaysia. Moving a point drops it, and the co-chair is told."
    assert warning in read(client, cast.officer_ru, agenda.meeting, "?arrange=yes")
    assert warning not in read(client, cast.officer_ru, agenda.meeting)
    assert "Move up" not in read(client, cast.focal_ru, agenda.meeting, "?arrange=yes")


@pytest.mark.parametrize("edit", ["change", "speakers", "move", "remove", "restore"])
def test_an_edit_drops_every_key_says_whose_and_opens_what_was_agreed(cast, agreed, edit):
    edits(cast, agreed)[edit]()
    row = now(agreed)
    assert (row.status, row.revision) == ("provisional", 2)
    assert len(POINTS.missing(row)) == 2
    told = Notice.objects.filter(template="meetings/emails/agenda_key_dropped")
    assert {notice.person for notice in told} == {cast.chair_my.person, cast.chair_ru.person}
    assert "Савицкая Елена has changed the agenda" in told.first().body
    dropped = Entry.objects.about(agreed).filter(verb="key.dropped")
    assert {entry.party for entry in dropped} == {cast.malaysia, cast.russia}


@pytest.mark.parametrize("edit", ["add", "change", "speakers", "move", "remove", "restore"])
def test_an_adopted_agenda_stands(cast, meeting, edit):
    agenda = make_agenda(meeting, status="adopted")
    with pytest.raises(Refused, match="adopted this agenda, so its points stand"):
        edits(cast, agenda)[edit]()
    assert titles(agenda) == ["1 Opening", "2 Halal", "3 Signing"]


def test_a_point_is_not_simply_added_to_an_agreed_agenda(client, cast, agreed):
    with pytest.raises(Refused, match="late addition"):
        edits(cast, agreed)["add"]()
    client.force_login(cast.officer_my)
    answer = client.get(reverse("point-new", args=[agreed.meeting_id]))
    assert answer.url == reverse("late-new", args=[agreed.meeting_id])


def test_saving_without_a_change_drops_nothing(client, cast, agreed):
    client.force_login(cast.officer_my)
    halal = point(agreed, "Halal")
    client.post(reverse("point-change", args=[halal.pk]), _typed(halal, outcome=""))
    assert now(agreed).status == "agreed"
    assert not POINTS.missing(now(agreed))


def test_a_key_taken_back_makes_the_agenda_provisional_again(client, cast, agreed):
    client.force_login(cast.chair_my)
    data = {"party": cast.malaysia.pk, "revision": 1, "action": "withdraw"}
    page = client.post(reverse("agenda-key", args=[agreed.meeting_id]), data, follow=True)
    assert "Malaysia has taken its key back." in page.content.decode()
    assert now(agreed).status == "provisional"


def test_a_key_to_an_agenda_that_changed_meanwhile_is_refused_on_the_page(client, cast, agenda):
    operations.move_point(point(agenda, "Halal"), to="up", revision=1, by=cast.officer_ru)
    client.force_login(cast.chair_my)
    data = {"party": cast.malaysia.pk, "revision": 1, "action": "give"}
    page = client.post(reverse("agenda-key", args=[agenda.meeting_id]), data, follow=True)
    assert "changed since you opened it" in page.content.decode()
    assert not Key.objects.exists()


def test_an_empty_agenda_and_one_of_a_meeting_that_is_over_get_no_key(cast):
    empty = make_agenda(make_meeting(cast.group), points=())
    with pytest.raises(Refused, match="The agenda is empty"):
        operations.agree_agenda(empty, party=cast.malaysia, revision=1, by=cast.chair_my)
    over = make_agenda(make_meeting(cast.group, "held"))
    with pytest.raises(Refused, match="The meeting is over"):
        operations.agree_agenda(over, party=cast.malaysia, revision=1, by=cast.chair_my)


def test_an_agenda_is_adopted_in_session_with_every_key_and_the_page_says_why_not_yet(
    client, cast, meeting, agenda
):
    page = read(client, cast.officer_my, meeting)
    assert "The meeting has not begun. An agenda is adopted at the meeting." in page
    assert "Agenda: the key of Malaysia is missing." in page
    sits = keyed(make_agenda(make_meeting(cast.group, "in_session"), status="agreed"), cast)
    client.force_login(cast.officer_my)
    client.post(reverse("agenda-do", args=[sits.pk, "adopt"]))
    assert now(sits).status == "adopted"
    page = read(client, cast.officer_my, sits.meeting)
    assert "The meeting has adopted this agenda. Its points stand." in page
    assert "Take back" not in page


# --- late additions --------------------------------------------------------------------


def propose(cast, agenda, **fields):
    item = AgendaItem(
        title="Drones", text="The law changed.", proposer=cast.malaysia, status="late", **fields
    )
    second = point(agenda, "Halal")
    return operations.propose_late_point(
        agenda, item, to=f"after:{second.pk}", speakers=[], by=cast.officer_my
    )


def test_a_late_point_joins_with_the_last_key_and_the_keys_to_the_agenda_stand(cast, agreed):
    late = propose(cast, agreed)
    assert titles(agreed) == ["1 Opening", "2 Halal", "3 Signing"]
    operations.agree_late_point(late, party=cast.malaysia, revision=1, by=cast.chair_my)
    assert now(late).status == "late"
    operations.agree_late_point(late, party=cast.russia, revision=1, by=cast.chair_ru)
    assert titles(agreed) == ["1 Opening", "2 Halal", "3 Drones", "4 Signing"]
    row = now(agreed)
    assert (row.status, row.revision, POINTS.missing(row)) == ("agreed", 1, [])
    with pytest.raises(Refused, match="answered already"):
        operations.take_back_late_key(late, party=cast.malaysia, by=cast.chair_my)


def test_nobody_proposes_for_another_side_nor_for_all_sides(cast, agreed):
    for proposer, by in (
        (cast.russia, cast.officer_my),
        (None, cast.officer_my),
        (cast.malaysia, cast.neutral),
        (cast.malaysia, cast.focal_my),
    ):
        item = AgendaItem(title="Drones", text="Why.", proposer=proposer, status="late")
        with pytest.raises(NotYours):
            operations.propose_late_point(agreed, item, to="end", speakers=[], by=by)


def test_an_extraordinary_meeting_is_limited_to_its_points(client, cast):
    extra = make_meeting(cast.group, "announced", series="extraordinary", number=1)
    agenda = keyed(make_agenda(extra, status="agreed"), cast)
    with pytest.raises(Refused, match="limited to the points it was called for"):
        propose(cast, agenda)
    page = read(client, cast.officer_my, extra)
    assert "limited to the points it was called for" in page
    assert "Propose a late addition" not in page
    answer = client.get(reverse("late-new", args=[extra.pk]))
    assert answer.url == reverse("agenda", args=[extra.pk])


def test_a_late_point_needs_an_explanation_and_nothing_typed_is_lost(client, cast, agreed):
    client.force_login(cast.officer_my)
    url = reverse("late-new", args=[agreed.meeting_id])
    data = _typed(None, title="Drones over fields", proposer=cast.malaysia.pk, text="")
    page = client.post(url, data).content.decode()
    assert "Explain to the other sides why the point is added now." in page
    assert "Drones over fields" in page
    client.post(url, {**data, "text": "A new law."})
    late = AgendaItem.objects.get(status="late")
    assert (late.title, late.proposer) == ("Drones over fields", cast.malaysia)
    told = Notice.objects.filter(template="meetings/emails/late_point_proposed")
    assert {notice.person for notice in told} == {cast.chair_my.person, cast.chair_ru.person}


def test_a_late_point_is_rejected_with_a_reason_that_its_side_reads(client, cast, agreed):
    late = propose(cast, agreed)
    url = reverse("point-do", args=[late.pk, "reject"])
    client.force_login(cast.chair_ru)
    page = client.post(url, {"reason": ""}, follow=True).content.decode()
    assert "Write a reason" in page
    client.post(url, {"reason": "Too late for our ministries."})
    assert now(late).status == "rejected"
    told = Notice.objects.filter(template="meetings/emails/late_point_answered")
    assert {notice.person for notice in told} == {cast.chair_my.person, cast.officer_my.person}
    assert "Too late for our ministries." in told.first().body
    assert now(agreed).status == "agreed"


def test_a_change_of_a_late_point_drops_its_own_keys_alone(cast, agreed):
    late = propose(cast, agreed)
    operations.agree_late_point(late, party=cast.russia, revision=1, by=cast.chair_ru)
    operations.change_point(late, changes={"title": "Kites"}, revision=1, by=cast.officer_my)
    assert len(LATE.missing(now(late))) == 2
    assert not POINTS.missing(now(agreed))


def test_a_late_point_that_joins_an_agenda_opened_again_drops_the_keys_to_the_old_one(cast, agreed):
    late = propose(cast, agreed)
    operations.move_point(point(agreed, "Halal"), to="up", revision=1, by=cast.officer_my)
    operations.agree_agenda(agreed, party=cast.malaysia, revision=2, by=cast.chair_my)
    for party, chair in ((cast.malaysia, cast.chair_my), (cast.russia, cast.chair_ru)):
        operations.agree_late_point(late, party=party, revision=1, by=chair)
    assert now(agreed).revision == 3
    assert len(POINTS.missing(now(agreed))) == 2


# --- two at once -----------------------------------------------------------------------


def test_the_second_of_two_officers_sees_what_changed_and_keeps_what_was_typed(
    client, cast, agenda
):
    halal = point(agenda, "Halal")
    data = _typed(halal, title="What I typed", minutes="15")
    operations.change_point(
        halal, changes={"title": "What they stored"}, revision=1, by=cast.officer_ru
    )
    client.force_login(cast.officer_my)
    url = reverse("point-change", args=[halal.pk])
    answer = client.post(url, data)
    page = answer.content.decode()
    assert "Somebody changed this point since you opened it" in page
    assert "What they stored" in page
    assert "What I typed" in page
    assert now(halal).title == "What they stored"
    again = client.post(url, {**data, "revision": answer.context["form"].data["revision"]})
    assert again.status_code == 302
    assert (now(halal).title, now(halal).minutes) == ("What I typed", 15)


def test_speakers_that_somebody_else_stored_are_shown_before_they_are_replaced(
    client, cast, agenda
):
    halal = point(agenda, "Halal")
    theirs = [AgendaSpeaker(name="Their speaker", party=cast.russia, minutes=5)]
    operations.change_point(halal, changes={"speakers": theirs}, revision=1, by=cast.officer_ru)
    client.force_login(cast.officer_my)
    mine = {"speakers-TOTAL_FORMS": "1", "speakers-0-name": "My speaker"}
    page = client.post(
        reverse("point-change", args=[halal.pk]), _typed(halal, **mine) | {"revision": 1}
    )
    assert "Their speaker" in page.content.decode()
    assert "My speaker" in page.content.decode()
    assert halal.speakers.get().name == "Their speaker"


def test_a_move_on_an_agenda_that_changed_meanwhile_is_refused(client, cast, agenda):
    operations.move_point(point(agenda, "Signing"), to="up", revision=1, by=cast.officer_ru)
    client.force_login(cast.officer_my)
    url = reverse("point-move", args=[point(agenda, "Halal").pk])
    page = client.post(url, {"to": "up", "revision": 1}, follow=True).content.decode()
    assert "Somebody changed the agenda since you opened it." in page
    assert titles(agenda) == ["1 Opening", "2 Signing", "3 Halal"]


def test_a_point_removed_meanwhile_keeps_what_was_typed_on_the_page(client, cast, agenda):
    halal = point(agenda, "Halal")
    operations.remove_point(halal, revision=1, by=cast.officer_ru)
    client.force_login(cast.officer_my)
    page = client.post(reverse("point-change", args=[halal.pk]), _typed(halal, text="My words."))
    assert "Somebody took this point off the agenda" in page.content.decode()
    assert "My words." in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_moment_one_is_refused(cast):
    agenda = make_agenda(make_meeting(cast.group, "announced"))
    halal = point(agenda, "Halal")
    outcomes = together(
        lambda: operations.change_point(
            halal, changes={"title": "One"}, revision=1, by=cast.officer_my
        ),
        lambda: operations.change_point(
            point(agenda, "Halal"), changes={"title": "Two"}, revision=1, by=cast.officer_ru
        ),
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert now(agenda).revision == 2


@pytest.mark.django_db(transaction=True)
def test_both_last_keys_at_the_same_moment_agree_the_agenda_once(cast):
    agenda = make_agenda(make_meeting(cast.group, "announced"))
    outcomes = together(
        lambda: operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my),
        lambda: operations.agree_agenda(
            Agenda.objects.get(pk=agenda.pk), party=cast.russia, revision=1, by=cast.chair_ru
        ),
    )
    assert outcomes == [None, None]
    assert now(agenda).status == "agreed"
    assert Entry.objects.filter(verb="agenda.agree").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_and_an_edit_at_the_same_moment_never_agree_to_what_was_not_read(cast):
    agenda = make_agenda(make_meeting(cast.group, "announced"))
    make_key(agenda, "agenda", cast.malaysia, cast.chair_my)
    together(
        lambda: operations.agree_agenda(agenda, party=cast.russia, revision=1, by=cast.chair_ru),
        lambda: operations.move_point(
            point(agenda, "Halal"), to="up", revision=1, by=cast.officer_my
        ),
    )
    row = now(agenda)
    assert (row.status, row.revision, len(POINTS.missing(row))) == ("provisional", 2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_late_point_rejected_and_accepted_at_the_same_moment_is_only_one_of_both(cast):
    agenda = make_agenda(make_meeting(cast.group, "announced"), status="agreed")
    late = make_point(agenda, "Drones", status="late", proposer=cast.malaysia, text="Why.")
    make_key(late, "late", cast.malaysia, cast.chair_my)
    outcomes = together(
        lambda: operations.agree_late_point(late, party=cast.russia, revision=1, by=cast.chair_ru),
        lambda: POINT.perform(now(late), "reject", by=cast.chair_my, reason="No."),
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert not [
        one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)
    ]


# --- removing --------------------------------------------------------------------------


def test_a_point_removed_with_its_branch_comes_back_where_it_was_with_its_notes(cast, agenda):
    halal = point(agenda, "Halal")
    beneath = make_point(agenda, "Labels", parent=halal)
    make_own_note(halal, cast.russia, SECRET)
    operations.remove_point(halal, revision=1, by=cast.officer_my)
    assert titles(agenda) == ["1 Opening", "2 Signing"]
    operations.restore_point(now(halal), by=cast.officer_my)
    assert titles(agenda) == ["1 Opening", "2 Halal", "3 Signing"]
    operations.restore_point(now(beneath), by=cast.officer_my)
    assert titles(agenda)[2] == "2.1 Labels"
    assert AgendaNote.objects.get().text == SECRET


# --- what shows to whom ----------------------------------------------------------------


@pytest.fixture
def closed(cast, meeting):
    """An agreed agenda with a closed point, one beneath it, and a closed one beneath an open."""
    agenda = keyed(make_agenda(meeting, status="agreed"), cast)
    secret = make_point(agenda, "Arms", is_open=False, minutes=77)
    make_point(agenda, "Submarines", parent=secret)
    make_point(agenda, "Prices", parent=point(agenda, "Halal"), is_open=False)
    make_point(agenda, "Closing words")
    make_point(agenda, "Kites", status="late", proposer=cast.russia, text="Why.")
    make_point(agenda, "Taken off", status="removed")
    return agenda


@pytest.mark.parametrize("who", ["delegate", "outsider", None])
def test_others_read_open_points_and_of_closed_ones_the_number_alone(client, cast, closed, who):
    page = read(client, cast.people[who] if who else None, closed.meeting)
    for shown in ("Opening", "Halal", "Signing", "Closing words", "Closed point"):
        assert shown in page
    for hidden in (
        "Arms",
        "Submarines",
        "Prices",
        "Kites",
        "Taken off",
        "77 minutes",
        "Keys to the",
    ):
        assert hidden not in page
    assert page.count("Closed point") == 2
    visible = AgendaItem.objects.visible_to(cast.people[who]) if who else None
    assert visible is None or visible.count() == 4


def test_what_stands_beneath_a_closed_point_has_no_number_and_no_minutes_for_others(closed):
    seen = {
        item.pk for item in closed.items.listed() if item.is_open and item.title != "Submarines"
    }
    found = list(lines(as_seen(tree(closed.items.listed()), seen)))
    assert [one.number for one in found] == ["1", "2", "2.1", "3", "4", "5"]
    assert [one.minutes for one in found if one.item is None] == [0, 0]


@pytest.mark.parametrize("who", ["delegate", "outsider", None])
def test_a_provisional_agenda_does_not_exist_for_others(client, cast, agenda, who):
    page = read(client, cast.people[who] if who else None, agenda.meeting)
    assert "The agenda is not published yet" in page
    assert "Halal" not in page
    tabs = client.get(agenda.meeting.get_absolute_url()).context["tabs"]
    assert reverse("agenda", args=[agenda.meeting_id]) not in [url for _label, url, *_rest in tabs]


def test_an_agenda_of_a_meeting_that_one_side_keeps_is_there_for_that_side_alone(client, cast):
    own = make_meeting(cast.group, "idea", series="intersessional", side=cast.malaysia, number=None)
    agenda = make_agenda(own, ("Our tactics",))
    client.force_login(cast.chair_ru)
    assert client.get(reverse("agenda", args=[own.pk])).status_code == 404
    item = point(agenda, "Our tactics")
    assert client.get(reverse("point-change", args=[item.pk])).status_code == 404
    assert client.post(reverse("agenda-do", args=[agenda.pk, "adopt"])).status_code == 404
    assert not AgendaItem.objects.visible_to(cast.neutral).exists()
    assert "Our tactics" in read(client, cast.chair_my, own)


@pytest.fixture
def noted(cast, meeting):
    """Malaysia's note on a listed, a late and a removed point."""
    agenda = make_agenda(meeting)
    late = make_point(agenda, "Drones", status="late", proposer=cast.russia, text="Why.")
    gone = make_point(agenda, "Gone", status="removed")
    for item in (point(agenda, "Halal"), late, gone):
        operations.write_note(item, party=cast.malaysia, text=SECRET, revision=0, by=cast.focal_my)
    return agenda


OTHERS = ["officer_ru", "chair_ru", "focal_ru", "neutral", "delegate", "outsider"]


@pytest.mark.parametrize("who", ["officer_my", "chair_my", "focal_my"])
def test_an_own_note_shows_to_the_whole_own_side_behind_the_private_edge(client, cast, noted, who):
    page = read(client, cast.people[who], noted.meeting)
    assert page.count(SECRET) == 3
    assert page.count("Only Malaysia’s side sees this.") == 3
    assert "changed the own note on “Halal”" in page


@pytest.mark.parametrize("who", OTHERS)
def test_an_own_note_is_nowhere_for_anybody_else(client, cast, noted, who):
    user = cast.people[who]
    page = read(client, user, noted.meeting)
    assert SECRET not in page
    assert "own note on" not in page
    assert "Only Malaysia" not in page
    assert not AgendaNote.objects.visible_to(user).exists()
    history = client.get(reverse("meeting-history", args=[noted.meeting_id]))
    assert "note" not in history.content.decode() or history.status_code == 403
    halal = point(noted, "Halal")
    answer = client.get(reverse("point-note", args=[halal.pk, cast.malaysia.pk]))
    assert answer.status_code == 404
    change = client.get(reverse("point-change", args=[halal.pk]))
    assert SECRET not in change.content.decode()
    assert not Notice.objects.filter(body__contains=SECRET).exists()


@pytest.mark.parametrize("who", OTHERS)
def test_a_page_of_another_side_is_the_same_with_and_without_a_note(client, cast, agenda, who):
    make_point(agenda, "Gone", status="removed")
    before = read(client, cast.people[who], agenda.meeting)
    item = point(agenda, "Halal")
    operations.write_note(item, party=cast.malaysia, text=SECRET, revision=0, by=cast.chair_my)
    after = read(client, cast.people[who], agenda.meeting)
    assert without_tokens(before) == without_tokens(after)


def without_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line]


def test_a_note_leaves_keys_and_revisions_as_they_are(cast, agreed):
    item = point(agreed, "Halal")
    operations.write_note(item, party=cast.russia, text=SECRET, revision=0, by=cast.chair_ru)
    assert (now(agreed).revision, now(item).revision) == (1, 1)
    assert not POINTS.missing(now(agreed))
    entry = Entry.objects.about(agreed).get()
    assert (entry.private_to, SECRET in str(entry.data)) == (cast.russia, False)


def test_the_third_party_reads_no_note_of_the_first_two(client, cast):
    azerbaijan = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, azerbaijan])
    chairs = {
        party: make_user("chair", party, body) for party in (cast.malaysia, cast.russia, azerbaijan)
    }
    agenda = make_agenda(make_meeting(body, "announced"))
    item = point(agenda, "Halal")
    for party, chair in chairs.items():
        operations.write_note(
            item, party=party, text=f"Words of {party.label}.", revision=0, by=chair
        )
    for party, chair in chairs.items():
        page = read(client, chair, agenda.meeting)
        assert [one.label for one in chairs if f"Words of {one.label}." in page] == [party.label]


def test_an_office_elsewhere_opens_no_note_here(client, cast, noted):
    """Somebody of Malaysia's side who serves it in another body only."""
    other = make_body([cast.malaysia, cast.russia])
    elsewhere = make_user("secretary", cast.malaysia, other)
    assert not AgendaNote.objects.visible_to(elsewhere).exists()
    # A person of Malaysia who is the neutral secretary here keeps out of its notes too.
    turned = make_user(party=cast.malaysia)
    make_appointment(turned, cast.group, "focal_point", party=cast.russia)
    forget_standing(turned)
    assert SECRET not in read(client, turned, noted.meeting)
    assert "own note on" not in read(client, turned, noted.meeting)


def test_a_colleagues_newer_note_is_shown_before_it_is_replaced(client, cast, agenda):
    item = point(agenda, "Halal")
    operations.write_note(item, party=cast.malaysia, text="Theirs.", revision=0, by=cast.focal_my)
    client.force_login(cast.chair_my)
    url = reverse("point-note", args=[item.pk, cast.malaysia.pk])
    answer = client.post(url, {"text": "Mine.", "revision": 0})
    page = answer.content.decode()
    assert "A colleague changed this note" in page
    assert "Theirs." in page
    assert "Mine." in page
    client.post(url, {"text": "Mine.", "revision": answer.context["form"].data["revision"]})
    assert AgendaNote.objects.get().text == "Mine."


def test_internal_papers_of_another_side_stand_on_no_point(client, cast, agenda):
    item = point(agenda, "Halal")
    make_paper(
        meeting=agenda.meeting, title="Our brief", access="internal", party=cast.malaysia
    ).items.add(item)
    make_paper(meeting=agenda.meeting, title="For all").items.add(item)
    assert "Our brief" in read(client, cast.chair_my, agenda.meeting)
    for user in (cast.chair_ru, cast.neutral):
        page = read(client, user, agenda.meeting)
        assert "Our brief" not in page
        assert "For all" in page


# --- forms -----------------------------------------------------------------------------


def test_a_point_is_added_where_it_was_asked_for_with_titles_and_speakers(client, cast, agenda):
    area = make_area(cast.group, "Food")
    client.force_login(cast.officer_my)
    data = _typed(
        None,
        title="  Food \t safety ",
        title_ru="Безопасность пищи",
        place=f"in:{point(agenda, 'Halal').pk}",
        area=area.pk,
        minutes="25",
        proposer=cast.malaysia.pk,
        is_open="",
        **{
            "speakers-TOTAL_FORMS": "2",
            "speakers-0-name": "Олег Тихий",
            "speakers-0-party": cast.russia.pk,
            "speakers-0-minutes": "7",
            "speakers-1-name": "",
        },
    )
    client.post(reverse("point-new", args=[agenda.meeting_id]), data)
    assert titles(agenda) == ["1 Opening", "2 Halal", "2.1 Food safety", "3 Signing"]
    item = point(agenda, "Food safety")
    assert (item.area, item.minutes, item.is_open) == (area, 25, False)
    assert item.titles == {"ru": "Безопасность пищи"}
    speaker = item.speakers.get()
    assert (speaker.name, speaker.party, speaker.minutes) == ("Олег Тихий", cast.russia, 7)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": " "}, "Write the title of the point."),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "1441"}, "less than or equal to 1440"),
        ({"speakers-TOTAL_FORMS": "1", "speakers-0-minutes": "5"}, "Name the speaker."),
        ({"place": "after:999999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_is_kept(
    client, cast, agenda, wrong, sentence
):
    client.force_login(cast.officer_my)
    data = _typed(None, text="Kept words.") | wrong
    page = client.post(reverse("point-new", args=[agenda.meeting_id]), data).content.decode()
    assert sentence in page
    assert "Kept words." in page
    assert agenda.items.count() == 3


def test_one_names_the_own_side_as_proposer_and_leaves_what_another_proposed(client, cast, agenda):
    client.force_login(cast.officer_my)
    data = _typed(None, proposer=cast.russia.pk)
    page = client.post(reverse("point-new", args=[agenda.meeting_id]), data)
    assert "Select a valid choice" in page.content.decode()
    theirs = make_point(agenda, "Theirs", proposer=cast.russia)
    data = _typed(theirs, proposer=cast.russia.pk, minutes="5")
    assert client.post(reverse("point-change", args=[theirs.pk]), data).status_code == 302
    assert now(theirs).proposer == cast.russia


def test_a_first_point_may_come_before_anybody_began_an_agenda(client, cast, meeting):
    client.force_login(cast.chair_ru)
    client.post(reverse("point-new", args=[meeting.pk]), _typed(None, title="First"))
    assert titles(Agenda.objects.get(meeting=meeting)) == ["1 First"]


# --- what waits and what is told -------------------------------------------------------


def waits(user):
    forget_standing(user)
    return [(one.tone, str(one.why)) for one in work_for(user, today()) if "agenda" in one.url]


def test_an_agenda_waits_for_the_side_whose_key_is_missing_once_another_gave_its_own(cast, agenda):
    assert waits(cast.chair_ru) == []
    operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my)
    assert waits(cast.chair_ru) == [
        ("key", "Malaysia has agreed to the agenda. Your key is awaited.")
    ]
    assert waits(cast.chair_my) == []
    assert waits(cast.officer_ru) == []


def test_a_late_point_waits_for_every_chair_until_the_key_is_given(cast, agreed):
    late = propose(cast, agreed)
    wanted = [("key", "Malaysia proposes to add “Drones” to the agreed agenda.")]
    assert (waits(cast.chair_my), waits(cast.chair_ru)) == (wanted, wanted)
    operations.agree_late_point(late, party=cast.russia, revision=1, by=cast.chair_ru)
    assert (waits(cast.chair_my), waits(cast.chair_ru)) == (wanted, [])
    assert waits(cast.neutral) == []


def test_the_messages_say_what_happened_and_what_to_do(cast):
    meeting = make_meeting(cast.group, "announced", starts_on=today().replace(2027, 3, 2))
    agenda = make_agenda(meeting)
    operations.agree_agenda(agenda, party=cast.malaysia, revision=1, by=cast.chair_my)
    stored("agenda_key_awaited")
    operations.move_point(point(agenda, "Halal"), to="up", revision=1, by=cast.officer_ru)
    stored("agenda_key_dropped")
    Agenda.objects.update(status="agreed")
    late = propose(cast, agenda)
    stored("late_point_proposed", cast.chair_ru)
    POINT.perform(late, "reject", by=cast.chair_ru, reason="Our ministries need a month.")
    stored("late_point_answered", cast.chair_my)
    second = propose(cast, agenda)
    for party, chair in ((cast.malaysia, cast.chair_my), (cast.russia, cast.chair_ru)):
        operations.agree_late_point(second, party=party, revision=1, by=chair)
    stored("late_point_answered", cast.officer_ru, "late_point_answered-added")


def stored(template, user=None, name=""):
    found = Notice.objects.filter(template=f"meetings/emails/{template}")
    found = found.filter(person=user.person) if user else found
    assert_message_stored(found.latest("pk"), f"meetings/{name or template}")


# --- literal query counts --------------------------------------------------------------


@pytest.mark.parametrize("rows", [3, 60])
@pytest.mark.parametrize(("who", "queries"), [("chair_my", 21), ("outsider", 14)])
def test_the_agenda_asks_the_database_as_often_for_three_points_as_for_sixty(
    client, cast, meeting, django_assert_num_queries, rows, who, queries
):
    agenda = keyed(make_agenda(meeting, points=(), status="agreed"), cast)
    area = make_area(cast.group)
    for number in range(rows):
        item = make_point(agenda, area=area, proposer=cast.malaysia, minutes=5)
        item.speakers.create(name="Somebody", party=cast.russia)
        make_own_note(item, cast.malaysia, f"Note {number}.")
        make_paper(meeting=meeting, access="public").items.add(item)
        late = make_point(agenda, status="late", proposer=cast.russia, text="Why.")
        make_own_note(late, cast.malaysia)
    client.force_login(cast.people[who])
    url = reverse("agenda", args=[meeting.pk])
    client.get(url)
    with django_assert_num_queries(queries):
        answer = client.get(url)
    assert answer.content.decode().count('class="agenda-point') == rows
