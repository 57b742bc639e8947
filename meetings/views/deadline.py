from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.models import Deadline, Meeting, standing
from meetings.permissions import can_meet_deadline, can_see_inside
from meetings.views.tabs import meeting_tabs
from portal.views.deed import refusals_shown


def deadlines(request: HttpRequest, pk: int) -> HttpResponse:
    """What must be done for a meeting, by whom, by which day."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_inside(request.user, meeting):
        raise PermissionDenied
    found = Deadline.objects.visible_to(request.user).filter(meeting=meeting)
    rows = found.select_related("party", "rule__rules__body", "rule__calendar_of")
    today = timezone.localdate()
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "rows": [_row(request.user, meeting, row, today) for row in rows],
        "places": [party.place for party in meeting.sides(request.user)],
    }
    return render(request, "meetings/deadlines.html", context)


def _row(user, meeting: Meeting, deadline: Deadline, today) -> dict:
    deadline.meeting = meeting
    return {
        "deadline": deadline,
        "missed": deadline.is_missed(today),
        "own": deadline.party_id in standing(user).party_ids,
        "may": can_meet_deadline(user, deadline),
    }


@require_POST
def meet(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a deadline as done, or as not done after all."""
    found = Deadline.objects.visible_to(request.user).select_related("meeting__body", "party")
    deadline = get_object_or_404(found, pk=pk)
    done = request.POST.get("action") != "undo"
    with refusals_shown(request):
        operations.meet_deadline(deadline, by=request.user, done=done)
        messages.success(request, _("Marked as done.") if done else _("Marked as not done."))
    return redirect("meeting-deadlines", deadline.meeting_id)
