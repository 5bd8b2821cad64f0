"""Formulas marked as numbers are: at sample points, by the same walk over the same graph.

A formula answer is evaluated at a few networks with random numbers. So it becomes a column of
values, one for each of these networks, and what holds for numbers holds for formulas: right is
what has the true value everywhere, `carried` what follows from the student's own earlier
formulas, a slip what a wrong rule of the catalogue gives. The relations of the network hold at
the sample points, so a step may be given through any mixture of givens and earlier quantities:
y(1 - y) is sigma(a)(1 - sigma(a)) where y is sigma(a).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.marking.batch import (
    BLANK,
    CARRIED,
    CORRECT,
    REPEATED,
    SLIP,
    UNDETERMINED,
    UNREADABLE,
    VERDICTS,
    Batch,
)
from grader.marking.sign_conventions import Judged, judge
from grader.read.formula.formula import Formula, General, widths
from grader.read.formula.tree import evaluate
from problems.arithmetic.elementary import FloatArray, array
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.kinds import Role
from problems.computation.solve import Solution, solve
from problems.exercise import Exercise
from problems.formulas.general import instances
from templates.feedback.report import Verdict
from templates.feedback.verdict_words import Said

POINTS = 8
"""Sample networks. Two different formulas of the family's size agree by chance at one of them
with a probability near 1e-9; the eight guard against special places (a unit that is off)."""

FINE = Precision(10)
"""How nearly values must agree: 1e-10 a step, far above dust and far below any difference."""

SAME = 1e-8
"""Relative difference up to which two values at a sample point are one number."""

FACTORS = {-1.0: "-1", 2.0: "2", 0.5: "1/2", -2.0: "-2", -0.5: "-1/2"}


@dataclass(frozen=True)
class Sample:
    """Networks of an exercise's shape with random numbers, and all their true values."""

    solution: Solution

    def value(self, id: str) -> FloatArray:
        """A quantity at every sample point."""
        found = array(self.solution[id].m)
        return found if found.shape == (POINTS,) else np.full(POINTS, found)


SAMPLED = {
    Role.INPUT: (0.25, 1.6, True),
    Role.PARAMETER: (0.25, 1.6, True),
    Role.TARGET: (0.1, 0.9, False),
    Role.RATE: (0.2, 0.9, False),
    Role.SHIFT: (0.05, 0.2, False),
}
"""Between what givens are sampled, and whether they may be negative."""


@lru_cache(maxsize=256)
def sample(exercise: Exercise) -> Sample:
    """The sample networks of an exercise; the same for the same exercise, everywhere."""
    seed = int.from_bytes(hashlib.sha256(exercise.id.encode()).digest()[:8], "big")
    rng = np.random.default_rng(seed)
    givens: dict[str, FloatArray] = {}
    for id in exercise.graph.givens:
        low, high, signed = SAMPLED[exercise.parse(id).role]
        sign = rng.choice([-1.0, 1.0], POINTS) if signed else np.ones(POINTS)
        givens[id] = sign * rng.uniform(low, high, POINTS)
    if exercise.plan.network.loss == "cross_entropy":
        _normalise(exercise, givens)
    return Sample(solve(exercise.graph, givens, FINE))


def _normalise(exercise: Exercise, givens: dict[str, FloatArray]) -> None:
    """Targets of a classifier sum to 1, or its short delta would not hold."""
    groups: dict[int | None, list[str]] = {}
    for id in givens:
        if exercise.parse(id).role is Role.TARGET:
            groups.setdefault(exercise.parse(id).example, []).append(id)
    for group in groups.values():
        whole = np.sum([givens[id] for id in group], axis=0)
        for id in group:
            givens[id] = givens[id] / whole


def values(formula: Formula, points: Sample) -> FloatArray:
    """A formula at the sample points; nan where it is no finite number."""
    known = {id: points.value(id) for id in formula.names}
    with np.errstate(all="ignore"):
        found = np.zeros(POINTS) + evaluate(formula.tree, known)
    return np.where(np.isfinite(found), found, np.nan)


def agree(formula: Formula, id: str, points: Sample) -> bool:
    """Whether a formula is the step's, as a function of the network's numbers."""
    return same(values(formula, points), points.value(id))


def same(a: FloatArray, b: FloatArray) -> bool:
    """Whether two columns are the same numbers; places that are no numbers never agree."""
    size = np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    return bool(np.all(np.abs(a - b) <= SAME * size))


# marking -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marked:
    """What the walk found for one formula."""

    verdict: Verdict
    slip: str | None = None
    used: tuple[str, ...] = ()
    note: Said | None = None
    """Of a wrong one: how it differs from the right one, if that can be said."""


