from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from meetings import operations
from meetings.forms.body_change import ProposalForm
from meetings.models import Body, BodyChange
from meetings.permissions import can_see_history
from meetings.views.body import proposal_words


def proposal_of(request: HttpRequest, body: Body) -> ProposalForm | None:
    """What a change of areas or rules is put to the sides with; nothing while it is set up."""
    if not body.has_met:
        return None
    return ProposalForm(request.POST or None, body=body, user=request.user)


def put_to_sides(request: HttpRequest, change: BodyChange, proposal: ProposalForm) -> HttpResponse:
    """Propose a change with its reason, and show it where the keys are given. Raises Refused."""
    change.reason = proposal.cleaned_data["reason"]
    change = operations.propose_change(change, party=proposal.proposer, by=request.user)
    messages.success(request, proposal_words(change))
    return redirect(change)


def asked_of(body: Body, user, *kinds: str) -> list[BodyChange]:
    """What is being asked about the areas or the rules, for those in office."""
    if not can_see_history(user, body):
        return []
    found = BodyChange.objects.visible_to(user).open().filter(body=body, kind__in=kinds)
    return list(found.for_list())
