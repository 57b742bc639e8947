from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import models
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import Appointment, Standing, standing
from meetings.models.body import Body
from portal.clocks import Place, day_words, venue
from portal.languages import ordinal, roman
from portal.models import Party, Person, alternat
from portal.models.party import known_zone

LEAD = timedelta(days=60)  # so long before a meeting experts usually prepare it, and no longer
VERSIONED = ("series", "number", "title", "about", "host_id", "host_reason", "revision")


class Mode(models.TextChoices):
    """How people meet."""

    IN_PERSON = "in_person", _("In person")
    VIRTUAL = "virtual", _("Virtual")
    HYBRID = "hybrid", _("Hybrid")
    UNKNOWN = "unknown", _("Mode not known")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user):
        """What is announced is public; what is being planned is for those in office.

        An idea, and a meeting of one side's own part, exist for that side alone. A joint
        meeting is also known to those in office in every body it serves.
        """
        held = standing(user)
        public = models.Q(was_announced=True, body__is_public=True, side=None)
        return self.filter(public | (held.sees("body") & held.owns("body", "side")) | served(held))

    def inside(self, user):
        """Those in whose bodies the user holds an office, public or not."""
        held = standing(user)
        return self.filter((held.sees("body") & held.owns("body", "side")) | served(held))

    def run_by(self, user):
        """The meetings that the user schedules, joint ones in any body they serve."""
        held = standing(user)
        own = held.secretary_in("body") & held.owns("body", "side")
        return self.filter(own | at_joint(self.model, held, held.secretary_in("numbers__body")))

    def convened(self, body: Body):
        """Announced at some time to all sides, in a body or in one beneath it."""
        branch = Body.objects.filter(models.Q(pk=body.pk) | models.Q(above__contains=[body.pk]))
        meets = models.Q(body__in=branch) | models.Q(numbers__body__in=branch)
        return self.filter(meets, was_announced=True, side=None)

    def ahead(self):
        """Being prepared, announced or in session, whatever the day."""
        return self.filter(status__in=Meeting.AHEAD)

    def upcoming(self, today: date):
        """Not over, not called off, soonest first; those without any day last."""
        return self.ahead().filter(_is_to_come(today)).order_by("starts_on", "pk")

    def past(self, today: date):
        """Over or called off, latest first."""
        upcoming = models.Q(_is_to_come(today), status__in=Meeting.AHEAD)
        return self.exclude(upcoming).order_by("-starts_on", "-pk")

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("body", "host").prefetch_related("body__seats__party")


def _is_to_come(today: date) -> models.Q:
    return models.Q(ends_on__gte=today) | models.Q(precision=Meeting.Precision.UNKNOWN)


def served(held: Standing, path: str = "") -> models.Q:
    """The joint meetings that serve a body in which the person holds an office.

    `path` leads from the asking model to the meeting.
    """
    return models.Q(**{f"{path or 'pk'}__in": held.joint})


def at_joint(model: type[models.Model], held: Standing, rows: models.Q, path: str = "") -> models.Q:
    """Rows of joint meetings for which `rows`, a question about any body that they serve, holds.

    `path` leads from the asking model to the meeting. Nothing is asked where none is joint.
    """
    if not held.joint:
        return models.Q(pk__in=[])
    found = model._default_manager.filter(rows, **{f"{path or 'pk'}__in": held.joint})
    return models.Q(pk__in=found.values("pk"))


def know_bodies(meetings: Iterable["Meeting"]) -> None:
    """Fetch the further bodies of the joint ones among some meetings, for many as for one.

    Where none is joint, nothing is asked.
    """
    joint = [meeting for meeting in meetings if meeting.is_joint]
    if joint:
        numbers = joint[0].numbers.model.objects.select_related("body")
        prefetch_related_objects(
            joint, models.Prefetch("numbers", numbers.prefetch_related("body__seats__party"))
        )


