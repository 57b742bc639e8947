"""What a meeting is called: one side's word for an idea, every side's key for what all know."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from meetings import operations
from meetings.models import Meeting, Proposal, Wording
from meetings.transitions import DATES, MEETING, WORDING, WORDS
from meetings.work import work_for
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.factories import (
    make_body,
    make_key,
    make_meeting,
    make_party,
    make_proposal,
    make_sitting,
    make_user,
    make_wording,
)
from tests.snapshot import assert_message_stored

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
OLD = {"title": "On halal industry", "about": "What the ministers asked for."}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def announced(cast) -> Meeting:
    """Known to everybody under its title."""
    meeting = make_meeting(cast.group, "announced", starts_on=DAY, **OLD)
    make_sitting(meeting)
    return meeting


@pytest.fixture
def agreed(cast) -> Meeting:
    """Its dates have every side's key; it is not announced yet."""
    meeting = make_meeting(cast.group, "agreed", starts_on=DAY, **OLD)
    make_proposal(meeting, cast.malaysia, status="accepted")
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(meeting, party=chair.party, holder=chair)
    return meeting


@pytest.fixture
def wording(cast, announced) -> Wording:
    """Malaysia proposes another title, with its own key."""
    wording = make_wording(announced, cast.malaysia, "On halal and aerospace")
    make_key(wording, "words", cast.malaysia, cast.chair_my)
    return wording


def change(meeting, by, **changes):
    """Change a meeting as it was just read."""
    meeting.refresh_from_db()
    asked = meeting.wordings.open().first()
    return operations.change_meeting(
        meeting,
        changes=changes,
        revision=meeting.revision,
        version=meeting.version,
        asked=asked.pk if asked else None,
        by=by,
    )


def states(agreement, obj) -> dict[str, str]:
    return {seal.party.code: seal.state for seal in agreement.seals(obj)}


def history(meeting) -> list[str]:
    return [entry.sentence for entry in Entry.objects.about(meeting)]


def told(template) -> set[str]:
    found = Notice.objects.filter(template=f"meetings/emails/{template}")
    return set(found.values_list("email", flat=True))


def typed(meeting, **more) -> dict:
    """What the page for changes holds."""
    asked = meeting.wordings.open().first()
    return {
        "number": meeting.number,
        "title": meeting.title,
        "about": meeting.about,
        "revision": meeting.revision,
        "version": meeting.version,
        "asked": asked.pk if asked else "",
        **more,
    }


def address(meeting) -> str:
    return reverse("meeting-change", args=[meeting.pk])


# --- an idea, and one side's own part ---------------------------------------------------


def test_an_idea_of_one_side_is_called_anything_by_that_side_alone(cast):
    idea = make_meeting(cast.group, "idea", side=cast.malaysia)
    change(idea, cast.officer_my, title="On tea", number=9)
    idea.refresh_from_db()
    assert (idea.title, idea.number, idea.revision) == ("On tea", 9, 1)
    assert not Notice.objects.exists()
    assert not Wording.objects.exists()


def test_one_sides_own_part_is_renamed_by_that_sides_key_alone(cast):
    part = make_meeting(
        cast.group, "announced", side=cast.malaysia, series="national", title="At home"
    )
    change(part, cast.officer_my, title="Coordination at home")
    part.refresh_from_db()
    assert part.title == "Coordination at home"
    assert told("meeting_reworded") <= {
        user.email for user in (cast.officer_my, cast.chair_my, cast.focal_my)
    }
    assert not told("words_key_awaited")


# --- while the dates are being agreed -----------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"title": "On tea"}, "The meeting has another title."),
        ({"number": 9}, "The meeting has another number."),
        ({"about": "Tea."}, "The meeting is described otherwise."),
        ({"title": "On tea", "number": 9}, "The meeting is called otherwise."),
    ],
    ids=["title", "number", "about", "both"],
)
def test_another_name_drops_the_keys_to_the_dates_and_says_why(cast, agreed, changes, because):
    row = change(agreed, cast.officer_my, **changes)
    assert row.status == Meeting.Status.PROPOSED
    assert states(DATES, row) == {"my": "full", "ru": "broken"}
    assert DATES.seals(row)[1].reason == because
    assert row.proposals.get().status == Proposal.Status.OPEN
    with pytest.raises(Refused, match="is no longer possible"):
        MEETING.perform(row, "announce", by=cast.officer_my)


