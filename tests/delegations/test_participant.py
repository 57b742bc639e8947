"""The table of participants: what is found, in which order, page by page, and for whom."""

import pytest
from django.urls import reverse

from delegations import operations
from delegations.models import CheckIn, Delegate
from delegations.selection import Selection
from delegations.transitions import DELEGATE
from portal.models import Entry
from tests.cast import PEOPLE
from tests.delegations.answers import messages, text_of
from tests.factories import (
    make_area,
    make_body,
    make_delegate,
    make_desk,
    make_meeting,
    make_party,
    make_quota,
    make_sitting,
    make_user,
)


@pytest.fixture
def url(fair):
    return reverse("participants", args=[fair.meeting.pk])


def names(response):
    """The people in the table, in its order."""
    return [delegate.full_name for delegate, _may in response.context["rows"]]


def statuses(*delegates):
    found = dict(Delegate.objects.values_list("pk", "status"))
    return [found[one.pk] for one in delegates]


def put(row, status):
    """Set a status past the workflow, with the moment that the waiting list asks for."""
    Delegate.objects.filter(pk=row.pk).update(status=status, waiting_since=row.registered_at)


# --- what is shown --------------------------------------------------------------------


def test_what_waits_for_the_focal_point_stands_on_top_then_the_own_side(client, fair, url):
    cast = fair.cast
    make_delegate(fair.meeting, cast.russia, full_name="R approved")
    make_delegate(fair.meeting, cast.malaysia, full_name="M approved")
    make_delegate(fair.meeting, cast.malaysia, full_name="M waiting", status="pending")
    client.force_login(cast.focal_my)
    assert names(client.get(url)) == ["M waiting", "M approved", "R approved"]
    client.force_login(cast.focal_ru)
    assert names(client.get(url)) == ["R approved", "M approved"]


def test_of_three_sides_the_readers_own_stands_first_and_nobodys_waiting_people_leak(client, db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    meeting = make_meeting(body, status="announced")
    make_desk(meeting)
    for party in parties:
        make_delegate(meeting, party, full_name=f"{party.code} comes")
        make_delegate(meeting, party, full_name=f"{party.code} waits", status="pending")
    client.force_login(make_user("focal_point", parties[2], body))
    page = client.get(reverse("participants", args=[meeting.pk]))
    assert names(page) == ["az waits", "az comes", "my comes", "ru comes"]
    assert page.context["counts"] == [
        ("pending", "Waiting for approval", 1),
        ("approved", "Approved", 3),
    ]


@pytest.mark.parametrize("query", ["орлова", "Natalia", "ORLOVA natalia", "стандарт", "ab12-cd34"])
def test_the_search_finds_a_name_in_either_script_an_organisation_or_a_reference(
    client, fair, url, query
):
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="Ali bin Abu")
    make_delegate(
        fair.meeting,
        fair.cast.russia,
        full_name="Наталья Орлова",
        latin_name="Natalia Orlova",
        organisation="Росстандарт",
        reference="AB12-CD34",
    )
    client.force_login(fair.cast.officer_my)
    page = client.get(url, {"q": query})
    assert names(page) == ["Наталья Орлова"]
    assert "These come near" not in text_of(page)


@pytest.mark.parametrize(
    ("full_name", "query"),
    [
        ("Фаридах Зулькарнаин", "Zulkarnian"),
        ("Nuñez Çelik", "nunes celik"),
        ("Щербаков", "Sherbakov"),
    ],
)
def test_a_typing_error_still_finds_the_person_and_the_page_says_so(
    client, fair, url, full_name, query
):
    make_delegate(fair.meeting, fair.cast.malaysia, full_name=full_name)
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="Ali bin Abu")
    client.force_login(fair.cast.officer_my)
    page = client.get(url, {"q": query})
    assert names(page) == [full_name]
    assert "These come near." in text_of(page)


def test_when_nobody_matches_the_page_says_what_to_do(client, fair, url):
    make_delegate(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.officer_my)
    text = text_of(client.get(url, {"q": "qqqqzzzz"}))
    assert "Nobody matches" in text
    assert "Show everybody" in text


