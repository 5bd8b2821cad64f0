"""Names the misconception behind a wrong number: the wrong rule that makes it.

Every catalogued wrong rule of a step is applied to the student's own values and to the true
ones; of those that give the answer, the nearest one names the slip. A wrong rule whose number
cannot be told from 0 explains nothing: behind an own 0 every rule gives 0.
Source: docs/grading.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.marking.batch import IMPRECISE, SLIP, WRONG, Batch, Indices, Standing, gathered
from grader.marking.evidence import is_determined, is_no_guess
from problems.arithmetic.ball import SLACK, Ball, apart, within
from problems.arithmetic.elementary import BoolArray, FloatArray, Truth, array
from problems.computation.solve import rule_ball
from problems.misconceptions.catalogue import WrongRule
from problems.misconceptions.slips import OF_THE_PEN, named_only, wrong_rules
from problems.rules.expression import BALLS, Constant, Expression, Negative, Product, Ref

COPIES = ("unchanged", "parent-copied")
"""Slips that write down what stands on the sheet already."""
SWAPPED = "cells-swapped"
NEARBY = 20.0
"""So many further radii from a wrong rule's number sub-results may lead."""

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
            for ball in (batch.true[wrong.rule.id], standing[wrong.rule.id].effective):
                assert ball is not None
                number = array(gathered(ball, at, batch.count).m)
                same = np.abs(value - number) <= SLACK * np.abs(value)
                found |= {int(n): wrong.slip for n in at[same] if int(n) not in found}
    return found


def _named(batch: Batch, standing: Standing, id: str, at: Indices) -> dict[int, str]:
    """Misconceptions first; a slip of the pen explains only what none of them does.

    So does a slip that no exercise is drawn to tell. Last comes whoever made a slip and wrote
    sub-results down besides.
    """
    rules, found = wrong_rules(batch.graph, id), dict[int, str]()
    thoughts = [wrong for wrong in rules if wrong.slip not in OF_THE_PEN]
    pen = [wrong for wrong in rules if wrong.slip in OF_THE_PEN]
    near: list[WrongRule] = []
    tiers = [_Tier(thoughts, near), _Tier([*named_only(batch.graph, id), *pen], near)]
    if batch.precision.subresults:
        tiers.append(_Tier(near, [], inner=True))
    for tier in tiers:
        rest = np.array([n for n in at if n not in found], dtype=np.int64)
        if len(rest) and tier.rules:
            found |= _nearest(batch, standing, id, rest, tier)
    return found


@dataclass(frozen=True)
class _Tier:
    """Wrong rules that are tried together, and how."""

    rules: Sequence[WrongRule]
    near: list[WrongRule]
    """Where rules are put whose number is near enough to one of the answers for sub-results."""
    inner: bool = False
    """Whether sub-results may be written down; so wide a ball must be the only one."""

    def ball(self, batch: Batch, kind: str, rule: Expression, entered: Mapping[str, Ball]) -> Ball:
        """What somebody may write who works a wrong rule."""
        if self.inner:
            return rule_ball(kind, rule, entered, batch.precision)
        ball: Ball = rule.evaluate(entered, BALLS)
        return ball.widened(batch.precision.unit(kind, ball))


