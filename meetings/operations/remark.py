"""Adding, changing and removing what must be known to read the record right."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Body, Remark
from meetings.operations.figure import whose
from meetings.permissions import can_keep_remark
from portal import journal
from portal.constraints import violations_explained
from portal.models import Entry, User
from portal.refusal import NotYours, Refused

ADDED = journal.register("remark.added", _("added the remark “%(remark)s”"))
CHANGED = journal.register(
    "remark.changed", _("changed a remark; before: “%(before)s”, now: “%(after)s”")
)
REMOVED = journal.register("remark.removed", _("removed the remark “%(remark)s”"))


@transaction.atomic
def add_remark(remark: Remark, *, by: User) -> Remark:
    """Add a remark to a body, or to one of its meetings. Raises NotYours."""
    body = Body.objects.select_for_update(of=("self",)).get(pk=remark.body_id)
    _refuse_anothers(remark, by)
    remark.order = (body.remarks.aggregate(last=Max("order"))["last"] or 0) + 1
    _store(remark)
    _tell(remark, _record(remark, ADDED, by, remark=_words(remark)), by)
    return remark


@transaction.atomic
def change_remark(remark: Remark, *, changes: Mapping[str, Any], by: User) -> Remark:
    """Change what a remark says, or its source. Raises NotYours, Refused."""
    row = _locked(remark)
    _refuse_anothers(row, by)
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = _words(row)
    for name, value in changed.items():
        setattr(row, name, value)
    _refuse_anothers(row, by)
    _store(row)
    _tell(row, _record(row, CHANGED, by, before=before, after=_words(row)), by)
    return row


@transaction.atomic
def remove_remark(remark: Remark, *, by: User) -> None:
    """Take a remark away; the history keeps its words. Raises NotYours, Refused."""
    row = _locked(remark)
    _refuse_anothers(row, by)
    entry = _record(row, REMOVED, by, remark=_words(row))
    row.delete()
    _tell(row, entry, by)


def _locked(remark: Remark) -> Remark:
    row = Remark.objects.select_for_update(of=("self",)).filter(pk=remark.pk).first()
    if row is None:
        raise Refused(gettext("Somebody removed this remark meanwhile. Add it anew if need be."))
    return row


def _store(remark: Remark) -> None:
    with violations_explained(Remark):
        remark.save()


def _refuse_anothers(remark: Remark, by: User) -> None:
    if not can_keep_remark(by, remark):
        raise NotYours(whose(remark.party))


def _words(remark: Remark) -> str:
    return " · ".join(part for part in (remark.text, remark.source) if part)


def _record(row: Remark, verb: str, by: User, **facts: str) -> Entry:
    """In the history of what it is about: a side keeps that of its own meetings to itself."""
    return journal.record(row.meeting or row.body, verb, by=by, **facts)


def _tell(remark: Remark, entry: Entry, by: User) -> None:
    """Every other side, unless the meeting is one that a side keeps to itself."""
    if remark.meeting is None or remark.meeting.kept_by is None:
        notifications.body_changed(remark.body, [entry], by=by)
