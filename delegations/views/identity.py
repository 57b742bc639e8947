"""What is asked of few, and the files people sent: only for those who may, each look kept."""

from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from delegations import operations
from delegations.models import Answer, Delegate, Identity
from portal.models import User


@never_cache
def identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Passport data and what else few may see of one person; the look is written down."""
    delegate = _known_closely(request, pk)
    found = getattr(delegate, "identity", None)
    answers = delegate.answers.for_list().filter(question__is_identity=True)
    if found is None and not answers:
        raise Http404
    _note(delegate, request.user)
    context = {
        "delegate": delegate,
        "meeting": delegate.delegation.meeting,
        "identity": found,
        "answers": answers,
    }
    return render(request, "delegations/identity.html", context)


def _known_closely(request: HttpRequest, pk: int) -> Delegate:
    known = Delegate.objects.visible_to(request.user).for_list()
    delegate = get_object_or_404(known, pk=pk)
    if not Delegate.objects.known_closely_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return delegate


def _note(delegate: Delegate, user: User) -> None:
    if delegate.person_id != user.person_id:
        operations.look_at_identity(delegate, by=user)


@never_cache
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of one person, to be kept as a file."""
    found = get_object_or_404(
        Identity.objects.visible_to(request.user).select_related("delegate__delegation__party"),
        delegate=pk,
    )
    answer = _as_file(found.photo, f"{found.delegate.reference}-photo")
    _note(found.delegate, request.user)
    return answer


@never_cache
def answer_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that somebody answered with, under the name it came with."""
    visible = Answer.objects.visible_to(request.user).select_related("question")
    answer = get_object_or_404(visible.select_related("delegate__delegation__party"), pk=pk)
    response = _as_file(answer.file, answer.file_name)
    if answer.question.is_identity:
        _note(answer.delegate, request.user)
    return response


def _as_file(file: FieldFile, name: str) -> HttpResponse:
    """Never shown inside the portal, whatever it says it is."""
    if not file or not file.storage.exists(file.name):
        raise Http404
    response = FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
