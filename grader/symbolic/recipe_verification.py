"""Recipes worked a second time: from their text, in mpmath's arithmetic.

Nothing of the rules that students are marked by is used: the lines are worked as they stand, and
a derivative is the quotient of small differences, with so many digits that it is exact to a
double and beyond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mpmath

from problems.exercise import Exercise
from problems.recipes.formulas import id_of
from problems.recipes.indices import Indices, is_whole, spans, whole
from problems.recipes.language import (
    Binary,
    Call,
    Chain,
    Definition,
    Minus,
    Node,
    Number,
    Quantity,
)
from problems.recipes.names import apart, bare
from problems.recipes.recipe import Recipe
from problems.recipes.unrolling import MOST_STEPS

STEP = mpmath.mpf(10) ** -15
"""By how much a quantity is moved: of 50 digits 30 are left."""


def _softplus(x: Any) -> Any:
    return mpmath.log(1 + mpmath.exp(x))


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "exp": mpmath.exp, "log": mpmath.log, "ln": mpmath.log, "sqrt": mpmath.sqrt,
    "sin": mpmath.sin, "cos": mpmath.cos, "tanh": mpmath.tanh, "abs": abs,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "logistic": lambda x: 1 / (1 + mpmath.exp(-x)),
    "bipolar": lambda x: mpmath.tanh(x / 2), "relu": lambda x: max(x, mpmath.mpf(0)),
    "softplus": _softplus, "step": lambda x: mpmath.mpf(x >= 0), "identity": lambda x: x,
}  # fmt: skip
SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / b, "<": lambda a, b: mpmath.mpf(a < b),
    "<=": lambda a, b: mpmath.mpf(a <= b), ">": lambda a, b: mpmath.mpf(a > b),
    ">=": lambda a, b: mpmath.mpf(a >= b), "==": lambda a, b: mpmath.mpf(a == b),
}  # fmt: skip


class Reworked:
    """A recipe's values from its givens.

    Args:
        exercise: whose recipe and numbers.
        recipe: its computation.
    """

    def __init__(self, exercise: Exercise, recipe: Recipe) -> None:
        self.graph = exercise.graph
        self.program = recipe.program
        self.known = {id: mpmath.mpf(text) for id, text in exercise.givens.items()}
        self.lines: dict[str, tuple[Definition, Indices]] = {}
        for line in self.program.statements:
            if isinstance(line, Definition):
                for at in spans(line.loops, dict(recipe.sizes), MOST_STEPS):
                    self.lines[id_of(line.target, at)] = line, at

    def values(self) -> Iterator[tuple[str, Any]]:
        """Every step and its value, in the order of the work."""
        for id in self.graph.steps:
            self.known[id] = self._value(id)
            yield id, self.known[id]

    def _value(self, id: str) -> Any:
        if id in self.lines:
            return self._worked(id, self.known)
        part, reader = bare(id), apart(id).reader
        of, by = self.program.derivatives[part]
        if not reader:
            return self._slope(of, by)
        above = mpmath.mpf(1) if reader == of else self._slope(of, reader)
        return above * self._steepness(lambda known: self._worked(reader, known), by)

    def _slope(self, of: str, by: str) -> Any:
        """The derivative of a loss, through all that follows from a quantity."""
        return self._steepness(lambda known: self._again(known, of, by), by)

    def _steepness(self, work: Callable[[dict[str, Any]], Any], by: str) -> Any:
        up, down = (work({**self.known, by: self.known[by] + way}) for way in (STEP, -STEP))
        return (up - down) / (2 * STEP)

    def _again(self, known: dict[str, Any], of: str, by: str) -> Any:
        """The loss where a quantity is moved; derivatives that lines read stay as they are."""
        moved = {by}
        for id, step in self.graph.steps.items():
            if id in self.lines and id != by and moved & set(step.parents):
                known[id] = self._worked(id, known)
                moved.add(id)
            if id == of:
                break
        return known[of]

    def _worked(self, id: str, known: Mapping[str, Any]) -> Any:
        line, at = self.lines[id]
        return _evaluated(line.formula, at, known)


def _evaluated(node: Node, at: Indices, known: Mapping[str, Any]) -> Any:
    """A formula of a recipe as it stands."""

    def value(part: Node) -> Any:
        return _evaluated(part, at, known)

    match node:
        case Number(text=text):
            return mpmath.mpf(text)
        case Quantity(name=name, indices=()) if name in at:
            return mpmath.mpf(at[name])
        case Quantity():
            return known[id_of(node, at)]
        case Minus(of=of):
            return -value(of)
        case Chain(first=first, rest=rest):
            found = value(first)
            for sign, part in rest:
                found = SIGNS[sign](found, value(part))
            return found
        case Binary(sign="**", left=left, right=right):
            bare = right.of if isinstance(right, Minus) else right
            assert is_whole(bare, at)
            return value(left) ** whole(right, at)
        case Binary(sign=sign, left=left, right=right):
            return SIGNS[sign](value(left), value(right))
        case Call():
            return _called(node, at, known)
    raise TypeError(f"no formula is {type(node).__name__}")


def _called(node: Call, at: Indices, known: Mapping[str, Any]) -> Any:
    places = spans(node.loops, at, MOST_STEPS) if node.loops else [at]
    each = [_evaluated(node.arguments[0], place, known) for place in places]
    match node.function:
        case "sum" | "mean":
            total = sum(each, mpmath.mpf(0))
            return total if node.function == "sum" else total / len(each)
        case "max":
            return max(each if node.loops else [_evaluated(a, at, known) for a in node.arguments])
        case "softmax":
            asked, variable = whole(node.arguments[1], at), node.loops[0].variable
            powers = {
                place[variable]: mpmath.exp(net) for place, net in zip(places, each, strict=True)
            }
            return powers[asked] / sum(powers.values())
        case "leaky_relu":
            left = _evaluated(node.arguments[1], at, known) if node.arguments[1:] else "0.01"
            return each[0] if each[0] > 0 else mpmath.mpf(left) * each[0]
    return FUNCTIONS[node.function](each[0])
