"""What the form of a registration asks: for those who run the desk, of any side or neutral."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from delegations import operations
from delegations.forms.questionnaire import ChoiceFormSet, FieldsForm, QuestionForm, languages_of
from delegations.forms.registration import RegistrationForm
from delegations.models import Delegate, Desk, Question, Questionnaire
from delegations.offer import asked_of, on_offer
from delegations.permissions import can_run_desk
from meetings.models import Meeting
from meetings.views.tabs import meeting_tabs
from portal.refusal import Refused
from portal.views.deed import refusals_shown


def _desk(request: HttpRequest, pk: int) -> Desk:
    """The desk of a meeting, for those who run it."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    desk = get_object_or_404(Desk.objects.visible_to(request.user), meeting=meeting)
    desk.meeting = meeting  # with its body and sides at hand
    if not can_run_desk(request.user, desk):
        raise PermissionDenied
    return desk


def _question(request: HttpRequest, pk: int) -> Question:
    known = Question.objects.visible_to(request.user)
    question = get_object_or_404(known.select_related("questionnaire__desk__meeting__body"), pk=pk)
    if not can_run_desk(request.user, question.questionnaire.desk):
        raise PermissionDenied
    return question


def _track(track: str) -> str:
    if track not in Delegate.Track.values:
        raise Http404
    return track


# --- the form as a whole --------------------------------------------------------------


def questionnaire(request: HttpRequest, pk: int, track: str) -> HttpResponse:
    """Which standard fields are asked, and the questions of the meeting's own."""
    desk, track = _desk(request, pk), _track(track)
    form, questions = asked_of(desk, track)
    fields = FieldsForm(request.POST or None, questionnaire=form)
    if request.method == "POST" and fields.is_valid():
        operations.set_fields(desk, track, fields=fields.cleaned_data, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("questionnaire", pk, track)
    sources = _earlier(request, desk, track) if not form.pk or not form.questions.exists() else []
    context = {
        "meeting": desk.meeting,
        "desk": desk,
        "tabs": meeting_tabs(request, desk.meeting),
        "track": track,
        "tracks": Delegate.Track.choices,
        "fields": fields,
        "questions": questions,
        "retired": list(form.questions.exclude(retired_at=None)) if form.pk else [],
        "source": sources[0] if sources else None,
    }
    return render(request, "delegations/questionnaire.html", context)


def _earlier(request: HttpRequest, desk: Desk, track: str) -> list[Questionnaire]:
    """The form of the last meeting of this body that had one of its own."""
    meeting = desk.meeting
    found = Questionnaire.objects.filter(
        desk__in=Desk.objects.visible_to(request.user),
        desk__meeting__body=meeting.body,
        desk__meeting__side=meeting.side,
        track=track,
    )
    found = found.exclude(desk=desk).select_related("desk__meeting__body")
    return list(found.order_by("-desk__meeting__starts_on", "-desk__meeting")[:1])


@require_POST
def copy(request: HttpRequest, pk: int, track: str) -> HttpResponse:
    """Take the form of the last meeting, to be changed from there."""
    desk = _desk(request, pk)
    sources = _earlier(request, desk, _track(track))
    if not sources:
        raise Http404
    with refusals_shown(request):
        operations.copy_questionnaire(desk, sources[0], by=request.user)
        messages.success(request, _("The form of the last meeting is taken. Change what differs."))
    return redirect("questionnaire", pk, track)


def preview(request: HttpRequest, pk: int, track: str) -> HttpResponse:
    """The form as people see it, in each language of the meeting; nothing can be sent."""
    desk, track = _desk(request, pk), _track(track)
    form, questions = asked_of(desk, track)
    codes = ["en", *languages_of(desk.meeting)]
    wanted = request.GET.get("language", "")
    language = wanted if wanted in codes else translation.get_language()
    with translation.override(language):
        shown = RegistrationForm(
            meeting=desk.meeting,
            sittings=list(on_offer(desk.meeting)),
            delegations=list(desk.meeting.delegations.select_related("party")),
            questionnaire=form,
            questions=questions,
        )
        context = {
            "meeting": desk.meeting,
            "track": track,
            "form": shown,
            "languages": [(code, get_language_info(code)["name_local"]) for code in codes],
            "language": language,
        }
        return render(request, "delegations/questionnaire_preview.html", context)


# --- one question ---------------------------------------------------------------------


def new(request: HttpRequest, pk: int, track: str) -> HttpResponse:
    """Ask something of the meeting's own."""
    desk, track = _desk(request, pk), _track(track)
    _form, questions = asked_of(desk, track)
    return _edit(request, desk, track, Question(), questions)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Word a question anew; its answers stay."""
    question = _question(request, pk)
    form = question.questionnaire
    earlier = form.questions.asked().filter(order__lt=question.order)
    return _edit(request, form.desk, form.track, question, list(earlier))


def _edit(
    request: HttpRequest, desk: Desk, track: str, question: Question, earlier: list[Question]
) -> HttpResponse:
    meeting = desk.meeting
    posted = request.POST or None
    before = question.choices
    form = QuestionForm(posted, instance=question, meeting=meeting, earlier=earlier)
    choices = ChoiceFormSet(
        posted,
        prefix="choices",
        initial=[one for one in before if not one.get("off")],
        form_kwargs={"languages": languages_of(meeting)},
    )
    if request.method == "POST" and form.is_valid() and choices.is_valid():
        changes = {**form.changes, "choices": []}
        if form.kind in Question.CHOSEN:
            changes["choices"] = choices.choices(before)
        if _stored(request, desk, track, question, form, changes):
            return redirect("questionnaire", meeting.pk, track)
    context = {
        "meeting": meeting,
        "track": track,
        "question": question,
        "form": form,
        "choices": choices if not question.pk or question.kind in Question.CHOSEN else None,
        "answered": question.pk and question.answers.exists(),
    }
    return render(request, "delegations/question.html", context)


def _stored(request, desk: Desk, track: str, question: Question, form, changes: dict) -> bool:
    live = [one for one in changes["choices"] if not one.get("off")]
    if form.kind in Question.CHOSEN and not live:
        form.add_error(None, _("Write at least one thing that can be chosen."))
        return False
    try:
        if question.pk:
            operations.change_question(question, changes=changes, by=request.user)
        else:
            row = Question(**changes)
            operations.add_question(desk, track, question=row, by=request.user)
    except Refused as error:
        form.add_error(None, error.sentences)
        return False
    messages.success(request, _("Saved."))
    return True


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a question one place earlier or later."""
    question = _question(request, pk)
    with refusals_shown(request):
        operations.move_question(question, up=request.POST.get("to") == "up", by=request.user)
    return _to_form(question)


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a question no more; its answers stay."""
    question = _question(request, pk)
    with refusals_shown(request):
        operations.retire_question(question, by=request.user)
    return _to_form(question)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a question again that was taken off."""
    question = _question(request, pk)
    with refusals_shown(request):
        operations.restore_question(question, by=request.user)
    return _to_form(question)


def _to_form(question: Question) -> HttpResponse:
    form = question.questionnaire
    return redirect("questionnaire", form.desk.meeting_id, form.track)
