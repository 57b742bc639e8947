"""What the form asks: who decides it, what becomes of answers, and who is told."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from delegations import operations
from delegations.models import Answer, Delegate, Question, Questionnaire
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.delegations.answers import text_of
from tests.factories import make_desk, make_meeting, make_question, make_questionnaire, make_user
from tests.snapshot import assert_message_stored

LANGUAGES = [code for code, _name in settings.LANGUAGES]
QUERIES = 13
RUN = {"officer_my", "officer_ru", "neutral"}


def address(fair, name="questionnaire"):
    return reverse(name, args=[fair.meeting.pk, "open"])


def posted(**changes):
    """A question as the page of a new one posts it."""
    rows = {f"choices-{name}": value for name, value in {"TOTAL_FORMS": 0}.items()}
    return {
        "kind": "text",
        "label": "Dietary needs",
        "choices-INITIAL_FORMS": 0,
        **rows,
        **changes,
    }


@pytest.fixture
def officer(client, fair):
    client.force_login(fair.cast.officer_my)
    return client


# --- who may --------------------------------------------------------------------------

DEEDS = {
    "set_fields": lambda fair, question, by: operations.set_fields(
        fair.desk, "open", fields={"function": "hidden"}, by=by
    ),
    "add_question": lambda fair, question, by: operations.add_question(
        fair.desk, "open", question=Question(kind="text", label="New"), by=by
    ),
    "change_question": lambda fair, question, by: operations.change_question(
        question, changes={"label": "Other"}, by=by
    ),
    "move_question": lambda fair, question, by: operations.move_question(question, up=True, by=by),
    "retire_question": lambda fair, question, by: operations.retire_question(question, by=by),
    "restore_question": lambda fair, question, by: operations.restore_question(question, by=by),
    "copy_questionnaire": lambda fair, question, by: operations.copy_questionnaire(
        make_desk(make_meeting(fair.cast.group, status="announced")),
        question.questionnaire,
        by=by,
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("who", PEOPLE)
def test_those_who_run_the_desk_decide_what_is_asked_and_nobody_else(fair, who, deed):
    question = make_question(fair.desk, "Dietary needs")
    by = fair.cast.people[who]
    if who in RUN:
        DEEDS[deed](fair, question, by)
    else:
        with pytest.raises(NotYours):
            DEEDS[deed](fair, question, by)


@pytest.mark.parametrize("who", PEOPLE)
def test_the_page_opens_for_those_who_run_the_desk(client, fair, who):
    client.force_login(fair.cast.people[who])
    question = make_question(fair.desk, "Dietary needs")
    pages = [address(fair), address(fair, "questionnaire-preview"), address(fair, "question-new")]
    for page in [*pages, reverse("question-change", args=[question.pk])]:
        status = client.get(page).status_code
        assert status == 200 if who in RUN else status in {403, 404}


def test_no_officer_of_another_commission_finds_the_form(client, fair):
    client.force_login(make_user("secretary", fair.cast.malaysia, None))
    question = make_question(fair.desk, "Dietary needs")
    assert client.get(reverse("question-change", args=[question.pk])).status_code == 404


# --- what the page does ---------------------------------------------------------------


def test_standard_fields_are_set_on_the_page_and_hold_on_the_form(officer, fair):
    fields = {name: str(how) for name, how in Questionnaire.STANDARD.items()}
    officer.post(address(fair), {**fields, "function": "required", "honorific": "hidden"})
    form = Client().get(fair.url).context["form"]
    assert form.fields["function"].required
    assert "honorific" not in form.fields


def test_a_question_is_added_in_each_language_of_the_meeting(officer, fair):
    words = {"label_ru": "Питание", "hint": "Halal meals are served.", "is_required": "on"}
    answer = officer.post(address(fair, "question-new"), posted(**words))
    assert answer.status_code == 302
    question = Question.objects.get()
    assert (question.label, question.labels) == ("Dietary needs", {"ru": "Питание"})
    russian = Client(headers={"accept-language": "ru"}).get(fair.url)
    assert "Питание" in text_of(russian)


def test_choices_get_keys_that_stay_when_their_words_change(officer, fair):
    rows = {"choices-TOTAL_FORMS": 2, "choices-0-label": "Red", "choices-1-label": "Blue"}
    officer.post(address(fair, "question-new"), posted(kind="choice", label="Colour", **rows))
    question = Question.objects.get()
    assert [one["key"] for one in question.choices] == ["c1", "c2"]
    Client().post(fair.url, fair.answers(**{question.name: "c2"}))
    again = {
        "choices-TOTAL_FORMS": 3,
        "choices-INITIAL_FORMS": 2,
        "choices-0-key": "c1",
        "choices-0-label": "",
        "choices-1-key": "c2",
        "choices-1-label": "Navy",
        "choices-2-label": "Green",
    }
    officer.post(reverse("question-change", args=[question.pk]), posted(label="Colour", **again))
    question.refresh_from_db()
    assert question.offered == [("c2", "Navy"), ("c3", "Green")]
    assert question.labels_of_choices["c1"] == "Red"
    assert Answer.objects.get().words == "Navy"


def test_a_question_to_choose_from_needs_something_to_choose(officer, fair):
    page = officer.post(address(fair, "question-new"), posted(kind="several"))
    assert "Write at least one thing that can be chosen." in text_of(page)
    assert not Question.objects.exists()


def test_the_kind_of_a_question_never_changes_because_of_its_answers(officer, fair):
    question = make_question(fair.desk, "Nights", kind="number")
    url = reverse("question-change", args=[question.pk])
    assert "The kind cannot be changed" in text_of(officer.get(url))
    officer.post(url, posted(kind="text", label="How many nights"))
    question.refresh_from_db()
    assert (question.kind, question.label) == ("number", "How many nights")


def test_a_condition_is_chosen_from_what_is_asked_before(officer, fair):
    consent = make_question(fair.desk, "Photos of me", kind="consent")
    officer.post(
        address(fair, "question-new"), posted(label="Where", condition=[f"{consent.uid}=yes"])
    )
    question = Question.objects.get(label="Where")
    assert (question.only_if, question.only_if_is) == (str(consent.uid), ["yes"])
    two = [f"{consent.uid}=yes", "sector=industry"]
    page = officer.post(address(fair, "question-new"), posted(condition=two))
    assert "Two questions cannot decide at once." in text_of(page)


def test_questions_move_but_never_before_what_they_depend_on(fair):
    by = fair.cast.officer_my
    first = make_question(fair.desk, "First", kind="consent")
    second = make_question(fair.desk, "Second", only_if=str(first.uid), only_if_is=["yes"])
    third = make_question(fair.desk, "Third")
    operations.move_question(third, up=True, by=by)
    assert [one.label for one in Question.objects.asked()] == ["First", "Third", "Second"]
    operations.move_question(third, up=False, by=by)
    with pytest.raises(Refused, match="depends on the answer"):
        operations.move_question(second, up=True, by=by)


def test_a_question_taken_off_keeps_its_answers_and_can_be_put_back(officer, fair):
    question = make_question(fair.desk, "Dietary needs")
    Client().post(fair.url, fair.answers(**{question.name: "None"}))
    officer.post(reverse("question-retire", args=[question.pk]))
    assert "Dietary needs" not in text_of(Client().get(fair.url))
    assert "These are asked no more" in text_of(officer.get(address(fair)))
    officer.post(reverse("question-restore", args=[question.pk]))
    assert "Dietary needs" in text_of(Client().get(fair.url))
    assert Answer.objects.get().value == "None"


def test_a_change_of_a_registration_keeps_answers_to_what_was_taken_off(fair):
    question = make_question(fair.desk, "Dietary needs")
    Client().post(fair.url, fair.answers(**{question.name: "None"}))
    operations.retire_question(question, by=fair.cast.officer_my)
    delegate = Delegate.objects.get()
    operations.change_registration(
        delegate, changes={"function": "Head"}, sittings=[fair.plenary], answers=[]
    )
    assert Answer.objects.get().value == "None"


def test_what_another_question_depends_on_is_not_taken_off(fair):
    first = make_question(fair.desk, "First", kind="consent")
    make_question(fair.desk, "Second", only_if=str(first.uid), only_if_is=["yes"])
    with pytest.raises(Refused, match="depends on this question"):
        operations.retire_question(first, by=fair.cast.officer_my)


def test_the_form_of_the_last_meeting_is_taken_with_its_conditions(officer, fair):
    consent = make_question(fair.desk, "Photos of me", kind="consent")
    make_question(fair.desk, "Where", only_if=str(consent.uid), only_if_is=["yes"])
    desk = make_desk(make_meeting(fair.cast.group, status="announced"))
    args = [desk.meeting_id, "open"]
    assert "Take the form of the" in text_of(officer.get(reverse("questionnaire", args=args)))
    officer.post(reverse("questionnaire-copy", args=args))
    first, second = Question.objects.filter(questionnaire__desk=desk)
    assert (first.label, second.label) == ("Photos of me", "Where")
    assert second.only_if == str(first.uid) != str(consent.uid)
    page = officer.post(reverse("questionnaire-copy", args=args), follow=True)
    assert "This form has questions already" in text_of(page)


def test_the_form_of_one_sides_own_part_is_not_offered_for_a_joint_meeting(officer, fair):
    own = make_meeting(
        fair.cast.group, status="announced", series="national", side=fair.cast.malaysia
    )
    make_question(make_desk(own), "What we want")
    assert "Take the form of the" not in text_of(officer.get(address(fair)))


def test_the_preview_speaks_each_language_of_the_meeting(officer, fair):
    make_question(fair.desk, "Dietary needs", labels={"ru": "Питание"})
    assert "Dietary needs" in text_of(officer.get(address(fair, "questionnaire-preview")))
    russian = officer.get(address(fair, "questionnaire-preview"), {"language": "ru"})
    assert "Питание" in text_of(russian)


# --- who is told ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_about_a_changed_form_is_stored(fair, language):
    person = fair.cast.officer_ru.person
    person.language = language
    person.save()
    operations.set_fields(fair.desk, "open", fields={"function": "hidden"}, by=fair.cast.officer_my)
    found = Notice.objects.filter(template="delegations/emails/form_changed")
    notice = found.get(email="officer-ru@example.org")
    assert_message_stored(notice, f"delegations/form_changed.{language}")


def test_the_other_side_is_told_of_changes_once_an_hour_while_people_register(fair):
    by = fair.cast.officer_my
    for name in ("function", "honorific"):
        operations.set_fields(fair.desk, "open", fields={name: "hidden"}, by=by)
    told = Notice.objects.filter(template="delegations/emails/form_changed")
    emails = sorted(told.values_list("email", flat=True))
    assert emails == ["focal-ru@example.org", "neutral@example.org", "officer-ru@example.org"]


def test_nobody_is_told_before_registration_opens_and_the_history_tells_all(fair):
    fair.desk.status = "not_open"
    fair.desk.save()
    operations.set_fields(fair.desk, "open", fields={"function": "hidden"}, by=fair.cast.officer_my)
    assert not Notice.objects.filter(template="delegations/emails/form_changed").exists()
    entry = Entry.objects.about(fair.meeting).latest("pk")
    assert (entry.verb, entry.private_to) == ("questionnaire.changed", None)


def test_saving_what_is_asked_already_changes_nothing(fair):
    form = make_questionnaire(fair.desk)
    operations.set_fields(fair.desk, "open", fields={}, by=fair.cast.officer_my)
    form.refresh_from_db()
    assert form.revision == 1


def test_the_page_asks_as_many_questions_with_one_as_with_thirty(
    officer, fair, django_assert_num_queries
):
    make_question(fair.desk, "Question")
    officer.get(address(fair))
    with django_assert_num_queries(QUERIES):
        officer.get(address(fair))
    for number in range(29):
        make_question(fair.desk, f"Question {number}")
    with django_assert_num_queries(QUERIES):
        officer.get(address(fair))
