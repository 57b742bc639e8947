from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations, programme
from meetings.calendars import calendar_file
from meetings.forms.item import KeyForm
from meetings.forms.meeting import (
    DayForm,
    MeetingChangeForm,
    MeetingForm,
    ProposedForForm,
    RemarkForm,
    ServeForm,
)
from meetings.forms.sitting import ProgrammeRows
from meetings.hosting import turn
from meetings.models import Body, Meeting, Sitting, know_bodies, standing, with_words
from meetings.permissions import (
    can_edit,
    can_prepare_next,
    can_propose,
    can_release_number,
    can_run,
    can_schedule,
    can_see_inside,
    sides_at,
)
from meetings.transitions import DATES, MEETING
from meetings.views.programme import days_of
from meetings.views.proposal import conversation
from meetings.views.tabs import meeting_tabs
from meetings.views.wording import asked_wording, words_asked
from portal import work
from portal.clocks import Place, offsets_on
from portal.models import Entry, Party
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

MEETINGS_A_PAGE = 25
MEETINGS_AHEAD = 50  # the calendar has the others
USUAL_NOTICE = timedelta(days=42)
JOINED_BEFORE = timedelta(hours=24)  # from when on a joining link is of use


@login_not_required
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings ahead and past, of all bodies that the reader may see."""
    today = timezone.localdate()
    found = Meeting.objects.visible_to(request.user).for_list()
    page = Paginator(found.past(today), MEETINGS_A_PAGE).get_page(request.GET.get("page"))
    ahead = list(found.upcoming(today)[: MEETINGS_AHEAD + 1])
    know_bodies([*ahead, *page])
    context = {"ahead": ahead[:MEETINGS_AHEAD], "more": len(ahead) > MEETINGS_AHEAD, "past": page}
    return render(request, "meetings/meetings.html", context)


def _visible(request: HttpRequest, pk: int) -> Meeting:
    found = with_words(Meeting.objects.visible_to(request.user).for_list())
    return get_object_or_404(found, pk=pk)


@login_not_required
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: when, where, who leads, what is open, what next."""
    meeting = _visible(request, pk)
    inside = can_see_inside(request.user, meeting)
    sittings = Sitting.objects.visible_to(request.user).filter(meeting=meeting)
    main = sittings.taking_place().filter(kind=Sitting.Kind.PLENARY).first()
    clocks = _clocks(meeting, request.user)
    days = days_of(sittings.for_programme(), clocks["places"])
    return render(
        request,
        "meetings/meeting.html",
        {
            "meeting": meeting,
            "tabs": meeting_tabs(request, meeting),
            "main_sitting": main,
            "stray": _stray(meeting, main),
            "days_lead": _days_lead(meeting, main, clocks["places"][0]),
            **clocks,
            **_leading(meeting, request.user),
            "remarks": meeting.remarks.select_related("party"),
            "may_remark": can_run(request.user, meeting),
            "days": days,
            "inside": inside,
            **(_joining(meeting, days) if inside else {}),
            "may_edit": can_edit(request.user, meeting),
            "may_prepare": can_prepare_next(request.user, meeting) and not meeting.is_prepared,
            **(conversation(request, meeting) if inside else {}),
            **(words_asked(request, meeting) if inside else {}),
            "timings": _timings(meeting, inside),
            "may_report_days": inside and meeting.is_over and can_propose(request.user, meeting),
            "may_release": inside and can_release_number(request.user, meeting),
            **(_deeds(meeting, request.user) if inside else {}),
            "links": work.links_for(meeting, request.user),
            "facts": work.facts_for(meeting, request.user),
        },
    )


def _joining(meeting: Meeting, days: list) -> dict:
    """The sittings that can be joined by video now, and whether others can be later."""
    if meeting.is_over or meeting.is_off:
        return {}
    now = timezone.now()
    linked = [line.sitting for _day, lines in days for line in lines if line.sitting.join_link]
    ahead = [one for one in linked if not one.is_cancelled and _end(one) > now]
    joinable = {one.pk for one in ahead if one.starts_at - JOINED_BEFORE <= now}
    return {"joinable": joinable, "joined_later": len(joinable) < len(ahead)}


