from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.area import AreaForm, GiveUpForm, LeadForm, MergeForm, RenameForm
from meetings.forms.body_change import OrderForm
from meetings.models import Area, Body, BodyChange
from meetings.permissions import can_change_terms, sides_spoken_for
from meetings.views.body import visible_body
from meetings.views.body_change import asked_of, proposal_of, put_to_sides
from meetings.views.tabs import body_tabs
from meetings.views.tree import trail_of
from portal.refusal import Refused
from portal.views.deed import refusals_shown


@login_not_required
def areas(request: HttpRequest, pk: int) -> HttpResponse:
    """The areas of a body in their order, and those that were merged or given up."""
    body = visible_body(request, pk)
    found = list(body.areas.select_related("merged_into").prefetch_related("leads__organisation"))
    sides = body.sides(request.user)
    in_use = [area for area in found if area.until is None]
    may_change = can_change_terms(request.user, body)
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "trail": trail_of(body, request.user),
        "sides": sides,
        "rows": [{"area": area, "leads": _leads(area, sides)} for area in in_use],
        "ended": [area for area in found if area.until],
        "last": len(in_use),
        "may_change": may_change,
        "by_keys": may_change and body.has_met,
        "asked": asked_of(body, request.user, *BodyChange.AREAS),
        "speaks": bool(sides_spoken_for(request.user, body)),
    }
    return render(request, "meetings/areas.html", context)


def _leads(area: Area, sides: list) -> list[tuple]:
    """(side, its lead organisation or None), in the reader's order."""
    by_side = {lead.party_id: lead.organisation for lead in area.leads.all()}
    return [(party, by_side.get(party.pk)) for party in sides]


def _changeable(request: HttpRequest, pk: int) -> Area:
    """An area that the reader may change, or ask the sides to change."""
    found = Body.objects.visible_to(request.user)
    area = get_object_or_404(
        Area.objects.select_related("body").filter(body__in=found.visible_to(request.user)), pk=pk
    )
    if not can_change_terms(request.user, area.body):
        raise PermissionDenied
    return area


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an area at the end of the list."""
    body = visible_body(request, pk)
    if not can_change_terms(request.user, body):
        raise PermissionDenied
    form = AreaForm(request.POST or None, area=Area(body=body))

    def at_once(data: dict) -> None:
        area = Area(body=body, name=data["name"], names=form.names)
        operations.add_area(area, by=request.user)

    def asked(data: dict) -> BodyChange:
        return operations.new_area(body, name=data["name"], names=form.names)

    context = {"title": _("Add an area"), "submit": _("Add the area")}
    return _answered(request, body, form, at_once, asked, context)


def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename an area from a day on, or correct its name."""
    area = _changeable(request, pk)
    form = RenameForm(request.POST or None, area=area)

    def named(data: dict) -> dict:
        return {"name": data["name"], "names": form.names, "renamed_on": data["renamed_on"]}

    def at_once(data: dict) -> None:
        operations.rename_area(area, **named(data), by=request.user)

    def asked(data: dict) -> BodyChange:
        return operations.new_name(area, **named(data))

    context = {"area": area, "title": _("Rename the area")}
    return _answered(request, area.body, form, at_once, asked, context)


def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge an area into another of the same body."""
    area = _changeable(request, pk)
    form = MergeForm(request.POST or None, area=area)

    def at_once(data: dict) -> None:
        operations.merge_areas(area, **data, by=request.user)

    def asked(data: dict) -> BodyChange:
        return operations.merger(area, **data)

    context = {
        "area": area,
        "title": _("Merge the area"),
        "submit": _("Merge"),
        "note": _("Its items and sittings keep it and show that it was merged."),
    }
    return _answered(request, area.body, form, at_once, asked, context)


def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an area off the list after a day."""
    area = _changeable(request, pk)
    form = GiveUpForm(request.POST or None)

    def at_once(data: dict) -> None:
        operations.give_up_area(area, **data, by=request.user)

    def asked(data: dict) -> BodyChange:
        return operations.end_of_area(area, **data)

    context = {
        "area": area,
        "title": _("Give up the area"),
        "submit": _("Give it up"),
        "note": _("What was agreed on it stays, under its name."),
    }
    return _answered(request, area.body, form, at_once, asked, context)


def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Put all areas in another order in one go."""
    body = visible_body(request, pk)
    if not can_change_terms(request.user, body):
        raise PermissionDenied
    form = OrderForm(request.POST or None, body=body)

    def at_once(data: dict) -> None:
        operations.order_areas(body, order=form.order, by=request.user)

    def asked(data: dict) -> BodyChange:
        return operations.new_order(body, order=form.order)

    context = {"title": _("Put the areas in another order")}
    return _answered(request, body, form, at_once, asked, context)


def _answered(
    request: HttpRequest,
    body: Body,
    form,
    at_once: Callable[[dict], None],
    asked: Callable[[dict], BodyChange],
    context: dict,
) -> HttpResponse:
    """Carry out a change of areas, or put it to the sides once the body has met."""
    proposal = proposal_of(request, body)
    shown = [form] if proposal is None else [form, proposal]
    valid = [one.is_valid() for one in shown]  # each says what is wrong with it
    if request.method == "POST" and all(valid):
        try:
            if proposal:
                return put_to_sides(request, asked(form.cleaned_data), proposal)
            at_once(form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. The other sides are told."))
            return redirect("body-areas", body.pk)
    context = {**context, "body": body, "form": form, "proposal": proposal}
    return render(request, "meetings/area_form.html", context)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down; the focus stays on the area that moved."""
    area = _changeable(request, pk)
    direction = request.POST.get("direction")
    if direction not in ("up", "down"):
        raise Http404
    with refusals_shown(request):
        operations.move_area(area, by=request.user, up=direction == "up")
    return redirect(f"{reverse('body-areas', args=[area.body_id])}#area-{area.pk}")


def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who leads an area on the own side."""
    found = Body.objects.visible_to(request.user)
    area = get_object_or_404(
        Area.objects.select_related("body").filter(body__in=found.visible_to(request.user)), pk=pk
    )
    parties = sides_spoken_for(request.user, area.body)
    if not parties:
        raise PermissionDenied
    stored = {one.party_id: one.organisation for one in area.leads.select_related("organisation")}
    forms = [
        LeadForm(request.POST or None, party=party, lead=stored.get(party.pk)) for party in parties
    ]
    valid = [form.is_valid() for form in forms]  # every form says what is wrong with it
    if request.method == "POST" and all(valid):
        with refusals_shown(request):
            for form in forms:
                if form.named != stored.get(form.party.pk):
                    operations.lead_area(
                        area, party=form.party, organisation=form.named, by=request.user
                    )
            messages.success(request, _("Saved. The other sides are told."))
        return redirect("body-areas", area.body_id)
    context = {"body": area.body, "area": area, "forms": forms}
    return render(request, "meetings/area_lead.html", context)
