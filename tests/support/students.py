"""Honest students: they work by the right rules and keep to the stated precision."""

from __future__ import annotations

import numpy as np

from problems.arithmetic.precision import Precision, leading_place, power_of_ten
from problems.computation.steps import Graph
from problems.rules.expression import NUMBERS

HABITS = ("round", "round carry full", "cut", "cut carry full", "mixture", "more digits")


def written(values: np.ndarray, unit: np.ndarray | float, habit: str, rng: np.random.Generator):
    """What stands on the paper for these values."""
    rounded = np.round(values / unit) * unit
    cut = np.trunc(values / unit) * unit
    if habit.startswith("round"):
        return rounded
    if habit.startswith("cut"):
        return cut
    if habit == "mixture":
        return np.where(rng.random(values.shape) < 0.5, rounded, cut)
    finer = unit * 10.0 ** -rng.integers(1, 4, values.shape)
    return np.round(values / finer) * finer


def transcript(
    graph: Graph,
    givens: dict[str, np.ndarray],
    precision: Precision,
    habit: str,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Id of a step -> the numbers that these students write there."""
    count = len(next(iter(givens.values())))
    carried = {id: np.broadcast_to(value, (count,)) for id, value in givens.items()}
    paper: dict[str, np.ndarray] = {}
    for step in graph.steps.values():
        with np.errstate(divide="ignore", invalid="ignore"):  # the logarithm of an output 0.0000
            value = np.broadcast_to(step.rule.evaluate(carried, NUMBERS), (count,))
        unit: np.ndarray | float = power_of_ten(-precision.places(step.kind))
        if precision.significant is not None:
            place = leading_place(np.abs(value))
            unit = place * power_of_ten(1 - precision.places(step.kind))
        paper[step.id] = written(value, unit, habit, rng)
        full = habit.endswith("full") or (habit == "mixture" and rng.random() < 0.5)
        carried[step.id] = value if full else paper[step.id]
    return paper