def _end(sitting: Sitting) -> datetime:
    """When nobody joins any more; of one whose length nobody knows, a day after it begins."""
    return sitting.ends_at if sitting.minutes else sitting.starts_at + timedelta(days=1)


def _deeds(meeting: Meeting, user) -> dict:
    """What can be done now; and, folded away, what is rare or cannot be done for a while."""
    offers = MEETING.offers(meeting, user)
    rare = [one for one in offers if one.transition.asks_reason]
    if not meeting.is_prepared:
        rare += [one for one in offers if one.blockers and one not in rare]
    return {"offers": [one for one in offers if one not in rare], "rare": rare}


def _stray(meeting: Meeting, main: Sitting | None) -> Sitting | None:
    """The plenary session that was left behind when the days of its meeting moved."""
    if main is None or not meeting.is_exact or meeting.is_over or meeting.is_off:
        return None
    return None if meeting.starts_on <= main.day_in(meeting.zone) <= meeting.ends_on else main


def _days_lead(meeting: Meeting, main: Sitting | None, first: Place) -> bool:
    """Whether its days are told apart from the clocks of the plenary, which name another day."""
    if main is None or not meeting.is_one_day:
        return True
    return main.day_in(first.zone) != meeting.starts_on


def _leading(meeting: Meeting, user) -> dict:
    """Who presides for each side and who else of it took part, then those of no side."""
    chairs, others = defaultdict(list), defaultdict(list)
    for chair in meeting.chairs():
        chairs[chair.party_id].append(chair)
    presiding = {chair.person_id for held in chairs.values() for chair in held}
    for one in meeting.participations.select_related("person").exclude(person__in=presiding):
        others[one.party_id].append(one)
    sides = meeting.sides(user)
    vacant = meeting.vacant(sides, set(chairs))
    leading = [
        {
            "party": party,
            "chairs": chairs[party.pk],
            "others": others.pop(party.pk, []),
            "is_vacant": party in vacant,
        }
        for party in sides
    ]
    return {
        "leading": leading,
        "of_no_side": [one for rest in others.values() for one in rest],
        "one_chair": any(not side["chairs"] and not side["is_vacant"] for side in leading),
    }


def _clocks(meeting: Meeting, user) -> dict[str, list]:
    """The clocks of its sides, and how far they were from UTC where its days are known."""
    places = meeting.places(user)
    offsets = offsets_on(meeting.starts_on, places) if meeting.is_exact else []
    return {"places": places, "offsets": offsets}


def _timings(meeting: Meeting, inside: bool) -> dict[str, list]:
    """What was planned, announced and held, and each side's own report, where it says more.

    What was only planned is the affair of those in office.
    """
    found = list(meeting.timings.select_related("party"))
    common = [one for one in found if one.party is None and (inside or one.kind != "planned")]
    reported = [one for one in found if one.party]
    if len(common) + len(reported) < 2 and not any(one.reason for one in common):
        return {"common": [], "reported": []}
    days: dict[int, set] = defaultdict(set)  # a side can report several parts
    for one in reported:
        days[one.party_id].add((one.starts_on, one.ends_on))
    differ = len({frozenset(of_side) for of_side in days.values()}) > 1
    return {"common": common, "reported": reported, "differ": differ}


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
    form, extra, rows, days = _schedule_forms(request, body)
    valid = [one.is_valid() for one in (form, extra, rows)]  # each says what is wrong with it
    if request.method == "POST" and all(valid):
        try:
            meeting = operations.schedule_meeting(
                form.save(commit=False),
                sittings=rows.sittings,
                by=request.user,
                **extra.cleaned_data,
            )
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _said(meeting))
            if days.have_moved:
                messages.info(request, _("The proposed sittings were moved along to the new days."))
            return redirect(meeting)
    context = {
        "body": body,
        "form": form,
        "extra": extra,
        "rows": rows,
        "day_form": DayForm({"day": days.now}),
        "proposed_for": ProposedForForm({"proposed_for": days.now})["proposed_for"],
        "own_side": _own_side(request, body),
        "places": [party.place for party in body.sides(request.user)],
    }
    return render(request, "meetings/meeting_schedule.html", context)


