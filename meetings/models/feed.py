import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.body import Body
from meetings.models.meeting import Meeting


def new_secret() -> str:
    """What makes the address of a feed impossible to guess."""
    return secrets.token_urlsafe(32)


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, user):
        """Everybody's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def live(self):
        """Not revoked."""
        return self.filter(revoked_at=None)


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
        Body, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    secret = models.CharField(max_length=60, unique=True, default=new_secret, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("last read"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

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
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["all", "mine"], body=None, meeting=None)
                | models.Q(scope="body", body__isnull=False, meeting=None)
                | models.Q(scope="meeting", body=None, meeting__isnull=False),
                name="a_feed_names_what_its_scope_needs",
            ),
        ]

    def __str__(self):
        return str(self.get_scope_display())
