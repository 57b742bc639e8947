"""How long somebody waits who clones the portal and starts it."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from bench.stage import without_portal
from portal.services.home import ROOT, Refused
from portal.services.network import free_port
from portal.services.supervisor import guarded

KEPT_ASIDE = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR")
PATIENCE = 600  # seconds for a first start; a slow package index takes some


class Clone:
    """A clean clone of what is committed, with an empty home. To be used in a `with`."""

    def __init__(self) -> None:
        if not (ROOT / ".git").exists():
            raise Refused(f"{ROOT} is no clone, so the starts cannot be measured.")

    def __enter__(self) -> "Clone":
        self.folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        (self.folder / "home").mkdir()
        self.port = free_port()
        self.environment = {
            name: text
            for name, text in without_portal(dict(os.environ)).items()
            if name not in KEPT_ASIDE
        } | {"HOME": str(self.folder / "home"), "PORTAL_PORT": str(self.port)}
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def first_start(self) -> float:
        """Seconds from `git clone` to the first answer."""
        began = monotonic()
        subprocess.run(
            [tool("git"), "clone", "--quiet", str(ROOT), str(self.folder / "portal")],
            env=self.environment,
            check=True,
        )
        return monotonic() - began + self.start()

    def start(self) -> float:
        """Seconds from `script/server` to the answer of its first page; then it is stopped."""
        words = self.folder / "words"
        began = monotonic()
        with words.open("wb") as file:
            server = subprocess.Popen(
                guarded([str(self.folder / "portal/script/server")], death=signal.SIGTERM),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_ready(server, words, began + PATIENCE)
            return monotonic() - began
        finally:
            server.terminate()
            server.wait(30)

    def _wait_until_ready(self, server: subprocess.Popen, words: Path, end: float) -> None:
        while "Ready: http" not in words.read_text():
            if server.poll() is not None or monotonic() > end:
                raise Refused(f"The clone did not start. It said:\n{words.read_text()}")
            sleep(0.02)
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", "/")
            status = connection.getresponse().status
        if status >= 400:
            raise Refused(f"The clone said that it is ready and answered with status {status}.")


def tool(name: str) -> str:
    """The path of a program that has to be there."""
    path = shutil.which(name)
    if path is None:
        raise Refused(f"{name} is needed to measure the starts and was not found.")
    return path
