"""Registered, confirmed, attended: by sector, mode and area, of each side as far as known."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from delegations.models import Delegate
from delegations.models.delegate import Tally, tallies
from meetings.models import Area, Meeting

NUMBERS = ("registered", "confirmed", "attended")


@dataclass(frozen=True)
class Line:
    """One sector, mode or area with its numbers of each side; None where not to be known."""

    label: str
    sides: list[Tally]

    @property
    def confirmed(self) -> int:
        return sum(side.confirmed for side in self.sides)


def breakdowns(meeting: Meeting, user) -> dict[str, list[Line]]:
    """The lines of each breakdown that has any, most confirmed people first."""
    sides = tallies(meeting, user)
    visible = Delegate.objects.visible_to(user).filter(meeting=meeting)
    areas = {area.pk: str(area) for area in Area.objects.filter(sittings__meeting=meeting)}
    labels = {
        "sector": dict(Delegate.Sector.choices),
        "attendance": dict(Delegate.Attendance.choices),
        "sittings__area": areas,
    }
    found = {name: _lines(visible, name, known, sides) for name, known in labels.items()}
    return {name: lines for name, lines in found.items() if lines}


def _lines(visible, name: str, labels: dict, sides: list[Tally]) -> list[Line]:
    counted: dict = defaultdict(dict)
    rows = (
        Delegate.objects.filter(pk__in=visible.values("pk"))
        .order_by()
        .values_list(name, "delegation__party")
        .annotate(
            registered=Count("pk", filter=Q(status__in=Delegate.LIVE), distinct=True),
            confirmed=Count("pk", filter=Q(status="approved"), distinct=True),
            attended=Count("pk", filter=Q(attended_at__isnull=False), distinct=True),
        )
    )
    for value, party, *numbers in rows:
        counted[value][party] = dict(zip(NUMBERS, numbers, strict=True))
    lines = [
        Line(str(label), [_side(side, counted[value].get(side.party.pk, {})) for side in sides])
        for value, label in labels.items()
        if value in counted
    ]
    return sorted(lines, key=lambda line: -line.confirmed)


def _side(whole: Tally, numbers: dict[str, int]) -> Tally:
    """The part of a side's numbers, hidden where the whole is."""
    return Tally(
        party=whole.party,
        registered=None if whole.registered is None else numbers.get("registered", 0),
        confirmed=numbers.get("confirmed", 0),
        attended=None if whole.attended is None else numbers.get("attended", 0),
    )
