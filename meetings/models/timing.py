from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.body import Body
from meetings.models.meeting import Meeting, Mode, days_in_words, numbered, served
from portal.languages import translated
from portal.models import Party
from portal.models.party import known_zone


class MeetingNumber(models.Model):
    """The number of a meeting in one of the bodies it serves.

    The row of its main body is written by the database whenever the meeting is; the others
    make it a joint meeting. An idea takes no number from anybody.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="numbers")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="numbers")
    series = models.CharField(_("series"), max_length=15, choices=Meeting.Series)
    number = models.PositiveSmallIntegerField(_("number"))
    # Of the past alone, and with a reason on the meeting: two bear one number on record.
    is_again = models.BooleanField(db_default=False, default=False, editable=False)

    class Meta:
        ordering = ["meeting", "pk"]
        verbose_name = _("number of a meeting")
        verbose_name_plural = _("numbers of meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "series", "number"],
                condition=models.Q(is_again=False),
                name="one_meeting_per_number",
                violation_error_message=_(
                    "This body already has a meeting with this number. Choose the next free one."
                ),
            ),
            models.UniqueConstraint(
                fields=["meeting", "body"], name="one_number_per_meeting_and_body"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The number in words, as that body counts."""
        return numbered(self.body, self.series, self.number)


class Timing(models.Model):
    """When and where a meeting was to be, was announced, was held, or is said to have been.

    Never changed: a later one follows, and the earlier keep the reason why they did not hold.
    """

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ANNOUNCED = "announced", _("Announced")
        ACTUAL = "actual", _("Held")
        REPORTED = "reported", _("As one side reports it")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="timings")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("as which side has it"),
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    precision = models.CharField(
        _("how exactly the days are known"),
        max_length=10,
        choices=Meeting.Precision,
        default=Meeting.Precision.DAY,
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    reason = models.TextField(_("why it did not hold"), blank=True)
    at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("timing")
        verbose_name_plural = _("timings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="timing_ends_after_it_begins",
                violation_error_message=_("The last day comes before the first day."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="reported", party__isnull=False)
                | (~models.Q(kind="reported") & models.Q(party=None)),
                name="what_one_side_reports_names_the_side",
            ),
            models.UniqueConstraint(
                fields=["meeting", "kind", "party", "starts_on"],
                condition=models.Q(kind__in=("actual", "reported")),
                nulls_distinct=False,
                name="one_timing_per_first_day_and_side",
                violation_error_message=_("A part that begins on this day stands here already."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.days_words}"

    @property
    def days_words(self) -> str:
        """The days as far as they were known."""
        return days_in_words(self.starts_on, self.ends_on, self.precision)

    @property
    def words(self) -> str:
        """Days and place, as a line of the history names them."""
        return f"{self.days_words}, {self.place}" if self.place else self.days_words

    @property
    def shown_reason(self) -> str:
        """Why it did not hold, as it was typed, or in the portal's own words."""
        return translated(self.reason)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user):
        """Those of meetings in whose bodies the user holds an office."""
        held = standing(user)
        own = held.sees("meeting__body") & held.owns("meeting__body", "meeting__side")
        return self.filter(own | served(held, "meeting"))

    def open(self):
        """Awaiting an answer."""
        return self.filter(status=Proposal.Status.OPEN)


class Proposal(models.Model):
    """Days and a place that one side puts to the others.

    While a meeting is being prepared, the latest proposal is what the meeting shows. What is
    announced stands until every side has given its key to a proposal to move it.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REPLACED = "replaced", _("Answered by another proposal")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="proposals")
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    precision = models.CharField(
        _("how exactly the days are known"),
        max_length=10,
        choices=Meeting.Precision,
        default=Meeting.Precision.DAY,
    )
    zone = models.CharField(_("time zone of its days"), max_length=60, validators=[known_zone])
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    place = models.CharField(_("place"), max_length=200, blank=True)
    host = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("host"),
    )
    host_reason = models.CharField(_("why this host and place"), max_length=300, blank=True)
    remark = models.TextField(_("remark to the other side"), blank=True)
    note = models.ForeignKey(
        "meetings.NoteVerbale",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("note verbale"),
    )
    by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    by_name = models.CharField(_("entered by"), max_length=300, editable=False)
    at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="proposal_ends_after_it_begins",
                violation_error_message=_("The last day comes before the first day."),
            ),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=models.Q(status="open"),
                name="one_open_proposal_per_meeting",
                violation_error_message=_("Another proposal is open. Answer that one first."),
            ),
        ]

    def __str__(self):
        return f"{self.meeting}: {self.days_words}"

    def get_absolute_url(self):
        return f"{reverse('meeting', args=[self.meeting_id])}#proposal-{self.pk}"

    @property
    def days_words(self) -> str:
        return days_in_words(self.starts_on, self.ends_on, self.precision)

    @property
    def is_exact(self) -> bool:
        return self.precision == Meeting.Precision.DAY

    @property
    def words(self) -> str:
        """Days and place, as a line of the history names them."""
        return f"{self.days_words}, {self.place}" if self.place else self.days_words
