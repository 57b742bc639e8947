"""What those who run a desk write about the form of a registration."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms import formset_factory
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from delegations.forms.registration import AnswersForm
from delegations.models import Delegate, Question, Questionnaire
from delegations.models.question import YES
from meetings.models import Meeting, Mode
from portal.forms import NameField, PortalForm, PortalModelForm

MUST_OR_NOT = ("attendance", "sector")  # half an answer to these would mislead
DEPENDED_ON = (Question.Kind.CHOICE, Question.Kind.SEVERAL, Question.Kind.CONSENT)


def languages_of(meeting: Meeting) -> list[str]:
    """The languages a question is written in besides English: those of the sides."""
    used = {party.language for party in meeting.sides()}
    return [code for code, _name in settings.LANGUAGES if code in used and code != "en"]


def _in(words: str, code: str) -> str:
    return words % {"language": get_language_info(code)["name_translated"]}


class FieldsForm(PortalForm):
    """Which standard fields the form asks, and how."""

    def __init__(self, *args, questionnaire: Questionnaire, **kwargs):
        super().__init__(*args, **kwargs)
        ask = Questionnaire.Ask
        for name in Questionnaire.STANDARD:
            choices = [
                one for one in ask.choices if name not in MUST_OR_NOT or one[0] != "optional"
            ]
            self.fields[name] = forms.ChoiceField(
                label=AnswersForm.base_fields[name].label,
                choices=choices,
                initial=questionnaire.asks(name),
                error_messages={"invalid_choice": _("Choose how it is asked.")},
            )

    @property
    def plain(self) -> list[forms.BoundField]:
        names = [name for name in Questionnaire.STANDARD if name not in Questionnaire.IDENTITY]
        return [self[name] for name in names]

    @property
    def close(self) -> list[forms.BoundField]:
        return [self[name] for name in Questionnaire.IDENTITY]


class QuestionForm(PortalModelForm):
    """One question, in each language of the meeting, and of whom it is asked."""

    label = NameField(
        label=_("Question"),
        max_length=400,
        help_text=_("In English. Who reads in another language sees it where nothing else is."),
        error_messages={"required": _("Write the question.")},
    )
    hint = NameField(label=_("Hint"), max_length=400, required=False)
    condition = forms.MultipleChoiceField(
        label=_("Asked only of those who answered"),
        help_text=_("Leave it empty to ask everybody. Mark answers to one question alone."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Question
        fields = ["kind", "label", "hint", "is_required", "is_identity"]

    def __init__(self, *args, meeting: Meeting, earlier: Sequence[Question], **kwargs):
        super().__init__(*args, **kwargs)
        self.languages = languages_of(meeting)
        self._ask_in_languages()
        sources = _sources(meeting, earlier)
        self.fields["condition"].choices = sources
        self.initial["condition"] = [
            f"{self.instance.only_if}={one}" for one in self.instance.only_if_is
        ]
        if not sources:
            del self.fields["condition"]
        if self.instance.pk:
            del self.fields["kind"]
        names = [f"label_{code}" for code in self.languages]
        hints = [f"hint_{code}" for code in self.languages]
        self.order_fields(["kind", "label", *names, "hint", *hints, "is_required", "condition"])

    def _ask_in_languages(self):
        words = (
            ("label", gettext("Question in %(language)s"), self.instance.labels),
            ("hint", gettext("Hint in %(language)s"), self.instance.hints),
        )
        for name, label, written in words:
            for code in self.languages:
                self.fields[f"{name}_{code}"] = NameField(
                    label=_in(label, code),
                    required=False,
                    max_length=400,
                    initial=written.get(code, ""),
                    widget=forms.TextInput(attrs={"lang": code}),
                )

    def clean_condition(self):
        chosen = self.cleaned_data["condition"]
        if len({one.partition("=")[0] for one in chosen}) > 1:
            raise forms.ValidationError(
                gettext("Mark answers to one question only. Two questions cannot decide at once.")
            )
        return chosen

    @property
    def kind(self) -> str:
        return self.instance.kind if self.instance.pk else self.cleaned_data.get("kind", "")

    def _written(self, name: str, kept: dict) -> dict[str, str]:
        typed = {code: self.cleaned_data.get(f"{name}_{code}", "") for code in self.languages}
        others = {code: text for code, text in kept.items() if code not in self.languages}
        return {**others, **{code: text for code, text in typed.items() if text}}

    @property
    def changes(self) -> dict[str, Any]:
        """What the question is to be, by field; its choices come from their own form."""
        chosen = self.cleaned_data.get("condition", [])
        plain = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        return {
            **plain,
            "labels": self._written("label", self.instance.labels),
            "hints": self._written("hint", self.instance.hints),
            "only_if": chosen[0].partition("=")[0] if chosen else "",
            "only_if_is": [one.partition("=")[2] for one in chosen],
        }


def _sources(meeting: Meeting, earlier: Sequence[Question]) -> list[tuple[str, list]]:
    """The answers that a question may depend on, by what was asked."""
    found = []
    if meeting.mode == Mode.HYBRID:
        found.append(
            _source(gettext("How you take part"), "attendance", Delegate.Attendance.choices)
        )
    found.append(_source(gettext("Sector"), "sector", Delegate.Sector.choices))
    for question in earlier:
        if question.kind == Question.Kind.CONSENT:
            found.append(_source(question.words, str(question.uid), [(YES, gettext("Yes"))]))
        elif question.kind in DEPENDED_ON:
            found.append(_source(question.words, str(question.uid), question.offered))
    return found


def _source(label: str, name: str, choices) -> tuple[str, list]:
    return label, [(f"{name}={key}", words) for key, words in choices]


class ChoiceForm(PortalForm):
    """One thing that can be chosen; an empty one takes it off."""

    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=8)
    label = NameField(label=_("Choice"), required=False, max_length=200)

    def __init__(self, *args, languages: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        labels = (self.initial or {}).get("labels", {})
        for code in languages:
            self.fields[f"label_{code}"] = NameField(
                label=_in(gettext("in %(language)s"), code),
                required=False,
                max_length=200,
                initial=labels.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code}),
            )
        self.languages = languages

    @property
    def labels(self) -> dict[str, str]:
        typed = {code: self.cleaned_data.get(f"label_{code}", "") for code in self.languages}
        return {code: text for code, text in typed.items() if text}


class BaseChoices(forms.BaseFormSet):
    """What can be chosen, in order. Keys never change, so that every answer still reads."""

    def choices(self, before: Sequence[dict]) -> list[dict]:
        """The choices as they are to be; one that was emptied stays for those who took it."""
        known = {one["key"]: one for one in before}
        found, left = [], dict(known)
        fresh = iter(_keys(set(known)))
        for form in self.forms:
            key, label = form.cleaned_data.get("key", ""), form.cleaned_data.get("label", "")
            if label:
                left.pop(key, None)
                own = key if key in known else next(fresh)
                found.append({"key": own, "label": label, "labels": form.labels})
        return found + [{**one, "off": True} for one in left.values()]


def _keys(taken: set[str]):
    number = 0
    while True:
        number += 1
        if f"c{number}" not in taken:
            yield f"c{number}"


ChoiceFormSet = formset_factory(ChoiceForm, formset=BaseChoices, extra=4, max_num=60)
