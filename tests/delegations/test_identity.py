"""Passport data and photos: asked where needed, seen by few, each look kept, deleted by rule."""

from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations import operations
from delegations.models import Answer, Delegate, Identity
from delegations.transitions import DELEGATE
from portal.models import Entry
from tests.cast import PEOPLE
from tests.delegations.answers import text_of
from tests.factories import make_question, make_questionnaire

PNG = b"\x89PNG\r\n\x1a\n0000"
FACTS = {
    "document": "K1234567",
    "issued_by": "Immigration Department",
    "valid_until": "2031-01-01",
    "born_on": "1980-02-03",
    "nationality": "Malaysian",
}
CLOSE = {"officer_my", "focal_my", "neutral"}


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def asking(fair):
    """A meeting that asks for a passport and a photo, and one more thing for few to see."""
    make_questionnaire(fair.desk, fields=dict.fromkeys([*FACTS, "photo"], "optional"))
    make_question(fair.desk, "Blood group", is_identity=True)
    return fair


@pytest.fixture
def delegate(asking):
    photo = SimpleUploadedFile("me.png", PNG)
    blood = asking.desk.questionnaires.get().questions.get()
    Client().post(asking.url, asking.answers(**FACTS, photo=photo, **{blood.name: "AB"}))
    return Delegate.objects.get()


def test_no_passport_is_asked_for_unless_the_meeting_does(client, fair):
    form = client.get(fair.url).context["form"]
    assert form.about_identity == []
    assert "Passport and photo" not in text_of(client.get(fair.url))


def test_the_form_says_who_sees_it_and_when_it_is_deleted(client, asking):
    asking.meeting.ends_on = datetime(2027, 1, 3).date()
    asking.meeting.save()
    text = text_of(client.get(asking.url))
    assert "Only your side’s focal points and secretaries and the neutral secretariat" in text
    assert "It is deleted on Tue 2 Feb 2027." in text


def test_what_is_given_is_stored_apart_with_the_day_of_its_deletion(delegate, store):
    identity = Identity.objects.get()
    assert identity.document == "K1234567"
    assert identity.erase_on == delegate.meeting.ends_on + timedelta(days=30)
    assert (store / identity.photo.name).read_bytes() == PNG


def test_a_form_that_asks_may_be_left_empty_and_stores_nothing(client, asking):
    assert client.post(asking.url, asking.answers()).status_code == 303
    assert not Identity.objects.exists()


@pytest.mark.parametrize("who", PEOPLE)
def test_few_see_identity_data_and_each_look_is_written_down(client, delegate, fair, who):
    Delegate.objects.update(status="approved")
    client.force_login(fair.cast.people[who])
    page = client.get(reverse("identity", args=[delegate.pk]))
    looks = Entry.objects.about(delegate).filter(verb="identity.looked")
    if who in CLOSE:
        assert {"K1234567", "AB"} <= set(text_of(page).split())
        [look] = looks
        assert (look.actor, look.private_to) == (fair.cast.people[who], fair.cast.malaysia)
    else:
        assert page.status_code in {403, 404}
        assert b"K1234567" not in page.content
        assert not looks


@pytest.mark.parametrize("who", PEOPLE)
def test_the_page_of_a_person_shows_no_identity_data_to_anybody(client, delegate, fair, who):
    Delegate.objects.update(status="approved")
    client.force_login(fair.cast.people[who])
    page = client.get(reverse("delegate", args=[delegate.pk]))
    for secret in ("K1234567", "Blood group", "1980", "Immigration"):
        assert secret not in text_of(page)
    assert (b"/identity/" in page.content) == (who in CLOSE)


