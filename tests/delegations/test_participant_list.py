"""The official list of participants: who stands in it, in which order, and in which copy."""

from dataclasses import dataclass
from itertools import count

import pytest
from django.urls import reverse

from delegations import operations
from delegations.models import Delegate, Delegation, ParticipantList
from delegations.precedence import blocks_for, changes_between, in_order, standing_of
from portal.models import Entry
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.delegations.answers import text_of
from tests.factories import (
    make_body,
    make_delegate,
    make_desk,
    make_meeting,
    make_party,
    make_user,
)

# --- the order inside a side ----------------------------------------------------------


@dataclass
class Somebody:
    """Of a delegate, what the order looks at."""

    name: str
    capacity: str = "delegate"
    rank: int = 90
    sector: str = "government"
    organisation: str = "Ministry of Industry"
    place: int | None = None
    pk: int = 0


def ordered(*people):
    for number, one in zip(count(1), people, strict=False):
        one.pk = one.pk or number
    return [one.name for one in in_order(people)]


def test_head_deputy_ambassador_office_expert_private_sector_and_support_follow_in_turn():
    assert ordered(
        Somebody("media", capacity="media"),
        Somebody("interpreter", capacity="interpreter", rank=10),
        Somebody("company", sector="industry", rank=10),
        Somebody("expert", capacity="expert", rank=10),
        Somebody("officer", rank=70),
        Somebody("director", rank=50),
        Somebody("adviser who is a director-general", capacity="adviser", rank=40),
        Somebody("ambassador", rank=30),
        Somebody("deputy", capacity="deputy", rank=50),
        Somebody("head", capacity="head", rank=60),
    ) == [
        "head",
        "deputy",
        "ambassador",
        "adviser who is a director-general",
        "director",
        "officer",
        "expert",
        "company",
        "interpreter",
        "media",
    ]


def test_of_one_rank_institutions_follow_as_the_side_named_them_and_never_an_alphabet():
    assert ordered(
        Somebody("Zaitsev", rank=50, organisation="Ministry of Trade"),
        Somebody("Abdullah", rank=50, organisation="Agency"),
        Somebody("Yusof", rank=50, organisation="Ministry of Trade"),
    ) == ["Zaitsev", "Yusof", "Abdullah"]


def test_an_order_made_by_hand_wins_and_who_came_later_follows_by_rule():
    assert ordered(
        Somebody("head", capacity="head", place=2),
        Somebody("interpreter", capacity="interpreter", place=1),
        Somebody("officer", rank=70),
        Somebody("minister", rank=10),
    ) == ["interpreter", "head", "minister", "officer"]


@pytest.mark.parametrize("capacity", Delegate.Capacity.values)
@pytest.mark.parametrize("sector", Delegate.Sector.values)
def test_every_capacity_of_every_sector_has_its_place(capacity, sector):
    assert standing_of(capacity, 90, sector) in range(8)


# --- the order of the sides -----------------------------------------------------------


def blocks(*codes):
    names = {"az": "Azerbaijan", "my": "Malaysia", "ru": "Russia"}
    return [{"party": code, "names": {"en": names[code]}} for code in codes]


@pytest.mark.parametrize(
    ("sides", "copy", "host", "order"),
    [
        (("ru", "my"), "ru", "my", ["ru", "my"]),
        (("ru", "my"), "my", "ru", ["my", "ru"]),
        (("my", "ru"), "", "ru", ["ru", "my"]),
        (("ru", "my"), "", "", ["my", "ru"]),
        (("ru", "my", "az"), "", "ru", ["az", "my", "ru"]),
        (("ru", "my", "az"), "ru", "my", ["ru", "az", "my"]),
    ],
)
def test_a_partys_own_copy_names_it_first_and_a_shared_one_the_host_or_the_alphabet(
    sides, copy, host, order
):
    found = blocks_for(blocks(*sides), copy=copy, host=host)
    assert [block["party"] for block in found] == order


# --- who stands in it -----------------------------------------------------------------


@pytest.fixture
def sent(fair):
    """Both delegations are sent; each has a head."""
    Delegation.objects.filter(meeting=fair.meeting).update(status="submitted")
    named = {"track": "delegation", "capacity": "head"}
    make_delegate(
        fair.meeting, fair.cast.malaysia, full_name="Head of M", email="m@secret.example", **named
    )
    make_delegate(fair.meeting, fair.cast.russia, full_name="Глава", latin_name="Glava", **named)
    return fair


