"""The follow-up as a matrix: rows by area, one column a side, and the picture above it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.forms.item import SearchForm
from meetings.models import (
    ActionItem,
    Area,
    Body,
    StatusReport,
    Undertaking,
    know_bodies,
    standing,
)
from meetings.models.action_item import WORDS, Word
from meetings.transitions import CLOSING
from portal.agreement import Seal
from portal.models import Party, alternat

ROWS_A_PAGE = 40
SHOWN = {
    "open": gettext_lazy("All open"),
    "overdue": gettext_lazy("Overdue"),
    "disputed": gettext_lazy("Disputed"),
    "awaiting": gettext_lazy("Awaiting a key"),
    "mine": gettext_lazy("Mine"),
    "done": gettext_lazy("Done"),
}


@dataclass(frozen=True)
class Half:
    """One side's part of an item: who owns it there and what is reported."""

    party: Party
    undertaking: Undertaking | None

    @property
    def report(self) -> StatusReport | None:
        return self.undertaking.latest if self.undertaking else None


@dataclass(frozen=True)
class Row:
    """One item as the matrix shows it."""

    item: ActionItem
    word: Word
    halves: list[Half]
    seals: list[Seal]
    age: str
    is_late: bool


@dataclass(frozen=True)
class Sheet:
    """The rows of one body, area by area, under its sides as columns."""

    body: Body
    sides: list[Party]
    groups: list[tuple[Area | None, list[Row]]]


@dataclass(frozen=True)
class Bar:
    """One area in the picture: how many of its items stand how."""

    label: str
    by_word: list[tuple[Word, int]]
    segments: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class Picture:
    """Area by status: bars on one scale, and the same as figures."""

    words: list[Word]
    bars: list[Bar]
    totals: list[tuple[Word, int]]


def halves(item: ActionItem, parties: Iterable[Party]) -> list[Half]:
    """The part of each of these sides, in their order."""
    parts = {one.party_id: one for one in item.undertakings.all()}
    return [Half(party, parts.get(party.pk)) for party in parties]


def age(item: ActionItem, today: date, depth: int = 1) -> str:
    """How long ago it was agreed; of a done item, how long it took."""
    until = timezone.localtime(item.closed_at).date() if item.closed_at else today
    if until - item.meeting.ends_on < timedelta(days=1):
        return _("new")
    return timesince(item.meeting.ends_on, until, depth=depth)


def _row(item: ActionItem, keys: list, columns: list[Party], user, today: date) -> Row:
    seals = CLOSING.seals(item, keys, own=standing(user).party_ids)
    word = item.word(sum(seal.state == "full" for seal in seals), today)
    return Row(
        item=item,
        word=word,
        halves=halves(item, columns),
        seals=seals,
        age=age(item, today),
        is_late=item.is_overdue(today),
    )


def sheets(items: Iterable[ActionItem], user, today: date) -> Iterator[Sheet]:
    """A table for each body; items come in the order of `by_area`."""
    items = list(items)
    know_bodies([item.meeting for item in items])
    keys = CLOSING.keys_of(items)
    for _body, ours in groupby(items, key=lambda item: item.meeting.body_id):
        ours = list(ours)
        columns = _columns(ours, user)
        groups = [
            (area, [_row(item, keys[item.pk], columns, user, today) for item in group])
            for area, group in groupby(ours, key=lambda item: item.area)
        ]
        yield Sheet(ours[0].meeting.body, columns, groups)


def _columns(items: Iterable[ActionItem], user) -> list[Party]:
    """The sides of a body, and those of the others with which it met jointly."""
    bodies = {body.pk: body for item in items for body in item.meeting.bodies}
    sides = {side.pk: side for body in bodies.values() for side in body.sides()}
    return alternat(list(sides.values()), standing(user).party_ids)


def picture(found, today: date) -> Picture | None:
    """How the items of each area stand; None where there is nothing to draw."""
    counted = (
        found.order_by()
        .values("area", "stands")
        .annotate(number=Count("pk"))
        .values_list("area", "stands", "number")
    )
    table: dict[int | None, dict[str, int]] = {}
    for area, stands, number in counted:
        table.setdefault(area, {})[stands] = number
    if not table:
        return None
    names = {area.pk: str(area) for area in _areas(table)}
    if None in table:
        names[None] = _("Across the areas")
    longest = max(sum(row.values()) for row in table.values())
    bars = [_bar(name, table[area], longest) for area, name in names.items()]
    totals = [
        (word, sum(row.get(name, 0) for row in table.values())) for name, word in WORDS.items()
    ]
    return Picture(list(WORDS.values()), bars, totals)


def _areas(table: dict) -> Iterable[Area]:
    return Area.objects.filter(pk__in=[pk for pk in table if pk]).order_by("body__name", "number")


def _bar(label: str, row: dict[str, int], longest: int) -> Bar:
    """A bar in hundredths of an item, as long as its share of the longest."""
    by_word = [(word, row.get(name, 0)) for name, word in WORDS.items()]
    segments, begins = [], 0
    for word, number in by_word:
        if number:
            segments.append({"x": begins * 100, "width": number * 100, "word": word})
        begins += number
    return Bar(label, by_word, segments, longest * 100)


# --- what a page of the follow-up shows ------------------------------------------------


def _choices(user, today: date) -> dict[str, Q]:
    """What each filter lets through. Overdue is a fact of the calendar, whatever else holds."""
    is_open = Q(status=ActionItem.Status.OPEN)
    return {
        "open": is_open,
        "overdue": is_open & Q(due_on__lt=today),
        "disputed": Q(stands="disputed"),
        "awaiting": Q(stands="awaiting"),
        "mine": is_open & _mine(user),
        "done": Q(status=ActionItem.Status.DONE),
    }


def _mine(user) -> Q:
    """My undertakings, and what awaits my own side's key."""
    own = standing(user).party_ids
    mine = Q(pk__in=ActionItem.objects.owned_by(user).values("pk"))
    if not own:
        return mine
    return mine | (Q(stands="awaiting") & ~CLOSING.given(ActionItem, own))


def follow_up(request: HttpRequest, found) -> dict[str, Any]:
    """The context of a page with the matrix of these items, filtered as the address says."""
    today = timezone.localdate()
    words = SearchForm(request.GET).words
    show = request.GET.get("show", "open")
    choices = _choices(request.user, today)
    show = show if show in choices else "open"
    found = found.with_word(CLOSING.given(ActionItem), today)
    sought = found.matching(words)
    counts = sought.aggregate(
        **{name: Count("pk", filter=choice) for name, choice in choices.items()}
    )
    page = _page(request, sought.filter(choices[show]))
    return {
        "page": page,
        "sheets": list(sheets(page, request.user, today)),
        "picture": picture(found, today),
        "filters": [(name, label, counts[name], name == show) for name, label in SHOWN.items()],
        "show": show,
        "words": words,
    }


def _page(request: HttpRequest, found) -> Page:
    paginator = Paginator(found.for_list().by_area(), ROWS_A_PAGE)
    return paginator.get_page(request.GET.get("page"))
