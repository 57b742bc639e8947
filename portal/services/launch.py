"""The two things that people start: the whole portal, and one management command."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import psycopg
import redis

from portal import settings
from portal.services.beat import beat
from portal.services.broker import Broker
from portal.services.database import Database
from portal.services.home import ROOT, Home, Record, Refused
from portal.services.network import hold
from portal.services.steps import say, step, tell
from portal.services.supervisor import Part, Stop, Supervisor
from portal.services.web import web
from portal.services.worker import worker

MANAGE = [sys.executable, str(ROOT / "manage.py")]
ADDRESS = f"http://{settings.PORTAL_HOST}:{settings.PORTAL_PORT}/"

# --- the whole portal -----------------------------------------------------------------


def serve() -> int:
    """Start everything and look after it until somebody asks for the end."""
    home = Home(settings.PORTAL_HOME)
    home.open()
    if not home.take():
        raise Refused(already_running(home))
    if not settings.is_loopback(settings.PORTAL_HOST):
        raise Refused(
            f"PORTAL_HOST is “{settings.PORTAL_HOST}”, and the portal answers this machine alone. "
            "Leave it at 127.0.0.1 and put a web server with TLS in front of it."
        )
    supervisor = Supervisor(tell)
    with hold(settings.PORTAL_HOST, settings.PORTAL_PORT) as held:
        try:
            start_all(home, supervisor, held)
            while True:
                home.trim_logs()
                supervisor.wait(600)
        except Stop:
            say("Stopping.")
        finally:
            supervisor.stop()
            home.forget()
    say("Stopped.")
    return 0


def start_all(home: Home, supervisor: Supervisor, held: socket.socket) -> None:
    """Servers, tables, demonstration, then the parts that serve people."""
    say(f"The portal keeps its state in {home.path}")
    home.write_record(Record(os.getpid(), "server", ADDRESS))
    places = start_servers(home, supervisor, step)
    home.write_record(Record(os.getpid(), "server", ADDRESS, **places))
    environment = as_environment(home, places)

    note_first_start(home, places["database_url"])
    with step("Tables"):
        supervisor.run([*MANAGE, "migrate", "--no-input"], home.log("migrate"), environment)
    load_demonstration(home, supervisor, environment)
    with step("Web, worker and beat"):
        parts = [web(home, held, environment), worker(home, environment), beat(home, environment)]
        for part in parts:
            supervisor.start(part)
        wait_until_well(supervisor, parts)

    say(f"Logs lie in {home.path / 'log'}")
    if settings.EMAIL_URL.startswith("file:"):
        say(f"Messages are written to {settings.EMAIL_FILE_PATH} and sent to nobody")
    say("Ctrl-C stops the portal")
    say(f"Ready: {ADDRESS}")


def note_first_start(home: Home, database_url: str) -> None:
    """Remember that the demonstration is due while the database has no tables yet.

    A file remembers, because the start may be broken off between the tables and the case.
    """
    if not settings.DEMONSTRATION:
        return
    with psycopg.connect(database_url, connect_timeout=3) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if row and row[0] is None:
        home.demonstration_due.touch()


def load_demonstration(home: Home, supervisor: Supervisor, environment: dict[str, str]) -> None:
    """Load the demonstration case once; what people change in it later stays."""
    if settings.DEMONSTRATION and home.demonstration_due.exists():
        with step("Demonstration case"):
            supervisor.run([*MANAGE, "demo"], home.log("demonstration"), environment)
        home.demonstration_due.unlink()


def wait_until_well(supervisor: Supervisor, parts: list[Part]) -> None:
    """Wait until /healthz and the first page answer; say what was heard if they do not."""
    status, heard = 0, ""

    def is_answered() -> bool:
        nonlocal status, heard
        status, heard = ask("/healthz")
        return status == 400 or (status == 200 and ask("/")[0] < 500)

    try:
        supervisor.until(is_answered, 90, *parts)
    except Refused as refusal:
        raise Refused(f"{refusal}\n/healthz says: {heard}") from refusal
    if status == 400:
        raise Refused(
            f"The portal does not answer to its own name {own_name()}. PORTAL_ALLOWED_HOSTS "
            "must contain the host of PORTAL_URL."
        )


def ask(path: str) -> tuple[int, str]:
    """The status and the text of a page, asked for by the name that people call the portal."""
    connection = http.client.HTTPConnection(
        settings.PORTAL_HOST.strip("[]"), settings.PORTAL_PORT, timeout=10
    )
    try:
        connection.request("GET", path, headers={"Host": own_name()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 599, f"no answer ({error})"
    finally:
        connection.close()


def own_name() -> str:
    """Host and port by which people call the portal."""
    return urlsplit(settings.PORTAL_URL).netloc


def already_running(home: Home) -> str:
    """The sentence for a second start in the same folder."""
    record = home.read_record()
    if record is None:
        return f"The portal is just starting or stopping in {home.path}. Try again in a moment."
    if record.what == "manage":
        return (
            f"A management command (process {record.pid}) has its servers running in "
            f"{home.path}. Try again when it has ended."
        )
    return (
        f"The portal is already running: {record.url} (process {record.pid}, state in "
        f"{home.path}). Press Ctrl-C there to stop it, or: kill {record.pid}"
    )


# --- the servers ----------------------------------------------------------------------


def start_servers(
    home: Home, supervisor: Supervisor, show: Callable[[str], AbstractContextManager[None]]
) -> dict[str, str]:
    """Where database and broker are: the addresses given, or the embedded ones, started."""
    places = {
        "database_url": settings.env_text("DATABASE_URL"),
        "redis_url": settings.env_text("REDIS_URL"),
    }
    with show("Database" if places["database_url"] else "Database (embedded PostgreSQL)"):
        if places["database_url"]:
            check_database(places["database_url"])
        else:
            database = Database(home)
            database.start(supervisor)
            places["database_url"] = database.url
    with show("Broker" if places["redis_url"] else "Broker (embedded Valkey)"):
        if places["redis_url"]:
            check_broker(places["redis_url"])
        else:
            broker = Broker(home)
            broker.start(supervisor)
            places["redis_url"] = broker.url
    return places


def check_database(url: str) -> None:
    """Refuse a database that does not let us in."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise Refused(f"The database of DATABASE_URL does not let us in: {error}") from error


