from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from meetings.models import ActionItem, Appointment, Body, Meeting
from meetings.permissions import can_schedule
from portal.models import Party


@login_not_required
def bodies(request: HttpRequest) -> HttpResponse:
    """The commissions, each with the bodies beneath it."""
    found = Body.objects.visible_to(request.user).prefetch_related("seats__party")
    known = {body.pk for body in found}
    beneath: dict[int | None, list[Body]] = {}
    for body in found:
        parent = body.parent_id if body.parent_id in known else None
        beneath.setdefault(parent, []).append(body)
    return render(
        request,
        "meetings/bodies.html",
        {"commissions": [(top, beneath.get(top.pk, [])) for top in beneath.get(None, [])]},
    )


@login_not_required
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: who, areas, figures, bodies beneath, meetings past and ahead."""
    body = get_object_or_404(
        Body.objects.visible_to(request.user).prefetch_related("seats__party"), pk=pk
    )
    today = timezone.localdate()
    meetings = Meeting.objects.visible_to(request.user).filter(body=body).for_list()
    return render(
        request,
        "meetings/body.html",
        {
            "body": body,
            "parent": _parent(body, request.user),
            "sides": _sides(body, request.user, today),
            "areas": body.areas.all(),
            "figures": body.figures.all(),
            "beneath": Body.objects.visible_to(request.user).filter(parent=body),
            "ahead": meetings.upcoming(today),
            "past": meetings.past(today),
            "open_items": ActionItem.objects.visible_to(request.user)
            .filter(meeting__body=body)
            .open()
            .count(),
            "may_schedule": can_schedule(request.user, body),
        },
    )


def _parent(body: Body, user) -> Body | None:
    """The body above, where the reader may know of it."""
    if body.parent_id is None:
        return None
    return Body.objects.visible_to(user).filter(pk=body.parent_id).first()


def _sides(body: Body, user, today) -> list[dict]:
    """Each side with its people in office, the reader's own side first."""
    sides = body.sides(user)
    holders = (
        Appointment.objects.on(today)
        .filter(body__in=body.lineage)
        .exclude(office=Appointment.Office.CHAIR, body__in=body.above)
        .select_related("person")
    )
    return [_side(party, [one for one in holders if one.party_id == party.pk]) for party in sides]


def _side(party: Party, holders: list[Appointment]) -> dict:
    return {
        "party": party,
        "chairs": [one for one in holders if one.office == Appointment.Office.CHAIR],
        "others": [one for one in holders if one.office != Appointment.Office.CHAIR],
    }
