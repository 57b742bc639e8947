"""Whatever is typed into the public form: no error page, no half-written row."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegations.models import Answer, Delegate
from portal.models import Notice, Person
from tests.factories import make_question

CHOICES = [{"key": "a", "label": "Red"}, {"key": "b", "label": "Blue"}]
KINDS = ("text", "long_text", "choice", "several", "number", "date", "consent", "file")
PLAIN = ("full_name", "latin_name", "honorific", "function", "organisation", "email", "zone")
CHOSEN = ("sector", "delegation", "sittings", "attendance", "language", "submission", "step")
FUZZED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(max_size=60) | st.sampled_from(
    ["\x00", "\ud83d", "‮gnp.exe", "a\r\nBcc: x@example.org", "=1+1", "𝔘𝔫𝔦", "ا" * 300, "1e999"]
)


@pytest.fixture
def asking(fair, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for kind in KINDS:
        make_question(fair.desk, kind, kind=kind, choices=CHOICES)
    return fair


def names_of(fair):
    questions = fair.desk.questionnaires.get().questions.all()
    return {question.kind: question.name for question in questions}


@FUZZED
@given(data=st.data())
def test_no_typed_form_gives_an_error_page_or_a_half_written_row(asking, data):
    names = names_of(asking)
    fields = [*PLAIN, *CHOSEN, *(name for kind, name in names.items() if kind != "file")]
    typed = data.draw(st.dictionaries(st.sampled_from(fields), texts | st.lists(texts, max_size=3)))
    before = Delegate.objects.count()
    encoded = {
        name: [one.encode("utf-8", "replace").decode() for one in value]
        if isinstance(value, list)
        else value.encode("utf-8", "replace").decode()
        for name, value in typed.items()
    }
    answer = Client().post(asking.url, {**asking.answers(), **encoded})
    assert answer.status_code in {200, 303}
    stored = Delegate.objects.count() - before
    assert stored == (answer.status_code == 303 and "/my/" in answer["Location"])
    assert Delegate.objects.count() == Notice.objects.filter(writer="delegate.registered").count()
    assert Answer.objects.filter(delegate=None).count() == 0
    assert Person.objects.filter(registrations=None, email="siti@example.org").count() == 0


@FUZZED
@given(content=st.binary(max_size=200), name=st.text(min_size=1, max_size=40))
def test_no_file_gives_an_error_page_or_keeps_a_name_on_several_lines(asking, content, name):
    safe = name.encode("utf-8", "replace").decode().replace("\x00", "") or "x"
    field = names_of(asking)["file"]
    Delegate.objects.all().delete()
    upload = SimpleUploadedFile("placeholder", b"%PDF-" + content)
    # What a browser cannot send as a name, the test client refuses to send, too.
    is_no_name = set(safe) & set('/\\"\r\n') or safe in {".", ".."}
    upload.name = "x.pdf" if is_no_name else safe
    answer = Client().post(asking.url, asking.answers(**{field: upload}))
    assert answer.status_code in {200, 303}
    for row in Answer.objects.exclude(file=""):
        assert row.file_name.isprintable()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("siti+fair@example.org", "siti+fair@example.org"),
        (" siti@example.org ", "siti@example.org"),
        ("siti@EXAMPLE.org\u200b", "siti@example.org"),
        ("siti@пример.рф", "siti@пример.рф"),
        ("o'neill@example.org", "o'neill@example.org"),
    ],
)
def test_an_odd_address_that_is_one_is_taken(client, fair, typed, kept):
    assert client.post(fair.url, fair.answers(email=typed)).status_code == 303
    assert Delegate.objects.get().email == kept


@pytest.mark.parametrize(
    "typed",
    [
        "siti@example.org\r\nBcc: all@example.org",
        "siti@example.org\nSubject: x",
        "siti@example.org, ali@example.org",
        "Siti <siti@example.org>",
        "siti@",
        "@example.org",
        "siti@example..org",
    ],
)
def test_an_address_that_would_reach_somebody_else_is_refused(client, fair, typed):
    page = client.post(fair.url, fair.answers(email=typed), follow=True)
    assert page.context["form"].errors.keys() == {"email"}
    assert not Delegate.objects.exists()


@pytest.mark.parametrize(
    "name", ["Aung", "X Æ A-12", "O’Connor-Smith", "D'Arcy", "Ng", "María José Pérez", "Dwi 2"]
)
def test_an_odd_name_is_taken_as_it_is(client, fair, name):
    assert client.post(fair.url, fair.answers(full_name=name)).status_code == 303
    assert Delegate.objects.get().full_name == name


@pytest.mark.parametrize(
    "trick", [{"function": "Head\r\nBcc: all@example.org"}, {"full_name": "Siti\r\nBcc: a@b.org"}]
)
def test_no_line_of_a_name_becomes_a_line_of_a_message(client, fair, trick):
    client.post(fair.url, fair.answers(**trick))
    for notice in Notice.objects.all():
        assert "\n" not in notice.subject + notice.name
