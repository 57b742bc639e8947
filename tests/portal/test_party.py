"""Sides: their zone, their office hours, their order."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from portal.models import Party, alternat
from tests.factories import make_party


def sides() -> list[Party]:
    return [Party(pk=number, short_name=name) for number, name in enumerate(("A", "B", "C"), 1)]


def test_the_readers_own_side_comes_first_and_the_others_keep_their_order():
    one, two, three = sides()
    assert alternat([one, two, three], [two.pk]) == [two, one, three]


def test_a_reader_of_no_side_sees_the_order_given():
    assert alternat(sides(), []) == sides()


def test_a_reader_who_serves_several_sides_sees_them_first_in_the_order_given():
    one, two, three = sides()
    assert alternat([one, two, three], [three.pk, two.pk]) == [two, three, one]


def test_putting_a_side_first_leaves_the_given_list_alone():
    given = sides()
    alternat(given, [3])
    assert given == sides()


def test_a_zone_that_the_database_does_not_know_is_refused_with_an_example():
    party = Party(code="xx", name="X", short_name="X", city="X", zone="Asia/Kualalumpur")
    with pytest.raises(ValidationError) as refusal:
        party.clean_fields()
    assert refusal.value.message_dict["zone"] == [
        "“Asia/Kualalumpur” is not in the zone database. Choose a name such as Asia/Kuala_Lumpur."
    ]


def test_an_offset_is_not_a_zone_because_it_forgets_summer():
    with pytest.raises(ValidationError, match="is not in the zone database"):
        Party(code="xx", name="X", short_name="X", city="X", zone="UTC+8").clean_fields()


@pytest.mark.parametrize(
    ("opens", "closes"), [(time(17), time(9)), (time(9), time(9))], ids=["backwards", "never"]
)
def test_the_database_refuses_an_office_that_closes_before_it_opens(db, opens, closes):
    with pytest.raises(IntegrityError, match="party_opens_before_it_closes"):
        make_party("XX", opens=opens, closes=closes)


def test_a_form_says_in_words_that_the_office_must_open_first(db):
    party = Party(
        code="xx",
        name="X",
        short_name="X",
        city="X",
        zone="UTC",
        opens=time(17),
        closes=time(9),
    )
    with pytest.raises(ValidationError, match="The office must open before it closes"):
        party.full_clean()


@pytest.mark.parametrize("day", [0, 8])
def test_a_day_of_rest_is_a_day_of_the_week(day):
    party = Party(code="xx", name="X", short_name="X", city="X", zone="UTC", rest_days=[day])
    with pytest.raises(ValidationError) as refusal:
        party.clean_fields()
    assert set(refusal.value.message_dict) == {"rest_days"}


def test_two_parties_never_share_a_code(db):
    make_party("MY")
    with pytest.raises(IntegrityError):
        Party.objects.create(code="my", name="X", short_name="X", city="X", zone="UTC")


def test_a_side_its_full_name_and_its_city_are_named_in_the_language_being_spoken():
    party = Party(
        name="Russian Federation",
        names={"ru": "Российская Федерация"},
        short_name="Russia",
        short_names={"ru": "Россия"},
        city="Moscow",
        cities={"ru": "Москва"},
        zone="Europe/Moscow",
    )
    with translation.override("ru"):
        assert (party.label, party.full_label, party.place.name) == (
            "Россия",
            "Российская Федерация",
            "Москва",
        )
    assert (party.label, party.full_label, party.place.name) == (
        "Russia",
        "Russian Federation",
        "Moscow",
    )


def test_the_clock_of_a_side_is_that_of_its_zone():
    assert str(Party(zone="Europe/Moscow").zone_info) == "Europe/Moscow"
    assert Party(zone="Europe/Moscow", city="Moscow").place.zone == "Europe/Moscow"
