"""A person's calendar links, and the files behind them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from meetings import operations
from meetings.forms.feed import FeedForm
from meetings.models import Feed
from meetings.models.feed import labels
from portal.refusal import Refused

# What a link to this page may have chosen beforehand.
CHOSEN = {"scope", "body", "meeting"}
# The address of a file, as the middleware knows it before any address is resolved.
ADDRESS = re.compile(r"/feeds/([-a-zA-Z0-9_]+)\.ics")
# The page says when a link was last read; to the hour is enough.
NOTED = timedelta(hours=1)


# --- the page -------------------------------------------------------------------------


def feeds(request: HttpRequest) -> HttpResponse:
    """My calendar links: make, copy, renew, revoke."""
    form = FeedForm(
        request.POST or None,
        instance=Feed(user=request.user),
        initial={
            name: request.GET[name] for name in ("scope", "body", "meeting") if name in request.GET
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.make_feed(form.save(commit=False), by=request.user)
        except Refused as error:
            form.add_error(None, error.sentences)
        else:
            messages.success(request, _("The calendar link is made. Copy it into your calendar."))
            return redirect("feeds")
    found = list(Feed.objects.visible_to(request.user).live())
    names = labels(found, request.user)
    rows = [(feed, names[feed.pk]) for feed in found]
    return render(request, "meetings/feeds.html", {"form": form, "rows": rows})


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Void one of my links at once."""
    operations.revoke_feed(_own(request, pk), by=request.user)
    messages.success(request, _("The link is void from this moment."))
    return redirect("feeds")


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Void one of my links at once and make another for the same."""
    operations.renew_feed(_own(request, pk), by=request.user)
    messages.success(
        request, _("The old link is void from this moment. Copy the new one into your calendar.")
    )
    return redirect("feeds")


def _own(request: HttpRequest, pk: int) -> Feed:
    found = Feed.objects.visible_to(request.user).live().select_related("body", "meeting")
    return get_object_or_404(found, pk=pk)


# --- the file -------------------------------------------------------------------------


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address, for the calendar program of its person alone."""
    found = Feed.by_secret(secret)
    if found is None:
        raise Http404
    file = operations.read_feed(found, now=timezone.now())
    response = HttpResponse(file.text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        response.content = b""
    _as_secret(response, file.etag, file.changed_at)
    answer = get_conditional_response(
        request, response["ETag"], int(file.changed_at.timestamp()), response
    )
    return _as_secret(answer, file.etag, file.changed_at)


def _as_secret(response: HttpResponse, etag: str, changed_at: datetime) -> HttpResponse:
    """With what a calendar program needs to ask again, and nothing kept or told by others."""
    response["ETag"] = f'"{etag}"'
    response["Last-Modified"] = http_date(changed_at.timestamp())
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


class UnchangedFeed:
    """Tells a calendar program that nothing changed, before anything else is done.

    Calendar programs ask every hour, for years, and mostly in vain. Where it is not certain
    that nothing changed, the request goes on to the file itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = ADDRESS.fullmatch(request.path_info)
        if address and _is_repeat(request):
            return self._unchanged(request, address[1]) or self.get_response(request)
        return self.get_response(request)

    def _unchanged(self, request: HttpRequest, secret: str) -> HttpResponse | None:
        now = timezone.now()
        try:
            known = Feed.objects.unchanged(secret, now)
        except DatabaseError:
            connection.close()  # a new one is made for the file, where this one is dead
            return None
        if known is None:
            return None
        answer = get_conditional_response(
            request, f'"{known.etag}"', int(known.changed_at.timestamp())
        )
        if answer is None or answer.status_code != 304:
            return None
        if now - known.read_at > NOTED:
            Feed.objects.filter(pk=known.pk).update(read_at=now)
        return _as_secret(answer, known.etag, known.changed_at)


def _is_repeat(request: HttpRequest) -> bool:
    named = "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META
    return named and request.method in {"GET", "HEAD"}
