"""In which order a list of participants names people and sides (domain.md 3.4). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from delegations.models.capacity import Capacity, OfficeRank

Line = Mapping[str, Any]

PRIVATE = ("private", "industry")
# Those named by their capacity, whatever office they hold.
LEADING = {Capacity.HEAD: 0, Capacity.DEPUTY: 1}
AMBASSADOR, MEMBER, EXPERT, PRIVATE_SECTOR = 2, 3, 4, 5
SERVING = {Capacity.INTERPRETER: 6, Capacity.SUPPORT: 6, Capacity.MEDIA: 7}


def standing_of(capacity: str, rank: int, sector: str) -> int:
    """Head, deputy, ambassador, members, experts, private sector, interpreters and support."""
    given = {**LEADING, **SERVING}.get(Capacity(capacity))
    if given is not None:
        return given
    if sector in PRIVATE:
        return PRIVATE_SECTOR
    if capacity == Capacity.EXPERT:
        return EXPERT
    return AMBASSADOR if rank == OfficeRank.AMBASSADOR else MEMBER


def in_order(people: Iterable[Any]) -> list[Any]:
    """The people of one side: as arranged by hand, then by office, then by institution.

    The institutions follow one another as the side first named them; never an alphabet.
    """
    people = sorted(people, key=lambda one: one.pk)
    institutions: dict[str, int] = {}
    for one in people:
        institutions.setdefault(one.organisation, len(institutions))
    return sorted(
        people,
        key=lambda one: (
            one.place is None,
            one.place or 0,
            standing_of(one.capacity, one.rank, one.sector),
            one.rank,
            institutions[one.organisation],
        ),
    )


def blocks_for(blocks: Sequence[Line], *, copy: str, host: str) -> list[Line]:
    """The sides of one copy: in a party's own that party first; in a shared one the host.

    Of three and more sides, and where nobody is host, a shared copy follows the English alphabet.
    """
    by_name = sorted(blocks, key=lambda block: block["names"]["en"].casefold())
    first = copy or (host if len(blocks) == 2 else "")
    return sorted(by_name, key=lambda block: block["party"] != first)


def changes_between(former: Sequence[Line], blocks: Sequence[Line]) -> list[dict[str, Any]]:
    """What a corrigendum says: by side who is new, who is gone, and whose line reads otherwise."""
    before = {block["party"]: _lines(block) for block in former}
    found = []
    for block in blocks:
        then, now = before.get(block["party"], {}), _lines(block)
        change = {
            "party": block["party"],
            "names": block["names"],
            "added": [line for key, line in now.items() if key not in then],
            "gone": [line for key, line in then.items() if key not in now],
            "changed": [
                (then[key], line) for key, line in now.items() if key in then and then[key] != line
            ],
            "moved": [key for key in now if key in then] != [key for key in then if key in now],
        }
        if any(change[name] for name in ("added", "gone", "changed", "moved")):
            found.append(change)
    return found


def _lines(block: Line) -> dict[Any, Line]:
    return {line["key"]: line for line in [*block["lines"], *block["open"]]}
