from datetime import datetime, timedelta

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.models.party import Party
from portal.models.person import Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    def about(self, target):
        """The messages about one object."""
        return self.filter(
            content_type=ContentType.objects.get_for_model(target), object_id=target.pk
        )

    def for_side(self, party_id):
        """The messages to one side's people; those to nobody's side belong to no side."""
        return self.filter(party_id=party_id)

    def due(self, now: datetime, lease: timedelta):
        """What may be sent: waiting and ripe, or taken up by a sender that never came back."""
        return self.filter(
            models.Q(state=Notice.State.QUEUED, not_before__lte=now)
            | models.Q(state=Notice.State.SENDING, claimed_at__lt=now - lease)
        )

    def counts(self) -> dict[str, int]:
        """How many messages are in each state."""
        rows = self.order_by().values("state").annotate(number=models.Count("pk"))
        return {row["state"]: row["number"] for row in rows}


class Notice(models.Model):
    """One message to one recipient. Its key makes sure that it is written only once.

    What it says of something that one side kept to itself then stays private to that side.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    key = models.CharField(_("key"), max_length=250, unique=True)
    template = models.CharField(_("template"), max_length=120)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, blank=True)
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    target = GenericForeignKey()
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("side")
    )
    private_to = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    name = models.CharField(_("recipient"), max_length=300, blank=True)
    email = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=8)
    zone = models.CharField(_("time zone"), max_length=60)
    # Who writes it later, and of which row; empty once it is written.
    writer = models.CharField(max_length=60, blank=True, editable=False)
    writes_of = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    body = models.TextField(_("text"), blank=True)
    calendar = models.TextField(_("calendar file"), blank=True)
    secret = models.CharField(
        _("secret"),
        max_length=200,
        blank=True,
        help_text=_("What in the text only the recipient may read: a personal link's key."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(_("queued"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("what went wrong last"), blank=True)
    maybe_twice = models.BooleanField(_("may have arrived twice"), default=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["not_before"],
                name="notice_waiting",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["content_type", "object_id", "-created_at"], name="notice_target"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(state="sent"),
                name="only_a_sent_notice_has_a_time_of_sending",
            ),
        ]

    def __str__(self):
        return self.subject

    @property
    def shown_body(self) -> str:
        """The text as others than the recipient may read it."""
        return self.body.replace(self.secret, "…") if self.secret else self.body
