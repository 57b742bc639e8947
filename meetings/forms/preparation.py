from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.forms.agenda import ReportsField
from meetings.models import Body
from portal.forms import DayInput, PortalForm

# What may come along, and how the page names how much of it there is.
ALONG = {
    "sittings": ngettext_lazy(
        "%(number)d sitting, at the same time of day",
        "%(number)d sittings, at the same times of day",
        "number",
    ),
    "agenda": ngettext_lazy(
        "%(number)d point of the agenda", "%(number)d points of the agenda", "number"
    ),
    "invited": ngettext_lazy(
        "%(number)d observer or invited expert",
        "%(number)d observers and invited experts",
        "number",
    ),
    "items": ngettext_lazy(
        "%(number)d open action item, as a point of the agenda",
        "%(number)d open action items, as a point of the agenda",
        "number",
    ),
}


class PreparationForm(PortalForm):
    """When the next meeting is to begin, and what comes along from this one."""

    starts_on = forms.DateField(label=_("First day"), widget=DayInput)
    chosen = forms.MultipleChoiceField(
        label=_("What comes along"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, counts: dict[str, int], bodies: list[Body], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        if bodies:
            self.fields["reports"] = ReportsField(bodies)
        self.today = today
        there = {name: number for name, number in counts.items() if number}
        self.fields["chosen"].choices = [
            (name, ALONG[name] % {"number": number}) for name, number in there.items()
        ]
        self.initial.setdefault("chosen", list(there))

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Choose a day that lies ahead."))
        return day
