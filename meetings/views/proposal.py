from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.item import KeyForm
from meetings.forms.proposal import ProposalForm
from meetings.hosting import turn
from meetings.models import Meeting, NoteVerbale, Proposal, standing
from meetings.permissions import can_propose
from meetings.transitions import DATES, FREE_NUMBER, MOVE, PROPOSAL
from portal.agreement import Seal
from portal.forms import ReasonForm
from portal.models import Entry
from portal.refusal import Refused
from portal.views.deed import refusals_shown


def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose days and a place: first, in answer, or to move what is announced."""
    meeting = _meeting(request, pk)
    if not can_propose(request.user, meeting):
        raise PermissionDenied
    if meeting.is_over or meeting.status == Meeting.Status.CANCELLED:
        messages.error(request, _("This meeting is over or cancelled: its dates stand."))
        return redirect(meeting)
    if meeting.status not in PROPOSABLE:
        messages.error(
            request,
            _("This meeting has begun, so its dates stand. Suspend and postpone it to choose new."),
        )
        return redirect(meeting)
    form = ProposalForm(request.POST or None, meeting=meeting, **_given(request, meeting))
    differences: list = []
    if request.method == "POST" and form.is_valid():
        try:
            operations.propose_dates(
                form.save(commit=False),
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except Refused as error:
            stored = _meeting(request, pk)
            if stored.revision != form.cleaned_data["revision"]:
                form, differences = form.compared_with(stored, **_given(request, stored))
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Proposed. The other sides are told."))
            return redirect(meeting)
    context = {
        "meeting": _meeting(request, pk),
        "form": form,
        "differences": differences,
        "announced": meeting.status in Meeting.FIXED,
    }
    return render(request, "meetings/proposal_new.html", context)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)


def _given(request: HttpRequest, meeting: Meeting) -> dict:
    return {
        "parties": meeting.meant_for(request.user),
        "turn": turn(meeting.body, meeting.series, meeting.starts_on, but=meeting.pk),
        "user": request.user,
    }


def _visible(request: HttpRequest, pk: int) -> Proposal:
    found = Proposal.objects.visible_to(request.user).select_related("meeting__body", "party")
    return get_object_or_404(found, pk=pk)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Decline a proposal, or withdraw the own one."""
    proposal = _visible(request, pk)
    transition = PROPOSAL.transitions.get(name)
    if transition is None or transition.automatic:
        raise Http404
    if not transition.may(request.user, proposal):
        raise PermissionDenied
    with refusals_shown(request):
        reason = ReasonForm(request.POST).written
        operations.answer_proposal(proposal, name, by=request.user, reason=reason)
        messages.success(request, transition.answer)
    return redirect(proposal.meeting)


@require_POST
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to moving an announced meeting, or take it back."""
    proposal = _visible(request, pk)
    form = KeyForm(request.POST, parties=proposal.meeting.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "withdraw":
            operations.take_back_move_key(proposal, party=party, by=request.user)
            done = _("%(party)s has taken its key back.")
        else:
            revision = form.cleaned_data["revision"]
            operations.agree_move(proposal, party=party, revision=revision, by=request.user)
            done = _("%(party)s has given its key.")
        messages.success(request, done % {"party": party.label})
    return redirect(proposal.meeting)


# --- what the meeting's page shows --------------------------------------------------------


def conversation(request: HttpRequest, meeting: Meeting) -> dict:
    """The rounds of proposals, who is awaited since when, and what the reader may answer."""
    rounds = _rounds(request, meeting)
    latest = rounds[-1]["proposal"] if rounds else None
    asked, agreement = _asked(meeting, latest)
    own = {party.pk for party in agreement.parties_of(asked, request.user)} if asked else set()
    mine = standing(request.user).party_ids
    seals = agreement.seals(asked, own=mine) if asked else _standing_keys(meeting, mine)
    return {
        "rounds": rounds,
        "asked": asked,
        "seals": seals,
        "is_first": bool(asked) or meeting.is_prepared,
        "own_keys": [(seal.party, seal.state == "full") for seal in seals if seal.party.pk in own],
        "awaited": [(seal.party, _since(seal, latest)) for seal in seals if seal.state != "full"],
        "answers": _answers(request, latest),
        "stale": bool(latest) and meeting.is_prepared and latest.status in UNANSWERABLE,
        "may_propose": can_propose(request.user, meeting) and meeting.status in PROPOSABLE,
    }


def _standing_keys(meeting: Meeting, own: set[int]) -> list[Seal]:
    """The keys by which the announced dates stand, as long as all of them do."""
    if meeting.status not in Meeting.FIXED:
        return []
    seals = DATES.seals(meeting, own=own)
    return seals if all(seal.state == "full" for seal in seals) else []


UNANSWERABLE = (Proposal.Status.DECLINED, Proposal.Status.WITHDRAWN)
PROPOSABLE = (*Meeting.PREPARED, "announced", "postponed")


def _asked(meeting: Meeting, latest: Proposal | None):
    """What needs the sides' keys at the moment, if anything, and which agreement that is."""
    if meeting.status == Meeting.Status.CANCELLED and meeting.holds_number:
        return meeting, FREE_NUMBER
    if meeting.is_prepared and not meeting.is_idea:
        return meeting, DATES
    if latest and latest.status == Proposal.Status.OPEN and meeting.status in Meeting.FIXED:
        return latest, MOVE
    return None, DATES


def _since(seal, latest: Proposal | None) -> datetime | None:
    return seal.at or (latest.at if latest else None)


def _answers(request: HttpRequest, latest: Proposal | None) -> list:
    return PROPOSAL.offers(latest, request.user) if latest else []


def _rounds(request: HttpRequest, meeting: Meeting) -> list[dict]:
    proposals = list(meeting.proposals.select_related("party", "host", "note"))
    for proposal in proposals:
        proposal.meeting = meeting
    reasons = _reasons(proposals)
    known = _known_notes(request, proposals)
    return [
        {
            "proposal": proposal,
            "reason": reasons.get(proposal.pk),
            "note": proposal.note if proposal.note_id in known else None,
            "clock": _clock_changed(meeting, proposal),
        }
        for proposal in proposals
    ]


def _clock_changed(meeting: Meeting, proposal: Proposal) -> dict:
    """What another clock would do to the sittings, of a move that waits for its keys."""
    asked = proposal.status == Proposal.Status.OPEN and meeting.status in Meeting.FIXED
    if not asked or proposal.zone == meeting.zone:
        return {}
    changes = operations.on_another_clock(meeting, proposal.zone, before=meeting.zone)
    return {"before": meeting.zone, "zone": proposal.zone, "changes": changes[:1]}


def _reasons(proposals: Iterable[Proposal]) -> dict[int, Entry]:
    """Who declined or withdrew which proposal, and why."""
    return {
        entry.object_id: entry
        for entry in Entry.objects.filter(
            content_type__app_label="meetings",
            content_type__model="proposal",
            object_id__in=[proposal.pk for proposal in proposals],
            verb__in=("proposal.decline", "proposal.withdraw"),
        ).select_related("party")
    }


def _known_notes(request: HttpRequest, proposals: Iterable[Proposal]) -> set[int]:
    """A note between two sides does not exist for a third one."""
    noted = [proposal.note_id for proposal in proposals if proposal.note_id]
    if not noted:
        return set()
    notes = NoteVerbale.objects.visible_to(request.user).filter(pk__in=noted)
    return set(notes.values_list("pk", flat=True))
