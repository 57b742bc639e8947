"""Attendance lists of Zoom, Teams and Webex: who was in a video room, from when, for how long.

Pure: text in, people out. The platforms write UTF-8 or UTF-16, commas, semicolons or tabs, put
a block about the meeting first, and write a line for each time somebody joined. Times are in the
clock of whoever made the list; which of the many ways of writing a date was meant is decided by
the day of the sitting.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.refusal import Refused
from portal.search import sought

LARGEST = 4 * 1024 * 1024  # bytes; some thirty thousand lines
MOST = 2_000  # people
LONGEST_DAY = 24 * 60  # minutes

# The columns by what they are called, in small letters without what stands in brackets.
COLUMNS = {
    "name": {"name", "full name", "participant name", "display name", "attendee name", "user name"},
    "email": {"user email", "email", "attendee email", "email address", "e-mail"},
    "joined": {"join time", "first join", "first join time", "joined at", "start time"},
    "left": {"leave time", "last leave", "last leave time", "left at", "end time"},
    "duration": {
        *("duration", "total duration", "in-meeting duration", "attendance duration"),
        *("meeting duration", "time in meeting", "time in session"),
    },
    "guest": {"guest"},
    "action": {"user action"},
    "moment": {"timestamp"},
}
DATES = ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y-%m-%d", "%d.%m.%Y", "%b %d, %Y")
TIMES = ("%I:%M:%S %p", "%H:%M:%S", "%I:%M %p", "%H:%M")
FORMATS = [f"{day}{between}{hour}" for day in DATES for between in (" ", ", ") for hour in TIMES]
MARKS = re.compile(r"\s*\((?:guest|external|unverified|host|co-host|me|original name:?.*)\)", re.I)
ORIGINAL = re.compile(r"\(\s*(?:original name:?)?\s*([^()]+)\)\s*$", re.I)
PHONE = re.compile(r"(?:call-in user[_ ]?\d*|\+?[\d\s().*#-]{6,})\Z", re.I)
WORDS = {"h": 60.0, "m": 1.0, "s": 1 / 60}


@dataclass
class Attendee:
    """One person of a list, however often they joined."""

    name: str
    email: str = ""
    joined_at: datetime | None = None
    minutes: int = 0
    joins: int = 1
    is_guest: bool = False
    other_name: str = ""
    lines: list[int] = field(default_factory=list)

    @property
    def is_phone(self) -> bool:
        """Whether somebody dialled in: then the list has a number and no name."""
        return bool(PHONE.match(self.name))

    @property
    def key(self) -> str:
        """What tells this person from others of the list, whenever it is read."""
        return self.email or " ".join(sorted(sought(self.name))) or self.name


def read(content: bytes, *, day: date, zone: str) -> list[Attendee]:
    """The people of a list. Raises Refused with a sentence when it is none."""
    rows = list(_rows(_text(content)))
    start, columns = _header(rows)
    if "action" in columns:
        found = _from_actions(rows, start, columns, day, zone)
    else:
        found = [
            _attendee(row, number, columns, day, zone)
            for number, row in _lines(rows, start, columns)
        ]
    people = _together(found)
    if not people:
        raise Refused(_("The list has its columns but no people. Export it once more."))
    if len(people) > MOST:
        raise Refused(_("The list has more than %(most)s people. Divide it.") % {"most": MOST})
    return people


# --- reading --------------------------------------------------------------------------


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise Refused(_("The file is larger than 4 MB. An attendance list is much smaller."))
    if content[:4] in (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"):
        raise Refused(
            _("This is no text. Export the attendance list from the video platform as CSV.")
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif content[1:40:2].count(0) > 8:
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1251"]
    for encoding in encodings:
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise Refused(_("The letters of this file cannot be read. Save it as CSV in UTF-8."))


def _rows(text: str) -> Iterator[list[str]]:
    head = text[:20_000]
    delimiter = max("\t;,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield [" ".join(cell.strip().strip("=").strip('"').split()) for cell in row]
    except csv.Error as error:
        raise Refused(_("A line of this file cannot be read. Export the list anew.")) from error


def _header(rows: list[list[str]]) -> tuple[int, dict[str, int]]:
    """The line of the columns, below the block about the meeting, and where each column is."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(rows):
        found = _columns(row)
        is_list = "name" in found and found.keys() & {"joined", "duration", "action"}
        if is_list and len(found) > len(best[1]):
            best = (number, found)
    if not best[1]:
        raise Refused(
            _(
                "No line of this file names the columns of an attendance list: a name with a "
                "time of joining or a duration. Choose the list that Zoom, Teams or Webex exports."
            )
        )
    return best


