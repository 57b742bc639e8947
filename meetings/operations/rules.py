"""New rules of procedure from a day on, with what they change in words."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Body, DeadlineRule, Meeting, Rules
from meetings.operations.deadline import reckon_deadlines
from meetings.permissions import can_decide_for_all
from meetings.rules import field_words, shown
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.refusal import Refused

ADOPTED = journal.register("rules.adopted", _("entered rules of procedure from %(day)s"))
CHANGED = journal.register(
    "rules.changed", _("changed in the rules: %(what)s; before: “%(before)s”, now: “%(after)s”")
)
DEADLINE_ADDED = journal.register(
    "rules.deadline_added", _("added to the rules: %(what)s, %(days)s %(unit)s %(when)s")
)
DEADLINE_CHANGED = journal.register(
    "rules.deadline_changed",
    _("changed in the rules: %(what)s, %(days)s %(unit)s %(when)s instead of %(before)s"),
)
DEADLINE_DROPPED = journal.register("rules.deadline_dropped", _("dropped from the rules: %(what)s"))

ONE_DAY = timedelta(days=1)


@transaction.atomic
def adopt_rules(rules: Rules, *, deadlines: Iterable[DeadlineRule], by: User) -> Rules:
    """Put the rules of a body that is being set up in force; the earlier ones end the day before.

    Every other side is told what changes, and the deadlines of meetings ahead are reckoned
    anew. Raises Refused when rules from that day or later stand already, or when the body has
    met and its rules take every side's key.
    """
    body = Body.objects.select_for_update(of=("self",)).get(pk=rules.body_id)
    if body.has_met:
        raise Refused(
            gettext("This body has met, so its rules take the key of every side. Propose them.")
        )
    earlier = rules.body.rules_on(rules.since)
    _refuse_to_spare_the_keys(earlier, rules, by)
    entries = [
        journal.record(rules.body, verb, by=by, reason=reason, **facts)
        for verb, reason, facts in put_in_force(rules, list(deadlines), earlier)
    ]
    notifications.body_changed(rules.body, entries, by=by)
    reckon_by(rules, by=by)
    return rules


def put_in_force(
    rules: Rules, deadlines: list[DeadlineRule], earlier: Rules | None
) -> list[tuple[str, str, dict[str, Any]]]:
    """Store rules whose right to hold is settled; what the history says: verb, reason, facts."""
    _end_the_earlier(rules)
    with violations_explained(Rules):
        rules.save()
    for rule in deadlines:
        rule.rules = rules
        rule.save()
    lines = [(ADOPTED, rules.source, {"day": rules.since})]
    return lines + [(verb, "", facts) for verb, facts in _differences(earlier, rules, deadlines)]


def reckon_by(rules: Rules, *, by: User) -> None:
    """Reckon the deadlines anew of the meetings ahead that go by these rules."""
    beneath = Q(body=rules.body) | Q(body__above__contains=[rules.body_id])
    for meeting in Meeting.objects.ahead().filter(beneath, ends_on__gte=rules.since):
        reckon_deadlines(meeting, by=by)


def _refuse_to_spare_the_keys(earlier: Rules | None, rules: Rules, by: User) -> None:
    """No side lets itself publish alone what was agreed: all sides say that, or the neutral."""
    each = Rules.Publication.EACH
    stands = earlier is not None and earlier.publication == each
    if rules.publication == each and not stands and not can_decide_for_all(by, rules.body):
        raise Refused(gettext("Only the neutral secretariat acts for all sides."))


def later_rules_stand(rules: Rules) -> bool:
    """Whether rules of that day or later are entered already, which newer ones cannot precede."""
    return rules.body.rules.exclude(pk=rules.pk).filter(since__gte=rules.since).exists()


LATER_STAND = _("Rules from that day or later stand already. Choose a later first day.")


def _end_the_earlier(rules: Rules) -> None:
    if later_rules_stand(rules):
        raise Refused(LATER_STAND)
    for row in rules.body.rules.exclude(pk=rules.pk).on(rules.since):
        row.until = rules.since - ONE_DAY
        row.save()


def _differences(
    earlier: Rules | None, rules: Rules, deadlines: list[DeadlineRule]
) -> list[tuple[str, dict[str, Any]]]:
    if earlier is None:
        return []
    changed = [name for name in Rules.SAID if getattr(earlier, name) != getattr(rules, name)]
    lines = [
        (
            CHANGED,
            {
                "what": field_words(name),
                "before": shown(earlier, name),
                "after": shown(rules, name),
            },
        )
        for name in changed
    ]
    return lines + _deadline_differences(earlier, deadlines)


def _deadline_differences(
    earlier: Rules, deadlines: list[DeadlineRule]
) -> list[tuple[str, dict[str, Any]]]:
    before = {rule.what: rule for rule in earlier.deadlines.all()}
    lines = []
    for rule in deadlines:
        old = before.pop(rule.what, None)
        if old is None:
            lines.append((DEADLINE_ADDED, _facts(rule)))
        elif not rule.is_as(old):
            lines.append((DEADLINE_CHANGED, {**_facts(rule), "before": old.days}))
    return lines + [(DEADLINE_DROPPED, {"what": _label(DeadlineRule.What, one)}) for one in before]


def _facts(rule: DeadlineRule) -> dict[str, Any]:
    return {
        "what": _label(DeadlineRule.What, rule.what),
        "days": rule.days,
        "unit": _label(DeadlineRule.Unit, rule.unit),
        "when": _label(DeadlineRule.When, rule.when),
    }


def _label(choices: Any, value: str) -> Any:
    return choices(value).label
