"""On which day a rule falls: days or working days before a meeting begins or after it ends."""

from collections.abc import Sequence
from datetime import date

from meetings.models import DeadlineRule
from meetings.programme import works
from portal.clocks import DAY
from portal.models import Party

FARTHEST = 3 * 366  # days; sides whose weeks share no working day must not be counted for ever


def due_day(rule: DeadlineRule, first: date, last: date, sides: Sequence[Party]) -> date:
    """The day on which something is due, reckoned from a meeting's first or last day.

    Working days are those of the side that the rule names, else days on which every side
    works (domain.md 4.3, 19). Where no day counts for years, plain days are taken.
    """
    before = rule.when == DeadlineRule.When.BEFORE
    anchor, step = (first, -DAY) if before else (last, DAY)
    if rule.unit == DeadlineRule.Unit.DAYS:
        return anchor + step * rule.days
    whose = [rule.calendar_of] if rule.calendar_of else sides
    return _working_day(anchor, step, rule.days, whose)


def _working_day(anchor: date, step, number: int, sides: Sequence[Party]) -> date:
    """The day that lies `number` working days from the anchor."""
    counted = 0
    for distance in range(1, FARTHEST):
        day = anchor + step * distance
        counted += works(sides, day)
        if counted == number:
            return day
    return anchor + step * number


def parties_of(rule: DeadlineRule, sides: Sequence[Party]) -> list[Party | None]:
    """Who has to do it: each side, or all together."""
    return list(sides) if rule.by_each_side else [None]
