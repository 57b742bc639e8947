"""script/manage scale: a synthetic meeting with as many registrations as one asks for."""

from datetime import time, timedelta
from itertools import product

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from delegations.models import Delegate
from delegations.operations import open_delegations
from meetings.models import Body, Meeting, Sitting
from portal.models import Person
from portal.workflow import recorded

GIVEN = ("Nur Aisyah", "Ahmad Faiz", "Li Wen", "Kavitha", "Иван", "Ольга", "Jeremy", "Тимур")
FAMILY = ("binti Rahman", "bin Osman", "Tan", "Subramaniam", "Соколов", "Орлова", "O’Molujin")
NAMES = [f"{given} {family}" for given, family in product(GIVEN, FAMILY)]
IN_LETTERS = str.maketrans("0123456789", "ivxlcdmnoq")
AT_ONCE = 5000


class Command(BaseCommand):
    help = (
        "Makes a meeting of its own with synthetic registrations, the same ones each time, to try "
        "the lists and exports with thousands. Nobody is told anything."
    )

    def add_arguments(self, parser):
        parser.add_argument("--registrations", type=int, default=50_000, metavar="NUMBER")
        parser.add_argument("--body", default="", metavar="CODE", help="whose meeting it is")

    def handle(self, *args, registrations, body, **options):
        found = Body.objects.filter(code=body) if body else Body.objects.order_by("pk")
        first = found.first()
        if first is None:
            raise CommandError("There is no such body. Make one first, or name its code.")
        if not 0 < registrations <= 1_000_000:
            raise CommandError("Choose a number from 1 to 1,000,000.")
        meeting = make(first, registrations)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(f"{meeting.get_absolute_url()}: {registrations} registrations")


@transaction.atomic
def make(body: Body, number: int) -> Meeting:
    """The meeting, its delegations and its people."""
    meeting = _meeting(body, number)
    open_delegations(meeting, by=None)
    delegations = list(meeting.delegations.order_by("pk"))
    sitting = Sitting.objects.create(
        meeting=meeting, day=meeting.starts_on, wall=time(15), zone=meeting.zone, minutes=120
    )
    for start in range(0, number, AT_ONCE):
        numbers = range(start, min(number, start + AT_ONCE))
        people = Person.objects.bulk_create(_person(meeting, one) for one in numbers)
        delegates = Delegate.objects.bulk_create(
            _delegate(delegations[one % len(delegations)], person, one)
            for one, person in zip(numbers, people, strict=True)
        )
        through = Delegate.sittings.through
        through.objects.bulk_create(
            through(delegate_id=one.pk, sitting_id=sitting.pk) for one in delegates
        )
    return meeting


def _meeting(body: Body, number: int) -> Meeting:
    starts_on = timezone.localdate() + timedelta(days=40)
    meeting = Meeting(
        body=body,
        series=Meeting.Series.EXTRAORDINARY,
        number=1000 + body.meetings.count(),
        title=f"Synthetic, {number} registrations",
        starts_on=starts_on,
        ends_on=starts_on,
        zone=body.sides()[0].zone,
        was_announced=True,
    )
    recorded(meeting, Meeting.Status.ANNOUNCED).save()
    return meeting


def _person(meeting: Meeting, one: int) -> Person:
    return Person(
        full_name=f"{NAMES[one % len(NAMES)]} {str(one).translate(IN_LETTERS)}",
        latin_name=f"Guest {one}",
        email=f"synthetic-{meeting.pk}-{one}@example.org",
    )


def _delegate(delegation, person: Person, one: int) -> Delegate:
    waits = Delegate.Status.PENDING if one % 4 == 0 else Delegate.Status.APPROVED
    delegate = Delegate(
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
    )
    return recorded(delegate, waits)
