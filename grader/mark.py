"""One exercise, one submission: a verdict for every asked step.

A pure function of the exercise, the answers and the policy; the order of the answers in the
file plays no part. Source: design page GRADING, section 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.errors import Problem
from grader.policy import DEFAULT, Policy
from grader.read.number import Reading, Unreadable, Written
from problems import ids
from problems.ball import Ball, within
from problems.exercise import Exercise
from problems.precision import Precision, power_of_ten, rounded, rounded_significant
from templates.report import Report, StepReport, Verdict

Answers = Mapping[str, Reading]
"""Step id -> what was read there; blank steps are absent."""

COARSEST = 0.1
"""A number written with fewer digits must still say something: half a unit of its last digit
is at most this share of the true value. Without this bound "1" would pass for 0.77, and one
number written everywhere would earn points."""


def mark(
    exercise: Exercise,
    answers: Answers,
    policy: Policy = DEFAULT,
    problems: Sequence[Problem] = (),
) -> Report:
    """Every asked step with its verdict.

    Args:
        exercise: what was asked.
        answers: what was read; ids that are not asked are ignored.
        policy: credits and weights.
        problems: what could not be read, passed on into the report.
    """
    steps = tuple(_step(exercise, id, answers.get(id), policy) for id in exercise.asked)
    return Report(exercise.student, exercise.id, steps, tuple(problems))


def _step(exercise: Exercise, id: str, reading: Reading | None, policy: Policy) -> StepReport:
    kind = ids.parse(id).kind
    ball = exercise.solution[id]
    verdict = judge(kind, ball, reading, exercise.precision)
    return StepReport(
        id=id,
        label=exercise.labels[id],
        answer=reading.text if reading else "",
        verdict=verdict,
        credit=policy.credit(verdict),
        weight=policy.weight(kind),
        expected=float(ball.m),
        tolerance=float(ball.r),
        message=_message(verdict, kind, reading, exercise.precision),
    )


def judge(kind: str, ball: Ball, reading: Reading | None, precision: Precision) -> Verdict:
    """The verdict on one answer by its true ball alone.

    >>> from grader.read.number import read_number
    >>> ball = Ball(0.593269992, 0.0002)
    >>> [judge("out", ball, read_number(t), Precision(4)) for t in ("0.5933", "0.59", "0.6933")]
    ['correct', 'imprecise', 'wrong']
    """
    if reading is None:
        return "blank"
    if isinstance(reading, Unreadable):
        return "unreadable"
    if within(reading.value, ball):
        return "correct"
    if is_coarse(kind, ball, reading, precision):
        return "imprecise"
    return "wrong"


def is_coarse(kind: str, ball: Ball, written: Written, precision: Precision) -> bool:
    """Right, but written with fewer digits than asked: rounded, or cut off."""
    places = precision.places(kind)
    short = (
        written.significant < places
        if precision.significant is not None
        else written.decimals < places
    )
    unit = power_of_ten(written.place) if abs(written.place) < 300 else 0.0
    true = float(ball.m)
    if not short or not 0 < 0.5 * unit <= COARSEST * abs(true):
        return False
    near = Ball(true, 0.5 * unit)
    cut = abs(written.value) <= abs(true) < abs(written.value) + unit
    return bool(within(written.value, near)) or (cut and written.value * true > 0)


def _message(verdict: Verdict, kind: str, reading: Reading | None, precision: Precision) -> str:
    places = precision.places(kind)
    asked = f"{places} significant figures" if precision.significant else f"{places} decimals"
    match verdict:
        case "correct":
            return "right"
        case "imprecise":
            return f"right, but too few digits: {asked} are asked for"
        case "blank":
            return "nothing written"
        case "unreadable" if isinstance(reading, Unreadable):
            return reading.message
    return "not the value of this step"


def interval(exercise: Exercise, id: str) -> str:
    """Expected value and tolerance in digits that mean something.

    >>> shown(Ball(0.593269992, 0.000124), 4, None)
    '0.59327 ± 0.00013'
    """
    places = exercise.precision.places(ids.parse(id).kind)
    return shown(exercise.solution[id], places, exercise.precision.significant)


def shown(ball: Ball, places: int, significant: int | None) -> str:
    """Value to one digit more than asked; the tolerance rounded up to the same place."""
    value, radius = float(ball.m), float(ball.r)
    if significant is not None:
        text = rounded_significant(value, places + 1)
        decimals = len(text.partition(".")[2])
    else:
        decimals = places + 1
        text = rounded(value, decimals)
    unit = power_of_ten(-decimals)
    steps = int(-(-radius * (1 - 1e-9) // unit))
    return f"{text} ± {rounded(steps * unit, decimals)}"
