from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, Func, OuterRef, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.languages import in_language
from portal.models import Organisation, Party, Person


class DateRange(Func):
    """From a day to a day, both counted; an open end stays open."""

    function = "daterange"
    output_field = DateRangeField()


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user):
        """Who holds which office in a body is known to whoever knows of the body."""
        return self.filter(standing(user).sees("body") | models.Q(body__is_public=True))

    def on(self, day: date):
        """Those in office on a day."""
        return self.filter(
            models.Q(since=None) | models.Q(since__lte=day),
            models.Q(until=None) | models.Q(until__gte=day),
        )

    def still_seated(self, day: date):
        """Without the offices of a side whose last seat in the body has ended."""
        seats = apps.get_model("meetings.BodyParty").objects.filter(
            body=OuterRef("body"), party=OuterRef("party")
        )
        lasting = seats.filter(models.Q(until=None) | models.Q(until__gte=day))
        return self.filter(Exists(lasting) | ~Exists(seats))

    def chairs(self):
        """The co-chairs."""
        return self.filter(office=Appointment.Office.CHAIR)

    def secretaries(self):
        """The responsible secretaries of the sides and the neutral secretariat."""
        return self.filter(office=Appointment.Office.SECRETARY)


class Appointment(models.Model):
    """A person's office in a body for one party, from a day to a day.

    A secretary without a party is the neutral secretariat. Offices of secretaries and focal
    points reach down to the bodies beneath; a co-chair and a deputy lead the named body alone.
    """

    class Office(models.TextChoices):
        CHAIR = "chair", _("Co-chair")
        DEPUTY = "deputy", _("Deputy co-chair")
        SECRETARY = "secretary", _("Secretariat officer")
        FOCAL_POINT = "focal_point", _("Focal point")

    body = models.ForeignKey("meetings.Body", on_delete=models.PROTECT, related_name="appointments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    office = models.CharField(_("office"), max_length=20, choices=Office)
    title = models.CharField(_("title on that day"), max_length=300, blank=True)
    titles = models.JSONField(_("title per language"), default=dict, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    act = models.CharField(_("appointing act"), max_length=300, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    order = models.PositiveSmallIntegerField(_("order among several"), default=1)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["office", "order", "since", "pk"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(since=None)
                | models.Q(until__gte=models.F("since")),
                name="appointment_ends_after_it_begins",
                violation_error_message=_("An appointment cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(office="secretary") | models.Q(party__isnull=False),
                name="only_a_secretary_may_be_neutral",
                violation_error_message=_("A co-chair or focal point acts for a party: name it."),
            ),
            ExclusionConstraint(
                name="one_appointment_to_an_office_at_a_time",
                expressions=[
                    ("body", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    (Coalesce("party", Value(0)), RangeOperators.EQUAL),
                    (DateRange("since", "until", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "This person holds this office in that period already. "
                    "End the earlier appointment the day before first."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.get_office_display()}"

    def holds(self, on: date) -> bool:
        """Whether the office is held on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    @property
    def label(self) -> str:
        """The title in the language being spoken, or the office's name."""
        return in_language(self.titles, self.title) or self.get_office_display()


LEADING = {Appointment.Office.CHAIR, Appointment.Office.DEPUTY}  # of the named body alone


@dataclass
class Standing:
    """What a person holds today: the ground of every permission in meetings and delegations."""

    held: list[Appointment]

    @cached_property
    def beneath(self) -> dict[int, set[int]]:
        """The bodies that an office in each body reaches: itself and those beneath it."""
        offices = {one.body_id for one in self.held}
        reached = {body: {body} for body in offices}
        bodies = apps.get_model("meetings.Body").objects.filter(above__overlap=list(offices))
        for body, above in bodies.order_by().values_list("pk", "above") if offices else []:
            for office in offices.intersection(above):
                reached[office].add(body)
        return reached

    @cached_property
    def joint(self) -> list[int]:
        """The joint meetings that serve a body the person's offices reach."""
        numbers = apps.get_model("meetings.MeetingNumber").objects.filter(
            self.sees("body"), meeting__is_joint=True, meeting__side=None
        )
        known = numbers.order_by().values_list("meeting", flat=True)
        return list(known) if self.held else []

    @cached_property
    def party_ids(self) -> set[int]:
        """The sides the person serves somewhere."""
        return {appointment.party_id for appointment in self.held if appointment.party_id}

    def offices(self, body, office: str) -> list[Appointment]:
        """The appointments to an office that count in a body."""
        return [one for one in self.held if one.office == office and _reaches(one, body)]

    def parties(self, body, *offices: str) -> set[int]:
        """The sides for which the person holds one of the offices in a body."""
        return {
            one.party_id for office in offices for one in self.offices(body, office) if one.party_id
        }

    def is_neutral(self, body) -> bool:
        """Whether the person is of the neutral secretariat of a body."""
        return any(one.party_id is None for one in self.offices(body, "secretary"))

    def is_secretary(self, body) -> bool:
        """Whether the person is a secretary of a body, for a side or neutral."""
        return bool(self.offices(body, "secretary"))

    def is_member(self, body) -> bool:
        """Whether the person holds any office in a body or above it."""
        return any(one.body_id in body.lineage for one in self.held)

    # The same questions put to the database; `path` leads from the asking model to the body.

    def sees(self, path: str = "") -> models.Q:
        """The bodies in which, or above which, the person holds any office."""
        return self._in(self.held, path)

    def secretary_in(self, path: str = "") -> models.Q:
        """The bodies of which the person is a secretary."""
        return self._in([one for one in self.held if one.office == "secretary"], path)

    def owns(self, path: str, party_path: str) -> models.Q:
        """Rows that no side keeps to itself, and those that the person's own side keeps."""
        own = models.Q(**{f"{party_path}__isnull": True})
        for party_id in self.party_ids:
            held = [one for one in self.held if one.party_id == party_id]
            own |= self._in(held, path) & models.Q(**{party_path: party_id})
        return own

    def neutral_in(self, path: str = "") -> models.Q:
        """The bodies of whose neutral secretariat the person is."""
        return self._in(
            [one for one in self.held if one.office == "secretary" and one.party_id is None], path
        )

    def serves(self, path: str, party_path: str, *offices: str) -> models.Q:
        """Rows of a side for which the person holds one of the offices in the row's body."""
        found = models.Q(pk__in=[])
        for party_id in self.party_ids:
            held = [one for one in self.held if one.party_id == party_id and one.office in offices]
            led = {one.body_id for one in held if one.office in LEADING}
            bodies = led | self._reach(one for one in held if one.office not in LEADING)
            found |= models.Q(**{f"{path}__in": bodies, party_path: party_id})
        return found

    def _in(self, appointments: Iterable[Appointment], path: str) -> models.Q:
        return models.Q(**{f"{path or 'pk'}__in": self._reach(appointments)})

    def _reach(self, appointments: Iterable[Appointment]) -> set[int]:
        return set().union(*(self.beneath[one.body_id] for one in appointments))


def _reaches(appointment: Appointment, body) -> bool:
    if appointment.office in LEADING:
        return appointment.body_id == body.pk
    return appointment.body_id in body.lineage


def standing(user) -> Standing:
    """What the user holds today; asked once per user object, which lives for one request."""
    if user is None or not user.is_authenticated or user.person_id is None:
        return Standing([])
    if not hasattr(user, "_standing"):  # not __dict__: request.user is a lazy wrapper
        today = timezone.now().date()
        held = Appointment.objects.on(today).still_seated(today).filter(person=user.person_id)
        user._standing = Standing(list(held.select_related("party", "body")))
    return user._standing