def test_the_history_names_both_words_and_whose_keys_were_dropped(cast, agreed):
    change(agreed, cast.officer_my, title="On tea")
    lines = history(agreed)
    assert "changed: title; before: “On halal industry”, now: “On tea”" in lines
    assert "dropped the key of Russia by an edit: Dates and place" in lines


def test_the_other_sides_are_told_what_changed_and_asked_anew(cast, agreed):
    change(agreed, cast.officer_my, title="On tea")
    assert told("meeting_renamed") == {cast.officer_ru.email, cast.chair_ru.email}
    notice = Notice.objects.get(email=cast.chair_ru.email)
    assert_message_stored(notice, "meetings/meeting_renamed")
    work = [item.why for item in work_for(cast.chair_ru, NOON.date())]
    assert any("The key of Russia is awaited." in why for why in work)


def test_the_last_key_to_the_new_name_agrees_the_dates_again(cast, agreed):
    row = change(agreed, cast.officer_my, title="On tea")
    operations.agree_dates(row, party=cast.russia, revision=row.revision, by=cast.chair_ru)
    row.refresh_from_db()
    assert row.status == Meeting.Status.AGREED


def test_a_side_that_had_not_agreed_does_not_agree_by_a_correction(cast):
    meeting = make_meeting(cast.group, "proposed", starts_on=DAY)
    make_proposal(meeting, cast.russia)
    make_key(meeting, party=cast.russia, holder=cast.chair_ru)
    row = change(meeting, cast.officer_my, title="On tea")
    assert states(DATES, row) == {"my": "empty", "ru": "broken"}


def test_the_neutral_secretariat_renames_and_gives_no_sides_key(cast, agreed):
    row = change(agreed, cast.neutral, title="On tea")
    assert states(DATES, row) == {"my": "broken", "ru": "broken"}
    assert told("meeting_renamed") == {
        user.email for user in (cast.officer_my, cast.chair_my, cast.officer_ru, cast.chair_ru)
    }


def test_a_name_is_corrected_also_while_no_proposal_stands(cast, agreed):
    agreed.proposals.update(status="declined")
    Meeting.objects.filter(pk=agreed.pk).update(status="proposed")
    row = change(agreed, cast.officer_my, title="On tea")
    assert row.title == "On tea"
    assert states(DATES, row) == {"my": "broken", "ru": "broken"}


def test_with_three_sides_every_other_one_is_asked_anew(db):
    sides = [make_party("MY"), make_party("RU"), make_party("AZ")]
    body = make_body(sides)
    chairs = [make_user("chair", party, body) for party in sides]
    meeting = make_meeting(body, "agreed", starts_on=DAY)
    for chair in chairs:
        make_key(meeting, party=chair.party, holder=chair)
    row = change(meeting, make_user("secretary", sides[2], body), title="On tea")
    assert states(DATES, row) == {"my": "broken", "ru": "broken", "az": "full"}
    assert told("meeting_renamed") == {chair.person.email for chair in chairs[:2]}


def test_the_page_says_before_and_after_what_a_change_costs(client, cast, agreed):
    client.force_login(cast.officer_my)
    shown = client.get(address(agreed)).content.decode()
    assert "A change drops the keys given to dates and place" in shown
    answer = client.post(address(agreed), typed(agreed, title="On tea"), follow=True)
    assert (
        "Saved. The keys given to dates and place were dropped, because the meeting is called "
        "otherwise now. Asked for their keys: Russia."
    ) in answer.content.decode()


# --- once it is announced -----------------------------------------------------------------


@pytest.mark.parametrize("status", ["announced", "in_session", "suspended", "resumed", "postponed"])
def test_what_is_announced_is_called_so_until_the_last_key(cast, announced, status):
    Meeting.objects.filter(pk=announced.pk).update(status=status)
    change(announced, cast.officer_my, title="On tea", about="Tea.")
    announced.refresh_from_db()
    assert (announced.title, announced.about) == (OLD["title"], OLD["about"])
    wording = announced.wordings.get()
    assert states(WORDS, wording) == {"my": "full", "ru": "empty"}
    operations.agree_words(wording, party=cast.russia, revision=1, by=cast.chair_ru)
    announced.refresh_from_db()
    assert (announced.title, announced.about) == ("On tea", "Tea.")
    assert announced.wordings.get().status == Wording.Status.ACCEPTED
    assert announced.status == status


