"""exp, log and their kin from the four IEEE operations, for floats and arrays alike.

Library versions of these functions differ in the last bit between platforms, between
numpy releases and between a scalar and an array. We need one bit pattern: the same secret
must give byte-identical exercises everywhere, and one student's mark must equal the mark
that the same student gets in a column of a million. Addition, multiplication and division
are exactly rounded by IEEE 754, so functions built from them in a fixed order are
reproducible. They stay within 3 units of the last place of the true value
(tests/problems/test_elementary.py compares them with mpmath).
"""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
Truth: TypeAlias = bool | BoolArray
"""The answer to a question about a `Number`: one, or one an exercise."""


class Number(Protocol):
    """A value of one exercise (a float), or an array of values over exercises.

    A protocol rather than a union: the operators of `float | ndarray` have no common type.
    """

    def __add__(self, other: Any, /) -> Number: ...
    def __radd__(self, other: Any, /) -> Number: ...
    def __sub__(self, other: Any, /) -> Number: ...
    def __rsub__(self, other: Any, /) -> Number: ...
    def __mul__(self, other: Any, /) -> Number: ...
    def __rmul__(self, other: Any, /) -> Number: ...
    def __truediv__(self, other: Any, /) -> Number: ...
    def __rtruediv__(self, other: Any, /) -> Number: ...
    def __neg__(self) -> Number: ...
    def __abs__(self) -> Number: ...
    def __gt__(self, other: Any, /) -> Any: ...
    def __lt__(self, other: Any, /) -> Any: ...
    def __ge__(self, other: Any, /) -> Any: ...
    def __le__(self, other: Any, /) -> Any: ...
    def __float__(self) -> float: ...


LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
"""ln 2 in two parts; the high one has 32 bits, so k * LN2_HIGH is exact for |k| < 2^20."""

LARGEST = 700.0
"""Arguments of exp are clipped here: exp(700) is finite and its reciprocal too."""

_EXP_TERMS = tuple(1 / math.factorial(n) for n in range(15, 0, -1))
_ATANH_TERMS = tuple(1 / (2 * n + 1) for n in range(17, -1, -1))


def array(x: Number) -> FloatArray:
    """The value as an array (a float becomes one without axes)."""
    return np.asarray(x, dtype=np.float64)


def _polynomial(terms: tuple[float, ...], x: Number) -> Number:
    if isinstance(x, np.ndarray):
        return _polynomial_of_array(terms, x)
    value: Number = x * 0.0 + terms[0]
    for term in terms[1:]:
        value = value * x + term
    return value


def _polynomial_of_array(terms: tuple[float, ...], x: FloatArray) -> FloatArray:
    """The same bits in half the time, because nothing is made anew for each term."""
    value: FloatArray = x * 0.0 + terms[0]
    for term in terms[1:]:
        np.multiply(value, x, out=value)
        np.add(value, term, out=value)
    return value


def _scaled(x: Number, k: Number) -> Number:
    """x * 2^k, exactly."""
    if isinstance(x, np.ndarray):
        return np.ldexp(x, array(k).astype(np.int64))
    return math.ldexp(float(x), int(float(k)))


def _reduced(x: Number) -> tuple[Number, Number]:
    """k and r with x = k ln 2 + r and |r| <= (ln 2)/2."""
    if isinstance(x, np.ndarray):
        x = np.clip(x, -LARGEST, LARGEST)
        k: Number = np.rint(x * LOG2_E)
    else:
        x = min(max(float(x), -LARGEST), LARGEST) if x == x else 0.0
        k = float(round(x * LOG2_E))
    return k, (x - k * LN2_HIGH) - k * LN2_LOW


def exp(x: Number) -> Number:
    """e^x, clipped to |x| <= 700.

    >>> exp(0.0), round(exp(1.0), 14)
    (1.0, 2.71828182845905)
    """
    k, r = _reduced(x)
    return _scaled(1.0 + r * _polynomial(_EXP_TERMS, r), k)


def expm1(x: Number) -> Number:
    """e^x - 1 without cancellation near 0.

    >>> expm1(1e-9)
    1.0000000005000001e-09
    """
    k, r = _reduced(x)
    one = r * 0.0 + 1.0
    return _scaled(r * _polynomial(_EXP_TERMS, r), k) + (_scaled(one, k) - 1.0)


def _twice_atanh(s: Number) -> Number:
    return 2.0 * s * _polynomial(_ATANH_TERMS, s * s)


def log(x: Number) -> Number:
    """Natural logarithm; -inf at 0 and nan below.

    >>> log(1.0), log(0.5)
    (0.0, -0.6931471805599453)
    """
    if isinstance(x, np.ndarray):
        positive = np.where(x > 0, x, 1.0)
        m, e = np.frexp(positive)
        low = m < math.sqrt(0.5)
        mantissa: Number = np.where(low, 2.0 * m, m)
        k: Number = np.where(low, e - 1, e).astype(np.float64)
    else:
        if not x > 0:
            return -math.inf if x == 0 else math.nan
        mantissa, exponent = math.frexp(float(x))
        if mantissa < math.sqrt(0.5):
            mantissa, exponent = 2.0 * mantissa, exponent - 1
        k = float(exponent)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    value = k * LN2_HIGH + (k * LN2_LOW + _twice_atanh(s))
    if isinstance(x, np.ndarray):
        return np.where(x > 0, array(value), np.where(x == 0, -np.inf, np.nan))
    return value


def log1p(x: Number) -> Number:
    """log(1 + x) for 0 <= x <= 1, without cancellation near 0.

    >>> log1p(1e-9)
    9.999999995e-10
    """
    return _twice_atanh(x / (2.0 + x))


def logistic(v: Number) -> Number:
    """1 / (1 + e^-v).

    Source: Mazur, out_h1.

    >>> round(logistic(0.3775), 9)
    0.593269992
    """
    return 1.0 / (1.0 + exp(-v))


def tanh(v: Number) -> Number:
    """Hyperbolic tangent.

    >>> tanh(0.0), round(tanh(0.5), 4)
    (0.0, 0.4621)
    """
    grown = expm1(2.0 * abs(v))
    size = grown / (grown + 2.0)
    if isinstance(v, np.ndarray):
        return np.copysign(array(size), v)
    return math.copysign(float(size), v)


def softplus(v: Number) -> Number:
    """log(1 + e^v), the smooth ReLU.

    >>> round(softplus(0.0), 4)
    0.6931
    """
    return greater(v, 0.0) + log1p(exp(-abs(v)))


def greater(a: Number, b: Number) -> Number:
    """The larger of two values, element by element.

    >>> greater(1.0, 2.0)
    2.0
    """
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.maximum(array(a), array(b))
    return a if a > b else b


def where(condition: Truth, yes: Number, no: Number) -> Number:
    """`yes` where the condition holds, `no` elsewhere.

    >>> where(True, 1.0, 2.0)
    1.0
    """
    if isinstance(condition, np.ndarray):
        return np.where(condition, array(yes), array(no))
    return yes if condition else no
