"""The one door for a status.

An app writes its transitions as one table. Pages draw buttons from it, with the sentences
that say why something cannot be done yet; `perform` is the only place that changes a status.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.dispatch import Signal
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import journal
from portal.refusal import NotYours, Refused

if TYPE_CHECKING:
    from portal.models import User

# Sent inside the transaction: sender=model class, obj, transition (its name), by, reason.
performed = Signal()


TONES = ("main", "plain", "danger")


def _no_blockers(obj: Any) -> Iterable[str]:
    return ()


def _nothing(obj: Any, by: "User | None", reason: str) -> None:
    return None


@dataclass(frozen=True)
class Transition:
    """One row of the table: from where to where, who may, what stands in the way."""

    name: str
    label: Any  # what the button says
    done: Any  # how the journal says it, after the person's name
    sources: tuple[str, ...]
    target: str
    may: Callable[[Any, Any], bool]  # (user, obj)
    blockers: Callable[[Any], Iterable[str]] = _no_blockers
    change: Callable[[Any, Any, str], None] = _nothing  # (obj, by, reason), saved with the status
    tell: Callable[[Any, Any, str], None] = _nothing  # (obj, by, reason), queues the notices
    tone: str = "plain"  # main, plain or danger
    asks_reason: bool = False
    warning: Any = ""
    private: bool = False  # whether its journal entry is for the own side alone
    automatic: bool = False  # follows from something else, so that no page offers it
    answer: Any = ""  # what the page says to whoever did it: what is the case now


@dataclass(frozen=True)
class Offer:
    """A transition as a page shows it: a button, or a grey one with its reasons."""

    transition: Transition
    blockers: list[str]
    url: str


class Workflow:
    """The table of one model's transitions and the door they go through."""

    def __init__(self, kind: str, *transitions: Transition, url_name: str) -> None:
        self.kind = kind
        self.transitions = {row.name: row for row in transitions}
        self.url_name = url_name
        for row in transitions:
            journal.register(self._verb(row), row.done)

    def _verb(self, transition: Transition) -> str:
        return f"{self.kind}.{transition.name}"

    def offers(self, obj: Any, user: "User") -> list[Offer]:
        """What this user may do from the present status, the main deed first."""
        rows = [
            Offer(row, list(row.blockers(obj)), reverse(self.url_name, args=[obj.pk, row.name]))
            for row in self.transitions.values()
            if obj.status in row.sources and not row.automatic and row.may(user, obj)
        ]
        return sorted(rows, key=lambda offer: TONES.index(offer.transition.tone))

    @transaction.atomic
    def perform(
        self,
        obj: Any,
        name: str,
        *,
        by: "User | None",
        reason: str = "",
        by_name: str = "",
    ) -> Any:
        """Carry out a transition on the locked row; returns that row.

        `by` is None only for what the portal does by itself and for a person with a personal
        link (then `by_name` says who); the caller has checked that right.
        Raises NotYours, or Refused with the sentences of what stands in the way.
        """
        transition = self.transitions[name]
        row = _locked(obj)
        if by and not transition.may(by, row):
            raise NotYours(_("This is not yours to do."))
        self._check(transition, row, reason)
        transition.change(row, by, reason)  # still sees the status it comes from
        recorded(row, transition.target)
        row.save()
        journal.record(
            row,
            self._verb(transition),
            by=by,
            name=by_name,
            reason=reason,
            private_to=row.side if transition.private else None,
        )
        transition.tell(row, by, reason)
        performed.send(type(row), obj=row, transition=name, by=by, reason=reason)
        return row

    def _check(self, transition: Transition, row: Any, reason: str) -> None:
        if row.status not in transition.sources:
            raise Refused(
                _("This is “%(status)s” now, so “%(deed)s” is no longer possible.")
                % {"status": row.get_status_display(), "deed": transition.label}
            )
        if transition.asks_reason and not reason.strip():
            raise Refused(_("Write a reason: the people concerned will read it."))
        blockers = list(transition.blockers(row))
        if blockers:
            raise Refused(*blockers)


def recorded(row: Any, status: str) -> Any:
    """A new row, not saved yet, with the status that it begins with.

    For what is brought in from outside, or begins elsewhere than at the first status: nobody
    changed anything, so there is nothing to permit, to block or to tell. Whoever makes the row
    decides whose record is trusted, and journals it.
    """
    row.status = status
    return row


def _locked(obj: models.Model) -> Any:
    """The row as it is now, held until the transaction ends."""
    return type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
