"""Every status of a registration desk and of a registration."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications, permissions
from delegations.models import Delegate, Delegation, Desk, has_room, release_place, take_place
from delegations.waiting import answer_by
from meetings.models import Meeting
from portal.refusal import Refused
from portal.workflow import Transition, Workflow

# --- the desk -------------------------------------------------------------------------


def _meeting_not_announced(desk: Desk) -> Iterator[str]:
    if desk.meeting.status not in {"announced", "in_session"}:
        yield gettext("The meeting is not announced.")


DESK = Workflow(
    "desk",
    Transition(
        "open",
        label=_("Open registration"),
        done=_("opened registration"),
        answer=_("Registration is open."),
        sources=("not_open", "closed"),
        target="open",
        may=permissions.can_run_desk,
        blockers=_meeting_not_announced,
        tone="main",
    ),
    Transition(
        "close",
        label=_("Close registration"),
        done=_("closed registration"),
        answer=_("Registration is closed."),
        sources=("open",),
        target="closed",
        may=permissions.can_run_desk,
    ),
    url_name="desk-do",
)

# --- registrations --------------------------------------------------------------------


def _no_place_left(delegate: Delegate) -> Iterator[str]:
    # A declined registration has given its place back, so approval needs one again.
    if delegate.status == Delegate.Status.DECLINED and not has_room(delegate):
        yield gettext(
            "All places are taken. Somebody has to cancel, or the places be raised, first."
        )


def _is_named_by_the_side(delegate: Delegate) -> Iterator[str]:
    named = delegate.track == Delegate.Track.DELEGATION
    if named and delegate.status == Delegate.Status.APPROVED:
        yield gettext("Your side has named this person. Take them off the delegation instead.")


def _meeting_was_held(delegate: Delegate) -> Iterator[str]:
    if delegate.meeting.is_over:
        yield gettext("The meeting no longer lies ahead, so nothing can be changed.")


def _approve(delegate: Delegate, by, reason: str) -> None:
    if delegate.status == Delegate.Status.DECLINED and not take_place(delegate):
        raise Refused(gettext("All places are taken."))
    delegate.reason = ""


def _give_place_back(delegate: Delegate, by, reason: str) -> None:
    delegate.reason = reason
    release_place(delegate)
    delegate.answer_by = None


def _take_place(delegate: Delegate, by, reason: str) -> None:
    if not take_place(delegate):
        raise Refused(gettext("All places are taken."))


def _offer_place(delegate: Delegate, by, reason: str) -> None:
    _take_place(delegate, by, reason)
    delegate.answer_by = offered_until(delegate)


def offered_until(delegate: Delegate) -> datetime:
    """Until when an offer made now is kept, by the desk's hours and the person's clock."""
    return answer_by(timezone.now(), delegate.meeting.desk.answer_hours or 0, delegate.zone)


def _forget_hour(delegate: Delegate, by, reason: str) -> None:
    delegate.answer_by = None


def _nothing_free(delegate: Delegate) -> Iterator[str]:
    if delegate.meeting.status not in Meeting.FIXED:
        yield gettext("The meeting does not lie ahead, so no place is given.")
    elif not has_room(delegate):
        yield gettext("No place is free for this person: somebody has to cancel first.")


def _offers(user, delegate: Delegate) -> bool:
    hours = delegate.meeting.desk.answer_hours
    return hours is not None and permissions.can_give_place(user, delegate)


def _gives(user, delegate: Delegate) -> bool:
    hours = delegate.meeting.desk.answer_hours
    return hours is None and permissions.can_give_place(user, delegate)


def _keep_the_words(delegate: Delegate, by, reason: str) -> None:
    """A question to the person, or the person's answer to it."""
    delegate.reason = reason


