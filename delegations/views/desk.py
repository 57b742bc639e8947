"""The delegations of one meeting: counters, registration desk, the list of delegates."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.forms.desk import PlacesForm, SearchForm
from delegations.models import Delegate, Desk, tallies
from delegations.permissions import can_decide, can_run_desk, can_see_delegations
from delegations.transitions import DESK
from meetings.models import Meeting, standing
from meetings.permissions import sides_at
from meetings.views.tabs import meeting_tabs
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

DELEGATES_A_PAGE = 50


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


def _page(
    request: HttpRequest, meeting: Meeting, desk: Desk | None, places_form: PlacesForm | None = None
) -> HttpResponse:
    visible = Delegate.objects.visible_to(request.user).filter(meeting=meeting)
    sides = meeting.sides(request.user)
    wanted = SearchForm(request.GET).wanted
    listed = _wanted(visible, wanted).order_by(*_order(meeting, request.user))
    page = Paginator(listed, DELEGATES_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, _may_approve(request.user, one)) for one in page]
    counters = tallies(meeting, request.user)
    may_run = desk is not None and can_run_desk(request.user, desk)
    return render(
        request,
        "delegations/delegations.html",
        {
            "meeting": meeting,
            "tabs": meeting_tabs(request, meeting),
            "tallies": counters,
            # The number of places taken tells how many wait on the other side.
            "sees_taken": all(row.registered is not None for row in counters),
            "desk": desk,
            "may_run": may_run,
            "has_ended": desk is not None and desk.is_gone(timezone.localdate()),
            "offers": DESK.offers(desk, request.user) if desk else [],
            "places_form": (places_form or _places_form(desk)) if may_run else None,
            "sides": sides,
            "wanted": wanted,
            "counts": _counts(visible),
            "page": page,
            "rows": rows,
            "decides": any(may_approve for _one, may_approve in rows),
        },
    )


def _wanted(visible: QuerySet[Delegate], wanted: dict[str, str]) -> QuerySet[Delegate]:
    """The rows asked for; unless a status is named or a name sought, those who come."""
    found = visible.for_list().matching(wanted.get("q", ""))
    if "side" in wanted:
        found = found.filter(delegation__party__code=wanted["side"])
    if "status" in wanted:
        found = found.filter(status=wanted["status"])
    elif "q" not in wanted:
        found = found.live()
    return found


def _order(meeting: Meeting, user) -> list:
    """What waits for this reader, then the own side, then the others."""
    held = standing(user)
    deciding = sides_at(user, meeting, "focal_point")
    first = []
    if deciding:
        first.append(Q(status=Delegate.Status.PENDING, delegation__party__in=deciding))
    if held.party_ids:
        first.append(Q(delegation__party__in=held.party_ids))
    ranks = [Case(When(rows, then=Value(0)), default=Value(1)) for rows in first]
    return [*ranks, "delegation", "pk"]


def _counts(visible: QuerySet[Delegate]) -> list[tuple[str, str, int]]:
    """(status, its words, how many the reader may see), those that there are."""
    rows = visible.order_by().values_list("status").annotate(number=Count("pk"))
    numbers = dict(rows)
    return [
        (value, label, numbers[value])
        for value, label in Delegate.Status.choices
        if numbers.get(value)
    ]


def _may_approve(user, delegate: Delegate) -> bool:
    return delegate.status == Delegate.Status.PENDING and can_decide(user, delegate)


def _places_form(desk: Desk) -> PlacesForm:
    return PlacesForm(initial={"capacity": desk.capacity})


@require_POST
def places(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how many people may register."""
    meeting = _visible(request, pk)
    desk = get_object_or_404(Desk.objects.visible_to(request.user), meeting=meeting)
    if not can_run_desk(request.user, desk):
        raise PermissionDenied
    form = PlacesForm(request.POST)
    if form.is_valid():
        try:
            operations.set_places(desk, capacity=form.cleaned_data["capacity"], by=request.user)
        except Refused as error:
            form.add_error("capacity", error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect("delegations", pk)
    return _page(request, meeting, desk, form)


@require_POST
def approve_marked(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the marked registrations in one go, as the focal point of their side."""
    meeting = _visible(request, pk)
    marked = [key for key in request.POST.getlist("delegate") if key.isdecimal() and len(key) < 19]
    delegates = (
        Delegate.objects.decided_by(request.user)
        .for_list()
        .filter(meeting=meeting, pk__in=marked[:DELEGATES_A_PAGE])
    )
    with refusals_shown(request):
        number = operations.approve_all(delegates, by=request.user)
        _say_approved(request, number)
    return redirect("delegations", pk)


def _say_approved(request: HttpRequest, number: int) -> None:
    if not number:
        messages.warning(request, _("Nothing was approved. Mark at least one that waits."))
        return
    text = ngettext("%(number)s person is approved.", "%(number)s people are approved.", number)
    messages.success(request, text % {"number": number})


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Open or close the registration."""
    desk = get_object_or_404(
        Desk.objects.visible_to(request.user).select_related("meeting__body"), pk=pk
    )
    return do_transition(request, DESK, desk, name)
