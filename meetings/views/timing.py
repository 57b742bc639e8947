from collections import defaultdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from meetings import operations
from meetings.forms.timing import TimingForm
from meetings.models import Meeting, Timing
from meetings.operations.timing import FURTHER
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
    stored: dict[int | None, list[Timing]] = defaultdict(list)
    for timing in meeting.timings.filter(kind__in=HELD).order_by("starts_on", "pk"):
        stored[timing.party_id].append(timing)
    found: dict[str, dict] = {}
    for name, party in whose.items():
        own = stored[party and party.pk]
        shown = _timing(meeting, party, own[0] if own else None, next(iter(stored[None]), None))
        found[name] = {"part": own[0].pk if own else None, "party": party, "instance": shown}
        for number, timing in enumerate(own[1:], 2):
            found[f"{name}-{number}"] = {"part": timing.pk, "party": party, "instance": timing}
        if own:
            further = Timing(meeting=meeting, kind=shown.kind, party=party, mode=shown.mode)
            found[f"{name}-further"] = {"part": FURTHER, "party": party, "instance": further}
    posted = request.POST.get("whose", "")
    for name, one in found.items():
        data = request.POST if posted == name else None
        one["form"] = TimingForm(data, prefix=name, instance=one["instance"])
        one |= {"whose": name, "stored": bool(one["part"]), "is_further": one["part"] == FURTHER}
    return found


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
            operations.correct_held_days(
                meeting, facts=form.facts, by=request.user, part=chosen["part"]
            )
        else:
            facts = None if taken_back else form.facts
            operations.report_days(
                meeting, party=party, facts=facts, by=request.user, part=chosen["part"]
            )
    except Refused as error:
        form.add_error(None, error.sentences)
        return False
    messages.success(request, _("Saved."))
    return True
