"""Papers: who may read which class, the keys to a wider one, files that nobody guesses."""

from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from meetings import operations
from meetings.forms.paper import shown_name
from meetings.models import Paper, Rules
from meetings.transitions import PAPER, RELEASE
from meetings.work import work_for
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.factories import (
    forget_standing,
    make_agenda,
    make_appointment,
    make_body,
    make_key,
    make_meeting,
    make_paper,
    make_party,
    make_point,
    make_user,
    today,
)
from tests.snapshot import assert_message_stored
from tests.together import together

SECRETARIES = {"officer_my", "officer_ru", "neutral"}
CHAIRS = {"chair_my", "chair_ru"}
FOCAL = {"focal_my", "focal_ru"}
OFFICE = SECRETARIES | CHAIRS | FOCAL
MALAYSIA = {"officer_my", "chair_my", "focal_my"}


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "papers"


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, "announced")


def a_file(name="list.pdf", content=b"%PDF synthetic"):
    return SimpleUploadedFile(name, content)


def now(paper):
    return Paper.objects.get(pk=paper.pk)


def page(client, user, name, *args):
    if user:
        client.force_login(user)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


# --- who may read which class ----------------------------------------------------------

READS = {
    "internal": MALAYSIA,
    "shared": OFFICE,
    "agreed": OFFICE,
    "public": {*PEOPLE, "anonymous"},
}


@pytest.mark.parametrize(("access", "who"), list(product(READS, [*PEOPLE, "anonymous"])))
def test_each_class_is_read_by_those_it_is_for_and_does_not_exist_for_others(
    client, cast, meeting, access, who
):
    paper = make_paper(
        meeting=meeting,
        title="Aviation brief",
        access=access,
        party=cast.malaysia,
    )
    if who != "anonymous":
        client.force_login(cast.people[who])
    reads = who in READS[access]
    assert client.get(paper.get_absolute_url()).status_code == (200 if reads else 404)
    for address in (
        reverse("meeting-papers", args=[meeting.pk]),
        reverse("body-papers", args=[cast.group.pk]),
    ):
        listed = client.get(address).content.decode()
        assert ("Aviation brief" in listed) is reads


@pytest.mark.parametrize("who", [*PEOPLE, "anonymous"])
def test_the_file_of_an_internal_paper_is_there_for_its_side_alone(client, cast, who):
    paper = operations.add_paper(
        Paper(body=cast.group, title="Brief", access="internal", party=cast.malaysia),
        items=[],
        file=a_file(),
        by=cast.officer_my,
    )
    if who != "anonymous":
        client.force_login(cast.people[who])
    answer = client.get(reverse("paper-file", args=[paper.pk]))
    assert answer.status_code == (200 if who in MALAYSIA else 404)
    assert not answer.streaming or b"".join(answer.streaming_content) == b"%PDF synthetic"
    assert client.get(f"/{paper.file.name}").status_code in {302, 404}
    assert client.get(f"/media/{paper.file.name}").status_code in {302, 404}


def test_public_papers_of_what_is_not_public_are_not_public(client, cast):
    hidden = make_body([cast.malaysia, cast.russia], is_public=False)
    planned = make_meeting(cast.group)
    for paper in (
        make_paper(hidden, access="public"),
        make_paper(meeting=planned, access="public"),
    ):
        assert client.get(paper.get_absolute_url()).status_code == 404
    tabs = client.get(make_meeting(cast.group, "announced").get_absolute_url()).context["tabs"]
    assert "Papers" not in [str(label) for label, *_rest in tabs]


def test_a_paper_of_a_meeting_that_one_side_keeps_is_there_for_that_side_alone(cast):
    own = make_meeting(cast.group, "idea", series="intersessional", side=cast.malaysia, number=None)
    make_paper(meeting=own, access="shared")
    for name, user in cast.people.items():
        assert Paper.objects.visible_to(user).exists() is (name in MALAYSIA)


