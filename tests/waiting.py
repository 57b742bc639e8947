"""Waiting for something to become true, never for a time to pass."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float = 10, what: str = "") -> T:
    """The first true answer of `condition`; a failure when it has none within the time."""
    end = monotonic() + seconds
    while not (answer := condition()):
        if monotonic() > end:
            raise AssertionError(f"Not within {seconds} s: {what or condition}")
        Event().wait(0.02)
    return answer
