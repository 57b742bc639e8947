"""Who guesses has to wait; who registers does not; what is not yours looks like what is not."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse
from redis.exceptions import ConnectionError as NoConnection

from delegations.models import Delegate
from portal import rate
from tests.delegations.answers import text_of
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate, make_delegation

NOW = "2026-11-24 10:00:20+00:00"
FORGED = "1.AAAAAAAAAAAA:forged"


@pytest.fixture
def fair(cast):
    return make_fair(cast)


@pytest.fixture(autouse=True)
def _an_empty_minute():
    """Each test begins to count at nought."""
    with time_machine.travel(NOW, tick=False):
        who = ("127.0.0.1", "203.0.113.5", "203.0.113.9")
        cache.delete_many([rate.key_of(what, one) for what in ("guess", "form") for one in who])
        yield


# --- whose address --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "forwarded", "who"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # nobody's proxy: not believed
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the first was made up
        ("10.0.0.7", "6.6.6.6, 198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "not an address", "not an address"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
    ],
)
def test_only_our_own_proxies_are_believed_about_who_asks(settings, remote, forwarded, who):
    settings.PORTAL_TRUSTED_PROXIES = ["127.0.0.0/8", "10.0.0.7"]
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert rate.address_of(request) == who


# --- guessing -------------------------------------------------------------------------


def test_who_guesses_links_has_to_wait_and_then_not_even_a_true_one_opens(client, fair, settings):
    settings.PORTAL_GUESSES_PER_MINUTE = 3
    true = reverse("registration", args=[make_delegate(fair.meeting, fair.cast.malaysia).token])
    for _guess in range(3):
        assert client.get(reverse("registration", args=[FORGED])).status_code == 404
    for address in (reverse("registration", args=[FORGED]), true):
        response = client.get(address)
        assert response.status_code == 429
        assert response["Retry-After"] == "40"
        assert "Try again in 40 seconds." in text_of(response)
    assert client.get(true, REMOTE_ADDR="203.0.113.5").status_code == 200
    with time_machine.travel("2026-11-24 10:01:00+00:00", tick=False):
        assert client.get(true).status_code == 200


def test_codes_of_public_forms_are_guessed_as_seldom(client, fair, settings):
    settings.PORTAL_GUESSES_PER_MINUTE = 2
    for _guess in range(2):
        assert client.get(reverse("register", args=["AAAAAAAA"])).status_code == 404
    assert client.get(reverse("register", args=["AAAAAAAA"])).status_code == 429
    assert client.get(fair.url).status_code == 429


def test_one_personal_link_opens_only_so_often_whoever_opens_it(client, fair, settings):
    settings.PORTAL_READS_PER_LINK = 2
    mine, other = (
        reverse("registration", args=[make_delegate(fair.meeting, fair.cast.malaysia).token])
        for _one in range(2)
    )
    found = [client.get(mine, REMOTE_ADDR=f"203.0.113.{one}").status_code for one in range(3)]
    assert found == [200, 200, 429]
    assert client.get(other).status_code == 200


def test_a_form_is_sent_from_one_address_only_so_often_and_read_freely(client, fair, settings):
    settings.PORTAL_FORMS_PER_MINUTE = 2
    sent = [client.post(fair.url, fair.answers(full_name="")).status_code for _one in range(3)]
    assert sent[2] == 429
    assert 429 not in sent[:2]
    assert client.get(fair.url).status_code == 200
    assert client.post(fair.url, {}, REMOTE_ADDR="203.0.113.9").status_code != 429
    assert not Delegate.objects.exists()


def test_nobody_is_kept_out_while_the_cache_is_down(client, fair, settings):
    settings.PORTAL_GUESSES_PER_MINUTE = settings.PORTAL_READS_PER_LINK = 1
    settings.PORTAL_FORMS_PER_MINUTE = 1
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    with pytest.raises(NoConnection):
        cache.get("x")
    for _one in range(3):
        assert client.get(reverse("registration", args=[FORGED])).status_code == 404
        assert client.get(fair.url).status_code == 200


# --- not yours is as good as not there ------------------------------------------------


def same_answers(client, name, theirs, nobodys):
    """The status and the page of what is another's and of what does not exist."""
    answers = [client.get(reverse(name, args=[one])) for one in (theirs, nobodys)]
    assert answers[0].status_code == answers[1].status_code == 404
    texts = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", a.text) for a in answers]
    bodies = [
        text.replace(reverse(name, args=[one]), "…")
        for text, one in zip(texts, (theirs, nobodys), strict=True)
    ]
    assert bodies[0] == bodies[1]


def test_another_sides_pages_answer_as_those_that_do_not_exist(client, fair):
    hidden = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    delegation = make_delegation(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.focal_ru)
    same_answers(client, "delegate", hidden.pk, 987654)
    same_answers(client, "delegation", delegation.pk, 987654)
    same_answers(client, "intake", delegation.pk, 987654)
    same_answers(client, "intake-template", delegation.pk, 987654)


def test_a_forged_a_cut_and_a_revoked_link_answer_alike(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia)
    revoked = delegate.token
    Delegate.objects.filter(pk=delegate.pk).update(nonce="BBBBBBBBBBBB")
    for link in (revoked, FORGED, revoked[:-1]):
        same_answers(client, "registration", link, "987654.CCCCCCCCCCCC:nothing")


def test_a_stranger_is_sent_to_sign_in_whether_a_thing_exists_or_not(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia)
    for name in ("delegate", "delegation"):
        answers = [client.get(reverse(name, args=[pk])) for pk in (delegate.pk, 987654)]
        assert {one.status_code for one in answers} == {302}
        assert all(one.url.startswith(reverse("account_login")) for one in answers)


def test_a_reference_says_nothing_to_another_side(client, fair):
    hidden = make_delegate(
        fair.meeting, fair.cast.malaysia, status="pending", reference="SE12-CR34"
    )
    client.force_login(fair.cast.focal_ru)
    url = reverse("participants", args=[fair.meeting.pk])
    pages = [client.get(url, {"q": one}).text for one in (hidden.reference, "XX00-XX00")]
    plain = [
        re.sub(r'value="[^"]*"|q=[^"&]*', "", page)
        .replace("SE12-CR34", "…")
        .replace("XX00-XX00", "…")
        for page in pages
    ]
    assert plain[0] == plain[1]
