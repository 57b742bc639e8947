from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.body import Body
from portal.languages import in_language


class Area(models.Model):
    """An area of cooperation of a body: one record each, never split out of a text."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="areas")
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300)
    names = models.JSONField(_("name per language"), default=dict, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("area of cooperation")
        verbose_name_plural = _("areas of cooperation")
        constraints = [
            models.UniqueConstraint(fields=["body", "number"], name="one_area_per_number"),
            models.UniqueConstraint(fields=["body", "name"], name="one_area_per_name"),
        ]

    def __str__(self):
        return in_language(self.names, self.name)
