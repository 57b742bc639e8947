"""Places wanted by many at the same moment: threads and processes on the real database."""

import multiprocessing
import uuid

import pytest
from django.db import connections

from delegations import operations
from delegations.models import Delegate, Quota, miscounted
from delegations.transitions import DELEGATE
from portal.refusal import Refused
from tests.delegations.conftest import make_fair
from tests.delegations.test_same_moment import at_once
from tests.factories import make_delegate, make_quota

pytestmark = pytest.mark.django_db(transaction=True)


def registering(fair, number, sittings=(), **fields):
    """The deed of one more person who registers; True when there was a place."""

    def register():
        delegate = Delegate(
            delegation=fair.meeting.delegations.order_by("pk")[number % 2],
            full_name=f"Racer number {number}",
            email=f"racer-{number}@example.org",
            organisation="Institute",
            sector="industry",
            **fields,
        )
        try:
            operations.register(
                fair.desk, delegate=delegate, sittings=sittings, submission=uuid.uuid4()
            )
        except operations.NoPlaceLeft:
            return False
        return True

    return register


def test_four_processes_with_threads_give_exactly_the_places_there_are(cast):
    fair = make_fair(cast, capacity=7)
    make_quota(fair.desk, limit=7, sitting=fair.plenary)
    connections.close_all()  # none may be shared with a child
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def child(first):
        deeds = [registering(fair, first + one, [fair.plenary]) for one in range(6)]
        answers.put(sum(at_once(*deeds)))

    children = [context.Process(target=child, args=(100 * number,)) for number in range(4)]
    for one in children:
        one.start()
    given = sum(answers.get() for _one in children)
    for one in children:
        one.join()
    assert given == 7
    assert fair.taken() == 7


def test_a_new_number_of_places_counts_those_who_register_at_that_moment(cast):
    fair = make_fair(cast)

    def count():
        try:
            operations.set_places(fair.desk, capacity=6, by=cast.neutral)
        except Refused:
            return False
        return True

    at_once(count, *[registering(fair, number) for number in range(8)])
    assert miscounted(Quota.objects.all()) == []
    assert all(quota.taken <= quota.limit for quota in Quota.objects.all())


def test_people_who_change_places_between_two_sittings_never_wait_in_a_circle(cast):
    fair = make_fair(cast)
    both = [fair.plenary, fair.talks]
    for sitting in both:
        make_quota(fair.desk, limit=5, sitting=sitting)
    people = [
        make_delegate(fair.meeting, cast.malaysia, sittings=[both[number % 2]])
        for number in range(8)
    ]

    def change(number):
        other = [both[(number + 1) % 2]]
        row = Delegate.objects.get(pk=people[number].pk)
        try:
            operations.change_registration(row, changes={}, sittings=other)
        except operations.NoPlaceLeft:
            return False
        return True

    at_once(*[lambda number=number: change(number) for number in range(8)])
    assert fair.taken() == 8
    assert all(quota.taken <= quota.limit for quota in fair.desk.quotas.all())


def test_two_who_cancel_at_once_give_both_places_on_and_nobody_twice(cast):
    fair = make_fair(cast, capacity=4)
    make_quota(fair.desk, limit=4, sitting=fair.plenary)
    make_quota(fair.desk, limit=4, sitting=fair.talks)
    sittings = [[fair.plenary], [fair.talks]]
    holding = [make_delegate(fair.meeting, cast.russia, sittings=sittings[n % 2]) for n in range(4)]
    for number in range(3):
        make_delegate(fair.meeting, cast.malaysia, "waiting", sittings=sittings[number % 2])
    cancels = [lambda one=one: operations.cancel_registration(one) for one in holding]
    newcomers = [registering(fair, number, sittings[number % 2]) for number in range(4)]
    given = sum(at_once(*cancels, *newcomers)[4:])
    operations.fill_all_places()
    # Four places were freed. Who came before that was told that none is left, and went away.
    left = Delegate.objects.filter(meeting=fair.meeting, status="waiting").count()
    assert fair.taken() == given + (3 - left) <= 4
    assert left == 0 or fair.taken() == 4


def test_an_offer_accepted_in_the_moment_it_ends_is_either_and_never_both(cast):
    fair = make_fair(cast, capacity=1, answer_hours=5)
    one = make_delegate(fair.meeting, cast.russia)
    waits = make_delegate(fair.meeting, cast.malaysia, "waiting")
    operations.cancel_registration(one)
    waits.refresh_from_db()

    def accept():
        try:
            operations.accept_offer(waits)
        except Refused:
            return 0
        return 1

    kept = at_once(accept, lambda: 1 - operations.end_offers(waits.answer_by))
    waits.refresh_from_db()
    assert waits.status == ("pending" if kept[0] else "cancelled")
    assert fair.taken() == kept[0]


def test_declining_and_taking_off_at_once_gives_one_place_back(cast):
    fair = make_fair(cast, capacity=2)
    make_delegate(fair.meeting, cast.malaysia)
    one = make_delegate(fair.meeting, cast.malaysia)

    def decline():
        try:
            DELEGATE.perform(one, "decline", by=cast.focal_my, reason="So.")
        except Refused:
            return False
        return True

    assert sum(at_once(decline, decline, decline)) == 1
    assert fair.taken() == 1
