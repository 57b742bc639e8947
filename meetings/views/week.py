"""The week as columns of hours: all sides' clocks on the edge, what overlaps side by side."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import grid
from meetings.views.sheet import Entry, Mark, Sheet, entries, more_words
from portal.clocks import Band, Place, Span, day_words, office_band

LINES_A_DAY = 24
LANES = 4  # beside each other; narrower ones cannot be read
USUAL = (9 * 60, 17 * 60)
STEP = 5  # minutes: so exactly are the columns drawn


@dataclass(frozen=True)
class Piece:
    """A part of a column, as the classes of the style sheet say where it stands."""

    begins: int
    ends: int

    @property
    def classes(self) -> str:
        """From which hour and minute to which."""
        low, high = (round(one / STEP) * STEP for one in (self.begins, self.ends))
        return f"from-h{low // 60} from-m{low % 60} to-h{high // 60} to-m{high % 60}"


@dataclass(frozen=True)
class Block(Entry):
    """A sitting in its column."""

    piece: Piece
    lane: grid.Lane
    others: int  # how many take place at the same time, those not drawn too

    @property
    def beside(self) -> str:
        """What the picture shows by lanes, in words."""
        if not self.others:
            return ""
        words = ngettext(
            "at the same time as %(number)s other",
            "at the same time as %(number)s others",
            self.others,
        )
        return words % {"number": self.others}

    @property
    def classes(self) -> str:
        place = f"lane-{self.lane.number} lanes-{self.lane.of}"
        return f"{super().classes} {self.piece.classes} {place}"


@dataclass(frozen=True)
class Column:
    """One day of the week."""

    day: date
    weekday: str
    words: str
    url: str
    is_today: bool
    marks: list[Mark]
    shared: list[Piece]
    shared_words: str
    whole: list[Entry]
    blocks: list[Block]
    more: int
    lanes: int

    @property
    def more_words(self) -> str:
        return more_words(self.more)


def week(sheet: Sheet) -> dict[str, Any]:
    """The context of the week."""
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries(sheet, sheet.days.of_each_day(LINES_A_DAY)):
        by_day[entry.line.day].append(entry)
    days = sheet.period.days
    bands = [office_band(day, sheet.sides, zone=sheet.clock.zone) for day in days if sheet.sides]
    columns = [
        _column(sheet, day, by_day.get(day, []), bands[number] if bands else None)
        for number, day in enumerate(days)
    ]
    hours = grid.hours_needed(_spans(columns), _usual(bands))
    return {
        **sheet.context(),
        "columns": columns,
        "has_whole_days": any(column.whole for column in columns),
        "empty": None if by_day else sheet.emptiness(_("Nothing in this week")),
        "edge": _edge(sheet, hours, days[0]),
        "clock_names": [one.place.name for one in _clocks_in_order(sheet)],
        "hours": hours,
        "has_shared": len(sheet.sides) > 1 and any(column.shared for column in columns),
        "turns": [_turn_words(turn) for turn in grid.turns(_places(sheet), days)],
    }


def _column(sheet: Sheet, day: date, found: Sequence[Entry], band: Band | None) -> Column:
    timed = [entry for entry in found if entry.line.is_timed]
    whole = [entry for entry in found if not entry.line.is_timed]
    blocks = _blocks(timed, day, sheet.clock.zone)
    of_day = found[0].line.of_day if found else 0
    return Column(
        day=day,
        weekday=date_format(day, "D"),
        words=day_words(day),
        url=sheet.address("day", day),
        is_today=day == sheet.today,
        marks=sheet.marks(day),
        shared=[Piece(*span) for span in band.overlap] if band else [],
        shared_words=_shared_words(band),
        whole=whole,
        blocks=blocks,
        more=of_day - len(whole) - len(blocks),
        lanes=max((block.lane.of for block in blocks), default=1),
    )


def _blocks(found: Sequence[Entry], day: date, zone: ZoneInfo) -> list[Block]:
    """What fits beside each other; the rest is counted as more."""
    sittings = [entry.line.sitting for entry in found if entry.line.sitting]
    spans = [grid.wall_span(one.starts_at, one.ends_at, day, zone) for one in sittings]
    placed = zip(found, spans, grid.side_by_side(spans), strict=True)
    fitting = [(entry, span) for entry, span, lane in placed if lane.number < LANES]
    lanes = grid.side_by_side([span for _entry, span in fitting])
    taking_place = [span for entry, span in zip(found, spans, strict=True) if not entry.is_off]
    return [
        Block(
            **vars(entry) | {"hours": _hours(entry, zone)},
            piece=Piece(*span),
            lane=lane,
            others=0 if entry.is_off else grid.overlapping(span, taking_place) - 1,
        )
        for (entry, span), lane in zip(fitting, lanes, strict=True)
    ]


def _hours(entry: Entry, zone: ZoneInfo) -> str:
    """With the hour at which it ends: the edge of a column says no minute, and a phone has none."""
    until = entry.line.sitting.until if entry.line.sitting else None
    if entry.goes_on or until is None:
        return entry.hours
    return f"{entry.hours}–{until.astimezone(zone):%H:%M}"


def _shared_words(band: Band | None) -> str:
    if band is None or len(band.rows) < 2:
        return ""
    if not band.overlap:
        return _("No shared office hours")
    spans = ", ".join(f"{_wall(low)}–{_wall(high)}" for low, high in band.overlap)
    return _("Shared office hours: %(hours)s") % {"hours": spans}


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _spans(columns: Sequence[Column]) -> list[Span]:
    blocks = chain.from_iterable(column.blocks for column in columns)
    return [(block.piece.begins, block.piece.ends) for block in blocks]


def _usual(bands: Sequence[Band]) -> Span:
    """The hours in which some office is open that week."""
    rows = chain.from_iterable(band.rows for band in bands)
    open_hours = list(chain.from_iterable(row.segments for row in rows))
    if not open_hours:
        return USUAL
    return min(low for low, _high in open_hours), max(high for _low, high in open_hours)


# --- the edge --------------------------------------------------------------------------


def _clocks_in_order(sheet: Sheet) -> list:
    """The clock of the sheet first, then the others."""
    return sorted(sheet.clocks, key=lambda one: one != sheet.clock)


def _places(sheet: Sheet) -> list[Place]:
    return [one.place for one in sheet.clocks]


def _edge(sheet: Sheet, hours: range, day: date) -> list[tuple[int, list[str]]]:
    """For each hour of the columns what the clocks of all sides show."""
    zone = sheet.clock.zone
    others = [one.zone for one in _clocks_in_order(sheet)]
    return [(hour, [grid.clock_at(hour, day, zone, other) for other in others]) for hour in hours]


def _turn_words(turn: grid.Turn) -> str:
    words = {
        True: _("On %(day)s the clocks in %(place)s go forward by %(minutes)s minutes."),
        False: _("On %(day)s the clocks in %(place)s go back by %(minutes)s minutes."),
    }
    return words[turn.minutes > 0] % {
        "day": day_words(turn.day),
        "place": turn.place.name,
        "minutes": abs(turn.minutes),
    }
