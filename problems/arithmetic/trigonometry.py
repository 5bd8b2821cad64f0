"""Sine and cosine from the four IEEE operations, for floats and arrays alike.

As in `problems.arithmetic.elementary`, a fixed order of exactly rounded operations makes them
the same bits everywhere. An angle is brought to |r| <= pi/4 with a pi/2 in three parts.

Source: W. Cody, W. Waite, Software Manual for the Elementary Functions, chapter 8.
"""

from __future__ import annotations

import math

import numpy as np

from problems.arithmetic.elementary import Number, polynomial, where

FARTHEST = 1e6
"""Angles beyond this have no sine here: k times a part of pi/2 would not be exact."""

TWO_OVER_PI = 0.6366197723675814
_HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
"""pi/2; the first two parts have 33 bits."""

_SINE_TERMS = tuple((-1) ** n / math.factorial(2 * n + 1) for n in range(9, 0, -1))
_COSINE_TERMS = tuple((-1) ** n / math.factorial(2 * n) for n in range(9, 1, -1))


def sin(x: Number) -> Number:
    """Sine of an angle in radians; nan beyond `FARTHEST`.

    >>> sin(0.0), round(sin(1.0), 14)
    (0.0, 0.8414709848079)
    """
    quarter, r = _reduced(x)
    return _turned(quarter, r)


def cos(x: Number) -> Number:
    """Cosine of an angle in radians; nan beyond `FARTHEST`.

    >>> cos(0.0), round(cos(1.0), 14)
    (1.0, 0.54030230586814)
    """
    quarter, r = _reduced(x)
    return _turned(quarter + 1.0, r)


def _reduced(x: Number) -> tuple[Number, Number]:
    """k and r with x = k pi/2 + r and |r| <= pi/4."""
    near = where(abs(x) <= FARTHEST, x, math.nan)
    if isinstance(near, np.ndarray):
        k: Number = np.rint(near * TWO_OVER_PI)
    else:
        angle = float(near)
        k = float(round(angle * TWO_OVER_PI)) if angle == angle else math.nan
    high, middle, low = _HALF_PI
    return k, ((near - k * high) - k * middle) - k * low


def _turned(quarter: Number, r: Number) -> Number:
    """The sine of r plus so many quarters of a turn."""
    half = _floor(quarter * 0.5)
    odd = quarter - 2.0 * half
    minus = half - 2.0 * _floor(half * 0.5)
    value = where(odd > 0.5, _cosine(r), _sine(r))
    return where(minus > 0.5, -value, value)


def _floor(x: Number) -> Number:
    if isinstance(x, np.ndarray):
        return np.floor(x)
    return float(math.floor(x)) if x == x else x


def _sine(r: Number) -> Number:
    z = r * r
    return r + r * (z * polynomial(_SINE_TERMS, z))


def _cosine(r: Number) -> Number:
    z = r * r
    return 1.0 - (0.5 * z - z * z * polynomial(_COSINE_TERMS, z))
