"""Naming, adding and changing bodies: what any secretary does, and what takes every side's key."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Appointment, Body, BodyChange, BodyParty
from meetings.permissions import can_decide_for_all, can_speak_for
from meetings.transitions import BODY, BODY_CHANGE, CHANGE
from portal import journal
from portal.constraints import violations_explained
from portal.languages import language_name
from portal.models import Entry, Party, User
from portal.refusal import NotYours, Refused

ADDED = journal.register("body.added", _("added the body"))
ADDED_BENEATH = journal.register("body.added_beneath", _("added a body beneath: %(body)s"))
RENAMED = journal.register(
    "body.renamed", _("renamed the body from %(day)s: “%(before)s” is now “%(after)s”")
)
CHANGED = journal.register(
    "body.changed", _("changed: %(what)s; before: “%(before)s”, now: “%(after)s”")
)
SIDE_CHANGED = journal.register(
    "body.side_changed",
    _("changed for %(side)s: %(what)s; before: “%(before)s”, now: “%(after)s”"),
)
PROPOSED = journal.register("body.proposed", _("proposed to the sides: %(change)s"))
SEATED = journal.register("body.seated", _("gave %(side)s a seat from %(day)s"))
LEFT = journal.register("body.left", _("ended the seat of %(side)s after %(day)s"))
PUBLISHED = journal.register("body.published", _("made the body known to the public"))
HIDDEN = journal.register("body.hidden", _("hid the body from the public"))

ONE_DAY = timedelta(days=1)


# --- names, kind, place in the tree ---------------------------------------------------


@transaction.atomic
def add_body(body: Body, *, parties: Iterable[Party], by: User) -> Body:
    """Store a new body beneath another, with a seat for each of the parties."""
    with violations_explained(Body):
        body.save()
    for order, party in enumerate(parties, 1):
        BodyParty.objects.create(body=body, party=party, order=order)
    journal.record(body, ADDED, by=by)
    entry = journal.record(body.parent, ADDED_BENEATH, by=by, body=body.name)
    notifications.body_changed(body.parent, [entry], by=by)
    return body


@transaction.atomic
def change_body(
    body: Body, *, changes: Mapping[str, Any], renamed_on: date | None, revision: int, by: User
) -> Body:
    """Change what all sides call and know of a body; the other sides are told at once.

    With `renamed_on`, the first day of a new name, the old one is kept for the time before;
    without it the present name is corrected. Raises Refused when somebody else changed the body
    since `revision` was read.
    """
    row = Body.objects.select_for_update(of=("self",)).get(pk=body.pk)
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this body since you opened it. Compare, then save again.")
        )
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in changed}
    if renamed_on and {"name", "names"} & set(changed):
        remember_name(row, renamed_on)
    for name, value in changed.items():
        setattr(row, name, value)
    row.revision += 1
    with violations_explained(Body):
        row.save()
    entries = [_entry(row, name, before[name], renamed_on, by) for name in changed]
    notifications.body_changed(row, entries, by=by)
    return row


def remember_name(row: Any, day: date) -> None:
    """Keep the name that a body or an area bore until the day before. Raises Refused."""
    if day > timezone.localdate():
        raise Refused(
            gettext("A new name is entered once it holds. Choose today or an earlier day.")
        )
    last = (day - ONE_DAY).isoformat()
    if row.former and row.former[-1]["until"] >= last:
        raise Refused(
            gettext("It bore another name until %(day)s. Choose a later day.")
            % {"day": row.former[-1]["until"]}
        )
    row.former = [*row.former, {"until": last, "name": row.name, "names": row.names}]


def _entry(row: Body, name: str, before: Any, renamed_on: date | None, by: User) -> Entry:
    if name == "name" and renamed_on:
        return journal.record(
            row, RENAMED, by=by, day=renamed_on, before=before, after=getattr(row, name)
        )
    return journal.record(
        row,
        CHANGED,
        by=by,
        what=row._meta.get_field(name).verbose_name,
        before=_shown(row, name, before),
        after=_shown(row, name, getattr(row, name)),
    )


def _shown(row: Body, name: str, value: Any) -> Any:
    """A value as the history tells it."""
    field = row._meta.get_field(name)
    if value in (None, "", {}):
        return _("none")
    if field.choices:
        return dict(field.flatchoices)[value]
    return names_in_words(value) if isinstance(value, Mapping) else value


def names_in_words(names: Mapping[str, str]) -> str:
    """Names per language on one line."""
    return " · ".join(f"{language_name(code)}: {name}" for code, name in names.items())


# --- what belongs to one side ---------------------------------------------------------


@transaction.atomic
def change_seat(seat: BodyParty, *, changes: Mapping[str, Any], by: User) -> BodyParty:
    """Change what a side calls the body, or its lead ministry. Raises NotYours."""
    row = BodyParty.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if not can_speak_for(by, row.body, row.party):
        raise NotYours(gettext("Only %(party)s says this.") % {"party": row.party.label})
    entries = []
    for name, value in changes.items():
        before = getattr(row, name)
        if before == value:
            continue
        if name == "lead" and value and value.pk is None:
            value.save()
        setattr(row, name, value)
        entries.append(
            journal.record(
                row.body,
                SIDE_CHANGED,
                by=by,
                side=row.party.short_name,
                what=row._meta.get_field(name).verbose_name,
                before=_side_shown(before),
                after=_side_shown(value),
            )
        )
    row.save()
    notifications.body_changed(row.body, entries, by=by)
    return row


def _side_shown(value: Any) -> Any:
    if value in (None, "", {}):
        return _("none")
    return names_in_words(value) if isinstance(value, Mapping) else value


# --- what takes every side's key ------------------------------------------------------


@transaction.atomic
def propose_change(change: BodyChange, *, party: Party | None, by: User) -> BodyChange:
    """Put a change of the body to the sides, with the proposer's own key.

    Without a party it is the neutral secretariat that enters what the sides told it by note
    verbale: it is carried out at once, and every side is told.
    """
    change.proposer, change.by_name = party, by.name
    body = Body.objects.select_for_update(of=("self",)).get(pk=change.body_id)
    _refuse_without_effect(body, change)
    with violations_explained(BodyChange):
        change.save()
    if party is None:
        if not can_decide_for_all(by, body):
            raise NotYours(gettext("Only the neutral secretariat acts for all sides."))
        return _carry_out(change, by=by)
    journal.record(body, PROPOSED, by=by, change=change.label, reason=change.reason)
    return agree_change(change, party=party, revision=change.revision, by=by)


@transaction.atomic
def agree_change(change: BodyChange, *, party: Party, revision: int, by: User) -> BodyChange:
    """Give a party's key to a change; the last key carries it out, any other awaits the rest."""
    row = BodyChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.status != BodyChange.Status.OPEN:
        raise Refused(gettext("This proposal is no longer open."))
    BODY_CHANGE.give(row, party=party, by=by, revision=revision)
    missing = BODY_CHANGE.missing(row)
    if missing:
        notifications.body_key_awaited(row, missing)
        return row
    return _carry_out(row, by=by)


