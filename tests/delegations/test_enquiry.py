"""The own side asks a person back before it decides, and the person answers."""

import pytest
from django.urls import reverse

from delegations.models import Delegate
from delegations.transitions import DELEGATE
from portal import work
from portal.models import Entry
from portal.refusal import Refused
from tests.delegations.answers import messages, text_of
from tests.factories import make_delegate, today


@pytest.fixture
def asked(fair):
    """Somebody whom the own side has asked a question."""
    row = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    DELEGATE.perform(row, "ask_back", by=fair.cast.focal_my, reason="Who <named> you?")
    return Delegate.objects.get(pk=row.pk)


def test_the_focal_point_asks_back_and_the_person_reads_the_question(client, fair, asked):
    [notice] = messages("asked")
    assert "Who <named> you?" in notice.body
    assert reverse("registration", args=[asked.token]) in notice.body
    page = client.get(reverse("registration", args=[asked.token]))
    assert "Who <named> you?" in text_of(page)
    assert reverse("registration-answer", args=[asked.token]) in page.content.decode()


def test_the_answer_makes_the_registration_wait_for_its_side_again(client, fair, asked):
    path = reverse("registration-answer", args=[asked.token])
    answer = client.post(path, {"answer": "The Ministry of Industry."})
    assert answer["Location"] == reverse("registration", args=[asked.token])
    asked.refresh_from_db()
    assert (asked.status, asked.reason) == ("pending", "The Ministry of Industry.")
    client.force_login(fair.cast.focal_my)
    page = text_of(client.get(asked.get_absolute_url()))
    assert "Answered: The Ministry of Industry." in page
    why = [str(item.why) for item in work.waiting_for(fair.cast.focal_my, today())]
    assert "1 registration waits for your decision." in why


def test_an_empty_answer_is_asked_for_again_and_a_long_one_is_kept(client, asked):
    path = reverse("registration-answer", args=[asked.token])
    assert "Write your answer: your side waits for it." in text_of(client.post(path, {}))
    page = client.post(path, {"answer": "x" * 2001})
    assert page.context["form"]["answer"].value() == "x" * 2001
    asked.refresh_from_db()
    assert asked.status == "asked"


@pytest.mark.parametrize("status", ["pending", "approved", "declined", "cancelled"])
def test_who_is_not_asked_is_led_to_the_own_page(client, fair, status):
    row = make_delegate(fair.meeting, fair.cast.malaysia, status=status)
    path = reverse("registration-answer", args=[row.token])
    for answer in (client.get(path), client.post(path, {"answer": "x"})):
        assert answer["Location"] == reverse("registration", args=[row.token])
    row.refresh_from_db()
    assert row.status == status


def test_a_forged_link_to_a_question_opens_nothing(client, asked):
    path = reverse("registration-answer", args=[asked.token + "x"])
    assert client.get(path).status_code == 404
    assert client.post(path, {"answer": "x"}).status_code == 404


def test_question_and_answer_are_an_affair_of_the_own_side_alone(client, fair, asked):
    client.post(reverse("registration-answer", args=[asked.token]), {"answer": "Of the Ministry."})
    entries = Entry.objects.about(asked)
    assert {entry.private_to for entry in entries} == {fair.cast.malaysia}
    DELEGATE.perform(asked, "approve", by=fair.cast.focal_my)
    for who in ("officer_ru", "focal_ru", "chair_ru"):
        client.force_login(fair.cast.people[who])
        html = client.get(asked.get_absolute_url()).content.decode()
        assert "Of the Ministry." not in html
        assert "named" not in html


def test_a_question_has_to_be_written_before_it_is_asked(fair):
    row = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    with pytest.raises(Refused, match="Write a reason"):
        DELEGATE.perform(row, "ask_back", by=fair.cast.focal_my, reason=" ")


def test_who_is_asked_still_holds_the_place_and_may_cancel(client, fair, asked):
    client.post(reverse("registration-cancel", args=[asked.token]))
    asked.refresh_from_db()
    assert asked.status == "cancelled"
