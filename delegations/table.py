"""Reads a table out of a file that somebody chose: Excel, OpenDocument or plain text.

What a file is shows in its first bytes, never in its name. A text says neither its encoding nor
its delimiter, so both are recognised, said, and can be changed.
"""

import csv
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path

from django.utils.translation import gettext as _

from delegations import sheet as opening
from portal.refusal import Refused

MEGABYTES = 10
UNPACKED = 120 * 1024 * 1024
FILES_INSIDE = 2_000
ROWS, COLUMNS = opening.ROWS, opening.COLUMNS
LETTERS = 2_000  # of one cell; what is longer is cut here and refused at its field

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "cp1252": "Windows-1252",
    "latin-1": "ISO 8859-1",
}
DELIMITERS = {";": ";", ",": ",", "\t": "Tab", "|": "|"}
KINDS = {"xlsx": "Excel", "xlsb": "Excel", "xls": "Excel", "ods": "OpenDocument", "text": "CSV"}


class UnreadableError(Refused):
    """A file that is no table, or one that is too large to be looked at."""


@dataclass(frozen=True)
class Table:
    """The rows of a file as they stand in it, with how it was read."""

    kind: str
    rows: list[list[str]]
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""


def read(content: bytes, *, sheet: str = "", encoding: str = "", delimiter: str = "") -> Table:
    """The table in a file; what is left empty is recognised. Raises UnreadableError."""
    if not content.strip():
        raise UnreadableError(_("This file is empty. Choose the one with the names in it."))
    if len(content) > MEGABYTES * 1024 * 1024:
        raise UnreadableError(
            _("This file is larger than %(number)s MB. Leave pictures and further sheets out.")
            % {"number": MEGABYTES}
        )
    kind = kind_of(content)
    if kind == "text":
        table = _text(content, encoding, delimiter)
    else:
        table = _workbook(content, kind, sheet)
    return _within_limits(table)


def _within_limits(table: Table) -> Table:
    rows = [[cell[: LETTERS + 1] for cell in _trimmed(row)] for row in table.rows]
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise UnreadableError(_("There is nothing on this sheet. Choose the one with the names."))
    if sum(map(bool, rows)) > ROWS + 1:
        raise UnreadableError(
            _("This table has more than %(number)s rows. Divide it into several files.")
            % {"number": ROWS}
        )
    if max(map(len, rows)) > COLUMNS:
        raise UnreadableError(_too_wide())
    return Table(table.kind, rows, table.sheet, table.sheets, table.encoding, table.delimiter)


def _too_wide() -> str:
    return _("This table has more than %(number)s columns. Keep only those with the names.") % {
        "number": COLUMNS
    }


def _trimmed(row: list[str]) -> list[str]:
    cells = [" ".join(cell.replace("\x00", "").split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


# --- what it is -----------------------------------------------------------------------

BEGINNINGS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"{\\rtf", "word"),
    (b"\x1f\x8b", "packed"),
    (b"Rar!", "packed"),
    (b"7z\xbc\xaf", "packed"),
)


