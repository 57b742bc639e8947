from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import work
from portal.forms import ProfileForm


def work_page(request: HttpRequest) -> HttpResponse:
    """What waits for me, and what lies ahead."""
    today = timezone.localdate()
    week, later = work.this_week(work.coming_for(request.user, today)[:8], today)
    return render(
        request,
        "portal/work.html",
        {
            "items": work.waiting_for(request.user, today),
            "week": week,
            "coming": later,
        },
    )


def profile(request: HttpRequest) -> HttpResponse:
    """How the portal writes my name, speaks to me and shows me times."""
    person = request.user.person
    if person is None:
        return redirect("work")
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "portal/profile.html", {"form": form})
