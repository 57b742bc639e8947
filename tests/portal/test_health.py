"""/healthz tells who is sick."""

import socket
from time import monotonic

import pytest
from django.db import OperationalError
from django.urls import reverse

from portal import health
from portal.services.network import free_port


@pytest.fixture(autouse=True)
def _own_connection():
    """Each test may name another broker."""
    health.broker.cache_clear()
    yield
    health.broker().close()
    health.broker.cache_clear()


@pytest.fixture
def all_well(db):
    """A worker and a beat that have just left their signs."""
    health.mark("worker")
    health.mark("beat")
    yield
    forget("worker")
    forget("beat")


def forget(part):
    health.broker().delete(f"portal:alive:{part}")


@pytest.fixture
def away(settings):
    """A port of this machine where nobody listens, as the broker's."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    health.broker.cache_clear()


@pytest.fixture
def silent(settings):
    """A broker that takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        health.broker.cache_clear()
        yield


def test_all_well_is_200_with_a_word_for_each_part(client, all_well):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "web": "well",
        "database": "well",
        "broker": "well",
        "worker": "well",
        "beat": "well",
    }


def test_nobody_has_to_sign_in_and_nobody_keeps_the_answer(client, all_well):
    answer = client.get(reverse("healthz"))
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_a_part_without_a_sign_of_life_is_named(client, all_well, part):
    forget(part)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    sick = {name: word for name, word in answer.json().items() if word != "well"}
    assert sick == {part: "sick: no sign of life for 20 seconds"}


def test_a_sign_of_life_fades(all_well):
    assert 0 < health.broker().ttl("portal:alive:worker") <= health.FRESH


@pytest.mark.parametrize("broker", ["away", "silent"])
def test_without_the_broker_it_is_named_within_three_seconds(client, db, broker, request):
    request.getfixturevalue(broker)
    began = monotonic()
    answer = client.get("/healthz")
    assert monotonic() - began < 3
    assert answer.status_code == 503
    assert answer.json() == {
        "web": "well",
        "database": "well",
        "broker": "sick: no answer",
        "worker": "unknown: no broker",
        "beat": "unknown: no broker",
    }


def test_a_sign_that_cannot_be_left_disturbs_nobody(away):
    health.mark("worker")


class NoDatabase:
    """A database that is not there."""

    def cursor(self):
        raise OperationalError("connection refused")


def test_without_the_database_it_is_named(client, all_well, monkeypatch):
    monkeypatch.setattr(health, "connection", NoDatabase())
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "sick: no answer"
    assert answer.json()["worker"] == "well"


def test_a_change_is_not_asked_of_it(client):
    assert client.post("/healthz").status_code == 405


def test_a_real_worker_leaves_its_sign(worker):
    assert health.has_marked("worker")
