"""Attendance lists of video platforms, in two steps: look, then bring in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.forms.attendance import AttendanceForm, choices_of
from delegations.models import CheckIn, Delegate, Intake
from delegations.operations.attendance import approved_for
from meetings.models import Sitting
from meetings.permissions import can_keep_door
from portal.refusal import Refused

STATES = {"doubtful": 0, "unknown": 1, "matched": 2, "same": 3}


@never_cache
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the list."""
    sitting = _sitting(request, pk)
    is_sent = request.method == "POST"
    form = AttendanceForm(request.POST, request.FILES) if is_sent else AttendanceForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            intake = operations.read_attendance(
                sitting, file.read(), name=file.name, by=request.user
            )
        except Refused as error:
            form.add_error("file", error.sentences)
        else:
            return redirect("attendance-preview", intake.pk)
    context = {"sitting": sitting, "meeting": sitting.meeting, "form": form}
    return render(request, "delegations/attendance.html", context)


def _sitting(request: HttpRequest, pk: int) -> Sitting:
    sitting = get_object_or_404(
        Sitting.objects.visible_to(request.user).select_related("meeting__body", "area"), pk=pk
    )
    if not can_keep_door(request.user, sitting.meeting):
        raise PermissionDenied
    return sitting


def _intake(request: HttpRequest, pk: int) -> Intake:
    kept = Intake.objects.visible_to(request.user).select_related("sitting__meeting__body")
    return get_object_or_404(kept, pk=pk, kind=Intake.Kind.ATTENDANCE)


@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Who the lines are thought to be; those in doubt first. The second step brings them in."""
    intake = _intake(request, pk)
    sitting = _sitting(request, intake.sitting_id)
    choices, problems = {}, []
    if request.method == "POST":
        people = approved_for(sitting, request.user).only("reference")
        choices = choices_of(request.POST, intake.rows, people)
        try:
            brought = operations.bring_in_attendance(intake, choices=choices, by=request.user)
        except Refused as error:
            problems = error.sentences
        else:
            _say(request, brought)
            return redirect("door", sitting.meeting_id)
    rows = _rows(request, intake, sitting)
    return render(
        request,
        "delegations/attendance_preview.html",
        {
            "sitting": sitting,
            "meeting": sitting.meeting,
            "intake": intake,
            "rows": rows,
            "counts": [(name, sum(row["state"] == name for row in rows)) for name in STATES],
            "choices": choices,
            "posted": request.POST,
            "problems": problems,
        },
    )


def _rows(request: HttpRequest, intake: Intake, sitting: Sitting) -> list[dict]:
    """The lines with the people offered for each, and what was typed."""
    offered = {pk for row in intake.rows for pk in row["candidates"]}
    people: dict[int, Delegate] = {}
    for one in approved_for(sitting, request.user).filter(pk__in=offered).for_list():
        people[one.pk] = one
    stored = CheckIn.objects.visible_to(request.user).valid().filter(sitting=sitting)
    told = dict(stored.values_list("uid", "minutes"))
    known = {str(uid): minutes for uid, minutes in told.items()}
    rows = [
        row
        | {
            "state": "same" if known.get(row["uid"], -1) == row["minutes"] else row["state"],
            "people": [people[pk] for pk in row["candidates"] if pk in people],
            "picked": _picked(request, row),
            "typed": request.POST.get(f"reference-{row['uid']}", ""),
        }
        for row in intake.rows
    ]
    return sorted(rows, key=lambda row: STATES[row["state"]])


def _picked(request: HttpRequest, row: dict) -> str:
    """What stands in the choice of a line: as it was posted, else as it was matched."""
    posted = request.POST.get(f"who-{row['uid']}")
    if posted is not None:
        return posted
    if row["state"] == "matched":
        return str(row["candidates"][0])
    return "nobody" if row["state"] == "unknown" else ""


def _say(request: HttpRequest, brought) -> None:
    text = ngettext(
        "The list is in: %(number)d person is marked as attended.",
        "The list is in: %(number)d people are marked as attended.",
        brought.new + brought.changed + brought.same,
    )
    number = brought.new + brought.changed + brought.same
    messages.success(request, text % {"number": number})
    if brought.left_out:
        left = ngettext(
            "%(number)d line is nobody approved and was left out.",
            "%(number)d lines are nobody approved and were left out.",
            brought.left_out,
        )
        messages.info(request, left % {"number": brought.left_out})


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a list from the server without bringing it in."""
    intake = _intake(request, pk)
    Intake.objects.visible_to(request.user).filter(pk=intake.pk).delete()
    messages.success(request, _("The list is forgotten. Nothing was written."))
    return redirect("attendance", intake.sitting_id)
