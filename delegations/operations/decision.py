"""What is decided for several registrations at once, each for itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications
from delegations.models import Claim, Delegate, move_place
from delegations.permissions import can_decide
from delegations.transitions import DELEGATE
from meetings.models import Meeting
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.refusal import NotYours, Refused

MOST = 1000  # at once: what one person waits for

CAPACITY = journal.register("delegate.capacity", _("set the capacity: %(capacity)s"))
EXPORTED = journal.register("meeting.participants_exported", _("took the participants away"))
SENT_AGAIN = journal.register("delegate.sent_again", _("had the personal link sent again"))


@dataclass
class Outcome:
    """Which registrations it was done to, and why not to the others."""

    done: list[int] = field(default_factory=list)
    skipped: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def skip(self, delegate: Delegate, sentences: Iterable[str]) -> None:
        self.skipped[" ".join(sentences)].append(delegate.pk)


@dataclass(frozen=True)
class Deed:
    """What can be done to several: its words, what has to be typed, what stands in the way."""

    name: str
    label: Any
    sources: tuple[str, ...] = Delegate.LIVE
    asks: str = ""  # reason or capacity
    warning: Any = ""


def _of_workflow(name: str, label: Any, *sources: str) -> Deed:
    transition = DELEGATE.transitions[name]
    asks = "reason" if transition.asks_reason else ""
    return Deed(name, label, sources or transition.sources, asks, transition.warning)


DEEDS = {
    deed.name: deed
    for deed in (
        # Whom somebody declined a moment ago stays declined: that is undone one by one.
        _of_workflow("approve", _("Approve"), "pending", "asked"),
        _of_workflow("decline", _("Decline with a reason")),
        _of_workflow("ask_back", _("Ask back")),
        _of_workflow("remove", _("Take off the delegation")),
        Deed("capacity", _("Set the capacity"), asks="capacity"),
        Deed("send_again", _("Send the personal link again")),
    )
}


def outlook(delegates: Iterable[Delegate], deed: str, *, by: User) -> Outcome:
    """What would be done to whom, and why not to the others. Nothing is changed."""
    outcome = Outcome()
    for delegate in delegates:
        hindrances = _hindrances(delegate, deed, by)
        if hindrances:
            outcome.skip(delegate, hindrances)
        else:
            outcome.done.append(delegate.pk)
    return outcome


def decide(
    delegates: Iterable[Delegate], deed: str, *, by: User, reason: str = "", capacity: str = ""
) -> Outcome:
    """Do it to each, in a transaction of its own: nobody waits for the last of a thousand."""
    acts: dict[str, Callable[[Delegate], None]] = {
        "capacity": partial(_set_capacity, by=by, capacity=capacity),
        "send_again": partial(_send_again, by=by),
    }
    act = acts.get(deed, partial(_perform, deed=deed, by=by, reason=reason))
    outcome = Outcome()
    for delegate in delegates:
        try:
            with transaction.atomic():
                act(delegate)
        except NotYours:
            outcome.skip(delegate, [_others_decide()])
        except Refused as refusal:
            outcome.skip(delegate, refusal.sentences)
        else:
            outcome.done.append(delegate.pk)
    return outcome


def _others_decide() -> str:
    return gettext("The focal point of their own side decides on them.")


def _hindrances(delegate: Delegate, deed: str, by: User) -> list[str]:
    transition = DELEGATE.transitions.get(deed)
    may = transition.may if transition else can_decide
    if not may(by, delegate):
        return [_others_decide()]
    if delegate.status not in DEEDS[deed].sources:
        return [gettext("They are “%(status)s” now.") % {"status": delegate.get_status_display()}]
    return list(transition.blockers(delegate)) if transition else []


def _perform(delegate: Delegate, *, deed: str, by: User, reason: str) -> None:
    row = _held(delegate, deed, by)
    DELEGATE.perform(row, deed, by=by, reason=reason)


def _held(delegate: Delegate, deed: str, by: User) -> Delegate:
    """The row as it is now, locked, where the deed can be done to it."""
    row = Delegate.objects.for_list().select_for_update(of=("self",)).get(pk=delegate.pk)
    hindrances = _hindrances(row, deed, by)
    if hindrances:
        raise Refused(*hindrances)
    return row


def _set_capacity(delegate: Delegate, *, by: User, capacity: str) -> None:
    row = _held(delegate, "capacity", by)
    before = Claim.of(row)
    row.capacity = Delegate.Capacity(capacity)
    with violations_explained(Delegate):
        row.save(update_fields=["capacity"])
    if row.status in Delegate.HOLDING and not move_place(before, Claim.of(row)):
        raise Refused(gettext("No place is left for this capacity."))
    journal.record(row, CAPACITY, by=by, private_to=row.party, capacity=row.capacity.label)


def _send_again(delegate: Delegate, *, by: User) -> None:
    row = _held(delegate, "send_again", by)
    notifications.link_again(row, key=f"{timezone.now():%Y%m%d%H}")
    journal.record(row, SENT_AGAIN, by=by, private_to=row.party)


def note_export(meeting: Meeting, *, by: User) -> None:
    """Write down who took a table of people away: an affair of that person's own side."""
    journal.record(meeting, EXPORTED, by=by, private_to=by.party)
