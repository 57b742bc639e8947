"""What lies on which day, as far as a reader may see it.

The database cuts it: of a day with a hundred sittings only those few come over that the page
shows, with the number of all. A sitting lies on every day that it touches in the clock of the
page; a meeting whose programme the reader does not see lies on its own days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
)
from psycopg.sql import SQL, Composed

from meetings.grid import Period
from meetings.models import Area, Body, BodyParty, Meeting, MeetingNumber, Sitting
from portal.clocks import DAY
from portal.models import Party

OFF = (Meeting.Status.POSTPONED, Meeting.Status.CANCELLED)
# What the calendar can be asked for: how far a meeting has come.
STAGES = {
    "planned": Q(status__in=Meeting.PREPARED),
    "announced": Q(status__in=("announced", "in_session", "suspended", "resumed")),
    "held": Q(status__in=("held", "closed")),
}


@dataclass(frozen=True)
class Choice:
    """What the reader has chosen to see of all that the reader may see."""

    bodies: tuple[int, ...] | None = None  # a commission with everything beneath it
    side: Party | None = None
    kind: str = ""
    area: int | None = None
    stage: str = ""

    @property
    def of_sittings(self) -> bool:
        """Whether it asks for something that a meeting without a programme cannot have."""
        return bool(self.kind or self.area)


# --- what is chosen, as questions to the database --------------------------------------


def _under(prefix: str, condition: Q) -> Q:
    """The same condition, asked of the meeting of a sitting."""
    return Q(**{f"{prefix}{name}": value for name, value in condition.children})


def _of_body(choice: Choice, prefix: str) -> Q:
    """Meetings of the bodies chosen; a joint one counts in each body that it serves."""
    if choice.bodies is None:
        return Q()
    numbers = MeetingNumber.objects.filter(meeting=OuterRef(f"{prefix}pk"), body__in=choice.bodies)
    return Q(**{f"{prefix}body__in": choice.bodies}) | Exists(numbers)


def _of_side(choice: Choice, prefix: str) -> Q:
    """Meetings of bodies in which the side sits on that day, and of its own part."""
    if choice.side is None:
        return Q()
    day = OuterRef(f"{prefix}starts_on")
    seats = BodyParty.objects.filter(
        Q(since=None) | Q(since__lte=day),
        Q(until=None) | Q(until__gte=day),
        body=OuterRef(f"{prefix}body"),
        party=choice.side,
    )
    own = Q(**{f"{prefix}side": None}) | Q(**{f"{prefix}side": choice.side})
    return own & Exists(seats)


def _is_off() -> Q:
    return Q(status=Sitting.Status.CANCELLED) | Q(meeting__status__in=OFF)


def _chosen_sittings(found: QuerySet[Sitting], choice: Choice) -> QuerySet[Sitting]:
    found = found.filter(_of_body(choice, "meeting__"), _of_side(choice, "meeting__"))
    if choice.kind:
        found = found.filter(kind=choice.kind)
    if choice.area:
        areas = Area.objects.filter(Q(pk=choice.area) | Q(merged_into=choice.area))
        found = found.filter(area__in=areas.values("pk"))
    if choice.stage in STAGES:
        found = found.filter(_under("meeting__", STAGES[choice.stage])).taking_place()
    if choice.stage == "off":
        found = found.filter(_is_off())
    return found


def _chosen_meetings(found: QuerySet[Meeting], choice: Choice) -> QuerySet[Meeting]:
    found = found.filter(_of_body(choice, ""), _of_side(choice, ""))
    if choice.of_sittings:
        return found.none()
    if choice.stage in STAGES:
        return found.filter(STAGES[choice.stage])
    return found.filter(status__in=OFF) if choice.stage == "off" else found


# --- the cut ---------------------------------------------------------------------------

# A line is one thing on one day. Of a day, what takes place goes before what was called off,
# what fills days before what has hours, and the earlier before the later.
# A sitting lasts a day at most, so it touches no more than three days, one of 23 hours between.
OF_SITTINGS = SQL(
    """
    SELECT first_day + shift AS day, 1 AS rank, id, is_off, begins
    FROM (
        SELECT id, is_off, CASE WHEN is_timed THEN starts_at END AS begins,
               CASE WHEN is_timed THEN (starts_at AT TIME ZONE %s)::date ELSE own_day END
                   AS first_day,
               CASE WHEN is_timed
                   THEN ((ends_at - interval '1 microsecond') AT TIME ZONE %s)::date
                   ELSE own_day END AS last_day
        FROM ({sittings}) AS visible (id, starts_at, ends_at, own_day, is_off, is_timed)
    ) AS sitting, (VALUES (0), (1), (2)) AS shifts (shift)
    WHERE first_day + shift <= last_day AND first_day + shift BETWEEN %s AND %s
    """
)
OF_MEETINGS = SQL(
    """
    SELECT day::date AS day, 0 AS rank, id, is_off, NULL::timestamptz AS begins
    FROM ({meetings}) AS meeting (id, starts_on, ends_on, is_off)
    JOIN generate_series(%s::timestamp, %s::timestamp, interval '1 day') AS day
        ON day BETWEEN starts_on AND ends_on
    """
)
OF_EACH_DAY = SQL(
    """
    SELECT day, rank, id, number FROM (
        SELECT lines.*,
               row_number() OVER (
                   PARTITION BY day ORDER BY is_off, rank, begins NULLS FIRST, id
               ) AS place,
               count(*) OVER (PARTITION BY day) AS number
        FROM ({lines}) AS lines
    ) AS counted
    WHERE place <= %s
    ORDER BY day, rank, begins NULLS FIRST, id
    """
)
IN_ORDER = SQL(
    """
    SELECT day, rank, id, 1 FROM ({lines}) AS lines
    ORDER BY day, rank, begins NULLS FIRST, id OFFSET %s LIMIT %s
    """
)
HOW_MANY = SQL("SELECT count(*) FROM ({lines}) AS lines")


@dataclass(frozen=True)
class Line:
    """One sitting, or one meeting without a programme, on one day."""

    day: date
    of_day: int  # how many lines that day has in all
    meeting: Meeting
    sitting: Sitting | None = None

    @property
    def is_timed(self) -> bool:
        """Whether it has an hour: no meeting without a programme has one."""
        return bool(self.sitting and self.sitting.is_timed)

    @property
    def is_off(self) -> bool:
        """Called off, the sitting alone or the whole meeting."""
        return self.meeting.is_off or bool(self.sitting and self.sitting.is_cancelled)


class Days:
    """The lines of a period in one clock, for one reader and one choice.

    `bodies` are all that the reader may see, `areas` all of these: read once, shared by all lines.
    """

    def __init__(
        self,
        user: Any,
        choice: Choice,
        period: Period,
        zone: ZoneInfo,
        bodies: Mapping[int, Body],
        areas: Mapping[int, Area],
    ) -> None:
        self.zone, self.bodies, self.areas, self.period = zone, bodies, areas, period
        self.choice = choice
        self.first, self.last = period.first, period.last
        self.visible = Sitting.objects.visible_to(user).order_by()
        self.sittings = _chosen_sittings(self.visible, choice)
        self.meetings = _chosen_meetings(Meeting.objects.visible_to(user).order_by(), choice)

    def of_each_day(self, at_most: int) -> list[Line]:
        """So many lines of each day, and with each the number of all."""
        return self._read(OF_EACH_DAY, at_most)

    def inexact(self, at_most: int) -> QuerySet[Meeting]:
        """Meetings known only by a window, a month or a year that touches the period."""
        found = self.meetings.exclude(precision__in=("day", "unknown"))
        found = found.filter(starts_on__lte=self.period.ends, ends_on__gte=self.period.begins)
        return found.select_related("body").order_by("starts_on", "pk")[:at_most]

    def nearest(self) -> tuple[date | None, date | None]:
        """Where nothing lies here: the last day before on which something takes place, and
        the first one after."""
        begins = datetime.combine(self.first, time(), self.zone)
        ends = datetime.combine(self.last + DAY, time(), self.zone)
        sittings = self._not_off(self.sittings, _is_off()).aggregate(
            before=Max("starts_at", filter=Q(starts_at__lt=begins, wall__isnull=False)),
            after=Min("starts_at", filter=Q(starts_at__gte=ends, wall__isnull=False)),
            day_before=Max("day", filter=Q(day__lt=self.first, wall=None)),
            day_after=Min("day", filter=Q(day__gt=self.last, wall=None)),
        )
        meetings = self._not_off(self._without_programme(), Q(status__in=OFF)).aggregate(
            before=Max("ends_on", filter=Q(ends_on__lt=self.first)),
            after=Min("starts_on", filter=Q(starts_on__gt=self.last)),
        )
        before = (self._day(sittings["before"]), sittings["day_before"], meetings["before"])
        after = (self._day(sittings["after"]), sittings["day_after"], meetings["after"])
        return max(filter(None, before), default=None), min(filter(None, after), default=None)

    def _day(self, moment: datetime | None) -> date | None:
        return moment.astimezone(self.zone).date() if moment else None

    def _not_off(self, found: QuerySet, off: Q) -> QuerySet:
        """Without what was called off, unless just that is looked for."""
        return found if self.choice.stage == "off" else found.exclude(off)

    # A paginator asks for these two.

    def count(self) -> int:
        """How many lines there are."""
        found = self._ask(HOW_MANY)
        return found[0][0] if found else 0

    def __getitem__(self, part: slice) -> list[Line]:
        return self._read(IN_ORDER, part.start, part.stop - part.start)

    def _read(self, question: SQL, *params: int) -> list[Line]:
        found = self._ask(question, *params)
        sittings = _sittings_shown([pk for _day, rank, pk, _number in found if rank])
        meetings = _meetings_shown({pk for _day, rank, pk, _number in found if not rank})
        for sitting in sittings.values():
            if sitting.area_id in self.areas:
                sitting.area = self.areas[sitting.area_id]
        for meeting in (*meetings.values(), *(one.meeting for one in sittings.values())):
            if meeting.body_id in self.bodies:  # or the reader comes by another body it serves
                meeting.body = self.bodies[meeting.body_id]
        return [
            Line(day, number, sittings[pk].meeting, sittings[pk])
            if rank
            else Line(day, number, meetings[pk])
            for day, rank, pk, number in found
        ]

    def _ask(self, question: SQL, *params: int) -> list[tuple]:
        parts = [part for part in (self._of_sittings(), self._of_meetings()) if part]
        if not parts:
            return []
        lines = SQL(" UNION ALL ").join(sql for sql, _params in parts)
        given = [param for _sql, values in parts for param in values]
        with connection.cursor() as cursor:
            cursor.execute(question.format(lines=lines).as_string(None), [*given, *params])
            return cursor.fetchall()

    def _of_sittings(self) -> tuple[Composed, list] | None:
        begins = datetime.combine(self.first, time(), self.zone)
        ends = datetime.combine(self.last + DAY, time(), self.zone)
        found = self.sittings.filter(
            # A sitting lasts a day at most: so the index on its start is enough. One without
            # an hour stands on its own day, whatever the clock; clocks are 26 hours apart at most.
            Q(wall=None) | Q(starts_at__lt=ends, ends_at__gt=begins),
            starts_at__gte=begins - timedelta(days=2),
            starts_at__lt=ends + timedelta(days=2),
        )
        zone = str(self.zone)
        return _part(
            OF_SITTINGS,
            "sittings",
            found.annotate(
                off=_as_flag(_is_off()), timed=_as_flag(Q(wall__isnull=False))
            ).values_list("pk", "starts_at", "ends_at", "day", "off", "timed"),
            before=[zone, zone],
            after=[self.first, self.last],
        )

    def _without_programme(self) -> QuerySet[Meeting]:
        """Meetings that lie on their own days, because the reader sees no sitting of them."""
        sittings = self.visible.filter(meeting=OuterRef("pk"))
        return self.meetings.filter(~Exists(sittings), precision=Meeting.Precision.DAY)

    def _of_meetings(self) -> tuple[Composed, list] | None:
        found = self._without_programme().filter(starts_on__lte=self.last, ends_on__gte=self.first)
        return _part(
            OF_MEETINGS,
            "meetings",
            found.annotate(off=_as_flag(Q(status__in=OFF))).values_list(
                "pk", "starts_on", "ends_on", "off"
            ),
            after=[self.first, self.last],
        )


def _as_flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _part(
    frame: SQL, name: str, found: QuerySet, *, before: Sequence = (), after: Sequence = ()
) -> tuple[Composed, list] | None:
    """A part of the question with its parameters; None where nothing can be found."""
    try:
        text, params = found.query.sql_with_params()
    except EmptyResultSet:
        return None
    return frame.format(**{name: SQL(text)}), [*before, *params, *after]


OF_A_SITTING = (
    *("kind", "title", "status", "mode", "day", "wall", "minutes", "zone"),
    *("starts_at", "ends_at", "area"),
)
OF_A_MEETING = (
    *("starts_on", "ends_on", "precision", "zone", "status", "mode", "number", "series", "title"),
    *("side", "body", "is_joint"),
)


def _sittings_shown(pks: Iterable[int]) -> dict[int, Sitting]:
    """The sittings with what a line says of them and of their meeting, and no more."""
    of_meetings = (f"meeting__{name}" for name in OF_A_MEETING)
    shown = Sitting.objects.select_related("meeting").only(*OF_A_SITTING, *of_meetings)
    return {one.pk: one for one in shown.filter(pk__in=pks).order_by()}


def _meetings_shown(pks: Iterable[int]) -> dict[int, Meeting]:
    return {one.pk: one for one in Meeting.objects.filter(pk__in=pks).order_by()}
