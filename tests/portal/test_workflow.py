"""The one door for a status, shown on the meeting's table."""

import pytest
from django.dispatch import receiver

import delegations.transitions
import meetings.transitions
from meetings.models import Meeting
from meetings.transitions import MEETING
from portal import journal
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from portal.workflow import Workflow, performed
from tests.cast import make_cast
from tests.factories import make_key, make_meeting, make_sitting
from tests.together import together


def make_ready(cast):
    """A meeting whose dates are agreed and which can be announced."""
    meeting = make_meeting(cast.group, "agreed")
    make_sitting(meeting)
    make_key(meeting, "dates", cast.malaysia)
    make_key(meeting, "dates", cast.russia)
    return meeting


@pytest.fixture
def meeting(cast):
    return make_ready(cast)


@pytest.fixture
def heard():
    """What the signal told, in order."""
    found = []

    @receiver(performed, sender=Meeting)
    def listen(sender, obj, transition, by, reason, **kwargs):
        found.append((obj.pk, transition, by, reason))

    yield found
    performed.disconnect(listen, sender=Meeting)


def test_a_transition_changes_the_status_writes_the_journal_and_tells(cast, meeting, heard):
    row = MEETING.perform(meeting, "announce", by=cast.officer_my)
    assert (row.status, row.was_announced) == ("announced", True)
    entry = Entry.objects.about(meeting).get(verb="meeting.announce")
    assert (entry.actor, entry.party) == (cast.officer_my, cast.malaysia)
    assert entry.sentence == "announced the meeting"
    assert Notice.objects.filter(template="meetings/emails/meeting_announced").count() == 7
    assert heard == [(meeting.pk, "announce", cast.officer_my, "")]


def test_what_stands_in_the_way_is_told_in_sentences_before_the_click_and_after(cast):
    meeting = make_meeting(cast.group, "agreed")
    sentences = [
        "Dates and place: the key of Malaysia is missing.",
        "Dates and place: the key of Russia is missing.",
        "The programme is empty. Add at least one sitting.",
    ]
    offer = MEETING.offers(meeting, cast.officer_my)[0]
    assert (offer.transition.name, offer.blockers) == ("announce", sentences)
    with pytest.raises(Refused) as refused:
        MEETING.perform(meeting, "announce", by=cast.officer_my)
    assert refused.value.sentences == sentences
    meeting.refresh_from_db()
    assert meeting.status == "agreed"


def test_the_main_deed_is_offered_first_and_dangerous_ones_last(cast, meeting):
    tones = [offer.transition.tone for offer in MEETING.offers(meeting, cast.officer_my)]
    assert tones == ["main", "danger", "danger"]


def test_what_is_not_theirs_is_neither_offered_nor_done(cast, meeting):
    assert MEETING.offers(meeting, cast.chair_my) == []
    with pytest.raises(NotYours):
        MEETING.perform(meeting, "announce", by=cast.chair_my)
    assert not Entry.objects.exists()


def test_what_was_already_done_by_somebody_else_is_refused_in_words(cast, meeting):
    MEETING.perform(meeting, "announce", by=cast.officer_my)
    with pytest.raises(Refused, match="“Announced” now, so “Announce the meeting” is no longer"):
        MEETING.perform(meeting, "announce", by=cast.officer_ru)  # still sees “agreed”


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_where_a_reason_is_asked_an_empty_one_is_refused(cast, meeting, reason):
    with pytest.raises(Refused, match="Write a reason"):
        MEETING.perform(meeting, "postpone", by=cast.officer_my, reason=reason)


def test_an_error_in_a_receiver_rolls_everything_back(cast, meeting):
    def fail(sender, **kwargs):
        raise LookupError("a receiver failed")

    performed.connect(fail, sender=Meeting)
    try:
        with pytest.raises(LookupError):
            MEETING.perform(meeting, "announce", by=cast.officer_my)
    finally:
        performed.disconnect(fail, sender=Meeting)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.was_announced) == ("agreed", False)
    assert not Entry.objects.exists()
    assert not Notice.objects.exists()


def test_what_the_portal_does_by_itself_names_no_person(cast, meeting):
    MEETING.perform(meeting, "announce", by=None)
    entry = Entry.objects.about(meeting).get(verb="meeting.announce")
    assert (entry.actor, entry.actor_name) == (None, "")


def test_every_transition_has_its_words_in_the_journal():
    for name, transition in MEETING.transitions.items():
        assert journal.sentence(f"meeting.{name}", {}) == str(transition.done)


# --- at the same moment ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_of_two_who_announce_at_the_same_moment_one_wins_and_all_is_done_once(turn):
    cast = make_cast()
    meeting = make_ready(cast)
    outcomes = together(
        lambda: MEETING.perform(meeting, "announce", by=cast.officer_my),
        lambda: MEETING.perform(meeting, "announce", by=cast.officer_ru),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Meeting", "Refused"]
    assert Entry.objects.about(meeting).filter(verb="meeting.announce").count() == 1


@pytest.mark.django_db(transaction=True)
def test_to_announce_and_to_cancel_at_the_same_moment_end_in_one_of_the_two_orders():
    cast = make_cast()
    meeting = make_ready(cast)
    together(
        lambda: MEETING.perform(meeting, "announce", by=cast.officer_my),
        lambda: MEETING.perform(meeting, "cancel", by=cast.officer_ru, reason="No quorum."),
    )
    meeting.refresh_from_db()
    verbs = list(
        Entry.objects.about(meeting)
        .filter(verb__startswith="meeting.")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert meeting.status == "cancelled"
    assert verbs in (["meeting.cancel"], ["meeting.announce", "meeting.cancel"])


WORKFLOWS = [
    one
    for module in (meetings.transitions, delegations.transitions)
    for one in vars(module).values()
    if isinstance(one, Workflow)
]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda one: one.kind)
def test_every_deed_that_a_page_offers_is_answered_by_a_whole_sentence(workflow):
    for transition in workflow.transitions.values():
        if not transition.automatic:
            assert str(transition.answer).endswith("."), transition.name
