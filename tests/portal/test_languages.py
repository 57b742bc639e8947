"""Words that live in data: ordinals and names per language."""

import pytest
from django.utils import translation

from portal.languages import current_language, in_language, ordinal


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (10, "10th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (20, "20th"),
        (21, "21st"),
        (22, "22nd"),
        (23, "23rd"),
        (101, "101st"),
        (111, "111th"),
        (112, "112th"),
        (113, "113th"),
        (121, "121st"),
    ],
)
def test_english_counts_the_teens_apart(number, words):
    with translation.override("en"):
        assert ordinal(number) == words


@pytest.mark.parametrize(("number", "words"), [(1, "1-е"), (2, "2-е"), (21, "21-е")])
def test_russian_counts_sittings_in_the_neuter(number, words):
    with translation.override("ru"):
        assert ordinal(number) == words


@pytest.mark.parametrize(("number", "words"), [(1, "ke-1"), (2, "ke-2"), (11, "ke-11")])
def test_malay_puts_its_ordinal_before_the_number(number, words):
    with translation.override("ms"):
        assert ordinal(number) == words


def test_a_language_without_ordinals_of_its_own_counts_in_english():
    with translation.override("de"):
        assert ordinal(21) == "21st"


def test_a_regional_language_counts_as_its_language_does():
    with translation.override("ru-ru"):
        assert current_language() == "ru"
        assert ordinal(3) == "3-е"


def test_without_any_language_english_is_spoken():
    with translation.override(None):
        assert current_language() == "en"


def test_a_name_is_given_in_the_language_being_spoken():
    with translation.override("ru"):
        assert in_language({"ru": "Россия", "ms": "Rusia"}, "Russia") == "Россия"


@pytest.mark.parametrize("names", [{}, {"ru": ""}, {"ms": "Rusia"}])
def test_a_name_missing_or_empty_falls_back_to_the_english_one(names):
    with translation.override("ru"):
        assert in_language(names, "Russia") == "Russia"