@transaction.atomic
def take_back_change_key(change: BodyChange, *, party: Party, by: User) -> None:
    """Take a party's key to an open change back."""
    row = BodyChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.status != BodyChange.Status.OPEN:
        raise Refused(gettext("This proposal is no longer open."))
    BODY_CHANGE.withdraw(row, party=party, by=by)


def _carry_out(change: BodyChange, *, by: User) -> BodyChange:
    body = Body.objects.select_for_update(of=("self",)).get(pk=change.body_id)
    _refuse_without_effect(body, change)
    if change.kind in BODY.transitions:
        _change_standing(body, change, by)
    else:
        entry = EFFECTS[change.kind](body, change, by)
        body.revision += 1
        body.save()
        notifications.body_changed(body, [entry], by=None)
    return CHANGE.perform(change, "carry_out", by=by)


def _change_standing(body: Body, change: BodyChange, by: User) -> None:
    """Every side's key is the right to it; the neutral secretariat has one of its own."""
    actor, name = _who(change, by)
    BODY.perform(body, change.kind, by=actor, by_name=name, reason=change.reason)


def _who(change: BodyChange, by: User) -> tuple[User | None, str]:
    """Who did it, for the history: the neutral secretariat by name, or all sides together."""
    if change.proposer_id is None:
        return by, ""
    return None, ", ".join(party.short_name for party in change.body.sides())


def _record(verb: str, body: Body, change: BodyChange, by: User, **facts: Any) -> Entry:
    actor, name = _who(change, by)
    return journal.record(body, verb, by=actor, name=name, reason=change.reason, **facts)


def _seat(body: Body, change: BodyChange, by: User) -> Entry:
    last = body.seats.order_by("order").last()
    with violations_explained(BodyParty):
        BodyParty.objects.create(
            body=body,
            party=change.party,
            order=last.order + 1 if last else 1,
            since=change.day,
        )
    return _record(SEATED, body, change, by, side=change.party.short_name, day=change.day)


def _unseat(body: Body, change: BodyChange, by: User) -> Entry:
    """End the seat, and the side's offices in the body with it."""
    seat = _lasting_seat(body, change)
    seat.until = change.day
    with violations_explained(BodyParty):
        seat.save()
    body.appointments.filter(party=change.party, since__gt=change.day).delete()
    held = Appointment.objects.on(change.day).filter(body=body, party=change.party)
    held.update(until=change.day)
    return _record(LEFT, body, change, by, side=change.party.short_name, day=change.day)


def _publish(body: Body, change: BodyChange, by: User) -> Entry:
    body.is_public = True
    return _record(PUBLISHED, body, change, by)


def _hide(body: Body, change: BodyChange, by: User) -> Entry:
    body.is_public = False
    return _record(HIDDEN, body, change, by)


EFFECTS = {"join": _seat, "leave": _unseat, "publish": _publish, "hide": _hide}


def _lasting_seat(body: Body, change: BodyChange) -> BodyParty | None:
    """The party's seat on the day of the change."""
    return next((seat for seat in body.seats.filter(party=change.party).on(change.day)), None)


def _refuse_without_effect(body: Body, change: BodyChange) -> None:
    """Say at once, and not at the last key, that a change would change nothing."""
    sentence = None
    if change.kind == "join" and _sits_from(body, change):
        sentence = gettext("%(party)s has a seat then already.") % {"party": change.party.label}
    elif change.kind == "leave" and _lasting_seat(body, change) is None:
        sentence = gettext("%(party)s has no seat on that day.") % {"party": change.party.label}
    elif change.kind in ("publish", "hide") and body.is_public == (change.kind == "publish"):
        sentence = gettext("That is how it is already.")
    elif change.kind in BODY.transitions and _stands_apart(body, change):
        sentence = gettext("This body is “%(status)s”, so that is not possible now.") % {
            "status": body.get_status_display()
        }
    if sentence:
        raise Refused(sentence)


def _sits_from(body: Body, change: BodyChange) -> bool:
    seats = body.seats.filter(party=change.party)
    return any(seat.until is None or seat.until >= change.day for seat in seats)


def _stands_apart(body: Body, change: BodyChange) -> bool:
    return body.status not in BODY.transitions[change.kind].sources
