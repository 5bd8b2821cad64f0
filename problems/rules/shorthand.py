"""Rules put together from nodes: powers, means, comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Power,
    Quotient,
    Square,
    difference,
    total,
)


def power(base: Expression, exponent: int) -> Expression:
    """A part to any whole exponent.

    >>> from problems.rules.expression import Ref
    >>> power(Ref("x"), 2), power(Ref("x"), -1)
    (Square(of=Ref(id='x')), Quotient(top=Constant(text='1'), bottom=Ref(id='x')))
    """
    if exponent < 0:
        return Quotient(ONE, power(base, -exponent))
    if exponent > 2:
        return Power(base, exponent)
    return (ONE, base, Square(base))[exponent]


def mean(terms: Sequence[Expression]) -> Expression:
    """The sum over its number, as texts write it; dividing loses less than a rounded 1/n."""
    return Quotient(total(terms), Constant(str(len(terms)))) if len(terms) > 1 else terms[0]


def at_least(a: Expression, b: Expression) -> Expression:
    """1 where a >= b, else 0."""
    return Function("step", difference(a, b))


def more_than(a: Expression, b: Expression) -> Expression:
    """1 where a > b, else 0."""
    return difference(ONE, at_least(b, a))
