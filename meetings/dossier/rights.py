"""Who may bring what in. A dossier never goes around the sides' keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.dossier.kind import Kind
from meetings.dossier.row import NEW
from meetings.models import ActionItem, Body, Meeting, Paper, Standing, standing

if TYPE_CHECKING:
    from portal.models import User

# What a commission that stands here already can be given from a file: what is put to the
# sides, and what is over. The steps between take every side's key.
BEFORE_THE_KEYS = ("idea", "proposed")
OVER = ("held", "closed", "postponed", "cancelled")


@dataclass(frozen=True)
class Place:
    """Where a row is to stand."""

    body: Body | None = None
    meeting: Meeting | None = None
    is_fresh: bool = False  # the commission itself comes with this dossier
    is_fresh_body: bool = False
    is_fresh_meeting: bool = False


@dataclass(frozen=True)
class Rights:
    """What the one who brings in a dossier may write."""

    user: "User | None" = None  # None: the operator, by the command

    @property
    def is_command(self) -> bool:
        return self.user is None

    @property
    def is_unlimited(self) -> bool:
        return self.user is None or self.user.is_superuser

    @property
    def held(self) -> Standing:
        return standing(self.user)

    def refusal(
        self, kind: Kind, place: Place, row: Any, state: str, changed: dict[str, Any]
    ) -> str:
        """Why this row may not be written here; empty when it may."""
        return (
            self._of_place(place)
            or _of_meeting(kind, place, row, state)
            or _of_past_meeting(kind, state, changed)
            or self._of_new_meeting(kind, place, row, state)
            or self._of_sides(kind, row)
            or self._of_keys(kind, place, row, state, changed)
        )

    def meetings(self, found: QuerySet) -> QuerySet:
        """Those with which a row may be compared: a preview must not tell what a side keeps."""
        return found if self.is_unlimited else found.filter(side=None)

    def papers(self, found: QuerySet) -> QuerySet:
        """The same of papers."""
        if self.is_unlimited:
            return found
        shared = Q(meeting=None) | Q(meeting__side=None)
        return found.filter(shared).exclude(access=Paper.Access.INTERNAL)

    def serves(self, body: Body) -> bool:
        return self.is_unlimited or self.held.is_neutral(body)

    def _of_place(self, place: Place) -> str:
        if place.body is None or place.is_fresh or self.serves(place.body):
            return ""
        return _("You are not of the neutral secretariat of this body. Ask those who are.")

    def _of_new_meeting(self, kind: Kind, place: Place, row: Any, state: str) -> str:
        fresh = self.is_command or place.is_fresh
        if kind.name != "meeting" or state != NEW or fresh:
            return ""
        if row.status in (*BEFORE_THE_KEYS, *OVER):
            return ""
        return _(
            "In a commission that stands here already a dossier brings in meetings that are "
            "proposed or over. “%(status)s” takes the keys of the sides: propose it, then agree."
        ) % {"status": row.get_status_display()}

    def _of_sides(self, kind: Kind, row: Any) -> str:
        own = getattr(row, "side_id", None) if kind.name == "meeting" else None
        own = row.party_id if kind.name == "paper" and row.access == "internal" else own
        if own is None or self.is_unlimited:
            return ""
        return _(
            "This is one side’s own affair, which the neutral secretariat does not see. "
            "Take it out of the dossier, or ask the technical administrator."
        )

    def _of_keys(
        self, kind: Kind, place: Place, row: Any, state: str, changed: dict[str, Any]
    ) -> str:
        """What takes every side's key on its page, where the commission stands already."""
        if self.is_unlimited or place.is_fresh_body or place.is_fresh:
            return ""
        seats = kind.name == "seat"
        standing_of_body = kind.name == "body" and {"status", "is_public"} & set(changed)
        if seats or standing_of_body or _holds_by_every_key(kind, place, row, state, changed):
            return _("This takes the key of every side. Put it to them on the body’s page.")
        done = kind.name == "item" and row.status == ActionItem.Status.DONE
        if state != NEW and (done or {"status", "access"} & set(changed)):
            return _("This changes on its own page alone, where the sides’ keys guard it.")
        return ""


def _holds_by_every_key(
    kind: Kind, place: Place, row: Any, state: str, changed: dict[str, Any]
) -> bool:
    """The list of areas, the rules in force and the place of a body that has met here.

    What is over is history, and that is brought in.
    """
    if kind.name == "body":
        touched = "parent" in changed
    elif kind.name == "area":
        touched = state != NEW or row.until is None
    elif kind.name in ("rules", "deadline_rule"):
        rules = row if kind.name == "rules" else row.rules
        over = rules.until is not None and rules.until < timezone.localdate()
        touched = state != NEW or not over
    else:
        touched = False
    return touched and place.body is not None and place.body.has_met


def _of_meeting(kind: Kind, place: Place, row: Any, state: str) -> str:
    """A meeting that is alive here, with all that belongs to it, changes on its pages alone."""
    meeting = row if kind.name == "meeting" and state != NEW else place.meeting
    if meeting is None or place.is_fresh_meeting or meeting.status not in Meeting.AHEAD:
        return ""
    return _(
        "The meeting is “%(status)s” here. A dossier does not touch it: change it on its page, "
        "where the sides’ keys guard it, or take it out of the dossier."
    ) % {"status": meeting.get_status_display()}


def _of_past_meeting(kind: Kind, state: str, changed: dict[str, Any]) -> str:
    if kind.name != "meeting" or state == NEW or changed.get("status") not in Meeting.AHEAD:
        return ""
    return _("The meeting is over here, or called off. A dossier does not bring it to life again.")
