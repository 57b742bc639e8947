from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.dossier.exporting import Reader, export, written
from meetings.dossier.importing import bring_in_kept, keep, look_again
from meetings.dossier.kind import KINDS
from meetings.dossier.row import CHANGED, NEW, SAME, STATES, WRONG, Row, counted
from meetings.forms.dossier import DossierForm
from meetings.models import Body, DossierUpload
from meetings.permissions import can_bring_in, can_export
from portal.refusal import NotYours, Refused

ROWS_A_PAGE = 100


def dossier(request: HttpRequest) -> HttpResponse:
    """The first step: choose the file."""
    if not can_bring_in(request.user):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = DossierForm(request.POST, request.FILES) if is_sent else DossierForm()
    problems: list[str] = []
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = keep(file.read(), name=file.name, by=request.user)
        except Refused as error:
            problems = error.sentences
        else:
            return redirect("dossier-preview", pk=upload.pk)
    context = {
        "form": form,
        "problems": problems,
        "kept": DossierUpload.objects.visible_to(request.user).defer("content", "rows"),
    }
    return render(request, "meetings/dossier.html", context)


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the dossier would do, row by row, the wrong ones first."""
    upload = _kept(request, pk)
    if upload is None:
        return _forgotten(request)
    rows = [Row.from_store(row) for row in upload.rows]
    counts = counted(rows)
    chosen = {name: request.GET.get(name, "") for name in ("state", "kind", "body")}
    context = {
        "upload": upload,
        "counts": [(state, STATES[state], number) for state, number in counts.items() if number],
        "wrong": counts[WRONG],
        "nothing_to_do": not counts[NEW] + counts[CHANGED] + counts[WRONG],
        "page": Paginator(_filtered(rows, chosen), ROWS_A_PAGE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "kinds": [(name, KINDS[name].label) for name in KINDS if any(r.kind == name for r in rows)],
        "bodies": sorted({row.body for row in rows} - {""}),
        "total": len(rows),
    }
    return render(request, "meetings/dossier_preview.html", context)


def _filtered(rows: list[Row], chosen: dict[str, str]) -> list[Row]:
    """The chosen rows; what needs eyes first, the same last, otherwise as in the file."""
    found = [
        row
        for row in rows
        if all(getattr(row, name) == value for name, value in chosen.items() if value)
    ]
    order = [WRONG, CHANGED, "kept", NEW, SAME]
    return sorted(found, key=lambda row: order.index(row.state))


@require_POST
def bring_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The second step: all of it, or nothing."""
    upload = _kept(request, pk)
    if upload is None:
        return _forgotten(request)
    try:
        outcome = bring_in_kept(upload, by=request.user)
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        for sentence in error.sentences[:5]:
            messages.error(request, sentence)
        look_again(upload)
        return redirect("dossier-preview", pk=pk)
    messages.success(
        request,
        _("The dossier is in: %(new)d new rows, %(changed)d changed ones.")
        % {"new": outcome.counts[NEW], "changed": outcome.counts[CHANGED]},
    )
    return redirect(_where_it_is(request, outcome.rows))


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file from the server without bringing it in."""
    DossierUpload.objects.visible_to(request.user).filter(pk=pk).delete()
    return redirect("dossier")


def export_body(request: HttpRequest, pk: int) -> HttpResponse:
    """A body with everything beneath it, as far as the reader's side sees it, as a file."""
    body = get_object_or_404(Body.objects.visible_to(request.user), pk=pk)
    if not can_export(request.user, body):
        raise PermissionDenied
    reader = Reader() if request.user.is_superuser else Reader(user=request.user)
    answer = HttpResponse(written(export(body, reader)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{body.code}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _kept(request: HttpRequest, pk: int) -> DossierUpload | None:
    if not can_bring_in(request.user):
        raise PermissionDenied
    return DossierUpload.objects.visible_to(request.user).filter(pk=pk).first()


def _forgotten(request: HttpRequest) -> HttpResponse:
    messages.info(
        request,
        _("This file is no longer here: it was brought in, or a day has passed. Choose it again."),
    )
    return redirect("dossier")


def _where_it_is(request: HttpRequest, rows: list[Row]):
    """The first body of the dossier, or the list of all."""
    codes = [row.body for row in rows if row.kind == "body"]
    body = Body.objects.visible_to(request.user).filter(code__in=codes[:1]).first()
    return body or "bodies"
