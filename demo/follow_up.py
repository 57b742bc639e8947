"""What became of the first meeting: action items in every state."""

from datetime import timedelta
from typing import Any

from demo import source
from demo.case import Case
from meetings.models import ActionItem, Meeting, StatusReport, Undertaking
from meetings.operations.item import ITEM_ADDED, REPORTED
from meetings.transitions import CLOSING
from portal.models import Party, Person

CO_CHAIRS = {"MY": "co-chair-malaysia", "RU": "co-chair-russia"}


def load(case: Case, made: dict[str, Meeting]) -> None:
    """The items of the working group's first meeting."""
    meeting = made["meeting-2021"]
    rows = source.read("items")["items"]
    items = case.add([_item(case, meeting, number, row) for number, row in enumerate(rows, 1)])
    written = meeting.sittings.get(area=None).ends_at
    for item, row in zip(items, rows, strict=True):
        case.enter(item, ITEM_ADDED, at=written)
        _undertakings(case, item, row)
        _keys(case, item, row)


def _item(case: Case, meeting: Meeting, number: int, row: dict[str, Any]) -> ActionItem:
    done = row["state"] == "done"
    return ActionItem(
        meeting=meeting,
        number=number,
        area=case.areas.get(row["area"]),
        text=row["text"],
        texts={"ms": row["ms"], "ru": row["ru"]},
        due_on=case.day(row["due"]) if row["due"] is not None else None,
        due_words=row["due_words"],
        status=ActionItem.Status.DONE if done else ActionItem.Status.OPEN,
        closed_at=case.at(max(row["keys"].values())) if done else None,
    )


def _undertakings(case: Case, item: ActionItem, row: dict[str, Any]) -> None:
    for code, party in case.parties.items():
        undertaking = Undertaking(
            item=item,
            party=party,
            organisation=case.organisations[row["organisations"][code]],
            owner=_owner(case, row, code),
        )
        case.add([undertaking])
        reports = case.add(
            [_report(case, undertaking, report) for report in row["reports"].get(code, [])]
        )
        for report in reports:
            _enter_report(case, item, party, report)
        if reports:
            undertaking.latest = reports[-1]
            undertaking.save(update_fields=["latest"])


def _owner(case: Case, row: dict[str, Any], code: str) -> Person:
    """The one of the cast who is named, else a participant of that side's organisation."""
    if code in row["owners"]:
        return case.people[row["owners"][code]]
    wanted = row["organisations"][code]
    address = next(one["email"] for one in source.participants() if one["organisation"] == wanted)
    return case.people[address]


def _report(case: Case, undertaking: Undertaking, row: dict[str, Any]) -> StatusReport:
    owner = undertaking.owner
    return StatusReport(
        undertaking=undertaking,
        state=row["state"],
        text=row["text"],
        reported_at=case.at(row["day"]),
        reporter=next((user for user in case.accounts.values() if user.person == owner), None),
        reporter_name=owner.full_name,
    )


def _enter_report(case: Case, item: ActionItem, party: Party, report: StatusReport) -> None:
    case.enter(
        item,
        REPORTED,
        at=report.reported_at,
        by=report.reporter,
        name=report.reporter_name,
        party=party,
        reason=report.text,
        side=party.short_name,
        state=StatusReport.State(report.state).label,
    )


def _keys(case: Case, item: ActionItem, row: dict[str, Any]) -> None:
    for code, day in row["keys"].items():
        case.give_key(item, CLOSING, slug=CO_CHAIRS[code], at=case.at(day))
    if item.closed_at:
        last = max(row["keys"], key=lambda code: row["keys"][code])
        case.enter(
            item,
            "item.close",
            at=item.closed_at + timedelta(seconds=1),
            by=case.accounts[CO_CHAIRS[last]],
            party=case.parties[last],
        )