def _nearest(
    batch: Batch, standing: Standing, id: str, at: Indices, tier: _Tier
) -> dict[int, str]:
    """The wrong rule whose number is nearest to the answer, of those that give it."""
    step, value, rules = batch.graph.steps[id], batch.values[id][at], tier.rules
    slips = np.array([wrong.slip for wrong in rules])
    best: FloatArray = np.full(len(at), np.inf)
    which = np.full(len(at), -1, dtype=np.int64)
    works, copies = np.zeros(len(at), dtype=bool), np.zeros(len(at), dtype=bool)
    met = _Met(len(at))
    own, follows = Entered(batch, standing, at), Entered(batch, standing, at, follows=True)
    for n, wrong in enumerate(rules):
        entered = follows if wrong.slip == SWAPPED else own
        ball = tier.ball(batch, step.kind, wrong.rule, entered)
        explains = np.asarray(within(value, ball))
        if np.any(within(value, ball, NEARBY * array(ball.r))):
            tier.near.append(wrong)
        if not explains.any():
            continue
        met.by(wrong.slip, explains)
        explains = explains & _tells(batch, wrong.rule, ball, value)
        if not wrong.gated:  # that it is another number than the right one, no gate saw to
            explains = explains & apart(ball, tier.ball(batch, step.kind, step.rule, entered))
        distance = np.where(explains, np.abs(value - array(ball.m)), np.inf)
        nearest = distance.min(axis=0) if distance.ndim > 1 else distance
        hit = nearest < best * (1 - 1e-9) - 1e-12
        best = np.where(hit, nearest, best)
        which = np.where(hit, n, which)
        works &= ~hit
        copies &= ~hit
        if hit.any() and not _is_copy(batch, wrong.rule):
            parents = {ref: entered[ref] for ref in step.parents}
            works |= hit & _anyhow(explains & is_determined(batch, step, value, ball, parents))
            copies |= hit & ~works & _anyhow(explains & is_no_guess(batch, step, ball, parents))
    if tier.inner:
        which[met.unsure] = -1
        works &= ~met.unsure
        copies &= ~met.unsure
    if works.any():
        standing[id].mark("elaborate", at[works], batch.count)
    if copies.any():
        standing[id].mark("chance", at[copies], batch.count)
    return {
        int(submission): str(slips[n]) for submission, n in zip(at, which, strict=True) if n >= 0
    }


class _Met:
    """Where the balls of two slips meet one answer."""

    def __init__(self, count: int) -> None:
        self._slips: list[str] = []
        self._first = np.full(count, -1, dtype=np.int64)
        self.unsure = np.zeros(count, dtype=bool)

    def by(self, slip: str, explains: BoolArray) -> None:
        """A slip's ball meets answers, from own values or from true ones."""
        if slip not in self._slips:
            self._slips.append(slip)
        code = self._slips.index(slip)
        meets = _anyhow(explains)
        self.unsure |= meets & (self._first >= 0) & (self._first != code)
        self._first = np.where(meets & (self._first < 0), code, self._first)


def _anyhow(marks: BoolArray) -> BoolArray:
    """Where at own or at true values."""
    return np.asarray(marks.any(axis=0)) if marks.ndim > 1 else marks


def _is_copy(batch: Batch, rule: Expression) -> bool:
    """Whether a wrong rule merely takes a number that stands on the sheet.

    A step that is not asked for stands nowhere: its number had to be worked out.
    """
    inner = rule.of if isinstance(rule, Negative) else rule
    if isinstance(inner, Ref):
        return inner.id in batch.graph.givens or inner.id in batch.asked
    return isinstance(inner, Constant)


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


class Entered(dict[str, Ball]):
    """What wrong rules may be applied to: the student's value and the true one, stacked.

    With `follows` what rightly follows from the values before it stands for the student's own:
    two cells that hold the same wrong number were not swapped.
    """

    def __init__(
        self, batch: Batch, standing: Standing, at: Indices, follows: bool = False
    ) -> None:
        super().__init__()
        self._batch = batch
        self._standing, self._follows = standing, follows
        self._at = at

    def __missing__(self, ref: str) -> Ball:
        batch, at = self._batch, self._at
        true = gathered(batch.true[ref], at, batch.count)
        if ref in batch.graph.givens:
            self[ref] = true
            return true
        found = self._standing[ref]
        written = found.recomputed if self._follows else found.effective
        own = gathered(written or batch.true[ref], at, batch.count)
        m, r = np.empty((2, len(at))), np.empty((2, len(at)))
        m[0], m[1], r[0], r[1] = own.m, true.m, own.r, true.r
        self[ref] = ball = Ball(m, r)
        return ball
