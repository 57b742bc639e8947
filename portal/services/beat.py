"""Celery's beat. It knows the hours and puts what is due into the queue."""

import sys

from portal.services.home import Home
from portal.services.supervisor import Part


def beat(home: Home, environment: dict[str, str]) -> Part:
    """One beat, which remembers in the state folder what it last called and when."""
    return Part(
        name="beat",
        command=[
            *(sys.executable, "-m", "celery", "-A", "portal", "beat", "--loglevel", "INFO"),
            *("--schedule", str(home.folder("beat") / "schedule"), "--pidfile", ""),
        ],
        log=home.log("beat"),
        environment=environment,
        patience=1.0,
    )
