"""Students who write every number down, also those inside a formula.

A worksheet says "write every number with 4 decimals", so some round or cut each product, each
square, each quotient and each power of e before they go on. An interpreter of rules that works
so, in the orders and forms in which such formulas are worked by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from transcripts import Arrays, Evaluate

from problems.arithmetic import elementary
from problems.rules.expression import (
    NUMBERS,
    Constant,
    Expression,
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

Unit = Callable[[np.ndarray], np.ndarray]
HOW = ("round", "cut", "some")
"""Every sub-result rounded; cut off; some rounded, some cut off, some kept on the calculator."""


def working(how: str, rng: np.random.Generator) -> Evaluate:
    """How such a student works a rule.

    Args:
        how: one of `HOW`.
        rng: chooses the order of factors, the form of a function, and what is kept.
    """

    def evaluate(rule: Expression, parents: Arrays, unit: Unit) -> np.ndarray:
        return _Working(how, rng, parents, unit).value(rule)

    return evaluate


class _Working:
    """One rule being worked; the whole rule's result is left to whoever writes it down."""

    def __init__(self, how: str, rng: np.random.Generator, parents: Arrays, unit: Unit) -> None:
        self.how, self.rng, self.parents, self.unit = how, rng, parents, unit

    def noted(self, node: Expression) -> np.ndarray:
        """A part's value as it stands on the paper before it is used."""
        value = self.value(node)
        free = isinstance(node, Ref | Constant | Sum)
        free |= isinstance(node, Negative) and isinstance(node.of, Ref | Constant | Sum)
        return value if free else self.note(value)

    def note(self, value: np.ndarray) -> np.ndarray:
        """A number written down at the unit asked for."""
        value = np.asarray(value, dtype=float)
        unit = self.unit(value)
        rounded, cut = np.round(value / unit) * unit, np.trunc(value / unit) * unit
        if self.how == "round":
            return rounded
        if self.how == "cut":
            return cut
        which = self.rng.integers(3, size=np.broadcast(value, unit).shape)
        return np.choose(which, [value + 0.0 * unit, rounded, cut])

    def value(self, node: Expression) -> np.ndarray:
        """A node from parts that were written down; its own result is not yet."""
        match node:
            case Ref(id):
                return self.parents[id]
            case Constant(text):
                return np.asarray(NUMBERS.constant(text))
            case Negative(of):
                return -self.value(of)
            case Sum(terms):
                return self._sum(terms)
            case Product(factors):
                return self._product([self.noted(factor) for factor in factors])
            case Square(of):
                return self.noted(of) ** 2
            case Quotient(top, bottom):
                return self.noted(top) / self.noted(bottom)
            case Function(name, of):
                return self._function(name, self.noted(of))
            case Slope(activation, of):
                return self._slope(activation, self.noted(of))
            case Softmax(nets, index):
                powers = [self.note(elementary.exp(self.noted(net))) for net in nets]
                return powers[index] / np.sum(powers, axis=0)
        raise TypeError(f"nobody works {node!r} by hand")

    def _sum(self, terms: Sequence[Expression]) -> np.ndarray:
        """Term by term, or on a running total that is written down after each product."""
        if self.rng.random() < 0.5:
            return np.sum(np.broadcast_arrays(*[self.noted(term) for term in terms]), axis=0)
        total = np.asarray(0.0)
        for n, term in enumerate(terms):
            total = total + self.value(term)
            plain = isinstance(term, Ref | Constant) or (
                isinstance(term, Negative) and isinstance(term.of, Ref | Constant)
            )
            if not plain and n < len(terms) - 1:
                total = self.note(total)
        return total

    def _product(self, factors: Sequence[np.ndarray]) -> np.ndarray:
        """Two factors at a time, in any order."""
        order = self.rng.permutation(len(factors))
        total = factors[order[0]]
        for n in order[1:-1]:
            total = self.note(total * factors[n])
        return total * factors[order[-1]]

    def _function(self, name: str, v: np.ndarray) -> np.ndarray:
        """By powers of e that are written down, in one of the usual forms."""
        form = self.rng.integers(3)
        if name == "logistic":
            if form == 0:
                power = self.note(elementary.exp(v))
                return power / (1.0 + power)
            return 1.0 / (1.0 + self.note(elementary.exp(-v)))
        if name == "tanh":
            if form == 0:
                up, down = self.note(elementary.exp(v)), self.note(elementary.exp(-v))
                return (up - down) / (up + down)
            sign = 1.0 if form == 1 else -1.0
            power = self.note(elementary.exp(2.0 * sign * v))
            return sign * (power - 1.0) / (power + 1.0)
        if name == "softplus":
            return np.asarray(elementary.log(1.0 + self.note(elementary.exp(v))))
        return np.asarray(NUMBERS.call(name, v))

    def _slope(self, name: str, at: np.ndarray) -> np.ndarray:
        if name == "logistic":
            return at * self.note(1.0 - at)
        if name == "tanh":
            return 1.0 - self.note(at * at)
        if name == "softplus":
            return self._function("logistic", at)
        return np.asarray(NUMBERS.slope(name, at))
