"""The quality gate: an exercise is only issued if it can be graded.

At the stated precision every asked step must be visibly different from 0, from its own
parents and from the number of every wrong rule; no unit may be saturated or dead; and two
neighbouring steps of one kind must differ, so that swapping them shows. "Visibly" means that
the balls do not touch: no honest rounding can make the two numbers the same.

Source: docs/grading.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from problems.arithmetic.ball import Ball, apart
from problems.arithmetic.elementary import Truth, greater
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.ids import neighbours
from problems.computation.kinds import SLOPE, Role
from problems.computation.network import Plan
from problems.computation.solve import Solution
from problems.computation.steps import Graph, Step
from problems.computation.trivial import is_never_zero, is_straight, unlike_parents
from problems.drawing.reasons import FINE
from problems.drawing.separation import Separation
from problems.misconceptions.slips import wrong_rules
from problems.rules.activations import activation
from problems.rules.expression import BALLS, Expression
from problems.versions import DRAW_VERSION

OUTPUT_RANGE = (0.02, 0.98)
"""Where an output may lie whose slope is no step because it cancels against the loss."""

WIDEST, CLOSEST = 1.0, 1e-6
"""Radius beyond which a number is not known at all, to the size of it or to 1, at the digits
asked for and with many: something was divided by what may be 0, or two maxima are equal."""

OTHERWISE = frozenset({"parent-copied", "cells-swapped"})
"""Slips that checks of their own take care of."""


@dataclass(frozen=True, slots=True)
class Check:
    """One reason to refuse a draw."""

    name: str
    """`zero`, `parent`, `slip`, `saturated`, `twins`, `pair`, `undecided`."""
    step: str
    other: str
    """The id or the slip that it must differ from."""
    passes: Callable[[Solution], Truth]
    rule: Expression | None = None
    """The wrong rule, of a slip."""
    nearby: Callable[[Solution], Truth] | None = None
    """The same at numbers close by, with many digits: who fails there too does so for a reason."""

    settled: Callable[[Solution], Truth] | None = None
    """What numbers close by must pass, with many digits, instead of the drawn ones."""

    def refuses(self, balls: Solution, close: Solution | None) -> Truth:
        """Whether numbers cannot be told apart that other numbers could.

        Args:
            balls: of the draws.
            close: of numbers close to them, where the check asks for it.
        """
        if self.settled is not None and close is not None:
            unsettled: Truth = np.logical_not(self.settled(close))
            return unsettled
        failed: Truth = np.logical_not(self.passes(balls))
        if self.nearby is None or close is None or not np.any(failed):
            return failed
        refused: Truth = np.logical_and(failed, self.nearby(close))
        return refused

    def reading(self, step: Step, rule: Expression, precision: Precision) -> Check:
        """The same check of a slip whose rule is written in another way."""
        return replace(self, rule=rule, passes=_differs_from_rule(step, rule, precision))


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that a draw fails."""

    name: str
    step: str
    other: str


def _slope_checks(graph: Graph, low: float | None) -> Iterator[Check]:
    for step in graph.steps.values():
        parsed = step.parsed
        if parsed.role is Role.SLOPE:
            row = activation(graph.plan.network.layers[parsed.layer - 1].activation)
            least = row.low if low is None or row.straight else low
            yield Check("saturated", step.id, "", _at_least(step.id, least))
    if not any(step.role is Role.OUTPUT for step in graph.steps.values()):
        return
    depth = graph.plan.network.depth
    simplified = ids.of(SLOPE, depth, 1)
    if not any(ids.core(id) == simplified for id in graph.steps):
        for id in graph.steps:
            parsed = graph.parse(id)
            if parsed.role is Role.OUTPUT and parsed.layer == depth:
                yield Check("saturated", id, "", _inside(id))


def _at_least(id: str, least: float) -> Callable[[Solution], Truth]:
    def passes(balls: Solution) -> Truth:
        slope = balls[id]
        clear: Truth = abs(slope.m) - slope.r >= least
        return clear

    return passes


def _inside(id: str) -> Callable[[Solution], Truth]:
    low, high = OUTPUT_RANGE

    def passes(balls: Solution) -> Truth:
        inside: Truth = abs(balls[id].m - 0.5 * (low + high)) <= 0.5 * (high - low)
        return inside

    return passes


def _not_zero(id: str) -> Callable[[Solution], Truth]:
    def passes(balls: Solution) -> Truth:
        return apart(balls[id], Ball(0.0, 0.0))

    return passes


def _differs(a: str, b: str) -> Callable[[Solution], Truth]:
    def passes(balls: Solution) -> Truth:
        return apart(balls[a], balls[b])

    return passes


def _differs_unless_zero(a: str, b: str, target: str) -> Callable[[Solution], Truth]:
    """Output minus a target of 0 is the output itself: no copy can be told there."""

    def passes(balls: Solution) -> Truth:
        differ: Truth = np.logical_or(apart(balls[a], balls[b]), balls[target].m == 0)
        return differ

    return passes