DELEGATE = Workflow(
    "delegate",
    Transition(
        "approve",
        label=_("Approve"),
        done=_("approved the registration"),
        answer=_("The registration is approved. The person is told."),
        sources=("pending", "asked", "declined"),
        target="approved",
        may=permissions.can_decide,
        blockers=_no_place_left,
        change=_approve,
        tell=lambda delegate, by, reason: notifications.approved(delegate),
        tone="main",
        private=True,
    ),
    Transition(
        "decline",
        label=_("Decline"),
        done=_("declined the registration"),
        answer=_("The registration is declined. The person is told."),
        sources=("pending", "asked", "waiting", "offered", "approved"),
        target="declined",
        may=permissions.can_decide,
        blockers=_is_named_by_the_side,
        change=_give_place_back,
        tell=lambda delegate, by, reason: notifications.declined(delegate),
        tone="danger",
        asks_reason=True,
        warning=_("The person is told, with your reason."),
        private=True,
    ),
    Transition(
        "ask_back",
        label=_("Ask back"),
        done=_("asked the person back"),
        answer=_("The person is asked, and answers on their own page."),
        sources=("pending",),
        target="asked",
        may=permissions.can_decide,
        change=_keep_the_words,
        tell=lambda delegate, by, reason: notifications.asked(delegate),
        asks_reason=True,
        warning=_("Write your question. The person reads it and answers."),
        private=True,
    ),
    Transition(
        "answer",
        label=_("Answer"),
        done=_("answered the question"),
        sources=("asked",),
        target="pending",
        may=lambda user, delegate: False,  # done by the person's own link alone
        change=_keep_the_words,
        asks_reason=True,
        private=True,
        automatic=True,
    ),
    Transition(
        "cancel",
        label=_("Cancel my registration"),
        done=_("cancelled the registration"),
        sources=Delegate.LIVE,
        target="cancelled",
        may=lambda user, delegate: False,  # done by the person's own link alone
        blockers=_meeting_was_held,
        change=_give_place_back,
        tell=lambda delegate, by, reason: notifications.cancelled(delegate),
        tone="danger",
        private=True,
        automatic=True,
    ),
    Transition(
        "set_aside",
        label=_("Set aside as a double"),
        done=_("set this registration aside: the same person was registered twice"),
        sources=("nominated", "pending", "asked", "waiting", "offered", "approved"),
        target="cancelled",
        may=lambda user, delegate: False,  # follows from making one record of two
        change=_give_place_back,
        private=True,
        automatic=True,
    ),
    Transition(
        "promote",
        label=_("Give a place"),
        done=_("gave a place that became free"),
        answer=_("The person has the place, and is told."),
        sources=("waiting",),
        target="pending",
        may=_gives,
        blockers=_nothing_free,
        change=_take_place,
        tell=lambda delegate, by, reason: notifications.promoted(delegate),
        tone="main",
        private=True,
    ),
    Transition(
        "offer",
        label=_("Offer a place"),
        done=_("offered a place that became free"),
        answer=_("The person is asked, and the place kept for them until then."),
        sources=("waiting",),
        target="offered",
        may=_offers,
        blockers=_nothing_free,
        change=_offer_place,
        tell=lambda delegate, by, reason: notifications.offered(delegate),
        tone="main",
        private=True,
    ),
    Transition(
        "accept",
        label=_("Accept the place"),
        done=_("accepted the place"),
        sources=("offered",),
        target="pending",
        may=lambda user, delegate: False,  # done by the person's own link alone
        blockers=_meeting_was_held,
        change=_forget_hour,
        tell=lambda delegate, by, reason: notifications.accepted(delegate),
        private=True,
        automatic=True,
    ),
    Transition(
        "turn_down",
        label=_("Leave the place to the next"),
        done=_("left the offered place to the next"),
        sources=("offered",),
        target="cancelled",
        may=lambda user, delegate: False,  # done by the person's own link alone
        change=_give_place_back,
        tell=lambda delegate, by, reason: notifications.cancelled(delegate),
        private=True,
        automatic=True,
    ),
    Transition(
        "expire",
        label=_("End the offer"),
        done=_("the offered place was not accepted in time"),
        sources=("offered",),
        target="cancelled",
        may=lambda user, delegate: False,  # done by the clock alone
        change=_give_place_back,
        tell=lambda delegate, by, reason: notifications.offer_ended(delegate),
        private=True,
        automatic=True,
    ),
    Transition(
        "reconsider",
        label=_("Wait for approval again"),
        done=_("waits for approval again: name, organisation or side changed"),
        sources=("approved",),
        target="pending",
        may=lambda user, delegate: False,
        private=True,
        automatic=True,
    ),
    Transition(
        "approve_named",
        label=_("Approve with the delegation"),
        done=_("approved with the delegation"),
        sources=("nominated",),
        target="approved",
        may=lambda user, delegate: False,  # follows from the delegation's own gate
        tell=lambda delegate, by, reason: notifications.expected(delegate),
        private=True,
        automatic=True,
    ),
    Transition(
        "name_again",
        label=_("Wait for the delegation again"),
        done=_("waits again, as the delegation was taken back"),
        sources=("approved",),
        target="nominated",
        may=lambda user, delegate: False,  # follows from the delegation's own gate
        private=True,
        automatic=True,
    ),
    Transition(
        "remove",
        label=_("Take off the delegation"),
        done=_("took this person off the delegation"),
        answer=_("The person is taken off the delegation, and told."),
        sources=Delegate.LIVE,
        target="removed",
        may=permissions.can_take_off,
        blockers=_meeting_was_held,
        change=_give_place_back,
        tell=lambda delegate, by, reason: notifications.removed(delegate),
        tone="danger",
        warning=_("The person is told. To put somebody in their place, use “Replace” instead."),
        private=True,
    ),
    Transition(
        "give_way",
        label=_("Give way to another"),
        done=_("put another person in this one’s place"),
        sources=Delegate.LIVE,
        target="removed",
        may=permissions.can_take_off,
        tell=lambda delegate, by, reason: notifications.removed(delegate),
        private=True,
        automatic=True,  # with the other person, who takes over the place
    ),
    url_name="delegate-do",
)

# --- delegations ----------------------------------------------------------------------


