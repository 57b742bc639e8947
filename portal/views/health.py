"""The page that watches of all kinds ask: the launcher, a load balancer, a monitor."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import health


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part is well; otherwise 503, and the words tell who is not."""
    parts = health.parts()
    well = all(word == health.WELL for word in parts.values())
    return JsonResponse(parts, status=200 if well else 503)
