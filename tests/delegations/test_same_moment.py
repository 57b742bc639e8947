"""Several people at the same moment: real threads on the real database."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from delegations import operations
from delegations.models import Delegate
from delegations.transitions import DELEGATE
from portal.refusal import Refused
from tests.delegations.answers import messages
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """Do all deeds at the same moment, each on a connection of its own."""
    barrier = Barrier(len(deeds))

    def run(deed):
        try:
            connection.ensure_connection()
            barrier.wait(30)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(run, deed) for deed in deeds]]


def post(url, answers):
    return lambda: Client().post(url, answers)


def test_a_double_click_registers_once(fair):
    answers = fair.answers()
    responses = at_once(*[post(fair.url, answers)] * 4)
    assert {response.status_code for response in responses} == {303}
    assert len({response["Location"] for response in responses}) == 1
    assert fair.taken() == 1
    assert len(messages("registered")) == 1


def test_the_same_person_on_two_phones_is_registered_once_and_told(fair):
    one, other = fair.answers(), fair.answers(submission=str(uuid.uuid4()))
    responses = at_once(post(fair.url, one), post(fair.url, other))
    assert sorted(response.status_code for response in responses) == [200, 303]
    assert fair.taken() == 1
    assert len(messages("registered")) == 1
    assert len(messages("link_again")) == 1


@pytest.mark.parametrize("turn", range(3))
def test_twenty_people_and_five_places(cast, turn):
    fair = make_fair(cast, capacity=5)
    people = [
        fair.answers(full_name=f"Person {turn} of {number}", email=f"p{number}@example.org")
        for number in range(20)
    ]
    responses = at_once(*[post(fair.url, answers) for answers in people])
    assert sorted(response.status_code for response in responses) == [200] * 15 + [303] * 5
    assert fair.taken() == 5
    assert len(messages("registered")) == 5


def test_cancelling_twice_at_once_gives_one_place_back(fair):
    make_delegate(fair.meeting, fair.cast.malaysia)
    delegate = make_delegate(fair.meeting, fair.cast.malaysia)
    url = reverse("registration-cancel", args=[delegate.token])
    at_once(*[post(url, {})] * 3)
    assert fair.taken() == 1
    assert len(messages("cancelled")) == 1


def test_the_last_place_goes_to_the_newcomer_or_to_the_one_declined_never_to_both(cast):
    fair = make_fair(cast, capacity=1)
    declined = make_delegate(fair.meeting, cast.malaysia, status="declined")

    def approve():
        try:
            DELEGATE.perform(declined, "approve", by=cast.focal_my)
        except Refused:
            return 0
        return 1

    def register():
        return Client().post(fair.url, fair.answers()).status_code == 303

    assert sum(at_once(approve, register)) == 1
    assert fair.taken() == 1


def test_lowering_the_places_while_people_register_never_oversells(cast):
    fair = make_fair(cast, capacity=10)

    def lower():
        try:
            operations.set_places(fair.desk, capacity=3, by=cast.neutral)
        except Refused:
            return "refused"
        return "lowered"

    people = [
        fair.answers(full_name=f"Person of {number}", email=f"p{number}@example.org")
        for number in range(8)
    ]
    at_once(lower, *[post(fair.url, answers) for answers in people])
    assert fair.taken() <= Delegate.objects.count()
    assert all(quota.taken <= quota.limit for quota in fair.desk.quotas.all())
