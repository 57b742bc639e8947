from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting


class ParticipantListQuerySet(models.QuerySet["ParticipantList"]):
    def visible_to(self, user):
        """Those in office read every list; it is published as a paper, with every side's key."""
        return self.filter(meeting__in=Meeting.objects.inside(user))


class ParticipantList(models.Model):
    """The official list of participants as it stood when it was made (domain.md 3.4).

    Its lines are frozen: titles and functions of that day. Contact data never appear in it.
    """

    class Kind(models.TextChoices):
        PROVISIONAL = "provisional", _("Provisional list")
        FINAL = "final", _("Final list")
        CORRIGENDUM = "corrigendum", _("Corrigendum")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="participant_lists")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrigenda"
    )
    blocks = models.JSONField(_("sides with their lines"), default=list)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.CharField(_("made by"), max_length=300, blank=True)

    objects = ParticipantListQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "made_at", "pk"]
        verbose_name = _("list of participants")
        verbose_name_plural = _("lists of participants")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "number"], name="one_list_of_a_number"
            ),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=models.Q(kind="final"),
                name="one_final_list_per_meeting",
                violation_error_message=_(
                    "There is a final list. What has to be mended goes into a corrigendum."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"
