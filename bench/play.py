"""What one run of each figure does on the stage.

Imported after the stage has set Django up.
"""

from collections.abc import Callable
from functools import cached_property, partial
from itertools import count
from time import monotonic

from django.db.models import QuerySet
from django.urls import reverse

from bench import client
from bench.badges import Badges
from bench.case import REMINDER, Case, Stored, path_of, queries_of, session_of
from bench.feeds import Feeds
from bench.processes import cpu_seconds, resident_mb
from bench.race import race
from bench.registration import registering
from bench.result import Sample
from bench.stage import Stage
from delegations.tasks import remind_delegates
from portal import notices
from portal.models import Notice, User
from portal.services.home import Refused


class Play:
    """A stage with its case; each figure is one method, called once a run."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.case = Case()
        self._badges: dict[int, Badges] = {}
        self.numbers = count(1)  # of the people who register, all of them different
        self.crowd = 100 if stage.quick else 2000  # how many are reminded

    def rest(self) -> None:
        """Let the worker finish, so that it takes nothing from what is measured next."""
        waiting = Notice.objects.exclude(state__in=["sent", "failed"])
        self.stage.wait_until(lambda: not waiting.exists(), "the outbox is empty")

    # --- pages ------------------------------------------------------------------------

    def public_meeting(self) -> Sample:
        """The page of a meeting with nine sittings, read by everybody."""
        path = path_of("meeting", self.case.open_meeting())
        return self._page(client.get(path, self.stage.port))

    def delegates(self, number: int, query: str = "") -> Sample:
        """The first page of a meeting's participants or of those sought, for a focal point."""
        user = self.case.cast.focal_my
        return self._read(user, path_of("participants", self.case.meeting_of(number)) + query)

    def export(self, number: int) -> Sample:
        """The workbook of all participants, taken by a focal point, one after another."""
        path = path_of("participants-export", self.case.meeting_of(number))
        cookie = session_of(self.case.cast.focal_my)
        visit = client.page(client.get(path, self.stage.port, Cookie=cookie))
        load = self.stage.visitors(visit, 1)
        return as_sample(load) | {"bytes": load.largest}

    def calendar(self, number: int, view: str) -> Sample:
        """A month or week of a month with so many sittings, read by a secretary."""
        path = f"{reverse('calendar')}?view={view}&day={self.case.full_month(number)}"
        return self._read(self.case.cast.officer_my, path)

    def body(self, number: int) -> Sample:
        """The page of a body with so many meetings, read by a secretary."""
        path = path_of("body", self.case.body_of(number))
        return self._read(self.case.cast.officer_my, path)

    def meetings(self, number: int) -> Sample:
        """The first page of the list of all meetings, of which one body has so many."""
        self.case.body_of(number)
        return self._read(self.case.cast.officer_my, reverse("meetings"))

    def _read(self, user: User, path: str) -> Sample:
        request = client.get(path, self.stage.port, Cookie=session_of(user))
        return self._page(request) | {"queries": queries_of(user, path)}

    def _page(self, request: bytes) -> Sample:
        visit = client.page(request)
        alone = self.stage.visitors(visit, 1)
        load = self.stage.visitors(visit, 8)
        return as_sample(load) | {"alone_ms": alone.percentile_ms(50), "bytes": load.largest}

    # --- calendar links ---------------------------------------------------------------

    @cached_property
    def feeds(self) -> Feeds:
        """A calendar link with a thousand sittings."""
        return Feeds(self.stage, self.case.cast.group, self.case.cast.officer_my)

    # --- badges -----------------------------------------------------------------------

    def badges(self, number: int) -> Sample:
        """Badges of so many people in one file, each with its code."""
        if number not in self._badges:
            self._badges[number] = Badges(self.stage, self.case, number)
        return self._badges[number].printed()

    # --- registration -----------------------------------------------------------------

    def registration(self, visitors: int, whole: bool = False) -> Sample:
        """People register, each of them new; what counts is what is stored."""
        meeting = self.case.open_meeting()
        before = Stored.now(meeting)
        visit = registering(meeting, self.stage.port, self.numbers, whole=whole)
        load = self.stage.visitors(visit, visitors, keep=False)
        stored = Stored.now(meeting).since(before)
        if set(stored) != {len(load.times)}:
            raise Refused(
                f"{len(load.times)} people registered; of registrations, lines in the journal "
                f"and messages there are {stored}."
            )
        return as_sample(load) | {"visits": len(load.times), "stored": stored[0]}

    def race(self, *, in_processes: bool = False) -> Sample:
        """2,000 people and 50 places, seven times a run; each time exactly 50 are given."""
        people, races = (200, 1) if self.stage.quick else (2000, 7)
        return race(self.case, people=people, races=races, in_processes=in_processes)

    # --- messages ---------------------------------------------------------------------

    def reminders(self) -> Sample:
        """A meeting comes near: find who is to be reminded, write the messages, send them."""
        self.case.near_meeting(self.crowd)
        written = Notice.objects.filter(template=REMINDER)
        written.delete()
        return self._sending(remind_delegates.delay, written)

    def messages(self) -> Sample:
        """As many reminders wait in the outbox, written: send them."""
        written = Notice.objects.filter(template=REMINDER)
        if not written.exists():
            self.reminders()
            self.rest()
        written.update(state="queued", sent_at=None, attempts=0)
        return self._sending(notices.wake, written)

    def _sending(self, begin: Callable[[], object], written: QuerySet[Notice]) -> Sample:
        wait = partial(self.stage.wait_until, seconds=20 if self.stage.quick else 120)
        worker = self.stage.worker.process.pid
        began, taken, work = monotonic(), self.stage.received(), cpu_seconds(worker)
        begin()
        queued = wait(written.exists, "the messages are written")
        sent = wait(lambda: self.stage.received() >= taken + self.crowd, "all are sent")
        return {
            "rate": self.crowd / (sent - began),
            "seconds": sent - began,
            "writing_s": queued - began,
            "cpu_ms": (cpu_seconds(worker) - work) / self.crowd * 1000,
        }

    # --- memory -----------------------------------------------------------------------

    def memory(self) -> Sample:
        """What web and worker keep after both have worked."""
        self.delegates(462 if self.stage.quick else 5000)
        self.registration(8)
        self.rest()
        parts = {"web_mb": self.stage.web, "worker_mb": self.stage.worker}
        return {name: resident_mb(part.process.pid) for name, part in parts.items()}


def as_sample(load: client.Load) -> Sample:
    """What every run under visitors tells."""
    return {
        "rate": load.rate,
        "p50_ms": load.percentile_ms(50),
        "p95_ms": load.percentile_ms(95),
        "cpu_ms": load.cpu_ms,
        "client": load.client,
    }
