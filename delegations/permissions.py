"""Who may do what with registrations. Each answers one question and knows nothing of pages."""

from typing import TYPE_CHECKING

from delegations.models import Delegate, Delegation, Desk
from meetings.models import Meeting, standing
from meetings.permissions import can_see_inside, sides_at

if TYPE_CHECKING:
    from portal.models import Party, Person, User


def can_run_desk(user: "User", desk: Desk) -> bool:
    """Secretaries, of a side or neutral, open and close registration."""
    return any(standing(user).is_secretary(body) for body in desk.meeting.bodies)


def can_see_delegations(user: "User", meeting: Meeting) -> bool:
    """People in office see the delegations, the other side's as far as it is approved."""
    return can_see_inside(user, meeting)


def can_decide(user: "User", delegate: Delegate) -> bool:
    """The focal point of the person's own side, and nobody of another (domain.md 4.2)."""
    meeting = delegate.delegation.meeting
    return delegate.delegation.party_id in sides_at(user, meeting, "focal_point")


def can_nominate(user: "User", delegation: Delegation) -> bool:
    """The side's own focal points and secretaries name its people and speak for its delegation."""
    return delegation.party_id in sides_at(user, delegation.meeting, "focal_point", "secretary")


def can_take_off(user: "User", delegate: Delegate) -> bool:
    """Who names a side's people takes them off again."""
    named = delegate.track == Delegate.Track.DELEGATION
    return named and can_nominate(user, delegate.delegation)


def can_give_place(user: "User", delegate: Delegate) -> bool:
    """Who runs the desk gives a place that became free: the neutral to all, a side to its own."""
    meeting = delegate.delegation.meeting
    return delegate.delegation.party in sides_with_places(user, meeting)


def sides_with_places(user: "User", meeting: Meeting) -> list["Party"]:
    """The sides whose own places the user knows and sets: one's own, all of them if neutral."""
    neutral = any(standing(user).is_neutral(body) for body in meeting.bodies)
    own = sides_at(user, meeting, "secretary")
    return [party for party in meeting.sides(user) if neutral or party.pk in own]


def own_sides(user: "User", delegate: Delegate) -> set[int]:
    """The sides for which the user holds an office where the delegate comes."""
    return sides_at(user, delegate.delegation.meeting, "chair", "secretary", "focal_point")


def can_see_contact(user: "User", delegate: Delegate) -> bool:
    """Addresses and reasons are for the own side, the neutral secretariat and the person."""
    return (
        any(standing(user).is_neutral(body) for body in delegate.delegation.meeting.bodies)
        or delegate.delegation.party_id in own_sides(user, delegate)
        or (user.person_id is not None and delegate.person_id == user.person_id)
    )


def sides_known_closely(user: "User", meeting: Meeting) -> set[int]:
    """The sides whose people's addresses the user may read at a meeting."""
    if any(standing(user).is_neutral(body) for body in meeting.bodies):
        return {party.pk for party in meeting.sides()}
    return sides_at(user, meeting, "chair", "secretary", "focal_point")


def can_make_list(user: "User", meeting: Meeting) -> bool:
    """Secretaries, of a side or neutral, make the official list of participants."""
    return any(standing(user).is_secretary(body) for body in meeting.bodies)


def can_find_doubles(user: "User", meeting: Meeting) -> bool:
    """A side's secretaries and focal points look for doubles among their own people."""
    neutral = any(standing(user).is_neutral(body) for body in meeting.bodies)
    return neutral or bool(sides_at(user, meeting, "secretary", "focal_point"))


def can_merge(user: "User", one: "Person", other: "Person") -> bool:
    """Who knows every registration of both closely; across sides the neutral secretariat alone."""
    people = Delegate.objects.filter(person__in=[one, other])
    rows = list(people.select_related("delegation__meeting__body", "delegation__party"))
    known = Delegate.objects.known_closely_by(user).filter(person__in=[one, other])
    served = [row for row in rows if can_find_doubles(user, row.delegation.meeting)]
    if {row.person_id for row in rows} != {one.pk, other.pk} or len(served) < len(rows):
        return False
    if known.count() < len(rows):
        return False
    sides = {row.delegation.party_id for row in rows} | {one.party_id, other.party_id}
    if len(sides - {None}) == 1:
        return True
    meetings = [row.delegation.meeting for row in rows]
    held = standing(user)
    return all(any(held.is_neutral(body) for body in meeting.bodies) for meeting in meetings)
