"""The two steps of a dossier: what it would do, and doing it. All of it or nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.dossier.bringing import Bringing
from meetings.dossier.reading import read
from meetings.dossier.rights import Rights
from meetings.dossier.row import CHANGED, NEW, WRONG, Row, counted, fingerprint
from meetings.models import Appointment, Body, DossierUpload
from meetings.permissions import can_bring_in
from portal import journal
from portal.models import User
from portal.refusal import NotYours, Refused

BROUGHT_IN = journal.register(
    "body.brought_in",
    gettext_lazy("brought in a dossier: new rows %(new)s, changed rows %(changed)s"),
)
MEETING_BROUGHT_IN = journal.register("meeting.brought_in", gettext_lazy("changed it by a dossier"))
LOCK = 20260901  # of two dossiers that come in at once the second waits


@dataclass(frozen=True)
class Outcome:
    """What a dossier would do, or has done, to each row."""

    rows: list[Row]

    @property
    def counts(self) -> dict[str, int]:
        return counted(self.rows)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.rows)

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.state == WRONG]

    @property
    def changes_nothing(self) -> bool:
        return not any(row.state in (NEW, CHANGED) for row in self.rows)


class _TakenBackError(Exception):
    """Ends the transaction of a preview."""


def preview(content: bytes, rights: Rights) -> Outcome:
    """What an import would do: the same writing, taken back.

    Raises Unreadable for what is no dossier, NotYours for who may bring in none.
    """
    _permit(rights)
    dossier = read(content)
    rows: list[Row] = []
    try:
        with transaction.atomic():
            rows = Bringing(dossier, rights).run()
            raise _TakenBackError
    except _TakenBackError:
        return Outcome(rows)
    except OperationalError as error:
        raise Refused(_busy()) from error


def import_dossier(content: bytes, rights: Rights, *, seen: str = "") -> Outcome:
    """Bring a dossier in. `seen` is the fingerprint of the preview that was read.

    Raises Refused with the wrong rows, or when the preview would be another one by now.
    """
    _permit(rights)
    dossier = read(content)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            bringing = Bringing(dossier, rights)
            outcome = Outcome(bringing.run())
            _check(outcome, seen)
            _write_down(bringing, outcome)
            return outcome
    except OperationalError as error:
        raise Refused(_busy()) from error


def _busy() -> str:
    return _("Somebody is working on the same rows. Wait a moment, then try again.")


def _permit(rights: Rights) -> None:
    if not rights.is_command and not can_bring_in(rights.user):
        raise NotYours(_("A dossier is brought in by the neutral secretariat of a commission."))


def _check(outcome: Outcome, seen: str) -> None:
    wrong = outcome.wrong
    if wrong:
        words = ngettext(
            "%(number)d row is wrong. Nothing was brought in.",
            "%(number)d rows are wrong. Nothing was brought in.",
            len(wrong),
        )
        raise Refused(words % {"number": len(wrong)}, *sentences(wrong[:20]))
    if seen and seen != outcome.fingerprint:
        raise Refused(
            _("The portal has changed since you looked. Look again at what would come in.")
        )


def sentences(rows: list[Row]) -> list[str]:
    """Where each row stands and what is wrong with it."""
    return [f"{row.where}: {row.reason}" for row in rows]


# --- between the two steps, on the page -------------------------------------------------


@transaction.atomic
def keep(content: bytes, *, name: str, by: User) -> DossierUpload:
    """Read a dossier and keep it with its preview for the second step."""
    forget_expired(timezone.now())
    outcome = preview(content, Rights(by))
    name = name[:255]
    DossierUpload.objects.filter(user=by, name=name).delete()  # the same file, mended
    return DossierUpload.objects.create(
        user=by,
        name=name,
        content=content,
        rows=[row.stored() for row in outcome.rows],
        fingerprint=outcome.fingerprint,
    )


@transaction.atomic
def look_again(upload: DossierUpload) -> DossierUpload:
    """Preview a kept dossier anew."""
    outcome = preview(bytes(upload.content), Rights(upload.user))
    upload.rows = [row.stored() for row in outcome.rows]
    upload.fingerprint = outcome.fingerprint
    upload.save(update_fields=["rows", "fingerprint"])
    return upload


@transaction.atomic
def bring_in_kept(upload: DossierUpload, *, by: User) -> Outcome:
    """The second step: bring in what was previewed, and forget the file.

    Raises Refused when it was brought in already, or the preview would be another one by now.
    """
    row = DossierUpload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is None:
        raise Refused(_("This dossier has been brought in already."))
    outcome = import_dossier(bytes(row.content), Rights(by), seen=row.fingerprint)
    row.delete()
    return outcome


def forget_expired(now: datetime) -> None:
    """Forget the dossiers that nobody brought in within a day."""
    DossierUpload.objects.expired(now).delete()


# --- who did it -----------------------------------------------------------------------


def _write_down(bringing: Bringing, outcome: Outcome) -> None:
    """The journal of each body and meeting; whoever brings in a commission can go on with it."""
    touched: dict[str, Counter] = {}
    for row in outcome.rows:
        if row.state in (NEW, CHANGED) and row.body and not row.is_private:
            touched.setdefault(row.body, Counter())[row.state] += 1
    by: dict[str, Any] = {"by": bringing.rights.user}
    by["name"] = "" if bringing.rights.user else "Operator"
    for body in Body.objects.filter(code__in=touched):
        count = touched[body.code]
        journal.record(body, BROUGHT_IN, **by, new=count[NEW], changed=count[CHANGED])
    for meeting in bringing.engine.touched.values():
        journal.record(meeting, MEETING_BROUGHT_IN, **by, private_to=meeting.side)
    _serve(bringing)


def _serve(bringing: Bringing) -> None:
    """Make whoever brings in a new commission its neutral secretary, if it names none."""
    rights = bringing.rights
    if rights.is_unlimited:
        return
    for body in Body.objects.filter(pk__in=bringing.engine.fresh, parent=None):
        neutral = body.appointments.secretaries().filter(party=None)
        if not neutral.exists():
            Appointment.objects.create(
                body=body,
                person=rights.user.person,
                office=Appointment.Office.SECRETARY,
                since=timezone.localdate(),
            )
