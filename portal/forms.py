"""What every form of the portal has in common."""

import functools
import unicodedata
from datetime import date

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.clocks import known_zones
from portal.models import Person
from portal.refusal import Refused


class PlainHelper(FormHelper):
    """Fields only: the page draws the form tag, its token and its buttons."""

    form_tag = False
    disable_csrf = True


def within_reach(day: date) -> None:
    """Refuse a year that is a slip of the finger and that no calendar here can reckon with."""
    if not 1900 <= day.year < 2200:
        raise ValidationError(_("Choose a day in the years from 1900 to 2199."), code="reach")


class PortalForm(forms.Form):
    """A form of the portal."""

    required_css_class = "required"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.validators = [*field.validators, within_reach]

    @property
    def helper(self) -> FormHelper:
        return PlainHelper()


class PortalModelForm(forms.ModelForm, PortalForm):
    """A form for a row; a constraint of the database answers with its own sentence.

    `constrained` names fields that the form does not show but a constraint looks at.
    """

    constrained: tuple[str, ...] = ()

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - set(self.constrained)


class DayInput(forms.DateInput):
    """A calendar field of the browser."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A clock field of the browser."""

    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class NameField(forms.CharField):
    """Text that names somebody or something, in any script, on one line.

    Letters are kept as typed; only the encoding of combined letters (NFC) and the white space
    are made uniform, and invisible control characters are refused.
    """

    default_error_messages = {
        "control": _("This holds an invisible control character. Type it anew instead of pasting.")
    }

    def to_python(self, value):
        text = " ".join(unicodedata.normalize("NFC", super().to_python(value) or "").split())
        # Joiners and direction marks belong to some scripts; control characters to none.
        if any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in text):
            raise forms.ValidationError(self.error_messages["control"], code="control")
        return text if any(_shows(letter) for letter in text) else ""


def _shows(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cf", "Zs", "Zl", "Zp"}


class ReasonForm(PortalForm):
    """Why somebody does something, where the deed asks for it."""

    reason = forms.CharField(
        required=False,
        max_length=2000,
        error_messages={
            "max_length": _("The reason is too long. Shorten it to %(limit_value)d letters."),
            "null_characters_not_allowed": NameField.default_error_messages["control"],
        },
    )

    @property
    def written(self) -> str:
        """What was written. Raises Refused when it cannot be kept."""
        if not self.is_valid():
            raise Refused(*self.errors["reason"])
        return self.cleaned_data["reason"]


@functools.cache
def zone_choices() -> list[tuple[str, str]]:
    """The zones people live in, by name; the database's old aliases are left out."""
    names = (name for name in known_zones() if "/" in name)
    kept = [name for name in names if not name.startswith(("Etc/", "SystemV/", "US/"))]
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(kept))]


class ProfileForm(PortalModelForm):
    """How the portal speaks to a person."""

    full_name = NameField(label=_("Full name"), max_length=250)
    latin_name = NameField(label=_("Name in Latin letters"), max_length=250, required=False)
    honorific = NameField(label=_("Honorific"), max_length=80, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    constrained = ("email",)

    class Meta:
        model = Person
        fields = ["full_name", "latin_name", "honorific", "language", "zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].widget = forms.Select(choices=zone_choices())
