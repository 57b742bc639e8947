from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import ActionItem, Body, StatusReport, Undertaking
from meetings.permissions import known_organisations, known_people
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm
from portal.models import Organisation, Party, Person


class ItemForm(PortalModelForm):
    """What was agreed, in the language of the record and in those of the sides."""

    class Meta:
        model = ActionItem
        fields = ["text", "area", "due_on", "due_words"]
        labels = {"due_on": _("Due on"), "due_words": _("Due in words")}
        help_texts = {
            "text": _("The words of the record, with their verb."),
            "due_on": _("The day that the words mean. Empty when no date was agreed."),
        }
        error_messages = {"text": {"required": _("Write the text as it was agreed.")}}
        widgets = {"text": forms.Textarea(attrs={"rows": 4}), "due_on": DayInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = self.instance.meeting.body.areas.all()
        self.fields["area"].empty_label = _("Across the areas")
        self.languages = self._languages()
        for code in self.languages:
            self.fields[f"text_{code}"] = forms.CharField(
                label=gettext("Text in %(language)s")
                % {"language": get_language_info(code)["name_translated"]},
                required=False,
                initial=self.instance.texts.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
            )
        self.order_fields(["text", *(f"text_{code}" for code in self.languages), "area"])

    def _languages(self) -> list[str]:
        """The languages of the sides and those it is written in, beside the record's own."""
        used = {party.language for party in self.instance.sides()} | set(self.instance.texts)
        return [code for code, _name in settings.LANGUAGES if code in used and code != "en"]

    def clean(self):
        data = super().clean()
        typed = {code: data.get(f"text_{code}", "") for code in self.languages}
        self.cleaned_texts = {code: text for code, text in typed.items() if text}
        return data

    def _post_clean(self):
        super()._post_clean()
        self.instance.texts = self.cleaned_texts


class ChangeForm(ItemForm):
    """The same for an item that stands already: knows which revision was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.revision

    @property
    def changes(self) -> dict[str, Any]:
        """What the item is to be, by field."""
        plain = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**plain, "texts": self.cleaned_texts}

    def compared_with(self, stored: ActionItem) -> tuple["ChangeForm", list[tuple[str, Any]]]:
        """What was typed, on top of a newer revision; and (label, stored value) where they differ.

        Saving the new form means: I have read what is stored and want mine.
        """
        data = self.data.copy()
        data["revision"] = stored.revision
        form = ChangeForm(data, instance=stored)
        differences = [
            (form.fields[name].label, _stored_value(form, name)) for name in form.changed_data
        ]
        return form, differences


def _stored_value(form: ChangeForm, name: str) -> Any:
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        return getattr(form.instance, name)
    return form.get_initial_for_field(field, name)


class PersonChoiceField(forms.ModelChoiceField):
    """A person, named in the own script and in Latin letters."""

    def label_from_instance(self, person: Person) -> str:
        if person.latin_name and person.latin_name != person.full_name:
            return f"{person.full_name} ({person.latin_name})"
        return person.full_name


class UndertakingForm(PortalForm):
    """Who owns an item on one side: an organisation, known or new, and a person."""

    organisation = NameField(
        label=_("Organisation"),
        max_length=250,
        required=False,
        help_text=_("Choose one or type a new one."),
    )
    owner = PersonChoiceField(
        label=_("Owner"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("Nobody is named yet"),
    )

    def __init__(self, *args, party: Party, body: Body, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.party = party
        self.fields["owner"].queryset = known_people(user, body, party)
        self.known = list(known_organisations(user, body, party))
        self.list_id = f"{self.prefix}-organisations"
        self.fields["organisation"].widget.attrs.update(list=self.list_id, autocomplete="off")

    def save(self) -> Undertaking:
        """The undertaking, not stored yet; a new organisation is not stored either."""
        return Undertaking(
            party=self.party,
            owner=self.cleaned_data["owner"],
            organisation=self._organisation(self.cleaned_data["organisation"]),
        )

    def _organisation(self, name: str) -> Organisation | None:
        for one in self.known:
            if name in (str(one), one.name):
                return one
        return Organisation(party=self.party, name=name) if name else None


class ReportForm(PortalForm):
    """What a side reports on its own part."""

    state = forms.ChoiceField(
        label=_("How it stands"),
        choices=StatusReport.State,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it stands.")},
    )
    text = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, undertaking: Undertaking):
        super().__init__(data, auto_id=f"report-{undertaking.pk}-%s")
        self.undertaking = undertaking


class SearchForm(PortalForm):
    """The words sought in the follow-up; what cannot be understood is left aside."""

    q = forms.CharField(required=False, max_length=100)

    @property
    def words(self) -> str:
        return self.cleaned_data["q"] if self.is_valid() else ""


class KeyForm(PortalForm):
    """Which side's key is turned, and for which version of the text."""

    party = forms.ModelChoiceField(queryset=Party.objects.all())
    revision = forms.IntegerField()
    action = forms.ChoiceField(choices=[("give", ""), ("withdraw", "")])

    def __init__(self, *args, parties: Iterable[Party], **kwargs):
        super().__init__(*args, **kwargs)
        ours = [party.pk for party in parties]
        self.fields["party"].queryset = Party.objects.filter(pk__in=ours)
