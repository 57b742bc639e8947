"""“What waits for me”: every app says, in its config, what waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from portal.models import User

TONES = ("late", "key", "due", "plain")


@dataclass(frozen=True)
class WorkItem:
    """One thing that waits for one person: why, since when, and the deed right there."""

    title: str
    why: Any
    url: str
    deed: Any
    tone: str = "plain"
    since: datetime | date | None = None
    due: date | None = None


@dataclass(frozen=True)
class Change:
    """Something that changed and that this person may see."""

    title: str
    url: str
    entry: Any


def _ask(question: str, *args: Any) -> Iterator[Any]:
    for config in apps.get_app_configs():
        answer = getattr(config, question, None)
        if answer:
            yield from answer(*args)


def waiting_for(user: "User", today: date) -> list[WorkItem]:
    """What waits for the user on that day, the most pressing first."""
    items = list(_ask("work_for", user, today))
    far = date.max
    return sorted(items, key=lambda item: (TONES.index(item.tone), item.due or far, item.title))


def coming_for(user: "User", today: date) -> list[Any]:
    """The sittings ahead that the user may see, soonest first."""
    return sorted(_ask("coming_for", user, today), key=lambda sitting: sitting.starts_at)
