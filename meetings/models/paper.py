import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.agenda import AgendaItem
from meetings.models.appointment import standing
from meetings.models.body import Body
from meetings.models.meeting import Meeting, at_joint, served
from portal.languages import in_language
from portal.models import Party


def stored_name(paper: "Paper", original: str) -> str:
    """A name in the store that tells nothing of the paper; the original stands in its row."""
    return f"papers/{uuid.uuid4().hex}"


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user):
        """By its class: one side's own, shared by those in office, or public (domain.md 4.5).

        A withdrawn one stays for the side whose it is, a joint one for the secretaries.
        """
        held = standing(user)
        offices = ("chair", "deputy", "secretary", "focal_point")
        further = held.serves("meeting__numbers__body", "party", *offices)
        ours = held.serves("body", "party", *offices)
        ours |= at_joint(self.model, held, further, "meeting")
        internal = models.Q(access="internal") & ours
        known = held.sees("body") | served(held, "meeting")
        shared = models.Q(access__in=["shared", "agreed"]) & known
        public = models.Q(access="public", body__is_public=True) & (
            models.Q(meeting=None) | models.Q(meeting__was_announced=True)
        )
        own_meeting = models.Q(meeting=None) | held.owns("meeting__body", "meeting__side")
        kept = models.Q(status="current") | ours
        kept |= models.Q(party=None) & (held.secretary_in("body") | served(held, "meeting"))
        return self.filter((internal | shared | public) & own_meeting & kept)

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("party", "meeting__body", "body")


class Paper(models.Model):
    """A document of a body or a meeting: a text, a file or an address, with who may read it."""

    class Kind(models.TextChoices):
        PAPER = "paper", _("Paper")
        PRESENTATION = "presentation", _("Presentation")
        DRAFT = "draft", _("Draft text")
        SIGNED = "signed", _("Signed document")
        REPORT = "report", _("Report")
        LIST = "list", _("List of participants")
        STATEMENT = "statement", _("Statement")
        INSTRUMENT = "instrument", _("Founding instrument")

    class Access(models.TextChoices):
        INTERNAL = "internal", _("One side only")
        SHARED = "shared", _("Shared working paper")
        AGREED = "agreed", _("Agreed, not public")
        PUBLIC = "public", _("Public")

    class Status(models.TextChoices):
        CURRENT = "current", _("Current")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OWN = ("internal", "shared")  # what its side decides alone

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="papers")
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="papers",
        verbose_name=_("meeting"),
    )
    items: "models.ManyToManyField[AgendaItem, models.Model]" = models.ManyToManyField(
        AgendaItem, related_name="papers", blank=True, verbose_name=_("agenda items")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PAPER)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.CURRENT, editable=False
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    access = models.CharField(_("who may read it"), max_length=10, choices=Access)
    wanted = models.CharField(
        _("asked for: who may read it"),
        max_length=10,
        choices=Access,
        blank=True,
        editable=False,
    )
    asked_at = models.DateTimeField(
        _("when all sides were asked"), null=True, blank=True, editable=False
    )
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whose paper"),
    )
    reference = models.CharField(_("number"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=400)
    titles = models.JSONField(_("title per language"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    dated = models.DateField(_("date"), null=True, blank=True)
    words = models.CharField(
        _("in words"),
        max_length=400,
        blank=True,
        help_text=_("For instance where and by whom it was signed, or what is still to come."),
    )
    file = models.FileField(_("file"), upload_to=stored_name, blank=True)
    file_name = models.CharField(_("name of the file"), max_length=255, blank=True, editable=False)
    file_size = models.PositiveBigIntegerField(_("size in bytes"), default=0, editable=False)
    link = models.URLField(_("address"), max_length=500, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    added_by = models.CharField(_("added by"), max_length=300, blank=True, editable=False)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "-pk"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(access="internal") | models.Q(party__isnull=False),
                name="an_internal_paper_belongs_to_a_side",
                violation_error_message=_("Say whose own paper it is."),
            ),
            models.CheckConstraint(
                condition=models.Q(wanted="") | ~models.Q(access="internal"),
                name="no_key_is_asked_for_an_internal_paper",
                violation_error_message=_("Share the paper first, then ask the other sides."),
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("paper", args=[self.pk])

    @property
    def label(self) -> str:
        """The title in the language being spoken."""
        return in_language(self.titles, self.title)

    @property
    def is_own(self) -> bool:
        """Whether its side still decides on it alone."""
        return self.access in self.OWN

    @property
    def side(self) -> Party | None:
        """The side that keeps it, and what happens to it, to itself."""
        return self.party if self.access == self.Access.INTERNAL else None

    @property
    def bodies(self) -> list[Body]:
        """The bodies whose people it is for: those that meet, or the one that it lies with."""
        return self.meeting.bodies if self.meeting else [self.body]

    def sides(self, user=None) -> list[Party]:
        """The sides whose keys it needs before more people may read it."""
        return self.meeting.sides(user) if self.meeting else self.body.sides(user)
