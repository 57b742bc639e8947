"""What speaks against a programme, said before it is saved: pure rules, each a sentence.

Nothing here forbids anything but what the database refuses anyway (`refused`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models.meeting import LEAD
from portal.clocks import DAY, day_off, day_words, office_hours
from portal.models import Party

# What people do outside office hours as a matter of course.
AFTER_HOURS = {"meal", "travel", "visit", "ceremony"}
AT_HOME = {"virtual"}
# What prepares a meeting, in the days or weeks before it.
AHEAD = {"consultation"}


@dataclass(frozen=True)
class Planned:
    """A sitting as the rules look at it."""

    uid: str
    label: str
    kind: str
    mode: str
    zone: str
    start: datetime
    end: datetime
    room: int | None = None
    room_label: str = ""
    city: str = ""
    people: dict[int, str] = field(default_factory=dict)  # who has to be there, by number

    def overlaps(self, other: "Planned") -> bool:
        return self.start < other.end and other.start < self.end

    def day_in(self, zone: str) -> date:
        return self.start.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Frame:
    """What a programme is measured by: its sides, its days, its host, and what runs elsewhere."""

    parties: Sequence[Party]
    first: date
    last: date
    zone: str
    is_exact: bool = True
    host: Party | None = None
    elsewhere: Sequence[Planned] = ()  # sittings of other meetings with the same rooms or people
    registered: Sequence[frozenset[str]] = ()  # the sittings that each person registered for


@dataclass(frozen=True)
class Conflict:
    """One thing that speaks against it: which rows, and a sentence with the way out."""

    uids: tuple[str, ...]
    sentence: str
    refused: bool = False  # the database does not take it
    brief: str = ""  # beside each row, where the sentence speaks of many

    @property
    def at_row(self) -> str:
        """What is said beside a row."""
        return self.brief or self.sentence


def conflicts_of(planned: Sequence[Planned], frame: Frame) -> list[Conflict]:
    """Everything that speaks against a programme, what is refused first."""
    found = [conflict for rule in RULES for conflict in rule(planned, frame)]
    return sorted(found, key=lambda conflict: not conflict.refused)


def _at_once(planned: Sequence[Planned]) -> Iterator[tuple[Planned, Planned]]:
    return (pair for pair in combinations(planned, 2) if pair[0].overlaps(pair[1]))


# --- two things at once ---------------------------------------------------------------


def _rooms(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for one, other in _at_once(planned):
        if one.room and one.room == other.room:
            sentence = _(
                "%(room)s is wanted twice at once: for %(one)s and for %(other)s. "
                "Choose another room or another time for one of them."
            )
            yield Conflict(
                (one.uid, other.uid),
                sentence % {"room": one.room_label, "one": one.label, "other": other.label},
                refused=True,
            )
    for one in planned:
        for other in frame.elsewhere:
            if one.room and one.room == other.room and one.overlaps(other):
                sentence = _(
                    "%(room)s is taken by another sitting when %(one)s is to be there. "
                    "Choose another room or another time."
                )
                names = {"room": one.room_label, "one": one.label}
                yield Conflict((one.uid,), sentence % names, refused=True)


def _people(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for one, other in _at_once(planned):
        for person in sorted(set(one.people) & set(other.people)):
            sentence = _(
                "%(person)s presides over %(one)s and %(other)s at the same time. "
                "Move one of them, or let somebody else preside."
            )
            names = {"person": one.people[person], "one": one.label, "other": other.label}
            yield Conflict((one.uid, other.uid), sentence % names)
    for one in planned:
        for other in frame.elsewhere:
            if one.overlaps(other):
                yield from _busy_elsewhere(one, other)


def _busy_elsewhere(one: Planned, other: Planned) -> Iterator[Conflict]:
    for person in sorted(set(one.people) & set(other.people)):
        sentence = _(
            "%(person)s presides over a sitting of another meeting (%(other)s) during %(one)s. "
            "Choose another time, or let somebody else preside."
        )
        names = {"person": one.people[person], "one": one.label, "other": other.label}
        yield Conflict((one.uid,), sentence % names)


def _registered(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for one, other in _at_once(planned):
        number = sum({one.uid, other.uid} <= chosen for chosen in frame.registered)
        if number:
            sentence = ngettext(
                "%(number)d person is registered for both %(one)s and %(other)s, which run at "
                "the same time. Move one of them, or let the people choose.",
                "%(number)d people are registered for both %(one)s and %(other)s, which run at "
                "the same time. Move one of them, or let the people choose.",
                number,
            )
            names = {"number": number, "one": one.label, "other": other.label}
            yield Conflict((one.uid, other.uid), sentence % names)


def _plenaries(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for one, other in _at_once([row for row in planned if row.kind == "plenary"]):
        sentence = _(
            "Two plenary sessions run at the same time: %(one)s and %(other)s. "
            "Everybody belongs to both; move one of them."
        )
        names = {"one": one.label, "other": other.label}
        yield Conflict((one.uid, other.uid), sentence % names)


def _beside_plenary(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    """What is held beside a plenary session takes people out of it; a journey has its own rule."""
    for one, other in _at_once(planned):
        if (one.kind == "plenary") != (other.kind == "plenary"):
            plenary, beside = (one, other) if one.kind == "plenary" else (other, one)
            if beside.kind != "travel":
                yield _out_of_plenary(plenary, beside)


def _out_of_plenary(plenary: Planned, beside: Planned) -> Conflict:
    sentence = _(
        "%(beside)s is held during %(plenary)s, where everybody belongs. "
        "Move one of them, or leave it so if other people attend it."
    )
    names = {"beside": beside.label, "plenary": plenary.label}
    return Conflict((plenary.uid, beside.uid), sentence % names)


# --- days and hours -------------------------------------------------------------------


def _days(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    if not frame.is_exact:
        return
    outside = [one for one in planned if _is_stray(one, frame)]
    if outside:
        sentence = ngettext(
            "%(sittings)s is outside the days of the meeting. Move it, or change the days; "
            "leave it so if it prepares the meeting.",
            "%(sittings)s are outside the days of the meeting. Move them, or change the days; "
            "leave them so if they prepare the meeting.",
            len(outside),
        )
        brief = _("Outside the days of the meeting.")
        yield Conflict(_uids(outside), sentence % {"sittings": _labels(outside)}, brief=brief)


def _is_stray(one: Planned, frame: Frame) -> bool:
    """Outside the days; experts are consulted before a meeting as a matter of course."""
    day = one.day_in(frame.zone)
    usual = one.kind in AHEAD and day >= frame.first - LEAD
    return day > frame.last or (day < frame.first and not usual)


def _rest(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for party in frame.parties:
        for day, sittings in _by_day(planned, party.zone):
            why = day_off(party, day)
            if why:
                sentence = _(
                    "%(party)s does not work on %(day)s (%(why)s): %(sittings)s. "
                    "Choose another day, or ask first whether people will come."
                )
                names = {
                    "party": party.label,
                    "day": day_words(day),
                    "why": why,
                    "sittings": _labels(sittings),
                }
                brief = _("%(party)s does not work that day: %(why)s.") % names
                yield Conflict(_uids(sittings), sentence % names, brief=brief)


def _hours(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for party in frame.parties:
        late = [one for one in planned if _outside_hours(one, party)]
        if late:
            sentence = _(
                "Outside the office hours of %(party)s (%(opens)s–%(closes)s %(city)s): "
                "%(sittings)s. Choose another time, or ask first whether people can come."
            )
            names = {
                "party": party.label,
                "opens": f"{party.opens:%H:%M}",
                "closes": f"{party.closes:%H:%M}",
                "city": party.place.name,
                "sittings": _labels(late),
            }
            brief = _("Outside the office hours of %(party)s.") % names
            yield Conflict(_uids(late), sentence % names, brief=brief)


def _outside_hours(one: Planned, party: Party) -> bool:
    # Who sits in one room keeps the hours of the place; at home one keeps one's own.
    away = one.mode == "in_person" and one.zone != party.zone
    if one.kind in AFTER_HOURS or away:
        return False
    hours = office_hours(party, one.day_in(party.zone))
    return hours is not None and not (hours[0] <= one.start and one.end <= hours[1])


# --- travelling -----------------------------------------------------------------------


def _cities(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    there = [one for one in planned if one.city and one.mode not in AT_HOME]
    for day, sittings in _by_day(there, frame.zone):
        cities = list(dict.fromkeys(one.city for one in sittings))
        journeys = [one for one in planned if one.kind == "travel"]
        if len(cities) > 1 and not any(one.day_in(frame.zone) == day for one in journeys):
            sentence = _(
                "Sittings in different cities on %(day)s (%(cities)s) and no travel between them. "
                "Add the travel, or move a sitting to another day."
            )
            names = {"day": day_words(day), "cities": ", ".join(cities)}
            brief = _("Different cities that day: %(cities)s.") % names
            yield Conflict(_uids(sittings), sentence % names, brief=brief)


def _journeys(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    for one, other in _at_once(planned):
        if (one.kind == "travel") != (other.kind == "travel"):
            travel, sitting = (one, other) if one.kind == "travel" else (other, one)
            sentence = _(
                "%(sitting)s takes place during %(travel)s. Move one of them, "
                "or leave it so if other people travel."
            )
            names = {"sitting": sitting.label, "travel": travel.label}
            yield Conflict((sitting.uid, travel.uid), sentence % names)


def _guests_under_way(planned: Sequence[Planned], frame: Frame) -> Iterator[Conflict]:
    together = [one.day_in(frame.zone) for one in planned if one.mode == "in_person"]
    guests = [party for party in frame.parties if frame.host and party.pk != frame.host.pk]
    if not together or not guests:
        return
    days = {min(together) - DAY, max(together) + DAY}
    for day, sittings in _by_day([one for one in planned if one.mode != "in_person"], frame.zone):
        if day in days:
            sentence = _(
                "%(parties)s may be travelling on %(day)s: %(sittings)s. "
                "Choose another day, or ask first."
            )
            names = {
                "parties": ", ".join(party.label for party in guests),
                "day": day_words(day),
                "sittings": _labels(sittings),
            }
            brief = _("%(parties)s may be travelling that day.") % names
            yield Conflict(_uids(sittings), sentence % names, brief=brief)


def _by_day(planned: Iterable[Planned], zone: str) -> list[tuple[date, list[Planned]]]:
    days: dict[date, list[Planned]] = defaultdict(list)
    for one in planned:
        days[one.day_in(zone)].append(one)
    return sorted(days.items())


def _labels(planned: Iterable[Planned]) -> str:
    return ", ".join(dict.fromkeys(one.label for one in planned))


def _uids(planned: Iterable[Planned]) -> tuple[str, ...]:
    return tuple(one.uid for one in planned)


RULES: tuple[Callable[[Sequence[Planned], Frame], Iterator[Conflict]], ...] = (
    _rooms,
    _people,
    _registered,
    _plenaries,
    _beside_plenary,
    _days,
    _rest,
    _hours,
    _cities,
    _journeys,
    _guests_under_way,
)
