"""A single sitting added, changed or cancelled: a publication of one change."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from meetings.models import Sitting
from meetings.operations.programme import publish_row
from meetings.programme import Row, row_of
from meetings.transitions import SITTING
from portal.models import User
from portal.refusal import NotYours

Chairs = Iterable[dict[str, Any]]


def _row(sitting: Sitting, chairs: Chairs | None) -> Row:
    row = row_of(sitting)
    return row if chairs is None else {**row, "chairs": list(chairs)}


def add_sitting(sitting: Sitting, *, by: User | None, chairs: Chairs | None = None) -> Sitting:
    """Add a sitting to a meeting's programme, with who presides."""
    publish_row(sitting.meeting, str(sitting.uid), _row(sitting, chairs), by=by)
    return Sitting.objects.get(uid=sitting.uid)


def change_sitting(sitting: Sitting, *, by: User | None, chairs: Chairs | None = None) -> Sitting:
    """Publish a sitting as it is given; one that is as it was tells nobody."""
    publish_row(sitting.meeting, str(sitting.uid), _row(sitting, chairs), by=by)
    return Sitting.objects.get(uid=sitting.uid)


def cancel_sitting(sitting: Sitting, *, by: User, reason: str) -> None:
    """Cancel one sitting, with a reason that the people concerned will read."""
    transition = SITTING.transitions["cancel"]
    if not transition.may(by, sitting):
        raise NotYours(gettext("This is not yours to do."))
    if sitting.meeting.was_announced and sitting.status in transition.sources and reason.strip():
        publish_row(sitting.meeting, str(sitting.uid), None, by=by, reason=reason)
    else:
        SITTING.perform(sitting, "cancel", by=by, reason=reason)
