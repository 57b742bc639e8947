"""The rules of a zone as every calendar program reads them.

Outlook understands a zone only as one change to summer time and one back, each on the same
weekday of the same month every year ([MS-STANOICAL] 2.2.47): it leaves single dates aside, and a
zone told otherwise altogether. What cannot be told so over the years of a file has no rules here,
and its times are written in UTC, which all programs read alike.
"""

import functools
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY, WEEK, SECOND = timedelta(days=1), timedelta(weeks=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Change:
    """The clocks of a zone are changed: when, by the clock before, from and to which offset."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def is_last(self) -> bool:
        """Whether no such weekday follows in its month."""
        return (self.wall + WEEK).month != self.wall.month

    @property
    def number(self) -> int:
        """Which such weekday of the month it is."""
        return (self.wall.day - 1) // 7 + 1


@functools.lru_cache(maxsize=500)
def zone_rules(name: str, first_year: int, last_year: int) -> str:
    """The component of a zone for some years; empty where no yearly rule tells it.

    Reckoned once: every message of a meeting wants the same.
    """
    zone = ZoneInfo(name)
    years = [_changes(zone, year) for year in range(first_year, last_year + 1)]
    if not any(years):
        return _component(name, [_always(zone, first_year)])
    if any(len(changes) != 2 for changes in years):
        return ""
    parts = [_every_year(changes) for changes in zip(*years, strict=True)]
    return _component(name, parts) if all(parts) else ""


def _component(name: str, parts: list[str]) -> str:
    return "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *parts, "END:VTIMEZONE"])


def _always(zone: ZoneInfo, year: int) -> str:
    """Clocks that nobody changes in these years."""
    start = datetime(year, 1, 1, tzinfo=zone)
    offset = start.utcoffset() or timedelta(0)
    begins = start.replace(year=1970, tzinfo=None)
    return _part("STANDARD", begins, offset, offset, start.tzname() or "")


def _every_year(changes: Sequence[Change]) -> str:
    """The rule after which the clocks are changed on those days, from the year before on."""
    first = changes[0]
    same = {(one.wall.month, one.wall.weekday(), one.wall.time()) for one in changes}
    offsets = {(one.before, one.after) for one in changes}
    numbers = {one.number for one in changes}
    if len(same) > 1 or len(offsets) > 1:
        return ""
    if all(one.is_last for one in changes):
        number = -1
    elif len(numbers) == 1:
        number = first.number
    else:
        return ""
    begins = _weekday_in(first.wall.replace(year=first.wall.year - 1, day=1), first.wall, number)
    kind = "DAYLIGHT" if first.after > first.before else "STANDARD"
    by = f"BYMONTH={begins.month};BYDAY={number}{WEEKDAYS[begins.weekday()]}"
    rule = f"RRULE:FREQ=YEARLY;{by}"
    return _part(kind, begins, first.before, first.after, first.name, rule)


def _weekday_in(month: datetime, like: datetime, number: int) -> datetime:
    """The first, second … or last (-1) such weekday of a month."""
    if number < 0:
        last = month.replace(day=monthrange(month.year, month.month)[1])
        return last - DAY * ((last.weekday() - like.weekday()) % 7)
    return month + DAY * ((like.weekday() - month.weekday()) % 7) + WEEK * (number - 1)


def _part(
    kind: str, begins: datetime, before: timedelta, after: timedelta, name: str, *rule: str
) -> str:
    lines = [
        f"BEGIN:{kind}",
        f"DTSTART:{begins:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(after)}",
        f"TZNAME:{name}",
        *rule,
        f"END:{kind}",
    ]
    return "\r\n".join(lines)


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _changes(zone: ZoneInfo, year: int) -> list[Change]:
    """When the clocks are changed in a year, to the second."""
    return list(
        _found(zone, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    )


def _found(zone: ZoneInfo, moment: datetime, end: datetime) -> Iterator[Change]:
    while moment < end:
        if _at(zone, moment) != _at(zone, moment + DAY):
            yield _change(zone, moment, moment + DAY)
        moment += DAY


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> Change:
    """The one change between two moments."""
    before, after = _at(zone, low), _at(zone, high)
    while high - low > SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _at(zone, middle) == before else (low, middle)
    wall = (high + before).replace(tzinfo=None)
    return Change(wall, before, after, high.astimezone(zone).tzname() or "")


def _at(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
