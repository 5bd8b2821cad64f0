"""Wrong rules that the numbers of a recipe hardly ever tell from the right one.

A term may be smaller than what is written down, whatever is drawn: the 10^-8 in a divisor of
Adam. No draw is refused for what none can show; who leaves it out writes the right number, at
the precision that is asked for.

Source: docs/grading.md, on the quality gate.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from problems.arithmetic.precision import Precision
from problems.computation.network import Plan
from problems.computation.solve import solve
from problems.computation.steps import Graph
from problems.drawing import gate
from problems.drawing.candidates import Candidates, key
from problems.drawing.design import Design
from problems.drawing.reasons import FINE, nearby
from problems.drawing.sampled import Sampled
from problems.rules.expression import Expression

SAMPLE = 256
"""Draws that are looked at."""
SELDOM = 0.02
"""Share of the draws that show a wrong rule, below which it counts as never shown."""

Untold = frozenset[tuple[str, Expression]]
"""Steps, each with a wrong rule."""


def untold(design: Design) -> Untold:
    """The wrong rules at the asked steps of a design that its numbers do not tell."""
    if isinstance(design.plan, Plan) or design.fixed:
        return frozenset()
    grids = tuple((id, grid.texts) for id, grid in design.grids.items())
    return _untold(
        Sampled(design), design.graph, design.asked, design.precision, design.version, grids
    )


@lru_cache(maxsize=64)
def _untold(
    sampled: Sampled,
    graph: Graph,
    asked: tuple[str, ...],
    precision: Precision,
    version: int,
    grids: tuple[tuple[str, tuple[str, ...]], ...],
) -> Untold:
    candidates = Candidates(sampled.design)
    drawn = candidates.values(candidates.attempts([key("sample", "untold", "draws")], 0, SAMPLE))
    there = nearby(graph.givens, sampled.design.always, lambda id, alive: drawn[id][alive])
    close = solve(graph, {id: there(id, np.arange(SAMPLE)) for id in drawn}, FINE)
    balls = solve(graph, drawn, precision)
    found = set()
    with np.errstate(all="ignore"):
        for check in gate.checks(graph, asked, precision, None, version):
            if check.rule is not None:
                refused = np.broadcast_to(np.asarray(check.refuses(balls, close)), (SAMPLE,))
                if 1.0 - float(np.mean(refused)) < SELDOM:
                    found.add((check.step, check.rule))
    return frozenset(found)