def numbered(body: Body, series: str, number: int) -> str:
    """A meeting's number in words: 2nd meeting, XVII session, 1st extraordinary session."""
    session = body.kind in {Body.Kind.COMMISSION, Body.Kind.COUNCIL}
    words = {
        (True, "ordinary"): gettext("%(ordinal)s session"),
        (True, "extraordinary"): gettext("%(ordinal)s extraordinary session"),
        (False, "ordinary"): gettext("%(ordinal)s meeting"),
        (False, "extraordinary"): gettext("%(ordinal)s extraordinary meeting"),
    }
    in_roman = body.numerals == Body.Numerals.ROMAN
    return words[session, series] % {"ordinal": roman(number) if in_roman else ordinal(number)}


def days_in_words(starts_on: date, ends_on: date, precision: str) -> str:
    """A day, a span of days, a window, a month or a year, in the language being spoken."""
    if precision == Meeting.Precision.UNKNOWN:
        return gettext("date not known")
    if precision == Meeting.Precision.YEAR:
        return str(starts_on.year)
    if precision == Meeting.Precision.MONTH:
        return date_format(starts_on, "YEAR_MONTH_FORMAT")
    if starts_on == ends_on:
        return day_words(starts_on)
    span = {"first": day_words(starts_on), "last": day_words(ends_on)}
    if precision == Meeting.Precision.WINDOW:
        return gettext("between %(first)s and %(last)s") % span
    return gettext("%(first)s – %(last)s") % span


