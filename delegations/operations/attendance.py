"""An attendance list of a video platform is brought in: all of it, or nothing."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from delegations.attendance import MATCHED, Attendee, Known, Matcher, read
from delegations.models import CheckIn, Delegate, Intake
from delegations.operations.check_in import reckon_attended
from meetings.models import Sitting
from meetings.permissions import can_keep_door
from portal import journal
from portal.refusal import NotYours, Refused

if TYPE_CHECKING:
    from portal.models import User

ATTENDED = journal.register(
    "sitting.attendance", _("brought in an attendance list: %(number)d people")
)
SAME = "same"
NOBODY = "nobody"  # chosen: this line is nobody whom the portal knows


@dataclass(frozen=True)
class Brought:
    """What bringing in a list changed."""

    new: int
    changed: int
    same: int
    left_out: int


def read_attendance(sitting: Sitting, content: bytes, *, name: str, by: "User") -> Intake:
    """Read a list, look who is meant, and keep it for the second step; nothing is written.

    Raises Refused when it cannot be read.
    """
    _permit(sitting, by)
    people = read(content, day=sitting.day, zone=sitting.zone)
    matcher = Matcher(_known(sitting, by))
    rows = [_row(sitting, one, matcher) for one in people]
    return Intake.objects.create(
        user=by,
        kind=Intake.Kind.ATTENDANCE,
        meeting=sitting.meeting,
        sitting=sitting,
        name=name[:255],
        fingerprint=hashlib.sha256(content).hexdigest(),
        rows=rows,
    )


def _permit(sitting: Sitting, by: "User") -> None:
    if not can_keep_door(by, sitting.meeting):
        raise NotYours(gettext("This is not yours to do."))


def approved_for(sitting: Sitting, by: "User") -> QuerySet[Delegate]:
    """Those who may have been there, as far as the reader may know them."""
    approved = Delegate.objects.visible_to(by).filter(status=Delegate.Status.APPROVED)
    return approved.filter(meeting=sitting.meeting_id)


def _known(sitting: Sitting, by: "User") -> Iterable[Known]:
    rows = approved_for(sitting, by).values_list("pk", "full_name", "latin_name", "email")
    return [Known(pk, (full, latin), email) for pk, full, latin, email in rows]


def _row(sitting: Sitting, one: Attendee, matcher: Matcher) -> dict[str, Any]:
    match = matcher.match(one)
    at = one.joined_at or sitting.starts_at
    return {
        "uid": str(uuid.uuid5(sitting.uid, one.key)),
        "name": one.name,
        "lines": one.lines[:20],
        "at": at.isoformat(),
        "minutes": one.minutes,
        "joins": one.joins,
        "is_guest": one.is_guest,
        "is_phone": one.is_phone,
        "state": match.state,
        "candidates": list(match.candidates),
    }


def chosen(row: Mapping[str, Any], choices: Mapping[str, str]) -> str:
    """Who a line is: by hand, or as it was matched; empty while somebody has to say."""
    by_hand = choices.get(row["uid"], "")
    if by_hand:
        return by_hand
    return str(row["candidates"][0]) if row["state"] == MATCHED else ""


@transaction.atomic
def bring_in_attendance(intake: Intake, *, choices: Mapping[str, str], by: "User") -> Brought:
    """Write who attended, as the lines and the choices say. Told twice, nothing changes.

    `choices` name a person, or nobody, by the line's uid. Raises Refused while a doubtful line
    is undecided, and where somebody is named who is not approved.
    """
    sitting = intake.sitting
    if sitting is None or intake.user_id != by.pk:
        raise NotYours(gettext("This is not yours to do."))
    _permit(sitting, by)
    meant = {row["uid"]: chosen(row, choices) for row in intake.rows}
    _refuse_undecided(intake.rows, meant)
    people = {
        str(one.pk): one
        for one in approved_for(sitting, by).filter(
            pk__in=[key for key in meant.values() if key.isdecimal()]
        )
    }
    _refuse_unknown(intake.rows, meant, people)
    written = {
        row["uid"]: (row, people[meant[row["uid"]]])
        for row in intake.rows
        if meant[row["uid"]] in people
    }
    brought = _written(sitting, written, by, left_out=len(intake.rows) - len(written))
    reckon_attended({one.pk for _row, one in written.values()})
    if brought.new or brought.changed:
        journal.record(
            sitting.meeting, ATTENDED, by=by, number=len(written), private_to=_private(sitting)
        )
    intake.delete()
    return brought


def _private(sitting: Sitting):
    return sitting.meeting.side


def _refuse_undecided(rows: list[dict[str, Any]], meant: Mapping[str, str]) -> None:
    undecided = [row for row in rows if not meant[row["uid"]] and row["state"] == "doubtful"]
    if undecided:
        text = ngettext(
            "%(number)d line is not decided: %(names)s. Say who it is, or that it is nobody.",
            "%(number)d lines are not decided: %(names)s. Say who each is, or that it is nobody.",
            len(undecided),
        )
        names = ", ".join(row["name"] for row in undecided[:5])
        raise Refused(text % {"number": len(undecided), "names": names})


def _refuse_unknown(
    rows: list[dict[str, Any]], meant: Mapping[str, str], people: Mapping[str, Delegate]
) -> None:
    """Only those who are approved now; who came with two devices has two lines."""
    for row in rows:
        key = meant[row["uid"]]
        if key in {"", NOBODY}:
            continue
        if key not in people:
            text = gettext("“%(name)s”: nobody approved has this reference. Choose again.")
            raise Refused(text % {"name": row["name"]})


def _written(
    sitting: Sitting,
    written: Mapping[str, tuple[dict[str, Any], Delegate]],
    by: "User",
    *,
    left_out: int,
) -> Brought:
    people = sorted(one.pk for _row, one in written.values())
    list(Delegate.objects.select_for_update(of=("self",)).filter(pk__in=people).order_by("pk"))
    stored = {str(one.uid): one for one in CheckIn.objects.filter(uid__in=list(written))}
    new, changed = [], []
    for uid, (row, delegate) in written.items():
        old = stored.get(uid)
        made = _check_in(sitting, row, delegate, by)
        if old is None:
            new.append(made)
        elif _differs(old, made):
            made.pk = old.pk
            changed.append(made)
    CheckIn.objects.bulk_create(new)
    CheckIn.objects.bulk_update(changed, ["delegate", "at", "minutes", "undone_at"])
    before = [one.delegate_id for one in stored.values()]
    reckon_attended(set(before))
    same = len(written) - len(new) - len(changed)
    return Brought(len(new), len(changed), same, left_out)


def _check_in(sitting: Sitting, row: dict[str, Any], delegate: Delegate, by: "User") -> CheckIn:
    return CheckIn(
        uid=uuid.UUID(row["uid"]),
        delegate=delegate,
        sitting=sitting,
        way=CheckIn.Way.IN,
        source=CheckIn.Source.VIDEO,
        at=datetime.fromisoformat(row["at"]),
        minutes=row["minutes"],
        by=by,
        by_name=str(by.person or ""),
    )


def _differs(old: CheckIn, new: CheckIn) -> bool:
    facts = ("delegate_id", "at", "minutes", "undone_at")
    return any(getattr(old, name) != getattr(new, name) for name in facts)
