"""The web server: gunicorn with threads, on the socket that the launcher holds."""

import socket
import sys

from portal.services.home import Home
from portal.services.supervisor import Part


def web(home: Home, held: socket.socket, environment: dict[str, str]) -> Part:
    """Gunicorn serving the portal; how many processes and threads stands in gunicorn.py."""
    return Part(
        name="web",
        command=[
            *(sys.executable, "-m", "gunicorn", "--config", "python:portal.services.gunicorn"),
            *("--bind", f"fd://{held.fileno()}", "portal.wsgi"),
        ],
        log=home.log("web"),
        environment=environment,
        keep=(held.fileno(),),
        patience=2.0,
    )
