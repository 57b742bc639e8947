import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.area import Area
from meetings.models.meeting import Meeting, at_joint, served
from portal.languages import in_language
from portal.models import Party, Person


class AgendaQuerySet(models.QuerySet["Agenda"]):
    def visible_to(self, user):
        """Those of the meetings that the user sees; their points have their own rule."""
        return self.filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))


class Agenda(models.Model):
    """A meeting's agenda: provisional, agreed with every side's key, adopted at the meeting."""

    class Status(models.TextChoices):
        PROVISIONAL = "provisional", _("Provisional")
        AGREED = "agreed", _("Agreed")
        ADOPTED = "adopted", _("Adopted")

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="agenda")
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.PROVISIONAL, editable=False
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = AgendaQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")

    def __str__(self):
        return str(_("Agenda"))

    def get_absolute_url(self):
        return reverse("agenda", args=[self.meeting_id])

    @property
    def is_settled(self) -> bool:
        """Whether every side has agreed to it: then it is shown to the public too."""
        return self.status in {self.Status.AGREED, self.Status.ADOPTED}

    def sides(self, user=None) -> list[Party]:
        """The sides whose keys it needs, the reader's own first."""
        return self.meeting.sides(user)


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user):
        """The whole agenda for those in office, its open points for whoever sees the meeting.

        The public sees it once it is agreed; a late addition only once every side agreed.
        What stands beneath a closed point is as closed as that point.
        """
        held = standing(user)
        member = held.sees("agenda__meeting__body") & held.owns(
            "agenda__meeting__body", "agenda__meeting__side"
        )
        member |= served(held, "agenda__meeting")
        public = models.Q(
            agenda__meeting__was_announced=True,
            agenda__meeting__body__is_public=True,
            agenda__meeting__side=None,
            agenda__status__in=["agreed", "adopted"],
        )
        for path in ("", "parent__", "parent__parent__"):
            shown = models.Q(**{f"{path}is_open": True, f"{path}status": AgendaItem.Status.LISTED})
            public &= shown | models.Q(**{f"{path}pk": None}) if path else shown
        return self.filter(member | public)

    def listed(self):
        """Those that stand on the agenda."""
        return self.filter(status=AgendaItem.Status.LISTED)


class AgendaItem(models.Model):
    """One point of an agenda. Its number follows from its place; its identity never changes."""

    class Status(models.TextChoices):
        LISTED = "listed", _("On the agenda")
        LATE = "late", _("Proposed late")
        REJECTED = "rejected", _("Not added")
        REMOVED = "removed", _("Removed")

    DEPTH = 3  # 1, 1.1, 1.1.1: nobody reads a fourth level aloud

    class Outcome(models.TextChoices):
        NOTE = "note", _("To note")
        DISCUSS = "discuss", _("To discuss")
        DECIDE = "decide", _("To decide")
        ADOPT = "adopt", _("To adopt")
        SIGN = "sign", _("To sign")

    agenda = models.ForeignKey(Agenda, on_delete=models.CASCADE, related_name="items")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    position = models.PositiveSmallIntegerField(_("place among its neighbours"), default=1)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.LISTED, editable=False
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    title = models.CharField(_("title"), max_length=400)
    titles = models.JSONField(_("title per language"), default=dict, blank=True)
    text = models.TextField(_("explanation"), blank=True)
    proposer = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
        help_text=_("Empty: by all sides together."),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
    )
    is_open = models.BooleanField(_("open to all registered"), default=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    asked_at = models.DateTimeField(
        _("put to all sides as a late addition"), null=True, blank=True, editable=False
    )
    outcome = models.CharField(_("expected outcome"), max_length=10, choices=Outcome, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["agenda", "position", "pk"]
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("pk")), name="no_agenda_item_is_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return f"{reverse('agenda', args=[self.agenda.meeting_id])}#{self.anchor}"

    @property
    def anchor(self) -> str:
        """The name of its place on the page; it stays when the number changes."""
        return f"point-{self.uid}"

    @property
    def label(self) -> str:
        """The title in the language being spoken."""
        return in_language(self.titles, self.title)

    def sides(self, user=None) -> list[Party]:
        """The sides of its meeting, the reader's own first."""
        return self.agenda.sides(user)


class AgendaSpeaker(models.Model):
    """Who is to speak to a point, for how many minutes."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="speakers")
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=250, blank=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("side")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)

    class Meta:
        ordering = ["item", "position", "pk"]
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | ~models.Q(name=""),
                name="a_speaker_has_a_name",
                violation_error_message=_("Name the speaker."),
            ),
        ]

    def __str__(self):
        return self.name or str(self.person)


class AgendaNoteQuerySet(models.QuerySet["AgendaNote"]):
    def visible_to(self, user):
        """The notes of the own side alone: for no other side, nor the neutral secretariat."""
        held = standing(user)
        offices = ("chair", "deputy", "secretary", "focal_point")
        meeting = "item__agenda__meeting"
        own = held.serves(f"{meeting}__body", "party", *offices)
        further = held.serves(f"{meeting}__numbers__body", "party", *offices)
        return self.filter(own | at_joint(self.model, held, further, meeting))


class AgendaNote(models.Model):
    """What one side notes on a point for itself. The other side never sees that it exists."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="notes")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"), blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = AgendaNoteQuerySet.as_manager()

    class Meta:
        ordering = ["item", "pk"]
        verbose_name = _("own note")
        verbose_name_plural = _("own notes")
        constraints = [
            models.UniqueConstraint(fields=["item", "party"], name="one_own_note_per_side"),
        ]

    def __str__(self):
        return f"{self.item} · {self.party}"
