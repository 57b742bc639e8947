from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.sitting import PreviewForm, SittingForm
from meetings.models import Body, Meeting, Sitting
from meetings.permissions import can_edit, can_schedule
from meetings.transitions import SITTING
from portal.refusal import Refused
from portal.views.deed import do_transition


def clocks(request: HttpRequest, pk: int) -> HttpResponse:
    """A time that is being chosen, in the clocks and office hours of all sides."""
    body = get_object_or_404(
        Body.objects.visible_to(request.user).prefetch_related("seats__party"), pk=pk
    )
    if not can_schedule(request.user, body):
        raise PermissionDenied
    prefix = request.GET.get("prefix", "")
    names = ("day", "wall", "minutes")
    chosen = {name: request.GET.get(f"{prefix}-{name}" if prefix else name) for name in names}
    parties = body.sides(request.user)
    preview = PreviewForm({**chosen, "zone": request.GET.get("zone")}).preview(parties)
    context = {"preview": preview, "places": [party.place for party in parties]}
    return render(request, "meetings/_preview.html", context)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a sitting to a meeting's programme."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    sitting = Sitting(meeting=meeting, day=meeting.starts_on, zone=meeting.zone, mode=meeting.mode)
    return _edit(request, meeting, sitting, operations.add_sitting)


@transaction.atomic
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one sitting that is to take place."""
    found = Sitting.objects.visible_to(request.user).taking_place()
    if request.method == "POST":
        # Who changes it at the same moment waits here, and is then told by the form.
        found = found.select_for_update(of=("self",))
    sitting = get_object_or_404(found.select_related("meeting__body", "area"), pk=pk)
    if not can_edit(request.user, sitting.meeting):
        raise PermissionDenied
    return _edit(request, sitting.meeting, sitting, operations.change_sitting)


def _edit(request: HttpRequest, meeting: Meeting, sitting: Sitting, store) -> HttpResponse:
    form = SittingForm(request.POST or None, instance=sitting, meeting=meeting)
    if request.method == "POST" and form.is_valid():
        if sitting.pk and not form.has_changed():
            messages.info(request, _("Nothing was changed, so nobody is told."))
            return redirect(meeting)
        try:
            store(form.save(commit=False), by=request.user)
        except Refused as error:
            form.add_error("room", error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect(meeting)
    parties = meeting.sides(request.user)
    values = {name: form[name].value() for name in ("day", "wall", "minutes", "zone")}
    context = {
        "meeting": meeting,
        "sitting": sitting,
        "form": form,
        "offers": SITTING.offers(sitting, request.user) if sitting.pk else [],
        "preview": PreviewForm(values).preview(parties),
        "places": [party.place for party in parties],
    }
    return render(request, "meetings/sitting.html", context)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Cancel a sitting."""
    sitting = get_object_or_404(
        Sitting.objects.visible_to(request.user).select_related("meeting__body"), pk=pk
    )
    return do_transition(request, SITTING, sitting, name)
