"""Signing in and up, and what every page asks for and sends along."""

import re

import pytest
from django.conf import settings as portal_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.permissions import visible_notices
from portal import notices
from portal.models import Notice, Person, User
from tests.cast import make_cast
from tests.factories import make_meeting, make_notice, make_party, make_person, make_sitting
from tests.factories import make_user as make_account
from tests.pages import all_pages

PASSWORD = "correct horse battery staple"
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _nobody_is_counted_yet(db):
    """allauth counts attempts by address in the cache, which outlives a test."""
    cache.clear()


def make_user(email="nur@example.org", **facts) -> User:
    """An account whose owner can sign in by password and by code."""
    return make_account(email=email, password=PASSWORD, **facts)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client, password=PASSWORD, email="nur@example.org", **more):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def code_sent_to(email: str) -> str:
    """The code of the newest message to an address."""
    body = Notice.objects.filter(email__iexact=email).latest("pk").body
    return CODE.search(body)[0]


def ask_for_code(client, email="nur@example.org"):
    return client.post(reverse("account_request_login_code"), {"email": email})


def give_code(client, code):
    return client.post(reverse("account_confirm_login_code"), {"code": code})


def sign_up(client, email="nur@example.org"):
    return client.post(reverse("account_signup"), {"email": email})


def confirm(client, code):
    return client.post(reverse("account_email_verification_sent"), {"code": code})


# --- by password ----------------------------------------------------------------------


def test_signing_in_by_password_leads_to_what_waits_for_me(client):
    make_user()
    answer = sign_in(client)
    assert answer["Location"] == reverse("work")
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["NUR@example.org", "Nur@Example.ORG"])
def test_the_letter_case_of_an_address_does_not_matter(client, email):
    make_user()
    sign_in(client, email=email)
    assert is_signed_in(client)


def test_a_wrong_password_keeps_out_and_keeps_the_address_typed(client):
    make_user()
    answer = sign_in(client, password="wrong horse")
    assert not is_signed_in(client)
    assert 'value="nur@example.org"' in answer.content.decode()


def test_a_known_and_an_unknown_address_get_the_same_answer(client):
    make_user()
    known = sign_in(client, password="wrong").context["form"].errors
    unknown = sign_in(client, email="nobody@example.org").context["form"].errors
    assert known == unknown


def test_an_account_that_was_switched_off_stays_out(client):
    make_user(is_active=False)
    sign_in(client)
    assert not is_signed_in(client)


def test_after_signing_in_one_is_where_one_wanted_to_go(client):
    make_user()
    wanted = reverse("profile")
    asked = client.get(wanted)
    assert asked["Location"] == f"{reverse('account_login')}?next={wanted}"
    assert sign_in(client, next=wanted)["Location"] == wanted


def test_signing_in_never_leads_to_another_host(client):
    make_user()
    assert sign_in(client, next="https://elsewhere.example/")["Location"] == reverse("work")


def test_signing_out_is_a_post_and_ends_the_session(client):
    make_user()
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_two_accounts_never_share_an_address(client):
    make_user()
    sign_up(client, "NUR@example.org")
    assert User.objects.filter(email__iexact="nur@example.org").count() == 1


# --- by a code ------------------------------------------------------------------------


def test_a_code_by_mail_signs_in(client):
    make_user()
    assert ask_for_code(client)["Location"] == reverse("account_confirm_login_code")
    give_code(client, code_sent_to("nur@example.org"))
    assert is_signed_in(client)


def test_a_wrong_code_keeps_out(client):
    make_user()
    ask_for_code(client)
    give_code(client, "AAAA-AAAA")
    assert not is_signed_in(client)


def test_a_code_works_only_in_the_browser_that_asked_for_it(client):
    make_user()
    ask_for_code(client)
    stranger = Client()
    give_code(stranger, code_sent_to("nur@example.org"))
    assert not is_signed_in(stranger)


def test_a_code_leaves_through_the_outbox(client, mailoutbox):
    make_user()
    ask_for_code(client)
    notice = Notice.objects.get()
    assert (notice.state, notice.email, notice.target) == ("queued", "nur@example.org", None)
    assert notices.send_all_waiting() == 1
    [letter] = mailoutbox
    assert letter.to == ["nur@example.org"]
    assert code_sent_to("nur@example.org") in letter.body


def test_a_message_about_signing_in_names_the_portal_and_no_host(client):
    make_user()
    ask_for_code(client)
    notice = Notice.objects.get()
    assert notice.subject == "[Commission portal] Sign-In Code"
    assert "Hello from Commission portal!" in notice.body
    assert "testserver" not in notice.subject + notice.body


def test_a_code_never_shows_in_anybodys_list_of_messages():
    cast = make_cast()
    make_notice(about=make_meeting(cast.group), party=cast.malaysia)
    for email in ("officer-my@example.org", "neutral@example.org"):
        ask_for_code(Client(), email)
    codes = Notice.objects.filter(template__startswith="account/")
    assert codes.count() == 2
    for name, user in cast.people.items():
        assert not visible_notices(user).filter(pk__in=codes).exists(), name
    assert visible_notices(cast.officer_my).count() == 1


def test_an_unknown_address_is_told_by_mail_and_nothing_on_the_page(client):
    make_user()
    known, unknown = Client(), Client()
    answers = [ask_for_code(known), ask_for_code(unknown, "nobody@example.org")]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    assert not CODE.search(Notice.objects.get(email="nobody@example.org").body)


# --- signing up -----------------------------------------------------------------------


