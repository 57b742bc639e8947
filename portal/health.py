"""Whether each part of the portal is well, told from signs of life that it left a moment ago.

A worker leaves its sign by doing a task, beat by putting one into the queue. So a dead
worker and a dead beat are told apart, and neither can be well without the broker.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from time import monotonic
from typing import Any

from celery import current_app
from celery.signals import (
    after_task_publish,
    beat_init,
    task_postrun,
    worker_process_init,
    worker_ready,
)
from django.conf import settings
from django.db import DatabaseError, connection
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

WELL = "well"
FRESH = 20  # seconds that a sign of life is worth; one is due every five
SHORT = 1.0  # seconds that the broker has to answer

# --- signs of life --------------------------------------------------------------------


def mark(part: str) -> None:
    """Leave a sign of life of `part`. One that cannot be left is what being sick means."""
    with suppress(RedisError):
        broker().set(f"portal:alive:{part}", "1", ex=FRESH)


def has_marked(part: str) -> bool:
    """Whether `part` left a sign of life a moment ago. Raises RedisError when nobody can say."""
    return bool(broker().exists(f"portal:alive:{part}"))


@cache
def broker() -> Redis:
    """A connection that would rather fail than keep a person waiting."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=SHORT,
        socket_timeout=SHORT,
        retry=Retry(NoBackoff(), 0),
    )


def now_and_then(part: str) -> Callable[..., None]:
    """A receiver of signals that marks `part`, once a second at most."""
    last = 0.0

    def receiver(**_: Any) -> None:
        nonlocal last
        if monotonic() - last >= 1:
            last = monotonic()
            mark(part)

    return receiver


@worker_ready.connect
def mark_worker_at_its_start(**_: Any) -> None:
    """A worker that has joined the queue is alive before its first task."""
    mark("worker")


@worker_process_init.connect
def mark_worker_at_each_task(**_: Any) -> None:
    """A worker with a long queue is busy, not dead: every task it does is a sign of life."""
    task_postrun.connect(now_and_then("worker"), weak=False)


@beat_init.connect
def mark_beat_at_each_call(**_: Any) -> None:
    """Beat is alive as long as it puts tasks into the queue; it begins with a heartbeat."""
    after_task_publish.connect(now_and_then("beat"), weak=False)
    with suppress(current_app.connection_for_write().recoverable_connection_errors):
        current_app.send_task("portal.tasks.heartbeat")


# --- how everything is ----------------------------------------------------------------


def parts() -> dict[str, str]:
    """One word for each part: `well`, or `sick` or `unknown` with a short reason."""
    queue = broker_word()
    return {
        "web": WELL,
        "database": database_word(),
        "broker": queue,
        "worker": sign_word("worker", queue),
        "beat": sign_word("beat", queue),
    }


def database_word() -> str:
    """Whether the database answers a question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "sick: no answer"
    return WELL


def broker_word() -> str:
    """Whether the broker answers."""
    try:
        broker().ping()
    except RedisError:
        return "sick: no answer"
    return WELL


def sign_word(part: str, queue: str) -> str:
    """Whether a part left its sign of life; nobody knows while the broker is away."""
    if queue != WELL:
        return "unknown: no broker"
    try:
        return WELL if has_marked(part) else f"sick: no sign of life for {FRESH} seconds"
    except RedisError:
        return "unknown: no broker"
