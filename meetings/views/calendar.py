"""The calendar: everything that the reader may see, as a month, a week or a list."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.days import Line
from meetings.views.sheet import Entry, Mark, Sheet, entries, more_words
from meetings.views.week import week
from portal.clocks import Place, day_words

LINES_A_DAY = 3
LINES_A_PAGE = 40


@login_not_required
def calendar(request: HttpRequest) -> HttpResponse:
    """One month, week, list or day of the calendar, as the address asks for."""
    sheet = Sheet(request.user, request.GET)
    template, draw = DRAWN[sheet.view]
    return render(request, template, draw(sheet, request))


# --- a month ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One day of the month."""

    day: date
    number: str
    words: str
    url: str
    classes: str
    is_today: bool
    marks: list[Mark]
    entries: list[Entry]
    more: int

    @property
    def more_words(self) -> str:
        return more_words(self.more)


def _month(sheet: Sheet, request: HttpRequest) -> dict[str, Any]:
    return month(sheet)


def month(sheet: Sheet) -> dict[str, Any]:
    """Whole weeks, with at most three lines a day and the number of the others."""
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries(sheet, sheet.days.of_each_day(LINES_A_DAY)):
        by_day[entry.line.day].append(entry)
    weeks = [
        (
            days[0],
            sheet.address("week", days[0]),
            [_cell(sheet, day, by_day.get(day, [])) for day in days],
        )
        for days in sheet.period.weeks
    ]
    return {
        **sheet.context(),
        "weekdays": [
            (date_format(day, "l"), date_format(day, "D")) for day in sheet.period.days[:7]
        ],
        "weeks": weeks,
        "empty": None if by_day else sheet.emptiness(_("Nothing in this month")),
    }


def _cell(sheet: Sheet, day: date, found: Sequence[Entry]) -> Cell:
    marks = sheet.marks(day)
    inside = sheet.period.begins <= day <= sheet.period.ends
    facts = {
        "is-today": day == sheet.today,
        "is-outside": not inside,
        "is-off-day": bool(marks),
        "has-lines": bool(found),
    }
    return Cell(
        day=day,
        number=str(day.day),
        words=day_words(day),
        url=sheet.address("day", day),
        classes=" ".join(name for name, holds in facts.items() if holds),
        is_today=day == sheet.today,
        marks=marks,
        entries=list(found),
        more=found[0].line.of_day - len(found) if found else 0,
    )


# --- a list ----------------------------------------------------------------------------


def _list(sheet: Sheet, request: HttpRequest) -> dict[str, Any]:
    """Day after day, each line with the clocks of its sides."""
    page = Paginator(sheet.days, LINES_A_PAGE).get_page(request.GET.get("page"))
    lines: list[Line] = list(page.object_list)
    bodies = [line.meeting.body for line in lines]
    prefetch_related_objects(bodies, "seats__party")
    shown = zip(entries(sheet, lines), lines, strict=True)
    rows = [(entry, _chosen_first(sheet, line)) for entry, line in shown]
    return {
        **sheet.context(),
        "page": page,
        "groups": [
            (day, day_words(day), sheet.marks(day), day == sheet.today, list(group))
            for day, group in groupby(rows, key=lambda row: row[0].line.day)
        ],
        "of_month": sheet.address("list", sheet.period.begins) if sheet.view == "day" else "",
        "no_marks": sheet.marks(sheet.period.begins) if sheet.view == "day" and not lines else [],
        "empty": None if lines else sheet.emptiness(_nothing(sheet)),
    }


def _chosen_first(sheet: Sheet, line: Line) -> list[Place]:
    """The clock by which the days stand, then those of the sides in their order."""
    places = line.meeting.places(sheet.user)
    chosen = sheet.clock.place
    return [chosen, *(one for one in places if one.zone != chosen.zone)]


def _nothing(sheet: Sheet) -> str:
    return _("Nothing on this day") if sheet.view == "day" else _("Nothing in this month")


DRAWN = {
    "month": ("meetings/calendar_month.html", _month),
    "week": ("meetings/calendar_week.html", lambda sheet, _request: week(sheet)),
    "list": ("meetings/calendar_list.html", _list),
    "day": ("meetings/calendar_list.html", _list),
}
