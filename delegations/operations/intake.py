"""A table of nominations in two steps: what it would do, then doing it. All of it or nothing.

Between the steps the table is kept as it was read, with what was said of it and mended in it. What
it would do is reckoned anew with each look, so it is never older than the page.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.column import COLUMNS, EMPTY, WRONG, Cell, head_row, heading, is_latin, matched
from delegations.likeness import folded
from delegations.models import Delegate, Delegation, Heading, Intake
from delegations.offer import on_offer
from delegations.operations.nomination import Nomination, change_nomination, nominate
from delegations.permissions import can_nominate
from delegations.table import LETTERS, Table, read
from meetings.models import Mode, Sitting
from portal import journal
from portal.models import Person, User
from portal.refusal import NotYours, Refused

BROUGHT_IN = journal.register(
    "delegation.table",
    _("brought in a table of names: %(new)s new, %(changed)s changed"),
)

NEW, KNOWN, CHANGED, SAME = "new", "known", "changed", "same"
DOUBLE, SKIPPED, BAD = "double", "skipped", "wrong"
STATES = {
    BAD: _("Wrong"),
    NEW: _("New"),
    KNOWN: _("Known person, new here"),
    CHANGED: _("Changed"),
    SAME: _("Same as here"),
    DOUBLE: _("Twice in the file"),
    SKIPPED: _("Left out"),
}
SKIP, ANOTHER = "skip", "another"  # what may be said of a row
KINDS_KEPT = Intake.Kind.NOMINATIONS


@dataclass
class Row:
    """One row of the table: its cells as they were understood, and what would become of it."""

    number: int
    cells: dict[str, Cell]
    way: str = ""
    state: str = NEW
    words: str = ""
    delegate: Delegate | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """What is written in it; empty cells leave what stands, or what is usual."""
        return {name: cell.value for name, cell in self.cells.items() if cell.state != EMPTY}

    @property
    def names(self) -> set[str]:
        return folded(self.values.get("full_name", ""), self.values.get("latin_name", ""))

    @property
    def address(self) -> str:
        return str(self.values.get("email", "")).lower()

    @property
    def label(self) -> Any:
        return STATES[self.state]

    @property
    def lines(self) -> list[tuple[str, Any, Cell]]:
        """(field, its label, its cell), for a page."""
        return [(name, COLUMNS[name].label, cell) for name, cell in self.cells.items()]

    @property
    def change_words(self) -> list[tuple[Any, Any, Any]]:
        """(label, before, after) in words."""
        return [
            (COLUMNS[name].label, spoken(name, before), spoken(name, after))
            for name, (before, after) in self.changes.items()
        ]


def spoken(name: str, value: Any) -> Any:
    """A value as its column calls it."""
    choices = COLUMNS[name].choices
    return dict(choices()).get(value, value) if choices else value


@dataclass(frozen=True)
class Outcome:
    """What a table would do, row by row."""

    rows: list[Row]
    missing: list[Any]  # the columns that must be there and are not

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in STATES}

    @property
    def is_agreeable(self) -> bool:
        """Whether something would be brought in, and nothing is wrong."""
        counts = self.counts
        return not counts[BAD] and not self.missing and any(counts[one] for one in WRITTEN)

    @property
    def fingerprint(self) -> str:
        """What the preview says, in short: another one when anything of it is another."""
        said = [
            (row.number, row.state, row.values, row.delegate and row.delegate.pk, row.changes)
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


WRITTEN = (NEW, KNOWN, CHANGED)

# --- the first step -------------------------------------------------------------------


@transaction.atomic
def keep_table(delegation: Delegation, content: bytes, *, name: str, by: User) -> Intake:
    """Read a table and keep it for the second step. Raises NotYours, Refused."""
    _permit(delegation, by)
    forget_tables(timezone.now())
    table = read(content)
    Intake.objects.filter(user=by, name=name[:255], kind=KINDS_KEPT).delete()  # the same, mended
    return Intake.objects.create(
        user=by,
        kind=KINDS_KEPT,
        meeting=delegation.meeting,
        party=delegation.party,
        name=name[:255],
        content=content,
        fingerprint=hashlib.sha256(content).hexdigest(),
        rows=table.rows,
        choices=_understood(table, by),
    )


def _permit(delegation: Delegation, by: User) -> None:
    if not can_nominate(by, delegation):
        raise NotYours(gettext("Each side names its own people."))


def _understood(table: Table, by: User, head: int | None = None) -> dict[str, Any]:
    remembered = dict(Heading.objects.filter(user=by).values_list("text", "column"))
    if head is None or not 0 <= head < len(table.rows):
        head = head_row(table.rows, remembered)
    return {
        "kind": table.kind,
        "sheet": table.sheet,
        "sheets": table.sheets,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "head": head,
        "columns": matched(table.rows[head], remembered),
        "mended": {},
        "ways": {},
    }


@transaction.atomic
def read_anew(
    intake: Intake, *, sheet: str = "", encoding: str = "", delimiter: str = "", head: int | None
) -> Intake:
    """Read the same file as somebody says it is to be read. What was mended goes by the rows."""
    row = Intake.objects.select_for_update().get(pk=intake.pk)
    table = read(bytes(row.content), sheet=sheet, encoding=encoding, delimiter=delimiter)
    row.rows = table.rows
    row.choices = _understood(table, row.user, head)
    row.save(update_fields=["rows", "choices"])
    return row


@transaction.atomic
def match_columns(intake: Intake, columns: Mapping[int, str]) -> Intake:
    """Say what stands where; it is remembered for this person's next table."""
    row = Intake.objects.select_for_update().get(pk=intake.pk)
    heads = row.rows[row.choices["head"]]
    row.choices["columns"] = {name: place for place, name in columns.items() if name in COLUMNS}
    row.save(update_fields=["choices"])
    for place, name in columns.items():
        text = heading(heads[place]) if place < len(heads) else ""
        if text:
            Heading.objects.update_or_create(user=row.user, text=text, defaults={"column": name})
    return row