def test_filters_by_side_and_status_and_leaves_nonsense_aside(client, fair, url):
    cast = fair.cast
    make_delegate(fair.meeting, cast.russia, full_name="R")
    make_delegate(fair.meeting, cast.malaysia, full_name="M")
    make_delegate(fair.meeting, cast.malaysia, full_name="M declined", status="declined")
    client.force_login(cast.officer_my)
    assert names(client.get(url)) == ["M", "R"]
    assert names(client.get(url, {"side": "ru"})) == ["R"]
    assert names(client.get(url, {"status": "declined"})) == ["M declined"]
    nonsense = {"status": "nonsense", "side": "!", "after": "x", "sitting": "-1", "sort": "pk"}
    assert names(client.get(url, nonsense)) == ["M", "R"]


@pytest.mark.parametrize("after", ["0", "0.", "99.1.", "0.9" * 40, "٣.1.", "0.1.\x00", "-1.2.x"])
def test_an_address_of_a_page_that_somebody_made_up_breaks_nothing(client, fair, url, after):
    make_delegate(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.officer_my)
    for sort in ("", "name"):
        assert client.get(url, {"after": after, "sort": sort}).status_code == 200


def test_each_further_filter_finds_its_people_and_nobody_else(client, fair, url):
    area = make_area(fair.cast.group, "Energy")
    sitting = make_sitting(fair.meeting, kind="consultation", area=area)
    one = make_delegate(
        fair.meeting,
        fair.cast.malaysia,
        full_name="One",
        track="delegation",
        capacity="expert",
        sector="academia",
        attendance="in_person",
        sittings=[sitting],
    )
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="Other", sittings=[fair.plenary])
    CheckIn.objects.create(delegate=one, sitting=sitting, way="in")
    client.force_login(fair.cast.officer_my)
    for name, value in (
        ("track", "delegation"),
        ("capacity", "expert"),
        ("sector", "academia"),
        ("mode", "in_person"),
        ("sitting", sitting.pk),
        ("area", area.pk),
        ("came", "yes"),
    ):
        assert names(client.get(url, {name: value})) == ["One"], name
    assert names(client.get(url, {"came": "no"})) == ["Other"]


@pytest.mark.parametrize("sort", ["", "name", "organisation"])
def test_page_after_page_everybody_comes_once_whatever_the_order(client, fair, url, sort):
    for number in range(60):
        party = fair.cast.russia if number % 3 else fair.cast.malaysia
        make_delegate(
            fair.meeting, party, full_name=f"Name {number % 7}", organisation=f"O {number % 5}"
        )
    client.force_login(fair.cast.officer_ru)
    first = client.get(url, {"sort": sort})
    second = client.get(url, {"sort": sort, "after": first.context["page"].after})
    keys = [one.pk for page in (first, second) for one, _may in page.context["rows"]]
    assert len(keys) == len(set(keys)) == 60
    assert second.context["page"].after == ""
    if sort:
        column = "full_name" if sort == "name" else "organisation"
        seen = [getattr(one, column) for p in (first, second) for one, _m in p.context["rows"]]
        assert seen == sorted(seen)


def test_the_native_name_stands_first_and_the_latin_one_under_it(client, fair, url):
    make_delegate(
        fair.meeting, fair.cast.russia, full_name="Наталья Орлова", latin_name="Natalia Orlova"
    )
    client.force_login(fair.cast.officer_ru)
    page = client.get(url).content.decode()
    assert page.index("Наталья Орлова</bdi>") < page.index("Natalia Orlova</bdi>")
    assert "person-under" in page


def test_a_person_keeps_the_columns_they_like_and_stays_where_they_were(client, fair, url):
    make_delegate(fair.meeting, fair.cast.malaysia, email="secret@example.org")
    client.force_login(fair.cast.officer_my)
    assert "secret@" not in client.get(url).content.decode()
    keep = reverse("participants-columns", args=[fair.meeting.pk])
    answer = client.post(keep, {"columns": ["email", "sector"], "asked": "side=my&evil=1"})
    assert answer["Location"] == f"{url}?side=my"
    page = client.get(url)
    assert page.context["columns"] == ["sector", "email"]
    assert "secret@" in page.content.decode()


