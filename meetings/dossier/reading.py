"""From bytes to a dossier that keeps to the schema, or all that is wrong with it, in sentences."""

import functools
import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from jsonschema_rs import Draft202012Validator

from portal.clocks import known_zones
from portal.refusal import Refused

MOST_PROBLEMS = 100
DEEPEST = 30
MEGABYTE = 1024 * 1024
ARROW = " › "


class Unreadable(Refused):
    """A file that is no dossier. Each sentence names one place and what is wrong there."""


class _Repeated(ValueError):
    """A name that stands twice in one object."""


def read(content: bytes) -> dict[str, Any]:
    """The dossier in these bytes. Raises Unreadable with every problem found, up to a bound."""
    dossier = _parsed(_text(content))
    if _depth(dossier) > DEEPEST:
        raise Unreadable(
            _("The file is nested more than %(number)d levels deep. A dossier never is.")
            % {"number": DEEPEST}
        )
    problems = list(_unspeakable(dossier, ())) or list(_against_schema(dossier))
    if problems:
        raise Unreadable(*bounded(problems))
    return dossier


def bounded(problems: list[str]) -> list[str]:
    """The first problems, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return problems
    words = ngettext("And %(number)d more problem.", "And %(number)d more problems.", more)
    return [*problems[:MOST_PROBLEMS], words % {"number": more}]


def too_large(size: int) -> str:
    """Why a file of this size is not read; empty when it is."""
    if size <= settings.PORTAL_DOSSIER_MEGABYTES * MEGABYTE:
        return ""
    return _("The file has %(size)s MB; a dossier may have %(limit)d MB. Divide it by bodies.") % {
        "size": f"{size / MEGABYTE:.1f}",
        "limit": settings.PORTAL_DOSSIER_MEGABYTES,
    }


def _text(content: bytes) -> str:
    refusal = too_large(len(content))
    if refusal:
        raise Unreadable(refusal)
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            _(
                "The file is not UTF-8: byte %(byte)s at position %(position)d, in line %(line)d. "
                "Save it anew with the encoding UTF-8."
            )
            % {
                "byte": f"0x{content[error.start]:02X}",
                "position": error.start + 1,
                "line": content.count(b"\n", 0, error.start) + 1,
            }
        ) from error


# --- JSON -----------------------------------------------------------------------------


def _parsed(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=str
        )
    except json.JSONDecodeError as error:
        raise Unreadable(
            _("The file is not JSON: line %(line)d, column %(column)d. %(what)s")
            % {"line": error.lineno, "column": error.colno, "what": _json_words(text, error)}
        ) from error
    except RecursionError as error:
        raise Unreadable(_("The file is nested so deeply that it cannot be a dossier.")) from error
    except _Repeated as error:
        raise Unreadable(str(error)) from error
    except ValueError as error:
        raise Unreadable(_("The file holds a number that is too long to be read.")) from error


def _json_words(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()):
        return _("The file ends too early.")
    return _("“%(letter)s” is not expected there.") % {"letter": text[error.pos]}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, with numbers as they are written (`parse_float`); no name may stand twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _value in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    handle = next((str(found[name]) for name in HANDLES if name in found), "")
    if handle:
        raise _Repeated(
            _("“%(name)s” stands twice in “%(row)s”. Keep one of them.")
            % {"name": twice, "row": handle}
        )
    raise _Repeated(_("“%(name)s” stands twice in one object. Keep one.") % {"name": twice})


def _constant(name: str) -> Any:
    raise _Repeated(
        _("%(name)s is not a number that a dossier can hold. Leave out what is not known.")
        % {"name": name}
    )


def _depth(value: Any) -> int:
    """How many levels deep a value is nested, reckoned without nesting calls."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        depth += 1
    return depth


UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _unspeakable(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Texts with letters that no text can hold: control characters and halves of letters."""
    if isinstance(value, str):
        if UNSPEAKABLE.search(value):
            yield _at(path, _("This holds an invisible control character. Type it anew."))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unspeakable(name, path)
            yield from _unspeakable(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unspeakable(inner, (*path, handle(inner, index)))


# --- places ---------------------------------------------------------------------------

HANDLES = ("code", "id", "number", "reference", "person", "party", "what", "title", "name")


def handle(row: Any, index: int) -> str:
    """What a row of a list is called in a place: its key, or the place it has in the list."""
    if isinstance(row, dict):
        for name in HANDLES:
            if isinstance(row.get(name), str | int) and row[name] != "":
                number = name == "number" and row.get("series") not in (None, "ordinary")
                return f"{row['series']} {row[name]}" if number else str(row[name])[:80]
    return str(index + 1)


def spoken(place: tuple[str, ...]) -> str:
    """A place as people read it: bodies › my-ru-wg › meetings › 3."""
    return ARROW.join(place)


def _at(place: tuple[str, ...], words: str) -> str:
    return f"{spoken(place)}: {words}" if place else words


def _place(dossier: Any, path: list[str | int]) -> tuple[str, ...]:
    found: list[str] = []
    value = dossier
    for step in path:
        value = value[step]
        found.append(handle(value, step) if isinstance(step, int) else step)
    return tuple(found)


# --- the schema -----------------------------------------------------------------------


def _is_day(text: str) -> bool:
    try:
        return 1000 <= date.fromisoformat(text).year < 2200
    except ValueError:
        return False


def _is_accepted(check: Callable[[str], Any], text: str) -> bool:
    try:
        return text == "" or check(text) is None
    except ValidationError:
        return False


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


@functools.cache
def validator() -> Draft202012Validator:
    """The schema, ready to check with; a zone is one that this portal's zone database has."""
    path = settings.ROOT / "docs" / "dossier.schema.json"
    address = URLValidator(schemes=["http", "https"])
    return Draft202012Validator(
        json.loads(path.read_text(encoding="utf-8")),
        validate_formats=True,
        ignore_unknown_formats=False,
        formats={
            "date": _is_day,
            "uuid": _is_uuid,
            "time-zone": lambda text: text in known_zones(),
            "web-address": lambda text: _is_accepted(address, text),
            "email-or-empty": lambda text: _is_accepted(EmailValidator(), text),
        },
    )


def _against_schema(dossier: Any) -> Iterator[str]:
    for error in validator().iter_errors(dossier):
        for path, words in _explained(error):
            yield _at(_place(dossier, path), words)


def _explained(error: Any) -> Iterator[tuple[list[str | int], str]]:
    """What a broken rule of the schema means: (path, sentence), one for each thing to mend."""
    path, kind = list(error.instance_path), error.kind
    if kind.name == "anyOf":
        # Always “this or null”: what is wrong with it as “this” is what helps.
        for one in kind.context[0]:
            yield from _explained(one)
    elif kind.name == "additionalProperties":
        for name in kind.unexpected:
            yield path, _("There is no field “%(name)s” here.") % {"name": name[:80]}
    else:
        yield path, str(RULES.get(kind.name, _otherwise)(error))


TYPES = {
    "string": gettext_lazy("a text"),
    "integer": gettext_lazy("a whole number"),
    "number": gettext_lazy("a number"),
    "boolean": gettext_lazy("true or false"),
    "array": gettext_lazy("a list"),
    "object": gettext_lazy("an object"),
    "null": gettext_lazy("null"),
}
FORMATS = {
    "date": gettext_lazy("There is no such day between the years 1000 and 2199."),
    "time-zone": gettext_lazy(
        "This zone is not in the zone database. Choose a name such as Asia/Kuala_Lumpur."
    ),
    "web-address": gettext_lazy("This is not an address that begins with http:// or https://."),
    "email-or-empty": gettext_lazy("This is not an e-mail address."),
    "uuid": gettext_lazy("This is not a UUID in small letters."),
}
LANGUAGES = gettext_lazy("Languages are named by their codes, such as en, ru or ms.")
PATTERNS = {
    "language": LANGUAGES,
    "languages": LANGUAGES,
    "wall": gettext_lazy("Write the time as HH:MM, from 00:00 to 23:59."),
    "day": gettext_lazy("Write the day as YYYY-MM-DD."),
    "partyCode": gettext_lazy("A code has Latin letters, digits, - and _ alone."),
    "bodyCode": gettext_lazy("A code has Latin letters, digits, - and _ alone."),
    "uid": gettext_lazy("This is not a UUID in small letters."),
    "value": gettext_lazy("Write digits with a point and at most two decimals."),
    "change": gettext_lazy("Write digits with a point and at most one decimal."),
}


def _type(error: Any) -> str:
    types = " / ".join(str(TYPES[one]) for one in error.kind.types)
    return _("Here stands %(found)s; it must be: %(wanted)s.") % {
        "found": _shown(error.instance),
        "wanted": types,
    }


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _pattern(error: Any) -> Any:
    known = next((one for one in error.schema_path if one in PATTERNS), "")
    return PATTERNS.get(known) or _otherwise(error)


def _otherwise(error: Any) -> str:
    return _("This is not written as the schema asks.")


def _none_of(error: Any) -> str:
    known = ", ".join(str(one) for one in error.kind.options if one != "")
    return _("%(found)s is none of: %(known)s.") % {"found": _shown(error.instance), "known": known}


def _constant_words(error: Any) -> str:
    return _("Here stands %(found)s; it must be: %(wanted)s.") % {
        "found": _shown(error.instance),
        "wanted": _shown(error.kind.expected_value),
    }


# What to say of each rule of the schema that can be broken, by its name there.
RULES: dict[str, Callable[[Any], Any]] = {
    "type": _type,
    "enum": _none_of,
    "const": _constant_words,
    "pattern": _pattern,
    "format": lambda error: FORMATS[error.kind.format],
    "propertyNames": lambda error: LANGUAGES,
    "required": lambda error: _("“%(name)s” is missing.") % {"name": error.kind.property},
    "maxLength": lambda error: (
        _("The text is too long: at most %(number)d letters.") % {"number": error.kind.limit}
    ),
    "minLength": lambda error: _("The text is empty. Leave the field out or fill it."),
    "maximum": lambda error: (
        _("The number is too large: at most %(number)s.") % {"number": error.kind.limit}
    ),
    "minimum": lambda error: (
        _("The number is too small: at least %(number)s.") % {"number": error.kind.limit}
    ),
    "uniqueItems": lambda error: _("Something stands here twice."),
}
