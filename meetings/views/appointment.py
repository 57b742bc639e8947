from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import operations
from meetings.forms.appointment import AppointmentForm, CorrectionForm, EndForm, HolderForm
from meetings.models import Appointment, Body
from meetings.permissions import can_see_history, can_speak_for, sides_spoken_for
from meetings.views.body import party_of, visible_body
from meetings.views.tabs import body_tabs
from meetings.views.tree import trail_of
from portal.refusal import Refused


@login_not_required
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who holds and held which office in a body, side by side."""
    body = visible_body(request, pk)
    today = timezone.localdate()
    found = list(body.appointments.select_related("person", "party", "organisation"))
    found.sort(key=lambda one: (one.since is not None, one.since), reverse=True)
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "trail": trail_of(body, request.user),
        "sides": [
            _side(request, body, party, found, today) for party in _sides(body, found, request)
        ],
        "inside": can_see_history(request.user, body),
        "spoken_for": sides_spoken_for(request.user, body),
        "may_neutral": can_speak_for(request.user, body, None),
    }
    return render(request, "meetings/appointments.html", context)


def _sides(body: Body, found: list[Appointment], request: HttpRequest) -> list:
    """The sides of today, those that had offices before, and the neutral secretariat."""
    sides = body.sides(request.user)
    earlier = {one.party for one in found if one.party} - set(sides)
    neutral = [None] if any(one.party_id is None for one in found) else []
    return [*sides, *sorted(earlier, key=lambda party: party.label), *neutral]


def _side(request: HttpRequest, body: Body, party, found: list[Appointment], today) -> dict:
    own = [one for one in found if one.party_id == (party.pk if party else None)]
    return {
        "party": party,
        "may": can_speak_for(request.user, body, party),
        "present": sorted((one for one in own if one.holds(today)), key=_rank),
        "coming": [one for one in own if one.since and one.since > today],
        "past": [one for one in own if one.until and one.until < today],
    }


def _rank(one: Appointment) -> tuple:
    return (list(Appointment.Office).index(one.office), one.order, one.pk)


@login_not_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Every office that one person holds and held, in all bodies that the reader may know of."""
    found = list(
        Appointment.objects.visible_to(request.user)
        .filter(person=pk)
        .select_related("person", "party", "body", "organisation")
        .order_by("body__name", "since")
    )
    if not found:
        raise Http404
    today = timezone.localdate()
    context = {
        "person": found[0].person,
        "present": [one for one in found if one.holds(today)],
        "others": [one for one in found if not one.holds(today)],
    }
    return render(request, "meetings/appointments_person.html", context)


def _visible(request: HttpRequest, pk: int) -> Appointment:
    found = Appointment.objects.visible_to(request.user)
    appointment = get_object_or_404(found.select_related("body", "person", "party"), pk=pk)
    if not can_speak_for(request.user, appointment.body, appointment.party):
        raise PermissionDenied
    return appointment


def add(request: HttpRequest, pk: int, party: str) -> HttpResponse:
    """Appoint somebody to an office for one side, or to the neutral secretariat."""
    body = visible_body(request, pk)
    party = party_of(body, party)
    if not can_speak_for(request.user, body, party):
        raise PermissionDenied
    form = AppointmentForm(
        request.POST or None,
        body=body,
        party=party,
        user=request.user,
        initial={"office": request.GET.get("office", "chair")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = operations.appoint(
                form.appointment(form.cleaned_data["office"]), by=request.user
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _appointed(done))
            return redirect("body-people", body.pk)
    context = {"body": body, "party": party, "form": form}
    return render(request, "meetings/appointment_new.html", context)


def _appointed(done: Appointment) -> str:
    return _("%(person)s is appointed. The other sides are told.") % {
        "person": done.person.full_name
    }


def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody follow in an office: choose the person and the first day, save."""
    appointment = _visible(request, pk)
    form = HolderForm(
        request.POST or None,
        body=appointment.body,
        party=appointment.party,
        user=request.user,
        initial={"title": appointment.title, "organisation": appointment.organisation or ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = operations.replace_appointment(
                appointment, successor=form.appointment(appointment.office), by=request.user
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _appointed(done))
            return redirect("body-people", appointment.body_id)
    return render(
        request, "meetings/appointment_replace.html", {"appointment": appointment, "form": form}
    )


def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an office after a day."""
    appointment = _visible(request, pk)
    form = EndForm(request.POST or None, appointment=appointment)
    if request.method == "POST" and form.is_valid():
        try:
            operations.end_appointment(appointment, **form.cleaned_data, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("The office ends. The other sides are told."))
            return redirect("body-people", appointment.body_id)
    return render(
        request, "meetings/appointment_end.html", {"appointment": appointment, "form": form}
    )


def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct title, act, organisation or days of an office."""
    appointment = _visible(request, pk)
    form = CorrectionForm(request.POST or None, appointment=appointment)
    if request.method == "POST" and form.is_valid():
        try:
            operations.correct_appointment(appointment, changes=form.changes, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. The other sides are told."))
            return redirect("body-people", appointment.body_id)
    return render(
        request, "meetings/appointment_correct.html", {"appointment": appointment, "form": form}
    )
