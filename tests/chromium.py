"""The Chromium that the browser tests drive: found, or installed where that is allowed.

`python -m tests.chromium` prepares it and prints its path; the tests ask `launch_args()`.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO = (
    "The browser tests need Chromium and found none. Install it "
    "(Debian: apt install chromium; anywhere: {python} -m playwright install chromium), "
    "or name one with CHROMIUM=/path/to/chromium."
)


class NoBrowser(Exception):
    """There is no Chromium; the text says what to do."""


def launch_args() -> dict:
    """What Playwright is to start, and how. Root has no sandbox to offer."""
    flags = ["--no-sandbox", *FLAGS] if os.geteuid() == 0 else FLAGS
    return {"executable_path": str(chromium()), "args": flags}


def chromium() -> Path:
    """The browser's path; installs one as a last resort."""
    found = find()
    if found is None:
        install()
        found = find()
    if found is None:
        raise NoBrowser(HOW_TO.format(python=sys.executable))
    return found


def find() -> Path | None:
    """$CHROMIUM, then the names on PATH, then what Playwright has fetched for itself."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoBrowser(f"CHROMIUM is “{named}”, and that is no program.")
        return Path(shutil.which(named))
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    fetched = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    )
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell")
    for pattern in patterns:
        for path in sorted(fetched.glob(pattern), reverse=True):
            if os.access(path, os.X_OK):
                return path
    return None


def install() -> None:
    """Debian's package, where we are root and there is apt; one process at a time."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    with (Path(tempfile.gettempdir()) / "portal-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find():
            return
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", "-q", *words],
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                env=environment,
                check=False,
            )


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{chromium()}\n")
    except NoBrowser as missing:
        sys.exit(str(missing))