def test_signing_up_gives_a_person_who_can_go_in_once_the_address_is_confirmed(client):
    sign_up(client, "new@example.org")
    assert not is_signed_in(client)
    confirm(client, code_sent_to("new@example.org"))
    assert is_signed_in(client)
    person = User.objects.get(email="new@example.org").person
    assert (person.full_name, person.email, person.party) == (
        "new@example.org",
        "new@example.org",
        None,
    )


def test_without_the_code_an_account_opens_nothing(client):
    sign_up(client, "new@example.org")
    confirm(client, "AAAA-AAAA")
    assert client.get(reverse("work")).status_code == 302
    assert not is_signed_in(client)


def test_whoever_is_known_by_the_address_keeps_name_and_offices(client):
    known = make_person("Lim Wei", make_party("MY"), email="Lim@example.org")
    sign_up(client, "lim@example.org")
    confirm(client, code_sent_to("lim@example.org"))
    assert User.objects.get().person == known
    assert is_signed_in(client)


def test_of_two_people_behind_one_address_neither_is_taken(client):
    for name in ("Lim Wei", "Nur Aisyah"):
        make_person(name, email="office@example.org")
    sign_up(client, "office@example.org")
    person = User.objects.get().person
    assert person.full_name == "office@example.org"
    assert Person.objects.count() == 3


def test_a_person_who_has_an_account_is_not_taken_by_another(client):
    user = make_user()
    user.email = "moved@example.org"
    user.save()
    user.emailaddress_set.update(email="moved@example.org")
    sign_up(client, "nur@example.org")
    assert User.objects.get(email="nur@example.org").person != user.person


def test_a_new_person_is_spoken_to_in_the_language_of_the_page(client):
    client.cookies[portal_settings.LANGUAGE_COOKIE_NAME] = "ru"
    sign_up(client, "new@example.org")
    assert User.objects.get().person.language == "ru"
    assert Notice.objects.get().language == "ru"


def test_who_signs_up_with_anothers_address_gets_no_password_to_it(client):
    """Else whoever owns the address would open the stranger's account by the first code."""
    make_person("Lim Wei", make_party("MY"), email="lim@example.org")
    stranger = Client()
    stranger.post(
        reverse("account_signup"),
        {"email": "lim@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    ask_for_code(client, "lim@example.org")
    give_code(client, code_sent_to("lim@example.org"))
    assert is_signed_in(client)
    sign_in(stranger, email="lim@example.org")
    stranger.get(reverse("account_email_verification_sent"))
    assert not is_signed_in(stranger)


# --- every page -----------------------------------------------------------------------

PUBLIC = {
    "register-check",
    "registration-answer",
    "registration-place",
    "healthz",
    "set_language",
    # what everybody may know
    "bodies",
    "body",
    "body-areas",
    "body-papers",
    "body-people",
    "body-rules",
    "person-offices",
    "meetings",
    "meeting",
    "meeting-calendar",
    "meeting-papers",
    "agenda",
    "paper",
    "paper-file",
    "programme-sheet",
    "calendar",
    # by its secret
    "feed",
    # by the public and the personal link
    "register",
    "register-qr",
    "registration",
    "registration-change",
    "registration-cancel",
    "registration-calendar",
    # the way in
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_reset_password",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_password_reset_completed",
    "mfa_authenticate",
    "demo-sign-in",
}


def test_only_these_pages_open_without_signing_in():
    assert {page.name for page in all_pages().values() if page.is_public} == PUBLIC


@pytest.mark.parametrize("name", sorted(set(all_pages()) - PUBLIC))
def test_every_other_page_asks_who_comes(client, name):
    address = all_pages()[name].anywhere
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(f"{reverse('account_login')}?next=")


STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/meetings/", "/meetings/999999/"])
def test_a_page_lets_the_browser_run_and_load_nothing_but_ours(client, path):
    client.force_login(make_account())
    answer = client.get(path)
    rules = dict(
        rule.strip().split(" ", 1) for rule in answer["Content-Security-Policy"].split(";")
    )
    assert rules == STRICT
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


# --- language and clock ---------------------------------------------------------------


def spoken(answer) -> str:
    return re.search(r'<html lang="([a-z-]+)"', answer.content.decode())[1]


def test_a_page_speaks_the_language_of_the_person(client):
    client.force_login(make_account(language="ru"))
    assert spoken(client.get(reverse("work"))) == "ru"


def test_a_language_chosen_on_the_page_goes_before_the_persons(client):
    client.force_login(make_account(language="ru"))
    client.post(reverse("set_language"), {"language": "ms", "next": "/"})
    assert spoken(client.get(reverse("work"))) == "ms"


def test_a_stranger_is_spoken_to_as_the_browser_asks(client):
    answer = client.get(reverse("meetings"), headers={"accept-language": "ru,en;q=0.5"})
    assert spoken(answer) == "ru"


def test_the_language_of_one_reader_is_not_the_next_ones(client):
    client.force_login(make_account(language="ru"))
    client.get(reverse("work"))
    assert spoken(Client().get(reverse("meetings"))) == "en"


def test_a_page_shows_the_clock_of_the_person(client):
    cast = make_cast()
    meeting = make_meeting(cast.group, status="announced")
    make_sitting(meeting)
    client.force_login(make_account(zone="Asia/Tokyo"))
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "your time" in page
    assert "(UTC+09:00)" in page


def test_the_clock_of_one_reader_is_not_the_next_ones(client):
    client.force_login(make_account(zone="Asia/Tokyo"))
    client.get(reverse("work"))
    assert timezone.get_current_timezone_name() == "UTC"


def test_an_account_without_a_person_reads_pages_too(client):
    user = User.objects.create_user("tech@example.org")
    client.force_login(user)
    assert client.get(reverse("work")).status_code == 200
    assert "tech@example.org" in client.get(reverse("work")).content.decode()
