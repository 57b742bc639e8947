"""What the documents of a meeting's participants say. How they look stands in their templates."""

import functools
import itertools
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, ParticipantList
from delegations.precedence import blocks_for
from meetings.models import Meeting
from portal.languages import in_language
from portal.qr import series
from portal.typesetting import SCRIPTS, typeset, typeset_apart, typeset_for_print

# --- badges ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """A sheet of badges or stickers; lengths in millimetres."""

    width: float
    height: float
    columns: int = 1
    rows: int = 1
    label_width: float = 105
    label_height: float = 148
    left: float = 0
    top: float = 0
    gap: float = 0
    is_sticker: bool = False
    has_cut_marks: bool = False

    @property
    def places(self) -> int:
        """How many badges a sheet holds."""
        return self.columns * self.rows


SHEETS = {
    "a6": Sheet(105, 148),
    "a5": Sheet(210, 148, columns=2, has_cut_marks=True),
    "a4": Sheet(210, 297, columns=2, rows=2, has_cut_marks=True),
    "stickers-24": Sheet(
        *(210, 297, 3, 8),
        label_width=70,
        label_height=36,
        top=4.5,
        is_sticker=True,
    ),
    "stickers-14": Sheet(
        *(210, 297, 2, 7),
        label_width=99.1,
        label_height=38.1,
        is_sticker=True,
        left=4.65,
        top=15.15,
        gap=2.5,
    ),
}
SHEET_WORDS = [
    ("a6", _("A6, one badge a page")),
    ("a5", _("A5, two badges a page with cut marks")),
    ("a4", _("A4, four badges a page with cut marks")),
    ("stickers-24", _("Stickers on A4, 24 of 70 × 36 mm")),
    ("stickers-14", _("Stickers on A4, 14 of 99 × 38 mm")),
]
# Dark enough for white letters, and told apart in grey by their word alone.
COLOURS = {
    "head": "#7a1f2b",
    "deputy": "#8a3b12",
    "delegate": "#0b5c63",
    "alternate": "#1d5c34",
    "adviser": "#2f4b8f",
    "expert": "#4a3a8c",
    "participant": "#3d4852",
    "interpreter": "#7a2a6b",
    "support": "#5b4a1f",
    "media": "#1f1f1f",
}
BADGES = "delegations/documents/badges.typ"
MANY = 504  # badges a process sets in type: whole sheets of every sort
LONGEST = 22  # letters of a word that no line has to be broken in
# The width and the largest letters of each text, in millimetres and points, on a badge; on a
# sticker the width is what the code beside it leaves.
ROOM = {
    "capacity": (91, 23),
    "meeting": (89, 10.5),
    "name": (91, 31),
    "latin": (91, 17),
    "function": (91, 11.5),
    "organisation": (91, 13),
    "side": (56, 20),
    "reference": (56, 11),
}
LARGEST_ON_STICKER = {"capacity": 9, "name": 14, "latin": 9, "organisation": 8, "side": 8}
BESIDE = {"capacity": 11}  # millimetres of a sticker that a text leaves free
POINTS = 72 / 25.4  # a millimetre
LEGIBLE = 0.62  # of the largest letters; below that several lines are better than one


def badges(
    meeting: Meeting, delegates: Iterable[Delegate], *, sheet: str = "a6", start: int = 1
) -> bytes:
    """The badges of these people as a PDF, each with the code that the door reads.

    The code leads to the page of the reference, which opens for those at the door alone.
    `start` is the first free place of a sheet of stickers that was begun.
    """
    paper = SHEETS[sheet]
    begun = start - 1 if paper.is_sticker else 0
    people = list(delegates)
    if len(people) + begun <= MANY:
        return typeset_for_print(BADGES, *_part(meeting, people, paper, begun))
    first, rest = people[: MANY - begun], people[MANY - begun :]
    parts = [rest[at : at + MANY] for at in range(0, len(rest), MANY)]
    further = (_part(meeting, part, paper, 0) for part in parts)
    return typeset_apart(BADGES, itertools.chain([_part(meeting, first, paper, begun)], further))


