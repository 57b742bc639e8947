"""A table of names in two steps: what each cell would do, then all of it or nothing."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from delegations import operations, tasks
from delegations.column import COLUMNS, GOOD, MENDED, WRONG, head_row, matched
from delegations.models import Delegate, Heading, Intake
from delegations.operations.intake import outcome_of
from portal.models import Entry, Person
from portal.refusal import NotYours, Refused
from tests.delegations.answers import text_of
from tests.delegations.test_table import workbook
from tests.factories import (
    make_body,
    make_delegate,
    make_delegation,
    make_meeting,
    make_party,
    make_person,
    make_user,
)

HEADS = ("Full name", "Organisation", "E-mail address")
SITI = ("Siti Nurhaliza", "Halal Laboratory", "siti@example.org")
AHMAD = ("Ahmad bin Zaki", "MITI", "ahmad@example.org")


@pytest.fixture
def delegation(fair):
    """Malaysia's delegation to the fair, still being put together."""
    return make_delegation(fair.meeting, fair.cast.malaysia)


def table(*rows, heads=HEADS, name="names.csv"):
    text = "\n".join(";".join(row) for row in (heads, *rows))
    return SimpleUploadedFile(name, text.encode())


def kept(delegation, by, *rows, heads=HEADS):
    content = table(*rows, heads=heads).read()
    return operations.keep_table(delegation, content, name="names.csv", by=by)


def states(intake, delegation):
    return [row.state for row in outcome_of(intake, delegation).rows]


def bring_in(intake, delegation, by):
    seen = outcome_of(intake, delegation).fingerprint
    return operations.bring_in(intake, delegation, seen=seen, by=by)


def people(delegation):
    return set(delegation.delegates.live().values_list("full_name", flat=True))


# --- columns and cells ----------------------------------------------------------------


@pytest.mark.parametrize(
    "heads",
    [
        ["Full name", "Organisation", "E-mail address", "Capacity"],
        ["ФИО", "Организация", "Эл. почта", "Роль"],
        ["Nama penuh", "Agensi", "E-mel", "Peranan"],
        ["NAME:", "Company ", "email (work)", "Role"],
    ],
)
def test_columns_are_recognised_in_the_languages_of_the_portal(heads):
    wanted = {"full_name": 0, "organisation": 1, "email": 2, "capacity": 3}
    assert matched(heads, {}) == wanted


def test_the_row_of_headings_is_found_below_a_title():
    rows = [["List of the delegation"], [], ["No.", "ФИО", "Организация"], ["1", "Иванов", "МИД"]]
    assert head_row(rows, {}) == 2


@pytest.mark.parametrize(
    ("column", "typed", "value", "state"),
    [
        ("email", " Siti <siti+fair@Example.ORG>; ", "siti+fair@example.org", MENDED),
        ("email", "siti@пример.рф", "siti@пример.рф", GOOD),
        ("email", "siti at example.org", "siti at example.org", WRONG),
        ("email", "siti@example.org\nBcc: all@example.org", None, WRONG),
        ("full_name", "Ahmad  bin\u00a0Zaki", "Ahmad bin Zaki", GOOD),
        ("full_name", "12.03.2021", "12.03.2021", WRONG),
        ("full_name", "", "", WRONG),
        ("full_name", "x" * 251, "x" * 250, WRONG),
        ("latin_name", "Иванов", "Иванов", WRONG),
        ("capacity", "Глава делегации", "head", GOOD),
        ("capacity", "advisor", "adviser", GOOD),
        ("capacity", "Interpretor", "interpreter", MENDED),
        ("capacity", "Astronaut", "", WRONG),
        ("rank", "Menteri", 10, GOOD),
        ("attendance", "онлайн", "virtual", GOOD),
        ("zone", "Kuala Lumpur", "Asia/Kuala_Lumpur", MENDED),
        ("zone", "Atlantis", "", WRONG),
        ("language", "Русский", "ru", GOOD),
        ("honorific", "", "", "empty"),
    ],
)
def test_a_cell_is_good_mended_wrong_or_empty_and_says_why(column, typed, value, state):
    cell = COLUMNS[column].cell(typed)
    assert cell.state == state
    assert value is None or cell.value == value
    assert bool(cell.words) == (state in {MENDED, WRONG})


