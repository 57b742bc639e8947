"""An agenda as people read it: numbers from the places, running totals from the minutes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from meetings.models import AgendaItem, Area, Body, Meeting
from portal.languages import in_every_language, in_source

if TYPE_CHECKING:
    from portal.models import User

Outcome = AgendaItem.Outcome


@dataclass
class Point:
    """One line of an agenda: its number is reckoned from its place and never stored.

    `item` is None where the point is closed to the reader, who then sees the number alone.
    """

    item: AgendaItem | None
    number: str
    depth: int
    children: list["Point"] = field(default_factory=list)
    begins: int = 0  # minutes from the beginning of the agenda
    ends: int = 0
    steps: list = field(default_factory=list)  # where it can be moved, while one arranges

    @property
    def minutes(self) -> int:
        return self.ends - self.begins


def tree(items: Iterable[AgendaItem]) -> list[Point]:
    """The points in their order, numbered 1, 1.1, 2 …, each with when it begins and ends."""
    beneath: dict[int | None, list[AgendaItem]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.position, item.pk)):
        beneath[item.parent_id].append(item)
    points = _numbered(beneath, None, "", 1)
    _reckon(points, 0)
    return points


def _numbered(beneath, parent: int | None, prefix: str, depth: int) -> list[Point]:
    points = []
    for place, item in enumerate(beneath[parent], 1):
        number = f"{prefix}{place}"
        children = _numbered(beneath, item.pk, f"{number}.", depth + 1)
        points.append(Point(item, number, depth, children))
    return points


def _reckon(points: list[Point], begins: int) -> int:
    """Write begin and end into each point; its minutes hold those of what stands beneath it.

    Where the points beneath take longer than was given to theirs, they count.
    """
    for point in points:
        own = (point.item.minutes if point.item else 0) or 0
        point.begins = begins
        point.ends = max(begins + own, _reckon(point.children, begins))
        begins = point.ends
    return begins


def lines(points: Iterable[Point]) -> Iterator[Point]:
    """Every point from the first to the last, those beneath after theirs."""
    for point in points:
        yield point
        yield from lines(point.children)


def as_seen(points: Iterable[Point], seen: set[int]) -> list[Point]:
    """For a reader who may see some points: the others keep their number and nothing else."""
    shown = []
    for point in points:
        if point.item and point.item.pk in seen:
            children = as_seen(point.children, seen)
            own = point.item.minutes or 0
            shown.append(Point(point.item, point.number, point.depth, children, 0, own))
        else:
            shown.append(Point(None, point.number, point.depth))
    return shown


# --- the usual agenda -----------------------------------------------------------------


def usual_points(meeting: Meeting, reports: Iterable[AgendaItem] = ()) -> list[AgendaItem]:
    """What agendas of the field have, in their usual order (domain.md 3.2), not stored yet.

    `reports` of the bodies beneath, where some were chosen, follow the areas.
    """
    body = meeting.body
    is_session = body.kind in {Body.Kind.COMMISSION, Body.Kind.COUNCIL}
    points = [
        _point(_("Opening and introductory remarks"), Outcome.NOTE),
        _point(_("Adoption of the agenda and the programme"), Outcome.ADOPT),
    ]
    if body.meetings.filter(side=None, starts_on__lt=meeting.starts_on).exists():
        points.append(
            _point(_("Implementation of what the previous meeting agreed"), Outcome.DISCUSS)
        )
    if is_session:
        points.append(_point(_("Trade and economic relations"), Outcome.DISCUSS))
    points += [_of_area(area) for area in body.areas.current()]
    points += [
        *reports,
        _point(_("Other business"), Outcome.DISCUSS),
        _point(_("Date and place of the next meeting"), Outcome.DECIDE),
        _point(_("Adoption and signing of the record"), Outcome.SIGN),
    ]
    return points


def _point(title: Promise, outcome: str) -> AgendaItem:
    return AgendaItem(title=in_source(title), titles=in_every_language(title), outcome=outcome)


def _of_area(area: Area) -> AgendaItem:
    return AgendaItem(title=area.name, titles=area.names, area=area, outcome=Outcome.DISCUSS)


# --- reports of the bodies beneath ----------------------------------------------------

REPORTS = _("Reports of the committees and groups")
REPORT = _("Report: %(body)s")


def reporting(meeting: Meeting, user: "User") -> list[Body]:
    """The bodies beneath those that meet, in the order of the tree, as the user may know them."""
    tops = {body.pk for body in meeting.bodies}
    found = Body.objects.visible_to(user).filter(above__overlap=list(tops))
    beneath = list(found.exclude(pk__in=tops).exclude(status=Body.Status.CLOSED))
    names = {body.pk: body.name for body in beneath}
    return sorted(
        beneath, key=lambda body: [*(names[pk] for pk in body.above if pk in names), body.name]
    )


def report_of(body: Body) -> AgendaItem:
    """A point for the report of a body, under its own name in each language; not stored yet.

    Of a body that the public does not know, the point is closed.
    """
    titles = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            titles[code] = str(REPORT) % {"body": body.label}
    title = titles.pop("en")
    return AgendaItem(
        title=title,
        titles={code: text for code, text in titles.items() if text != title},
        outcome=Outcome.NOTE,
        is_open=body.is_public,
    )


def all_reports() -> AgendaItem:
    """The point beneath which several reports stand; not stored yet."""
    return _point(REPORTS, Outcome.NOTE)


# --- where a point goes ---------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A place on an agenda: beneath which point (None: beneath none), and after how many."""

    parent: AgendaItem | None
    index: int


