"""What people read while the portal starts: one line a step, with its seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import localtime, monotonic, strftime


def say(text: str) -> None:
    """One line for people, at once."""
    print(text, flush=True)


def tell(text: str) -> None:
    """One line about something that happened later, with the time of day."""
    say(f"{strftime('%H:%M:%S', localtime())} {text}")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show a step when it begins and its seconds when it is done."""
    began = monotonic()
    print(f"  {name:<44}", end="", flush=True)
    try:
        yield
    except BaseException:
        say(f"not done after {monotonic() - began:.1f} s")
        raise
    say(f"{monotonic() - began:5.1f} s")
