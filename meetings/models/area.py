from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.body import Body
from portal.languages import in_language
from portal.models import Organisation, Party
from portal.models.party import former_names, then


class AreaQuerySet(models.QuerySet["Area"]):
    def current(self):
        """Those in use, in their order."""
        return self.filter(until=None)


class Area(models.Model):
    """An area of cooperation of a body: one record each, never split out of a text.

    An area that was merged or given up keeps its record and loses its number.
    """

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="areas")
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=300)
    names = models.JSONField(_("name per language"), default=dict, blank=True)
    former = models.JSONField(
        _("former names"), default=list, blank=True, validators=[former_names]
    )
    until = models.DateField(_("last day"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = [models.F("number").asc(nulls_last=True), "pk"]
        verbose_name = _("area of cooperation")
        verbose_name_plural = _("areas of cooperation")
        constraints = [
            # Deferred, so that a list can be put into another order in one go.
            models.UniqueConstraint(
                fields=["body", "number"],
                name="one_area_per_number",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["body", "name"],
                condition=models.Q(until=None),
                name="one_area_per_name",
                violation_error_message=_("This body has an area of this name already."),
            ),
            models.CheckConstraint(
                condition=models.Q(until=None, number__isnull=False, merged_into=None)
                | models.Q(until__isnull=False, number=None),
                name="an_area_in_use_has_a_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")), name="no_area_merges_into_itself"
            ),
        ]

    def __str__(self):
        return in_language(self.names, self.name)

    def label_on(self, day: date) -> str:
        """The name that the area bore on a day."""
        former = then(self.former, day)
        if not former:
            return str(self)
        return in_language(former.get("names", {}), former.get("name", self.name))


class AreaLead(models.Model):
    """The organisation that leads an area on one side."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="leads")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )

    class Meta:
        ordering = ["area", "pk"]
        verbose_name = _("lead organisation")
        verbose_name_plural = _("lead organisations")
        constraints = [
            models.UniqueConstraint(fields=["area", "party"], name="one_lead_per_area_and_side"),
        ]

    def __str__(self):
        return f"{self.organisation} · {self.area}"
