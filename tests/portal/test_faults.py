"""What a person reads while a part of the portal is away, and when it made a mistake."""

from contextlib import contextmanager

import psycopg
import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.test import Client
from django.urls import path
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal import urls
from portal.services.network import free_port
from tests.factories import make_user

TO_READ = "A part of the portal does not answer just now."


@pytest.fixture
def visitor():
    """A browser that gets pages, where the tests' own client would raise the error."""
    return Client(raise_request_exception=False)


@contextmanager
def no_database():
    """Nobody listens where the database was, as while it restarts."""
    here = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = str(free_port())
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = here


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_a_page_asks_to_come_back_in_a_moment(visitor):
    visitor.force_login(make_user())
    with no_database():
        answer = visitor.get("/meetings/?kind=ordinary")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert TO_READ in text
    assert 'href="/meetings/?kind=ordinary"' in text
    assert "The portal made a mistake" not in text
    assert visitor.get("/meetings/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_meanwhile_is_not_sent_again_by_a_link(visitor):
    visitor.force_login(make_user())
    with no_database():
        answer = visitor.post("/profile/", {"full_name": "Siti"})
    assert answer.status_code == 503
    text = answer.content.decode()
    assert "what you just sent may not have been stored" in text
    assert "Try again</a>" not in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "tag"), [("ru", "ru"), ("ms", "ms")])
def test_the_page_speaks_the_language_chosen_on_the_page(visitor, settings, language, tag):
    visitor.force_login(make_user())
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with no_database():
        answer = visitor.get("/")
    assert answer.status_code == 503
    assert f'<html lang="{tag}">' in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_in_the_middle_of_a_page_is_no_mistake_either(visitor, settings):
    settings.ROOT_URLCONF = __name__
    answer = visitor.get("/cut/")
    connection.close()
    assert answer.status_code == 503
    assert TO_READ in answer.content.decode()


def test_a_broker_that_is_away_asks_to_come_back_too(visitor, settings):
    settings.ROOT_URLCONF = __name__
    assert visitor.get("/broker/").status_code == 503


@pytest.mark.parametrize("address", ["/mistake/", "/refused/"])
@pytest.mark.django_db
def test_a_mistake_of_the_portal_stays_a_mistake(visitor, settings, address):
    settings.ROOT_URLCONF = __name__
    answer = visitor.get(address)
    assert answer.status_code == 500
    assert "The portal made a mistake" in answer.content.decode()
    assert "Retry-After" not in answer


# --- addresses where something goes wrong ---------------------------------------------


def cut(request):
    with psycopg.connect(**connection.get_connection_params()) as other:
        pid = connection.cursor().connection.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.cursor().execute("SELECT 1")


def broker(request):
    Redis(port=free_port(), retry=Retry(NoBackoff(), 0)).ping()


def mistake(request):
    return 1 / 0


def refused(request):
    connection.cursor().execute("SELECT 1 FROM no_such_table")


handler500 = urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    *(
        path(f"{view.__name__}/", login_not_required(view))
        for view in (cut, broker, mistake, refused)
    ),
]
