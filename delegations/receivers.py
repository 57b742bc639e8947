"""What happens to delegations when something happens to their meeting, in one transaction."""

from django.dispatch import receiver

from delegations import notifications, operations
from delegations.models import Delegate
from meetings.models import Meeting, Sitting
from portal.workflow import performed


@receiver(performed, sender=Meeting)
def follow_the_meeting(sender, obj, transition, by, reason, **kwargs):
    if transition == "announce":
        operations.open_delegations(obj, by=by)
        _tell_registered(obj, notifications.meeting_changed)  # announced again: it is on
    elif transition in {"postpone", "cancel"}:
        _tell_registered(obj, notifications.meeting_called_off, reason)
    elif transition == "changed" and not obj.is_off:
        # While it is off nothing is agreed: people hear of new dates when it is announced.
        _tell_registered(obj, notifications.meeting_changed)


@receiver(performed, sender=Sitting)
def follow_the_sitting(sender, obj, transition, by, reason, **kwargs):
    if not obj.meeting.is_off:
        for delegate in _registered(obj.meeting).filter(sittings=obj):
            notifications.sitting_changed(delegate, obj)


def _tell_registered(meeting, tell, *details):
    for delegate in _registered(meeting):
        tell(delegate, *details)


def _registered(meeting):
    return Delegate.objects.with_programme().live().filter(meeting=meeting)
