import pytest
from django.contrib import admin
from django.urls import reverse

from delegations.models import Delegate, Desk
from meetings.models import ActionItem, Body, Meeting, StatusReport
from portal.models import Entry, Key, Notice, User
from tests.factories import make_party, make_person


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
            "names": "{}",
            "is_public": "on",
            "seats-TOTAL_FORMS": 2,
            "seats-0-party": parties[0].pk,
            "seats-0-order": 1,
            "seats-1-party": parties[1].pk,
            "seats-1-order": 2,
            "appointments-TOTAL_FORMS": 1,
            "appointments-0-person": chair.pk,
            "appointments-0-party": parties[0].pk,
            "appointments-0-office": "chair",
            "appointments-0-titles": "{}",
            "areas-TOTAL_FORMS": 0,
            "figures-TOTAL_FORMS": 0,
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    body = Body.objects.get()
    assert body.sides() == parties
    assert body.appointments.chairs().get().person == chair


def test_what_sides_do_and_say_is_not_on_the_technical_desk():
    for model in (Delegate, Desk, Meeting, ActionItem, StatusReport, Entry, Key, Notice):
        assert not admin.site.is_registered(model), model


def test_nobody_but_the_technical_administrator_comes_in(client, cast):
    for name, user in cast.people.items():
        client.force_login(user)
        assert client.get(reverse("admin:index")).status_code in (302, 403), name
