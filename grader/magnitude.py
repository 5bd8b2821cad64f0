"""Sheets whose numbers are all too large or too small by one power of ten.

A spreadsheet that takes the decimal comma for a thousands separator turns 0,7775 into 7775. The
answers count as they stand; that every one is off by the same power is said.
Source: docs/grading.md, Slips.
"""

from __future__ import annotations

import numpy as np

from grader.batch import BLANK, CORRECT, Batch, Indices, Standing
from problems.ball import Ball, apart, within
from problems.elementary import FloatArray, array
from problems.precision import power_of_ten

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
    suspects = right <= (1 - SHARE) * (table != BLANK).sum(axis=0)
    if not suspects.any():
        return found
    answered = np.zeros(batch.count)
    for id, value in batch.values.items():
        answered += ~np.isnan(value) & np.asarray(apart(batch.true[id], Ball(0.0, 0.0)))
    for power in POWERS:
        hits = _hits(batch, power)
        fits = suspects & (found == 0) & (hits >= np.maximum(FEWEST, SHARE * answered))
        found[fits] = power
    return found


def _hits(batch: Batch, power: int) -> FloatArray:
    """How many answers are the true values times a power of ten."""
    factor = power_of_ten(power)
    hits = np.zeros(batch.count)
    for id, value in batch.values.items():
        true = batch.true[id]
        told = np.asarray(apart(true, Ball(0.0, 0.0)))
        shifted = Ball(array(true.m) * factor, array(true.r) * factor)
        hits += told & np.asarray(within(value, shifted))
    return hits
