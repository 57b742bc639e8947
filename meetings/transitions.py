"""Every status of meetings, sittings and action items, and what needs every side's key."""

from collections.abc import Iterator

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications, permissions
from meetings.models import ActionItem, Meeting, Sitting
from portal.agreement import Agreement
from portal.workflow import Transition, Workflow

# --- keys -----------------------------------------------------------------------------

DATES = Agreement(
    "dates",
    words=_("Dates and place"),
    parties=lambda meeting: meeting.sides(),
    office=permissions.dates_office,
)
CLOSING = Agreement(
    "closing",
    words=_("Closing as done"),
    parties=lambda item: item.sides(),
    office=permissions.closing_office,
)

# --- meetings -------------------------------------------------------------------------


def _not_ready_to_announce(meeting: Meeting) -> Iterator[str]:
    if not meeting.sides():
        yield gettext("No side has a seat in this body on the first day. Choose other days first.")
    yield from DATES.missing_sentences(meeting)
    for party in meeting.parties_without_chair():
        yield gettext("%(party)s has no co-chair in office. Appoint one first.") % {
            "party": party.label
        }
    if not meeting.sittings.taking_place().exists():
        yield gettext("The programme is empty. Add at least one sitting.")


def _not_begun(meeting: Meeting) -> Iterator[str]:
    first = meeting.sittings.taking_place().order_by("starts_at").first()
    if first and first.starts_at > timezone.now():
        yield gettext("The first sitting has not begun yet.")


def _announce(meeting: Meeting, by, reason: str) -> None:
    if meeting.is_off:
        _tell_calendars(meeting)
    meeting.was_announced = True
    meeting.reason = ""


def _call_off(meeting: Meeting, by, reason: str) -> None:
    _tell_calendars(meeting)
    meeting.reason = reason


def _tell_calendars(meeting: Meeting) -> None:
    """Have every client take the sittings anew: called off, or on again."""
    meeting.sittings.update(sequence=F("sequence") + 1)


MEETING = Workflow(
    "meeting",
    Transition(
        "agree",
        label=_("Agree on the dates"),
        done=_("completed the keys: dates and place are agreed"),
        sources=("proposed", "counter_proposed"),
        target="agreed",
        may=lambda user, meeting: bool(DATES.parties_of(meeting, user)),
        blockers=DATES.missing_sentences,
        automatic=True,
    ),
    Transition(
        "reopen",
        label=_("Reopen the dates"),
        done=_("opened dates and place again"),
        sources=("agreed",),
        target="proposed",
        may=lambda user, meeting: True,  # follows from an edit or a key taken back
        automatic=True,
    ),
    Transition(
        "announce",
        label=_("Announce the meeting"),
        done=_("announced the meeting"),
        sources=("proposed", "counter_proposed", "agreed", "postponed"),
        target="announced",
        may=permissions.can_run,
        blockers=_not_ready_to_announce,
        change=_announce,
        tell=lambda meeting, by, reason: notifications.meeting_announced(meeting),
        tone="main",
    ),
    Transition(
        "begin",
        label=_("Begin the meeting"),
        done=_("began the meeting"),
        sources=("announced",),
        target="in_session",
        may=permissions.can_run,
        blockers=_not_begun,
        tone="main",
    ),
    Transition(
        "conclude",
        label=_("Mark as held"),
        done=_("marked the meeting as held"),
        sources=("announced", "in_session"),
        target="held",
        may=permissions.can_run,
        blockers=_not_begun,
    ),
    Transition(
        "close",
        label=_("Close the meeting"),
        done=_("closed the meeting"),
        sources=("held",),
        target="closed",
        may=permissions.can_run,
    ),
    Transition(
        "postpone",
        label=_("Postpone"),
        done=_("postponed the meeting"),
        sources=("proposed", "counter_proposed", "agreed", "announced"),
        target="postponed",
        may=permissions.can_run,
        change=_call_off,
        tell=lambda meeting, by, reason: notifications.meeting_called_off(meeting, reason),
        tone="danger",
        asks_reason=True,
        warning=_("Everybody in office and everybody registered is told, with your reason."),
    ),
    Transition(
        "cancel",
        label=_("Cancel the meeting"),
        done=_("cancelled the meeting"),
        sources=("proposed", "counter_proposed", "agreed", "announced", "postponed"),
        target="cancelled",
        may=permissions.can_run,
        change=_call_off,
        tell=lambda meeting, by, reason: notifications.meeting_called_off(meeting, reason),
        tone="danger",
        asks_reason=True,
        warning=_(
            "Everybody in office and everybody registered is told, with your reason. "
            "The number stays taken."
        ),
    ),
    url_name="meeting-do",
)


# --- sittings -------------------------------------------------------------------------


def _raise_sequence(sitting: Sitting, by, reason: str) -> None:
    sitting.sequence += 1


SITTING = Workflow(
    "sitting",
    Transition(
        "cancel",
        label=_("Cancel this sitting"),
        done=_("cancelled the sitting"),
        sources=("planned",),
        target="cancelled",
        may=permissions.can_run_sitting,
        change=_raise_sequence,
        tone="danger",
        asks_reason=True,
        warning=_("It stays in the programme, struck out, and its room becomes free."),
    ),
    url_name="sitting-do",
)

# --- action items ---------------------------------------------------------------------


def _close(item: ActionItem, by, reason: str) -> None:
    item.closed_at = timezone.now()


def _reopen(item: ActionItem, by, reason: str) -> None:
    item.closed_at = None
    dropped = CLOSING.revise(item, by=by, because=reason)
    notifications.closing_key_dropped(item, dropped, by, reason)


ITEM = Workflow(
    "item",
    Transition(
        "close",
        label=_("Close"),
        done=_("closed the item with the last key"),
        sources=("open",),
        target="done",
        may=lambda user, item: bool(CLOSING.parties_of(item, user)),
        blockers=CLOSING.missing_sentences,
        change=_close,
        automatic=True,
    ),
    Transition(
        "reopen",
        label=_("Reopen"),
        done=_("reopened the item"),
        sources=("done",),
        target="open",
        may=permissions.can_reopen,
        change=_reopen,
        tone="danger",
        asks_reason=True,
        warning=_("Every side's key is dropped, and the item is open for all again."),
    ),
    url_name="item-do",
)
