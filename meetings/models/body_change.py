from typing import Any

from django.db import models
from django.db.models.functions import MD5, Cast
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.area import Area
from meetings.models.body import Body
from portal.clocks import day_words
from portal.languages import in_language
from portal.models import Party


class BodyChangeQuerySet(models.QuerySet["BodyChange"]):
    def visible_to(self, user):
        """What is put to the sides is for those in office in the body."""
        return self.filter(standing(user).sees("body"))

    def open(self):
        """Awaiting keys."""
        return self.filter(status=BodyChange.Status.OPEN)

    def for_list(self):
        """With what its words name."""
        return self.select_related("body", "party", "area", "into", "place", "proposer")


class BodyChange(models.Model):
    """A change of a body that takes every side's key.

    Its standing, seats and publicity always do; its areas, rules and place in the tree do once
    the body has met (domain.md 4.1).
    """

    class Kind(models.TextChoices):
        SUSPEND = "suspend", _("Suspend the body")
        CLOSE = "close", _("Close the body")
        REOPEN = "reopen", _("Reopen the body")
        JOIN = "join", _("A party takes a seat")
        LEAVE = "leave", _("A party gives up its seat")
        FIRST = "first", _("A side stands first in shared prints")
        PUBLISH = "publish", _("Make the body known to the public")
        HIDE = "hide", _("Hide the body from the public")
        ADD_AREA = "add_area", _("Add an area")
        RENAME_AREA = "rename_area", _("Rename an area")
        MERGE_AREA = "merge_area", _("Merge an area into another")
        END_AREA = "end_area", _("Give up an area")
        ORDER_AREAS = "order_areas", _("Put the areas in another order")
        RULES = "rules", _("New rules of procedure")
        MOVE = "move", _("Place the body beneath another")

    SEATS = ("join", "leave")
    OF_A_PARTY = (*SEATS, "first")
    AREAS = ("add_area", "rename_area", "merge_area", "end_area", "order_areas")
    # What nobody enters for all: also the neutral secretariat only proposes it.
    BY_KEYS = (*AREAS, "rules", "move")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Overtaken by another change")

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(_("what is to change"), max_length=15, choices=Kind)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("party"),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
    )
    into = models.ForeignKey(
        Area,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("merged into"),
    )
    place = models.ForeignKey(
        Body,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("beneath which body"),
    )
    day = models.DateField(
        _("day"),
        null=True,
        blank=True,
        help_text=_("The first day of a new seat, or the last day of one given up."),
    )
    terms = models.JSONField(
        _("terms"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_("The names, the order or the rules proposed, and what stood before."),
    )
    reason = models.TextField(
        _("reason"), help_text=_("With the number of the note verbale, where there is one.")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    proposer = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    by_name = models.CharField(_("entered by"), max_length=300, editable=False)
    at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = BodyChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("change of a body")
        verbose_name_plural = _("changes of bodies")
        constraints = [
            # Two proposals of one kind may stand beside each other, the same one may not.
            models.UniqueConstraint(
                "body",
                "kind",
                "party",
                "area",
                "into",
                "place",
                models.Case(models.When(kind__in=("join", "leave"), then=None), default="day"),
                MD5(Cast("terms", models.TextField())),
                condition=models.Q(status="open"),
                nulls_distinct=False,
                name="one_open_change_of_a_kind",
                violation_error_message=_("This is proposed already. Give your key to it."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("join", "leave"), party__isnull=False, day__isnull=False
                )
                | models.Q(kind="first", party__isnull=False)
                | (~models.Q(kind__in=("join", "leave", "first")) & models.Q(party=None)),
                name="a_change_of_seats_names_party_and_day",
                violation_error_message=_("Say which party takes or gives up a seat, and when."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("rename_area", "end_area"), area__isnull=False, into=None
                )
                | models.Q(kind="merge_area", area__isnull=False, into__isnull=False)
                | (
                    ~models.Q(kind__in=("rename_area", "end_area", "merge_area"))
                    & models.Q(area=None, into=None)
                ),
                name="a_change_of_an_area_names_it",
                violation_error_message=_("Say which area is meant."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="move", place__isnull=False)
                | (~models.Q(kind="move") & models.Q(place=None)),
                name="a_move_names_its_place",
                violation_error_message=_("Say beneath which body it is to stand."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("join", "leave", "end_area", "rules"), day__isnull=False
                )
                | models.Q(kind="rename_area")
                | (
                    ~models.Q(kind__in=("join", "leave", "end_area", "rules", "rename_area"))
                    & models.Q(day=None)
                ),
                name="a_change_has_the_day_it_needs",
                violation_error_message=_("Say on which day."),
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return f"{self.body.get_absolute_url()}#asked"

    @property
    def takes_every_key(self) -> bool:
        """Whether it waits for the sides; some changes the neutral secretariat enters for all."""
        return self.proposer_id is not None or self.kind in self.BY_KEYS

    @property
    def label(self) -> str:
        """What is to be done, in words."""
        words = {
            self.Kind.JOIN.value: gettext("%(party)s takes a seat from %(day)s"),
            self.Kind.LEAVE.value: gettext("%(party)s gives up its seat after %(day)s"),
            self.Kind.FIRST.value: gettext("%(party)s stands first in shared prints"),
            self.Kind.ADD_AREA.value: gettext("Add the area “%(name)s”"),
            self.Kind.RENAME_AREA.value: self._renaming(),
            self.Kind.MERGE_AREA.value: gettext("Merge the area “%(area)s” into “%(into)s”"),
            self.Kind.END_AREA.value: gettext("Give up the area “%(area)s” after %(day)s"),
            self.Kind.RULES.value: gettext("New rules of procedure from %(day)s"),
            self.Kind.MOVE.value: gettext("Place the body beneath “%(place)s”"),
        }
        return words.get(self.kind, self.get_kind_display()) % self._named()

    def _renaming(self) -> str:
        if self.day:
            return gettext("Rename the area “%(area)s” from %(day)s: “%(name)s”")
        return gettext("Correct the name of the area “%(area)s”: “%(name)s”")

    def _named(self) -> dict[str, Any]:
        """What the words of a change speak of; what it has not got stays empty."""
        return {
            "party": self.party.label if self.party else "",
            "day": day_words(self.day) if self.day else "",
            "area": self.area or "",
            "into": self.into or "",
            "place": self.place.label if self.place else "",
            "name": in_language(self.terms.get("names", {}), self.terms.get("name", "")),
        }