def _part(
    meeting: Meeting, delegates: list[Delegate], paper: Sheet, begun: int
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The data of some badges and the codes that lie beside them."""
    people, codes, side, name = [], [], 0, meeting.full_label
    for delegate in delegates:
        people.append(_sized(_badge(delegate, name), paper))
        side, pixels = _code(delegate.reference)
        codes.append(pixels)
    data = {
        "title": gettext("Badges, %(meeting)s") % {"meeting": name},
        "language": (get_language() or "en").split("-")[0],
        "paper": asdict(paper),
        "start": begun + 1,
        "side": side,
        "people": people,
    }
    return data, {"codes.bin": b"".join(codes)}


def _badge(delegate: Delegate, meeting: str) -> dict[str, Any]:
    """What stands on one badge: the name in its own script large, its Latin form under it."""
    name, latin = delegate.full_name, delegate.latin_name
    if not is_printable(name) and latin:
        name, latin = latin, ""
    honoured = f"{delegate.honorific} {latin or name}".strip()
    return {
        "meeting": meeting,
        "name": broken(name),
        "latin": broken(honoured if latin or delegate.honorific else ""),
        "function": broken(delegate.function),
        "organisation": broken(delegate.organisation),
        "capacity": delegate.get_capacity_display(),
        "colour": COLOURS[delegate.capacity],
        "side": delegate.party.label,
        "reference": delegate.reference,
        "rtl": is_right_to_left(name),
        "cjk": {"ja": "JP", "ko": "KR"}.get(delegate.language[:2], "SC"),
    }


def _sized(badge: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """The badge with the size of each text that fits on a line; 0 where it needs several."""
    for text, (width, largest) in ROOM.items():
        if sheet.is_sticker:
            width = sheet.label_width - BESIDE.get(text, 30)
            largest = LARGEST_ON_STICKER.get(text, 0)
        fits = width * POINTS / max(ems(badge[text]), 0.1)
        size = min(largest, round(fits, 1))
        one_line = size if size >= largest * LEGIBLE else 0
        badge[text] = {"words": badge[text], "size": one_line, "largest": largest}
    return badge


NARROW = frozenset("iljtfrI1.,:;'’!|()[]- іїј\u200b")
WIDE = frozenset("mwMW@%&—…ЖШЩЮЫФжшщюыфмМДЋЂÆŒæœ")


def ems(text: str) -> float:
    """The width of a line in its own size: never less than what the fonts at hand need."""
    return 1.02 * sum(map(_em, text))


@functools.lru_cache(maxsize=4096)
def _em(letter: str) -> float:
    if letter in NARROW:
        return 0.46
    if letter in WIDE or unicodedata.east_asian_width(letter) in {"W", "F"}:
        return 1.02
    if unicodedata.bidirectional(letter) == "AL":
        return 0.8
    return 0.8 if letter.isupper() else 0.68


def _code(reference: str) -> tuple[int, bytes]:
    """The squares of the code of a reference; every code of one file has the same size."""
    prefix = settings.PORTAL_URL + reverse("at", args=[reference]).removesuffix(reference)
    codes = series(prefix, len(reference))
    return codes.side, codes.pixels(reference)


def is_printable(text: str) -> bool:
    """Whether the fonts have every letter; else boxes would be printed."""
    letters = (letter for letter in text if letter.isalpha())
    return all(unicodedata.name(letter, "").startswith(SCRIPTS) for letter in letters)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs to the left."""
    found = (unicodedata.bidirectional(letter) for letter in text)
    return next((one in {"R", "AL"} for one in found if one in {"L", "R", "AL"}), False)


def broken(text: str) -> str:
    """The text with places where a very long word may be broken, so that none overflows."""
    return " ".join(
        "\u200b".join(word[at : at + LONGEST] for at in range(0, len(word), LONGEST))
        for word in text.split()
    )


# --- the list of participants ---------------------------------------------------------


def list_blocks(made: ParticipantList, copy: str) -> list[dict[str, Any]]:
    """The sides of a list in the order of a copy, in the words of the language being spoken."""
    host = made.meeting.host.code if made.meeting.host else ""
    return shown(blocks_for(made.blocks, copy=copy, host=host))


def shown(blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Blocks or changes with the name of each side, lines with their capacity in words."""
    found = []
    for block in blocks:
        one: dict[str, Any] = dict(block, label=in_language(block["names"], block["names"]["en"]))
        for name in ("lines", "open", "added", "gone"):
            if name in block:
                one[name] = [_shown_line(line) for line in block[name]]
        if "changed" in block:
            one["changed"] = [
                (_shown_line(then), _shown_line(now)) for then, now in block["changed"]
            ]
        found.append(one)
    return found


def _shown_line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line, "capacity": str(Delegate.Capacity(line["capacity"]).label)}


def copies(made: ParticipantList) -> list[tuple[str, str]]:
    """(code, words) of the copies that can be read: each side's own, and the shared one."""
    own = [
        (
            block["party"],
            gettext("Copy of %(party)s") % {"party": in_language(block["names"], "")},
        )
        for block in made.blocks
    ]
    return [*own, ("-", gettext("Shared copy"))]


def participant_list(made: ParticipantList, copy: str) -> bytes:
    """One copy of a list as a PDF."""
    blocks = [
        {
            "label": block["label"],
            "parts": [
                {"title": "", "lines": [_printed(line) for line in block["lines"]]},
                {
                    "title": pgettext("who comes by it", "Open registration"),
                    "lines": [_printed(line) for line in block["open"]],
                },
            ],
        }
        for block in list_blocks(made, copy)
    ]
    made_on = date_format(localtime(made.made_at), "DATE_FORMAT")
    data = {
        "title": f"{made.get_kind_display()}",
        "number": made.number,
        "heading": gettext("List of participants"),
        "meeting": made.meeting.full_label,
        "made": gettext("As of %(day)s") % {"day": made_on},
        "nobody": gettext("Nobody stands in this list."),
        "language": (get_language() or "en").split("-")[0],
        "blocks": blocks,
    }
    return typeset("delegations/documents/participant_list.typ", data)


def _printed(line: Mapping[str, Any]) -> dict[str, Any]:
    name, latin = line["full_name"], line["latin_name"]
    if not is_printable(name) and latin:
        name, latin = latin, ""
    post = [one for one in (line["function"], line["organisation"]) if one]
    return {
        "name": f"{line['honorific']} {name}".strip(),
        "latin": latin,
        "post": ", ".join(post),
        "capacity": line["capacity"],
    }
