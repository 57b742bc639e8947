"""The one journal. Operations and workflows write it; views only show it.

Each verb is registered once with its words, so that an entry written in one language
reads in every other.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime

from portal.languages import in_source, translated

if TYPE_CHECKING:
    from portal.models import Entry, Party, User

_words: dict[str, Any] = {}


def register(verb: str, words: Any) -> str:
    """Give a verb its (lazily translated) words, with %(name)s for details; returns the verb."""
    _words[verb] = words
    return verb


def sentence(verb: str, data: Mapping[str, Any]) -> str:
    """The words of a verb with its details, dates in the reader's format and zone."""
    shown = {name: _shown(value) for name, value in data.items()}
    return str(_words.get(verb, verb)) % shown


def record(
    target: Model,
    verb: str,
    *,
    by: "User | None",
    name: str = "",
    party: "Party | None" = None,
    private_to: "Party | None" = None,
    reason: Any = "",
    **data: Any,
) -> "Entry":
    """Write one line: what `by` did to `target`, for the side of that person unless named.

    `by` is None for what the portal does by itself and for people without an account,
    who are then named by `name`. What a side keeps to itself has `kept_by`, and so is its history.
    """
    from portal.models import Entry

    if verb not in _words:
        raise LookupError(f"The verb “{verb}” has no words. Register it beside its operation.")
    return Entry.objects.create(
        target=target,
        verb=verb,
        actor=by,
        actor_name=by.name if by else name,
        party=party or (by.party if by else None),
        private_to=private_to or getattr(target, "kept_by", None),
        reason=in_source(reason),
        data={key: _stored(value) for key, value in data.items()},
    )


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Promise):
        return {"words": in_source(value)}
    return value if isinstance(value, int) else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "instant" in value:
        return date_format(localtime(datetime.fromisoformat(value["instant"])), "DATETIME_FORMAT")
    if isinstance(value, dict) and "date" in value:
        return date_format(date.fromisoformat(value["date"]), "DATE_FORMAT")
    if isinstance(value, dict) and "words" in value:
        return translated(value["words"])
    return str(value)
