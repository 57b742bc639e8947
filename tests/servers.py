"""Starts PostgreSQL and Valkey for the tests, before Django reads its settings.

A plugin (`-p tests.servers`), because pytest-django reads the settings before any conftest.
The servers belong to a keeper, a process of its own that ends with pytest, however pytest
ends, and takes its folder along. The processes of xdist share the servers; each has its own
database on both. With DATABASE_URL or REDIS_URL set, those servers are used instead.

Called as `python -m tests.servers`, this is the keeper.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from portal.services.broker import Broker
from portal.services.database import Database
from portal.services.home import ROOT, Home
from portal.services.supervisor import Stop, Supervisor, guarded

keeper: subprocess.Popen | None = None

# --- in pytest ------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests():
    forget_own_portal()
    if "PYTEST_XDIST_WORKER" in os.environ:
        take_own_broker_database()
    else:
        start_keeper()
    return (yield)


def pytest_unconfigure():
    if keeper is not None:
        keeper.terminate()
        keeper.wait(20)


def forget_own_portal():
    """Keep the settings of somebody's portal out of the tests."""
    kept = {"PORTAL_HOME"} if "PYTEST_XDIST_WORKER" in os.environ else set()
    for name in [name for name in os.environ if name.startswith("PORTAL_") and name not in kept]:
        del os.environ[name]
    os.environ.pop("EMAIL_URL", None)
    os.environ["PORTAL_DEMONSTRATION"] = "yes"
    # Playwright keeps a loop running in the main thread, where the tests use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def take_own_broker_database():
    """Number the broker's databases as xdist numbers its processes; 0 is the first one's."""
    number = int(re.sub(r"\D", "", os.environ["PYTEST_XDIST_WORKER"])) + 1
    os.environ["REDIS_URL"] = re.sub(r"/\d*$", "", os.environ["REDIS_URL"]) + f"/{number}"


def start_keeper():
    """Have the servers run and their addresses stand in the environment."""
    global keeper
    command = [sys.executable, "-m", "tests.servers"]
    keeper = subprocess.Popen(
        guarded(command, death=signal.SIGTERM), stdout=subprocess.PIPE, cwd=ROOT
    )
    line = keeper.stdout.readline()
    keeper.stdout.close()
    if not line:
        raise pytest.UsageError("The servers for the tests did not start; see above.")
    os.environ |= json.loads(line)


# --- the keeper -----------------------------------------------------------------------


def keep():
    """Start the servers, tell where they are, and keep them until pytest is gone."""
    supervisor = Supervisor(lambda text: sys.stderr.write(f"{text}\n"))
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    try:
        sys.stdout.write(json.dumps(start_servers(supervisor, folder)) + "\n")
        sys.stdout.flush()
        while True:
            supervisor.wait(3600)
    except Stop:
        pass
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def start_servers(supervisor, folder):
    """The environment with the servers in it; those named from outside stay as they are."""
    home = Home(folder)
    home.open()
    environment = {"PORTAL_HOME": str(folder)}
    for name, server in (("DATABASE_URL", Database), ("REDIS_URL", Broker)):
        if not os.environ.get(name):
            started = server(home, careless=True)
            started.start(supervisor)
            environment[name] = started.url
    return environment


if __name__ == "__main__":
    keep()
