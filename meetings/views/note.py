from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from meetings import operations
from meetings.forms.note import NoteForm
from meetings.models import Body, NoteVerbale, standing
from meetings.permissions import can_correct_note, can_record_note, can_see_history
from meetings.views.tabs import body_tabs
from portal.models import Entry
from portal.refusal import Refused

NOTES_A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A note as the reader's side has it: sent or received."""

    note: NoteVerbale
    direction: str
    answers: NoteVerbale | None  # what it replies to, where the reader knows that note
    may_correct: bool
    replies: list[NoteVerbale]


def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """The register of notes verbales of a body, newest first, as far as the reader knows them."""
    body = _body(request, pk)
    found = _known(request, body)
    page = Paginator(found, NOTES_A_PAGE).get_page(request.GET.get("page"))
    replies = _replies(found, page)
    answered = found.in_bulk([note.in_reply_to_id for note in page if note.in_reply_to_id])
    own = standing(request.user).party_ids
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "page": page,
        "lines": [
            Line(
                note,
                direction(note, own),
                answered.get(note.in_reply_to_id),
                can_correct_note(request.user, note),
                replies.get(note.pk, []),
            )
            for note in page
        ],
        "may_record": can_record_note(request.user, body),
    }
    return render(request, "meetings/notes.html", context)


def _body(request: HttpRequest, pk: int) -> Body:
    found = Body.objects.visible_to(request.user).prefetch_related("seats__party")
    body = get_object_or_404(found, pk=pk)
    if not can_see_history(request.user, body):
        raise PermissionDenied
    return body


def _known(request: HttpRequest, body: Body):
    return (
        NoteVerbale.objects.visible_to(request.user)
        .filter(body=body)
        .select_related("body", "sender", "addressee", "meeting__body")
    )


def _replies(found, page) -> dict[int, list[NoteVerbale]]:
    """The known answers to the notes of a page, in one query."""
    answers: dict[int, list[NoteVerbale]] = {}
    for note in found.filter(in_reply_to__in=[one.pk for one in page]).order_by("dated", "pk"):
        answers.setdefault(note.in_reply_to_id, []).append(note)
    return answers


def direction(note: NoteVerbale, own: set[int]) -> str:
    """Where a note went, in the words of the reader's side."""
    names = {
        "sender": note.sender.label,
        "addressee": note.addressee.label if note.addressee else _("all other sides"),
    }
    if note.sender_id in own:
        return _("Sent to %(addressee)s") % names
    if own and (note.addressee_id is None or note.addressee_id in own):
        return _("Received from %(sender)s") % names
    return _("%(sender)s to %(addressee)s") % names


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a note that the own side sent or received."""
    body = _body(request, pk)
    if not can_record_note(request.user, body):
        raise PermissionDenied
    form = NoteForm(
        request.POST or None, instance=NoteVerbale(body=body), body=body, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.record_note(form.save(commit=False), by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Entered in the register."))
            return redirect("notes", pk=body.pk)
    return render(request, "meetings/note_new.html", {"body": body, "form": form})


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a note in the register; its history shows what stood there before."""
    note = get_object_or_404(
        NoteVerbale.objects.visible_to(request.user).select_related("body"), pk=pk
    )
    if not can_correct_note(request.user, note):
        raise PermissionDenied
    form = NoteForm(request.POST or None, instance=note, body=note.body, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            operations.correct_note(note, changes=form.changes, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("Saved."))
            return redirect("notes", pk=note.body_id)
    context = {
        "note": NoteVerbale.objects.visible_to(request.user).get(pk=note.pk),
        "body": note.body,
        "form": form,
        "entries": Entry.objects.about(note).visible_to(request.user),
    }
    return render(request, "meetings/note_change.html", context)