STEPS = ("up", "down", "out", "in")


class Order:
    """The points on an agenda as neighbours; says where a point comes to stand."""

    def __init__(self, items: Iterable[AgendaItem]) -> None:
        self.items = {item.pk: item for item in items}

    def beneath(self, parent: AgendaItem | None) -> list[AgendaItem]:
        """The points directly beneath one, in their order."""
        own = parent.pk if parent else None
        found = [item for item in self.items.values() if item.parent_id == own]
        return sorted(found, key=lambda item: (item.position, item.pk))

    def branch(self, item: AgendaItem) -> list[AgendaItem]:
        """A point and everything beneath it."""
        return [item, *(one for child in self.beneath(item) for one in self.branch(child))]

    def steps(self, item: AgendaItem) -> list[str]:
        """Where a point can be moved from its place, in the order of the buttons."""
        return [step for step in STEPS if self.spot(step, item)]

    def spot(self, to: str, item: AgendaItem | None = None) -> Spot | None:
        """Where `to` leads: up, down, in, out, end, or before, after, in another point.

        None where that is no place, as up from the first one or beneath itself.
        """
        step, _colon, number = to.partition(":")
        other = self.items.get(int(number)) if number.isdecimal() else None
        if item is not None and not number and step != "end":
            spot = self._step(step, item)
        else:
            spot = self._beside(step, other, item) if other or step == "end" else None
        return spot if spot and self._fits(spot, item) else None

    def _step(self, step: str, item: AgendaItem) -> Spot | None:
        parent = self.items.get(item.parent_id)
        row = self.beneath(parent)
        place = row.index(item)
        if step == "up" and place > 0:
            return Spot(parent, place - 1)
        if step == "down" and place < len(row) - 1:
            return Spot(parent, place + 1)
        if step == "in" and place > 0:
            above = row[place - 1]
            return Spot(above, len(self.beneath(above)))
        if step == "out" and parent:
            return self._beside("after", parent, item)
        return None

    def _beside(self, step: str, other: AgendaItem | None, item: AgendaItem | None) -> Spot | None:
        if step in {"in", "end"}:
            return Spot(other, len([one for one in self.beneath(other) if one != item]))
        if step not in {"before", "after"} or other is None or other == item:
            return None
        parent = self.items.get(other.parent_id)
        row = [one for one in self.beneath(parent) if one != item]
        return Spot(parent, row.index(other) + (step == "after"))

    def _fits(self, spot: Spot, item: AgendaItem | None) -> bool:
        if item is None:
            return self._depth(spot.parent) + 1 <= AgendaItem.DEPTH
        if spot.parent in self.branch(item):
            return False
        return self._depth(spot.parent) + self._height(item) <= AgendaItem.DEPTH

    def _depth(self, item: AgendaItem | None) -> int:
        return 1 + self._depth(self.items.get(item.parent_id)) if item else 0

    def _height(self, item: AgendaItem) -> int:
        return 1 + max((self._height(child) for child in self.beneath(item)), default=0)
