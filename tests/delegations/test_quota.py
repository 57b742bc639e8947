"""Numbers of places: who is counted, who sets them, and that none is ever given twice."""

import contextlib
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from delegations import operations
from delegations.models import Delegate, Quota, miscounted
from delegations.transitions import DELEGATE
from portal.refusal import Refused
from tests.cast import make_cast
from tests.delegations.answers import messages, text_of
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate, make_party, make_quota


@pytest.fixture
def url(fair):
    return reverse("desk-places", args=[fair.meeting.pk])


def places(quota):
    return Quota.objects.values_list("taken", flat=True).get(pk=quota.pk)


# --- who is counted ---------------------------------------------------------------------


def test_a_registration_takes_a_place_of_each_number_that_counts_it(fair, client):
    russia = fair.cast.russia
    counted = [
        make_quota(fair.desk, limit=5),
        make_quota(fair.desk, limit=5, sitting=fair.plenary),
        make_quota(fair.desk, limit=5, party=fair.cast.malaysia),
        make_quota(fair.desk, limit=5, attendance="virtual", capacity="participant"),
    ]
    others = [
        make_quota(fair.desk, limit=5, sitting=fair.talks),
        make_quota(fair.desk, limit=5, party=russia),
        make_quota(fair.desk, limit=5, attendance="in_person"),
        make_quota(fair.desk, limit=5, capacity="media"),
    ]
    client.post(fair.url, fair.answers())
    assert [places(one) for one in counted] == [1, 1, 1, 1]
    assert [places(one) for one in others] == [0, 0, 0, 0]
    assert fair.taken() == 1


def test_where_one_of_several_numbers_is_full_nothing_is_taken_of_the_others(fair, client):
    overall = make_quota(fair.desk, limit=5)
    make_delegate(fair.meeting, fair.cast.russia, sittings=[fair.plenary])
    make_quota(fair.desk, limit=1, sitting=fair.plenary)
    client.post(fair.url, fair.answers())
    assert places(overall) == 1
    assert Delegate.objects.filter(meeting=fair.meeting).count() == 1
    assert messages("registered") == []


def test_a_declined_registration_gives_back_exactly_what_it_took(fair):
    mine = make_quota(fair.desk, limit=2, party=fair.cast.malaysia)
    make_quota(fair.desk, limit=2, party=fair.cast.russia)
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    assert places(mine) == 1
    DELEGATE.perform(delegate, "decline", by=fair.cast.focal_my, reason="So.")
    assert places(mine) == 0
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_my)
    assert places(mine) == 1
    assert fair.taken() == 1


def test_a_changed_sitting_moves_the_place_all_or_nothing(fair):
    plenary = make_quota(fair.desk, limit=1, sitting=fair.plenary)
    talks = make_quota(fair.desk, limit=1, sitting=fair.talks)
    one = make_delegate(fair.meeting, fair.cast.malaysia, sittings=[fair.plenary])
    operations.change_registration(one, changes={}, sittings=[fair.talks])
    assert (places(plenary), places(talks)) == (0, 1)
    other = make_delegate(fair.meeting, fair.cast.russia, sittings=[fair.plenary])
    with pytest.raises(Refused, match="No place is left for what you chose"):
        operations.change_registration(other, changes={"function": "X"}, sittings=[fair.talks])
    assert (places(plenary), places(talks)) == (1, 1)
    assert list(other.sittings.all()) == [fair.plenary]


def test_three_sides_have_places_of_their_own(fair):
    third = make_party("kz")
    for party in (fair.cast.malaysia, fair.cast.russia, third):
        make_delegate(fair.meeting, party)
        make_quota(fair.desk, limit=1, party=party)
    assert fair.taken() == 3
    with pytest.raises(ValueError, match="no place left"):
        make_delegate(fair.meeting, third)


# --- who sets them ------------------------------------------------------------------------


def test_a_secretary_counts_the_places_of_one_sitting_by_mode(client, fair, url):
    client.force_login(fair.cast.officer_my)
    assert "No places are counted" in text_of(client.get(url))
    answers = {"sitting": fair.talks.pk, "attendance": "in_person", "limit": "40"}
    assert client.post(url, answers)["Location"] == url
    quota = Quota.objects.get()
    assert (quota.sitting, quota.attendance, quota.limit) == (fair.talks, "in_person", 40)
    text = text_of(client.get(url))
    assert f"{fair.talks.label} · In person" in text


