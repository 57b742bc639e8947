from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from portal.languages import in_language
from portal.models import Party, alternat


class BodyQuerySet(models.QuerySet["Body"]):
    def visible_to(self, user):
        """That a body exists, who leads it and what it announced is public."""
        return self.filter(standing(user).sees() | models.Q(is_public=True))

    def commissions(self):
        """The bodies at the top of their tree."""
        return self.filter(parent=None)

    def run_by(self, user):
        """The bodies whose meetings the user schedules."""
        return self.filter(standing(user).secretary_in())


class Body(models.Model):
    """A standing body of two or more parties: a joint commission or one of those beneath it."""

    class Kind(models.TextChoices):
        COMMISSION = "commission", _("Joint commission")
        COMMITTEE = "committee", _("Committee")
        WORKING_GROUP = "working_group", _("Working group")
        SUB_GROUP = "sub_group", _("Sub-group")
        EXPERT_GROUP = "expert_group", _("Expert group")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    code = models.SlugField(_("code"), unique=True, max_length=40)
    name = models.CharField(_("name"), max_length=300)
    names = models.JSONField(_("name per language"), default=dict, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    above = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        editable=False,
        help_text=_("The bodies above this one, from the commission down."),
    )
    parties: "models.ManyToManyField[Party, BodyParty]" = models.ManyToManyField(
        Party, through="BodyParty", related_name="bodies"
    )
    founding_instrument = models.TextField(_("founding instrument"), blank=True)
    founded_words = models.CharField(_("founded"), max_length=200, blank=True)
    is_public = models.BooleanField(_("known to the public"), default=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        indexes = [GinIndex(fields=["above"], name="body_above")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("pk")), name="no_body_is_above_itself"
            ),
        ]

    def __str__(self):
        return self.label

    def save(self, *args, **kwargs):
        self.above = [*self.parent.above, self.parent.pk] if self.parent else []
        self.clean()
        super().save(*args, **kwargs)
        for child in self.children.exclude(above=[*self.above, self.pk]):
            child.save()  # a body that moves takes the whole branch along

    def get_absolute_url(self):
        return reverse("body", args=[self.pk])

    def clean(self):
        if self.pk and self.parent and self.pk in self.parent.lineage:
            raise ValidationError({"parent": gettext("A body cannot stand beneath itself.")})

    @property
    def label(self) -> str:
        """The name in the language being spoken."""
        return in_language(self.names, self.name)

    @property
    def lineage(self) -> set[int]:
        """This body and all above it, as primary keys."""
        return {*self.above, self.pk}

    def sides(self, user=None, on: date | None = None) -> list[Party]:
        """The parties on a day (today unless given), the reader's own side first."""
        day = on or timezone.now().date()
        parties = [seat.party for seat in self.seats.all() if seat.holds(day)]
        return alternat(parties, standing(user).party_ids if user else ())


class BodyPartyQuerySet(models.QuerySet["BodyParty"]):
    def on(self, day: date):
        """The seats held on a day."""
        return self.filter(
            models.Q(since=None) | models.Q(since__lte=day),
            models.Q(until=None) | models.Q(until__gte=day),
        )


class BodyParty(models.Model):
    """A party's seat in a body, for a period."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="seats")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="seats")
    order = models.PositiveSmallIntegerField(_("order in shared prints"), default=1)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = BodyPartyQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(fields=["body", "party", "since"], name="one_seat_per_period"),
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(since=None)
                | models.Q(until__gte=models.F("since")),
                name="seat_ends_after_it_begins",
                violation_error_message=_("A seat cannot end before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.party} · {self.body}"

    def holds(self, on: date) -> bool:
        """Whether the seat is held on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)