def _trivial_checks(graph: Graph, step: Step) -> Iterator[Check]:
    if is_never_zero(graph, step):
        yield Check("zero", step.id, "0", _not_zero(step.id))
    for parent, target in unlike_parents(graph, step):
        passes = (
            _differs_unless_zero(step.id, parent, target) if target else _differs(step.id, parent)
        )
        yield Check("parent", step.id, parent, passes)


def _slip_checks(graph: Graph, step: Step, precision: Precision, version: int) -> Iterator[Check]:
    for wrong in wrong_rules(graph, step.id, version):
        if wrong.slip not in OTHERWISE:
            passes = _differs_from_rule(step, wrong.rule, precision)
            yield Check("slip", step.id, wrong.slip, passes, wrong.rule)


def _differs_from_rule(
    step: Step, rule: Expression, precision: Precision
) -> Callable[[Solution], Truth]:
    id, kind = step.id, step.kind

    def passes(balls: Solution) -> Truth:
        number: Ball = rule.evaluate(balls, BALLS)
        return apart(balls[id], number.widened(precision.unit(kind, number)))

    return passes


def _separates(
    separation: Separation, step: Step, precision: Precision
) -> Callable[[Solution], Truth]:
    """Whether any two slips of a step give numbers that are visibly two.

    A slip is worked from the student's own numbers, so it is known to one unit, however far
    these are from the true ones.
    """
    rules, pairs, kind = separation.rules[step.id], separation.pairs[step.id], step.kind

    def passes(balls: Solution) -> Truth:
        numbers = []
        for rule in rules:
            value: Ball = rule.evaluate(balls, BALLS)
            numbers.append(Ball(value.m, precision.unit(kind, Ball(value.m))))
        passed: Truth = True
        for a, b in pairs:
            passed = np.logical_and(passed, apart(numbers[a], numbers[b]))
            if not np.any(passed):
                break
        return passed

    return passes


def _undecided(id: str) -> Check:
    """Whether a number is known at all: of two equal maxima either may be the one that counts."""

    def within(most: float) -> Callable[[Solution], Truth]:
        def passes(balls: Solution) -> Truth:
            ball = balls[id]
            known: Truth = ball.r <= most * greater(abs(ball.m), 1.0)
            return known

        return passes

    return Check("undecided", id, "", within(WIDEST), settled=within(CLOSEST))


def _twin_checks(graph: Graph, asked: Sequence[str]) -> Iterator[Check]:
    for n, first in enumerate(asked):
        if is_straight(graph, graph.steps[first]) and graph.parse(first).role is Role.SLOPE:
            continue
        for second in asked[n + 1 :]:
            if neighbours(graph.parse(first), graph.parse(second)):
                yield Check("twins", first, second, _differs(first, second))


@lru_cache(maxsize=64)
def checks(
    graph: Graph,
    asked: tuple[str, ...],
    precision: Precision,
    low: float | None = None,
    version: int = DRAW_VERSION,
    separation: Separation | None = None,
) -> tuple[Check, ...]:
    """Everything that a draw must pass, the cheapest and most selective first.

    Args:
        graph: the steps.
        asked: ids of the asked steps.
        precision: what the worksheet asks for.
        low: least slope of a unit, where the family sets its own.
        version: of the draw; wrong rules that came later are no reason to refuse.
        separation: pairs of slips that must be told from each other, if any must.
    """
    if not isinstance(graph.plan, Plan):
        fine = _all_checks(graph, asked, FINE, low, version, separation)
        found = _all_checks(graph, asked, precision, low, version, separation)
        told = [replace(a, nearby=b.passes) for a, b in zip(found, fine, strict=True)]
        return (*map(_undecided, asked), *told)
    return tuple(_all_checks(graph, asked, precision, low, version, separation))


def _all_checks(
    graph: Graph,
    asked: tuple[str, ...],
    precision: Precision,
    low: float | None,
    version: int,
    separation: Separation | None,
) -> list[Check]:
    found = list(_slope_checks(graph, low))
    for id in asked:
        found.extend(_trivial_checks(graph, graph.steps[id]))
    found.extend(_twin_checks(graph, asked))
    for id in asked:
        found.extend(_slip_checks(graph, graph.steps[id], precision, version))
    if separation:
        every = ((id, _separates(separation, graph.steps[id], precision)) for id in asked)
        found.extend(Check("pair", id, "", passes) for id, passes in every)
    return found


def findings(
    balls: Solution, must: Sequence[Check], close: Solution | None = None
) -> list[Finding]:
    """Everything that keeps one exercise from being told apart; empty for an issued one.

    Args:
        balls: of the exercise.
        must: what it must pass.
        close: of numbers close to its own, see `problems.drawing.reasons`.
    """
    return [
        Finding(check.name, check.step, check.other)
        for check in must
        if bool(check.refuses(balls, close))
    ]
