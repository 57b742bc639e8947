"""How a value stands in a dossier and in the portal. One table serves both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.refusal import Refused

NOON = time(12)


class UnknownReference(Refused):
    """A row of the dossier names another that is not there."""


@dataclass
class Known:
    """The rows that a dossier names by their ids, as they stand in the portal now."""

    parties: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    organisations: dict[str, Any] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    areas: dict[tuple[int, str], Any] = field(default_factory=dict)
    notes: dict[tuple[int, str, date], Any] = field(default_factory=dict)
    rooms: dict[tuple[str, str], Any] = field(default_factory=dict)
    wrong: set[tuple[str, Any]] = field(default_factory=set)  # named, but wrong themselves

    def find(self, table: str, key: Any) -> Any:
        """The row. Raises UnknownReference when there is none."""
        key = key.lower() if table == "parties" else key
        found = getattr(self, table).get(key)
        if found is None:
            words = {"id": key[-1] if isinstance(key, tuple) else key}
            sentence = WRONG_ITSELF if (table, key) in self.wrong else NOT_FOUND[table]
            raise UnknownReference(str(sentence) % words)
        return found


WRONG_ITSELF = gettext_lazy("It names “%(id)s”, which is wrong itself. Mend that row first.")


NOT_FOUND = {
    "parties": gettext_lazy("There is no party “%(id)s”, neither in the dossier nor here."),
    "people": gettext_lazy("“%(id)s” is not among the people of the dossier."),
    "organisations": gettext_lazy("“%(id)s” is not among the organisations of the dossier."),
    "bodies": gettext_lazy("There is no body “%(id)s”, neither in the dossier nor here."),
    "areas": gettext_lazy("“%(id)s” is not among the areas of this body."),
    "rooms": gettext_lazy("There is no room “%(id)s”."),
}


@dataclass(frozen=True)
class Field:
    """A value that stands in both as it is."""

    name: str
    attr: str = ""

    @property
    def column(self) -> str:
        """The attribute of the model."""
        return self.attr or self.name

    def read(self, given: Any, known: Known, body: Any) -> Any:
        """The value for the model."""
        return given

    def write(self, value: Any, ids: Mapping[Any, str]) -> Any:
        """The value for the dossier."""
        return value

    def of(self, row: Model) -> Any:
        return getattr(row, self.column)

    def same(self, row: Model, value: Any) -> bool:
        """Whether the row has this value already."""
        return self.of(row) == value

    def shown(self, value: Any) -> str:
        """The value in words, for the preview."""
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, dict):
            return "; ".join(f"{name}: {text}" for name, text in value.items())
        if isinstance(value, list):
            return ", ".join(str(one) for one in value)
        return str(value)


class Day(Field):
    """A day as YYYY-MM-DD."""

    def read(self, given, known, body):
        return date.fromisoformat(given) if given else None

    def write(self, value, ids):
        return value.isoformat() if value else None


class Wall(Field):
    """What a clock on the wall shows, as HH:MM; nothing where no hour is known."""

    def read(self, given, known, body):
        return time.fromisoformat(given) if given else None

    def write(self, value, ids):
        return f"{value:%H:%M}" if value else None


class Amount(Field):
    """A number with decimals, as digits."""

    def read(self, given, known, body):
        return None if given is None else Decimal(str(given))

    def write(self, value, ids):
        return None if value is None else f"{value.normalize():f}"


class Noon(Field):
    """An instant of which the dossier knows the day alone: noon of that day, UTC."""

    def read(self, given, known, body):
        return datetime.combine(date.fromisoformat(given), NOON, UTC) if given else None

    def write(self, value, ids):
        return value.astimezone(UTC).date().isoformat() if value else None

    def same(self, row, value):
        return self.write(self.of(row), {}) == self.write(value, {})

    def shown(self, value):
        return self.write(value, {}) or ""


@dataclass(frozen=True)
class Reference(Field):
    """Another row, by its code or id."""

    table: str = ""

    def read(self, given, known, body):
        if given is None:
            return None
        key = (body.pk, given) if self.table == "areas" else given
        return known.find(self.table, key)

    def write(self, value, ids):
        return ids[value] if value is not None else None

    def same(self, row, value):
        return getattr(row, f"{self.column}_id") == (value.pk if value is not None else None)


class Identity(Field):
    """The identity that a row keeps in calendars."""

    def read(self, given, known, body):
        return UUID(given)

    def write(self, value, ids):
        return str(value)


class InRoom(Field):
    """A room by its name and city."""

    def read(self, given, known, body):
        if given is None:
            return None
        return known.find("rooms", (given.get("city", ""), given["name"]))

    def write(self, value, ids):
        if value is None:
            return None
        row = {"name": value.name, "city": value.city, "is_virtual": value.is_virtual}
        return {name: what for name, what in {**row, "seats": value.seats}.items() if what}

    def same(self, row, value):
        return row.room_id == (value.pk if value is not None else None)


class Answered(Field):
    """The note that a note answers, by sender, number and date."""

    def read(self, given, known, body):
        if given is None:
            return None
        sender = known.find("parties", given["sender"])
        key = (sender.pk, given["reference"], date.fromisoformat(given["dated"]))
        found = known.notes.get(key)
        if found is None or found.body_id != body.pk:
            raise UnknownReference(_("The note that it answers is not in the register."))
        return found

    def write(self, value, ids):
        if value is None or value not in ids:
            return None
        return {
            "sender": ids[value.sender],
            "reference": value.reference,
            "dated": value.dated.isoformat(),
        }

    def same(self, row, value):
        return row.in_reply_to_id == (value.pk if value is not None else None)


def plain(*names: str) -> tuple[Field, ...]:
    """Fields that stand in both as they are."""
    return tuple(Field(name) for name in names)


def reference(name: str, table: str) -> Reference:
    return Reference(name, table=table)
