"""Load the demonstration case: a real joint commission, with what the sources leave open made up.

Loading twice is loading once: what is there stays as people left it, and nothing but the
case's own rows is ever written.
"""

from collections import Counter
from datetime import date, datetime, time
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone, translation

from demo import coming, follow_up, past, preparation, source
from demo.case import Case
from meetings.models import Appointment, Area, Body, BodyParty, Figure, Room
from portal.models import Organisation, Party, Person, User

LOCK = 20210525
MARKS = {"en": "synthetic", "ms": "sintetik", "ru": "вымышленная организация"}


def load(now: datetime | None = None) -> Counter[type[Model]]:
    """Load the whole case, or nothing when it is there; returns how many rows were made."""
    case = Case(now=now or timezone.now())
    with transaction.atomic(), translation.override("en"):
        with connection.cursor() as cursor:  # of two loads at once the second waits
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not _is_loaded():
            _bodies(case)
            _people(case)
            preparation.load_rules(case)
            follow_up.load(case, past.load(case))
            coming.load(case)
    return +case.made


def _is_loaded() -> bool:
    codes = [row["code"] for row in source.read("commission")["bodies"]]
    return Body.objects.filter(code__in=codes).exists()


def _bodies(case: Case) -> None:
    """The parties, their organisations, the bodies with areas and figures, the rooms."""
    commission = source.read("commission")
    for row in commission["parties"]:
        _party(case, row)
    for row in source.read("organisations")["organisations"]:
        _organisation(case, row)
    for row in commission["bodies"]:
        _body(case, row)
        _areas(case, case.bodies[row["code"]], commission["areas"][row["code"]])
    for order, row in enumerate(commission["figures"], start=1):
        _figure(case, order, row)
    for number in (1, 2):
        case.rooms.append(
            case.once(
                Room,
                city="",
                name=f"Video room {number} (synthetic)",
                defaults={"is_virtual": True},
            )
        )


def _people(case: Case) -> None:
    """Those whom the sources name, the cast with its accounts, and who holds which office."""
    commission = source.read("commission")
    cast = source.read("cast")
    for row in commission["people"]:
        case.people[row["key"]] = _person(case, row, case.parties[row["party"]])
    for row in cast["members"] + cast["without_account"]:
        _cast_member(case, row)
    for row in cast["members"]:
        _account(case, row)
    for row in commission["appointments"] + cast["appointments"]:
        _appointment(case, row)


def _party(case: Case, row: dict[str, Any]) -> None:
    fields = {
        **row,
        "opens": time.fromisoformat(row["opens"]),
        "closes": time.fromisoformat(row["closes"]),
    }
    code = fields.pop("code")
    case.parties[code] = case.once(Party, code=code, defaults=fields)


def _organisation(case: Case, row: dict[str, Any]) -> None:
    """An invented organisation, whose record says so in every language."""
    names = {
        language: f"{row.get('names', {}).get(language, row['name'])} ({mark})"
        for language, mark in MARKS.items()
    }
    case.organisations[row["code"]] = case.once(
        Organisation,
        party=case.parties[row["party"]],
        name=names.pop("en"),
        defaults={"names": names},
    )


def _body(case: Case, row: dict[str, Any]) -> None:
    body = Body(**{**row, "parent": case.bodies.get(row["parent"])})
    body.save()
    case.made[Body] += 1
    case.bodies[body.code] = body
    case.add(
        BodyParty(body=body, party=party, order=order)
        for order, party in enumerate(case.parties.values(), start=1)
    )


def _areas(case: Case, body: Body, rows: list[dict[str, Any]]) -> None:
    areas = case.add(
        Area(body=body, number=number, name=row["name"], names=row["names"])
        for number, row in enumerate(rows, start=1)
    )
    case.areas |= {row["key"]: area for row, area in zip(rows, areas, strict=True)}


def _person(case: Case, row: dict[str, Any], party: Party | None) -> Person:
    """The person of this name and address; a person of record has no address here."""
    fields = {name: row[name] for name in ("latin_name", "honorific", "language")}
    fields["zone"] = row.get("zone") or party.zone
    key = {"full_name": row["full_name"], "email": row.get("email", ""), "party": party}
    return case.once(Person, defaults=fields, **key)


def _cast_member(case: Case, row: dict[str, Any]) -> None:
    # A side belongs to those whom it appointed; a registration gives none.
    party = None if row.get("role") == "delegate" else case.parties.get(row["side"])
    case.people[row["slug"]] = _person(case, row, party)


def _account(case: Case, row: dict[str, Any]) -> None:
    """An account without a password: one comes in by a click or by a code."""
    user = User.objects.filter(email__iexact=row["email"]).first()
    if user is None:
        user = User.objects.create_user(row["email"], person=case.people[row["slug"]])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        case.made[User] += 1
    case.accounts[row["slug"]] = user


def _appointment(case: Case, row: dict[str, Any]) -> None:
    person = case.people[row["person"]]
    case.add(
        [
            Appointment(
                body=case.bodies[row["body"]],
                person=person,
                party=person.party,
                office=row["office"],
                title=row["title"],
                titles=row["titles"],
                since=_day(row.get("since")),
                until=_day(row.get("until")),
                act=row.get("act", ""),
            )
        ]
    )


def _figure(case: Case, order: int, row: dict[str, Any]) -> None:
    """A figure of Malaysia's statistics: the sources give no other side's."""
    fields = {**row, "body": case.bodies[row["body"]], "party": case.parties["MY"]}
    case.add([Figure(order=order, **fields)])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
