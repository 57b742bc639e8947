"""Naming, adding and changing bodies: what any secretary does, and what is one side's own."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Body, BodyParty
from meetings.permissions import can_speak_for
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
    if "parent" in changed and row.has_met:
        raise Refused(
            gettext("This body has met, so its place takes the key of every side. Propose it.")
        )
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
