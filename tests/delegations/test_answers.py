"""Every bad answer is refused with what to do, and every good one is kept as it was written."""

import pytest

from delegations.forms.registration import ChangeForm, RegistrationForm
from delegations.models import Delegate


@pytest.fixture
def form(fair):
    def made(**changes):
        return RegistrationForm(
            fair.answers(**changes),
            meeting=fair.meeting,
            sittings=[fair.plenary, fair.talks],
            delegations=list(fair.meeting.delegations.select_related("party")),
        )

    return made


@pytest.mark.parametrize(
    "name",
    [
        "Ali",  # one name
        "Seán O'Brien",
        "Dato’ Mary-Anne D’Cruz",
        "Jose\u0301 Nu\u0303ez",  # combining marks
        "Nguyễn Thị Minh Khai",
        "Ngo Zi m̄ba",  # a mark without a ready-made letter
        "X Æ",
        "N" * 250,
        "Kaʻiulani",
        "Sukarno a/l Veerasamy",
    ],
)
def test_a_latin_name_is_kept_as_it_was_written(form, name):
    one = form(full_name=name)
    assert one.is_valid(), one.errors
    import unicodedata

    assert one.answers["full_name"] == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name",
    ["Наталья Юрьевна Орлова", "أمل حداد", "林佩瑜", "בן־גוריון", "Աննա", "ศรีสุดา", "யாழினி"],
)
def test_any_script_may_be_written_with_a_latin_form_beside_it(form, name):
    assert form(full_name=name, latin_name="Latin Form").is_valid()


@pytest.mark.parametrize("name", ["Наталья Орлова", "أمل حداد", "林佩瑜"])
def test_a_name_without_latin_letters_asks_for_the_latin_form(form, name):
    one = form(full_name=name)
    assert one.errors["latin_name"] == [
        "Write your name in Latin letters too, as in your passport: "
        "the other side must be able to read it."
    ]


def test_a_latin_form_in_another_script_is_refused(form):
    one = form(full_name="Наталья", latin_name="Наталья")
    assert one.errors["latin_name"] == [
        "Write this in Latin letters only, as in your passport; the other script above."
    ]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("full_name", "", "Write your full name."),
        ("full_name", "   ", "Write your full name."),
        ("full_name", "12345", "Write your name in letters."),
        (
            "full_name",
            "N" * 251,
            "This is too long. Shorten it to 250 letters; it has 251.",
        ),
        (
            "full_name",
            "Ali\x00bin Abu",
            "This holds an invisible control character. Type it anew instead of pasting.",
        ),
        (
            "organisation",
            "",
            "Write the ministry, agency, company or association you come from.",
        ),
        ("function", "F" * 201, "This is too long. Shorten it to 200 letters; it has 201."),
        ("sector", None, "Choose the sector your organisation belongs to."),
        ("delegation", None, "Choose the side whose delegation you belong to."),
        ("sittings", None, "Choose at least one sitting."),
        (
            "sittings",
            ["999999"],
            "A sitting you chose is no longer in the programme. Choose again.",
        ),
        ("email", "", "Write your e-mail address: your personal link is sent there."),
        ("email", "siti", "This is no e-mail address. Write it as in name@example.org."),
        (
            "email",
            "siti@example.org\nBcc: all@example.org",
            "This is no e-mail address. Write it as in name@example.org.",
        ),
        (
            "email",
            "siti@example.org, ali@example.org",
            "This is no e-mail address. Write it as in name@example.org.",
        ),
        ("zone", "Mars/Olympus", "This time zone is not known. Choose one of the list."),
    ],
)
def test_a_bad_answer_is_refused_with_what_to_do(form, field, value, sentence):
    one = form(**{field: value})
    assert sentence in one.errors[field]
    assert one.errors.keys() == {field}


@pytest.mark.parametrize(("field", "value"), [("delegation", "az"), ("sector", "army")])
def test_a_choice_that_was_not_offered_is_refused(form, field, value):
    assert form(**{field: value}).errors.keys() == {field}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  siti+halal@Example.ORG ", "siti+halal@example.org"),
        ("Siti.N@example.org", "Siti.N@example.org"),
        ("\u200bsiti@example.org\u202c", "siti@example.org"),
        ("siti@ПРИМЕР.рф", "siti@пример.рф"),
        ("o'brien@example.org", "o'brien@example.org"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_small_letters(form, typed, kept):
    one = form(email=typed)
    assert one.is_valid(), one.errors
    assert one.answers["email"] == kept


def test_line_breaks_in_a_name_become_spaces(form):
    one = form(full_name="Siti\r\nBcc: all@example.org")
    assert one.is_valid()
    assert one.answers["full_name"] == "Siti Bcc: all@example.org"


def test_the_zone_is_that_of_the_own_side_unless_chosen(form):
    mine, chosen = form(delegation="ru"), form(delegation="ru", zone="Asia/Vladivostok")
    assert mine.is_valid()
    assert chosen.is_valid()
    assert mine.answers["zone"] == "Europe/Moscow"
    assert chosen.answers["zone"] == "Asia/Vladivostok"


def test_a_lost_or_broken_submission_code_stops_nobody(form):
    assert form(submission="no uuid").is_valid()
    assert form(submission=None).is_valid()


def test_nothing_typed_is_lost_when_something_is_refused(client, fair):
    answers = fair.answers(
        email="siti", zone="Asia/Tokyo", language="ru", sittings=[str(fair.talks.pk)]
    )
    page = client.post(fair.url, answers, follow=True)
    form = page.context["form"]
    for name in ("full_name", "honorific", "function", "organisation", "sector", "delegation"):
        assert form[name].value() == answers[name]
    assert form["sittings"].value() == [str(fair.talks.pk)]
    html = page.content.decode()
    assert '<option value="Asia/Tokyo" selected>' in html
    assert '<option value="ru" selected>' in html
    assert html.count('value="siti"') == 1
    assert 'href="#id_email"' in html


def test_the_form_is_no_longer_than_the_database_takes():
    for name, field in RegistrationForm.base_fields.items():
        columns = {column.name: column for column in Delegate._meta.concrete_fields}
        limit = getattr(columns.get(name), "max_length", None)
        if limit and getattr(field, "max_length", None):
            assert field.max_length <= limit, name


def test_the_change_form_never_asks_for_the_side():
    assert "delegation" not in ChangeForm.base_fields
