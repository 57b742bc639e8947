"""Opening delegations, and how many places there are."""

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegation, Desk
from meetings.models import Meeting
from portal import journal
from portal.models import User
from portal.refusal import Refused

OPENED = journal.register("desk.made", _("opened the delegations of all sides"))
PLACES = journal.register("desk.places", _("set the number of places"))


@transaction.atomic
def open_delegations(meeting: Meeting, *, by: User | None) -> Desk:
    """Open one delegation per party and the meeting's registration desk; twice is once."""
    for party in meeting.sides():
        Delegation.objects.get_or_create(meeting=meeting, party=party)
    desk, made = Desk.objects.get_or_create(meeting=meeting)
    if made:
        journal.record(meeting, OPENED, by=by)
    return desk


@transaction.atomic
def set_places(desk: Desk, *, capacity: int | None, by: User) -> Desk:
    """Set how many may register. Raises Refused below the number already there."""
    row = Desk.objects.select_for_update().get(pk=desk.pk)
    if capacity is not None and capacity < row.taken:
        raise Refused(
            # Not how many: the other side's waiting people are its own affair.
            gettext("More people are registered than this. Choose more places, or leave it empty.")
        )
    row.capacity = capacity
    row.save(update_fields=["capacity"])
    journal.record(row.meeting, PLACES, by=by)
    return row
