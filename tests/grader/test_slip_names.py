"""Simulated students whose slips no exercise is drawn to tell, or who write sub-results too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from slipping import Site, closed, sites, usable, visible
from subrounding import HOW, working
from transcripts import Class, Student, credits_of, marked

from problems.misconceptions.slips import named_only

SEED = 991


def only_named(of: Class, name: str) -> Iterator[Site]:
    """Every asked step at which a slip is named without any gate's help."""
    for id in of.design.asked:
        for wrong in named_only(of.graph, id):
            if wrong.slip == name:
                yield Site(id, name, wrong.rule)


@pytest.mark.parametrize(
    ("family", "slip"),
    [
        ("sgd", "stale-weights"),
        ("two-rounds", "stale-weights"),
        ("sgd", "step-for-gradient"),
        ("musilek", "step-for-gradient"),
        ("mazur", "step-for-gradient"),
    ],
)
@pytest.mark.parametrize("habit", ["round", "cut carry full"])
def test_a_slip_that_is_named_only_gets_its_name(family: str, slip: str, habit: str) -> None:
    """Paid nowhere, never without a name, and another's only where that gives the number too."""
    of, rng = Class.of(family, 3, SEED), np.random.default_rng(SEED)
    named: list[str | None] = []
    for site in only_named(of, slip):
        student = Student(of, habit, rng, {site.id: site.rule})
        ok = usable(of, student.paper, site) & visible(of, student.paper, site.id)
        judged = marked(of, student.paper)
        assert not (credits_of(judged)[site.id][ok] > 0).any(), site
        given = [judged.slips.get(site.id, {}).get(int(n)) for n in np.flatnonzero(ok)]
        assert None not in given, site
        named += given
    assert len(named) > 20
    assert named.count(slip) >= 0.85 * len(named)


def test_original_weights_all_through_the_second_example_are_one_slip_a_layer() -> None:
    """Who never looks at the updated weights hears of it at net inputs, deltas and updates."""
    of = Class.of("sgd", 3, SEED)
    rules = {site.id: site.rule for site in only_named(of, "stale-weights")}
    student = Student(of, "round", np.random.default_rng(1), rules)
    judged = marked(of, student.paper)
    named = [name for id in rules for name in judged.slips.get(id, {}).values()]
    assert named.count("stale-weights") > 0.8 * of.count * len(rules)
    lost = {id for id, credit in credits_of(judged).items() if (credit < 1).any()}
    assert lost <= set(rules)


@pytest.mark.parametrize("family", ["musilek", "mazur", "sgd"])
def test_a_slip_is_named_though_sub_results_are_written(family: str) -> None:
    """Who rounds or cuts every sub-result and goes wrong once is told what went wrong."""
    of, rng = Class.of(family, 4, SEED), np.random.default_rng(1)
    every = sites(of, of.design.asked)
    nameless, tried = [], 0
    for n, k in enumerate(rng.choice(len(every), 150, replace=False)):
        site, how = every[k], HOW[n % 3]
        habit = "cut" if how == "cut" else "round"
        student = Student(of, habit, rng, {site.id: site.rule}, evaluate=working(how, rng))
        ok = usable(of, student.paper, site) & visible(of, student.paper, site.id)
        judged = marked(of, student.paper)
        assert not (credits_of(judged)[site.id][ok] > 0).any(), site
        for m in np.flatnonzero(ok & ~closed(of, student.paper)):
            tried += 1
            if int(m) not in judged.slips.get(site.id, {}):
                nameless.append((str(site), int(m)))
    assert tried > 400
    assert not nameless
