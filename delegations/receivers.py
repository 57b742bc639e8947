"""What happens to delegations when something happens to their meeting, in one transaction."""

from django.dispatch import receiver

from delegations import notifications, operations
from delegations.models import Delegate, Delegation
from meetings.models import Meeting, Mode
from portal.workflow import performed


@receiver(performed, sender=Meeting)
def follow_the_mode(sender, obj, transition, **kwargs):
    """A meeting that turns virtual takes everybody along; one that is on again offers anew.

    Stands first, so that the messages about the meeting tell of it.
    """
    if transition in {"announce", "changed"} and obj.mode == Mode.VIRTUAL:
        operations.turn_virtual(obj, by=kwargs["by"])
    if transition == "announce":
        operations.offer_anew(obj)


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


GIVES_BACK = {"decline", "cancel", "remove", "turn_down", "expire"}


@receiver(performed, sender=Delegate)
def pass_the_place_on(sender, obj, transition, **kwargs):
    """A place that was given back goes to the next who waits, in the same moment."""
    if transition in GIVES_BACK:
        operations.fill_places(obj.meeting)


def _tell_registered(meeting, tell, *details):
    for delegate in _registered(meeting):
        tell(delegate, *details)


def _registered(meeting):
    return Delegate.objects.with_programme().live().filter(meeting=meeting)


# The steps of a delegation, each with the day by which it was due.
DUE = {
    "submit": lambda delegation: delegation.names_due,
    "confirm": lambda delegation: delegation.last_due,
    "send_nobody": lambda delegation: delegation.names_due,
}


@receiver(performed, sender=Delegation)
def follow_the_delegation(sender, obj, transition, by, reason, **kwargs):
    """Its people follow it; what was late is written down."""
    if transition in DUE:
        operations.log_if_late(obj, DUE[transition](obj), by=by)
    if transition in {"submit", "confirm", "reopen"}:
        operations.follow_the_gate(obj, by=by)


@receiver(performed, sender=Delegate)
def follow_the_people_of_a_delegation(sender, obj, transition, by, reason, **kwargs):
    """Who leaves a delegation changes it for the other sides, too."""
    if obj.track == Delegate.Track.DELEGATION and transition in {"remove", "cancel", "decline"}:
        operations.note_change(obj.delegation, by=by, due=obj.delegation.last_due)
