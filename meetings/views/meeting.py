from collections import defaultdict
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations, programme
from meetings.calendars import calendar_file
from meetings.forms.item import KeyForm
from meetings.forms.meeting import DayForm, MeetingChangeForm, MeetingForm
from meetings.forms.sitting import ProgrammeRows
from meetings.models import Body, Meeting, Sitting, standing
from meetings.permissions import can_edit, can_schedule, can_see_inside
from meetings.transitions import DATES, MEETING
from meetings.views.tabs import meeting_tabs
from portal import work
from portal.models import Entry
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

MEETINGS_A_PAGE = 25
USUAL_NOTICE = timedelta(days=42)


@login_not_required
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings ahead and past, of all bodies that the reader may see."""
    today = timezone.localdate()
    found = Meeting.objects.visible_to(request.user).for_list()
    page = Paginator(found.past(today), MEETINGS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "meetings/meetings.html", {"ahead": found.upcoming(today), "past": page})


def _visible(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)


@login_not_required
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: when, where, who leads, what is open, what next."""
    meeting = _visible(request, pk)
    inside = can_see_inside(request.user, meeting)
    sittings = Sitting.objects.visible_to(request.user).filter(meeting=meeting)
    return render(
        request,
        "meetings/meeting.html",
        {
            "meeting": meeting,
            "tabs": meeting_tabs(request, meeting),
            "places": [party.place for party in meeting.sides(request.user)],
            "chairs": _chairs_by_side(meeting, request.user),
            "participations": meeting.participations.select_related("person", "party"),
            "days": _by_day(sittings.select_related("area", "room")),
            "main_sitting": sittings.taking_place().filter(kind=Sitting.Kind.PLENARY).first(),
            "inside": inside,
            "may_edit": can_edit(request.user, meeting),
            **_keys(meeting, request.user, inside),
            "offers": MEETING.offers(meeting, request.user) if inside else [],
            "links": work.links_for(meeting, request.user),
            "facts": work.facts_for(meeting, request.user),
        },
    )


def _chairs_by_side(meeting: Meeting, user) -> list[tuple]:
    chairs = defaultdict(list)
    for chair in meeting.chairs():
        chairs[chair.party_id].append(chair)
    return [(party, chairs[party.pk]) for party in meeting.sides(user)]


def _by_day(sittings) -> list[tuple]:
    days = defaultdict(list)
    for sitting in sittings:
        days[sitting.day].append(sitting)
    return sorted(days.items())


def _keys(meeting: Meeting, user, inside: bool) -> dict:
    """The seals of dates and place while they can still be agreed, and the user's own keys."""
    if not inside or meeting.is_over:
        return {"seals": [], "own_keys": []}
    seals = DATES.seals(meeting, own=standing(user).party_ids)
    given = {seal.party: seal.state == "full" for seal in seals}
    own = DATES.parties_of(meeting, user)
    return {"seals": seals, "own_keys": [(party, given[party]) for party in own]}


def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Schedule the next meeting of a body with its programme."""
    body = get_object_or_404(
        Body.objects.visible_to(request.user).prefetch_related("seats__party"), pk=pk
    )
    if not can_schedule(request.user, body):
        raise PermissionDenied
    if not body.sides():
        messages.error(
            request,
            _("This body has no sides yet. A technical administrator enters them first."),
        )
        return redirect(body)
    form, rows, day = _schedule_forms(request, body)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            meeting = operations.schedule_meeting(
                form.save(commit=False), sittings=rows.sittings, by=request.user
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(
                request, _("Scheduled. The sides' keys to the dates have been asked for.")
            )
            return redirect(meeting)
    context = {
        "body": body,
        "form": form,
        "rows": rows,
        "day_form": DayForm({"day": day}),
        "places": [party.place for party in body.sides(request.user)],
    }
    return render(request, "meetings/meeting_schedule.html", context)


def _schedule_forms(request: HttpRequest, body: Body):
    """The meeting's form and the programme's rows, proposed or as posted."""
    parties = body.sides(request.user)
    areas = body.areas.all()
    earliest = programme.first_working_day(parties, timezone.localdate() + USUAL_NOTICE)
    day = DayForm(request.GET or None).chosen(otherwise=earliest)
    zone = parties[0].zone
    form = MeetingForm(
        request.POST or None,
        instance=Meeting(body=body, number=operations.next_number(body)),
        parties=parties,
        initial={"starts_on": day, "ends_on": day, "zone": zone, "mode": "virtual"},
    )
    rows = ProgrammeRows(
        request.POST or None,
        prefix="sittings",
        initial=[_row(slot) for slot in programme.propose(parties, day, areas)],
        form_kwargs={
            "zone": _known_zone(form, zone),
            "mode": form["mode"].value() or "virtual",
            "areas": areas,
            "parties": parties,
        },
    )
    return form, rows, day


def _known_zone(form: MeetingForm, otherwise: str) -> str:
    """The zone the rows are typed in; a wrong one is refused at its own field."""
    if form.is_bound:
        form.full_clean()
        return form.cleaned_data.get("zone", otherwise)
    return otherwise


def _row(slot: programme.Slot) -> dict:
    kind = Sitting.Kind.CONSULTATION if slot.area else Sitting.Kind.PLENARY
    return {
        "kind": kind.value,
        "area": slot.area.pk if slot.area else None,
        "day": slot.day,
        "wall": slot.wall,
        "minutes": slot.minutes,
    }


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a meeting's number, days, mode or place."""
    meeting = _visible(request, pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    form = MeetingChangeForm(request.POST or None, instance=meeting, parties=meeting.sides())
    differences: list = []
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_meeting(
                meeting,
                changes=form.changes,
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except Refused as error:
            form, differences = form.compared_with(_visible(request, pk), meeting.sides())
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect(meeting)
    stored = _visible(request, pk)
    context = {
        "meeting": stored,
        "form": form,
        "differences": differences,
        "dropping": [seal.party for seal in DATES.seals(stored) if seal.state == "full"],
    }
    return render(request, "meetings/meeting_change.html", context)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Announce, begin, postpone …: one row of the table of transitions."""
    return do_transition(request, MEETING, _visible(request, pk), name)


@require_POST
def dates_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give or take back the own side's key to dates and place."""
    meeting = _visible(request, pk)
    form = KeyForm(request.POST, parties=meeting.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "withdraw":
            operations.take_back_dates_key(meeting, party=party, by=request.user)
            done = _("%(party)s has taken its key back.")
        else:
            revision = form.cleaned_data["revision"]
            operations.agree_dates(meeting, party=party, revision=revision, by=request.user)
            done = _("%(party)s has given its key.")
        messages.success(request, done % {"party": party.label})
    return redirect(meeting)


@login_not_required
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The programme as a calendar file, without joining links: those come by message."""
    meeting = _visible(request, pk)
    sittings = Sitting.objects.visible_to(request.user).filter(meeting=meeting)
    text = calendar_file(meeting, sittings.select_related("area", "room"), with_links=False)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="meeting-{meeting.pk}.ics"'
    return response


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who did what with this meeting, when."""
    meeting = _visible(request, pk)
    if not can_see_inside(request.user, meeting):
        raise PermissionDenied
    entries = Entry.objects.about(meeting).visible_to(request.user)
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "entries": Paginator(entries, 50).get_page(request.GET.get("page")),
    }
    return render(request, "meetings/meeting_history.html", context)
