"""Guards of follow-through: nothing can be earned by writing numbers without computing.

A number written everywhere, parents copied again and again, one iteration's numbers written
down as the next one's: each is told from a coincidence by how often a submission does it.
Source: docs/grading.md.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from grader.batch import Batch, spread
from problems import ids
from problems.ball import Ball, apart, within
from problems.elementary import BoolArray, FloatArray, array
from problems.gate import is_straight
from problems.graph import Step

PARROTED = 0.25
"""A number that fills at least this share of the answers (and four of them) proves nothing
when it is carried: it was written everywhere, not computed."""

COPIED = 0.1
"""Share of the answers (and four of them) that are wrong and copied from a parent, from which
on a copied number proves nothing."""

UPDATES = ("new.w", "new.b")


class Guards:
    """What a batch's submissions do by habit."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.count = batch.count

    @cached_property
    def parroted(self) -> FloatArray:
        """For each submission the number that fills a quarter of its answers, else nan."""
        return _parroted(self.batch)

    def copied(self, step: Step) -> BoolArray:
        """Where the answer is the number of one of the step's parents, own or true."""
        value = self.batch.values[step.id]
        near = 0.5 * array(self.batch.precision.unit(step.kind, Ball(value, 0.0)))
        found = np.zeros(self.count, dtype=bool)
        if is_straight(self.batch.graph, step) or len(step.parents) == 1:
            return found  # a ReLU's output, a bias gradient: repeating the parent is the rule
        for parent in step.parents:
            if parent in self.batch.graph.steps and parent not in self.batch.values:
                continue  # a step that is not asked for stands nowhere to be copied from
            for m in (self.batch.values.get(parent), self.batch.true[parent].m):
                if m is not None:
                    found |= np.abs(value - array(m)) <= near
        copied: BoolArray = found & (np.abs(value) > near)  # zeros have a guard of their own
        return copied

    @cached_property
    def copiers(self) -> BoolArray:
        """Who copies instead of computing: several wrong answers are their own parents."""
        copies = np.zeros(self.count, dtype=np.int64)
        answered = np.zeros(self.count, dtype=np.int64)
        for id, value in self.batch.values.items():
            step = self.batch.graph.steps[id]
            if step.kind in UPDATES:
                continue  # behind a dead unit a weight rightly stays as it was
            wrong = ~np.isnan(value) & ~np.asarray(within(value, self.batch.true[id]))
            copies += wrong & self.copied(step)
            answered += ~np.isnan(value)
        habitual: BoolArray = copies >= np.maximum(4, COPIED * answered)
        return habitual

    def repeated(self, step: Step) -> BoolArray:
        """Where the own answer of the iteration before is written again, visibly wrongly."""
        parsed, batch = ids.parse(step.id), self.batch
        before = ids.at(ids.core(step.id), parsed.example, parsed.iteration - 1)
        if parsed.iteration == 1 or before not in batch.values:
            return np.zeros(self.count, dtype=bool)
        value, true, then = batch.values[step.id], batch.true[step.id], batch.true[before]
        near = 0.5 * array(batch.precision.unit(step.kind, Ball(value, 0.0)))
        same: BoolArray = np.abs(value - batch.values[before]) <= near
        again: BoolArray = same & np.asarray(apart(true, then))
        return again

    @cached_property
    def repeaters(self) -> BoolArray:
        """Who writes one iteration's numbers down again as the next one's."""
        again = np.zeros(self.count, dtype=np.int64)
        answered = np.zeros(self.count, dtype=np.int64)
        for id, value in self.batch.values.items():
            if ids.parse(id).iteration > 1:
                again += self.repeated(self.batch.graph.steps[id])
                answered += ~np.isnan(value)
        habitual: BoolArray = again >= np.maximum(4, PARROTED * answered)
        return habitual


def _parroted(batch: Batch) -> FloatArray:
    """For each submission the number that fills a quarter of its answers, else nan."""
    table = np.sort(np.stack([spread(v, batch.count) for v in batch.values.values()]), axis=0)
    answered = np.sum(~np.isnan(table), axis=0)
    least = np.maximum(4, np.ceil(PARROTED * answered)).astype(np.int64)
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