def check_broker(url: str) -> None:
    """Refuse a broker that does not let us in."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        raise Refused(f"The broker of REDIS_URL does not let us in: {error}") from error


def as_environment(home: Home, places: dict[str, str]) -> dict[str, str]:
    """What a part needs to know on top of what the launcher was told."""
    return {
        "PORTAL_HOME": str(home.path),
        "DATABASE_URL": places["database_url"],
        "REDIS_URL": places["redis_url"],
        "PYTHONUNBUFFERED": "1",
    }


# --- one management command -----------------------------------------------------------


def manage(arguments: list[str]) -> int:
    """Run a management command with the servers that run here, or with its own meanwhile."""
    command = [*MANAGE, *arguments]
    if settings.env_text("DATABASE_URL") and settings.env_text("REDIS_URL"):
        os.execv(command[0], command)  # noqa: S606
    home = Home(settings.PORTAL_HOME)
    home.open()
    end = time.monotonic() + 60
    while not home.take():
        record = home.enter_as_guest()
        if record:
            places = {"database_url": record.database_url, "redis_url": record.redis_url}
            os.execve(command[0], command, os.environ | as_environment(home, places))  # noqa: S606
        if time.monotonic() > end:
            raise Refused(already_running(home))
        time.sleep(0.2)
    return manage_with_own_servers(home, command)


def manage_with_own_servers(home: Home, command: list[str]) -> int:
    """Start the embedded servers, run the command, and stop them when nobody needs them."""
    supervisor = Supervisor(lambda text: print(text, file=sys.stderr))
    try:
        places = start_servers(home, supervisor, lambda name: nullcontext())
        home.write_record(Record(os.getpid(), "manage", ADDRESS, **places))
        code = supervisor.run_in_foreground(command, as_environment(home, places))
        home.wait_for_guests()
        return code
    except Stop as stop:
        return 128 + stop.signal
    finally:
        home.forget()
        supervisor.stop()
