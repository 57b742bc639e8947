"""The tree of a commission, as far as a reader may know it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, Q

from meetings.models import Body, Meeting


@dataclass
class Node:
    """One body in the picture, with those beneath it."""

    body: Body
    is_current: bool = False
    last_met: date | None = None
    beneath: list["Node"] = field(default_factory=list)


def whole_tree(user) -> list[Node]:
    """All commissions with what stands beneath them."""
    found = Body.objects.visible_to(user).prefetch_related("seats__party")
    return _planted(list(found), user)


def tree_of(body: Body, user) -> list[Node]:
    """The tree that a body stands in."""
    top = body.above[0] if body.above else body.pk
    found = Body.objects.visible_to(user).filter(Q(pk=top) | Q(above__contains=[top]))
    return _planted(list(found), user, current=body)


def parent_in(tree: Iterable[Node], body: Body) -> Body | None:
    """The body right above, where the tree of what the reader may know holds it."""
    for node in tree:
        if node.body.pk == body.parent_id:
            return node.body
        found = parent_in(node.beneath, body)
        if found:
            return found
    return None


def _planted(bodies: list[Body], user, current: Body | None = None) -> list[Node]:
    """The bodies hung beneath the nearest one above them that the reader may know of."""
    last = _last_days(bodies, user)
    nodes = {body.pk: Node(body, body == current, last.get(body.pk)) for body in bodies}
    tops = []
    for node in nodes.values():
        above = next((nodes[pk] for pk in reversed(node.body.above) if pk in nodes), None)
        (above.beneath if above else tops).append(node)
    return tops


def _last_days(bodies: Iterable[Body], user) -> dict[int, date]:
    """When each body met last, by primary key."""
    held = (
        Meeting.objects.visible_to(user)
        .filter(status__in=[Meeting.Status.HELD, Meeting.Status.CLOSED])
        .filter(numbers__body__in=[body.pk for body in bodies])
    )
    found = held.order_by().values_list("numbers__body").annotate(last=Max("starts_on"))
    return dict(found)
