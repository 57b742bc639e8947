"""Everything that is measured, started in a folder of its own and gone afterwards.

The portal runs as in production: no debugging, no demonstration, a database that waits for the
disk, two web processes with the threads of portal/services/gunicorn.py, a worker of two processes
and beat. Beside it stands a mail server that forgets what it is sent.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from bench import client
from bench.unit import answers
from portal.services.beat import beat
from portal.services.broker import Broker
from portal.services.database import Database
from portal.services.home import ROOT, Home, Refused
from portal.services.network import free_port, hold
from portal.services.steps import say, step
from portal.services.supervisor import Part, Supervisor, last_words
from portal.services.web import web
from portal.services.worker import worker

MANAGE = [sys.executable, str(ROOT / "manage.py")]
OWN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


def without_portal(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which nobody's settings of a portal are left."""
    return {
        name: text
        for name, text in environment.items()
        if name not in OWN and not name.startswith("PORTAL_")
    }


class Stage:
    """The portal, running. To be used in a `with`, in the main thread."""

    def __init__(self, *, quick: bool) -> None:
        self.seconds = 1.0 if quick else 5.0  # how long visitors come in one run
        self.quick = quick
        self.port, self.mail_port = free_port(), free_port()

    def __enter__(self) -> "Stage":
        self.folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        self.home = Home(self.folder)
        self.supervisor = Supervisor(say)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- starting ---------------------------------------------------------------------

    def _start(self) -> None:
        self.home.open()
        with step("Database and broker"):
            self.set_environment(self._start_servers())
        with step("Tables"):
            self._manage("migrate", "--no-input")
        if not self.quick:
            with step("Static files"):
                self._manage("collectstatic", "--no-input")
        with step("Web, worker, beat, mail server"):
            self._start_parts()
        import django

        django.setup()  # from here on this process may ask the database, too

    def _start_servers(self) -> dict[str, str]:
        database, broker = Database(self.home), Broker(self.home)
        database.start(self.supervisor)
        broker.start(self.supervisor)
        return {"DATABASE_URL": database.url, "REDIS_URL": broker.url}

    def set_environment(self, servers: dict[str, str]) -> None:
        """The settings of a portal in production, for its parts and for this process."""
        settings = servers | {
            "PORTAL_HOME": str(self.folder),
            "PORTAL_PORT": str(self.port),
            "PORTAL_DEMONSTRATION": "no",
            "PORTAL_STATIC_COLLECTED": "no" if self.quick else "yes",
            "PORTAL_WEB_PROCESSES": "2",
            "PORTAL_WORKERS": "2",
            # One address plays thousands here; the counting itself is part of what is measured.
            "PORTAL_READS_PER_LINK": "1000000",
            "PORTAL_FORMS_PER_MINUTE": "1000000",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        clean = without_portal(dict(os.environ))
        os.environ.clear()
        os.environ.update(clean | settings)

    def _manage(self, *arguments: str) -> None:
        self.supervisor.run([*MANAGE, *arguments], self.home.log("manage"), {})

    def _start_parts(self) -> None:
        self.held = hold("127.0.0.1", self.port)
        self.web = web(self.home, self.held, {})
        self.worker = worker(self.home, {})
        parts = [self.web, self.worker, beat(self.home, {}), self._sink()]
        for part in parts:
            self.supervisor.start(part)
        self.supervisor.until(self._is_well, 90, *parts)

    def _sink(self) -> Part:
        return Part(
            name="mail server",
            command=[
                *(sys.executable, "-m", "bench.sink"),
                *(str(self.mail_port), str(self._count_file)),
            ],
            log=self.home.log("sink"),
        )

    def _is_well(self) -> bool:
        return answers(self.port, "/healthz")

    # --- measuring --------------------------------------------------------------------

    def visitors(self, visit: Callable[[], client.Visit], number: int, **how: bool) -> client.Load:
        """So many visitors of the portal, for one run."""
        return client.run(
            visit,
            self.port,
            visitors=number,
            seconds=self.seconds,
            server=self.web.process.pid,
            **how,
        )

    @property
    def _count_file(self) -> Path:
        return self.folder / "messages-received"

    def received(self) -> int:
        """How many messages the mail server has taken."""
        return self._count_file.stat().st_size

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = 120) -> float:
        """Wait for a condition and give the instant; refuse when it does not come."""
        end = monotonic() + seconds
        while not condition():
            if monotonic() > end:
                words = "\n".join(last_words(self.home.log(name)) for name in ("web", "worker"))
                raise Refused(f"Not within {seconds:.0f} s: {what}.\n{words}")
            self.supervisor.wait(0.02)
        return monotonic()
