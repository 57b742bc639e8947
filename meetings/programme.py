"""A programme: its rows as they are kept, compared, merged and rearranged; and proposals for one.

A row is a sitting as plain data under the sitting's lasting uid. Nothing here stores anything.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from meetings.models import Area, Meeting, Room, Sitting
from meetings.models.sitting import bounds
from portal.clocks import DAY, NoSuchTime, day_off, day_words, office_band
from portal.models import Party, Person

PLENARY_MINUTES = 120
CONSULTATION_MINUTES = 90
USUAL_START = 10 * 60  # where the offices never overlap: ten in the morning of the first side

Row = dict[str, Any]  # what JSON can hold
Rows = list[Row]

FIELDS = (
    "kind",
    "title",
    "area",
    "level",
    "day",
    "wall",
    "minutes",
    "zone",
    "mode",
    "room",
    "place",
    "join_link",
    "is_open",
    "languages",
    "capacity",
    "chairs",
)
TIMES = frozenset({"day", "wall", "zone"})

# --- rows -----------------------------------------------------------------------------


def row_of(sitting: Sitting) -> Row:
    """A sitting as plain data."""
    return {
        "uid": str(sitting.uid),
        "kind": str(sitting.kind),
        "title": sitting.title,
        "area": sitting.area_id,
        "level": str(sitting.level),
        "day": sitting.day.isoformat(),
        "wall": f"{sitting.wall:%H:%M}" if sitting.wall else "",  # empty: the day alone
        "minutes": sitting.minutes,
        "zone": sitting.zone,
        "mode": str(sitting.mode),
        "room": sitting.room_id,
        "place": sitting.place,
        "join_link": sitting.join_link,
        "is_open": sitting.is_open,
        "languages": list(sitting.languages),
        "capacity": sitting.capacity,
        "chairs": [
            {
                "person": chair.person_id,
                "party": chair.party_id,
                "title": chair.title,
                "titles": chair.titles,
            }
            for chair in sitting.chairs.all()
        ]
        if sitting.pk
        else [],
    }


def fill(sitting: Sitting, row: Row) -> Sitting:
    """Write a row on a sitting, its chairs apart; nothing is stored."""
    sitting.uid = uuid.UUID(row["uid"])
    sitting.area_id, sitting.room_id = row["area"], row["room"]
    sitting.day, sitting.wall = day_of(row), wall_of(row)
    for name in ("kind", "title", "level", "minutes", "zone", "mode", "place", "join_link"):
        setattr(sitting, name, row[name])
    for name in ("is_open", "languages", "capacity"):
        setattr(sitting, name, row[name])
    return sitting


def day_of(row: Row) -> date:
    return date.fromisoformat(row["day"])


def wall_of(row: Row) -> time | None:
    """When it begins; None where only the day is known."""
    return time.fromisoformat(row["wall"]) if row["wall"] else None


def begins(row: Row) -> datetime:
    """What the clock on the wall shows at the beginning; of the day where no hour is known."""
    return datetime.combine(day_of(row), wall_of(row) or time())


def ends(row: Row) -> datetime:
    """What that clock shows at the end, if it is not put forward or back in between."""
    return begins(row) + timedelta(minutes=(row["minutes"] or 0) if row["wall"] else 0)


def instants(row: Row) -> tuple[datetime, datetime] | None:
    """From when to when it lasts; None where no hour is known, or the clocks skip it."""
    if not row["wall"]:
        return None
    try:
        return bounds(day_of(row), wall_of(row), row["minutes"], row["zone"])
    except NoSuchTime:
        return None


def in_order(rows: Iterable[Row]) -> Rows:
    return sorted(rows, key=lambda row: (row["day"], row["wall"]))


def pause_before(rows: Sequence[Row], index: int) -> int:
    """The minutes between a row and what came before it that day; 0 where nothing did."""
    row = rows[index]
    earlier = [ends(one) for one in rows[:index] if day_of(one) == day_of(row)]
    gap = begins(row) - max(earlier) if earlier else timedelta()
    return max(0, int(gap.total_seconds() // 60))


# --- differences ----------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What became of one row: added, removed, or another one now."""

    before: Row | None
    after: Row | None

    @property
    def uid(self) -> str:
        return (self.after or self.before or {})["uid"]

    @property
    def fields(self) -> list[str]:
        """What differs, of a row that was there and stays."""
        before, after = self.before, self.after
        if before is None or after is None:
            return []
        return [name for name in FIELDS if before.get(name) != after.get(name)]


