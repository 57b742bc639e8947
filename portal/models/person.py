from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.models.party import Party, known_zone


class PersonQuerySet(models.QuerySet["Person"]):
    def called(self, full_name: str, email: str):
        """The one of this name and address, in whatever letter case, as the database keeps it."""
        return self.alias(address=Lower("email"), name=Lower("full_name")).filter(
            address=Lower(models.Value(email)), name=Lower(models.Value(full_name))
        )


class Person(models.Model):
    """Somebody, named as they write it themselves; offices belong to appointments."""

    full_name = models.CharField(
        _("full name"),
        max_length=250,
        help_text=_("As the person writes it, in the person's own script."),
    )
    latin_name = models.CharField(_("name in Latin letters"), max_length=250, blank=True)
    variants = ArrayField(
        models.CharField(max_length=250),
        verbose_name=_("other spellings"),
        default=list,
        blank=True,
        help_text=_("As others print the name: found by search, never written in its place."),
    )
    honorific = models.CharField(_("honorific"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("party"),
        help_text=_("The side this person serves. Set by who appoints, never by a registration."),
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[known_zone])

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["full_name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                Lower("full_name"),
                condition=~models.Q(email=""),
                name="one_person_per_address_and_name",
                violation_error_message=_("There is already a person of this name and address."),
            ),
        ]

    def __str__(self):
        return self.full_name

    @property
    def address_name(self) -> str:
        """How a letter calls the person: honorific and name."""
        return f"{self.honorific} {self.full_name}".strip()
