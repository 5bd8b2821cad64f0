"""Honest students who write numbers on the way to a step: any of them, in any grouping.

Nothing here reads `problems.computation.subresults`. At every sub-result chance decides, student
by student, whether it is kept with all digits, rounded or cut; and how products of three,
activations and slopes are worked.
"""

from __future__ import annotations

import numpy as np

from problems.arithmetic.elementary import logistic, softplus, tanh
from problems.arithmetic.precision import Precision, leading_place, power_of_ten
from problems.computation.steps import Graph
from problems.rules.expression import (
    NUMBERS,
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
)
from problems.rules.extrema import Max, Winner
from problems.rules.functions import FUNCTIONS

AS_IT_IS = (Ref, Constant, Sum, Max, Winner)


def _is_exact(node: Expression) -> bool:
    """An absolute value, a sign, a step: no digit is worked out."""
    return isinstance(node, Function) and node.name in FUNCTIONS and FUNCTIONS[node.name].exact


class Hand:
    """One rule, worked by many students at once."""

    def __init__(self, precision: Precision, kind: str, rng: np.random.Generator, cut: bool):
        self.precision, self.kind, self.rng, self.cut = precision, kind, rng, cut

    def jot(self, values: np.ndarray, always: bool = False) -> np.ndarray:
        """A sub-result, written down or not; a result always is."""
        unit: np.ndarray | float = power_of_ten(-self.precision.places(self.kind))
        if self.precision.significant is not None:
            place = leading_place(np.abs(values))
            unit = place * power_of_ten(1 - self.precision.places(self.kind))
        whole = values / unit
        how = self.rng.random(values.shape) * (0.8 if always else 1.0)
        if self.cut:
            return np.where(how < 0.8, np.trunc(whole) * unit, values)
        written = np.where(how < 0.5, np.round(whole) * unit, np.trunc(whole) * unit)
        return np.where(how < 0.8, written, values)

    def either(self, *ways: np.ndarray) -> np.ndarray:
        """Each student takes one of the ways."""
        return np.choose(self.rng.integers(0, len(ways), ways[0].shape), ways)

    def work(self, node: Expression, values: dict[str, np.ndarray]) -> np.ndarray:
        """A node; the caller writes it down."""
        with np.errstate(all="ignore"):
            return self._work(node, values)

    def _work(self, node: Expression, values: dict[str, np.ndarray]) -> np.ndarray:
        match node:
            case Ref() | Constant():
                found = node.evaluate(values, NUMBERS)
                return np.broadcast_to(found, self.shape(values)).astype(float)
            case Negative():
                return -self.work(node.of, values)
            case Sum():
                return sum((self.inside(t, values) for t in node.terms), np.zeros(1))
            case Product():
                return self.product(node, values)
            case Square():
                return self.inside(node.of, values) ** 2
            case Quotient():
                return self.inside(node.top, values) / self.inside(node.bottom, values)
            case Power():
                return self.power(self.inside(node.of, values), node.exponent)
            case Max() | Winner():
                parts = [self.inside(part, values) for part in node.of]
                return node.rebuilt([Ref(f"{n}") for n in range(len(parts))]).evaluate(
                    {f"{n}": part for n, part in enumerate(parts)}, NUMBERS
                )
            case Function():
                return self.function(node.name, self.inside(node.of, values))
            case Slope():
                return self.slope(node.activation, self.inside(node.of, values))
            case Softmax():
                powers = [self.jot(np.exp(self.inside(net, values))) for net in node.nets]
                return powers[node.index] / sum(powers)
        raise TypeError(node)

    def shape(self, values: dict[str, np.ndarray]) -> tuple[int, ...]:
        return next(iter(values.values())).shape

    def inside(self, node: Expression, values: dict[str, np.ndarray]) -> np.ndarray:
        """A node below the rule's own: written, if it has digits of its own and is no sum."""
        if isinstance(node, Negative):
            return -self.inside(node.of, values)
        found = self.work(node, values)
        return found if isinstance(node, AS_IT_IS) or _is_exact(node) else self.jot(found)

    def product(self, node: Product, values: dict[str, np.ndarray]) -> np.ndarray:
        parts = [self.inside(f, values) for f in node.factors]
        if len(parts) == 2:
            return parts[0] * parts[1]
        if len(parts) > 3:
            return self.either(
                self.in_turn(parts), self.in_turn(parts[::-1]), self.in_pairs(parts)
            )
        a, b, c = parts
        return self.either(self.jot(a * b) * c, self.jot(b * c) * a, self.jot(a * c) * b)

    def in_turn(self, parts: list[np.ndarray]) -> np.ndarray:
        """One factor after the other, each product on the way written."""
        value = parts[0]
        for n, part in enumerate(parts[1:], 1):
            value = (self.jot(value) if n > 1 else value) * part
        return value

    def in_pairs(self, parts: list[np.ndarray]) -> np.ndarray:
        """Neighbours first, then what came of them."""
        while len(parts) > 1:
            pairs = [parts[n : n + 2] for n in range(0, len(parts), 2)]
            if len(pairs) == 1:
                return pairs[0][0] * pairs[0][1]
            parts = [self.jot(p[0] * p[1]) if len(p) == 2 else p[0] for p in pairs]
        return parts[0]

    def power(self, base: np.ndarray, exponent: int) -> np.ndarray:
        """One factor after the other, or the square and then its powers."""
        square = self.jot(base * base)
        value, rest = square, square
        for count in range(3, exponent + 1):
            value = (self.jot(value) if count > 3 else value) * base
        for _ in range(exponent // 2 - 1):
            rest = self.jot(rest) * square
        return self.either(value, rest * base if exponent % 2 else rest)

    def function(self, name: str, v: np.ndarray) -> np.ndarray:
        jot = self.jot
        if name == "log":
            return np.log(v)
        if name == "logistic":
            power = jot(np.exp(v))
            return self.either(logistic(v), 1 / (1 + jot(np.exp(-v))), power / (1 + power))
        if name == "tanh":
            up, down = jot(np.exp(v)), jot(np.exp(-v))
            double, half = jot(np.exp(2 * v)), jot(np.exp(-2 * v))
            ways = [(double - 1) / (double + 1), (1 - half) / (1 + half)]
            return self.either(tanh(v), (up - down) / (up + down), *ways)
        if name == "softplus":
            return self.either(softplus(v), np.log(1 + jot(np.exp(v))))
        if name == "bipolar":
            power, twice = jot(np.exp(-v)), jot(logistic(v))
            ways = [jot(2 / (1 + power)) - 1, (1 - power) / (1 + power), 2 * twice - 1]
            return self.either(NUMBERS.call(name, v), *ways)
        return NUMBERS.call(name, v)

    def slope(self, name: str, x: np.ndarray) -> np.ndarray:
        jot = self.jot
        if name == "logistic":
            other = jot(1 - x)
            return self.either(x * other, jot(x) * other, x - jot(x * x))
        if name == "tanh":
            return 1 - jot(x * x)
        if name == "softplus":
            return self.function("logistic", x)
        if name == "bipolar":
            ways = [(1 - jot(x * x)) / 2, jot((1 + x) / 2) * (1 - x), jot((1 - x) / 2) * (1 + x)]
            return self.either(*ways, jot(1 - x * x) / 2)
        return NUMBERS.slope(name, x)


def transcript(
    graph: Graph,
    givens: dict[str, np.ndarray],
    precision: Precision,
    rng: np.random.Generator,
    cut: bool = False,
) -> dict[str, np.ndarray]:
    """Id of a step -> what these students write; each goes on with it or with all digits.

    Args:
        graph: the steps.
        givens: arrays over students.
        precision: what the worksheet asks for.
        rng: chance.
        cut: whether nothing is rounded, and the sub-results mostly written.
    """
    carried = {id: np.asarray(value, dtype=float) for id, value in givens.items()}
    paper: dict[str, np.ndarray] = {}
    for step in graph.steps.values():
        hand = Hand(precision, step.kind, rng, cut)
        ways = [step.rule, *step.others]
        value = hand.work(ways[int(rng.integers(len(ways)))], carried)
        keep = paper[step.id] = hand.jot(value, always=True)
        carried[step.id] = np.where(rng.random(value.shape) < 0.5, value, keep)
    return paper
