"""Documents set in type: a typst template and its data become a PDF.

Names and texts reach the template as data (a JSON file beside it), never as markup, so that
nothing anybody writes is taken for an instruction. Nothing is fetched: the fonts are packages.
"""

import functools
import json
import multiprocessing
import tempfile
from collections.abc import Mapping
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


def typeset_apart(
    template: str, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> bytes:
    """The same in a process of its own: the memory that thousands of pages take ends with it."""
    given = (_source(template), json.dumps(data), dict(files or {}), "pdf")
    with multiprocessing.get_context("spawn").Pool(1) as one:
        return one.apply(_set_in_type, given)


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
        made = typst.Compiler(
            source, root=folder, font_paths=_fonts(), ignore_system_fonts=True
        ).compile(format=kind)
    return made[0] if isinstance(made, list) else made


@functools.cache
def _fonts() -> "typst.Fonts":
    import typst

    folders = [str(Path(find_spec(name).origin).parent) for name in FONTS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
