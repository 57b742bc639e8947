"""What every page knows: where one can go, and whether this is a demonstration."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import work


def portal(request):
    return {"nav": _nav(request), "demonstration": settings.DEMONSTRATION}


def _nav(request):
    """(label, address, whether it is the page being read) for the main rooms."""
    user = getattr(request, "user", None)
    if user is None:  # an error page before anybody was recognised
        return []
    rooms = [("work", _("Work"))] if user.is_authenticated else []
    pages = [(label, reverse(name)) for name, label in [*rooms, *work.rooms_for(user)]]
    return [(label, url, _is_current(request.path, url)) for label, url in pages]


def _is_current(path, url):
    return path == url or (url != "/" and path.startswith(url))
