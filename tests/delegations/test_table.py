"""A file that somebody chose: what it is shows in its bytes, and nothing of it breaks the page."""

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegations import table
from delegations.table import UnreadableError, read

LIST = "ФИО;Организация;Эл. почта\nИванов Иван;Минпромторг;i@example.org\nПЕТРОВ ПЁТР;МИД;p@x.ru\n"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)
HEADS = ["ФИО", "Организация", "Эл. почта"]


def workbook(*rows, sheets=("Sheet",), at=0) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    for name in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows, at):
            sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def open_document(*rows) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{one}</text:p></table:table-cell>"
            for one in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = "urn:oasis:names:tc:opendocument:xmlns"
    text = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{spaces}:office:1.0" '
        f'xmlns:table="{spaces}:table:1.0" xmlns:text="{spaces}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Names">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", text)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return content.getvalue()


# --- text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "recognised"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("cp1251", "cp1251"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_a_russian_list_is_read_in_whatever_encoding_it_was_saved(written, recognised):
    found = read(LIST.encode(written))
    assert (found.kind, found.encoding, found.delimiter) == ("text", recognised, ";")
    assert found.rows[0] == HEADS
    assert found.rows[2][0] == "ПЕТРОВ ПЁТР"


def test_a_western_list_is_not_taken_for_a_russian_one():
    found = read("Name,Company\nJosé García,Société Générale\nMüller,Straße\n".encode("latin-1"))
    assert found.encoding == "cp1252"
    assert found.rows[1] == ["José García", "Société Générale"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_every_usual_delimiter_is_recognised(delimiter):
    found = read(LIST.replace(";", delimiter).encode())
    assert found.delimiter == delimiter
    assert found.rows[0] == HEADS


def test_what_was_recognised_can_be_changed_by_hand():
    found = read(LIST.encode("cp1251"), encoding="koi8-r", delimiter=",")
    assert (found.encoding, found.delimiter) == ("koi8-r", ",")
    assert len(found.rows[0]) == 1


def test_the_delimiter_that_excel_writes_on_top_is_obeyed_and_is_no_row():
    found = read(b"sep=|\na;b|c\n")
    assert (found.delimiter, found.rows) == ("|", [["a;b", "c"]])


def test_a_cell_in_quotation_marks_keeps_its_delimiters_and_lines():
    assert read(b'name;post\n"Ivanov; Ivan";"Head\nof unit"\n').rows[1] == [
        "Ivanov; Ivan",
        "Head of unit",
    ]


# --- workbooks ------------------------------------------------------------------------


def test_a_workbook_is_known_by_its_content_and_keeps_its_row_numbers():
    found = read(workbook(["Name", "Phone"], ["Siti", 60123456789], at=2))
    assert (found.kind, found.sheets) == ("xlsx", ["Sheet"])
    assert found.rows == [[], [], ["Name", "Phone"], ["Siti", "60123456789"]]


def test_one_of_several_sheets_can_be_chosen():
    content = workbook(["Name"], sheets=("Cover", "Имена"))
    assert read(content).sheet == "Cover"
    assert read(content, sheet="Имена").sheet == "Имена"
    assert read(content, sheet="Gone").sheet == "Cover"


def test_of_a_formula_only_what_it_came_to_is_read():
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    book.add_worksheet().write_formula(0, 0, '="Si"&"ti"', None, "Siti")
    book.close()
    assert read(content.getvalue()).rows == [["Siti"]]


def test_huge_numbers_and_days_become_plain_text():
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [1e300, 12345678901234567890, -0.5])
    sheet.write_number(0, 3, 44341, book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    assert read(content.getvalue()).rows == [
        ["1e+300", "1.234567890123457e+19", "-0.5", "2021-05-25"]
    ]


def test_an_open_document_is_read_as_well():
    found = read(open_document(["Nama", "Agensi"], ["Siti", "MITI"]))
    assert (found.kind, found.sheet) == ("ods", "Names")
    assert found.rows == [["Nama", "Agensi"], ["Siti", "MITI"]]


# --- what is no table, or too much of one ----------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b";;;\n;;\n", "nothing on this sheet"),
        (b"%PDF-1.7 x", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"<!DOCTYPE html><table>", "a web page"),
        (b"\x1f\x8b\x08", "a packed folder"),
        (b"PK\x03\x04 torn", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 torn", "damaged"),
        (b"\x7fELF\x00\x01\x02\x00", "no table"),
        (b";" * 80 + b"x", "more than 60 columns"),
        (b"x\n" * 5002, "more than 5000 rows"),
        (b'a;"' + b"x" * 200_000 + b'"', "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_what_it_is(content, sentence):
    with pytest.raises(UnreadableError, match=sentence):
        read(content)


def test_a_file_above_the_limit_is_not_even_looked_into():
    with pytest.raises(UnreadableError, match="larger than 10 MB"):
        read(b"%PDF" + b"x" * table.MEGABYTES * 1024 * 1024)


def test_a_zip_bomb_is_refused_by_its_directory():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(130 * 1024 * 1024))
    assert len(content.getvalue()) < 200_000
    with pytest.raises(UnreadableError, match="far too large"):
        read(content.getvalue())


def test_one_cell_at_the_far_corner_does_not_take_the_portal_down():
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Name")
    sheet.write(1048575, 16383, "far away")
    book.close()
    with pytest.raises(UnreadableError):
        read(content.getvalue())


def test_a_word_document_is_told_apart_from_a_workbook():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnreadableError, match="a text document"):
        read(content.getvalue())


# --- any bytes at all -----------------------------------------------------------------


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(content):
    read_or_refused(content)


@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-7"]))
def test_any_text_is_a_table_or_a_sentence(text, encoding):
    read_or_refused(text.encode(encoding, errors="ignore"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_workbook_with_bytes_turned_over_is_a_table_or_a_sentence(data):
    content = bytearray(workbook(["Name", "Mail"], ["Siti", "s@example.org"]))
    for _time in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    read_or_refused(bytes(content))


def read_or_refused(content):
    refused: list[str] = []
    rows: list[list[str]] = []
    try:
        rows = read(content).rows
    except UnreadableError as error:
        refused = error.sentences
    assert bool(rows) != bool(refused)
    assert all(isinstance(cell, str) for row in rows for cell in row)
