"""How pages carry out deeds and say why one was refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.forms import ReasonForm
from portal.refusal import NotYours, Refused
from portal.workflow import Workflow


@contextmanager
def refusals_shown(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal into sentences on the next page; what is not theirs into 403."""
    try:
        yield
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        for sentence in error.sentences:
            messages.error(request, sentence)
        typed = request.POST.get("reason") or request.POST.get("text")
        if typed:
            messages.info(request, _("You wrote: “%(typed)s”") % {"typed": typed})


def do_transition(request: HttpRequest, workflow: Workflow, obj, name: str) -> HttpResponse:
    """Carry out the transition that a deed bar posted, and go back to the object's page."""
    transition = workflow.transitions.get(name)
    if transition is None or transition.automatic:
        raise Http404
    if not transition.may(request.user, obj):
        raise PermissionDenied
    with refusals_shown(request):
        workflow.perform(obj, name, by=request.user, reason=ReasonForm(request.POST).written)
        messages.success(request, transition.answer)
    return redirect(_way_back(request, obj))


def _way_back(request: HttpRequest, obj) -> str:
    """The list the deed was done from, if it is a page of ours; else the object's page."""
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return obj.get_absolute_url()
