"""Simulated students: a class of exercises as columns, worked through by hand, and marked.

What a student is asked for, writes and carries on are arrays over the exercises of a family,
so that a habit or a slip costs one walk over the graph for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.marking.batch import VERDICTS, Batch
from grader.marking.policy import DEFAULT_CREDITS
from grader.marking.sign_conventions import Judged, judge
from problems.arithmetic.precision import leading_place, power_of_ten
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.solve import Solution, solve, values
from problems.computation.steps import Graph
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import draw
from problems.rules.expression import NUMBERS, Expression

Arrays = dict[str, np.ndarray]
Evaluate = Callable[[Expression, Arrays, Callable[[np.ndarray], np.ndarray]], np.ndarray]
"""A rule over what enters it, with the unit of a number's last place: the value."""

SEED = 20261130
"""What the exercises and the students' choices come from unless `--seed` says otherwise."""
CREDITS = np.array([DEFAULT_CREDITS[name] for name in VERDICTS])
"""Credit of each verdict code under the default policy."""


@dataclass(frozen=True)
class Class:
    """The exercises of a family as columns."""

    design: Design
    graph: Graph
    """What students work through; the design's own, or one with more steps between."""
    givens: Arrays
    printed: Arrays
    """Given id -> one unit of its last digit as printed."""
    count: int
    true: Solution
    exact: Arrays

    @property
    def name(self) -> str:
        """The family's name."""
        return self.design.family.name

    @staticmethod
    def of(name: str, count: int, seed: int = SEED) -> Class:
        """Exercises of a family that passed the gate."""
        design = family.load(name).design()
        draws = draw(design, [key(f"truth {seed}", name, str(n)) for n in range(count)])
        texts = {id: [d.givens[id] for d in draws] for id in design.graph.givens}
        givens = {id: np.array([float(text) for text in column]) for id, column in texts.items()}
        printed = {id: np.array([_unit_of(t) for t in column]) for id, column in texts.items()}
        true = solve(design.graph, givens, design.precision)
        exact = _values(design.graph, givens, count)
        return Class(design, design.graph, givens, printed, count, true, exact)

    def through_deltas(self) -> Class:
        """The same exercises, worked by way of every delta though the sheet may ask for none."""
        method = replace(self.design.plan.method, deltas="all", gradients="delta")
        graph = build(replace(self.design.plan, method=method))
        if not set(self.design.asked) <= set(graph.steps):
            return self
        true = solve(graph, self.givens, self.design.precision)
        exact = _values(graph, self.givens, self.count)
        return replace(self, graph=graph, true=true, exact=exact)


def _values(graph: Graph, givens: Arrays, count: int) -> Arrays:
    found = values(graph, givens)
    return {id: np.broadcast_to(np.asarray(v, dtype=float), (count,)) for id, v in found.items()}


def _unit_of(text: str) -> float:
    return power_of_ten(-len(text.partition(".")[2]))


def numeric_families() -> list[str]:
    """The families that ask for numbers."""
    return [name for name in family.names() if family.load(name).design().asked]


