"""Words that live in data rather than in catalogues: names per language, ordinals."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext, override


def current_language() -> str:
    """The two letters of the language being spoken, English when none is active."""
    return (get_language() or "en")[:2]


def in_language(names: Mapping[str, str], default: str) -> str:
    """The name in the current language, or the default (English) one."""
    return names.get(current_language()) or default


def language_name(code: str) -> str:
    """What a language is called in the one being spoken; a code nobody knows stays a code."""
    try:
        return get_language_info({"zh": "zh-hans"}.get(code, code))["name_translated"]
    except KeyError:
        return code


def in_source(words: Any) -> str:
    """Words that the portal itself puts into a row, in English: read back with `translated`."""
    if not isinstance(words, Promise):
        return str(words)
    with override("en"):
        return str(words)


def in_every_language(words: Promise) -> dict[str, str]:
    """Words of the portal's own as names per language, where they differ from the English."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = str(words)
    return {code: text for code, text in found.items() if text != in_source(words)}


def translated(words: str) -> str:
    """The portal's own words in the current language; what a person typed stays as it is."""
    return gettext(words) if words else ""


def _english(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


_ORDINALS = {
    "en": _english,
    "ru": lambda number: f"{number}-е",  # neuter, as заседание is
    "ms": lambda number: f"ke-{number}",
}


_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV")),
)


def roman(number: int) -> str:
    """A number from 1 in Roman numerals: 21 is XXI."""
    text = ""
    for value, letters in (*_ROMAN, (1, "I")):
        text += letters * (number // value)
        number %= value
    return text


def ordinal(number: int) -> str:
    """A meeting's number as the current language counts: 21st, 21-е, ke-21."""
    return _ORDINALS.get(current_language(), _english)(number)
