"""Adding and changing sittings."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from meetings.models import Sitting
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.workflow import performed

SITTING_ADDED = journal.register("meeting.sitting_added", _("added to the programme: %(sitting)s"))
SITTING_CHANGED = journal.register(
    "meeting.sitting_changed", _("changed in the programme: %(sitting)s")
)


@transaction.atomic
def add_sitting(sitting: Sitting, *, by: User) -> Sitting:
    """Add a sitting to a meeting's programme."""
    with violations_explained(Sitting):
        sitting.save()
    journal.record(sitting.meeting, SITTING_ADDED, by=by, sitting=sitting.label)
    return sitting


@transaction.atomic
def change_sitting(sitting: Sitting, *, by: User) -> Sitting:
    """Store a changed sitting; calendars learn of it by the raised sequence."""
    sitting.sequence += 1
    with violations_explained(Sitting):
        sitting.save()
    journal.record(sitting.meeting, SITTING_CHANGED, by=by, sitting=sitting.label)
    performed.send(Sitting, obj=sitting, transition="changed", by=by, reason="")
    return sitting
