"""Badges of a meeting, asked for by somebody at the door.

What was set in type once is remembered by its letters, and the same file would come faster the
second time. So before every request everybody gets another name and another reference.

Imported after the stage has set Django up.
"""

from itertools import count

from bench import client
from bench.case import NAMES, Case, path_of, roman, session_of
from bench.result import Sample
from bench.stage import Stage
from delegations.models import Delegate
from delegations.models.delegate import reference
from meetings.models import Meeting

WARM_UP = 3  # requests after which both web processes have their fonts
A_MOMENT = 0.001  # seconds: one request


class Badges:
    """A meeting with so many approved people, and a secretary who prints their badges."""

    def __init__(self, stage: Stage, case: Case, number: int) -> None:
        self.stage = stage
        self.meeting = case.badged_meeting(number)
        path = f"{path_of('badges-file', self.meeting)}?sheet=a6"
        self.request = client.get(path, stage.port, Cookie=session_of(case.cast.officer_my))
        self.rounds = count(1)
        for _one in range(WARM_UP):
            self.printed()

    def printed(self) -> Sample:
        """One file with the badge of everybody, code included."""
        rename(self.meeting, next(self.rounds))
        load = client.run(
            client.page(self.request),
            self.stage.port,
            visitors=1,
            seconds=A_MOMENT,
            server=self.stage.web.process.pid,
        )
        return {
            "rate": load.rate,
            "p50_ms": load.percentile_ms(50),
            "p95_ms": load.percentile_ms(95),
            "alone_ms": load.percentile_ms(50),
            "bytes": load.largest,
        }


def rename(meeting: Meeting, turn: int) -> None:
    """Give everybody another name and another reference."""
    people = list(Delegate.objects.filter(meeting=meeting))
    for number, one in enumerate(people):
        one.full_name = f"{NAMES[(number + turn) % len(NAMES)]} {roman(turn * 10_000 + number)}"
        one.latin_name = f"Guest {roman(number + turn * 10_000)}"
        one.reference = reference()
    Delegate.objects.bulk_update(people, ["full_name", "latin_name", "reference"], batch_size=500)
