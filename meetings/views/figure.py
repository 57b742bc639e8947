from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.figure import FigureForm
from meetings.models import Body, Figure, Meeting, Remark
from meetings.permissions import (
    can_keep_figure,
    can_keep_remark,
    can_manage_body,
    sides_spoken_for,
)
from meetings.views.body import visible_body
from meetings.views.tree import trail_of
from portal.refusal import Refused
from portal.views.deed import refusals_shown


def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures, remarks and sources of a body and of its meetings, for who keeps them."""
    body = _managed(request, pk)
    user = request.user
    remarks = list(_remarks(body, user))
    context = {
        "body": body,
        "trail": trail_of(body, user),
        "figures": [{"figure": one, "may": can_keep_figure(user, one)} for one in _with_body(body)],
        "remarks": [{"remark": one, "may": can_keep_remark(user, one)} for one in remarks],
    }
    return render(request, "meetings/figures.html", context)


def _with_body(body: Body) -> list[Figure]:
    found = list(body.figures.select_related("party"))
    for figure in found:
        figure.body = body  # with its seats at hand
    return found


def _remarks(body: Body, user) -> list[Remark]:
    """Those on the body, and on the meetings that the reader may see."""
    known = Meeting.objects.visible_to(user).filter(body=body)
    found = body.remarks.filter(meeting=None) | body.remarks.filter(meeting__in=known)
    found = list(found.select_related("party", "meeting").order_by("order", "pk"))
    for remark in found:
        remark.body = body
        if remark.meeting:
            remark.meeting.body = body
    return found


def _managed(request: HttpRequest, pk: int) -> Body:
    body = visible_body(request, pk)
    if not can_manage_body(request.user, body):
        raise PermissionDenied
    return body


def _kept(request: HttpRequest, pk: int) -> Figure:
    """A figure that the reader may change."""
    found = Figure.objects.visible_to(request.user).select_related("body", "party")
    figure = get_object_or_404(found, pk=pk)
    if not can_keep_figure(request.user, figure):
        raise PermissionDenied
    return figure


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a figure to a body."""
    body = _managed(request, pk)
    sides = sides_spoken_for(request.user, body)
    form = FigureForm(request.POST or None, instance=Figure(body=body), sides=sides)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_figure(form.figure, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. The other sides are told."))
            return redirect("body-figures", body.pk)
    return render(request, "meetings/figure_form.html", {"body": body, "form": form})


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a figure."""
    figure = _kept(request, pk)
    body = figure.body
    sides = sides_spoken_for(request.user, body)
    form = FigureForm(request.POST or None, instance=figure, sides=sides)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_figure(figure, changes=form.changes, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. The other sides are told."))
            return redirect("body-figures", body.pk)
    context = {"body": body, "figure": _stored(request, figure), "form": form}
    return render(request, "meetings/figure_form.html", context)


def _stored(request: HttpRequest, figure: Figure) -> Figure:
    """As it stands, not as it was typed."""
    return Figure.objects.visible_to(request.user).filter(pk=figure.pk).first() or figure


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a figure off the list."""
    figure = _kept(request, pk)
    with refusals_shown(request):
        operations.remove_figure(figure, by=request.user)
        messages.success(request, _("Removed. The history keeps what it said."))
    return redirect("body-figures", figure.body_id)
