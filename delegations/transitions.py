"""Every status of a registration desk and of a registration."""

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications, permissions
from delegations.models import Delegate, Desk
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
        sources=("open",),
        target="closed",
        may=permissions.can_run_desk,
    ),
    url_name="desk-do",
)

# --- registrations --------------------------------------------------------------------


def _no_place_left(delegate: Delegate) -> Iterator[str]:
    # A declined registration has given its place back, so approval needs one again.
    if delegate.status == Delegate.Status.DECLINED and delegate.meeting.desk.places_left == 0:
        yield gettext(
            "All places are taken. Somebody has to cancel, or the places be raised, first."
        )


def _meeting_was_held(delegate: Delegate) -> Iterator[str]:
    if delegate.meeting.is_over:
        yield gettext("The meeting no longer lies ahead, so nothing can be changed.")


def _approve(delegate: Delegate, by, reason: str) -> None:
    if delegate.status == Delegate.Status.DECLINED and not delegate.meeting.desk.take_place():
        raise Refused(gettext("All places are taken."))
    delegate.reason = ""


def _give_place_back(delegate: Delegate, by, reason: str) -> None:
    delegate.reason = reason
    delegate.meeting.desk.release_place()


DELEGATE = Workflow(
    "delegate",
    Transition(
        "approve",
        label=_("Approve"),
        done=_("approved the registration"),
        sources=("pending", "declined"),
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
        sources=("pending", "approved"),
        target="declined",
        may=permissions.can_decide,
        change=_give_place_back,
        tell=lambda delegate, by, reason: notifications.declined(delegate),
        tone="danger",
        asks_reason=True,
        warning=_("The person is told, with your reason."),
        private=True,
    ),
    Transition(
        "cancel",
        label=_("Cancel my registration"),
        done=_("cancelled the registration"),
        sources=("pending", "approved"),
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
        "reconsider",
        label=_("Wait for approval again"),
        done=_("waits for approval again: name, organisation or side changed"),
        sources=("approved",),
        target="pending",
        may=lambda user, delegate: False,
        private=True,
        automatic=True,
    ),
    url_name="delegate-do",
)
