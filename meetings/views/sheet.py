"""A sheet of the calendar: what month, week and list have in common."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import grid
from meetings.days import Choice, Days, Line
from meetings.forms.calendar import CalendarForm
from meetings.models import Area, Body, BodyParty, Meeting, Sitting, standing
from portal.clocks import Place, day_words, holiday_on, with_own_place
from portal.models import Party, alternat

SIDES_AT_MOST = 6  # of more, nobody reads the holidays and the clocks any longer
INEXACT_AT_MOST = 12


@dataclass(frozen=True)
class Mark:
    """Why a day is not like others: rest or a holiday, and whose."""

    words: str
    is_holiday: bool


@dataclass(frozen=True)
class Clock:
    """A clock that the days can be reckoned in, under its name in the address."""

    code: str
    place: Place

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.place.zone)


class Sheet:
    """Who reads, which days in which clock, what was chosen, whose days off are marked."""

    def __init__(self, user: Any, asked: QueryDict) -> None:
        self.user = user
        self.bodies = {body.pk: body for body in _bodies(user)}
        self.seats = _seats(self.bodies)
        self.parties = Party.objects.in_bulk({party for _body, party, *_rest in self.seats})
        self.areas = {area.pk: area for area in _areas(self.bodies)}
        self.form = CalendarForm(
            asked,
            bodies=_as_tree(self.bodies.values()),
            parties=sorted(self.parties.values(), key=lambda party: party.label),
            areas=self._areas_of(asked.get("body", "")),
        )
        self.view = self.form.chosen("view") or "month"

    # --- what was chosen ---------------------------------------------------------------

    def _branch(self, pk: int | None) -> tuple[int, ...] | None:
        """A body with everything beneath it that the reader may know of."""
        if pk is None:
            return None
        return tuple(one.pk for one in self.bodies.values() if pk in (one.pk, *one.above))

    def _areas_of(self, body: str) -> list[tuple[Area, str]]:
        """The areas in use in the bodies chosen, with their body where there are several."""
        chosen = int(body) if body.isascii() and body.isdigit() else None
        branch = set(self._branch(chosen) or self.bodies)
        areas = [one for one in self.areas.values() if one.body_id in branch and not one.until]
        if len({area.body_id for area in areas}) < 2:
            return [(area, str(area)) for area in areas]
        return [(area, self._area_of_body(area)) for area in areas]

    def _area_of_body(self, area: Area) -> str:
        names = {"area": area, "body": self.bodies[area.body_id].label}
        return _("%(area)s (%(body)s)") % names

    @cached_property
    def choice(self) -> Choice:
        """The filters, as the database understands them."""
        side = self.form.chosen("side")
        return Choice(
            bodies=self._branch(self.form.chosen("body")),
            side=next((one for one in self.parties.values() if one.code == side), None),
            kind=self.form.chosen("kind") or "",
            area=self.form.chosen("area"),
            stage=self.form.chosen("status") or "",
        )

    # --- sides and clocks --------------------------------------------------------------

    @cached_property
    def sides(self) -> list[Party]:
        """The sides of the commission chosen, else of those where the reader holds an office,
        else of all that the reader sees; where these are too many, the reader's own."""
        held = standing(self.user)
        offices = {one.body_id for one in held.held}
        bodies = self.choice.bodies or offices & set(self.bodies) or set(self.bodies)
        day = timezone.localdate() if self.choice.bodies is None else self._day
        sitting = dict.fromkeys(
            party
            for body, party, since, until in self.seats
            if body in bodies and (since or day) <= day <= (until or day)
        )
        own = held.party_ids | {self.user.party_id if self.user.is_authenticated else None}
        sides = alternat([self.parties[pk] for pk in sitting], own)
        if self.choice.side and self.choice.side not in sides:
            sides.append(self.choice.side)
        if len(sides) > SIDES_AT_MOST:
            sides = [party for party in sides if party.pk in own or party == self.choice.side]
        return [party.as_of(day) for party in sides]

    @cached_property
    def clocks(self) -> list[Clock]:
        """One for each side, and the reader's own where no side keeps it."""
        clocks: dict[str, Clock] = {}
        for party in self.sides:
            clocks.setdefault(party.zone, Clock(party.code, party.place))
        places = [clock.place for clock in clocks.values()]
        own = [Clock("own", place) for place in with_own_place(places)[len(places) :]]
        return [*clocks.values(), *own] or [Clock("utc", Place(zone="UTC", name="UTC"))]

    @cached_property
    def clock(self) -> Clock:
        """The one asked for, else the reader's, else the first side's."""
        zone = timezone.get_current_timezone_name()
        asked = [one for one in self.clocks if one.code == self.form.chosen("clock")]
        own = [one for one in self.clocks if one.place.zone == zone]
        return [*asked, *own, *self.clocks][0]

    @cached_property
    def today(self) -> date:
        """Which day it is in the clock of the sheet."""
        return timezone.now().astimezone(self.clock.zone).date()

    # --- days --------------------------------------------------------------------------

    @property
    def _day(self) -> date:
        return self.form.chosen("day") or timezone.localdate()

    @cached_property
    def period(self) -> grid.Period:
        """The days that the sheet is about."""
        return grid.period(self.view, self.form.chosen("day") or self.today)

    @cached_property
    def days(self) -> Days:
        """What lies on them."""
        zone = self.clock.zone
        return Days(self.user, self.choice, self.period, zone, self.bodies, self.areas)

    def marks(self, day: date) -> list[Mark]:
        """Whose day of rest or holiday it is, in words."""
        resting = [party for party in self.sides if day.isoweekday() in party.rest_days_on(day)]
        names = [(party, holiday_on(party, day)) for party in self.sides]
        holidays = [
            Mark(_("%(party)s: %(holiday)s") % {"party": party.label, "holiday": name}, True)
            for party, name in names
            if name
        ]
        return [*_rest(resting, len(self.sides)), *holidays]

    # --- addresses ---------------------------------------------------------------------

    @cached_property
    def _kept(self) -> str:
        """What an address of this sheet keeps beside view and day."""
        clock = self.form.chosen("clock")
        return urlencode({**self.form.filters, **({"clock": clock} if clock else {})})

    def address(self, view: str, day: date) -> str:
        """Another view or day of the same choice."""
        kept = f"&{self._kept}" if self._kept else ""
        return f"?view={view}&day={day.isoformat()}{kept}"

    def _steps(self) -> dict[str, str]:
        period = self.period
        return {
            "before": self.address(self.view, period.before) if period.before else "",
            "today": self.address(self.view, self.today),
            "after": self.address(self.view, period.after) if period.after else "",
        }

    def _focus(self) -> date:
        """The day that another view turns to: today where it is in sight."""
        asked = self.form.chosen("day")
        inside = self.period.begins <= self.today <= self.period.ends
        return self.today if inside and not asked else asked or self.period.begins

    # --- what every template shows -----------------------------------------------------

    @property
    def title(self) -> str:
        """November 2026, a week from day to day, or one day."""
        period = self.period
        if self.view == "day":
            return day_words(period.begins)
        if self.view == "week":
            span = {"first": day_words(period.begins), "last": day_words(period.ends)}
            return _("%(first)s – %(last)s") % span
        return date_format(period.begins, "YEAR_MONTH_FORMAT")

    def context(self) -> dict[str, Any]:
        """The frame around month, week and list."""
        views = (("month", _("Month")), ("week", _("Week")), ("list", _("List")))
        shown = "list" if self.view == "day" else self.view
        focus = self._focus()
        unclear = list(self.days.inexact(INEXACT_AT_MOST))
        return {
            "sheet": self,
            "title": self.title,
            "period": self.period,
            "clock": self.clock.place,
            "clocks": [
                (f"{self._without_clock(focus)}&clock={one.code}", one.place, one == self.clock)
                for one in self.clocks
            ],
            "views": [(self.address(view, focus), label, view == shown) for view, label in views],
            "steps": self._steps(),
            "inexact": [_Unclear(meeting) for meeting in unclear],
            "calendar_url": reverse("calendar"),
        }

    def emptiness(self, title: str) -> dict[str, Any]:
        """What a page without a line says, and where it leads.

        It blames no filter when none is chosen, and never shows what was called off as the next.
        """
        before, after = self.days.nearest()
        leads = (
            (after, _("The next: %(day)s")),
            (before, _("The last before: %(day)s")),
        )
        return {
            "title": title,
            "filtered": bool(self.form.filters),
            "leads": [
                (self.address(self.view, day), words % {"day": day_words(day)})
                for day, words in leads
                if day
            ],
        }

    @property
    def asked_clock(self) -> str:
        """The clock in the address, if there is one."""
        return self.form.chosen("clock") or ""

    @property
    def unfiltered(self) -> str:
        """The same days without any filter."""
        return f"?view={self.view}&day={self.period.begins.isoformat()}"

    def _without_clock(self, day: date) -> str:
        filters = urlencode({"view": self.view, "day": day.isoformat(), **self.form.filters})
        return f"?{filters}"


