"""Solved exercises as numbers and arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from grader.assignments.example import document_exercise
from problems.arithmetic.elementary import FloatArray
from problems.computation import ids
from problems.computation import solve as engine
from problems.computation.network import Plan, layered
from problems.errors import Complaint, SpecError
from problems.exercise import Exercise


@dataclass(frozen=True, eq=False)
class Solved:
    """Values and tolerances of everything in an exercise."""

    exercise: Exercise
    values: Mapping[str, float]
    """Id of a given or a step -> its value at full precision."""
    tolerances: Mapping[str, float]
    """Id -> how far an honest answer at the exercise's precision may be from the value; 0 for
    givens."""

    @property
    def printed(self) -> dict[str, str]:
        """Label of each asked step -> its value as the key prints it."""
        exercise, steps = self.exercise, self.exercise.graph.steps
        return {
            exercise.labels[id]: exercise.precision.shown(steps[id].kind, self.values[id])
            for id in exercise.asked
        }

    def array(
        self,
        kind: str,
        layer: int | None = None,
        example: int | None = None,
        iteration: int = 1,
    ) -> FloatArray:
        """All values of a kind.

        Args:
            kind: of docs/formats.md, such as `w`, `net`, `delta`, `dw`, `new.w`, `x` or `loss`.
            layer: from 1; None for kinds without layers, such as `x`, `t`, `error`, `loss`.
            example: from 1, where there are several; None for what belongs to none.
            iteration: which update, from 1.

        Returns:
            (units, units or inputs below) for weights and their gradients, (units,) or
            (inputs,) for what each unit has once, () for what there is once.

        Raises:
            KeyError: there is nothing of this kind there.

        >>> solve("mazur").array("dw", 2).round(6)
        array([[ 0.082167,  0.082668],
               [-0.022603, -0.02274 ]])
        """
        found: dict[tuple[int, ...], float] = {}
        for id, value in self.values.items():
            one = ids.parse(id)
            place = one.indices if layer is None else one.indices[1:]
            if layer is not None and one.indices[:1] != (layer,):
                continue
            if (one.kind, one.example, one.iteration) == (kind, example, iteration):
                if one.inner or one.path or one.of:
                    continue
                found[tuple(n - 1 for n in place)] = value
        if not found:
            raise KeyError(f"no {kind!r} of layer {layer}, example {example}, round {iteration}")
        values = np.empty([max(axis) + 1 for axis in zip(*found, strict=True)])
        for place, value in found.items():
            values[place] = value
        return values


def solve(
    exercise: Exercise | str,
    *,
    weights: Sequence[ArrayLike] | None = None,
    biases: Sequence[ArrayLike] | None = None,
    inputs: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    rate: float | None = None,
) -> Solved:
    """The value and the tolerance of every step.

    Args:
        exercise: an exercise, or the name of a document for its own example.
        weights: other weights, for each layer an array (units, units or inputs below).
        biases: other biases, for each layer an array (units,), or one number where the units
            share it.
        inputs: other inputs, (inputs,), or (examples, inputs) where there are several examples.
        targets: other targets, (outputs,), or (examples, outputs).
        rate: another learning rate.

    Raises:
        AssignmentError: no such document.
        SpecError: an array has another shape than the network, or is not finite.

    >>> round(solve("mazur").values["loss"], 9)
    0.298371109
    >>> round(solve("mazur", inputs=[0.05, 0.2]).values["net.1.1"], 6)
    0.3975
    """
    found = document_exercise(exercise) if isinstance(exercise, str) else exercise
    plan, numbers = layered(found.plan), dict(found.numbers)
    for name, layers in (("w", weights), ("b", biases)):
        if layers is not None:
            numbers |= _parameters(plan, name, layers)
    for name, rows in (("x", inputs), ("t", targets)):
        if rows is not None:
            numbers |= _examples(plan, name, rows)
    if rate is not None:
        numbers["rate"] = float(rate)
    balls = engine.solve(found.graph, numbers, found.precision)
    values = {id: float(ball.m) for id, ball in balls.items()}
    return Solved(found, values, {id: float(ball.r) for id, ball in balls.items()})


def _parameters(plan: Plan, name: str, layers: Sequence[ArrayLike]) -> dict[str, float]:
    """The weights or biases of all layers by their ids."""
    what = {"w": "weights", "b": "biases"}[name]
    if len(layers) != plan.network.depth:
        raise _refused(what, f"{len(layers)} arrays for {plan.network.depth} layers")
    found: dict[str, float] = {}
    for number, values in enumerate(layers, 1):
        expected = [
            id
            for id in plan.network.parameters()
            if ids.parse(id).kind == name and ids.parse(id).layer == number
        ]
        found |= _placed(f"{what} of layer {number}", f"{name}.{number}", values, expected)
    return found


def _examples(plan: Plan, name: str, rows: ArrayLike) -> dict[str, float]:
    """The inputs or targets of all examples by their ids."""
    what, count = ("inputs", plan.network.inputs), plan.task.examples
    if name == "t":
        what = ("targets", plan.network.outputs)
    array = np.asarray(rows, dtype=float)
    if count == 1 and array.ndim == 1:
        array = array[np.newaxis]
    if array.shape != (count, what[1]):
        raise _refused(what[0], f"an array {array.shape} where {(count, what[1])} belongs")
    found: dict[str, float] = {}
    for n, row in enumerate(array, 1):
        expected = [f"{name}.{i}" for i in range(1, what[1] + 1)]
        placed = _placed(what[0], name, row, expected)
        found |= {ids.at(id, n if count > 1 else None): value for id, value in placed.items()}
    return found


def _placed(what: str, stem: str, values: ArrayLike, expected: list[str]) -> dict[str, float]:
    """Each entry of an array with the id that its place gives it."""
    array = np.asarray(values, dtype=float)
    entries = {
        ".".join([stem, *(str(n + 1) for n in place)]): float(value)
        for place, value in np.ndenumerate(array)
    }
    if sorted(entries) != sorted(expected):
        raise _refused(what, f"an array {array.shape} does not hold {', '.join(expected[:4])} ...")
    if not np.isfinite(array).all():
        raise _refused(what, "a number is not finite")
    return entries


def _refused(where: str, what: str) -> SpecError:
    return SpecError([Complaint(where, what)])
