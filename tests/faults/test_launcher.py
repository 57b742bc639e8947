"""The launcher with everything that it starts, killed part by part."""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from portal.services.home import ROOT
from portal.services.network import free_port
from tests.waiting import eventually

WORDS = {
    "database": "bin/postgres",
    "broker": "valkey-server",
    "web": "gunicorn",
    "worker": "celery -A portal worker",
    "beat": "celery -A portal beat",
}


class Launcher:
    """`script/server` behind its preparations, in a state folder of its own."""

    def __init__(self, home, **environment):
        self.home = home
        self.port = free_port()
        named = {"PORTAL_HOME": str(home), "PORTAL_PORT": str(self.port)}
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")}
        kept.pop("DATABASE_URL", None)
        kept.pop("REDIS_URL", None)
        self.environment = kept | named | environment
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def start(self):
        """Start it and wait for its line."""
        self.process = subprocess.Popen(
            self.command("server"),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Ready:"):
                return lines
        raise AssertionError("".join(lines))

    def run(self, *arguments, **environment):
        """Run a second launcher to its end."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment | environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def command(self, *arguments):
        return [sys.executable, "-m", "portal.services", *arguments]

    def end(self, number):
        """Send the launcher a signal and give the seconds until it is gone."""
        began = monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        self.process.stdout.close()
        return monotonic() - began

    def ask(self, path="/healthz"):
        """The status and the text of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError as error:
            return 0, str(error)
        finally:
            connection.close()

    def is_well(self):
        return self.ask()[0] == 200

    def number_of(self, part):
        """The process number of a part."""
        for number in children_of(self.process.pid):
            if WORDS[part] in command_line(number):
                return number
        return None

    def forget_sign_of_life(self, part):
        """Have /healthz believe in a new sign only."""
        record = json.loads((self.home / "run" / "portal.json").read_text())
        with redis.Redis.from_url(record["redis_url"]) as broker:
            broker.delete(f"portal:alive:{part}")

    def leftovers(self):
        """Every process that works in the state folder."""
        numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [number for number in numbers if belongs_to(number, str(self.home))]


def children_of(number):
    words = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    return [int(word) for word in words]


def command_line(number):
    return read(f"/proc/{number}/cmdline").replace(b"\0", b" ").decode(errors="replace")


def belongs_to(number, home):
    """Whether a process has the folder in its environment, its command or as its place."""
    if not command_line(number):  # ended, and only its parent has not noticed yet
        return False
    if home.encode() in read(f"/proc/{number}/environ") or home in command_line(number):
        return True
    try:
        return os.readlink(f"/proc/{number}/cwd").startswith(home)
    except OSError:
        return False


def read(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A state folder with a space in its name."""
    return tmp_path_factory.mktemp("state folder")


@pytest.fixture(scope="module")
def portal(home):
    """The whole portal at its first start; the last test of the first part kills it."""
    launcher = Launcher(home)
    launcher.lines = launcher.start()
    yield launcher
    if launcher.process.poll() is None:
        launcher.end(signal.SIGTERM)


# --- the first start, used by all of these --------------------------------------------


def test_the_first_start_tells_its_steps_and_ends_with_the_address(portal):
    assert portal.lines[-1] == f"Ready: {portal.url}\n"
    steps = [line.split("  ")[1] for line in portal.lines if line.startswith("  ")]
    assert steps == [
        "Database (embedded PostgreSQL)",
        "Broker (embedded Valkey)",
        "Tables",
        "Demonstration case",
        "Web, worker and beat",
    ]
    assert any(str(portal.home / "log") in line for line in portal.lines)
    assert any(str(portal.home / "mail") in line for line in portal.lines)


def test_all_parts_are_well_after_the_line(portal):
    status, text = portal.ask()
    assert json.loads(text) == dict.fromkeys(["web", *list(WORDS)[:2], "worker", "beat"], "well")
    assert status == 200


@pytest.mark.parametrize("part", ["database", "broker", "web", "worker", "beat"])
def test_a_killed_part_comes_back(portal, part):
    killed = portal.number_of(part)
    os.kill(killed, signal.SIGKILL)
    if part in {"worker", "beat"}:
        portal.forget_sign_of_life(part)
    eventually(lambda: portal.number_of(part) not in {None, killed}, 30, f"a new {part}")
    eventually(portal.is_well, 40)


def test_a_second_start_says_that_it_is_running_and_where(portal):
    second = portal.run("server")
    assert second.returncode == 1
    assert f"already running: {portal.url} (process {portal.process.pid}" in second.stderr
    assert portal.is_well()


def test_a_taken_port_is_refused_with_another_one_proposed(portal, tmp_path):
    second = portal.run("server", PORTAL_HOME=str(tmp_path))
    assert second.returncode == 1
    assert f"Port {portal.port} is taken by another program" in second.stderr
    assert f"PORTAL_PORT={portal.port + 1}" in second.stderr


def test_a_management_command_uses_the_servers_that_run(portal):
    servers = [portal.number_of("database"), portal.number_of("broker")]
    done = portal.run("manage", "showmigrations", "portal", "--plan")
    assert "[X]  portal.0001" in done.stdout, done.stderr
    assert done.returncode == 0
    assert [portal.number_of("database"), portal.number_of("broker")] == servers


def test_a_killed_launcher_leaves_nothing_running(portal):
    portal.end(signal.SIGKILL)
    eventually(lambda: not portal.leftovers(), 10, "nothing is left")


# --- the second start -----------------------------------------------------------------


def test_a_management_command_brings_its_own_servers_when_none_run(portal):
    assert portal.process.poll() is not None
    count = "from portal.models import Party; print(Party.objects.count())"
    done = portal.run("manage", "shell", "--command", count)
    assert int(done.stdout.splitlines()[-1]) > 1, done.stderr
    assert portal.leftovers() == []


def test_the_second_start_keeps_what_is_there_and_ctrl_c_leaves_nothing(portal):
    assert portal.process.poll() is not None
    again = Launcher(portal.home)
    lines = again.start()
    assert not any("Demonstration" in line for line in lines)
    assert again.end(signal.SIGINT) < 10
    assert again.process.returncode == 0
    assert again.leftovers() == []


# --- other starts ---------------------------------------------------------------------


@pytest.fixture
def own_database():
    """A new database on the server of the tests."""
    address = os.environ["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS launcher WITH (FORCE)")
        server.execute("CREATE DATABASE launcher")
        yield urlsplit(address)._replace(path="/launcher").geturl()
        server.execute("DROP DATABASE launcher WITH (FORCE)")


def test_with_real_servers_the_embedded_ones_stay_out(own_database, tmp_path):
    launcher = Launcher(
        tmp_path,
        DATABASE_URL=own_database,
        REDIS_URL=os.environ["REDIS_URL"],
        PORTAL_DEMONSTRATION="no",
    )
    lines = launcher.start()
    assert lines[-1] == f"Ready: {launcher.url}\n"
    assert [part for part in WORDS if launcher.number_of(part)] == ["web", "worker", "beat"]
    assert not (tmp_path / "database").exists()
    assert not (tmp_path / "broker").exists()
    assert launcher.end(signal.SIGTERM) < 10
    assert launcher.leftovers() == []


@pytest.mark.parametrize(
    ("variable", "nonsense"),
    [
        ("PORTAL_PORT", "eight thousand"),
        ("PORTAL_PORT", "0"),
        ("PORTAL_DEMONSTRATION", "perhaps"),
        ("PORTAL_HOST", "0.0.0.0"),
        ("PORTAL_WORKERS", "-1"),
        ("DATABASE_URL", "mysql://localhost/portal"),
        ("EMAIL_URL", "mail.example.org"),
    ],
)
def test_nonsense_is_refused_with_one_sentence(tmp_path, variable, nonsense):
    done = Launcher(tmp_path, **{variable: nonsense}).run("server")
    assert done.returncode == 1
    assert variable in done.stderr
    assert "Traceback" not in done.stderr