def differences(before: Iterable[Row], after: Iterable[Row]) -> list[Change]:
    """What became of each row, in the order of the days; what stayed is left out."""
    old = {row["uid"]: row for row in before}
    new = {row["uid"]: row for row in after}
    changes = [Change(old.get(uid), new.get(uid)) for uid in {**old, **new}]
    changed = [one for one in changes if one.fields or None in (one.before, one.after)]
    return sorted(changed, key=lambda one: _place_in_time(one.after or one.before))


def _place_in_time(row: Row | None) -> tuple[str, str]:
    return (row["day"], row["wall"]) if row else ("", "")


def merged(read: Iterable[Row], typed: Iterable[Row], stored: Iterable[Row]) -> Rows:
    """What was typed, put upon what somebody else has stored since it was read.

    Whatever one typed stands; whatever one left alone is as the other has stored it.
    """
    base = {row["uid"]: row for row in read}
    mine = {row["uid"]: row for row in typed}
    theirs = {row["uid"]: row for row in stored}
    rows = [
        _one_merged(base.get(uid), mine.get(uid), theirs.get(uid)) for uid in {**theirs, **mine}
    ]
    return in_order(row for row in rows if row)


def _one_merged(base: Row | None, mine: Row | None, theirs: Row | None) -> Row | None:
    if mine is None:
        # Taken out here: it stays out, unless the other side of the table has worked on it.
        return None if theirs == base else theirs
    if theirs is None:
        return None if mine == base else mine
    return {
        name: value if base is None or value != base.get(name) else theirs.get(name)
        for name, value in mine.items()
    }


# --- rearranging ----------------------------------------------------------------------


def moved(row: Row, *, days: int = 0, minutes: int = 0) -> Row:
    """A row that begins so much later (or earlier) on its own wall."""
    start = begins(row) + timedelta(days=days, minutes=minutes if row["wall"] else 0)
    return {**row, **_at(start, row)}


def _at(start: datetime, row: Row) -> Row:
    """Day and wall of a row that begins then; one without an hour gets none by being moved."""
    return {"day": start.date().isoformat(), "wall": f"{start:%H:%M}" if row["wall"] else ""}


def shifted(rows: Iterable[Row], day: date, *, days: int = 0, minutes: int = 0) -> Rows:
    """The rows with those of one day moved together; wall times are kept by whole days."""
    return in_order(
        moved(row, days=days, minutes=minutes) if day_of(row) == day else row for row in rows
    )


def in_zone(rows: Iterable[Row], before: str, zone: str) -> Rows:
    """The rows with those that go by one clock put on another; their wall times stay."""
    return [{**row, "zone": zone} if row["zone"] == before else row for row in rows]


def copied(row: Row) -> Row:
    """The same sitting once more, right after itself; `like` says of which one it is a copy."""
    after = moved(row, minutes=row["minutes"] or 0)
    return {**after, "uid": str(uuid.uuid4()), "like": row.get("like") or row["uid"]}


