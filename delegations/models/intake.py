from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Sitting
from portal.models import Party

KEPT = timedelta(hours=24)


class IntakeQuerySet(models.QuerySet["Intake"]):
    def visible_to(self, user):
        """Everybody's own, as long as they are kept."""
        return self.filter(user=user.pk, at__gt=timezone.now() - KEPT)

    def expired(self, now):
        """Those that nobody brought in within a day."""
        return self.filter(at__lte=now - KEPT)


class Intake(models.Model):
    """A table between its two steps: what was read, cell by cell, and what it would do."""

    class Kind(models.TextChoices):
        NOMINATIONS = "nominations", _("Names of a delegation")
        ATTENDANCE = "attendance", _("Attendance list of a video platform")

    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    party = models.ForeignKey(
        Party, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    sitting = models.ForeignKey(
        Sitting, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name of the file"), max_length=255)
    fingerprint = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    at = models.DateTimeField(_("read"), default=timezone.now)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name = _("table that was read")
        verbose_name_plural = _("tables that were read")

    def __str__(self):
        return self.name
