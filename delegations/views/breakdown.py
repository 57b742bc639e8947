"""How many come, by side, sector, mode and area."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from delegations.breakdown import breakdowns
from delegations.models import tallies
from delegations.permissions import can_see_delegations
from meetings.models import Meeting
from meetings.views.tabs import meeting_tabs


def breakdown(request: HttpRequest, pk: int) -> HttpResponse:
    """The three numbers, of all sides as far as the reader may know them."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_delegations(request.user, meeting):
        raise PermissionDenied
    words = {
        "sector": _("By sector"),
        "attendance": _("In person or by video"),
        "sittings__area": _("By area of cooperation"),
    }
    found = breakdowns(meeting, request.user)
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "tallies": tallies(meeting, request.user),
        "parts": [(words[name], lines) for name, lines in found.items()],
    }
    return render(request, "delegations/breakdown.html", context)
