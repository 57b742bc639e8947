from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.body import Body
from meetings.models.meeting import Meeting
from portal.models import Party


class NoteQuerySet(models.QuerySet["NoteVerbale"]):
    def visible_to(self, user):
        """A note is known to its sender and its addressees, and to the neutral secretariat."""
        held = standing(user)
        offices = ("chair", "deputy", "secretary", "focal_point")
        to_all = models.Q(addressee=None) & held.sees("body")
        sent = held.serves("body", "sender", *offices)
        received = held.serves("body", "addressee", *offices)
        return self.filter(to_all | sent | received | held.neutral_in("body"))


class NoteVerbale(models.Model):
    """A note that passed between the sides through diplomatic channels (domain.md 3.1).

    The portal records it and never replaces it.
    """

    class Channel(models.TextChoices):
        EMBASSY = "embassy", _("Embassy")
        MINISTRY = "ministry", _("Foreign ministry")
        MISSION = "mission", _("Permanent mission")
        OTHER = "other", _("Another channel")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="notes")
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("meeting"),
    )
    reference = models.CharField(_("number"), max_length=80)
    sender = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", verbose_name=_("from")
    )
    addressee = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to"),
        help_text=_("Empty: to all other sides."),
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, default=Channel.EMBASSY
    )
    dated = models.DateField(_("date"))
    received_on = models.DateField(_("received"), null=True, blank=True)
    in_reply_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("in reply to"),
    )
    subject = models.CharField(_("subject"), max_length=300)
    language = models.CharField(_("language"), max_length=8, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-dated", "-pk"]
        verbose_name = _("note verbale")
        verbose_name_plural = _("notes verbales")
        constraints = [
            models.UniqueConstraint(
                # With the addressee: of a note between two others a side must not even hear
                # by a refusal that there is one.
                fields=["body", "sender", "addressee", "reference", "dated"],
                nulls_distinct=False,
                name="one_note_per_number_date_and_addressee",
                violation_error_message=_("A note of this number and date is in the register."),
            ),
            models.CheckConstraint(
                condition=models.Q(addressee=None) | ~models.Q(addressee=models.F("sender")),
                name="a_note_goes_to_another_side",
                violation_error_message=_("A note goes to another side than its sender."),
            ),
            models.CheckConstraint(
                condition=models.Q(received_on=None) | models.Q(received_on__gte=models.F("dated")),
                name="a_note_is_received_after_it_was_written",
                violation_error_message=_("A note cannot be received before its date."),
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return f"{reverse('notes', args=[self.body_id])}#note-{self.pk}"
