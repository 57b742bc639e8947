"""The tree of a commission, as far as a reader may know it.

A tree of a few bodies is one look. In a larger one what would not fit is folded kind by kind,
and what the reader came for stands open: the body being read and those of the own offices.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, Q

from meetings.models import Body, Meeting, standing

ONE_LOOK = 12  # bodies in a tree that is drawn whole
IN_A_ROW = 8  # bodies right beneath the commission of a larger one that stand open


@dataclass
class Fold:
    """Bodies of one kind that wait behind one line."""

    kind: str
    nodes: list["Node"]
    is_rest: bool  # others of the kind stand open beside it

    @property
    def number(self) -> int:
        """How many bodies are behind it, with those beneath them."""
        return sum(node.size for node in self.nodes)


@dataclass
class Node:
    """One body in the picture, with those beneath it: some in sight, the others folded."""

    body: Body
    is_current: bool = False
    is_own: bool = False  # the reader holds an office in just this body
    last_met: date | None = None
    beneath: list["Node"] = field(default_factory=list)
    in_sight: list["Node"] = field(default_factory=list)
    folds: list[Fold] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many bodies the branch has, this one counted."""
        return 1 + sum(node.size for node in self.beneath)

    @property
    def leads_to_the_reader(self) -> bool:
        """Whether it, or one beneath it, is what the reader came for."""
        here = self.is_current or self.is_own
        return here or any(node.leads_to_the_reader for node in self.beneath)


def whole_tree(user) -> list[Node]:
    """All commissions with what stands beneath them."""
    found = Body.objects.visible_to(user).prefetch_related("seats__party")
    return _planted(list(found), user)


def tree_of(body: Body, user) -> list[Node]:
    """The tree that a body stands in."""
    top = body.above[0] if body.above else body.pk
    found = Body.objects.visible_to(user).filter(Q(pk=top) | Q(above__contains=[top]))
    return _planted(list(found), user, current=body)


def trail_in(tree: Iterable[Node], body: Body) -> list[Body]:
    """The bodies above, the commission first, as far as the tree that the reader may know goes."""
    for node in tree:
        if node.body.pk in body.above:
            return [node.body, *trail_in(node.beneath, body)]
    return []


def trail_of(body: Body, user) -> list[Body]:
    """The same for a page that draws no tree."""
    found = Body.objects.visible_to(user).in_bulk(body.above) if body.above else {}
    return [found[pk] for pk in body.above if pk in found]


def _planted(bodies: list[Body], user, current: Body | None = None) -> list[Node]:
    """The bodies hung beneath the nearest one above them that the reader may know of."""
    last = _last_days(bodies, user)
    own = {one.body_id for one in standing(user).held}
    nodes = {
        body.pk: Node(body, body == current, body.pk in own, last.get(body.pk)) for body in bodies
    }
    tops = []
    for node in nodes.values():
        above = next((nodes[pk] for pk in reversed(node.body.above) if pk in nodes), None)
        (above.beneath if above else tops).append(node)
    for top in tops:
        _fold(top, whole=top.size <= ONE_LOOK, at_most=IN_A_ROW)
    return tops


def _fold(node: Node, *, whole: bool, at_most: int) -> None:
    """Decide what of a branch is in sight; further down everything else is folded."""
    for one in node.beneath:
        _fold(one, whole=whole, at_most=0)
    if whole or len(node.beneath) <= at_most:
        node.in_sight = node.beneath
        return
    node.in_sight = [one for one in node.beneath if one.leads_to_the_reader]
    waiting: dict[str, list[Node]] = defaultdict(list)
    for one in node.beneath:
        if not one.leads_to_the_reader:
            waiting[one.body.kind].append(one)
    shown = {one.body.kind for one in node.in_sight}
    node.folds = [
        Fold(Body.Kind(kind).label, nodes, kind in shown) for kind, nodes in waiting.items()
    ]


def _last_days(bodies: Iterable[Body], user) -> dict[int, date]:
    """When each body met last, by primary key."""
    held = (
        Meeting.objects.visible_to(user)
        .filter(status__in=[Meeting.Status.HELD, Meeting.Status.CLOSED])
        .filter(numbers__body__in=[body.pk for body in bodies])
    )
    found = held.order_by().values_list("numbers__body").annotate(last=Max("starts_on"))
    return dict(found)
