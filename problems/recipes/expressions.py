"""Expressions made tidy: what a teacher would write for a derivative that rules have put together.

Numbers are gathered in front, signs go outside, factors of 1 go away; nothing else is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from problems.rules.expression import (
    Constant,
    Expression,
    Negative,
    Product,
    Quotient,
    Sum,
    total,
)

ZERO = Constant("0")


def nodes(tree: Expression) -> Iterator[Expression]:
    """Every node of a tree, one that stands in it twice twice."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        left.extend(node.parts())


def exceeds(tree: Expression, most: int) -> bool:
    """Whether a tree has more nodes than so many; it counts no further."""
    return any(n >= most for n, _ in enumerate(nodes(tree)))


def number(value: Fraction, decimal: bool = False) -> Constant:
    """A constant, as a fraction or, where it is one, as a decimal.

    >>> number(Fraction(1, 3)).text, number(Fraction(1, 20), decimal=True).text
    ('1/3', '0.05')
    """
    below = value.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    if decimal and below == 1 and value.denominator > 1:
        places = next(n for n in range(1, 400) if 10**n % value.denominator == 0)
        digits = str(abs(value) * 10**places).rjust(places + 1, "0")
        return Constant(f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}")
    return Constant(str(value))


def tidied(tree: Expression) -> Expression:
    """The same function, with its numbers gathered and its signs outside.

    >>> from problems.rules.expression import Ref
    >>> y, t = Ref("y"), Ref("t")
    >>> twice = Product((Constant("2"), Sum((y, Negative(t)))))
    >>> tidied(Quotient(twice, Constant("2")))
    Sum(terms=(Ref(id='y'), Negative(of=Ref(id='t'))))
    >>> tidied(Product((Negative(y), Constant("1"))))
    Negative(of=Ref(id='y'))
    """
    tree = tree.rebuilt([tidied(part) for part in tree.parts()])
    match tree:
        case Sum(terms):
            kept = [term for term in terms if term != ZERO]
            numbers = [Fraction(term.text) for term in kept if isinstance(term, Constant)]
            return number(sum(numbers, Fraction(0))) if len(numbers) == len(kept) else total(kept)
        case Product() | Quotient() | Negative():
            return _Gathered(tree).written()
    return tree


class _Gathered:
    """The number, the factors and the divisors of a product."""

    def __init__(self, tree: Expression) -> None:
        self.number = Fraction(1)
        self.decimal = False
        self.over: list[Expression] = []
        self.under: list[Expression] = []
        self.take(tree, True)

    def take(self, node: Expression, above: bool) -> None:
        match node:
            case Constant(text) if above or Fraction(text):
                value = Fraction(text)
                self.number = self.number * value if above else self.number / value
                self.decimal = self.decimal or "." in text
            case Negative(of):
                self.number = -self.number
                self.take(of, above)
            case Product(factors):
                for factor in factors:
                    self.take(factor, above)
            case Quotient(top, bottom):
                self.take(top, above)
                self.take(bottom, not above)
            case _:
                (self.over if above else self.under).append(node)

    def written(self) -> Expression:
        size = abs(self.number)
        if not size:
            return ZERO
        over = [number(size, self.decimal), *self.over] if size != 1 else self.over
        found = _product(over)
        if self.under:
            found = Quotient(found, _product(self.under))
        return Negative(found) if self.number < 0 else found


def _product(factors: list[Expression]) -> Expression:
    if len(factors) < 2:
        return factors[0] if factors else Constant("1")
    return Product(tuple(factors))
