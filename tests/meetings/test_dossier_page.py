"""The two steps on the page, for the secretariat alone."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from meetings.dossier.importing import forget_expired
from meetings.forms.dossier import MOST_MEGABYTES
from meetings.models import Body, DossierUpload
from tests.factories import make_dossier, make_party, make_upload, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def neutral(client, cast):
    client.force_login(cast.neutral)
    return cast.neutral


def upload(client, content: bytes, name="commission.json"):
    file = SimpleUploadedFile(name, content, content_type="application/json")
    return client.post(reverse("dossier"), {"file": file}, follow=True)


def as_bytes(dossier: dict) -> bytes:
    return json.dumps(dossier).encode()


def test_a_file_is_looked_at_first_and_brought_in_by_a_second_click(client, neutral):
    answer = upload(client, as_bytes(make_dossier()))
    assert answer.resolver_match.url_name == "dossier-preview"
    assert "New · 14" in answer.content.decode()
    assert not Body.objects.filter(code="az-my-jc").exists()
    kept = DossierUpload.objects.get()
    answer = client.post(reverse("dossier-bring-in", args=[kept.pk]), follow=True)
    assert "The dossier is in: 14 new rows, 0 changed ones." in answer.content.decode()
    assert answer.resolver_match.url_name == "body"
    assert answer.context["body"].code == "az-my-jc"
    assert not DossierUpload.objects.exists()


def test_the_same_file_again_offers_nothing_to_bring_in(client, neutral):
    client.post(reverse("dossier-bring-in", args=[make_upload(neutral).pk]))
    answer = upload(client, as_bytes(make_dossier()))
    page = answer.content.decode()
    assert "Everything in this file is here already." in page
    assert reverse("dossier-bring-in", args=[DossierUpload.objects.get().pk]) not in page


def test_wrong_rows_stand_first_and_the_button_is_not_there(client, neutral):
    dossier = make_dossier()
    dossier["bodies"][0]["meetings"][0]["ends_on"] = "2021-05-01"
    answer = upload(client, as_bytes(dossier))
    page = answer.content.decode()
    assert answer.context["page"][0].where == "bodies › az-my-jc › meetings › 1"
    assert "The last day comes before the first day." in page
    assert "1 row is wrong, so nothing can be brought in." in page
    assert "Bring it in" not in page


def test_the_deed_stands_above_all_rows_with_the_number_of_each_state(client, neutral):
    page = upload(client, as_bytes(make_dossier())).content.decode()
    deed = page.index(reverse("dossier-bring-in", args=[DossierUpload.objects.get().pk]))
    assert page.index("New · 14") < deed < page.index('class="records dossier-rows"')
    assert page.count("Bring it in") == 1


def test_wrong_rows_are_refused_even_when_the_button_is_pressed_by_hand(client, neutral):
    dossier = make_dossier()
    dossier["bodies"][0]["meetings"][0]["ends_on"] = "2021-05-01"
    upload(client, as_bytes(dossier))
    kept = DossierUpload.objects.get()
    answer = client.post(reverse("dossier-bring-in", args=[kept.pk]), follow=True)
    assert "Nothing was brought in." in answer.content.decode()
    assert not Body.objects.filter(code="az-my-jc").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xff\xfe", "The file is not UTF-8: byte 0xFF at position 1, in line 1."),
        (b"{", "The file is not JSON: line 1"),
        (b'{"version": 2}', "“bodies” is missing."),
        (b"x" * (MOST_MEGABYTES * 1024 * 1024 + 1), "this page reads up to 4 MB"),
    ],
)
def test_a_file_that_is_no_dossier_says_why_on_the_page(client, neutral, content, sentence):
    answer = upload(client, content)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not DossierUpload.objects.exists()


def test_no_file_at_all_is_asked_for(client, neutral):
    answer = client.post(reverse("dossier"), {})
    assert "Choose the file first." in answer.content.decode()


def test_what_changed_meanwhile_asks_to_look_again_and_shows_it_anew(client, neutral):
    kept = make_upload(neutral)
    make_party("AZ", name="Another name")
    answer = client.post(reverse("dossier-bring-in", args=[kept.pk]), follow=True)
    assert "The portal has changed since you looked." in answer.content.decode()
    assert not Body.objects.filter(code="az-my-jc").exists()
    answer = client.post(reverse("dossier-bring-in", args=[kept.pk]), follow=True)
    assert "The dossier is in" in answer.content.decode()


def test_the_preview_can_be_narrowed_by_state_kind_and_body(client, neutral):
    kept = make_upload(neutral)
    address = reverse("dossier-preview", args=[kept.pk])
    for query, number in (
        ({}, 15),
        ({"state": "new"}, 14),
        ({"state": "same"}, 1),
        ({"kind": "seat"}, 2),
        ({"kind": "party"}, 2),
        ({"body": "az-my-jc"}, 11),
        ({"body": "az-my-jc", "kind": "sitting"}, 1),
        ({"state": "nonsense", "page": "99"}, 0),
    ):
        assert len(client.get(address, query).context["page"].object_list) == number, query


def test_a_changed_row_shows_the_field_before_and_after(client, neutral):
    client.post(reverse("dossier-bring-in", args=[make_upload(neutral).pk]))
    dossier = make_dossier()
    dossier["bodies"][0]["meetings"][0]["place"] = "Baku <b>"
    page = upload(client, as_bytes(dossier)).content.decode()
    assert "<dt>place</dt><dd><del>empty</del> <ins>Baku &lt;b&gt;</ins></dd>" in page


def test_nobody_else_sees_a_file_that_somebody_looked_at(client, cast):
    kept = make_upload(cast.neutral)
    other = make_user("secretary", body=cast.commission)
    client.force_login(other)
    for name in ("dossier-preview", "dossier-bring-in"):
        method = client.get if name == "dossier-preview" else client.post
        answer = method(reverse(name, args=[kept.pk]), follow=True)
        assert answer.resolver_match.url_name == "dossier"
        assert "commission.json" not in answer.content.decode()
    client.post(reverse("dossier-forget", args=[kept.pk]))
    assert DossierUpload.objects.exists()


def test_a_file_is_forgotten_on_request_and_after_a_day(client, neutral):
    kept = make_upload(neutral)
    client.post(reverse("dossier-forget", args=[kept.pk]))
    assert not DossierUpload.objects.exists()
    kept = make_upload(neutral)
    forget_expired(timezone.now() + timedelta(hours=23))
    assert DossierUpload.objects.exists()
    DossierUpload.objects.update(at=timezone.now() - timedelta(hours=25))
    answer = client.get(reverse("dossier-preview", args=[kept.pk]), follow=True)
    assert "This file is no longer here" in answer.content.decode()
    forget_expired(timezone.now())
    assert not DossierUpload.objects.exists()


MAY = {"neutral"}
EXPORTS = {"neutral", "officer_my", "officer_ru"}


def test_the_pages_of_dossiers_open_for_the_secretariat_alone(client, cast):
    kept = make_upload(cast.neutral)
    for name, user in cast.people.items():
        client.force_login(user)
        expected = 200 if name in MAY else 403
        assert client.get(reverse("dossier")).status_code == expected, name
        seen = client.get(reverse("dossier-preview", args=[kept.pk])).status_code
        assert seen == expected, name
        if name not in MAY:
            done = client.post(reverse("dossier-bring-in", args=[kept.pk]))
            assert done.status_code == 403, name
    assert not Body.objects.filter(code="az-my-jc").exists()


def test_a_room_leads_to_dossiers_for_who_may_bring_them_in(client, cast):
    for name, user in cast.people.items():
        client.force_login(user)
        page = client.get(reverse("bodies")).content.decode()
        assert (f'href="{reverse("dossier")}"' in page) == (name in MAY), name


def test_secretaries_take_a_body_along_as_a_file(client, cast):
    address = reverse("body-dossier", args=[cast.commission.pk])
    for name, user in cast.people.items():
        client.force_login(user)
        answer = client.get(address)
        assert answer.status_code == (200 if name in EXPORTS else 403), name
    client.force_login(cast.officer_my)
    answer = client.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="my-ru-jc.json"'
    assert answer["Cache-Control"] == "private, no-store"
    assert [row["code"] for row in answer.json()["bodies"]] == ["my-ru-jc", "my-ru-wg"]


def test_the_technical_administrator_brings_in_and_takes_along_what_all_share(client, cast):
    admin = make_user(is_superuser=True, is_staff=True)
    client.force_login(admin)
    answer = upload(client, as_bytes(make_dossier()))
    client.post(reverse("dossier-bring-in", args=[answer.context["upload"].pk]))
    body = Body.objects.get(code="az-my-jc")
    assert client.get(reverse("body-dossier", args=[body.pk])).status_code == 200


def test_a_mended_file_of_the_same_name_takes_the_place_of_the_first(client, neutral):
    upload(client, as_bytes(make_dossier()))
    upload(client, as_bytes(make_dossier(code="another")))
    assert "another" in bytes(DossierUpload.objects.get().content).decode()
