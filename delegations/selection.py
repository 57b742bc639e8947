"""Which participants a reader asks for, page by page: three rows and fifty thousand alike.

A page goes on from the last row of the one before, along an index. Nothing is counted further
than a person counts, so that the first page takes as long with many rows as with few.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Lower

from delegations.models import CheckIn, Delegate, Delegation
from meetings.models import Meeting
from meetings.permissions import sides_at
from portal.models import User
from portal.search import sought

A_PAGE = 50
COUNTED = 1000  # how far is counted: beyond it a page says “more than”

Chosen = Delegate.sittings.through

COLUMNS = {
    "side": "delegation__party__code",
    "status": "status",
    "track": "track",
    "capacity": "capacity",
    "sector": "sector",
    "mode": "attendance",
}
ORDERS = {"name": Lower("full_name"), "organisation": Lower("organisation")}


def _in_sitting(value: str) -> Q:
    return Q(Exists(Chosen.objects.filter(delegate=OuterRef("pk"), sitting=value)))


def _in_area(value: str) -> Q:
    return Q(Exists(Chosen.objects.filter(delegate=OuterRef("pk"), sitting__area=value)))


def _came(value: str) -> Q:
    seen = CheckIn.objects.valid().filter(delegate=OuterRef("pk"), way=CheckIn.Way.IN)
    came = Q(attended_at__isnull=False) | Q(Exists(seen))
    return came if value == "yes" else ~came


FURTHER: dict[str, Callable[[str], Q]] = {"sitting": _in_sitting, "area": _in_area, "came": _came}


@dataclass(frozen=True)
class Page:
    """Some rows in their order, and where the next ones begin."""

    rows: list[Delegate]
    after: str  # empty on the last page


@dataclass
class Selection:
    """The participants of one meeting that a reader may see and has asked for."""

    meeting: Meeting
    user: User
    wanted: Mapping[str, str]
    is_similar: bool = field(default=False, init=False)  # nothing was found by these very words

    def __post_init__(self) -> None:
        self.visible = Delegate.objects.visible_to(self.user).filter(meeting=self.meeting)
        self.rows = self._narrowed(self.visible)
        words = sought(self.wanted.get("q", ""))
        if words:
            found = self.rows.matching(self.wanted["q"])
            self.is_similar = not found.exists()
            self.rows = self._similar(words) if self.is_similar else found

    def _narrowed(self, rows: QuerySet[Delegate]) -> QuerySet[Delegate]:
        """Unless a status is named or a name sought, those who come."""
        for name, column in COLUMNS.items():
            if name in self.wanted:
                rows = rows.filter(**{column: self.wanted[name]})
        for name, question in FURTHER.items():
            if name in self.wanted:
                rows = rows.filter(question(self.wanted[name]))
        if not {"status", "q"} & self.wanted.keys():
            rows = rows.filter(status__in=Delegate.LIVE)
        return rows

    def _similar(self, words: list[str]) -> QuerySet[Delegate]:
        """Those in whom every word is nearly found: a slip of the finger, another spelling."""
        rows = self.rows
        for word in words:
            rows = rows.filter(search__trigram_word_similar=word)
        return rows

    # --- pages --------------------------------------------------------------------------

    def page(self, after: str = "", size: int = A_PAGE) -> Page:
        """The rows that follow `after`; an address that somebody made up begins anew."""
        keys = self._keys(after, size + 1)
        found = Delegate.objects.for_list().in_bulk([pk for *_order, pk in keys[:size]])
        rows = [found[pk] for *_order, pk in keys[:size] if pk in found]
        for row in rows:
            row.meeting = row.delegation.meeting = self.meeting  # with its bodies at hand
        return Page(rows, _written(keys[size - 1]) if len(keys) > size else "")

    def _keys(self, after: str, number: int) -> list[tuple]:
        """(part, order, primary key) of so many rows."""
        order, parts = ORDERS.get(self.wanted.get("sort", "")), self._parts()
        start = _read(after, len(parts))
        part_queries = []
        for number_of, part in enumerate(parts):
            if start and number_of < start[0]:
                continue
            rows = self.rows.filter(part).order_by()
            value = order or Value("", output_field=CharField())
            rows = rows.annotate(part=Value(number_of), key=value)
            if start and number_of == start[0]:
                rows = rows.filter(_beyond(start, order is not None))
            rows = rows.order_by("key", "pk") if order else rows.order_by("pk")
            part_queries.append(rows.values_list("part", "key", "pk")[:number])
        first, *others = part_queries
        joined = first.union(*others, all=True) if others else first
        return sorted(joined)[:number] if not order else list(joined)[:number]

    def _parts(self) -> list[Q]:
        """What waits for this reader, then the own side, then the others; else one order."""
        if self.wanted.get("sort") in ORDERS:
            return [Q()]
        sides = [party.pk for party in self.meeting.sides(self.user)]
        rank = Case(
            *[When(party=pk, then=Value(place)) for place, pk in enumerate(sides)],
            default=Value(len(sides)),
        )
        rows = Delegation.objects.filter(meeting=self.meeting).order_by(rank, "pk")
        delegations = list(rows.values_list("pk", "party"))
        deciding = sides_at(self.user, self.meeting, "focal_point")
        own = [pk for pk, party in delegations if party in deciding]
        waits = Q(status=Delegate.Status.PENDING, delegation__in=own)
        parts = [
            Q(delegation=pk) & ~waits if pk in own else Q(delegation=pk) for pk, _ in delegations
        ]
        return [waits, *parts] if own else parts or [Q()]

    # --- numbers ------------------------------------------------------------------------

    def number(self) -> int:
        """How many were asked for, counted no further than COUNTED + 1."""
        return self.rows.order_by()[: COUNTED + 1].count()

    def counts(self) -> dict[str, int]:
        """How many of each status the reader may see.

        All of a delegation, track and status are seen by the same people, except that everybody
        sees their own. So groups are counted along an index, and one of each is looked at.
        """
        me = self.user.person_id
        mine = Counter(self._own_statuses(me)) if me else Counter()
        groups = list(
            Delegate.objects.filter(meeting=self.meeting)
            .order_by()
            .values("delegation", "track", "status")
            .annotate(number=Count("pk"), first=Min("pk"), last=Max("pk"))
        )
        ends = [key for group in groups for key in (group["first"], group["last"])]
        seen = set(self.visible.exclude(person=me).filter(pk__in=ends).values_list("pk", flat=True))
        counts: Counter[str] = Counter()
        for group in groups:
            key = (group["delegation"], group["track"], group["status"])
            is_seen = {group["first"], group["last"]} & seen
            counts[group["status"]] += group["number"] if is_seen else mine[key]
        return +counts

    def _own_statuses(self, person: int) -> QuerySet:
        rows = Delegate.objects.filter(meeting=self.meeting, person=person)
        return rows.values_list("delegation", "track", "status")


def _beyond(start: tuple[int, str, int], by_key: bool) -> Q:
    _part, key, pk = start
    return Q(key__gt=key) | Q(key=key, pk__gt=pk) if by_key else Q(pk__gt=pk)


def _written(key: tuple) -> str:
    part, order, pk = key
    return f"{part}.{pk}.{order}"


def _read(after: str, parts: int) -> tuple[int, str, int] | None:
    part, _dot, rest = after.partition(".")
    pk, _dot, order = rest.partition(".")
    if not (part.isdecimal() and pk.isdecimal() and len(part) < 4 and len(pk) < 19):
        return None
    if "\x00" in order:  # which the database takes for no text
        return None
    return (int(part), order, int(pk)) if int(part) < parts else None
