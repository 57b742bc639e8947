"""The benchmark itself: that it measures what it says, and what its file looks like."""

import json
import subprocess
import sys

import pytest

from bench.__main__ import main, read
from portal.services.home import ROOT

NUMBERS = {"rate", "p50_ms", "p95_ms", "ratio_to_bare"}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """One short run of two figures, on servers of its own."""
    file = tmp_path_factory.mktemp("bench") / "figures.json"
    words = ["--quick", "list_462", "registration_8", "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "registration_8" in done.stdout
    return json.loads(file.read_text())


def test_figures_are_medians_with_their_spread_in_ratios_to_a_bare_page(measured):
    assert measured["bare"]["rate"] > 0
    assert set(measured["figures"]) == {"list_462", "registration_8"}
    for figure in measured["figures"].values():
        assert figure.keys() >= NUMBERS
        assert figure["ratio_to_bare"] == pytest.approx(figure["rate"] / figure["bare"], rel=0.01)
        for name in NUMBERS:
            least, most = figure["spread"][name]
            assert 0 < least <= figure[name] <= most


def test_every_registration_that_is_counted_is_stored(measured):
    figure = measured["figures"]["registration_8"]
    assert figure["visits"] == figure["stored"] > 0


def test_an_unknown_figure_is_answered_with_the_names(capsys):
    assert main(["registrations"]) == 1
    words = capsys.readouterr().err
    assert words.startswith("There is no figure “registrations”. There are: clone_to_answer, ")


def test_one_word_stands_for_all_figures_of_the_calendar():
    names = read(["calendar"]).names
    assert names == ["body_200", "meetings_200", "calendar_month", "calendar_week"]
