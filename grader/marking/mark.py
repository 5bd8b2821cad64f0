"""One exercise, one submission: a verdict, a message and a hint for every asked step.

A pure function of the exercise, the answers and the policy; the order of the answers in the
file plays no part. Many submissions are judged as columns, one as a column of one;
`grader.marking.words` and `grader.marking.whole_sheet` say what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from grader.errors import Problem
from grader.marking.batch import Batch
from grader.marking.policy import DEFAULT, Policy
from grader.marking.sign_conventions import judge
from grader.marking.whole_sheet import whole_sheets
from grader.marking.words import Answers, Words
from grader.read.number import Unreadable, Written
from problems.arithmetic.ball import Ball
from problems.arithmetic.precision import power_of_ten, rounded, rounded_significant
from problems.computation import ids
from problems.computation.network import layered
from problems.computation.solve import solve
from problems.exercise import Exercise
from problems.formulas.formula import Formula
from templates.feedback.report import Report, StepReport
from templates.formulas.plain import plain

if TYPE_CHECKING:
    from grader.marking.formulas import Marked


NO_NUMBER = Ball(0.0, 0.0)
"""In the place of the true value, where a formula is asked for."""


class Handed(NamedTuple):
    """What is marked: one submission."""

    exercise: Exercise
    answers: Answers
    """What was read; ids that are not asked are ignored."""
    problems: Sequence[Problem] = ()
    """What could not be read, passed on into the report."""


def batch_of(exercise: Exercise, answers: Answers) -> Batch:
    """One submission as a column of one."""
    return _batch([Handed(exercise, answers)])


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
    return mark_all([Handed(exercise, answers, problems)], policy)[0]


def mark_all(works: Sequence[Handed], policy: Policy = DEFAULT) -> list[Report]:
    """The reports of many submissions, in their order.

    Exercises of one graph and precision are solved and judged as columns; what each report says
    does not depend on who is marked beside it.

    Args:
        works: the submissions.
        policy: credits and weights.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for n, one in enumerate(works):
        exercise = one.exercise
        key = (exercise.plan, exercise.precision, exercise.asked)
        alike.setdefault(key, []).append(n)
    reports: dict[int, Report] = {}
    for group in alike.values():
        reports |= zip(group, _together([works[n] for n in group], policy), strict=True)
    return [reports[n] for n in range(len(works))]


def _together(works: Sequence[Handed], policy: Policy) -> Iterator[Report]:
    """Reports of submissions whose exercises have one graph."""
    judged = judge(_batch(works))
    asked = works[0].exercise.asked
    for n, sheet in enumerate(whole_sheets(judged, asked, len(works))):
        exercise, answers, problems = works[n]
        words = Words(exercise, answers, judged, _formulas(exercise, answers), n)
        questions = (*asked, *words.formulas)
        steps = tuple(_step(exercise, id, answers, policy, words) for id in questions)
        yield Report(
            exercise.student,
            exercise.id,
            steps,
            tuple(problems),
            words.first_deviation(),
            sheet.remarks,
            policy.score(steps),
            words.deviation(),
            sheet.teacher,
        )


def _batch(works: Sequence[Handed]) -> Batch:
    """Submissions whose exercises have one graph, as columns."""
    first, count = works[0].exercise, len(works)
    if count > 1:
        givens = {
            id: np.array([one.exercise.numbers[id] for one in works]) for id in first.numbers
        }
        true = solve(first.graph, givens, first.precision)
        for n, one in enumerate(works):
            one.exercise.solved(true, n)
    else:
        true = first.solution
    values, units, unreadable = {}, {}, {}
    for id in first.asked:
        values[id], units[id] = np.full(count, np.nan), np.full(count, np.nan)
        unreadable[id] = np.zeros(count, dtype=bool)
        for n, one in enumerate(works):
            reading = one.answers.get(id)
            if isinstance(reading, Written):
                values[id][n], units[id][n] = reading.value, reading.unit
            unreadable[id][n] = isinstance(reading, Unreadable)
    return Batch(first.graph, first.precision, true, values, units, unreadable, count)


def _step(
    exercise: Exercise, question: str, answers: Answers, policy: Policy, words: Words
) -> StepReport:
    asks, reading = ids.asks_formula(question), answers.get(question)
    verdict, missing = words.verdict_on(question), words.missing_digits(question)
    credit = policy.credit(verdict, words.slip_at(question), missing)
    said, slip, used, hint = words.saying(question, credit > 0)
    ball = NO_NUMBER if asks else exercise.solution[question]
    return StepReport(
        id=question,
        label=exercise.labels[question],
        answer=reading.text if reading else "",
        verdict=verdict,
        credit=credit,
        weight=policy.weight(step_of(question)),
        expected=float(ball.m),
        tolerance=float(ball.r),
        message=said.sentence,
        slip=slip,
        used=used,
        hint=hint,
        formula=key_formula(exercise, question) if asks else "",
        code=said.code,
        arguments=said.arguments,
    )


def _formulas(exercise: Exercise, answers: Answers) -> Mapping[str, Marked]:
    """What was found of each formula; most exercises ask for none and need no grammar."""
    if not (exercise.formulas or exercise.generals):
        return {}
    from grader.marking.formulas import mark_formulas

    return mark_formulas(exercise, answers)


def step_of(question: str) -> str:
    """A step that a question is about: for letters, the first unit's."""
    if not ids.asks_formula(question):
        return question
    if ids.asks_general(question):
        from problems.formulas import general

        return general.pattern(question)
    return ids.step_asked(question)


def key_formula(exercise: Exercise, question: str) -> str:
    """The right formula of a question that asks for one, in plain text."""
    return plain(_key_formula(exercise, question))


def _key_formula(exercise: Exercise, question: str) -> Formula:
    from problems.formulas import general
    from problems.formulas.writing import Writer

    if ids.asks_general(question):
        return general.formula(exercise.notation, layered(exercise.plan), question)
    step = exercise.graph.steps[step_of(question)]
    return Writer(exercise.naming).symbolic(step)


def shown(ball: Ball, places: int, significant: int | None) -> str:
    """Value to one digit more than asked; the tolerance rounded up to the same place.

    >>> shown(Ball(0.593269992, 0.000124), 4, None)
    '0.59327 ± 0.00013'
    """
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
