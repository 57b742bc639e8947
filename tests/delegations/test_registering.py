"""From the public link to the personal page, as a browser goes."""

import re
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from delegations.models import Delegate
from tests.delegations.answers import messages, text_of
from tests.factories import (
    make_delegate,
    make_desk,
    make_meeting,
    make_quota,
    make_sitting,
    make_user,
)


def test_the_page_says_when_in_both_clocks_what_it_costs_and_how_long_it_takes(client, fair):
    text = text_of(client.get(fair.url))
    assert "15:00–17:00 Kuala Lumpur" in text
    assert "10:00–12:00 Moscow" in text
    assert "It costs nothing and takes about two minutes." in text
    assert fair.cast.group.name in text


def test_the_sides_are_named_in_words_and_none_is_chosen_beforehand(client, fair):
    form = client.get(fair.url).context["form"]
    assert form.fields["delegation"].choices == [("my", "Malaysia"), ("ru", "Russia")]
    assert form["delegation"].value() is None


def test_only_the_plenary_is_marked_beforehand(client, fair):
    form = client.get(fair.url).context["form"]
    assert form["sittings"].value() == [str(fair.plenary.pk)]


def test_closed_and_cancelled_sittings_are_not_offered(client, fair):
    make_sitting(fair.meeting, title="Restricted talk of the principals", is_open=False)
    make_sitting(fair.meeting, title="Talk that was called off", status="cancelled")
    text = text_of(client.get(fair.url))
    assert "Restricted talk" not in text
    assert "called off" not in text


def test_a_virtual_meeting_does_not_ask_how_people_take_part(client, fair):
    assert "attendance" not in client.get(fair.url).context["form"].fields


def test_a_hybrid_meeting_asks_and_marks_nothing_beforehand(client, fair):
    fair.meeting.mode = "hybrid"
    fair.meeting.save()
    form = client.get(fair.url).context["form"]
    assert form["attendance"].value() is None
    client.post(fair.url, fair.answers(attendance="in_person"))
    assert Delegate.objects.get().attendance == "in_person"


def test_a_meeting_in_person_does_not_ask_either(client, fair):
    fair.meeting.mode = "in_person"
    fair.meeting.save()
    client.post(fair.url, fair.answers())
    assert Delegate.objects.get().attendance == "in_person"


def test_answers_are_shown_before_anything_is_stored(client, fair):
    response = client.post(fair.url, fair.answers(step="check"), follow=True)
    text = text_of(response)
    assert "You are not registered yet." in text
    assert "Siti Nurhaliza binti Tarudin" in text
    assert not Delegate.objects.exists()


def test_the_checked_page_carries_every_answer_to_the_end(client, fair):
    """Works without a script: what the second page posts is what the first one got."""
    first = fair.answers(step="check", sittings=[fair.talks.pk, fair.plenary.pk])
    page = client.post(fair.url, first, follow=True).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    second = {}
    for name, value in hidden:
        if name not in ("csrfmiddlewaretoken", "next"):
            second.setdefault(name, []).append(unescape(value))
    client.post(fair.url, {**second, "step": "register"})
    delegate = Delegate.objects.get()
    assert delegate.full_name == first["full_name"]
    assert delegate.submission.hex == first["submission"].replace("-", "")
    assert set(delegate.sittings.all()) == {fair.plenary, fair.talks}


def test_going_back_to_change_keeps_every_answer_and_scolds_nobody(client, fair):
    check = client.post(fair.url, fair.answers(step="check"), follow=True)
    change = re.search(r'href="([^"]+)">Change<', check.content.decode())[1]
    response = client.get(change)
    form = response.context["form"]
    assert form["full_name"].value() == "Siti Nurhaliza binti Tarudin"
    assert "error-summary" not in response.content.decode()
    assert not Delegate.objects.exists()


def looked_at(client, fair, **changes):
    """Answers that were typed and lead to their check: the answers and where they lead."""
    answers = fair.answers(step="check", **changes)
    response = client.post(fair.url, answers)
    assert response.status_code == 303
    return answers, response["Location"]


