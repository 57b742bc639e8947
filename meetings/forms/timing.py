from meetings.forms.meeting import DatesForm
from meetings.models import Timing
from portal.forms import DayInput, NameField, PortalModelForm


class TimingForm(PortalModelForm):
    """The days and the place of a meeting as it was held, or as one side reports it."""

    place = NameField(label=DatesForm.base_fields["place"].label, max_length=200, required=False)

    class Meta:
        model = Timing
        fields = ["starts_on", "ends_on", "place"]
        widgets = {"starts_on": DayInput, "ends_on": DayInput}

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            sentence = Timing._meta.constraints[0].get_violation_error_message()
            self.add_error("ends_on", sentence)
        return cleaned

    @property
    def facts(self) -> dict:
        """What was typed, by field."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