@pytest.mark.parametrize("who", PEOPLE)
def test_the_photo_comes_as_a_file_to_few_alone(client, delegate, fair, who):
    Delegate.objects.update(status="approved")
    client.force_login(fair.cast.people[who])
    answer = client.get(reverse("identity-photo", args=[delegate.pk]))
    if who in CLOSE:
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert b"".join(answer.streaming_content)
        assert Entry.objects.filter(verb="identity.looked").count() == 1
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("who", PEOPLE)
def test_a_file_answered_with_comes_to_the_own_side_alone(client, fair, who):
    letter = make_question(fair.desk, "Letter", kind="file")
    Client().post(
        fair.url, fair.answers(**{letter.name: SimpleUploadedFile("visa.pdf", b"%PDF-1.7")})
    )
    Delegate.objects.update(status="approved")
    client.force_login(fair.cast.people[who])
    answer = client.get(reverse("answer-file", args=[Answer.objects.get().pk]))
    if who in {*CLOSE, "chair_my"}:
        assert answer["Content-Disposition"] == 'attachment; filename="visa.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content)
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("who", ["officer_ru", "chair_ru", "focal_ru"])
def test_no_answer_of_an_approved_person_shows_to_the_other_side(client, fair, who):
    question = make_question(fair.desk, "Dietary needs")
    Client().post(fair.url, fair.answers(**{question.name: "No shellfish"}))
    Delegate.objects.update(status="approved")
    client.force_login(fair.cast.people[who])
    page = client.get(reverse("delegate", args=[Delegate.objects.get().pk]))
    assert page.status_code == 200
    assert "shellfish" not in text_of(page)


# --- deleted by rule ------------------------------------------------------------------


def last_day(delegate):
    return delegate.meeting.ends_on + timedelta(days=30)


def test_everything_few_may_see_is_deleted_on_its_day_and_not_before(
    delegate, store, django_capture_on_commit_callbacks
):
    assert operations.erase_identities(last_day(delegate) - timedelta(days=1)) == 0
    photo = store / Identity.objects.get().photo.name
    with django_capture_on_commit_callbacks(execute=True):
        assert operations.erase_identities(last_day(delegate)) == 1
    assert not Identity.objects.exists()
    assert not Answer.objects.exists()
    assert not photo.exists()
    assert Entry.objects.about(delegate).filter(verb="identity.erased").count() == 1
    assert operations.erase_identities(last_day(delegate)) == 0


def test_the_day_of_deletion_moves_along_with_the_meeting(delegate):
    day = last_day(delegate)
    delegate.meeting.ends_on += timedelta(days=60)
    delegate.meeting.save()
    assert operations.erase_identities(day) == 0
    assert Identity.objects.get().erase_on == day + timedelta(days=60)


def test_who_cancels_is_forgotten_in_the_same_night(delegate):
    DELEGATE.perform(delegate, "cancel", by=None, by_name=delegate.full_name)
    assert operations.erase_identities(timezone.localdate()) == 1
    assert not Identity.objects.exists()


def test_plain_answers_stay_when_identity_data_is_deleted(delegate, fair):
    plain = make_question(fair.desk, "Dietary needs")
    Answer.objects.create(delegate=delegate, question=plain, value="None")
    operations.erase_identities(last_day(delegate))
    assert Answer.objects.get().question == plain


def test_a_file_that_nobody_registered_with_is_deleted_the_day_after(delegate):
    kept = Identity.objects.get().photo.name
    stray = default_storage.save("answers/stray", SimpleUploadedFile("x", b"x"))
    assert operations.forget_uploads(timezone.now() + timedelta(hours=23)) == 0
    assert operations.forget_uploads(timezone.now() + timedelta(hours=25)) == 1
    assert default_storage.exists(kept)
    assert not default_storage.exists(stray)


def test_the_person_changes_identity_data_on_the_own_page_and_keeps_the_photo(client, delegate):
    change = reverse("registration-change", args=[delegate.token])
    form = client.get(change).context["form"]
    assert form["document"].value() == "K1234567"
    names = [name for name in form.fields if name != "photo" and form[name].value()]
    client.post(change, {**{name: form[name].value() for name in names}, "document": "L7654321"})
    identity = Identity.objects.get()
    assert identity.document == "L7654321"
    assert identity.photo
