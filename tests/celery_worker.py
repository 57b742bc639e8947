"""A real Celery worker on the database, the broker and the mail sink of the tests."""

import os
import signal
import sys
from datetime import timedelta
from urllib.parse import quote

import redis
from django.conf import settings
from django.db import connection

from portal.services.supervisor import Part
from tests.waiting import eventually

LEASE = timedelta(seconds=5)  # after which a sender counts as dead
QUEUE_KEYS = ("celery", "unacked*", "_kombu*", "*celery.pidbox*", "portal:alive:*")


class Worker:
    """A worker that a test may kill and start again."""

    def __init__(self, log, sink):
        self.log = log
        self._part = Part(
            name="worker",
            command=[
                *(sys.executable, "-m", "celery", "-A", "portal", "worker"),
                *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            ],
            log=log,
            environment={
                "DATABASE_URL": test_database_url(),
                "REDIS_URL": settings.REDIS_URL,
                "EMAIL_URL": sink.url,
                "PORTAL_WORKERS": "1",
                "PORTAL_SEND_LEASE": str(LEASE.seconds),
            },
        )

    @property
    def pid(self):
        return self._part.process.pid if self._part.process else None

    def start(self):
        """Start it and wait until it takes tasks."""
        begun = self.log.stat().st_size if self.log.exists() else 0
        self._part.start()
        eventually(lambda: self._says_ready(begun), 30, f"the worker is ready, see {self.log}")

    def kill(self):
        """End it at once with all its processes, as a crash would."""
        os.killpg(self._part.process.pid, signal.SIGKILL)
        self._part.process.wait()
        self._part.process = None

    def stop(self):
        """End it, if it lives."""
        if self._part.process:
            self.kill()

    def _says_ready(self, begun):
        assert self._part.process.poll() is None, self.log.read_text()
        return b"ready." in self.log.read_bytes()[begun:]


def test_database_url():
    """The address of the database that pytest-django made, which has another name."""
    parts = connection.settings_dict
    credentials = f"{quote(parts['USER'])}:{quote(parts['PASSWORD'], safe='')}"
    return f"postgresql://{credentials}@{parts['HOST']}:{parts['PORT']}/{quote(parts['NAME'])}"


test_database_url.__test__ = False


def empty_queue():
    """Forget the tasks that former tests left."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        for pattern in QUEUE_KEYS:
            for key in broker.scan_iter(pattern):
                broker.delete(key)
