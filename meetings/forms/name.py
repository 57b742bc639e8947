"""Names per language, typed in a field for each language."""

from collections.abc import Iterable, Mapping

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext

from portal.forms import NameField
from portal.models import Party

SOURCE = "en"  # the language of the plain name


def languages_of(parties: Iterable[Party], names: Mapping[str, str]) -> list[str]:
    """Those of the portal, of the sides, and those that a name stands in already."""
    spoken = [code for code, _name in settings.LANGUAGES]
    spoken += [party.language for party in parties] + list(names)
    return [code for code in dict.fromkeys(spoken) if code != SOURCE and _is_known(code)]


def _is_known(code: str) -> bool:
    try:
        get_language_info(code)
    except KeyError:
        return False
    return True


class NamesMixin:
    """A form with one more field for each language of a text; `names` gathers what was typed.

    What stands in a language that has no field is kept.
    """

    def add_names(
        self,
        stored: Mapping[str, str],
        parties: Iterable[Party],
        *,
        label: str,
        after: str,
        max_length: int = 300,
    ) -> None:
        """`label` is the sentence of a field, with %(language)s in it."""
        self.stored_names = dict(stored)
        self.languages = languages_of(parties, stored)
        for code in self.languages:
            language = get_language_info(code)["name_translated"]
            self.fields[f"name_{code}"] = NameField(
                label=label % {"language": language},
                required=False,
                max_length=max_length,
                initial=stored.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code, "dir": "auto"}),
            )
        order = list(self.fields)
        own = [f"name_{code}" for code in self.languages]
        rest = [name for name in order if name not in own]
        place = rest.index(after) + 1 if after else 0
        self.order_fields(rest[:place] + own + rest[place:])

    @property
    def names(self) -> dict[str, str]:
        """The names per language as typed; an emptied field takes its name away."""
        typed = {code: self.cleaned_data.get(f"name_{code}", "") for code in self.languages}
        return {code: text for code, text in {**self.stored_names, **typed}.items() if text}


def name_label() -> str:
    return gettext("Name in %(language)s")
