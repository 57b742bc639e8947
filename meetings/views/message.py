from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.models import ActionItem, Body, Meeting
from meetings.permissions import can_see_messages, visible_notices
from meetings.views.tabs import meeting_tabs
from portal import notices
from portal.models import Notice

MESSAGES_A_PAGE = 50


def messages_page(request: HttpRequest) -> HttpResponse:
    """The messages that the reader's secretariat answers for, with their states."""
    found = visible_notices(request.user)
    return render(request, "meetings/messages.html", _list(request, found))


def of_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages about one meeting and its action items."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)
    if not can_see_messages(request.user, meeting):
        raise Http404
    found = visible_notices(request.user).filter(_about(meeting))
    context = {"meeting": meeting, "tabs": meeting_tabs(request, meeting)}
    return render(request, "meetings/meeting_messages.html", {**context, **_list(request, found)})


def _about(meeting: Meeting) -> Q:
    items = ActionItem.objects.filter(meeting=meeting).values("pk")
    return Q(content_type__model="meeting", object_id=meeting.pk) | Q(
        content_type__model="actionitem", object_id__in=items
    )


def _list(request: HttpRequest, found) -> dict:
    counts = found.counts()
    state = request.GET.get("state", "")
    state = state if state in Notice.State.values else ""
    shown = found.filter(state=state) if state else found
    page = Paginator(shown.select_related("party"), MESSAGES_A_PAGE)
    return {
        "page": page.get_page(request.GET.get("page")),
        "state": state,
        "filters": [
            ("", _("All"), sum(counts.values()), not state),
            *(
                (value, label, counts.get(value, 0), value == state)
                for value, label in Notice.State.choices
            ),
        ],
    }


def _visible(request: HttpRequest, pk: int) -> Notice:
    return get_object_or_404(visible_notices(request.user).select_related("party"), pk=pk)


def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message as it was written, and how its sending went."""
    notice = _visible(request, pk)
    about = notice.target
    about = about if isinstance(about, Meeting | Body) else about.meeting
    context = {
        "notice": notice,
        "meeting": about if isinstance(about, Meeting) else None,
        "body": about if isinstance(about, Body) else None,
        "places": [party.place for party in about.sides(request.user)],
        "may_send_again": notice.state == Notice.State.FAILED,
    }
    return render(request, "meetings/message.html", context)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed message once more."""
    notice = _visible(request, pk)
    if notice.state != Notice.State.FAILED:
        messages.error(request, _("Only a message that failed can be sent again."))
        return redirect("message", notice.pk)
    with transaction.atomic():
        notices.send_again(notice)
    messages.success(request, _("Queued again. It leaves within a minute."))
    return redirect("message", notice.pk)
