import pytest
from django.contrib import admin
from django.urls import reverse

from delegations.models import Delegate, Desk
from meetings.models import ActionItem, Body, Meeting, StatusReport
from portal.models import Entry, Key, Notice, User
from tests.factories import make_body, make_party, make_person


@pytest.fixture
def administrator(client, db):
    user = User.objects.create_superuser("technical@example.org", "a long password for trials")
    client.force_login(user)
    return user


def test_a_technical_administrator_enters_a_commission_with_its_sides(client, administrator):
    parties = [make_party("MY"), make_party("RU")]
    chair = make_person(party=parties[0])
    page = client.get(reverse("admin:meetings_body_add")).content.decode()
    assert "seats-TOTAL_FORMS" in page
    empty = {f"{name}-INITIAL_FORMS": 0 for name in ("seats", "appointments", "areas", "figures")}
    answer = client.post(
        reverse("admin:meetings_body_add"),
        {
            **empty,
            "kind": "commission",
            "code": "new",
            "name": "A new commission",
            "names": "",
            "former": "",
            "numerals": "ordinal",
            "is_public": "on",
            "seats-TOTAL_FORMS": 2,
            "seats-0-party": parties[0].pk,
            "seats-0-order": 1,
            "seats-0-names": "",
            "seats-1-party": parties[1].pk,
            "seats-1-order": 2,
            "appointments-TOTAL_FORMS": 1,
            "appointments-0-person": chair.pk,
            "appointments-0-party": parties[0].pk,
            "appointments-0-office": "chair",
            "appointments-0-titles": "",
            "appointments-0-order": 1,
            "areas-TOTAL_FORMS": 0,
            "figures-TOTAL_FORMS": 0,
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    body = Body.objects.get()
    assert body.sides() == parties
    assert body.appointments.chairs().get().person == chair
    assert (body.names, body.former, body.seats.first().names) == ({}, [], {})


def test_a_row_that_nobody_filled_in_is_no_seat_and_no_office(client, administrator):
    body = make_body()
    empty = {
        f"{name}-{count}": 0
        for name in ("seats", "appointments", "areas", "figures")
        for count in ("INITIAL_FORMS", "TOTAL_FORMS")
    }
    answer = client.post(
        reverse("admin:meetings_body_change", args=[body.pk]),
        {
            **empty,
            "kind": body.kind,
            "code": body.code,
            "name": body.name,
            "numerals": "ordinal",
            "is_public": "on",
            "seats-TOTAL_FORMS": 1,
            "seats-0-order": 1,
            "seats-0-names": "",
            "initial-seats-0-names": "{}",
            "seats-0-party": "",
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    assert body.seats.count() == 2


def test_a_party_may_have_no_names_in_other_languages(client, administrator):
    party = make_party("MY", names={"ru": "Малайзия"})
    form = client.get(reverse("admin:portal_party_change", args=[party.pk])).context["adminform"]
    posted = {
        name: value
        for name, value in form.form.initial.items()
        if value is not None and name not in {"id", "rest_days"}
    }
    posted.update(names="", short_names="", cities="", former="", rest_days="6,7")
    answer = client.post(reverse("admin:portal_party_change", args=[party.pk]), posted)
    assert answer.status_code == 302, answer.context["errors"]
    party.refresh_from_db()
    assert (party.names, party.former) == ({}, [])


def test_what_sides_do_and_say_is_not_on_the_technical_desk():
    for model in (Delegate, Desk, Meeting, ActionItem, StatusReport, Entry, Key, Notice):
        assert not admin.site.is_registered(model), model


def test_nobody_but_the_technical_administrator_comes_in(client, cast):
    for name, user in cast.people.items():
        client.force_login(user)
        assert client.get(reverse("admin:index")).status_code in (302, 403), name
