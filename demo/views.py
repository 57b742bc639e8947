from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from demo import cast
from portal.models import User


@login_not_required
@require_POST
def sign_in(request, slug):
    """Sign in as one of the cast. Outside a demonstration this page does not exist."""
    member = cast.member(slug) if settings.DEMONSTRATION else None
    if member is None:
        raise Http404
    user = get_object_or_404(User, email=member.email, is_active=True)
    login(request, user)
    return redirect("work")
