from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Meeting
from meetings.models.timing import ProposalQuerySet
from portal.models import Party


def with_words(meetings: models.QuerySet[Meeting]) -> models.QuerySet[Meeting]:
    """Meetings that know, without another question, whether other words are asked for."""
    asked = Wording.objects.open().filter(meeting=models.OuterRef("pk"))
    return meetings.annotate(is_to_be_reworded=models.Exists(asked))


class Wording(models.Model):
    """The title and description that a side proposes for a meeting that all sides know.

    What was announced stands until every side has given its key to the other words.
    """

    FIELDS = ("title", "about")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REPLACED = "replaced", _("No longer asked")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="wordings")
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    title = models.CharField(_("title"), max_length=300, blank=True)
    about = models.TextField(_("what it is about"), blank=True)
    remark = models.TextField(_("remark to the other side"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    by_name = models.CharField(_("entered by"), max_length=300, editable=False)
    at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("proposed wording")
        verbose_name_plural = _("proposed wordings")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"],
                condition=models.Q(status="open"),
                name="one_open_wording_per_meeting",
                violation_error_message=_("Another proposal is open. Answer that one first."),
            ),
        ]

    def __str__(self):
        return f"{self.meeting}: {self.words}"

    def get_absolute_url(self):
        return f"{reverse('meeting', args=[self.meeting_id])}#words"

    @property
    def changed(self) -> list[str]:
        """The fields in which it is other than what stands at the meeting."""
        return [name for name in self.FIELDS if getattr(self, name) != getattr(self.meeting, name)]

    @property
    def differences(self) -> list[tuple[Any, str, str]]:
        """What it would change: the name of each field, how it stands and how it would be."""
        words = {field.name: field.verbose_name for field in Meeting._meta.fields}
        return [
            (words[name], getattr(self.meeting, name), getattr(self, name)) for name in self.changed
        ]

    @property
    def words(self) -> str:
        """What it is to be called, or that it is described otherwise, in a line of the history."""
        if self.title and "title" in self.changed:
            return gettext("the title “%(title)s”") % {"title": self.title}
        return gettext("no title") if "title" in self.changed else gettext("another description")
