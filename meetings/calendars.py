"""Calendar files (RFC 5545) of meetings."""

import functools
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone

from meetings.models import Meeting, Sitting


def calendar_file(meeting: Meeting, sittings: Iterable[Sitting], *, with_links: bool) -> str:
    """The sittings as a calendar that any client reads; joining links only where asked for.

    The UID of a sitting never changes and its SEQUENCE rises with every change, so that a
    moved sitting moves in the reader's calendar instead of doubling.
    """
    sittings = list(sittings)
    calendar = Calendar()
    calendar.add("prodid", "-//Commission portal//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", meeting.full_label)
    events = [_event(meeting, sitting, with_links) for sitting in sittings]
    for event in events or [_days(meeting)]:  # a calendar without any event is not valid
        calendar.add_component(event)
    for zone in _zones(sittings):
        calendar.add_component(zone)
    return calendar.to_ical().decode()


def _zones(sittings: list[Sitting]) -> list[Timezone]:
    """The rules of the zones in which the sittings were agreed, for the years they touch."""
    years = [sitting.day.year for sitting in sittings]
    names = sorted({sitting.zone for sitting in sittings})
    return [_zone(name, min(years), max(years) + 1) for name in names]


@functools.lru_cache(maxsize=500)
def _zone(name: str, first_year: int, last_year: int) -> Timezone:
    # Reckoned once: it takes ten milliseconds, and every message of a meeting wants the same.
    return Timezone.from_tzid(
        name, first_date=date(first_year, 1, 1), last_date=date(last_year, 12, 31)
    )


def _days(meeting: Meeting) -> Event:
    """The days of a meeting whose programme the reader does not see, or not yet."""
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{settings.PORTAL_MAIL_DOMAIN}")
    event.add("sequence", meeting.revision)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", meeting.starts_on)
    event.add("dtend", meeting.ends_on + timedelta(days=1))  # the first day after it
    event.add("summary", meeting.full_label)
    event.add("status", "CANCELLED" if meeting.is_off else "CONFIRMED")
    event.add("url", f"{settings.PORTAL_URL}{meeting.get_absolute_url()}")
    if meeting.place:
        event.add("location", meeting.place)
    return event


def _event(meeting: Meeting, sitting: Sitting, with_links: bool) -> Event:
    zone = ZoneInfo(sitting.zone)
    off = meeting.is_off or sitting.is_cancelled
    event = Event()
    event.add("uid", f"{sitting.uid}@{settings.PORTAL_MAIL_DOMAIN}")
    event.add("sequence", sitting.sequence)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", sitting.starts_at.astimezone(zone))
    event.add("dtend", sitting.ends_at.astimezone(zone))
    event.add("summary", f"{sitting.label} · {meeting.full_label}")
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("url", f"{settings.PORTAL_URL}{meeting.get_absolute_url()}")
    if sitting.room or meeting.place:
        event.add("location", str(sitting.room or meeting.place))
    if with_links and sitting.join_link:
        event.add("description", sitting.join_link)
    return event
