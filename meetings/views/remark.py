from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.remark import RemarkForm
from meetings.models import Body, Meeting, Remark
from meetings.permissions import can_keep_remark, can_manage_body, sides_spoken_for
from meetings.views.body import visible_body
from portal.refusal import Refused
from portal.views.deed import refusals_shown


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a remark to a body or to one of its meetings."""
    body = visible_body(request, pk)
    if not can_manage_body(request.user, body):
        raise PermissionDenied
    form = _form(request, Remark(body=body), initial={"meeting": request.GET.get("meeting", "")})
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_remark(form.remark, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. It stands on the page it is about."))
            return redirect("body-figures", body.pk)
    return render(request, "meetings/remark_form.html", {"body": body, "form": form})


def _form(request: HttpRequest, remark: Remark, **kwargs) -> RemarkForm:
    meetings = Meeting.objects.visible_to(request.user).run_by(request.user)
    return RemarkForm(
        request.POST or None,
        instance=remark,
        sides=sides_spoken_for(request.user, remark.body),
        meetings=meetings.filter(body=remark.body).select_related("body"),
        **kwargs,
    )


def _kept(request: HttpRequest, pk: int) -> Remark:
    """A remark that the reader may change."""
    user = request.user
    found = Remark.objects.filter(body__in=Body.objects.visible_to(user))
    found = found.filter(meeting=None) | found.filter(meeting__in=Meeting.objects.visible_to(user))
    remark = get_object_or_404(found.select_related("body", "meeting__body", "party"), pk=pk)
    if not can_keep_remark(user, remark):
        raise PermissionDenied
    return remark


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a remark says."""
    remark = _kept(request, pk)
    body = remark.body
    form = _form(request, remark)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_remark(remark, changes=form.changes, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. It stands on the page it is about."))
            return redirect("body-figures", body.pk)
    context = {"body": body, "remark": remark, "form": form}
    return render(request, "meetings/remark_form.html", context)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a remark away."""
    remark = _kept(request, pk)
    with refusals_shown(request):
        operations.remove_remark(remark, by=request.user)
        messages.success(request, _("Removed. The history keeps what it said."))
    return redirect("body-figures", remark.body_id)
