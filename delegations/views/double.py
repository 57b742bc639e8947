"""Who may be in the portal twice, and making one record of two."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations import operations
from delegations.forms.double import MergeForm
from delegations.models import Delegate
from delegations.permissions import can_find_doubles, can_merge
from meetings.models import Meeting
from meetings.views.tabs import meeting_tabs
from portal.models import Person
from portal.refusal import NotYours, Refused

PAIRS_A_PAGE = 50


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_find_doubles(request.user, meeting):
        raise PermissionDenied
    return meeting


@never_cache
def doubles(request: HttpRequest, pk: int) -> HttpResponse:
    """Pairs of records that look like one person, the likeliest first."""
    meeting = _meeting(request, pk)
    pairs = operations.doubles_at(meeting, request.user)
    context = {
        "meeting": meeting,
        "tabs": meeting_tabs(request, meeting),
        "page": Paginator(pairs, PAIRS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "delegations/doubles.html", context)


@never_cache
def merge(request: HttpRequest, pk: int, one: int, other: int) -> HttpResponse:
    """The two records beside one another: which stays, and which registration."""
    meeting = _meeting(request, pk)
    people = _both(request, one, other)
    clashes = operations.clashes(*people)
    typed = request.POST if request.method == "POST" else None
    form = MergeForm(typed, people=people, clashes=clashes)
    if form.is_valid():
        try:
            kept, gone = form.kept_and_gone
            operations.merge(kept, gone, by=request.user, stays=form.stays)
        except NotYours as error:
            raise PermissionDenied(str(error)) from error
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("These are one record now. Old personal links lead on."))
            return redirect("doubles", meeting.pk)
    halves = [(person, _registrations(request, person)) for person in people]
    context = {"meeting": meeting, "form": form, "halves": halves}
    return render(request, "delegations/double.html", context)


def _both(request: HttpRequest, one: int, other: int) -> list[Person]:
    """Two people of whom the reader may make one; anybody else is as good as nobody."""
    known = Delegate.objects.known_closely_by(request.user).values("person")
    found = {
        person.pk: person
        for person in Person.objects.filter(pk__in=known).filter(pk__in=[one, other])
    }
    if len(found) < 2 or not can_merge(request.user, *found.values()):
        raise Http404
    return [found[one], found[other]]


def _registrations(request: HttpRequest, person: Person):
    rows = Delegate.objects.visible_to(request.user).for_list().filter(person=person)
    return rows.order_by("-registered_at")[:20]
