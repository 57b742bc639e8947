"""Writes rows of one kind at a time and says what became of each.

A preview is the same writing, taken back: what it shows is what the import does.
"""

import functools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.dossier.field import Known, UnknownReference
from meetings.dossier.kind import Kind
from meetings.dossier.reading import handle
from meetings.dossier.rights import Place, Rights
from meetings.dossier.row import CHANGED, KEPT, NEW, SAME, WRONG, Change, Row
from meetings.transitions import CLOSING
from portal.clocks import NoSuchTime
from portal.models.party import former_names
from portal.workflow import recorded

BATCH = 500
Found = Callable[[Any], Any]  # from a row as it is to be to the row that is there, or None

# What the database's own rules mean, where the model has no sentence for it.
SENTENCES = {
    "no_body_is_above_itself": gettext_lazy("A body cannot stand beneath itself."),
    "an_area_in_use_has_a_number": gettext_lazy(
        "An area in use has a number and is merged into none; one with a last day has no number."
    ),
    "no_area_merges_into_itself": gettext_lazy("An area cannot be merged into itself."),
    "only_ideas_and_own_parts_belong_to_one_side": gettext_lazy(
        "Only an idea or a meeting of its own part can belong to one side."
    ),
    "what_one_side_reports_names_the_side": gettext_lazy(
        "What one side reports names the side; other days name none."
    ),
    "a_done_item_has_a_day_of_closing": gettext_lazy(
        "An item that is done has a day of closing, an open one has none."
    ),
    "sitting_ends_after_it_begins": gettext_lazy("A sitting ends after it begins."),
    "a_remark_says_or_names_something": gettext_lazy("A remark has a text or a source."),
    "no_agenda_item_is_its_own_parent": gettext_lazy("A point cannot stand beneath itself."),
    "one_number_per_meeting_and_body": gettext_lazy("A meeting has one number in each body."),
    "one_area_per_number": gettext_lazy("Another area of this body has this number."),
}


