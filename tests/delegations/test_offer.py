"""One form for everybody who opens it: drawn once, and never an old one."""

import re

import pytest
from django.test import Client

from delegations import operations
from delegations.offer import Shelf, offer_of
from delegations.transitions import DESK
from portal.models import Notice
from tests.delegations.answers import messages, text_of
from tests.factories import make_sitting

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SUBMISSION = re.compile(r'name="submission" value="([^"]+)"')


def test_who_comes_second_asks_one_question_and_reads_the_same(
    client, fair, django_assert_num_queries
):
    first = text_of(client.get(fair.url))
    with django_assert_num_queries(1):
        second = Client().get(fair.url)
    assert text_of(second) == first


def test_tokens_are_each_visitors_own(fair):
    visitors = [Client().get(fair.url).text for _number in range(3)]
    assert len({SUBMISSION.search(text)[1] for text in visitors}) == 3
    assert len({CSRF.search(text)[1] for text in visitors}) == 3
    assert not any("%csrf%" in text or "%submission%" in text for text in visitors)


def test_the_shared_form_can_be_posted_by_a_browser_that_is_checked(fair):
    Client().get(fair.url)
    browser = Client(enforce_csrf_checks=True)
    text = browser.get(fair.url).text
    answers = fair.answers(csrfmiddlewaretoken=CSRF.search(text)[1])
    assert browser.post(fair.url, answers).status_code == 303
    refused = Client(enforce_csrf_checks=True).post(fair.url, answers)
    assert refused.status_code == 403


def _move(fair):
    fair.plenary.title = "Moved plenary"
    fair.plenary.save()


def _area(fair):
    fair.talks.area.name = "Renamed area"
    fair.talks.area.save()


def _add(fair):
    make_sitting(fair.meeting, title="One more sitting")


def _side(fair):
    fair.cast.malaysia.short_name = "Renamed side"
    fair.cast.malaysia.save()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_move, "Moved plenary"),
        (_area, "Renamed area"),
        (_add, "One more sitting"),
        (_side, "Renamed side"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_whatever_is_changed_stands_on_the_form_at_once(fair, change, words):
    assert words not in text_of(Client().get(fair.url))
    change(fair)
    assert words in text_of(Client().get(fair.url))


def test_two_changes_in_one_transaction_are_told_apart(fair):
    for words in ("First title", "Second title"):
        fair.plenary.title = words
        fair.plenary.save()
        assert words in text_of(Client().get(fair.url))


def test_a_closed_desk_shows_no_form_to_the_next_visitor(fair):
    Client().get(fair.url)
    DESK.perform(fair.desk, "close", by=fair.cast.officer_my)
    assert 'name="submission"' not in Client().get(fair.url).text


def test_a_full_desk_offers_the_waiting_list_to_the_next_visitor(fair):
    operations.set_places(fair.desk, capacity=1, by=fair.cast.officer_my)
    assert "waiting list" not in Client().get(fair.url).text
    Client().post(fair.url, fair.answers())
    assert "You can go on the waiting list" in Client().get(fair.url).text


def test_another_registration_leaves_the_shared_form_as_it_is(fair, django_assert_num_queries):
    Client().get(fair.url)
    Client().post(fair.url, fair.answers())
    with django_assert_num_queries(1):
        Client().get(fair.url)


def test_each_language_has_its_own_form(fair):
    russian = Client(headers={"accept-language": "ru"}).get(fair.url)
    malay = Client(headers={"accept-language": "ms"}).get(fair.url)
    assert '<html lang="ru"' in russian.text
    assert '<html lang="ms"' in malay.text


def test_who_is_signed_in_never_gets_the_form_of_anybody(client, fair):
    Client().get(fair.url)
    client.force_login(fair.cast.focal_my)
    own = client.get(fair.url).text
    assert fair.cast.focal_my.person.full_name in own
    assert fair.cast.focal_my.person.full_name not in Client().get(fair.url).text


def test_the_message_is_written_when_it_is_sent_and_as_it_then_stands(fair):
    Client().post(fair.url, fair.answers())
    assert Notice.objects.get().body == ""
    [notice] = messages("registered")
    assert "/my/" in notice.body
    assert notice.writer == ""


def test_an_unknown_code_offers_nothing(db):
    assert offer_of("NOSUCHCODE") is None


def test_a_shelf_keeps_the_last_things_used():
    shelf = Shelf(2)
    for key in "ab":
        shelf.put(key, key.upper())
    shelf.get("a")
    shelf.put("c", "C")
    assert [shelf.get(key) for key in "abc"] == ["A", None, "C"]
