"""Adding, changing and removing the figures of a body."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Body, Figure
from meetings.operations.body import names_in_words
from meetings.permissions import can_keep_figure
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import NotYours, Refused

ADDED = journal.register("figure.added", _("added the figure “%(figure)s”: %(value)s"))
CHANGED = journal.register(
    "figure.changed",
    _("changed the figure “%(figure)s”: %(what)s; before: “%(before)s”, now: “%(after)s”"),
)
REMOVED = journal.register("figure.removed", _("removed the figure “%(figure)s”: %(value)s"))


@transaction.atomic
def add_figure(figure: Figure, *, by: User) -> Figure:
    """Add a figure at the end of its body's list. Raises NotYours."""
    body = Body.objects.select_for_update(of=("self",)).get(pk=figure.body_id)
    _refuse_anothers(figure, by)
    figure.order = (body.figures.aggregate(last=Max("order"))["last"] or 0) + 1
    _store(figure)
    entry = journal.record(body, ADDED, by=by, figure=str(figure), value=_value(figure))
    notifications.body_changed(body, [entry], by=by)
    return figure


@transaction.atomic
def change_figure(figure: Figure, *, changes: Mapping[str, Any], by: User) -> Figure:
    """Change a figure field by field, each told to the other sides. Raises NotYours, Refused."""
    row = _locked(figure)
    _refuse_anothers(row, by)
    before = {name: getattr(row, name) for name, value in changes.items()}
    for name, value in changes.items():
        setattr(row, name, value)
    _refuse_anothers(row, by)
    _store(row)
    entries = [
        journal.record(
            row.body,
            CHANGED,
            by=by,
            figure=str(row),
            what=row._meta.get_field(name).verbose_name,
            before=_shown(before[name]),
            after=_shown(value),
        )
        for name, value in changes.items()
        if before[name] != value
    ]
    notifications.body_changed(row.body, entries, by=by)
    return row


@transaction.atomic
def remove_figure(figure: Figure, *, by: User) -> None:
    """Take a figure off the list; the history keeps its value. Raises NotYours, Refused."""
    row = _locked(figure)
    _refuse_anothers(row, by)
    entry = journal.record(row.body, REMOVED, by=by, figure=str(row), value=_value(row))
    row.delete()
    notifications.body_changed(row.body, [entry], by=by)


def _locked(figure: Figure) -> Figure:
    row = Figure.objects.select_for_update(of=("self",)).filter(pk=figure.pk).first()
    if row is None:
        raise Refused(gettext("Somebody removed this figure meanwhile. Add it anew if need be."))
    return row


def _store(figure: Figure) -> None:
    with violations_explained(Figure):
        figure.save()


def _refuse_anothers(figure: Figure, by: User) -> None:
    if not can_keep_figure(by, figure):
        raise NotYours(whose(figure.party))


def whose(party: Party | None) -> str:
    """Why somebody cannot write what another side says."""
    if party is None:
        return gettext("Only the secretariats of the body keep this.")
    return gettext("Only %(party)s says this.") % {"party": party.label}


def _value(figure: Figure) -> str:
    return f"{figure.value_words} {figure.unit}"


def _shown(value: Any) -> Any:
    if value in (None, "", {}):
        return _("none")
    if isinstance(value, Mapping):
        return names_in_words(value)
    return value.short_name if isinstance(value, Party) else str(value)