def test_the_third_party_finds_no_internal_paper_of_the_others(client, cast):
    azerbaijan = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, azerbaijan])
    for party in (cast.malaysia, cast.russia, azerbaijan):
        make_paper(body, f"Brief of {party.label}", "internal", party)
    chair = make_user("chair", azerbaijan, body)
    found = [paper.title for paper in Paper.objects.visible_to(chair)]
    assert found == ["Brief of Azerbaijan"]
    listed = page(client, chair, "body-papers", body.pk)
    assert "Brief of Malaysia" not in listed
    assert "Brief of Russia" not in listed


def test_an_office_of_the_same_side_elsewhere_opens_nothing_here(cast, meeting):
    make_paper(meeting=meeting, access="internal", party=cast.malaysia)
    elsewhere = make_user("secretary", cast.malaysia, make_body())
    left = make_user(party=cast.malaysia)
    make_appointment(left, cast.group, "secretary", until=today().replace(year=2020))
    turned = make_user("focal_point", cast.russia, cast.group)
    turned.person.party = cast.malaysia
    turned.person.save()
    for user in (elsewhere, left, turned):
        forget_standing(user)
        assert not Paper.objects.visible_to(user).exists()


# --- files -----------------------------------------------------------------------------


def post_paper(client, meeting, **data):
    typed = {"access": "shared", "kind": "paper", "title": "A list", "words": "to come", **data}
    return client.post(reverse("meeting-paper-new", args=[meeting.pk]), typed)


@pytest.mark.parametrize(
    "name",
    [
        "Список лабораторий №2.docx",
        "senarai “halal”; a=b.pdf",
        "قائمة.pdf",
        "a%0d%0ab.pdf",
        "名單.xlsx",
    ],
)
def test_a_file_comes_back_as_it_was_under_its_own_name(client, cast, meeting, name):
    client.force_login(cast.focal_my)
    assert post_paper(client, meeting, upload=a_file(name, b"\x00\xffcontent")).status_code == 302
    paper = Paper.objects.get()
    assert (paper.file_name, paper.file_size) == (name, 9)
    assert name not in paper.file.name
    answer = client.get(reverse("paper-file", args=[paper.pk]))
    assert b"".join(answer.streaming_content) == b"\x00\xffcontent"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "\n" not in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("brief\u202efdp.exe", "brieffdp.exe"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        (".pdf", "file.pdf"),
        ("\u200b", "file"),
        ("x" * 400 + ".pdf", "x" * 200 + ".pdf"),
    ],
)
def test_a_name_keeps_no_mark_that_makes_it_read_as_another(typed, shown):
    assert shown_name(typed) == shown


def test_a_folder_in_a_files_name_leads_nowhere(client, cast, meeting, settings):
    client.force_login(cast.focal_my)
    post_paper(client, meeting, upload=a_file("../../evil.html", b"<script>"))
    paper = Paper.objects.get()
    assert paper.file_name == "evil.html"
    assert paper.file.path.startswith(str(settings.MEDIA_ROOT))


def test_a_file_that_is_too_large_is_refused_with_both_sizes_and_nothing_is_lost(
    client, cast, meeting, settings
):
    settings.PORTAL_PAPER_MEGABYTES = 1
    client.force_login(cast.officer_my)
    upload = a_file(content=b"x" * (2 * 1024 * 1024))
    answer = post_paper(client, meeting, title="Kept title", upload=upload).content.decode()
    assert "This file has 2.0\xa0MB, and at most 1.0\xa0MB can be kept here." in answer
    assert "Kept title" in answer
    assert not Paper.objects.exists()


def test_a_file_that_is_gone_from_the_store_is_not_found(client, cast, meeting):
    client.force_login(cast.officer_my)
    post_paper(client, meeting, upload=a_file())
    paper = Paper.objects.get()
    paper.file.storage.delete(paper.file.name)
    assert client.get(reverse("paper-file", args=[paper.pk])).status_code == 404


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "not an address"])
def test_an_address_that_is_none_is_refused(client, cast, meeting, link):
    client.force_login(cast.officer_my)
    assert "Enter a valid URL." in post_paper(client, meeting, link=link).content.decode()


