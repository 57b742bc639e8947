from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.body import Body
from meetings.models.meeting import Meeting
from portal.languages import in_language
from portal.models import Party


class Remark(models.Model):
    """What must be known to read the record right: where sources differ, and what they are."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="remarks")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, null=True, blank=True, related_name="remarks"
    )
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    text = models.TextField(_("remark"), blank=True)
    texts = models.JSONField(_("remark per language"), default=dict, blank=True)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whose source"),
    )
    source = models.URLField(_("address of the source"), max_length=500, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text="", source=""), name="a_remark_says_or_names_something"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The remark in the language being spoken."""
        return in_language(self.texts, self.text)