def make(fair, kind="provisional", by="neutral"):
    return operations.make_list(fair.meeting, kind, by=fair.cast.people[by])


def named_in(made):
    return [line["full_name"] for block in made.blocks for line in block["lines"]]


@pytest.mark.parametrize("status", sorted(set(Delegate.Status.values) - {"approved"}))
def test_only_who_is_approved_stands_in_it(sent, status):
    row = make_delegate(
        sent.meeting, sent.cast.malaysia, track="delegation", full_name="Hidden", status="pending"
    )
    Delegate.objects.filter(pk=row.pk).update(status=status, waiting_since=row.registered_at)
    assert named_in(make(sent)) == ["Head of M", "Глава"]


@pytest.mark.parametrize("status", ["open", "nobody"])
def test_nobody_of_a_delegation_that_was_not_sent_stands_in_it(sent, status):
    Delegation.objects.filter(party=sent.cast.malaysia).update(status=status)
    assert named_in(make(sent, by="officer_my")) == ["Глава"]


def test_people_of_the_open_registration_stand_apart_where_their_side_wants_them(sent):
    for party in (sent.cast.malaysia, sent.cast.russia):
        make_delegate(sent.meeting, party, full_name=f"Open {party.code}")
    delegation = Delegation.objects.get(party=sent.cast.russia)
    operations.publish_open(delegation, True, by=sent.cast.focal_ru)
    assert [[line["full_name"] for line in b["open"]] for b in make(sent).blocks] == [
        [],
        ["Open ru"],
    ]
    operations.publish_open(delegation, False, by=sent.cast.focal_ru)
    assert [block["open"] for block in make(sent).blocks] == [[], []]


def test_no_side_decides_that_for_another_and_its_choice_is_its_own_affair(client, sent):
    delegation = Delegation.objects.get(party=sent.cast.malaysia)
    path = reverse("participant-list-open", args=[delegation.pk])
    for who in ("officer_ru", "focal_ru", "chair_my", "delegate", "outsider"):
        client.force_login(sent.cast.people[who])
        assert client.post(path, {"publish": "1"}).status_code == 404, who
        with pytest.raises(NotYours):
            operations.publish_open(delegation, True, by=sent.cast.people[who])
    client.force_login(sent.cast.focal_my)
    client.post(path, {"publish": "1"})
    delegation.refresh_from_db()
    assert delegation.publishes_open
    assert {one.private_to for one in Entry.objects.about(delegation)} == {sent.cast.malaysia}


def test_addresses_never_stand_in_it(client, sent):
    made = make(sent)
    client.force_login(sent.cast.focal_my)
    page = client.get(reverse("participant-list", args=[made.pk])).content.decode()
    assert "Head of M" in page
    assert "secret.example" not in page
    assert "secret.example" not in str(made.blocks)


# --- one after another ----------------------------------------------------------------


def test_provisional_lists_are_numbered_and_the_final_one_is_the_only_one(sent):
    assert [make(sent).number, make(sent).number] == [1, 2]
    assert make(sent, "final").number == 1
    for kind in ("final", "provisional"):
        with pytest.raises(Refused, match="There is a final list"):
            make(sent, kind)


def test_a_list_stays_as_it_was_made(sent):
    made = make(sent)
    Delegate.objects.filter(full_name="Head of M").update(full_name="Another", status="cancelled")
    made.refresh_from_db()
    assert named_in(made) == ["Head of M", "Глава"]


def test_a_corrigendum_says_what_has_changed_since_the_list_it_corrects(client, sent):
    with pytest.raises(Refused, match="There is no final list yet"):
        make(sent, "corrigendum")
    final = make(sent, "final")
    with pytest.raises(Refused, match="Nothing has changed"):
        make(sent, "corrigendum")
    Delegate.objects.filter(full_name="Глава").update(function="Minister of Industry")
    make_delegate(sent.meeting, sent.cast.malaysia, track="delegation", full_name="Newcomer")
    first = make(sent, "corrigendum")
    assert first.corrects == final
    client.force_login(sent.cast.officer_ru)
    text = text_of(client.get(reverse("participant-list", args=[first.pk])))
    assert "New: Newcomer" in text
    assert "Instead of: Глава" in text
    assert "read: Глава Glava · Minister of Industry" in text
    Delegate.objects.filter(full_name="Newcomer").update(status="cancelled")
    second = make(sent, "corrigendum")
    assert (second.number, second.corrects) == (2, first)
    text = text_of(client.get(reverse("participant-list", args=[second.pk])))
    assert "No longer: Newcomer" in text