@pytest.mark.django_db(transaction=True)
def test_another_file_takes_the_place_of_the_former_one(client, cast):
    meeting = make_meeting(cast.group, "announced")
    client.force_login(cast.officer_my)
    post_paper(client, meeting, upload=a_file("old.pdf"))
    paper = Paper.objects.get()
    former, storage = paper.file.name, paper.file.storage
    data = {"access": "shared", "kind": "paper", "title": "A list", "revision": 1}
    url = reverse("paper-change", args=[paper.pk])
    client.post(url, {**data, "upload": a_file("new.pdf", b"new")})
    assert now(paper).file_name == "new.pdf"
    assert not storage.exists(former)
    client.post(url, {**data, "title": "Without sending it again", "revision": 2})
    assert now(paper).file_name == "new.pdf"
    assert storage.exists(now(paper).file.name)


# --- adding ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_papers_are_added_by_those_in_office_for_their_own_side(client, cast, meeting, who):
    client.force_login(cast.people[who])
    answer = post_paper(client, meeting)
    if who in OFFICE:
        assert answer.status_code == 302
        assert Paper.objects.get().party == cast.people[who].party
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("access", ["agreed", "public", "nonsense", ""])
def test_no_side_makes_a_paper_agreed_or_public_alone(client, cast, meeting, access):
    client.force_login(cast.chair_my)
    assert post_paper(client, meeting, access=access).status_code == 200
    assert not Paper.objects.exists()
    with pytest.raises(Refused, match="Share the paper first"):
        operations.add_paper(
            Paper(body=cast.group, title="x", access=access or "public", party=cast.malaysia),
            items=[],
            file=None,
            by=cast.chair_my,
        )


def test_the_neutral_secretariat_keeps_no_paper_from_the_sides(client, cast, meeting):
    client.force_login(cast.neutral)
    assert post_paper(client, meeting, access="internal").status_code == 200
    assert post_paper(client, meeting).status_code == 302
    assert Paper.objects.get().party is None


def test_a_paper_for_another_side_is_not_ours_to_add(cast):
    with pytest.raises(NotYours):
        operations.add_paper(
            Paper(body=cast.group, title="x", access="shared", party=cast.russia),
            items=[],
            file=None,
            by=cast.officer_my,
        )


def test_a_paper_without_file_address_or_words_is_asked_for_one(client, cast, meeting):
    client.force_login(cast.officer_my)
    answer = post_paper(client, meeting, words="").content.decode()
    assert "Add the file or its address, or say in words what is still to come." in answer


def test_a_paper_stands_on_the_points_it_was_added_to(client, cast, meeting):
    agenda = make_agenda(meeting)
    point = agenda.items.get(title="Halal")
    stranger = make_point(make_agenda(make_meeting(cast.group)), "Elsewhere")
    client.force_login(cast.officer_my)
    assert post_paper(client, meeting, items=[stranger.pk]).status_code == 200
    post_paper(client, meeting, items=[point.pk])
    assert list(Paper.objects.get().items.all()) == [point]
    assert "A list" in page(client, cast.chair_ru, "agenda", meeting.pk)


def test_a_public_paper_names_no_closed_point_to_others(client, cast, meeting):
    agenda = make_agenda(meeting, status="agreed")
    closed = make_point(agenda, "Arms", is_open=False)
    paper = make_paper(meeting=meeting, access="public")
    paper.items.set([closed, agenda.items.get(title="Halal")])
    answer = client.get(paper.get_absolute_url()).content.decode()
    assert "Halal" in answer
    assert "Arms" not in answer


# --- changing --------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("access", ["internal", "shared"])
def test_a_paper_is_changed_by_its_side_alone(client, cast, meeting, access, who):
    paper = make_paper(meeting=meeting, access=access, party=cast.malaysia)
    client.force_login(cast.people[who])
    answer = client.get(reverse("paper-change", args=[paper.pk]))
    known = who in READS[access]
    assert answer.status_code == (200 if who in MALAYSIA else 403 if known else 404)


