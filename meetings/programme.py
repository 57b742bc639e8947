"""Proposals for a programme: days on which all sides work, hours that all offices share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from meetings.models import Area
from portal.clocks import DAY, day_off, office_band
from portal.models import Party

PLENARY_MINUTES = 120
CONSULTATION_MINUTES = 90
USUAL_START = 10 * 60  # where the offices never overlap: ten in the morning of the first side


@dataclass(frozen=True)
class Slot:
    """A proposed time, on the clock of the first side."""

    day: date
    wall: time
    minutes: int
    area: Area | None = None


def works(parties: Sequence[Party], day: date) -> bool:
    """Whether every side works on that day."""
    return not any(day_off(party, day) for party in parties)


def first_working_day(parties: Sequence[Party], earliest: date) -> date:
    """The first day from `earliest` on which every side works, within a quarter of a year.

    Sides whose weeks share no working day get `earliest` itself: people decide then.
    """
    days = (earliest + DAY * shift for shift in range(92))
    return next((day for day in days if works(parties, day)), earliest)


def working_days_before(parties: Sequence[Party], day: date, number: int) -> list[date]:
    """The last days before `day` on which every side works, in order."""
    days = (day - DAY * shift for shift in range(1, 92))
    found = [earlier for earlier in days if works(parties, earlier)][:number]
    return sorted(found)


def _starts(parties: Sequence[Party], day: date, minutes: int) -> list[int]:
    """When a talk of that length can begin inside the shared hours, in minutes of the day."""
    overlap = office_band(day, parties).overlap
    if not overlap:
        return [USUAL_START]
    low, high = max(overlap, key=lambda span: span[1] - span[0])
    return list(range(low, high - minutes + 1, minutes)) or [low]


def _wall(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def propose(parties: Sequence[Party], day: date, areas: Sequence[Area]) -> list[Slot]:
    """A plenary in the shared office hours of `day`, and before it one consultation per area."""
    plenary = Slot(day, _wall(_starts(parties, day, PLENARY_MINUTES)[0]), PLENARY_MINUTES)
    starts = _starts(parties, day, CONSULTATION_MINUTES)[:2]
    needed = -(-len(areas) // len(starts))
    days = working_days_before(parties, day, needed) or [day - timedelta(days=1)]
    times = [(one, start) for one in days for start in starts]
    consultations = [
        Slot(*_on(times, index), CONSULTATION_MINUTES, area) for index, area in enumerate(areas)
    ]
    return [plenary, *consultations]


def _on(times: list[tuple[date, int]], index: int) -> tuple[date, time]:
    one, start = times[min(index, len(times) - 1)]
    return one, _wall(start)
