"""What becomes of each row of a dossier, and what it comes to in all."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from meetings.dossier.kind import KINDS
from meetings.dossier.reading import spoken

NEW, CHANGED, KEPT, SAME, WRONG = "new", "changed", "kept", "same", "wrong"
# In the order in which people want to see them.
STATES = {
    WRONG: _("Wrong"),
    CHANGED: _("Changed"),
    NEW: _("New"),
    KEPT: _("Kept as it is here"),
    SAME: _("Same"),
}


@dataclass
class Change:
    """One field that is to become another, both in words."""

    name: str
    before: str
    after: str


@dataclass
class Row:
    """One row of a dossier: where it stands, what it is to the portal, and why it is wrong."""

    kind: str
    body: str
    place: tuple[str, ...]
    state: str = ""
    changes: list[Change] = field(default_factory=list)
    reason: str = ""
    is_private: bool = False  # of one side alone
    label: str = ""  # what people call it

    @property
    def where(self) -> str:
        return spoken(self.place)

    @property
    def state_label(self) -> Any:
        return STATES[self.state]

    @property
    def kind_label(self) -> Any:
        return KINDS[self.kind].label

    @property
    def change_words(self) -> list[tuple[str, str, str]]:
        """What changes: (field as people call it, before, after)."""
        kind = KINDS[self.kind]
        return [(kind.label_of(one.name), one.before, one.after) for one in self.changes]

    def stored(self) -> dict[str, Any]:
        """For the store of a preview."""
        return asdict(self)

    @classmethod
    def from_store(cls, row: dict[str, Any]) -> "Row":
        changes = [Change(**one) for one in row["changes"]]
        return cls(**{**row, "place": tuple(row["place"]), "changes": changes})


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows are in each state, in the order of the states."""
    found = Counter(row.state for row in rows)
    return {state: found[state] for state in STATES}


def fingerprint(rows: Iterable[Row]) -> str:
    """Another one when anything else would be written, whatever language is spoken."""
    facts = [
        (row.kind, row.place, row.state, [(one.name, one.before, one.after) for one in row.changes])
        for row in rows
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