def test_the_keys_to_announced_dates_stay_when_the_words_change(cast, announced):
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(announced, party=chair.party, holder=chair)
    change(announced, cast.officer_my, title="On tea")
    wording = announced.wordings.get()
    operations.agree_words(wording, party=cast.russia, revision=1, by=cast.officer_ru)
    announced.refresh_from_db()
    assert states(DATES, announced) == {"my": "full", "ru": "full"}


def test_the_number_of_an_announced_meeting_stands_and_the_way_is_said(cast, announced):
    with pytest.raises(Refused, match="as the 1st meeting, so its number stands"):
        change(announced, cast.officer_my, number=9)
    announced.refresh_from_db()
    assert announced.number == 1


def test_the_way_to_another_number_is_postponing_and_agreeing_anew(cast, announced):
    MEETING.perform(announced, "postpone", by=cast.officer_my, reason="The hall is gone.")
    announced.refresh_from_db()
    operations.propose_dates(
        operations.proposal_of(announced, place="Kazan"),
        revision=announced.revision,
        by=cast.officer_my,
    )
    row = change(announced, cast.officer_my, number=9)
    assert row.number == 9
    assert states(DATES, row)["ru"] != "full"


@pytest.mark.parametrize("status", ["held", "closed", "cancelled"])
def test_a_meeting_that_is_over_is_called_what_it_was_called(cast, announced, status):
    Meeting.objects.filter(pk=announced.pk).update(status=status)
    with pytest.raises(Refused, match="over or cancelled, so its title and description stand"):
        change(announced, cast.officer_my, title="On tea")


def test_with_three_sides_words_need_three_keys_and_each_side_may_decline(db):
    sides = [make_party("MY"), make_party("RU"), make_party("AZ")]
    body = make_body(sides)
    officers = [make_user("secretary", party, body) for party in sides]
    meeting = make_meeting(body, "announced", starts_on=DAY)
    change(meeting, officers[0], title="On tea")
    wording = meeting.wordings.get()
    operations.agree_words(wording, party=sides[1], revision=1, by=officers[1])
    meeting.refresh_from_db()
    assert meeting.title == ""
    operations.answer_wording(wording, "decline", by=officers[2], reason="Not tea.")
    meeting.refresh_from_db()
    assert (meeting.title, meeting.wordings.get().status) == ("", "declined")
    with pytest.raises(Refused, match="This wording is not open any more"):
        operations.agree_words(wording, party=sides[2], revision=1, by=officers[2])


def test_the_neutral_secretariat_proposes_words_and_every_side_is_asked(cast, announced):
    change(announced, cast.neutral, title="On tea")
    assert states(WORDS, announced.wordings.get()) == {"my": "empty", "ru": "empty"}
    assert told("words_key_awaited") == {
        user.email for user in (cast.officer_my, cast.chair_my, cast.officer_ru, cast.chair_ru)
    }
    with pytest.raises(NotYours):
        operations.agree_words(
            announced.wordings.get(), party=cast.russia, revision=1, by=cast.neutral
        )


@pytest.mark.parametrize("who", ["officer_my", "chair_my", "focal_ru", "neutral", "outsider"])
def test_nobody_turns_the_key_of_another_side_to_words(cast, wording, who):
    with pytest.raises(NotYours):
        operations.agree_words(wording, party=cast.russia, revision=1, by=getattr(cast, who))


def test_a_key_to_words_is_taken_back_while_others_are_missing(cast, wording):
    operations.take_back_words_key(wording, party=cast.malaysia, by=cast.officer_my)
    assert states(WORDS, wording) == {"my": "broken", "ru": "empty"}


