"""Guards of follow-through: nothing can be earned by writing numbers without computing.

A number written everywhere, givens and parents copied again and again, one iteration's numbers
written down as the next one's: each is told from a coincidence by how often it happens.
Source: docs/grading.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from grader.marking.batch import (
    CARRIED,
    CORRECT,
    SHORT,
    UNDETERMINED,
    Batch,
    Codes,
    Indices,
    spread,
)
from problems.arithmetic.ball import Ball, apart
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.computation import ids
from problems.computation.kinds import Role
from problems.computation.steps import Step
from problems.misconceptions.slips import OF_THE_PEN, wrong_rules
from problems.rules.expression import Ref

HABIT = 0.25
"""Share of the answers from which on it is a habit..."""
FEWEST = 4
"""... if it happens at least so often."""

BESIDES = 1
"""So many further copies, which may be by chance, beside those of one misconception."""

DROPPED = 0.5
"""Share of short numbers up to which they are full ones whose zeros at the end were dropped (of
ten numbers one ends in 0, but equal numbers stand in many cells, and slopes are 1 or 0)..."""
MOST_DROPPED = 150.0
"""... if the last digit written is worth no more units than this: two digits."""


class Guards:
    """What a batch's submissions do by habit."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.count = batch.count

    @cached_property
    def parroted(self) -> FloatArray:
        """For each submission the number that fills a quarter of its answers, else nan."""
        return _parroted(self.batch)

    def too_short(self, id: str, asked: FloatArray) -> BoolArray:
        """Where an answer has fewer digits than asked for, and no zeros that were dropped.

        Spreadsheets and JSON drop the zeros at the end of a number. Whose sheet is not mostly
        short is taken to have written them: a writer of few digits does so everywhere.

        Args:
            id: whose answers.
            asked: one unit of the last place asked for.
        """
        unit = self.batch.units[id]
        dropped = self._drops_zeros & (unit < MOST_DROPPED * asked)
        short: BoolArray = (unit > SHORT * asked) & ~dropped
        return short

    @cached_property
    def _drops_zeros(self) -> BoolArray:
        """Whose numbers are not mostly short."""
        short = answered = np.zeros(self.count)
        for id, value in self.batch.values.items():
            kind = self.batch.graph.steps[id].kind
            asked = array(self.batch.precision.unit(kind, Ball(value, 0.0)))
            here = ~np.isnan(value)
            short = short + (here & (self.batch.units[id] > SHORT * asked))
            answered = answered + here
        drops: BoolArray = short <= np.maximum(1.0, DROPPED * answered)
        return drops

    def mindless(self, verdicts: Mapping[str, Codes]) -> BoolArray:
        """Who fills the paper with numbers that stand there already instead of computing.

        A quarter of the answers (and four of them) are wrong, follow from nothing, and are a
        given, one of the step's own parents, or one number written everywhere. One misconception
        that writes a parent (every gradient without its input is a delta) is no such habit.
        """
        fruitless = {id: self._is_fruitless(id, verdicts[id]) for id in self.batch.values}
        times = np.zeros(self.count, dtype=np.int64)
        for here in fruitless.values():
            times += here
        nobody = np.zeros(self.count, dtype=bool)
        if times.max(initial=0) < FEWEST:
            return nobody  # the usual case: a slip or two, and everything follows from them
        answered = np.zeros(self.count, dtype=np.int64)
        taken = np.zeros(self.count, dtype=np.int64)
        misconceived: dict[tuple[str, str], Indices] = {}
        for id, value in self.batch.values.items():
            answered += ~np.isnan(value)
            at = np.flatnonzero(fruitless[id] & (times >= FEWEST))
            if len(at):
                taken[at] += self._is_idle(self.batch.graph.steps[id], at)
                for slip, here in self._copying_slips(id, at).items():
                    kind = self.batch.graph.steps[id].kind
                    where = misconceived.setdefault((kind, slip), np.zeros_like(taken))
                    where[at] += here
        if misconceived:
            single = np.max(list(misconceived.values()), axis=0)
            taken = np.where(taken - single <= BESIDES, 0, taken)
        mindless: BoolArray = taken >= np.maximum(FEWEST, HABIT * answered)
        return mindless

    def _copying_slips(self, id: str, at: Indices) -> dict[str, BoolArray]:
        """Misconceptions whose number is another step's, and where the answer is that number."""
        value = self.batch.values[id][at]
        near = 0.5 * array(
            self.batch.precision.unit(self.batch.graph.steps[id].kind, Ball(value, 0.0))
        )
        found: dict[str, BoolArray] = {}
        for wrong in wrong_rules(self.batch.graph, id):
            if isinstance(wrong.rule, Ref) and wrong.slip not in OF_THE_PEN:
                own = self.batch.values.get(wrong.rule.id)
                if own is not None:
                    same = (np.abs(own[at] - value) <= near) & (value != self.parroted[at])
                    found[wrong.slip] = found.get(wrong.slip, same) | same
        return found

    def _is_fruitless(self, id: str, verdict: Codes) -> BoolArray:
        """Where something is written that is neither right nor follows."""
        follows = (verdict == CORRECT) | (verdict == CARRIED) | (verdict == UNDETERMINED)
        fruitless: BoolArray = ~np.isnan(self.batch.values[id]) & ~follows
        return fruitless

    def _is_idle(self, step: Step, at: Indices) -> BoolArray:
        """Where the answer is a number that stands on the paper already."""
        value = self.batch.values[step.id][at]
        near = 0.5 * array(self.batch.precision.unit(step.kind, Ball(value, 0.0)))
        idle: BoolArray = value == self.parroted[at]
        for id in self.batch.graph.givens:
            idle |= np.abs(self._of_all(self.batch.true[id].m, at) - value) <= near
        for parent in step.parents:
            for m in (self.batch.values.get(parent), self.batch.true[parent].m):
                if m is not None:
                    idle |= np.abs(self._of_all(m, at) - value) <= near
        return idle

    def _of_all(self, m: object, at: Indices) -> FloatArray:
        """Of a column some rows; a number shared by all stays one."""
        found = array(m)  # type: ignore[arg-type]
        return found[at] if found.shape == (self.count,) else found

    def repeated(self, step: Step) -> BoolArray:
        """Where the own answer of the iteration before is written again, visibly wrongly."""
        value = self.batch.values[step.id]
        near = 0.5 * array(self.batch.precision.unit(step.kind, Ball(value, 0.0)))
        moves, before = self._moves(step)
        again: BoolArray = moves & (np.abs(value - before) <= near)
        return again

    def stands_still(self, step: Step, ball: Ball, at: Indices) -> BoolArray:
        """Where a number cannot be told from the own one of the iteration before, but should be.

        Behind tiny updates a second forward pass is the first one again, give or take a unit.

        Args:
            step: whose number it is.
            ball: what follows there from some choice of parents; its last axis is `at`.
            at: submissions.
        """
        moves, before = self._moves(step)
        told = np.asarray(apart(ball, Ball(before[at], 0.0))) | np.isnan(before[at])
        still: BoolArray = moves[at] & ~told
        return still

    def _moves(self, step: Step) -> tuple[BoolArray, FloatArray]:
        """Where a step's true value visibly moves from one iteration to the next, and the own
        answer of the iteration before."""
        parsed, batch = step.parsed, self.batch
        before = ids.at(ids.core(step.id), parsed.example, parsed.iteration - 1)
        if parsed.iteration == 1 or before not in batch.values:
            return np.zeros(self.count, dtype=bool), np.full(self.count, np.nan)
        moves = np.asarray(apart(batch.true[step.id], batch.true[before]))
        return np.broadcast_to(moves, (self.count,)), batch.values[before]

    def kept(self, step: Step) -> BoolArray:
        """Where the own old value stands for the new one of a weight or bias."""
        old = self.batch.values.get(step.parents[0]) if step.role is Role.UPDATE else None
        if old is None:
            return np.zeros(self.count, dtype=bool)
        value = self.batch.values[step.id]
        unit = array(self.batch.precision.unit(step.kind, Ball(value, 0.0)))
        kept: BoolArray = np.abs(value - old) <= 0.5 * unit
        return kept

    @cached_property
    def repeaters(self) -> BoolArray:
        """Who writes one iteration's numbers down again as the next one's."""
        again = np.zeros(self.count, dtype=np.int64)
        answered = np.zeros(self.count, dtype=np.int64)
        for id, value in self.batch.values.items():
            if self.batch.graph.parse(id).iteration > 1:
                again += self.repeated(self.batch.graph.steps[id])
                answered += ~np.isnan(value)
        habitual: BoolArray = again >= np.maximum(FEWEST, HABIT * answered)
        return habitual


def _parroted(batch: Batch) -> FloatArray:
    """For each submission the number that fills a quarter of its answers, else nan."""
    table = np.sort(np.stack([spread(v, batch.count) for v in batch.values.values()]), axis=0)
    answered = np.sum(~np.isnan(table), axis=0)
    least = np.maximum(FEWEST, np.ceil(HABIT * answered)).astype(np.int64)
    best = np.zeros(batch.count, dtype=np.int64)
    found = np.full(batch.count, np.nan)
    run = np.zeros(batch.count, dtype=np.int64)
    for n in range(len(table)):
        same = (table[n] == table[n - 1]) if n else np.zeros(batch.count, dtype=bool)
        run = np.where(same, run + 1, 1)
        longer = (run > best) & ~np.isnan(table[n])
        best = np.where(longer, run, best)
        found = np.where(longer, table[n], found)
    return np.where(best >= least, found, np.nan)
