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
from collections.abc import Sequence
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

DUST = 1e-12
"""What sums of decimals may miss 0 by: 0.3 - 0.1 - 0.2 is -3e-17, and its sign means nothing."""

_EXP_TERMS = tuple(1 / math.factorial(n) for n in range(15, 0, -1))
_ATANH_TERMS = tuple(1 / (2 * n + 1) for n in range(17, -1, -1))


def array(x: Number) -> FloatArray:
    """The value as an array (a float becomes one without axes)."""
    return np.asarray(x, dtype=np.float64)


def polynomial(terms: tuple[float, ...], x: Number) -> Number:
    """Horner's rule; the coefficient of the highest power comes first.

    >>> polynomial((2.0, 0.0, 1.0), 3.0)
    19.0
    """
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
        x = min(max(float(x), -LARGEST), LARGEST) if x == x else math.nan
        k = float(round(x * LOG2_E)) if x == x else 0.0
    return k, (x - k * LN2_HIGH) - k * LN2_LOW


def exp(x: Number) -> Number:
    """e^x, clipped to |x| <= 700.

    >>> exp(0.0), round(exp(1.0), 14)
    (1.0, 2.71828182845905)
    """
    k, r = _reduced(x)
    return _scaled(1.0 + r * polynomial(_EXP_TERMS, r), k)


def expm1(x: Number) -> Number:
    """e^x - 1 without cancellation near 0.

    >>> expm1(1e-9)
    1.0000000005000001e-09
    """
    k, r = _reduced(x)
    one = r * 0.0 + 1.0
    return _scaled(r * polynomial(_EXP_TERMS, r), k) + (_scaled(one, k) - 1.0)


def _twice_atanh(s: Number) -> Number:
    return 2.0 * s * polynomial(_ATANH_TERMS, s * s)


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


def sqrt(x: Number) -> Number:
    """The square root, which IEEE 754 rounds exactly; nan below 0.

    >>> sqrt(2.25)
    1.5
    """
    if isinstance(x, np.ndarray):
        return np.sqrt(np.where(x >= 0, x, np.nan))
    return math.sqrt(float(x)) if x >= 0 else math.nan


def power(x: Number, exponent: int) -> Number:
    """x to a whole exponent from 1 on, by repeated squaring.

    >>> power(0.5, 3)
    0.125
    """
    value, base = x, x
    for bit in bin(exponent)[3:]:
        base = value * value
        value = base * x if bit == "1" else base
    return value


def sign(v: Number) -> Number:
    """-1, 0 or 1; what is within `DUST` of 0 is 0.

    >>> sign(-0.5), sign(0.3 - 0.1 - 0.2)
    (-1.0, 0.0)
    """
    zero = v * 0.0 + 0.0
    return where(v > DUST, zero + 1.0, where(v < -DUST, zero - 1.0, zero))


def step(v: Number) -> Number:
    """1 from 0 on, 0 below; what is within `DUST` of 0 is 0, where it jumps up.

    Source: Negnevitsky, Artificial Intelligence, section 6.2: Y = 1 if X >= 0.

    >>> step(0.3 - 0.1 - 0.2), step(-0.1)
    (1.0, 0.0)
    """
    zero = v * 0.0 + 0.0
    return where(v >= -DUST, zero + 1.0, zero)


def largest(xs: Sequence[Number]) -> Number:
    """The largest of some values, element by element; nan where one of them is.

    >>> largest([1.0, 3.0, 2.0])
    3.0
    """
    value, undefined = xs[0], 0.0 * (xs[0] - xs[0])
    for x in xs[1:]:
        value, undefined = greater(value, x), undefined + 0.0 * (x - x)
    return value + undefined


def winner(xs: Sequence[Number], index: int) -> Number:
    """1 where `xs[index]` is the largest, else 0; of equal ones the first wins.

    Values within `DUST` of each other (of their size, above 1) are equal.

    >>> [winner([1.0, 3.0, 3.0], index) for index in range(3)]
    [0.0, 1.0, 0.0]
    """
    own = xs[index]
    won = own * 0.0 + 1.0
    for n, x in enumerate(xs):
        if n != index:
            won = won * beats(own, x, first=index < n)
    return won


def beats(a: Number, b: Number, first: bool) -> Number:
    """1 where a is the larger, also where both are equal if a comes first; nan if one is nan.

    >>> beats(0.1 + 0.2, 0.3, first=False)
    0.0
    """
    ahead, zero = a - b, 0.0 * (a - b) + 0.0
    dust = DUST * greater(abs(a), 1.0)
    return where(ahead >= -dust if first else ahead > dust, zero + 1.0, zero)


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
