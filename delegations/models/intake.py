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
    content = models.BinaryField(default=bytes, editable=False)  # read anew when told how
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


class Heading(models.Model):
    """What somebody said a heading of their tables means; remembered for the next table."""

    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(_("heading"), max_length=200)
    column = models.CharField(_("column"), max_length=20, blank=True)

    class Meta:
        ordering = ["user", "text"]
        verbose_name = _("heading of a table")
        verbose_name_plural = _("headings of tables")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "text"], name="one_meaning_of_a_heading_per_person"
            ),
        ]

    def __str__(self):
        return self.text