def kind_of(content: bytes) -> str:
    """What a file is, by its content. Raises UnreadableError for what is no table."""
    if content.startswith(b"PK"):
        return _kind_of_zip(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    for beginning, what in BEGINNINGS:
        if content.startswith(beginning):
            raise UnreadableError(_wrong_kind(what))
    head = content[:4096]
    if head.lstrip()[:1] == b"<" and re.match(rb"\s*<(\?xml|!doctype|html|table)", head, re.I):
        raise UnreadableError(_wrong_kind("page"))
    if b"\x00" in head and not _utf_16(content):
        raise UnreadableError(_wrong_kind(""))
    return "text"


def _kind_of_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            inside = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(_damaged()) from error
    if len(inside) > FILES_INSIDE or sum(one.file_size for one in inside) > UNPACKED:
        raise UnreadableError(
            _("Unpacked this file would be far too large. Save the sheet with the names alone.")
        )
    names = {one.filename for one in inside}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise UnreadableError(_wrong_kind("word" if "word/document.xml" in names else "packed"))


def _wrong_kind(what: str) -> str:
    """What the file is instead, and what to do."""
    sentences = {
        "pdf": _("This is a PDF. Save the table as Excel, OpenDocument or CSV."),
        "picture": _("This is a picture. Save the table as Excel, OpenDocument or CSV."),
        "word": _("This is a text document. Copy its table into Excel, then choose that file."),
        "packed": _("This is a packed folder. Unpack it, then choose the table in it."),
        "page": _("This is a web page. Save it from Excel as a workbook, then choose that file."),
    }
    other = _("This is no table that can be read. Save it as Excel, OpenDocument or CSV.")
    return sentences.get(what, other)


def _damaged() -> str:
    return _("This file is damaged or too large to open. Open it yourself and save it anew.")


# --- workbooks ------------------------------------------------------------------------


def _workbook(content: bytes, kind: str, sheet: str) -> Table:
    command = [sys.executable, "-I", str(Path(opening.__file__)), sheet.replace("\x00", "")[:200]]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=opening.SECONDS * 2, check=False
        )
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError, OSError) as error:
        raise UnreadableError(_damaged()) from error
    if "refused" in found:
        raise UnreadableError(_refused(found["refused"]))
    return Table(kind, found["rows"], found["sheet"], found["sheets"])


def _refused(why: str) -> str:
    if why == "password":
        return _("This file is locked by a password. Save it without one, then choose it again.")
    if why == "columns":
        return _too_wide()
    return _damaged()


# --- text -----------------------------------------------------------------------------


def _text(content: bytes, encoding: str, delimiter: str) -> Table:
    encoding = encoding if encoding in ENCODINGS else encoding_of(content)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    said = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # how Excel says it
    if said:
        text = text[said.end() :]
    if delimiter not in DELIMITERS:
        delimiter = said[1] if said and said[1] in DELIMITERS else delimiter_of(text)
    return Table("text", _lines(text, delimiter), encoding=encoding, delimiter=delimiter)


def _lines(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > ROWS + opening.EMPTY_ROWS:
                break
    except csv.Error as error:
        raise UnreadableError(
            _("Row %(number)s cannot be read: a quotation mark is open, or a cell has no end.")
            % {"number": reader.line_num}
        ) from error
    return rows


def encoding_of(content: bytes) -> str:
    """The encoding in which a text makes sense."""
    wide = _utf_16(content)
    if wide:
        return wide
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        head = content[:200_000]
        return max(("cp1251", "koi8-r", "cp1252"), key=lambda name: _sense(head, name))
    return "utf-8"


def _utf_16(content: bytes) -> str:
    """UTF-16 by its mark, or by the empty half of its Latin letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = content[:2000]
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > len(head) // 8 and not even:
        return "utf-16"
    return ""


COMMON = set("оеаинтсрвлкмдп")


def _sense(content: bytes, encoding: str) -> float:
    """How much of what is not plain ASCII reads as words of one script in a usual case."""
    text = content.decode(encoding, errors="replace")
    words = {word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()}
    return sum(map(_likely, words)) - sum(map(_is_odd, text))


def _is_odd(letter: str) -> bool:
    return not letter.isascii() and not letter.isalpha() and letter not in "«»–—№“”’ \xa0"


def _likely(word: str) -> float:
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    if len(scripts) > 1:
        return -3
    if not (word.islower() or word.isupper() or word.istitle()):
        return -2
    if scripts == {"CYRILLIC"}:
        common = sum(letter in COMMON for letter in word.lower()) / len(word)
        return common + (0.5 if word.istitle() else 0.3 if word.islower() else 0.2)
    marked = sum(not letter.isascii() for letter in word) / len(word)
    return 1 - 2 * marked


def delimiter_of(text: str) -> str:
    """The delimiter that divides most lines alike."""
    return max(DELIMITERS, key=lambda one: _agreement(text, one))


def _agreement(text: str, delimiter: str) -> tuple[int, int]:
    widths = [len(row) for row in _beginning(text, delimiter)]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    alike = widths.count(usual) if usual > 1 else 0
    return alike, usual


def _beginning(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO("\n".join(text.splitlines()[:60])), delimiter=delimiter)
    try:
        yield from (row for row in reader if row)
    except csv.Error:
        return
