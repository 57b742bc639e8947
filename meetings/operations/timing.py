"""When a meeting was held: corrected together, and as each side reports it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Timing
from meetings.operations.proposal import locked
from meetings.permissions import can_report_days, can_run
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import NotYours, Refused

CORRECTED = journal.register(
    "meeting.held_days_corrected", _("corrected when it was held: %(before)s → %(days)s")
)
REPORTED = journal.register("meeting.days_reported", _("reported for %(party)s: %(days)s"))
NOT_REPORTED = journal.register("meeting.days_not_reported", _("took back when %(party)s had it"))


FURTHER = 0  # the part that is added to those that stand there


def _part(meeting: Meeting, kind: str, party: Party | None, part: int | None) -> Timing:
    """The part that is meant, stored or not."""
    stored = Timing.objects.filter(meeting=meeting, kind=kind, party=party)
    found = stored.filter(pk=part).first() if part else stored.first() if part is None else None
    if part and found is None:
        raise Refused(gettext("This part was taken back meanwhile. Open the page again."))
    return found or Timing(meeting=meeting, kind=kind, party=party, mode=meeting.mode)


def _over(meeting: Meeting) -> Meeting:
    row = locked(meeting)
    if not row.is_over:
        raise Refused(gettext("Only a meeting that was held has such days."))
    return row


@transaction.atomic
def correct_held_days(
    meeting: Meeting, *, facts: Mapping[str, Any], by: User, part: int | None = None
) -> Timing:
    """Say when and where the meeting was really held; in several parts where it was interrupted.

    `part` is the first one left out, another by its number, or FURTHER for one more.
    """
    row = _over(meeting)
    if not can_run(by, row):
        raise NotYours(gettext("The secretaries of the body correct this."))
    held = _part(row, Timing.Kind.ACTUAL, None, part)
    before = held.words if held.pk else "–"
    _store(held, facts)
    journal.record(row, CORRECTED, by=by, before=before, days=held.words)
    return held


@transaction.atomic
def report_days(
    meeting: Meeting,
    *,
    party: Party,
    facts: Mapping[str, Any] | None,
    by: User,
    part: int | None = None,
) -> None:
    """Say, for the own side alone, when and where it had the meeting; None takes that back.

    `part` as above: a side may have had it on days that do not follow each other.
    """
    row = _over(meeting)
    if not can_report_days(by, row, party):
        raise NotYours(gettext("A side reports for itself alone."))
    kept = _part(row, Timing.Kind.REPORTED, party, part)
    if facts is None:
        if kept.pk:
            kept.delete()
            journal.record(row, NOT_REPORTED, by=by, party=party)
        return
    _store(kept, facts)
    journal.record(row, REPORTED, by=by, party=party, days=kept.words)


def _store(timing: Timing, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(timing, name, value)
    timing.precision = Meeting.Precision.DAY
    with violations_explained(Timing):
        timing.save()
