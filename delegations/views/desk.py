"""The delegations of one meeting: counters and the registration desk."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from delegations.models import Delegate, Desk, Quota, tallies
from delegations.permissions import can_run_desk, can_see_delegations
from delegations.transitions import DESK
from delegations.views.delegation import side_rows
from meetings.models import Meeting
from meetings.views.tabs import meeting_tabs
from portal.views.deed import do_transition


def delegations(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes, of all sides as far as the reader may know."""
    meeting = _visible(request, pk)
    return _page(request, meeting, _desk_of(request, meeting))


def _visible(request: HttpRequest, pk: int) -> Meeting:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_delegations(request.user, meeting):
        raise PermissionDenied
    return meeting


def _desk_of(request: HttpRequest, meeting: Meeting) -> Desk | None:
    desk = Desk.objects.visible_to(request.user).filter(meeting=meeting).first()
    if desk:
        desk.meeting = meeting  # with its body and sides at hand
    return desk


def _page(request: HttpRequest, meeting: Meeting, desk: Desk | None) -> HttpResponse:
    visible = Delegate.objects.visible_to(request.user).filter(meeting=meeting)
    counters = tallies(meeting, request.user)
    may_run = desk is not None and can_run_desk(request.user, desk)
    return render(
        request,
        "delegations/delegations.html",
        {
            "meeting": meeting,
            "tabs": meeting_tabs(request, meeting),
            "tallies": counters,
            "side_rows": side_rows(request, meeting),
            # The number of places taken tells how many wait on the other side.
            "sees_taken": all(row.registered is not None for row in counters),
            "desk": desk,
            "may_run": may_run,
            "has_ended": desk is not None and desk.is_gone(timezone.localdate()),
            "offers": DESK.offers(desk, request.user) if desk else [],
            "quotas": Quota.objects.visible_to(request.user).of_desk(desk) if desk else [],
            "anybody": visible.exists(),
        },
    )


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Open or close the registration."""
    desk = get_object_or_404(
        Desk.objects.visible_to(request.user).select_related("meeting__body"), pk=pk
    )
    return do_transition(request, DESK, desk, name)
