from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.sitting import side_zones
from meetings.models import Meeting
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm
from portal.models import Party


class DayForm(PortalForm):
    """The day of the plenary, from which a programme is proposed."""

    day = forms.DateField(label=_("Day of the plenary session"), widget=DayInput)

    def chosen(self, otherwise: date) -> date:
        return self.cleaned_data["day"] if self.is_valid() else otherwise


class MeetingForm(PortalModelForm):
    """A meeting: its number, days, mode and place."""

    title = NameField(label=_("Title"), max_length=300, required=False)
    place = NameField(label=_("Place"), max_length=200, required=False)
    constrained = ("body", "series")

    class Meta:
        model = Meeting
        fields = [
            "series",
            "number",
            "title",
            "starts_on",
            "ends_on",
            "mode",
            "place",
            "host",
            "zone",
            "about",
        ]
        widgets = {
            "starts_on": DayInput,
            "ends_on": DayInput,
            "about": forms.Textarea({"rows": 3}),
        }
        labels = {"zone": _("Clock in which the times are typed")}
        help_texts = {
            "number": _("Proposed: the next one of this body. Numbers need not be contiguous."),
            "title": _("Only if the meeting has one besides its number."),
            "place": _("City and building. Empty for a virtual meeting."),
            "zone": _("All other clocks are computed from it."),
        }

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = self.fields["host"].queryset.filter(
            pk__in=[party.pk for party in parties]
        )
        self.fields["host"].empty_label = _("No side: virtual or in a third place")
        self.fields["zone"].widget = forms.Select(choices=side_zones(parties))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("mode") in {"in_person", "hybrid"} and not cleaned.get("place"):
            self.add_error("place", _("Name the place where people come to, or choose virtual."))
        return cleaned


class MeetingChangeForm(MeetingForm):
    """The same for a meeting that stands, with the revision that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta(MeetingForm.Meta):
        exclude = ["series"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.revision

    @property
    def changes(self) -> dict:
        """The values by field, without the revision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}

    def compared_with(
        self, stored: Meeting, parties: list[Party]
    ) -> tuple["MeetingChangeForm", list[tuple[str, Any]]]:
        """What was typed, on top of a newer revision; and (label, stored value) where they differ.

        Saving the new form means: I have read what is stored and want mine.
        """
        data = {**self.data.dict(), "revision": stored.revision}
        form = MeetingChangeForm(data, instance=stored, parties=parties)
        changed = [name for name in form.changed_data if name != "revision"]
        return form, [(form.fields[name].label, _shown(stored, name)) for name in changed]


def _shown(meeting: Meeting, name: str) -> Any:
    display = getattr(meeting, f"get_{name}_display", None)
    return display() if display else getattr(meeting, name)
