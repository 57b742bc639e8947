"""What a person writes to register for a meeting, or to change a registration."""

import functools
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.forms.question import PICTURES, QuestionsForm, Sent, SentFileField
from delegations.models import Answer, Delegate, Delegation, Identity, Question, Questionnaire
from delegations.models.identity import erased_on
from meetings.models import Meeting, Mode, Sitting
from portal.forms import DayInput, NameField, within_reach, zone_choices

TOO_LONG = _("This is too long. Shorten it to %(limit_value)d letters; it has %(show_value)d.")

# --- fields ---------------------------------------------------------------------------


class MailAddressField(forms.EmailField):
    """An e-mail address; the domain is kept in small letters, the rest as it was typed."""

    default_error_messages = {
        "required": _("Write your e-mail address: your personal link is sent there."),
        "invalid": _("This is no e-mail address. Write it as in name@example.org."),
        "max_length": TOO_LONG,
    }

    def to_python(self, value):
        text = _without_invisible_edges(unicodedata.normalize("NFC", super().to_python(value)))
        name, at, domain = text.rpartition("@")
        return f"{name}{at}{domain.lower()}"


def _without_invisible_edges(text: str) -> str:
    """Without what phones paste along: spaces, zero-width letters, direction marks."""
    while text and (text[0].isspace() or unicodedata.category(text[0]) == "Cf"):
        text = text[1:]
    while text and (text[-1].isspace() or unicodedata.category(text[-1]) == "Cf"):
        text = text[:-1]
    return text


class ZoneSelect(forms.Select):
    """Some four hundred zones, drawn once for everybody; a first entry stands for none chosen."""

    def __init__(self, nothing_chosen=""):
        super().__init__()
        self.nothing_chosen = nothing_chosen

    def render(self, name, value, attrs=None, renderer=None):
        first = format_html('<option value="">{}</option>', self.nothing_chosen)
        options = first + _zone_options() if self.nothing_chosen else _zone_options()
        plain = format_html('value="{}"', value or "")
        chosen = options.replace(plain, f"{plain} selected", 1)
        attributes = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", attributes, mark_safe(chosen))  # noqa: S308


@functools.cache
def _zones() -> dict[str, str]:
    return dict(zone_choices())


@functools.cache
def _zone_options() -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', _zones().items())


class ZoneField(forms.CharField):
    """A time zone by its name; empty where one may leave it open."""

    default_error_messages = {
        "required": _("Choose the time zone in which you read your messages."),
        "unknown": _("This time zone is not known. Choose one of the list."),
    }

    def validate(self, value):
        super().validate(value)
        if value and value not in _zones():
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")


def _sitting_words(sitting: Sitting) -> str:
    context = {"sitting": sitting, "meeting": sitting.meeting}
    return mark_safe(render_to_string("delegations/_sitting_choice.html", context))  # noqa: S308


sitting_words = lazy(_sitting_words, str)


def _has_latin(text: str) -> bool:
    return any(_is_latin(letter) for letter in text if letter.isalpha())


