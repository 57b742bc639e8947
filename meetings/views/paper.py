from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.item import KeyForm
from meetings.forms.paper import AskForm, ChangePaperForm, PaperForm
from meetings.models import AgendaItem, Body, Meeting, Paper, standing
from meetings.permissions import (
    can_add_paper,
    can_ask_for_paper,
    can_change_paper,
    can_decline_paper,
    paper_sides,
)
from meetings.transitions import PAPER, RELEASE
from meetings.views.tabs import body_tabs, meeting_tabs
from meetings.views.tree import trail_of
from portal.forms import ReasonForm
from portal.models import Entry
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

PAPERS_A_PAGE = 50


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)


def _body(request: HttpRequest, pk: int) -> Body:
    bodies = Body.objects.visible_to(request.user).prefetch_related("seats__party")
    return get_object_or_404(bodies, pk=pk)


def _visible(request: HttpRequest, pk: int) -> Paper:
    found = Paper.objects.visible_to(request.user).for_list()
    return get_object_or_404(found.prefetch_related("body__seats__party"), pk=pk)


# --- lists ----------------------------------------------------------------------------


@login_not_required
def of_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of one meeting, as far as the reader may know of them."""
    meeting = _meeting(request, pk)
    papers = Paper.objects.visible_to(request.user).filter(meeting=meeting).for_list()
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "papers": Paginator(papers, PAPERS_A_PAGE).get_page(request.GET.get("page")),
        "may_add": can_add_paper(request.user, meeting),
    }
    return render(request, "meetings/papers_of_meeting.html", context)


@login_not_required
def of_body(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of a body and of all its meetings."""
    body = _body(request, pk)
    papers = Paper.objects.visible_to(request.user).filter(body=body).for_list()
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "trail": trail_of(body, request.user),
        "papers": Paginator(papers, PAPERS_A_PAGE).get_page(request.GET.get("page")),
        "may_add": can_add_paper(request.user, body),
        "with_meeting": True,
    }
    return render(request, "meetings/papers_of_body.html", context)


# --- one paper ------------------------------------------------------------------------


@login_not_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: what it is, its file, who may read it, and the keys to more."""
    paper = _visible(request, pk)
    inside = any(standing(request.user).is_member(body) for body in paper.bodies)
    points = AgendaItem.objects.visible_to(request.user).filter(papers=paper)
    context = {
        "paper": paper,
        "inside": inside,
        "points": points.select_related("agenda__meeting"),
        **(_inside(request, paper) if inside else {}),
    }
    return render(request, "meetings/paper.html", context)


def _inside(request: HttpRequest, paper: Paper) -> dict:
    """What those in office see besides: keys, deeds, history."""
    user = request.user
    seals = RELEASE.seals(paper, own=standing(user).party_ids) if paper.wanted else []
    given = {seal.party.pk: seal.state == "full" for seal in seals}
    own = RELEASE.parties_of(paper, user) if paper.wanted else []
    may_ask = can_ask_for_paper(user, paper) and not paper.wanted
    labels = dict(Paper.Access.choices)
    return {
        "seals": seals,
        "keys": [(party, given[party.pk]) for party in own],
        "classes": [(one, labels[one]) for one in operations.may_become(paper)] if may_ask else [],
        "may_decline": bool(paper.wanted) and can_decline_paper(user, paper),
        "may_change": paper.is_own and not paper.wanted and can_change_paper(user, paper),
        "offers": PAPER.offers(paper, user),
        "entries": Entry.objects.about(paper).visible_to(user, paper_sides(user, paper)),
    }


@login_not_required
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a paper, under the name it came with; never shown inside the portal."""
    paper = _visible(request, pk)
    if not paper.file or not paper.file.storage.exists(paper.file.name):
        raise Http404
    response = FileResponse(
        paper.file.open("rb"),
        as_attachment=True,
        filename=paper.file_name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# --- adding and changing --------------------------------------------------------------


def add_to_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a paper to a meeting."""
    meeting = _meeting(request, pk)
    return _add(request, Paper(body=meeting.body, meeting=meeting))


def add_to_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a paper to a body: a founding instrument, a report, what belongs to no meeting."""
    return _add(request, Paper(body=_body(request, pk)))


def _add(request: HttpRequest, paper: Paper) -> HttpResponse:
    if not can_add_paper(request.user, paper.meeting or paper.body):
        raise PermissionDenied
    sides = operations.own_sides(request.user, paper)
    form = PaperForm(
        request.POST or None, request.FILES or None, instance=paper, sides=sides, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            stored = operations.add_paper(
                form.save(commit=False),
                items=form.points,
                file=form.cleaned_data["upload"],
                by=request.user,
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("The paper is added."))
            return redirect(stored)
    return render(request, "meetings/paper_new.html", {"paper": paper, "form": form})


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a paper that its side still decides on alone."""
    paper = _visible(request, pk)
    if not can_change_paper(request.user, paper):
        raise PermissionDenied
    more = {"sides": operations.own_sides(request.user, paper), "user": request.user}
    form = ChangePaperForm(request.POST or None, request.FILES or None, instance=paper, **more)
    differences: list = []
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_paper(
                paper,
                changes=form.changes,
                items=form.points,
                file=form.cleaned_data["upload"],
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except Refused as error:
            form, differences = form.compared_with(_visible(request, pk), **more)
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect(paper)
    context = {"paper": _visible(request, pk), "form": form, "differences": differences}
    return render(request, "meetings/paper_change.html", context)


# --- who may read it ------------------------------------------------------------------


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Withdraw a paper or bring it back: one row of the table of transitions."""
    return do_transition(request, PAPER, _visible(request, pk), name)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask all sides to let more, or fewer, people read a paper."""
    paper = _visible(request, pk)
    if not can_ask_for_paper(request.user, paper):
        raise PermissionDenied
    form = AskForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_shown(request):
        operations.ask_for_paper(paper, by=request.user, **form.cleaned_data)
        messages.success(request, _("The co-chairs of all sides have been asked for their keys."))
    return redirect(paper)


@require_POST
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to what was asked, or take it back."""
    paper = _visible(request, pk)
    form = KeyForm(request.POST, parties=paper.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "give":
            revision = form.cleaned_data["revision"]
            operations.agree_paper(paper, party=party, revision=revision, by=request.user)
            done = _("%(party)s has given its key.")
        else:
            operations.take_back_paper_key(paper, party=party, by=request.user)
            done = _("%(party)s has taken its key back.")
        messages.success(request, done % {"party": party.label})
    return redirect(paper)


@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to what was asked, or take the question back."""
    paper = _visible(request, pk)
    if not can_decline_paper(request.user, paper):
        raise PermissionDenied
    with refusals_shown(request):
        operations.decline_paper(paper, reason=ReasonForm(request.POST).written, by=request.user)
        messages.success(request, _("Nothing changes: the paper stays as it is."))
    return redirect(paper)
