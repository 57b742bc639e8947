"""People come into a sitting and leave it: marked at the door, taken back, told twice."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models import CheckIn, Delegate
from delegations.operations.registration import register
from delegations.permissions import can_decide
from delegations.transitions import DELEGATE
from meetings.models import Sitting
from meetings.permissions import can_keep_door
from portal import journal
from portal.refusal import NotYours, Refused

if TYPE_CHECKING:
    from portal.models import User

CAME_IN = journal.register("delegate.came_in", _("marked as come in"))
WENT_OUT = journal.register("delegate.went_out", _("marked as gone out"))
UNDONE = journal.register("delegate.check_in_undone", _("took a mark at the door back"))
AT_THE_DOOR = journal.register("delegate.at_the_door", _("registered at the door"))
VERBS = {CheckIn.Way.IN: CAME_IN, CheckIn.Way.OUT: WENT_OUT}

LONG_AGO = timedelta(hours=48)  # no phone keeps a mark for longer than that


class DoorOutcome(models.TextChoices):
    """What became of a mark."""

    IN = "in", _("Came in")
    OUT = "out", _("Went out")
    ALREADY_IN = "already_in", _("Already in")
    ALREADY_OUT = "already_out", _("Already out")
    NOT_IN = "not_in", _("Went out; no coming in was marked")
    UNDONE = "undone", _("Taken back")
    PENDING = "pending", _("Not approved yet: ask the focal point of their side")
    CANCELLED = "cancelled", _("Registration cancelled or declined: ask the focal point")
    ELSEWHERE = "elsewhere", _("Registered for another meeting")
    UNKNOWN = "unknown", _("Nobody approved has this reference: look for the name")


TONES = {
    DoorOutcome.IN: "agreed",
    DoorOutcome.OUT: "neutral",
    DoorOutcome.UNDONE: "neutral",
    DoorOutcome.ALREADY_IN: "awaiting",
    DoorOutcome.ALREADY_OUT: "awaiting",
    DoorOutcome.NOT_IN: "awaiting",
}


@dataclass(frozen=True)
class Mark:
    """What somebody at a door saw: who, in or out, when; `uid` is the phone's own name for it."""

    reference: str
    way: str  # of CheckIn.Way, or "undo" for taking back the mark of that uid
    uid: uuid.UUID
    at: datetime


@dataclass(frozen=True)
class DoorAnswer:
    """What became of a mark, and of whom it was where the door may know it."""

    outcome: DoorOutcome
    delegate: Delegate | None = None

    @property
    def tone(self) -> str:
        return TONES.get(self.outcome, "overdue")


def mark_all_at_door(sitting: Sitting, marks: Iterable[Mark], *, by: "User") -> list[DoorAnswer]:
    """Take the marks of a phone, in their order; each by itself, each only once."""
    return [mark_at_door(sitting, one, by=by) for one in marks]


@transaction.atomic
def mark_at_door(sitting: Sitting, seen: Mark, *, by: "User") -> DoorAnswer:
    """Mark that somebody came in or went out. A mark that was told before changes nothing."""
    if not can_keep_door(by, sitting.meeting):
        raise NotYours(gettext("This is not yours to do."))
    if sitting.is_cancelled:
        raise Refused(gettext("This sitting is cancelled. Choose another one."))
    if seen.way == "undo":
        return _take_back(sitting, seen, by)
    delegate = Delegate.objects.visible_to(by).for_list().filter(reference=seen.reference).first()
    refusal = _refusal(sitting, delegate)
    if refusal or delegate is None:
        return DoorAnswer(refusal, delegate)
    Delegate.objects.select_for_update(of=("self",)).get(pk=delegate.pk)
    return DoorAnswer(_written(sitting, delegate, seen, by), delegate)


def _refusal(sitting: Sitting, delegate: Delegate | None) -> DoorOutcome | None:
    """Why this person is not let in."""
    if delegate is None:
        return DoorOutcome.UNKNOWN
    if delegate.meeting_id != sitting.meeting_id:
        return DoorOutcome.ELSEWHERE
    if delegate.status == Delegate.Status.APPROVED:
        return None
    return DoorOutcome.PENDING if delegate.is_live else DoorOutcome.CANCELLED


