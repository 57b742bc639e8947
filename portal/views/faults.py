"""What a person reads when something inside went wrong."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.decorators.cache import never_cache
from redis import RedisError

RETRY_AFTER = 10  # seconds that a restart takes at most, as a rule
# SQLSTATEs: connections, shutting down or starting, too many, waiting for one another.
NOT_NOW = ("08", "57P", "53300", "40P01", "55P03")


@never_cache
def mistake(request: HttpRequest) -> HttpResponse:
    """A mistake of the portal, or only a part that is away for a moment: then, when to return.

    Nothing is asked of database or session here: they may be what is missing.
    """
    if not is_away(sys.exception()):
        return HttpResponse(loader.get_template("500.html").render(), status=500)
    context = {"again": request.get_full_path() if request.method == "GET" else ""}
    page = HttpResponse(loader.get_template("503.html").render(context), status=503)
    page["Retry-After"] = str(RETRY_AFTER)
    return page


def is_away(error: BaseException | None) -> bool:
    """Whether database or broker cannot be reached just now, as while they restart."""
    if isinstance(error, OperationalError | InterfaceError):
        state = getattr(error.__cause__, "sqlstate", None)
        return state is None or state.startswith(NOT_NOW)
    return isinstance(error, RedisError)
