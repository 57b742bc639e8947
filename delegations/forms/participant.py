"""What people in office ask of the table of participants, and what they do to many at once."""

from django import forms
from django.utils.translation import gettext_lazy as _

from delegations import operations
from delegations.models import Delegate
from portal.forms import PortalForm


class TableForm(forms.Form):
    """What the table shows; what cannot be understood is left aside."""

    q = forms.CharField(required=False, max_length=100)
    side = forms.SlugField(required=False)
    status = forms.ChoiceField(required=False, choices=[("", ""), *Delegate.Status.choices])
    track = forms.ChoiceField(required=False, choices=[("", ""), *Delegate.Track.choices])
    capacity = forms.ChoiceField(required=False, choices=[("", ""), *Delegate.Capacity.choices])
    sector = forms.ChoiceField(required=False, choices=[("", ""), *Delegate.Sector.choices])
    mode = forms.ChoiceField(required=False, choices=[("", ""), *Delegate.Attendance.choices])
    sitting = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    area = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    came = forms.ChoiceField(required=False, choices=[("", ""), ("yes", ""), ("no", "")])
    sort = forms.ChoiceField(required=False, choices=[("", ""), ("name", ""), ("organisation", "")])

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that are set."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


# What a row can show beside the name, in the order of the table.
COLUMNS = {
    "organisation": _("Function and organisation"),
    "capacity": _("Capacity"),
    "rank": _("Rank of the office"),
    "sector": _("Sector"),
    "side": _("Side"),
    "track": _("How they came"),
    "attendance": _("Takes part"),
    "reference": _("Reference"),
    "email": _("E-mail address"),
    "registered_at": _("Registered"),
    "status": _("Status"),
}
USUAL = ("organisation", "capacity", "side", "attendance", "status")


class ColumnsForm(PortalForm):
    """Which columns a person likes to see."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        choices=COLUMNS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class DeedForm(PortalForm):
    """What is done to those who are marked, with what it takes."""

    deed = forms.ChoiceField(
        choices=[(name, deed.label) for name, deed in operations.DEEDS.items()],
        error_messages={
            "required": _("Choose what is to be done."),
            "invalid_choice": _("Choose what is to be done."),
        },
        widget=forms.HiddenInput,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a reason: the people concerned will read it.")},
    )
    capacity = forms.ChoiceField(
        label=_("Capacity"),
        choices=Delegate.Capacity,
        error_messages={"required": _("Choose a capacity.")},
    )

    def __init__(self, *args, asks: str, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"reason", "capacity"} - {asks}:
            del self.fields[name]
        if self["deed"].value() == "ask_back" and asks:
            self.fields["reason"].label = _("Your question")
