from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from delegations.models.capacity import Attendance, Capacity
from delegations.models.desk import Desk
from meetings.models import Sitting
from portal.models import Party


class Quota(models.Model):
    """A number of places: in all, or of one sitting, party, capacity or mode, or of several.

    What is left empty counts everybody. A registration takes a place in every quota that it
    falls under, or in none. `taken` is counted where the places are taken, never by hand.
    """

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="quotas")
    sitting = models.ForeignKey(
        Sitting,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quotas",
        verbose_name=_("sitting"),
    )
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("side"),
    )
    capacity = models.CharField(_("capacity"), max_length=12, choices=Capacity, blank=True)
    attendance = models.CharField(
        _("how they take part"), max_length=10, choices=Attendance, blank=True
    )
    limit = models.PositiveIntegerField(_("places"))
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)

    class Meta:
        ordering = ["desk", "pk"]
        verbose_name = _("number of places")
        verbose_name_plural = _("numbers of places")
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "sitting", "party", "capacity", "attendance"],
                nulls_distinct=False,
                name="one_quota_for_the_same_people",
                violation_error_message=_("There is a number of places for just these already."),
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("limit")),
                name="no_quota_is_oversold",
                violation_error_message=_(
                    "More people are registered than this. Choose at least as many places."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.taken}/{self.limit}"

    @property
    def left(self) -> int:
        """How many places are free."""
        return max(0, self.limit - self.taken)
