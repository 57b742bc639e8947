"""Catalogues: nothing is left untranslated, half translated or over, and no placeholder is lost."""

import functools
import re
from io import BytesIO
from pathlib import Path

import allauth
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

LANGUAGES = sorted({code for code, _ in settings.LANGUAGES} - {"en"})
OURS = [settings.ROOT / folder for folder in ("portal", "meetings", "delegations", "demo")]
OURS += [settings.ROOT / "templates"]
ALLAUTH = Path(allauth.__file__).parent
SIGN_IN = [ALLAUTH / folder for folder in ("account", "mfa", "core")]
SIGN_IN += [ALLAUTH / "templates" / folder for folder in ("account", "mfa", "allauth")]

KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
# %(name)s, %d, %%, {name} and whole tags: what a translator carries over as it is.
MARKS = re.compile(r"%\(\w+\)[a-z]|%[sdr%]|\{\w*\}|</?[a-z][^>]*>")


@functools.cache
def catalogue(path):
    with path.open("rb") as file:
        return read_po(file)


def entries(path):
    return {(entry.context, entry.id): entry for entry in catalogue(path) if entry.id}


def messages(path):
    """What a file asks to have translated. Brackets let a template's lines begin anywhere."""
    text = path.read_text()
    if path.suffix != ".py":
        text = f"({templatize(text)}\n)"
    for _line, words, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        yield context, words


@functools.cache
def said_in(*folders):
    files = [file for folder in folders for file in folder.rglob("*")]
    return {
        message
        for file in files
        if file.suffix in (".py", ".html", ".txt")
        for message in messages(file)
    }


OF_THE_PORTAL = {code: settings.ROOT / f"locale/{code}/LC_MESSAGES/django.po" for code in LANGUAGES}
OF_SIGN_IN = settings.ROOT / "locale/allauth/ms/LC_MESSAGES/django.po"
every_catalogue = pytest.mark.parametrize(
    "path", [*OF_THE_PORTAL.values(), OF_SIGN_IN], ids=[*LANGUAGES, "sign-in"]
)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def forms(words):
    return [words] if isinstance(words, str) else list(words)


def test_no_catalogue_stands_anywhere_else():
    known = {*OF_THE_PORTAL.values(), OF_SIGN_IN}
    assert set((settings.ROOT / "locale").rglob("*.po")) == known


@every_catalogue
def test_every_entry_is_translated_in_every_plural_form(path):
    assert [
        entry.id
        for entry in entries(path).values()
        if len(forms(entry.string)) != (catalogue(path).num_plurals if entry.pluralizable else 1)
        or not all(forms(entry.string))
    ] == []


@every_catalogue
def test_no_entry_is_guessed_or_left_over(path):
    assert [entry.id for entry in entries(path).values() if entry.fuzzy] == []
    assert list(catalogue(path).obsolete) == []


@every_catalogue
def test_every_translation_carries_the_placeholders_of_its_source(path):
    assert [
        (entry.id, form)
        for entry in entries(path).values()
        for form in forms(entry.string)
        if set(MARKS.findall(form)) not in [set(MARKS.findall(words)) for words in forms(entry.id)]
    ] == []


@every_language
def test_everything_that_the_portal_says_is_in_each_catalogue(language):
    assert said_in(*OURS) - set(entries(OF_THE_PORTAL[language])) == set()


@every_language
def test_no_catalogue_holds_what_the_portal_no_longer_says(language):
    assert set(entries(OF_THE_PORTAL[language])) - said_in(*OURS) == set()


def test_malay_has_every_word_of_the_sign_in_pages():
    assert said_in(*SIGN_IN) - set(entries(OF_SIGN_IN)) == set()


@pytest.mark.parametrize(
    ("words", "malay"),
    [
        ("Incorrect code.", "Kod ini tidak betul."),
        ("This password is too common.", "Kata laluan ini terlalu lazim digunakan."),
        ("Sun", "Ahd"),
    ],
)
def test_the_words_of_the_sign_in_package_and_of_django_are_spoken(words, malay):
    with translation.override("ms"):
        assert translation.gettext(words) == malay
