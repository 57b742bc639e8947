"""Where a person answers the own side's question, by the personal link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations import operations
from delegations.forms.enquiry import AnswerForm
from delegations.models import Delegate
from portal.refusal import Refused


@login_not_required
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The question, and a field for its answer."""
    delegate = Delegate.by_token(token)
    if delegate is None:
        return render(request, "delegations/link_void.html", status=404)
    if delegate.status != Delegate.Status.ASKED:
        return redirect("registration", token)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _answered(request, delegate, form):
        return redirect("registration", token)
    context = {"delegate": delegate, "meeting": delegate.delegation.meeting, "form": form}
    return render(request, "delegations/registration_answer.html", context)


def _answered(request: HttpRequest, delegate: Delegate, form: AnswerForm) -> bool:
    try:
        operations.answer_enquiry(delegate, answer=form.cleaned_data["answer"])
    except Refused as error:
        form.add_error(None, error.sentences)
        return False
    messages.success(request, _("Your answer is with your side, which decides now."))
    return True
