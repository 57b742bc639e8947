"""What follows inside meetings from what was done to a meeting, in the same transaction."""

from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from meetings.models import Agenda, DeadlineRule, Meeting, Sitting
from meetings.operations import (
    believe_no_file,
    keep_cancellation,
    meet_by_deed,
    reckon_deadlines,
)
from meetings.transitions import BODY
from portal.workflow import performed


@receiver(performed, sender=Meeting)
def keep_the_deadlines(sender, obj, transition, by, reason, **kwargs):
    if obj.status in Meeting.AHEAD:
        reckon_deadlines(obj, by=by)


@receiver(performed, sender=Agenda)
def note_that_the_agenda_is_agreed(sender, obj, transition, by, reason, **kwargs):
    if transition == "agree":
        meet_by_deed(
            obj.meeting,
            DeadlineRule.What.AGENDA_AGREED,
            on=timezone.localdate(),
            by_name=by.name if by else "",
        )


@receiver(performed, sender=Meeting)
def wake_the_body_that_meets(sender, obj, transition, by, reason, **kwargs):
    """A body that holds a meeting is neither dormant nor never convened."""
    if transition not in ("begin", "conclude") or obj.side_id:
        return
    for body in obj.bodies:
        if body.status in BODY.transitions["convene"].sources:
            BODY.perform(body, "convene", by=None)


@receiver(performed, sender=Sitting)
def keep_the_programme_without_it(sender, obj, transition, by, reason, **kwargs):
    """However a sitting is cancelled, a version is kept and those concerned are told."""
    if transition == "cancel":
        keep_cancellation(obj, by=by, reason=reason)


@receiver(post_migrate)
def write_calendars_anew(sender, plan=(), **kwargs):
    """A new installation may write calendars otherwise: believe no file of the one before."""
    if sender.name == "meetings" and not any(backwards for _migration, backwards in plan):
        believe_no_file()
