"""One's own registration by the personal link: see, change, cancel."""

import pytest
from django.urls import reverse
from icalendar import Calendar

from delegations.models import Delegate
from delegations.transitions import DELEGATE
from meetings.models import Meeting
from portal.models import Entry
from tests.delegations.answers import messages, text_of
from tests.factories import make_delegate, make_sitting

PAGES = ("registration", "registration-change", "registration-cancel", "registration-calendar")


@pytest.fixture
def delegate(fair):
    return make_delegate(
        fair.meeting,
        fair.cast.malaysia,
        full_name="Siti Nurhaliza",
        sittings=[fair.plenary],
        status="pending",
        sector="industry",
        reference="AB12-CD34",
    )


def page(delegate, name="registration"):
    return reverse(name, args=[delegate.token])


def changed(fair, **changes):
    """What the change page posts for the delegate above."""
    answers = {
        "full_name": "Siti Nurhaliza",
        "latin_name": "",
        "honorific": "",
        "function": "",
        "organisation": "Institute of Standards",
        "sector": "industry",
        "sittings": [str(fair.plenary.pk)],
        "language": "en",
        "zone": "Asia/Kuala_Lumpur",
    }
    return {**answers, **changes}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("token", ["forged", "1.ABCDEFGH:forged", "..", "%00"])
def test_a_forged_link_opens_nothing_and_says_how_to_get_a_new_one(client, delegate, name, token):
    for method in (client.get, client.post):
        response = method(reverse(name, args=[token]))
        if response.status_code != 405:
            assert response.status_code == 404
            assert "Open the link from your newest message" in text_of(response)


@pytest.mark.parametrize("name", PAGES)
def test_a_revoked_link_opens_nothing(client, delegate, name):
    url = page(delegate, name)
    delegate.nonce = "ANOTHERNONCE"
    delegate.save()
    assert client.get(url).status_code == 404


def test_another_ones_signature_does_not_open_this_registration(client, delegate, fair):
    other = make_delegate(fair.meeting, fair.cast.malaysia)
    _pk, _dot, rest = other.token.partition(".")
    assert client.get(reverse("registration", args=[f"{delegate.pk}.{rest}"])).status_code == 404


def test_the_page_shows_status_reference_answers_and_both_clocks(client, delegate):
    text = text_of(client.get(page(delegate)))
    assert "Waiting for approval" in text
    assert "AB12-CD34" in text
    assert "Siti Nurhaliza" in text
    assert "15:00–17:00 Kuala Lumpur" in text
    assert "10:00–12:00 Moscow" in text
    assert "You are registered" not in text


def test_the_page_speaks_the_persons_language_and_shows_their_clock(client, delegate):
    delegate.language, delegate.zone = "ru", "Asia/Tokyo"
    delegate.save()
    text = text_of(client.get(page(delegate)))
    assert "Рабочая группа по промышленности" in text
    assert "16:00–18:00" in text  # Tokyo, as a third clock


def test_joining_links_show_only_once_approved(client, delegate, fair):
    link = fair.plenary.join_link
    assert link not in client.get(page(delegate)).content.decode()
    before = client.get(page(delegate, "registration-calendar")).content.decode()
    assert link not in before.replace("\r\n ", "")
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_my)
    assert link in client.get(page(delegate)).content.decode()
    lines = client.get(page(delegate, "registration-calendar")).content.decode()
    assert link in lines.replace("\r\n ", "")  # a long line goes on after a fold


def test_the_calendar_is_one_that_a_strict_parser_accepts(client, delegate, fair):
    response = client.get(page(delegate, "registration-calendar"))
    assert response["Content-Type"].startswith("text/calendar")
    assert response["Content-Disposition"] == 'attachment; filename="meeting-AB12-CD34.ics"'
    [event] = Calendar.from_ical(response.content).events
    assert event.start == fair.plenary.starts_at


def test_logistics_change_freely_after_approval(client, delegate, fair):
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_my)
    response = client.post(
        page(delegate, "registration-change"),
        changed(fair, email=delegate.email, function="Head", sittings=[str(fair.talks.pk)]),
    )
    assert response.status_code == 302
    delegate.refresh_from_db()
    assert delegate.status == "approved"
    assert delegate.function == "Head"
    assert list(delegate.sittings.all()) == [fair.talks]


