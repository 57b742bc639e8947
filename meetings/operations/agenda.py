"""Writing an agenda, agreeing on it, adding late points, and each side's own notes on it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.agenda import Order, Spot, all_reports, report_of, usual_points
from meetings.models import Agenda, AgendaItem, AgendaNote, AgendaSpeaker, Body, Meeting
from meetings.permissions import can_edit_agenda, can_edit_point, proposing_sides, sides_at
from meetings.transitions import AGENDA, LATE, POINT, POINTS
from portal import journal
from portal.models import Party, User
from portal.refusal import NotYours, Refused

BEGUN = journal.register("agenda.begun", _("began the agenda with the usual points"))
ADDED = journal.register("agenda.added", _("added to the agenda: “%(point)s”"))
MOVED = journal.register("agenda.moved", _("moved on the agenda: “%(point)s”"))
REMOVED = journal.register("agenda.removed", _("removed from the agenda: “%(point)s”"))
RESTORED = journal.register("agenda.restored", _("put back on the agenda: “%(point)s”"))
PROPOSED = journal.register("agenda.late", _("proposed a late addition: “%(point)s”"))
JOINED = journal.register("agenda.joined", _("completed the keys to the late point “%(point)s”"))
NOTED = journal.register("agenda.noted", _("changed the own note on “%(point)s”"))
RENAMED = journal.register(
    "agenda.renamed", _("changed the title of a point from “%(before)s” to “%(point)s”")
)
CHANGED = {
    "titles": journal.register(
        "agenda.titles", _("changed the title in other languages of “%(point)s”")
    ),
    "text": journal.register("agenda.text", _("changed the explanation of “%(point)s”")),
    "proposer": journal.register("agenda.proposer", _("changed who proposes “%(point)s”")),
    "area": journal.register("agenda.area", _("changed the area of “%(point)s”")),
    "is_open": journal.register("agenda.open", _("changed who may attend “%(point)s”")),
    "minutes": journal.register("agenda.minutes", _("changed the minutes of “%(point)s”")),
    "outcome": journal.register("agenda.outcome", _("changed the expected outcome of “%(point)s”")),
    "speakers": journal.register("agenda.speakers", _("changed the speakers to “%(point)s”")),
}


# --- writing ----------------------------------------------------------------------------


@transaction.atomic
def begin_agenda(meeting: Meeting, *, reports: Sequence[Body] = (), by: User) -> Agenda:
    """Begin a meeting's agenda with the usual points, one for each area and chosen report."""
    _must(can_edit_agenda(by, meeting))
    agenda = agenda_of(meeting)
    if agenda.items.exists():
        raise Refused(gettext("This agenda was begun already. Here it is."))
    head = [all_reports()] if len(reports) > 1 else [report_of(body) for body in reports]
    for position, item in enumerate(usual_points(meeting, head), 1):
        item.agenda, item.position = agenda, position
        item.save()
    add_reports(agenda, reports)
    journal.record(agenda, BEGUN, by=by)
    _revise(agenda, by, _("The agenda was begun."))
    return agenda


def add_reports(agenda: Agenda, bodies: Iterable[Body]) -> None:
    """Add a point for the report of each body that has none, in their order.

    They stand beneath the point for reports, which comes to the end where there is none yet;
    a single one stands by itself.
    """
    listed = agenda.items.listed()
    titles = set(listed.values_list("title", flat=True))
    fresh = [item for item in map(report_of, bodies) if item.title not in titles]
    parent = listed.filter(parent=None, title=all_reports().title).first()
    if parent is None and len(fresh) > 1:
        parent = all_reports()
        _append(agenda, None, [parent])
    _append(agenda, parent, fresh)


def _append(agenda: Agenda, parent: AgendaItem | None, items: Iterable[AgendaItem]) -> None:
    """Store new points at the end of those directly beneath one."""
    last = agenda.items.listed().filter(parent=parent).aggregate(last=Max("position"))["last"]
    for position, item in enumerate(items, (last or 0) + 1):
        item.agenda, item.parent, item.position = agenda, parent, position
        item.save()


@transaction.atomic
def agenda_of(meeting: Meeting) -> Agenda:
    """The meeting's agenda, held until the transaction ends; a new one where there is none."""
    Agenda.objects.get_or_create(meeting=meeting)
    return _held(Agenda.objects.get(meeting=meeting))


