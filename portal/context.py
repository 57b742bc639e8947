"""What every page knows: where one can go, and whether this is a demonstration."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _


def portal(request):
    return {"nav": _nav(request), "demonstration": settings.DEMONSTRATION}


def _nav(request):
    rooms = [("work", _("Work")), ("meetings", _("Meetings")), ("bodies", _("Commissions"))]
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    if user.sees_shared_work:
        rooms += [("items", _("Action items"))]
    if user.sees_messages:
        rooms += [("messages", _("Messages"))]
    return [
        (label, url, request.path == url or (url != "/" and request.path.startswith(url)))
        for label, url in ((label, reverse(name)) for name, label in rooms)
    ]
