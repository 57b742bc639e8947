"""The questions of a meeting's own, as fields of a form, and the files that are sent with it."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models import Answer, Question
from delegations.models.question import YES, applying
from portal.forms import DayInput, NameField, PortalForm, within_reach

MOST_BYTES = 10 * 1024 * 1024
# How a file begins tells what it is; its name does not.
BEGINNINGS = {"PDF": b"%PDF-", "JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
PICTURES = ("JPEG", "PNG")


@dataclass(frozen=True)
class Sent:
    """A file that was sent already: the name it came with, and where it is kept."""

    name: str
    path: str

    def __str__(self) -> str:
        return self.name


class SentFileField(forms.FileField):
    """A file of few kinds, told by its content; one that was sent before stays."""

    default_error_messages = {
        "too_large": _(
            "This file has %(size)s, and at most %(most)s can be sent. Make it smaller."
        ),
        "kind": _("This is no %(kinds)s file. Save or scan it as one of these, then choose it."),
        "empty": _("This file is empty. Choose another one."),
        "required": _("Choose the file."),
    }

    def __init__(self, *, kinds: Sequence[str] = tuple(BEGINNINGS), **kwargs):
        self.kinds = kinds
        super().__init__(widget=forms.FileInput, **kwargs)

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            self._refuse_too_large(file)
            self._refuse_other_kinds(file)
            file.name = shown_name(file.name or "")
        return file

    def _refuse_too_large(self, file: UploadedFile) -> None:
        if (file.size or 0) > MOST_BYTES:
            sizes = {"size": filesizeformat(file.size), "most": filesizeformat(MOST_BYTES)}
            raise forms.ValidationError(self.error_messages["too_large"], "too_large", sizes)

    def _refuse_other_kinds(self, file: UploadedFile) -> None:
        file.seek(0)
        head = file.read(16)
        file.seek(0)
        if not any(head.startswith(BEGINNINGS[kind]) for kind in self.kinds):
            kinds = {"kinds": ", ".join(self.kinds)}
            raise forms.ValidationError(self.error_messages["kind"], "kind", kinds)


def shown_name(name: str) -> str:
    """A file's name on one line, without marks that would make it read as another."""
    kept = "".join(letter for letter in unicodedata.normalize("NFC", name) if letter.isprintable())
    stem, dot, ending = " ".join(kept.split()).rpartition(".")
    return f"{stem[:200]}{dot}{ending[:40]}" if stem else (ending[:200] or "file")


# --- one field a question -------------------------------------------------------------


def _line(question: Question) -> forms.Field:
    return NameField(max_length=400, widget=forms.TextInput(attrs={"dir": "auto"}))


def _lines(question: Question) -> forms.Field:
    return forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))


def _choice(question: Question) -> forms.Field:
    return forms.ChoiceField(choices=question.offered, widget=forms.RadioSelect)


def _several(question: Question) -> forms.Field:
    return forms.MultipleChoiceField(choices=question.offered, widget=forms.CheckboxSelectMultiple)


def _number(question: Question) -> forms.Field:
    return forms.DecimalField(max_digits=15, decimal_places=4)


def _day(question: Question) -> forms.Field:
    return forms.DateField(widget=DayInput, validators=[within_reach])


def _file(question: Question) -> forms.Field:
    return SentFileField()


def _consent(question: Question) -> forms.Field:
    return forms.BooleanField()


FIELDS: Mapping[str, Callable[[Question], forms.Field]] = {
    Question.Kind.TEXT: _line,
    Question.Kind.LONG_TEXT: _lines,
    Question.Kind.CHOICE: _choice,
    Question.Kind.SEVERAL: _several,
    Question.Kind.NUMBER: _number,
    Question.Kind.DATE: _day,
    Question.Kind.FILE: _file,
    Question.Kind.CONSENT: _consent,
}

# What to do where an answer is missing or cannot be read, by kind of answer.
WAYS_OUT = {
    Question.Kind.TEXT: {"required": _("Write an answer.")},
    Question.Kind.LONG_TEXT: {
        "required": _("Write an answer."),
        "null_characters_not_allowed": NameField.default_error_messages["control"],
    },
    Question.Kind.CHOICE: {
        "required": _("Choose one."),
        "invalid_choice": _("This can no longer be chosen. Choose again."),
    },
    Question.Kind.SEVERAL: {
        "required": _("Choose at least one."),
        "invalid_choice": _("Something of this can no longer be chosen. Choose again."),
    },
    Question.Kind.NUMBER: {
        "required": _("Write a number."),
        "invalid": _("Write a number in figures, such as 12 or 12.5."),
    },
    Question.Kind.DATE: {
        "required": _("Write a date."),
        "invalid": _("Write a day that there is, such as 2026-10-13."),
    },
    Question.Kind.FILE: {},
    Question.Kind.CONSENT: {"required": _("You can only take part if you agree to this.")},
}