# --- what it would do -----------------------------------------------------------------


def test_a_row_is_new_known_changed_or_the_same(fair, delegation):
    focal = fair.cast.focal_my
    make_person("Ahmad bin Zaki", email="ahmad@example.org")
    bring_in(kept(delegation, focal, SITI), delegation, focal)
    rows = [SITI, AHMAD, ("Tan Mei", "SIRIM", "mei@example.org")]
    assert states(kept(delegation, focal, *rows), delegation) == ["same", "known", "new"]
    moved = (SITI[0], "SIRIM", SITI[2])
    outcome = outcome_of(kept(delegation, focal, moved), delegation)
    assert outcome.rows[0].state == "changed"
    assert outcome.rows[0].changes == {"organisation": ("Halal Laboratory", "SIRIM")}


def test_a_person_is_found_again_by_the_name_in_the_other_script(fair):
    delegation = make_delegation(fair.meeting, fair.cast.russia)
    focal = fair.cast.focal_ru
    heads = (*HEADS, "Name in Latin letters")
    row = ("Иванов Иван", "МИД", "i@example.org", "Ivan Ivanov")
    bring_in(kept(delegation, focal, row, heads=heads), delegation, focal)
    latin = ("Ivan IVANOV", "МИД", "i@example.org", "Ivan Ivanov")
    assert states(kept(delegation, focal, latin, heads=heads), delegation) == ["changed"]


def test_a_name_in_another_script_asks_for_its_latin_form(fair, delegation):
    outcome = outcome_of(
        kept(delegation, fair.cast.focal_my, ("Иванов", "МИД", "i@example.org")), delegation
    )
    assert outcome.rows[0].cells["latin_name"].state == WRONG


def test_the_same_row_twice_comes_in_once_and_another_word_of_it_is_asked(fair, delegation):
    intake = kept(delegation, fair.cast.focal_my, SITI, SITI, (SITI[0], "SIRIM", SITI[2]))
    assert states(intake, delegation) == ["new", "double", "wrong"]
    operations.mend(intake, cells={}, ways={4: "skip"})
    intake.refresh_from_db()
    assert states(intake, delegation) == ["new", "double", "skipped"]


def test_two_people_of_one_name_come_in_when_it_is_said_so(fair, delegation):
    intake = kept(delegation, fair.cast.focal_my, SITI, (SITI[0], "SIRIM", "another@example.org"))
    assert states(intake, delegation) == ["new", "wrong"]
    operations.mend(intake, cells={}, ways={3: "another"})
    intake.refresh_from_db()
    bring_in(intake, delegation, fair.cast.focal_my)
    assert delegation.delegates.live().count() == 2


def test_a_delegation_has_one_head_in_the_table_too(fair, delegation):
    heads = (*HEADS, "Capacity")
    intake = kept(delegation, fair.cast.focal_my, (*SITI, "head"), (*AHMAD, "Head"), heads=heads)
    outcome = outcome_of(intake, delegation)
    assert [row.state for row in outcome.rows] == ["new", "wrong"]
    assert outcome.rows[1].cells["capacity"].words == "Siti Nurhaliza is the head already."


def test_who_registered_with_the_side_is_left_to_the_focal_points_decision(fair, delegation):
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending", full_name=SITI[0])
    assert states(kept(delegation, fair.cast.focal_my, SITI), delegation) == ["wrong"]


# --- doing it -------------------------------------------------------------------------