def typed(paper, **more):
    return {
        "access": paper.access,
        "kind": paper.kind,
        "title": paper.title,
        "words": "to come",
        "revision": paper.revision,
        **more,
    }


def test_sharing_cannot_be_undone_and_its_private_past_stays_private(client, cast, meeting):
    client.force_login(cast.officer_my)
    post_paper(client, meeting, access="internal", title="Brief")
    paper = Paper.objects.get()
    url = reverse("paper-change", args=[paper.pk])
    client.post(url, typed(paper, title="Second brief"))
    paper = now(paper)
    client.post(url, typed(paper, access="shared"))
    paper = now(paper)
    assert paper.access == "shared"
    seen = page(client, cast.chair_ru, "paper", paper.pk)
    assert "shared the paper with the other sides" in seen
    assert "added the paper" not in seen
    assert "changed the paper" not in seen
    assert "added the paper" in page(client, cast.focal_my, "paper", paper.pk)
    client.force_login(cast.officer_my)
    assert client.post(url, typed(paper, access="internal")).status_code == 200
    with pytest.raises(Refused, match="so it stays shared"):
        operations.change_paper(
            paper,
            changes={"access": "internal"},
            items=[],
            file=None,
            revision=3,
            by=cast.officer_my,
        )


def test_the_second_of_two_sees_what_changed_and_keeps_what_was_typed(client, cast, meeting):
    paper = make_paper(meeting=meeting, party=cast.malaysia)
    mine = typed(paper, title="What I typed")
    operations.change_paper(
        paper,
        changes={"title": "What they stored"},
        items=[],
        file=None,
        revision=1,
        by=cast.focal_my,
    )
    client.force_login(cast.officer_my)
    answer = client.post(reverse("paper-change", args=[paper.pk]), mine)
    shown = answer.content.decode()
    assert "Somebody changed this paper since you opened it" in shown
    assert "What they stored" in shown
    assert "What I typed" in shown
    mine["revision"] = answer.context["form"].data["revision"]
    client.post(reverse("paper-change", args=[paper.pk]), mine)
    assert now(paper).title == "What I typed"


# --- withdrawing -----------------------------------------------------------------------


@pytest.mark.parametrize("status", Paper.Status.values)
@pytest.mark.parametrize(("name", "source"), [("withdraw", "current"), ("bring_back", "withdrawn")])
def test_a_paper_is_withdrawn_and_brought_back_from_its_own_status(cast, name, source, status):
    paper = make_paper(cast.group, party=cast.malaysia, status=status)
    if status == source:
        assert PAPER.perform(paper, name, by=cast.officer_my).status != status
    else:
        with pytest.raises(Refused, match="no longer possible"):
            PAPER.perform(paper, name, by=cast.officer_my)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_paper_is_withdrawn_by_its_side_and_then_shows_to_that_side_alone(
    client, cast, meeting, who
):
    paper = make_paper(meeting=meeting, party=cast.malaysia)
    client.force_login(cast.people[who])
    answer = client.post(reverse("paper-do", args=[paper.pk, "withdraw"]))
    assert answer.status_code == (302 if who in MALAYSIA else 403 if who in OFFICE else 404)
    Paper.objects.filter(pk=paper.pk).update(status="withdrawn")
    assert client.get(paper.get_absolute_url()).status_code == (200 if who in MALAYSIA else 404)


@pytest.mark.parametrize("access", ["agreed", "public"])
def test_what_every_side_agreed_to_no_side_changes_or_withdraws_alone(cast, access):
    paper = make_paper(cast.group, access=access, party=cast.malaysia)
    with pytest.raises(Refused, match="Every side has agreed to this paper"):
        PAPER.perform(paper, "withdraw", by=cast.officer_my)
    with pytest.raises(Refused, match="Every side has agreed to this paper"):
        operations.change_paper(
            paper, changes={"title": "x"}, items=[], file=None, revision=1, by=cast.officer_my
        )


