"""Badges: what stands on them, in which letters, and that nothing overflows or is missing."""

import hashlib
import re
import tempfile
import zlib
from pathlib import Path

import pytest
import segno
import typst
from django.urls import reverse

from delegations import documents
from delegations.documents import SHEETS, badges, broken, is_printable, is_right_to_left
from delegations.models import Delegate
from portal import typesetting
from portal.qr import Series
from tests.factories import make_delegate, make_meeting

NAMES = {
    "Наталья Орлова": "Natalia Orlova",
    "林佩瑜": "Lim Pei Yu",
    "أمل حداد": "Amal Haddad",
    "يڠ دڤرتوان ݢلر چوڽ": "Jawi letters",
    "Siti Nurhaliza binti Tarudin": "",
    "Γιώργος Σεφέρης": "Giorgos Seferis",
    "山田 はなこ": "Yamada Hanako",
    "김민수": "Kim Min-su",
    "Зөһрә Һәйдәрова": "Zohra",
}


def pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return max(int(number) for number in re.findall(rb"/Count (\d+)", pdf + unpacked(pdf)))


def unpacked(pdf: bytes) -> bytes:
    """Everything that lies compressed in a PDF."""
    found = b""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found += zlib.decompress(stream)
        except zlib.error:
            continue
    return found


def letters(pdf: bytes) -> set[str]:
    """The letters that whoever copies from the PDF gets: those its fonts have a glyph for."""
    maps = re.findall(rb"beginbf(?:char|range)(.*?)endbf", unpacked(pdf), re.DOTALL)
    codes = [code for one in maps for code in re.findall(rb"<([0-9a-fA-F]{4,})>", one)]
    return {bytes.fromhex(code.decode()).decode("utf-16-be", "ignore") for code in codes}


def drawn(meeting, delegates, sheet="a6", monkeypatch=None) -> str:
    """The first page as a drawing."""
    monkeypatch.setattr(documents, "typeset_for_print", typesetting.picture)
    return badges(meeting, delegates, sheet=sheet)


# --- letters --------------------------------------------------------------------------


def outlines(svg: str) -> set[tuple]:
    """The outlines of the glyphs of a page, whatever their size."""
    found = set()
    for path in re.findall(r'<symbol id="g[^"]*"[^>]*><path d="([^"]*)"', svg):
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]
        largest = max(map(abs, numbers), default=1) or 1
        found.add(tuple(round(number / largest, 2) for number in numbers))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_name_is_drawn_by_a_glyph_of_its_own_and_none_by_a_box(
    fair, name, monkeypatch
):
    plain = make_delegate(fair.meeting, fair.cast.russia, full_name=name, latin_name="")
    boxes = Delegate(full_name="\ue000\ue001", reference=plain.reference)  # no font has these
    boxes.delegation = plain.delegation
    page = drawn(fair.meeting, [plain], monkeypatch=monkeypatch)
    box_page = drawn(fair.meeting, [boxes], monkeypatch=monkeypatch)
    without = Delegate(full_name="", reference=plain.reference, delegation=plain.delegation)
    usual = outlines(drawn(fair.meeting, [without], monkeypatch=monkeypatch))
    box = outlines(box_page) - usual
    found = outlines(page)
    assert len(box) == 1, "the two letters that no font has are the same box"
    assert not box & found
    assert len(found - usual) >= len(set(name.replace(" ", ""))) // 2


def test_a_name_in_letters_that_no_font_has_is_printed_in_its_latin_form(fair):
    assert not is_printable("ชื่อ")
    assert not is_printable("გიორგი")
    assert all(is_printable(name) for name in NAMES)
    delegate = make_delegate(
        fair.meeting, fair.cast.malaysia, full_name="กมลา", latin_name="Kamala"
    )
    found = letters(badges(fair.meeting, [delegate]))
    assert set("Kaml") <= found
    assert "ก" not in found


def test_both_names_organisation_function_side_and_meeting_can_be_copied_from_the_file(fair):
    delegate = make_delegate(
        fair.meeting,
        fair.cast.russia,
        full_name="Наталья Щёголева",
        latin_name="Natalia Shchegoleva",
        organisation="Žyxw",
        function="Ququ",
        capacity="interpreter",
    )
    found = letters(badges(fair.meeting, [delegate]))
    for text in ("Наталья Щёголева", "Natalia Shchegoleva", "Žyxw", "Ququ", "Interpreter"):
        assert set(text) - {" "} <= found, text
    assert set("Russia") <= found


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x")',
        '$ x^2 $ "quoted" \\ back',
        '[#read("/etc/passwd")] *bold* _it_ `raw` <label> @ref',
        "// comment /* and */ #{",
        "\\u{41} #sys.inputs",
    ],
)
def test_what_looks_like_an_instruction_is_printed_as_it_was_written(fair, name):
    delegate = make_delegate(
        fair.meeting,
        fair.cast.malaysia,
        full_name=name,
        latin_name=name,
        organisation=name,
        function=name,
        honorific=name,
    )
    for sheet in SHEETS:
        assert set(name) - {" "} <= letters(badges(fair.meeting, [delegate], sheet=sheet))


