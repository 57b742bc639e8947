"""Figures of a body: what counts for all by any secretary, a side's statistics by that side."""

from decimal import Decimal

import pytest
from django.urls import reverse

from meetings import operations
from meetings.models import Figure
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.factories import make_body, make_figure, make_party, make_user

TYPED = {
    "name": "Trade turnover",
    "name_ru": "Товарооборот",
    "value": "2480.50",
    "unit": "million USD",
    "period": "2025",
    "change": "-12.5",
    "source": "Customs",
    "party": "",
}
SECRETARIES = {"officer_my", "officer_ru", "neutral"}
EVERYBODY = (*sorted(SECRETARIES), "chair_my", "chair_ru", "focal_my", "delegate", "outsider")


def shown(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def figures_of(body) -> str:
    return reverse("body-figures", args=[body.pk])


# --- on the pages ---------------------------------------------------------------------


def test_a_secretary_adds_a_figure_and_everybody_reads_it_on_the_bodys_page(client, cast):
    client.force_login(cast.officer_my)
    answer = client.post(reverse("figure-new", args=[cast.group.pk]), TYPED)
    assert answer.url == figures_of(cast.group)
    figure = cast.group.figures.get()
    assert (figure.value, figure.change) == (Decimal("2480.50"), Decimal("-12.5"))
    assert figure.names == {"ru": "Товарооборот"}
    client.logout()
    page = shown(client, cast.group.get_absolute_url())
    for words in ("Trade turnover", "2,480.50 million USD", "2025", "-12.5", "Customs"):
        assert words in page


def test_the_other_side_is_told_of_a_new_figure_and_the_history_has_it(cast):
    figure = Figure(body=cast.group, name="Exports", value=Decimal(3), unit="ships", period="2025")
    operations.add_figure(figure, by=cast.officer_my)
    entry = Entry.objects.about(cast.group).get()
    assert str(entry.sentence) == "added the figure “Exports, 2025”: 3 ships"
    told = set(Notice.objects.values_list("person", flat=True))
    assert cast.officer_ru.person.pk in told
    assert cast.officer_my.person.pk not in told


def test_a_new_figure_goes_to_the_end_of_the_list_and_can_be_put_elsewhere(client, cast):
    first, second = make_figure(cast.group), make_figure(cast.group)
    client.force_login(cast.officer_my)
    client.post(reverse("figure-new", args=[cast.group.pk]), TYPED)
    third = cast.group.figures.get(name="Trade turnover")
    assert list(cast.group.figures.all()) == [first, second, third]
    client.post(reverse("figure-change", args=[third.pk]), {**TYPED, "order": "0"})
    assert cast.group.figures.first() == third


def test_a_changed_figure_is_told_field_by_field_and_an_unchanged_one_not_at_all(client, cast):
    figure = make_figure(cast.group, "Trade turnover", value=7)
    client.force_login(cast.officer_ru)
    same = {"name": figure.name, "value": "7.00", "unit": figure.unit, "period": figure.period}
    address = reverse("figure-change", args=[figure.pk])
    client.post(address, {**same, "order": figure.order})
    assert not Entry.objects.about(cast.group).exists()
    client.post(address, {**same, "value": "8", "order": figure.order})
    entry = Entry.objects.about(cast.group).get()
    assert "“Trade turnover, 2025”: value; before: “7.00”, now: “8”" in str(entry.sentence)


def test_a_removed_figure_is_gone_and_its_value_stays_in_the_history(client, cast):
    figure = make_figure(cast.group, "Exports", value=3, unit="ships")
    client.force_login(cast.officer_my)
    answer = client.post(reverse("figure-remove", args=[figure.pk]))
    assert answer.url == figures_of(cast.group)
    assert not cast.group.figures.exists()
    entry = Entry.objects.about(cast.group).get()
    assert str(entry.sentence) == "removed the figure “Exports, 2025”: 3 ships"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"value": "much"}, "Enter a number."),
        ({"value": "1" * 30}, "no more than 20 digits"),
        ({"period": ""}, "This field is required."),
        ({"change": "12.55"}, "no more than 1 decimal place"),
    ],
)
def test_what_is_typed_wrongly_is_kept_and_said(client, cast, typed, sentence):
    client.force_login(cast.officer_my)
    answer = client.post(reverse("figure-new", args=[cast.group.pk]), {**TYPED, **typed})
    page = answer.content.decode()
    assert sentence in page
    assert "Товарооборот" in page
    assert not cast.group.figures.exists()


