"""Instants, zones and both sides' local times. Nothing here is typed by hand: all of it
comes from the zone database."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import holidays as public_holidays
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.languages import current_language

if TYPE_CHECKING:
    from portal.models import Party

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MINUTES_A_DAY = 24 * 60


@functools.cache
def known_zones() -> frozenset[str]:
    """The names in the zone database, read once: it is a walk through hundreds of files."""
    return frozenset(available_timezones())


class NoSuchTime(ValueError):
    """A wall time that the clocks of a zone skip; the text is a sentence for people."""


@dataclass(frozen=True)
class Place:
    """A clock on the wall: an IANA zone and the city people know it by."""

    zone: str
    name: str


def venue(zone: str) -> Place:
    """The clock of a zone that no side keeps, named as the zone database names it."""
    return Place(zone=zone, name=zone.rsplit("/", 1)[-1].replace("_", " "))


@dataclass(frozen=True)
class LocalTime:
    """An instant, or a span, as one place sees it."""

    place: Place
    start: datetime
    end: datetime | None
    other_day: bool  # than the place before it

    @property
    def offset(self) -> str:
        """The offset from UTC on that date, as +08:00."""
        minutes = (self.start.utcoffset() or timedelta()) // MINUTE
        hours, rest = divmod(abs(minutes), 60)
        return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def to_instant(day: date, wall: time, zone: str) -> datetime:
    """The instant at which the clocks of `zone` show `wall` on `day`, in UTC.

    Of a time that comes twice when clocks go back, the first is meant.
    Raises NoSuchTime for one that never comes because clocks go forward.
    """
    local = datetime.combine(day, wall, ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(
            _(
                "On %(day)s the clocks in %(zone)s go forward and never show %(time)s. "
                "Choose an earlier or a later time."
            )
            % {"day": day.isoformat(), "zone": zone, "time": f"{wall:%H:%M}"}
        )
    return instant


def comes_twice(day: date, wall: time, zone: str) -> bool:
    """Whether the clocks of `zone` go back that night and show this time a second time."""
    local = datetime.combine(day, wall, ZoneInfo(zone))
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def local_times(
    instant: datetime, places: Iterable[Place], end: datetime | None = None
) -> list[LocalTime]:
    """The same span in the clock of each place, in the order given."""
    times: list[LocalTime] = []
    for place in places:
        zone = ZoneInfo(place.zone)
        start = instant.astimezone(zone)
        times.append(
            LocalTime(
                place=place,
                start=start,
                end=end.astimezone(zone) if end else None,
                other_day=bool(times) and start.date() != times[-1].start.date(),
            )
        )
    return times


def offsets_on(day: date, places: Iterable[Place]) -> list[LocalTime]:
    """Noon of a day in each place: how far its clocks are from UTC on that date."""
    noon = datetime.combine(day, time(12))
    return [LocalTime(one, noon.replace(tzinfo=ZoneInfo(one.zone)), None, False) for one in places]


# Russian needs the month in the genitive; the others read as they stand.
_DAY_FORMATS = {"ru": "D j E Y"}


def day_words(moment: date) -> str:
    """A date in full, as in “Tue 25 May 2021”; of an instant as its own zone has it."""
    return _day_words(date(moment.year, moment.month, moment.day), current_language())


@functools.lru_cache(maxsize=5000)
def _day_words(day: date, language: str) -> str:
    # A calendar writes the same days a thousand times, and the words take Django long.
    return date_format(day, _DAY_FORMATS.get(language, "D j M Y"))


@dataclass(frozen=True)
class ClockText:
    """A span in the clocks of all sides as one line of plain text.

    Written out when it is read, in the language and zone of whoever reads it; the reader's
    own clock is added where no side keeps it. Where only a `day` is known, it is that day.
    """

    start: datetime
    end: datetime | None
    parties: Sequence["Party"]
    day: date | None = None

    def __str__(self) -> str:
        if self.day is not None:
            return day_words(self.day)
        places = with_own_place([party.place for party in self.parties])
        return clock_words(self.start, self.end, places)


def clock_words(start: datetime, end: datetime | None, places: Iterable[Place]) -> str:
    """A span in the clock of each place, with the days where they differ and the offsets."""
    parts: list[str] = []
    for local in local_times(start, places, end):
        if not parts or local.other_day:
            parts.append(day_words(local.start))
        parts.append(f"{_hours(local)} {local.place.name} (UTC{local.offset})")
    return " · ".join(parts)


def _hours(local: LocalTime) -> str:
    """“15:00–17:00”, with the day of an end on another one."""
    text = _hour(local.start)
    if local.end is None:
        return text
    day = "" if local.end.date() == local.start.date() else f"{day_words(local.end)} "
    return f"{text}–{day}{_hour(local.end)}"


def _hour(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


def with_own_place(places: Sequence[Place]) -> list[Place]:
    """The places and, where nobody there keeps it, the reader's own clock."""
    own = timezone.get_current_timezone_name()
    if own == settings.TIME_ZONE or own in {place.zone for place in places}:
        return list(places)
    return [*places, Place(zone=own, name=_("your time"))]


