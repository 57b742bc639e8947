"""Writing down, rewording, reporting on and closing action items."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import ActionItem, Meeting, StatusReport, Undertaking
from meetings.permissions import can_report
from meetings.transitions import CLOSING, ITEM
from portal import journal
from portal.models import Organisation, Party, User
from portal.refusal import NotYours, Refused

ITEM_ADDED = journal.register("item.added", _("wrote down the item"))
ITEM_CHANGED = {
    "text": journal.register("item.text", _("changed the text; before: “%(before)s”")),
    "texts": journal.register("item.texts", _("changed the text in other languages")),
    "due_on": journal.register("item.due_on", _("moved the due date from %(before)s to %(after)s")),
    "due_words": journal.register(
        "item.due_words", _("changed when it is due in words; before: “%(before)s”")
    ),
    "area": journal.register("item.area", _("moved it from “%(before)s” to “%(after)s”")),
}
REPORTED = journal.register("item.reported", _("reported for %(party)s: %(state)s"))


@transaction.atomic
def add_item(item: ActionItem, *, undertakings: Iterable[Undertaking], by: User) -> ActionItem:
    """Write down an agreed item under the next number of its meeting.

    An organisation that is not stored yet is found by its name or entered.
    """
    Meeting.objects.select_for_update().get(pk=item.meeting_id)
    last = item.meeting.items.aggregate(last=Max("number"))["last"] or 0
    item.number = last + 1
    item.save()
    for undertaking in undertakings:
        undertaking.item = item
        if undertaking.organisation and undertaking.organisation.pk is None:
            undertaking.organisation = _known(undertaking.organisation)
        undertaking.save()
    journal.record(item, ITEM_ADDED, by=by)
    return item


def _known(organisation: Organisation) -> Organisation:
    """The side's organisation of this name, newly entered where there is none."""
    row, _made = Organisation.objects.get_or_create(
        party=organisation.party, name=organisation.name
    )
    return row


@transaction.atomic
def reword_item(item: ActionItem, *, changes: Mapping[str, Any], revision: int, by: User):
    """Change an open item's text or date. Keys given to the old text are dropped and told.

    Raises Refused when the item is done, or changed since `revision` was read.
    """
    row = ActionItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.status == ActionItem.Status.DONE:
        raise Refused(gettext("This item is done. Reopen it first to change its text."))
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this item since you opened it. Compare, then save again.")
        )
    before = {name: getattr(row, name) for name in changes}
    changed = [name for name, value in changes.items() if before[name] != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, changes[name])
        journal.record(
            row,
            ITEM_CHANGED[name],
            by=by,
            before=_named(before[name]),
            after=_named(changes[name]),
        )
    dropped = CLOSING.revise(row, by=by, because=_("The text or the due date changed."))
    row.save()
    notifications.closing_key_dropped(row, dropped, by)
    return row


def _named(value: Any) -> Any:
    """A detail for the history; what was left empty has a word too."""
    return _("none") if value in (None, "", {}) else value


@transaction.atomic
def report_status(undertaking: Undertaking, *, state: str, text: str, by: User) -> StatusReport:
    """Report on a side's own part of an item. Raises NotYours for another side's part."""
    if not can_report(by, undertaking):
        raise NotYours(
            gettext("Only %(party)s reports on its own part.") % {"party": undertaking.party.label}
        )
    if undertaking.item.status == ActionItem.Status.DONE:
        raise Refused(gettext("This item is done. Reopen it first to report on it."))
    report = StatusReport.objects.create(
        undertaking=undertaking, state=state, text=text, reporter=by, reporter_name=by.name
    )
    Undertaking.objects.filter(pk=undertaking.pk).update(latest=report)
    journal.record(
        undertaking.item,
        REPORTED,
        by=by,
        party=undertaking.party,
        state=StatusReport.State(state).label,
        reason=text,
    )
    return report


@transaction.atomic
def agree_done(item: ActionItem, *, party: Party, revision: int, by: User) -> ActionItem:
    """Give a party's key to closing; the last key closes, any other awaits the rest."""
    CLOSING.give(item, party=party, by=by, revision=revision)
    missing = CLOSING.missing(item)
    if missing:
        notifications.closing_key_awaited(item, missing, by, party)
        return item
    return ITEM.perform(item, "close", by=by)


@transaction.atomic
def take_back_key(item: ActionItem, *, party: Party, by: User) -> None:
    """Take a party's key to closing back. Raises Refused once the item is closed."""
    row = ActionItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.status == ActionItem.Status.DONE:
        raise Refused(gettext("This item is done. Reopen it first, which drops every side's key."))
    CLOSING.withdraw(row, party=party, by=by)