def row_after(rows: Iterable[Row], day: date, meeting: Meeting) -> Row:
    """A new row of a day, after what is there already; the first one begins at ten."""
    those = [row for row in rows if day_of(row) == day]
    usual = datetime.combine(day, time(USUAL_START // 60))
    start = max((ends(row) for row in those), default=usual)
    return row_of(
        Sitting(
            meeting=meeting,
            kind=Sitting.Kind.CONSULTATION,
            day=start.date(),
            wall=start.time(),
            minutes=CONSULTATION_MINUTES,
            zone=meeting.zone,
            mode=meeting.mode,
        )
    )


def clusters(rows: Iterable[Row]) -> list[Rows]:
    """Rows in groups that overlap in time: what runs in parallel stands together."""
    found: list[Rows] = []
    for row in in_order(rows):
        if found and begins(row) < max(ends(one) for one in found[-1]):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def placed(rows: Rows, uid: str, day: date, position: int) -> Rows:
    """A row put before the one at `position` of a day; those after it give way as needed.

    It begins when the row before it ends. Parallel sittings move together, and a pause is
    used up before anything moves.
    """
    row = next(one for one in rows if one["uid"] == uid)
    others = [one for one in in_order(rows) if one["uid"] != uid]
    that_day = [one for one in others if day_of(one) == day]
    position = max(0, min(position, len(that_day)))
    before, after = that_day[:position], that_day[position:]
    start = _free_from(before, after, datetime.combine(day, wall_of(row) or time()))
    put = {**row, **_at(start, row)}
    rest = [one for one in others if day_of(one) != day]
    return in_order([*rest, *before, put, *_giving_way(after, ends(put))])


def _free_from(before: Rows, after: Rows, otherwise: datetime) -> datetime:
    if before:
        return max(ends(one) for one in before)
    return begins(after[0]) if after else otherwise


def _giving_way(rows: Rows, until: datetime) -> Rows:
    found: Rows = []
    for group in clusters(rows):
        late = max(until - begins(group[0]), timedelta())
        minutes = int(late.total_seconds() // 60)
        found += [moved(row, minutes=minutes) for row in group]
        until = max(until, *(ends(row) for row in found[-len(group) :]))
    return found


# --- in words -------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """What the numbers in rows stand for, and whose clocks are shown."""

    parties: Sequence[Party]
    areas: dict[int, Area]
    rooms: dict[int, Room]
    people: dict[int, Person]

    @classmethod
    def of(cls, parties: Sequence[Party], rows: Iterable[Row]) -> "Names":
        """Everything that some rows name, looked up at once."""
        rows = list(rows)
        chairs = {chair["person"] for row in rows for chair in row.get("chairs", [])}
        return cls(
            parties,
            Area.objects.in_bulk({row["area"] for row in rows if row.get("area")}),
            Room.objects.in_bulk({row["room"] for row in rows if row.get("room")}),
            Person.objects.in_bulk(chairs),
        )

    def label(self, row: Row) -> str:
        """What a row is called in the programme."""
        return Sitting(kind=row["kind"], title=row["title"], area=self.areas.get(row["area"])).label

    def chairs(self, row: Row) -> str:
        """Who presides."""
        names = (self.people.get(chair["person"]) for chair in row.get("chairs", []))
        return ", ".join(str(name) for name in names if name)


@dataclass(frozen=True)
class ChangeText:
    """A change in words, written out when it is read, in the language of whoever reads it."""

    change: Change
    names: Names

    @property
    def label(self) -> str:
        """What the sitting was called before, or is called now."""
        return self.names.label(self.change.before or self.change.after or {})

    @property
    def kind(self) -> str:
        if self.change.before is None:
            return "added"
        return "removed" if self.change.after is None else "changed"

    @property
    def lines(self) -> list[str]:
        """What differs, a line each."""
        before, after = self.change.before, self.change.after
        if before is None or after is None:
            word = _("New: %(when)s") if before is None else _("Cancelled: %(when)s")
            return [word % {"when": when(after or before or {}, self.names.parties)}]
        times = [_times(before, after, self.names.parties)] if self._has_moved else []
        plain = [name for name in self.change.fields if name not in TIMES or not times]
        return [*times, *(_line(name, before, after, self.names) for name in plain)]

    @property
    def _has_moved(self) -> bool:
        before, after = self.change.before or {}, self.change.after or {}
        if not TIMES & set(self.change.fields):
            return False
        untimed = not (before.get("wall") and after.get("wall"))
        return untimed or _start(before) != _start(after)

    def seen_from(self, parties: Sequence[Party]) -> "ChangeText":
        """The same with the clocks of the sides in another order."""
        return replace(self, names=replace(self.names, parties=parties))

    @property
    def uid(self) -> str:
        return self.change.uid

    def __str__(self) -> str:
        return _("%(sitting)s: %(changes)s") % {
            "sitting": self.label,
            "changes": "; ".join(self.lines),
        }


@dataclass(frozen=True)
class ClocksChange:
    """A sitting that stays on its wall and is at another instant: a zone changed its rules."""

    row: Row
    label: str
    before: datetime
    after: datetime

    @property
    def uid(self) -> str:
        return self.row["uid"]

    @property
    def details(self) -> dict[str, str]:
        """The zone, the wall time that stays, and the old and the new time in UTC."""
        return {
            "zone": self.row["zone"].replace("_", " "),
            "wall": self.row["wall"],
            "now": f"{self.after.astimezone(UTC):%H:%M}",
            "before": f"{self.before.astimezone(UTC):%H:%M}",
        }

    @property
    def lines(self) -> list[str]:
        """What happened, in one sentence."""
        sentence = _(
            "The clocks of %(zone)s changed their rules: %(wall)s there stays; "
            "it is now %(now)s UTC instead of %(before)s."
        )
        return [sentence % self.details]

    def seen_from(self, parties: Sequence[Party]) -> "ClocksChange":
        return self


News = ChangeText | ClocksChange


def in_words(changes: Iterable[Change], parties: Sequence[Party]) -> list[ChangeText]:
    """Changes with everything they name."""
    changes = list(changes)
    rows = [row for one in changes for row in (one.before, one.after) if row]
    names = Names.of(parties, rows)
    return [ChangeText(one, names) for one in changes]


def _start(row: Row) -> datetime | None:
    span = instants(row)
    return span[0] if span else None


def _clock(row: Row, party: Party, *, with_day: bool) -> str:
    start = _start(row)
    if not row["wall"]:
        return day_words(day_of(row))
    if start is None:  # skipped by the clocks: as it was typed
        return f"{row['day']} {row['wall']}"
    local = start.astimezone(party.zone_info)
    return f"{day_words(local)} {local:%H:%M}" if with_day else f"{local:%H:%M}"


def when(row: Row, parties: Sequence[Party]) -> str:
    """A row's beginning in every side's clock; its day where no hour is known."""
    if not row["wall"]:
        return day_words(day_of(row))
    clocks = [f"{_clock(row, party, with_day=True)} {party.place.name}" for party in parties]
    return _in_clocks(clocks)


def _times(before: Row, after: Row, parties: Sequence[Party]) -> str:
    """“15:00 → 16:00 Kuala Lumpur (10:00 → 11:00 Moscow)”, with days where they differ."""
    if not (before["wall"] or after["wall"]):
        return f"{when(before, parties)} → {when(after, parties)}"
    return _in_clocks([_move(before, after, party) for party in parties])


def _move(before: Row, after: Row, party: Party) -> str:
    one, other = _start(before), _start(after)
    zone = party.zone_info
    same_day = one and other and one.astimezone(zone).date() == other.astimezone(zone).date()
    old = _clock(before, party, with_day=not same_day)
    new = _clock(after, party, with_day=not same_day)
    return f"{old} → {new} {party.place.name}"


def _in_clocks(clocks: list[str]) -> str:
    if len(clocks) < 2:
        return "".join(clocks)
    return _("%(first)s (%(others)s)") % {"first": clocks[0], "others": " · ".join(clocks[1:])}


def _field(name: str) -> Any:
    return Sitting._meta.get_field(name)


def _line(name: str, before: Row, after: Row, names: Names) -> str:
    if name == "join_link":
        return _("The joining link is another one.") if after[name] else _("No joining link.")
    label = _("Who presides") if name == "chairs" else _field(name).verbose_name
    return _("%(field)s: %(before)s → %(after)s") % {
        "field": capfirst(str(label)),
        "before": _shown(name, before, names) or _("none"),
        "after": _shown(name, after, names) or _("none"),
    }


def _choice(field: str) -> Callable[[Row, Names], str]:
    return lambda row, names: str(dict(_field(field).flatchoices)[row[field]])


_SHOWN: dict[str, Callable[[Row, Names], str]] = {
    "area": lambda row, names: str(names.areas.get(row["area"]) or ""),
    "room": lambda row, names: str(names.rooms.get(row["room"]) or ""),
    "chairs": lambda row, names: names.chairs(row),
    "kind": _choice("kind"),
    "mode": _choice("mode"),
    "is_open": lambda row, names: _("yes") if row["is_open"] else _("no"),
    "languages": lambda row, names: ", ".join(row["languages"]),
}


def _shown(name: str, row: Row, names: Names) -> str:
    if name in _SHOWN:
        return _SHOWN[name](row, names)
    if name == "level":
        return str(Sitting.Level(row["level"]).label) if row["level"] else ""
    return str(row[name] or "")


# --- proposals ------------------------------------------------------------------------


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
