"""The radius is rigorous: whatever the arguments are inside their balls, the result is inside."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.arithmetic.ball import VAST, Ball, within
from problems.rules.activations import ACTIVATIONS
from problems.rules.expression import (
    BALLS,
    NUMBERS,
    Constant,
    Function,
    Negative,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
)

A, B, C = Ref("a"), Ref("b"), Ref("c")
RULES = [
    Sum((A, Negative(B), C)),
    Product((A, B, C)),
    Square(Sum((A, B))),
    Negative(Product((A, Constant("1/3")))),
    Quotient(A, B),
    Function("log", A),
    Softmax((A, B, C), 1),
    Product((A, Sum((B, Negative(Product((B, C))))))),
    *[Function(name, A) for name in ACTIVATIONS],
    *[Slope(name, A) for name in ACTIVATIONS],
    *[Slope(name, Function(name, A)) for name in ("logistic", "tanh")],
]

centres = st.floats(-6, 6)
radii = st.sampled_from([0.0, 1e-6, 1e-4, 0.01, 0.3])
shares = st.floats(-1, 1)


@given(
    st.sampled_from(RULES),
    st.tuples(centres, centres, centres),
    st.tuples(radii, radii, radii),
    st.tuples(shares, shares, shares),
)
def test_every_choice_inside_lands_inside(rule, middle, radius, share) -> None:
    """The claim of GRADING section 2, for every rule there is."""
    balls = {n: Ball(m, r) for n, m, r in zip("abc", middle, radius, strict=True)}
    inside = {n: balls[n].m + s * balls[n].r for n, s in zip("abc", share, strict=True)}
    result = rule.evaluate(balls, BALLS)
    try:
        value = rule.evaluate(inside, NUMBERS)
    except ZeroDivisionError:
        return
    if math.isfinite(float(value)) and result.r < VAST:
        assert within(value, result)


@pytest.mark.parametrize("tiny", [0.0, 5e-324, 3.6e-209, 1e-101])
def test_a_divisor_that_is_all_but_zero_bounds_nothing(tiny: float) -> None:
    """And neither overflows nor divides by what has vanished."""
    assert (Ball(1.0, 1e-4) / Ball(tiny, 0.0)).r == VAST
    assert (Ball(1.0, 1e-4) / Ball(tiny, 1e-6)).r == VAST


def test_a_radius_that_is_too_small_would_be_noticed() -> None:
    """Test the tester: first-order error analysis of a product is not rigorous."""
    a, b = Ball(1.0, 0.5), Ball(1.0, 0.5)
    first_order = Ball(a.m * b.m, abs(a.m) * b.r + abs(b.m) * a.r)
    assert not within(1.5 * 1.5, first_order)
    assert within(1.5 * 1.5, a * b)
