import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import LEADING, standing
from meetings.models.body import Body
from meetings.models.meeting import Meeting
from meetings.models.sitting import Sitting, SittingChair
from meetings.models.timing import MeetingNumber
from portal.work import TakingPart


def new_secret() -> str:
    """What makes the address of a feed impossible to guess."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Validator:
    """What tells a calendar program whether it has read all there is, while that is certain."""

    pk: int
    etag: str
    changed_at: datetime
    read_at: datetime


# How that is known for certain stands in the function, whose plan the database keeps.
UNCHANGED = "SELECT * FROM meetings_feed_unchanged(%s, %s)"


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, user):
        """Everybody's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def live(self):
        """Not revoked."""
        return self.filter(revoked_at=None)

    def readable(self):
        """Those whose address answers: not revoked, of an account that is open."""
        return self.live().filter(user__is_active=True).select_related("user__person__party")

    def unchanged(self, secret: str, now: datetime) -> Validator | None:
        """What a readable feed's file was and surely still is; None where that is not certain."""
        database: Any = connection
        database.health_check_done = True  # the question shows by itself whether it lives
        with connection.cursor() as cursor:
            cursor.execute(UNCHANGED, [secret, now])
            row = cursor.fetchone()
        return Validator(*row) if row else None


class Feed(models.Model):
    """A secret address at which one person's calendar client reads the sittings."""

    class Scope(models.TextChoices):
        ALL = "all", _("Everything I may see")
        MINE = "mine", _("What concerns me")
        BODY = "body", _("One body")
        MEETING = "meeting", _("One meeting")

    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="feeds")
    scope = models.CharField(_("what it holds"), max_length=10, choices=Scope)
    body = models.ForeignKey(
        Body,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("body"),
    )
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("meeting"),
    )
    secret = models.CharField(max_length=60, unique=True, default=new_secret, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("last read"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    # What its file was when it was last written.
    etag = models.CharField(max_length=80, blank=True, editable=False)
    changed_at = models.DateTimeField(_("last changed"), null=True, editable=False)
    snapshot = models.TextField(blank=True, editable=False)
    fresh_until = models.DateTimeField(null=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["scope", "pk"]
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "scope", "body", "meeting"],
                condition=models.Q(revoked_at=None),
                nulls_distinct=False,
                name="one_live_feed_per_person_and_scope",
                violation_error_message=_("You have a link for this already."),
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["all", "mine"], body=None, meeting=None)
                | models.Q(scope="body", body__isnull=False, meeting=None)
                | models.Q(scope="meeting", body=None, meeting__isnull=False),
                name="a_feed_names_what_its_scope_needs",
                violation_error_message=_("Choose the body or the meeting."),
            ),
        ]

    def __str__(self):
        return str(self.get_scope_display())

    @classmethod
    def by_secret(cls, secret: str) -> "Feed | None":
        """The link with this secret; None for an unknown or revoked one, or a closed account."""
        return cls.objects.readable().filter(secret=secret).first()

    @property
    def address(self) -> str:
        """The whole secret address."""
        return f"{settings.PORTAL_URL}{reverse('feed', args=[self.secret])}"

    @property
    def webcal(self) -> str:
        """The same as calendar programs open it by themselves."""
        return f"webcal://{self.address.partition('://')[2]}"

    def meetings(self, taken: Collection[TakingPart], today: date):
        """The meetings with exact days that stand in it, as the person may see them today.

        Those of the year before stay, so that what was moved or called off late is seen.
        """
        registered = Q(pk__in={one.meeting_id for one in taken})
        visible = Q(pk__in=Meeting.objects.visible_to(self.user).values("pk"))
        presided = Q(pk__in=self._presided().values("meeting"))
        if self.scope == self.Scope.MINE:
            visible &= self._held("")
        found = Meeting.objects.filter(visible | registered | presided, self._scope(""))
        if self.scope != self.Scope.MEETING:
            found = found.filter(ends_on__gte=date(today.year - 1, 1, 1))
        return found.filter(precision=Meeting.Precision.DAY)

    def sittings(self, taken: Collection[TakingPart]):
        """The sittings the person may see, and those the person is registered for or presides."""
        chosen = Q(pk__in={one.sitting_id for one in taken} - {None})
        presided = Q(pk__in=self._presided().values("pk"))
        visible = Q(pk__in=Sitting.objects.visible_to(self.user).values("pk"))
        if self.scope == self.Scope.MINE:
            visible &= self._held("meeting__")
        return Sitting.objects.filter(visible | chosen | presided, self._scope("meeting__"))

    def _presided(self):
        """Sittings of meetings known to the public over which the person presides."""
        own = SittingChair.objects.filter(person=self.user.person_id).values("sitting")
        return Sitting.objects.filter(pk__in=own, meeting__was_announced=True, meeting__side=None)

    def _held(self, path: str) -> Q:
        """Meetings of the bodies in which the person holds an office, by its reach."""
        held = standing(self.user).held
        led = [one.body_id for one in held if one.office in LEADING]
        others = [one.body_id for one in held if one.office not in LEADING]
        return _of_bodies(path, Q(pk__in=[*led, *others]) | Q(above__overlap=others))

    def _scope(self, path: str) -> Q:
        """Meetings of the one body with all beneath it, or the one meeting."""
        if self.scope == self.Scope.MEETING:
            return Q(**{f"{path}pk": self.meeting_id})
        if self.scope != self.Scope.BODY:
            return Q()
        return _of_bodies(path, Q(pk=self.body_id) | Q(above__contains=[self.body_id]))


def _of_bodies(path: str, which: Q) -> Q:
    """Meetings of some bodies, and joint ones that serve one of them among others."""
    bodies = Body.objects.filter(which).values("pk")
    joint = MeetingNumber.objects.filter(body__in=bodies).values("meeting")
    return Q(**{f"{path}body__in": bodies}) | Q(**{f"{path}pk__in": joint})


def labels(feeds: Collection[Feed], user) -> dict[int, str]:
    """What each holds, in words; bodies and meetings by name as long as the user may see them."""
    bodies = Body.objects.visible_to(user).in_bulk({one.body_id for one in feeds} - {None})
    meetings = Meeting.objects.visible_to(user).for_list()
    known = meetings.in_bulk({one.meeting_id for one in feeds} - {None})
    return {one.pk: _label(one, bodies, known) for one in feeds}


def _label(feed: Feed, bodies: dict[int, Body], meetings: dict[int, Meeting]) -> str:
    if feed.body_id in bodies:
        return bodies[feed.body_id].label
    if feed.meeting_id in meetings:
        return meetings[feed.meeting_id].full_label
    return str(feed.get_scope_display())
