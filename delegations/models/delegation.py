from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from portal.models import Party


class Delegation(models.Model):
    """One party's people for one meeting. Opened when the meeting is announced."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="delegations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="delegations")

    class Meta:
        ordering = ["meeting", "pk"]
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "party"], name="one_delegation_per_party_and_meeting"
            ),
        ]

    def __str__(self):
        return f"{self.party} · {self.meeting}"
