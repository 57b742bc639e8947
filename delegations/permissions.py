"""Who may do what with registrations. Each answers one question and knows nothing of pages."""

from typing import TYPE_CHECKING

from delegations.models import Delegate, Desk
from meetings.models import Meeting, standing

if TYPE_CHECKING:
    from portal.models import User


def can_run_desk(user: "User", desk: Desk) -> bool:
    """Secretaries, of a side or neutral, open and close registration."""
    return standing(user).is_secretary(desk.meeting.body)


def can_see_delegations(user: "User", meeting: Meeting) -> bool:
    """People in office see the delegations, the other side's as far as it is approved."""
    return standing(user).is_member(meeting.body)


def can_decide(user: "User", delegate: Delegate) -> bool:
    """The focal point of the person's own side, and nobody of another (domain.md 4.2)."""
    body = delegate.delegation.meeting.body
    return delegate.delegation.party_id in standing(user).parties(body, "focal_point")


def own_sides(user: "User", delegate: Delegate) -> set[int]:
    """The sides for which the user holds an office where the delegate comes."""
    body = delegate.delegation.meeting.body
    return standing(user).parties(body, "chair", "secretary", "focal_point")


def can_see_contact(user: "User", delegate: Delegate) -> bool:
    """Addresses and reasons are for the own side, the neutral secretariat and the person."""
    return (
        standing(user).is_neutral(delegate.delegation.meeting.body)
        or delegate.delegation.party_id in own_sides(user, delegate)
        or (user.person_id is not None and delegate.person_id == user.person_id)
    )