def waking_hours(zone: str, now: datetime) -> bool:
    """Whether it is between 8 and 20 o'clock there, when a reminder disturbs nobody."""
    return 8 <= now.astimezone(ZoneInfo(zone)).hour < 20


def day_in(zone: str, now: datetime) -> date:
    """Which day it is there."""
    return now.astimezone(ZoneInfo(zone)).date()


# --- office hours, rest days and holidays ---------------------------------------------


@functools.cache
def _holidays_in(country: str, year: int, language: str) -> dict[date, str]:
    if country not in public_holidays.list_supported_countries():
        return {}
    spoken = public_holidays.list_localized_countries().get(country, [])
    names = next((one for one in spoken if one.startswith(language)), None)
    return dict(public_holidays.country_holidays(country, years=year, language=names))


def holiday_on(party: "Party", day: date) -> str:
    """The public holiday of the party on that day, by its name; empty when there is none."""
    return str(_holidays_in(party.holiday_calendar, day.year, current_language()).get(day, ""))


def day_off(party: "Party", day: date) -> str:
    """Why the party does not work on that day of its own calendar; empty when it does."""
    holiday = holiday_on(party, day)
    if holiday:
        return holiday
    if day.isoweekday() in party.rest_days_on(day):
        return _("day of rest")
    return ""


def office_hours(party: "Party", day: date) -> tuple[datetime, datetime] | None:
    """When the party's office is open on that day of its own calendar; None on a day off."""
    if day_off(party, day):
        return None
    zone = ZoneInfo(party.zone)
    return datetime.combine(day, party.opens, zone), datetime.combine(day, party.closes, zone)


Span = tuple[int, int]  # minutes 0..1440 of the day that a band shows


@dataclass(frozen=True)
class BandRow:
    """One side's office hours on the band."""

    party: "Party"
    place: Place
    segments: list[Span]
    holiday: str


@dataclass(frozen=True)
class Band:
    """All sides' office hours on one day of the first side, and where they overlap."""

    rows: list[BandRow]
    overlap: list[Span]
    chosen: Span | None
    sentence: str


def _minute(moment: datetime, day: date, zone: ZoneInfo) -> int:
    """What the clock of `zone` shows, in minutes of `day`; 0 before that day, 1440 after it."""
    local = moment.astimezone(zone)
    if local.date() != day:
        return 0 if local.date() < day else MINUTES_A_DAY
    return local.hour * 60 + local.minute


def _clip(start: datetime, end: datetime, day: date, zone: ZoneInfo) -> Span | None:
    low, high = _minute(start, day, zone), _minute(end, day, zone)
    return (low, high) if low < high else None


def _row(party: "Party", day: date, zone: ZoneInfo) -> BandRow:
    # The first side's day can touch three days of another side's calendar.
    spans = (office_hours(party, day + DAY * shift) for shift in (-1, 0, 1))
    clipped = (_clip(*span, day, zone) for span in spans if span)
    return BandRow(
        party=party,
        place=party.place,
        segments=[span for span in clipped if span],
        holiday=day_off(party, day),
    )


def _intersect(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(low, high) for low, high in pairs if low < high]


def _never_together(rows: list[BandRow]) -> str:
    for row in rows:
        if row.holiday:
            return _("%(party)s does not work on this day: %(holiday)s.") % {
                "party": row.party.label,
                "holiday": row.holiday,
            }
    return _("The offices of the sides are never open at the same time on this day.")


def _band_sentence(rows: list[BandRow], overlap: list[Span], chosen: Span | None) -> str:
    if not overlap:
        return _never_together(rows)
    if chosen and any(low <= chosen[0] and chosen[1] <= high for low, high in overlap):
        return _("Inside the office hours of every side.")
    if chosen:
        return _("Outside the office hours that all sides share.")
    return _("The marked hours are shared by all sides.")


def office_band(
    day: date,
    parties: Sequence["Party"],
    start: datetime | None = None,
    end: datetime | None = None,
    zone: ZoneInfo | None = None,
) -> Band:
    """The office hours of all sides on a day of the first one, in minutes of its clock.

    Where another clock is shown, it is the day and the minutes of that one.
    """
    zone = zone or ZoneInfo(parties[0].zone)
    rows = [_row(party, day, zone) for party in parties]
    overlap = functools.reduce(_intersect, (row.segments for row in rows))
    chosen = _clip(start, end, day, zone) if start and end else None
    return Band(rows, overlap, chosen, _band_sentence(rows, overlap, chosen))
