"""The two steps of a table of nominations: look what it would do, then bring it in."""

from io import BytesIO

import xlsxwriter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.column import COLUMNS
from delegations.forms.intake import ColumnsForm, MendingForm, ReadingForm, TableForm
from delegations.models import Delegation, Intake
from delegations.operations.intake import ANOTHER, BAD, CHANGED, KNOWN, NEW, SKIP, STATES, Outcome
from delegations.permissions import can_nominate
from delegations.table import DELIMITERS, ENCODINGS, KINDS
from delegations.transitions import out_of_time, too_late
from portal.refusal import NotYours, Refused

ROWS_A_PAGE = 50
FIRST = (BAD, CHANGED, NEW, KNOWN)  # what needs eyes stands first


def _own(request: HttpRequest, pk: int) -> Delegation:
    """A delegation whose people the reader names; another side's exists for nobody here."""
    found = Delegation.objects.visible_to(request.user).select_related("meeting__body", "party")
    delegation = get_object_or_404(found, pk=pk)
    if not can_nominate(request.user, delegation):
        raise PermissionDenied
    return delegation


# --- the first step -------------------------------------------------------------------


@never_cache
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the file."""
    delegation = _own(request, pk)
    is_sent = request.method == "POST"
    form = TableForm(request.POST, request.FILES) if is_sent else TableForm()
    problems: list[str] = []
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = operations.keep_table(delegation, file.read(), name=file.name, by=request.user)
        except Refused as error:
            problems = error.sentences
        else:
            return redirect("intake-preview", kept.pk)
    context = {
        "delegation": delegation,
        "meeting": delegation.meeting,
        "form": form,
        "problems": problems,
        "hindrances": _hindrances(delegation),
        "kept": _kept(request).filter(meeting=delegation.meeting, party=delegation.party),
    }
    return render(request, "delegations/intake.html", context)


def _kept(request: HttpRequest):
    kept = Intake.objects.visible_to(request.user).filter(kind=Intake.Kind.NOMINATIONS)
    return kept.defer("content")


def _hindrances(delegation: Delegation) -> list[str]:
    return [*out_of_time(delegation), *too_late(delegation, delegation.names_due)]


def template(request: HttpRequest, pk: int) -> HttpResponse:
    """An empty table with our columns, and what may stand in them, in the reader's language."""
    _own(request, pk)
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True, "bottom": 1})
    names, values = book.add_worksheet(_("Names")), book.add_worksheet(_("Allowed values"))
    names.freeze_panes(1, 1)
    names.set_column(0, len(COLUMNS) - 1, 24)
    values.set_column(0, len(COLUMNS) - 1, 34)
    for place, column in enumerate(COLUMNS.values()):
        names.write_string(0, place, str(column.label), bold)
    chosen = [(place, one) for place, one in enumerate(COLUMNS.values()) if one.choices]
    for number, (place, column) in enumerate(chosen):
        labels = [str(label) for _value, label in column.choices()]
        values.write_string(0, number, str(column.label), bold)
        values.write_column(1, number, labels)
        area = xlsxwriter.utility.xl_range_abs(1, number, len(labels), number)
        source = f"='{values.get_name()}'!{area}"
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        names.data_validation(1, place, 5000, place, rule)
    book.close()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(content.getvalue(), content_type=kind)
    answer["Content-Disposition"] = 'attachment; filename="delegation.xlsx"'
    return answer


# --- between the steps ----------------------------------------------------------------


@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the table would do, row by row and cell by cell."""
    found = _found(request, pk)
    if found is None:
        return _forgotten(request)
    return _preview(request, *found)


def _found(request: HttpRequest, pk: int) -> tuple[Intake, Delegation] | None:
    """The reader's own table with the delegation it is for; None once it is forgotten."""
    kept = _kept(request).filter(pk=pk).first()
    if kept is None:
        return None
    mine = Delegation.objects.visible_to(request.user)
    both = mine.select_related("meeting__body", "party")
    delegation = both.filter(meeting=kept.meeting_id, party=kept.party_id).first()
    if delegation is None or not can_nominate(request.user, delegation):
        raise PermissionDenied
    return kept, delegation


