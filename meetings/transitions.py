"""Every status of bodies, meetings, sittings and action items, and what needs every side's key."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications, permissions, timing
from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    Body,
    Meeting,
    Paper,
    Sitting,
    Timing,
    named_with_days,
)
from portal.agreement import Agreement
from portal.languages import in_source
from portal.workflow import Transition, Workflow

if TYPE_CHECKING:
    from portal.models import User

# --- keys -----------------------------------------------------------------------------

DATES = Agreement(
    "dates",
    words=_("Dates and place"),
    parties=lambda meeting: meeting.sides(),
    office=permissions.dates_office,
)
MOVE = Agreement(
    "move",
    words=_("Moving the meeting"),
    parties=lambda proposal: proposal.meeting.sides(),
    office=lambda user, proposal, party: permissions.dates_office(user, proposal.meeting, party),
)
WORDS = Agreement(
    "words",
    words=_("Title and description"),
    parties=lambda wording: wording.meeting.sides(),
    office=lambda user, wording, party: permissions.dates_office(user, wording.meeting, party),
)
FREE_NUMBER = Agreement(
    "free_number",
    words=_("Giving the number free"),
    parties=lambda meeting: meeting.sides(),
    office=permissions.dates_office,
)


def number_offered() -> Q:
    """Cancelled meetings whose number some side agreed to give free, and not yet every side."""
    cancelled = Q(status=Meeting.Status.CANCELLED, number__isnull=False, number_released=False)
    return cancelled & Q(FREE_NUMBER.given(Meeting))


BODY_CHANGE = Agreement(
    "body-change",
    words=_("A change of the body"),
    parties=lambda change: change.body.sides(),
    office=permissions.change_office,
)
CLOSING = Agreement(
    "closing",
    words=_("Closing as done"),
    parties=lambda item: item.sides(),
    office=permissions.closing_office,
)

# --- bodies ---------------------------------------------------------------------------


def _tell_of_body(body: Body, by: "User | None", reason: str) -> None:
    notifications.body_changed(body, notifications.latest_entries(body), by=by)


BODY = Workflow(
    "body",
    Transition(
        "convene",
        label=_("Mark as active"),
        done=_("marked the body as active"),
        answer=_("The body is active now."),
        sources=("never_convened", "dormant"),
        target="active",
        may=permissions.can_manage_body,
        tell=_tell_of_body,
    ),
    Transition(
        "rest",
        label=_("Mark as dormant"),
        done=_("marked the body as dormant"),
        answer=_("The body is dormant now. Every side is told."),
        sources=("active",),
        target="dormant",
        may=permissions.can_manage_body,
        tell=_tell_of_body,
        asks_reason=True,
        warning=_("It has not met for long. Every side is told, and any side wakes it again."),
    ),
    # These three follow from every side's key to a change, or from the neutral secretariat's act.
    Transition(
        "suspend",
        label=_("Suspend the body"),
        done=_("suspended the body"),
        sources=("never_convened", "active", "dormant"),
        target="suspended",
        may=permissions.can_decide_for_all,
        tell=_tell_of_body,
        asks_reason=True,
        automatic=True,
    ),
    Transition(
        "close",
        label=_("Close the body"),
        done=_("closed the body"),
        sources=("never_convened", "active", "dormant", "suspended"),
        target="closed",
        may=permissions.can_decide_for_all,
        tell=_tell_of_body,
        asks_reason=True,
        automatic=True,
    ),
    Transition(
        "reopen",
        label=_("Reopen the body"),
        done=_("reopened the body"),
        sources=("suspended", "closed"),
        target="active",
        may=permissions.can_decide_for_all,
        tell=_tell_of_body,
        asks_reason=True,
        automatic=True,
    ),
    url_name="body-do",
)

CHANGE = Workflow(
    "body_change",
    Transition(
        "carry_out",
        label=_("Carry out"),
        done=_("completed the keys to the change"),
        sources=("open",),
        target="done",
        may=lambda user, change: True,  # follows from the last key
        automatic=True,
    ),
    Transition(
        "decline",
        label=_("Decline"),
        done=_("declined the change"),
        answer=_("The change is declined. Every side is told."),
        sources=("open",),
        target="declined",
        may=permissions.can_decline_change,
        tell=lambda change, by, reason: notifications.body_change_ended(change, by, reason),
        tone="danger",
        asks_reason=True,
    ),
    Transition(
        "withdraw",
        label=_("Withdraw"),
        done=_("withdrew the change"),
        answer=_("The change is withdrawn."),
        sources=("open",),
        target="withdrawn",
        may=permissions.can_withdraw_change,
        tell=lambda change, by, reason: notifications.body_change_ended(change, by, reason),
    ),
    Transition(
        "lapse",
        label=_("Let it lapse"),
        done=_("let the change lapse: another one was agreed"),
        sources=("open",),
        target="lapsed",
        may=lambda user, change: True,
        tell=lambda change, by, reason: notifications.body_change_ended(change, by, reason),
        automatic=True,  # follows from another change with which it no longer fits
    ),
    url_name="body-change-do",
)


# --- meetings -------------------------------------------------------------------------


def _not_ready_to_announce(meeting: Meeting) -> Iterator[str]:
    if not meeting.is_exact:
        yield gettext("The days are not fixed yet: %(days)s. Propose exact days first.") % {
            "days": meeting.days_words
        }
    if not meeting.sides():
        yield gettext("No side has a seat in this body on the first day. Choose other days first.")
    if not meeting.body.may_meet:
        yield gettext("This body is “%(status)s”. Reopen it first.") % {
            "status": meeting.body.get_status_display()
        }
    yield from DATES.missing_sentences(meeting)
    for party in meeting.parties_without_chair():
        yield gettext("%(party)s has no co-chair in office. Appoint one first.") % {
            "party": party.label
        }
    if not meeting.sittings.taking_place().exists():
        yield gettext("The programme is empty. Add at least one sitting.")
    yield from _left_out(meeting)


def _left_out(meeting: Meeting) -> Iterator[str]:
    sittings = meeting.sittings.taking_place().select_related("area")
    outside = [one for one in sittings if meeting.is_exact and meeting.leaves_out(one)]
    if outside:
        yield ngettext(
            "%(sittings)s lies outside the days of the meeting (%(days)s). Move it in the "
            "programme, or propose other dates.",
            "%(sittings)s lie outside the days of the meeting (%(days)s). Move them in the "
            "programme, or propose other dates.",
            len(outside),
        ) % {"sittings": named_with_days(outside, meeting.zone), "days": meeting.days_words}


def _not_begun(meeting: Meeting) -> Iterator[str]:
    first = meeting.sittings.taking_place().order_by("starts_at").first()
    if first and first.starts_at > timezone.now():
        yield gettext("The first sitting has not begun yet.")


def _propose(meeting: Meeting, by: "User | None", reason: str) -> None:
    if meeting.series != Meeting.Series.NATIONAL:
        meeting.side = None  # from now on it is the affair of all sides
    timing.keep(meeting, Timing.Kind.PLANNED)


def _agree(meeting: Meeting, by: "User | None", reason: str) -> None:
    meeting.timings.filter(kind=Timing.Kind.PLANNED, reason="").exclude(
        **{name: getattr(meeting, name) for name in timing.KEPT}
    ).update(reason=in_source(_("Other days or another place were agreed.")))
    timing.keep(meeting, Timing.Kind.PLANNED)


def _announce(meeting: Meeting, by: "User | None", reason: str) -> None:
    if meeting.was_announced:
        _tell_calendars(meeting)
    meeting.was_announced = True
    meeting.reason = ""
    timing.keep(meeting, Timing.Kind.ANNOUNCED)


def _call_off(meeting: Meeting, by: "User | None", reason: str) -> None:
    _tell_calendars(meeting)
    if not meeting.is_off:
        timing.keep_as_lapsed(meeting, reason)
    _ask_no_longer(meeting, by)
    meeting.reason = reason


def _suspend(meeting: Meeting, by: "User | None", reason: str) -> None:
    meeting.reason = reason


def _resume(meeting: Meeting, by: "User | None", reason: str) -> None:
    meeting.reason = ""


def _conclude(meeting: Meeting, by: "User | None", reason: str) -> None:
    timing.keep_as_held(meeting)
    _ask_no_longer(meeting, by)


def _ask_no_longer(meeting: Meeting, by: "User | None") -> None:
    """What became of the meeting answers whatever was still put to the sides."""
    for proposal in meeting.proposals.open():
        PROPOSAL.perform(proposal, "replace", by=by)
    for wording in meeting.wordings.open():
        WORDING.perform(wording, "replace", by=by)


def _tell_calendars(meeting: Meeting) -> None:
    """Have every client take the sittings anew: called off, or on again."""
    meeting.sittings.update(sequence=F("sequence") + 1)


MEETING = Workflow(
    "meeting",
    Transition(
        "propose",
        label=_("Propose the dates"),
        done=_("proposed dates and place to the other sides"),
        sources=("idea", "postponed"),
        target="proposed",
        may=permissions.can_propose,
        change=_propose,
        automatic=True,  # follows from a proposal
    ),
    Transition(
        "counter_propose",
        label=_("Propose other dates"),
        done=_("answered with other dates or another place"),
        sources=("proposed", "counter_proposed", "agreed"),
        target="counter_proposed",
        may=permissions.can_propose,
        automatic=True,  # follows from a proposal of another side than the last
    ),
    Transition(
        "agree",
        label=_("Agree on the dates"),
        done=_("completed the keys: dates and place are agreed"),
        sources=("proposed", "counter_proposed"),
        target="agreed",
        may=lambda user, meeting: bool(DATES.parties_of(meeting, user)),
        blockers=DATES.missing_sentences,
        change=_agree,
        tell=lambda meeting, by, reason: notifications.dates_agreed(meeting),
        automatic=True,
    ),
    Transition(
        "reopen",
        label=_("Reopen the dates"),
        done=_("opened dates and place again"),
        sources=("agreed",),
        target="proposed",
        may=permissions.can_propose,
        automatic=True,  # follows from an edit or a key taken back
    ),
    Transition(
        "announce",
        label=_("Announce the meeting"),
        done=_("announced the meeting"),
        answer=_("The meeting is announced. Everybody in office is told."),
        sources=("agreed",),
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
        answer=_("The meeting is in session."),
        sources=("announced",),
        target="in_session",
        may=permissions.can_run,
        blockers=_not_begun,
        tone="main",
    ),
    Transition(
        "suspend",
        label=_("Suspend the meeting"),
        done=_("suspended the meeting"),
        answer=_("The meeting is suspended. Everybody in office is told."),
        sources=("in_session", "resumed"),
        target="suspended",
        may=permissions.can_run,
        change=_suspend,
        tell=lambda meeting, by, reason: notifications.meeting_suspended(meeting, reason),
        asks_reason=True,
        warning=_(
            "It keeps its number and is resumed later. Everybody in office is told, "
            "with your reason."
        ),
    ),
    Transition(
        "resume",
        label=_("Resume the meeting"),
        done=_("resumed the meeting"),
        answer=_("The meeting is resumed. Everybody in office is told."),
        sources=("suspended",),
        target="resumed",
        may=permissions.can_run,
        change=_resume,
        tell=lambda meeting, by, reason: notifications.meeting_resumed(meeting),
        tone="main",
    ),
    Transition(
        "conclude",
        label=_("Mark as held"),
        done=_("marked the meeting as held"),
        answer=_("The meeting is marked as held."),
        sources=("announced", "in_session", "suspended", "resumed"),
        target="held",
        may=permissions.can_run,
        blockers=_not_begun,
        change=_conclude,
    ),
    Transition(
        "close",
        label=_("Close the meeting"),
        done=_("closed the meeting"),
        answer=_("The meeting is closed."),
        sources=("held",),
        target="closed",
        may=permissions.can_run,
    ),
    Transition(
        "postpone",
        label=_("Postpone"),
        done=_("postponed the meeting"),
        answer=_("The meeting is postponed. Everybody in office and everybody registered is told."),
        sources=("proposed", "counter_proposed", "agreed", "announced", "suspended"),
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
        answer=_("The meeting is cancelled. Everybody in office and everybody registered is told."),
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

# --- proposals ------------------------------------------------------------------------

PROPOSAL = Workflow(
    "proposal",
    Transition(
        "accept",
        label=_("Accept the proposal"),
        done=_("accepted the proposal with the last key"),
        sources=("open",),
        target="accepted",
        may=permissions.can_answer,
        automatic=True,  # follows from the last key
    ),
    Transition(
        "reopen",
        label=_("Reopen the proposal"),
        done=_("opened the proposal again"),
        sources=("accepted",),
        target="open",
        may=permissions.can_answer,
        automatic=True,  # follows from a key taken back
    ),
    Transition(
        "replace",
        label=_("Replace the proposal"),
        done=_("replaced the proposal by another"),
        sources=("open", "accepted"),
        target="replaced",
        may=permissions.can_answer,
        automatic=True,  # follows from another proposal, or from what became of the meeting
    ),
    Transition(
        "decline",
        label=_("Decline"),
        done=_("declined the proposal"),
        answer=_("The proposal is declined. The other sides are told."),
        sources=("open",),
        target="declined",
        may=permissions.can_decline,
        tell=lambda proposal, by, reason: notifications.proposal_declined(proposal, by, reason),
        asks_reason=True,
        warning=_("The other sides read your reason. To offer other dates, propose them instead."),
    ),
    Transition(
        "withdraw",
        label=_("Withdraw the proposal"),
        done=_("withdrew the proposal"),
        answer=_("The proposal is withdrawn."),
        sources=("open",),
        target="withdrawn",
        may=permissions.can_withdraw,
        tell=lambda proposal, by, reason: notifications.proposal_withdrawn(proposal, by),
    ),
    url_name="proposal-do",
)

WORDING = Workflow(
    "wording",
    Transition(
        "accept",
        label=_("Accept the wording"),
        done=_("accepted the wording with the last key"),
        sources=("open",),
        target="accepted",
        may=permissions.can_answer,
        automatic=True,  # follows from the last key
    ),
    Transition(
        "replace",
        label=_("Replace the wording"),
        done=_("no longer asked for the keys to the wording"),
        sources=("open",),
        target="replaced",
        may=permissions.can_answer,
        automatic=True,  # follows from another wording, or from what became of the meeting
    ),
    Transition(
        "decline",
        label=_("Decline the wording"),
        done=_("declined the wording"),
        answer=_("The wording is declined. The other sides are told."),
        sources=("open",),
        target="declined",
        may=permissions.can_decline,
        tell=lambda wording, by, reason: notifications.words_ended(wording, by, reason),
        asks_reason=True,
        warning=_("The title and the description stay. The other sides read your reason."),
    ),
    Transition(
        "withdraw",
        label=_("Withdraw the wording"),
        done=_("withdrew the wording"),
        answer=_("The wording is withdrawn."),
        sources=("open",),
        target="withdrawn",
        may=permissions.can_withdraw,
        tell=lambda wording, by, reason: notifications.words_ended(wording, by, reason),
    ),
    url_name="wording-do",
)


# --- sittings -------------------------------------------------------------------------


def _raise_sequence(sitting: Sitting, by: "User | None", reason: str) -> None:
    sitting.sequence += 1


SITTING = Workflow(
    "sitting",
    Transition(
        "cancel",
        label=_("Cancel this sitting"),
        done=_("cancelled the sitting"),
        answer=_("The sitting is cancelled."),
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


def _close(item: ActionItem, by: "User | None", reason: str) -> None:
    item.closed_at = timezone.now()


def _reopen(item: ActionItem, by: "User", reason: str) -> None:
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
        answer=_("The item is open again."),
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

# --- agendas ----------------------------------------------------------------------------

POINTS = Agreement(
    "agenda",
    words=_("Agenda"),
    parties=lambda agenda: agenda.sides(),
    office=permissions.agenda_office,
)
LATE = Agreement(
    "late",
    words=_("Late addition to the agenda"),
    parties=lambda item: item.sides(),
    office=permissions.late_office,
)

SITS = ("in_session", "suspended", "resumed", "held")


def _not_ready_to_adopt(agenda: Agenda) -> Iterator[str]:
    if agenda.meeting.status not in SITS:
        yield gettext("The meeting has not begun. An agenda is adopted at the meeting.")
    if not agenda.items.listed().exists():
        yield gettext("The agenda is empty. Add at least one point.")
    yield from POINTS.missing_sentences(agenda)


AGENDA = Workflow(
    "agenda",
    Transition(
        "agree",
        label=_("Agree on the agenda"),
        done=_("completed the keys: the agenda is agreed"),
        sources=("provisional",),
        target="agreed",
        may=lambda user, agenda: bool(POINTS.parties_of(agenda, user)),
        blockers=POINTS.missing_sentences,
        automatic=True,
    ),
    Transition(
        "reopen",
        label=_("Reopen the agenda"),
        done=_("opened the agenda again"),
        sources=("agreed",),
        target="provisional",
        may=lambda user, agenda: True,  # follows from an edit or a key taken back
        automatic=True,
    ),
    Transition(
        "adopt",
        label=_("Record the agenda as adopted"),
        done=_("recorded that the meeting adopted the agenda"),
        answer=_("The agenda is recorded as adopted."),
        sources=("provisional", "agreed"),
        target="adopted",
        may=permissions.can_adopt_agenda,
        blockers=_not_ready_to_adopt,
        tone="main",
        warning=_("From then on its points stand; only a late addition with all keys joins them."),
    ),
    url_name="agenda-do",
)


def _still_asked(item: AgendaItem) -> Iterator[str]:
    if item.agenda.meeting.is_over:
        yield gettext("The meeting is over, so its agenda stands.")


POINT = Workflow(
    "point",
    Transition(
        "accept",
        label=_("Add to the agenda"),
        done=_("completed the keys: the late point joins the agenda"),
        sources=("late",),
        target="listed",
        may=lambda user, item: bool(LATE.parties_of(item, user)),
        blockers=LATE.missing_sentences,
        automatic=True,
    ),
    Transition(
        "reject",
        label=_("Do not add it"),
        done=_("did not agree to add the point"),
        answer=_("The point does not join the agenda. The side that proposed it is told."),
        sources=("late",),
        target="rejected",
        may=permissions.can_reject_late,
        blockers=_still_asked,
        tell=lambda item, by, reason: notifications.late_point_answered(item, by, reason),
        tone="danger",
        asks_reason=True,
        warning=_("The side that proposes it is told, with your reason."),
    ),
    Transition(
        "take_back",
        label=_("Take the proposal back"),
        done=_("took the proposed point back"),
        answer=_("The proposed point is taken back."),
        sources=("late",),
        target="rejected",
        may=permissions.can_take_back_late,
        blockers=_still_asked,
    ),
    Transition(
        "remove",
        label=_("Remove from the agenda"),
        done=_("removed the point"),
        sources=("listed",),
        target="removed",
        may=permissions.can_edit_point,
        automatic=True,  # with what stands beneath it, and the keys dropped
    ),
    Transition(
        "restore",
        label=_("Put it back"),
        done=_("put the point back"),
        sources=("removed",),
        target="listed",
        may=permissions.can_edit_point,
        automatic=True,
    ),
    url_name="point-do",
)

# --- papers -----------------------------------------------------------------------------

RELEASE = Agreement(
    "paper",
    words=_("Who may read the paper"),
    parties=lambda paper: paper.sides(),
    office=permissions.paper_office,
)


def _beyond_one_side(paper: Paper) -> Iterator[str]:
    if paper.wanted:
        yield gettext("The sides are being asked for their keys. Take that back first.")
    if not paper.is_own:
        yield gettext(
            "Every side has agreed to this paper, so none withdraws it alone. "
            "Ask all sides to make it a shared working paper first."
        )


PAPER = Workflow(
    "paper",
    Transition(
        "withdraw",
        label=_("Withdraw the paper"),
        done=_("withdrew the paper"),
        answer=_("The paper is withdrawn."),
        sources=("current",),
        target="withdrawn",
        may=permissions.can_change_paper,
        blockers=_beyond_one_side,
        tone="danger",
        warning=_("The other sides no longer see it. You can bring it back."),
        private=True,
    ),
    Transition(
        "bring_back",
        label=_("Bring it back"),
        done=_("brought the paper back"),
        answer=_("The paper is back."),
        sources=("withdrawn",),
        target="current",
        may=permissions.can_change_paper,
        private=True,
    ),
    url_name="paper-do",
)
