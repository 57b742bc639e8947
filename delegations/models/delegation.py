from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Paper, standing
from portal.models import Party


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, user):
        """The own side's from the start, another side's from its submission on."""
        held = standing(user)
        inside = models.Q(meeting__in=Meeting.objects.inside(user))
        own = held.serves("meeting__body", "party", "chair", "deputy", "secretary", "focal_point")
        told = models.Q(status__in=Delegation.TOLD)
        return self.filter(inside & (own | told))


class Delegation(models.Model):
    """One party's people for one meeting. Opened when the meeting is announced."""

    class Status(models.TextChoices):
        OPEN = "open", _("Being put together")
        SUBMITTED = "submitted", _("Submitted")
        CONFIRMED = "confirmed", _("Confirmed")
        NOBODY = "nobody", _("Sends nobody")

    TOLD = (Status.SUBMITTED, Status.CONFIRMED, Status.NOBODY)  # what the other sides know of

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="delegations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="delegations")
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    note = models.TextField(_("note to the other sides"), blank=True)
    letters: "models.ManyToManyField[Paper, models.Model]" = models.ManyToManyField(
        Paper,
        related_name="delegations",
        blank=True,
        verbose_name=_("list letters and credentials"),
    )

    objects = DelegationQuerySet.as_manager()

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

    def get_absolute_url(self):
        return reverse("delegation", args=[self.pk])

    @property
    def side(self) -> Party | None:
        """The side whose own affair it is until it is submitted."""
        return None if self.status in self.TOLD else self.party
