"""Stored texts: what people read is compared by equality with a file under tests/snapshots/.

A wanted change is written down by running the tests with UPDATE_SNAPSHOTS=1; the difference
is then read in the commit like any other text.
"""

import os
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"

# What differs from run to run and says nothing to a reader: row numbers and secrets in links.
CHANGING = (
    (re.compile(r"(http://[^\s]*?/my/)[^/\s]+/"), r"\1TOKEN/"),
    (re.compile(r"(http://[^\s]*?/)\d+/"), r"\1NUMBER/"),
    (re.compile(r"(#point-)[0-9a-f-]{36}"), r"\1UID"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://portal"),
)


def settled(text: str) -> str:
    """The text without what changes from run to run."""
    for pattern, steady in CHANGING:
        text = pattern.sub(steady, text)
    return text


def assert_stored(text: str, name: str) -> None:
    """Compare with tests/snapshots/<name>.txt, or write it when UPDATE_SNAPSHOTS=1."""
    file = FOLDER / f"{name}.txt"
    text = settled(text)
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert file.exists(), f"{file.name} is not stored. Run once with UPDATE_SNAPSHOTS=1."
    assert text == file.read_text()


def assert_message_stored(notice, name: str) -> None:
    """The same for a message: its subject, an empty line, its text."""
    assert_stored(f"{notice.subject}\n\n{notice.body}", name)
