from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import Body, Feed, Meeting, know_bodies
from portal.forms import PortalModelForm

NAMED_BY = {Feed.Scope.BODY: "body", Feed.Scope.MEETING: "meeting"}


def _named(meetings: Iterable[Meeting]) -> list[tuple[int, str]]:
    """Meetings to choose from, joint ones with every body that they serve."""
    meetings = list(meetings)
    know_bodies(meetings)
    return [(meeting.pk, meeting.full_label) for meeting in meetings]


class FeedForm(PortalModelForm):
    """What a calendar link is to hold."""

    constrained = ("user",)

    class Meta:
        model = Feed
        fields = ["scope", "body", "meeting"]
        labels = {"scope": _("What the link holds")}
        help_texts = {
            "body": _("With every body beneath it. Only for “One body”."),
            "meeting": _("Only for “One meeting”."),
        }
        widgets = {"scope": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.instance.user
        self.fields["scope"].choices = Feed.Scope.choices
        self.initial["scope"] = self.initial.get("scope") or Feed.Scope.MINE
        self.fields["body"].queryset = Body.objects.visible_to(user)
        self.fields["body"].empty_label = _("Choose a body")
        ahead = Meeting.objects.visible_to(user).upcoming(timezone.localdate())
        self.fields["meeting"].queryset = ahead
        self.fields["meeting"].choices = [("", _("Choose a meeting")), *_named(ahead.for_list())]

    def clean(self) -> dict[str, Any]:
        """What the chosen kind does not need is left aside; what it needs is asked for."""
        cleaned = super().clean()
        needed = NAMED_BY.get(cleaned.get("scope"))
        for name in NAMED_BY.values():
            if name != needed:
                cleaned[name] = None
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Choose the body or the meeting."))
        return cleaned
