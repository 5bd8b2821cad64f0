"""Names two slips in one cell, where no single one gives the number.

A pair is named only if at the student's own values its number can be told from the right one,
from that of every single slip, from 0 and from every other pair; and only while chance hardly
hits it: of the numbers among which the step's value may lie the pairs that are named make up
at most `CHANCE`. Nothing else is changed by it: two slips in one cell count as what they are,
a wrong number.
Source: docs/grading.md, Slips.
"""

from __future__ import annotations

import numpy as np

from grader.marking.batch import (
    BLANK,
    SHORT,
    SLIP,
    UNREADABLE,
    WRONG,
    Batch,
    Indices,
    Standing,
    gathered,
)
from grader.marking.diagnose import Entered, Named
from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.misconceptions.pairs import Pairs, pairs, stacked

CHANCE = 0.008
"""Share of the spread of a kind's true values that named pairs may make up."""
MOSTLY = 0.5
"""Share of a sheet's answers that nothing explains, from which on two slips explain none."""
APART = 2.0
"""So many units two numbers are apart that rounding and cutting cannot make one."""
VISIBLE = 4.0
"""So many units a number is from 0 that it says something."""
FAR = 10.0
"""Pairs larger than any true value have so many times their room to be chance in."""
BEHIND = 2.0
"""So many units a number may be off that a slip makes larger: it was rounded, and worked from
another one that was."""
DUST = 1e-9


def name_pairs(batch: Batch, standing: Standing, named: Named) -> None:
    """Turn `wrong` into `slip` where two slips of a step give the number.

    Args:
        batch: the submissions.
        standing: what was found; its verdicts are changed in place.
        named: the slips found; pairs join them as two names with a `+` between.
    """
    table = standing.table()
    answered = ((table != BLANK) & (table != UNREADABLE)).sum(axis=0)
    sane = (table == WRONG).sum(axis=0) < MOSTLY * answered
    for id, verdict in standing.verdicts.items():
        for stretched in (False, True):
            at = np.flatnonzero((verdict == WRONG) & sane)
            if len(at) and pairs(batch.graph, id).names:
                at = at[_Cells(batch, standing, id, at, stretched).hit.any(axis=(0, 1))]
            if len(at) and (found := _Cells(batch, standing, id, at, stretched).named()):
                verdict[list(found)] = SLIP
                named.setdefault(id, {}).update(found)


class _Cells:
    """The wrong answers at one step, with the numbers that slips give there.

    Numbers come twice: from the student's own values and from the true ones. First an answer
    must be a pair's number to the unit. Then it may be what a slip makes of a rounded number,
    such as 3.142 for 10 times 0.31416, where that is larger than any true value.
    """

    def __init__(
        self, batch: Batch, standing: Standing, id: str, at: Indices, stretched: bool
    ) -> None:
        self.batch, self.standing, self.at = batch, standing, at
        self.step = batch.graph.steps[id]
        self.value = batch.values[id][at]
        self.pairs: Pairs = pairs(batch.graph, id)
        self.middles = _Middles(Entered(batch, standing, at))
        number, stretch = self.pairs.numbers(self.middles, (2, len(at)))
        self.number: FloatArray = np.where(np.isfinite(number), number, np.inf)
        self.unit = self.unit_of(self.number)
        self.largest, self.spread = self._spread()
        self.inside: BoolArray = np.abs(self.number).min(axis=1) <= self.largest
        more = np.where(np.isfinite(stretch), stretch, 1.0) if stretched else 1.0
        self.reach = self.unit * np.where(more > 1.0, BEHIND * more, 1.0)
        """How far an answer may be from a pair's number."""
        self.off: FloatArray = np.abs(self.number - self.value)
        self.hit: BoolArray = self.off <= self.reach * (1 + DUST)
        if stretched:
            self.hit &= ~self.inside[:, None]

    def named(self) -> dict[int, str]:
        """Submission -> the names of its two slips."""
        told = self.told()
        fits = (self.hit & told).any(axis=1) & self.is_no_chance(told) & self.is_alone()
        fits &= self.batch.units[self.step.id][self.at] <= SHORT * self.unit.min(axis=(0, 1))
        names = self.pairs.names
        at = np.flatnonzero(fits.any(axis=0)).tolist()
        return {int(self.at[n]): names[int(np.argmax(fits[:, n]))] for n in at}

    def unit_of(self, number: FloatArray) -> FloatArray:
        """One unit of the last place asked for, of these numbers."""
        size = np.where(np.isfinite(number), number, 1.0)
        unit = array(self.batch.precision.unit(self.step.kind, Ball(size, 0.0)))
        return np.broadcast_to(unit, number.shape)

    def told(self) -> BoolArray:
        """Where a number is neither the right one nor that of a single slip, nor nearly 0."""
        number, unit, reach = self.number, self.unit, self.reach
        told: BoolArray = np.abs(number) > VISIBLE * reach
        id, count = self.step.id, self.batch.count
        for right in (self.batch.true[id], self.standing[id].recomputed):
            if right is not None:
                ball = gathered(right, self.at, count)
                told &= np.abs(number - array(ball.m)) > array(ball.r) + reach
        rules = [one.rule for one in self.pairs.singles]
        single = stacked(rules, self.middles, (2, len(self.at)))
        for numbers in single.reshape(-1, len(self.at)):
            told &= ~(np.abs(number - numbers) <= reach + unit)
        return told

    def is_alone(self) -> BoolArray:
        """Where all pairs that come near an answer are one and the same two slips."""
        near = (self.off <= self.reach + APART * self.unit).any(axis=1)
        _, which = np.unique(self.pairs.names, return_inverse=True)
        code = np.where(near, which[:, None], -1)
        most = code.max(axis=0)
        least = np.where(near, which[:, None], len(which)).min(axis=0)
        alone: BoolArray = np.broadcast_to(most == least, near.shape)
        return alone

    def is_no_chance(self, told: BoolArray) -> BoolArray:
        """Which pairs are few enough, the likelier first, for a wrong number not to hit one."""
        one = np.abs(self.number[:, 0] - self.number[:, 1]) <= APART * self.unit[:, 0]
        times = np.where(one, told.any(axis=1), told.sum(axis=1))
        length = 2 * self.reach.max(axis=1) * times
        taken = np.cumsum(np.where(self.inside, length, 0.0), axis=0)
        beyond = np.cumsum(np.where(self.inside, 0.0, length), axis=0)
        room = CHANCE * self.spread
        few: BoolArray = np.where(self.inside, taken <= room, beyond <= FAR * room)
        return few

    def _spread(self) -> tuple[FloatArray, FloatArray]:
        """The largest true value of the step's kind on each sheet, and how far they spread."""
        kind, steps, count = self.step.kind, self.batch.graph.steps, self.batch.count
        true = np.zeros((1, len(self.at)))  # 0 is a number that any step might have
        for id in self.batch.asked:
            if steps[id].kind == kind:
                middle = array(gathered(self.batch.true[id], self.at, count).m)
                true = np.concatenate([true, np.broadcast_to(middle, (1, len(self.at)))])
        return np.abs(true).max(axis=0), true.max(axis=0) - true.min(axis=0)


class _Middles(dict[str, FloatArray]):
    """The numbers alone, of what wrong rules may be applied to."""

    def __init__(self, entered: Entered) -> None:
        super().__init__()
        self._entered = entered

    def __missing__(self, id: str) -> FloatArray:
        self[id] = middle = array(self._entered[id].m)
        return middle
