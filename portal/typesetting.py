"""Documents set in type: a typst template and its data become a PDF.

Names and texts reach the template as data (a JSON file beside it), never as markup, so that
nothing anybody writes is taken for an instruction. Nothing is fetched: the fonts are packages.
"""

import functools
import json
import multiprocessing
import re
import tempfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template

if TYPE_CHECKING:
    import typst

FONTS = ("fontpkg_noto_sans", "fontpkg_amiri", "noto_cjk_sans_otc")
# Letters of other scripts have no glyph in the fonts at hand and would be printed as boxes.
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")


def typeset(
    template: str, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> bytes:
    """The PDF of a template with its data; `files` lie beside it under their names."""
    return _set_in_type(_source(template), json.dumps(data), dict(files or {}), "pdf")


def typeset_for_print(
    template: str, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> bytes:
    """The same without what reads a PDF aloud: for what is only ever printed, and sooner."""
    return _set_in_type(_source(template), json.dumps(data), dict(files or {}), "print")


def typeset_apart(
    template: str, parts: Iterable[tuple[Mapping[str, Any], Mapping[str, bytes]]]
) -> bytes:
    """One PDF of several parts, each set in a process of its own: its memory ends with it."""
    source = _source(template)
    given = ((source, json.dumps(data), dict(files), "part") for data, files in parts)
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as one_by_one:
        return bound(list(one_by_one.imap(_told_apart, given)))


def _told_apart(given: tuple[bytes, str, dict[str, bytes], str]) -> bytes:
    return _set_in_type(*given)


def picture(
    template: str, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> str:
    """The first page as a drawing (SVG), as a screen or a test looks at it."""
    return _set_in_type(_source(template), json.dumps(data), dict(files or {}), "svg").decode()


def _source(template: str) -> bytes:
    return Path(get_template(template).origin.name).read_bytes()


def _set_in_type(source: bytes, data: str, files: dict[str, bytes], kind: str) -> bytes:
    import typst  # thirty megabytes that only those need who print

    with tempfile.TemporaryDirectory(prefix="portal-type-") as folder:
        Path(folder, "data.json").write_text(data)
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        press = typst.Compiler(source, root=folder, font_paths=_fonts(), ignore_system_fonts=True)
        if kind == "part":  # in the plain form of PDF that parts can be bound in
            made = press.compile(format="pdf", pdf_standards="1.4", pdf_tags=False)
        elif kind == "print":
            made = press.compile(format="pdf", pdf_tags=False)
        else:
            made = press.compile(format=kind)
    _forget()
    return made[0] if isinstance(made, list) else made


def _forget() -> None:
    """Typst keeps what it has set until ten further documents: forty megabytes for 450 badges."""
    import typst

    nothing = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
    for _document in range(11):
        nothing.compile(b"x", format="svg")


@functools.cache
def _fonts() -> "typst.Fonts":
    import typst

    folders = [str(Path(find_spec(name).origin).parent) for name in FONTS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


# --- binding parts --------------------------------------------------------------------

REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
ROOT = re.compile(rb"/Root (\d+) 0 R")
PAGES = re.compile(rb"/Pages (\d+) 0 R")
COUNT = re.compile(rb"/Count (\d+)")


def bound(parts: list[bytes]) -> bytes:
    """Several PDFs that this module has made (1.4, nothing packed together) as one.

    The things in each are numbered on from those before it; a new root has all pages.
    """
    things: list[bytes] = []
    roots, count = [], 0
    for part in parts:
        first = len(things)
        own = _things(part)
        catalogue = int(_found(ROOT, part[part.rindex(b"trailer") :]))
        pages = int(_found(PAGES, own[catalogue - 1]))
        count += int(_found(COUNT, own[pages - 1]))
        roots.append(first + pages)
        things += [_renumbered(thing, first) for thing in own]
    top = len(things) + 1
    for number in roots:
        things[number - 1] = things[number - 1].replace(b"<<", b"<</Parent %d 0 R" % top, 1)
    kids = b" ".join(b"%d 0 R" % number for number in roots)
    things.append(b"<</Type /Pages/Kids [%s]/Count %d>>" % (kids, count))
    things.append(b"<</Type /Catalog/Pages %d 0 R>>" % top)
    return _written(things)


def _things(part: bytes) -> list[bytes]:
    """What is in a PDF, by number from 1, as its table of contents says where each begins."""
    table = part[int(part[part.rindex(b"startxref") + 9 :].split()[0]) :].splitlines()
    size = int(table[1].split()[1])
    starts = [int(line.split()[0]) for line in table[3 : 2 + size]]
    ends = dict(zip(sorted(starts), [*sorted(starts)[1:], len(part)], strict=True))
    found = []
    for start in starts:
        thing = part[start : ends[start]]
        found.append(thing[thing.index(b"obj") + 3 : thing.rindex(b"endobj")].strip(b"\r\n "))
    return found


def _renumbered(thing: bytes, by: int) -> bytes:
    """With the numbers it refers to moved; what it carries packed stays as it is."""
    words, packed, rest = thing.partition(b"stream")
    moved = REFERENCE.sub(lambda found: b"%d 0 R" % (int(found[1]) + by), words)
    return moved + packed + rest


def _found(pattern: re.Pattern[bytes], text: bytes) -> bytes:
    match = pattern.search(text)
    if match is None:
        raise ValueError("This PDF is not one that can be bound.")
    return match[1]


def _written(things: list[bytes]) -> bytes:
    made = bytearray(b"%PDF-1.4\n%\x80\x80\x80\x80\n")
    starts = []
    for number, thing in enumerate(things, start=1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(things) + 1)
    made += b"".join(b"%010d 00000 n\r\n" % start for start in starts)
    size, root = len(things) + 1, len(things)
    made += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, root, table)
    return bytes(made)
