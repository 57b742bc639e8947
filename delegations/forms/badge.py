"""What one chooses before badges are printed."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.documents import SHEET_WORDS, SHEETS
from delegations.models import Delegate
from portal.forms import PortalForm


class BadgeFilter(forms.Form):
    """Whose badges; what cannot be understood is left aside."""

    q = forms.CharField(required=False, max_length=100)
    side = forms.SlugField(required=False)
    capacity = forms.ChoiceField(required=False, choices=Delegate.Capacity.choices)
    attendance = forms.ChoiceField(required=False, choices=Delegate.Attendance.choices)

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class BadgeForm(PortalForm):
    """On which paper, from which place of a sheet that was begun."""

    sheet = forms.ChoiceField(label=gettext_lazy("Print on"), choices=SHEET_WORDS)
    start = forms.IntegerField(
        label=gettext_lazy("First free sticker"),
        help_text=gettext_lazy("Counted in rows from the top left. Badges on paper leave it at 1."),
        initial=1,
        min_value=1,
        required=False,
    )

    def clean(self):
        sheet, start = self.cleaned_data.get("sheet"), self.cleaned_data.get("start")
        most = SHEETS[sheet].places if sheet else 1
        if sheet and start and SHEETS[sheet].is_sticker and start > most:
            text = _("A sheet of these has %(most)s stickers. Choose a place from 1 to %(most)s.")
            self.add_error("start", text % {"most": most})
        return self.cleaned_data