# --- keys ------------------------------------------------------------------------------


def asked(cast, wanted="public", access="shared", body=None):
    paper = make_paper(body or cast.group, access=access, party=cast.malaysia, title="Joint list")
    return operations.ask_for_paper(paper, wanted=wanted, revision=1, by=cast.officer_my)


def test_a_paper_becomes_public_with_the_last_key_and_not_before(client, cast):
    paper = asked(cast)
    url = reverse("paper-key", args=[paper.pk])
    for user, party, access in (
        (cast.chair_my, cast.malaysia, "shared"),
        (cast.chair_ru, cast.russia, "public"),
    ):
        client.force_login(user)
        client.post(url, {"party": party.pk, "revision": paper.revision, "action": "give"})
        assert now(paper).access == access
    client.logout()
    assert client.get(paper.get_absolute_url()).status_code == 200
    assert "Joint list" in client.get(reverse("body-papers", args=[cast.group.pk])).content.decode()


@pytest.mark.parametrize("who", PEOPLE)
def test_a_sides_key_is_turned_by_its_co_chair_alone(client, cast, who):
    paper = asked(cast)
    client.force_login(cast.people[who])
    data = {"party": cast.russia.pk, "revision": paper.revision, "action": "give"}
    answer = client.post(reverse("paper-key", args=[paper.pk]), data)
    assert answer.status_code == (302 if who == "chair_ru" else 403 if who in OFFICE else 404)
    assert len(RELEASE.missing(now(paper))) == (1 if who == "chair_ru" else 2)


@pytest.mark.parametrize("who", PEOPLE)
def test_all_sides_are_asked_by_the_side_whose_paper_it_is(client, cast, who):
    paper = make_paper(cast.group, party=cast.malaysia)
    client.force_login(cast.people[who])
    data = {"wanted": "agreed", "revision": 1}
    answer = client.post(reverse("paper-ask", args=[paper.pk]), data)
    may = who in {"officer_my", "chair_my"}
    assert answer.status_code == (302 if may else 403 if who in OFFICE else 404)
    assert now(paper).wanted == ("agreed" if may else "")


def test_an_internal_paper_is_shared_before_anybody_is_asked(cast):
    with pytest.raises(Refused, match="cannot become that"):
        asked(cast, access="internal")


def test_while_keys_are_asked_the_paper_cannot_change_under_them(cast):
    paper = asked(cast)
    with pytest.raises(Refused, match="being asked for their keys"):
        operations.change_paper(
            paper,
            changes={"title": "x"},
            items=[],
            file=None,
            revision=paper.revision,
            by=cast.officer_my,
        )
    with pytest.raises(Refused, match="being asked"):
        PAPER.perform(paper, "withdraw", by=cast.officer_my)


def test_a_no_with_its_reason_leaves_the_paper_as_it_is_and_drops_the_keys(client, cast):
    paper = asked(cast)
    operations.agree_paper(paper, party=cast.malaysia, revision=paper.revision, by=cast.chair_my)
    client.force_login(cast.chair_ru)
    url = reverse("paper-decline", args=[paper.pk])
    assert "Write a reason" in client.post(url, {"reason": " "}, follow=True).content.decode()
    client.post(url, {"reason": "The ministry has not read it."})
    assert (now(paper).access, now(paper).wanted) == ("shared", "")
    assert "The ministry has not read it." in page(client, cast.chair_my, "paper", paper.pk)
    again = operations.ask_for_paper(
        now(paper), wanted="agreed", revision=now(paper).revision, by=cast.officer_my
    )
    assert len(RELEASE.missing(again)) == 2


@pytest.mark.parametrize(
    ("publication", "classes"),
    [
        (Rules.Publication.ALL, ["agreed", "public"]),
        (Rules.Publication.NONE, ["agreed"]),
    ],
)
def test_the_rules_of_the_body_say_what_can_be_asked(cast, publication, classes):
    Rules.objects.create(body=cast.commission, publication=publication)
    assert operations.may_become(make_paper(cast.group)) == classes


