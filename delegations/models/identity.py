import uuid
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from delegations.models.delegate import Delegate

KEPT_DAYS = 30  # after the last day of the meeting


def erased_on(last_day: date) -> date:
    """The day on which what was asked of few is deleted."""
    return last_day + timedelta(days=KEPT_DAYS)


def stored_name(identity: "Identity", original: str) -> str:
    """A name in the store that tells nothing of the person."""
    return f"identities/{uuid.uuid4().hex}"


class IdentityQuerySet(models.QuerySet["Identity"]):
    def visible_to(self, user):
        """The own side's focal points and secretaries, the neutral secretariat, the person."""
        return self.filter(delegate__in=Delegate.objects.known_closely_by(user))

    def expired(self, today):
        """Those whose day of deletion has come."""
        return self.filter(erase_on__lte=today)


class Identity(models.Model):
    """Passport and photo, only where the meeting asks for them; deleted on a day that is set."""

    delegate = models.OneToOneField(Delegate, on_delete=models.CASCADE, related_name="identity")
    document = models.CharField(_("number of the passport or identity card"), max_length=40)
    issued_by = models.CharField(_("issued by"), max_length=120, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=80, blank=True)
    photo = models.FileField(_("photo"), upload_to=stored_name, blank=True)
    erase_on = models.DateField(_("deleted on"))

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity data")
        verbose_name_plural = _("identity data")

    def __str__(self):
        return str(_("Identity data"))
