"""The keys: who has approved which revision, who is missing, what an edit drops.

Something shared is agreed only when every party holds a live key to its present revision
(domain.md 4.1). The shared object has a `revision` field; whoever edits it calls `revise`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import journal
from portal.languages import in_source, translated
from portal.models import Key, alternat
from portal.refusal import NotYours, Refused

if TYPE_CHECKING:
    from portal.models import Party, User

GIVEN = journal.register("key.given", gettext_lazy("gave the key of %(party)s: %(subject)s"))
WITHDRAWN = journal.register(
    "key.withdrawn", gettext_lazy("took back the key of %(party)s: %(subject)s")
)
DROPPED = journal.register(
    "key.dropped", gettext_lazy("dropped the key of %(party)s by an edit: %(subject)s")
)


@dataclass(frozen=True)
class Seal:
    """One party's place in a row of seals."""

    party: "Party"
    state: str  # full, empty or broken
    by: str = ""
    office: str = ""
    at: datetime | None = None
    reason: str = ""


def _type(obj: models.Model) -> ContentType:
    return ContentType.objects.get_for_model(obj)


@dataclass(frozen=True)
class Agreement:
    """A thing that needs every party's key.

    `parties(obj)` are those whose keys are needed, `office(user, obj, party)` is the office
    by which the user may turn that party's key, or an empty text.
    """

    subject: str
    words: Any
    parties: Callable[[Any], Sequence["Party"]]
    office: Callable[["User", Any, "Party"], str]

    # --- looking ----------------------------------------------------------------------

    def keys_of(self, objects: Iterable[models.Model]) -> dict[int, list[Key]]:
        """All keys ever given to some objects of one kind, by primary key, in one query."""
        objects = list(objects)
        found: dict[int, list[Key]] = {obj.pk: [] for obj in objects}
        if objects:
            keys = Key.objects.filter(
                content_type=_type(objects[0]), object_id__in=found, subject=self.subject
            )
            for key in keys.order_by("given_at", "pk"):
                found[key.object_id].append(key)
        return found

    def seals(
        self,
        obj: Any,
        keys: Sequence[Key] | None = None,
        own: Iterable[int] = (),
    ) -> list[Seal]:
        """One seal per party, those of `own` (the reader's sides) first.

        `keys` spares the query where a list fetched them.
        """
        keys = self.keys_of([obj])[obj.pk] if keys is None else keys
        latest = {key.party_id: key for key in keys}
        parties = alternat(self.parties(obj), own)
        return [_seal(party, latest.get(party.pk), obj.revision) for party in parties]

    def missing(self, obj: Any, keys: Sequence[Key] | None = None) -> list["Party"]:
        """The parties whose key to the present revision is not there."""
        return [seal.party for seal in self.seals(obj, keys) if seal.state != "full"]

    def complete(self, obj: Any) -> bool:
        """Whether every party holds a live key to the present revision."""
        return not self.missing(obj)

    def missing_sentences(self, obj: Any) -> list[str]:
        """Why it is not agreed yet, one sentence a party."""
        return [
            _("%(subject)s: the key of %(party)s is missing.")
            % {"subject": self.words, "party": party.label}
            for party in self.missing(obj)
        ]

    def parties_of(self, obj: Any, user: "User") -> list["Party"]:
        """The parties whose key this user may turn."""
        return [party for party in self.parties(obj) if self.office(user, obj, party)]

    def given(self, model: type[models.Model], parties: Iterable[int] | None = None) -> Exists:
        """For a query over `model`: whether a live key to the row's present revision is there.

        With `parties`, only the keys of those count.
        """
        keys = Key.objects.filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id=OuterRef("pk"),
            revision=OuterRef("revision"),
            subject=self.subject,
            dropped_at=None,
        )
        return Exists(keys if parties is None else keys.filter(party__in=parties))

    # --- doing ------------------------------------------------------------------------

    @transaction.atomic
    def give(self, obj: Any, *, party: "Party", by: "User", revision: int) -> Key:
        """Give a party's key to the revision that `by` has read.

        Raises NotYours when `by` may not turn this key, Refused when the text has changed
        since or the key is there already.
        """
        row = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        office = self.office(by, row, party)
        if not office:
            raise NotYours(_("Only %(party)s can give its own key.") % {"party": party.label})
        if row.revision != revision:
            raise Refused(
                _("This has changed since you opened it. Read the new version, then give your key.")
            )
        if party not in self.missing(row):
            raise Refused(_("%(party)s has given its key already.") % {"party": party.label})
        key = Key.objects.create(
            target=row,
            subject=self.subject,
            revision=row.revision,
            party=party,
            holder=by,
            holder_name=by.name,
            office=office,
        )
        journal.record(row, GIVEN, by=by, party=party, subject=self.words)
        return key

    @transaction.atomic
    def withdraw(self, obj: Any, *, party: "Party", by: "User", reason: str = "") -> None:
        """Take a party's own key back. Raises NotYours for another party's."""
        row = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        if not self.office(by, row, party):
            raise NotYours(_("Only %(party)s can take back its own key.") % {"party": party.label})
        if self._drop(row, reason or gettext_lazy("taken back"), party=party):
            journal.record(row, WITHDRAWN, by=by, party=party, reason=reason, subject=self.words)

    def revise(self, obj: Any, *, by: "User", because: Any) -> list["Party"]:
        """Count a new revision and drop the keys given to the old one; returns whose.

        Call it on a locked row inside the transaction that changes the text.
        """
        obj.revision += 1
        dropped = self._drop(obj, because)
        for party in dropped:
            journal.record(obj, DROPPED, by=by, party=party, reason=because, subject=self.words)
        return dropped

    def _drop(self, obj: Any, because: Any, party: "Party | None" = None) -> list["Party"]:
        live = Key.objects.filter(
            content_type=_type(obj), object_id=obj.pk, subject=self.subject, dropped_at=None
        ).select_related("party")
        if party:
            live = live.filter(party=party)
        parties = [key.party for key in live]
        live.update(dropped_at=timezone.now(), dropped_because=in_source(because)[:400])
        return parties


def _seal(party: "Party", key: Key | None, revision: int) -> Seal:
    if key is None:
        return Seal(party, "empty")
    facts = {"by": key.holder_name, "office": key.office}
    if key.dropped_at:
        return Seal(
            party, "broken", at=key.dropped_at, reason=translated(key.dropped_because), **facts
        )
    if key.revision != revision:
        return Seal(party, "broken", at=key.given_at, reason=_("an earlier version"), **facts)
    return Seal(party, "full", at=key.given_at, **facts)
