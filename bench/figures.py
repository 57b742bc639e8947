"""The figures by name, in the order in which they are measured."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.result import Result, Sample, mean
from bench.stage import Stage
from bench.starts import Clone
from bench.unit import BarePage
from portal.services.steps import step

if TYPE_CHECKING:
    from bench.play import Play

STARTS = ("clone_to_answer", "second_start")
ON_STAGE: dict[str, Callable[["Play"], Sample]] = {
    "public_meeting": lambda play: play.public_meeting(),
    "body_200": lambda play: play.body(200),
    "meetings_200": lambda play: play.meetings(200),
    "calendar_month": lambda play: play.calendar(2000, "month"),
    "calendar_week": lambda play: play.calendar(2000, "week"),
    "list_462": lambda play: play.delegates(462),
    "list_5000": lambda play: play.delegates(5000),
    "list_50000": lambda play: play.delegates(50_000),
    "search_462": lambda play: play.delegates(462, "?q=sokolov"),
    "search_50000": lambda play: play.delegates(50_000, "?q=sokolov"),
    "export_5000": lambda play: play.export(5000),
    "export_50000": lambda play: play.export(50_000),
    "badges_450": lambda play: play.badges(450),
    "badges_5000": lambda play: play.badges(5000),
    "registration_1": lambda play: play.registration(1),
    "registration_8": lambda play: play.registration(8),
    "registration_32": lambda play: play.registration(32),
    "registration_whole_8": lambda play: play.registration(8, whole=True),
    "race_threads": lambda play: play.race(),
    "race_processes": lambda play: play.race(in_processes=True),
    "feed_1000": lambda play: play.feeds.built(),
    "feed_unchanged": lambda play: play.feeds.unchanged(),
    "reminders": lambda play: play.reminders(),
    "messages": lambda play: play.messages(),
    "memory": lambda play: play.memory(),
}
NAMES = (*STARTS, *ON_STAGE)
# Several figures by one name.
TOGETHER = {
    "badges": ("badges_450", "badges_5000"),
    "calendar": ("body_200", "meetings_200", "calendar_month", "calendar_week"),
    "race": ("race_threads", "race_processes"),
    "list": ("list_462", "list_5000", "list_50000", "search_462", "search_50000"),
    "export": ("export_5000", "export_50000"),
    "feeds": ("feed_1000", "feed_unchanged"),
}


def measure(names: list[str], *, quick: bool) -> Result:
    """Measure the figures named: three runs each, or one short run."""
    result, runs = Result(), 1 if quick else 3
    starts = [name for name in STARTS if name in names]
    on_stage = [name for name in ON_STAGE if name in names]
    with BarePage(quick=quick) as bare:
        if starts:
            measure_starts(result, starts, runs, bare)
        if on_stage:
            measure_on_stage(result, on_stage, runs, bare, quick=quick)
    return result


def measure_starts(result: Result, names: list[str], runs: int, bare: BarePage) -> None:
    """Clone, start for the first time, start once more."""
    for run in range(1, runs + 1):
        with step(f"Clone and two starts, {run} of {runs}"), Clone() as clone:
            before = result.add_bare(bare.look())
            seconds = {"clone_to_answer": clone.first_start(), "second_start": clone.start()}
            after = result.add_bare(bare.look())
        for name in names:
            result.add(name, {"seconds": seconds[name]}, bare=mean(before, after))


def measure_on_stage(
    result: Result, names: list[str], runs: int, bare: BarePage, *, quick: bool
) -> None:
    """Each figure on one and the same stage."""
    with Stage(quick=quick) as stage:
        from bench.play import Play  # asks for settings, which the stage has made

        play = Play(stage)
        for name in names:
            with step(name):
                measure_one(result, name, runs, play, bare)


def measure_one(result: Result, name: str, runs: int, play: "Play", bare: BarePage) -> None:
    """All runs of one figure, each between two looks at the bare page."""
    before = result.add_bare(bare.look())
    for _run in range(runs):
        sample = ON_STAGE[name](play)
        play.rest()
        after = result.add_bare(bare.look())
        result.add(name, sample, bare=mean(before, after))
        before = after
