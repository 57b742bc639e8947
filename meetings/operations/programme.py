"""The one door for a programme: saving, publishing, moving and reckoning its sittings.

Every deed locks the meeting first, so that of two who save at the same moment one comes second.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import (
    Meeting,
    ProgrammeDraft,
    ProgrammeVersion,
    Sitting,
    SittingChair,
)
from meetings.models.sitting import bounds
from meetings.programme import (
    FIELDS,
    Change,
    ChangeText,
    ClocksChange,
    News,
    Row,
    Rows,
    differences,
    fill,
    in_order,
    in_words,
    in_zone,
    merged,
    row_of,
    shifted,
)
from meetings.programme import moved as moved_row
from meetings.transitions import SITTING
from portal import journal
from portal.clocks import NoSuchTime
from portal.constraints import violations_explained
from portal.models import Entry, User
from portal.refusal import Refused
from portal.workflow import performed

SITTING_ADDED = journal.register("meeting.sitting_added", _("added to the programme: %(sitting)s"))
SITTING_CHANGED = journal.register(
    "meeting.sitting_changed", _("changed in the programme: %(sitting)s")
)
SITTING_REMOVED = journal.register(
    "meeting.sitting_removed", _("took out of the programme: %(sitting)s")
)
PROGRAMME_CHANGED = journal.register(
    "meeting.programme_changed", _("changed the programme; sittings concerned: %(number)s")
)
DRAFTED = journal.register("meeting.programme_drafted", _("began a draft of the programme"))
DISCARDED = journal.register("meeting.draft_discarded", _("discarded the draft of the programme"))
CLOCKS_CHANGED = journal.register(
    "meeting.clocks_changed",
    _(
        "kept the wall time of %(sitting)s: the clocks of %(zone)s changed their rules; "
        "%(wall)s there is now %(now)s UTC instead of %(before)s"
    ),
)

CLOCK_FOLLOWED = journal.register(
    "meeting.clock_followed",
    _("kept the wall times in another clock, %(zone)s instead of %(before)s; %(sitting)s"),
)

NAMED_ONE_BY_ONE = 3  # more changes than that are one line of the history


class ChangedMeanwhile(Refused):
    """Somebody else has saved the programme since it was read; `stored` is how it is now."""

    def __init__(self, stored: Rows) -> None:
        super().__init__(
            gettext(
                "Somebody changed the programme since you opened it. What changed is shown "
                "below, and what you typed is kept. Read it, then save again."
            )
        )
        self.stored = stored


def _locked(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).select_related("body").get(pk=meeting.pk)


# --- reading --------------------------------------------------------------------------


def sittings_of(meeting: Meeting) -> list[Sitting]:
    """The sittings that are to take place, with their chairs, in order."""
    found = meeting.sittings.taking_place().select_related("area", "room")
    return list(found.prefetch_related("chairs"))


def published_rows(meeting: Meeting) -> Rows:
    """The programme as it holds."""
    return [row_of(sitting) for sitting in sittings_of(meeting)]


def draft_of(meeting: Meeting) -> ProgrammeDraft | None:
    return ProgrammeDraft.objects.filter(meeting=meeting).first()


def rows_to_edit(meeting: Meeting) -> Rows:
    """What the editor shows: the draft if there is one, else the programme as it holds."""
    draft = draft_of(meeting)
    return draft.rows if draft else published_rows(meeting)


# --- saving and publishing ------------------------------------------------------------


@transaction.atomic
def save_programme(meeting: Meeting, *, rows: Rows, read: Rows, by: User) -> None:
    """Store a rearranged programme: at once while it is being prepared, else as a draft.

    Raises ChangedMeanwhile when it is not what was `read` any more.
    """
    meeting = _locked(meeting)
    stored = rows_to_edit(meeting)
    if differences(read, stored):
        raise ChangedMeanwhile(stored)
    rows = [{name: row[name] for name in ("uid", *FIELDS)} for row in rows]
    if meeting.was_announced:
        _save_draft(meeting, rows, by)
    else:
        _put_in_force(meeting, rows, by=by, reason="")


def _save_draft(meeting: Meeting, rows: Rows, by: User) -> None:
    draft = draft_of(meeting)
    if not differences(published_rows(meeting), rows):
        if draft:
            draft.delete()
        return
    if draft is None:
        draft = ProgrammeDraft(meeting=meeting, revision=0)
        journal.record(meeting, DRAFTED, by=by)
    draft.rows = rows
    draft.revision += 1
    draft.saved_at, draft.saved_by = timezone.now(), by.name
    draft.save()


@transaction.atomic
def publish_programme(
    meeting: Meeting, *, revision: int, by: User, reason: str = ""
) -> list[Change]:
    """Put the draft in force and tell those concerned. Raises Refused when it is another one."""
    meeting = _locked(meeting)
    draft = draft_of(meeting)
    if draft is None or draft.revision != revision:
        raise Refused(
            gettext("The draft is not the one you read any more. Read it again, then publish.")
        )
    changes = differences(published_rows(meeting), draft.rows)
    if any(change.after is None for change in changes) and not reason.strip():
        raise Refused(
            gettext("Sittings are cancelled by this. Write why: the people concerned will read it.")
        )
    rows = draft.rows
    draft.delete()
    return _put_in_force(meeting, rows, by=by, reason=reason)


@transaction.atomic
def discard_draft(meeting: Meeting, *, revision: int, by: User) -> None:
    """Throw the draft away; the programme stays as it holds."""
    meeting = _locked(meeting)
    gone, _kinds = ProgrammeDraft.objects.filter(meeting=meeting, revision=revision).delete()
    if not gone:
        raise Refused(
            gettext("The draft is not the one you read any more. Read it again, then decide.")
        )
    journal.record(meeting, DISCARDED, by=by)


@transaction.atomic
def publish_row(
    meeting: Meeting, uid: str, row: Row | None, *, by: User | None, reason: str = ""
) -> list[Change]:
    """Publish a single change: one row added, changed, or (None) cancelled."""
    meeting = _locked(meeting)
    rows = [one for one in published_rows(meeting) if one["uid"] != uid]
    return _put_in_force(meeting, [*rows, row] if row else rows, by=by, reason=reason)


@transaction.atomic
def shift_programme(
    meeting: Meeting,
    *,
    by: User | None,
    days: int = 0,
    minutes: int = 0,
    day: date | None = None,
    reason: str = "",
    tell: bool = True,
) -> list[Change]:
    """Move the sittings of one day, or of all days, together; wall times are kept by days.

    A draft moves along. Without `tell` nobody gets a message: who calls it has told them of
    the whole meeting's move. Raises Refused where the clocks skip a time or a room is taken.
    """
    meeting = _locked(meeting)
    return _put_in_force(
        meeting,
        _shifted(published_rows(meeting), day, days=days, minutes=minutes),
        by=by,
        reason=reason,
        tell=tell,
    )


def _shifted(rows: Rows, day: date | None, *, days: int, minutes: int) -> Rows:
    if day is not None:
        return shifted(rows, day, days=days, minutes=minutes)
    return [moved_row(row, days=days, minutes=minutes) for row in rows]


# --- another clock of the meeting -------------------------------------------------------


def on_another_clock(meeting: Meeting, zone: str, *, before: str) -> list[ChangeText]:
    """What becomes of the sittings ahead that go by a meeting's clock, if it is another one."""
    return in_words(_differences_by_clock(meeting, zone, before), meeting.meant_for())