def out_of_time(delegation: Delegation) -> Iterator[str]:
    """Why nothing can be done about a delegation any more, whatever it is."""
    meeting = delegation.meeting
    if meeting.is_over or meeting.status == Meeting.Status.CANCELLED:
        yield gettext("The meeting no longer lies ahead, so nothing can be changed.")


def too_late(delegation: Delegation, due: date | None) -> Iterator[str]:
    """Why something is too late where the days are strict, and whom to ask."""
    desk = delegation.desk
    if desk and desk.is_strict and delegation.is_late(due, timezone.now()):
        yield gettext(
            "This was due on %(day)s, and this meeting takes nothing after that. "
            "Ask the secretariat to allow late changes: %(names)s."
        ) % {"day": date_format(due, "DATE_FORMAT"), "names": _secretaries(delegation.meeting)}


def _secretaries(meeting: Meeting) -> str:
    """Whom to ask: the neutral secretariat, or where there is none the secretaries of all sides."""
    holders = notifications.office_holders(meeting, "secretary")
    neutral = [one for one in holders if one.party_id is None]
    return ", ".join(one.person.full_name for one in neutral or holders)


def _cannot_submit(delegation: Delegation) -> Iterator[str]:
    yield from out_of_time(delegation)
    yield from too_late(delegation, delegation.names_due)
    if not delegation.delegates.live().of_delegation().exists():
        yield gettext("Nobody is named yet. Name at least one person, or say that you send nobody.")


def _cannot_confirm(delegation: Delegation) -> Iterator[str]:
    yield from out_of_time(delegation)
    yield from too_late(delegation, delegation.last_due)


def _cannot_send_nobody(delegation: Delegation) -> Iterator[str]:
    yield from out_of_time(delegation)
    if delegation.delegates.live().of_delegation().exists():
        yield gettext("People are named. Take them off the delegation first.")


def _cannot_reopen(delegation: Delegation) -> Iterator[str]:
    yield from out_of_time(delegation)
    # It could not be submitted again.
    yield from too_late(delegation, delegation.names_due)


def _can_confirm(user, delegation: Delegation) -> bool:
    return delegation.has_two_stages and permissions.can_nominate(user, delegation)


def _submit(delegation: Delegation, by, reason: str) -> None:
    delegation.submitted_at = timezone.now()


def _confirm(delegation: Delegation, by, reason: str) -> None:
    delegation.confirmed_at = timezone.now()


def _open_again(delegation: Delegation, by, reason: str) -> None:
    delegation.submitted_at = delegation.confirmed_at = None


def _tell_reopened(delegation: Delegation, by, reason: str) -> None:
    notifications.delegation_reopened(delegation, reason)


DELEGATION = Workflow(
    "delegation",
    Transition(
        "submit",
        label=_("Submit the delegation"),
        done=_("submitted the delegation of %(party)s"),
        answer=_("The delegation is submitted. The other sides are told."),
        sources=("open",),
        target="submitted",
        may=permissions.can_nominate,
        blockers=_cannot_submit,
        change=_submit,
        tell=lambda delegation, by, reason: notifications.delegation_submitted(delegation),
        tone="main",
        warning=_("The other sides and the secretariat then see it and its people."),
    ),
    Transition(
        "confirm",
        label=_("Confirm the delegation"),
        done=_("confirmed the delegation of %(party)s"),
        answer=_("The delegation is confirmed. Its people and the other sides are told."),
        sources=("submitted",),
        target="confirmed",
        may=_can_confirm,
        blockers=_cannot_confirm,
        change=_confirm,
        tell=lambda delegation, by, reason: notifications.delegation_confirmed(delegation),
        tone="main",
    ),
    Transition(
        "send_nobody",
        label=_("We send nobody"),
        done=_("said that %(party)s sends nobody"),
        answer=_("The other sides are told that you send nobody. You can take it back."),
        sources=("open", "submitted", "confirmed"),
        target="nobody",
        may=permissions.can_nominate,
        blockers=_cannot_send_nobody,
        tell=lambda delegation, by, reason: notifications.delegation_nobody(delegation),
        warning=_("The other sides are told. You can take it back later."),
    ),
    Transition(
        "take_back",
        label=_("We send somebody after all"),
        done=_("took back that %(party)s sends nobody"),
        answer=_("The delegation is open again. Name its people."),
        sources=("nobody",),
        target="open",
        may=permissions.can_nominate,
        blockers=_cannot_reopen,
        change=_open_again,
        tell=_tell_reopened,
        tone="main",
    ),
    Transition(
        "reopen",
        label=_("Take the submission back"),
        done=_("took back the delegation of %(party)s"),
        answer=_("The delegation is your own affair again until you submit it anew."),
        sources=("submitted", "confirmed"),
        target="open",
        may=permissions.can_nominate,
        blockers=_cannot_reopen,
        change=_open_again,
        tell=_tell_reopened,
        asks_reason=True,
        warning=_("The other sides are told, with your reason, and no longer see its people."),
    ),
    url_name="delegation-do",
)