def _held(agenda: Agenda) -> Agenda:
    """The agenda as it is now, locked: whoever changes a point of it comes through here."""
    rows = Agenda.objects.select_for_update(of=("self",)).select_related("meeting__body")
    return rows.get(pk=agenda.pk)


def _must(allowed: bool) -> None:
    if not allowed:
        raise NotYours(gettext("This is not yours to do."))


def _open(agenda: Agenda) -> Agenda:
    """The locked agenda, as long as its points can still change."""
    agenda = _held(agenda)
    if agenda.status == Agenda.Status.ADOPTED:
        raise Refused(
            gettext(
                "The meeting has adopted this agenda, so its points stand. "
                "Propose a late addition instead."
            )
        )
    return agenda


def _revise(agenda: Agenda, by: User, because: Promise) -> None:
    """Count a new revision; keys given to the old one are dropped and told."""
    dropped = POINTS.revise(agenda, by=by, because=because)
    agenda.save()
    if agenda.status == Agenda.Status.AGREED:
        AGENDA.perform(agenda, "reopen", by=by)
    notifications.agenda_key_dropped(agenda, dropped, by, because)


def _order(agenda: Agenda) -> Order:
    return Order(agenda.items.listed())


def _spot(order: Order, to: str, item: AgendaItem | None = None) -> Spot:
    spot = order.spot(to, item)
    if spot is None:
        raise Refused(gettext("The point cannot stand there. Choose another place."))
    return spot


def _put(order: Order, item: AgendaItem, spot: Spot) -> None:
    """Store a point in its place and close or open the ranks around it."""
    row = [one for one in order.beneath(spot.parent) if one != item]
    row.insert(spot.index, item)
    item.parent = spot.parent
    for position, one in enumerate(row, 1):
        one.position = position
    item.save()
    AgendaItem.objects.bulk_update([one for one in row if one != item], ["position"])


@transaction.atomic
def add_point(
    agenda: Agenda, item: AgendaItem, *, to: str, speakers: Iterable[AgendaSpeaker], by: User
) -> AgendaItem:
    """Add a point to a provisional agenda. Raises Refused once every side has agreed to it."""
    agenda = _open(agenda)
    _must(can_edit_agenda(by, agenda.meeting))
    if agenda.is_settled:
        raise Refused(gettext("The agenda is agreed by now. Propose the point as a late addition."))
    order = _order(agenda)
    item.agenda = agenda
    _put(order, item, _spot(order, to))
    _write_speakers(item, speakers)
    journal.record(agenda, ADDED, by=by, point=item.title)
    _revise(agenda, by, _("A point was added."))
    return item


def _write_speakers(item: AgendaItem, speakers: Iterable[AgendaSpeaker]) -> None:
    item.speakers.all().delete()
    for position, speaker in enumerate(speakers, 1):
        speaker.item, speaker.position = item, position
        speaker.save()


@transaction.atomic
def change_point(
    item: AgendaItem, *, changes: Mapping[str, Any], revision: int, by: User
) -> AgendaItem:
    """Change a point. Every key given to the agenda is dropped, of a late point those to itself.

    Raises Refused when somebody else changed it since `revision` was read.
    """
    agenda = _held(item.agenda)
    row = _point(agenda, item)
    _must(can_edit_point(by, row))
    late = row.status == AgendaItem.Status.LATE
    if not late:
        _open(agenda)
    _same(row, revision)
    changed = [name for name, value in changes.items() if _stored(row, name) != _plain(value)]
    if not changed:
        return row
    before = row.title
    for name in changed:
        if name == "speakers":
            _write_speakers(row, changes[name])
        else:
            setattr(row, name, changes[name])
    for name in changed:
        verb = RENAMED if name == "title" else CHANGED[name]
        journal.record(agenda, verb, by=by, point=row.title, before=before)
    if late:
        LATE.revise(row, by=by, because=_("The proposed point was changed."))
        row.asked_at = timezone.now()
        row.save()
        notifications.late_point_proposed(row, by)
        return row
    row.revision += 1
    row.save()
    _revise(agenda, by, _("A point was changed."))
    return row


