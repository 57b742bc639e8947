"""The pages of one meeting, as tabs. Pages of other apps are known by their URL's name."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Meeting
from meetings.permissions import can_see_inside, can_see_messages


def meeting_tabs(request: HttpRequest, meeting: Meeting) -> list[tuple[str, str, bool, None]]:
    """(label, url, whether it is the page being read, no count) as far as the reader may."""
    names = [("meeting", _("Programme"))]
    if can_see_inside(request.user, meeting):
        names += [("delegations", _("Delegations")), ("meeting-items", _("Follow-up"))]
        names += [("meeting-deadlines", _("Deadlines"))]
    if can_see_messages(request.user, meeting):
        names += [("meeting-messages", _("Messages"))]
    if can_see_inside(request.user, meeting):
        names += [("meeting-history", _("History"))]
    pages = [(label, reverse(name, args=[meeting.pk])) for name, label in names]
    return [(label, url, request.path == url, None) for label, url in pages]
