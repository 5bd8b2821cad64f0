"""Numbers that equal one of their ingredients by chance, behind a slip that has a name."""

from __future__ import annotations

import numpy as np
from transcripts import SEED, Class, Student, marked

from grader.marking.batch import CARRIED, CORRECT
from problems.misconceptions.slips import wrong_rules


def test_a_chance_copy_behind_a_named_slip_counts() -> None:
    """A net input 100 times too large: the loss happens to be what another output is."""
    of, site = Class.of("musilek", 60, SEED), "net.2.1"
    rules = [w.rule for w in wrong_rules(of.graph, site) if w.slip == "point-shifted"]
    equal = 0
    for rule in rules:
        student = Student(of, "round", np.random.default_rng(1), {site: rule})
        judged = marked(of, student.paper)
        verdicts = judged.standing.verdicts
        named = np.isin(np.arange(of.count), list(judged.slips.get(site, {})))
        parents = of.graph.steps["loss"].parents
        same = np.any(
            [student.paper[p] == student.paper["loss"] for p in parents if p in verdicts], 0
        )
        here = named & same & ~judged.closed
        equal += int(here.sum())
        assert np.isin(verdicts["loss"][here], (CARRIED, CORRECT)).all()
    assert equal