def _said(meeting: Meeting) -> str:
    if meeting.is_idea and meeting.side:
        return _("Kept as an idea. Only your own side sees it until you propose it.")
    if meeting.is_idea:
        return _("Kept as an idea. Those in office on all sides see it; nobody is asked or told.")
    return _("Proposed. The sides’ keys to the dates have been asked for.")


def _schedule_forms(request: HttpRequest, body: Body):
    """The meeting's form, what goes with it, and the programme's rows, proposed or as posted."""
    parties = body.sides(request.user)
    areas = body.areas.all()
    earliest = programme.first_working_day(parties, timezone.localdate() + USUAL_NOTICE)
    day = DayForm(request.GET or None).chosen(otherwise=earliest)
    day = ProposedForForm(request.POST or None).chosen(otherwise=day)
    zone = parties[0].zone
    meeting = _begun(request, body)
    whose = turn(body, meeting.series, day)
    form = MeetingForm(
        request.POST or None,
        instance=meeting,
        parties=parties,
        turn=whose,
        initial={
            "starts_on": day,
            "ends_on": day,
            "zone": zone,
            "mode": "in_person" if whose.place else "virtual",
            "place": whose.place,
            "host": whose.party,
        },
    )
    extra = RemarkForm(request.POST or None, body=body, user=request.user)
    zone = _known_zone(form, zone)
    days = _Days(day, _followed(form, parties, day))
    slots, data = programme.propose(parties, days.now, areas), request.POST
    if days.have_moved:
        data = _moved_along(data, programme.propose(parties, day, areas), slots)
    rows = ProgrammeRows(
        data or None,
        prefix="sittings",
        initial=[_row(slot) for slot in slots],
        form_kwargs={
            "meeting": meeting if form.is_bound and not form.errors else None,
            "zone": zone,
            "mode": form["mode"].value() or "virtual",
            "areas": areas,
            "parties": parties,
        },
    )
    return form, extra, rows, days


@dataclass(frozen=True)
class _Days:
    """For which day a programme was proposed, and for which it is now."""

    proposed: date
    now: date

    @property
    def have_moved(self) -> bool:
        return self.proposed != self.now


def _followed(form: MeetingForm, parties: Sequence[Party], day: date) -> date:
    """The day that a proposed programme follows: the first one typed, where its own lies outside.

    Of a month or a window it is the first day on which every side works.
    """
    if not form.is_bound or {"starts_on", "ends_on", "precision"} & set(form.errors):
        return day
    first, last = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
    if first <= day <= last:
        return day
    exact = form.cleaned_data["precision"] == Meeting.Precision.DAY
    return first if exact else programme.first_working_day(parties, first)


def _moved_along(
    posted: QueryDict, before: Sequence[programme.Slot], now: Sequence[programme.Slot]
) -> QueryDict:
    """What was posted, with the rows whose days nobody typed on the days proposed now."""
    data = posted.copy()
    for index, (old, new) in enumerate(zip(before, now, strict=True)):
        name = f"sittings-{index}-day"
        if data.get(name) == old.day.isoformat():
            data[name] = new.day.isoformat()
    return data


def _begun(request: HttpRequest, body: Body) -> Meeting:
    """The meeting as it is to be: an idea or a national part's own belong to one side."""
    series = request.POST.get("series") or Meeting.Series.ORDINARY
    idea = "idea" in request.POST
    side = _own_side(request, body)
    return Meeting(
        body=body,
        number=operations.next_number(body),
        status=Meeting.Status.IDEA if idea else Meeting.Status.PROPOSED,
        side=side if idea or series == Meeting.Series.NATIONAL else None,
    )


