"""How often one address may ask, so that nobody can guess what is secret by trying.

Counted in the cache by whole minutes. Where the cache is down nobody is kept out: a portal that
is open to guessing for a minute is better than one that is closed to everybody.
"""

import hashlib
import ipaddress
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

MINUTE = 60


def address_of(request: HttpRequest) -> str:
    """Who asks: the nearest address that is no proxy of ours; of IPv6 the whole household."""
    hops = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    asked = request.META.get("REMOTE_ADDR", "")
    while _is_trusted(asked) and hops and hops[-1]:
        asked = hops.pop()
    return _household(asked)


def _is_trusted(address: str) -> bool:
    """Whether what this address says of others is believed: our own web server."""
    if not address:
        return True  # over a socket of this machine
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(asked in ipaddress.ip_network(one) for one in settings.PORTAL_TRUSTED_PROXIES)


def _household(address: str) -> str:
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if asked.version == 6:
        return str(ipaddress.ip_network((asked, 64), strict=False))
    return str(asked)


# --- counting -------------------------------------------------------------------------


def counted(what: str, who: str) -> int:
    """Count one more of this kind in the present minute; how many there are. 0 without a cache."""
    key = key_of(what, who)
    try:
        cache.add(key, 0, 2 * MINUTE)
        return cache.incr(key)
    except (RedisError, OSError, ValueError):
        return 0


def number_of(what: str, who: str) -> int:
    """How many there were in the present minute. 0 without a cache."""
    try:
        return cache.get(key_of(what, who)) or 0
    except (RedisError, OSError):
        return 0


def key_of(what: str, who: str) -> str:
    """Where the present minute is counted; an address is not kept as it is."""
    hashed = hashlib.sha256(who.encode(errors="replace")).hexdigest()[:32]
    return f"rate:{what}:{int(time.time()) // MINUTE}:{hashed}"


def wait() -> int:
    """The seconds until the next minute begins."""
    return MINUTE - int(time.time()) % MINUTE


# --- at a view ------------------------------------------------------------------------


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page whose address is a secret: guessed, and opened, only so often in a minute."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = str(kwargs.get("token", ""))
        if _is_too_often("link", link, settings.PORTAL_READS_PER_LINK):
            return too_many(request)
        return _answered(view, request, *args, **kwargs)

    return answer


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A public form: sent from one address, and its code guessed, only so often in a minute."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        limit = settings.PORTAL_FORMS_PER_MINUTE
        if request.method == "POST" and _is_too_often("form", address_of(request), limit):
            return too_many(request)
        return _answered(view, request, *args, **kwargs)

    return answer


def _answered(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    """The page, unless its reader has guessed too often: then not even what exists is shown."""
    who, limit = address_of(request), settings.PORTAL_GUESSES_PER_MINUTE
    if limit and number_of("guess", who) >= limit:
        return too_many(request)
    try:
        response = view(request, *args, **kwargs)
    except Http404:
        counted("guess", who)
        raise
    if response.status_code == 404:
        counted("guess", who)
    return response


def _is_too_often(what: str, who: str, limit: int) -> bool:
    """Count one more and say whether that is above the limit; without one (0) it never is."""
    return bool(limit) and counted(what, who) > limit


def too_many(request: HttpRequest) -> HttpResponse:
    """When to try again; nothing that was typed is lost by going back."""
    seconds = wait()
    response = render(request, "429.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response
