"""Values and tolerances of all steps, for one exercise or a whole class at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import BoolArray, FloatArray, Number, greater
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import LOSS, Role
from problems.computation.network import Method, Plan, Task
from problems.computation.steps import Graph, Step
from problems.computation.subresults import worked
from problems.rules.expression import BALLS, NUMBERS, Expression

Values = Mapping[str, Number]
"""Id of a given or a step -> a float, or an array over exercises."""
Solution = Mapping[str, Ball]
"""Id -> every number an honest student may have there; givens have radius 0."""
Indices: TypeAlias = NDArray[np.int64]
Givens = Callable[[str, Indices], FloatArray]
"""Id of a given, candidates -> the given's value in each of them."""


class OneOf(Mapping[str, Ball]):
    """The balls of one of several exercises that were solved as arrays, each taken when asked.

    Args:
        together: balls over all of them.
        at: which of them this one is.
    """

    def __init__(self, together: Mapping[str, Ball], at: int) -> None:
        self._together, self._at = together, at
        self._taken: dict[str, Ball] = {}

    def __getitem__(self, id: str) -> Ball:
        if id not in self._taken:
            self._taken[id] = self._together[id].at(self._at)
        return self._taken[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._together)

    def __len__(self) -> int:
        return len(self._together)


class Solved(Mapping[str, Ball]):
    """The balls of some steps of one exercise, made when they are read.

    Args:
        at: id of a step -> where it stands in `m` and `r`.
        m: centres.
        r: radii.

    >>> Solved({"net.1.1": 0, "out.1.1": 1}, [0.5, 0.625], [0.125, 0.25])["out.1.1"]
    Ball(0.625, 0.25)
    """

    __slots__ = ("_at", "m", "r")

    def __init__(
        self,
        at: Mapping[str, int] | None = None,
        m: Sequence[float] = (),
        r: Sequence[float] = (),
    ) -> None:
        self._at = at or {}
        self.m = m
        self.r = r

    def __getitem__(self, id: str) -> Ball:
        at = self._at[id]
        return Ball(self.m[at], self.r[at])

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def solve(
    graph: Graph, givens: Values, precision: Precision, known: Mapping[str, Ball] | None = None
) -> Solution:
    """The true ball of every step.

    Args:
        graph: the steps.
        givens: a float for each given, or an array over exercises.
        precision: what the worksheet asks for; each step written down costs one unit.
        known: balls of steps that were worked before; only the others are worked.

    Source: docs/grading.md.
    """
    balls: dict[str, Ball] = {id: Ball(givens[id], 0.0) for id in graph.givens}
    with np.errstate(all="ignore"):
        for step in graph.steps.values():
            before = known.get(step.id) if known else None
            balls[step.id] = before or _written(step, balls, precision)
    return balls


def _written(step: Step, balls: Mapping[str, Ball], precision: Precision) -> Ball:
    """What honest students may write at a step, from what they may have before it."""
    ball = _worked(step.kind, step.rule, balls, precision)
    for other in step.others:
        ball = Ball(ball.m, greater(ball.r, _worked(step.kind, other, balls, precision).r))
    return ball.widened(precision.unit(step.kind, ball))


def rule_ball(
    kind: str, rule: Expression, balls: Mapping[str, Ball], precision: Precision
) -> Ball:
    """What honest students may write who work a right rule from numbers in these balls.

    Args:
        kind: of the step that the rule gives.
        rule: its rule, or another right way to it.
        balls: for each id that the rule reads its ball, over floats or arrays.
        precision: what the worksheet asks for, and whether sub-results may be written too.

    Returns:
        The rule's ball, with the unit that writing the result down may cost.
    """
    ball = _worked(kind, rule, balls, precision)
    return ball.widened(precision.unit(kind, ball))


def _worked(kind: str, rule: Expression, balls: Mapping[str, Ball], precision: Precision) -> Ball:
    if precision.subresults:
        return worked(rule, balls, precision, kind)
    ball: Ball = rule.evaluate(balls, BALLS)
    return ball


class Unfolding(dict[str, Ball]):
    """The solutions of many candidates: a step is worked when it is first read.

    Candidates can be dropped on the way, so that what is costly is worked for few of them.

    Args:
        graph: the steps.
        precision: what the worksheet asks for.
        givens: the candidates' numbers.
        alive: which of the candidates are worked.
        parts: further expressions by name, each worked once though many rules read it.
    """

    def __init__(
        self,
        graph: Graph,
        precision: Precision,
        givens: Givens,
        alive: Indices,
        parts: Mapping[str, Expression],
    ) -> None:
        super().__init__()
        self.alive = alive
        self._graph = graph
        self._precision = precision
        self._givens = givens
        self._parts = parts

    def __missing__(self, id: str) -> Ball:
        step = self._graph.steps.get(id)
        if step is not None:
            ball = _written(step, self, self._precision)
        elif id in self._parts:
            ball = self._parts[id].evaluate(self, BALLS)
        else:
            ball = Ball(self._givens(id, self.alive), 0.0)
        self[id] = ball
        return ball

    def keep(self, which: BoolArray) -> None:
        """Drop the other candidates; `which` says it of each that is alive."""
        self.forget_parts()
        before = which.shape
        at = np.flatnonzero(which)  # numbers pick the few that stay faster than truth values
        self.alive = self.alive[at]
        for id, ball in self.items():
            m, r = np.asarray(ball.m), np.asarray(ball.r)
            self[id] = Ball(
                m[at] if m.shape == before else ball.m,
                r[at] if r.shape == before else ball.r,
            )

    def forget_parts(self) -> None:
        """Make room: what only the rules of one step share is of no use to the next."""
        for name in [id for id in self if id in self._parts]:
            del self[name]


def values(graph: Graph, givens: Values) -> dict[str, Number]:
    """All values at full precision, without tolerances.

    >>> from problems.computation.network import Layer, Network, Plan
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
    last = task.examples if task.mode == "sequential" and task.examples > 1 else None
    parameters = plan.network.parameters()
    updates = {core: ids.at(ids.parse(core).related(Role.UPDATE), last) for core in parameters}
    found: dict[str, Number] = {**givens}
    losses = np.empty(iterations + 1)
    for count in range(iterations + 1):
        for step in graph.steps.values():
            found[step.id] = step.rule.evaluate(found, NUMBERS)
        losses[count] = _loss(found, task)
        if count < iterations:
            for core, new in updates.items():
                if new in found:
                    found[core] = found[new]
    return losses, found


def _loss(found: Values, task: Task) -> float:
    loss = ids.of(LOSS)
    if loss in found:
        return float(found[loss])
    terms = [float(found[ids.at(loss, n)]) for n in range(1, task.examples + 1)]
    return sum(terms) / len(terms)
