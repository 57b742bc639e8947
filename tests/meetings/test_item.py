"""Action items: who may do what, what shows to whom, the matrix, reports, keys and edits."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from meetings import operations
from meetings.models import ActionItem, Meeting, Proposal, StatusReport, Undertaking
from meetings.permissions import can_report
from meetings.transitions import CLOSING, ITEM, MEETING, PROPOSAL, SITTING
from meetings.views import matrix
from portal.models import Entry, Key, Notice, Organisation
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.factories import (
    forget_standing,
    make_appointment,
    make_area,
    make_body,
    make_item,
    make_key,
    make_meeting,
    make_organisation,
    make_party,
    make_person,
    make_proposal,
    make_report,
    make_sitting,
    make_user,
    today,
)

SECRETARIES = {"officer_my", "officer_ru", "neutral"}
CHAIRS = {"chair_my", "chair_ru"}
FOCAL = {"focal_my", "focal_ru"}
OFFICE = SECRETARIES | CHAIRS | FOCAL


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, "held", starts_on=today() - timedelta(days=60))


@pytest.fixture
def item(meeting):
    return make_item(meeting, "Exchange the lists of aviation laboratories.")


# --- status × transition ---------------------------------------------------------------

# For each workflow: the transition, the statuses it may begin from, the status it ends in.
TABLE = {
    MEETING: {
        "propose": ({"idea", "postponed"}, "proposed"),
        "counter_propose": ({"proposed", "counter_proposed", "agreed"}, "counter_proposed"),
        "agree": ({"proposed", "counter_proposed"}, "agreed"),
        "reopen": ({"agreed"}, "proposed"),
        "announce": ({"agreed"}, "announced"),
        "begin": ({"announced"}, "in_session"),
        "suspend": ({"in_session", "resumed"}, "suspended"),
        "resume": ({"suspended"}, "resumed"),
        "conclude": ({"announced", "in_session", "suspended", "resumed"}, "held"),
        "close": ({"held"}, "closed"),
        "postpone": (
            {"proposed", "counter_proposed", "agreed", "announced", "suspended"},
            "postponed",
        ),
        "cancel": (
            {"proposed", "counter_proposed", "agreed", "announced", "postponed"},
            "cancelled",
        ),
    },
    PROPOSAL: {
        "accept": ({"open"}, "accepted"),
        "reopen": ({"accepted"}, "open"),
        "replace": ({"open", "accepted"}, "replaced"),
        "decline": ({"open"}, "declined"),
        "withdraw": ({"open"}, "withdrawn"),
    },
    SITTING: {"cancel": ({"planned"}, "cancelled")},
    ITEM: {"close": ({"open"}, "done"), "reopen": ({"done"}, "open")},
}
STATUSES = {
    MEETING: [
        *("idea", "proposed", "counter_proposed", "agreed", "announced", "in_session"),
        *("suspended", "resumed", "held", "closed", "postponed", "cancelled"),
    ],
    PROPOSAL: ["open", "accepted", "replaced", "declined", "withdrawn"],
    SITTING: ["planned", "cancelled"],
    ITEM: ["open", "done"],
}


def ready(workflow, cast, status):
    """An object in a status, with nothing but the status in the way of any transition."""
    begun = make_meeting(
        cast.group,
        status if workflow is MEETING else "announced",
        starts_on=today() - timedelta(days=1),
    )
    if workflow is PROPOSAL:
        return make_proposal(begun, cast.malaysia, status=status)
    sitting = make_sitting(begun, status=status if workflow is SITTING else "planned")
    if workflow is SITTING:
        return sitting
    if workflow is MEETING:
        keyed, subject = begun, "dates"
    else:
        keyed, subject = make_item(begun, status=status), "closing"
    make_key(keyed, subject, cast.malaysia)
    make_key(keyed, subject, cast.russia)
    return keyed


def test_the_table_below_names_every_transition_and_every_status():
    for workflow, rows in TABLE.items():
        assert set(rows) == set(workflow.transitions)
    assert STATUSES[MEETING] == Meeting.Status.values
    assert STATUSES[PROPOSAL] == Proposal.Status.values
    assert STATUSES[ITEM] == ActionItem.Status.values


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
    by = cast.chair_my if workflow is ITEM else cast.officer_my
    if name == "decline":
        by = cast.officer_ru  # who proposes does not decline
    if status in sources:
        assert workflow.perform(obj, name, by=by, reason="Because.").status == target
    else:
        with pytest.raises(Refused, match="no longer possible"):
            workflow.perform(obj, name, by=by, reason="Because.")
        obj.refresh_from_db()
        assert obj.status == status


# --- cast × deed -----------------------------------------------------------------------

MAY = {
    (MEETING, "propose"): SECRETARIES | CHAIRS,
    (MEETING, "counter_propose"): SECRETARIES | CHAIRS,
    (MEETING, "agree"): (SECRETARIES | CHAIRS) - {"neutral"},
    (MEETING, "reopen"): SECRETARIES | CHAIRS,
    (MEETING, "announce"): SECRETARIES,
    (MEETING, "suspend"): SECRETARIES,
    (MEETING, "resume"): SECRETARIES,
    (MEETING, "begin"): SECRETARIES,
    (MEETING, "conclude"): SECRETARIES,
    (MEETING, "close"): SECRETARIES,
    (MEETING, "postpone"): SECRETARIES,
    (MEETING, "cancel"): SECRETARIES,
    (PROPOSAL, "accept"): SECRETARIES | CHAIRS,  # made by Malaysia
    (PROPOSAL, "reopen"): SECRETARIES | CHAIRS,
    (PROPOSAL, "replace"): SECRETARIES | CHAIRS,
    (PROPOSAL, "decline"): {"officer_ru", "chair_ru"},
    (PROPOSAL, "withdraw"): {"officer_my", "chair_my"},
    (SITTING, "cancel"): SECRETARIES,
    (ITEM, "close"): CHAIRS,
    (ITEM, "reopen"): CHAIRS,
}


def test_the_matrix_names_every_deed():
    assert set(MAY) == {(workflow, name) for workflow, rows in TABLE.items() for name in rows}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("workflow", "name"), [pytest.param(*deed, id=f"{deed[0].kind}-{deed[1]}") for deed in MAY]
)
def test_a_deed_is_done_by_those_it_belongs_to_and_by_nobody_else(cast, workflow, name, who):
    status = sorted(TABLE[workflow][name][0])[0]
    obj = ready(workflow, cast, status)
    user = cast.people[who]
    offered = name in {offer.transition.name for offer in workflow.offers(obj, user)}
    if who in MAY[workflow, name]:
        workflow.perform(obj, name, by=user, reason="Because.")
        assert offered or workflow.transitions[name].automatic
    else:
        assert not offered
        with pytest.raises(NotYours):
            workflow.perform(obj, name, by=user, reason="Because.")


# --- cast × page -----------------------------------------------------------------------


def _report(item, cast):
    return {"party": cast.malaysia.pk, "state": "on_track", "text": ""}


def _key(item, cast):
    return {"party": cast.malaysia.pk, "revision": item.revision, "action": "give"}


# page: (method, who gets through, who is told that it is not theirs); to others it is not there
PAGES = {
    "item": ("get", OFFICE, set()),
    "item-change": ("get", SECRETARIES | CHAIRS, FOCAL),
    "item-report": (_report, {"officer_my", "chair_my", "focal_my"}, OFFICE),
    "item-key": (_key, {"chair_my"}, OFFICE),
}


@pytest.mark.parametrize("who", [*PEOPLE, "anonymous"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_item_opens_to_those_in_office_and_is_not_there_for_others(
    client, cast, item, name, who
):
    method, through, forbidden = PAGES[name]
    if who != "anonymous":
        client.force_login(cast.people[who])
    url = reverse(name, args=[item.pk])
    if method == "get":
        answer, well = client.get(url), 200
    else:
        answer, well = client.post(url, method(item, cast)), 302
    if who == "anonymous":
        assert answer.url.startswith(reverse("account_login"))
    elif who in through:
        assert answer.status_code == well
    else:
        assert answer.status_code == (403 if who in forbidden else 404)


@pytest.mark.parametrize("who", PEOPLE)
def test_reopening_by_the_page_belongs_to_co_chairs(client, cast, who):
    done = ready(ITEM, cast, "done")
    client.force_login(cast.people[who])
    answer = client.post(reverse("item-do", args=[done.pk, "reopen"]), {"reason": "Not complete."})
    done.refresh_from_db()
    if who in CHAIRS:
        assert (answer.status_code, done.status) == (302, "open")
    else:
        assert (answer.status_code, done.status) == (403 if who in OFFICE else 404, "done")


def test_closing_is_offered_by_no_page(client, cast, item):
    client.force_login(cast.chair_my)
    assert client.post(reverse("item-do", args=[item.pk, "close"])).status_code == 404


@pytest.mark.parametrize("who", PEOPLE)
def test_an_item_is_written_down_by_secretaries_and_co_chairs(client, cast, meeting, who):
    client.force_login(cast.people[who])
    answer = client.get(reverse("item-new", args=[meeting.pk]))
    assert answer.status_code == (200 if who in SECRETARIES | CHAIRS else 403)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_meetings_follow_up_is_there_for_those_in_office(client, cast, item, who):
    client.force_login(cast.people[who])
    answer = client.get(reverse("meeting-items", args=[item.meeting_id]))
    assert answer.status_code == (200 if who in OFFICE else 404)


# --- what shows to whom ----------------------------------------------------------------


def test_whoever_has_no_office_here_finds_nothing_in_lists_counts_or_searches(client, cast, item):
    elsewhere = make_user("secretary", cast.malaysia, make_body([cast.malaysia, make_party("AZ")]))
    for user in (cast.delegate, cast.outsider, elsewhere):
        client.force_login(user)
        for query in ("", "?show=done", "?q=aviation", f"?body={cast.group.pk}", "?show=mine"):
            page = client.get(reverse("items") + query).content.decode()
            assert "aviation laboratories" not in page
            assert item.reference not in page
            assert cast.group.name not in page
            assert "(1)" not in page


def test_an_owner_without_office_sees_the_own_items_and_no_others(client, cast, meeting):
    owner = make_user(party=cast.malaysia)
    theirs = make_item(meeting, "Mine to do.", owners={cast.malaysia: owner.person})
    other = make_item(meeting, "For somebody else.")
    client.force_login(owner)
    page = client.get(reverse("items")).content.decode()
    assert "Mine to do." in page
    assert "For somebody else." not in page
    assert client.get(theirs.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(reverse("meeting-items", args=[meeting.pk])).status_code == 404
    report = {"party": cast.malaysia.pk, "state": "done"}
    assert client.post(reverse("item-report", args=[theirs.pk]), report).status_code == 302
    report = {"party": cast.russia.pk, "state": "done"}
    assert client.post(reverse("item-report", args=[theirs.pk]), report).status_code == 403


def test_whoever_left_office_sees_the_items_no_more(client, cast, item):
    former = make_user(party=cast.malaysia)
    make_appointment(former, cast.group, "focal_point", until=today() - timedelta(days=1))
    client.force_login(former)
    assert client.get(item.get_absolute_url()).status_code == 404


def test_each_side_reads_the_own_half_first(client, cast, item):
    for user, first, second in (
        (cast.chair_my, "Malaysia", "Russia"),
        (cast.chair_ru, "Russia", "Malaysia"),
    ):
        client.force_login(user)
        page = client.get(reverse("items")).content.decode()
        head = page[page.index("<thead>", page.index("records-scroll")) :]
        assert head.index(first) < head.index(second)
        halves = client.get(item.get_absolute_url()).context["halves"]
        assert [half["party"].label for half in halves] == [first, second]


# --- how an item stands ----------------------------------------------------------------


def test_the_word_in_a_query_is_the_word_of_the_item(cast, meeting):
    for status, due, ours, theirs, keyed in product(
        ["open", "done"],
        [None, today() - timedelta(days=1), today()],
        [None, "on_track", "done"],
        [None, "blocked", "done"],
        [False, True],
    ):
        item = make_item(meeting, due_on=due, status=status)
        if ours:
            make_report(item, cast.malaysia, ours)
        if theirs:
            make_report(item, cast.russia, theirs)
        if keyed:
            make_key(item, "closing", cast.malaysia)
    found = ActionItem.objects.with_word(CLOSING.given(ActionItem), today()).for_list()
    keys = CLOSING.keys_of(found)
    words = {item.pk: item.word(len(keys[item.pk]), today()).name for item in found}
    assert words == {item.pk: item.stands for item in found}
    assert set(words.values()) == {
        "done", "awaiting", "disputed", "overdue", "one_side", "open",
    }  # fmt: skip


def test_a_party_that_has_left_the_body_disputes_nothing(cast, item):
    make_report(item, cast.malaysia, "done")
    make_report(item, cast.russia, "blocked")
    cast.group.seats.filter(party=cast.russia).update(until=today() - timedelta(days=1))
    found = ActionItem.objects.with_word(CLOSING.given(ActionItem), today()).get()
    assert found.stands == found.word().name == "open"


def test_silence_of_one_side_is_no_dispute(cast, item):
    make_report(item, cast.malaysia, "done")
    assert item.word().name == "one_side"
    make_report(item, cast.russia, "delayed")
    assert ActionItem.objects.get().word().name == "disputed"


def test_an_item_is_overdue_on_the_day_after_its_day(item):
    item.due_on = date(2026, 3, 1)
    assert not item.is_overdue(date(2026, 3, 1))
    assert item.is_overdue(date(2026, 3, 2))


# --- the matrix ------------------------------------------------------------------------


def shown(client, query=""):
    return [
        row.item.text
        for sheet in client.get(reverse("items") + query).context["sheets"]
        for _area, rows in sheet.groups
        for row in rows
    ]


def numbers(client, query=""):
    return {
        name: count
        for name, _label, count, _chosen in client.get(reverse("items") + query).context["filters"]
    }


@pytest.fixture
def follow_up(cast, meeting):
    """One item for each way to stand."""
    late = today() - timedelta(days=3)
    make_item(meeting, "plain")
    make_item(meeting, "late", due_on=late)
    disputed = make_item(meeting, "disputed and late", due_on=late)
    make_report(disputed, cast.malaysia, "done")
    make_report(disputed, cast.russia, "blocked")
    make_key(make_item(meeting, "awaits Malaysia"), "closing", cast.russia)
    make_key(make_item(meeting, "awaits Russia"), "closing", cast.malaysia)
    make_item(meeting, "done", status="done", due_on=late)
    make_item(meeting, "owned", owners={cast.malaysia: cast.chair_my.person})


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        (
            "open",
            {
                "plain", "late", "disputed and late", "awaits Malaysia", "awaits Russia", "owned",
            },
        ),
        ("overdue", {"late", "disputed and late"}),
        ("disputed", {"disputed and late"}),
        ("awaiting", {"awaits Malaysia", "awaits Russia"}),
        ("mine", {"awaits Malaysia", "owned"}),
        ("done", {"done"}),
    ],
)  # fmt: skip
def test_a_filter_shows_what_it_says_and_counts_it(client, cast, follow_up, show, expected):
    client.force_login(cast.chair_my)
    assert set(shown(client, f"?show={show}")) == expected
    assert numbers(client)[show] == len(expected)


def test_an_unknown_filter_shows_what_is_open(client, cast, follow_up):
    client.force_login(cast.chair_my)
    assert len(shown(client, "?show=nonsense&page=x&body=zz")) == 6


def test_the_neutral_secretariat_awaits_no_key_of_its_own(client, cast, follow_up):
    client.force_login(cast.neutral)
    assert shown(client, "?show=mine") == []


def test_a_search_finds_words_of_the_text_and_the_reference(client, cast, meeting):
    make_item(meeting, "Exchange lists of laboratories.", texts={"ru": "Обмен перечнями."})
    make_item(meeting, "Name a laboratory 100%_sure.")
    extraordinary = make_meeting(cast.group, "held", series="extraordinary", number=1)
    make_item(extraordinary, "Meet again.")
    client.force_login(cast.chair_my)
    assert shown(client, "?q=LISTS+laboratories") == ["Exchange lists of laboratories."]
    assert shown(client, "?q=my-ru-wg-1-2") == ["Name a laboratory 100%_sure."]
    assert shown(client, "?q=MY-RU-WG-X1-1") == ["Meet again."]
    assert shown(client, "?q=%25_") == ["Name a laboratory 100%_sure."]
    assert shown(client, "?q=nowhere") == []
    assert numbers(client, "?q=lists")["open"] == 1
    with translation.override("ru"):
        assert ActionItem.objects.matching("перечнями").count() == 1


def test_rows_stand_area_by_area_in_the_order_of_the_areas(client, cast, meeting):
    first, second = make_area(cast.group, "Ships"), make_area(cast.group, "Pharmacy, devices")
    make_item(meeting, "c", area=second)
    make_item(meeting, "d")
    make_item(meeting, "a", area=first)
    make_item(meeting, "b", area=first)
    client.force_login(cast.chair_my)
    (sheet,) = client.get(reverse("items")).context["sheets"]
    assert [str(area) for area, _rows in sheet.groups] == ["Ships", "Pharmacy, devices", "None"]
    assert shown(client) == ["a", "b", "c", "d"]


def test_every_body_has_its_own_table_with_its_own_sides(client, cast, meeting):
    make_item(meeting, "with Russia")
    other = make_body([cast.malaysia, make_party("AZ")], name="Another commission")
    make_item(make_meeting(other, "held"), "with Azerbaijan")
    make_appointment(cast.officer_my, other, "secretary")
    client.force_login(cast.officer_my)
    sheets = client.get(reverse("items")).context["sheets"]
    assert [[party.label for party in sheet.sides] for sheet in sheets] == [
        ["Malaysia", "Azerbaijan"],
        ["Malaysia", "Russia"],
    ]
    assert shown(client, f"?body={other.pk}") == ["with Azerbaijan"]


def test_the_picture_counts_every_item_once(client, cast, follow_up):
    client.force_login(cast.chair_my)
    picture = client.get(reverse("items")).context["picture"]
    totals = {word.name: number for word, number in picture.totals}
    assert totals == {
        "done": 1, "awaiting": 2, "disputed": 1, "overdue": 1, "one_side": 0, "open": 2,
    }  # fmt: skip
    (bar,) = picture.bars
    assert [segment["word"].name for segment in bar.segments] == [
        "done", "awaiting", "disputed", "overdue", "open",
    ]  # fmt: skip
    assert sum(segment["width"] for segment in bar.segments) == bar.total


def test_without_items_there_is_a_sentence_and_no_picture(client, cast):
    client.force_login(cast.chair_my)
    page = client.get(reverse("items"))
    assert page.context["picture"] is None
    assert "There is no action item yet" in page.content.decode()


def test_age_counts_from_the_meeting_and_sessions_held_since(cast):
    old = make_meeting(cast.group, "closed", starts_on=date(2021, 5, 25))
    item = make_item(old)
    make_meeting(cast.group, "held", starts_on=date(2023, 5, 25))
    make_meeting(cast.group, "cancelled", starts_on=date(2024, 5, 25))
    make_meeting(cast.group, "proposed")
    found = ActionItem.objects.for_list().get(pk=item.pk)
    assert found.carried == 1
    assert matrix.age(found, date(2026, 5, 25)).replace("\xa0", " ") == "5 years"
    assert matrix.age(found, date(2021, 5, 25)) == "new"


def test_the_pager_keeps_the_filters(client, cast, meeting):
    for _number in range(matrix.ROWS_A_PAGE + 1):
        make_item(meeting, "One of many.")
    client.force_login(cast.chair_my)
    assert len(shown(client, "?show=open&q=many")) == matrix.ROWS_A_PAGE
    assert len(shown(client, "?show=open&q=many&page=2")) == 1
    page = client.get(reverse("items") + "?show=open&q=many").content.decode()
    assert "?show=open&amp;q=many&amp;page=2" in page


# --- literal query counts --------------------------------------------------------------


def fill(cast, meeting, rows):
    """Items that all have owners, organisations, reports and a key."""
    areas = [make_area(cast.group) for _number in range(3)]
    for number in range(rows):
        item = make_item(meeting, area=areas[number % 3], due_on=today())
        make_report(item, cast.malaysia, "done")
        make_report(item, cast.russia, "delayed")
        make_key(item, "closing", cast.russia)


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("items", 19), ("meeting-items", 21)])
def test_the_matrix_asks_the_database_as_often_for_one_row_as_for_thirty(
    client, cast, meeting, django_assert_num_queries, rows, name, queries
):
    fill(cast, meeting, rows)
    client.force_login(cast.chair_my)
    url = reverse(name, args=[] if name == "items" else [meeting.pk])
    client.get(url)  # content types are remembered from here on
    with django_assert_num_queries(queries):
        answer = client.get(url)
    assert answer.content.decode().count('class="matrix-number"') == rows


@pytest.mark.parametrize("reports", [1, 30])
def test_an_items_page_asks_as_often_for_one_report_as_for_thirty(
    client, cast, item, django_assert_num_queries, reports
):
    for number in range(reports):
        make_report(item, cast.malaysia, text=f"Report {number}.")
        make_report(item, cast.russia, text=f"Report {number}.")
    client.force_login(cast.chair_my)
    client.get(item.get_absolute_url())
    with django_assert_num_queries(17):
        answer = client.get(item.get_absolute_url())
    assert answer.content.decode().count('class="item-report"') == 2 * reports


# --- one item --------------------------------------------------------------------------


def test_the_page_says_who_is_missing_and_offers_the_own_key_alone(client, cast, item):
    client.force_login(cast.chair_ru)
    page = client.get(item.get_absolute_url()).content.decode()
    assert "No side has given its key yet" in page
    assert "Give Russia’s key: this is done" in page
    assert "Give Malaysia’s key" not in page
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    page = client.get(item.get_absolute_url()).content.decode()
    assert "Key given: Malaysia. Still missing: Russia." in page
    assert cast.chair_my.name in page


def test_both_co_chairs_close_an_item_by_their_pages(client, cast, item):
    url = reverse("item-key", args=[item.pk])
    client.force_login(cast.chair_my)
    page = client.post(url, {**_key(item, cast)}, follow=True).content.decode()
    assert "Malaysia has given its key." in page
    assert "Awaiting the other side’s key" in page
    assert "Take back Malaysia’s key" in page
    client.force_login(cast.chair_ru)
    data = {"party": cast.russia.pk, "revision": 1, "action": "give"}
    page = client.post(url, data, follow=True).content.decode()
    item.refresh_from_db()
    assert item.status == "done"
    assert "Every side has said that this is done." in page
    assert "Reopen" in page


def test_a_key_is_taken_back_by_the_page(client, cast, item):
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    client.force_login(cast.chair_my)
    data = {**_key(item, cast), "action": "withdraw"}
    page = client.post(reverse("item-key", args=[item.pk]), data, follow=True).content.decode()
    assert "Malaysia has taken its key back." in page
    assert not Key.objects.filter(dropped_at=None).exists()


def test_a_key_to_a_text_that_changed_meanwhile_is_refused_on_the_page(client, cast, item):
    data = _key(item, cast)
    operations.reword_item(item, changes={"text": "New words."}, revision=1, by=cast.officer_ru)
    client.force_login(cast.chair_my)
    page = client.post(reverse("item-key", args=[item.pk]), data, follow=True).content.decode()
    assert "changed since you opened it" in page
    assert not Key.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"party": "0"}, {"party": "x"}, {"revision": ""}, {"action": "steal"}, {"action": ""}],
)
def test_a_key_form_that_no_page_sends_is_not_found(client, cast, item, wrong):
    client.force_login(cast.chair_my)
    data = {**_key(item, cast), **wrong}
    assert client.post(reverse("item-key", args=[item.pk]), data).status_code == 404


def test_a_side_reports_and_the_earlier_reports_stay(client, cast, item):
    make_report(item, cast.malaysia, "delayed", "The list is late.")
    client.force_login(cast.focal_my)
    data = {**_report(item, cast), "text": "The list is <b>here</b>."}
    page = client.post(reverse("item-report", args=[item.pk]), data, follow=True).content.decode()
    assert "Reported for Malaysia." in page
    assert "The list is &lt;b&gt;here&lt;/b&gt;." in page
    assert "The list is late." in page
    assert "1 earlier report" in page
    undertaking = item.undertakings.get(party=cast.malaysia)
    assert (undertaking.latest.state, undertaking.reports.count()) == ("on_track", 2)
    entry = Entry.objects.about(item).get()
    assert (entry.sentence, entry.party) == ("reported for Malaysia: on track", cast.malaysia)


def test_a_report_without_a_state_keeps_what_was_typed(client, cast, item):
    client.force_login(cast.focal_my)
    data = {"party": cast.malaysia.pk, "text": "Typed and not lost."}
    page = client.post(reverse("item-report", args=[item.pk]), data).content.decode()
    assert "Typed and not lost." in page
    assert "How it stands: Choose how it stands." in page
    assert not StatusReport.objects.exists()


@pytest.mark.parametrize("party", ["", "x", "٣", "999999999999999999999", "-1"])
def test_a_report_for_nobodys_part_is_not_found(client, cast, item, party):
    client.force_login(cast.focal_my)
    data = {"party": party, "state": "done"}
    assert client.post(reverse("item-report", args=[item.pk]), data).status_code == 404


def test_on_a_done_item_nobody_reports_and_nobody_turns_a_key(client, cast):
    done = ready(ITEM, cast, "done")
    client.force_login(cast.chair_my)
    page = client.get(done.get_absolute_url()).content.decode()
    assert "Report for Malaysia" not in page
    assert "Take back" not in page
    page = client.post(
        reverse("item-report", args=[done.pk]), _report(done, cast), follow=True
    ).content.decode()
    assert "This item is done. Reopen it first to report on it." in page


# --- writing down ----------------------------------------------------------------------


def new_item(cast, **data):
    return {
        "text": "Exchange lists.",
        "due_words": "before the next meeting",
        f"side-{cast.malaysia.pk}-organisation": "",
        f"side-{cast.russia.pk}-organisation": "",
        **data,
    }


def test_an_item_is_written_down_with_its_owner_on_each_side(client, cast, meeting):
    make_item(meeting)
    known = make_organisation("Ministry of Trade", cast.malaysia)
    owner = make_person("Siti", cast.malaysia)
    area = make_area(cast.group)
    client.force_login(cast.officer_my)
    data = new_item(
        cast,
        area=area.pk,
        due_on="2027-03-01",
        text_ru="Обменяться перечнями.",
        **{
            f"side-{cast.malaysia.pk}-organisation": "  Ministry  of Trade ",
            f"side-{cast.malaysia.pk}-owner": owner.pk,
            f"side-{cast.russia.pk}-organisation": "Минпромторг",
            f"side-{cast.russia.pk}-owner": cast.chair_ru.person.pk,
        },
    )
    page = client.post(reverse("item-new", args=[meeting.pk]), data, follow=True)
    item = ActionItem.objects.latest("pk")
    assert "MY-RU-WG-1-2 is written down." in page.content.decode()
    assert (item.number, item.area, item.due_on) == (2, area, date(2027, 3, 1))
    assert item.texts == {"ru": "Обменяться перечнями."}
    ours = item.undertakings.get(party=cast.malaysia)
    theirs = item.undertakings.get(party=cast.russia)
    assert (ours.organisation, ours.owner) == (known, owner)
    assert (theirs.organisation.name, theirs.organisation.party) == ("Минпромторг", cast.russia)
    assert theirs.owner == cast.chair_ru.person
    assert Entry.objects.about(item).get().sentence == "wrote down the item"


def test_an_organisation_typed_twice_is_one(client, cast, meeting):
    client.force_login(cast.officer_my)
    data = new_item(cast, **{f"side-{cast.russia.pk}-organisation": "Минпромторг"})
    for _turn in range(2):
        client.post(reverse("item-new", args=[meeting.pk]), data)
    assert ActionItem.objects.count() == 2
    assert Organisation.objects.count() == 1


def test_an_item_without_text_is_not_stored_and_nothing_typed_is_lost(client, cast, meeting):
    client.force_login(cast.officer_my)
    data = new_item(cast, text="", **{f"side-{cast.russia.pk}-organisation": "Минпромторг"})
    page = client.post(reverse("item-new", args=[meeting.pk]), data).content.decode()
    assert "before the next meeting" in page
    assert "Минпромторг" in page
    assert not ActionItem.objects.exists()
    assert not Organisation.objects.exists()


def test_one_sees_and_names_of_another_side_only_whom_everybody_in_office_sees(
    client, cast, meeting
):
    hidden = make_person("Somebody Hidden", cast.russia)
    make_organisation("Hidden Institute", cast.russia)
    ours = make_person("Somebody Ours", cast.malaysia)
    client.force_login(cast.officer_my)
    page = client.get(reverse("item-new", args=[meeting.pk])).content.decode()
    assert "Hidden" not in page
    assert ours.full_name in page
    assert cast.chair_ru.name in page
    data = new_item(cast, **{f"side-{cast.russia.pk}-owner": hidden.pk})
    assert client.post(reverse("item-new", args=[meeting.pk]), data).status_code == 200
    assert not ActionItem.objects.exists()


# --- changing --------------------------------------------------------------------------


def change(item, **data):
    return {"text": item.text, "due_words": item.due_words, "revision": item.revision, **data}


def test_an_edit_by_the_page_drops_the_keys_and_tells_whose(client, cast, item):
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    client.force_login(cast.officer_ru)
    url = reverse("item-change", args=[item.pk])
    assert "Key given: Malaysia. Saving a change drops it" in client.get(url).content.decode()
    client.post(url, change(item, text="Other words.", due_on="2027-05-01"))
    item.refresh_from_db()
    assert (item.text, item.due_on, item.revision) == ("Other words.", date(2027, 5, 1), 2)
    assert CLOSING.missing(item) == [cast.malaysia, cast.russia]
    notice = Notice.objects.get()
    assert notice.person == cast.chair_my.person
    assert "Савицкая Елена has changed item MY-RU-WG-1-1" in notice.body


def test_the_history_tells_what_stood_there_before(client, cast, item):
    client.force_login(cast.officer_my)
    data = change(item, text="Other words.", due_on="2027-05-01")
    client.post(reverse("item-change", args=[item.pk]), data)
    sentences = {entry.sentence for entry in Entry.objects.about(item)}
    assert sentences == {
        "changed the text; before: “Exchange the lists of aviation laboratories.”",
        "moved the due date from none to May 1, 2027",
    }


def test_saving_without_a_change_drops_nothing(client, cast, item):
    make_key(item, "closing", cast.malaysia)
    client.force_login(cast.officer_my)
    client.post(reverse("item-change", args=[item.pk]), change(item))
    item.refresh_from_db()
    assert item.revision == 1
    assert CLOSING.missing(item) == [cast.russia]
    assert not Entry.objects.exists()


def test_of_two_edits_the_second_is_shown_the_first_and_keeps_what_was_typed(client, cast, item):
    data = change(item, text="What I typed.")
    operations.reword_item(
        item, changes={"text": "What they stored."}, revision=1, by=cast.officer_ru
    )
    client.force_login(cast.officer_my)
    url = reverse("item-change", args=[item.pk])
    answer = client.post(url, data)
    page = answer.content.decode()
    assert "Somebody changed this item since you opened it" in page
    assert "What they stored." in page
    assert "What I typed." in page
    item.refresh_from_db()
    assert item.text == "What they stored."
    again = client.post(url, {**data, "revision": answer.context["form"].data["revision"]})
    assert again.status_code == 302
    item.refresh_from_db()
    assert (item.text, item.revision) == ("What I typed.", 3)


def test_the_text_in_another_language_is_changed_along(client, cast, meeting):
    item = make_item(meeting, texts={"ru": "Старый текст."})
    client.force_login(cast.officer_ru)
    client.post(reverse("item-change", args=[item.pk]), change(item, text_ru="Новый текст."))
    item.refresh_from_db()
    assert item.texts == {"ru": "Новый текст."}
    assert item.revision == 2


def test_a_done_item_is_not_changed_before_it_is_reopened(client, cast):
    done = ready(ITEM, cast, "done")
    client.force_login(cast.officer_my)
    url = reverse("item-change", args=[done.pk])
    assert "Reopen it first to change its text." in client.get(url).content.decode()
    page = client.post(url, change(done, text="Sneaked in.")).content.decode()
    assert "Reopen it first to change its text." in page
    done.refresh_from_db()
    assert done.text != "Sneaked in."


def test_an_item_outlives_the_term_of_whoever_reported_on_it(cast, item):
    report = operations.report_status(
        item.undertakings.get(party=cast.malaysia), state="done", text="", by=cast.focal_my
    )
    cast.focal_my.person.appointments.update(until=today() - timedelta(days=1))
    forget_standing(cast.focal_my)
    with pytest.raises(NotYours):
        operations.report_status(
            Undertaking.objects.get(pk=report.undertaking_id),
            state="blocked",
            text="",
            by=cast.focal_my,
        )
    assert report.reporter_name == cast.focal_my.name
    assert timezone.is_aware(report.reported_at)


def test_the_message_about_a_key_names_the_side_it_was_given_for(cast, item):
    chair = make_user()  # serves no side by the own record, but holds an office for one
    make_appointment(chair, cast.group, "chair", cast.russia)
    operations.agree_done(item, party=cast.russia, revision=item.revision, by=chair)
    notice = Notice.objects.get(person=cast.chair_my.person)
    assert "has given the key of Russia" in notice.body


LONG = "9" * 5000
SPOILT = ["\x00", "a\x00b", LONG, "-1", "99999999999999999999", "м" * 5000, " ".join("ab" * 700)]


@pytest.mark.parametrize("typed", SPOILT)
def test_a_search_that_cannot_be_understood_is_left_aside(client, cast, item, typed):
    client.force_login(cast.chair_my)
    for path in (reverse("items"), reverse("meeting-items", args=[item.meeting_id])):
        assert client.get(path, {"q": typed, "page": typed, "body": typed}).status_code == 200


@pytest.mark.parametrize("typed", SPOILT)
def test_a_report_for_a_side_that_does_not_exist_finds_nothing(client, cast, item, typed):
    client.force_login(cast.chair_my)
    report = {"party": typed, "state": "done"}
    assert client.post(reverse("item-report", args=[item.pk]), report).status_code == 404


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        ("\x00", "This holds an invisible control character."),
        ("m" * 2001, "The reason is too long. Shorten it to 2000 letters."),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused_in_words(client, cast, item, reason, answer):
    item = make_item(item.meeting, status="done")
    client.force_login(cast.chair_my)
    data = {"reason": reason}
    page = client.post(reverse("item-do", args=[item.pk, "reopen"]), data, follow=True)
    assert answer in page.content.decode()
    item.refresh_from_db()
    assert item.status == "done"


def test_a_long_reason_reopens_an_item_that_has_keys(client, cast, item):
    item = make_item(item.meeting, status="done")
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    client.force_login(cast.chair_ru)
    client.post(reverse("item-do", args=[item.pk, "reopen"]), {"reason": "m" * 2000})
    item.refresh_from_db()
    assert item.status == "open"
    assert Key.objects.get().dropped_because == "m" * 400


def test_an_owner_who_has_gone_over_to_the_other_side_owns_nothing_more(client, cast):
    owner = make_user(party=cast.malaysia)
    item = make_item(make_meeting(cast.group, "held"), owners={cast.malaysia: owner.person})
    client.force_login(owner)
    assert client.get(item.get_absolute_url()).status_code == 200
    owner.person.party = cast.russia
    owner.person.save()
    assert client.get(item.get_absolute_url()).status_code == 404
    assert not can_report(refreshed(owner), item.undertakings.get(party=cast.malaysia))


def refreshed(user):
    return type(user).objects.get(pk=user.pk)
