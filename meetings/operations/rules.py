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
from portal import journal
from portal.constraints import violations_explained
from portal.models import Entry, User
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
FIELDS = (
    "source",
    "languages",
    "publication",
    "chairing",
    "hosting",
    "hosting_place",
    "quorum_per_side",
    "every_months",
    "record_name",
)


@transaction.atomic
def adopt_rules(rules: Rules, *, deadlines: Iterable[DeadlineRule], by: User) -> Rules:
    """Put rules in force from a day on; the earlier ones end the day before.

    Every other side is told what changes, and the deadlines of meetings ahead are reckoned
    anew. Raises Refused when rules from that day or later stand already.
    """
    Body.objects.select_for_update(of=("self",)).get(pk=rules.body_id)
    earlier = rules.body.rules_on(rules.since)
    _refuse_to_spare_the_keys(earlier, rules, by)
    _end_the_earlier(rules)
    with violations_explained(Rules):
        rules.save()
    deadlines = list(deadlines)
    for rule in deadlines:
        rule.rules = rules
        rule.save()
    entries = [journal.record(rules.body, ADOPTED, by=by, day=rules.since, reason=rules.source)]
    entries += _differences(earlier, rules, deadlines, by)
    notifications.body_changed(rules.body, entries, by=by)
    beneath = Q(body=rules.body) | Q(body__above__contains=[rules.body_id])
    for meeting in Meeting.objects.ahead().filter(beneath, ends_on__gte=rules.since):
        reckon_deadlines(meeting, by=by)
    return rules


def _refuse_to_spare_the_keys(earlier: Rules | None, rules: Rules, by: User) -> None:
    """No side lets itself publish alone what was agreed: all sides say that, or the neutral."""
    each = Rules.Publication.EACH
    stands = earlier is not None and earlier.publication == each
    if rules.publication == each and not stands and not can_decide_for_all(by, rules.body):
        raise Refused(gettext("Only the neutral secretariat acts for all sides."))


def _end_the_earlier(rules: Rules) -> None:
    own = rules.body.rules.exclude(pk=rules.pk)
    if own.filter(since__gte=rules.since).exists():
        raise Refused(
            gettext("Rules from that day or later stand already. Choose a later first day.")
        )
    for row in own.on(rules.since):
        row.until = rules.since - ONE_DAY
        row.save()


def _differences(
    earlier: Rules | None, rules: Rules, deadlines: list[DeadlineRule], by: User
) -> list[Entry]:
    if earlier is None:
        return []
    changed = [name for name in FIELDS if getattr(earlier, name) != getattr(rules, name)]
    entries = [
        journal.record(
            rules.body,
            CHANGED,
            by=by,
            what=Rules._meta.get_field(name).verbose_name,
            before=shown(earlier, name),
            after=shown(rules, name),
        )
        for name in changed
    ]
    return entries + _deadline_differences(earlier, rules, deadlines, by)


def _deadline_differences(
    earlier: Rules, rules: Rules, deadlines: list[DeadlineRule], by: User
) -> list[Entry]:
    before = {rule.what: rule for rule in earlier.deadlines.all()}
    entries = []
    for rule in deadlines:
        old = before.pop(rule.what, None)
        if old is None:
            entries.append(journal.record(rules.body, DEADLINE_ADDED, by=by, **_facts(rule)))
        elif not rule.is_as(old):
            facts = {**_facts(rule), "before": old.days}
            entries.append(journal.record(rules.body, DEADLINE_CHANGED, by=by, **facts))
    dropped = [_label(DeadlineRule.What, what) for what in before]
    return entries + [
        journal.record(rules.body, DEADLINE_DROPPED, by=by, what=what) for what in dropped
    ]


def _facts(rule: DeadlineRule) -> dict[str, Any]:
    return {
        "what": _label(DeadlineRule.What, rule.what),
        "days": rule.days,
        "unit": _label(DeadlineRule.Unit, rule.unit),
        "when": _label(DeadlineRule.When, rule.when),
    }


def _label(choices: Any, value: str) -> Any:
    return choices(value).label


def shown(rules: Rules, name: str) -> Any:
    """A value of the rules as the history and the page tell it."""
    value = getattr(rules, name)
    if value in (None, "", []):
        return _("not said")
    field = Rules._meta.get_field(name)
    if field.choices:
        return dict(field.flatchoices)[value]
    return ", ".join(value) if isinstance(value, list) else value
