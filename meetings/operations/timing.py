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


def _over(meeting: Meeting) -> Meeting:
    row = locked(meeting)
    if not row.is_over:
        raise Refused(gettext("Only a meeting that was held has such days."))
    return row


@transaction.atomic
def correct_held_days(meeting: Meeting, *, facts: Mapping[str, Any], by: User) -> Timing:
    """Say when and where the meeting was really held."""
    row = _over(meeting)
    if not can_run(by, row):
        raise NotYours(gettext("The secretaries of the body correct this."))
    held = Timing.objects.filter(meeting=row, kind=Timing.Kind.ACTUAL).first()
    held = held or Timing(meeting=row, kind=Timing.Kind.ACTUAL, mode=row.mode)
    before = held.words if held.pk else "–"
    _store(held, facts)
    journal.record(row, CORRECTED, by=by, before=before, days=held.words)
    return held


@transaction.atomic
def report_days(
    meeting: Meeting, *, party: Party, facts: Mapping[str, Any] | None, by: User
) -> None:
    """Say, for the own side alone, when and where it had the meeting; None takes that back."""
    row = _over(meeting)
    if not can_report_days(by, row, party):
        raise NotYours(gettext("A side reports for itself alone."))
    kept = Timing.objects.filter(meeting=row, kind=Timing.Kind.REPORTED, party=party).first()
    if facts is None:
        if kept:
            kept.delete()
            journal.record(row, NOT_REPORTED, by=by, party=party)
        return
    kept = kept or Timing(meeting=row, kind=Timing.Kind.REPORTED, party=party, mode=row.mode)
    _store(kept, facts)
    journal.record(row, REPORTED, by=by, party=party, days=kept.words)


def _store(timing: Timing, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(timing, name, value)
    timing.precision = Meeting.Precision.DAY
    with violations_explained(Timing):
        timing.save()