def _point(agenda: Agenda, item: AgendaItem) -> AgendaItem:
    """The point as it is now, of the agenda that is held. Raises Refused when it is gone."""
    row = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    row.agenda = agenda
    if row.status in {AgendaItem.Status.REMOVED, AgendaItem.Status.REJECTED}:
        raise Refused(gettext("Somebody took this point off the agenda since you opened it."))
    return row


def _same(row: AgendaItem, revision: int) -> None:
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this point since you opened it. Compare, then save again.")
        )


def _stored(row: AgendaItem, name: str) -> Any:
    return _plain(row.speakers.all()) if name == "speakers" else getattr(row, name)


def _plain(value: Any) -> Any:
    """Speakers as what they say, so that those typed compare with those stored."""
    if isinstance(value, (str, dict)) or not isinstance(value, Iterable):
        return value
    return [(one.name, one.person_id, one.party_id, one.minutes) for one in value]


@transaction.atomic
def move_point(item: AgendaItem, *, to: str, revision: int, by: User) -> AgendaItem:
    """Move a point: up, down, in, out, or beside another. `revision` is the agenda's.

    Raises Refused when the agenda changed meanwhile or the point cannot stand there.
    """
    agenda = _open(item.agenda)
    row = _point(agenda, item)
    _must(can_edit_point(by, row))
    if agenda.revision != revision:
        raise Refused(
            gettext(
                "Somebody changed the agenda since you opened it. "
                "Here it is as it stands now; move the point again."
            )
        )
    order = _order(agenda)
    row = order.items.get(row.pk, row)
    _put(order, row, _spot(order, to, row))
    journal.record(agenda, MOVED, by=by, point=row.title)
    _revise(agenda, by, _("A point was moved."))
    return row


@transaction.atomic
def remove_point(item: AgendaItem, *, revision: int, by: User) -> None:
    """Take a point off the agenda with what stands beneath it; all of it can be put back."""
    agenda = _open(item.agenda)
    row = _point(agenda, item)
    _same(row, revision)
    for one in _order(agenda).branch(row):
        POINT.perform(one, "remove", by=by)
        journal.record(agenda, REMOVED, by=by, point=one.title)
    _revise(agenda, by, _("A point was removed."))


@transaction.atomic
def restore_point(item: AgendaItem, *, by: User) -> None:
    """Put a removed point back: beneath its own one if that is there, else at the end."""
    agenda = _open(item.agenda)
    row = POINT.perform(item, "restore", by=by)
    order = _order(agenda)
    row = order.items[row.pk]
    _put(order, row, _back(order, row))
    journal.record(agenda, RESTORED, by=by, point=row.title)
    _revise(agenda, by, _("A point was put back."))


def _back(order: Order, row: AgendaItem) -> Spot:
    """Where a point comes back to; its old place as far as that is still there."""
    parent = order.items.get(row.parent_id)
    row_of = [one for one in order.beneath(parent) if one != row]
    return Spot(parent, min(row.position - 1, len(row_of)))


# --- agreeing ---------------------------------------------------------------------------


@transaction.atomic
def agree_agenda(agenda: Agenda, *, party: Party, revision: int, by: User) -> None:
    """Give a party's key to the agenda; the last key makes it agreed, any other awaits the rest."""
    agenda = _not_standing(agenda)
    if agenda.meeting.is_idea:  # one side's key would be every key there is
        raise Refused(gettext("This is an idea that was put to nobody. Propose it to all first."))
    if not agenda.items.listed().exists():
        raise Refused(gettext("The agenda is empty. Add at least one point."))
    POINTS.give(agenda, party=party, by=by, revision=revision)
    missing = POINTS.missing(agenda)
    if missing:
        notifications.agenda_key_awaited(agenda, missing, by, party)
    elif agenda.status == Agenda.Status.PROVISIONAL:
        AGENDA.perform(agenda, "agree", by=by)


@transaction.atomic
def take_back_agenda_key(agenda: Agenda, *, party: Party, by: User) -> None:
    """Take a party's key to the agenda back; what was agreed is provisional again."""
    agenda = _not_standing(agenda)
    POINTS.withdraw(agenda, party=party, by=by)
    if agenda.status == Agenda.Status.AGREED:
        AGENDA.perform(agenda, "reopen", by=by)


def _not_standing(agenda: Agenda) -> Agenda:
    """The locked agenda, as long as keys can be turned."""
    agenda = _held(agenda)
    if agenda.meeting.is_over:
        raise Refused(gettext("The meeting is over, so its agenda stands."))
    if agenda.status == Agenda.Status.ADOPTED:
        raise Refused(gettext("The meeting has adopted this agenda, so its keys stand."))
    return agenda


