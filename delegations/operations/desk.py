"""Opening delegations with their desk."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegation, Desk
from meetings.models import Meeting
from portal import journal
from portal.models import User

OPENED = journal.register("desk.made", _("opened the delegations of all sides"))


@transaction.atomic
def open_delegations(meeting: Meeting, *, by: User | None) -> Desk:
    """Open one delegation per party and the meeting's registration desk; twice is once."""
    for party in meeting.sides():
        Delegation.objects.get_or_create(meeting=meeting, party=party)
    desk, made = Desk.objects.get_or_create(meeting=meeting)
    if made:
        journal.record(meeting, OPENED, by=by)
    return desk