def test_nothing_is_written_before_it_is_agreed_and_twice_is_once(fair, delegation):
    focal = fair.cast.focal_my
    intake = kept(delegation, focal, SITI, AHMAD)
    outcome_of(intake, delegation)
    assert people(delegation) == set()
    assert not Person.objects.filter(email="siti@example.org").exists()
    counts = bring_in(intake, delegation, focal)
    assert counts["new"] == 2
    assert people(delegation) == {SITI[0], AHMAD[0]}
    again = kept(delegation, focal, SITI, AHMAD)
    assert states(again, delegation) == ["same", "same"]
    with pytest.raises(Refused, match="Nothing was brought in"):
        bring_in(again, delegation, focal)
    assert delegation.delegates.count() == 2


def test_a_wrong_row_keeps_all_others_out(fair, delegation):
    intake = kept(delegation, fair.cast.focal_my, SITI, ("Ahmad", "MITI", "no address"))
    with pytest.raises(Refused, match="Nothing was brought in"):
        bring_in(intake, delegation, fair.cast.focal_my)
    assert people(delegation) == set()
    operations.mend(intake, cells={(3, "email"): "ahmad@example.org"}, ways={})
    intake.refresh_from_db()
    bring_in(intake, delegation, fair.cast.focal_my)
    assert len(people(delegation)) == 2


def test_what_naming_refuses_takes_the_whole_table_back(fair, delegation):
    """Somebody of the table is registered with the other side, which the preview must not tell."""
    person = make_person(AHMAD[0], email=AHMAD[2])
    make_delegate(fair.meeting, fair.cast.russia, person=person, status="pending")
    intake = kept(delegation, fair.cast.focal_my, SITI, AHMAD)
    assert states(intake, delegation) == ["new", "known"]
    with pytest.raises(Refused, match="Ahmad bin Zaki cannot be named"):
        bring_in(intake, delegation, fair.cast.focal_my)
    assert people(delegation) == set()
    assert Intake.objects.filter(pk=intake.pk).exists()


def test_who_changes_the_delegation_meanwhile_makes_everybody_look_again(fair, delegation):
    focal = fair.cast.focal_my
    intake = kept(delegation, focal, SITI, AHMAD)
    seen = outcome_of(intake, delegation).fingerprint
    bring_in(kept_by_the_secretary(fair, delegation, SITI), delegation, fair.cast.officer_my)
    with pytest.raises(Refused, match="Somebody has changed the delegation"):
        operations.bring_in(intake, delegation, seen=seen, by=focal)
    assert people(delegation) == {SITI[0]}
    bring_in(intake, delegation, focal)
    assert people(delegation) == {SITI[0], AHMAD[0]}


def kept_by_the_secretary(fair, delegation, *rows):
    return kept(delegation, fair.cast.officer_my, *rows)


def test_a_change_by_table_is_in_the_history_of_the_own_side_alone(fair, delegation):
    bring_in(kept(delegation, fair.cast.focal_my, SITI), delegation, fair.cast.focal_my)
    entry = Entry.objects.about(delegation).get(verb="delegation.table")
    assert entry.sentence == "brought in a table of names: 1 new, 0 changed"
    assert entry.private_to == fair.cast.malaysia


def test_tables_are_forgotten_a_day_after_they_were_read(fair, delegation):
    intake = kept(delegation, fair.cast.focal_my, SITI)
    Intake.objects.filter(pk=intake.pk).update(at=timezone.now() - timedelta(hours=25))
    assert not Intake.objects.visible_to(fair.cast.focal_my).exists()
    tasks.forget_tables()
    assert not Intake.objects.exists()


# --- the pages ------------------------------------------------------------------------


def upload(client, delegation, *rows, heads=HEADS):
    return client.post(reverse("intake", args=[delegation.pk]), {"file": table(*rows, heads=heads)})


