"""What a side writes of its delegation and of each person in it; the days for all sides."""

import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Desk
from delegations.operations import Nomination
from meetings.models import Meeting, Mode, Paper
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm, zone_choices


def _line(label, required="", help_text="", max_length=250, **attrs):
    """A line of text; `required` is the sentence for who leaves it empty."""
    return NameField(
        label=label,
        required=bool(required),
        help_text=help_text,
        max_length=max_length,
        error_messages={"required": required},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", **attrs}),
    )


class NominationForm(PortalForm):
    """One person whom a side names."""

    full_name = _line(
        _("Full name"),
        required=_("Write the full name."),
        help_text=_("In the person's own script, as the person writes it."),
        spellcheck="false",
    )
    latin_name = _line(
        _("Name in Latin letters"),
        help_text=_("As in the passport. Needed when the name above is in another script."),
        spellcheck="false",
    )
    honorific = _line(
        _("Honorific or title"), help_text=_("Such as H.E., Dato’, Dr, Ms."), max_length=80
    )
    function = _line(_("Function"), max_length=200)
    organisation = _line(
        _("Organisation"), required=_("Write the ministry, agency or company the person is of.")
    )
    sector = forms.ChoiceField(label=_("Sector"), choices=Delegate.Sector)
    relationship = _line(
        _("Relation to the organisation"),
        help_text=_("Where the person does not work there: such as adviser, or contractor."),
        max_length=200,
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("A personal link is sent there. The other sides never see it."),
        error_messages={
            "required": _("Write an e-mail address: the person's or the office's."),
            "invalid": _("This is no e-mail address. Write it as in name@example.org."),
        },
    )
    capacity = forms.ChoiceField(label=_("Capacity"), choices=Delegate.Capacity)
    rank = forms.TypedChoiceField(
        label=_("Rank of the office"),
        choices=Delegate.OfficeRank,
        coerce=int,
        help_text=_("Decides the order in the list, as long as nobody arranged it by hand."),
    )
    attendance = forms.ChoiceField(
        label=_("How they take part"), choices=Delegate.Attendance, widget=forms.RadioSelect
    )
    sittings = forms.ModelMultipleChoiceField(
        label=_("Sittings"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means the whole meeting."),
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone of messages"), choices=zone_choices)
    letters = forms.ModelMultipleChoiceField(
        label=_("List letters and credentials"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Papers of your side that name this person."),
    )
    is_another = forms.BooleanField(
        label=_("This is another person of the same name"), required=False
    )

    def __init__(self, *args, meeting: Meeting, letters, **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.fields["sittings"].queryset = meeting.sittings.taking_place().select_related("area")
        self.fields["sittings"].label_from_instance = lambda sitting: sitting.label
        self.fields["letters"].queryset = letters
        if meeting.mode != Mode.HYBRID:
            del self.fields["attendance"]
        if not self.fields["letters"].queryset.exists():
            del self.fields["letters"]

    def clean_latin_name(self):
        name = self.cleaned_data["latin_name"]
        if any(letter.isalpha() and not _is_latin(letter) for letter in name):
            raise forms.ValidationError(gettext("Write this in Latin letters only."))
        return name

    def clean(self):
        answers = super().clean()
        name = answers.get("full_name", "a")
        if answers.get("latin_name") == "" and not any(map(_is_latin, name)):
            sentence = gettext("Write the name in Latin letters too: the other sides must read it.")
            self.add_error("latin_name", sentence)
        return answers

    @property
    def nomination(self) -> Nomination:
        """The person as typed."""
        written = {**self.cleaned_data}
        for name in ("sittings", "letters"):
            written[name] = tuple(written.get(name, ()))
        written.setdefault("attendance", only_attendance(self.meeting))
        return Nomination(**written)


def only_attendance(meeting: Meeting) -> str:
    """How one takes part where that is not asked."""
    virtual = meeting.mode == Mode.VIRTUAL
    way = Delegate.Attendance.VIRTUAL if virtual else Delegate.Attendance.IN_PERSON
    return way.value


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN ", "MODIFIER LETTER "))


def written_of(delegate: Delegate) -> dict[str, Any]:
    """What is written of a person, as the form begins with it."""
    plain = {name: getattr(delegate, name, "") for name in NominationForm.base_fields}
    return {
        **plain,
        "sittings": [one.pk for one in delegate.sittings.all()],
        "letters": [one.pk for one in delegate.letters.all()],
    }


class DelegationForm(PortalForm):
    """The letters that a delegation rests on, and a note to the other sides."""

    note = forms.CharField(
        label=_("Note to the other sides"),
        required=False,
        max_length=2000,
        help_text=_("They read it once the delegation is submitted."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    letters = forms.ModelMultipleChoiceField(
        label=_("List letters and credentials"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Papers of your side. Each shows to whoever may read that paper."),
    )

    def __init__(self, *args, letters: Any, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letters"].queryset = letters
        if not letters.exists():
            del self.fields["letters"]

    @property
    def chosen(self) -> list[Paper]:
        return list(self.cleaned_data.get("letters", ()))


class TermsForm(PortalModelForm):
    """By when all sides name and confirm their people, and how strictly."""

    class Meta:
        model = Desk
        fields = ["nominate_by", "two_stages", "confirm_by", "is_strict"]
        widgets = {"nominate_by": DayInput, "confirm_by": DayInput}
