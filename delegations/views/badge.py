"""Badges: one, those chosen, or all, as a file to print."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from delegations.documents import badges as badges_of
from delegations.forms.badge import BadgeFilter, BadgeForm
from delegations.models import Delegate
from meetings.models import Meeting
from meetings.permissions import can_keep_door
from meetings.views.tabs import meeting_tabs

SHOWN = 50
A_FILE = 5000  # badges; more would keep whoever waits for longer than they look


@never_cache
def badges(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose whose badges, and on which paper."""
    return _page(request, _meeting(request, pk), BadgeForm())


@never_cache
def badges_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The badges of those marked, or else of all that match, as a PDF."""
    meeting = _meeting(request, pk)
    form = BadgeForm(request.GET)
    people = list(_chosen(request, meeting)[:A_FILE])
    if not form.is_valid() or not people:
        return _page(request, meeting, form)
    answers = form.cleaned_data
    for one in people:
        one.delegation.meeting = meeting
    pdf = badges_of(meeting, people, sheet=answers["sheet"], start=answers["start"] or 1)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="badges.pdf"'
    return answer


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_keep_door(request.user, meeting):
        raise PermissionDenied
    return meeting


def _page(request: HttpRequest, meeting: Meeting, form: BadgeForm) -> HttpResponse:
    wanted = BadgeFilter(request.GET).wanted
    found = _matching(request, meeting, wanted)
    return render(
        request,
        "delegations/badges.html",
        {
            "meeting": meeting,
            "tabs": meeting_tabs(request, meeting),
            "form": form,
            "wanted": wanted,
            "sides": meeting.sides(request.user),
            "capacities": Delegate.Capacity.choices,
            "attendances": Delegate.Attendance.choices,
            "rows": found.order_by("delegation", "search", "pk")[:SHOWN],
            "number": found.count(),
            "shown": SHOWN,
            "a_file": A_FILE,
            "is_any": bool(wanted) or _approved(request, meeting).exists(),
        },
    )


def _approved(request: HttpRequest, meeting: Meeting) -> QuerySet[Delegate]:
    approved = Delegate.objects.visible_to(request.user).for_list()
    return approved.filter(meeting=meeting, status=Delegate.Status.APPROVED)


def _matching(request: HttpRequest, meeting: Meeting, wanted: dict[str, str]) -> QuerySet[Delegate]:
    found = _approved(request, meeting).matching(wanted.get("q", ""))
    if "side" in wanted:
        found = found.filter(delegation__party__code=wanted["side"])
    same = {name: wanted[name] for name in ("capacity", "attendance") if name in wanted}
    return found.filter(**same)


def _chosen(request: HttpRequest, meeting: Meeting) -> QuerySet[Delegate]:
    """Those marked; where none is, all that match."""
    marked = [key for key in request.GET.getlist("delegate") if key.isdecimal() and len(key) < 19]
    if marked:
        found = _approved(request, meeting).filter(pk__in=marked)
    else:
        found = _matching(request, meeting, BadgeFilter(request.GET).wanted)
    return found.order_by("delegation", "search", "pk")
