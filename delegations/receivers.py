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
    elif transition in {"postpone", "cancel"}:
        for delegate in _registered(obj):
            notifications.meeting_called_off(delegate, reason)
    elif transition == "changed":
        for delegate in _registered(obj):
            notifications.meeting_changed(delegate)


@receiver(performed, sender=Sitting)
def follow_the_sitting(sender, obj, transition, by, reason, **kwargs):
    for delegate in _registered(obj.meeting).filter(sittings=obj):
        notifications.sitting_changed(delegate, obj)


def _registered(meeting):
    return Delegate.objects.for_list().live().filter(meeting=meeting)