def test_the_same_people_are_counted_once(client, fair, url):
    make_quota(fair.desk, limit=5, sitting=fair.talks)
    client.force_login(fair.cast.neutral)
    page = client.post(url, {"sitting": fair.talks.pk, "limit": "40"})
    assert "There is a number of places for just these already." in text_of(page)
    assert Quota.objects.get().limit == 5


def test_a_new_number_counts_who_is_registered_already(client, fair, url):
    for party in (fair.cast.malaysia, fair.cast.malaysia, fair.cast.russia):
        make_delegate(fair.meeting, party, status="pending")
    client.force_login(fair.cast.neutral)
    client.post(url, {"party": fair.cast.malaysia.pk, "limit": "7"})
    assert Quota.objects.get().taken == 2


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("0", "Write at least 1. To take nobody, close the registration."),
        ("many", "Write a whole number."),
        ("99999999999", "Write a smaller number, or take it away for as many as come."),
        ("", "Write how many places there are."),
        ("1", "More people are registered than this. Choose more places."),
    ],
)
def test_a_wrong_number_of_places_is_refused_and_kept(client, fair, url, limit, sentence):
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    make_delegate(fair.meeting, fair.cast.russia, status="pending")
    quota = make_quota(fair.desk, limit=9)
    client.force_login(fair.cast.officer_my)
    page = client.post(reverse("places-set", args=[quota.pk]), {f"q{quota.pk}-limit": limit})
    assert sentence in text_of(page)
    assert f'value="{limit}"' in page.content.decode()
    assert "2" not in sentence
    quota.refresh_from_db()
    assert quota.limit == 9
    page = client.post(url, {"sitting": "", "capacity": "media", "limit": limit})
    assert (sentence in text_of(page)) == (limit != "1")


def test_a_number_is_changed_and_taken_away(client, fair, url):
    quota = make_quota(fair.desk, limit=9)
    client.force_login(fair.cast.officer_ru)
    client.post(reverse("places-set", args=[quota.pk]), {f"q{quota.pk}-limit": "12"})
    quota.refresh_from_db()
    assert quota.limit == 12
    client.post(reverse("places-remove", args=[quota.pk]))
    assert not Quota.objects.exists()


DOERS = {"officer_my", "officer_ru", "neutral"}


@pytest.mark.parametrize("name", ["desk-places", "waiting-list"])
def test_only_who_runs_the_desk_opens_the_pages_of_places(client, fair, name):
    url = reverse(name, args=[fair.meeting.pk])
    through = set()
    for who, user in fair.cast.people.items():
        client.force_login(user)
        if client.get(url).status_code == 200:
            through.add(who)
    assert through == DOERS


@pytest.mark.parametrize("deed", ["places-set", "places-remove"])
def test_another_sides_own_places_do_not_exist_for_a_side(client, fair, url, deed):
    quota = make_quota(fair.desk, limit=777, party=fair.cast.malaysia)
    theirs = reverse(deed, args=[quota.pk])
    unknown = reverse(deed, args=[quota.pk + 10_000])
    client.force_login(fair.cast.officer_ru)
    assert client.post(theirs, {f"q{quota.pk}-limit": "1"}).status_code == 404
    assert client.post(unknown).status_code == 404
    assert "777" not in client.get(url).content.decode()
    assert "777" not in client.get(reverse("delegations", args=[fair.meeting.pk])).content.decode()
    page = client.post(url, {"party": fair.cast.malaysia.pk, "limit": "3"})
    assert page.status_code == 200  # the side is none of the choices
    assert Quota.objects.get().limit == 777


def test_how_many_places_of_all_are_taken_is_told_to_the_neutral_alone(client, fair, url):
    for _number in range(13):
        make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    make_quota(fair.desk, limit=99)
    seen = {}
    for who in ("officer_my", "officer_ru", "neutral"):
        client.force_login(fair.cast.people[who])
        seen[who] = ">13" in client.get(url).content.decode()
    assert seen == {"officer_my": False, "officer_ru": False, "neutral": True}


@pytest.mark.parametrize("rows", [1, 10])
def test_the_page_of_places_takes_the_same_queries_for_one_row_and_for_ten(
    client, fair, url, rows, django_assert_num_queries
):
    for capacity in Delegate.Capacity.values[:rows]:
        make_quota(fair.desk, limit=3, capacity=capacity, sitting=fair.talks)
    client.force_login(fair.cast.neutral)
    client.get(url)
    with django_assert_num_queries(12):
        client.get(url)