@transaction.atomic
def mend(
    intake: Intake, *, cells: Mapping[tuple[int, str], str], ways: Mapping[int, str]
) -> Intake:
    """Write other words into cells, and say of rows that they are left out or somebody else."""
    row = Intake.objects.select_for_update().get(pk=intake.pk)
    for (number, name), typed in cells.items():
        if name in COLUMNS:
            row.choices["mended"].setdefault(str(number), {})[name] = typed[:LETTERS]
    for number, way in ways.items():
        row.choices["ways"][str(number)] = way if way in {SKIP, ANOTHER} else ""
    row.save(update_fields=["choices"])
    return row


# --- what it would do -----------------------------------------------------------------


def outcome_of(intake: Intake, delegation: Delegation) -> Outcome:
    """What the kept table would do to the delegation as it is now."""
    rows = list(_rows(intake))
    for row in rows:
        _look_at_cells(row)
    _match(rows, delegation)
    _look_at_heads(rows, delegation)
    columns = intake.choices["columns"]
    missing = [one.label for one in COLUMNS.values() if one.is_required and one.name not in columns]
    return Outcome(rows, missing)


def _rows(intake: Intake) -> Iterable[Row]:
    choices = intake.choices
    for number, texts in enumerate(intake.rows[choices["head"] + 1 :], choices["head"] + 2):
        mended = choices["mended"].get(str(number), {})
        if any(texts) or mended:
            typed = {name: _at(texts, place) for name, place in choices["columns"].items()} | mended
            # In the order of our own columns, whatever order the table has.
            cells = {name: COLUMNS[name].cell(typed[name]) for name in COLUMNS if name in typed}
            yield Row(number, cells, choices["ways"].get(str(number), ""))


