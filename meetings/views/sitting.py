from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.sitting import PreviewForm, SittingForm
from meetings.models import Body, Meeting, Sitting
from meetings.permissions import can_edit, can_schedule, known_people
from meetings.programme import Change, ChangeText, Rows, differences, in_words, row_of
from meetings.transitions import SITTING
from portal.forms import ReasonForm
from portal.models import Party
from portal.refusal import Refused
from portal.views.deed import refusals_shown


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
    return _edit(request, sitting, operations.add_sitting)


@transaction.atomic
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one sitting that is to take place."""
    found = Sitting.objects.visible_to(request.user).taking_place()
    if request.method == "POST":
        # Who changes the programme at the same moment waits here, and is then told by the form.
        # The meeting is locked first, as everywhere: two locks in two orders would block.
        meetings = Meeting.objects.visible_to(request.user).select_for_update(of=("self",))
        get_object_or_404(meetings, pk__in=found.filter(pk=pk).values("meeting"))
    sitting = get_object_or_404(found.select_related("meeting__body", "area"), pk=pk)
    if not can_edit(request.user, sitting.meeting):
        raise PermissionDenied
    return _edit(request, sitting, operations.change_sitting)


def _edit(request: HttpRequest, sitting: Sitting, store) -> HttpResponse:
    meeting = sitting.meeting
    before = [row_of(sitting)] if sitting.pk else []
    parties = meeting.meant_for(request.user)
    form = SittingForm(
        request.POST or None,
        instance=sitting,
        meeting=meeting,
        people={party: known_people(request.user, meeting.body, party) for party in parties},
    )
    if request.method == "POST" and form.is_valid():
        try:
            stored = store(form.save(commit=False), chairs=form.chairs, by=request.user)
        except Refused as error:
            form.add_error("room", error.sentences)
        else:
            _say_what_was_done(request, differences(before, [row_of(stored)]))
            return redirect(meeting)
    values = {name: form[name].value() for name in ("day", "wall", "minutes", "zone")}
    context = {
        "meeting": meeting,
        "sitting": sitting,
        "form": form,
        "offers": SITTING.offers(sitting, request.user) if sitting.pk else [],
        "preview": PreviewForm(values).preview(parties),
        "places": [party.place for party in parties],
        "differences": _differences(form, before, parties),
    }
    return render(request, "meetings/sitting.html", context)


def _differences(form: SittingForm, stored: Rows, parties: list[Party]) -> list[ChangeText]:
    """What stands there now and was typed otherwise, where somebody else came first."""
    if not stored or list(form.errors) != [NON_FIELD_ERRORS]:
        return []
    return in_words(differences([row_of(form.instance)], stored), parties)


def _say_what_was_done(request: HttpRequest, changes: list[Change]) -> None:
    """Saved, or that nothing was; and what a changed clock means for the time."""
    if not changes:
        messages.info(request, _("Nothing was changed, so nobody is told."))
        return
    messages.success(request, _("Saved."))
    before, after = changes[0].before, changes[0].after
    if before and after and "zone" in changes[0].fields:
        messages.info(
            request,
            _("The clock is another one now (%(zone)s); the wall time stays %(time)s.")
            % {"zone": after["zone"].replace("_", " "), "time": after["wall"]},
        )


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Cancel a sitting: a publication of one change, with a reason."""
    sitting = get_object_or_404(
        Sitting.objects.visible_to(request.user).select_related("meeting__body"), pk=pk
    )
    transition = SITTING.transitions.get(name)
    if transition is None:
        raise Http404
    with refusals_shown(request):
        reason = ReasonForm(request.POST).written
        operations.cancel_sitting(sitting, by=request.user, reason=reason)
        messages.success(request, transition.answer)
    return redirect(sitting.meeting)
