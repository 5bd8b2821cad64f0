"""The report's statistics against scipy and pandas, which compute them another way."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grader.report.agreement import at_least, densities
from grader.report.statistics import alpha, correlations, discriminations
from grader.report.variants import by_chance, explained, terciles

CREDITS = st.sampled_from([0.0, 0.25, 0.5, 1.0])
TABLES = st.tuples(st.integers(1, 12), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=CREDITS)
)
"""Also constant columns, all blank, a single student, a single step."""

WEIGHTS = st.sampled_from([1.0, 2.0, 0.5])


def judged_alpha(points: np.ndarray) -> float:
    """The textbook formula on a data frame."""
    frame = pd.DataFrame(points)
    k = frame.shape[1]
    return k / (k - 1) * (1 - frame.var(ddof=1).sum() / frame.sum(axis=1).var(ddof=1))


def judged_discrimination(points: np.ndarray, item: int) -> float:
    own = points[:, item]
    rest = np.delete(points, item, axis=1).sum(axis=1)
    if len(own) < 2 or np.ptp(own) == 0 or np.ptp(rest) == 0:
        return math.nan
    return float(scipy.stats.pearsonr(own, rest).statistic)


@given(TABLES, WEIGHTS)
def test_discrimination_is_the_correlation_with_the_rest(points: np.ndarray, w: float) -> None:
    """Steps and totals that are constant have none."""
    points = points * w
    found = discriminations(points)
    expected = [judged_discrimination(points, n) for n in range(points.shape[1])]
    assert found == pytest.approx(expected, abs=1e-7, nan_ok=True)


@given(TABLES)
def test_alpha_is_the_textbooks(points: np.ndarray) -> None:
    """It has no value for a single step, a single student, or equal totals."""
    found = alpha(points)
    count, steps = points.shape
    if count < 2 or steps < 2 or np.ptp(points.sum(axis=1)) == 0:
        assert found is None
    else:
        assert found == pytest.approx(judged_alpha(points), rel=1e-9, abs=1e-9)


def test_a_step_that_depends_on_itself_alone_does_not_discriminate() -> None:
    """The correlation with the uncorrected total would be far from 0."""
    points = (np.random.default_rng(1).random((4000, 3)) < 0.5).astype(float)
    assert np.abs(discriminations(points)).max() < 0.05
    assert scipy.stats.pearsonr(points[:, 0], points.sum(axis=1)).statistic > 0.5


@given(arrays(np.float64, (9,), elements=st.floats(-5, 5, width=16)), st.integers(0, 99))
def test_correlations_are_pearsons(values: np.ndarray, seed: int) -> None:
    """Of one column with many at once."""
    columns = np.random.default_rng(seed).normal(size=(9, 3))
    columns[:, 2] = 0.1
    found = correlations(values, columns)
    assert math.isnan(found[2])
    if np.ptp(values) > 1e-3:
        for n in (0, 1):
            judge = scipy.stats.pearsonr(values, columns[:, n]).statistic
            assert found[n] == pytest.approx(judge, abs=1e-9)


@pytest.mark.parametrize("count", [12, 40, 500])
@pytest.mark.parametrize("r", [0.0, 0.1, 0.3, -0.5])
def test_probabilities_of_correlations_are_near_students(r: float, count: int) -> None:
    """Fisher's approximation against the exact distribution, where it is not tiny."""
    exact = scipy.stats.beta(count / 2 - 1, count / 2 - 1, -1, 2).sf(abs(r)) * 2
    found = by_chance(r, count)
    assert found == pytest.approx(exact, abs=0.01, rel=0.2 if exact > 1e-4 else 0.9)


def test_what_the_draws_explain_is_adjusted() -> None:
    """Twenty givens that have nothing to do with the score explain nothing."""
    rng = np.random.default_rng(3)
    givens, percent = rng.random((300, 20)), rng.random(300)
    assert explained(percent, givens) < 0.05
    assert explained(percent + 2 * givens[:, 3], givens) == pytest.approx(0.8, abs=0.05)
    assert explained(percent[:30], givens[:30]) is None


@given(arrays(np.float64, st.integers(1, 40), elements=st.sampled_from([0.1, 0.2, 0.3, 0.9])))
def test_terciles_hold_everybody_once(values: np.ndarray) -> None:
    """And those with the same value together."""
    percent = np.arange(len(values), dtype=float)
    found = list(terciles(values, percent))
    assert sum(third.count for third in found) == len(values)
    assert sum(t.count * t.mean for t in found) == pytest.approx(percent.sum())
    ends = [(third.low, third.high) for third in found]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ends))


@settings(max_examples=50)
@given(st.integers(1, 30), st.floats(1e-6, 20))
def test_poisson_tail(count: int, expected: float) -> None:
    """Against scipy's survival function."""
    judge = scipy.stats.poisson(expected).sf(count - 1)
    assert at_least(count, expected) == pytest.approx(judge, rel=1e-6, abs=1e-300)


def test_chance_of_a_number_is_its_density() -> None:
    """The estimate adds up: normal answers, written with three decimals."""
    rng = np.random.default_rng(5)
    values = rng.normal(size=4000).round(3)
    found = densities(values, np.full(4000, 1e-3), 4000)
    judge = scipy.stats.norm.pdf(values) * 1e-3
    middle = np.abs(values) < 1.5
    assert np.median(found[middle] / judge[middle]) == pytest.approx(1.0, abs=0.1)
