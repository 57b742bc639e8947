"""The keys, shown on the closing of an action item and on a meeting's dates."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from meetings import operations
from meetings.models import ActionItem
from meetings.transitions import CLOSING, DATES
from portal.models import Entry, Key, Notice
from portal.refusal import NotYours, Refused
from tests.cast import make_cast
from tests.factories import make_item, make_key, make_meeting, make_user, today
from tests.together import together


@pytest.fixture
def item(cast):
    return make_item(make_meeting(cast.group, "held"))


def states(obj, agreement=CLOSING):
    return [seal.state for seal in agreement.seals(obj)]


def test_nothing_is_agreed_while_one_key_is_missing(cast, item):
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    assert not CLOSING.complete(item)
    assert CLOSING.missing(item) == [cast.russia]
    assert CLOSING.missing_sentences(item) == ["Closing as done: the key of Russia is missing."]


def test_with_every_key_to_the_same_revision_it_is_agreed(cast, item):
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    CLOSING.give(item, party=cast.russia, by=cast.chair_ru, revision=1)
    assert CLOSING.complete(item)
    assert CLOSING.missing_sentences(item) == []


def test_a_seal_names_who_gave_the_key_in_which_office_and_when(cast, item):
    key = CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    seal = CLOSING.seals(item)[0]
    assert (seal.party, seal.state) == (cast.malaysia, "full")
    assert (seal.by, seal.office, seal.at) == (cast.chair_my.name, "Co-chair", key.given_at)


def test_an_edit_after_approval_drops_both_keys(cast, item):
    make_key(item, "closing", cast.malaysia, cast.chair_my)
    make_key(item, "closing", cast.russia, cast.chair_ru)
    operations.reword_item(item, changes={"text": "Other words."}, revision=1, by=cast.officer_my)
    item.refresh_from_db()
    assert item.revision == 2
    assert states(item) == ["broken", "broken"]
    assert CLOSING.missing(item) == [cast.malaysia, cast.russia]
    assert {seal.reason for seal in CLOSING.seals(item)} == {"The text or the due date changed."}


def test_the_journal_tells_whose_key_an_edit_dropped(cast, item):
    make_key(item, "closing", cast.russia, cast.chair_ru)
    operations.reword_item(item, changes={"text": "Other words."}, revision=1, by=cast.officer_my)
    sentences = [entry.sentence for entry in Entry.objects.about(item)]
    assert "dropped the key of Russia by an edit: Closing as done" in sentences


def test_a_key_can_be_given_again_after_an_edit(cast, item):
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    operations.reword_item(item, changes={"text": "Other words."}, revision=1, by=cast.officer_my)
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=2)
    item.refresh_from_db()
    assert states(item) == ["full", "empty"]
    assert Key.objects.count() == 2


@pytest.mark.parametrize(
    "name",
    ["officer_my", "officer_ru", "neutral", "chair_ru", "focal_my", "delegate", "outsider"],
)
def test_nobody_but_the_sides_own_co_chair_gives_its_key(cast, item, name):
    with pytest.raises(NotYours, match="Only Malaysia can give its own key"):
        CLOSING.give(item, party=cast.malaysia, by=cast.people[name], revision=1)
    assert not Key.objects.exists()


def test_a_co_chair_whose_term_has_ended_gives_no_key(cast, item):
    former = make_user(party=cast.malaysia)
    former.person.appointments.create(
        body=cast.group, party=cast.malaysia, office="chair", until=today().replace(year=2020)
    )
    with pytest.raises(NotYours):
        CLOSING.give(item, party=cast.malaysia, by=former, revision=1)


def test_the_co_chair_of_another_body_gives_no_key_here(cast, item):
    elsewhere = make_user("chair", cast.malaysia, cast.commission)
    with pytest.raises(NotYours):
        CLOSING.give(item, party=cast.malaysia, by=elsewhere, revision=1)


def test_a_key_to_a_version_that_has_changed_since_is_refused(cast, item):
    operations.reword_item(item, changes={"text": "Other words."}, revision=1, by=cast.officer_my)
    with pytest.raises(Refused, match="changed since you opened it"):
        CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    assert not Key.objects.exists()


def test_the_same_key_cannot_be_given_twice(cast, item):
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    with pytest.raises(Refused, match="Malaysia has given its key already"):
        CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)


def test_the_database_itself_holds_one_live_key_a_side(cast, item):
    make_key(item, "closing", cast.malaysia)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_key(item, "closing", cast.malaysia)


def test_a_side_takes_its_own_key_back(cast, item):
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    CLOSING.withdraw(item, party=cast.malaysia, by=cast.chair_my, reason="Not yet.")
    assert states(item) == ["broken", "empty"]
    assert CLOSING.seals(item)[0].reason == "Not yet."
    assert Entry.objects.about(item).first().sentence == (
        "took back the key of Malaysia: Closing as done"
    )


def test_nobody_takes_another_sides_key_back(cast, item):
    CLOSING.give(item, party=cast.malaysia, by=cast.chair_my, revision=1)
    with pytest.raises(NotYours, match="Only Malaysia can take back its own key"):
        CLOSING.withdraw(item, party=cast.malaysia, by=cast.chair_ru)
    assert states(item) == ["full", "empty"]


def test_taking_back_what_was_never_given_changes_nothing(cast, item):
    CLOSING.withdraw(item, party=cast.malaysia, by=cast.chair_my)
    assert not Entry.objects.about(item).exists()


def test_the_key_of_a_done_item_cannot_be_taken_back(cast, item):
    operations.agree_done(item, party=cast.malaysia, revision=1, by=cast.chair_my)
    operations.agree_done(item, party=cast.russia, revision=1, by=cast.chair_ru)
    with pytest.raises(Refused, match="Reopen it first"):
        operations.take_back_key(item, party=cast.malaysia, by=cast.chair_my)
    assert states(item) == ["full", "full"]


def test_reopening_drops_every_key_and_tells_the_co_chairs_why(cast, item):
    from meetings.transitions import ITEM

    operations.agree_done(item, party=cast.malaysia, revision=1, by=cast.chair_my)
    item = operations.agree_done(item, party=cast.russia, revision=1, by=cast.chair_ru)
    Notice.objects.all().delete()
    item = ITEM.perform(item, "reopen", by=cast.chair_ru, reason="The lists are not complete.")
    assert (item.status, item.closed_at, item.revision) == ("open", None, 2)
    assert states(item) == ["broken", "broken"]
    told = Notice.objects.filter(template="meetings/emails/closing_key_dropped")
    assert {notice.party for notice in told} == {cast.malaysia, cast.russia}
    assert all("The lists are not complete." in notice.body for notice in told)


def test_the_keys_to_dates_and_to_closing_do_not_count_for_each_other(cast):
    meeting = make_meeting(cast.group)
    make_key(meeting, "closing", cast.malaysia)
    assert states(meeting, DATES) == ["empty", "empty"]


def test_a_key_to_an_earlier_revision_never_counts_even_if_nothing_dropped_it(cast, item):
    make_key(item, "closing", cast.malaysia)
    ActionItem.objects.update(revision=2)
    item.refresh_from_db()
    assert states(item) == ["broken", "empty"]
    assert not ActionItem.objects.filter(CLOSING.given(ActionItem)).exists()


def test_a_query_finds_what_holds_a_live_key_and_of_whom(cast, item):
    other = make_item(item.meeting)
    make_key(item, "closing", cast.malaysia)
    assert list(ActionItem.objects.filter(CLOSING.given(ActionItem))) == [item]
    ours = CLOSING.given(ActionItem, [cast.russia.pk])
    assert set(ActionItem.objects.exclude(ours)) == {item, other}


def test_the_keys_of_a_whole_list_are_one_query(cast, item, django_assert_num_queries):
    items = [item, *(make_item(item.meeting) for _number in range(5))]
    make_key(items[3], "closing", cast.russia)
    ContentType.objects.get_for_model(ActionItem)
    with django_assert_num_queries(1):
        keys = CLOSING.keys_of(items)
    assert [len(keys[one.pk]) for one in items] == [0, 0, 0, 1, 0, 0]
    assert CLOSING.keys_of([]) == {}


# --- at the same moment ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_two_co_chairs_who_give_their_keys_at_the_same_moment_close_it_once(turn):
    cast = make_cast()
    item = make_item(make_meeting(cast.group, "held"))
    outcomes = together(
        lambda: operations.agree_done(item, party=cast.malaysia, revision=1, by=cast.chair_my),
        lambda: operations.agree_done(item, party=cast.russia, revision=1, by=cast.chair_ru),
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
    item.refresh_from_db()
    assert item.status == "done"
    assert item.closed_at
    verbs = [entry.verb for entry in Entry.objects.about(item)]
    assert sorted(verbs) == ["item.close", "key.given", "key.given"]


@pytest.mark.django_db(transaction=True)
def test_one_co_chair_who_clicks_in_two_windows_gives_one_key():
    cast = make_cast()
    item = make_item(make_meeting(cast.group, "held"))
    deed = lambda: operations.agree_done(  # noqa: E731
        item, party=cast.malaysia, revision=1, by=cast.chair_my
    )
    outcomes = together(deed, deed)
    assert sorted(type(one).__name__ for one in outcomes) == ["ActionItem", "Refused"]
    assert Key.objects.count() == 1
    assert Notice.objects.filter(template="meetings/emails/closing_key_awaited").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_key_at_the_same_moment_never_leave_a_key_to_the_old_text():
    cast = make_cast()
    item = make_item(make_meeting(cast.group, "held"))
    together(
        lambda: operations.agree_done(item, party=cast.malaysia, revision=1, by=cast.chair_my),
        lambda: operations.reword_item(
            item, changes={"text": "Other words."}, revision=1, by=cast.officer_ru
        ),
    )
    item.refresh_from_db()
    assert item.text == "Other words."
    assert CLOSING.missing(item) == [cast.malaysia, cast.russia]
    assert not Key.objects.filter(dropped_at=None).exists()
