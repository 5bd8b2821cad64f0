"""A submission that was graded, held against the assignment's other exercises.

Only where several answers are lost, and once for each submission: what is found goes to the
teacher, beside what could not be read, and never into the report, which students may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.errors import Problem
from grader.read.number import Written
from problems.arithmetic.ball import within
from problems.reasons import Reason, because

if TYPE_CHECKING:
    from grader.assignments.folder import Folder
    from grader.marking.attribution import Fit, Keys
    from grader.read.answer_sheet import AnswerSheet
    from problems.exercise import Exercise
    from templates.feedback.report import Report

OTHER = "other_exercise"
"""Code of the problem."""

LOST = ("slip", "repeated", "wrong", "undetermined")
"""Verdicts of answers that are not explained by the own exercise and the own earlier values."""

ENOUGH = 4
"""Answers that must be lost before other exercises are looked at: a friend's numbers lose some
twenty, one slip loses one."""


def other_exercise(one: AnswerSheet, report: Report, folder: Folder) -> Problem | None:
    """What the teacher is told where a submission was worked on another exercise.

    Args:
        one: the submission.
        report: what was found in it.
        folder: the assignment.
    """
    shown = shown_otherwise(one.exercise, one.shown)
    if not (shown or needs_comparing(step.verdict for step in report.steps)):
        return None
    numbers = one.shown if shown else one.answers
    fit = fitting(one.exercise, numbers, folder.keys)
    if shown:
        reason = told_of_platform(one.exercise, fit)
    elif fit:
        reason = told(one.exercise.id, one.exercise.student, fit)
    else:
        return None
    return Problem(one.file, one.row, None, OTHER, reason)


def needs_comparing(verdicts: Iterable[str]) -> bool:
    """Whether so much of a submission is lost that other exercises are looked at."""
    return sum(verdict in LOST for verdict in verdicts) >= ENOUGH


def fitting(
    exercise: Exercise, answers: Mapping[str, object], among: Sequence[Keys]
) -> Fit | None:
    """The exercise that some answers fit, where it is clearly another than their own.

    Args:
        exercise: their own.
        answers: question -> what was read.
        among: all exercises of the assignment.
    """
    from grader.marking.attribution import Keys, Sheets, foreign

    read = [answers.get(id) for id in exercise.asked]
    values = [a.value if isinstance(a, Written) else np.nan for a in read]
    units = [a.unit if isinstance(a, Written) else np.nan for a in read]
    givens = {id: np.array([number]) for id, number in exercise.numbers.items()}
    own = Keys(exercise, [exercise.id], [exercise.student], givens)
    sheets = Sheets(own, np.array(values)[:, None], np.array(units)[:, None])
    count = sum(keys.count for keys in among)
    fits = [
        fit for keys in among if keys.asks_like(exercise) for fit in foreign(sheets, keys, count)
    ]
    return min(fits, key=lambda fit: fit.chance, default=None)


def told(exercise: str, student: str, fit: Fit) -> Reason:
    """What is said of one submission.

    Args:
        exercise: its own.
        student: whose it is.
        fit: the exercise that it fits.
    """
    whose = because("another_of_the_same_student")
    if fit.student != student:
        whose = because("of_student", student=fit.student)
    return because(
        "numbers_of_another_exercise",
        other=fit.exercise,
        whose=whose,
        answers=fit.answers,
        of=fit.of,
        exercise=exercise,
        student=student,
    )


def shown_otherwise(exercise: Exercise, shown: Mapping[str, object]) -> bool:
    """Whether most of what a platform calls right is not right in this exercise."""
    numbers = {id: a for id, a in shown.items() if id in exercise.solution}
    missed = sum(
        not within(a.value, exercise.solution[id], 0.5 * a.unit)
        for id, a in numbers.items()
        if isinstance(a, Written)
    )
    return 2 * missed > len(numbers)


def told_of_platform(exercise: Exercise, fit: Fit | None) -> Reason:
    """What is said where the platform asked for another exercise than the student's own."""
    id, student = exercise.id, exercise.student
    what = because("those_of_no_exercise")
    if fit:
        what = because("those_of_exercise", exercise=fit.exercise, student=fit.student)
    return because("platform_asked_for_another", exercise=id, student=student, numbers=what)
