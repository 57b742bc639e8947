"""The second meeting: some weeks ahead of the day of the load, announced, open for registration."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from delegations.models import Delegate, Delegation, Desk, Quota
from delegations.operations import OPENED
from demo import past, preparation, source
from demo.case import Case
from meetings import programme
from meetings.models import Meeting
from meetings.operations.meeting import SCHEDULED
from meetings.transitions import DATES
from portal.models import Party

FOCAL_POINTS = {"MY": "focal-point-malaysia", "RU": "focal-point-russia"}
LONGEST = timedelta(days=10)  # from the first consultation to the plenary


def load(case: Case) -> None:
    """The meeting with its programme, keys, desk and first registrations."""
    plan = source.read("coming")
    days, plenary = meeting_days(
        list(case.parties.values()), case.day(plan["days_ahead"]), plan["days_before"]
    )
    meeting = past.schedule(case, plan["meeting"], starts_on=plenary, ends_on=plenary)
    rows = [
        {**row, "day": days[row["day"] - 1] if row["area"] else plenary} for row in plan["sittings"]
    ]
    sittings = past.programme(case, meeting, rows)
    _agree_and_announce(case, meeting, plan["announced_days_ago"])
    delegations = past.open_delegations(case, meeting)
    registered = _registrations(case, plan, delegations, sittings)
    _open_desk(case, plan, meeting, registered)
    preparation.load(case, meeting)


def meeting_days(parties: Sequence[Party], earliest: date, number: int) -> tuple[list[date], date]:
    """Days of the consultations and of the plenary on which all sides work, close together."""
    plenary = programme.first_working_day(parties, earliest)
    days = programme.working_days_before(parties, plenary, number)
    if plenary - days[0] <= LONGEST:
        return days, plenary
    return meeting_days(parties, plenary + timedelta(days=1), number)


def _agree_and_announce(case: Case, meeting: Meeting, days_ago: int) -> None:
    secretary = case.accounts["secretariat"]
    case.enter(meeting, SCHEDULED, at=case.at(-days_ago - 7), by=secretary)
    for days, slug in ((5, "co-chair-russia"), (3, "co-chair-malaysia")):
        case.give_key(meeting, DATES, slug=slug, at=case.at(-days_ago - days))
    case.enter(meeting, "meeting.announce", at=case.at(-days_ago), by=secretary)
    case.enter(meeting, OPENED, at=case.at(-days_ago), by=secretary)


def _open_desk(
    case: Case, plan: dict[str, Any], meeting: Meeting, registered: list[Delegate]
) -> None:
    desk = Desk(
        meeting=meeting,
        status=Desk.Status.OPEN,
    )
    case.add([desk])
    taken = sum(delegate.is_live for delegate in registered)
    case.add([Quota(desk=desk, limit=plan["places"], taken=taken)])
    opened = case.at(-plan["announced_days_ago"]) + timedelta(minutes=5)
    case.enter(desk, "desk.open", at=opened, by=case.accounts["secretariat"])


# --- who has registered so far --------------------------------------------------------


def _registrations(
    case: Case, plan: dict[str, Any], delegations: dict[str, Delegation], sittings: dict
) -> list[Delegate]:
    """The cast's delegates and people of the first meeting: approved, declined, then pending."""
    rows = [row for code in delegations for row in _rows(plan, code)]
    people = [case.people[row.get("slug") or row["email"]] for row in rows]
    span = plan["announced_days_ago"] - 1
    delegates = []
    for row, person in zip(rows, people, strict=True):
        at = case.now - timedelta(days=span * (1 - row["share"]))
        delegates.append(
            past.registration(
                delegations[row["party"]],
                person,
                row,
                status=row["status"],
                at=at,
                reason=row["reason"],
            )
        )
    past.store_registrations(case, delegates, rows, sittings)
    decided = [one for one in delegates if one.status != Delegate.Status.PENDING]
    past.enter_decisions(
        case, decided, {code: case.accounts[slug] for code, slug in FOCAL_POINTS.items()}
    )
    return delegates


def _rows(plan: dict[str, Any], code: str) -> list[dict[str, Any]]:
    """One side's registrations in the order in which they came, `share` from 0 to 1 in time."""
    counts = plan["registrations"][code]
    statuses = [
        status for status in ("approved", "declined", "pending") for _ in range(counts[status])
    ]
    chosen = _cast_delegates(code) + [
        row for row in source.participants() if row["party"] == code and row["areas"]
    ]
    reasons = iter(plan["reasons"])
    return [
        {
            **row,
            "status": status,
            "reason": next(reasons) if status == "declined" else "",
            "share": index / len(statuses),
        }
        for index, (row, status) in enumerate(zip(chosen, statuses, strict=False))
    ]


def _cast_delegates(code: str) -> list[dict[str, Any]]:
    return [
        {**row, "party": code}
        for row in source.read("cast")["members"]
        if row["role"] == "delegate" and row["side"] == code
    ]
