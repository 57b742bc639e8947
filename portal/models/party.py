import copy
from collections.abc import Iterable
from datetime import date, time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.clocks import Place, known_zones
from portal.languages import in_language


def known_zone(name: str) -> None:
    """Refuse a zone that the zone database does not know."""
    if name not in known_zones():
        raise ValidationError(
            _("“%(zone)s” is not in the zone database. Choose a name such as Asia/Kuala_Lumpur."),
            params={"zone": name},
        )


def weekend() -> list[int]:
    return [6, 7]


FORMER_FIELDS = {"name", "names", "short_name", "short_names", "city", "cities"}


def former_names(rows: list) -> None:
    """Refuse former names that no day can be looked up in."""
    known = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    try:
        ends = [date.fromisoformat(row["until"]) for row in rows] if known else []
    except (KeyError, TypeError, ValueError):
        known = False
    if (
        not known
        or ends != sorted(ends)
        or any(set(row) - {"until"} - FORMER_FIELDS for row in rows)
    ):
        raise ValidationError(
            _("Write a list of former names, oldest first, each with “until” as YYYY-MM-DD.")
        )


def then(rows: list[dict], day: date) -> dict:
    """What was another on that day: the first of the former rows that still held."""
    return next((row for row in rows if day <= date.fromisoformat(row["until"])), {})


class Party(models.Model):
    """A state, bloc or entity that sits in joint bodies as one equal side."""

    class Kind(models.TextChoices):
        STATE = "state", _("State")
        BLOC = "bloc", _("Bloc of states")
        ENTITY = "entity", _("Entity")

    code = models.SlugField(_("code"), unique=True, max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STATE)
    name = models.CharField(_("full name"), max_length=200)
    names = models.JSONField(_("full name per language"), default=dict, blank=True)
    short_name = models.CharField(_("short name"), max_length=80)
    short_names = models.JSONField(_("short name per language"), default=dict, blank=True)
    city = models.CharField(_("city whose clock is shown"), max_length=80)
    cities = models.JSONField(_("city per language"), default=dict, blank=True)
    zone = models.CharField(_("time zone"), max_length=60, validators=[known_zone])
    opens = models.TimeField(_("office opens"), default=time(9))
    closes = models.TimeField(_("office closes"), default=time(17))
    rest_days = ArrayField(
        models.PositiveSmallIntegerField(
            validators=[MinValueValidator(1), MaxValueValidator(7)],
        ),
        verbose_name=_("days of rest (1 Monday … 7 Sunday)"),
        default=weekend,
        blank=True,
    )
    holiday_calendar = models.CharField(
        _("public holidays of"),
        max_length=10,
        blank=True,
        help_text=_("ISO code of the country; empty when the party keeps no calendar."),
    )
    language = models.CharField(_("language of its people by default"), max_length=8, default="en")
    former = models.JSONField(
        _("former names"),
        default=list,
        blank=True,
        validators=[former_names],
        help_text=_(
            "Oldest first: a list of objects with “until” (the last day) and what was another "
            "then, as name, names, short_name, short_names, city, cities."
        ),
    )

    class Meta:
        ordering = ["short_name"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")),
                name="party_opens_before_it_closes",
                violation_error_message=_("The office must open before it closes."),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The short name in the language being spoken."""
        return in_language(self.short_names, self.short_name)

    @property
    def full_label(self) -> str:
        """The full name in the language being spoken."""
        return in_language(self.names, self.name)

    def as_of(self, day: date) -> "Party":
        """This party under the names it bore on a day."""
        former = then(self.former, day)
        if not former:
            return self
        party = copy.copy(self)
        for field in FORMER_FIELDS & set(former):
            setattr(party, field, former[field])
        return party

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def place(self) -> Place:
        """The clock that stands for this side."""
        return Place(zone=self.zone, name=in_language(self.cities, self.city))


def alternat(parties: Iterable[Party], own: Iterable[int]) -> list[Party]:
    """The parties with the reader's own first, the others in the order given (domain.md 3.4)."""
    own = set(own)
    return sorted(parties, key=lambda party: party.pk not in own)
