from datetime import date

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.body import Body
from portal.languages import ordinal
from portal.models import Party, Person
from portal.models.party import known_zone


class Mode(models.TextChoices):
    """How people meet."""

    IN_PERSON = "in_person", _("In person")
    VIRTUAL = "virtual", _("Virtual")
    HYBRID = "hybrid", _("Hybrid")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user):
        """What is announced is public; what is being planned is for those in office."""
        return self.filter(
            models.Q(was_announced=True, body__is_public=True) | standing(user).sees("body")
        )

    def run_by(self, user):
        """The meetings that the user schedules."""
        return self.filter(standing(user).secretary_in("body"))

    def upcoming(self, today: date):
        """Not over, not called off, soonest first."""
        return self.filter(
            ends_on__gte=today, status__in=["planned", "announced", "in_session"]
        ).order_by("starts_on", "pk")

    def past(self, today: date):
        """Over or called off, latest first."""
        return self.exclude(pk__in=self.upcoming(today).values("pk")).order_by("-starts_on", "-pk")

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("body", "host").prefetch_related("body__seats__party")


class Meeting(models.Model):
    """A numbered gathering of a body: sittings over one or several days."""

    class Series(models.TextChoices):
        ORDINARY = "ordinary", _("Ordinary")
        EXTRAORDINARY = "extraordinary", _("Extraordinary")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ANNOUNCED = "announced", _("Announced")
        IN_SESSION = "in_session", _("In session")
        HELD = "held", _("Held")
        CLOSED = "closed", _("Closed")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    series = models.CharField(_("series"), max_length=15, choices=Series, default=Series.ORDINARY)
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300, blank=True)
    about = models.TextField(_("what it is about"), blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.VIRTUAL)
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.PLANNED, editable=False
    )
    was_announced = models.BooleanField(default=False, editable=False)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    zone = models.CharField(_("time zone of its days"), max_length=60, validators=[known_zone])
    place = models.CharField(_("place"), max_length=200, blank=True)
    host = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("host")
    )
    reason = models.TextField(_("why it was called off or moved"), blank=True, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "series", "number"],
                name="one_meeting_per_number",
                violation_error_message=_(
                    "This body already has a meeting with this number. Choose the next free one."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="meeting_ends_after_it_begins",
                violation_error_message=_("The last day comes before the first day."),
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1),
                name="meetings_are_counted_from_one",
                violation_error_message=_("Meetings are counted from 1."),
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("meeting", args=[self.pk])

    @property
    def label(self) -> str:
        """The number in words, as “2nd meeting”."""
        words = {
            ("commission", "ordinary"): gettext("%(ordinal)s session"),
            ("commission", "extraordinary"): gettext("%(ordinal)s extraordinary session"),
            ("", "ordinary"): gettext("%(ordinal)s meeting"),
            ("", "extraordinary"): gettext("%(ordinal)s extraordinary meeting"),
        }
        kind = "commission" if self.body.kind == Body.Kind.COMMISSION else ""
        return words[kind, self.series] % {"ordinal": ordinal(self.number)}

    @property
    def full_label(self) -> str:
        """Number and body, as a message or a calendar names it."""
        return gettext("%(meeting)s of the %(body)s") % {
            "meeting": self.label,
            "body": self.body.label,
        }

    @property
    def is_over(self) -> bool:
        return self.status in {self.Status.HELD, self.Status.CLOSED}

    @property
    def is_off(self) -> bool:
        return self.status in {self.Status.POSTPONED, self.Status.CANCELLED}

    def sides(self, user=None) -> list[Party]:
        """The body's parties on the first day, the reader's own side first."""
        return self.body.sides(user, on=self.starts_on)

    def chairs(self):
        """The co-chairs in office on its first day (today's while it lies ahead)."""
        day = min(self.starts_on, timezone.now().date())
        return self.body.appointments.chairs().on(day).select_related("person", "party")

    def parties_without_chair(self) -> list[Party]:
        """The sides whose chair is vacant today."""
        chaired = {chair.party_id for chair in self.chairs()}
        return [party for party in self.sides() if party.pk not in chaired]


class Capacity(models.TextChoices):
    HEAD = "head", _("Head of delegation")
    AMBASSADOR = "ambassador", _("Ambassador")
    OBSERVER = "observer", _("Observer")
    INVITED = "invited", _("Invited expert")


class Participation(models.Model):
    """A person who took part in a meeting in a capacity worth naming, with that day's title."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True)
    capacity = models.CharField(_("capacity"), max_length=12, choices=Capacity)
    title = models.CharField(_("title on that day"), max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "person", "capacity"], name="one_participation_per_capacity"
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.get_capacity_display()}"
