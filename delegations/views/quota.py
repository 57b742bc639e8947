"""How many places a meeting has, for those who run its desk."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.forms.quota import LimitForm, QuotaForm
from delegations.models import Desk, Quota, tallies
from delegations.permissions import can_run_desk, can_see_delegations, sides_with_places
from meetings.models import Meeting
from meetings.views.tabs import meeting_tabs
from portal.refusal import Refused
from portal.views.deed import refusals_shown


def places(request: HttpRequest, pk: int) -> HttpResponse:
    """How many places there are: in all, per sitting, side, capacity or mode."""
    desk = desk_run_by(request, pk)
    form = _form(request, desk, request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(request, desk, form):
        return redirect("desk-places", pk)
    return _page(request, desk, form)


def desk_run_by(request: HttpRequest, pk: int) -> Desk:
    """The desk of a meeting, for those who run it."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_delegations(request.user, meeting):
        raise PermissionDenied
    desk = get_object_or_404(Desk.objects.visible_to(request.user), meeting=meeting)
    desk.meeting = meeting  # with its body and sides at hand
    if not can_run_desk(request.user, desk):
        raise PermissionDenied
    return desk


def _form(request: HttpRequest, desk: Desk, posted: QueryDict | None) -> QuotaForm:
    sittings = desk.meeting.sittings.taking_place().select_related("area", "room")
    return QuotaForm(
        posted,
        sittings=list(sittings),
        parties=sides_with_places(request.user, desk.meeting),
    )


def _added(request: HttpRequest, desk: Desk, form: QuotaForm) -> bool:
    quota = Quota(desk=desk, **form.scope)
    try:
        operations.set_quota(quota, limit=form.cleaned_data["limit"], by=request.user)
    except Refused as error:
        form.add_error(None if quota.pk else "limit", error.sentences)
        return False
    messages.success(request, _("Saved."))
    return True


def _page(
    request: HttpRequest,
    desk: Desk,
    form: QuotaForm,
    wrong: tuple[Quota, LimitForm] | None = None,
) -> HttpResponse:
    quotas = list(Quota.objects.visible_to(request.user).of_desk(desk))
    parties = {party.pk for party in sides_with_places(request.user, desk.meeting)}
    # The number of places taken tells how many wait on the other side.
    sees_all = all(row.registered is not None for row in tallies(desk.meeting, request.user))
    rows = [(one, _limit_form(one, wrong), sees_all or one.party_id in parties) for one in quotas]
    return render(
        request,
        "delegations/places.html",
        {
            "desk": desk,
            "meeting": desk.meeting,
            "tabs": meeting_tabs(request, desk.meeting),
            "rows": rows,
            "form": form,
            "wrong": wrong and wrong[1],
        },
    )


def _limit_form(quota: Quota, wrong: tuple[Quota, LimitForm] | None) -> LimitForm:
    if wrong and wrong[0].pk == quota.pk:
        return wrong[1]
    return LimitForm(initial={"limit": quota.limit}, prefix=f"q{quota.pk}")


@require_POST
def set_places(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a number of places."""
    quota = _quota(request, pk)
    desk = desk_run_by(request, quota.desk.meeting_id)
    form = LimitForm(request.POST, prefix=f"q{quota.pk}")
    if form.is_valid():
        try:
            operations.set_quota(quota, limit=form.cleaned_data["limit"], by=request.user)
        except Refused as error:
            form.add_error("limit", error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect("desk-places", desk.meeting_id)
    return _page(request, desk, _form(request, desk, None), (quota, form))


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a number of places away."""
    quota = _quota(request, pk)
    desk = desk_run_by(request, quota.desk.meeting_id)
    with refusals_shown(request):
        operations.remove_quota(quota, by=request.user)
        messages.success(request, _("Taken away."))
    return redirect("desk-places", desk.meeting_id)


def _quota(request: HttpRequest, pk: int) -> Quota:
    rows = Quota.objects.visible_to(request.user).select_related("desk__meeting", "party")
    return get_object_or_404(rows, pk=pk)