@dataclass
class Entry:
    """One row of the dossier on its way into the portal."""

    path: tuple[str, ...]
    given: dict[str, Any]
    where: Place
    fixed: dict[str, Any] = field(default_factory=dict)  # what it belongs to
    first: dict[str, Any] = field(default_factory=dict)  # what only a new row is given
    problem: str = ""  # known beforehand
    obj: Any = None
    row: Row | None = None
    bodies: Iterable[int] = ()  # further bodies that a joint meeting serves

    @property
    def stands(self) -> bool:
        """Whether rows can stand beneath it."""
        return self.obj is not None and self.obj.pk is not None and self.row.state != WRONG

    def beneath(self, name: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
        """The rows that it holds under a name, with their places."""
        yield from placed((*self.path, name), self.given.get(name) or [])


def placed(
    path: tuple[str, ...], rows: Iterable[dict[str, Any]]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for index, given in enumerate(rows):
        yield (*path, handle(given, index)), given


class Engine:
    """Carries the rows of one dossier, by the rights of who brings it in."""

    def __init__(self, rights: Rights) -> None:
        self.rights = rights
        self.known = Known()
        self.rows: list[Row] = []
        self.fresh: set[int] = set()  # bodies that come with this dossier
        self.fresh_meetings: set[int] = set()
        self.touched: dict[int, Any] = {}  # meetings that were here and become another

    def place(self, body=None, meeting=None) -> Place:
        """Where rows beneath a body or a meeting stand."""
        if body is None:
            return Place()
        root = body.above[0] if body.above else body.pk
        return Place(
            body,
            meeting,
            is_fresh=root in self.fresh,
            is_fresh_body=body.pk in self.fresh,
            is_fresh_meeting=meeting is not None and meeting.pk in self.fresh_meetings,
        )

    def bring(
        self,
        kind: Kind,
        entries: list[Entry],
        found: Mapping[Hashable, Any] | Found,
        fill: Callable[[Any, Entry], Any] = lambda row, entry: None,
    ) -> list[Entry]:
        """Bring rows of one kind in; those on which others can stand.

        `fill` gives a row that is to be new what the dossier leaves out; what it raises as a
        ValidationError or NoSuchTime makes the row wrong.
        """
        find = found if callable(found) else lambda row: found.get(kind.key(row))
        claimed: set[Hashable] = set()
        for entry in entries:
            self._note(kind, entry)
            try:
                self._judge(kind, entry, find, fill, claimed)
            except (UnknownReference, NoSuchTime) as error:
                self.wrong(entry, str(error))
            except ValidationError as error:
                self.wrong(entry, " ".join(error.messages))
        self._create(kind, [entry for entry in entries if entry.row.state == NEW])
        for entry in entries:
            if entry.row.state == CHANGED:
                self._save(kind, entry)
            self._remember(entry)
        return [entry for entry in entries if entry.stands]

    def _remember(self, entry: Entry) -> None:
        meeting = entry.where.meeting
        if entry.row.state in (NEW, CHANGED) and meeting and not entry.where.is_fresh_meeting:
            self.touched[meeting.pk] = meeting

    def wrong(self, entry: Entry, reason: str) -> None:
        """Say why a row cannot be brought in."""
        entry.row.state, entry.row.reason, entry.row.changes = WRONG, reason, []

    # --- judging ----------------------------------------------------------------------

    def _note(self, kind: Kind, entry: Entry) -> None:
        body, meeting = entry.where.body, entry.where.meeting
        entry.row = Row(kind.name, body.code if body else "", entry.path)
        private = meeting is not None and meeting.side_id is not None
        entry.row.is_private = private or bool(entry.given.get("side"))
        entry.row.is_private |= entry.given.get("access") == "internal"
        self.rows.append(entry.row)

    def _judge(self, kind, entry, find, fill, claimed) -> None:
        if entry.problem:
            raise UnknownReference(entry.problem)
        values = {
            one.column: one.read(entry.given[one.name], self.known, entry.where.body)
            for one in kind.fields
            if one.name in entry.given
        }
        former_names(values.get("former", []))
        fresh = kind.model(**entry.fixed, **entry.first, **values)
        entry.row.label = kind.called(fresh)[:160] if kind.called else ""
        fill(fresh, entry)
        there = find(fresh)
        key = ("there", there.pk) if there is not None else kind.key(fresh)
        if key in claimed:
            raise ValidationError(_("This stands twice in the dossier. Keep one of them."))
        claimed.add(key)
        if there is None:
            entry.obj, entry.row.state = fresh, NEW
            self._permit(kind, entry, fresh, {})
        else:
            self._compare(kind, entry, there, values)

    def _permit(self, kind: Kind, entry: Entry, row: Any, changed: dict[str, Any]) -> None:
        where = entry.where
        if kind.name == "number":  # it takes a number from another body
            where = self.place(row.body, where.meeting)
        refusal = self.rights.refusal(kind, where, row, entry.row.state, changed)
        if refusal:
            raise ValidationError(refusal)

    def _compare(self, kind: Kind, entry: Entry, there: Any, values: dict[str, Any]) -> None:
        entry.obj = there
        self._must_belong(entry, there)
        changes = [
            one
            for one in kind.fields
            if one.column in values and not one.same(there, values[one.column])
            if one.name != "code"  # the key, whatever its letter case
        ]
        if kind.shared:
            entry.row.state = KEPT if changes else SAME
            return
        if not changes:
            entry.row.state = SAME
            return
        entry.row.state = CHANGED
        entry.row.changes = [
            Change(one.name, one.shown(one.of(there)), one.shown(values[one.column]))
            for one in changes
        ]
        self._permit(kind, entry, there, {one.name: values[one.column] for one in changes})
        for one in changes:
            if one.column == "status":
                recorded(there, values["status"])
            else:
                setattr(there, one.column, values[one.column])

    def _must_belong(self, entry: Entry, there: Any) -> None:
        for name, owner in entry.fixed.items():
            if getattr(there, f"{name}_id") != (owner.pk if owner is not None else None):
                raise ValidationError(
                    _("This is known here already, but it stands in another place.")
                )

    # --- writing ----------------------------------------------------------------------

    def _create(self, kind: Kind, entries: list[Entry]) -> None:
        """Write new rows, many at once; where the database refuses, halves find the culprit."""
        if not entries:
            return
        try:
            with transaction.atomic():
                _store(kind, [entry.obj for entry in entries])
        except (IntegrityError, DataError, ValidationError) as error:
            for entry in entries:
                entry.obj.pk, entry.obj._state.adding = None, True
            if len(entries) == 1:
                self.wrong(entries[0], explained(error, kind))
                return
            half = len(entries) // 2
            self._create(kind, entries[:half])
            self._create(kind, entries[half:])

    def _save(self, kind: Kind, entry: Entry) -> None:
        try:
            with transaction.atomic():
                if kind.name == "item":  # the sides gave their keys to another text
                    words = gettext_lazy("a dossier changed it")
                    CLOSING.revise(entry.obj, by=self.rights.user, because=words)
                entry.obj.save()
        except (IntegrityError, DataError, ValidationError) as error:
            self.wrong(entry, explained(error, kind))


def _store(kind: Kind, rows: list[models.Model]) -> None:
    if kind.name == "body":  # it reckons what stands above it
        for row in rows:
            row.save()
    else:
        kind.model.objects.bulk_create(rows, batch_size=BATCH)


def explained(error: Exception, *kinds: Kind) -> str:
    """What the database, or a model, has against a row."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    sentence = constraints().get(broken) or SENTENCES.get(broken)
    return str(sentence or _("The database does not take this row: it contradicts another one."))


@functools.cache
def constraints() -> dict[str, Any]:
    """The sentences of all constraints that have one."""
    return {
        one.name: one.violation_error_message
        for model in apps.get_models()
        for one in model._meta.constraints
        if one.violation_error_message != one.default_violation_error_message
    }


def check_deferred() -> None:
    """Have the database check now what it puts off to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
