"""Until when an offered place is kept: hours of the night do not count. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, EVENING = time(8), time(20)  # the waking hours, as for reminders
DAY = timedelta(days=1)


def answer_by(now: datetime, hours: int, zone: str) -> datetime:
    """The instant at which so many waking hours of a zone have passed, counted from now."""
    left = timedelta(hours=hours)
    day = now.astimezone(ZoneInfo(zone)).date()
    while True:
        begins = max(_instant(datetime.combine(day, MORNING), zone), now)
        ends = _instant(datetime.combine(day, EVENING), zone)
        if begins < ends:
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        day += DAY


def _instant(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
