"""Deeds that change several rows at once. Each is atomic and says by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import ActionItem, Body, Meeting, Sitting, StatusReport, Undertaking
from meetings.permissions import can_report
from meetings.transitions import CLOSING, DATES, ITEM
from portal import journal
from portal.constraints import violations_explained
from portal.models import Organisation, Party, User
from portal.refusal import NotYours, Refused
from portal.workflow import performed

SCHEDULED = journal.register("meeting.scheduled", _("scheduled the meeting"))
CHANGED = journal.register("meeting.changed", _("changed the dates, the place or the mode"))
EDITED = journal.register(
    "meeting.edited", _("changed the number, the title, the host or the description")
)
SITTING_ADDED = journal.register("meeting.sitting_added", _("added to the programme: %(sitting)s"))
SITTING_CHANGED = journal.register(
    "meeting.sitting_changed", _("changed in the programme: %(sitting)s")
)
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

# An edit of one of these is another meeting than the one the sides agreed to.
AGREED_FIELDS = ("starts_on", "ends_on", "mode", "place", "zone")


def next_number(body: Body, series: str = Meeting.Series.ORDINARY) -> int:
    """The number that comes after the highest one used in a series."""
    used = Meeting.objects.filter(body=body, series=series)
    return (used.aggregate(last=Max("number"))["last"] or 0) + 1


# --- meetings -------------------------------------------------------------------------


@transaction.atomic
def schedule_meeting(meeting: Meeting, *, sittings: Iterable[Sitting], by: User) -> Meeting:
    """Store a planned meeting with its programme and ask every side for its key to the dates."""
    with violations_explained(Meeting, Sitting):
        meeting.save()
        for sitting in sittings:
            sitting.meeting = meeting
            sitting.save()
    journal.record(meeting, SCHEDULED, by=by)
    notifications.dates_key_awaited(meeting, DATES)
    return meeting


@transaction.atomic
def change_meeting(meeting: Meeting, *, changes: Mapping[str, Any], revision: int, by: User):
    """Change a meeting. What the sides agreed on drops their keys and is told to all.

    Raises Refused when somebody else changed it since `revision` was read.
    """
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this meeting since you opened it. Compare, then save again.")
        )
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    agreed = any(name in AGREED_FIELDS for name in changed)
    if agreed:
        DATES.revise(row, by=by, because=_("The dates, the place or the mode changed."))
    with violations_explained(Meeting):
        row.save()
    if changed:
        journal.record(row, CHANGED if agreed else EDITED, by=by)
    if agreed:
        notifications.dates_key_awaited(row, DATES)
        performed.send(Meeting, obj=row, transition="changed", by=by, reason="")
    return row


@transaction.atomic
def agree_dates(meeting: Meeting, *, party: Party, revision: int, by: User) -> None:
    """Give a party's key to dates and place. Raises Refused once the meeting was held."""
    DATES.give(_dates_still_open(meeting), party=party, by=by, revision=revision)


@transaction.atomic
def take_back_dates_key(meeting: Meeting, *, party: Party, by: User) -> None:
    """Take a party's key to dates and place back. Raises Refused once the meeting was held."""
    DATES.withdraw(_dates_still_open(meeting), party=party, by=by)


def _dates_still_open(meeting: Meeting) -> Meeting:
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if row.is_over:
        raise Refused(gettext("This meeting was held, so its dates and place stand."))
    return row


# --- sittings -------------------------------------------------------------------------


@transaction.atomic
def add_sitting(sitting: Sitting, *, by: User) -> Sitting:
    """Add a sitting to a meeting's programme."""
    with violations_explained(Sitting):
        sitting.save()
    journal.record(sitting.meeting, SITTING_ADDED, by=by, sitting=sitting.label)
    return sitting


@transaction.atomic
def change_sitting(sitting: Sitting, *, by: User) -> Sitting:
    """Store a changed sitting; calendars learn of it by the raised sequence."""
    sitting.sequence += 1
    with violations_explained(Sitting):
        sitting.save()
    journal.record(sitting.meeting, SITTING_CHANGED, by=by, sitting=sitting.label)
    performed.send(Sitting, obj=sitting, transition="changed", by=by, reason="")
    return sitting


# --- action items ---------------------------------------------------------------------


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
