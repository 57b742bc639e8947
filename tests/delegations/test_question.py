"""The questions of a meeting's own: conditions, answers, files, and what is asked of few."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.forms.question import MOST_BYTES
from delegations.models import Answer, Delegate
from delegations.models.question import applying
from tests.delegations.answers import text_of
from tests.factories import make_question, make_questionnaire

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n0000"

QUERIES_WITH_ANSWERS = 13  # one more than without any


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def sent(name="visa.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def answers_of(delegate):
    return {one.question.label: one.value for one in delegate.answers.all()}


def hidden_of(page):
    """What the check page posts on, by field."""
    found = {}
    for name, value in re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page):
        if name not in ("csrfmiddlewaretoken", "next"):
            found.setdefault(name, []).append(unescape(value))
    return found


# --- what is asked --------------------------------------------------------------------


def test_a_question_stands_on_the_form_at_once_in_the_readers_language(fair):
    assert "Dietary needs" not in text_of(Client().get(fair.url))
    make_question(fair.desk, "Dietary needs", labels={"ru": "Особенности питания"})
    assert "Dietary needs" in text_of(Client().get(fair.url))
    russian = Client(headers={"accept-language": "ru"}).get(fair.url)
    assert "Особенности питания" in text_of(russian)


def test_a_question_that_was_reworded_stands_on_the_form_at_once(fair):
    question = make_question(fair.desk, "Dietary needs")
    Client().get(fair.url)
    question.label = "What you do not eat"
    question.save()
    assert "What you do not eat" in text_of(Client().get(fair.url))


def test_the_form_asks_one_question_of_the_database_with_one_and_with_thirty(
    fair, django_assert_num_queries
):
    for number in range(30):
        make_question(fair.desk, f"Question {number}")
        if number in (0, 29):
            Client().get(fair.url)
            with django_assert_num_queries(1):
                Client().get(fair.url)


def test_thirty_answers_are_stored_with_as_many_queries_as_one(fair, django_assert_num_queries):
    first = make_question(fair.desk, "Question")
    Client().get(fair.url)
    with django_assert_num_queries(QUERIES_WITH_ANSWERS):
        Client().post(fair.url, fair.answers(**{first.name: "yes"}))
    more = {make_question(fair.desk, f"No. {one}").name: "yes" for one in range(29)}
    Client().get(fair.url)
    others = fair.answers(full_name="Ali", email="ali@example.org")
    with django_assert_num_queries(QUERIES_WITH_ANSWERS):
        Client().post(fair.url, {**others, first.name: "yes", **more})
    assert Answer.objects.count() == 31


def test_a_question_taken_off_is_not_asked_and_keeps_its_answers(client, fair):
    question = make_question(fair.desk, "Dietary needs")
    client.post(fair.url, fair.answers(**{question.name: "None"}))
    question.retired_at = timezone.now()
    question.save()
    assert "Dietary needs" not in text_of(Client().get(fair.url))
    assert answers_of(Delegate.objects.get()) == {"Dietary needs": "None"}


def test_standard_fields_are_asked_left_open_or_left_out_as_the_form_says(client, fair):
    make_questionnaire(
        fair.desk, fields={"function": "required", "honorific": "hidden", "sector": "hidden"}
    )
    form = client.get(fair.url).context["form"]
    assert "honorific" not in form.fields
    assert "sector" not in form.fields
    wrong = client.post(fair.url, fair.answers(function="", sector=None), follow=True)
    assert wrong.context["form"].errors == {"function": ["Write your function."]}
    client.post(fair.url, fair.answers(sector=None))
    assert Delegate.objects.get().sector == "other"


@pytest.mark.parametrize("hidden", ["latin_name", "attendance", "sittings", "zone", "function"])
def test_whoever_is_not_asked_a_standard_field_registers_all_the_same(client, fair, hidden):
    make_questionnaire(fair.desk, fields={hidden: "hidden"})
    fair.meeting.mode = "hybrid"
    fair.meeting.save()
    answers = fair.answers(attendance="virtual")
    answers.pop(hidden, None)
    assert client.post(fair.url, answers).status_code == 303
    delegate = Delegate.objects.get()
    assert delegate.zone == "Asia/Kuala_Lumpur"
    assert delegate.attendance == ("in_person" if hidden == "attendance" else "virtual")


# --- kinds of answers -----------------------------------------------------------------

CHOICES = [{"key": "a", "label": "Red"}, {"key": "b", "label": "Blue"}]


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "words"),
    [
        ("text", " None, thank you ", "None, thank you", "None, thank you"),
        ("long_text", "One\r\ntwo", "One\ntwo", "One two"),
        ("choice", "b", "b", "Blue"),
        ("several", ["a", "b"], ["a", "b"], "Red · Blue"),
        ("number", "12.50", "12.50", "12.50"),
        ("date", "2026-10-13", "2026-10-13", "Oct. 13, 2026"),
        ("consent", "on", True, "Yes"),
    ],
)
def test_every_kind_of_answer_is_checked_stored_and_shown(client, fair, kind, typed, stored, words):
    question = make_question(fair.desk, "Question", kind=kind, choices=CHOICES)
    first = client.post(fair.url, fair.answers(step="check", **{question.name: typed}), follow=True)
    assert words in text_of(first)
    client.post(fair.url, {**hidden_of(first.text), "step": "register"})
    delegate = Delegate.objects.get()
    value = delegate.answers.get().value
    assert (value.replace("\r\n", "\n") if kind == "long_text" else value) == stored
    page = client.get(reverse("registration", args=[delegate.token]))
    assert words in text_of(page)


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("text", "", "Write an answer."),
        ("choice", "z", "This can no longer be chosen. Choose again."),
        ("several", ["a", "z"], "Something of this can no longer be chosen. Choose again."),
        ("number", "many", "Write a number in figures, such as 12 or 12.5."),
        ("number", "NaN", "Write a number in figures, such as 12 or 12.5."),
        ("date", "2026-02-30", "Write a day that there is, such as 2026-10-13."),
        ("date", "0001-01-01", "Choose a day in the years from 1900 to 2199."),
        ("consent", "", "You can only take part if you agree to this."),
        ("file", "", "Choose the file."),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_the_way_out(client, fair, kind, typed, sentence):
    question = make_question(fair.desk, "Question", kind=kind, choices=CHOICES, is_required=True)
    page = client.post(fair.url, fair.answers(**{question.name: typed}), follow=True)
    assert page.context["form"].errors == {question.name: [sentence]}
    assert not Delegate.objects.exists()


def test_a_choice_that_was_taken_off_is_offered_no_more_and_still_reads(client, fair):
    question = make_question(fair.desk, "Colour", kind="choice", choices=CHOICES)
    client.post(fair.url, fair.answers(**{question.name: "b"}))
    question.choices = [CHOICES[0], {**CHOICES[1], "off": True}]
    question.save()
    assert "Blue" not in text_of(Client().get(fair.url))
    assert Answer.objects.get().words == "Blue"


# --- conditions -----------------------------------------------------------------------


@pytest.fixture
def hybrid(fair):
    fair.meeting.mode = "hybrid"
    fair.meeting.save()
    return fair


@pytest.fixture
def hotel(hybrid):
    """Must be answered, by those alone who come in person."""
    return make_question(
        hybrid.desk, "Hotel", is_required=True, only_if="attendance", only_if_is=["in_person"]
    )


def test_what_does_not_apply_is_not_asked_for_and_not_kept(client, hybrid, hotel):
    answers = hybrid.answers(attendance="virtual", **{hotel.name: "Typed before"})
    assert client.post(hybrid.url, answers).status_code == 303
    assert not Answer.objects.exists()


def test_what_applies_and_is_empty_is_asked_for_before_the_check(client, hybrid, hotel):
    page = client.post(
        hybrid.url, hybrid.answers(step="check", attendance="in_person"), follow=True
    )
    assert page.context["form"].errors == {hotel.name: ["Write an answer."]}
    assert f'href="#id_{hotel.name}"' in page.text


def test_without_a_script_each_condition_is_said_beside_its_question(client, hybrid, hotel):
    text = text_of(client.get(hybrid.url))
    assert "Only if you answered “In person” to “How you take part”." in text


def test_a_wrong_answer_that_does_not_apply_stops_nobody(client, hybrid):
    nights = make_question(
        hybrid.desk, "Nights", kind="number", only_if="attendance", only_if_is=["in_person"]
    )
    answers = hybrid.answers(attendance="virtual", **{nights.name: "many"})
    assert client.post(hybrid.url, answers).status_code == 303


def test_a_question_may_depend_on_another_one_and_on_its_condition(fair):
    car = make_question(fair.desk, "Do you drive", kind="choice", choices=CHOICES, order=1)
    plate = make_question(fair.desk, "Plate", order=2, only_if=str(car.uid), only_if_is=["a"])
    colour = make_question(fair.desk, "Colour", order=3, only_if=str(plate.uid), only_if_is=["x"])
    every = [car, plate, colour]
    given = {str(car.uid): "a", str(plate.uid): "x"}
    assert applying(every, given) == every
    assert applying(every, {**given, str(car.uid): "b"}) == [car]


def test_a_consent_that_is_given_asks_what_depends_on_it(client, fair):
    consent = make_question(fair.desk, "Photos of me", kind="consent", order=1)
    where = make_question(
        fair.desk, "Where", order=2, is_required=True, only_if=str(consent.uid), only_if_is=["yes"]
    )
    page = client.post(fair.url, fair.answers(**{consent.name: "on"}), follow=True)
    assert page.context["form"].errors == {where.name: ["Write an answer."]}
    assert client.post(fair.url, fair.answers()).status_code == 303


# --- files ----------------------------------------------------------------------------


@pytest.fixture
def letter(fair):
    return make_question(fair.desk, "Letter", kind="file", is_required=True)


def test_a_file_comes_through_the_check_under_a_name_that_tells_nothing(
    client, fair, letter, store
):
    first = fair.answers(step="check", **{letter.name: sent("визовое письмо.pdf")})
    check = client.post(fair.url, first, follow=True)
    assert "визовое письмо.pdf" in text_of(check)
    client.post(fair.url, {**hidden_of(check.text), "step": "register"})
    answer = Answer.objects.get()
    assert answer.file_name == "визовое письмо.pdf"
    assert re.fullmatch(r"answers/[0-9a-f]{32}", answer.file.name)
    assert (store / answer.file.name).read_bytes() == PDF


def test_a_file_once_sent_need_not_be_sent_again_after_an_error(client, fair, letter):
    answers = fair.answers(step="check", email="siti")
    page = client.post(fair.url, {**answers, letter.name: sent()}, follow=True)
    assert page.context["form"].errors.keys() == {"email"}
    assert "Sent already: visa.pdf." in text_of(page)
    assert "What you typed is kept." in text_of(page)
    again = client.post(fair.url, {**answers, "email": "siti@example.org", "step": "register"})
    assert again.status_code == 303
    assert Answer.objects.get().file_name == "visa.pdf"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (sent("visa.pdf", b"MZ\x90\x00"), "This is no PDF, JPEG, PNG file."),
        (sent("visa.pdf", b""), "This file is empty."),
        (sent("visa.pdf", PDF + b"0" * MOST_BYTES), "at most 10.0\xa0MB can be sent"),
    ],
    ids=["another kind", "empty", "too large"],
)
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason(client, fair, letter, file, words):
    file.seek(0)
    page = client.post(fair.url, fair.answers(**{letter.name: file}), follow=True)
    assert words in page.context["form"].errors[letter.name][0]


def test_no_other_browser_registers_with_a_file_that_somebody_sent(client, fair, letter):
    answers = fair.answers(step="check")
    client.post(fair.url, {**answers, letter.name: sent()})
    page = Client().post(fair.url, {**answers, "step": "register"}, follow=True)
    assert page.context["form"].errors.keys() == {letter.name}


# --- the personal page ----------------------------------------------------------------


def test_the_personal_page_shows_and_changes_answers_and_asks_no_approval_anew(client, fair):
    question = make_question(fair.desk, "Dietary needs")
    client.post(fair.url, fair.answers(**{question.name: "None"}))
    delegate = Delegate.objects.get()
    Delegate.objects.update(status="approved")
    change = reverse("registration-change", args=[delegate.token])
    form = client.get(change).context["form"]
    assert form[question.name].value() == "None"
    posted = {name: form[name].value() for name in form.fields if form[name].value()}
    client.post(change, {**posted, question.name: "No fish"})
    delegate.refresh_from_db()
    assert answers_of(delegate) == {"Dietary needs": "No fish"}
    assert delegate.status == "approved"


def test_a_change_with_an_error_keeps_the_file_that_came_with_it(client, fair, letter):
    client.post(fair.url, fair.answers(**{letter.name: sent("old.pdf")}))
    delegate = Delegate.objects.get()
    change = reverse("registration-change", args=[delegate.token])
    form = client.get(change).context["form"]
    assert "Sent already: old.pdf." in text_of(client.get(change))
    posted = {name: form[name].value() for name in form.fields if name != letter.name}
    posted["zone"] = "Asia/Kuala_Lumpur"
    client.post(change, {**posted, "email": "siti", letter.name: sent("new.pdf")})
    assert Answer.objects.get().file_name == "old.pdf"
    client.post(change, posted)
    assert Answer.objects.get().file_name == "new.pdf"
