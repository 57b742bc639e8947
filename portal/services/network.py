"""Loopback addresses: which port is free, and holding the one that people were told."""

import random
import socket

from portal.services.home import Refused


def free_port() -> int:
    """A free port below those that systems lend to outgoing connections.

    A part that is brought back needs the same port again; a lent one might be taken then.
    """
    for _ in range(200):
        port = random.randint(20000, 32000)  # noqa: S311
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refused("No free port was found on 127.0.0.1 between 20000 and 32000.")


def hold(host: str, port: int) -> socket.socket:
    """The portal's own socket. It stays open while the web server is brought back, so
    that people who come in that second wait instead of being turned away.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host.strip("[]"), port))
    except PermissionError as error:
        raise Refused(
            f"Port {port} is for root alone on this machine. Choose one above 1023: "
            "PORTAL_PORT=8000 script/server"
        ) from error
    except OSError as error:
        raise Refused(
            f"Port {port} is taken by another program. Choose another one: "
            f"PORTAL_PORT={port + 1 if port < 65535 else 8000} script/server"
        ) from error
    return held
