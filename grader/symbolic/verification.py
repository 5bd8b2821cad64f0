"""Issued exercises derived a second time, at 50 digits, and compared with what was issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import mpmath

from grader.symbolic.derivation import Derivation, Evaluation
from grader.symbolic.recipe_verification import Reworked
from problems.arithmetic.ball import Ball
from problems.computation import ids
from problems.computation.ids import StepId
from problems.computation.network import Network
from problems.exercise import Exercise
from problems.recipes.recipe import Recipe

DIGITS = 50
NEAR = 1e-11
"""What doubles may differ by from the truth, as a share of it where it is above 1,"""
OF_UNIT = 1e-3
"""and as a share of the unit of the last place that the step asks for, if that is less."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is off."""

    step: str
    issued: float | None
    """None where the file stores no value for an asked step."""
    right: float

    def __str__(self) -> str:
        issued = "no value is stored" if self.issued is None else repr(self.issued)
        return f"step {self.step}: {issued} where {self.right!r} is right"


@lru_cache(maxsize=16)
def _derivation(network: Network) -> Derivation:
    return Derivation(network)


class Rederived:
    """An exercise's values from its givens: passes, averages, updates and rounds anew."""

    def __init__(self, exercise: Exercise) -> None:
        self.task = exercise.plan.task
        self.network = exercise.plan.network
        self.derivation = _derivation(self.network)
        self.givens = {id: mpmath.mpf(text) for id, text in exercise.givens.items()}
        several = self.task.examples > 1
        self.examples = list(range(1, self.task.examples + 1)) if several else [None]
        self.passes: dict[tuple[int | None, int], Evaluation] = {}
        self.updated: dict[tuple[int | None, int], dict[str, Any]] = {}
        self._train()

    def _train(self) -> None:
        weights = {id: self.givens[id] for id in self.network.parameters()}
        each = self.task.mode == "sequential" and self.examples[-1] is not None
        for iteration in range(1, self.task.iterations + 1):
            for example in self.examples:
                givens = self._pass(example, weights)
                self.passes[example, iteration] = Evaluation(givens, self.derivation.outs)
                if each and self.task.update:
                    weights = self._update(weights, example, iteration)
            if not each and self.task.update:
                weights = self._update(weights, None, iteration)

    def _pass(self, example: int | None, weights: Mapping[str, Any]) -> dict[str, Any]:
        """The givens of one example under their names within a pass."""
        own = {
            ids.core(id): value
            for id, value in self.givens.items()
            if ids.parse(id).kind in ("x", "t") and ids.parse(id).example == example
        }
        return own | dict(weights)

    def _update(
        self, weights: Mapping[str, Any], example: int | None, iteration: int
    ) -> dict[str, Any]:
        trained = [id for id in weights if self.task.update_biases or id.startswith("w")]
        steps = {id: ids.parse(ids.at(f"d{id}", example, iteration)) for id in trained}
        new = {
            id: weights[id] - self.givens["rate"] * self.value(step) for id, step in steps.items()
        }
        self.updated[example, iteration] = new
        return {**weights, **new}

    def value(self, step: StepId) -> Any:
        """The right value of a step.

        Raises:
            KeyError: there is no way to derive it.
        """
        place = step.example, step.iteration
        if step.kind.startswith("new."):
            core = ".".join([step.kind[4:], *map(str, step.indices)])
            return self.updated[place][core]
        if place not in self.passes:  # a mean over the examples
            values = [self.value(replace(step, example=n)) for n in self.examples]
            return sum(values) / len(values)
        if step.kind in ("plus", "minus"):
            return self._shifted(step)
        if step.kind.startswith("num."):
            of = step.kind[-1]
            up = self._shifted(replace(step, kind="plus", of=of))
            down = self._shifted(replace(step, kind="minus", of=of))
            return (up - down) / (2 * self.givens["shift"])
        wanted = self.derivation.expression(replace(step, example=None, iteration=1))
        return self.passes[place][wanted]

    def _shifted(self, step: StepId) -> Any:
        """The loss, or a step on the way to it, with one parameter shifted."""
        core = ".".join([step.of, *map(str, step.indices)])
        sign = {"plus": 1, "minus": -1}[step.kind]
        moved = {core: self.givens[core] + sign * self.givens["shift"]}
        weights = {id: self.givens[id] for id in self.network.parameters()} | moved
        wanted = self.derivation.expression(ids.parse(step.inner or "loss"))
        return Evaluation(self._pass(step.example, weights), self.derivation.outs)[wanted]


def differences(
    exercise: Exercise, stored: Mapping[str, float]
) -> Iterator[tuple[str, Difference | None]]:
    """Every step of an exercise derived anew.

    Args:
        exercise: what was issued.
        stored: id of an asked step -> its value in the file.

    Yields:
        Each step's id, and what is off there: the value that work is marked by, or the one that
        is stored beside it, or should be.
    """
    asked = frozenset(exercise.asked)
    with mpmath.workdps(DIGITS):
        for id, right in _rederived(exercise):
            near = _tolerance(exercise, id, right)
            values: list[float | None] = [float(exercise.solution[id].m)]
            values += [stored.get(id)] if id in asked or id in stored else []
            off = [value for value in values if value is None or not abs(value - right) <= near]
            yield id, Difference(id, off[0], float(right)) if off else None


def _tolerance(exercise: Exercise, id: str, right: Any) -> float:
    """What a double may be off by, far less than anybody who rounds as asked can see."""
    size = abs(float(right))
    ball = Ball(size, float(exercise.solution[id].r))
    unit = float(exercise.precision.unit(exercise.parse(id).kind, ball))
    return min(NEAR * max(1.0, size), OF_UNIT * unit)


def _rederived(exercise: Exercise) -> Iterator[tuple[str, Any]]:
    """Every step and its value by other means."""
    if isinstance(exercise.plan, Recipe):
        yield from Reworked(exercise, exercise.plan).values()
        return
    found = Rederived(exercise)
    yield from ((id, found.value(ids.parse(id))) for id in exercise.graph.steps)
