from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.models.party import Party


class Key(models.Model):
    """One party's approval of one revision of something shared. An edit drops it."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    subject = models.CharField(_("what is agreed"), max_length=30)
    revision = models.PositiveIntegerField(_("revision"))
    party = models.ForeignKey(Party, on_delete=models.PROTECT, verbose_name=_("party"))
    holder = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, verbose_name=_("given by")
    )
    holder_name = models.CharField(_("name on that day"), max_length=300)
    office = models.CharField(_("office on that day"), max_length=300, blank=True)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True)
    dropped_because = models.CharField(_("dropped because"), max_length=400, blank=True)

    class Meta:
        ordering = ["given_at"]
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "subject", "party"],
                condition=models.Q(dropped_at=None),
                name="one_live_key_per_party",
                violation_error_message=_("This side has given its key already."),
            ),
        ]

    def __str__(self):
        return f"{self.party}: {self.subject} ({self.revision})"
