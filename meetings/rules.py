"""Rules of procedure written down to be agreed, and what differs between two of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Body, DeadlineRule, Rules
from portal.models import Party

Written = dict[str, Any]  # what rules and their deadlines say, as JSON


@dataclass(frozen=True)
class Difference:
    """One thing that two sets of rules say differently."""

    what: Any
    before: Any
    now: Any


def written(rules: Rules | None, deadlines: Iterable[DeadlineRule] | None = None) -> Written | None:
    """What rules say, to be kept until every side has agreed; nothing of no rules."""
    if rules is None:
        return None
    deadlines = rules.deadlines.all() if deadlines is None else deadlines
    return {
        **{name: getattr(rules, name) for name in Rules.SAID},
        "deadlines": sorted(
            ({name: getattr(rule, name) for name in DeadlineRule.SAID} for rule in deadlines),
            key=lambda row: row["what"],
        ),
    }


def read(text: Written | None, since: date | None, body: Body) -> tuple[Rules, list[DeadlineRule]]:
    """The rules that were written down, not stored yet; what is in force unsaid where none were."""
    facts = dict(text or {})
    rows = facts.pop("deadlines", [])
    return Rules(body=body, since=since, **facts), [DeadlineRule(**row) for row in rows]


def differences(before: Written | None, now: Written, sides: Iterable[Party]) -> list[Difference]:
    """What new rules change, field by field and deadline by deadline, in words."""
    body = Body()
    old, old_rows = read(before, None, body)
    new, new_rows = read(now, None, body)
    said = [
        Difference(field_words(name), _read_out(old, name), _read_out(new, name))
        for name in Rules.SAID
        if getattr(old, name) != getattr(new, name)
    ]
    return said + _of_deadlines(old_rows, new_rows, {party.pk: party for party in sides})


def _of_deadlines(
    old: list[DeadlineRule], new: list[DeadlineRule], sides: Mapping[int, Party]
) -> list[Difference]:
    before = {rule.what: rule for rule in old}
    now = {rule.what: rule for rule in new}
    found = []
    for what in dict.fromkeys([*now, *before]):
        was, will = before.get(what), now.get(what)
        if was is None or will is None or not was.is_as(will):
            words = [due_words(one, sides) if one else _("not said") for one in (was, will)]
            found.append(Difference(DeadlineRule.What(what).label, *words))
    return found


def field_words(name: str) -> Any:
    """What a field of the rules is called."""
    return _field(name).verbose_name


def _field(name: str) -> "Field[Any, Any]":
    return next(field for field in Rules._meta.fields if field.name == name)


def shown(rules: Rules, name: str) -> Any:
    """A value of the rules as the history tells it."""
    value = getattr(rules, name)
    if value in (None, "", []):
        return _("not said")
    field = _field(name)
    if field.choices:
        return dict(field.flatchoices)[value]
    return ", ".join(value) if isinstance(value, list) else value


def _read_out(rules: Rules, name: str) -> Any:
    """The same with languages by name, which the history keeps as codes."""
    if name == "languages" and rules.languages:
        return ", ".join(str(word) for word in rules.languages_words)
    return shown(rules, name)


def due_words(rule: DeadlineRule, sides: Mapping[int, Party]) -> str:
    """When something is due and by whom, in the language being spoken."""
    side = sides.get(rule.calendar_of_id or 0) or rule.calendar_of
    words = _due(rule, side) % {"days": rule.days, "party": side.label if side else ""}
    if rule.by_each_side:
        return gettext("%(due)s, each side for itself") % {"due": words}
    return words


def _due(rule: DeadlineRule, side: Party | None) -> str:
    """The sentence of a rule, for as many days as it says."""
    before = rule.when == DeadlineRule.When.BEFORE
    if rule.unit == DeadlineRule.Unit.DAYS:
        return _plain_days(rule.days, before)
    return _days_of_side(rule.days, before) if side else _days_of_all(rule.days, before)


def _plain_days(days: int, before: bool) -> str:
    if before:
        return ngettext(
            "%(days)s day before the first day", "%(days)s days before the first day", days
        )
    return ngettext("%(days)s day after the last day", "%(days)s days after the last day", days)


def _days_of_all(days: int, before: bool) -> str:
    if before:
        return ngettext(
            "%(days)s day on which all sides work before the first day",
            "%(days)s days on which all sides work before the first day",
            days,
        )
    return ngettext(
        "%(days)s day on which all sides work after the last day",
        "%(days)s days on which all sides work after the last day",
        days,
    )


def _days_of_side(days: int, before: bool) -> str:
    if before:
        return ngettext(
            "%(days)s working day of %(party)s before the first day",
            "%(days)s working days of %(party)s before the first day",
            days,
        )
    return ngettext(
        "%(days)s working day of %(party)s after the last day",
        "%(days)s working days of %(party)s after the last day",
        days,
    )
