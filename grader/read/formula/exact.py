"""Formulas worked exactly: fractions as long as they stay small, else doubles."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from grader.errors import AnswerError
from grader.read.formula.tree import (
    NUMERIC,
    Call,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from problems.reasons import because

MOST_BITS = 4096
"""Of numerator and denominator together; more is refused before it is worked out."""
LARGEST_POWER = 64
THROUGH_ZERO = frozenset({"log", "tanh", "sin", "cos", "bipolar"})
"""Functions that may be 0, or as good as 0, where their argument is not."""
LARGEST = 308.3
"""log10 of the largest double, rounded up."""


Exact = Fraction | float


def exact(node: Node) -> Exact:
    """The value of a formula without names.

    Fractions as long as no function, root or broken power is applied, so that
    1/(0.1+0.2-0.3) divides by 0 and not by 5.6e-17; doubles from there on.

    Raises:
        AnswerError: there is no such value, or it is too large to be worked out.
        KeyError: the formula has a name.

    >>> exact(Quotient(Number("1", Fraction(1)), Number("3", Fraction(3))))
    Fraction(1, 3)
    """
    match node:
        case Number():
            return node.value
        case Name():
            raise KeyError(node.id)
        case Negative():
            return -exact(node.of)
        case Sum():
            total = exact(node.terms[0])
            for term in node.terms[1:]:
                total = bounded(total + exact(term))
            return total
        case Product():
            total = exact(node.factors[0])
            for factor in node.factors[1:]:
                total = bounded(total * exact(factor))
            return total
        case Quotient():
            return divided(exact(node.top), exact(node.bottom))
        case Power():
            return power(exact(node.base), exact(node.exponent))
        case Call():
            return called(node.function, [exact(argument) for argument in node.arguments])
    raise TypeError(node)


def bounded(value: Exact) -> Exact:
    """The value, unless it has grown beyond what we work with.

    Raises:
        AnswerError: too many bits, or beyond a double.
    """
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise AnswerError("number_out_of_range", 0, because("value_too_large_for_double"))
    if value.numerator.bit_length() + value.denominator.bit_length() > MOST_BITS:
        raise AnswerError("too_complex", 0, because("too_many_digits_to_work_out"))
    return value


def divided(top: Exact, bottom: Exact) -> Exact:
    """top / bottom.

    Raises:
        AnswerError: the bottom is exactly 0.
    """
    if bottom == 0:
        raise AnswerError("division_by_zero", 0, because("divides_by_zero"))
    if isinstance(top, Fraction) and isinstance(bottom, Fraction):
        return bounded(top / bottom)
    return bounded(as_double(top) / as_double(bottom))


def power(base: Exact, exponent: Exact) -> Exact:
    """base to the exponent; whole exponents of fractions stay exact.

    Raises:
        AnswerError: no real value, or exponent or value are too large.

    >>> power(Fraction(2), Fraction(-3))
    Fraction(1, 8)
    """
    if base == 0 and exponent <= 0:
        if exponent < 0:
            raise AnswerError("division_by_zero", 0, because("zero_to_negative_power"))
        raise AnswerError("not_a_number", 0, because("zero_to_zero"))
    whole = isinstance(exponent, Fraction) and exponent.denominator == 1
    if base < 0 and not whole:
        raise AnswerError("complex_value", 0, because("broken_power_of_negative"))
    if _size(exponent) > LARGEST_POWER:
        raise _too_large(base, exponent)
    if isinstance(base, Fraction) and whole:
        size = base.numerator.bit_length() + base.denominator.bit_length()
        if size * _size(exponent) > 2 * MOST_BITS:
            raise _too_large(base, exponent)
        raised: Fraction = base ** int(exponent)
        return bounded(raised)
    try:
        return bounded(float(as_double(base) ** as_double(exponent)))
    except OverflowError:
        raise _too_large(base, exponent) from None


def _too_large(base: Exact, exponent: Exact) -> AnswerError:
    """Out of range if the value surely is, too complex otherwise."""
    size = _size(base)
    if size not in (0, 1):
        whole = Fraction(size)
        digits = math.log10(whole.numerator) - math.log10(whole.denominator)
        if abs(digits) * float(min(_size(exponent), 10.0**30)) > LARGEST:
            return AnswerError("number_out_of_range", 0, because("power_beyond_double"))
    return AnswerError("too_complex", 0, because("exponent_too_large", most=LARGEST_POWER))


def _size(value: Exact) -> Exact:
    return value if value >= 0 else -value


def as_double(value: Exact) -> float:
    """The nearest double.

    Raises:
        AnswerError: it is larger or, not being 0, smaller than a double can hold.
    """
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found) or (found == 0 and value != 0):
        raise AnswerError("number_out_of_range", 0, because("value_beyond_double"))
    return found


def called(function: str, arguments: list[Exact]) -> Exact:
    """A function's value; max, min, abs, sign and step stay exact.

    Raises:
        AnswerError: it has none that is real and fits a double.
    """
    if function in ("max", "relu"):
        return max([*arguments, *([Fraction(0)] if function == "relu" else [])])
    if function == "min":
        return min(arguments)
    if function == "abs":
        return _size(arguments[0])
    if function == "sign":
        return Fraction((arguments[0] > 0) - (arguments[0] < 0))
    if function == "step":
        return Fraction(arguments[0] >= 0)
    x = as_double(arguments[0])
    if x < 0 and function in ("sqrt", "log"):
        root = function == "sqrt"
        reason = because("root_of_negative") if root else because("logarithm_of_negative")
        raise AnswerError("complex_value", 0, reason)
    if x == 0 and function == "log":
        raise AnswerError("not_a_number", 0, because("logarithm_of_zero"))
    with np.errstate(all="ignore"):
        value = float(NUMERIC[function](x))
    if not math.isfinite(value) or (value == 0 and x != 0 and function not in THROUGH_ZERO):
        raise AnswerError("number_out_of_range", 0, because("value_beyond_double"))
    return value
