"""The state folder: everything that a portal on one machine keeps lies in it."""

import fcntl
import json
import os
import pwd
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOG_LIMIT = 10_000_000  # bytes


class Refused(Exception):
    """A start that cannot be; its text says why and what to do."""


@dataclass(frozen=True)
class Record:
    """What is running in a state folder, and where."""

    pid: int
    what: str  # "server", or "manage" when only the embedded servers run
    url: str
    database_url: str = ""
    redis_url: str = ""


class Home:
    """One state folder, with the lock that lets one launcher at a time work in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None
        self._guests: int | None = None

    def open(self) -> None:
        """Make the folder; refuse one that belongs to somebody else."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self.path.stat().st_uid
        if os.geteuid() not in {owner, 0}:
            raise Refused(
                f"The state folder {self.path} belongs to {name_of(owner)}. "
                "Start as that user, or choose another folder with PORTAL_HOME."
            )
        for name in ("run", "log", "mail", "beat"):
            self.folder(name)

    def folder(self, name: str) -> Path:
        """A folder of the state folder, made when missing."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """The log of one part."""
        return self.folder("log") / f"{name}.log"

    def trim_logs(self) -> None:
        """Put long logs aside; one generation is kept.

        A log is copied and emptied, because the part that writes it keeps it open.
        """
        for log in self.folder("log").glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)

    # --- who works here ---------------------------------------------------------------

    def take(self) -> bool:
        """Take the folder for this process; False when another one has it."""
        self._lock = self._lock or os.open(self.folder("run") / "lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.forget()
        return True

    def enter_as_guest(self) -> Record | None:
        """Find the servers that run here, and have them stay on while this process lives.

        Nothing while they are starting or stopping: ask again.
        """
        self._guests = self._guests or os.open(self._guest_file, os.O_RDWR | os.O_CREAT)
        fcntl.flock(self._guests, fcntl.LOCK_SH)
        record = self.read_record()
        if record is None or not record.database_url:
            fcntl.flock(self._guests, fcntl.LOCK_UN)
            return None
        os.set_inheritable(self._guests, True)
        return record

    def wait_for_guests(self) -> None:
        """Return when no other process uses the embedded servers any more."""
        self._guests = os.open(self._guest_file, os.O_RDWR | os.O_CREAT)
        fcntl.flock(self._guests, fcntl.LOCK_EX)

    @property
    def _guest_file(self) -> Path:
        return self.folder("run") / "guests"

    @property
    def demonstration_due(self) -> Path:
        """Stands from the first start until the demonstration case is loaded."""
        return self.path / "run" / "demonstration-due"

    @property
    def record_file(self) -> Path:
        return self.path / "run" / "portal.json"

    def write_record(self, record: Record) -> None:
        """Let others find what runs here. Holds passwords, so it is the owner's alone."""
        write_private(self.record_file, json.dumps(asdict(record)))

    def forget(self) -> None:
        """Say no longer that something runs here."""
        self.record_file.unlink(missing_ok=True)

    def read_record(self) -> Record | None:
        """What runs here, or nothing while it is still starting."""
        try:
            return Record(**json.loads(self.record_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)


def has_name(user: int) -> bool:
    """Whether the machine knows a user by name; in containers it may not."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def name_of(user: int) -> str:
    """A user's name, or the number when it has none."""
    return pwd.getpwuid(user).pw_name if has_name(user) else f"user {user}"