def test_the_two_steps_on_the_page_name_the_people(client, fair, delegation):
    client.force_login(fair.cast.focal_my)
    response = upload(client, delegation, SITI, ("Ahmad bin Zaki", "MITI", "ahmad"))
    page = client.get(response.url)
    assert "1 row is wrong, so nothing can be brought in" in text_of(page)
    assert "Read as CSV in UTF-8, columns divided by ;" in text_of(page)
    assert 'value="ahmad"' in page.content.decode()  # typed, and kept
    intake = Intake.objects.get()
    typed = {"cell-3-email": "ahmad@example.org", "way-2": "", "way-3": ""}
    client.post(reverse("intake-mend", args=[intake.pk]), typed)
    page = client.get(response.url)
    seen = page.context["outcome"].fingerprint
    done = client.post(reverse("intake-bring-in", args=[intake.pk]), {"seen": seen})
    assert done.status_code == 302
    assert people(delegation) == {SITI[0], AHMAD[0]}
    gone = client.get(response.url, follow=True)
    assert "This table is no longer here" in text_of(gone)


def test_columns_matched_by_hand_are_remembered_for_the_next_table(client, fair, delegation):
    client.force_login(fair.cast.focal_my)
    heads = ("Kawan", "Organisation", "E-mail address")
    page = client.get(upload(client, delegation, SITI, heads=heads).url)
    assert "No column is known to hold “Full name”" in text_of(page)
    matching = {"column-0": "full_name", "column-1": "organisation", "column-2": "email"}
    client.post(reverse("intake-columns", args=[Intake.objects.get().pk]), matching)
    assert states(Intake.objects.get(), delegation) == ["new"]
    assert Heading.objects.get(user=fair.cast.focal_my, text="kawan").column == "full_name"
    assert states(kept(delegation, fair.cast.focal_my, AHMAD, heads=heads), delegation) == ["new"]
    assert not matched(list(heads), {}).get("full_name")  # nobody else's tables are read so


def test_two_columns_cannot_hold_the_same(client, fair, delegation):
    client.force_login(fair.cast.focal_my)
    upload(client, delegation, SITI)
    matching = {"column-0": "full_name", "column-1": "full_name", "column-2": "email"}
    page = client.post(reverse("intake-columns", args=[Intake.objects.get().pk]), matching)
    assert "Two columns are said to hold the same: Full name" in text_of(page)


def test_the_file_can_be_read_anew_in_another_way(client, fair, delegation):
    client.force_login(fair.cast.focal_my)
    upload(client, delegation, SITI)
    intake = Intake.objects.get()
    said = {"encoding": "cp1251", "delimiter": ",", "head": "1"}
    assert client.post(reverse("intake-reading", args=[intake.pk]), said).status_code == 302
    intake.refresh_from_db()
    assert (intake.choices["encoding"], len(intake.rows[0])) == ("cp1251", 1)


def test_another_sheet_of_a_workbook_can_be_chosen(client, fair, delegation):
    client.force_login(fair.cast.focal_my)
    file = SimpleUploadedFile("n.xlsx", workbook(HEADS, SITI, sheets=("One", "Two")))
    client.post(reverse("intake", args=[delegation.pk]), {"file": file})
    intake = Intake.objects.get()
    client.post(reverse("intake-reading", args=[intake.pk]), {"sheet": "Two", "head": "1"})
    intake.refresh_from_db()
    assert intake.choices["sheet"] == "Two"


def test_the_empty_table_has_our_columns_in_the_readers_language(client, fair, delegation):
    client.force_login(fair.cast.focal_my)
    content = client.get(reverse("intake-template", args=[delegation.pk])).content
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    names, values = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert list(matched(names[0], {})) == list(COLUMNS)
    assert "Interpreter" in [row[0] for row in values]


def test_a_page_of_rows_asks_the_same_questions_for_one_row_and_for_thirty(
    client, fair, delegation, django_assert_num_queries
):
    client.force_login(fair.cast.focal_my)
    rows = [(f"Person {one} Long", "MITI", f"p{one}@example.org") for one in range(30)]
    few = kept(delegation, fair.cast.focal_my, rows[0])
    client.get(reverse("intake-preview", args=[few.pk]))
    with django_assert_num_queries(QUESTIONS):
        client.get(reverse("intake-preview", args=[few.pk]))
    many = kept(delegation, fair.cast.focal_my, *rows)
    with django_assert_num_queries(QUESTIONS):
        client.get(reverse("intake-preview", args=[many.pk]))