def test_a_count_that_went_wrong_is_found(fair):
    quota = make_quota(fair.desk, limit=9)
    make_delegate(fair.meeting, fair.cast.malaysia)
    assert miscounted(Quota.objects.all()) == []
    Quota.objects.update(taken=4)
    assert miscounted(Quota.objects.all()) == [(quota, 1)]


# --- any order of deeds -------------------------------------------------------------------


class Places(RuleBasedStateMachine):
    """Whatever people do, each number of places counts whoever holds one, and none is oversold."""

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.fair = make_fair(make_cast(), capacity=3)
        make_quota(self.fair.desk, limit=2, sitting=self.fair.talks)
        make_quota(self.fair.desk, limit=2, party=self.fair.cast.malaysia)

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def _anybody(self, which):
        rows = list(Delegate.objects.filter(meeting=self.fair.meeting).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def _try(self, deed):
        with contextlib.suppress(Refused):
            deed()

    sittings = st.sets(st.sampled_from(["plenary", "talks"]))
    which = st.integers(0, 9)

    @rule(party=st.sampled_from(["malaysia", "russia"]), chosen=sittings, may_wait=st.booleans())
    def register(self, party, chosen, may_wait):
        party = getattr(self.fair.cast, party)
        number = uuid.uuid4()
        delegate = Delegate(
            delegation=self.fair.meeting.delegations.get(party=party),
            full_name=f"Person {number}",
            email=f"{number}@example.org",
            organisation="Institute",
            sector="industry",
        )
        self._try(
            lambda: operations.register(
                self.fair.desk,
                delegate=delegate,
                sittings=[getattr(self.fair, name) for name in chosen],
                submission=number,
                may_wait=may_wait,
            )
        )

    @rule(which=which, deed=st.sampled_from(["approve", "decline", "cancel", "expire", "accept"]))
    def decide(self, which, deed):
        delegate = self._anybody(which)
        if delegate:
            self._try(lambda: DELEGATE.perform(delegate, deed, by=None, reason="So."))

    @rule(which=which, chosen=sittings, attendance=st.sampled_from(["virtual", "in_person"]))
    def change(self, which, chosen, attendance):
        delegate = self._anybody(which)
        if delegate:
            self._try(
                lambda: operations.change_registration(
                    delegate,
                    changes={"attendance": attendance},
                    sittings=[getattr(self.fair, name) for name in chosen],
                )
            )

    @rule(capacity=st.one_of(st.none(), st.integers(1, 4)))
    def set_places(self, capacity):
        by = self.fair.cast.neutral
        self._try(lambda: operations.set_places(self.fair.desk, capacity=capacity, by=by))

    @rule(attendance=st.sampled_from(["virtual", "in_person"]), limit=st.integers(1, 3))
    def count_a_mode(self, attendance, limit):
        quota = Quota(desk=self.fair.desk, attendance=attendance)
        self._try(lambda: operations.set_quota(quota, limit=limit, by=self.fair.cast.neutral))

    @rule(hours=st.one_of(st.none(), st.integers(1, 24)))
    def keep_offers(self, hours):
        self.fair.desk.answer_hours = hours
        self.fair.desk.save()

    @invariant()
    def every_number_is_right(self):
        quotas = self.fair.desk.quotas.all()
        assert miscounted(quotas) == []
        assert all(quota.taken <= quota.limit for quota in quotas)

    @invariant()
    def nobody_waits_for_a_place_that_is_free(self):
        assert operations.fill_places(self.fair.meeting) == 0


@pytest.mark.django_db
def test_places_are_counted_rightly_after_any_order_of_deeds():
    run_state_machine_as_test(
        Places,
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_command_finds_what_is_counted_wrongly_and_mends_it(fair, capsys):
    make_quota(fair.desk, limit=9)
    make_delegate(fair.meeting, fair.cast.malaysia)
    call_command("places")
    Quota.objects.update(taken=4)
    with pytest.raises(CommandError, match="1 numbers of places are wrong"):
        call_command("places")
    call_command("places", "--mend")
    assert "4/9, and 1 hold one." in capsys.readouterr().out
    assert Quota.objects.get().taken == 1