def test_another_order_alone_is_a_change_too():
    line = {"full_name": "x"}
    one = {"party": "my", "names": {"en": "Malaysia"}, "open": []}
    before = [one | {"lines": [line | {"key": 1}, line | {"key": 2}]}]
    after = [one | {"lines": [line | {"key": 2}, line | {"key": 1}]}]
    assert [change["moved"] for change in changes_between(before, after)] == [True]
    assert changes_between(before, before) == []


def test_without_anybody_no_list_is_made_and_the_page_says_why(client, fair):
    client.force_login(fair.cast.officer_my)
    path = reverse("participant-list-make", args=[fair.meeting.pk, "provisional"])
    text = text_of(client.post(path, follow=True))
    assert "People do once their delegation is submitted." in text
    assert not ParticipantList.objects.exists()


# --- who makes and reads it -----------------------------------------------------------


def test_secretaries_make_it_and_everybody_in_office_reads_it(client, sent):
    made, read = set(), set()
    for who in PEOPLE:
        client.force_login(sent.cast.people[who])
        path = reverse("participant-list-make", args=[sent.meeting.pk, "provisional"])
        before = ParticipantList.objects.count()
        client.post(path)
        if ParticipantList.objects.count() > before:
            made.add(who)
        else:
            with pytest.raises(NotYours):
                make(sent, by=who)
    last = ParticipantList.objects.last()
    for who in PEOPLE:
        client.force_login(sent.cast.people[who])
        pages = [
            client.get(reverse("participant-lists", args=[sent.meeting.pk])),
            client.get(reverse("participant-list", args=[last.pk])),
            client.get(reverse("participant-list-file", args=[last.pk])),
        ]
        if {page.status_code for page in pages} == {200}:
            read.add(who)
        else:
            assert {page.status_code for page in pages} <= {403, 404}, who
    assert made == {"officer_my", "officer_ru", "neutral"}
    assert read == set(PEOPLE) - {"delegate", "outsider"}


def test_each_side_reads_its_own_copy_first_and_finds_the_others(client, sent):
    address = reverse("participant-list", args=[make(sent).pk])

    def order(query=""):
        return [block["party"] for block in client.get(address + query).context["blocks"]]

    client.force_login(sent.cast.officer_ru)
    assert order() == ["ru", "my"]
    assert order("?copy=my") == ["my", "ru"]
    assert order("?copy=nonsense") == ["my", "ru"]
    client.force_login(sent.cast.officer_my)
    assert order() == ["my", "ru"]
    sent.meeting.host = sent.cast.russia
    sent.meeting.save()
    assert order("?copy=-") == ["ru", "my"]


def test_of_three_sides_each_has_its_copy(client, db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    meeting = make_meeting(body, status="announced", host=parties[1])
    make_desk(meeting)
    Delegation.objects.update(status="confirmed")
    for party in parties:
        make_delegate(meeting, party, track="delegation", full_name=f"Of {party.code}")
    neutral = make_user("secretary", None, body)
    made = operations.make_list(meeting, "provisional", by=neutral)
    address = reverse("participant-list", args=[made.pk])
    client.force_login(neutral)
    seen = {
        copy: [block["party"] for block in client.get(address, {"copy": copy}).context["blocks"]]
        for copy in ("", "az", "ru")
    }
    assert seen == {
        "": ["az", "my", "ru"],
        "az": ["az", "my", "ru"],
        "ru": ["ru", "az", "my"],
    }


def test_the_pdf_holds_the_names_in_both_scripts_and_no_address(client, sent):
    Delegate.objects.filter(full_name="Глава").update(
        function='#panic("x") $a_b$ [c] \\ "d"', honorific="Г-н"
    )
    made = make(sent)
    client.force_login(sent.cast.officer_ru)
    answer = client.get(reverse("participant-list-file", args=[made.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"secret.example" not in answer.content


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_takes_the_same_queries_for_one_line_and_for_thirty(
    client, sent, rows, django_assert_num_queries
):
    for _number in range(rows):
        make_delegate(sent.meeting, sent.cast.malaysia, track="delegation")
    made = make(sent)
    client.force_login(sent.cast.officer_my)
    path = reverse("participant-list", args=[made.pk])
    client.get(path)
    with django_assert_num_queries(6):
        client.get(path)
