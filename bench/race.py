"""Many people at the same moment, and few places: in threads, and in processes with threads."""

import multiprocessing
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.db import connection, connections

from bench.case import NAMES, Case, roman
from bench.result import Sample
from delegations import operations
from delegations.models import Delegate, Desk, Quota, miscounted
from meetings.models import Meeting, Sitting
from portal.services.home import Refused
from tests.factories import make_desk, make_meeting, make_quota, make_sitting

PLACES = 50
THREADS = 16  # a connection each
PROCESSES = 4


def race(case: Case, *, people: int, races: int, in_processes: bool) -> Sample:
    """So many races for 50 places; Refused unless each gives exactly 50 of them."""
    began = monotonic()
    for number in range(races):
        meeting = _meeting(case)
        told = (_by_processes if in_processes else _by_threads)(meeting, range(people))
        _judge(meeting, told, number + 1)
    seconds = monotonic() - began
    return {"races": races, "given": PLACES, "rate": people * races / seconds, "seconds": seconds}


def _meeting(case: Case) -> Meeting:
    """A meeting with 50 places in all, as many in its plenary, and more for each side."""
    meeting = make_meeting(case.cast.group, status="announced")
    desk = make_desk(meeting, capacity=PLACES)
    make_quota(desk, limit=PLACES, sitting=make_sitting(meeting))
    for party in meeting.sides():
        make_quota(desk, limit=PLACES, party=party)
    return meeting


def _by_threads(meeting: Meeting, numbers: range) -> Counter:
    desk = Desk.objects.select_related("meeting__body").get(meeting=meeting)
    delegations = list(meeting.delegations.select_related("party"))
    sittings = list(meeting.sittings.all())

    def turn(start: int) -> Counter:
        try:
            mine = numbers[start::THREADS]
            return Counter(
                _register(desk, delegations[n % len(delegations)], sittings, n) for n in mine
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(turn, range(THREADS)), Counter())


def _register(desk: Desk, delegation, sittings: list[Sitting], number: int) -> str:
    delegate = Delegate(
        delegation=delegation,
        full_name=f"{NAMES[number % len(NAMES)]} {roman(number)}",
        email=f"racer-{number}@example.org",
        organisation="Institute of Standards",
        sector="industry",
    )
    try:
        operations.register(desk, delegate=delegate, sittings=sittings, submission=uuid.uuid4())
    except operations.NoPlaceLeft:
        return "full"
    return "registered"


def _by_processes(meeting: Meeting, numbers: range) -> Counter:
    connections.close_all()  # none may be shared with a child
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    children = [
        context.Process(target=_child, args=(meeting.pk, numbers[start::PROCESSES], answers))
        for start in range(PROCESSES)
    ]
    for child in children:
        child.start()
    told = sum((answers.get() for _child in children), Counter())
    for child in children:
        child.join()
    return told


def _child(meeting: int, numbers: range, answers) -> None:
    answers.put(_by_threads(Meeting.objects.get(pk=meeting), numbers))


def _judge(meeting: Meeting, told: Counter, number: int) -> None:
    """What people were told, what is stored, and what is counted: all of it 50."""
    stored = Delegate.objects.filter(meeting=meeting, status__in=Delegate.HOLDING).count()
    wrong = miscounted(Quota.objects.filter(desk__meeting=meeting))
    if (told["registered"], stored) != (PLACES, PLACES) or wrong:
        raise Refused(
            f"Race {number}: {told['registered']} people were told that they are registered, "
            f"{stored} registrations are stored for {PLACES} places; wrongly counted: {wrong}."
        )
