"""What a person writes to register for a meeting, or to change a registration."""

import functools
import unicodedata
import uuid

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

from delegations.models import Delegate, Delegation
from meetings.models import Meeting, Mode, Sitting
from portal.forms import NameField, PortalForm, zone_choices

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


# --- the answers ----------------------------------------------------------------------


class AnswersForm(PortalForm):
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

    field_order = (
        *("full_name", "latin_name", "honorific", "function", "organisation", "sector"),
        *("delegation", "attendance", "sittings", "email", "language", "zone"),
    )

    def __init__(self, *args, meeting: Meeting, sittings: list[Sitting], **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.offered = sittings
        self._offer_attendance()
        self._offer_sittings()

    def _offer_attendance(self):
        if self.meeting.mode != Mode.HYBRID:
            del self.fields["attendance"]

    def _offer_sittings(self):
        if not self.offered:
            del self.fields["sittings"]
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
        answers.setdefault("attendance", self._only_attendance())
        return answers

    def _only_attendance(self) -> str:
        in_person = self.meeting.mode == Mode.IN_PERSON
        way = Delegate.Attendance.IN_PERSON if in_person else Delegate.Attendance.VIRTUAL
        return way.value

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
        self.fields["zone"].required = False
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
        if "delegation" in answers and "zone" in answers:
            answers["zone"] = answers["zone"] or answers["delegation"].party.zone
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

    def __init__(self, *args, delegate: Delegate, chosen: list[Sitting], **kwargs):
        self.initial_of(delegate, chosen, kwargs)
        super().__init__(*args, meeting=delegate.meeting, **kwargs)
        self.fields["zone"].widget = ZoneSelect()

    @staticmethod
    def initial_of(delegate, chosen, kwargs):
        kwargs["initial"] = {
            **{name: getattr(delegate, name, "") for name in AnswersForm.base_fields},
            "sittings": [str(sitting.pk) for sitting in chosen],
        }
