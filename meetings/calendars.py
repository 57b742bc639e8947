"""Calendar files (RFC 5545) of meetings: to save, in messages, and behind calendar links.

The escaping of texts is icalendar's. Its zones are read by few programs rightly (`zones.py`), and
the lines of an event are put together here, because a calendar link has to answer with a thousand
sittings at once, and a component of icalendar takes three times as long as all the rest.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import vText

from meetings.models import Meeting, Sitting
from meetings.zones import zone_rules
from portal.clocks import clock_words, day_words, with_own_place

PRODID = "-//Commission portal//meetings//EN"
REFRESH = "PT1H"  # how often a calendar program may ask again
LINE = 75  # octets of a line; what is longer goes on in the next one
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # in a text
# Stands for the instant of the last change until the rest is known; no text can hold it.
STAMP = "\0"


def calendar_file(meeting: Meeting, sittings: Iterable[Sitting], *, with_links: bool) -> str:
    """The sittings as a calendar that any client reads; joining links only where asked for.

    The UID of a sitting never changes and its SEQUENCE rises with every change, so that a
    moved sitting moves in the reader's calendar instead of doubling.
    """
    shown = [(sitting, with_links) for sitting in sittings]
    text = calendar_text(meeting.full_label, [(meeting, shown)])
    return text.replace(STAMP, instant(timezone.now()))


Programme = list[tuple[Sitting, bool]]  # each with whether the reader may join


def calendar_text(
    name: str,
    meetings: Iterable[tuple[Meeting, Programme]],
    *,
    zone: str = "",
    header: Iterable[str] = (),
) -> str:
    """A calendar of meetings with the sittings that the reader sees, STAMP for its instants.

    A meeting without any such sitting stands in it with its days. `zone` is that of a reader
    whose calendar may be empty: without any component it would not be valid.
    """
    meetings = list(meetings)
    zones = Zones(sitting for _meeting, shown in meetings for sitting, _joins in shown)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "METHOD:PUBLISH"]
    lines += [text("X-WR-CALNAME", name), *header]
    lines += zones.rules.values() or ([_rules_of(zone)] if zone and not meetings else [])
    labels = Labels()
    for meeting, shown in meetings:
        lines += Writer(meeting, labels, zones).events(shown)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def feed_header(name: str, zone: str) -> list[str]:
    """What a calendar program that comes again and again is told on top."""
    return [
        text("NAME", name),
        f"X-WR-TIMEZONE:{zone}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]


# --- lines ----------------------------------------------------------------------------


def text(name: str, value: Any) -> str:
    """A line with a text that people wrote, escaped and folded."""
    return folded(f"{name}:{vText(FORBIDDEN.sub('', str(value))).to_ical().decode()}")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, never within a letter or an escape."""
    octets = line.encode()
    if len(octets) <= LINE:
        return line
    pieces, start, room = [], 0, LINE
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        if octets[end - 1] == ord("\\"):
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LINE - 1  # a blank begins each further line
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode()


def instant(moment: datetime) -> str:
    """A moment in UTC."""
    return f"{_digits(moment.astimezone(UTC))}Z"


def _whole_days(first: date, last: date) -> list[str]:
    after = last + timedelta(days=1)  # so the standard wants it
    return [f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]


def _digits(moment: datetime) -> str:
    return moment.isoformat()[:19].replace("-", "").replace(":", "")


class Zones:
    """The zones in which the sittings of a file were agreed, for the years that they touch."""

    def __init__(self, sittings: Iterable[Sitting]) -> None:
        years: dict[str, set[int]] = defaultdict(set)
        for sitting in sittings:
            years[sitting.zone].add(sitting.day.year)
        rules = {
            name: zone_rules(name, min(found), max(found) + 1) for name, found in years.items()
        }
        self.rules = {name: text for name, text in sorted(rules.items()) if text}

    def wall(self, name: str, moment: datetime, zone: str) -> str:
        """A moment by the clocks of its zone; in UTC where they show the same time twice, or
        where no calendar program can be told how they go."""
        if moment.fold or zone not in self.rules:
            return f"{name}:{instant(moment)}"
        return f"{name};TZID={zone}:{_digits(moment)}"


def _rules_of(zone: str) -> str:
    """Of this year and the next; those of UTC where the zone has none that can be told."""
    year = timezone.now().year
    return zone_rules(zone, year, year + 1) or zone_rules("UTC", year, year + 1)


