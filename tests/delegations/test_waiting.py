"""The waiting list: who is next, how long an offer is kept, and what people read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from delegations import operations
from delegations.models import Delegate, miscounted
from delegations.tasks import give_free_places
from delegations.transitions import DELEGATE
from delegations.waiting import answer_by
from meetings.models import Meeting
from portal.clocks import waking_hours
from portal.refusal import Refused
from tests.delegations.answers import messages, text_of
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate, make_quota

# --- how long an offer is kept ----------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "hours", "zone", "until"),
    [
        # In the morning in Kuala Lumpur (UTC+8): all of it on one day.
        ("2026-03-02 01:00", 4, "Asia/Kuala_Lumpur", "2026-03-02 05:00"),
        # In the evening: what is left after 20:00 counts from 08:00 on.
        ("2026-03-02 11:00", 3, "Asia/Kuala_Lumpur", "2026-03-03 02:00"),
        # At night nothing counts before the morning.
        ("2026-03-02 18:30", 2, "Asia/Kuala_Lumpur", "2026-03-03 02:00"),
        # The same moment in Moscow (UTC+3) is an evening of another day.
        ("2026-03-02 11:00", 3, "Europe/Moscow", "2026-03-02 14:00"),
        # Twelve waking hours are a day, twenty-four are two.
        ("2026-03-02 05:00", 12, "Europe/Moscow", "2026-03-02 17:00"),
        ("2026-03-02 06:00", 24, "Europe/Moscow", "2026-03-04 06:00"),
        # Clocks in Berlin go forward on 29 March 2026, in the night that does not count.
        ("2026-03-28 18:00", 2, "Europe/Berlin", "2026-03-29 07:00"),
        # And back on 25 October 2026.
        ("2026-10-24 17:00", 2, "Europe/Berlin", "2026-10-25 08:00"),
        # Half-hour zones, and the far side of the date line.
        ("2026-03-02 14:00", 1, "Asia/Kolkata", "2026-03-03 03:00"),
        ("2026-03-02 06:30", 1, "Pacific/Auckland", "2026-03-02 19:30"),
    ],
)
def test_hours_of_the_night_do_not_count(now, hours, zone, until):
    start = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert answer_by(start, hours, zone) == datetime.fromisoformat(until).replace(tzinfo=UTC)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    hours=st.integers(1, 240),
    zone=st.sampled_from(["Europe/Moscow", "America/Lima", "Europe/Berlin", "Pacific/Apia"]),
)
def test_an_offer_never_ends_at_night_nor_before_its_hours(now, hours, zone):
    until = answer_by(now, hours, zone)
    assert until - now >= timedelta(hours=hours)
    assert waking_hours(zone, until - timedelta(seconds=1))


# --- who is next ------------------------------------------------------------------------


@pytest.fixture
def full(cast):
    """A desk with one place, which somebody from Malaysia has."""
    fair = make_fair(cast, capacity=1)
    make_delegate(fair.meeting, cast.malaysia, full_name="Holder")
    return fair


def waits(fair, name, minutes=0, party=None, **fields):
    """Somebody on the waiting list; the more minutes, the longer."""
    since = timezone.now() - timedelta(minutes=minutes)
    party = party or fair.cast.malaysia
    return make_delegate(
        fair.meeting, party, "waiting", full_name=name, waiting_since=since, **fields
    )


def status(delegate):
    return Delegate.objects.values_list("status", flat=True).get(pk=delegate.pk)


def hours(fair, number, promotion="automatic"):
    fair.desk.answer_hours, fair.desk.promotion = number, promotion
    fair.desk.save()


def holder(fair):
    return Delegate.objects.get(full_name="Holder", meeting=fair.meeting)


def test_a_cancelled_place_goes_to_whoever_has_waited_longest(full):
    late, early = waits(full, "Late", 1), waits(full, "Early", 9, full.cast.russia)
    operations.cancel_registration(holder(full))
    assert (status(early), status(late)) == ("pending", "waiting")
    assert full.taken() == 1
    [notice] = messages("promoted")
    assert notice.email == early.email


def test_a_declined_place_goes_on_too(full):
    next_one = waits(full, "Next")
    DELEGATE.perform(holder(full), "decline", by=full.cast.focal_my, reason="So.")
    assert status(next_one) == "pending"


def test_who_wants_a_full_sitting_is_passed_over_until_all_of_it_is_free(full):
    make_quota(full.desk, limit=1, sitting=full.talks)
    full.desk.quotas.filter(sitting=full.talks).update(taken=1)
    picky = waits(full, "Wants the talks", 9, sittings=[full.talks])
    other = waits(full, "Wants the plenary", 1, sittings=[full.plenary])
    operations.cancel_registration(holder(full))
    assert (status(picky), status(other)) == ("waiting", "pending")


def test_two_free_places_at_once_go_to_the_first_two(full):
    people = [waits(full, f"Number {number}", 10 - number) for number in range(3)]
    operations.set_places(full.desk, capacity=3, by=full.cast.neutral)
    assert [status(one) for one in people] == ["pending", "pending", "waiting"]
    assert full.taken() == 3


def test_places_are_passed_on_while_registration_is_closed(full):
    full.desk.status = "closed"
    full.desk.save()
    next_one = waits(full, "Next")
    operations.cancel_registration(holder(full))
    assert status(next_one) == "pending"


@pytest.mark.parametrize("meeting", ["postponed", "cancelled", "held"])
def test_nobody_is_given_a_place_of_a_meeting_that_does_not_lie_ahead(full, meeting):
    next_one = waits(full, "Next")
    Meeting.objects.filter(pk=full.meeting.pk).update(status=meeting)
    full.desk.quotas.update(limit=9)
    assert operations.fill_places(Meeting.objects.get(pk=full.meeting.pk)) == 0
    assert status(next_one) == "waiting"


def test_what_a_moment_left_behind_is_made_good_by_the_task(full):
    next_one = waits(full, "Next")
    full.desk.quotas.update(limit=2)
    give_free_places()
    assert status(next_one) == "pending"


# --- by hand ----------------------------------------------------------------------------


def test_by_hand_nothing_moves_until_somebody_gives_the_place(full, client):
    hours(full, None, "by_hand")
    first, second = waits(full, "First", 9), waits(full, "Second", 1)
    operations.cancel_registration(holder(full))
    assert (status(first), status(second)) == ("waiting", "waiting")
    client.force_login(full.cast.officer_my)
    client.post(reverse("delegate-do", args=[second.pk, "promote"]))
    assert (status(first), status(second)) == ("waiting", "pending")


def test_by_hand_a_newcomer_does_not_slip_in_before_those_who_wait(full, client):
    hours(full, None, "by_hand")
    waits(full, "First", 9)
    operations.cancel_registration(holder(full))
    page = client.post(full.url, full.answers())
    assert "Put me on the waiting list" in text_of(page)
    assert full.taken() == 0


def test_no_place_can_be_given_by_hand_where_none_is_free(full):
    hours(full, None, "by_hand")
    with pytest.raises(Refused, match="No place is free for this person"):
        DELEGATE.perform(waits(full, "Next"), "promote", by=full.cast.officer_my)


@pytest.mark.parametrize("who", ["officer_ru", "focal_my", "chair_my", "delegate", "outsider"])
def test_only_who_runs_the_desk_gives_a_place_and_a_side_to_its_own(full, who):
    hours(full, None, "by_hand")
    next_one = waits(full, "Next")
    full.desk.quotas.update(limit=2)
    with pytest.raises(Refused):
        DELEGATE.perform(next_one, "promote", by=full.cast.people[who])
    assert status(next_one) == "waiting"


@pytest.mark.parametrize("who", ["officer_my", "neutral"])
def test_the_own_secretary_and_the_neutral_one_may_give_it(full, who):
    hours(full, None, "by_hand")
    next_one = waits(full, "Next")
    full.desk.quotas.update(limit=2)
    DELEGATE.perform(next_one, "promote", by=full.cast.people[who])
    assert status(next_one) == "pending"


# --- offers -----------------------------------------------------------------------------


@pytest.fixture
def offered(full):
    """The next has been offered the place, for a day of waking hours; another waits behind."""
    hours(full, 12)
    one = waits(full, "Offered", 9)
    waits(full, "Behind", 1)
    operations.cancel_registration(holder(full))
    return Delegate.objects.for_list().get(pk=one.pk)


def behind():
    return Delegate.objects.get(full_name="Behind").status


def test_an_offer_holds_the_place_and_says_until_when(full, offered):
    assert offered.status == "offered"
    assert offered.answer_by > timezone.now()
    assert full.taken() == 1
    [notice] = messages("offered")
    assert "Accept it by then" in notice.body
    assert offered.token in notice.body


def test_accepting_leads_on_to_the_approval_of_the_own_side(full, offered, client):
    url = reverse("registration-place", args=[offered.token, "accept"])
    assert "Accept the place?" in text_of(client.get(url))
    assert status(offered) == "offered"  # a look accepts nothing
    client.post(url)
    assert status(offered) == "pending"
    assert (full.taken(), behind()) == (1, "waiting")
    assert len(messages("accepted")) == 1


def test_leaving_the_place_gives_it_to_the_next(full, offered, client):
    client.post(reverse("registration-place", args=[offered.token, "turn_down"]))
    assert (status(offered), behind()) == ("cancelled", "offered")
    assert full.taken() == 1


def test_cancelling_while_offered_gives_it_to_the_next(full, offered):
    operations.cancel_registration(offered)
    assert (status(offered), behind()) == ("cancelled", "offered")
    assert full.taken() == 1


def test_an_offer_that_nobody_answers_ends_and_the_next_is_asked(full, offered):
    assert operations.end_offers(offered.answer_by - timedelta(seconds=1)) == 0
    assert operations.end_offers(offered.answer_by) == 1
    assert (status(offered), behind()) == ("cancelled", "offered")
    assert len(messages("offer_ended")) == 1
    assert operations.end_offers(offered.answer_by) == 0


def test_an_offer_is_kept_while_the_meeting_is_postponed_and_counts_anew_after(full, offered):
    Meeting.objects.filter(pk=full.meeting.pk).update(status="postponed")
    assert operations.end_offers(offered.answer_by) == 0
    Delegate.objects.filter(pk=offered.pk).update(answer_by=timezone.now() - timedelta(days=30))
    Meeting.objects.filter(pk=full.meeting.pk).update(status="announced")
    operations.offer_anew(Meeting.objects.get(pk=full.meeting.pk))
    offered.refresh_from_db()
    assert offered.answer_by > timezone.now()


@pytest.mark.parametrize("deed", ["accept", "turn_down"])
def test_an_offer_that_has_ended_can_no_longer_be_answered(offered, client, deed):
    operations.end_offers(offered.answer_by)
    client.post(reverse("registration-place", args=[offered.token, deed]))
    assert status(offered) == "cancelled"


def test_a_forged_link_answers_no_offer(offered, client):
    response = client.post(reverse("registration-place", args=[f"{offered.token}x", "accept"]))
    assert response.status_code == 404
    assert client.get(reverse("registration-place", args=[offered.token, "no"])).status_code == 404
    assert status(offered) == "offered"


# --- what people see ----------------------------------------------------------------------


def test_who_finds_no_place_is_offered_the_waiting_list_and_put_on_it(full, client):
    page = client.post(full.url, full.answers())
    assert "All places are taken for what you chose." in text_of(page)
    assert Delegate.objects.filter(meeting=full.meeting).count() == 1
    response = client.post(full.url, full.answers(step="wait"))
    text = text_of(client.get(response["Location"]))
    assert "You are on the waiting list: number 1 of those of Malaysia who wait." in text
    assert len(messages("queued")) == 1
    assert messages("registered") == []


def test_a_double_click_waits_once(full, client):
    answers = full.answers(step="wait")
    places = [client.post(full.url, answers)["Location"] for _click in range(2)]
    assert len(set(places)) == 1
    assert Delegate.objects.filter(status="waiting").count() == 1


def test_who_asks_to_wait_where_a_place_is_free_simply_has_it(fair, client):
    make_quota(fair.desk, limit=1)
    client.post(fair.url, fair.answers(step="wait"))
    assert fair.taken() == 1
    assert Delegate.objects.get(meeting=fair.meeting).status == "pending"


def test_the_number_on_the_list_tells_nothing_of_the_other_side(full, client):
    for number in range(3):
        waits(full, f"Russian {number}", 20, full.cast.russia)
    waits(full, "Before", 5)
    mine = waits(full, "Mine", 1)
    text = text_of(client.get(reverse("registration", args=[mine.token])))
    assert "number 2 of those of Malaysia who wait" in text
    assert "Russian" not in text


def test_the_waiting_list_shows_a_side_its_own_people_alone(full, client):
    waits(full, "Malaysian waits")
    waits(full, "Russian waits", party=full.cast.russia)
    url = reverse("waiting-list", args=[full.meeting.pk])
    seen = {}
    for who in ("officer_my", "officer_ru", "neutral"):
        client.force_login(full.cast.people[who])
        text = text_of(client.get(url))
        seen[who] = ("Malaysian waits" in text, "Russian waits" in text)
    assert seen == {
        "officer_my": (True, False),
        "officer_ru": (False, True),
        "neutral": (True, True),
    }


@pytest.mark.parametrize("rows", [1, 30])
def test_the_waiting_list_takes_the_same_queries_for_one_row_and_for_thirty(
    full, client, rows, django_assert_num_queries
):
    hours(full, None, "by_hand")
    for number in range(rows):
        waits(full, f"Waits {number}", number)
    client.force_login(full.cast.neutral)
    url = reverse("waiting-list", args=[full.meeting.pk])
    client.get(url)
    with django_assert_num_queries(11):
        client.get(url)


def test_the_rules_of_the_waiting_list_are_set_on_its_page(full, client):
    client.force_login(full.cast.officer_ru)
    url = reverse("waiting-list", args=[full.meeting.pk])
    client.post(url, {"promotion": "by_hand", "answer_hours": "24"})
    full.desk.refresh_from_db()
    assert (full.desk.promotion, full.desk.answer_hours) == ("by_hand", 24)
    page = client.post(url, {"promotion": "by_hand", "answer_hours": "0"})
    assert "Write a number of hours from 1 to 240, or nothing." in text_of(page)


# --- by video -----------------------------------------------------------------------------


def test_a_meeting_that_turns_virtual_takes_everybody_along_and_their_places(cast):
    fair = make_fair(cast)
    hall = make_quota(fair.desk, limit=2, attendance="in_person")
    screen = make_quota(fair.desk, limit=1, attendance="virtual")
    for _number in range(2):
        make_delegate(fair.meeting, cast.malaysia, attendance="in_person")
    declined = make_delegate(fair.meeting, cast.russia, "declined", attendance="in_person")
    assert operations.turn_virtual(fair.meeting, by=cast.neutral) == 2
    hall.refresh_from_db()
    screen.refresh_from_db()
    assert (hall.taken, screen.taken, screen.limit) == (0, 2, 2)
    assert miscounted([hall, screen]) == []
    declined.refresh_from_db()
    assert declined.attendance == "in_person"


def test_who_switches_to_video_gives_a_seat_in_the_hall_to_the_next(cast):
    fair = make_fair(cast)
    make_quota(fair.desk, limit=1, attendance="in_person")
    one = make_delegate(fair.meeting, cast.malaysia, attendance="in_person")
    other = waits(fair, "Next", attendance="in_person")
    operations.change_registration(one, changes={"attendance": "virtual"}, sittings=[])
    assert status(other) == "pending"
    with pytest.raises(Refused, match="your registration stays as it was"):
        operations.change_registration(
            Delegate.objects.get(pk=one.pk), changes={"attendance": "in_person"}, sittings=[]
        )
    one.refresh_from_db()
    assert one.attendance == "virtual"
    assert fair.taken() == 2


def test_who_waits_and_wants_less_may_fit_at_once(cast):
    fair = make_fair(cast)
    make_quota(fair.desk, limit=1, sitting=fair.talks)
    make_delegate(fair.meeting, cast.russia, sittings=[fair.talks])
    mine = waits(fair, "Wants both", sittings=[fair.talks, fair.plenary])
    operations.change_registration(mine, changes={}, sittings=[fair.plenary])
    assert status(mine) == "pending"
