"""What a process and everything that it started take of the machine."""

import os
import re
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def family(number: int) -> list[int]:
    """A process and everything that it started."""
    found = [number]
    for children in Path(f"/proc/{number}/task").glob("*/children"):
        for child in children.read_text().split():
            found += family(int(child))
    return found


def resident_mb(number: int) -> float:
    """Megabytes of a family, each page divided by the processes that share it (PSS)."""
    return sum(_pss(member) for member in family(number)) / 1024


def _pss(number: int) -> int:
    text = Path(f"/proc/{number}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE).group(1))


def cpu_seconds(number: int) -> float:
    """Seconds that a family has worked so far; other programs hardly change them."""
    return sum(_ticks(member) for member in family(number)) / TICK


def _ticks(number: int) -> int:
    # The name in parentheses may hold spaces; user and system time are 14th and 15th.
    words = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return int(words[11]) + int(words[12])