def test_the_column_of_addresses_stays_empty_for_people_of_the_other_side(client, fair, url):
    make_delegate(fair.meeting, fair.cast.malaysia, email="secret@example.org")
    keep = reverse("participants-columns", args=[fair.meeting.pk])
    for who in ("officer_ru", "chair_ru", "focal_ru"):
        client.force_login(fair.cast.people[who])
        client.post(keep, {"columns": ["email"]})
        page = client.get(url)
        assert len(names(page)) == 1
        assert "secret@" not in page.content.decode()


def test_the_table_is_for_people_in_office_alone(client, fair, url):
    for who, user in fair.cast.people.items():
        client.force_login(user)
        expected = 403 if who in {"delegate", "outsider"} else 200
        assert client.get(url).status_code == expected, who
    client.logout()
    assert "/accounts/login/" in client.get(url)["Location"]


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("who", "queries"), [("focal_my", 16), ("officer_my", 15), ("neutral", 15)]
)
def test_the_table_takes_the_same_queries_for_one_row_and_for_thirty(
    client, fair, url, rows, who, queries, django_assert_num_queries
):
    for _number in range(rows):
        make_delegate(fair.meeting, fair.cast.malaysia, status="pending", sittings=[fair.plenary])
        make_delegate(fair.meeting, fair.cast.russia, sittings=[fair.plenary])
    client.force_login(fair.cast.people[who])
    client.get(url)
    with django_assert_num_queries(queries):
        client.get(url)


def test_what_the_table_shows_is_what_may_be_seen_of_each_status_and_track(fair):
    for party in (fair.cast.malaysia, fair.cast.russia):
        for status in Delegate.Status.values:
            for track in Delegate.Track.values:
                put(make_delegate(fair.meeting, party, status="pending", track=track), status)
    for who in PEOPLE:
        user = fair.cast.people[who]
        may = Delegate.objects.visible_to(user).filter(meeting=fair.meeting)
        for status in Delegate.Status.values:
            shown = Selection(fair.meeting, user, {"status": status})
            assert {one.pk for one in shown.page().rows} == set(
                may.filter(status=status).values_list("pk", flat=True)
            )
            assert shown.counts().get(status, 0) == shown.number()


# --- many at once ---------------------------------------------------------------------


def post_mark(client, fair, deed, *delegates, **fields):
    path = reverse("participants-mark", args=[fair.meeting.pk])
    return client.post(path, {"deed": deed, "delegate": [one.pk for one in delegates], **fields})


def post_do(client, fair, deed, *delegates, **fields):
    path = reverse("participants-do", args=[fair.meeting.pk])
    keys = ",".join(str(one.pk) for one in delegates)
    return client.post(path, {"deed": deed, "delegates": keys, **fields}, follow=True)


def test_before_many_are_approved_a_summary_says_who_and_why_not_the_others(client, fair):
    cast = fair.cast
    waits = make_delegate(fair.meeting, cast.malaysia, status="pending", full_name="Waits")
    done = make_delegate(fair.meeting, cast.malaysia, full_name="Approved before")
    theirs = make_delegate(fair.meeting, cast.russia, full_name="Theirs")
    client.force_login(cast.focal_my)
    page = post_mark(client, fair, "approve", waits, done, theirs)
    text = text_of(page)
    assert "It will be done for 1 person" in text
    assert "They are “Approved” now." in text
    assert "The focal point of their own side decides on them." in text
    assert statuses(waits, done, theirs) == ["pending", "approved", "approved"]
    assert messages("approved") == []


def test_a_bulk_approval_says_exactly_which_rows_were_done_and_which_skipped(client, fair):
    cast = fair.cast
    waits = [make_delegate(fair.meeting, cast.malaysia, status="pending") for _ in range(2)]
    declined = make_delegate(fair.meeting, cast.malaysia, status="cancelled", full_name="Gone")
    theirs = make_delegate(fair.meeting, cast.russia, status="pending", full_name="Hidden")
    client.force_login(cast.focal_my)
    page = post_do(client, fair, "approve", *waits, declined, theirs)
    assert statuses(*waits, declined, theirs) == ["approved", "approved", "cancelled", "pending"]
    assert [one.pk for one in page.context["people"]] == [one.pk for one in waits]
    assert [(words, [one.pk for one in rows]) for words, rows in page.context["skipped"]] == [
        ("They are “Cancelled” now.", [declined.pk])
    ]
    assert "Done for 2 people." in text_of(page)
    assert "Hidden" not in page.content.decode()
    assert len(messages("approved")) == 2


