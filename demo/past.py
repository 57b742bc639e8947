"""The meetings held: the commission's first session and the working group's first meeting.

Their past is fixed, so rows and journal are written as of their days and nobody is told.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from delegations.models import Delegate, Delegation, Desk
from delegations.operations import OPENED, REGISTERED
from demo import source
from demo.case import NOBODY, Case
from meetings.models import Meeting, Participation, Sitting
from portal.models import Entry, Person, User

VERBS = {"approved": "delegate.approve", "declined": "delegate.decline"}


def load(case: Case) -> dict[str, Meeting]:
    """Both meetings, by their key in the file."""
    rows = source.read("commission")["meetings"]
    return {key: _meeting(case, row) for key, row in rows.items()}


def _meeting(case: Case, row: dict[str, Any]) -> Meeting:
    meeting = schedule(
        case,
        row["meeting"],
        starts_on=date.fromisoformat(row["meeting"]["starts_on"]),
        ends_on=date.fromisoformat(row["meeting"]["ends_on"]),
    )
    announced = datetime.combine(date.fromisoformat(row["announced_on"]), time(6), UTC)
    case.add(
        [
            Participation(
                meeting=meeting,
                person=case.people[one["person"]],
                party=case.parties[one["party"]],
                capacity=one["capacity"],
                title=one["title"],
            )
            for one in row["participations"]
        ]
    )
    sittings = programme(
        case, meeting, [{**one, "day": date.fromisoformat(one["day"])} for one in row["sittings"]]
    )
    _journal(case, meeting, announced)
    delegations = open_delegations(case, meeting)
    if sittings:
        _participants(case, delegations, sittings, announced)
    case.add([Desk(meeting=meeting, status=Desk.Status.CLOSED)])
    return meeting


def schedule(case: Case, row: dict[str, Any], *, starts_on: date, ends_on: date) -> Meeting:
    """Store a meeting that has been announced."""
    kept = ("number", "mode", "status", "zone", "place", "about", "reason")
    meeting = Meeting(
        body=case.bodies[row["body"]],
        host=case.parties.get(row["host"]),
        starts_on=starts_on,
        ends_on=ends_on,
        was_announced=True,
        **{name: row[name] for name in kept},
    )
    return case.add([meeting])[0]


def programme(case: Case, meeting: Meeting, rows: list[dict[str, Any]]) -> dict[str, Sitting]:
    """The sittings by the key of their area; the plenary, of no area, under an empty key."""
    sittings = {}
    for row in rows:
        area = case.areas.get(row["area"])
        sitting = Sitting(
            meeting=meeting,
            kind=Sitting.Kind.CONSULTATION if area else Sitting.Kind.PLENARY,
            area=area,
            mode=meeting.mode,
            day=row["day"],
            wall=time.fromisoformat(row["wall"]),
            minutes=row["minutes"],
            zone=meeting.zone,
            room=case.rooms[row["room"] - 1],
            join_link=f"https://video.example.org/room-{row['room']}",
        )
        sitting.reckon()
        sittings[row["area"] or ""] = sitting
    case.add(list(sittings.values()))
    return sittings


def open_delegations(case: Case, meeting: Meeting) -> dict[str, Delegation]:
    """One delegation a party, by the party's code."""
    rows = {code: Delegation(meeting=meeting, party=party) for code, party in case.parties.items()}
    case.add(list(rows.values()))
    return rows


def _journal(case: Case, meeting: Meeting, announced: datetime) -> None:
    last = datetime.combine(meeting.ends_on, time(12), UTC)
    case.enter(meeting, "meeting.announce", at=announced)
    case.enter(meeting, OPENED, at=announced)
    case.enter(meeting, "meeting.conclude", at=last)
    case.enter(meeting, "meeting.close", at=last + timedelta(days=14))


def _participants(
    case: Case,
    delegations: dict[str, Delegation],
    sittings: dict[str, Sitting],
    announced: datetime,
) -> list[Delegate]:
    """All who registered, one after another, from the announcement to the eve of the plenary."""
    rows = source.participants()
    people = _people(case, rows)
    step = (sittings[""].starts_at - timedelta(days=1) - announced) / len(rows)
    delegates = [
        registration(
            delegations[row["party"]],
            person,
            row,
            status=Delegate.Status.APPROVED,
            at=announced + index * step,
        )
        for index, (row, person) in enumerate(zip(rows, people, strict=True))
    ]
    store_registrations(case, delegates, rows, sittings)
    enter_decisions(case, delegates, {})
    return delegates


def _people(case: Case, rows: list[dict[str, Any]]) -> list[Person]:
    """The people of the rows, in their order; who is known by address and name is not doubled."""
    known = Person.objects.filter(email__in=[row["email"] for row in rows])
    found = {(person.email, person.full_name): person for person in known}
    new = [
        Person(
            full_name=row["name"],
            latin_name=row["latin"],
            honorific=row["honorific"],
            email=row["email"],
            language=row["language"],
            zone=case.parties[row["party"]].zone,
        )
        for row in rows
        if (row["email"], row["name"]) not in found
    ]
    found |= {(person.email, person.full_name): person for person in case.add(new)}
    people = [found[row["email"], row["name"]] for row in rows]
    case.people |= {person.email: person for person in people}
    return people


def registration(
    delegation: Delegation,
    person: Person,
    row: dict[str, Any],
    *,
    status: str,
    at: datetime,
    reason: str = "",
) -> Delegate:
    """A registration as the person wrote it, not stored yet."""
    return Delegate(
        delegation=delegation,
        meeting=delegation.meeting,
        person=person,
        full_name=person.full_name,
        latin_name=person.latin_name,
        honorific=person.honorific,
        function=row["function"],
        organisation=_organisation(row["organisation"], person.language),
        sector=row["sector"],
        email=person.email,
        language=person.language,
        zone=person.zone,
        status=status,
        reason=reason,
        registered_at=at,
    )


def _organisation(code: str, language: str) -> str:
    rows = source.read("organisations")["organisations"]
    row = next(row for row in rows if row["code"] == code)
    return row.get("names", {}).get(language, row["name"])


def store_registrations(
    case: Case,
    delegates: list[Delegate],
    rows: list[dict[str, Any]],
    sittings: dict[str, Sitting],
) -> None:
    """Store registrations with the plenary and the consultations of each person's areas."""
    case.add(delegates)
    through = Delegate.sittings.through
    through.objects.bulk_create(
        through(delegate_id=delegate.pk, sitting_id=sittings[key].pk)
        for delegate, row in zip(delegates, rows, strict=True)
        for key in ["", *row["areas"]]
    )
    case.add(
        _line(delegate, REGISTERED, delegate.registered_at, actor_name=delegate.full_name)
        for delegate in delegates
    )


def enter_decisions(case: Case, delegates: list[Delegate], deciders: dict[str, User]) -> None:
    """The lines of the journal by which each person's own side approved or declined."""
    lines = []
    for delegate in delegates:
        by = deciders.get(delegate.party.code)
        decided = min(delegate.registered_at + timedelta(hours=20), case.now)
        line = _line(
            delegate, VERBS[delegate.status], decided, actor_name=by.name if by else NOBODY
        )
        line.actor = by
        line.reason = delegate.reason
        lines.append(line)
    case.add(lines)


def _line(delegate: Delegate, verb: str, at: datetime, *, actor_name: str) -> Entry:
    """A line about a registration: its side's own affair. Made in hundreds, so not by one's."""
    return Entry(
        target=delegate,
        verb=verb,
        at=at,
        actor_name=actor_name,
        party=delegate.party,
        private_to=delegate.party,
    )
