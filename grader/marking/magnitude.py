"""Sheets whose numbers are all too large or too small by one power of ten.

A spreadsheet that takes the decimal comma for a thousands separator turns 0,7775 into 7775. The
answers count as they stand; that every one is off by the same power is said.
Source: docs/grading.md, Slips.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.marking.batch import BLANK, CORRECT, Batch, Indices, Standing, gathered
from problems.arithmetic.ball import Ball, apart, within
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.arithmetic.precision import power_of_ten

POWERS = (1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6)
SHARE = 0.8
"""Share of the answers that must be off by the same power..."""
FEWEST = 6
"""... and so many of them at least."""


def powers_of_ten(batch: Batch, standing: Standing) -> Indices:
    """By which power of ten a submission's answers are all too large; 0 for none.

    Only answers count whose true value can be told from 0.
    """
    found = np.zeros(batch.count, dtype=np.int64)
    table = standing.table()
    right = (table == CORRECT).sum(axis=0)
    rows = np.flatnonzero(right <= (1 - SHARE) * (table != BLANK).sum(axis=0))
    if not len(rows):
        return found
    cells = [_Cell.of(batch, id, rows) for id in batch.values]
    answered = np.sum([cell.told for cell in cells], axis=0)
    for power in POWERS:
        hits = np.sum([cell.hits(power) for cell in cells], axis=0)
        fits = (found[rows] == 0) & (hits >= np.maximum(FEWEST, SHARE * answered))
        found[rows[fits]] = power
    return found


@dataclass(frozen=True)
class _Cell:
    """One step's answers of some submissions."""

    value: FloatArray
    true: Ball
    told: BoolArray
    """Where something is written whose true value can be told from 0."""

    @staticmethod
    def of(batch: Batch, id: str, rows: Indices) -> _Cell:
        """The answers of some rows of a batch."""
        value, true = batch.values[id][rows], gathered(batch.true[id], rows, batch.count)
        return _Cell(value, true, ~np.isnan(value) & np.asarray(apart(true, Ball(0.0, 0.0))))

    def hits(self, power: int) -> BoolArray:
        """Where the answer is the true value times a power of ten."""
        factor = power_of_ten(power)
        shifted = Ball(array(self.true.m) * factor, array(self.true.r) * factor)
        hits: BoolArray = self.told & np.asarray(within(self.value, shifted))
        return hits
