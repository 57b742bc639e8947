from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import Body, Meeting, NoteVerbale, standing
from portal.forms import DayInput, NameField, PortalModelForm


class NoteForm(PortalModelForm):
    """A note verbale as it stands in the register."""

    reference = NameField(label=_("Number"), max_length=80, help_text=_("As the note bears it."))
    subject = NameField(label=_("Subject"), max_length=300)
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = NoteVerbale
        fields = [
            "sender",
            "addressee",
            "reference",
            "dated",
            "received_on",
            "channel",
            "subject",
            "in_reply_to",
            "meeting",
            "language",
        ]
        widgets = {"dated": DayInput, "received_on": DayInput}

    def __init__(self, *args, body: Body, user, **kwargs):
        super().__init__(*args, **kwargs)
        held = standing(user)
        self.own = held.parties(body, "secretary")
        self.neutral = held.is_neutral(body)
        named = [self.instance.sender_id, self.instance.addressee_id]
        sides = {party.pk for party in body.sides()} | {pk for pk in named if pk}
        for name in ("sender", "addressee"):
            self.fields[name].queryset = self.fields[name].queryset.filter(pk__in=sides)
        self.fields["addressee"].empty_label = _("All other sides")
        notes = NoteVerbale.objects.visible_to(user).filter(body=body).exclude(pk=self.instance.pk)
        self.fields["in_reply_to"].queryset = notes
        self.fields["in_reply_to"].empty_label = _("None")
        meetings = Meeting.objects.visible_to(user).filter(body=body, side=None)
        self.fields["meeting"].queryset = meetings
        self.fields["meeting"].empty_label = _("None in particular")
        self._leave_alone_what_is_unknown()
        self.fields["language"].choices = [("", "–"), *settings.LANGUAGES]

    def _leave_alone_what_is_unknown(self) -> None:
        """What the note points to and the user may not know stays as it is, unseen."""
        for name in ("in_reply_to", "meeting"):
            pointed = getattr(self.instance, f"{name}_id")
            if pointed and not self.fields[name].queryset.filter(pk=pointed).exists():
                del self.fields[name]

    def clean_received_on(self):
        received = self.cleaned_data["received_on"]
        if received and received > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Leave it empty until then."))
        return received

    def clean(self):
        cleaned = super().clean()
        sender, addressee = cleaned.get("sender"), cleaned.get("addressee")
        if sender and sender == addressee:
            self.add_error("addressee", _("A note goes to another side than its sender."))
        if sender and not self.errors and not self._is_ours(sender, addressee):
            self.add_error("sender", _("Enter the notes that your own side sent or received."))
        dated, received = cleaned.get("dated"), cleaned.get("received_on")
        if dated and received and received < dated:
            self.add_error("received_on", _("A note cannot be received before its date."))
        return cleaned

    def _is_ours(self, sender, addressee) -> bool:
        if self.neutral or addressee is None or sender.pk in self.own:
            return True
        return addressee.pk in self.own

    @property
    def changes(self) -> dict:
        """What was typed, by field."""
        return {name: self.cleaned_data[name] for name in self.fields}
