"""script/bench [NAME …] [--quick] [--json FILE]"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.client import Unexpected
from bench.figures import NAMES, ON_STAGE, TOGETHER, measure
from portal.services.home import Refused
from portal.services.supervisor import Stop


def main(words: list[str]) -> int:
    """Measure what is asked for and print it; a refusal is one sentence and exit code 1."""
    arguments = read(words)
    try:
        check(arguments)
        # The starts take minutes and a package index: a quick look leaves them out.
        usual = list(ON_STAGE) if arguments.quick else list(NAMES)
        facts = circumstances()
        result = measure(arguments.names or usual, quick=arguments.quick)
    except (Refused, Unexpected) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except Stop as stop:
        return 128 + stop.signal
    print(f"\n{result.as_table()}")
    if arguments.json:
        (arguments.here / arguments.json).write_text(
            json.dumps(facts | result.as_json(), indent=2) + "\n"
        )
    return 0


def read(words: list[str]) -> argparse.Namespace:
    """The arguments."""
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measures the portal, in ratios to a bare Django page measured beside it.",
        epilog=f"Figures: {', '.join(NAMES)}. All of them when none is named. "
        f"Several by one name: {', '.join(TOGETHER)}.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a figure to measure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--here", type=Path, default=Path(), help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="one short run of each")
    arguments = parser.parse_args(words)
    arguments.names = [one for name in arguments.names for one in TOGETHER.get(name, [name])]
    return arguments


def check(arguments: argparse.Namespace) -> None:
    """Refuse, before minutes of measuring, what cannot be measured or written."""
    for name in arguments.names:
        if name not in NAMES:
            raise Refused(f"There is no figure “{name}”. There are: {', '.join(NAMES)}.")
    folder = (arguments.here / (arguments.json or "-")).parent
    if not folder.is_dir():
        raise Refused(f"There is no folder {folder} to write the numbers into.")


def circumstances() -> dict[str, Any]:
    """When and on what it was measured, as far as it matters to the numbers."""
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"Other programs are busy here (load {load:.1f}): the figures will suffer.")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "load_before": load,
        "python": ".".join(str(number) for number in sys.version_info[:3]),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