def test_where_each_side_may_publish_what_was_agreed_the_first_key_is_enough(cast):
    Rules.objects.create(body=cast.commission, publication=Rules.Publication.EACH)
    paper = asked(cast, "public", access="agreed")
    operations.agree_paper(paper, party=cast.russia, revision=paper.revision, by=cast.chair_ru)
    assert now(paper).access == "public"
    other = asked(cast, "public", access="shared")
    operations.agree_paper(other, party=cast.russia, revision=other.revision, by=cast.chair_ru)
    assert now(other).access == "shared"


def test_with_three_parties_two_keys_publish_nothing(cast):
    azerbaijan = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, azerbaijan])
    chairs = {
        party: make_user("chair", party, body) for party in (cast.malaysia, cast.russia, azerbaijan)
    }
    paper = make_paper(body, party=cast.malaysia)
    paper = operations.ask_for_paper(paper, wanted="public", revision=1, by=chairs[cast.malaysia])
    for party in (cast.malaysia, cast.russia):
        operations.agree_paper(paper, party=party, revision=paper.revision, by=chairs[party])
    assert now(paper).access == "shared"
    operations.agree_paper(paper, party=azerbaijan, revision=paper.revision, by=chairs[azerbaijan])
    assert now(paper).access == "public"


@pytest.mark.django_db(transaction=True)
def test_a_last_key_and_a_no_at_the_same_moment_are_only_one_of_both(cast):
    paper = asked(cast)
    make_key(paper, "paper", cast.malaysia, cast.chair_my)
    outcomes = together(
        lambda: operations.agree_paper(
            paper, party=cast.russia, revision=paper.revision, by=cast.chair_ru
        ),
        lambda: operations.decline_paper(now(paper), reason="No.", by=cast.chair_my),
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert now(paper).wanted == ""


def test_a_paper_waits_for_each_co_chair_until_the_key_is_given(cast):
    paper = asked(cast)
    title = [paper.label]
    assert waits(cast.chair_my) == waits(cast.chair_ru) == title
    operations.agree_paper(paper, party=cast.russia, revision=paper.revision, by=cast.chair_ru)
    assert (waits(cast.chair_my), waits(cast.chair_ru)) == (title, [])
    assert waits(cast.officer_my) == waits(cast.neutral) == []


def waits(user):
    forget_standing(user)
    return [one.title for one in work_for(user, today()) if "papers" in one.url]


def test_the_message_names_the_paper_and_what_is_asked(cast):
    asked(cast)
    told = Notice.objects.filter(template="meetings/emails/paper_key_awaited")
    assert {notice.person for notice in told} == {cast.chair_my.person, cast.chair_ru.person}
    assert_message_stored(told.get(person=cast.chair_ru.person), "meetings/paper_key_awaited")


def test_what_happens_to_an_internal_paper_is_written_for_its_side_alone(cast):
    paper = make_paper(cast.group, access="internal", party=cast.malaysia)
    PAPER.perform(paper, "withdraw", by=cast.officer_my)
    assert Entry.objects.about(paper).get().private_to == cast.malaysia


# --- literal query counts --------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("meeting-papers", 10), ("body-papers", 11)])
def test_a_list_of_papers_asks_as_often_for_one_as_for_thirty(
    client, cast, meeting, django_assert_num_queries, rows, name, queries
):
    for _number in range(rows):
        make_paper(meeting=meeting, party=cast.russia)
        make_paper(meeting=meeting, party=cast.russia, access="internal")
    client.force_login(cast.chair_my)
    url = reverse(name, args=[meeting.pk if name == "meeting-papers" else cast.group.pk])
    client.get(url)
    with django_assert_num_queries(queries):
        answer = client.get(url)
    assert answer.content.decode().count('href="/papers/') == rows
