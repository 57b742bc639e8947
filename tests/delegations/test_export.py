"""A selection of participants taken away: only what its reader may see, and harmless to open."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from delegations import export
from delegations.models import Delegate
from portal.models import Entry
from tests.cast import PEOPLE
from tests.factories import make_delegate


@pytest.fixture
def url(fair):
    return reverse("participants-export", args=[fair.meeting.pk])


def excel(client, url, **query):
    """The rows of the workbook, without its headings."""
    answer = client.get(url, query)
    assert answer["Content-Disposition"].endswith('.xlsx"')
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()[1:]


def table(client, url, separator="semicolon", **query):
    """The same of a CSV file."""
    answer = client.get(url, {"as": separator, **query})
    assert answer["Content-Disposition"].endswith('.csv"')
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = csv.reader(
        StringIO(content.decode("utf-8-sig")), delimiter=export.SEPARATORS[separator]
    )
    return list(lines)[1:]


def test_the_workbook_has_both_scripts_the_side_and_the_day_as_a_day(client, fair, url):
    row = make_delegate(
        fair.meeting, fair.cast.russia, full_name="Наталья Орлова", latin_name="Natalia Orlova"
    )
    client.force_login(fair.cast.officer_ru)
    [line] = excel(client, url)
    assert line[0] == row.reference
    assert line[2:4] == ["Наталья Орлова", "Natalia Orlova"]
    assert line[7] == "Russia"
    assert isinstance(line[12], date)


@pytest.mark.parametrize("separator", sorted(export.SEPARATORS))
def test_the_same_stands_in_a_table_of_text_with_any_separator(client, fair, url, separator):
    make_delegate(fair.meeting, fair.cast.russia, full_name='Орлова; "Наталья", a')
    client.force_login(fair.cast.officer_ru)
    [line] = table(client, url, separator)
    assert line[2] == 'Орлова; "Наталья", a'


@pytest.mark.parametrize("typed", ["=1+1", "+7", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_what_looks_like_a_formula_stays_a_text(client, fair, url, typed):
    row = make_delegate(fair.meeting, fair.cast.malaysia)
    Delegate.objects.filter(pk=row.pk).update(organisation=typed)
    client.force_login(fair.cast.officer_my)
    [line] = excel(client, url)
    assert line[5] == typed
    [line] = table(client, url)
    assert line[5] == f"'{typed}"


def test_only_the_own_side_and_the_neutral_take_addresses_away(client, fair, url):
    make_delegate(fair.meeting, fair.cast.malaysia, email="secret@example.org")
    took = set()
    for who in PEOPLE:
        client.force_login(fair.cast.people[who])
        answer = client.get(url, {"as": "comma"})
        if answer.status_code == 403:
            assert who in {"delegate", "outsider"}
        elif b"secret@" in b"".join(answer.streaming_content):
            took.add(who)
    assert took == {"officer_my", "chair_my", "focal_my", "neutral"}


@pytest.mark.parametrize("status", sorted(set(Delegate.Status.values) - {"approved"}))
def test_nobody_takes_away_whom_the_other_side_keeps_to_itself(client, fair, url, status):
    row = make_delegate(fair.meeting, fair.cast.malaysia, status="pending", full_name="Rahsia")
    Delegate.objects.filter(pk=row.pk).update(status=status, waiting_since=row.registered_at)
    client.force_login(fair.cast.officer_ru)
    for query in ({}, {"status": status}, {"q": "Rahsia"}, {"side": "my"}):
        assert table(client, url, **query) == []
    client.force_login(fair.cast.officer_my)
    assert len(table(client, url, status=status)) == 1


def test_the_selection_of_the_page_is_what_is_taken_away(client, fair, url):
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="One", sector="academia")
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="Two")
    client.force_login(fair.cast.officer_my)
    assert [line[2] for line in table(client, url, sector="academia")] == ["One"]


def test_who_took_it_stands_in_the_history_of_the_own_side(client, fair, url):
    client.force_login(fair.cast.officer_my)
    table(client, url)
    entry = Entry.objects.about(fair.meeting).get(verb="meeting.participants_exported")
    assert entry.actor == fair.cast.officer_my
    assert entry.private_to == fair.cast.malaysia


@pytest.mark.parametrize("rows", [1, 30])
def test_an_export_takes_the_same_queries_for_one_row_and_for_thirty(
    client, fair, url, rows, django_assert_num_queries
):
    for _number in range(rows):
        make_delegate(fair.meeting, fair.cast.malaysia, sittings=[fair.plenary])
    client.force_login(fair.cast.officer_my)
    table(client, url)
    with django_assert_num_queries(10):
        assert len(table(client, url)) == rows
