"""Statistics of test items: how hard a step is, and whether it tells students apart.

All take points as an array of submissions by steps and are vectorised over steps.
Sources: F. M. Lord, M. R. Novick, Statistical Theories of Mental Test Scores, 1968, chapters
15 (item analysis) and 4 (alpha); L. J. Cronbach, Psychometrika 16, 1951, pages 297 to 334.
"""

from __future__ import annotations

import numpy as np

from problems.arithmetic.elementary import FloatArray

DUST = 1e-12
"""A spread of less than this, relative to what it is made of, is rounding."""


def discriminations(points: FloatArray) -> FloatArray:
    """Corrected point-biserial correlation: each step with the total of the *other* steps.

    Args:
        points: (submissions, steps), credit times weight.

    Returns:
        One for each step; nan where the step or the rest is the same for everybody.

    >>> discriminations(np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])).round(3)
    array([0.866, 0.866, 0.5  ])
    """
    if len(points) < 2:
        return np.full(points.shape[1], np.nan)
    centred = points - points.mean(axis=0)
    total = centred.sum(axis=1)
    own = np.einsum("ij,ij->j", centred, centred)
    with_total = total @ centred
    rest = total @ total - 2 * with_total + own
    scale = DUST * max(1.0, float(total @ total))
    flat = (own <= scale) | (rest <= scale)
    with np.errstate(all="ignore"):
        found = (with_total - own) / np.sqrt(own * rest)
    return np.where(flat, np.nan, np.clip(found, -1.0, 1.0))


def alpha(points: FloatArray) -> float | None:
    """Cronbach's alpha: how far the steps measure one thing.

    Args:
        points: (submissions, steps), credit times weight.

    Returns:
        At most 1; None for fewer than two steps or submissions, or equal totals.

    >>> round(alpha(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]])), 3)
    0.667
    """
    count, steps = points.shape
    if count < 2 or steps < 2:
        return None
    single = points.var(axis=0, ddof=1).sum()
    whole = points.sum(axis=1).var(ddof=1)
    if whole <= DUST * max(1.0, float(single)):
        return None
    return float(steps / (steps - 1) * (1 - single / whole))


def correlations(values: FloatArray, columns: FloatArray) -> FloatArray:
    """Pearson's correlation of one column with many.

    Args:
        values: (submissions,).
        columns: (submissions, features).

    Returns:
        One for each feature; nan where either is constant.
    """
    if len(values) < 2:
        return np.full(columns.shape[1], np.nan)
    y = values - values.mean()
    x = columns - columns.mean(axis=0)
    sizes = np.einsum("ij,ij->j", x, x)
    scale = np.einsum("ij,ij->j", columns, columns)
    own = float(y @ y)
    flat = (sizes <= DUST * scale) | (own <= DUST * float(values @ values))
    with np.errstate(all="ignore"):
        found = (y @ x) / np.sqrt(sizes * own)
    return np.where(flat, np.nan, np.clip(found, -1.0, 1.0))