def test_the_same_figure_of_the_same_period_is_not_entered_twice(client, cast):
    make_figure(cast.group, "Trade turnover", period="2025")
    client.force_login(cast.officer_my)
    answer = client.post(reverse("figure-new", args=[cast.group.pk]), TYPED)
    assert answer.status_code == 200
    assert cast.group.figures.count() == 1
    twin = Figure(body=cast.group, name="Trade turnover", value=1, unit="ships", period="2025")
    with pytest.raises(Refused):
        operations.add_figure(twin, by=cast.officer_my)


def test_a_figure_that_somebody_removed_meanwhile_is_not_changed(cast):
    figure = make_figure(cast.group)
    operations.remove_figure(figure, by=cast.officer_ru)
    with pytest.raises(Refused, match="removed this figure meanwhile"):
        operations.change_figure(figure, changes={"value": 3}, by=cast.officer_my)


# --- who may --------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_secretaries_alone_keep_the_figures_of_a_body(client, cast, who):
    figure = make_figure(cast.group)
    client.force_login(cast.people[who])
    may = who in SECRETARIES
    for name, pk in (
        ("body-figures", cast.group.pk),
        ("figure-new", cast.group.pk),
        ("figure-change", figure.pk),
    ):
        assert client.get(reverse(name, args=[pk])).status_code == (200 if may else 403)
    assert (figures_of(cast.group) in shown(client, cast.group.get_absolute_url())) is may
    removed = client.post(reverse("figure-remove", args=[figure.pk]))
    assert removed.status_code == (302 if may else 403)
    assert Figure.objects.exists() is not may


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_a_sides_statistics_say_is_written_by_that_side_and_the_neutral(client, cast, who):
    figure = make_figure(cast.group, party=cast.russia)
    user = cast.people[who]
    if who in {"officer_ru", "neutral"}:
        operations.change_figure(figure, changes={"value": 3}, by=user)
        return
    with pytest.raises(NotYours):
        operations.change_figure(figure, changes={"value": 3}, by=user)
    with pytest.raises(NotYours):
        operations.remove_figure(figure, by=user)


def test_a_side_cannot_lay_a_figure_into_another_sides_statistics(client, cast):
    client.force_login(cast.officer_my)
    address = reverse("figure-new", args=[cast.group.pk])
    answer = client.post(address, {**TYPED, "party": cast.russia.pk})
    assert "Select a valid choice." in answer.content.decode()
    figure = make_figure(cast.group)
    with pytest.raises(NotYours, match="Only Russia says this"):
        operations.change_figure(figure, changes={"party": cast.russia}, by=cast.officer_my)


def test_with_three_parties_each_has_its_own_statistics_beside_the_common_ones(client, db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    own = {party: make_figure(body, f"Exports of {party.code}", party) for party in parties}
    common = make_figure(body, "Projects")
    for party in parties:
        client.force_login(make_user("secretary", party, body))
        page = shown(client, figures_of(body))
        offered = {one for one in own if reverse("figure-change", args=[own[one].pk]) in page}
        assert offered == {party}
        assert reverse("figure-change", args=[common.pk]) in page


def test_the_figures_of_a_body_that_is_unknown_to_a_reader_do_not_exist_for_it(client, cast):
    hidden = make_body(is_public=False)
    figure = make_figure(hidden)
    client.force_login(cast.officer_my)
    for name, pk in (("body-figures", hidden.pk), ("figure-change", figure.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.post(reverse("figure-remove", args=[figure.pk])).status_code == 404