@dataclass(frozen=True)
class _Unclear:
    """A meeting whose days are not known to the day."""

    meeting: Meeting

    @property
    def words(self) -> str:
        """Some time in March 2027; some time between two days."""
        meeting = self.meeting
        if meeting.precision == Meeting.Precision.WINDOW:
            span = {"first": day_words(meeting.starts_on), "last": day_words(meeting.ends_on)}
            return _("Some time between %(first)s and %(last)s") % span
        return _("Some time in %(period)s") % {"period": meeting.days_words}


def _rest(resting: list[Party], number: int) -> Iterator[Mark]:
    if resting and len(resting) == number:
        yield Mark(_("Day of rest"), False)
    elif resting:
        names = ", ".join(party.label for party in resting)
        yield Mark(_("Day of rest: %(parties)s") % {"parties": names}, False)


def _bodies(user: Any) -> Iterable[Body]:
    shown = ("name", "names", "former", "kind", "numerals", "above", "parent")
    return Body.objects.visible_to(user).only(*shown).order_by("name")


def _seats(bodies: Iterable[int]) -> list[tuple]:
    """(body, party, since, until) in the order of the bodies' prints."""
    seats = BodyParty.objects.filter(body__in=list(bodies)).order_by("order", "pk")
    return list(seats.values_list("body", "party", "since", "until"))


