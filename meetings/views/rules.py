from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import operations
from meetings.forms.rules import DeadlineRules, RulesForm
from meetings.models import BodyChange, Rules
from meetings.permissions import can_change_terms
from meetings.views.body import visible_body
from meetings.views.body_change import asked_of, proposal_of, put_to_sides
from meetings.views.tabs import body_tabs
from meetings.views.tree import trail_of
from portal.refusal import Refused

SPARE_ROWS = 5


@login_not_required
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """All rules of procedure of a body with their periods, or those it goes by."""
    body = visible_body(request, pk)
    today = timezone.localdate()
    own = list(body.rules.prefetch_related("deadlines__calendar_of").order_by("-since", "-pk"))
    own.sort(key=lambda one: (one.since is not None, one.since), reverse=True)
    may_change = can_change_terms(request.user, body)
    context = {
        "body": body,
        "tabs": body_tabs(request, body),
        "trail": trail_of(body, request.user),
        "today": today,
        "versions": [{"rules": one, "holds": one.holds(today)} for one in own],
        "applying": Rules.objects.applying([(body, today)])[body.pk, today],
        "may_change": may_change,
        "by_keys": may_change and body.has_met,
        "asked": asked_of(body, request.user, BodyChange.Kind.RULES),
    }
    return render(request, "meetings/rules.html", context)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put new rules in force from a day on, or put them to the sides, with their deadlines."""
    body = visible_body(request, pk)
    if not can_change_terms(request.user, body):
        raise PermissionDenied
    today = timezone.localdate()
    earlier = Rules.objects.applying([(body, today)])[body.pk, today]
    form = RulesForm(request.POST or None, body=body, earlier=earlier)
    rows = DeadlineRules(
        request.POST or None,
        prefix="deadlines",
        initial=_deadlines(earlier),
        form_kwargs={"parties": body.sides()},
    )
    rows.extra = SPARE_ROWS
    proposal = proposal_of(request, body)
    shown = [form, rows] if proposal is None else [form, rows, proposal]
    valid = [one.is_valid() for one in shown]  # each says what is wrong with it
    if request.method == "POST" and all(valid):
        new = form.save(commit=False)
        try:
            if proposal:
                change = operations.new_rules(new, deadlines=rows.rules)
                return put_to_sides(request, change, proposal)
            operations.adopt_rules(new, deadlines=rows.rules, by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("The new rules stand. Every other side is told."))
            return redirect("body-rules", body.pk)
    context = {"body": body, "form": form, "rows": rows, "earlier": earlier, "proposal": proposal}
    return render(request, "meetings/rules_new.html", context)


def _deadlines(earlier: Rules | None) -> list[dict]:
    fields = ("what", "days", "unit", "calendar_of", "when", "by_each_side")
    return [
        {name: getattr(rule, name) for name in fields}
        for rule in (earlier.deadlines.all() if earlier else [])
    ]
