"""What a person answers to the own side's question."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms import PortalForm


class AnswerForm(PortalForm):
    """One answer in words."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write your answer: your side waits for it.")},
    )
