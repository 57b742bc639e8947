"""What the columns of a table of nominations hold, and how a cell of each is understood.

A cell is good, mended (and says how), wrong (and says why) or empty. Nothing here asks who reads.
"""

import difflib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.models import Delegate
from portal.clocks import known_zones
from portal.search import sought

GOOD, MENDED, WRONG, EMPTY = "good", "mended", "wrong", "empty"
CLOSE = 0.84  # how alike a slip of the finger is to what was meant


@dataclass(frozen=True)
class Cell:
    """One cell as it was understood."""

    value: Any
    state: str = GOOD
    words: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Column:
    """A field of a nomination: its name on screens, the names tables give it, how it is read."""

    name: str
    label: Any
    also: tuple[str, ...]
    read: Callable[[str], Cell]
    is_required: bool = False
    choices: Callable[[], Iterable[tuple[Any, Any]]] | None = None

    def cell(self, typed: str) -> Cell:
        """The cell as it stands in the table, understood."""
        if not typed.strip():
            words = _("This must not be empty.") if self.is_required else ""
            return Cell("", WRONG if self.is_required else EMPTY, words, typed)
        cell = self.read(typed)
        return Cell(cell.value, cell.state, cell.words, typed)


# --- texts ----------------------------------------------------------------------------


def _text(typed: str, limit: int = 250) -> Cell:
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    kept = "".join(one for one in text if unicodedata.category(one) not in {"Cc", "Cs", "Co"})
    if len(kept) > limit:
        return Cell(
            kept[:limit],
            WRONG,
            _("This is too long. Shorten it to %(number)s letters.") % {"number": limit},
        )
    if kept != text:
        return Cell(kept, MENDED, _("An invisible control character was taken out."))
    return Cell(kept)


def _name(typed: str) -> Cell:
    cell = _text(typed)
    if cell.state != WRONG and not any(letter.isalpha() for letter in cell.value):
        return Cell(cell.value, WRONG, _("Write the name in letters."))
    return cell


def _latin_name(typed: str) -> Cell:
    cell = _name(typed)
    if cell.state != WRONG and not is_latin(cell.value):
        return Cell(cell.value, WRONG, _("Write this in Latin letters only, as in the passport."))
    return cell


def is_latin(text: str) -> bool:
    """Whether every letter is one that a passport's Latin line may hold."""
    names = (unicodedata.name(letter, "") for letter in text if letter.isalpha())
    return all(name.startswith(("LATIN ", "MODIFIER LETTER ")) for name in names)


def _email(typed: str) -> Cell:
    plain = "".join(one for one in typed if unicodedata.category(one) != "Cf").strip()
    address = plain.rpartition("<")[2].partition(">")[0] if "<" in plain else plain
    address = address.removeprefix("mailto:").strip(" ;,.\t")
    name, at, domain = address.rpartition("@")
    address = f"{name}{at}{domain.lower()}"
    try:
        validate_email(address)
    except ValidationError:
        return Cell(plain, WRONG, _("This is no e-mail address. Write it as in name@example.org."))
    if len(address) > 254:
        return Cell(plain, WRONG, _("This address is too long."))
    if address != typed.strip():
        return Cell(address, MENDED, _("Read as %(value)s.") % {"value": address})
    return Cell(address)


# --- one of several -------------------------------------------------------------------


def _key(text: str) -> str:
    return " ".join(sought(text))


