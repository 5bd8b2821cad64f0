"""Digits are counted as people count them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.arithmetic.ball import Ball
from problems.arithmetic.precision import Precision, leading_place, rounded, rounded_significant


@given(st.floats(1e-12, 1e12))
def test_leading_place_brackets_the_number(size: float) -> None:
    """10^n <= size < 10^(n+1), exactly, and alike for arrays."""
    place = float(leading_place(size))
    assert place <= size < place * 10 * (1 + 1e-12)
    assert leading_place(np.array([size]))[0] == place


@pytest.mark.parametrize("n", range(-8, 9))
def test_leading_place_at_powers_of_ten(n: int) -> None:
    """log10 is not to be trusted there."""
    assert leading_place(float(f"1e{n}")) == float(f"1e{n}")
    assert leading_place(np.nextafter(float(f"1e{n}"), 0)) == float(f"1e{n - 1}")


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_rounding_is_half_up_on_the_double(value: float, decimals: int) -> None:
    """As the decimal module does it, without a negative zero."""
    text = rounded(value, decimals)
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert Decimal(text) == exact
    assert not (text.startswith("-") and Decimal(text) == 0)


@given(st.floats(1e-6, 1e6), st.integers(2, 8))
def test_significant_figures_are_counted(value: float, figures: int) -> None:
    """Exactly so many digits from the first that is not zero, when they are behind the point."""
    text = rounded_significant(value, figures)
    digits = text.replace(".", "").lstrip("0")
    assert abs(float(text) - value) <= 0.5000001 * float(leading_place(value)) * 10 ** (
        1 - figures
    )
    if "." in text:
        assert len(digits) == figures


def test_a_ball_over_a_power_of_ten_takes_the_larger_unit() -> None:
    """A student may write 1.000 where the true value is 0.99996."""
    precision = Precision(None, 4)
    assert precision.unit("out", Ball(0.9999, 0.0)) == pytest.approx(1e-4)
    assert precision.unit("out", Ball(0.9999, 0.001)) == pytest.approx(1e-3)
