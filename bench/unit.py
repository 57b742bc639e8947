"""The unit of all figures: how many bare pages a second this machine gives at this moment."""

import signal
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from time import monotonic, sleep

from bench import client
from portal.services.home import ROOT, Refused
from portal.services.network import free_port
from portal.services.supervisor import guarded


class BarePage:
    """The page of bench/bare.py under gunicorn with two sync workers. To be used in a `with`."""

    def __init__(self, *, quick: bool) -> None:
        self.seconds = 0.5 if quick else 2.0
        self.port = free_port()

    def __enter__(self) -> "BarePage":
        command = [
            *(sys.executable, "-m", "gunicorn", "--workers", "2", "--worker-class", "sync"),
            *("--no-control-socket", "--log-level", "error"),
            *("--bind", f"127.0.0.1:{self.port}", "bench.bare"),
        ]
        self.server = subprocess.Popen(guarded(command, death=signal.SIGTERM), cwd=ROOT)
        end = monotonic() + 30
        while not answers(self.port, "/"):
            if self.server.poll() is not None or monotonic() > end:
                self.__exit__()
                raise Refused("The bare page does not start, so there is no unit to measure in.")
            sleep(0.05)
        self.look()  # the first one is slower
        return self

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        self.server.wait(10)

    def look(self) -> client.Load:
        """Eight visitors at the bare page."""
        visit = client.page(client.get("/", self.port))
        return client.run(
            visit, self.port, visitors=8, seconds=self.seconds, server=self.server.pid
        )


def answers(port: int, path: str) -> bool:
    """Whether a page of this machine answers with 200."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
