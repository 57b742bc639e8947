"""The pages of a meeting and of a body, as tabs. Pages of other apps are known by URL name."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import AgendaItem, Body, Meeting, Paper
from meetings.permissions import (
    can_keep_door,
    can_see_history,
    can_see_inside,
    can_see_messages,
)


def meeting_tabs(request: HttpRequest, meeting: Meeting) -> list[tuple[str, str, bool, None]]:
    """(label, url, whether it is the page being read, no count) as far as the reader may."""
    names = [("meeting", _("Programme"))]
    if _has_agenda(request, meeting):
        names += [("agenda", _("Agenda"))]
    if _has_papers(request, meeting):
        names += [("meeting-papers", _("Papers"))]
    if can_see_inside(request.user, meeting):
        names += [("delegations", _("Delegations")), ("meeting-items", _("Follow-up"))]
        names += [("meeting-deadlines", _("Deadlines"))]
    if meeting.was_announced and can_keep_door(request.user, meeting):
        names += [("door", _("At the door"))]
    if can_see_messages(request.user, meeting):
        names += [("meeting-messages", _("Messages"))]
    if can_see_inside(request.user, meeting):
        names += [("meeting-history", _("History"))]
    pages = [(label, reverse(name, args=[meeting.pk])) for name, label in names]
    return [(label, url, request.path == url, None) for label, url in pages]


def _has_agenda(request: HttpRequest, meeting: Meeting) -> bool:
    """Those in office may begin one; others see the tab when there is something to read."""
    if can_see_inside(request.user, meeting):
        return True
    return AgendaItem.objects.visible_to(request.user).filter(agenda__meeting=meeting).exists()


def body_tabs(request: HttpRequest, body: Body) -> list[tuple[str, str, bool, None]]:
    """The same for a body."""
    names = [
        ("body", _("Overview")),
        ("body-people", _("Offices")),
        ("body-papers", _("Papers")),
        ("body-areas", _("Areas")),
        ("body-rules", _("Rules")),
    ]
    if can_see_history(request.user, body):
        names += [("notes", _("Notes verbales")), ("body-history", _("History"))]
    pages = [(label, reverse(name, args=[body.pk])) for name, label in names]
    return [(label, url, request.path == url, None) for label, url in pages]


def _has_papers(request: HttpRequest, meeting: Meeting) -> bool:
    """The same for papers."""
    if can_see_inside(request.user, meeting):
        return True
    return Paper.objects.visible_to(request.user).filter(meeting=meeting).exists()
