"""Is one student's draw harder than another's? Scores against everything that was drawn.

Each given, and the mean slope of the units, is correlated with the score. With twenty features
one in twenty would stand out by chance, so probabilities are multiplied by their number
(Bonferroni's inequality) before anything is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.report.groups import Cohort
from grader.report.statistics import DUST, correlations
from problems.arithmetic.elementary import FloatArray
from templates.class_report.survey import Tercile, Variant, Variants

SURE = 0.01
"""A correlation that chance gives less often than this, all features allowed for, is clear."""

NOTABLE = 0.15
"""Weaker than this it explains less than 2 % of the variance and is not worth a word."""

FEW = 12
"""Submissions below which nothing can be said."""

MEAN_SLOPE = "mean slope"


def variants(cohort: Cohort) -> Variants:
    """What about the draws goes with the score."""
    features = dict(cohort.givens)
    slope = cohort.mean_slope
    if slope is not None:
        features[MEAN_SLOPE] = slope
    same = [id for id, values in features.items() if np.ptp(values) <= DUST * np.abs(values).max()]
    for id in same:
        del features[id]
    left_out = tuple(_name(cohort, id) for id in same)
    if cohort.count < FEW or not features:
        return Variants((), None, left_out)
    columns = np.column_stack(list(features.values()))
    found = correlations(cohort.percent, columns)
    rows = zip(features.items(), found, strict=True)
    listed = [
        _variant(cohort, id, values, float(r), len(features))
        for (id, values), r in rows
        if not np.isnan(r)
    ]
    listed.sort(key=lambda one: -abs(one.correlation))
    drawn = [id for id in features if id != MEAN_SLOPE]
    share = explained(cohort.percent, columns[:, : len(drawn)]) if drawn else None
    return Variants(tuple(listed), share, left_out)


def _name(cohort: Cohort, id: str) -> str:
    return id if id == MEAN_SLOPE else cohort.exercise.naming.label(id)


def _variant(cohort: Cohort, id: str, values: FloatArray, r: float, features: int) -> Variant:
    probability = min(1.0, features * by_chance(r, cohort.count))
    clear = probability < SURE and abs(r) >= NOTABLE
    return Variant(
        id,
        _name(cohort, id),
        r,
        probability,
        tuple(terciles(values, cohort.percent)),
        clear,
        _step(cohort, values, r) if clear else None,
    )


def _step(cohort: Cohort, values: FloatArray, r: float) -> str | None:
    """The step whose credit goes with the feature most, in the direction of the score."""
    found = correlations(values, cohort.credit) * math.copysign(1.0, r)
    if np.isnan(found).all():
        return None
    return cohort.label(cohort.questions[int(np.nanargmax(found))])


def by_chance(r: float, count: int) -> float:
    """Probability of a correlation at least as strong, of either sign, where there is none.

    By Fisher's transformation, which is normal enough from a dozen submissions on.
    Source: R. A. Fisher, Metron 1, 1921, pages 3 to 32.

    >>> round(by_chance(0.5, 28), 4)
    0.006
    """
    if abs(r) >= 1.0:
        return 0.0
    return math.erfc(abs(math.atanh(r)) * math.sqrt((count - 3) / 2))


def terciles(values: FloatArray, percent: FloatArray) -> Iterator[Tercile]:
    """The class in thirds by a value; equal values stay together, so thirds are not equal."""
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    for where in (values <= low, (values > low) & (values <= high), values > high):
        own = percent[where]
        if len(own):
            error = float(own.std(ddof=1) / math.sqrt(len(own))) if len(own) > 1 else math.nan
            ends = float(values[where].min()), float(values[where].max())
            yield Tercile(*ends, len(own), float(own.mean()), error)


def explained(percent: FloatArray, givens: FloatArray) -> float | None:
    """Share of the variance of the scores that a linear model of the givens explains.

    Adjusted for the number of givens; below 0 means nothing at all, and is 0 here.
    None where there are fewer than three submissions a given.
    """
    count, features = givens.shape
    total = float(((percent - percent.mean()) ** 2).sum())
    if count < 3 * (features + 1) or total <= DUST:
        return None
    spread = givens.std(axis=0)
    design = np.column_stack([np.ones(count), (givens - givens.mean(axis=0)) / spread])
    fitted = design @ np.linalg.lstsq(design, percent, rcond=None)[0]
    rest = float(((percent - fitted) ** 2).sum())
    return float(max(0.0, 1 - (rest / (count - features - 1)) / (total / (count - 1))))
