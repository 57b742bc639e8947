"""Starts the parts of the portal, brings back the one that dies, and stops them all."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from portal.services.home import ROOT, Refused

GUARD = str(Path(__file__).with_name("guard.py"))
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STEADY = 30  # a part that lived this many seconds is not failing in a loop
PR_SET_CHILD_SUBREAPER = 36


class Stop(Exception):
    """Somebody asked for the end: Ctrl-C, TERM, or the terminal was closed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


@dataclass
class Part:
    """One process that is to live as long as the portal does."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    identity: str = "same"
    feed: str = ""  # what it reads on its standard input
    keep: tuple[int, ...] = ()  # open files that it inherits
    stop_signal: int = signal.SIGTERM
    patience: float = 2.0  # seconds between the polite signal and KILL
    is_server: bool = False  # database and broker: the others need it to the end
    death_signal: int = signal.SIGKILL  # what it gets when the launcher itself is killed

    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started: float = 0.0
    _deadline: float = 0.0
    _due: float = 0.0
    _pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        """Start the process in a group of its own, with its words going to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                guarded(self.command, death=self.death_signal, identity=self.identity),
                stdin=subprocess.PIPE if self.feed else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | self.environment,
                cwd=ROOT,
                pass_fds=self.keep,
                start_new_session=True,
            )
        self._started = monotonic()
        if self.feed and self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.write(self.feed.encode())
                self.process.stdin.close()

    def has_died(self) -> bool:
        """Whether it ended without being asked to since the last look."""
        if self.process is None or self.process.poll() is None:
            return False
        self.sweep()
        if monotonic() - self._started > STEADY:
            self._pause = SHORTEST_PAUSE
        self._due = monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self.deaths += 1
        return True

    def wait_until_due(self) -> float:
        """Seconds until it may be started again."""
        return max(0.0, self._due - monotonic())

    def ask_to_end(self) -> None:
        """Send the polite signal."""
        self._deadline = monotonic() + self.patience
        if self.process:
            self.process.send_signal(self.stop_signal)

    def end(self) -> None:
        """Wait out the patience, then end it and whatever it left behind."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, self._deadline - monotonic()))
        self.sweep()
        self.process.wait()
        self.process = None

    def sweep(self) -> None:
        """End every process that is left in its group."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def fate(self) -> str:
        """How it ended, for people."""
        code = self.process.returncode if self.process else None
        if code is None:
            return "ended"
        return f"ended with code {code}" if code >= 0 else f"was ended by signal {-code}"


class Supervisor:
    """The one who starts, watches and stops the parts. Works in the main thread only."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.parts: list[Part] = []
        self.errand: subprocess.Popen[bytes] | None = None
        self.say = say
        self.watched = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM}
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # ignored means nohup
            self.watched.add(signal.SIGHUP)
        signal.pthread_sigmask(signal.SIG_BLOCK, self.watched)
        # What a killed part leaves behind comes here instead of to a process that may not reap.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def start(self, part: Part) -> None:
        """Start a part and look after it from now on."""
        self.parts.append(part)
        part.start()

    def wait(self, seconds: float) -> None:
        """Sleep until something happens or the time is over; bring dead parts back meanwhile."""
        end = monotonic() + seconds
        self._look_after_parts()
        while (left := end - monotonic()) > 0:
            pauses = [part.wait_until_due() for part in self.parts if part.process is None]
            received = signal.sigtimedwait(self.watched, max(0.01, min([left, *pauses])))
            if received and received.si_signo != signal.SIGCHLD:
                raise Stop(received.si_signo)
            self._look_after_parts()
            if received:
                return

    def until(self, condition: Callable[[], bool], seconds: float, *parts: Part) -> None:
        """Wait for a condition; refuse with the parts' last words when it does not come."""
        end = monotonic() + seconds
        while not condition():
            failing = [part for part in parts if part.deaths > 4]
            if failing or monotonic() > end:
                named = failing or parts
                words = "\n".join(last_words(part.log) for part in named)
                raise Refused(f"No answer from: {', '.join(part.name for part in named)}.\n{words}")
            self.wait(0.05)

    def run(self, command: list[str], log: Path, environment: dict[str, str]) -> None:
        """Run one command to its end; refuse with its last words when it fails."""
        errand = Part(command[-1], command, log, environment)
        errand.start()
        try:
            failed = self._await(errand.process)
        finally:
            errand.ask_to_end()
            errand.end()
        if failed:
            raise Refused(last_words(log))

    def run_in_foreground(self, command: list[str], environment: dict[str, str]) -> int:
        """Run one command at the person's terminal, pass signals on, give its exit code."""
        with subprocess.Popen(
            guarded(command, death=signal.SIGTERM), env=os.environ | environment
        ) as process:
            while True:
                try:
                    return self._await(process)
                except Stop as stop:
                    process.send_signal(stop.signal)

    def _await(self, process: subprocess.Popen[bytes] | None) -> int:
        """The exit code of a process that is not a part, as a shell would give it."""
        self.errand = process
        try:
            while process and process.poll() is None:
                self.wait(1)
        finally:
            self.errand = None
        code = process.returncode if process else 0
        return code if code >= 0 else 128 - code

    def stop(self) -> None:
        """Stop all parts, the last one started first, and the servers when all others are gone."""
        others = [part for part in reversed(self.parts) if not part.is_server]
        for part in others:
            part.ask_to_end()
        for part in others:
            part.end()
        for part in [part for part in reversed(self.parts) if part.is_server]:
            part.ask_to_end()
            part.end()
        self.parts.clear()
        self._reap_strangers()

    def _look_after_parts(self) -> None:
        for part in self.parts:
            if part.has_died():
                self.say(f"{part.name} {part.fate()}; starting it again. Log: {part.log}")
                part.process = None
            if part.process is None and not part.wait_until_due():
                part.start()
        self._reap_strangers()

    def _reap_strangers(self) -> None:
        """Take leave of grandchildren whose parent was killed."""
        mine = [self.errand, *(part.process for part in self.parts)]
        known = {process.pid for process in mine if process}
        with suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in known:
                    return
                os.waitpid(ended.si_pid, os.WNOHANG)


def guarded(command: list[str], *, death: int, identity: str = "same") -> list[str]:
    """The command, so dressed that it cannot outlive this process."""
    return [
        *(sys.executable, "-I", "-S", GUARD),
        *(str(int(death)), str(os.getpid()), identity),
        *command,
    ]


def last_words(log: Path, lines: int = 12) -> str:
    """The end of a log, with its name."""
    text = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return "\n".join([f"The end of {log}:", *(f"    {line}" for line in text)])
