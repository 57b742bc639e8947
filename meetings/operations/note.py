"""The register of notes verbales: recording and correcting."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import NoteVerbale
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.refusal import Refused

RECORDED = journal.register("note.recorded", _("entered the note in the register"))
CORRECTED = journal.register(
    "note.corrected", _("corrected the note, %(field)s: %(before)s → %(after)s")
)

NUMBERED = frozenset({"sender", "addressee", "reference", "dated"})


@transaction.atomic
def record_note(note: NoteVerbale, *, by: User) -> NoteVerbale:
    """Enter a note that passed between the sides, once in what the own side knows."""
    _once(note, by)
    with violations_explained(NoteVerbale):
        note.save()
    journal.record(note, RECORDED, by=by)
    return note


@transaction.atomic
def correct_note(note: NoteVerbale, *, changes: Mapping[str, Any], by: User) -> NoteVerbale:
    """Correct what the register says of a note; what stood there before is kept in its history."""
    row = NoteVerbale.objects.select_for_update(of=("self",)).get(pk=note.pk)
    found = {name: getattr(row, name) for name in changes if getattr(row, name) != changes[name]}
    before = {name: _words(row, name) for name in found}
    for name in found:
        setattr(row, name, changes[name])
    if NUMBERED.intersection(found):
        _once(row, by)
    with violations_explained(NoteVerbale):
        row.save()
    for name in found:
        journal.record(
            row,
            CORRECTED,
            by=by,
            field=NoteVerbale._meta.get_field(name).verbose_name,
            before=before[name],
            after=_words(row, name),
        )
    return row


def _once(note: NoteVerbale, by: User) -> None:
    """Refuse a number and date that the register has already, as far as the user knows it.

    A note between two others is neither found nor betrayed by this.
    """
    known = NoteVerbale.objects.visible_to(by).filter(
        body=note.body_id, sender=note.sender_id, reference=note.reference, dated=note.dated
    )
    if known.exclude(pk=note.pk).exists():
        raise Refused(gettext("A note of this number and date is in the register."))


def _words(note: NoteVerbale, name: str) -> str:
    if name == "in_reply_to" and not _known_alike(note.in_reply_to, note):
        return "…"  # the history is read by sides for whom that note does not exist
    display = getattr(note, f"get_{name}_display", None)
    value = display() if display else getattr(note, name)
    return "–" if value in (None, "") else str(value)


def _known_alike(other: NoteVerbale | None, note: NoteVerbale) -> bool:
    """Whether all who know one note know the other too."""
    if other is None or other.addressee_id is None:
        return True
    return {other.sender_id, other.addressee_id} == {note.sender_id, note.addressee_id}