def test_what_stands_or_is_proposed_already_is_no_proposal(cast, announced, wording):
    same = Wording(meeting=announced, **OLD)
    with pytest.raises(Refused, match="This is the title and the description that stand already"):
        operations.propose_words(same, read=wording.pk, by=cast.officer_ru)
    again = Wording(meeting=announced, title=wording.title, about=wording.about)
    with pytest.raises(Refused, match="These words are proposed already"):
        operations.propose_words(again, read=wording.pk, by=cast.officer_ru)


def test_other_words_answer_those_that_were_read(cast, announced, wording):
    change(announced, cast.officer_ru, title="On tea")
    wording.refresh_from_db()
    assert wording.status == Wording.Status.REPLACED
    assert announced.wordings.open().get().party == cast.russia


@pytest.mark.parametrize("deed", ["cancel", "postpone", "conclude"])
def test_what_becomes_of_the_meeting_answers_what_was_asked(cast, announced, wording, deed):
    with time_machine.travel(datetime(2026, 10, 14, tzinfo=UTC)):
        MEETING.perform(announced, deed, by=cast.officer_my, reason="No quorum.")
    wording.refresh_from_db()
    assert wording.status == Wording.Status.REPLACED


def test_words_are_asked_no_longer_when_the_name_changes_with_the_dates(cast, announced, wording):
    Meeting.objects.filter(pk=announced.pk).update(status="proposed")
    change(announced, cast.officer_ru, title="On tea")
    wording.refresh_from_db()
    assert wording.status == Wording.Status.REPLACED


STATES = ("open", "accepted", "replaced", "declined", "withdrawn")


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("deed", list(WORDING.transitions))
def test_words_change_their_status_from_open_alone(cast, announced, deed, status):
    by = cast.officer_my if deed == "withdraw" else cast.officer_ru
    wording = make_wording(announced, cast.malaysia, status=status)
    if status == "open":
        WORDING.perform(wording, deed, by=by, reason="Why not.")
        return
    with pytest.raises(Refused, match="no longer possible"):
        WORDING.perform(wording, deed, by=by, reason="Why not.")


@pytest.mark.parametrize(
    ("who", "decline", "withdraw"),
    [
        ("officer_my", False, True),
        ("chair_my", False, True),
        ("officer_ru", True, False),
        ("chair_ru", True, False),
        ("neutral", False, False),
        ("focal_my", False, False),
        ("focal_ru", False, False),
    ],
)
def test_the_others_decline_words_and_who_proposed_withdraws(
    client, cast, wording, who, decline, withdraw
):
    client.force_login(getattr(cast, who))
    for deed, may in (("decline", decline), ("withdraw", withdraw)):
        Wording.objects.filter(pk=wording.pk).update(status="open")
        url = reverse("wording-do", args=[wording.pk, deed])
        assert client.post(url, {"reason": "No."}).status_code == (302 if may else 403)


@pytest.mark.parametrize("who", ["delegate", "outsider"])
def test_words_that_are_only_asked_for_do_not_exist_outside_the_offices(
    client, cast, announced, wording, who
):
    client.force_login(getattr(cast, who))
    assert "aerospace" not in client.get(announced.get_absolute_url()).content.decode()
    for name, args in (("wording-key", []), ("wording-do", ["decline"])):
        url = reverse(name, args=[wording.pk, *args])
        given = {"party": cast.russia.pk, "revision": 1, "action": "give", "reason": "No."}
        assert client.post(url, given).status_code == 404


def test_words_of_an_own_part_reach_no_other_side(client, cast):
    part = make_meeting(
        cast.group, "announced", side=cast.malaysia, series="national", title="At home"
    )
    wording = make_wording(part, cast.malaysia, "Coordination")
    client.force_login(cast.officer_ru)
    url = reverse("wording-do", args=[wording.pk, "decline"])
    assert client.post(url, {"reason": "No."}).status_code == 404
    assert list(Wording.objects.visible_to(cast.officer_my)) == [wording]
    assert not any("At home" in item.title for item in work_for(cast.officer_ru, NOON.date()))


def test_declining_words_needs_a_reason_that_the_others_read(cast, wording):
    with pytest.raises(Refused, match="Write a reason"):
        operations.answer_wording(wording, "decline", by=cast.officer_ru)
    operations.answer_wording(wording, "decline", by=cast.officer_ru, reason="Aerospace is not.")
    assert told("words_ended") >= {cast.officer_my.email, cast.chair_my.email}
    assert "declined the wording: the title “On halal and aerospace”" in history(wording.meeting)


