"""What the parts of the load share: the rows they know by name, and the journal they write."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from meetings.models import Area, Body, Room
from portal import journal
from portal.agreement import GIVEN, Agreement
from portal.models import Entry, Key, Organisation, Party, Person, User

Row = TypeVar("Row", bound=Model)

NOBODY = "Secretariat (synthetic)"  # who did what, where the sources name nobody


@dataclass
class Case:
    """One load: what is known by now, and how many rows of each kind were made."""

    now: datetime
    parties: dict[str, Party] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, User] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)
    made: Counter[type[Model]] = field(default_factory=Counter)

    def once(self, model: type[Row], *, defaults: dict[str, Any] | None = None, **key: Any) -> Row:
        """The row with this natural key: made when missing, left as it is when there."""
        row = model._default_manager.filter(**key).first()
        return row or self.add([model(**key, **(defaults or {}))])[0]

    def add(self, rows: Iterable[Row]) -> list[Row]:
        """Make many rows of one kind at once."""
        rows = list(rows)
        if rows:
            type(rows[0])._default_manager.bulk_create(rows)
            self.made[type(rows[0])] += len(rows)
        return rows

    def day(self, days: int) -> date:
        """The day some days after (or, below zero, before) the load."""
        return self.now.date() + timedelta(days=days)

    def at(self, days: int) -> datetime:
        """A moment on a day gone by at which the offices of both sides are open."""
        return datetime.combine(self.day(days), time(7, days % 60), UTC)

    def enter(self, target: Model, verb: str, *, at: datetime, **details: Any) -> None:
        """Write one line of the journal as of a day gone by."""
        details = {"by": None, **details}
        if details["by"] is None:
            details.setdefault("name", NOBODY)
        entry = journal.record(target, verb, **details)
        entry.at = at
        entry.save(update_fields=["at"])
        self.made[Entry] += 1

    def give_key(self, target: Any, agreement: Agreement, *, slug: str, at: datetime) -> None:
        """Give a co-chair's key to the present revision, as of a day gone by."""
        party = self.people[slug].party
        key = agreement.give(target, party=party, by=self.accounts[slug], revision=target.revision)
        key.given_at = at
        key.save(update_fields=["given_at"])
        Entry.objects.about(target).filter(verb=GIVEN, party=party).update(at=at)
        self.made[Key] += 1
