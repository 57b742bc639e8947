"""The page of the delegations: the desk, the list, the decisions."""

import pytest
from django.urls import reverse

from tests.delegations.answers import messages, text_of
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate, make_meeting


@pytest.fixture
def url(fair):
    return reverse("delegations", args=[fair.meeting.pk])


def test_before_the_announcement_the_page_says_what_comes_and_when(client, cast):
    meeting = make_meeting(cast.group)
    client.force_login(cast.officer_my)
    text = text_of(client.get(reverse("delegations", args=[meeting.pk])))
    assert "The public link and its QR code appear here when the meeting is announced." in text
    assert "They are opened when the meeting is announced." in text


def test_a_secretary_opens_registration_and_has_link_and_qr_code(client, cast):
    fair = make_fair(cast, status="not_open")
    client.force_login(cast.officer_my)
    page = client.get(reverse("delegations", args=[fair.meeting.pk]))
    assert "Whoever opens it now reads that registration is not open yet." in text_of(page)
    response = client.post(reverse("desk-do", args=[fair.desk.pk, "open"]))
    assert response["Location"] == reverse("delegations", args=[fair.meeting.pk])
    page = client.get(response["Location"]).content.decode()
    assert fair.desk.public_url in page
    assert reverse("register-qr", args=[fair.desk.code]) in page
    assert client.get(fair.url).status_code == 200


def test_declining_without_a_reason_is_refused_with_what_to_do(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    client.force_login(fair.cast.focal_my)
    response = client.post(reverse("delegate-do", args=[delegate.pk, "decline"]), follow=True)
    assert "Write a reason: the people concerned will read it." in text_of(response)
    delegate.refresh_from_db()
    assert delegate.status == "pending"


def test_declining_tells_the_person_why(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    client.force_login(fair.cast.focal_my)
    client.post(reverse("delegate-do", args=[delegate.pk, "decline"]), {"reason": "Not listed."})
    [notice] = messages("declined")
    assert "Reason: Not listed." in notice.body
    assert fair.taken() == 0


def test_the_registration_page_takes_eight_queries_when_it_is_drawn_anew(
    client, fair, django_assert_num_queries
):
    with django_assert_num_queries(8):
        client.get(fair.url)


def test_registering_takes_as_many_queries_with_one_row_as_with_thirty(
    client, fair, django_assert_num_queries
):
    client.post(fair.url, fair.answers())
    with django_assert_num_queries(12):
        client.post(fair.url, fair.answers(full_name="One", email="one@example.org"))
    for _number in range(30):
        make_delegate(fair.meeting, fair.cast.malaysia)
    with django_assert_num_queries(12):
        client.post(fair.url, fair.answers(full_name="Two", email="two@example.org"))


def test_once_the_meeting_is_over_no_page_leads_to_its_registration(client, fair, url):
    client.force_login(fair.cast.officer_my)
    assert fair.desk.public_path in client.get(url).content.decode()
    type(fair.meeting).objects.filter(pk=fair.meeting.pk).update(status="held")
    for user in (fair.cast.officer_my, fair.cast.officer_ru, fair.cast.chair_ru, fair.cast.neutral):
        client.force_login(user)
        page = client.get(url)
        assert fair.desk.public_path not in page.content.decode()
        assert "its public link leads nowhere any more." in text_of(page)
    assert client.get(fair.desk.public_path).status_code == 410
