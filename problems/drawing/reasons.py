"""The same for a reason: what numbers nearby, and hence no numbers, could tell apart.

An input of 0, a closed ReLU, a lost maximum or a sum that vanishes by its nature make quantities
coincide identically: no draw could keep them apart, and so they are no reason to refuse one.
Whether two numbers are the same for a reason is seen at numbers close by: the givens that are
neither 0 nor 1 nor fixed are moved a little, each by a share of its own, and all is worked again
with many more digits. What was the same by chance is then visibly two; what is still the same
is so for a reason.

Source: docs/grading.md, on the quality gate.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from problems.arithmetic.elementary import FloatArray
from problems.arithmetic.precision import Precision
from problems.computation.solve import Givens, Indices, Values

FINE = Precision(12)
"""With how many digits it is looked at."""
NEAR = 1e-3
"""By what share of itself a number is moved, at most."""
GOLDEN = 0.6180339887498949
REMARKABLE = (-1.0, 0.0, 1.0)
"""Numbers that make products and sums the same as their parts; they stay."""


def moved(number: FloatArray, place: int, fixed: bool) -> FloatArray:
    """Numbers close by.

    Args:
        number: of one given, over candidates.
        place: of the given among all; each has a share of its own.
        fixed: whether it is the same for everybody.

    >>> [round(float(x), 4) for x in moved(np.array([0.0, 0.5, 1.0]), 0, False)]
    [0.0, 0.5004, 1.0]
    """
    if fixed:
        return number
    share = 0.5 + 0.5 * ((place + 1) * GOLDEN % 1.0)
    stays = np.isin(number, REMARKABLE)
    found: FloatArray = np.where(stays, number, number * (1.0 + NEAR * share))
    return found


def nearby(ids: Collection[str], fixed: Collection[str], givens: Givens) -> Givens:
    """The givens of candidates close to others."""
    places = {id: n for n, id in enumerate(ids)}

    def close(id: str, alive: Indices) -> FloatArray:
        return moved(givens(id, alive), places[id], id in fixed)

    return close


def beside(numbers: Values) -> dict[str, FloatArray]:
    """Numbers close to those of one exercise."""
    found = {id: np.asarray(number, dtype=np.float64) for id, number in numbers.items()}
    return {id: moved(number, n, False) for n, (id, number) in enumerate(found.items())}
