"""Names the misconception behind a wrong number: the wrong rule that makes it.

Every catalogued wrong rule of a step is applied to the student's own values and to the true
ones; of those that give the answer, the nearest one names the slip.
Source: docs/grading.md.
"""

from __future__ import annotations

import numpy as np

from grader.batch import SLIP, WRONG, Batch, Indices, Standing, gathered, spread
from problems.ball import Ball, within
from problems.catalogue import WrongRule
from problems.elementary import FloatArray, array
from problems.expression import BALLS
from problems.slips import OF_THE_PEN, wrong_rules

Named = dict[str, dict[int, str]]
"""Step -> submission -> name of the slip."""


def diagnose(batch: Batch, standing: Standing) -> Named:
    """Turn `wrong` into `slip` where a wrong rule explains the number.

    Args:
        batch: the submissions.
        standing: what the walk found; its verdicts are changed in place.

    Returns:
        The names of the slips found.
    """
    named: Named = {}
    with np.errstate(all="ignore"):
        for id, verdict in standing.verdicts.items():
            at = np.flatnonzero(verdict == WRONG)
            if len(at):
                found = _named(batch, standing, id, at)
                named[id] = found
                verdict[list(found)] = SLIP
    return {id: found for id, found in named.items() if found}


def _named(batch: Batch, standing: Standing, id: str, at: Indices) -> dict[int, str]:
    """Misconceptions first; a slip of the pen explains only what none of them does."""
    rules = wrong_rules(batch.graph, id)
    found: dict[int, str] = {}
    for of_the_pen in (False, True):
        tier = [wrong for wrong in rules if (wrong.slip in OF_THE_PEN) == of_the_pen]
        rest = np.array([n for n in at if n not in found], dtype=np.int64)
        if len(rest):
            found |= _nearest(batch, standing, id, rest, tier)
    return found


def _nearest(
    batch: Batch, standing: Standing, id: str, at: Indices, rules: list[WrongRule]
) -> dict[int, str]:
    """The wrong rule whose number is nearest to the answer, of those that give it."""
    kind = batch.graph.steps[id].kind
    value = batch.values[id][at]
    best: FloatArray = np.full(len(at), np.inf)
    which = np.full(len(at), -1, dtype=np.int64)
    refs = dict.fromkeys(ref for wrong in rules for ref in wrong.rule.refs())
    parents = {ref: _own_and_true(batch, standing, ref, at) for ref in refs}
    for n, wrong in enumerate(rules):
        ball: Ball = wrong.rule.evaluate(parents, BALLS)
        ball = ball.widened(batch.precision.unit(kind, ball))
        distance = np.where(within(value, ball), np.abs(value - array(ball.m)), np.inf)
        nearest = distance.min(axis=0) if distance.ndim > 1 else distance
        hit = nearest < best * (1 - 1e-9) - 1e-12
        best = np.where(hit, nearest, best)
        which = np.where(hit, n, which)
    return {
        int(submission): rules[n].slip for submission, n in zip(at, which, strict=True) if n >= 0
    }


def _own_and_true(batch: Batch, standing: Standing, ref: str, at: Indices) -> Ball:
    """What a wrong rule may be applied to: the student's value and the true one, stacked."""
    both = [gathered(source[ref], at, batch.count) for source in (standing.effective, batch.true)]
    if ref in batch.graph.givens:
        return both[0]
    m = np.stack([spread(ball.m, len(at)) for ball in both])
    r = np.stack([spread(ball.r, len(at)) for ball in both])
    return Ball(m, r)