def ask_agenda_anew(meeting: Meeting, because: Promise, *, by: User) -> None:
    """Drop the keys to an agenda that is not adopted: other sides have to agree to it now."""
    agenda = Agenda.objects.filter(meeting=meeting).exclude(status=Agenda.Status.ADOPTED).first()
    if agenda:
        _revise(_held(agenda), by, because)


# --- late additions ---------------------------------------------------------------------


def no_late_additions(agenda: Agenda) -> list[str]:
    """Why nothing can be added late, in sentences; empty where it can."""
    meeting = agenda.meeting
    if meeting.is_over or meeting.status == Meeting.Status.CANCELLED:
        return [gettext("The meeting is over, so its agenda stands.")]
    if not agenda.is_settled:
        return [gettext("The agenda is not agreed yet. Add the point to it directly.")]
    if meeting.series == Meeting.Series.EXTRAORDINARY:
        return [
            gettext(
                "An extraordinary meeting is limited to the points it was called for, "
                "so nothing is added. Take it to the next ordinary meeting."
            )
        ]
    return []


@transaction.atomic
def propose_late_point(
    agenda: Agenda, item: AgendaItem, *, to: str, speakers: Iterable[AgendaSpeaker], by: User
) -> AgendaItem:
    """Propose a point for an agreed agenda; the keys to the agenda stand meanwhile."""
    agenda = _held(agenda)
    _must(item.proposer_id in proposing_sides(by, agenda.meeting))
    sentences = no_late_additions(agenda)
    if sentences:
        raise Refused(*sentences)
    spot = _spot(_order(agenda), to)
    item.agenda, item.parent, item.position = agenda, spot.parent, spot.index + 1
    item.asked_at = timezone.now()
    item.save()
    _write_speakers(item, speakers)
    journal.record(agenda, PROPOSED, by=by, party=item.proposer, point=item.title)
    notifications.late_point_proposed(item, by)
    return item


@transaction.atomic
def agree_late_point(item: AgendaItem, *, party: Party, revision: int, by: User) -> None:
    """Give a party's key to a late point; the last key puts it on the agenda."""
    agenda = _held(item.agenda)
    row = _awaiting(item, agenda)
    LATE.give(row, party=party, by=by, revision=revision)
    if LATE.missing(row):
        return
    row = POINT.perform(row, "accept", by=by)
    order = _order(agenda)
    row = order.items[row.pk]
    _put(order, row, _back(order, row))
    journal.record(agenda, JOINED, by=by, party=party, point=row.title)
    if agenda.status == Agenda.Status.PROVISIONAL:
        _revise(agenda, by, _("A late point joined the agenda."))
    notifications.late_point_answered(row, by)


@transaction.atomic
def take_back_late_key(item: AgendaItem, *, party: Party, by: User) -> None:
    """Take a party's key to a late point back, as long as it has not joined the agenda."""
    LATE.withdraw(_awaiting(item, _held(item.agenda)), party=party, by=by)


def _awaiting(item: AgendaItem, agenda: Agenda) -> AgendaItem:
    row = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    row.agenda = agenda
    if row.status != AgendaItem.Status.LATE:
        raise Refused(gettext("This point has been answered already."))
    return row


# --- own notes --------------------------------------------------------------------------


@transaction.atomic
def write_note(item: AgendaItem, *, party: Party, text: str, revision: int, by: User) -> AgendaNote:
    """Write what a side notes on a point for itself; nothing that is shared changes by it.

    `revision` is that of the note that was read, 0 for none. Raises Refused when a colleague
    of the same side changed it meanwhile.
    """
    _must(party.pk in sides_at(by, item.agenda.meeting))
    AgendaNote.objects.get_or_create(item=item, party=party, defaults={"revision": 0})
    note = AgendaNote.objects.select_for_update(of=("self",)).get(item=item, party=party)
    if note.revision != revision:
        raise Refused(
            gettext("A colleague changed this note since you opened it. Compare, then save again.")
        )
    note.text = text
    note.revision += 1
    note.save()
    journal.record(item.agenda, NOTED, by=by, party=party, private_to=party, point=item.title)
    return note
