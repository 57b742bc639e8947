"""How the second meeting is prepared: rules, deadlines, an agenda, notes between the sides."""

from typing import Any

from demo import source
from demo.case import Case
from meetings import operations
from meetings.models import Deadline, DeadlineRule, Meeting, NoteVerbale, Rules
from meetings.operations.agenda import BEGUN
from meetings.transitions import POINTS
from portal.models import Entry


def load_rules(case: Case) -> None:
    """The rules of the commission, by which the bodies beneath it go too."""
    row = dict(source.read("preparation")["rules"])
    deadlines = row.pop("deadlines")
    rules = Rules(**{**row, "body": case.bodies[row["body"]]})
    case.add([rules])
    case.add(DeadlineRule(rules=rules, **deadline) for deadline in deadlines)


def load(case: Case, meeting: Meeting) -> None:
    """Deadlines, of which some are met, an agenda with one side's key, and two notes."""
    plan = source.read("preparation")
    secretary = case.accounts["secretariat"]
    operations.reckon_deadlines(meeting, by=secretary)
    for what in plan["met"]:
        operations.meet_by_deed(meeting, what, on=case.day(-10), by_name=secretary.name)
    case.made[Deadline] += meeting.deadlines.count()
    _notes(case, meeting, plan["notes"])
    agenda = operations.begin_agenda(meeting, by=secretary)
    Entry.objects.about(agenda).filter(verb=BEGUN).update(at=case.at(-10))
    case.give_key(agenda, POINTS, slug="co-chair-russia", at=case.at(-3))


def _notes(case: Case, meeting: Meeting, rows: list[dict[str, Any]]) -> None:
    """Each in reply to the one before it."""
    before = None
    for row in rows:
        note = NoteVerbale(
            body=meeting.body,
            meeting=meeting,
            reference=row["reference"],
            sender=case.parties[row["sender"]],
            addressee=case.parties[row["addressee"]],
            dated=case.day(-row["days_ago"]),
            received_on=case.day(2 - row["days_ago"]),
            in_reply_to=before,
            subject=row["subject"],
            language=row["language"],
        )
        case.add([note])
        before = note
