"""One side's delegation: its people, their order, its letters, its gate."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.forms.delegation import (
    DelegationForm,
    NominationForm,
    TermsForm,
    only_attendance,
    written_of,
)
from delegations.models import Delegate, Delegation, Desk
from delegations.operations import Nomination
from delegations.permissions import can_nominate, can_run_desk
from delegations.transitions import DELEGATION
from meetings.models import Meeting, Paper
from meetings.permissions import sides_at
from portal.models import Entry, Party
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown

MOST_FOUND = 30  # past participants shown at once


def _visible(request: HttpRequest, pk: int) -> Delegation:
    return get_object_or_404(Delegation.objects.visible_to(request.user).for_list(), pk=pk)


def _own(request: HttpRequest, pk: int) -> Delegation:
    delegation = _visible(request, pk)
    if not can_nominate(request.user, delegation):
        raise PermissionDenied
    return delegation


def _named(request: HttpRequest, pk: int) -> Delegate:
    """A person in a delegation that the reader puts together."""
    found = Delegate.objects.visible_to(request.user).of_delegation().live()
    delegate = get_object_or_404(found.select_related("delegation"), pk=pk)
    delegate.delegation = _own(request, delegate.delegation_id)
    return delegate


# --- all sides ------------------------------------------------------------------------


@dataclass(frozen=True)
class SideRow:
    """What a reader may know of one side's delegation; without one it is not told yet."""

    party: Party
    delegation: Delegation | None
    capacities: list[tuple[str, int]]
    may_name: bool

    @property
    def number(self) -> int:
        return sum(number for _words, number in self.capacities)


def side_rows(request: HttpRequest, meeting: Meeting) -> list[SideRow]:
    """The delegations of all sides, side by side."""
    visible = Delegation.objects.visible_to(request.user).for_list().filter(meeting=meeting)
    found = {one.party_id: one for one in visible}
    numbers = _numbers(request, meeting)
    rows = []
    for party in meeting.sides(request.user):
        one = found.get(party.pk)
        if one:
            one.meeting = meeting  # with its bodies at hand
        may_name = one is not None and can_nominate(request.user, one)
        rows.append(SideRow(party, one, numbers.get(party.pk, []), may_name))
    return rows


def _numbers(request: HttpRequest, meeting: Meeting) -> dict[int, list[tuple[str, int]]]:
    """By side how many come in which capacity, of those the reader may see."""
    people = Delegate.objects.visible_to(request.user).of_delegation().live()
    rows = (
        people.filter(meeting=meeting)
        .order_by()
        .values_list("delegation__party", "capacity")
        .annotate(number=Count("pk", distinct=True))
    )
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for party, capacity, number in rows:
        counted[party][capacity] = number
    return {
        party: [(words, row[value]) for value, words in Delegate.Capacity.choices if value in row]
        for party, row in counted.items()
    }


# --- one delegation -------------------------------------------------------------------


@never_cache
def delegation(request: HttpRequest, pk: int) -> HttpResponse:
    """One side's people in their order, what can be done, and what was done."""
    delegation = _visible(request, pk)
    user, meeting = request.user, delegation.meeting
    own = sides_at(user, meeting, "chair", "secretary", "focal_point")
    is_own = delegation.party_id in own
    may_name = can_nominate(user, delegation)
    people = list(_people(request, delegation))
    context = {
        "delegation": delegation,
        "meeting": meeting,
        "is_own": is_own,
        "may_name": may_name,
        "people": [(one, one.is_late(delegation.names_due)) for one in people],
        "has_head": any(one.capacity == Delegate.Capacity.HEAD for one in people),
        "gone": list(_gone(request, delegation)) if is_own else [],
        "letters": Paper.objects.visible_to(user).filter(delegations=delegation),
        "due": delegation.next_due,
        "is_late": delegation.is_late(delegation.next_due, timezone.now()),
        "arranging": may_name and "arrange" in request.GET,
        "moved": request.GET.get("moved", ""),
        "capacities": Delegate.Capacity.choices,
        "offers": DELEGATION.offers(delegation, user),
        "entries": Entry.objects.about(delegation).visible_to(user, own)[:50],
    }
    return render(request, "delegations/delegation.html", context)


