import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.area import Area
from meetings.models.meeting import Meeting, Mode, served
from portal.clocks import (
    DAY,
    ClockText,
    NoSuchTime,
    Place,
    day_words,
    known_zones,
    to_instant,
)
from portal.languages import in_language, language_name
from portal.models import Party, Person, User
from portal.models.party import known_zone


class Room(models.Model):
    """A room, or a video room, that one sitting at a time can use."""

    name = models.CharField(_("name"), max_length=120)
    city = models.CharField(_("city"), max_length=120, blank=True)
    is_virtual = models.BooleanField(_("video room"), default=False)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("whose room")
    )

    class Meta:
        ordering = ["city", "name"]
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(fields=["city", "name"], name="one_room_per_name_and_city"),
        ]

    def __str__(self):
        return f"{self.name}, {self.city}" if self.city else self.name


class SittingQuerySet(models.QuerySet["Sitting"]):
    def visible_to(self, user):
        """Those of meetings the user may see; closed ones only for people in office."""
        held = standing(user)
        own = held.sees("meeting__body") & held.owns("meeting__body", "meeting__side")
        member = own | served(held, "meeting")
        public = models.Q(
            meeting__was_announced=True,
            meeting__body__is_public=True,
            meeting__side=None,
            is_open=True,
        )
        return self.filter(member | public)

    def taking_place(self):
        """Those that are to take place."""
        return self.exclude(status=Sitting.Status.CANCELLED)

    def keeping_rooms_from(self, side_id: int | None):
        """Those whose rooms a joint meeting, or one of a side's own part, cannot have.

        An idea keeps a room from nobody, one side's own part from that side alone: else a
        taken room would tell the others that there is something.
        """
        return self.taking_place().filter(kept_for__in={Sitting.ALL_SIDES, side_id} - {None})

    def for_programme(self):
        """With what the programme shows of each."""
        return self.select_related("area", "room").prefetch_related(
            "chairs__person", "chairs__party"
        )

    def upcoming(self, now: datetime):
        """Not over yet, of meetings that take place, soonest first."""
        return (
            self.taking_place()
            .filter(ends_at__gt=now, meeting__status__in=Meeting.AHEAD)
            .order_by("starts_at")
        )


SHORTEST = timedelta(minutes=5)  # of which the length is not known lasts that long at least