def _columns(row: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        title = re.sub(r"\s*\(.*?\)", "", cell).strip().casefold()
        for name, titles in COLUMNS.items():
            if title in titles and name not in found:
                found[name] = place
    return found


def _lines(
    rows: list[list[str]], start: int, columns: dict[str, int]
) -> Iterator[tuple[int, list[str]]]:
    """The lines of people with their numbers, until the next block begins."""
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        name = _cell(row, columns, "name")
        if not name:
            if any(row):
                continue
            return
        yield number, row


def _cell(row: list[str], columns: dict[str, int], name: str) -> str:
    place = columns.get(name)
    return row[place] if place is not None and place < len(row) else ""


def _attendee(
    row: list[str], number: int, columns: dict[str, int], day: date, zone: str
) -> Attendee:
    joined = moment(_cell(row, columns, "joined"), day=day, zone=zone)
    left = moment(_cell(row, columns, "left"), day=day, zone=zone)
    length = minutes(_cell(row, columns, "duration"))
    if not length and joined and left and left > joined:
        length = (left - joined).total_seconds() / 60
    name, other = _names(_cell(row, columns, "name"))
    return Attendee(
        name=name,
        other_name=other,
        email=_address(_cell(row, columns, "email")),
        joined_at=joined,
        minutes=min(round(length), LONGEST_DAY),
        is_guest=_cell(row, columns, "guest").casefold() == "yes",
        lines=[number],
    )


def _from_actions(
    rows: list[list[str]], start: int, columns: dict[str, int], day: date, zone: str
) -> list[Attendee]:
    """The older list of Teams: a line for each time somebody joined or left."""
    found: list[Attendee] = []
    open_since: dict[str, Attendee] = {}
    for number, row in _lines(rows, start, columns):
        name, other = _names(_cell(row, columns, "name"))
        at = moment(_cell(row, columns, "moment"), day=day, zone=zone)
        if _cell(row, columns, "action").casefold().startswith("joined"):
            one = Attendee(name=name, other_name=other, joined_at=at, lines=[number])
            found.append(one)
            open_since[name] = one
        elif name in open_since and at:
            one = open_since.pop(name)
            spent = (at - one.joined_at).total_seconds() / 60 if one.joined_at else 0
            one.minutes = min(max(round(spent), 0), LONGEST_DAY)
    return found


def _names(text: str) -> tuple[str, str]:
    """The name shown, without what the platform adds, and the one it says was the original."""
    name = MARKS.sub("", text).strip()
    original = ORIGINAL.search(name)
    if original and not PHONE.match(name):
        return ORIGINAL.sub("", name).strip()[:250], original[1].strip()[:250]
    return name[:250], ""


def _address(text: str) -> str:
    return text.casefold()[:254] if "@" in text else ""


# --- times and lengths ----------------------------------------------------------------


def minutes(text: str) -> float:
    """A length as the platforms write it: 42, 62 mins, 1:02:03, 1h 2m 3s; 0 when it is none."""
    text = text.strip().casefold()
    if re.fullmatch(r"\d{1,5}(?:[.,]\d+)?", text):
        return float(text.replace(",", "."))
    clock = re.fullmatch(r"(\d{1,3}):(\d{2})(?::(\d{2}))?", text)
    if clock:
        hours, middle, last = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        return hours * 60 + middle + last / 60
    parts = re.findall(r"(\d{1,5})\s*(h|m|s)[a-z.]*", text)
    return sum(int(number) * WORDS[unit] for number, unit in parts)


def moment(text: str, *, day: date, zone: str) -> datetime | None:
    """A time of joining; of the readings that are possible the one nearest to the day."""
    text = text.replace("\u202f", " ").strip()
    found = [_iso(text), *(_as(text, form) for form in FORMATS)]
    near = [one for one in found if one and abs((one.date() - day).days) <= 1]
    if not near:
        return None
    best = min(near, key=lambda one: abs((one.date() - day).days))
    return best if best.tzinfo else best.replace(tzinfo=ZoneInfo(zone))


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _as(text: str, form: str) -> datetime | None:
    try:
        # Which clock it is in is given with the list: until then, none.
        return datetime.strptime(f"{text} +0000", f"{form} %z").replace(tzinfo=None)
    except ValueError:
        return None


# --- one person, several joins --------------------------------------------------------


def _together(found: Iterable[Attendee]) -> list[Attendee]:
    """One for each person: who joined several times is added up."""
    people: dict[str, Attendee] = {}
    for one in found:
        known = people.setdefault(one.key, one)
        if known is one:
            continue
        known.minutes = min(known.minutes + one.minutes, LONGEST_DAY)
        known.joins += 1
        known.lines += one.lines
        known.is_guest = known.is_guest and one.is_guest
        times = [at for at in (known.joined_at, one.joined_at) if at]
        known.joined_at = min(times, default=None)
    return list(people.values())


# --- who it is ------------------------------------------------------------------------

SIMILAR = 0.5  # of the groups of three letters, in the one spelling of every script
OFFERED = 5
MATCHED, DOUBTFUL, UNKNOWN = "matched", "doubtful", "unknown"


@dataclass(frozen=True)
class Known:
    """Somebody who may be meant."""

    pk: int
    names: tuple[str, ...]
    email: str


@dataclass(frozen=True)
class Match:
    """What is thought of one attendee: how sure, and who may be meant, likeliest first."""

    state: str
    candidates: tuple[int, ...] = ()


class Matcher:
    """Finds the people of a meeting in the names of a list."""

    def __init__(self, people: Iterable[Known]) -> None:
        self._by_email: dict[str, set[int]] = {}
        self._by_name: dict[str, set[int]] = {}
        self._grams: dict[str, set[str]] = {}
        for one in people:
            if one.email:
                self._by_email.setdefault(one.email.casefold(), set()).add(one.pk)
            for name in filter(None, map(spelled, one.names)):
                self._by_name.setdefault(name, set()).add(one.pk)
                self._grams[name] = _grams(name)

    def match(self, attendee: Attendee) -> Match:
        """By address, then by name in either script, then by what is similar."""
        by_email = self._by_email.get(attendee.email, set())
        names = [spelled(attendee.name), spelled(attendee.other_name)]
        by_name = set().union(*(self._by_name.get(name, set()) for name in names if name))
        for found in (by_email & by_name, by_email, by_name):
            if len(found) == 1:
                return Match(MATCHED, tuple(found))
            if found:
                return Match(DOUBTFUL, tuple(sorted(found))[:OFFERED])
        near = () if attendee.is_phone else self._similar(names)
        return Match(DOUBTFUL if near else UNKNOWN, near)

    def _similar(self, names: list[str]) -> tuple[int, ...]:
        found: dict[int, float] = {}
        for name in filter(None, names):
            grams = _grams(name)
            for other, others in self._grams.items():
                share = 2 * len(grams & others) / (len(grams) + len(others))
                if share >= SIMILAR or _is_part(name, other):
                    for pk in self._by_name[other]:
                        found[pk] = max(found.get(pk, 0), share)
        ranked = sorted(found, key=lambda pk: (-found[pk], pk))
        return tuple(ranked[:OFFERED])


def spelled(name: str) -> str:
    """A name in the one spelling of every script, its words in the order of the letters."""
    return " ".join(sorted(sought(name)))


def _grams(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _is_part(name: str, other: str) -> bool:
    """Whether every word of the shorter name, two at least, stands in the longer one."""
    one, two = set(name.split()), set(other.split())
    return min(len(one), len(two)) >= 2 and (one <= two or two <= one)
