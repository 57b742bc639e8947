from collections.abc import Iterable
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import DateRange
from meetings.models.body import Body
from portal.languages import language_name
from portal.models import Party


class RulesQuerySet(models.QuerySet["Rules"]):
    def on(self, day: date):
        """Those in force on a day."""
        return self.filter(
            models.Q(since=None) | models.Q(since__lte=day),
            models.Q(until=None) | models.Q(until__gte=day),
        )

    def applying(self, days: Iterable[tuple[Body, date]]) -> dict[tuple[int, date], "Rules | None"]:
        """What each body goes by on its day, own or inherited, in one query for all.

        Found by (primary key of the body, day); with its deadline rules at hand.
        """
        days = list(days)
        lineages = {pk for body, _day in days for pk in body.lineage}
        known: dict[int, list[Rules]] = {}
        for rules in self.filter(body__in=lineages).prefetch_related("deadlines"):
            known.setdefault(rules.body_id, []).append(rules)
        return {(body.pk, day): _nearest(body, day, known) for body, day in days}


def _nearest(body: Body, day: date, known: dict[int, list["Rules"]]) -> "Rules | None":
    for pk in (body.pk, *reversed(body.above)):
        for rules in known.get(pk, []):
            if rules.holds(day):
                return rules
    return None


class Rules(models.Model):
    """A body's rules of procedure as data, from a day to a day (domain.md 1.1, 4.3).

    A body without rules of its own goes by those of the nearest body above it.
    """

    class Publication(models.TextChoices):
        ALL = "all", _("Only with the consent of every side")
        EACH = "each", _("Each side may publish what was agreed")
        NONE = "none", _("Nothing is published")

    class Chairing(models.TextChoices):
        EACH_SIDE = "each_side", _("Co-chairs: each side has its own")
        BY_TURNS = "by_turns", _("One chair: the sides take turns")

    class Hosting(models.TextChoices):
        ALTERNATES = "alternates", _("The sides host in turn")
        FIXED = "fixed", _("Always in the same place")
        OPEN = "open", _("Decided each time")

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="rules")
    since = models.DateField(_("in force since"), null=True, blank=True)
    until = models.DateField(_("in force until"), null=True, blank=True)
    source = models.CharField(
        _("where they stand"),
        max_length=300,
        blank=True,
        help_text=_("For instance: rules of procedure of 2019, articles 3 to 9."),
    )
    languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True
    )
    publication = models.CharField(
        _("publication"), max_length=10, choices=Publication, default=Publication.ALL
    )
    chairing = models.CharField(
        _("who presides"), max_length=12, choices=Chairing, default=Chairing.EACH_SIDE
    )
    hosting = models.CharField(
        _("who hosts"), max_length=12, choices=Hosting, default=Hosting.ALTERNATES
    )
    hosting_place = models.CharField(
        _("where, if always the same place"), max_length=200, blank=True
    )
    quorum_per_side = models.PositiveSmallIntegerField(
        _("members of each side that must be present"), null=True, blank=True
    )
    every_months = models.PositiveSmallIntegerField(
        _("months between ordinary meetings"), null=True, blank=True
    )
    record_name = models.CharField(
        _("what the body calls its record"),
        max_length=120,
        blank=True,
        help_text=_("For instance: Protocol, Agreed minutes, Record of discussion."),
    )

    # What rules say, whenever they hold.
    SAID = (
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

    objects = RulesQuerySet.as_manager()

    class Meta:
        ordering = [models.F("since").asc(nulls_first=True), "pk"]
        verbose_name = _("rules of procedure")
        verbose_name_plural = _("rules of procedure")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(since=None)
                | models.Q(until__gte=models.F("since")),
                name="rules_end_after_they_begin",
                violation_error_message=_("Rules cannot end before they begin."),
            ),
            ExclusionConstraint(
                name="one_set_of_rules_a_day",
                expressions=[
                    ("body", RangeOperators.EQUAL),
                    (DateRange("since", "until", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "Other rules are in force in that period. End them the day before first."
                ),
            ),
        ]

    def __str__(self):
        return self.source or str(_("Rules of procedure"))

    @property
    def languages_words(self) -> list[str]:
        """The languages by name, in the language being spoken."""
        return [language_name(code) for code in self.languages]

    def holds(self, day: date) -> bool:
        """Whether they are in force on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class DeadlineRule(models.Model):
    """Something due a number of days before or after a meeting."""

    class What(models.TextChoices):
        INVITATION = "invitation", _("Invitation sent")
        AGENDA_DRAFT = "agenda_draft", _("Provisional agenda circulated")
        AGENDA_ITEMS = "agenda_items", _("Proposals for the agenda")
        AGENDA_AGREED = "agenda_agreed", _("Agenda agreed")
        DELEGATIONS = "delegations", _("Delegation lists sent")
        PAPERS = "papers", _("Papers sent")
        MINUTES = "minutes", _("Minutes ready")
        REPORT = "report", _("Report to the body above")

    class Unit(models.TextChoices):
        DAYS = "days", _("days")
        WORKING_DAYS = "working_days", _("working days")

    class When(models.TextChoices):
        BEFORE = "before", _("before the first day")
        AFTER = "after", _("after the last day")

    rules = models.ForeignKey(Rules, on_delete=models.CASCADE, related_name="deadlines")
    what = models.CharField(_("what is due"), max_length=15, choices=What)
    days = models.PositiveSmallIntegerField(_("how many days"))
    unit = models.CharField(_("counted in"), max_length=12, choices=Unit, default=Unit.DAYS)
    calendar_of = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("working days of"),
        help_text=_("Empty: days on which every side works."),
    )
    when = models.CharField(_("when"), max_length=6, choices=When, default=When.BEFORE)
    by_each_side = models.BooleanField(
        _("each side has to do it"), default=False, help_text=_("Otherwise it is done together.")
    )

    class Meta:
        ordering = ["when", "-days", "pk"]
        verbose_name = _("deadline rule")
        verbose_name_plural = _("deadline rules")
        constraints = [
            models.UniqueConstraint(fields=["rules", "what"], name="one_deadline_rule_per_thing"),
        ]

    def __str__(self):
        return self.get_what_display()

    SAID = ("what", "days", "unit", "calendar_of_id", "when", "by_each_side")

    def is_as(self, other: "DeadlineRule") -> bool:
        """Whether another rule asks for the same on the same day by the same sides."""
        return all(getattr(self, name) == getattr(other, name) for name in self.SAID)
