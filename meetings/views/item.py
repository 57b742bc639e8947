from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import operations
from meetings.forms.item import ChangeForm, ItemForm, KeyForm, ReportForm, UndertakingForm
from meetings.models import ActionItem, Body, Meeting, Undertaking, standing
from meetings.permissions import (
    can_add_item,
    can_edit_item,
    can_report,
    can_see_inside,
)
from meetings.transitions import CLOSING, ITEM
from meetings.views import matrix
from meetings.views.tabs import meeting_tabs
from portal.models import Entry
from portal.refusal import Refused
from portal.views.deed import do_transition, refusals_shown


def items(request: HttpRequest) -> HttpResponse:
    """The action items of all meetings, as far as the reader may see them."""
    found = ActionItem.objects.visible_to(request.user)
    bodies = Body.objects.filter(pk__in=found.values("meeting__body"))
    chosen = next((body for body in bodies if str(body.pk) == request.GET.get("body")), None)
    if chosen:
        found = found.filter(meeting__body=chosen)
    context = {"bodies": bodies, "chosen": chosen, **matrix.follow_up(request, found)}
    return render(request, "meetings/items.html", context)


def of_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The follow-up of one meeting."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_inside(request.user, meeting):
        raise Http404
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "may_add": can_add_item(request.user, meeting),
        **matrix.follow_up(request, ActionItem.objects.filter(meeting=meeting)),
    }
    return render(request, "meetings/meeting_items.html", context)


def _visible(request: HttpRequest, pk: int) -> ActionItem:
    return get_object_or_404(ActionItem.objects.visible_to(request.user).for_list(), pk=pk)


def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: text, due date, both sides' reports, the keys to closing, history."""
    return _item_page(request, _visible(request, pk))


def _item_page(
    request: HttpRequest, item: ActionItem, bound: ReportForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    seals = CLOSING.seals(item, own=standing(request.user).party_ids)
    given = [seal.party for seal in seals if seal.state == "full"]
    context = {
        "item": item,
        "word": item.word(len(given), today),
        "is_late": item.is_overdue(today),
        "age": matrix.age(item, today, depth=2),
        "in_office": can_see_inside(request.user, item.meeting),
        "halves": _halves(request, item, bound),
        "bound": bound,
        "seals": seals,
        "given": given,
        "missing": [seal.party for seal in seals if seal.state != "full"],
        "keys": [(party, party in given) for party in _turnable(request, item)],
        "offers": ITEM.offers(item, request.user),
        "may_change": can_edit_item(request.user, item),
        "entries": Entry.objects.about(item).visible_to(request.user),
    }
    return render(request, "meetings/item.html", context)


def _turnable(request: HttpRequest, item: ActionItem) -> list:
    if item.status == ActionItem.Status.DONE:
        return []
    return CLOSING.parties_of(item, request.user)


def _halves(request: HttpRequest, item: ActionItem, bound: ReportForm | None) -> list[dict]:
    """Each side's part with its reports, latest first, and the own side's form."""
    return [
        {
            "party": half.party,
            "undertaking": half.undertaking,
            "reports": list(half.undertaking.reports.all()) if half.undertaking else [],
            "form": _report_form(request, item, half.undertaking, bound),
        }
        for half in matrix.halves(item, item.sides(request.user))
    ]


def _report_form(request, item, undertaking: Undertaking | None, bound) -> ReportForm | None:
    if undertaking is None or item.status == ActionItem.Status.DONE:
        return None
    if not can_report(request.user, undertaking):
        return None
    if bound and bound.undertaking == undertaking:
        return bound
    return ReportForm(undertaking=undertaking)


@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report on the own side's part."""
    item = _visible(request, pk)
    undertaking = _part(item, request.POST.get("party", ""))
    if not can_report(request.user, undertaking):
        raise PermissionDenied
    form = ReportForm(request.POST, undertaking=undertaking)
    if not form.is_valid():
        return _item_page(request, item, form)
    with refusals_shown(request):
        operations.report_status(
            undertaking,
            state=form.cleaned_data["state"],
            text=form.cleaned_data["text"],
            by=request.user,
        )
        messages.success(request, _("Reported for %(party)s.") % {"party": undertaking.party.label})
    return redirect(item)


def _part(item: ActionItem, party: str) -> Undertaking:
    """The part of a side, named by its number as it was posted."""
    for undertaking in item.undertakings.all():
        if str(undertaking.party_id) == party:
            return undertaking
    raise Http404


@require_POST
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the own side's key to closing, or take it back."""
    item = _visible(request, pk)
    form = KeyForm(request.POST, parties=item.sides())
    if not form.is_valid():
        raise Http404
    party = form.cleaned_data["party"]
    with refusals_shown(request):
        if form.cleaned_data["action"] == "give":
            operations.agree_done(
                item, party=party, revision=form.cleaned_data["revision"], by=request.user
            )
            messages.success(request, _("%(party)s has given its key.") % {"party": party.label})
        else:
            operations.take_back_key(item, party=party, by=request.user)
            messages.success(
                request, _("%(party)s has taken its key back.") % {"party": party.label}
            )
    return redirect(item)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Reopen: one row of the table of transitions."""
    return do_transition(request, ITEM, _visible(request, pk), name)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down an item that a meeting agreed, with its owner on each side."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_add_item(request.user, meeting):
        raise PermissionDenied
    fresh = ActionItem(meeting=meeting)
    form = ItemForm(request.POST or None, instance=fresh)
    sides = [
        UndertakingForm(
            request.POST or None,
            prefix=f"side-{party.pk}",
            party=party,
            body=meeting.body,
            user=request.user,
        )
        for party in fresh.sides(request.user)
    ]
    valid = [one.is_valid() for one in (form, *sides)]  # every form says what is wrong with it
    if request.method == "POST" and all(valid):
        item = operations.add_item(
            form.save(commit=False), undertakings=[one.save() for one in sides], by=request.user
        )
        messages.success(
            request, _("%(reference)s is written down.") % {"reference": item.reference}
        )
        return redirect(item)
    context = {"meeting": meeting, "form": form, "sides": sides}
    return render(request, "meetings/item_new.html", context)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an open item's text, area or due date; the keys given to it are dropped."""
    item = _visible(request, pk)
    if not can_edit_item(request.user, item):
        raise PermissionDenied
    form = ChangeForm(request.POST or None, instance=item)
    differences: list = []
    if request.method == "POST" and form.is_valid():
        try:
            operations.reword_item(
                item,
                changes=form.changes,
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except Refused as error:
            form, differences = form.compared_with(_visible(request, pk))
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect(item)
    stored = _visible(request, pk)
    context = {
        "item": stored,
        "form": form,
        "differences": differences,
        "given": [seal.party for seal in CLOSING.seals(stored) if seal.state == "full"],
        "is_done": stored.status == ActionItem.Status.DONE,
    }
    return render(request, "meetings/item_change.html", context)
