"""Rules as small expression trees over step ids, with many interpreters.

The same tree is evaluated on floats, on arrays over exercises, on balls, on sympy symbols
and on mpmath numbers (tests); it is written as a formula with symbols or with numbers
(`problems.formulas.writing`); a misconception is the tree with one part replaced
(`problems.misconceptions.slips`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol

from problems.arithmetic import ball, elementary
from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import Number as Real
from problems.arithmetic.elementary import greater
from problems.rules.activations import activation
from problems.rules.functions import function


class Arithmetic(Protocol):
    """What an interpreter must offer besides the operators + - * / of its values."""

    def constant(self, text: str) -> Any:
        """An exact constant such as `2`, `0.5` or `1/3`."""

    def call(self, name: str, x: Any) -> Any:
        """A function or an activation of x."""

    def slope(self, name: str, x: Any) -> Any:
        """The derivative of an activation, from its net input or its output."""

    def softmax(self, xs: Sequence[Any], index: int) -> Any:
        """Component `index` of the softmax of xs."""

    def square(self, x: Any) -> Any:
        """x times x."""

    def power(self, x: Any, exponent: int) -> Any:
        """x to a whole exponent from 3 on."""

    def largest(self, xs: Sequence[Any]) -> Any:
        """The largest of xs."""

    def winner(self, xs: Sequence[Any], index: int) -> Any:
        """1 where component `index` is the largest of xs, else 0; of equal ones the first."""


class Expression:
    """A node; values are immutable and compare by content."""

    __slots__ = ()

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        """The value of the tree with each id replaced by `values[id]`."""
        raise NotImplementedError

    def parts(self) -> tuple[Expression, ...]:
        """The nodes directly below."""
        return ()

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        """The same node over other parts."""
        return self

    def refs(self) -> Iterator[str]:
        """The ids the tree reads, in reading order, repetitions included."""
        for part in self.parts():
            yield from part.refs()


@dataclass(frozen=True, slots=True)
class Ref(Expression):
    """The value of a step or a given."""

    id: str

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return values[self.id]

    def refs(self) -> Iterator[str]:
        yield self.id


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """An exact number: `1`, `0.5`, `1/2`."""

    text: str

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.constant(self.text)


@dataclass(frozen=True, slots=True)
class Sum(Expression):
    """Terms added in order; a difference has a `Negative` term."""

    terms: tuple[Expression, ...]

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        total = self.terms[0].evaluate(values, using)
        for term in self.terms[1:]:
            if isinstance(term, Negative):
                total = total - term.of.evaluate(values, using)
            else:
                total = total + term.evaluate(values, using)
        return total

    def parts(self) -> tuple[Expression, ...]:
        return self.terms

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Sum(tuple(parts))


@dataclass(frozen=True, slots=True)
class Product(Expression):
    """Factors multiplied in order."""

    factors: tuple[Expression, ...]

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        total = self.factors[0].evaluate(values, using)
        for factor in self.factors[1:]:
            total = total * factor.evaluate(values, using)
        return total

    def parts(self) -> tuple[Expression, ...]:
        return self.factors

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Product(tuple(parts))


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """A node over one part."""

    of: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.of,)

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return type(self)(parts[0])


@dataclass(frozen=True, slots=True)
class Negative(Unary):
    """Minus the part."""

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return -self.of.evaluate(values, using)


@dataclass(frozen=True, slots=True)
class Square(Unary):
    """The part times itself."""

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.square(self.of.evaluate(values, using))


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """The part to a whole exponent from 3 on; see `power`."""

    of: Expression
    exponent: int

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.power(self.of.evaluate(values, using), self.exponent)

    def parts(self) -> tuple[Expression, ...]:
        return (self.of,)

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Power(parts[0], self.exponent)


@dataclass(frozen=True, slots=True)
class Quotient(Expression):
    """top / bottom."""

    top: Expression
    bottom: Expression

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return self.top.evaluate(values, using) / self.bottom.evaluate(values, using)

    def parts(self) -> tuple[Expression, ...]:
        return (self.top, self.bottom)

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Quotient(parts[0], parts[1])


@dataclass(frozen=True, slots=True)
class Function(Expression):
    """A function of one number by name (`problems.rules.functions`)."""

    name: str
    of: Expression

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.call(self.name, self.of.evaluate(values, using))

    def parts(self) -> tuple[Expression, ...]:
        return (self.of,)

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Function(self.name, parts[0])


@dataclass(frozen=True, slots=True)
class Slope(Expression):
    """The derivative of an activation, taken from its output or its net input."""

    activation: str
    of: Expression

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.slope(self.activation, self.of.evaluate(values, using))

    def parts(self) -> tuple[Expression, ...]:
        return (self.of,)

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Slope(self.activation, parts[0])


@dataclass(frozen=True, slots=True)
class Softmax(Expression):
    """Component `index` (from 0) of the softmax of a layer's net inputs."""

    nets: tuple[Expression, ...]
    index: int

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.softmax([net.evaluate(values, using) for net in self.nets], self.index)

    def parts(self) -> tuple[Expression, ...]:
        return self.nets

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Softmax(tuple(parts), self.index)


