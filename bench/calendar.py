"""The rows that the calendar is measured on: a month full of sittings, a body that has met often.

Imported after the stage has set Django up.
"""

from datetime import date, time, timedelta

from django.db import connection

from meetings.models import Area, Body, Meeting, Sitting
from tests.factories import make_body, make_meeting, today

ZONES = ("Asia/Kuala_Lumpur", "Europe/Moscow")
MEETINGS_A_MONTH = 100


def month_ahead() -> date:
    """The first day of a month that nothing else is measured in."""
    return (today().replace(day=1) + timedelta(days=200)).replace(day=1)


def fill_month(body: Body, areas: list[Area], number: int) -> None:
    """So many sittings in one month, of a hundred meetings, on every day and at all hours."""
    first = month_ahead()
    meetings = [
        make_meeting(body, status="announced", starts_on=first + timedelta(days=one % 28))
        for one in range(MEETINGS_A_MONTH)
    ]
    sittings = [
        Sitting(
            meeting=meetings[one % MEETINGS_A_MONTH],
            kind=Sitting.Kind.CONSULTATION if one % 5 else Sitting.Kind.PLENARY,
            area=areas[one % len(areas)] if one % 5 else None,
            day=first + timedelta(days=one % 28),
            wall=time(7 + one % 15, one % 4 * 15),
            minutes=90,
            zone=ZONES[one % 2],
            is_open=bool(one % 7),
        )
        for one in range(number)
    ]
    for sitting in sittings:
        sitting.reckon()
    Sitting.objects.bulk_create(sittings)
    _analyse()


def body_of(parent: Body, number: int) -> Body:
    """A working group that has met or will meet so many times, each with its plenary."""
    body = make_body(kind="working_group", parent=parent, name=f"Group of {number} meetings")
    meetings = [_meeting(body, one, number) for one in range(number)]
    sittings = [
        Sitting(meeting=one, day=one.starts_on, wall=time(15), zone=one.zone) for one in meetings
    ]
    for sitting in sittings:
        sitting.reckon()
    Sitting.objects.bulk_create(sittings)
    _analyse()
    return body


def _meeting(body: Body, one: int, number: int) -> Meeting:
    """One in twenty lies ahead, the others were held, one a month."""
    ahead = one < number // 20
    day = today() + timedelta(days=40 + one * 10) if ahead else today() - timedelta(days=one * 30)
    return make_meeting(body, status="announced" if ahead else "held", starts_on=day)


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
