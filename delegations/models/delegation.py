from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Paper, at_joint, standing
from portal.clocks import day_in
from portal.models import Party

if TYPE_CHECKING:
    from delegations.models.desk import Desk


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, user):
        """The own side's from the start, another side's from its submission on."""
        held = standing(user)
        inside = models.Q(meeting__in=Meeting.objects.inside(user))
        offices = ("chair", "deputy", "secretary", "focal_point")
        further = held.serves("meeting__numbers__body", "party", *offices)
        own = held.serves("meeting__body", "party", *offices)
        own |= at_joint(self.model, held, further, "meeting")
        told = models.Q(status__in=Delegation.TOLD)
        return self.filter(inside & (own | told))

    def named_by(self, user):
        """Those of the sides whose focal point or secretary the user is, where a body meets."""
        held = standing(user)
        offices = ("focal_point", "secretary")
        further = held.serves("meeting__numbers__body", "party", *offices)
        own = held.serves("meeting__body", "party", *offices)
        return self.filter(own | at_joint(self.model, held, further, "meeting"))

    def for_list(self):
        """With its side, its meeting and the days of the registration desk."""
        return self.select_related("party", "meeting__body", "meeting__desk")


class Delegation(models.Model):
    """One party's people for one meeting. Opened when the meeting is announced."""

    class Status(models.TextChoices):
        OPEN = "open", _("Being put together")
        SUBMITTED = "submitted", _("Submitted")
        CONFIRMED = "confirmed", _("Confirmed")
        NOBODY = "nobody", _("Sends nobody")

    SENT = (Status.SUBMITTED, Status.CONFIRMED)  # its people show to the other sides
    TOLD = (Status.SUBMITTED, Status.CONFIRMED, Status.NOBODY)  # what the other sides know of

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="delegations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="delegations")
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    publishes_open = models.BooleanField(
        _("people of the open registration stand in the list of participants"), default=False
    )
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
    def desk(self) -> "Desk | None":
        """The registration desk of its meeting, which has the days."""
        return getattr(self.meeting, "desk", None)

    @property
    def is_told(self) -> bool:
        """Whether the other sides know of it."""
        return self.status in self.TOLD

    @property
    def has_two_stages(self) -> bool:
        return self.desk is not None and self.desk.two_stages

    @property
    def names_due(self) -> date | None:
        """The day by which people are to be named."""
        return self.desk.nominate_by if self.desk else None

    @property
    def last_due(self) -> date | None:
        """The day after which every change is late."""
        if self.desk and self.desk.two_stages:
            return self.desk.confirm_by or self.desk.nominate_by
        return self.names_due

    @property
    def next_due(self) -> date | None:
        """The day by which the side's next step is due; None once there is none."""
        if self.status == self.Status.OPEN:
            return self.names_due
        is_next = self.status == self.Status.SUBMITTED and self.has_two_stages
        return self.desk.confirm_by if self.desk and is_next else None

    def is_late(self, due: date | None, now: datetime) -> bool:
        """Whether a day is over by the side's own calendar."""
        return due is not None and day_in(self.party.zone, now) > due

    @property
    def side(self) -> Party | None:
        """The side whose own affair it is until it is submitted."""
        return None if self.status in self.TOLD else self.party