class Meeting(models.Model):
    """A gathering of one or several bodies, numbered or not: sittings over one or more days.

    Its days and place are those that hold now; what was planned, announced and reported
    before stands in its timings, and who proposed what in its proposals.
    """

    class Series(models.TextChoices):
        ORDINARY = "ordinary", _("Ordinary")
        EXTRAORDINARY = "extraordinary", _("Extraordinary")
        CO_CHAIRS = "co_chairs", _("Meeting of the co-chairs")
        INTERSESSIONAL = "intersessional", _("Intersessional meeting")
        NATIONAL = "national", _("Meeting of one side’s own part")

    NUMBERED = ("ordinary", "extraordinary")

    class Status(models.TextChoices):
        IDEA = "idea", _("Idea")
        PROPOSED = "proposed", _("Proposed")
        COUNTER_PROPOSED = "counter_proposed", _("Counter-proposed")
        AGREED = "agreed", _("Dates agreed")
        ANNOUNCED = "announced", _("Announced")
        IN_SESSION = "in_session", _("In session")
        SUSPENDED = "suspended", _("Suspended")
        RESUMED = "resumed", _("Resumed")
        HELD = "held", _("Held")
        CLOSED = "closed", _("Closed")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    PREPARED = ("idea", "proposed", "counter_proposed", "agreed")
    FIXED = ("announced", "in_session", "suspended", "resumed")  # moved by all sides alone
    AHEAD = (*PREPARED, *FIXED)

    class Precision(models.TextChoices):
        DAY = "day", _("These days")
        WINDOW = "window", _("Some time between these days")
        MONTH = "month", _("Some time in the month")
        YEAR = "year", _("Some time in the year")
        # Its days are then only the place it has among its neighbours, and shown nowhere.
        UNKNOWN = "unknown", _("Not known")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    side = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the side that keeps it to itself"),
    )
    series = models.CharField(_("series"), max_length=15, choices=Series, default=Series.ORDINARY)
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    about = models.TextField(_("what it is about"), blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.VIRTUAL)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.PROPOSED, editable=False
    )
    was_announced = models.BooleanField(default=False, editable=False)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    precision = models.CharField(
        _("how exactly the days are known"),
        max_length=10,
        choices=Precision,
        default=Precision.DAY,
    )
    zone = models.CharField(_("time zone of its days"), max_length=60, validators=[known_zone])
    place = models.CharField(_("place"), max_length=200, blank=True)
    host = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("host")
    )
    host_reason = models.CharField(
        _("why this host and place"),
        max_length=300,
        blank=True,
        help_text=_("Needed where the turn is another side’s: a third place, the margins of …"),
    )
    proposer = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    prepared_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    reason = models.TextField(_("why it was called off or moved"), blank=True, editable=False)
    number_reason = models.CharField(
        _("why its number is another meeting’s too"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    number_released = models.BooleanField(db_default=False, default=False, editable=False)
    # Whether it serves other bodies too: the database keeps this by the numbers there are.
    is_joint = models.BooleanField(db_default=False, default=False, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    # Counted by the database: rises with whatever stands of the meeting in a calendar.
    sequence = models.PositiveIntegerField(default=0, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["body", "-starts_on"], name="meeting_of_body")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="meeting_ends_after_it_begins",
                violation_error_message=_("The last day comes before the first day."),
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1) | models.Q(number=None),
                name="meetings_are_counted_from_one",
                violation_error_message=_("Meetings are counted from 1."),
            ),
            models.CheckConstraint(
                condition=models.Q(series__in=("ordinary", "extraordinary"), number__isnull=False)
                | (~models.Q(series__in=("ordinary", "extraordinary")) & models.Q(number=None)),
                name="sessions_have_numbers_and_other_meetings_none",
                violation_error_message=_(
                    "Ordinary and extraordinary meetings are numbered, all others are not."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(series="national") | models.Q(side__isnull=False),
                name="a_meeting_of_one_part_belongs_to_its_side",
                violation_error_message=_("Say whose own part meets."),
            ),
            models.CheckConstraint(
                condition=models.Q(side=None)
                | models.Q(series="national")
                | models.Q(status="idea"),
                name="only_ideas_and_own_parts_belong_to_one_side",
            ),
            models.CheckConstraint(
                condition=models.Q(number_reason="")
                | models.Q(number__isnull=False, status__in=("held", "closed", "cancelled")),
                name="only_what_is_over_bears_a_number_again",
                violation_error_message=_(
                    "Only a meeting that is over can have another meeting’s number, with the "
                    "reason. A new one takes the next free number."
                ),
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("meeting", args=[self.pk])

    @property
    def label(self) -> str:
        """The number in words, as “2nd meeting”, or what an unnumbered one is."""
        if self.number is None:
            return self.title or self.get_series_display()
        return numbered(self.body, self.series, self.number)

    @property
    def full_label(self) -> str:
        """Number and body, or numbers and bodies, as a message or a calendar names it."""
        label = gettext("%(meeting)s of the %(body)s") % {
            "meeting": self.label,
            "body": self.body_label,
        }
        for other in self.others:
            label = gettext("%(label)s, jointly with the %(meeting)s of the %(body)s") % {
                "label": label,
                "meeting": other.label,
                "body": other.body.label_on(self.starts_on),
            }
        return label

    @property
    def others(self) -> list:
        """Its numbers in the further bodies that it serves."""
        if not self.is_joint:
            return []
        know_bodies([self])
        return [number for number in self.numbers.all() if number.body_id != self.body_id]

    @property
    def bodies(self) -> list[Body]:
        """The bodies it serves, the main one first."""
        return [self.body, *(other.body for other in self.others)]

    @property
    def body_label(self) -> str:
        """The body's name on the first day."""
        return self.body.label_on(self.starts_on)

    @property
    def is_exact(self) -> bool:
        """Whether its days are known to the day."""
        return self.precision == self.Precision.DAY

    @property
    def is_one_day(self) -> bool:
        """Whether it is known to be on one day alone."""
        return self.is_exact and self.starts_on == self.ends_on

    def leaves_out(self, sitting: Any) -> bool:
        """Whether a sitting lies outside its days, other than what prepares it or leads there."""
        day = sitting.day_in(self.zone)
        if self.precision == self.Precision.UNKNOWN or self.starts_on <= day <= self.ends_on:
            return False
        if day > self.ends_on:
            return not sitting.leads_there
        return not (sitting.prepares or sitting.leads_there) or day < self.starts_on - LEAD

    @property
    def days_words(self) -> str:
        """The days as far as they are known: exact, a window, a month or a year."""
        return days_in_words(self.starts_on, self.ends_on, self.precision)

    @property
    def version(self) -> str:
        """Changes with every value that an officer may change: what a form was filled from."""
        names = (*VERSIONED, "starts_on", "ends_on", "precision", "mode", "place", "zone")
        return sha256(repr([str(getattr(self, name)) for name in names]).encode()).hexdigest()[:16]

    @property
    def is_prepared(self) -> bool:
        """Whether its days and place are still being agreed."""
        return self.status in self.PREPARED

    @property
    def is_idea(self) -> bool:
        return self.status == self.Status.IDEA

    @property
    def is_own_part(self) -> bool:
        """Whether one side's own part meets: all sides never do, even when it is announced."""
        return self.series == self.Series.NATIONAL

    @property
    def kept_by(self) -> Party | None:
        """The side that keeps it to itself; what is written in its history meanwhile, too."""
        return self.side

    @property
    def holds_number(self) -> bool:
        """Whether no other meeting of the body may have its number."""
        return bool(self.number) and not self.number_released and not self.is_idea

    @property
    def is_over(self) -> bool:
        return self.status in {self.Status.HELD, self.Status.CLOSED}

    @property
    def is_off(self) -> bool:
        return self.status in {self.Status.POSTPONED, self.Status.CANCELLED}

    def sides(self, user=None) -> list[Party]:
        """The parties of its bodies on the first day, the reader's own side first.

        A meeting that one side keeps to itself has that side alone.
        """
        return [party for party in self._parties(user) if self.side_id in (None, party.pk)]

    def meant_for(self, user=None) -> list[Party]:
        """Whose clocks, hosts and office hours count: an idea is thought out for all sides."""
        return self._parties(user) if self.is_idea else self.sides(user)

    def _parties(self, user) -> list[Party]:
        sides = {
            party.pk: party for body in self.bodies for party in body.sides(user, on=self.starts_on)
        }
        return alternat(list(sides.values()), standing(user).party_ids if user else ())

    def places(self, user=None) -> list[Place]:
        """The clocks of those it is meant for, and that of the venue where none keeps it."""
        places = [party.place for party in self.meant_for(user)]
        if self.zone in {place.zone for place in places}:
            return places
        return [*places, venue(self.zone)]

    @property
    def host_label(self) -> str:
        """The host under the name it bore on the first day."""
        return self.host.as_of(self.starts_on).label if self.host else ""

    def chairs(self):
        """The co-chairs in office on its first day (today's while it lies ahead)."""
        day = min(self.starts_on, timezone.now().date())
        found = Appointment.objects.chairs().on(day).filter(body__in=self.bodies)
        return found.select_related("person", "party")

    def parties_without_chair(self) -> list[Party]:
        """The sides whose chair is vacant."""
        return self.vacant(self.sides(), {chair.party_id for chair in self.chairs()})

    def vacant(self, sides: list[Party], chaired: set[int | None]) -> list[Party]:
        """Those sides without a chair; under a single chair by turns only whose turn it is."""
        without = [party for party in sides if party.pk not in chaired]
        rules = self.body.rules_on(self.starts_on) if without else None
        if rules and rules.chairing == "by_turns":
            turn = [party for party in sides if party.pk == self.host_id]
            return [] if chaired else (turn or sides)
        return without


class Capacity(models.TextChoices):
    HEAD = "head", _("Head of delegation")
    LEVEL_CHAIR = "level_chair", _("Co-chair at one level")
    MEMBER = "member", _("Member of the delegation")
    AMBASSADOR = "ambassador", _("Ambassador")
    OBSERVER = "observer", _("Observer")
    INVITED = "invited", _("Invited expert")
    GUEST = "guest", _("Guest")


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
