"""Honest sub-results: within a rule too, numbers may be written down.

"Write every number with 4 decimals" holds for what a student writes on the way to a step as
well: the products of a sum, the first product of three factors, e^-v, 1 - y, y^2. Each of them
may be rounded (off by half a unit of the last place asked for) or cut (off by less than one).
`worked` gives the ball of a rule where any of them is written so and any is not.

With a fixed number of decimals sums and differences cost nothing: what was written lies on a
grid of units, and sums stay on it. With significant figures they leave it; there each partial
sum costs a unit of its own.

Source: docs/grading.md, on tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from problems.arithmetic.ball import LEAST, Ball
from problems.arithmetic.elementary import Number, exp, greater, power, sqrt, where
from problems.arithmetic.precision import Precision, power_of_ten
from problems.computation import ids
from problems.rules.activations import activation
from problems.rules.expression import (
    BALLS,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
    exact,
)
from problems.rules.extrema import Max, Winner
from problems.rules.functions import FUNCTIONS

EXACT = frozenset(row.name for row in FUNCTIONS.values() if row.exact)
"""Functions whose values have no digits but those of their argument."""

Balls = Mapping[str, Ball]
Part = tuple[Ball, Number]
"""A node's ball with all that is written below it, and what writing the node itself costs."""


def worked(rule: Expression, balls: Balls, precision: Precision, kind: str) -> Ball:
    """The ball of a rule whose sub-results may be written down, each once.

    Args:
        rule: the right rule of a step, or another right way to it.
        balls: for each id that the rule reads its ball, over floats or arrays.
        precision: what the worksheet asks for.
        kind: of the step, which decides the unit.

    Returns:
        The ball without the unit that writing the result down costs; the caller adds it.

    >>> x, y = Ref("w.1.1.1"), Ref("x.1")
    >>> known = {"w.1.1.1": Ball(0.25), "x.1": Ball(0.5), "x.2": Ball(4.0)}
    >>> worked(Product((x, y)), known, Precision(4), "dw").r
    0.0
    >>> worked(Product((x, y, Ref("x.2"))), known, Precision(4), "dw").r
    0.0004
    """
    desk = _desk(precision, kind)
    ball, cost = desk.part(rule, balls)
    return ball.widened(greater(cost - desk.unit(ball), 0.0))