# --- on the page --------------------------------------------------------------------------


def test_the_page_shows_both_wordings_the_seals_and_the_key(client, cast, announced, wording):
    client.force_login(cast.chair_ru)
    shown = client.get(announced.get_absolute_url()).content.decode()
    for words in ("On halal industry", "On halal and aerospace", "Agree: give the key of Russia"):
        assert words in shown
    url = reverse("wording-key", args=[wording.pk])
    given = {"party": cast.russia.pk, "revision": 1, "action": "give"}
    answer = client.post(url, given, follow=True)
    shown = answer.content.decode()
    assert "Russia has given its key." in shown
    assert "Another title or description is proposed" not in shown
    announced.refresh_from_db()
    assert announced.title == "On halal and aerospace"


def test_the_page_for_changes_says_that_every_key_is_needed(client, cast, announced):
    client.force_login(cast.officer_my)
    shown = client.get(address(announced)).content.decode()
    assert "other ones take the key of every side" in shown
    assert "Propose to every side" in shown
    answer = client.post(
        address(announced), typed(announced, title="On tea", remark="As agreed."), follow=True
    )
    assert "The announced title and description stand until the last key." in (
        answer.content.decode()
    )
    assert announced.wordings.get().remark == "As agreed."


def test_line_ends_as_a_browser_sends_them_change_nothing(client, cast, announced):
    Meeting.objects.filter(pk=announced.pk).update(about="One.\n\nTwo.")
    announced.refresh_from_db()
    client.force_login(cast.officer_my)
    given = typed(announced, title="On tea", about="One.\r\n\r\nTwo.")
    assert client.post(address(announced), given).status_code == 302
    assert announced.wordings.get().changed == ["title"]


def test_a_number_typed_while_the_meeting_was_announced_is_kept_and_refused(client, cast, agreed):
    make_sitting(agreed)
    client.force_login(cast.officer_my)
    mine = typed(agreed, number=9, title="On tea")
    Meeting.objects.filter(pk=agreed.pk).update(status="announced", was_announced=True)
    answer = client.post(address(agreed), mine)
    shown = answer.content.decode()
    assert "so its number stands. Postpone the meeting first" in shown
    assert 'value="9"' in shown
    assert 'value="On tea"' in shown


def test_of_two_who_propose_words_at_once_the_second_reads_the_first(client, cast, announced):
    client.force_login(cast.officer_ru)
    mine = typed(announced, title="On tea")
    change(announced, cast.officer_my, title="On coffee")
    answer = client.post(address(announced), mine)
    shown = answer.content.decode()
    assert "Somebody proposed other words for this meeting since you opened it." in shown
    assert "On coffee" in shown
    assert 'value="On tea"' in shown
    again = {**mine, "asked": answer.context["form"]["asked"].value()}
    assert client.post(address(announced), again).status_code == 302
    assert announced.wordings.open().get().title == "On tea"


def test_the_work_page_names_the_awaited_key_until_it_is_given(cast, announced, wording):
    def lines(user):
        return [one.why for one in work_for(user, NOON.date())]

    awaited = "Another title or description is proposed. The key of Russia is awaited."
    assert awaited in lines(cast.chair_ru)
    assert awaited not in lines(cast.chair_my)
    assert not [why for why in lines(cast.focal_ru) if "title" in why]


# --- messages -----------------------------------------------------------------------------


def test_messages_of_words_as_stored(cast, announced):
    change(announced, cast.officer_my, title="On tea")
    wording = announced.wordings.get()
    operations.answer_wording(wording, "decline", by=cast.officer_ru, reason="Coffee <please>.")
    change(announced, cast.officer_my, title="On coffee")
    operations.agree_words(
        announced.wordings.open().get(), party=cast.russia, revision=1, by=cast.chair_ru
    )
    for name, user in (
        ("words_key_awaited", cast.officer_ru),
        ("words_ended", cast.chair_my),
        ("meeting_reworded", cast.focal_ru),
    ):
        found = Notice.objects.filter(template=f"meetings/emails/{name}", email=user.email)
        assert_message_stored(found.order_by("pk").first(), f"meetings/{name}")