def test_all_who_match_are_done_and_not_only_those_of_the_page(client, fair, url):
    cast = fair.cast
    waits = [make_delegate(fair.meeting, cast.malaysia, status="pending") for _ in range(55)]
    others = make_delegate(fair.meeting, cast.malaysia, status="pending", sector="private")
    client.force_login(cast.focal_my)
    page = client.get(url, {"sector": "government"})
    assert page.context["number"] == 55
    summary = post_mark(client, fair, "approve", all="1", asked=page.context["address"])
    assert len(summary.context["people"]) == 55
    keys = summary.context["keys"]
    path = reverse("participants-do", args=[fair.meeting.pk])
    late = make_delegate(fair.meeting, cast.malaysia, status="pending")
    client.post(path, {"deed": "approve", "delegates": keys})
    assert set(statuses(*waits)) == {"approved"}
    assert statuses(others, late) == ["pending", "pending"]


def test_where_more_match_than_can_be_done_at_once_the_possible_come_first(
    client, fair, monkeypatch
):
    monkeypatch.setattr("delegations.views.participant.MOST", 2)
    make_delegate(fair.meeting, fair.cast.malaysia)
    waits = [make_delegate(fair.meeting, fair.cast.malaysia, status="pending") for _ in range(3)]
    client.force_login(fair.cast.focal_my)
    page = post_mark(client, fair, "approve", all="1")
    assert [one.pk for one in page.context["people"]] == [one.pk for one in waits[:2]]
    assert "Do the same again for the others." in text_of(page)


def test_declining_many_asks_for_a_reason_and_keeps_who_was_marked(client, fair):
    rows = [make_delegate(fair.meeting, fair.cast.malaysia, status="pending") for _ in range(2)]
    client.force_login(fair.cast.focal_my)
    page = post_do(client, fair, "decline", *rows, reason=" ")
    assert "Write a reason: the people concerned will read it." in text_of(page)
    assert len(page.context["people"]) == 2
    assert statuses(*rows) == ["pending", "pending"]
    post_do(client, fair, "decline", *rows, reason="Not listed.")
    assert statuses(*rows) == ["declined", "declined"]
    assert {"Reason: Not listed." in notice.body for notice in messages("declined")} == {True}


def test_the_capacity_of_many_is_set_but_of_one_head_only(client, fair):
    rows = [make_delegate(fair.meeting, fair.cast.malaysia) for _ in range(2)]
    client.force_login(fair.cast.focal_my)
    post_do(client, fair, "capacity", *rows, capacity="expert")
    assert set(Delegate.objects.values_list("capacity", flat=True)) == {"expert"}
    page = post_do(client, fair, "capacity", *rows, capacity="head")
    [(sentence, [skipped])] = page.context["skipped"]
    assert sentence == "The delegation has a head. Give that person another capacity first."
    assert skipped.pk == rows[1].pk
    assert list(Delegate.objects.order_by("pk").values_list("capacity", flat=True)) == [
        "head",
        "expert",
    ]
    assert Entry.objects.about(rows[0]).filter(verb="delegate.capacity").count() == 2


def test_the_personal_link_is_sent_again_to_those_who_are_marked(client, fair):
    live = make_delegate(fair.meeting, fair.cast.malaysia)
    gone = make_delegate(fair.meeting, fair.cast.malaysia, status="cancelled")
    client.force_login(fair.cast.focal_my)
    page = post_do(client, fair, "send_again", live, gone)
    [notice] = messages("link_again")
    assert notice.email == live.email
    assert [words for words, _rows in page.context["skipped"]] == ["They are “Cancelled” now."]


@pytest.mark.parametrize("marked", ["9" * 5000, "9" * 19, "٣", "-1", "\x00", ""])
def test_marks_that_are_no_registrations_do_nothing(client, fair, marked):
    client.force_login(fair.cast.focal_my)
    path = reverse("participants-mark", args=[fair.meeting.pk])
    page = client.post(path, {"deed": "approve", "delegate": marked}, follow=True)
    assert "Nothing was done." in text_of(page)
    path = reverse("participants-do", args=[fair.meeting.pk])
    page = client.post(path, {"deed": "approve", "delegates": marked}, follow=True)
    assert "Done for 0 people." in text_of(page)
    assert client.post(path, {"deed": "nonsense"}, follow=True).status_code == 200


