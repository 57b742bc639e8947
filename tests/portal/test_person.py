"""People are named as they write it themselves, in any script."""

import unicodedata

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils.html import escape
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms import NameField, ProfileForm
from portal.models import Person
from tests.factories import make_party, make_person, make_user

SINGLE = "Suharto"
APOSTROPHE = "Dato’ Siti N'Diaye O'Brien"
COMBINING = "Nguye\u0302\u0303n Thi\u0323"  # as some keyboards send it: letter, then marks
RIGHT_TO_LEFT = "محمد بن راشد آل مكتوم"
TWO_HUNDRED = "Ň" * 200
NAMES = [
    SINGLE,
    APOSTROPHE,
    RIGHT_TO_LEFT,
    TWO_HUNDRED,
    "林佩瑜",
    "Ковалёв Денис Ёжикович",
    "Muthusamy a/l Subramaniam",
    "X Æ A-12",
    "می‌خواهم",  # a joiner inside a word
]


# --- one person per address and name --------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Nur Aisyah", "nur@example.org"), ("Nur Aisyah", "nur@example.org")),
        (("Nur Aisyah", "nur@example.org"), ("NUR AISYAH", "Nur@Example.ORG")),
        (("Денис Ковалёв", "d@example.org"), ("ДЕНИС КОВАЛЁВ", "D@example.org")),
    ],
    ids=["equal", "latin", "cyrillic"],
)
def test_the_same_name_and_address_is_one_person_whatever_the_letter_case(db, first, second):
    make_person(first[0], email=first[1])
    with pytest.raises(IntegrityError, match="one_person_per_address_and_name"):
        make_person(second[0], email=second[1])


def test_a_form_names_the_double_in_words(db):
    make_person("Nur Aisyah", email="nur@example.org")
    double = Person(full_name="nur aisyah", email="NUR@example.org")
    with pytest.raises(ValidationError, match="already a person of this name and address"):
        double.full_clean()


def test_two_people_may_share_an_address(db):
    make_person("Nur Aisyah", email="office@example.org")
    make_person("Lim Wei", email="office@example.org")
    assert Person.objects.count() == 2


def test_namesakes_without_an_address_are_different_people(db):
    make_person("Ivan Petrov", email="")
    make_person("Ivan Petrov", email="")
    assert Person.objects.count() == 2


def test_a_zone_unknown_to_the_zone_database_is_refused(db):
    with pytest.raises(ValidationError) as refusal:
        Person(full_name="Nur", zone="Asia/Kualalumpur").full_clean()
    assert set(refusal.value.message_dict) == {"zone"}


def test_a_letter_calls_a_person_by_honorific_and_full_name():
    assert Person(full_name="Mahathir", honorific="Tun").address_name == "Tun Mahathir"
    assert Person(full_name="Suharto").address_name == "Suharto"


# --- the field for names --------------------------------------------------------------


def cleaned(text: str, **facts) -> str:
    return NameField(**facts).clean(text)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_letter_by_letter(name):
    assert cleaned(name, max_length=250) == name


@pytest.mark.parametrize("name", NAMES)
def test_the_database_gives_every_name_back_as_it_was(db, name):
    assert Person.objects.get(pk=make_person(name).pk).full_name == name


def test_combining_marks_become_the_one_letter_they_mean():
    assert cleaned(COMBINING) == "Nguyễn Thị"
    assert len(cleaned(COMBINING)) == 10


def test_a_name_typed_both_ways_is_one_name(db):
    make_person(cleaned(COMBINING), email="n@example.org")
    with pytest.raises(IntegrityError, match="one_person_per_address_and_name"):
        make_person(cleaned("Nguyễn Thị"), email="n@example.org")


@pytest.mark.parametrize(
    "typed", ["  Nur   Aisyah ", "Nur\tAisyah", "Nur\nAisyah", "Nur\u00a0Aisyah\u3000"]
)
def test_white_space_of_all_kinds_becomes_one_space(typed):
    assert cleaned(typed) == "Nur Aisyah"


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\ue000"])
def test_an_invisible_control_character_is_refused_with_a_way_out(hidden):
    with pytest.raises(ValidationError) as refusal:
        cleaned(f"Nur{hidden}Aisyah")
    assert refusal.value.messages == [
        "This holds an invisible control character. Type it anew instead of pasting."
    ]


@pytest.mark.parametrize("nothing", ["", "   ", "\u200b", "\u200e\u200f", "\u2060 \ufeff"])
def test_a_name_of_which_nothing_shows_is_no_name(nothing):
    with pytest.raises(ValidationError, match="This field is required"):
        cleaned(nothing)


def test_a_name_longer_than_its_column_is_refused_before_the_database():
    with pytest.raises(ValidationError, match="at most 250 characters"):
        cleaned("Ň" * 251, max_length=250)


def test_length_is_counted_in_letters_and_not_in_marks():
    assert cleaned("e\u0301" * 250, max_length=250) == "é" * 250


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.text(max_size=40))
def test_what_a_name_field_accepts_it_accepts_again_unchanged(text):
    try:
        name = NameField(required=False).clean(text)
    except forms.ValidationError:
        return
    assert NameField(required=False).clean(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert not any(unicodedata.category(letter) == "Cc" for letter in name)


# --- the profile ----------------------------------------------------------------------


def profile(**changes) -> dict:
    return {
        "full_name": "Nur Aisyah",
        "latin_name": "",
        "honorific": "",
        "language": "en",
        "zone": "Asia/Kuala_Lumpur",
        **changes,
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_person_writes_the_own_name_in_the_own_script(client, db, name):
    user = make_user()
    client.force_login(user)
    answer = client.post(reverse("profile"), profile(full_name=name), follow=True)
    user.person.refresh_from_db()
    assert user.person.full_name == name
    assert f'value="{escape(name)}"' in answer.content.decode()


def test_a_profile_in_an_unknown_language_is_refused_and_nothing_typed_is_lost(client, db):
    user = make_user(full_name="Nur")
    client.force_login(user)
    answer = client.post(reverse("profile"), profile(full_name="Lim Wei", language="zz"))
    assert "language" in answer.context["form"].errors
    assert 'value="Lim Wei"' in answer.content.decode()
    user.person.refresh_from_db()
    assert (user.person.full_name, user.person.language) == ("Nur", "en")


@pytest.mark.parametrize("field", ["full_name", "latin_name", "honorific"])
def test_no_part_of_a_name_holds_a_control_character(db, field):
    form = ProfileForm(profile(**{field: "Nur\x07"}), instance=Person())
    assert set(form.errors) == {field}


def test_nobody_moves_to_another_side_by_the_own_profile(client, db):
    user = make_user(party=make_party("MY"))
    client.force_login(user)
    client.post(reverse("profile"), profile(party=make_party("RU").pk))
    user.person.refresh_from_db()
    assert user.person.party.code == "my"


def test_a_name_that_somebody_else_at_the_same_address_has_is_refused_in_words(client, db):
    user = make_user(full_name="Nur")
    make_person("Nur Ashikin", email=user.email)
    client.force_login(user)
    answer = client.post(reverse("profile"), profile(full_name="Nur Ashikin"))
    assert "There is already a person of this name and address." in answer.content.decode()