def _is_latin(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    # Among the modifier letters are the apostrophe and the okina that Latin names use.
    return name.startswith(("LATIN ", "MODIFIER LETTER "))


def _text(label, required="", help_text="", max_length=250, **attrs):
    """A line of text; `required` is the sentence for who leaves it empty."""
    return NameField(
        label=label,
        help_text=help_text,
        max_length=max_length,
        required=bool(required),
        error_messages={"required": required, "max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"dir": "auto", **attrs}),
    )


def _day(label, **attrs):
    return forms.DateField(
        label=label,
        required=False,
        widget=DayInput(attrs=attrs),
        validators=[within_reach],
        error_messages={"invalid": _("Write a day that there is, such as 2026-10-13.")},
    )


# What to do where a field is empty that can be left out of the form, or may stay empty there.
WHEN_EMPTY = {
    "latin_name": _("Write your name in Latin letters too, as in your passport."),
    "honorific": _("Write how a letter calls you."),
    "function": _("Write your function."),
    "document": _("Write the number of your passport or identity card."),
    "issued_by": _("Write who issued it."),
    "valid_until": _("Write until which day it is valid."),
    "born_on": _("Write your date of birth."),
    "nationality": _("Write your nationality."),
    "photo": _("Choose a photo of your face."),
}


# --- the answers ----------------------------------------------------------------------


class AnswersForm(QuestionsForm):
    """What registering and changing a registration have in common.

    Questions with one possible answer are not asked.
    """

    full_name = _text(
        _("Full name"),
        required=_("Write your full name."),
        help_text=_("As you write it yourself, in your own script. One name is enough."),
        autocomplete="name",
        spellcheck="false",
    )
    latin_name = _text(
        _("Name in Latin letters"),
        help_text=_("As in your passport. Only needed when the name above is in another script."),
        spellcheck="false",
    )
    honorific = _text(
        _("Honorific or title"),
        help_text=_("How a letter calls you, such as H.E., Dato’, Dr, Ms."),
        max_length=80,
        autocomplete="honorific-prefix",
    )
    function = _text(
        _("Function"),
        help_text=_("Your post, such as Deputy Director or Chief Engineer."),
        max_length=200,
        autocomplete="organization-title",
    )
    organisation = _text(
        _("Organisation"),
        required=_("Write the ministry, agency, company or association you come from."),
        autocomplete="organization",
    )
    sector = forms.ChoiceField(
        label=_("Sector"),
        choices=Delegate.Sector,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the sector your organisation belongs to.")},
    )
    attendance = forms.ChoiceField(
        label=_("How you take part"),
        choices=Delegate.Attendance,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you come in person or by video.")},
    )
    sittings = forms.TypedMultipleChoiceField(
        label=_("Sittings you want to attend"),
        help_text=_("Some run at the same time."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one sitting."),
            "invalid_choice": _("A sitting you chose is no longer in the programme. Choose again."),
        },
    )
    email = MailAddressField(
        label=_("E-mail address"),
        help_text=_(
            "Your reference and your personal link are sent there. The other side never sees it."
        ),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(label=_("Language of your messages"), choices=settings.LANGUAGES)
    zone = ZoneField(label=_("Time zone of your messages"))
    document = _text(
        _("Number of your passport or identity card"),
        help_text=_("As printed on it."),
        max_length=40,
        autocomplete="off",
        spellcheck="false",
    )
    issued_by = _text(_("Issued by"), max_length=120, autocomplete="off")
    valid_until = _day(_("Valid until"))
    born_on = _day(_("Date of birth"), autocomplete="bday")
    nationality = _text(_("Nationality"), max_length=80, autocomplete="country-name")
    photo = SentFileField(label=_("Photo of your face"), kinds=PICTURES, required=False)

    field_order = (
        *("full_name", "latin_name", "honorific", "function", "organisation", "sector"),
        *("delegation", "attendance", "sittings", "email", "language", "zone"),
        *Questionnaire.IDENTITY,
    )

    def __init__(
        self,
        *args,
        meeting: Meeting,
        sittings: list[Sitting],
        questionnaire: Questionnaire | None = None,
        questions: Sequence[Question] = (),
        sent: Mapping[str, Sent] | None = None,
        refused: Mapping[str, list[str]] | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.offered = sittings
        self.questionnaire = questionnaire or Questionnaire()
        self._ask_standard_fields()
        self._offer_attendance()
        self._offer_sittings()
        self.ask(questions, sent or {}, refused)

    def _ask_standard_fields(self):
        for name in Questionnaire.STANDARD:
            how = self.questionnaire.asks(name)
            if how == Questionnaire.Ask.HIDDEN:
                del self.fields[name]
            else:
                field = self.fields[name]
                field.required = field.widget.is_required = how == Questionnaire.Ask.REQUIRED
                if name in WHEN_EMPTY:
                    field.error_messages["required"] = WHEN_EMPTY[name]

    def _offer_attendance(self):
        if self.meeting.mode != Mode.HYBRID:
            self.fields.pop("attendance", None)

    def _offer_sittings(self):
        if not self.offered:
            self.fields.pop("sittings", None)
        if "sittings" not in self.fields:
            return
        by_key = {str(sitting.pk): sitting for sitting in self.offered}
        self.fields["sittings"].choices = [
            (key, sitting_words(sitting)) for key, sitting in by_key.items()
        ]
        self.fields["sittings"].coerce = by_key.get
        if not _overlap(self.offered):
            self.fields["sittings"].help_text = ""

    def clean_full_name(self):
        name = self.cleaned_data["full_name"]
        if not any(letter.isalpha() for letter in name):
            raise forms.ValidationError(gettext("Write your name in letters."))
        return name

    def clean_latin_name(self):
        name = self.cleaned_data["latin_name"]
        if any(letter.isalpha() and not _is_latin(letter) for letter in name):
            raise forms.ValidationError(
                gettext(
                    "Write this in Latin letters only, as in your passport; the other script above."
                )
            )
        return name

    def clean(self):
        answers = super().clean()
        # Nothing stands there either when what was written is refused already.
        if answers.get("latin_name") == "" and not _has_latin(answers.get("full_name", "a")):
            self.add_error(
                "latin_name",
                gettext(
                    "Write your name in Latin letters too, as in your passport: "
                    "the other side must be able to read it."
                ),
            )
        return answers

    @property
    def answers(self) -> dict:
        """The answers as the fields of a Delegate."""
        names = {field.name for field in Delegate._meta.concrete_fields}
        answers = {name: value for name, value in self.cleaned_data.items() if name in names}
        for name in ("attendance", "sector"):
            answers[name] = answers.get(name) or self.usual(name)
        return answers

    def usual(self, name: str) -> str:
        """Where one does not say how one comes: to the place, if the meeting has one."""
        if name == "sector":
            return Delegate.Sector.OTHER.value
        virtual = self.meeting.mode == Mode.VIRTUAL
        way = Delegate.Attendance.VIRTUAL if virtual else Delegate.Attendance.IN_PERSON
        return way.value

    @property
    def identity(self) -> Identity | None:
        """What was asked of few, not stored yet; None where nothing of it was given."""
        names = [name for name in Questionnaire.IDENTITY if name in self.fields]
        facts = {name: self.cleaned_data.get(name) for name in names}
        photo = facts.get("photo")
        if isinstance(photo, Sent):
            facts["photo"] = photo.path
        given = {name: value for name, value in facts.items() if value}
        return Identity(**given) if given else None

    @property
    def erased_on(self) -> date:
        """When identity data is deleted, as the form says."""
        return erased_on(self.meeting.ends_on)

    def fields_named(self, *names: str) -> list[forms.BoundField]:
        """Those of these fields that are asked."""
        return [self[name] for name in names if name in self.fields]

    @property
    def about_person(self) -> list[forms.BoundField]:
        names = ("full_name", "latin_name", "honorific", "function", "organisation", "sector")
        return self.fields_named(*names)

    @property
    def about_part(self) -> list[forms.BoundField]:
        return self.fields_named("delegation", "attendance", "sittings")

    @property
    def about_messages(self) -> list[forms.BoundField]:
        return self.fields_named("email", "language", "zone")

    @property
    def about_identity(self) -> list[forms.BoundField]:
        return self.fields_named(*Questionnaire.IDENTITY)

    @property
    def chosen(self) -> list[Sitting]:
        """The sittings chosen, in the order of the programme."""
        return self.cleaned_data.get("sittings", [])

    @property
    def clashes(self) -> list[tuple[Sitting, Sitting]]:
        """Those among the chosen sittings that run at the same time."""
        return _overlap(self.chosen)


def _overlap(sittings: list[Sitting]) -> list[tuple[Sitting, Sitting]]:
    return [
        (one, other)
        for number, one in enumerate(sittings)
        for other in sittings[number + 1 :]
        if one.runs_beside(other)
    ]


class RegistrationForm(AnswersForm):
    """A registration by the public link."""

    delegation = forms.TypedChoiceField(
        label=_("The side you come with"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the side whose delegation you belong to.")},
    )
    submission = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = (*AnswersForm.field_order, "submission")

    def __init__(self, *args, delegations: list[Delegation], **kwargs):
        super().__init__(*args, **kwargs)
        by_code = {one.party.code: one for one in delegations}
        self.fields["delegation"].choices = [
            (code, one.party.label) for code, one in by_code.items()
        ]
        self.fields["delegation"].coerce = by_code.__getitem__
        if "zone" in self.fields:
            self.fields["zone"].widget = ZoneSelect(_("As in the capital of my side"))
        self.initial.setdefault("submission", str(uuid.uuid4()))
        self.initial.setdefault("language", (translation.get_language() or "en")[:2])
        self.initial.setdefault("sittings", _usual_choice(self.offered))

    def clean_submission(self):
        try:
            return uuid.UUID(self.cleaned_data["submission"])
        except ValueError:
            return uuid.uuid4()

    def clean(self):
        answers = super().clean()
        if "delegation" in answers and "zone" not in self.errors:
            answers["zone"] = answers.get("zone") or answers["delegation"].party.zone
        return answers

    @property
    def number(self) -> uuid.UUID:
        """What tells this form from others, once it was looked at."""
        return self.cleaned_data.get("submission") or uuid.uuid4()

    @property
    def delegate(self) -> Delegate:
        """The registration, not stored yet."""
        return Delegate(**{**self.answers, "submission": None})


def _usual_choice(sittings: list[Sitting]) -> list[str]:
    """The plenary, or the only sitting that there is."""
    usual = [one for one in sittings if one.kind == Sitting.Kind.PLENARY or len(sittings) == 1]
    return [str(one.pk) for one in usual]


class ChangeForm(AnswersForm):
    """A change of a registration by the personal link. The side cannot be changed."""

    def __init__(
        self,
        *args,
        delegate: Delegate,
        chosen: list[Sitting],
        earlier: Sequence[Answer] = (),
        identity: Identity | None = None,
        sent: Mapping[str, Sent] | None = None,
        **kwargs,
    ):
        self.initial_of(delegate, chosen, kwargs)
        kwargs["initial"].update(_given_before(earlier), **_identity_before(identity))
        kwargs["sent"] = {**_files_before(earlier, identity), **(sent or {})}
        super().__init__(*args, meeting=delegate.meeting, **kwargs)
        self.delegate = delegate
        if "zone" in self.fields:
            self.fields["zone"].required = True
            self.fields["zone"].widget = ZoneSelect()

    def usual(self, name: str) -> str:
        """What was said before holds where it is not asked any more."""
        if name == "attendance" and self.meeting.mode != Mode.HYBRID:
            return super().usual(name)
        return getattr(self.delegate, name)

    @staticmethod
    def initial_of(delegate, chosen, kwargs):
        kwargs["initial"] = {
            **{name: getattr(delegate, name, "") for name in AnswersForm.base_fields},
            "sittings": [str(sitting.pk) for sitting in chosen],
        }


def _given_before(earlier: Sequence[Answer]) -> dict:
    return {one.question.name: one.value for one in earlier if not one.file}


def _identity_before(identity: Identity | None) -> dict:
    facts = [name for name in Questionnaire.IDENTITY if name != "photo"]
    return {name: getattr(identity, name) for name in facts} if identity else {}


def _files_before(earlier: Sequence[Answer], identity: Identity | None) -> dict[str, Sent]:
    found = {one.question.name: Sent(one.file_name, one.file.name) for one in earlier if one.file}
    if identity and identity.photo:
        found["photo"] = Sent(gettext("your photo"), identity.photo.name)
    return found
