"""Sheets that are filled without computing all of it, and what they earn by that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from transcripts import Arrays, Class, Student, credits_of, marked, of_kinds

from grader.marking.batch import CORRECT
from problems.arithmetic.precision import power_of_ten
from problems.computation import ids
from problems.rules.activations import SOFTMAX
from problems.rules.expression import Constant, Expression, Ref

FORWARD = ("net", "out", "share", "loss", "dnet")
UPDATES = ("new.w", "new.b")
ZERO = Constant("0")


@dataclass(frozen=True)
class Sheet:
    """What stands on the papers of a class, and which of it was computed."""

    paper: Arrays
    worked: Arrays
    """Asked id -> where its rule was truly applied, to right or own numbers."""
    blank: frozenset[str] = frozenset()


Named = Iterator[tuple[str, Sheet]]
Writer = Callable[[Class, np.random.Generator], Named]


def filled(
    of: Class,
    rng: np.random.Generator,
    slips: Mapping[str, Expression],
    unworked: Collection[str] = (),
    put: Mapping[str, np.ndarray | float] | None = None,
    easy: Collection[str] = (),
) -> Sheet:
    """An honest sheet but for cells filled in by other rules, or with numbers.

    Args:
        of: the exercises.
        rng: the student's.
        slips: cells and the rules that fill them.
        unworked: further cells that cost no work though they follow.
        put: cells and the numbers written there.
        easy: cells that cost no work where their number is 0, a full output or an old weight.
    """
    paper = Student(of, "round", rng, slips, put=put).paper
    # A number that no calculator shows (a logarithm of 0) is written as 0.
    finite = {id: np.where(np.isfinite(v), v, 0.0) for id, v in paper.items()}
    idle = {*slips, *unworked, *(put or {})}
    worked = {id: np.full(of.count, id not in idle) for id in of.design.asked}
    for id in set(easy) - idle:
        worked[id] &= ~_takes_no_work(of, finite, id)
    return Sheet(finite, worked)


def _takes_no_work(of: Class, paper: Arrays, id: str) -> np.ndarray:
    """Where the number is one that anybody can write without a calculator."""
    step, value = of.graph.steps[id], paper[id]
    near = 0.5 * power_of_ten(-of.design.precision.places(step.kind))
    plain = np.abs(value) < near
    if step.kind == "out":
        plain |= np.abs(np.abs(value) - 1) < near
    if step.kind in UPDATES:
        old = step.parents[0]
        plain |= np.abs(value - paper.get(old, of.givens.get(old, np.nan))) < near
    return plain


def idle(of: Class, id: str) -> Expression:
    """What costs nothing: the old value of a weight, else 0."""
    step = of.graph.steps[id]
    return Ref(step.parents[0]) if step.kind in UPDATES else ZERO


def idles(of: Class, among: Collection[str]) -> dict[str, Expression]:
    """The same for many cells."""
    return {id: idle(of, id) for id in among}


def forward(of: Class) -> set[str]:
    """The asked steps of the first pass through the net and of its loss."""
    return {id for id in of_kinds(of, *FORWARD) if ids.parse(id).iteration == 1}


def smallest(of: Class, id: str, times: int = 1) -> Constant:
    """So many units of the last place asked for: 0.0001 at four decimals."""
    return Constant(f"{times}e-{of.design.precision.places(ids.parse(id).kind)}")


def first_errors(of: Class) -> list[str]:
    """Where the way back begins: the errors, or the output deltas, or the output gradients."""
    depth = of.design.plan.network.depth
    errors = of_kinds(of, "error")
    last = [id for id in of.design.asked if f".{depth}." in id]
    deltas = [id for id in last if ids.parse(id).kind == "delta"]
    return errors or deltas or [id for id in last if ids.parse(id).kind in ("dw", "db")]


def flat_net(of: Class, id: str, n: int) -> float:
    """A net input between 20 and 25; of a softmax layer only the first unit's is above 0."""
    size = 20 + (7 * n) % 50 / 10
    layer, unit = ids.parse(id).indices
    softmax = of.design.plan.network.layers[layer - 1].activation == SOFTMAX
    return -size if softmax and unit > 1 else size


# what it earns ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """Points of 100: the mean over a family's exercises."""

    earned: float
    worked: float
    unearned: float
    """Credit in cells that were not computed, and are not right by themselves."""


def gain(of: Class, sheet: Sheet) -> Gain:
    """What a sheet earns, and how much of it without work."""
    judged = marked(of, sheet.paper, sheet.blank)
    credit, verdicts = credits_of(judged), judged.standing.verdicts
    share = 100.0 / len(credit)
    nothing = np.zeros(of.count, dtype=bool)
    worked = {id: sheet.worked.get(id, nothing) for id in credit}
    for_nothing = {id: ~worked[id] & (verdicts[id] != CORRECT) for id in credit}
    return Gain(
        share * sum(float(np.mean(points)) for points in credit.values()),
        share * sum(float(np.mean(here)) for here in worked.values()),
        share * sum(float(np.mean(credit[id] * for_nothing[id])) for id in credit),
    )
