from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.item import KeyForm
from meetings.models import Meeting, Wording, standing
from meetings.transitions import WORDING, WORDS
from portal.forms import ReasonForm
from portal.views.deed import refusals_shown


def _visible(request: HttpRequest, pk: int) -> Wording:
    found = Wording.objects.visible_to(request.user).select_related("meeting__body", "party")
    return get_object_or_404(found, pk=pk)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Decline another wording, or withdraw the own one."""
    wording = _visible(request, pk)
    transition = WORDING.transitions.get(name)
    if transition is None or transition.automatic:
        raise Http404
    if not transition.may(request.user, wording):
        raise PermissionDenied
    with refusals_shown(request):
        reason = ReasonForm(request.POST).written
        operations.answer_wording(wording, name, by=request.user, reason=reason)
        messages.success(request, transition.answer)
    return redirect(wording.meeting)


@require_POST
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to another wording of a meeting, or take it back."""
    wording = _visible(request, pk)
    form = KeyForm(request.POST, parties=wording.meeting.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "withdraw":
            operations.take_back_words_key(wording, party=party, by=request.user)
            done = _("%(party)s has taken its key back.")
        else:
            revision = form.cleaned_data["revision"]
            operations.agree_words(wording, party=party, revision=revision, by=request.user)
            done = _("%(party)s has given its key.")
        messages.success(request, done % {"party": party.label})
    return redirect(wording.meeting)


# --- what the pages of its meeting show ---------------------------------------------------


def words_asked(request: HttpRequest, meeting: Meeting) -> dict:
    """The wording put to the sides, whose keys are there, and what the reader may answer."""
    wording = asked_wording(meeting)
    if wording is None:
        return {}
    seals = WORDS.seals(wording, own=standing(request.user).party_ids)
    own = {party.pk for party in WORDS.parties_of(wording, request.user)}
    return {
        "wording": wording,
        "is_first": True,
        "wording_seals": seals,
        "wording_keys": [(one.party, one.state == "full") for one in seals if one.party.pk in own],
        "wording_answers": WORDING.offers(wording, request.user),
    }


def asked_wording(meeting: Meeting) -> Wording | None:
    """What every side is asked about, of a meeting that was fetched `with_words`."""
    if not meeting.is_to_be_reworded:
        return None
    wording = meeting.wordings.open().select_related("party").first()
    if wording:
        wording.meeting = meeting
    return wording
