from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(hours=24)


class DossierUploadQuerySet(models.QuerySet["DossierUpload"]):
    def visible_to(self, user):
        """Everybody's own, as long as they are kept."""
        return self.filter(user=user.pk, at__gt=timezone.now() - KEPT)

    def expired(self, now):
        """Those that nobody brought in within a day."""
        return self.filter(at__lte=now - KEPT)


class DossierUpload(models.Model):
    """A dossier between its two steps: the file as it came, and what it would do.

    It is forgotten when it has been brought in, and after a day.
    """

    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name of the file"), max_length=255)
    content = models.BinaryField()
    rows = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(_("read"), default=timezone.now)

    objects = DossierUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name = _("dossier that was read")
        verbose_name_plural = _("dossiers that were read")

    def __str__(self):
        return self.name
