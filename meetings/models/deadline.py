from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.meeting import Meeting, served
from meetings.models.rules import DeadlineRule
from portal.models import Party


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def visible_to(self, user):
        """Deadlines are for those in office in a body that meets."""
        held = standing(user)
        own = held.sees("meeting__body") & held.owns("meeting__body", "meeting__side")
        return self.filter(own | served(held, "meeting"))

    def awaited(self):
        """Not met yet, of meetings that go on."""
        return self.filter(met_on=None).exclude(
            meeting__status__in=["closed", "postponed", "cancelled"]
        )

    def missed(self, today: date):
        """Past their day and not met."""
        return self.awaited().filter(due_on__lt=today)


class Deadline(models.Model):
    """A day by which something must be done for a meeting, reckoned from the body's rules."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="deadlines")
    what = models.CharField(_("what is due"), max_length=15, choices=DeadlineRule.What)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by which side"),
    )
    due_on = models.DateField(_("due"))
    rule = models.ForeignKey(
        DeadlineRule, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    met_on = models.DateField(_("done"), null=True, blank=True, editable=False)
    met_by = models.CharField(_("done by"), max_length=300, blank=True, editable=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "what", "pk"]
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "what", "party"],
                nulls_distinct=False,
                name="one_deadline_per_thing_and_side",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="deadline_due")]

    def __str__(self):
        return f"{self.get_what_display()}: {self.due_on}"

    def is_missed(self, today: date) -> bool:
        """Whether its day has passed without its being done."""
        return self.met_on is None and self.due_on < today
