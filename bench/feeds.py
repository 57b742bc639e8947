"""A calendar link with a thousand sittings: written anew each time, and asked again in vain.

Imported after the stage has set Django up.
"""

from datetime import time, timedelta
from urllib.request import urlopen

from bench import client
from bench.client import Visit
from bench.result import Sample
from bench.stage import Stage
from meetings.models import Body, Feed, Sitting
from portal.models import User
from tests.factories import make_area, make_meeting, make_room, today

MEETINGS, SITTINGS = 40, 25  # of each meeting


class Feeds:
    """One official's link to everything, with the sittings of a busy commission behind it."""

    def __init__(self, stage: Stage, body: Body, user: User) -> None:
        self.stage = stage
        fill(body)
        feed = Feed.objects.create(user=user, scope=Feed.Scope.ALL)
        self.path = f"/feeds/{feed.secret}.ics"

    def built(self) -> Sample:
        """The file for a program that has read nothing before: all of it is written anew."""
        visit = client.page(client.get(self.path, self.stage.port))
        alone = self.stage.visitors(visit, 1)
        return {
            "alone_ms": alone.percentile_ms(50),
            "cpu_ms": alone.cpu_ms,
            "bytes": alone.largest,
            "sittings": MEETINGS * SITTINGS,
        }

    def unchanged(self) -> Sample:
        """The same for a program that has read it: nothing has changed."""
        etag = self._read_once()
        request = client.get(self.path, self.stage.port, **{"If-None-Match": etag})

        def visit() -> Visit:
            (yield request).expect(304)

        load = self.stage.visitors(visit, 8)
        return {
            "rate": load.rate,
            "p50_ms": load.percentile_ms(50),
            "p95_ms": load.percentile_ms(95),
            "cpu_ms": load.cpu_ms,
        }

    def _read_once(self) -> str:
        """The validator of the file as it is now."""
        with urlopen(f"http://127.0.0.1:{self.stage.port}{self.path}") as answer:
            return answer.headers["ETag"]


def fill(body: Body) -> None:
    """Forty meetings of twenty-five sittings, in five rooms and eight areas."""
    areas = [make_area(body, f"Field of work {number}") for number in range(1, 9)]
    rooms = [make_room(f"Hall {number}", city="Putrajaya") for number in range(1, 6)]
    sittings = []
    for number in range(MEETINGS):
        meeting = make_meeting(
            body, status="announced", starts_on=today() + timedelta(days=10 + 3 * number), days=3
        )
        for one in range(SITTINGS):
            sitting = Sitting(
                meeting=meeting,
                kind="consultation",
                area=areas[one % 8],
                room=rooms[one % 5],
                day=meeting.starts_on + timedelta(days=one % 3),
                wall=time(8 + one // 5 * 2),
                zone=meeting.zone,
                minutes=90,
                join_link=f"https://video.example.org/room-{number}-{one}",
            )
            sitting.reckon()
            sittings.append(sitting)
    Sitting.objects.bulk_create(sittings)
