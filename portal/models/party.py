import copy
from collections.abc import Iterable
from datetime import date, time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
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
# What a party can have had otherwise; names go together with their translations.
FORMER_OF_PARTY = FORMER_FIELDS | {"rest_days"}
TOGETHER = (("name", "names"), ("short_name", "short_names"), ("city", "cities"))


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
        or any(set(row) - {"until"} - FORMER_OF_PARTY for row in rows)
        or any(not _are_rest_days(row.get("rest_days", [])) for row in rows)
    ):
        raise ValidationError(
            _("Write a list of former names, oldest first, each with “until” as YYYY-MM-DD.")
        )


def _are_rest_days(days: object) -> bool:
    return isinstance(days, list) and all(type(day) is int and 1 <= day <= 7 for day in days)


MEMBER_FIELDS = {"name", "names", "since", "until"}


def members_of_a_bloc(rows: list) -> None:
    """Refuse members without a name, or with a period that cannot be one."""
    known = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    try:
        periods = [_period(row) for row in rows] if known else []
    except (TypeError, ValueError):
        known = False
    if (
        not known
        or any(first > last for first, last in periods)
        or any(set(row) - MEMBER_FIELDS or not row.get("name") for row in rows)
    ):
        raise ValidationError(
            _(
                "Write a list of members, each with “name” and, where it was not always one, "
                "“since” and “until” as YYYY-MM-DD, in this order."
            )
        )


def _period(row: dict) -> tuple[date, date]:
    since, until = row.get("since"), row.get("until")
    return (
        date.fromisoformat(since) if since else date.min,
        date.fromisoformat(until) if until else date.max,
    )


def then(rows: list[dict], day: date) -> dict:
    """What was another on that day: the first of the former rows that still held."""
    return next((row for row in rows if day <= date.fromisoformat(row["until"])), {})


def _is_within(day: date, row: dict) -> bool:
    first, last = _period(row)
    return first <= day <= last


class Party(models.Model):
    """A state, bloc or entity that sits in joint bodies as one equal side."""

    day: date | None = None  # as of which it is shown, where that is not today

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
            "then, as name, names, short_name, short_names, city, cities, rest_days."
        ),
    )
    members = models.JSONField(
        _("members of the bloc"),
        default=list,
        blank=True,
        validators=[members_of_a_bloc],
        help_text=_(
            "Of a bloc: a list of objects with “name”, “names” per language and, where it was "
            "not always a member, “since” and “until” (the first and the last day)."
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
        if not (self.former or self.members):
            return self
        party = copy.copy(self)
        party.day = day
        for names in TOGETHER:
            former = then([row for row in self.former if set(names) & set(row)], day)
            for field in set(names) & set(former):
                setattr(party, field, former[field])
        return party

    def rest_days_on(self, day: date) -> list[int]:
        """The weekdays on which it rested on a day: a weekend may have been another one."""
        if not self.former:
            return self.rest_days
        former = then([row for row in self.former if "rest_days" in row], day)
        return former.get("rest_days", self.rest_days)

    @property
    def member_words(self) -> str:
        """The members of a bloc on the day as of which it is shown, today unless another."""
        day = self.day or timezone.now().date()
        those = [row for row in self.members if _is_within(day, row)]
        return ", ".join(in_language(row.get("names", {}), row["name"]) for row in those)

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
