"""Spreadsheets and JSON drop the zeros at the end of a number: that is no lack of digits."""

from __future__ import annotations

import numpy as np
import pytest
from slipping import sites, visible
from transcripts import Arrays, Class, Student, credits_of, marked

from grader.marking.batch import IMPRECISE, UNDETERMINED

FAMILIES = ("binary", "mazur", "relu-softmax", "musilek")


def stripped(of: Class, paper: Arrays) -> Arrays:
    """One unit of the last digit of each number, as it stands there without its zeros."""
    units = {}
    for id in of.design.asked:
        kind = of.design.graph.steps[id].kind
        places = of.design.precision.places(kind)
        texts = [f"{value:.{places}f}".rstrip("0").rstrip(".") for value in paper[id]]
        units[id] = np.array([10.0 ** -len(text.partition(".")[2]) for text in texts])
    return units


@pytest.mark.parametrize("family", FAMILIES)
def test_dropped_zeros_cost_nothing_after_a_slip(family: str) -> None:
    """Every step is worth what it is worth with all its zeros."""
    of = Class.of(family, 24)
    rng, tried, dropped = np.random.default_rng(5), 0, 0
    every = sites(of, of.design.asked)
    for n in rng.choice(len(every), 12, replace=False):
        site = every[n]
        paper = Student(of, "round", rng, {site.id: site.rule}).paper
        units = stripped(of, paper)
        asked = 10.0**-of.design.precision.decimals
        # a given that was copied may have one digit alone: such a number is coarse
        ok = visible(of, paper, site.id) & (units[site.id] < 150 * asked)
        whole, short = marked(of, paper), marked(of, paper, units=units)
        full, less = credits_of(whole), credits_of(short)
        for id in of.design.asked:
            tried += int(ok.sum())
            dropped += int((units[id] > 10.0**-of.design.precision.decimals)[ok].sum())
            assert not (full[id] > less[id])[ok].any(), (site, id)
    assert tried > 2_000
    assert dropped > 0.05 * tried


def test_a_coarse_writer_is_none_who_drops_zeros() -> None:
    """Whose numbers all have two decimals has too few digits, whatever follows exactly."""
    of = Class.of("mazur", 24)
    rng = np.random.default_rng(6)
    coarse = {id: np.full(of.count, 0.01) for id in of.design.asked}
    paper = Student(of, "round", rng).paper
    paper = {id: np.round(paper[id], 2) for id in of.design.asked}
    judged = marked(of, paper, units=coarse).standing.table()
    assert np.isin(judged, (IMPRECISE, UNDETERMINED)).mean() > 0.3