@pytest.mark.parametrize(
    "change",
    [
        {"full_name": "Siti Aminah"},
        {"latin_name": "Siti N."},
        {"organisation": "Another Ministry"},
        {"email": "other@example.org"},
    ],
)
def test_another_identity_after_approval_asks_for_approval_anew(client, delegate, fair, change):
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_my)
    warning = text_of(client.get(page(delegate, "registration-change")))
    assert "your side decides anew" in warning
    client.post(
        page(delegate, "registration-change"), changed(fair, **{"email": delegate.email, **change})
    )
    delegate.refresh_from_db()
    assert delegate.status == "pending"
    assert fair.taken() == 1
    [notice] = messages("changed")
    assert "The focal point of Malaysia decides on it" in notice.body
    assert notice.email == change.get("email", delegate.email)


def test_the_side_is_shown_and_cannot_be_changed(client, delegate, fair):
    text = text_of(client.get(page(delegate, "registration-change")))
    assert "The side cannot be changed here" in text
    client.post(
        page(delegate, "registration-change"),
        changed(fair, email=delegate.email, delegation="ru", function="Head"),
    )
    delegate.refresh_from_db()
    assert delegate.party == fair.cast.malaysia


def test_saving_without_a_change_tells_nobody(client, delegate, fair):
    before = Entry.objects.count()
    client.post(page(delegate, "registration-change"), changed(fair, email=delegate.email))
    assert messages("changed") == []
    assert Entry.objects.count() == before


def test_a_refused_change_keeps_what_was_typed(client, delegate, fair):
    response = client.post(
        page(delegate, "registration-change"), changed(fair, email="nowhere", function="Head")
    )
    assert response.context["form"]["function"].value() == "Head"
    assert response.context["form"].errors.keys() == {"email"}
    delegate.refresh_from_db()
    assert delegate.function == ""


def test_a_chosen_sitting_that_has_begun_stays_chosen(client, delegate, fair):
    early = make_sitting(fair.meeting, title="Opening", is_open=False)
    delegate.sittings.add(early)
    response = client.get(page(delegate, "registration-change"))
    assert str(early.pk) in response.context["form"]["sittings"].value()


def test_cancelling_asks_first_and_then_frees_the_place(client, delegate, fair):
    assert "Cancel your registration?" in text_of(client.get(page(delegate, "registration-cancel")))
    assert fair.taken() == 1
    client.post(page(delegate, "registration-cancel"))
    delegate.refresh_from_db()
    assert delegate.status == "cancelled"
    assert fair.taken() == 0
    assert len(messages("cancelled")) == 1


def test_a_cancelled_registration_says_so_and_how_to_register_again(client, delegate, fair):
    client.post(page(delegate, "registration-cancel"))
    response = client.get(page(delegate))
    assert "You have cancelled this registration." in text_of(response)
    assert fair.url in response.content.decode()
    for name in PAGES[1:]:
        assert client.get(page(delegate, name))["Location"] == page(delegate)


def test_cancelling_twice_is_calm(client, delegate, fair):
    client.post(page(delegate, "registration-cancel"))
    response = client.post(page(delegate, "registration-cancel"), follow=True)
    assert response.status_code == 200
    assert fair.taken() == 0


def test_who_was_declined_reads_why_and_whom_to_ask(client, delegate, fair):
    DELEGATE.perform(delegate, "decline", by=fair.cast.focal_my, reason="Not on the list.")
    text = text_of(client.get(page(delegate)))
    assert "Malaysia has declined your registration. Reason: Not on the list." in text
    assert fair.cast.focal_my.email in text
    assert fair.cast.focal_ru.email not in text


@pytest.mark.parametrize(
    ("status", "may"),
    [("announced", True), ("in_session", True), ("postponed", True), ("cancelled", False)],
)
def test_answers_can_be_changed_until_the_meeting_is_over_or_cancelled(
    client, delegate, fair, status, may
):
    type(fair.meeting).objects.filter(pk=fair.meeting.pk).update(status=status)
    client.post(
        page(delegate, "registration-change"),
        changed(fair, email=delegate.email, function="Head"),
    )
    delegate.refresh_from_db()
    assert (delegate.function == "Head") is may


def test_the_journal_names_the_person_who_has_no_account(client, delegate, fair):
    client.post(
        page(delegate, "registration-change"),
        changed(fair, email=delegate.email, function="Head"),
    )
    entry = Entry.objects.about(Delegate.objects.get()).first()
    assert entry.actor_name == "Siti Nurhaliza"
    assert entry.private_to == fair.cast.malaysia


def test_nobody_cancels_what_was_held(client, delegate, fair):
    Meeting.objects.update(status="held")
    assert "Cancel my registration" not in text_of(client.get(page(delegate, "registration")))
    answer = client.post(page(delegate, "registration-cancel"), follow=True)
    assert "The meeting no longer lies ahead" in text_of(answer)
    delegate.refresh_from_db()
    assert delegate.status == "pending"