@cache
def _known_words(kind: type, words: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """Every word for a choice, in every language, and the value it means."""
    found: dict[str, Any] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {_key(str(label)): value for value, label in kind.choices}
    found |= {_key(word): value for word, value in words}
    return found | {_key(str(value)): value for value, _label in kind.choices}


def _choice(typed: str, kind: type, words: tuple[tuple[str, Any], ...] = ()) -> Cell:
    known = _known_words(kind, words)
    labels = dict(kind.choices)
    value = known.get(_key(typed))
    if value is not None:
        return Cell(value)
    close = difflib.get_close_matches(_key(typed), known, n=1, cutoff=CLOSE)
    if close:
        value = known[close[0]]
        return Cell(value, MENDED, _("Read as “%(value)s”.") % {"value": labels[value]})
    allowed = ", ".join(str(label) for label in labels.values())
    return Cell(
        "", WRONG, _("This is not known here. Write one of: %(words)s.") % {"words": allowed}
    )


CAPACITY_WORDS = (
    *(("глава", "head"), ("руководитель", "head"), ("ketua", "head"), ("leader", "head")),
    *(("head", "head"), ("chief delegate", "head"), ("глава делегации", "head")),
    *(("заместитель главы", "deputy"), ("deputy head", "deputy"), ("timbalan ketua", "deputy")),
    *(("член делегации", "delegate"), ("member", "delegate"), ("ahli", "delegate")),
    *(("делегат", "delegate"), ("советник", "adviser"), ("advisor", "adviser")),
    *(("эксперт", "expert"), ("pakar", "expert"), ("переводчик", "interpreter")),
    *(("jurubahasa", "interpreter"), ("translator", "interpreter"), ("сми", "media")),
    *(("press", "media"), ("пресса", "media"), ("технический персонал", "support")),
    *(("observer", "participant"), ("участник", "participant"), ("peserta", "participant")),
)
RANK_WORDS = (
    *(("министр", 10), ("menteri", 10), ("minister", 10)),
    *(("заместитель министра", 20), ("timbalan menteri", 20), ("deputy minister", 20)),
    *(("посол", 30), ("duta besar", 30), ("ambassador", 30)),
    *(("директор департамента", 40), ("ketua pengarah", 40), ("director-general", 40)),
    *(("директор", 50), ("pengarah", 50), ("director", 50), ("начальник отдела", 60)),
    *(("советник", 60), ("counsellor", 60), ("специалист", 70), ("pegawai", 70), ("officer", 70)),
)
ATTENDANCE_WORDS = (
    *(("очно", "in_person"), ("лично", "in_person"), ("in person", "in_person")),
    *(("bersemuka", "in_person"), ("offline", "in_person"), ("physical", "in_person")),
    *(("вкс", "virtual"), ("онлайн", "virtual"), ("online", "virtual"), ("zoom", "virtual")),
    *(("дистанционно", "virtual"), ("dalam talian", "virtual"), ("video", "virtual")),
)
SECTOR_WORDS = (
    *(("government", "government"), ("государственный", "government"), ("kerajaan", "government")),
    *(("private", "private"), ("частный", "private"), ("swasta", "private")),
    *(("industry", "industry"), ("промышленность", "industry"), ("industri", "industry")),
    *(("academia", "academia"), ("наука", "academia"), ("akademia", "academia")),
)


def _language(typed: str) -> Cell:
    return _choice(typed, _Languages, (("русский", "ru"), ("melayu", "ms"), ("english", "en")))


class _Languages:
    """The languages of the portal, as choices."""

    choices = tuple(settings.LANGUAGES)


def _zone(typed: str) -> Cell:
    wanted = typed.strip().replace(" ", "_")
    by_word = {zone.casefold(): zone for zone in known_zones()}
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known_zones())}
    zone = by_word.get(wanted.casefold())
    if zone:
        return Cell(zone)
    zone = by_city.get(wanted.casefold())
    if zone:
        return Cell(zone, MENDED, _("Read as %(value)s.") % {"value": zone})
    return Cell(
        "", WRONG, _("This time zone is not known. Write a name such as Asia/Kuala_Lumpur.")
    )


# --- all of them, in the order of the template ----------------------------------------

COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column(
            "full_name",
            gettext_lazy("Full name"),
            (
                *("name", "фио", "ф.и.о.", "имя", "фамилия имя отчество", "полное имя"),
                *("nama", "nama penuh", "participant", "delegate name", "участник"),
            ),
            _name,
            is_required=True,
        ),
        Column(
            "latin_name",
            gettext_lazy("Name in Latin letters"),
            (
                *("latin name", "name in english", "english name", "passport name", "latin"),
                *("фио латиницей", "имя латиницей", "фио на английском", "nama rumi"),
            ),
            _latin_name,
        ),
        Column(
            "honorific",
            gettext_lazy("Honorific or title"),
            ("honorific", "title", "gelaran", "обращение", "титул", "salutation", "mr/ms"),
            partial(_text, limit=80),
        ),
        Column(
            "function",
            gettext_lazy("Function"),
            (
                *("position", "post", "job title", "designation", "должность", "jawatan"),
                *("пост", "office"),
            ),
            partial(_text, limit=200),
        ),
        Column(
            "organisation",
            gettext_lazy("Organisation"),
            (
                *("organization", "company", "ministry", "agency", "institution", "employer"),
                *("организация", "компания", "ведомство", "министерство", "место работы"),
                *("organisasi", "syarikat", "kementerian", "agensi"),
            ),
            _text,
            is_required=True,
        ),
        Column(
            "relationship",
            gettext_lazy("Relation to the organisation that names them"),
            ("relationship", "relation", "affiliation", "связь с организацией", "hubungan"),
            partial(_text, limit=200),
        ),
        Column(
            "email",
            gettext_lazy("E-mail address"),
            (
                *("email", "e-mail", "mail", "электронная почта", "эл. почта", "почта"),
                *("e-mel", "emel", "email address", "адрес электронной почты", "alamat e-mel"),
            ),
            _email,
            is_required=True,
        ),
        Column(
            "capacity",
            gettext_lazy("Capacity"),
            ("role", "статус", "роль", "качество", "kapasiti", "peranan", "status"),
            partial(_choice, kind=Delegate.Capacity, words=CAPACITY_WORDS),
            choices=lambda: Delegate.Capacity.choices,
        ),
        Column(
            "rank",
            gettext_lazy("Rank of the office"),
            ("rank", "level", "ранг", "уровень", "pangkat", "ранг должности"),
            partial(_choice, kind=Delegate.OfficeRank, words=RANK_WORDS),
            choices=lambda: Delegate.OfficeRank.choices,
        ),
        Column(
            "sector",
            gettext_lazy("Sector"),
            ("сектор", "sektor"),
            partial(_choice, kind=Delegate.Sector, words=SECTOR_WORDS),
            choices=lambda: Delegate.Sector.choices,
        ),
        Column(
            "attendance",
            gettext_lazy("How they take part"),
            (
                *("attendance", "mode", "participation", "формат", "формат участия"),
                *("cara hadir", "mod", "kehadiran", "format"),
            ),
            partial(_choice, kind=Delegate.Attendance, words=ATTENDANCE_WORDS),
            choices=lambda: Delegate.Attendance.choices,
        ),
        Column(
            "language",
            gettext_lazy("Language of messages"),
            ("language", "язык", "bahasa"),
            _language,
            choices=lambda: _Languages.choices,
        ),
        Column(
            "zone",
            gettext_lazy("Time zone"),
            ("timezone", "часовой пояс", "zon masa", "zone"),
            _zone,
        ),
    )
}


@cache
def _names_of_columns() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, column in COLUMNS.items():
        for language, _label in settings.LANGUAGES:
            with translation.override(language):
                found[_heading(str(column.label))] = name
        found |= {_heading(word): name for word in (name.replace("_", " "), *column.also)}
    return found


def _heading(text: str) -> str:
    """A heading without its script, case, signs and what stands in brackets."""
    plain = " ".join(sought(text.partition("(")[0]))
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def heading(text: str) -> str:
    """A heading as it is remembered."""
    return _heading(text)[:200]


def recognised(text: str, remembered: dict[str, str]) -> str:
    """The column that a heading names; empty where nobody knows."""
    found = _heading(text)
    return remembered.get(heading(text)) or _names_of_columns().get(found, "")


def matched(headings: list[str], remembered: dict[str, str]) -> dict[str, int]:
    """Which column of ours stands where in the table; of two for one the first."""
    found: dict[str, int] = {}
    for place, text in enumerate(headings):
        name = recognised(text, remembered)
        if name in COLUMNS:
            found.setdefault(name, place)
    return found


LOOKED_THROUGH = 30


def head_row(rows: list[list[str]], remembered: dict[str, str]) -> int:
    """The row with the headings: of the first ones that which names most columns."""
    return max(
        range(min(len(rows), LOOKED_THROUGH)),
        key=lambda place: (len(matched(rows[place], remembered)), bool(rows[place]), -place),
        default=0,
    )