class TimeRange(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class Sitting(models.Model):
    """One continuous part of a meeting.

    The wall time in a zone is what was agreed; the instants are computed from it with the
    zone database each time it is saved. Where the hour is not known they bound its day, and
    where the length is not known they bound its first minutes: no page shows them then.
    """

    ALL_SIDES = 0
    reader: User | None = None  # for whom it is shown, where its clocks stand in their order

    class Kind(models.TextChoices):
        PLENARY = "plenary", _("Plenary session")
        CONSULTATION = "consultation", _("Expert consultation")
        RESTRICTED = "restricted", _("Restricted talk")
        DRAFTING = "drafting", _("Drafting committee")
        SIGNING = "signing", _("Signing")
        FORUM = "forum", _("Business forum")
        OPENING = "opening", _("Opening")
        CLOSING = "closing", _("Closing")
        OFFICIALS = "officials", _("Senior officials’ meeting")
        TECHNICAL = "technical", _("Technical session")
        SUB_COMMITTEE = "sub_committee", _("Sub-committee")
        WORKING_GROUP = "working_group", _("Working group")
        CO_CHAIRS = "co_chairs", _("Talk of the co-chairs")
        COORDINATION = "coordination", _("Coordination")
        PRESS = "press", _("Press conference")
        CEREMONY = "ceremony", _("Ceremony")
        VISIT = "visit", _("Site visit")
        MEAL = "meal", _("Meal or reception")
        TRAVEL = "travel", _("Travel")

    class Level(models.TextChoices):
        EXPERTS = "experts", _("Experts")
        OFFICIALS = "officials", _("Senior officials")
        MINISTERS = "ministers", _("Ministers")
        LEADERS = "leaders", _("Heads of government")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CANCELLED = "cancelled", _("Cancelled")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sittings")
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.PLENARY)
    title = models.CharField(_("title"), max_length=300, blank=True)
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sittings",
        verbose_name=_("area"),
    )
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.VIRTUAL)
    day = models.DateField(_("day"))
    wall = models.TimeField(
        _("begins at"),
        null=True,
        blank=True,
        help_text=_("Leave it empty while only the day is known."),
    )
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), null=True, blank=True, default=120
    )
    zone = models.CharField(_("time zone"), max_length=60, validators=[known_zone])
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("room")
    )
    place = models.CharField(
        _("place"),
        max_length=200,
        blank=True,
        help_text=_("Where it is not a room of the list: a building, a city, a plant to visit."),
    )
    join_link = models.URLField(_("joining link"), blank=True)
    is_open = models.BooleanField(_("open to all registered"), default=True)
    languages = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("interpreted into"),
        default=list,
        blank=True,
    )
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.PLANNED, editable=False
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Kept by the database: from whom its room is kept; from all sides, one, or (None) nobody.
    kept_for = models.BigIntegerField(null=True, editable=False)

    objects = SittingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        indexes = [models.Index(fields=["starts_at"], name="sitting_starts")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, minutes__lte=1440),
                name="a_sitting_lasts_from_five_minutes_to_a_day",
                violation_error_message=_("A sitting lasts from 5 minutes to 24 hours."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="sitting_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="no_room_is_booked_twice",
                expressions=[
                    ("room", RangeOperators.EQUAL),
                    ("kept_for", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(room__isnull=False, wall__isnull=False)
                & ~models.Q(status="cancelled"),
                violation_error_message=_(
                    "This room is taken at that time. Choose another room or another time."
                ),
            ),
        ]

    def __str__(self):
        return self.label

    def save(self, *args, **kwargs):
        self.reckon()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return f"{reverse('meeting', args=[self.meeting_id])}#sitting-{self.pk}"

    def clean(self):
        # What is missing or unknown is refused at its own field; there is no time to reckon.
        if self.day and self.zone in known_zones():
            try:
                self.reckon()
            except NoSuchTime as error:
                raise ValidationError({"wall": str(error)}) from error

    def reckon(self) -> None:
        """Compute the instants from day, wall time and zone. Raises NoSuchTime in a gap."""
        self.starts_at, self.ends_at = bounds(self.day, self.wall, self.minutes, self.zone)

    def day_in(self, zone: str) -> date:
        """The day on which it begins by a clock; its own where no hour is known."""
        return self.starts_at.astimezone(ZoneInfo(zone)).date() if self.is_timed else self.day

    @property
    def prepares(self) -> bool:
        """Whether it is held before a meeting as a matter of course: experts, or one side alone."""
        ahead = {self.Kind.CONSULTATION, self.Kind.TECHNICAL, self.Kind.COORDINATION}
        return self.kind in ahead or self.level == self.Level.EXPERTS

    @property
    def leads_there(self) -> bool:
        """Whether it is the way to a meeting, or back."""
        return self.kind == self.Kind.TRAVEL

    @property
    def is_timed(self) -> bool:
        """Whether its hour is known, not its day alone."""
        return self.wall is not None

    @property
    def until(self) -> datetime | None:
        """When it ends, as far as that is known."""
        return self.ends_at if self.is_timed and self.minutes else None

    @property
    def no_hour(self) -> str:
        """What stands in the place of an hour that is not known."""
        known = self.meeting.is_over or self.meeting.is_off
        words = gettext("time not recorded") if known else gettext("time not fixed yet")
        if not self.minutes:
            return words
        length = ngettext("%(number)d minute", "%(number)d minutes", self.minutes)
        return f"{words}, {length % {'number': self.minutes}}"

    def runs_beside(self, other: "Sitting") -> bool:
        """Whether both are known to run at the same time."""
        return (
            self.is_timed
            and other.is_timed
            and self.starts_at < other.ends_at
            and other.starts_at < self.ends_at
        )

    def clocks(self, parties: Sequence[Party]) -> ClockText:
        """When it takes place, in the clocks of these sides; its day where no hour is known."""
        day = None if self.is_timed else self.day
        return ClockText(self.starts_at, self.until, parties, day)

    @property
    def label(self) -> str:
        """Its title, or its kind and area."""
        if self.title:
            return self.title
        # Not get_kind_display: it reads all kinds in the language spoken, for every row anew.
        kind = str(self.Kind(self.kind).label)
        if self.area:
            return _("%(kind)s: %(area)s") % {"kind": kind, "area": self.area.label_on(self.day)}
        return kind

    @property
    def places(self) -> list[Place]:
        """The clocks of all sides, and of the venue; that of the reader's side first."""
        return self.meeting.places(self.reader)

    @property
    def language_names(self) -> list[str]:
        """The languages it is interpreted into, as the reader calls them."""
        return [language_name(code) for code in self.languages]

    @property
    def where(self) -> str:
        """The room, or the place, or nothing where it is held by video alone."""
        return str(self.room or self.place)

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED


def bounds(
    day: date, wall: time | None, minutes: int | None, zone: str
) -> tuple[datetime, datetime]:
    """Between which instants a sitting lies, as far as it is known. Raises NoSuchTime in a gap."""
    if wall is None:
        first = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        return first, datetime.combine(day + DAY, time(), ZoneInfo(zone)).astimezone(UTC)
    start = to_instant(day, wall, zone)
    return start, start + (timedelta(minutes=minutes) if minutes else SHORTEST)


def named_with_days(sittings: Iterable[Sitting], zone: str) -> str:
    """Sittings with the days on which they begin by a clock, as a sentence names them."""
    return ", ".join(f"{one.label} ({day_words(one.day_in(zone))})" for one in sittings)


class SittingChair(models.Model):
    """Who presides over a sitting for one side, with the title of that day."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="chairs")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="chaired")
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("side")
    )
    title = models.CharField(_("title on that day"), max_length=300, blank=True)
    titles = models.JSONField(_("title per language"), default=dict, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("chair of a sitting")
        verbose_name_plural = _("chairs of sittings")
        constraints = [
            models.UniqueConstraint(fields=["sitting", "person"], name="one_chair_per_person"),
        ]

    def __str__(self):
        return f"{self.person} · {self.sitting}"

    @property
    def label(self) -> str:
        """The title in the language being spoken."""
        return in_language(self.titles, self.title)
