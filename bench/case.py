"""The rows that are measured on. All of them are synthetic.

Imported after the stage has set Django up.
"""

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.calendar import body_of, fill_month, month_ahead
from delegations.models import Delegate, Delegation
from meetings.models import Body, Meeting, Sitting
from portal.models import Entry, Notice, Person, User
from tests.cast import Cast, make_cast
from tests.factories import make_area, make_desk, make_meeting, make_sitting, today

GIVEN = ("Nur Aisyah", "Ahmad Faiz", "Li Wen", "Kavitha", "Иван", "Ольга", "Jeremy", "Тимур")
FAMILY = ("binti Rahman", "bin Osman", "Tan", "Subramaniam", "Соколов", "Орлова", "O’Molujin")
NAMES = [f"{given} {family}" for given, family in product(GIVEN, FAMILY)]
LANGUAGES = ("en", "ms", "ru")
ZONES = (
    *("Pacific/Honolulu", "America/Lima", "Atlantic/Azores", "Europe/Moscow"),
    *("Asia/Kuala_Lumpur", "Pacific/Auckland"),
)
REMINDER = "delegations/emails/meeting_ahead"


@dataclass(frozen=True)
class Stored:
    """How many rows there are of what one registration leaves behind."""

    registrations: int
    entries: int
    messages: int

    @classmethod
    def now(cls, meeting: Meeting) -> "Stored":
        """The rows of one meeting."""
        keys = Delegate.objects.filter(meeting=meeting)
        return cls(
            registrations=keys.count(),
            entries=Entry.objects.filter(
                verb="delegate.registered", object_id__in=keys.values("pk")
            ).count(),
            messages=Notice.objects.filter(
                template="delegations/emails/registered", person__in=keys.values("person")
            ).count(),
        )

    def since(self, earlier: "Stored") -> tuple[int, ...]:
        """How many came of each kind; the same number three times when all is well."""
        pairs = zip(astuple(self), astuple(earlier), strict=True)
        return tuple(now - then for now, then in pairs)


class Case:
    """One commission with its working group; meetings are made when a figure asks for them."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        self.areas = [make_area(self.cast.group, f"Area of work {n}") for n in range(1, 9)]
        self._meetings: dict[str, object] = {}

    def open_meeting(self) -> Meeting:
        """A meeting ahead with a plenary and eight consultations, open for registration."""
        return self._once("open", lambda: self._meeting(0, days_ahead=40))

    def meeting_of(self, number: int) -> Meeting:
        """A meeting ahead with so many registrations, one in four waiting for approval."""
        return self._once(f"of {number}", lambda: self._meeting(number, days_ahead=40))

    def near_meeting(self, number: int) -> Meeting:
        """A meeting in six days with so many approved delegates, for whom it is noon now."""
        return self._once(
            f"near {number}",
            lambda: self._meeting(number, days_ahead=6, status="approved", zone=noon_zone()),
        )

    def badged_meeting(self, number: int) -> Meeting:
        """A meeting ahead with so many approved people, for whom badges are printed."""
        return self._once(
            f"badges {number}", lambda: self._meeting(number, days_ahead=50, status="approved")
        )

    def full_month(self, number: int) -> str:
        """A day, as the address has it, of a month with so many sittings in all bodies."""
        self._once(f"month of {number}", lambda: fill_month(self.cast.group, self.areas, number))
        return month_ahead().isoformat()

    def body_of(self, number: int) -> Body:
        """A body with so many meetings."""
        return self._once(f"body of {number}", lambda: body_of(self.cast.commission, number))

    def _once(self, name: str, make):
        if name not in self._meetings:
            self._meetings[name] = make()
        return self._meetings[name]

    def _meeting(self, number: int, *, days_ahead: int, **fields: str) -> Meeting:
        meeting = make_meeting(
            self.cast.group, status="announced", starts_on=today() + timedelta(days=days_ahead)
        )
        desk = make_desk(meeting, capacity=1_000_000)
        sittings = [make_sitting(meeting)]
        sittings += [make_sitting(meeting, kind="consultation", area=area) for area in self.areas]
        register_all(meeting, sittings, number, **fields)
        desk.quotas.update(taken=number)
        return meeting


def register_all(meeting: Meeting, sittings: list[Sitting], number: int, **fields: str) -> None:
    """Store so many registrations at once, for the plenary and one consultation each."""
    delegations = list(Delegation.objects.filter(meeting=meeting).select_related("party"))
    people = Person.objects.bulk_create(
        Person(
            full_name=f"{NAMES[one % len(NAMES)]} {roman(one)}",
            latin_name=f"Guest {one}",
            email=f"guest-{meeting.pk}-{one}@example.org",
            language=LANGUAGES[one % 3],
        )
        for one in range(number)
    )
    delegates = Delegate.objects.bulk_create(
        _delegate(delegations[one % 2], person, one, **fields) for one, person in enumerate(people)
    )
    through = Delegate.sittings.through
    through.objects.bulk_create(
        through(delegate_id=delegate.pk, sitting_id=sitting.pk)
        for one, delegate in enumerate(delegates)
        for sitting in (sittings[0], sittings[1 + one % 8])
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _delegate(delegation: Delegation, person: Person, one: int, **fields: str) -> Delegate:
    return Delegate(
        delegation=delegation,
        meeting_id=delegation.meeting_id,
        person=person,
        full_name=person.full_name,
        latin_name=person.latin_name,
        honorific="Dr",
        function="Deputy Director",
        organisation=f"Institute of Standards {one % 60}",
        sector=Delegate.Sector.values[one % 5],
        email=person.email,
        language=person.language,
        **{"status": "pending" if one % 4 == 0 else "approved"} | fields,
    )


def roman(number: int) -> str:
    """A number in letters, so that names stay names."""
    digits = str.maketrans("0123456789", "ivxlcdmnoq")
    return str(number).translate(digits)


def noon_zone() -> str:
    """A zone in which people are awake at this moment: of these, the one nearest to noon."""
    now = datetime.now(UTC)
    return min(ZONES, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 12))


# --- reading one page -----------------------------------------------------------------


def session_of(user: User) -> str:
    """The cookie of somebody who has signed in."""
    return f"sessionid={_client(user).cookies['sessionid'].value}"


def queries_of(user: User, path: str) -> int:
    """How many questions the database is asked for one page."""
    reader = _client(user)
    reader.get(path)  # the first page also learns what the process keeps for all later ones
    with CaptureQueriesContext(connection) as asked:
        reader.get(path)
    return len(asked)


def _client(user: User) -> Client:
    reader = Client(SERVER_NAME="127.0.0.1")
    reader.force_login(user)
    return reader


def path_of(name: str, obj: Model) -> str:
    """The path of an object's page."""
    return reverse(name, args=[obj.pk])