def _forgotten(request: HttpRequest) -> HttpResponse:
    messages.info(
        request,
        _("This table is no longer here: it was brought in, or a day has passed. Choose it again."),
    )
    return redirect("work")


def _preview(
    request: HttpRequest, kept: Intake, delegation: Delegation, **forms: object
) -> HttpResponse:
    outcome = operations.outcome_of(kept, delegation)
    counts = outcome.counts
    state = request.GET.get("state", "")
    context = {
        "intake": kept,
        "delegation": delegation,
        "meeting": delegation.meeting,
        "outcome": outcome,
        "counts": [(one, STATES[one], number) for one, number in counts.items() if number],
        "wrong": counts[BAD],
        "total": len(outcome.rows),
        "state": state,
        "page": Paginator(_rows(outcome, state), ROWS_A_PAGE).get_page(request.GET.get("page")),
        "edited": request.GET.get("edit", ""),
        "ways": [("", _("Bring in")), (SKIP, _("Leave out")), (ANOTHER, _("Another person"))],
        "how": _how(kept),
        "reading": ReadingForm(intake=kept),
        "columns": ColumnsForm(intake=kept),
        "hindrances": _hindrances(delegation),
        **forms,
    }
    return render(request, "delegations/intake_preview.html", context)


def _rows(outcome: Outcome, state: str) -> list:
    if state in STATES:
        return [row for row in outcome.rows if row.state == state]
    return sorted(outcome.rows, key=lambda row: row.state != BAD)


def _how(kept: Intake) -> str:
    """How the file was read, in words."""
    how = kept.choices
    if how["sheets"]:
        return _("%(kind)s, sheet “%(sheet)s”") % {
            "kind": KINDS[how["kind"]],
            "sheet": how["sheet"],
        }
    return _("CSV in %(encoding)s, columns divided by %(delimiter)s") % {
        "encoding": ENCODINGS[how["encoding"]],
        "delimiter": DELIMITERS[how["delimiter"]],
    }


@require_POST
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the same file otherwise: another sheet, encoding, delimiter or row of headings."""
    found = _found(request, pk)
    if found is None:
        return _forgotten(request)
    form = ReadingForm(request.POST, intake=found[0])
    if form.is_valid():
        try:
            operations.read_anew(found[0], **form.wanted)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            return redirect("intake-preview", pk)
    return _preview(request, *found, reading=form)


@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stands in which column."""
    found = _found(request, pk)
    if found is None:
        return _forgotten(request)
    form = ColumnsForm(request.POST, intake=found[0])
    if form.is_valid():
        operations.match_columns(found[0], form.columns)
        return redirect("intake-preview", pk)
    return _preview(request, *found, columns=form)


@require_POST
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Write wrong cells anew and leave rows out, in the preview itself."""
    found = _found(request, pk)
    if found is None:
        return _forgotten(request)
    form = MendingForm(request.POST)
    operations.mend(found[0], cells=form.cells, ways=form.ways)
    return redirect("intake-preview", pk)


# --- the second step ------------------------------------------------------------------


@require_POST
def bring_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring it in: all of it, or nothing."""
    found = _found(request, pk)
    if found is None:
        return _forgotten(request)
    kept, delegation = found
    try:
        seen = request.POST.get("seen", "")
        counts = operations.bring_in(kept, delegation, seen=seen, by=request.user)
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        for sentence in error.sentences[:8]:
            messages.error(request, sentence)
        return redirect("intake-preview", pk)
    named = counts[NEW] + counts[KNOWN]
    words = ngettext(
        "The table is in: %(new)s person named, %(changed)s changed.",
        "The table is in: %(new)s people named, %(changed)s changed.",
        named,
    )
    messages.success(request, words % {"new": named, "changed": counts[CHANGED]})
    return redirect(delegation)


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the table from the server without bringing it in."""
    found = _found(request, pk)
    if found is None:
        return _forgotten(request)
    Intake.objects.visible_to(request.user).filter(pk=pk).delete()
    return redirect("intake", found[1].pk)
