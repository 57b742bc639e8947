"""“What waits for me”: every app says, in its config, what waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

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
class TakingPart:
    """That a person is registered for a meeting and, one by one, for its sittings."""

    meeting_id: int
    sitting_id: int | None
    approved: bool


def _ask(question: str, *args: Any) -> Iterator[Any]:
    for config in apps.get_app_configs():
        answer = getattr(config, question, None)
        if answer:
            yield from answer(*args)


def waiting_for(user: "User", today: date) -> list[WorkItem]:
    """What waits for the user on that day, the most pressing first."""
    items = list(_ask("work_for", user, today))
    return sorted(items, key=lambda one: (TONES.index(one.tone), one.due or date.max, one.title))


def coming_for(user: "User", today: date) -> list[Any]:
    """The sittings ahead that concern the user, soonest first."""
    return sorted(_ask("coming_for", user, today), key=lambda sitting: sitting.starts_at)


def this_week(sittings: list[Any], today: date) -> tuple[list[tuple[date, list[Any]]], list[Any]]:
    """Those of the days left in this week, day by day in the reader's clock; and the others."""
    sunday = today + timedelta(days=6 - today.weekday())
    days: dict[date, list[Any]] = {}
    later = []
    for sitting in sittings:
        day = max(timezone.localdate(sitting.starts_at), today)  # what began before still goes on
        if day <= sunday:
            days.setdefault(day, []).append(sitting)
        else:
            later.append(sitting)
    return sorted(days.items()), later


def rooms_for(user: "User") -> list[tuple[str, Any]]:
    """The main pages beside this one: (URL name, label), as far as the user has use for them."""
    return list(_ask("rooms_for", user))


def links_for(obj: Any, user: "User") -> list[tuple[str, Any]]:
    """What other apps let a person do with an object: (address, label)."""
    return list(_ask("links_for", obj, user))


def facts_for(obj: Any, user: "User") -> list[tuple[Any, Any]]:
    """What other apps know of an object that the user may know: (label, value)."""
    return list(_ask("facts_for", obj, user))


def taking_part_for(user: "User") -> list[TakingPart]:
    """For what the user is registered; several for a meeting of which several were chosen."""
    return list(_ask("taking_part_for", user))


def people_for(obj: Any, user: "User") -> list[tuple[Any, int | None]]:
    """Whom other apps know around an object, as far as the user may: (person, side)."""
    return list(_ask("people_for", obj, user))


def registered_for(sittings: Any, user: "User") -> list[frozenset[int]]:
    """Of each person registered for several of these sittings: for which, if one may know."""
    return list(_ask("registered_for", sittings, user))