def plainly(
    rule: Expression, parents: Arrays, unit: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """A rule worked with all digits inside; only the result is written down."""
    return np.asarray(rule.evaluate(parents, NUMBERS), dtype=float)


class Student:
    """Works through the graph step by step; computes on demand what a wrong rule asks for.

    Args:
        of: the exercises.
        habit: how numbers are written and carried on, see `written`.
        rng: chooses where the habit leaves a choice.
        slips: steps at which another rule is used.
        put: steps at which a number is written without any rule, and carried on.
        mixing: own and true values are mixed at random.
        miscopied: a step that is written down wrongly and carried on rightly.
        evaluate: how a rule is worked.
    """

    def __init__(
        self,
        of: Class,
        habit: str,
        rng: np.random.Generator,
        slips: Mapping[str, Expression] | None = None,
        *,
        put: Mapping[str, np.ndarray | float] | None = None,
        mixing: bool = False,
        miscopied: str = "",
        evaluate: Evaluate = plainly,
    ) -> None:
        self.of, self.habit, self.rng = of, habit, rng
        self.slips, self.put = slips or {}, put or {}
        self.mixing, self.miscopied, self.evaluate = mixing, miscopied, evaluate
        self.carried: Arrays = dict(of.givens)
        self.paper: Arrays = {}
        self.full = habit.endswith("full") or (habit == "mixture" and rng.random() < 0.5)
        for id in of.graph.steps:
            self.value(id)

    def value(self, id: str) -> np.ndarray:
        """What the student carries on for a step."""
        if id not in self.carried:
            self._compute(id)
        return self.carried[id]

    def _compute(self, id: str) -> None:
        step = self.of.graph.steps[id]
        if id in self.put:
            put = np.broadcast_to(np.asarray(self.put[id], dtype=float), (self.of.count,))
            self.paper[id] = self.carried[id] = put
            return
        rule = self.slips.get(id, step.rule)
        parents = {ref: self._entered(ref, id) for ref in dict.fromkeys(rule.refs())}
        with np.errstate(all="ignore"):
            found = self.evaluate(rule, parents, lambda v: self.asked_unit(step.kind, v))
        value = np.broadcast_to(found, (self.of.count,))
        unit = self.asked_unit(step.kind, value)
        written = self._written(value, unit)
        if id == self.miscopied:
            written = written + unit * 10.0 ** self.rng.integers(1, 3) * 3
        self.paper[id] = written
        self.carried[id] = value if self.full or id == self.miscopied else written

    def _entered(self, ref: str, by: str) -> np.ndarray:
        own = self.value(ref)
        if not self.mixing or ref not in self.of.graph.steps or by in self.slips:
            return own
        return np.where(self.rng.random(self.of.count) < 0.5, own, self.of.exact[ref])

    def asked_unit(self, kind: str, value: np.ndarray) -> np.ndarray:
        """One unit of the last place asked for, of these values."""
        precision = self.of.design.precision
        if precision.significant is None:
            return np.full(self.of.count, power_of_ten(-precision.places(kind)))
        places = power_of_ten(1 - precision.places(kind))
        return np.asarray(leading_place(np.abs(value))) * places

    def _written(self, value: np.ndarray, unit: np.ndarray) -> np.ndarray:
        if self.habit.startswith("cut"):
            return np.trunc(value / unit) * unit
        if self.habit == "mixture":
            cut = self.rng.random(self.of.count) < 0.5
            return np.where(cut, np.trunc(value / unit), np.round(value / unit)) * unit
        if self.habit == "more digits":
            finer = unit * 10.0 ** -self.rng.integers(1, 4, self.of.count)
            return np.round(value / finer) * finer
        if self.habit == "figures":
            figures = self.of.design.precision.decimals or 4
            finer = np.minimum(unit, leading_place(np.abs(value)) * power_of_ten(1 - figures))
            return np.round(value / finer) * finer
        return np.round(value / unit) * unit


def marked(
    of: Class,
    paper: Mapping[str, np.ndarray],
    blank: Collection[str] = (),
    units: Mapping[str, np.ndarray] | None = None,
) -> Judged:
    """The marker's judgement on a column of transcripts.

    Args:
        of: the exercises.
        paper: step -> what was written.
        blank: asked steps that were left blank.
        units: one unit of the last digit written, where it is not the one asked for.
    """
    answers: Arrays = {}
    last: Arrays = {}
    graph, precision = of.design.graph, of.design.precision
    for id in of.design.asked:
        value = np.full(of.count, np.nan) if id in blank else np.asarray(paper[id], dtype=float)
        answers[id] = value
        unit = (units or {}).get(id, precision.unit(graph.steps[id].kind, of.true[id]))
        last[id] = np.where(np.isnan(value), np.nan, unit)
    bad = dict.fromkeys(answers, np.zeros(of.count, dtype=bool))
    return judge(Batch(graph, precision, of.true, answers, last, bad, of.count))


def credits_of(judged: Judged) -> Arrays:
    """Asked id -> the credit under the default policy, for each transcript."""
    return {id: CREDITS[verdict] for id, verdict in judged.standing.verdicts.items()}


def share_lost(judged: Judged) -> Arrays:
    """Asked id -> where it has less than full credit."""
    return {id: credit < 1 for id, credit in credits_of(judged).items()}


def of_kinds(of: Class, *kinds: str) -> list[str]:
    """The asked steps of some kinds."""
    return [id for id in of.design.asked if ids.parse(id).kind in kinds]
