"""A selection of participants as a table to take away: only what its reader may see.

Rows pass through one by one, so that fifty thousand take no more memory than fifty.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from delegations.models import Delegate
from meetings.models import Meeting

Cell = str | date | int
Row = Sequence[Cell]

SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t"}
AT_ONCE = 2000  # rows fetched together
# What a spreadsheet would take for a formula, or skip to find one.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def headings() -> list[str]:
    """The columns, in the reader's language."""
    return [
        gettext("Reference"),
        gettext("Honorific"),
        gettext("Full name"),
        gettext("Name in Latin letters"),
        gettext("Function"),
        gettext("Organisation"),
        gettext("Sector"),
        gettext("Side"),
        gettext("How they came"),
        gettext("Capacity"),
        gettext("Takes part"),
        gettext("Status"),
        gettext("Registered"),
        gettext("E-mail address"),
    ]


COLUMNS = (
    *("reference", "honorific", "full_name", "latin_name", "function", "organisation"),
    *("sector", "delegation__party", "track", "capacity", "attendance", "status"),
    *("registered_at", "email"),
)


def table(
    rows: QuerySet[Delegate], meeting: Meeting, *, known_closely: set[int]
) -> Iterator[list[Any]]:
    """The rows as cells; an address only of the sides whose people's addresses are known."""
    parties = {party.pk: party.label for party in meeting.sides()}
    zone = timezone.get_current_timezone()
    words = [
        {value: str(label) for value, label in choices}
        for choices in (
            Delegate.Sector.choices,
            Delegate.Track.choices,
            Delegate.Capacity.choices,
            Delegate.Attendance.choices,
            Delegate.Status.choices,
        )
    ]
    sectors, tracks, capacities, ways, statuses = words
    for row in rows.order_by("delegation", "pk").values_list(*COLUMNS).iterator(AT_ONCE):
        yield [
            *row[:6],
            sectors[row[6]],
            parties.get(row[7], ""),
            tracks[row[8]],
            capacities[row[9]],
            ways[row[10]],
            statuses[row[11]],
            _local_day(row[12], zone),
            row[13] if row[7] in known_closely else "",
        ]


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def write_excel(target: IO[bytes], rows: Iterator[Row], title: str) -> None:
    """A workbook with one sheet: texts are texts, never formulas; days are days."""
    import xlsxwriter  # only those need it who export

    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet(title)
    strong = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 3)
    sheet.set_column(0, 1, 12)
    sheet.set_column(2, 5, 28)
    sheet.set_column(6, 13, 16)
    for column, heading in enumerate(headings()):
        sheet.write_string(0, column, heading, strong)
    write_text, write_day = sheet.write_string, sheet.write_datetime
    number = 0
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if type(cell) is str:
                if cell:
                    write_text(number, column, cell)
            else:
                write_day(number, column, cell, day)
    sheet.autofilter(0, 0, number, len(COLUMNS) - 1)
    book.close()


def write_csv(target: IO[bytes], rows: Iterator[Row], separator: str) -> None:
    """Lines for any spreadsheet: marked as UTF-8, and what looks like a formula as a text."""
    text = TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(headings())
    for row in rows:
        writer.writerow([_harmless(cell) if type(cell) is str else cell for cell in row])
    text.flush()
    text.detach()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
