"""What was measured: medians with their spread, as JSON and as a table for people."""

from collections import defaultdict
from statistics import mean as _mean
from statistics import median
from typing import Any

from bench.client import Load

Sample = dict[str, float]

# Told in the last column where a figure has them: what it says of a number.
ALSO = {
    "seconds": "{:.1f} s",
    "writing_s": "{:.1f} s of them until written",
    "races": "{:.0f} races",
    "given": "{:.0f} of 50 places given in each",
    "cpu_ms": "{:.1f} ms of work",
    "alone_ms": "{:.0f} ms alone",
    "alone_in_bare_pages": "the time of {:,.0f} bare pages",
    "bytes": "{:,.0f} bytes",
    "queries": "{:.0f} queries",
    "web_mb": "web {:.0f} MB",
    "worker_mb": "worker {:.0f} MB",
}


def mean(*numbers: float) -> float:
    """The mean."""
    return _mean(numbers)


class Result:
    """Every run of every figure, and of the bare page."""

    def __init__(self) -> None:
        self.samples: dict[str, list[Sample]] = defaultdict(list)
        self.bare: list[Sample] = []

    def add(self, name: str, sample: Sample, *, bare: float) -> None:
        """Keep one run of a figure, with the rate of the bare page right before and after it."""
        if "rate" in sample:
            sample["ratio_to_bare"] = sample["rate"] / bare
        if "alone_ms" in sample:
            sample["alone_in_bare_pages"] = sample["alone_ms"] / 1000 * bare
        self.samples[name].append(sample | {"bare": bare})

    def add_bare(self, load: Load) -> float:
        """Keep one look at the bare page; gives its rate."""
        self.bare.append(
            {
                "rate": load.rate,
                "p50_ms": load.percentile_ms(50),
                "cpu_ms": load.cpu_ms,
                "client": load.client,
            }
        )
        return load.rate

    def as_json(self) -> dict[str, Any]:
        """Medians with their spread, one key a figure. A ratio is the rate over the bare rate."""
        return {
            "bare": summary(self.bare),
            "figures": {name: summary(samples) for name, samples in self.samples.items()},
        }

    def as_table(self) -> str:
        """The same for people."""
        lines = [row("figure", "rate/s", "p50 ms", "p95 ms", "1/N of bare", "spread of N", "also")]
        for name, samples in self.samples.items():
            lines.append(as_row(name, samples))
        return "\n".join([*lines, "", bare_sentence(self.bare)])


def summary(samples: list[Sample]) -> dict[str, Any]:
    """The median of each number, how many runs there were, and the smallest and largest."""
    columns = {name: [sample[name] for sample in samples] for name in samples[0]}
    return {
        **{name: tidy(median(column)) for name, column in columns.items()},
        "runs": len(samples),
        "spread": {
            name: [tidy(min(column)), tidy(max(column))] for name, column in columns.items()
        },
    }


def tidy(number: float) -> float:
    """Four digits that count; whole numbers stay whole."""
    return number if isinstance(number, int) else float(f"{number:.4g}")


# --- the table ------------------------------------------------------------------------


def as_row(name: str, samples: list[Sample]) -> str:
    """One line of the table."""
    values = summary(samples)
    rate = f"{values['rate']:.1f}" if "rate" in values else ""
    times = [f"{values[key]:.0f}" if key in values else "" for key in ("p50_ms", "p95_ms")]
    also = [words.format(values[key]) for key, words in ALSO.items() if key in values]
    return row(name, rate, *times, *ratio(values), ", ".join(also))


def ratio(values: dict[str, Any]) -> tuple[str, str]:
    """How many bare pages one of these costs, and between which numbers that lay."""
    if "ratio_to_bare" not in values:
        return "", ""
    least, most = (1 / number for number in reversed(values["spread"]["ratio_to_bare"]))
    return f"1/{1 / values['ratio_to_bare']:.0f}", f"{least:.0f}–{most:.0f}"


def row(*cells: str) -> str:
    """Cells under one another."""
    widths = (22, 9, 8, 8, 13, 13)
    first, *numbers, also = cells
    padded = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
    return f"{first.ljust(widths[0])}{''.join(padded)}  {also}".rstrip()


def bare_sentence(samples: list[Sample]) -> str:
    """What the unit was."""
    values = summary(samples)
    least, most = values["spread"]["rate"]
    return (
        f"Bare page: {values['rate']:,.0f}/s, {least:,.0f} to {most:,.0f} in {len(samples)} looks; "
        f"the client took {values['client']:.0%} of a core for it."
    )
