"""The elementary functions are ours, so mpmath judges them."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from problems.arithmetic import elementary

TRUE = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "tanh": mpmath.tanh,
    "logistic": lambda v: 1 / (1 + mpmath.exp(-v)),
    "softplus": lambda v: mpmath.log1p(mpmath.exp(v)),
}


def points(name: str) -> np.ndarray:
    rng = np.random.default_rng(3)
    spread = np.concatenate(
        [rng.uniform(-40, 40, 2000), rng.uniform(-1, 1, 2000), rng.uniform(-1e-3, 1e-3, 500)]
    )
    return np.abs(spread) + 1e-9 if name == "log" else spread


@pytest.mark.parametrize("name", sorted(TRUE))
def test_within_three_units_of_the_last_place(name: str) -> None:
    """Accuracy is what a good library has; 1e-12 against autograd needs far less."""
    values = getattr(elementary, name)(points(name))
    with mpmath.workdps(40):
        for x, value in zip(points(name), values, strict=True):
            true = TRUE[name](mpmath.mpf(float(x)))
            assert abs(mpmath.mpf(float(value)) - true) <= 3 * math.ulp(float(true))


@pytest.mark.parametrize("name", sorted(TRUE))
def test_a_float_and_an_array_element_are_the_same_bits(name: str) -> None:
    """One student's mark must equal the same student's mark in a column of a million."""
    f = getattr(elementary, name)
    xs = points(name)[:500]
    assert [float(v) for v in f(xs)] == [float(f(float(x))) for x in xs]


def test_extremes_stay_finite_or_say_so() -> None:
    """A saturated unit must not overflow into a warning."""
    assert elementary.logistic(-1e6) < 1e-300
    assert elementary.logistic(1e6) == 1.0
    assert elementary.log(0.0) == -math.inf
    assert math.isnan(float(elementary.log(-1.0)))
    assert elementary.tanh(np.array([-1e6, 1e6])).tolist() == [-1.0, 1.0]  # type: ignore[attr-defined]