# --- events ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A sitting's time: the agreed wall time in its zone, by the zone database of today.

    Where its length is not known, it ends for calendars when it begins.
    """

    start: datetime
    end: datetime

    @classmethod
    def of(cls, sitting: Sitting) -> "Span":
        zone = ZoneInfo(sitting.zone)
        start = datetime.combine(sitting.day, sitting.wall or time(), zone).astimezone(UTC)
        end = start + timedelta(minutes=sitting.minutes or 0)
        return cls(start.astimezone(zone), end.astimezone(zone))


class Labels:
    """What many events of one file share, each found out once.

    The words of a choice alone take Django longer than all the rest of an event.
    """

    def __init__(self) -> None:
        self._labels: dict[tuple, str] = {}
        self._kinds: dict[str, str] = {}
        self._lines: dict[tuple, str] = {}

    @functools.cached_property
    def join(self) -> str:
        return _("Join by video: %(link)s")

    def line(self, name: str, value: Any) -> str:
        """A line that many events share; none for what is empty."""
        if not value:
            return ""
        key = (name, value)
        if key not in self._lines:
            self._lines[key] = text(name, value)
        return self._lines[key]

    def label(self, sitting: Sitting) -> str:
        named = (sitting.title, sitting.kind, sitting.area_id)
        if named not in self._labels:
            self._labels[named] = sitting.label
        return self._labels[named]

    def kind(self, sitting: Sitting) -> str:
        if sitting.kind not in self._kinds:
            self._kinds[sitting.kind] = str(Sitting.Kind(sitting.kind).label)
        return self._kinds[sitting.kind]


class Writer:
    """Writes the events of one meeting in the reader's language and clock.

    What all its sittings share is found once.
    """

    def __init__(self, meeting: Meeting, labels: Labels, zones: Zones) -> None:
        self.meeting = meeting
        self.labels = labels
        self.zones = zones
        self.name = meeting.full_label
        self.address = f"{settings.PORTAL_URL}{meeting.get_absolute_url()}"
        self.places = with_own_place(meeting.places())
        self.mark = self._mark()
        self.stands = f"STATUS:{'TENTATIVE' if self._is_proposed else 'CONFIRMED'}"

    def _mark(self) -> str:
        """How the names of its events begin, for clients that do not show what STATUS says."""
        meeting = self.meeting
        if meeting.status == meeting.Status.CANCELLED:
            return _("Cancelled: %(what)s")
        if meeting.status == meeting.Status.POSTPONED:
            return _("Postponed: %(what)s")
        return _("Proposed: %(what)s") if self._is_proposed else "%(what)s"

    @property
    def _is_proposed(self) -> bool:
        status = self.meeting.Status
        return self.meeting.status in {status.IDEA, status.PROPOSED, status.COUNTER_PROPOSED}

    def events(self, shown: Programme) -> Iterator[str]:
        """One event a sitting; the days where the reader sees none."""
        if not shown:
            yield self._days()
        for sitting, joins in shown:
            yield self._sitting(sitting, joins)

    def _days(self) -> str:
        """The days of a meeting whose programme the reader does not see, or not yet."""
        meeting = self.meeting
        return self._event(
            f"UID:meeting-{meeting.pk}@{settings.PORTAL_MAIL_DOMAIN}",
            f"SEQUENCE:{meeting.sequence}",
            *_whole_days(meeting.starts_on, meeting.ends_on),
            text("SUMMARY", self.mark % {"what": self.name}),
            "TRANSP:TRANSPARENT",  # nobody is busy for whole days yet
            self.labels.line("CATEGORIES", meeting.get_series_display()),
            self.labels.line("LOCATION", meeting.place),
            *self._described([], self.address),
            off=meeting.is_off,
            closed=bool(meeting.side_id),
        )

    def _sitting(self, sitting: Sitting, joins: bool) -> str:
        off = self.meeting.is_off or sitting.is_cancelled
        mark = self.mark if self.meeting.is_off or not off else _("Cancelled: %(what)s")
        when, described = self._when(sitting)
        if joins and sitting.join_link and not off:
            described.append(self.labels.join % {"link": sitting.join_link})
        return self._event(
            f"UID:{sitting.uid}@{settings.PORTAL_MAIL_DOMAIN}",
            f"SEQUENCE:{sitting.sequence + self.meeting.sequence}",
            *when,
            text("SUMMARY", mark % {"what": f"{self.labels.label(sitting)} · {self.name}"}),
            "TRANSP:TRANSPARENT" if off or not sitting.is_timed else "TRANSP:OPAQUE",
            self.labels.line("CATEGORIES", self.labels.kind(sitting)),
            self.labels.line("LOCATION", sitting.room or sitting.place or self.meeting.place),
            *self._described(described, f"{self.address}#sitting-{sitting.pk}"),
            off=off,
            closed=not sitting.is_open or bool(self.meeting.side_id),
        )

    def _when(self, sitting: Sitting) -> tuple[list[str], list[str]]:
        """The lines of its time, and how a sentence says it; a day where no hour is known."""
        if not sitting.is_timed:
            words = f"{day_words(sitting.day)} · {sitting.no_hour}"
            return _whole_days(sitting.day, sitting.day), [words]
        span = Span.of(sitting)
        end = span.end if sitting.minutes else None
        return (
            [
                self.zones.wall("DTSTART", span.start, sitting.zone),
                self.zones.wall("DTEND", span.end, sitting.zone) if end else "",
            ],
            [clock_words(span.start, end, self.places)],
        )

    def _described(self, described: list[str], address: str) -> tuple[str, str]:
        """What the reader is told in sentences, and the page that knows more."""
        if self.meeting.is_off and self.meeting.reason:
            described.append(_("Reason: %(reason)s") % {"reason": self.meeting.reason})
        return text("DESCRIPTION", "\n".join([*described, address])), folded(f"URL:{address}")

    def _event(self, *lines: str, off: bool, closed: bool) -> str:
        """The lines of an event, without empty ones, with what every event has."""
        return "\r\n".join(
            [
                "BEGIN:VEVENT",
                f"DTSTAMP:{STAMP}",
                f"LAST-MODIFIED:{STAMP}",
                "STATUS:CANCELLED" if off else self.stands,
                *(["CLASS:PRIVATE"] if closed else []),
                *filter(None, lines),
                "END:VEVENT",
            ]
        )
