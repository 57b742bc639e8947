"""The Celery worker. It sends what waits and does what takes long."""

import sys

from portal.services.home import Home
from portal.services.supervisor import Part


def worker(home: Home, environment: dict[str, str]) -> Part:
    """One worker with the processes that PORTAL_WORKERS asks for."""
    return Part(
        name="worker",
        command=[
            *(sys.executable, "-m", "celery", "-A", "portal", "worker", "--loglevel", "INFO"),
            # There is one worker: it has nobody to gossip with or to catch up on.
            *("--without-gossip", "--without-mingle"),
        ],
        log=home.log("worker"),
        environment=environment,
        patience=4.0,
    )