ONE = Constant("1")


def difference(a: Expression, b: Expression) -> Sum:
    """a - b."""
    return Sum((a, Negative(b)))


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of one or more terms."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def product(*factors: Expression) -> Product:
    """The product; nested products are laid open so that factors can be listed."""
    flat: list[Expression] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, Product) else (factor,))
    return Product(tuple(flat))


def replaced(tree: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """The tree with every node n for which `change(n)` is not None replaced by it, from the top.

    >>> x, y = Ref("x.1"), Ref("x.2")
    >>> swap = {x: y, y: x}
    >>> replaced(Sum((x, y)), swap.get)
    Sum(terms=(Ref(id='x.2'), Ref(id='x.1')))
    """
    new = change(tree)
    if new is not None:
        return new
    parts = tree.parts()
    changed = [replaced(part, change) for part in parts]
    if all(a is b for a, b in zip(parts, changed, strict=True)):
        return tree
    return tree.rebuilt(changed)


@lru_cache(maxsize=256)
def exact(text: str) -> float:
    """The double nearest to a decimal or a fraction such as `1/3`."""
    return float(Fraction(text))


class Numbers:
    """Floats, or arrays over exercises."""

    def constant(self, text: str) -> float:
        """The nearest double."""
        return exact(text)

    def call(self, name: str, x: Real) -> Real:
        """A function or an activation."""
        return function(name).value(x)

    def slope(self, name: str, x: Real) -> Real:
        """The derivative at the net input or output that the rule hands in."""
        return activation(name).slope(x)

    def softmax(self, xs: Sequence[Real], index: int) -> Real:
        """e^(x_k - max) over the sum of its kind."""
        top = xs[0]
        for x in xs[1:]:
            top = greater(top, x)
        powers = [elementary.exp(x - top) for x in xs]
        below = powers[0]
        for power in powers[1:]:
            below = below + power
        return powers[index] / below

    def square(self, x: Real) -> Real:
        """x * x."""
        return x * x

    def power(self, x: Real, exponent: int) -> Real:
        """By repeated squaring."""
        return elementary.power(x, exponent)

    def largest(self, xs: Sequence[Real]) -> Real:
        """Element by element."""
        return elementary.largest(xs)

    def winner(self, xs: Sequence[Real], index: int) -> Real:
        """1 or 0."""
        return elementary.winner(xs, index)


class Balls:
    """Balls over floats or over arrays."""

    def constant(self, text: str) -> Ball:
        """A ball without radius."""
        return _exact_ball(text)

    def call(self, name: str, x: Ball) -> Ball:
        """The image of the ball."""
        return function(name).ball(x)

    def slope(self, name: str, x: Ball) -> Ball:
        """The activation's own, tight rule."""
        return activation(name).slope_ball(x)

    def softmax(self, xs: Sequence[Ball], index: int) -> Ball:
        """A component grows with its own net input and falls with the others'."""
        own = range(len(xs))
        m = NUMBERS.softmax([x.m for x in xs], index)
        up = [xs[k].m + xs[k].r if k == index else xs[k].m - xs[k].r for k in own]
        down = [xs[k].m - xs[k].r if k == index else xs[k].m + xs[k].r for k in own]
        most, least = NUMBERS.softmax(up, index), NUMBERS.softmax(down, index)
        return Ball(m, greater(most - m, m - least))

    def square(self, x: Ball) -> Ball:
        """Tighter than x * x."""
        return ball.square(x)

    def power(self, x: Ball, exponent: int) -> Ball:
        """Tighter than a product."""
        return ball.power(x, exponent)

    def largest(self, xs: Sequence[Ball]) -> Ball:
        """From the largest lower to the largest upper end."""
        return ball.largest(xs)

    def winner(self, xs: Sequence[Ball], index: int) -> Ball:
        """Undecided, with radius 1, where balls touch."""
        return ball.winner(xs, index)


NUMBERS = Numbers()
BALLS = Balls()


@lru_cache(maxsize=256)
def _exact_ball(text: str) -> Ball:
    return Ball(exact(text), 0.0)