# --- room -----------------------------------------------------------------------------

LONG = [
    "Wan Ahmad Zulkifli Nik Muhammad Faizal bin Wan Mohd Noor Azman Shah al-Haj " * 3,
    "Абдурахмангаджи" * 16,
    "W" * 240,
    "林佩瑜" * 80,
    "أمل حداد " * 27,
]


def placed(svg: str) -> list[tuple[float, float]]:
    """Where each text of a drawing begins, in points from the top left."""
    stack, found = [(0.0, 0.0)], []
    for tag in re.findall(r"<(/?g[^>]*|use[^>]*)>", svg):
        if tag.startswith("/g"):
            stack.pop()
        elif tag.startswith("g") and not tag.endswith("/"):
            stack.append(_moved(stack[-1], tag))
        elif tag.startswith("use"):
            found.append(stack[-1])
    return found


def _moved(origin, tag):
    moved = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", tag)
    matrix = re.search(r"matrix\(1 0 0 1 ([-\d.]+) ([-\d.]+)\)", tag)
    by = moved or matrix
    return (origin[0] + float(by[1]), origin[1] + float(by[2])) if by else origin


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("name", LONG)
def test_the_longest_names_stay_on_their_badge(fair, sheet, name, monkeypatch):
    name = name[:250].strip()
    delegate = make_delegate(
        *(fair.meeting, fair.cast.malaysia),
        full_name=name,
        latin_name=name,
        organisation=name,
        function=name[:200],
    )
    page = drawn(fair.meeting, [delegate], sheet, monkeypatch)
    paper = SHEETS[sheet]
    right = (paper.left + paper.label_width) * 72 / 25.4
    bottom = (paper.top + paper.label_height) * 72 / 25.4
    assert len(placed(page)) > 3
    for across, down in placed(page):
        assert -0.5 <= across <= right, (across, right)
        assert 0 <= down <= bottom, (down, bottom)
    assert pages(badges_pdf(fair, delegate, sheet, monkeypatch)) == 1


def badges_pdf(fair, delegate, sheet, monkeypatch):
    monkeypatch.undo()
    return badges(fair.meeting, [delegate], sheet=sheet)


def test_a_very_long_word_may_be_broken_and_a_short_one_stays():
    assert broken("Siti binti Tarudin") == "Siti binti Tarudin"
    assert broken("x" * 50) == "\u200b".join(["x" * 22, "x" * 22, "x" * 6])


def test_the_direction_is_that_of_the_first_letter_that_has_one():
    assert is_right_to_left("(1) أمل Haddad")
    assert not is_right_to_left("Haddad أمل")
    assert not is_right_to_left("123")


# --- sheets ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "start", "number", "expected"),
    [
        ("a6", 1, 3, 3),
        ("a6", 9, 3, 3),  # a start is for stickers
        ("a5", 1, 3, 2),
        ("a4", 1, 5, 2),
        ("stickers-24", 1, 24, 1),
        ("stickers-24", 2, 24, 2),
        ("stickers-14", 14, 1, 1),
        ("stickers-14", 14, 2, 2),
    ],
)
def test_a_sheet_holds_as_many_as_it_says_from_the_first_free_place(
    fair, sheet, start, number, expected
):
    people = [make_delegate(fair.meeting, fair.cast.russia) for _ in range(number)]
    assert pages(badges(fair.meeting, people, sheet=sheet, start=start)) == expected


def test_every_capacity_has_its_colour_dark_enough_for_white_letters():
    assert set(documents.COLOURS) == set(Delegate.Capacity.values)
    assert len(set(documents.COLOURS.values())) == len(documents.COLOURS)
    for colour in documents.COLOURS.values():
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        light = sum(
            share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
        )
        assert 1.05 / (light + 0.05) >= 4.5, colour


@pytest.mark.parametrize(("sheet", "start", "expected"), [("a6", 1, 9), ("stickers-14", 14, 2)])
def test_many_badges_are_set_in_parts_and_bound_into_one_file(
    fair, monkeypatch, sheet, start, expected
):
    people = [
        make_delegate(fair.meeting, fair.cast.russia, full_name=f"Person {number}")
        for number in range(9)
    ]
    whole = badges(fair.meeting, people, sheet=sheet, start=start)
    monkeypatch.setattr(documents, "MANY", {"a6": 4, "stickers-14": 14}[sheet])
    made = badges(fair.meeting, people, sheet=sheet, start=start)
    assert pages(made) == pages(whole) == expected
    for page in (1, expected):
        assert looked_at(made, page) == looked_at(whole, page)


