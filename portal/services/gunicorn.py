"""Gunicorn's settings, for the launcher and for production alike:

gunicorn --config python:portal.services.gunicorn --bind 127.0.0.1:8000 portal.wsgi
"""

import gc
import signal
from typing import Any

from gunicorn.glogging import Logger

from portal.secret import masked
from portal.services.guard import die_with_parent
from portal.settings import env_number

worker_class = "gthread"
workers = env_number("PORTAL_WEB_PROCESSES", 2, 1, 64)
threads = env_number("PORTAL_WEB_THREADS", 4, 1, 64)
preload_app = True  # read the code once, share its memory
timeout = 60
graceful_timeout = 1
keepalive = 5
control_socket_disable = True
accesslog = "-"


class AccessLog(Logger):
    """Gunicorn's log without the secrets of personal links and calendar links."""

    def atoms(self, *facts: Any) -> dict[str, Any]:
        return {
            name: masked(text) if isinstance(text, str) else text
            for name, text in super().atoms(*facts).items()
        }


logger_class = AccessLog


def post_fork(arbiter: Any, worker: Any) -> None:
    """Let no worker outlive the process that forked it, even one that is killed.

    What was read before the fork stays for good: looking through it again and again for what
    could be thrown away took one twentieth of a page.
    """
    die_with_parent(signal.SIGKILL, worker.ppid)
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
