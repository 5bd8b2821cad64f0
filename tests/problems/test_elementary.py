"""The elementary functions are ours, so mpmath judges them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from problems.arithmetic import elementary, trigonometry

TRUE = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "tanh": mpmath.tanh,
    "logistic": lambda v: 1 / (1 + mpmath.exp(-v)),
    "softplus": lambda v: mpmath.log1p(mpmath.exp(v)),
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
}
POSITIVE = ("log", "sqrt")


def ours(name: str) -> Callable[[Any], Any]:
    module = trigonometry if name in ("sin", "cos") else elementary
    return getattr(module, name)


def points(name: str) -> np.ndarray:
    rng = np.random.default_rng(3)
    spread = np.concatenate(
        [rng.uniform(-40, 40, 2000), rng.uniform(-1, 1, 2000), rng.uniform(-1e-3, 1e-3, 500)]
    )
    return np.abs(spread) + 1e-9 if name in POSITIVE else spread


@pytest.mark.parametrize("name", sorted(TRUE))
def test_within_three_units_of_the_last_place(name: str) -> None:
    """Accuracy is what a good library has; 1e-12 against autograd needs far less."""
    values = ours(name)(points(name))
    with mpmath.workdps(40):
        for x, value in zip(points(name), values, strict=True):
            true = TRUE[name](mpmath.mpf(float(x)))
            assert abs(mpmath.mpf(float(value)) - true) <= 3 * math.ulp(float(true))


@pytest.mark.parametrize("name", sorted(TRUE))
def test_a_float_and_an_array_element_are_the_same_bits(name: str) -> None:
    """One student's mark must equal the same student's mark in a column of a million."""
    f = ours(name)
    xs = points(name)[:500]
    assert [float(v) for v in f(xs)] == [float(f(float(x))) for x in xs]


def test_extremes_stay_finite_or_say_so() -> None:
    """A saturated unit must not overflow into a warning."""
    assert elementary.logistic(-1e6) < 1e-300
    assert elementary.logistic(1e6) == 1.0
    assert elementary.log(0.0) == -math.inf
    assert math.isnan(float(elementary.log(-1.0)))
    assert elementary.tanh(np.array([-1e6, 1e6])).tolist() == [-1.0, 1.0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_angles_near_many_quarters_of_a_turn(name: str) -> None:
    """There the value all but vanishes, and every bit of pi/2 counts."""
    near = np.arange(-3000, 600_000, 1009) * (math.pi / 2)
    with mpmath.workdps(60):
        for x, value in zip(near, ours(name)(near), strict=True):
            true = getattr(mpmath, name)(mpmath.mpf(float(x)))
            assert abs(mpmath.mpf(float(value)) - true) <= 3 * math.ulp(float(true))
    assert math.isnan(float(ours(name)(2e6)))


@pytest.mark.parametrize("name", sorted(TRUE))
def test_what_is_no_number_stays_none(name: str) -> None:
    """A logistic of nothing known is not one half, neither alone nor in a column."""
    with np.errstate(invalid="ignore"):
        assert math.isnan(float(ours(name)(math.nan)))
        assert np.isnan(ours(name)(np.array([math.nan, 1.0]))).tolist() == [True, False]


def test_powers_are_those_of_repeated_multiplication() -> None:
    """Up to the last places; of a float and of an array the same bits."""
    xs = points("exp")[2000:2500]
    for exponent in range(1, 12):
        found = elementary.power(xs, exponent)
        assert np.allclose(found, xs**exponent, rtol=1e-14, atol=0.0)
        assert [elementary.power(float(x), exponent) for x in xs] == list(found)
