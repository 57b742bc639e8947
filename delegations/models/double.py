from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.models import Person, User


class Double(models.Model):
    """A record of a person that turned out to be another's: what it was, and where it went.

    The registrations that were set aside lead on to those that stayed.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="doubles")
    number = models.PositiveBigIntegerField(_("number it had"), unique=True)
    full_name = models.CharField(_("full name"), max_length=250)
    email = models.EmailField(_("e-mail address"), blank=True)
    registrations = models.JSONField(
        _("registrations"),
        default=dict,
        help_text=_("Which registration was set aside for which: number by number."),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    by_name = models.CharField(_("merged by"), max_length=300, blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("double")
        verbose_name_plural = _("doubles")

    def __str__(self):
        return self.full_name
