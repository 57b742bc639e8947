"""The calendar as a drawing: periods, whole weeks, what stands side by side. Nothing here asks
the database; days are those of one clock, minutes those of its wall."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from portal.clocks import DAY, MINUTES_A_DAY, Place, Span

WEEK = timedelta(weeks=1)
VIEWS = ("month", "week", "list", "day")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
SHORTEST = 25  # minutes: what is drawn lower than that cannot be read


@dataclass(frozen=True)
class Period:
    """The days that one page of the calendar is about, and where one can go from there.

    A month is drawn in whole weeks, so it shows some days before its first and after its last.
    """

    view: str
    begins: date
    ends: date

    @property
    def first(self) -> date:
        """The first day drawn."""
        return monday_of(self.begins) if self.view == "month" else self.begins

    @property
    def last(self) -> date:
        """The last day drawn."""
        return monday_of(self.ends) + DAY * 6 if self.view == "month" else self.ends

    @property
    def days(self) -> list[date]:
        """Every day drawn."""
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]

    @property
    def weeks(self) -> list[list[date]]:
        """The days drawn, from Monday to Sunday."""
        days = self.days
        return [days[start : start + 7] for start in range(0, len(days), 7)]

    @property
    def before(self) -> date | None:
        """A day of the period before, as long as there is one."""
        earlier = self.begins - DAY
        return earlier if earlier >= EARLIEST else None

    @property
    def after(self) -> date | None:
        """A day of the period after, as long as there is one."""
        later = self.ends + DAY
        return later if later <= LATEST else None


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - DAY * day.weekday()


def period(view: str, day: date) -> Period:
    """The month, the week or the single day that a day belongs to; a list is of a month."""
    if view == "day":
        return Period(view, day, day)
    if view == "week":
        return Period(view, monday_of(day), monday_of(day) + DAY * 6)
    begins = day.replace(day=1)
    return Period(view, begins, (begins + DAY * 31).replace(day=1) - DAY)


# --- a day as a column -----------------------------------------------------------------


def wall_span(start: datetime, end: datetime, day: date, zone: ZoneInfo) -> Span:
    """From when to when something fills the column of a day, in minutes of its wall clock.

    What began the day before begins at midnight, what goes on ends at midnight. Where clocks
    go back, it may end at the minute it began: it is drawn high enough to be read.
    """
    low, high = _minute(start, day, zone), _minute(end, day, zone)
    if high - low >= SHORTEST:
        return low, high
    low = min(low, MINUTES_A_DAY - SHORTEST)
    return low, low + SHORTEST


def _minute(moment: datetime, day: date, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    if local.date() != day:
        return 0 if local.date() < day else MINUTES_A_DAY
    return local.hour * 60 + local.minute


@dataclass(frozen=True)
class Lane:
    """Where something stands among what overlaps with it: in which lane, of how many."""

    number: int
    of: int


def side_by_side(spans: Sequence[Span]) -> list[Lane]:
    """A lane for each span, in the order given, so that no two that overlap share one."""
    lanes = [0] * len(spans)
    widths = [1] * len(spans)
    for group in _touching(spans):
        free_at: list[int] = []  # when each lane is free again
        for index in group:
            low, high = spans[index]
            number = next((n for n, end in enumerate(free_at) if end <= low), len(free_at))
            free_at[number : number + 1] = [high]
            lanes[index] = number
        for index in group:
            widths[index] = len(free_at)
    return [Lane(number, of) for number, of in zip(lanes, widths, strict=True)]


def _touching(spans: Sequence[Span]) -> Iterator[list[int]]:
    """The spans by index, in groups of which no two overlap."""
    group: list[int] = []
    until = 0
    for index in sorted(range(len(spans)), key=lambda one: spans[one]):
        low, high = spans[index]
        if group and low >= until:
            yield group
            group = []
        group.append(index)
        until = max(until, high) if len(group) > 1 else high
    if group:
        yield group


def overlapping(span: Span, spans: Iterable[Span]) -> int:
    """With how many of the spans it shares a minute; with itself too, if it is among them."""
    return sum(low < span[1] and span[0] < high for low, high in spans)


def hours_needed(spans: Iterable[Span], usual: Span) -> range:
    """The hours that the columns show: the usual ones, and whatever lies outside of them."""
    lows, highs = zip(usual, *spans, strict=True)
    return range(min(lows) // 60, -(-max(highs) // 60))


# --- the clocks on the left edge -------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """A day on which the clocks of a place are changed, and by how many minutes."""

    place: Place
    day: date
    minutes: int


def turns(places: Iterable[Place], days: Sequence[date]) -> list[Turn]:
    """Whose clocks are changed on one of the days."""
    found = []
    for place in places:
        offsets = [_offset(place, day) for day in [*days, days[-1] + DAY]]
        found += [
            Turn(place, day, (after - before) // timedelta(minutes=1))
            for day, (before, after) in zip(days, pairwise(offsets), strict=True)
            if before != after
        ]
    return found


def _offset(place: Place, day: date) -> timedelta:
    """How far the clocks of a place are from UTC when the day begins there."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(place.zone))
    return midnight.utcoffset() or timedelta(0)


def clock_at(hour: int, day: date, zone: ZoneInfo, other: ZoneInfo) -> str:
    """What another clock shows when one of `zone` strikes the hour: 10:00, or 23:30 −1."""
    there = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(other)
    days = (there.date() - day).days
    return f"{there:%H:%M}" + (f" {days:+d}".replace("-", "−") if days else "")