def _differences_by_clock(meeting: Meeting, zone: str, before: str) -> list[Change]:
    """Those that have begun stay: they were held when they were."""
    now = timezone.now()
    ahead = [row_of(one) for one in sittings_of(meeting) if one.starts_at > now]
    return differences(ahead, in_zone(ahead, before, zone))


@transaction.atomic
def follow_clock(meeting: Meeting, *, before: str, by: User) -> list[ChangeText]:
    """Put the sittings ahead on the meeting's new clock: the wall times stay, the instants move.

    Nobody gets a message: who calls it tells of the whole meeting. The history names a sitting.
    """
    meeting = _locked(meeting)
    changes = _differences_by_clock(meeting, meeting.zone, before)
    if not changes:
        return []
    after = {one.uid: one.after for one in changes}
    rows = [after.get(row["uid"]) or row for row in published_rows(meeting)]
    _put_in_force(meeting, rows, by=by, reason="", tell=False)
    texts = in_words(changes, meeting.meant_for())
    journal.record(
        meeting, CLOCK_FOLLOWED, by=by, before=before, zone=meeting.zone, sitting=str(texts[0])
    )
    return texts


# --- the door -------------------------------------------------------------------------


def _put_in_force(
    meeting: Meeting, rows: Rows, *, by: User | None, reason: str, tell: bool = True
) -> list[Change]:
    """Make the sittings what the rows say, keep the version, tell those concerned."""
    before = published_rows(meeting)
    changes = differences(before, _with_own_uids(meeting, rows))
    if not changes:
        return []
    version = None
    if meeting.was_announced:
        _keep_first_version(meeting, before)
        # Kept first, so that a cancelled sitting is seen to be part of it.
        kept = [row for row in before if row["uid"] not in _taken_away(changes)]
        version = _keep_version(meeting, kept, changes, by)
    sittings = _stored(meeting, changes, by, reason)
    _move_draft_along(meeting, before)
    _write_history(meeting, changes, sittings, by)
    if version:
        version.rows = published_rows(meeting)
        version.save(update_fields=["rows"])
        if tell:
            texts = in_words(changes, meeting.sides())
            _tell(meeting, str(version.pk), texts, sittings.values(), by, reason)
    return changes


