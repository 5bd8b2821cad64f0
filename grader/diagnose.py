"""Names the misconception behind a wrong number: the wrong rule that makes it.

Every catalogued wrong rule of a step is applied to the student's own values and to the true
ones; of those that give the answer, the nearest one names the slip. A wrong rule whose number
cannot be told from 0 explains nothing: behind an own 0 every rule gives 0.
Source: docs/grading.md.
"""

from __future__ import annotations

import itertools

import numpy as np

from grader.batch import IMPRECISE, SLIP, WRONG, Batch, Indices, Standing, gathered
from grader.evidence import is_determined, is_no_guess
from problems.ball import SLACK, Ball, apart, within
from problems.catalogue import WrongRule
from problems.elementary import BoolArray, FloatArray, Truth, array
from problems.expression import BALLS, Constant, Expression, Negative, Product, Ref
from problems.slips import OF_THE_PEN, wrong_rules

COPIES = ("unchanged", "parent-copied")
"""Slips that write down what stands on the sheet already."""
SWAPPED = "cells-swapped"

Named = dict[str, dict[int, str]]
"""Step -> submission -> name of the slip."""


def diagnose(batch: Batch, standing: Standing) -> Named:
    """Turn `wrong` into `slip` where a wrong rule explains the number.

    So is `imprecise`, where the number is the old value or another of the step's ingredients,
    true or own, to the last digit: "0.30" for a new weight of 0.2981 may be rounded, or not
    worked at all.

    Args:
        batch: the submissions.
        standing: what the walk found; its verdicts are changed in place.

    Returns:
        The names of the slips found.
    """
    named: Named = {}
    table = standing.table()
    lost = ((table == WRONG) | (table == IMPRECISE)).any(axis=1)
    with np.errstate(all="ignore"):
        for id, verdict in itertools.compress(standing.verdicts.items(), lost):
            at = np.flatnonzero(verdict == WRONG)
            rough = np.flatnonzero(verdict == IMPRECISE)
            found: dict[int, str] = {}
            if len(rough):
                found |= _copied(batch, standing, id, rough)
            if len(at):
                found |= _named(batch, standing, id, at)
            named[id] = found
            verdict[list(found)] = SLIP
    return {id: found for id, found in named.items() if found}


def _copied(batch: Batch, standing: Standing, id: str, at: Indices) -> dict[int, str]:
    """The old value or a given, written as it stands on the sheet."""
    value = batch.values[id][at]
    found: dict[int, str] = {}
    for wrong in wrong_rules(batch.graph, id):
        if isinstance(wrong.rule, Ref) and wrong.slip in COPIES:
            for ball in (batch.true[wrong.rule.id], standing.effective[wrong.rule.id]):
                number = array(gathered(ball, at, batch.count).m)
                same = np.abs(value - number) <= SLACK * np.abs(value)
                found |= {int(n): wrong.slip for n in at[same] if int(n) not in found}
    return found


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
    step, value = batch.graph.steps[id], batch.values[id][at]
    best: FloatArray = np.full(len(at), np.inf)
    which = np.full(len(at), -1, dtype=np.int64)
    works, copies = np.zeros(len(at), dtype=bool), np.zeros(len(at), dtype=bool)
    own, follows = _Entered(batch, standing, at), _Entered(batch, standing, at, follows=True)
    for n, wrong in enumerate(rules):
        entered = follows if wrong.slip == SWAPPED else own
        ball: Ball = wrong.rule.evaluate(entered, BALLS)
        ball = ball.widened(batch.precision.unit(step.kind, ball))
        explains = np.asarray(within(value, ball))
        if not explains.any():
            continue
        explains = explains & _tells(batch, wrong.rule, ball, value)
        distance = np.where(explains, np.abs(value - array(ball.m)), np.inf)
        nearest = distance.min(axis=0) if distance.ndim > 1 else distance
        hit = nearest < best * (1 - 1e-9) - 1e-12
        best = np.where(hit, nearest, best)
        which = np.where(hit, n, which)
        works &= ~hit
        copies &= ~hit
        if hit.any() and not _is_copy(wrong.rule):
            parents = {ref: entered[ref] for ref in step.parents}
            works |= hit & _anyhow(explains & is_determined(batch, step, value, ball, parents))
            copies |= hit & ~works & _anyhow(explains & is_no_guess(batch, step, ball, parents))
    for marks, here in ((standing.elaborate, works), (standing.chance, copies)):
        if here.any():
            marks.setdefault(id, np.zeros(batch.count, dtype=bool))[at] |= here
    return {
        int(submission): rules[n].slip for submission, n in zip(at, which, strict=True) if n >= 0
    }


def _anyhow(marks: BoolArray) -> BoolArray:
    """Where at own or at true values."""
    return np.asarray(marks.any(axis=0)) if marks.ndim > 1 else marks


def _is_copy(rule: Expression) -> bool:
    """Whether a wrong rule merely takes a number that stands on the sheet."""
    inner = rule.of if isinstance(rule, Negative) else rule
    return isinstance(inner, Ref | Constant)


def _tells(batch: Batch, rule: Expression, ball: Ball, value: FloatArray) -> Truth:
    """Where a wrong rule's number is another than 0; a given or a constant is 0 to the digit."""
    apart_from_zero = apart(ball, Ball(0.0, 0.0))
    if _is_zero(rule) or (isinstance(rule, Ref) and rule.id in batch.graph.givens):
        return apart_from_zero | (np.abs(value - array(ball.m)) <= SLACK)
    return apart_from_zero


def _is_zero(rule: Expression) -> bool:
    """Whether a wrong rule gives 0 whatever it reads."""
    parts = rule.factors if isinstance(rule, Product) else (rule,)
    return Constant("0") in parts


class _Entered(dict[str, Ball]):
    """What wrong rules may be applied to: the student's value and the true one, stacked.

    With `follows` what rightly follows from the values before it stands for the student's own:
    two cells that hold the same wrong number were not swapped.
    """

    def __init__(
        self, batch: Batch, standing: Standing, at: Indices, follows: bool = False
    ) -> None:
        super().__init__()
        self._batch = batch
        self._own = standing.recomputed if follows else standing.effective
        self._at = at

    def __missing__(self, ref: str) -> Ball:
        batch, at = self._batch, self._at
        true = gathered(batch.true[ref], at, batch.count)
        if ref in batch.graph.givens:
            self[ref] = true
            return true
        own = gathered(self._own.get(ref, batch.true[ref]), at, batch.count)
        m, r = np.empty((2, len(at))), np.empty((2, len(at)))
        m[0], m[1], r[0], r[1] = own.m, true.m, own.r, true.r
        self[ref] = ball = Ball(m, r)
        return ball
