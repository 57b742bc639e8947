"""What people in office type about places and the waiting list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Desk
from portal.forms import PortalForm, PortalModelForm
from portal.models import Party


def _limit() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Places"),
        min_value=1,
        max_value=1_000_000,
        error_messages={
            "required": _("Write how many places there are."),
            "invalid": _("Write a whole number."),
            "min_value": _("Write at least 1. To take nobody, close the registration."),
            "max_value": _("Write a smaller number, or take it away for as many as come."),
        },
    )


class LimitForm(PortalForm):
    """How many places there are."""

    limit = _limit()


class QuotaForm(PortalForm):
    """A number of places, and whom it counts; what is left open counts everybody."""

    sitting = forms.TypedChoiceField(label=_("Sitting"), required=False, empty_value=None)
    party = forms.TypedChoiceField(label=_("Side"), required=False, empty_value=None)
    capacity = forms.ChoiceField(
        label=_("Capacity"),
        required=False,
        choices=[("", _("All capacities")), *Delegate.Capacity.choices],
    )
    attendance = forms.ChoiceField(
        label=_("How they take part"),
        required=False,
        choices=[("", _("In person and by video")), *Delegate.Attendance.choices],
    )
    limit = _limit()

    def __init__(self, *args, sittings: list, parties: list[Party], **kwargs):
        super().__init__(*args, **kwargs)
        self._offer("sitting", _("The whole meeting"), sittings)
        self._offer("party", _("All sides"), parties)

    def _offer(self, name, nothing, rows):
        by_key = {str(row.pk): row for row in rows}
        self.fields[name].choices = [
            ("", nothing),
            *((key, row.label) for key, row in by_key.items()),
        ]
        self.fields[name].coerce = by_key.get

    @property
    def scope(self) -> dict:
        """Whom it counts, as the fields of a Quota."""
        return {name: value for name, value in self.cleaned_data.items() if name != "limit"}


class WaitingForm(PortalModelForm):
    """To whom a place that becomes free goes."""

    class Meta:
        model = Desk
        fields = ("promotion", "answer_hours")
        labels = {"promotion": _("A place that becomes free")}
        widgets = {"promotion": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hours = self.fields["answer_hours"]
        hours.min_value, hours.max_value = 1, 240
        hours.validators = [*hours.validators, *_within(1, 240)]


def _within(least: int, most: int) -> list:
    from django.core.validators import MaxValueValidator, MinValueValidator

    words = _("Write a number of hours from 1 to 240, or nothing.")
    return [MinValueValidator(least, words), MaxValueValidator(most, words)]
