"""One delegate, as people in office see a registration."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations.models import Answer, Delegate, Identity
from delegations.permissions import can_see_contact, own_sides
from delegations.transitions import DELEGATE
from portal.models import Entry
from portal.views.deed import do_transition


@never_cache
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes, with which answers, and what was decided."""
    delegate = _visible(request, pk)
    meeting = delegate.delegation.meeting
    return render(
        request,
        "delegations/delegate.html",
        {
            "delegate": delegate,
            "meeting": meeting,
            "sittings": delegate.programme(),
            "places": [party.place for party in meeting.sides(request.user)],
            "answers": _plain_answers(request, delegate),
            "has_identity": _has_identity(request, delegate),
            "sees_contact": can_see_contact(request.user, delegate),
            "offers": DELEGATE.offers(delegate, request.user),
            "entries": Entry.objects.about(delegate).visible_to(
                request.user, own_sides(request.user, delegate)
            ),
        },
    )


def _plain_answers(request: HttpRequest, delegate: Delegate) -> QuerySet[Answer]:
    """What the person answered, as far as the reader may know; not what few may see."""
    visible = Answer.objects.visible_to(request.user).filter(delegate=delegate)
    return visible.filter(question__is_identity=False).for_list()


def _has_identity(request: HttpRequest, delegate: Delegate) -> bool:
    """Whether there is something that few may see, and the reader is one of them."""
    answers = Answer.objects.visible_to(request.user).filter(question__is_identity=True)
    return (
        Identity.objects.visible_to(request.user).filter(delegate=delegate).exists()
        or answers.filter(delegate=delegate).exists()
    )


def _visible(request: HttpRequest, pk: int) -> Delegate:
    return get_object_or_404(Delegate.objects.visible_to(request.user).for_list(), pk=pk)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve or decline a registration of the own side."""
    return do_transition(request, DELEGATE, _visible(request, pk), name)