@pytest.mark.parametrize("deed", sorted(operations.DEEDS))
def test_only_the_own_sides_focal_point_does_anything_to_many(client, fair, deed):
    sources = {"approve": "pending", "decline": "pending", "ask_back": "pending"}
    track = "delegation" if deed == "remove" else "open"
    status = sources.get(deed, "approved")
    row = make_delegate(fair.meeting, fair.cast.malaysia, status=status, track=track)
    did = set()
    for who, user in fair.cast.people.items():
        before = Entry.objects.about(row).count()
        client.force_login(user)
        for step in ("participants-mark", "participants-do"):
            path = reverse(step, args=[fair.meeting.pk])
            answer = client.post(
                path,
                {"deed": deed, "delegates": str(row.pk), "reason": "So.", "capacity": "expert"},
            )
            allowed = {200, 302} if who in {"focal_my", "focal_ru"} else {403}
            assert answer.status_code in allowed, (who, step)
        if Entry.objects.about(row).count() > before:
            did.add(who)
    assert did == {"focal_my"}


@pytest.mark.parametrize("deed", sorted(operations.DEEDS))
@pytest.mark.parametrize("status", Delegate.Status.values)
def test_the_outlook_says_the_same_as_the_deed_does_from_every_status(fair, deed, status):
    track = "delegation" if deed == "remove" else "open"
    row = make_delegate(fair.meeting, fair.cast.malaysia, status="pending", track=track)
    put(row, status)
    rows = list(Delegate.objects.for_list())
    outlook = operations.outlook(rows, deed, by=fair.cast.focal_my)
    fields = {"reason": "So.", "capacity": "expert"}
    outcome = operations.decide(rows, deed, by=fair.cast.focal_my, **fields)
    assert (outlook.done, dict(outlook.skipped)) == (outcome.done, dict(outcome.skipped))
    assert bool(outcome.done) == (status in operations.DEEDS[deed].sources)


def test_whom_another_focal_point_has_just_declined_is_not_approved_with_the_rest(fair):
    waits = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    declined = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    rows = list(Delegate.objects.for_list().order_by("pk"))
    DELEGATE.perform(declined, "decline", by=fair.cast.focal_my, reason="So.")
    outcome = operations.decide(rows, "approve", by=fair.cast.focal_my)
    assert outcome.done == [waits.pk]
    assert statuses(declined) == ["declined"]


def test_the_result_of_one_meeting_is_not_shown_at_another(client, fair):
    other = make_meeting(fair.cast.group, status="announced")
    client.force_login(fair.cast.focal_my)
    post_do(client, fair, "approve", make_delegate(fair.meeting, fair.cast.malaysia))
    answer = client.get(reverse("participants-done", args=[other.pk]))
    assert answer["Location"] == reverse("participants", args=[other.pk])


def test_ones_own_registration_counts_for_oneself_and_betrays_nobody_elses(fair):
    """Even where one's own stand first and last among those that are another side's affair."""
    russian = fair.cast.focal_ru
    for person in (russian.person, None, russian.person):
        make_delegate(fair.meeting, fair.cast.malaysia, status="declined", person=person)
    shown = Selection(fair.meeting, russian, {"status": "declined"})
    assert shown.counts() == {"declined": 2}
    assert shown.number() == 2
    own = Selection(fair.meeting, fair.cast.focal_my, {"status": "declined"})
    assert own.counts() == {"declined": 3}


def test_a_capacity_without_a_free_place_is_refused_and_says_so(client, fair):
    make_quota(fair.desk, limit=1, capacity="media")
    rows = [make_delegate(fair.meeting, fair.cast.malaysia) for _ in range(2)]
    client.force_login(fair.cast.focal_my)
    page = post_do(client, fair, "capacity", *rows, capacity="media")
    [(sentence, [skipped])] = page.context["skipped"]
    assert (sentence, skipped.pk) == ("No place is left for this capacity.", rows[1].pk)
    assert Delegate.objects.filter(capacity="media").count() == 1
