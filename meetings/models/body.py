from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from portal.languages import in_language
from portal.models import Organisation, Party, alternat
from portal.models.party import former_names, then


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
        COUNCIL = "council", _("Joint council")
        COMMITTEE = "committee", _("Committee")
        SUB_COMMISSION = "sub_commission", _("Sub-commission")
        SUB_COMMITTEE = "sub_committee", _("Sub-committee")
        WORKING_GROUP = "working_group", _("Working group")
        SUB_GROUP = "sub_group", _("Sub-group")
        EXPERT_GROUP = "expert_group", _("Expert group")
        TASK_FORCE = "task_force", _("Task force")
        AD_HOC = "ad_hoc", _("Ad-hoc group")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        NEVER_CONVENED = "never_convened", _("Never convened")
        DORMANT = "dormant", _("Dormant")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    class Numerals(models.TextChoices):
        ORDINAL = "ordinal", _("As the language counts: 21st")
        ROMAN = "roman", _("Roman: XXI")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    code = models.SlugField(_("code"), unique=True, max_length=40)
    name = models.CharField(_("name"), max_length=300)
    names = models.JSONField(_("name per language"), default=dict, blank=True)
    former = models.JSONField(
        _("former names"),
        default=list,
        blank=True,
        validators=[former_names],
        help_text=_("Oldest first: a list of objects with “until” (the last day), name, names."),
    )
    status = models.CharField(
        _("status"), max_length=15, choices=Status, default=Status.ACTIVE, editable=False
    )
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
    founded_on = models.DateField(_("date of the founding instrument"), null=True, blank=True)
    numerals = models.CharField(
        _("how its meetings are numbered"),
        max_length=10,
        choices=Numerals,
        default=Numerals.ORDINAL,
    )
    is_public = models.BooleanField(_("known to the public"), default=True)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

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

    def label_on(self, day: date) -> str:
        """The name that the body bore on a day."""
        former = then(self.former, day)
        if not former:
            return self.label
        return in_language(former.get("names", {}), former.get("name", self.name))

    @property
    def may_meet(self) -> bool:
        """Whether it can hold meetings: a suspended or closed body has to be reopened first."""
        return self.status not in {self.Status.SUSPENDED, self.Status.CLOSED}

    @cached_property
    def has_met(self) -> bool:
        """Whether a meeting of all its sides was ever announced, here or beneath.

        From then on its areas, its rules and its place in the tree take every side's key.
        """
        return self.meetings.model.objects.convened(self).exists()

    @property
    def lineage(self) -> set[int]:
        """This body and all above it, as primary keys."""
        return {*self.above, self.pk}

    def rules_on(self, day: date):
        """The rules in force on a day: its own, else those of the nearest body above; or None."""
        found = self.rules.model.objects.on(day).filter(body__in=self.lineage)
        nearest = [self.pk, *reversed(self.above)]
        return min(found, key=lambda rules: nearest.index(rules.body_id), default=None)

    def sides(self, user=None, on: date | None = None) -> list[Party]:
        """The parties on a day (today unless given), the reader's own side first."""
        day = on or timezone.now().date()
        parties = [seat.party.as_of(day) for seat in self.seats.all() if seat.holds(day)]
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
    names = models.JSONField(
        _("what this side calls the body, per language"), default=dict, blank=True
    )
    lead = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead ministry"),
    )
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

    @property
    def label(self) -> str:
        """What this side calls the body, in the language being spoken; empty when as all do."""
        return in_language(self.names, self.names.get("en", ""))
