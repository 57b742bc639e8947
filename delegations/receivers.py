"""What happens to delegations when something happens to their meeting, in one transaction."""

from django.dispatch import receiver

from delegations import notifications, operations
from delegations.models import Delegate
from meetings.models import Meeting
from portal.workflow import performed


@receiver(performed, sender=Meeting)
def follow_the_meeting(sender, obj, transition, by, reason, **kwargs):
    if transition == "announce":
        operations.open_delegations(obj, by=by)
        _tell_registered(obj, notifications.meeting_changed)  # announced again: it is on
    elif transition == "brought_in" and obj.status == Meeting.Status.ANNOUNCED:
        operations.open_delegations(obj, by=by)
    elif transition in {"postpone", "cancel"}:
        _tell_registered(obj, notifications.meeting_called_off, reason)
    elif transition == "changed" and obj.status in Meeting.FIXED:
        # While it is off or prepared anew nothing is fixed: people hear when it is announced.
        _tell_registered(obj, notifications.meeting_changed)


@receiver(performed, sender=Meeting)
def follow_the_programme(sender, obj, transition, by, reason, **kwargs):
    """Tell who chose a sitting that changed, once for all of them."""
    if transition != "published":
        return
    changes = {change.uid: change for change in kwargs["changes"]}
    for delegate in _registered(obj).filter(sittings__uid__in=list(changes)).distinct():
        chosen = {str(sitting.uid) for sitting in delegate.sittings.all()}
        # Who is in office hears of everything, in this one message.
        all_of_it = delegate.person_id in kwargs["in_office"]
        mine = [one for uid, one in changes.items() if all_of_it or uid in chosen]
        notifications.programme_changed(delegate, kwargs["key"], mine, reason)


def _tell_registered(meeting, tell, *details):
    for delegate in _registered(meeting):
        tell(delegate, *details)


def _registered(meeting):
    return Delegate.objects.with_programme().live().filter(meeting=meeting)