def mark_formulas(exercise: Exercise, answers: Mapping[str, object]) -> dict[str, Marked]:
    """Every formula that is asked for, by the id of its question.

    Args:
        exercise: what was asked.
        answers: id of a question -> a `Formula`, an unreadable text, or absent where blank.
    """
    points = sample(exercise)
    own = {id: answers.get(ids.formula_of(id)) for id in exercise.formulas}
    batch = _batch(exercise, own, points)
    judged = judge(batch, unwritten=False)
    found = {ids.formula_of(id): _marked(exercise, id, batch, judged, points) for id in own}
    return found | _generals(exercise, answers, points)


def _generals(
    exercise: Exercise, answers: Mapping[str, object], points: Sample
) -> dict[str, Marked]:
    """Formulas with letters: each stands for the formulas of all its units."""
    meant: dict[str, dict[str, object]] = {}
    for question in exercise.generals:
        answer = answers.get(question)
        wide = widths(exercise)
        meant[question] = {
            id: answer.instance(units, wide) if isinstance(answer, General) else answer
            for id, units in instances(exercise.graph, question)
        }
    batch = _batch(exercise, {id: f for each in meant.values() for id, f in each.items()}, points)
    judged = judge(batch, unwritten=False)
    return {
        question: _together([_marked(exercise, id, batch, judged, points) for id in each])
        for question, each in meant.items()
    }


def _together(every: Sequence[Marked]) -> Marked:
    """What holds for all units; where it differs, the formula is wrong."""
    order = ("correct", "carried", "undetermined")
    if all(one.verdict in order for one in every):
        return max(every, key=lambda one: order.index(one.verdict))
    same_kind = {(one.verdict, one.slip) for one in every}
    if len(same_kind) == 1:
        return every[0]
    notes = [one.note for one in every if one.note is not None]
    alike = notes and all(note == notes[0] for note in notes)
    return Marked("wrong", note=notes[0] if alike else None)


def _batch(exercise: Exercise, answers: Mapping[str, object], points: Sample) -> Batch:
    """Answers as columns over the sample points."""
    columns, unreadable = {}, {}
    for id, answer in answers.items():
        blank = np.full(POINTS, np.nan)
        columns[id] = values(answer, points) if isinstance(answer, Formula) else blank
        lost = answer is not None and bool(np.isnan(columns[id]).any())
        unreadable[id] = np.full(POINTS, lost)
        if lost:
            columns[id] = blank
    units = {id: np.zeros(POINTS) for id in columns}
    return Batch(exercise.graph, FINE, points.solution, columns, units, unreadable, POINTS)


def _marked(exercise: Exercise, id: str, batch: Batch, judged: Judged, points: Sample) -> Marked:
    """One verdict for all sample points: what holds at every one of them."""
    found = judged.standing[id]
    codes = set(map(int, found.verdict if found.verdict is not None else ()))
    if len(codes) == 1 and codes <= {BLANK, UNREADABLE}:
        return Marked(VERDICTS[codes.pop()])  # type: ignore[arg-type]
    if codes == {CORRECT}:
        return Marked("correct")
    if codes <= {CORRECT, CARRIED, UNDETERMINED}:
        verdict: Verdict = "undetermined" if UNDETERMINED in codes else "carried"
        return Marked(verdict, used=next(iter(found.used.values()), ()))
    slips = {name for n in range(POINTS) if (name := judged.slips.get(id, {}).get(n))}
    named = codes & {SLIP, REPEATED}
    if named and codes <= {CORRECT, CARRIED, SLIP, REPEATED} and len(slips) == 1:
        return Marked("slip" if SLIP in named else "repeated", slip=slips.pop())
    return Marked("wrong", note=difference(exercise, id, batch.values[id], points))


def difference(exercise: Exercise, id: str, column: FloatArray, points: Sample) -> Said | None:
    """How a wrong formula differs: by a number, or by one quantity too many or too few."""
    with np.errstate(all="ignore"):
        ratio = column / points.value(id)
    if not np.isfinite(ratio).all():
        return None
    for factor, shown in FACTORS.items():
        if same(ratio, np.full(POINTS, factor)):
            return Said("formula_times", {"factor": shown})
    for other in (*exercise.graph.givens, *exercise.graph.steps):
        quantity = points.value(other)
        name = {"name": exercise.naming.label(other)}
        with np.errstate(all="ignore"):
            if other != id and same(ratio * quantity, np.ones(POINTS)):
                return Said("factor_missing", name)
            if other != id and same(ratio, quantity):
                return Said("factor_too_many", name)
    return None
