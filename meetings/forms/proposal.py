from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.meeting import DatesForm, differences, notes_for
from meetings.models import Meeting, Proposal
from meetings.operations import proposal_of


class ProposalForm(DatesForm):
    """Days and a place put to the other sides, with the revision that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    clock = forms.CharField(widget=forms.HiddenInput, required=False)

    USUAL = ("starts_on", "ends_on", "precision", "mode", "place", "host", "host_reason")
    MORE = ("zone", "remark", "note")

    class Meta(DatesForm.Meta):
        model = Proposal
        fields = [*DatesForm.Meta.fields, "remark", "note"]
        widgets = {**DatesForm.Meta.widgets, "remark": forms.Textarea({"rows": 3})}
        labels = {**DatesForm.Meta.labels, "remark": _("Remark to the other sides")}

    def __init__(self, *args, meeting: Meeting, user, **kwargs):
        super().__init__(*args, instance=proposal_of(meeting), **kwargs)
        self.fields["note"].queryset = notes_for(meeting, user)
        self.fields["note"].empty_label = _("None")
        self.initial["revision"] = meeting.revision

    def clean(self):
        cleaned = super().clean()
        self._read_of_the_clock(cleaned, self.instance.meeting)
        return cleaned

    def compared_with(
        self, stored: Meeting, **kwargs: Any
    ) -> tuple["ProposalForm", list[tuple[str, Any]]]:
        """What was typed, on top of what stands now; and (label, stored value) of the rest."""
        data = {**self.data.dict(), "revision": stored.revision}
        form = ProposalForm(data, meeting=stored, **kwargs)
        return form, differences(form, stored)