def _areas(bodies: Iterable[int]) -> Iterable[Area]:
    """In use or not: a sitting of old may be about one that is no longer."""
    areas = Area.objects.filter(body__in=list(bodies))
    return areas.only("name", "names", "former", "until", "body").order_by("body_id", "number")


def _as_tree(bodies: Iterable[Body]) -> list[tuple[Body, int]]:
    """Every body after the one above it, with how deep it stands."""
    bodies = list(bodies)
    known = {body.pk for body in bodies}
    beneath: dict[int | None, list[Body]] = {}
    for body in bodies:
        beneath.setdefault(body.parent_id if body.parent_id in known else None, []).append(body)

    def branch(parent: int | None, depth: int) -> Iterator[tuple[Body, int]]:
        for body in beneath.get(parent, []):
            yield body, depth
            yield from branch(body.pk, depth + 1)

    return list(branch(None, 0))


def more_words(number: int) -> str:
    """That there is more on a day than is shown."""
    return ngettext("%(number)s more", "%(number)s more", number) % {"number": number}


# --- a line as it is drawn -------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A line of the calendar in words."""

    line: Line
    url: str
    hours: str  # when it begins there, or until when it goes on; empty for whole days
    words: str
    body: str  # empty where all lines are of one body
    state: str  # a word where it is not simply to take place
    keeper: str  # the side that keeps it to itself
    goes_on: bool  # a sitting that began the day before

    beside = ""  # what takes place at the same time, in words, where the page tells it

    @property
    def is_off(self) -> bool:
        return self.line.is_off

    @property
    def classes(self) -> str:
        """How it is drawn: whatever it is has its word too."""
        facts = {
            "is-whole": not self.line.is_timed,
            "is-prepared": self.line.meeting.status in Meeting.PREPARED,
            "is-kept": bool(self.keeper),
            "is-off": self.is_off,
        }
        return " ".join(["calendar-line", *(name for name, holds in facts.items() if holds)])


def entries(sheet: Sheet, lines: Sequence[Line]) -> list[Entry]:
    """The lines in the words and the clock of the sheet."""
    bodies = sheet.choice.bodies or tuple(sheet.bodies)
    names_bodies = len(bodies) > 1
    zone = sheet.clock.zone
    return [
        Entry(
            line=line,
            url=(line.sitting or line.meeting).get_absolute_url(),
            hours=_hours(line, zone),
            words=line.sitting.label if line.sitting else line.meeting.label,
            body=line.meeting.body_label if names_bodies else "",
            state=_state(line),
            keeper=_keeper(sheet, line.meeting),
            goes_on=line.is_timed and _start_day(line, zone) < line.day,
        )
        for line in lines
    ]


def _start_day(line: Line, zone: ZoneInfo) -> date:
    return line.sitting.starts_at.astimezone(zone).date()


def _hours(line: Line, zone: ZoneInfo) -> str:
    if line.sitting is None:
        return ""
    if not line.is_timed:
        return line.sitting.no_hour
    start = line.sitting.starts_at.astimezone(zone)
    if start.date() == line.day:
        return f"{start:%H:%M}"
    end = line.sitting.ends_at.astimezone(zone)
    if end.date() == line.day:
        return _("until %(time)s") % {"time": f"{end:%H:%M}"}
    return _("all day")


def _state(line: Line) -> str:
    if line.sitting and line.sitting.is_cancelled:
        return str(Sitting.Status.CANCELLED.label)
    if line.is_off or line.meeting.status in Meeting.PREPARED:
        return str(Meeting.Status(line.meeting.status).label)
    return ""


def _keeper(sheet: Sheet, meeting: Meeting) -> str:
    if meeting.side_id is None:
        return ""
    party = sheet.parties.get(meeting.side_id)
    return party.label if party else ""