def looked_at(pdf: bytes, page: int) -> str:
    """A page of a PDF as a reader of such files draws it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "made.pdf").write_bytes(pdf)
        source = f'#image("made.pdf", page: {page}, width: 100%)'.encode()
        drawn = typst.Compiler(source, root=folder).compile(format="png")
    return hashlib.sha256(drawn).hexdigest()


# --- the code -------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["AB12-CD34", "0000-0000", "ZZZZ-ZZZZ", "9H3K-7QWX"])
def test_a_code_of_a_series_is_the_one_that_is_drawn_by_itself(reference):
    series = Series("https://portal.example.org/at/", 9)
    text = f"https://portal.example.org/at/{reference}"
    masks = []
    for mask in range(8):
        code = segno.make(text, error="m", mode="byte", mask=mask, boost_error=False)
        masks.append(bytes(0 if square else 255 for row in code.matrix for square in row))
    assert series.pixels(reference) in masks


def test_the_code_leads_to_the_page_of_the_reference_and_holds_no_personal_link(fair, settings):
    settings.PORTAL_URL = "https://portal.example.org"
    delegate = make_delegate(fair.meeting, fair.cast.russia, reference="AB12-CD34")
    address = settings.PORTAL_URL + reverse("at", args=["AB12-CD34"])
    assert address == "https://portal.example.org/at/AB12-CD34"
    given = {}

    def typeset(template, data, files):
        given.update(data | files)
        return b""

    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patched:
        patched.setattr(documents, "typeset_for_print", typeset)
        badges(fair.meeting, [delegate])
    assert given["codes.bin"] == Series("https://portal.example.org/at/", 9).pixels("AB12-CD34")
    assert delegate.token not in str(given)
    assert delegate.email not in str(given)


# --- the page -------------------------------------------------------------------------


@pytest.fixture
def people(fair):
    cast = fair.cast
    return [
        make_delegate(fair.meeting, cast.malaysia, full_name="Ali", attendance="in_person"),
        make_delegate(fair.meeting, cast.russia, full_name="Олег", capacity="head"),
        make_delegate(fair.meeting, cast.russia, full_name="Ждущий", status="pending"),
    ]


def file_of(client, fair, **query):
    return client.get(reverse("badges-file", args=[fair.meeting.pk]), {"sheet": "a6"} | query)


def test_all_the_approved_of_both_sides_are_printed_and_nobody_else(client, fair, people):
    client.force_login(fair.cast.focal_ru)
    response = file_of(client, fair)
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert pages(response.content) == 2
    assert "Ж" not in letters(response.content)


def test_those_marked_are_printed_alone(client, fair, people):
    client.force_login(fair.cast.officer_my)
    marked = [people[1].pk, people[2].pk, "no number"]
    response = file_of(client, fair, delegate=marked)
    assert pages(response.content) == 1


@pytest.mark.parametrize(
    "query", [{"side": "ru"}, {"capacity": "head"}, {"attendance": "virtual"}, {"q": "oleg"}]
)
def test_a_filter_narrows_the_list_and_the_file_alike(client, fair, people, query):
    client.force_login(fair.cast.officer_my)
    page = client.get(reverse("badges", args=[fair.meeting.pk]), query)
    assert [one.full_name for one in page.context["rows"]] == ["Олег"]
    assert pages(file_of(client, fair, **query).content) == 1


def test_a_place_that_no_sheet_has_is_refused_in_words_and_kept(client, fair, people):
    client.force_login(fair.cast.officer_my)
    response = file_of(client, fair, sheet="stickers-14", start="15")
    assert "A sheet of these has 14 stickers. Choose a place from 1 to 14." in (
        response.content.decode()
    )
    assert response.context["form"]["start"].value() == "15"


def test_before_anybody_is_approved_the_page_says_what_to_do(client, fair):
    client.force_login(fair.cast.officer_my)
    page = client.get(reverse("badges", args=[fair.meeting.pk])).content.decode()
    assert "Nobody is approved yet" in page
    assert reverse("delegations", args=[fair.meeting.pk]) in page


def test_those_at_the_door_print_badges_and_nobody_else(client, fair, people):
    keepers = {"officer_my", "officer_ru", "neutral", "focal_my", "focal_ru"}
    for who, user in fair.cast.people.items():
        client.force_login(user)
        for name in ("badges", "badges-file"):
            url = reverse(name, args=[fair.meeting.pk])
            status = client.get(url, {"sheet": "a6"}).status_code
            assert status == (200 if who in keepers else 403), (who, name)


def test_badges_of_a_sides_own_part_exist_for_that_side_alone(client, cast):
    own = make_meeting(cast.group, status="announced", series="national", side=cast.malaysia)
    for who, status in {"officer_my": 200, "officer_ru": 404}.items():
        client.force_login(cast.people[who])
        assert client.get(reverse("badges", args=[own.pk])).status_code == status


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_and_the_file_ask_the_same_for_one_and_for_thirty(
    client, fair, number, django_assert_num_queries
):
    for _one in range(number):
        make_delegate(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.officer_ru)
    page = reverse("badges", args=[fair.meeting.pk])
    client.get(page)
    with django_assert_num_queries(11):
        client.get(page)
    with django_assert_num_queries(9):
        file_of(client, fair)
