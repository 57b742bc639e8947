"""What people in office type on the page of the delegations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from portal.forms import PortalForm


class PlacesForm(PortalForm):
    """How many people may register."""

    capacity = forms.IntegerField(
        label=_("How many people may register"),
        help_text=_("Leave it empty to take as many as come."),
        required=False,
        min_value=1,
        max_value=1_000_000,
        error_messages={
            "invalid": _("Write a whole number, or nothing."),
            "min_value": _("Write at least 1. To take nobody, close the registration."),
            "max_value": _("Write a smaller number, or nothing for as many as come."),
        },
    )


class SearchForm(forms.Form):
    """What the list of delegates shows; what cannot be understood is left aside."""

    q = forms.CharField(required=False, max_length=100)
    side = forms.SlugField(required=False)
    status = forms.ChoiceField(required=False, choices=[("", ""), *Delegate.Status.choices])

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