def _at(texts: list[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""


def _look_at_cells(row: Row) -> None:
    name, latin = row.cells.get("full_name"), row.cells.get("latin_name")
    nothing = latin is None or latin.state == EMPTY
    if name and name.state != WRONG and nothing and not is_latin(name.value):
        words = gettext("Write this name in Latin letters too, so that every side can read it.")
        row.cells["latin_name"] = Cell("", WRONG, words)
    if row.way == SKIP:
        row.state = SKIPPED
    elif any(cell.state == WRONG for cell in row.cells.values()):
        row.state, row.words = BAD, gettext("Mend the marked cells, or leave the row out.")


def _match(rows: list[Row], delegation: Delegation) -> None:
    """Find each among those who are here, and among the rows above."""
    there = _there(delegation)
    known = _known(rows)
    above: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.state in {BAD, SKIPPED}:
            continue
        address = row.address if row.way == ANOTHER else ""
        twin = next((above[name, address] for name in row.names if (name, address) in above), None)
        if twin:
            _same_as_above(row, twin)
        else:
            found = (there[name, address] for name in row.names if (name, address) in there)
            _compare(row, next(found, None), known)
        for name in row.names:
            above.setdefault((name, ""), row)
            above.setdefault((name, row.address), row)


def _there(delegation: Delegation) -> dict[tuple[str, str], Delegate]:
    """Who is in the delegation, by name alone and by name and address."""
    found: dict[tuple[str, str], Delegate] = {}
    for one in Delegate.objects.live().filter(delegation=delegation).select_related("person"):
        for name in folded(one.full_name, one.latin_name, *one.person.variants):
            found.setdefault((name, ""), one)
            found[name, one.email.lower()] = one
    return found


def _known(rows: list[Row]) -> set[tuple[str, str]]:
    """The names and addresses of people whom the portal knows."""
    addresses = {row.address for row in rows} - {""}
    people = Person.objects.alias(address=Lower("email")).filter(address__in=addresses)
    return {
        (name, one.email.lower())
        for one in people
        for name in folded(one.full_name, one.latin_name, *one.variants)
    }


def _same_as_above(row: Row, twin: Row) -> None:
    if row.values == twin.values:
        row.state = DOUBLE
        row.words = gettext("As row %(number)s: brought in once.") % {"number": twin.number}
        return
    row.state = BAD
    row.words = gettext(
        "Row %(number)s has the same name and says otherwise. Leave one out, or say that this is "
        "another person."
    ) % {"number": twin.number}


def _compare(row: Row, there: Delegate | None, known: set[tuple[str, str]]) -> None:
    if there is None:
        is_known = any((name, row.address) in known for name in row.names)
        row.state = KNOWN if is_known else NEW
    elif there.track == Delegate.Track.OPEN:
        row.state = BAD
        row.words = gettext(
            "This person has registered with your side by themselves. Leave the row out and "
            "decide on that registration."
        )
    else:
        row.delegate = there
        row.changes = {
            name: (getattr(there, name), value)
            for name, value in row.values.items()
            if getattr(there, name) != value
        }
        row.state = CHANGED if row.changes else SAME


def _look_at_heads(rows: list[Row], delegation: Delegation) -> None:
    """One head: in the table, and with whom the delegation has already."""
    people = Delegate.objects.live().filter(delegation=delegation, track="delegation")
    leading = {one.pk: one.full_name for one in people.filter(capacity="head")}
    for row in rows:
        if row.delegate and "capacity" in row.changes:
            leading.pop(row.delegate.pk, None)
    for row in rows:
        capacity = row.cells.get("capacity")
        if row.state not in WRITTEN or capacity is None or capacity.value != "head":
            continue
        if row.delegate and "capacity" not in row.changes:
            continue
        if leading:
            words = gettext("%(name)s is the head already.") % {"name": min(leading.values())}
            row.cells["capacity"] = replace(capacity, state=WRONG, words=words)
            row.state, row.words = BAD, gettext("A delegation has one head.")
        leading[-row.number] = str(row.values["full_name"])


# --- the second step ------------------------------------------------------------------


@transaction.atomic
def bring_in(intake: Intake, delegation: Delegation, *, seen: str, by: User) -> dict[str, int]:
    """Bring the table in. `seen` is the fingerprint of the preview that was agreed to.

    Raises NotYours, or Refused when a row is wrong or somebody changed something meanwhile.
    """
    _permit(delegation, by)
    held = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    row = Intake.objects.select_for_update().filter(pk=intake.pk).first()
    if row is None:
        raise Refused(gettext("This table was brought in a moment ago."))
    outcome = outcome_of(row, delegation)
    if outcome.fingerprint != seen:
        raise Refused(
            gettext("Somebody has changed the delegation since you looked. Look again below.")
        )
    if not outcome.is_agreeable:
        raise Refused(gettext("Nothing was brought in: mend or leave out what is wrong first."))
    _write(held.pk, outcome, by)
    row.delete()
    return outcome.counts


def _write(pk: int, outcome: Outcome, by: User) -> None:
    delegation = Delegation.objects.select_related("meeting__body", "party").get(pk=pk)
    for row in outcome.rows:
        if row.state == CHANGED and row.delegate:
            change_nomination(row.delegate, _changed(row.delegate, row.values), by=by)
    new = [row for row in outcome.rows if row.state in {NEW, KNOWN}]
    if new:
        usual = _usual(delegation)
        nominate(delegation, [_nomination(row, usual) for row in new], by=by)
    counts = outcome.counts
    journal.record(
        delegation,
        BROUGHT_IN,
        by=by,
        private_to=delegation.party,
        new=counts[NEW] + counts[KNOWN],
        changed=counts[CHANGED],
    )


def _usual(delegation: Delegation) -> dict[str, Any]:
    """What is not in the table: the way the meeting is held, and its plenary."""
    sittings = list(on_offer(delegation.meeting))
    usual = [one for one in sittings if one.kind == Sitting.Kind.PLENARY or len(sittings) == 1]
    return {"attendance": _attendance(delegation), "sittings": tuple(usual)}


def _attendance(delegation: Delegation) -> str:
    is_virtual = delegation.meeting.mode == Mode.VIRTUAL
    return Delegate.Attendance.VIRTUAL if is_virtual else Delegate.Attendance.IN_PERSON


def _nomination(row: Row, usual: Mapping[str, Any]) -> Nomination:
    return Nomination(**{**usual, **row.values, "is_another": row.way == ANOTHER})


def _changed(delegate: Delegate, values: Mapping[str, Any]) -> Nomination:
    stays = {name: getattr(delegate, name) for name in COLUMNS}
    return Nomination(
        **{**stays, **values},
        sittings=tuple(delegate.sittings.all()),
        letters=tuple(delegate.letters.all()),
    )


# --- forgetting -----------------------------------------------------------------------


def forget_tables(now: datetime) -> None:
    """Delete the tables that nobody brought in within a day."""
    Intake.objects.expired(now).delete()