def _people(request: HttpRequest, delegation: Delegation) -> QuerySet[Delegate]:
    letters = Prefetch("letters", Paper.objects.visible_to(request.user), to_attr="letters_seen")
    found = Delegate.objects.visible_to(request.user).of_delegation().live()
    found = found.filter(delegation=delegation).arranged()
    return found.select_related("delegation__party", "replaces").prefetch_related(letters)


def _gone(request: HttpRequest, delegation: Delegation) -> QuerySet[Delegate]:
    """Who was taken off or does not come after all, with who came in their place."""
    found = Delegate.objects.visible_to(request.user).of_delegation().filter(delegation=delegation)
    return found.exclude(status__in=Delegate.LIVE).select_related(
        "delegation__party", "replaced_by"
    )


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, confirm, send nobody, or take that back: one row of the table of transitions."""
    return do_transition(request, DELEGATION, _visible(request, pk), name)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Refer to letters, and write a note to the other sides."""
    delegation = _own(request, pk)
    initial = {"note": delegation.note, "letters": delegation.letters.all()}
    papers = _papers(request, delegation)
    form = DelegationForm(request.POST or None, initial=initial, letters=papers)
    if request.method == "POST" and form.is_valid():
        note, letters = form.cleaned_data["note"], form.chosen
        try:
            operations.change_delegation(delegation, note=note, letters=letters, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect(delegation)
    context = {"delegation": delegation, "meeting": delegation.meeting, "form": form}
    return render(request, "delegations/delegation_change.html", context)


def _papers(request: HttpRequest, delegation: Delegation) -> QuerySet[Paper]:
    """The side's own papers of this meeting."""
    visible = Paper.objects.visible_to(request.user)
    return visible.filter(meeting=delegation.meeting_id, party=delegation.party_id)


@require_POST
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the order and the capacities; a button for one step saves all the rest, too."""
    delegation = _own(request, pk)
    keys = [key for key in request.POST.getlist("delegate") if key.isdecimal() and len(key) < 19]
    step, _colon, moved = request.POST.get("move", "").partition(":")
    lines = [(int(key), _capacity(request, key)) for key in _stepped(keys, moved, step)]
    with refusals_shown(request):
        operations.arrange(delegation, lines, by=request.user)
        if not step:
            messages.success(request, _("The order and the capacities are saved."))
            return redirect(delegation)
    return redirect(f"{delegation.get_absolute_url()}?arrange=1&moved={step}-{moved}#people")


def _stepped(keys: list[str], moved: str, step: str) -> list[str]:
    """The order after one person went one place up or down."""
    if moved not in keys or step not in {"up", "down"}:
        return keys
    others = [key for key in keys if key != moved]
    place = keys.index(moved) + (1 if step == "down" else -1)
    return [*others[: max(0, place)], moved, *others[max(0, place) :]]


def _capacity(request: HttpRequest, key: str) -> str:
    """What was chosen for a person, where it is another than the page began with."""
    chosen = request.POST.get(f"capacity-{key}", "")
    known = chosen in Delegate.Capacity.values
    return chosen if known and chosen != request.POST.get(f"was-{key}", "") else ""


# --- one person -----------------------------------------------------------------------


def nominate(request: HttpRequest, pk: int) -> HttpResponse:
    """Name one person by form."""
    delegation = _own(request, pk)
    party = delegation.party
    initial = {"capacity": "delegate", "rank": 90, "language": party.language, "zone": party.zone}
    initial["attendance"] = only_attendance(delegation.meeting)

    def name(nomination: Nomination) -> str:
        operations.nominate(delegation, [nomination], by=request.user)
        return _("%(name)s is named.") % {"name": nomination.full_name}

    page = ("delegations/delegation_name.html", {"delegation": delegation})
    return _person_page(request, delegation, initial, name, page)


def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody in another's place, who hands over capacity, rank and sittings."""
    former = _named(request, pk)
    kept = ("capacity", "rank", "attendance", "sittings", "organisation", "sector", "language")
    written = written_of(former)
    initial = {name: written[name] for name in (*kept, "zone")}

    def put(nomination: Nomination) -> str:
        operations.replace(former, nomination, by=request.user)
        return _("%(name)s is named in place of %(former)s.") % {
            "name": nomination.full_name,
            "former": former.full_name,
        }

    page = ("delegations/delegation_replace.html", {"former": former})
    return _person_page(request, former.delegation, initial, put, page)


def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Write something else of a person who is named."""
    delegate = _named(request, pk)

    def write(nomination: Nomination) -> str:
        operations.change_nomination(delegate, nomination, by=request.user)
        return _("Saved.")

    page = ("delegations/delegation_person.html", {"delegate": delegate})
    return _person_page(request, delegate.delegation, written_of(delegate), write, page)


def _person_page(
    request: HttpRequest,
    delegation: Delegation,
    initial: dict[str, Any],
    store: Callable[[Nomination], str],
    page: tuple[str, dict[str, Any]],
) -> HttpResponse:
    """A form for one person; what is refused keeps all that was typed."""
    meeting, papers = delegation.meeting, _papers(request, delegation)
    form = NominationForm(request.POST or None, initial=initial, meeting=meeting, letters=papers)
    if request.method == "POST" and form.is_valid():
        try:
            done = store(form.nomination)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, done)
            again = "again" in request.POST
            return redirect("delegation-name", delegation.pk) if again else redirect(delegation)
    template, context = page
    context = {**context, "delegation": delegation, "meeting": meeting, "form": form}
    return render(request, template, context)


# --- past participants ----------------------------------------------------------------


def past(request: HttpRequest, pk: int) -> HttpResponse:
    """Name people who came for this side before: found as one types, several at once."""
    delegation = _own(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    marked = {int(key) for key in asked.getlist("person") if key.isdecimal() and len(key) < 19}
    chosen = _latest(_past(request, delegation).filter(person__in=marked))
    names = request.method == "POST" and "search" not in request.POST
    if names and _name_past(request, delegation, chosen):
        return redirect(delegation)
    q = asked.get("q", "")[:100]
    others = _past(request, delegation).matching(q).exclude(person__in=marked)
    context = {
        "delegation": delegation,
        "meeting": delegation.meeting,
        "q": q,
        "chosen": chosen,
        "found": _latest(others),
        "most": MOST_FOUND,
    }
    return render(request, "delegations/delegation_past.html", context)


def _past(request: HttpRequest, delegation: Delegation) -> QuerySet[Delegate]:
    """Registrations of people who came for the side to other meetings and are not here yet."""
    here = delegation.delegates.live().values("person")
    found = Delegate.objects.visible_to(request.user)
    found = found.filter(delegation__party=delegation.party_id, status=Delegate.Status.APPROVED)
    return found.exclude(meeting=delegation.meeting_id).exclude(person__in=here)


def _latest(registrations: QuerySet[Delegate]) -> list[Delegate]:
    """The latest registration of each person, by name."""
    rows = registrations.order_by("person_id", "-registered_at").distinct("person_id")
    rows = rows.select_related("person", "delegation__meeting__body")[:MOST_FOUND]
    return sorted(rows, key=lambda one: one.full_name)


def _name_past(request: HttpRequest, delegation: Delegation, chosen: list[Delegate]) -> bool:
    if not chosen:
        messages.warning(request, _("Nobody was named. Mark at least one person."))
        return False
    people = [_as_before(one, delegation.meeting) for one in chosen]
    with refusals_shown(request):
        number = len(operations.nominate(delegation, people, by=request.user))
        text = ngettext("%(number)s person is named.", "%(number)s people are named.", number)
        messages.success(request, text % {"number": number})
        return True
    return False


def _as_before(delegate: Delegate, meeting: Meeting) -> Nomination:
    """A person as written the last time; who led then does not thereby lead now."""
    kept = ("full_name", "latin_name", "honorific", "function", "organisation", "sector", "email")
    written = {name: getattr(delegate, name) for name in (*kept, "relationship", "rank")}
    leads = delegate.capacity in {"head", "deputy", "participant"}
    return Nomination(
        **written,
        capacity="delegate" if leads else delegate.capacity,
        attendance=only_attendance(meeting),
        language=delegate.language,
        zone=delegate.zone,
        person=delegate.person,
    )


# --- the days, for all sides ----------------------------------------------------------


def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Set by when all sides name and confirm their people, and how strictly."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    desk = get_object_or_404(Desk.objects.visible_to(request.user), meeting=meeting)
    desk.meeting = meeting
    if not can_run_desk(request.user, desk):
        raise PermissionDenied
    form = TermsForm(request.POST or None, instance=desk)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_terms(desk, form.cleaned_data, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved. The focal points of all sides are told."))
            return redirect(reverse("delegations", args=[meeting.pk]))
    context = {"meeting": meeting, "form": form}
    return render(request, "delegations/delegation_terms.html", context)
