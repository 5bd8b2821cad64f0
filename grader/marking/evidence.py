"""What an answer shows, apart from what it is consistent with.

The quality gate guarantees that the *true* numbers can be told from what costs no work: 0, the
step's own parents, the old value. At a student's own numbers nothing guarantees it: behind an
error of 0.0001 every gradient is 0.0000. So an answer that follows from own values is asked
once more whether, at those values, the right rule gives a number that takes work to find.
Source: docs/grading.md, Evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.marking.batch import Batch
from problems.arithmetic.ball import SLACK, Ball, apart
from problems.arithmetic.elementary import BoolArray, FloatArray, array, greater
from problems.computation.kinds import Role
from problems.computation.steps import Graph, Step
from problems.computation.trivial import is_never_zero, is_straight, unlike_parents
from problems.rules.activations import SOFTMAX
from problems.rules.expression import Ref, Sum

MARGIN = 4.0
"""So many radii from 0 and from the old value a number must be for no rough guess to do; an
output from where its activation is flat."""
COPIED = 0.501
"""So many units from a parent an answer may be and still be its copy."""
FLAT = {"logistic": (0.0, 1.0), "tanh": (-1.0, 1.0), "softplus": (0.0,), SOFTMAX: (0.0, 1.0)}
"""Where outputs lie whatever the net input, if it is large."""


@dataclass(frozen=True, slots=True)
class Trivial:
    """The numbers that a step's answer must be told from."""

    zero: bool
    parents: tuple[tuple[str, str], ...]
    """Ids of parents, each with the target that, where it is 0, makes the step its equal."""
    flat: tuple[float, ...]
    """Of an output, where its activation is flat."""


@lru_cache(maxsize=65536)
def trivial(graph: Graph, asked: tuple[str, ...], id: str) -> Trivial:
    """What the quality gate keeps a step's true value apart from, for own values as well.

    Parents count that stand on the sheet; not those of a plain sum of steps, for there one
    vanishing term makes it the other one.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(1, (Layer(1),))))
    >>> trivial(graph, ("out.1.1", "error.1"), "error.1")
    Trivial(zero=True, parents=(('out.1.1', 't.1'), ('t.1', '')), flat=())
    """
    step = graph.steps[id]
    sheet = {*asked, *graph.givens}
    parents = () if _adds_steps(step) else unlike_parents(graph, step)
    written = tuple((parent, target) for parent, target in parents if parent in sheet)
    return Trivial(is_never_zero(graph, step), written, _flat(graph, step))


def _adds_steps(step: Step) -> bool:
    rule = step.rule
    return isinstance(rule, Sum) and all(isinstance(term, Ref) for term in rule.terms)


def _flat(graph: Graph, step: Step) -> tuple[float, ...]:
    parsed = step.parsed
    if parsed.role is not Role.OUTPUT or parsed.inner:
        return ()
    return FLAT.get(graph.plan.network.layers[parsed.layer - 1].activation, ())


def is_determined(
    batch: Batch, step: Step, value: FloatArray, ball: Ball, parents: Mapping[str, Ball]
) -> BoolArray:
    """Where the right rule's number can be told from every number that costs no work.

    0, the old value of a weight and the ends of an activation must lie outside the ball, for a
    guess beside them is as cheap. Any other parent costs no work if it was written down itself.

    Args:
        batch: the submissions.
        step: whose answer it is.
        value: the answer.
        ball: what the rule gives at some choice of parents.
        parents: that choice.
    """
    good = is_no_guess(batch, step, ball, parents)
    for parent, target in trivial(batch.graph, batch.asked, step.id).parents:
        if parent in parents and parent != _old(step):
            unit = array(batch.precision.unit(step.kind, Ball(value, 0.0)))
            differs = np.abs(value - array(parents[parent].m)) > COPIED * unit
            if target in parents:
                differs = differs | (array(parents[target].m) == 0)
            good = good & differs
    return good


def is_no_guess(batch: Batch, step: Step, ball: Ball, parents: Mapping[str, Ball]) -> BoolArray:
    """Where a number can be told from 0, from the old value and from where an activation is flat.

    Args:
        batch: the submissions.
        step: whose number it is.
        ball: what a rule gives at some choice of parents.
        parents: that choice.
    """
    never, old = trivial(batch.graph, batch.asked, step.id), _old(step)
    good = np.asarray(~np.isnan(array(ball.m)))
    if never.zero:
        good = good & apart(ball, Ball(0.0, 0.0))
    if old in parents:
        good = good & apart(ball, parents[old])
    for limit in never.flat:
        good = good & _is_clear(ball, Ball(limit, 0.0))
    return good


def _old(step: Step) -> str:
    """The old value of a weight or bias; '' of any other step."""
    return step.parents[0] if step.role is Role.UPDATE else ""


def is_firm(graph: Graph, step: Step, ball: Ball, parents: Mapping[str, Ball]) -> BoolArray:
    """Where even a rough guess (0, the old value, one digit) would be visibly wrong.

    The slope of a straight activation is one of two numbers: that is always a guess.
    """
    firm = _is_clear(ball, Ball(0.0, 0.0))
    if step.role is Role.SLOPE and is_straight(graph, step):
        firm = np.zeros_like(firm)
    if step.role is Role.UPDATE:
        firm = firm & _is_clear(ball, parents[step.parents[0]])
    return firm


def _is_clear(a: Ball, b: Ball) -> BoolArray:
    dust = SLACK * array(greater(np.abs(array(a.m)), 1.0))
    clear: BoolArray = np.abs(array(a.m) - array(b.m)) > MARGIN * array(a.r) + array(b.r) + dust
    return clear
