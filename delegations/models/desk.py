import secrets
from datetime import date

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting

# Crockford's letters: none that is taken for another when read aloud or typed off paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(length: int) -> str:
    """Letters and digits nobody can guess and everybody can read aloud."""
    return "".join(secrets.choice(ALPHABET) for _letter in range(length))


def as_code(typed: str) -> str:
    """A code as somebody typed it off paper: in capitals, O for 0, I and L for 1."""
    return typed.upper().translate(str.maketrans("OIL", "011"))


def desk_code() -> str:
    return random_code(8)


class DeskQuerySet(models.QuerySet["Desk"]):
    def visible_to(self, user):
        """The desk of a meeting belongs to those in office; others know its public link."""
        return self.filter(meeting__in=Meeting.objects.inside(user))

    def public(self, user):
        """Desks of announced meetings, by whose link anybody may come.

        That of one side's own part exists for the people of that side alone.
        """
        known = models.Q(meeting__side=None) | models.Q(meeting__in=Meeting.objects.inside(user))
        if user.is_authenticated and user.party_id:
            known |= models.Q(meeting__side=user.party_id)
        return self.filter(known, meeting__was_announced=True)


class Desk(models.Model):
    """The registration desk of one meeting: open or closed, how many places, under which link."""

    class Status(models.TextChoices):
        NOT_OPEN = "not_open", _("Not open yet")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Promotion(models.TextChoices):
        AUTOMATIC = "automatic", _("goes to the next who waits")
        BY_HAND = "by_hand", _("is given by the secretariat")

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="desk")
    code = models.CharField(
        _("code of the public link"), max_length=20, unique=True, default=desk_code, editable=False
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.NOT_OPEN, editable=False
    )
    two_stages = models.BooleanField(
        _("delegations are named first and confirmed later"), default=False
    )
    nominate_by = models.DateField(_("names are due on"), null=True, blank=True)
    confirm_by = models.DateField(_("confirmations are due on"), null=True, blank=True)
    is_strict = models.BooleanField(
        _("nothing is taken after these days"),
        default=False,
        help_text=_("Otherwise late changes are possible, and logged as late."),
    )
    promotion = models.CharField(
        _("a place that becomes free"), max_length=10, choices=Promotion, default="automatic"
    )
    answer_hours = models.PositiveSmallIntegerField(
        _("hours to accept a place that became free"),
        null=True,
        blank=True,
        help_text=_("Empty: it is theirs at once. Hours of the night in their zone do not count."),
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration desk")
        verbose_name_plural = _("registration desks")

    def __str__(self):
        return f"{self.meeting} · {self.get_status_display()}"

    def get_absolute_url(self):
        return reverse("delegations", args=[self.meeting_id])

    @property
    def public_path(self) -> str:
        return reverse("register", args=[self.code])

    @property
    def public_url(self) -> str:
        """The whole address, for letters and QR codes."""
        return f"{settings.PORTAL_URL}{self.public_path}"

    @property
    def places_left(self) -> int | None:
        """How many places are free of those for everybody; None when nobody counts."""
        overall = next((quota for quota in self.quotas.all() if quota.is_overall), None)
        return overall.left if overall else None

    @property
    def takes_registrations(self) -> bool:
        """Whether somebody can register now, places aside."""
        return self.status == self.Status.OPEN and self.meeting.status in {
            Meeting.Status.ANNOUNCED,
            Meeting.Status.IN_SESSION,
        }

    def hindrance(self, today: date) -> str:
        """Why nobody can register on that day, as one word; empty when one can."""
        meeting = self.meeting
        if meeting.is_off:
            return meeting.status
        if meeting.is_over or meeting.ends_on < today:
            return "over"
        if not self.takes_registrations:
            return "closed" if self.status == self.Status.CLOSED else "not_open"
        return "full" if self.places_left == 0 else ""

    def is_gone(self, today: date) -> bool:
        """Whether its public address leads nowhere any more: the meeting is over or cancelled."""
        return self.hindrance(today) in {"cancelled", "over"}
