"""The official lists of participants of a meeting, as pages and as PDF."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from delegations import documents, operations
from delegations.models import Delegation, ParticipantList
from delegations.permissions import can_make_list, can_nominate, can_see_delegations
from delegations.precedence import changes_between
from meetings.models import Meeting
from meetings.views.tabs import meeting_tabs
from portal.models import Party
from portal.views.deed import refusals_shown


def lists(request: HttpRequest, pk: int) -> HttpResponse:
    """The lists there are, and the next one that can be made."""
    meeting = _visible(request, pk)
    found = list(ParticipantList.objects.visible_to(request.user).filter(meeting=meeting))
    is_final = any(one.kind != ParticipantList.Kind.PROVISIONAL for one in found)
    own = [
        one
        for one in Delegation.objects.filter(meeting=meeting).select_related("party", "meeting")
        if can_nominate(request.user, one)
    ]
    return render(
        request,
        "delegations/participant_lists.html",
        {
            "meeting": meeting,
            "tabs": meeting_tabs(request, meeting),
            "lists": found,
            "may_make": can_make_list(request.user, meeting),
            "is_final": is_final,
            "own": own,
        },
    )


def _visible(request: HttpRequest, pk: int) -> Meeting:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_delegations(request.user, meeting):
        raise PermissionDenied
    return meeting


@require_POST
def make(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Make a provisional list, the final one or a corrigendum."""
    meeting = _visible(request, pk)
    if kind not in ParticipantList.Kind:
        raise Http404
    if not can_make_list(request.user, meeting):
        raise PermissionDenied
    with refusals_shown(request):
        made = operations.make_list(meeting, kind, by=request.user)
        return redirect("participant-list", made.pk)
    return redirect("participant-lists", pk)


@require_POST
def publish_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Put people of the open registration of one's own side into the list, or leave them out."""
    found = Delegation.objects.filter(meeting__in=Meeting.objects.inside(request.user))
    delegation = get_object_or_404(found.select_related("meeting__body"), pk=pk)
    if not can_nominate(request.user, delegation):
        raise Http404  # another side's delegation is told of by its submission alone
    with refusals_shown(request):
        operations.publish_open(delegation, "publish" in request.POST, by=request.user)
    return redirect("participant-lists", delegation.meeting_id)


def participant_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One list as it was made, in the copy of a side or in the shared one."""
    made = _list(request, pk)
    copy = _copy(request, made)
    former = made.corrects
    return render(
        request,
        "delegations/participant_list.html",
        {
            "list": made,
            "meeting": made.meeting,
            "blocks": documents.list_blocks(made, copy),
            "copy": copy,
            "copies": documents.copies(made),
            "changes": documents.shown(changes_between(former.blocks, made.blocks))
            if former
            else [],
        },
    )


def _list(request: HttpRequest, pk: int) -> ParticipantList:
    found = ParticipantList.objects.visible_to(request.user)
    return get_object_or_404(
        found.select_related("meeting__body", "meeting__host", "corrects"), pk=pk
    )


def _copy(request: HttpRequest, made: ParticipantList) -> str:
    """The side whose copy is read: the one asked for, else the reader's own, else the shared."""
    codes = {block["party"] for block in made.blocks}
    asked = request.GET.get("copy", _own_code(request))
    return asked if asked in codes else ""


def _own_code(request: HttpRequest) -> str:
    party: Party | None = request.user.party
    return party.code if party else ""


def participant_list_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a PDF."""
    made = _list(request, pk)
    copy = _copy(request, made)
    response = HttpResponse(documents.participant_list(made, copy), content_type="application/pdf")
    name = f"participants-{made.pk}{'-' if copy else ''}{copy}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