class _Desk:
    """How rules of one kind are worked: with which unit sub-results are written."""

    def __init__(self, precision: Precision, kind: str) -> None:
        self.precision = precision
        self.kind = kind
        self.fixed = precision.significant is None
        self.step = power_of_ten(-precision.places(kind)) if self.fixed else 0.0
        self.relative = power_of_ten(1 - precision.places(kind))
        """Most that writing costs, as a share of the number; of significant figures."""

    def unit(self, ball: Ball) -> Number:
        """One unit of the last place of a number in this ball."""
        return self.step if self.fixed else self.precision.unit(self.kind, ball)

    def written(self, node: Expression, balls: Balls) -> Ball:
        """A node below the rule's own, written down or not."""
        if isinstance(node, Ref):
            return balls[node.id]
        ball, cost = self.part(node, balls)
        return ball if isinstance(cost, float) and cost == 0.0 else ball.widened(cost)

    def part(self, node: Expression, balls: Balls) -> Part:
        """What honest work may have at a node."""
        match node:
            case Ref():
                return balls[node.id], 0.0
            case Constant():
                return self._constant(node), 0.0
            case Negative():
                ball, cost = self.part(node.of, balls)
                return -ball, cost
            case Sum():
                return self._sum(node, balls)
            case Product():
                return self._product(node, balls)
            case Square():
                ball = BALLS.square(self.written(node.of, balls))
            case Power():
                ball = self._power(self.written(node.of, balls), node.exponent)
            case Max() | Winner():
                return self._largest(node, balls), 0.0
            case Quotient():
                ball = self.written(node.top, balls) / self.written(node.bottom, balls)
            case Function(name, of):
                ball = self._function(name, self.written(of, balls))
                if name in EXACT:
                    return ball, 0.0
            case Slope():
                ball = self._slope(node, balls)
            case Softmax():
                ball = self._softmax([self.written(net, balls) for net in node.nets], node.index)
            case _:
                raise TypeError(f"no sub-results are known of {node!r}")
        return ball, self.unit(ball)

    # numbers, sums and products --------------------------------------------------------------

    def _constant(self, node: Constant) -> Ball:
        """A fraction such as 1/3 may be written as a decimal."""
        value = exact(node.text)
        if "/" not in node.text:
            return Ball(value)
        places = self.precision.places(self.kind)
        return Ball(value, cut_off(node.text, places, not self.fixed))

    def _sum(self, node: Sum, balls: Balls) -> Part:
        """Every term that is no number by itself may be written; with figures, partial sums too.

        Terms that are on the grid have their sum there, but a binary calculator may show it a
        hair below, and who cuts loses a unit: the unit of the result is not saved.
        """
        total = self.written(node.terms[0], balls)
        for n, term in enumerate(node.terms[1:]):
            if n and not self.fixed:
                total = total.widened(self.unit(total))
            total = total + self.written(term, balls)
        return total, 0.0 if self.fixed else self.unit(total)

    def _product(self, node: Product, balls: Balls) -> Part:
        factors = [self.written(factor, balls) for factor in node.factors]
        ball = factors[0]
        for factor in factors[1:]:
            ball = ball * factor
        if len(factors) > 2:
            ball = ball.widened(self._multiplied_before(factors))
        return ball, self._writing_product(node, factors, ball)

    def _power(self, base: Ball, exponent: int) -> Ball:
        """Every product on the way may be written: b^2, then b^3, or b^2 twice."""
        ball, high = BALLS.power(base, exponent), abs(base.m) + base.r
        lost: Number = 0.0
        for count in range(2, exponent):
            first = BALLS.square(base) if count == 2 else BALLS.power(base, count)
            rest = power(high + self.unit(first), exponent - count)
            lost = lost + (exponent // count) * self.unit(first) * rest
        return ball.widened(lost)

    def _largest(self, node: Max | Winner, balls: Balls) -> Ball:
        """Parts may be written; which of them is the largest costs no digit."""
        parts = [self.written(part, balls) for part in node.of]
        return BALLS.largest(parts) if isinstance(node, Max) else BALLS.winner(parts, node.index)

    def _multiplied_before(self, factors: Sequence[Ball]) -> Number:
        """What it costs to write all products on the way, whichever factors come first."""
        every = range(len(factors))
        most: Number = 0.0
        for count in range(1, len(factors) - 1):
            for rest in combinations(every, count):
                first = [factors[n] for n in every if n not in rest]
                size = self.unit(_multiplied(first)) if not self.fixed else self.step
                for n in rest:
                    size = size * (abs(factors[n].m) + factors[n].r)
                most = greater(most, size)
        return most * (len(factors) - 2)

    def _writing_product(self, node: Product, factors: Sequence[Ball], ball: Ball) -> Number:
        """A unit; several where a factor may be multiplied into each term of a sum."""
        unit = self.unit(ball)
        first, last = node.factors[0], node.factors[-1]
        if isinstance(first, Constant) and isinstance(last, Sum):
            terms = sum(not isinstance(_bare(term), Ref | Constant) for term in last.terms)
            return unit * max(1, terms if self.fixed else 2 * terms - 1)
        if isinstance(last, Function):  # 0 or 1 times what is written already
            same = (factors[0].r == 0) & ((factors[0].m == 0) | (factors[0].m == 1))
            return where(same, 0.0, unit)
        return unit

    # functions -------------------------------------------------------------------------------

    def _function(self, name: str, x: Ball) -> Ball:
        ball = BALLS.call(name, x)
        if name == "logistic":
            return ball.widened(self._of_power(ball))
        if name == "tanh":
            return ball.widened(self._of_powers(ball))
        if name == "bipolar":
            return ball.widened(self._of_half_power(ball))
        if name == "softplus":  # log(1 + e^v): the derivative by e^v is below 1
            off = self.step if self.fixed else 2.0 * self.relative
            return ball.widened(off / (1.0 - off))
        return ball

    def _of_power(self, y: Ball) -> Number:
        """1/(1 + e^-v) and e^v/(1 + e^v), where the power is written.

        With p' = p + e the first is off by e y y', the second by e (1 - y)(1 - y').
        """
        high, other = y.m + y.r, 1.0 - y.m + y.r
        if self.fixed:
            u = self.step
            return greater(high * high, other * other) * (u / (1.0 - u))
        off = self.relative
        return greater(high, 0.0) * (other + 1.0) * (off / (1.0 - 2.0 * off))

    def _of_half_power(self, y: Ball) -> Number:
        """2/(1 + e^-v) - 1, twice a logistic less 1, or (1 - e^-v)/(1 + e^-v).

        As a logistic of (1 + y)/2, twice: the power, and the quotient, are written.
        """
        half = Ball(0.5 + 0.5 * y.m, 0.5 * y.r)
        return 2.0 * self._of_power(half) + 2.0 * self.unit(Ball(1.0 + y.m, y.r))

    def _of_powers(self, y: Ball) -> Number:
        """tanh from e^v and e^-v, from e^2v or from e^-2v, where the powers are written.

        Off by at most 2 u / (S - 2u) with S = e^v + e^-v = 2 / sqrt(1 - y^2) >= 2; and by
        2 e / (A + 1)(A + 1 + e) with A = e^2v and 2 / (A + 1) = 1 - y.
        """
        high = abs(y.m) + y.r
        if not self.fixed:
            return (1.0 + 3.0 * high) * (self.relative / (1.0 - 3.0 * self.relative))
        least = greater(abs(y.m) - y.r, 0.0)
        both = sqrt(greater(1.0 - least * least, 0.0))
        double = 0.5 * (1.0 + high) * (1.0 + high)
        return greater(both, double) * (self.step / (1.0 - self.step))

    def _slope(self, node: Slope, balls: Balls) -> Ball:
        x = self.written(node.of, balls)
        ball = BALLS.slope(node.activation, x)
        if node.activation == "logistic":
            return ball.widened(self._of_complement(node.of, x))
        if node.activation == "tanh":
            return ball.widened(self.unit(BALLS.square(x)))
        if node.activation == "bipolar":  # (1 - y^2)/2, or (1 + y)/2 written, times 1 - y
            high = 1.0 + abs(x.m) + x.r
            return ball.widened(self.unit(Ball(high)) * high)
        if not activation(node.activation).straight:
            return ball.widened(self._of_power(ball))
        return ball

    def _of_complement(self, source: Expression, y: Ball) -> Number:
        """y(1 - y) and y - y^2, where y is written and 1 - y or y^2 comes from all its digits.

        With decimals, y + d and 1 - y + e give at most u (|y| + |1 - y|) besides u^2, of which
        the ball of y(1 - y) holds |1 - 2y| u; what is left is a unit at most, and so is y^2.
        """
        kind = ids.word(source.id) if isinstance(source, Ref) else self.kind
        unit = self.precision.unit(kind, y)
        if self.fixed and unit == self.step:
            return self.step
        high = abs(y.m) + y.r
        complement = self.unit(Ball(1.0 - y.m, y.r))
        return unit + greater(high * complement, self.unit(Ball(high * high)))

    def _softmax(self, nets: Sequence[Ball], index: int) -> Ball:
        """A power over the sum of all, each power written."""
        ball = BALLS.softmax(nets, index)
        count, high = len(nets), ball.m + ball.r
        if not self.fixed:
            off = (count + 2.0) * self.relative
            return ball.widened(high * (off / (1.0 - off)))
        least = exp(nets[0].m - nets[0].r)
        for net in nets[1:]:
            least = least + exp(net.m - net.r)
        room = greater(least - count * self.step, LEAST)
        return ball.widened((1.0 + (count - 2.0) * greater(high, 0.0)) * self.step / room)


@lru_cache(maxsize=256)
def _desk(precision: Precision, kind: str) -> _Desk:
    return _Desk(precision, kind)


# what does not change ------------------------------------------------------------------------


@lru_cache(maxsize=256)
def cut_off(text: str, places: int, figures: bool) -> float:
    """What is lost when a fraction is written as a decimal that is cut.

    >>> cut_off("1/3", 2, False), cut_off("1/2", 2, False)
    (0.0033333333333333335, 0.0)
    """
    value = abs(Fraction(text))
    scale = Fraction(10) ** places
    while figures and value * scale >= Fraction(10) ** places:
        scale /= 10
    while figures and 0 < value * scale < Fraction(10) ** (places - 1):
        scale *= 10
    return float(value - Fraction(int(value * scale)) / scale)


def _bare(term: Expression) -> Expression:
    return term.of if isinstance(term, Negative) else term


def _multiplied(factors: Sequence[Ball]) -> Ball:
    ball = factors[0]
    for factor in factors[1:]:
        ball = ball * factor
    return ball