def test_the_check_is_a_page_of_its_own_that_can_be_asked_for_again(client, fair):
    answers, check = looked_at(client, fair)
    assert check == reverse("register-check", args=[fair.desk.code, answers["submission"]])
    for _time in range(2):
        assert "Siti Nurhaliza binti Tarudin" in text_of(client.get(check))
    assert not Delegate.objects.exists()


def test_what_is_wrong_is_said_on_a_page_that_can_be_asked_for_again(client, fair):
    answers, wrong = looked_at(client, fair, email="siti", organisation="")
    assert wrong == f"{fair.url}?answers={answers['submission']}"
    for _time in range(2):
        form = client.get(wrong).context["form"]
        assert form.errors.keys() == {"email", "organisation"}
        assert form["email"].value() == "siti"


def test_no_address_on_the_way_tells_who_registers(client, fair):
    for changes in ({}, {"email": "siti"}):
        _answers, path = looked_at(client, fair, **changes)
        assert "siti" not in path.lower()
        assert "halal" not in path.lower()


def test_what_was_typed_is_shown_in_no_other_browser(client, fair):
    _answers, check = looked_at(client, fair)
    _wrong_answers, wrong = looked_at(client, fair, email="siti")
    other = Client()
    assert other.get(check)["Location"] == fair.url
    page = other.get(check, follow=True)
    assert "What was typed here is no longer kept. Please write it again." in text_of(page)
    assert not other.get(wrong).context["form"].is_bound


def test_two_people_register_side_by_side_in_one_browser(client, fair):
    _first, check = looked_at(client, fair)
    _second, other = looked_at(client, fair, full_name="Ali bin Abu", email="ali@example.org")
    assert "Siti Nurhaliza" in text_of(client.get(check))
    assert "Ali bin Abu" in text_of(client.get(other))


def test_going_back_after_registering_shows_the_registration(client, fair):
    answers, check = looked_at(client, fair)
    done = client.post(fair.url, {**answers, "step": "register"})
    delegate = Delegate.objects.get()
    back = client.get(check)
    assert back["Location"] == reverse("registration", args=[delegate.token])
    assert done["Location"].startswith(back["Location"])
    assert "siti@example.org" not in str(dict(client.session))
    form = client.get(f"{fair.url}?answers={answers['submission']}").context["form"]
    assert not form.is_bound


def test_a_desk_that_closes_while_somebody_checks_says_that_nothing_was_stored(client, fair):
    _answers, check = looked_at(client, fair)
    fair.desk.status = "closed"
    fair.desk.save()
    text = text_of(client.get(check, follow=True))
    assert "What you sent was not stored: you are not registered." in text


def test_a_sitting_called_off_while_somebody_checks_leads_back_to_the_answers(client, fair):
    _answers, check = looked_at(client, fair)
    fair.plenary.status = "cancelled"
    fair.plenary.save()
    page = client.get(check, follow=True)
    assert page.context["form"].errors.keys() == {"sittings"}
    assert page.context["form"]["full_name"].value() == "Siti Nurhaliza binti Tarudin"


def test_what_was_typed_is_kept_for_an_hour(client, fair):
    with time_machine.travel("2026-09-01 09:00Z", tick=False) as clock:
        _answers, check = looked_at(client, fair)
        clock.shift(59 * 60)
        assert client.get(check).status_code == 200
        clock.shift(2 * 60)
        assert client.get(check)["Location"] == fair.url


def test_a_number_of_another_meeting_opens_nothing(client, fair, cast):
    answers, _check = looked_at(client, fair)
    other = make_desk(make_meeting(cast.group, status="announced"))
    strange = reverse("register-check", args=[other.code, answers["submission"]])
    assert client.get(strange)["Location"] == other.public_path


def test_more_than_a_person_types_is_answered_at_once_and_not_kept(client, fair):
    response = client.post(fair.url, fair.answers(step="check", function="x" * 30_000))
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"function"}
    assert "registering" not in client.session


