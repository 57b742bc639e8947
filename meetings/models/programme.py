from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Meeting


class ProgrammeDraft(models.Model):
    """The programme as its officers are rearranging it, before it is published.

    The sittings are what holds and what everybody sees; the rows here are what they are to
    become. `revision` lets the second of two officers see what the first one saved.
    """

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="draft")
    rows = models.JSONField(_("rows"), default=list)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    saved_by = models.CharField(_("saved by"), max_length=300)

    class Meta:
        verbose_name = _("draft of a programme")
        verbose_name_plural = _("drafts of programmes")

    def __str__(self):
        return f"{self.meeting}: {self.revision}"


class ProgrammeVersion(models.Model):
    """A programme as it was published, with what changed since the version before."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    rows = models.JSONField(_("rows"), default=list)
    changes = models.JSONField(_("changes"), default=list)
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by = models.CharField(_("published by"), max_length=300)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version of a programme")
        verbose_name_plural = _("versions of programmes")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="one_programme_per_version"),
        ]

    def __str__(self):
        return f"{self.meeting}: {self.number}"
