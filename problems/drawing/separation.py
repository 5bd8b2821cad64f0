"""Pairs of misconceptions at one step that numbers can tell apart.

Two wrong rules may be one and the same function of the givens (the gradient with a neighbour's
input is the neighbour's gradient), or be the same wherever a family's numbers lie (a learning
rate that is always 0.1 shifts the point): nobody can tell those apart. All other pairs can be
told, if the draw is made so. Which they are is found at sample draws of the design.

Source: docs/grading.md, on the quality gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from problems.arithmetic.elementary import BoolArray, FloatArray, Number
from problems.computation.solve import values
from problems.computation.steps import Graph
from problems.drawing.candidates import Candidates, key
from problems.drawing.design import Design
from problems.drawing.sampled import Sampled
from problems.misconceptions.slips import OF_THE_PEN, wrong_rules
from problems.rules.expression import NUMBERS, Expression
from problems.versions import SEPARATION

SAMPLE = 256
"""Draws at which wrong rules are compared."""
OFTEN = 0.5
"""Share of the sample at which two rules differ that are told apart: nice numbers coincide now
and then, and of the two pieces of a ReLU the gate wants one."""
SAME = 1e-9
"""Relative difference up to which two numbers are one."""


@dataclass(frozen=True, eq=False)
class Separation:
    """What must be told apart; the same object for the same design."""

    rules: Mapping[str, tuple[Expression, ...]]
    """Step -> its wrong rules; slips of the pen explain only what none of these does."""
    pairs: Mapping[str, tuple[tuple[int, int], ...]]
    """Step -> which two of its rules, for each pair of different slips."""


def separation(design: Design) -> Separation | None:
    """The pairs of slips at the asked steps of a design that its numbers can separate.

    None where the family does not ask for it, or the draw is older than that.
    """
    if not design.family.separate_slips or design.version < SEPARATION:
        return None
    grids = tuple((id, grid.texts) for id, grid in design.grids.items())
    return _separation(Sampled(design), design.graph, design.asked, design.version, grids)


@lru_cache(maxsize=64)
def _separation(
    sampled: Sampled,
    graph: Graph,
    asked: tuple[str, ...],
    version: int,
    grids: tuple[tuple[str, tuple[str, ...]], ...],
) -> Separation:
    candidates = Candidates(sampled.design)
    indices = candidates.attempts([key("sample", "separation", "draws")], 0, SAMPLE)
    found = values(graph, candidates.values(indices))
    rules = {
        id: tuple(w for w in wrong_rules(graph, id, version) if w.slip not in OF_THE_PEN)
        for id in asked
    }
    with np.errstate(all="ignore"):
        pairs = {
            id: tuple(
                (a, b)
                for a, b in _differing([w.rule for w in wrong], found)
                if wrong[a].slip != wrong[b].slip
            )
            for id, wrong in rules.items()
        }
    return Separation({id: tuple(w.rule for w in wrong) for id, wrong in rules.items()}, pairs)


def _differing(
    rules: Sequence[Expression], found: Mapping[str, Number]
) -> Iterator[tuple[int, int]]:
    """Pairs of rules whose numbers differ often."""
    if not rules:
        return
    table: FloatArray = np.stack(
        [np.broadcast_to(rule.evaluate(found, NUMBERS), (SAMPLE,)) for rule in rules]
    )
    for a, row in enumerate(table[:-1]):
        rest = table[a + 1 :]
        size = np.maximum(np.abs(row), np.abs(rest))
        differ: BoolArray = np.abs(row - rest) > SAME * size
        for n in np.flatnonzero(differ.mean(axis=1) >= OFTEN):
            yield a, a + 1 + int(n)
