"""Values and tolerances of all steps, for one exercise or a whole class at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from problems.ball import Ball
from problems.elementary import FloatArray, Number, greater
from problems.expression import BALLS, NUMBERS
from problems.graph import Graph, build
from problems.network import Method, Plan, Task
from problems.precision import Precision

Values = Mapping[str, Number]
"""Id of a given or a step -> a float, or an array over exercises."""
Solution = dict[str, Ball]
"""Id -> every number an honest student may have there; givens have radius 0."""


def solve(graph: Graph, givens: Values, precision: Precision) -> Solution:
    """The true ball of every step.

    Args:
        graph: the steps.
        givens: a float for each given, or an array over exercises.
        precision: what the worksheet asks for; each step written down costs one unit.

    Source: docs/grading.md.
    """
    balls: Solution = {id: Ball(givens[id], 0.0) for id in graph.givens}
    with np.errstate(all="ignore"):
        for step in graph.steps.values():
            ball = step.rule.evaluate(balls, BALLS)
            for other in step.others:
                ball = Ball(ball.m, greater(ball.r, other.evaluate(balls, BALLS).r))
            balls[step.id] = ball.widened(precision.unit(step.kind, ball))
    return balls


def values(graph: Graph, givens: Values) -> dict[str, Number]:
    """All values at full precision, without tolerances.

    >>> from problems.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(1, (Layer(1),))))
    >>> known = {"x.1": 1.0, "t.1": 0.0, "w.1.1.1": 0.5, "b.1.1": 0.5, "rate": 1.0}
    >>> round(values(graph, known)["delta.1.1"], 6)
    0.143735
    """
    found: dict[str, Number] = dict(givens)
    with np.errstate(all="ignore"):
        for step in graph.steps.values():
            found[step.id] = step.rule.evaluate(found, NUMBERS)
    return found


def train(plan: Plan, givens: Values, iterations: int) -> tuple[FloatArray, dict[str, Number]]:
    """A plain training run: the same graph of one iteration, run over and over.

    Args:
        plan: what is trained; its number of iterations is ignored.
        givens: one exercise's numbers.
        iterations: how many times the parameters are updated.

    Returns:
        The losses before each update and after the last (`iterations + 1` numbers), and all
        values of the pass after the last update.
    """
    task = plan.task
    once = Task(task.examples, task.mode, 1, task.update_biases)
    graph = build(Plan(plan.network, once, Method()))
    last = f"n{task.examples}:" if task.mode == "sequential" and task.examples > 1 else ""
    found: dict[str, Number] = {**givens}
    losses = np.empty(iterations + 1)
    for count in range(iterations + 1):
        for step in graph.steps.values():
            found[step.id] = step.rule.evaluate(found, NUMBERS)
        losses[count] = _loss(found, task)
        if count < iterations:
            for core in plan.network.parameters():
                new = f"{last}new.{core}"
                if new in found:
                    found[core] = found[new]
    return losses, found


def _loss(found: Values, task: Task) -> float:
    if "loss" in found:
        return float(found["loss"])
    terms = [float(found[f"n{n}:loss"]) for n in range(1, task.examples + 1)]
    return sum(terms) / len(terms)