def _written(sitting: Sitting, delegate: Delegate, seen: Mark, by: "User") -> DoorOutcome:
    told = CheckIn.objects.filter(uid=seen.uid).first()
    if told:
        return DoorOutcome(told.way)
    now = timezone.now()
    at = min(max(seen.at, now - LONG_AGO), now)
    # Two phones can tell of the same person in any order: what counts is what was so at the time.
    earlier = CheckIn.objects.valid().filter(sitting=sitting, delegate=delegate, at__lte=at)
    before = earlier.filter(source=CheckIn.Source.DOOR).order_by("at", "pk").last()
    if before and before.way == seen.way:
        return DoorOutcome.ALREADY_IN if seen.way == CheckIn.Way.IN else DoorOutcome.ALREADY_OUT
    CheckIn.objects.create(
        uid=seen.uid,
        delegate=delegate,
        sitting=sitting,
        way=seen.way,
        at=at,
        by=by,
        by_name=str(by.person or ""),
    )
    reckon_attended([delegate.pk])
    _note(delegate, VERBS[CheckIn.Way(seen.way)], by)
    if seen.way == CheckIn.Way.OUT and before is None:
        return DoorOutcome.NOT_IN
    return DoorOutcome(seen.way)


def _take_back(sitting: Sitting, seen: Mark, by: "User") -> DoorAnswer:
    found = CheckIn.objects.visible_to(by).filter(sitting=sitting, uid=seen.uid).first()
    if found is None:
        return DoorAnswer(DoorOutcome.UNKNOWN)
    undo_check_in(found, by=by)
    return DoorAnswer(DoorOutcome.UNDONE, found.delegate)


@transaction.atomic
def undo_check_in(check_in: CheckIn, *, by: "User") -> None:
    """Take a mark back; the numbers are as if it had never been made. Twice does nothing more."""
    if not can_keep_door(by, check_in.sitting.meeting):
        raise NotYours(gettext("This is not yours to do."))
    Delegate.objects.select_for_update(of=("self",)).get(pk=check_in.delegate_id)
    taken = CheckIn.objects.valid().filter(pk=check_in.pk).update(undone_at=timezone.now())
    if taken:
        reckon_attended([check_in.delegate_id])
        _note(check_in.delegate, UNDONE, by)


def reckon_attended(delegates: Iterable[int]) -> None:
    """Since when each has come, as their valid marks say."""
    came = CheckIn.objects.valid().filter(way=CheckIn.Way.IN, delegate__in=list(delegates))
    first = dict(came.order_by().values_list("delegate").annotate(first=Min("at")))
    rows = [Delegate(pk=pk, attended_at=first.get(pk)) for pk in delegates]
    Delegate.objects.bulk_update(rows, ["attended_at"])


def _note(delegate: Delegate, verb: str, by: "User") -> None:
    journal.record(delegate, verb, by=by, party=delegate.party, private_to=delegate.party)


@transaction.atomic
def register_at_door(sitting: Sitting, delegate: Delegate, *, by: "User") -> DoorAnswer:
    """Register somebody on the spot, marked so.

    Who may decide for that side approves at once, and the person comes in; otherwise the
    side's focal point is asked, and the person waits. Raises Refused as registering does.
    """
    if not can_keep_door(by, sitting.meeting):
        raise NotYours(gettext("This is not yours to do."))
    desk = sitting.meeting.desk
    desk.meeting = sitting.meeting
    delegate.named_by = gettext("At the door: %(name)s") % {"name": by.person}
    made = register(desk, delegate=delegate, sittings=[sitting], submission=uuid.uuid4())
    _note(made, AT_THE_DOOR, by)
    if not can_decide(by, made):
        return DoorAnswer(DoorOutcome.PENDING, made)
    made = DELEGATE.perform(made, "approve", by=by)
    seen = Mark(made.reference, CheckIn.Way.IN, uuid.uuid4(), timezone.now())
    return mark_at_door(sitting, seen, by=by)