def field_for(question: Question) -> forms.Field:
    """The field that asks a question, in the language being spoken."""
    field = FIELDS[question.kind](question)
    field.label = question.words
    field.help_text = question.hint_words
    field.required = field.widget.is_required = question.is_required
    field.error_messages = {**field.error_messages, **WAYS_OUT[Question.Kind(question.kind)]}
    return field


def explain_files(form: forms.Form) -> None:
    """Say beside each file field what can be sent, and what was sent already."""
    for name, field in form.fields.items():
        if isinstance(field, SentFileField):
            sent = form.initial.get(name)
            allowed = gettext("%(kinds)s, at most %(most)s.") % {
                "kinds": ", ".join(field.kinds),
                "most": filesizeformat(MOST_BYTES),
            }
            kept = gettext("Sent already: %(name)s. Choose another file to replace it.")
            words = [str(field.help_text), allowed, kept % {"name": sent.name} if sent else ""]
            field.help_text = " ".join(word for word in words if word)


# --- the answers ----------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question with its field, and under which answers to which field it is asked."""

    question: Question
    field: forms.BoundField
    depends_on: str  # the field's name; empty when everybody is asked
    when: str  # in words


class QuestionsForm(PortalForm):
    """A form that asks a meeting's own questions after its standard fields.

    What does not apply to somebody is ignored, right or wrong.
    """

    questions: Sequence[Question] = ()
    refused: Mapping[str, list[str]] = {}

    def ask(
        self,
        questions: Sequence[Question],
        sent: Mapping[str, Sent],
        refused: Mapping[str, list[str]] | None = None,
    ) -> None:
        """Add a field for each question; files sent before stand in it, or why they cannot."""
        self.questions = questions
        self.refused = refused or {}
        for question in questions:
            self.fields[question.name] = field_for(question)
        self.initial.update({name: one for name, one in sent.items() if name in self.fields})
        explain_files(self)

    def clean(self):
        answers = super().clean()
        for name, sentences in self.refused.items():
            if name in self.fields:
                self._errors.pop(name, None)
                self.add_error(name, sentences)
        asked = {question.pk for question in self.applying}
        for question in self.questions:
            if question.pk not in asked:
                self._errors.pop(question.name, None)
                self.cleaned_data.pop(question.name, None)
        return answers

    @property
    def given(self) -> dict[str, Any]:
        """What decides over questions: standard fields by name, further answers by uid."""
        standard = ("attendance", "sector")
        plain = {name: self.cleaned_data.get(name) or self.usual(name) for name in standard}
        own = {str(one.uid): _decisive(one, self.cleaned_data) for one in self.questions}
        return {**plain, **own}

    def usual(self, name: str) -> str:
        """What holds of a standard field that is not asked or not answered."""
        return ""

    @property
    def applying(self) -> list[Question]:
        """The questions asked of somebody who answered so."""
        return applying(self.questions, self.given)

    @property
    def asked(self) -> list[Asked]:
        """Every question as the page shows it."""
        by_uid = {str(one.uid): one for one in self.questions}
        return [self._asked(question, by_uid) for question in self.questions]

    def _asked(self, question: Question, by_uid: Mapping[str, Question]) -> Asked:
        source = by_uid.get(question.only_if)
        name = source.name if source else question.only_if
        if name not in self.fields:
            return Asked(question, self[question.name], "", "")
        if source and source.kind == Question.Kind.CONSENT:
            labels = {YES: gettext("Yes")}
        else:
            labels = {str(key): str(label) for key, label in self.fields[name].choices}
        chosen = [labels[one] for one in question.only_if_is if one in labels]
        when = gettext("Only if you answered “%(answer)s” to “%(question)s”.") % {
            "answer": " / ".join(chosen),
            "question": self.fields[name].label,
        }
        return Asked(question, self[question.name], name, when)

    @property
    def replies(self) -> list[Answer]:
        """The answers given to what was asked, not stored yet."""
        found = [(question, self.cleaned_data.get(question.name)) for question in self.applying]
        return [_answer(question, value) for question, value in found if not _is_empty(value)]

    @property
    def files_sent(self) -> dict[str, UploadedFile]:
        """The files that came with this post and can be kept, by field."""
        found = {name: self.cleaned_data.get(name) for name in self.file_fields}
        return {name: file for name, file in found.items() if isinstance(file, UploadedFile)}

    @property
    def files_refused(self) -> dict[str, list[str]]:
        """Why the files that came with this post cannot be kept, by field."""
        names = [name for name in self.file_fields if name in self.errors and self.files.get(name)]
        return {name: list(self.errors[name]) for name in names}

    @property
    def file_fields(self) -> list[str]:
        return [name for name, one in self.fields.items() if isinstance(one, SentFileField)]


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], False)


def _decisive(question: Question, answers: Mapping[str, Any]) -> Any:
    value = answers.get(question.name)
    return YES if value is True else value


def _answer(question: Question, value: Any) -> Answer:
    if question.kind == Question.Kind.FILE:
        file = value.path if isinstance(value, Sent) else value
        return Answer(question=question, file=file, file_name=value.name)
    plain = value if isinstance(value, bool | list) else str(value)
    return Answer(question=question, value=plain)
