"""A load client: so many visitors at once, each beginning anew when the last answer has come.

One thread and one epoll for all visitors, so that the client takes as little as it can of the
cores that it shares with the servers; how much it took stands in the result.
"""

import re
import select
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from time import monotonic, thread_time
from typing import NamedTuple

from bench.processes import cpu_seconds

PATIENCE = 60  # seconds without any answer after which a run is given up

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *([^=]+=[^;\r]*)", re.IGNORECASE)
LAST = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class Unexpected(Exception):
    """An answer that no visitor of a healthy portal gets."""


class Answer(NamedTuple):
    """One answer of a server."""

    status: int
    head: bytes
    body: bytes

    def expect(self, *statuses: int) -> "Answer":
        """Refuse an answer of another status, with its first words."""
        if self.status not in statuses:
            raise Unexpected(f"Status {self.status}: {(self.body or self.head)[:400]!r}")
        return self


# A visit yields whole requests and is sent the answers. A browser's visit is one connection.
Visit = Generator[bytes, Answer, None]


@dataclass
class Load:
    """What visitors did in one run."""

    seconds: float = 0.0
    client: float = 0.0  # share of one core that the client itself took
    times: list[float] = field(default_factory=list)  # seconds of each visit, sorted
    largest: int = 0  # bytes of the largest answer's body
    server: float = 0.0  # seconds of work that the web server had with it

    @property
    def rate(self) -> float:
        """Visits per second."""
        return len(self.times) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds that the web server worked for one visit."""
        return self.server / len(self.times) * 1000

    def percentile_ms(self, percent: int) -> float:
        """The milliseconds within which so many percent of the visits were done."""
        return self.times[min(len(self.times) - 1, len(self.times) * percent // 100)] * 1000


def run(
    visit: Callable[[], Visit],
    port: int,
    *,
    visitors: int,
    seconds: float,
    server: int,
    keep: bool = True,
) -> Load:
    """Let visitors come for so many seconds; those who are inside then may finish.

    `server` is the process whose work is counted. With `keep` a visitor stays on the connection
    of the last visit, where the server allows it; without, every visit is somebody new.
    """
    load = Load()
    epoll = select.epoll()
    began, own, work = monotonic(), thread_time(), cpu_seconds(server)
    inside = {}
    for _ in range(visitors):
        visitor = Visitor(visit, port, epoll, load, keep)
        visitor.begin(inside)
    try:
        _until_all_are_gone(epoll, inside, began + seconds)
    finally:
        for visitor in inside.values():
            visitor.hang_up()
        epoll.close()
    load.seconds = monotonic() - began
    load.client = (thread_time() - own) / load.seconds
    load.server = cpu_seconds(server) - work
    load.times.sort()
    return load


def _until_all_are_gone(epoll: select.epoll, inside: dict[int, "Visitor"], end: float) -> None:
    while inside:
        events = epoll.poll(PATIENCE)
        if not events:
            raise Unexpected(f"No answer for {PATIENCE} seconds.")
        for number, _event in events:
            visitor = inside[number]
            if visitor.read() and not visitor.go_on():
                visitor.leave(inside)
                if monotonic() < end:
                    visitor.begin(inside)


class Visitor:
    """One visitor: a connection, and the visit that is going on over it."""

    def __init__(
        self,
        visit: Callable[[], Visit],
        port: int,
        epoll: select.epoll,
        load: Load,
        keep: bool,
    ) -> None:
        self.make_visit = visit
        self.address = ("127.0.0.1", port)
        self.epoll = epoll
        self.load = load
        self.keep = keep
        self.socket: socket.socket | None = None
        self.received = b""

    def begin(self, inside: dict[int, "Visitor"]) -> None:
        """Begin a visit with its first request."""
        self.began = monotonic()
        self.visit = self.make_visit()
        self.inside = inside
        self._ask(next(self.visit))

    def read(self) -> bool:
        """Take what has come; True when the answer is whole."""
        piece = self.socket.recv(65536)
        self.received += piece
        if not piece and not self.received:
            raise Unexpected("The server hung up without an answer.")
        self.answer = parse(self.received, ended=not piece)
        return self.answer is not None

    def go_on(self) -> bool:
        """Ask the next page of the visit; False when the visit is over."""
        self.load.largest = max(self.load.largest, len(self.answer.body))
        if LAST.search(self.answer.head):
            self.hang_up()
        try:
            self._ask(self.visit.send(self.answer))
        except StopIteration:
            return False
        return True

    def leave(self, inside: dict[int, "Visitor"]) -> None:
        """Note the time of the visit that is over."""
        self.load.times.append(monotonic() - self.began)
        if self.socket and not self.keep:
            self.hang_up()
        elif self.socket:
            del inside[self.socket.fileno()]

    def hang_up(self) -> None:
        """Close the connection."""
        if self.socket:
            self.inside.pop(self.socket.fileno(), None)
            self.socket.close()  # epoll forgets it
            self.socket = None

    def _ask(self, request: bytes) -> None:
        self.received = b""
        if self.socket is None:
            # The kernel's own socket: Python's wrapper around it costs as much as a request.
            self.socket = socket.SocketType(socket.AF_INET, socket.SOCK_STREAM)
            self.socket.connect(self.address)  # loopback: the kernel says yes at once
            self.epoll.register(self.socket.fileno(), select.EPOLLIN)
        self.inside[self.socket.fileno()] = self
        self.socket.sendall(request)


# --- HTTP, as much as is needed -------------------------------------------------------


def parse(received: bytes, *, ended: bool) -> Answer | None:
    """The answer, once it is whole."""
    head, found, body = received.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    whole = len(body) >= int(length[1]) if length else ended or body.endswith(b"0\r\n\r\n")
    whole = whole or head[9:12] == b"304"  # nothing ever follows
    return Answer(int(head[9:12]), head, body) if found and whole else None


def get(path: str, port: int, **headers: str) -> bytes:
    """A GET as a browser sends it."""
    return _request(f"GET {path}", port, headers) + b"\r\n"


def post(path: str, port: int, body: bytes, **headers: str) -> bytes:
    """The POST of a form as a browser sends it."""
    headers |= {
        "Origin": f"http://127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }
    return _request(f"POST {path}", port, headers) + b"\r\n" + body


def _request(line: str, port: int, headers: dict[str, str]) -> bytes:
    lines = [f"{line} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "".join(f"{each}\r\n" for each in lines).encode()


def page(request: bytes) -> Callable[[], Visit]:
    """The visit of somebody who wants one page."""

    def visit() -> Visit:
        answer = yield request
        answer.expect(200)

    return visit
