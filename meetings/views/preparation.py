from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import operations, programme
from meetings.agenda import reporting
from meetings.forms.preparation import PreparationForm
from meetings.models import Meeting
from meetings.permissions import can_prepare_next
from portal.refusal import Refused


def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare the next meeting from this one."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_prepare_next(request.user, meeting):
        raise PermissionDenied
    form = _form(request, meeting)
    if request.method == "POST" and form.is_valid():
        try:
            following = operations.prepare_next(meeting, by=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error("starts_on", error.sentences)
        else:
            messages.success(
                request,
                _("Prepared as an idea. Nobody has been told; propose it when it is ready."),
            )
            return redirect(following)
    own_side = operations.side_of(request.user, meeting)
    context = {"meeting": meeting, "form": form, "own_side": own_side}
    return render(request, "meetings/preparation.html", context)


def _form(request: HttpRequest, meeting: Meeting) -> PreparationForm:
    today = timezone.localdate()
    expected = operations.usual_day(meeting, today)
    return PreparationForm(
        request.POST or None,
        counts=operations.what_may_come_along(meeting),
        bodies=reporting(meeting, request.user),
        today=today,
        initial={"starts_on": programme.first_working_day(meeting.body.sides(), expected)},
    )