def test_the_check_takes_as_many_queries_with_one_sitting_as_with_thirty(
    client, fair, django_assert_num_queries
):
    _answers, check = looked_at(client, fair)
    with django_assert_num_queries(2):
        client.get(check)
    chosen = [make_sitting(fair.meeting).pk for _number in range(30)]
    _answers, check = looked_at(client, fair, sittings=chosen)
    with django_assert_num_queries(2):
        client.get(check)


def test_sittings_at_the_same_time_are_pointed_out_and_allowed(client, fair):
    both = [fair.plenary.pk, fair.talks.pk]
    answers = fair.answers(step="check", sittings=both)
    text = text_of(client.post(fair.url, answers, follow=True))
    assert "run at the same time. You may keep both." in text
    assert client.post(fair.url, fair.answers(sittings=both)).status_code == 303


def test_registering_stores_everything_and_leads_to_the_personal_page(client, fair):
    response = client.post(fair.url, fair.answers())
    delegate = Delegate.objects.get()
    assert response.status_code == 303
    assert response["Location"] == reverse("registration", args=[delegate.token]) + "?new=1"
    assert delegate.status == "pending"
    assert delegate.party == fair.cast.malaysia
    assert delegate.zone == "Asia/Kuala_Lumpur"
    assert list(delegate.sittings.all()) == [fair.plenary]
    assert delegate.person.party is None
    assert fair.taken() == 1
    text = text_of(client.get(response["Location"]))
    assert "You are registered" in text
    assert delegate.reference in text
    assert "10:00–12:00 Moscow" in text
    assert "The focal point of Malaysia approves your registration." in text
    assert "siti@example.org" in text


def test_the_person_gets_reference_both_clocks_calendar_and_personal_link(client, fair):
    client.post(fair.url, fair.answers())
    delegate = Delegate.objects.get()
    [notice] = messages("registered")
    assert notice.email == "siti@example.org"
    assert delegate.reference in notice.body
    assert "15:00–17:00 Kuala Lumpur" in notice.body
    assert "10:00–12:00 Moscow" in notice.body
    assert reverse("registration", args=[delegate.token]) in notice.body
    assert notice.calendar.startswith("BEGIN:VCALENDAR")
    assert fair.plenary.join_link not in notice.body + notice.calendar


def test_a_form_posted_twice_registers_once(client, fair):
    answers = fair.answers()
    first = client.post(fair.url, answers)
    second = client.post(fair.url, answers)
    assert first["Location"] == second["Location"]
    assert fair.taken() == 1
    assert len(messages("registered")) == 1


def test_somebody_else_who_goes_back_to_the_filled_form_is_registered_too(client, fair):
    """A phone goes round the table: the page of the first one is corrected for the second."""
    answers = fair.answers()
    client.post(fair.url, answers)
    client.post(fair.url, {**answers, "full_name": "Ali", "email": "ali@example.org"})
    assert fair.taken() == 2
    assert [notice.email for notice in messages("registered")] == [
        "siti@example.org",
        "ali@example.org",
    ]


def test_who_is_registered_already_is_sent_the_link_again(client, fair):
    client.post(fair.url, fair.answers())
    response = client.post(fair.url, fair.answers(email="SITI@example.ORG"))
    assert response.status_code == 200
    assert "registered with this name and address already" in text_of(response)
    assert response.context["form"].errors.keys() == {"email"}
    assert fair.taken() == 1
    [again] = messages("link_again")
    assert again.email == "siti@example.org"


def test_the_link_goes_out_again_once_an_hour_at_most(client, fair):
    for _post in range(3):
        client.post(fair.url, fair.answers())
    assert len(messages("link_again")) == 1


def test_one_address_may_serve_two_people(client, fair):
    client.post(fair.url, fair.answers())
    client.post(fair.url, fair.answers(full_name="Ali bin Abu"))
    assert fair.taken() == 2


