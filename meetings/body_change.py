"""What a change put to the sides says beyond its name: the lines a side reads before its key."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from meetings.models import BodyChange
from meetings.rules import differences
from portal.languages import in_language, language_name


def lines_of(change: BodyChange) -> list[str]:
    """The names, the order or the differences in the language being spoken; asks no database.

    The body's seats, with their parties, are to be at hand.
    """
    write = LINES.get(change.kind)
    return write(change) if write else []


def _names(change: BodyChange) -> list[str]:
    """The name in every language that it is given in, as all sides will use it."""
    named: Mapping[str, str] = {"en": change.terms["name"], **change.terms["names"]}
    if len(named) == 1:
        return []
    return [_in_tongue(code, name) for code, name in named.items()]


def _in_tongue(code: str, name: str) -> str:
    return gettext("%(language)s: %(name)s") % {"language": language_name(code), "name": name}


def _order(change: BodyChange) -> list[str]:
    rows: list[dict[str, Any]] = change.terms["order"]
    return [
        gettext("%(number)s. %(name)s")
        % {"number": number, "name": in_language(row["names"], row["name"])}
        for number, row in enumerate(rows, 1)
    ]


def _rules(change: BodyChange) -> list[str]:
    sides = change.body.sides()
    return [
        gettext("%(what)s: “%(now)s”; before: “%(before)s”")
        % {"what": one.what, "now": one.now, "before": one.before}
        for one in differences(change.terms["stood"], change.terms["rules"], sides)
    ]


LINES: dict[str, Callable[[BodyChange], list[str]]] = {
    "add_area": _names,
    "rename_area": _names,
    "order_areas": _order,
    "rules": _rules,
}
