from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.forms.figure import offer_sides
from meetings.forms.name import NamesMixin
from meetings.models import Meeting, Remark
from portal.forms import PortalModelForm
from portal.models import Party


class MeetingChoice(forms.ModelChoiceField):
    """A meeting of the body, named with its days."""

    def label_from_instance(self, meeting: Meeting) -> str:
        return f"{meeting.label} · {meeting.days_words}"


class RemarkForm(NamesMixin, PortalModelForm):
    """What must be known to read the record right, and where it is said."""

    meeting = MeetingChoice(
        label=_("About"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=_("The body as a whole"),
    )
    source = forms.URLField(
        label=_("Address of the source"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Remark
        fields = ["meeting", "text", "source", "party"]
        labels = {
            "text": _("Remark"),
            "party": _("Whose source"),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "text": _("For example: where the sources differ, and which one is followed.")
        }

    def __init__(self, *args, sides: Iterable[Party], meetings: Iterable[Meeting], **kwargs):
        super().__init__(*args, **kwargs)
        remark = self.instance
        offer_sides(self, sides)
        self.fields["meeting"].queryset = meetings
        if remark.pk:
            del self.fields["meeting"]  # a remark about something else is another remark
        self.add_names(
            remark.texts,
            remark.body.sides(),
            label=gettext("Remark in %(language)s"),
            after="text",
            max_length=2000,
        )

    def clean(self):
        data = super().clean()
        if not data.get("text") and not data.get("source") and not self.errors:
            self.add_error("text", gettext("Write the remark, or the address of its source."))
        return data

    @property
    def changes(self) -> dict[str, Any]:
        """What the remark is to say, by field."""
        plain = {name: self.cleaned_data[name] for name in ("text", "source", "party")}
        return {**plain, "texts": self.names}

    @property
    def remark(self) -> Remark:
        """The remark as typed, not stored yet."""
        remark = self.save(commit=False)
        remark.texts = self.names
        return remark
