from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from meetings import operations
from meetings.forms.timing import TimingForm
from meetings.models import Meeting, Timing
from meetings.permissions import can_run, turned_by
from portal.refusal import Refused


def days(request: HttpRequest, pk: int) -> HttpResponse:
    """When a meeting was held, and when one's own side says it was."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    forms = _forms(request, meeting) if meeting.is_over else {}
    if not forms:
        raise PermissionDenied
    if request.method == "POST":
        chosen = forms.get(request.POST.get("whose", ""))
        if chosen is None:
            raise PermissionDenied
        if _store(request, meeting, chosen):
            return redirect(meeting)
    context = {"meeting": meeting, "forms": list(forms.values())}
    return render(request, "meetings/meeting_days.html", context)


def _forms(request: HttpRequest, meeting: Meeting) -> dict[str, dict]:
    """One form for what is held in common and one for each side the reader speaks for."""
    whose = {"all": None} if can_run(request.user, meeting) else {}
    whose |= {str(party.pk): party for party in turned_by(request.user, meeting)}
    stored = {timing.party_id: timing for timing in meeting.timings.filter(kind__in=HELD)}
    posted = request.POST.get("whose", "")
    return {
        name: {
            "whose": name,
            "party": party,
            "stored": stored.get(party and party.pk),
            "form": TimingForm(
                request.POST if posted == name else None,
                prefix=name,
                instance=_timing(meeting, party, stored.get(party and party.pk), stored.get(None)),
            ),
        }
        for name, party in whose.items()
    }


HELD = (Timing.Kind.ACTUAL, Timing.Kind.REPORTED)


def _timing(meeting: Meeting, party, own: Timing | None, held: Timing | None) -> Timing:
    """What stands there, or else what the meeting shows, not stored."""
    if own:
        return own
    shown = held or meeting
    kind = Timing.Kind.REPORTED if party else Timing.Kind.ACTUAL
    facts = {name: getattr(shown, name) for name in ("starts_on", "ends_on", "place", "mode")}
    return Timing(meeting=meeting, kind=kind, party=party, **facts)


def _store(request: HttpRequest, meeting: Meeting, chosen: dict) -> bool:
    form, party = chosen["form"], chosen["party"]
    taken_back = party is not None and "take-back" in request.POST
    if not taken_back and not form.is_valid():
        return False
    try:
        if party is None:
            operations.correct_held_days(meeting, facts=form.facts, by=request.user)
        else:
            facts = None if taken_back else form.facts
            operations.report_days(meeting, party=party, facts=facts, by=request.user)
    except Refused as error:
        form.add_error(None, error.sentences)
        return False
    messages.success(request, _("Saved."))
    return True