def _taken_away(changes: Iterable[Change]) -> set[str]:
    return {change.uid for change in changes if change.after is None}


@transaction.atomic
def keep_cancellation(sitting: Sitting, *, by: User | None, reason: str) -> None:
    """Keep the version without a cancelled sitting and tell of it, however it was cancelled.

    Does nothing where the programme was published without it by its own door.
    """
    meeting = _locked(sitting.meeting)
    last = meeting.versions.order_by("-number").first()
    gone = row_of(sitting)
    if not meeting.was_announced or (last and gone["uid"] not in {row["uid"] for row in last.rows}):
        return
    rows, changes = published_rows(meeting), [Change(gone, None)]
    before = in_order([*rows, gone])
    _keep_first_version(meeting, before)
    version = _keep_version(meeting, rows, changes, by)
    _move_draft_along(meeting, before)
    _write_history(meeting, changes, {gone["uid"]: sitting}, by)
    texts = in_words(changes, meeting.sides())
    _tell(meeting, str(version.pk), texts, [sitting], by, reason)


def _with_own_uids(meeting: Meeting, rows: Rows) -> Rows:
    """The rows, those anew that name a sitting cancelled meanwhile, or one of another meeting."""
    uids = [row["uid"] for row in rows]
    own = Sitting.objects.taking_place().filter(meeting=meeting)
    taken = Sitting.objects.filter(uid__in=uids).exclude(pk__in=own.values("pk"))
    gone = {str(uid) for uid in taken.values_list("uid", flat=True)}
    return [{**row, "uid": str(uuid.uuid4())} if row["uid"] in gone else row for row in rows]


def _stored(
    meeting: Meeting, changes: Sequence[Change], by: User | None, reason: str
) -> dict[str, Sitting]:
    """The sittings concerned, as they are now, by uid."""
    known = {str(sitting.uid): sitting for sitting in sittings_of(meeting)}
    touched = {change.uid: known[change.uid] for change in changes if change.before}
    for change in changes:
        if change.after is None:
            touched[change.uid] = _taken_out(meeting, touched[change.uid], by, reason)
    if len(changes) > 1:  # rooms are given back first, so that two sittings may change places
        moving = [touched[one.uid].pk for one in changes if one.before and one.after]
        Sitting.objects.filter(pk__in=moving).update(room=None)
    for change in changes:
        if change.after is not None:
            touched[change.uid] = _written(meeting, touched.get(change.uid), change)
    return touched


def _taken_out(meeting: Meeting, sitting: Sitting, by: User | None, reason: str) -> Sitting:
    """Cancelled and kept where people know of it; else gone."""
    if not meeting.was_announced:
        sitting.delete()
        return sitting
    cancelled = SITTING.perform(sitting, "cancel", by=by, reason=reason or gettext("Not held."))
    cancelled.meeting = meeting
    return cancelled


def _written(meeting: Meeting, sitting: Sitting | None, change: Change) -> Sitting:
    row: Row = change.after or {}
    if sitting is None:
        sitting = Sitting(meeting=meeting)
    else:
        sitting.sequence += 1
        sitting.meeting = meeting
    _save(fill(sitting, row))
    if not change.before or "chairs" in change.fields:
        _seat_chairs(sitting, row["chairs"])
    return sitting


def _save(sitting: Sitting) -> None:
    try:
        with violations_explained(Sitting):
            sitting.save()
    except NoSuchTime as error:
        raise Refused(str(error)) from error


def _seat_chairs(sitting: Sitting, chairs: Iterable[dict[str, Any]]) -> None:
    sitting.chairs.all().delete()
    SittingChair.objects.bulk_create(
        SittingChair(
            sitting=sitting,
            person_id=chair["person"],
            party_id=chair["party"],
            title=chair["title"],
            titles=chair.get("titles", {}),
        )
        for chair in chairs
    )