def test_who_cancelled_may_register_again(client, fair):
    client.post(fair.url, fair.answers())
    token = Delegate.objects.get().token
    client.post(reverse("registration-cancel", args=[token]))
    assert fair.taken() == 0
    assert client.post(fair.url, fair.answers()).status_code == 303
    assert fair.taken() == 1


def test_the_last_place_is_given_once(client, fair):
    make_quota(fair.desk, limit=1)
    client.post(fair.url, fair.answers())
    response = client.post(fair.url, fair.answers(full_name="Ali", email="ali@example.org"))
    assert "All places are taken" in text_of(response)
    assert fair.taken() == 1


@pytest.mark.parametrize(
    ("meeting", "desk", "status", "sentence"),
    [
        ("announced", "not_open", 200, "Registration is not open yet"),
        ("announced", "closed", 200, "Registration is closed"),
        ("postponed", "open", 200, "The meeting is postponed"),
        ("cancelled", "open", 410, "The meeting is cancelled"),
        ("held", "open", 410, "The meeting is over"),
        ("closed", "closed", 410, "The meeting is over"),
    ],
)
def test_where_nobody_can_register_the_page_says_why_and_whom_to_ask(
    client, cast, meeting, desk, status, sentence
):
    desk = make_desk(make_meeting(cast.group, status=meeting), status=desk)
    response = client.get(desk.public_path)
    assert response.status_code == status
    text = text_of(response)
    assert sentence in text
    assert cast.focal_my.email in text
    assert cast.focal_ru.email in text


def test_a_post_to_a_closed_desk_stores_nothing_and_says_so(client, fair):
    fair.desk.status = "closed"
    fair.desk.save()
    text = text_of(client.post(fair.url, fair.answers()))
    assert "What you sent was not stored: you are not registered." in text
    assert fair.taken() == 0


def test_a_full_desk_says_so_before_anybody_types(client, fair):
    make_delegate(fair.meeting, status="pending")
    make_quota(fair.desk, limit=1)
    assert "All places are taken" in text_of(client.get(fair.url))


def test_a_planned_meeting_has_no_public_link(client, cast):
    desk = make_desk(make_meeting(cast.group, status="proposed"), status="open")
    assert client.get(desk.public_path).status_code == 404
    assert client.get(reverse("register-qr", args=[desk.code])).status_code == 404


def test_an_unknown_code_is_not_found(client, fair):
    assert client.get(reverse("register", args=["NOSUCH00"])).status_code == 404


def test_a_code_may_be_typed_off_paper(client, fair):
    fair.desk.code = "A0B1C2D3"
    fair.desk.save()
    assert client.get("/register/aobic2d3/").status_code == 200


def test_the_qr_code_is_a_picture_of_its_own(client, fair):
    response = client.get(reverse("register-qr", args=[fair.desk.code]))
    assert response["Content-Type"] == "image/svg+xml"
    assert b'xmlns="http://www.w3.org/2000/svg"' in response.content


def test_who_is_signed_in_finds_what_is_known_filled_in(client, fair):
    user = make_user(full_name="林佩瑜", email="lim@example.org", language="ms")
    client.force_login(user)
    form = client.get(fair.url).context["form"]
    assert form["full_name"].value() == "林佩瑜"
    assert form["email"].value() == "lim@example.org"
    client.post(
        fair.url,
        fair.answers(full_name="林佩瑜", latin_name="Lim Pei Yu", email="lim@example.org"),
    )
    assert Delegate.objects.get().person == user.person


def test_pages_with_personal_data_are_kept_by_nobody(client, fair):
    answers = fair.answers(step="check")
    check = client.post(fair.url, answers)["Location"]
    change = f"{fair.url}?answers={answers['submission']}"
    for path in (check, change):
        assert "no-store" in client.get(path)["Cache-Control"]
    location = client.post(fair.url, fair.answers())["Location"]
    for path in (location, location.replace("?new=1", "change/")):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_the_longest_name_with_the_longest_honorific_registers(client, fair):
    response = client.post(fair.url, fair.answers(full_name="N" * 250, honorific="D" * 80))
    assert response.status_code == 303
    assert fair.taken() == 1
