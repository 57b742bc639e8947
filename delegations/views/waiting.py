"""Who waits for a place, for those who run the desk; and a person's answer to an offer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Exists
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations import operations
from delegations.forms.quota import WaitingForm
from delegations.models import Delegate, Desk, full_for_row
from delegations.transitions import DELEGATE
from delegations.views.quota import desk_run_by
from delegations.views.registration import spoken_to, void
from meetings.views.tabs import meeting_tabs
from portal.views.deed import refusals_shown

A_PAGE = 50


def waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Who waits, in their order, as far as the reader may know; and how places are given."""
    desk = desk_run_by(request, pk)
    form = WaitingForm(request.POST or None, instance=desk)
    if request.method == "POST" and form.is_valid():
        operations.set_waiting_rules(desk, form.cleaned_data, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("waiting-list", pk)
    page = Paginator(_in_line(request, desk), A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, DELEGATE.offers(_with(desk, one), request.user)) for one in page]
    return render(
        request,
        "delegations/waiting.html",
        {
            "desk": desk,
            "meeting": desk.meeting,
            "tabs": meeting_tabs(request, desk.meeting),
            "form": form,
            "page": page,
            "rows": [(one, _giving(offers)) for one, offers in rows],
        },
    )


def _in_line(request: HttpRequest, desk: Desk):
    """Those with an offer first, then who waits, in the order in which they came."""
    held = [Delegate.Status.WAITING, Delegate.Status.OFFERED]
    visible = Delegate.objects.visible_to(request.user).filter(meeting=desk.meeting)
    found = visible.filter(status__in=held).annotate(fits=~Exists(full_for_row()))
    return found.for_list().order_by("status", "waiting_since", "pk")


def _with(desk: Desk, delegate: Delegate) -> Delegate:
    delegate.meeting = delegate.delegation.meeting = desk.meeting
    desk.meeting.desk = desk
    return delegate


def _giving(offers: list) -> list:
    """Of what can be done with a registration, what this page is for."""
    return [offer for offer in offers if offer.transition.name in {"promote", "offer"}]


# --- with the personal link -------------------------------------------------------------

ANSWERS = {"accept": operations.accept_offer, "turn_down": operations.turn_down_offer}


@login_not_required
@never_cache
def answer(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Accept an offered place, or leave it to the next, after a question."""
    delegate = Delegate.by_token(token)
    if delegate is None:
        return void(request)
    if name not in ANSWERS:
        raise Http404
    if delegate.status != Delegate.Status.OFFERED:
        return redirect("registration", token)
    with spoken_to(request, delegate):
        if request.method == "POST":
            with refusals_shown(request):
                ANSWERS[name](delegate)
            return redirect("registration", token)
        return render(
            request,
            "delegations/waiting_answer.html",
            {"delegate": delegate, "meeting": delegate.delegation.meeting, "deed": name},
        )