def _own_side(request: HttpRequest, body: Body) -> Party | None:
    """The side for which the reader schedules; none for the neutral secretariat."""
    own = standing(request.user).parties(body, "secretary")
    return next((party for party in body.sides(request.user) if party.pk in own), None)


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
    """Change number, title and description, as far as all sides agree; of an idea everything."""
    meeting = _visible(request, pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    form = MeetingChangeForm(request.POST or None, instance=meeting, **_given(request, meeting))
    found: list = []
    if request.method == "POST" and form.is_valid():
        try:
            changed = operations.change_meeting(
                meeting, changes=form.changes, by=request.user, **form.read
            )
        except Refused as error:
            stored = _visible(request, pk)
            form, found = form.compared_with(stored, **_given(request, stored))
            form.add_error(None, error.sentences)
        else:
            asked_anew = changed.revision > meeting.revision
            messages.success(request, _changed(_visible(request, pk), asked_anew))
            return redirect(meeting)
    stored = _visible(request, pk)
    context = {
        "meeting": stored,
        "form": form,
        "differences": found,
        "wording": asked_wording(stored),
    }
    return render(request, "meetings/meeting_change.html", context)


def _changed(meeting: Meeting, asked_anew: bool) -> str:
    """What follows from a change: nothing more, keys asked for anew, or a proposal."""
    missing = DATES.missing(meeting) if asked_anew else []
    if missing:
        names = ", ".join(party.label for party in missing)
        return _(
            "Saved. The keys given to dates and place were dropped, because the meeting is called "
            "otherwise now. Asked for their keys: %(sides)s."
        ) % {"sides": names}
    if meeting.is_to_be_reworded:
        return _(
            "Proposed to every side. The announced title and description stand until the last key."
        )
    return _("Saved.")


def _given(request: HttpRequest, meeting: Meeting) -> dict:
    return {
        "parties": meeting.meant_for(request.user),
        "turn": turn(meeting.body, meeting.series, meeting.starts_on, but=meeting.pk),
        "asked": asked_wording(meeting),
    }


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Announce, begin, postpone …: one row of the table of transitions."""
    return do_transition(request, MEETING, _visible(request, pk), name)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an idea away."""
    meeting = _visible(request, pk)
    if not can_run(request.user, meeting):
        raise PermissionDenied
    with refusals_shown(request):
        operations.drop_idea(meeting, by=request.user)
        messages.success(request, _("The idea is gone."))
        return redirect(meeting.body)
    return redirect(meeting)


@require_POST
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the number of a cancelled meeting free: by every side's key, or by the neutral."""
    meeting = _visible(request, pk)
    with refusals_shown(request):
        if "release" in request.POST:
            operations.release_number(meeting, by=request.user)
        else:
            _turn_release_key(request, meeting)
        messages.success(request, _("Saved."))
    return redirect(meeting)


def _turn_release_key(request: HttpRequest, meeting: Meeting) -> None:
    form = KeyForm(request.POST, parties=meeting.sides())
    if not form.is_valid():
        raise Http404
    party, revision = form.cleaned_data["party"], form.cleaned_data["revision"]
    if form.cleaned_data["action"] == "withdraw":
        operations.keep_number(meeting, party=party, by=request.user)
    else:
        operations.agree_to_release(meeting, party=party, revision=revision, by=request.user)


def bodies(request: HttpRequest, pk: int) -> HttpResponse:
    """The further bodies that a joint meeting serves, each with its own number."""
    meeting = _visible(request, pk)
    if not can_edit(request.user, meeting):
        raise PermissionDenied
    others = Body.objects.visible_to(request.user).run_by(request.user)
    others = others.exclude(pk__in=[body.pk for body in meeting.bodies])
    adding = "body" in request.POST
    form = ServeForm(request.POST if adding else None, bodies=others)
    if request.method == "POST" and (not adding or form.is_valid()):
        try:
            _serve(request, meeting, form if adding else None)
        except Refused as error:
            form.add_error(None, error.sentences) if adding else _say(request, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("meeting-bodies", pk=meeting.pk)
    context = {"meeting": meeting, "form": form, "may_add": others.exists()}
    return render(request, "meetings/meeting_bodies.html", context)


def _serve(request: HttpRequest, meeting: Meeting, form: ServeForm | None) -> None:
    if form:
        operations.serve_body(meeting, by=request.user, **form.cleaned_data)
        return
    for other in meeting.others:
        if str(other.pk) == request.POST.get("remove"):
            operations.serve_body_no_longer(meeting, body=other.body, by=request.user)


def _say(request: HttpRequest, error: Refused) -> None:
    for sentence in error.sentences:
        messages.error(request, sentence)


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
    entries = Entry.objects.about(meeting).visible_to(
        request.user, own=sides_at(request.user, meeting)
    )
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "entries": Paginator(entries, 50).get_page(request.GET.get("page")),
    }
    return render(request, "meetings/meeting_history.html", context)