def _move_draft_along(meeting: Meeting, before: Rows) -> None:
    """Put what is drafted upon the programme as it holds now."""
    draft = draft_of(meeting)
    if draft is None:
        return
    now = published_rows(meeting)
    draft.rows = merged(before, draft.rows, now)
    draft.revision += 1
    if differences(now, draft.rows):
        draft.save()
    else:
        draft.delete()


def _keep_first_version(meeting: Meeting, rows: Rows) -> None:
    """Keep the programme as it was announced, before it is changed for the first time."""
    if meeting.versions.exists():
        return
    announced = Entry.objects.about(meeting).filter(verb="meeting.announce").order_by("pk").first()
    ProgrammeVersion.objects.create(
        meeting=meeting,
        number=1,
        rows=rows,
        published_at=announced.at if announced else timezone.now(),
        published_by=announced.actor_name if announced else "",
    )


def _keep_version(
    meeting: Meeting, rows: Rows, changes: Sequence[Change], by: User | None
) -> ProgrammeVersion:
    last = meeting.versions.order_by("-number").first()
    return ProgrammeVersion.objects.create(
        meeting=meeting,
        number=last.number + 1 if last else 1,
        rows=rows,
        changes=[{"before": one.before, "after": one.after} for one in changes],
        published_at=timezone.now(),
        published_by=by.name if by else "",
    )


def _write_history(
    meeting: Meeting, changes: Sequence[Change], sittings: dict[str, Sitting], by: User | None
) -> None:
    if len(changes) > NAMED_ONE_BY_ONE:
        journal.record(meeting, PROGRAMME_CHANGED, by=by, number=len(changes))
        return
    for change in changes:
        journal.record(meeting, _verb(change), by=by, sitting=sittings[change.uid].label)


def _verb(change: Change) -> str:
    if change.before is None:
        return SITTING_ADDED
    return SITTING_REMOVED if change.after is None else SITTING_CHANGED


def _tell(
    meeting: Meeting,
    key: str,
    changes: Sequence[News],
    sittings: Iterable[Sitting],
    by: User | None,
    reason: str,
) -> None:
    """Tell those concerned once each; while the meeting is off nobody is called to anything."""
    if meeting.is_off:
        return
    # Above first: who registered gets the times for the own calendar with the same news.
    performed.send(
        Meeting,
        obj=meeting,
        transition="published",
        by=by,
        reason=reason,
        key=key,
        changes=changes,
        in_office=notifications.people_in_office(meeting),
    )
    notifications.programme_published(meeting, key, changes, sittings, by, reason)


# --- the zone database ----------------------------------------------------------------


def reckon_sittings_again(now: datetime) -> int:
    """Compute the instants of all sittings ahead anew; how many were others by today's rules.

    The wall time is what was agreed and stays; run again it finds nothing more to do.
    """
    ahead = Sitting.objects.taking_place().filter(ends_at__gt=now)
    concerned = {one.meeting_id for one in ahead.order_by("pk").iterator() if _differs(one)}
    return sum(
        _reckon_again(meeting, now)
        for meeting in Meeting.objects.filter(pk__in=concerned).order_by("pk")
    )


@transaction.atomic
def _reckon_again(meeting: Meeting, now: datetime) -> int:
    meeting = _locked(meeting)
    sittings = [one for one in sittings_of(meeting) if one.ends_at > now and _differs(one)]
    changes = [_reckoned(meeting, sitting) for sitting in sittings]
    if changes and meeting.was_announced:
        key = "-".join(f"{sitting.pk}.{sitting.sequence}" for sitting in sittings)
        _tell(meeting, f"clocks:{key}", changes, sittings, None, "")
    return len(changes)


def _reckoned(meeting: Meeting, sitting: Sitting) -> ClocksChange:
    before = sitting.starts_at
    sitting.sequence += 1
    sitting.meeting = meeting
    _save(sitting)
    change = ClocksChange(row_of(sitting), sitting.label, before, sitting.starts_at)
    journal.record(meeting, CLOCKS_CHANGED, by=None, sitting=sitting.label, **change.details)
    return change


def _differs(sitting: Sitting) -> bool:
    try:
        return bounds(sitting.day, sitting.wall, None, sitting.zone)[0] != sitting.starts_at
    except NoSuchTime:
        return False  # people have to choose another time: the editor says so