QUESTIONS = 11

# --- who may --------------------------------------------------------------------------


def test_only_the_own_focal_points_and_secretaries_bring_a_table_in(client, fair, delegation):
    found = {}
    for name, user in fair.cast.people.items():
        client.force_login(user)
        found[name] = client.get(reverse("intake", args=[delegation.pk])).status_code
    assert {name: code for name, code in found.items() if code == 200} == {
        "officer_my": 200,
        "focal_my": 200,
    }
    assert all(found[name] in {403, 404} for name in fair.cast.but("officer_my", "focal_my"))


def test_the_operation_itself_asks_whose_delegation_it_is(fair, delegation):
    intake = kept(delegation, fair.cast.focal_my, SITI)
    for user in fair.cast.but("officer_my", "focal_my").values():
        with pytest.raises(NotYours):
            kept(delegation, user, SITI)
        with pytest.raises(NotYours):
            bring_in(intake, delegation, user)
    assert people(delegation) == set()


def test_another_persons_table_is_as_good_as_none(client, fair, delegation):
    """A colleague's, the other side's: the answer is that of a table that never was."""
    intake = kept(delegation, fair.cast.focal_my, SITI)
    for user in (fair.cast.officer_my, fair.cast.focal_ru, fair.cast.neutral):
        client.force_login(user)
        for page in ("intake-preview", "intake-bring-in", "intake-mend", "intake-forget"):
            ask = client.get if page == "intake-preview" else client.post
            answers = [ask(reverse(page, args=[pk])) for pk in (intake.pk, 987654)]
            assert {(one.status_code, one.url) for one in answers} == {(302, "/")}
    assert Intake.objects.filter(pk=intake.pk).exists()


def test_a_third_side_brings_its_own_people_in_and_sees_no_others(client, db):
    parties = [make_party("MY"), make_party("RU"), make_party("AZ")]
    body = make_body(parties)
    meeting = make_meeting(body, status="announced")
    mine, theirs = (make_delegation(meeting, party) for party in parties[1:])
    user = make_user("focal_point", parties[1], body)
    client.force_login(user)
    bring_in(kept(mine, user, SITI), mine, user)
    assert people(mine) == {SITI[0]}
    assert people(theirs) == set()
    assert client.get(reverse("intake", args=[theirs.pk])).status_code == 404


# --- anything at all ------------------------------------------------------------------

CELLS = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=4), odd=st.binary(max_size=80))
def test_no_file_gives_an_error_page_or_half_a_delegation(fair, delegation, rows, odd):
    client = Client()
    client.force_login(fair.cast.focal_my)
    before = Delegate.objects.count(), Person.objects.count()
    text = "Full name\tOrganisation\tE-mail address\tRole\n"
    text += "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)
    for content in (text.encode(), text.encode() + odd, odd):
        file = SimpleUploadedFile("names.csv", content)
        answer = client.post(reverse("intake", args=[delegation.pk]), {"file": file}, follow=True)
        assert answer.status_code == 200
    for intake in Intake.objects.filter(user=fair.cast.focal_my):
        outcome = outcome_of(intake, delegation)
        if not outcome.is_agreeable:
            with pytest.raises(Refused):
                bring_in(intake, delegation, fair.cast.focal_my)
            assert (Delegate.objects.count(), Person.objects.count()) == before


@pytest.mark.parametrize(
    "posted",
    [
        {"cell-2-full_name": "a\x00b"},
        {"cell-99999-email": "x", "way-99999": "skip"},
        {"cell-2-nothing": "x", "way-2": "sideways", "cell--1-email": "x"},
        {"cell-2-email": "x" * 5000},
    ],
)
def test_a_forged_mending_breaks_nothing(client, fair, delegation, posted):
    client.force_login(fair.cast.focal_my)
    intake = kept(delegation, fair.cast.focal_my, SITI)
    assert client.post(reverse("intake-mend", args=[intake.pk]), posted).status_code == 302
    assert client.get(reverse("intake-preview", args=[intake.pk])).status_code == 200
