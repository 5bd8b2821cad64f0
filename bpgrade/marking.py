"""Answers read and marked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from grader.errors import Lost
from grader.marking import mark as core
from grader.marking.policy import Policy
from grader.marking.policy_file import load_policy
from grader.read.answer_sheet import AnswerSheet, Find, Read
from grader.read.files import read_file
from grader.read.identity import plain
from grader.read.json import read_json
from grader.read.number import Reading, read_number
from problems.exercise import Exercise
from problems.reasons import because
from templates.feedback.report import Report


@overload
def read(source: str, exercises: None = None) -> Reading | None:
    """Of a text."""


@overload
def read(source: Path, exercises: Sequence[Exercise]) -> Read:
    """Of a file."""


def read(source: str | Path, exercises: Sequence[Exercise] | None = None) -> Reading | Read | None:
    """What a text says as a number, or what a file hands in.

    Args:
        source: a text, as a student types it; or the path of a file: CSV, XLSX, JSON or a
            filled PDF worksheet.
        exercises: with a path, those that the file may answer.

    Returns:
        Of a text a `Written` with value and digits, an `Unreadable` with code and message, or
        None if it is blank. Of a file its answer sheets (`submissions`) and what could not be
        used (`problems`).

    Raises:
        SubmissionError: the file cannot be read at all.

    >>> read("5,93e-1").value, read("1,234").code
    (0.593, 'ambiguous_separator')
    """
    if isinstance(source, str):
        return read_number(source)
    return read_file(source.read_bytes(), source.name, _finder(exercises or ()))


def _finder(exercises: Sequence[Exercise]) -> Find:
    def find(exercise: str, student: str, number: int = 0, /) -> Exercise | Lost:
        found = [
            one
            for one in exercises
            if (not exercise or one.id in (exercise, plain(exercise)))
            and (not student or one.student in (student, plain(student)))
            and (not number or one.number == number)
        ]
        if len(found) == 1:
            return found[0]
        code = "bad_id" if exercise else "identity"
        count = len(found)
        reason = because("exercises_fit", count=count, exercise=exercise, student=student)
        return Lost(code, reason)

    return find


def mark(
    exercise: Exercise,
    answers: AnswerSheet | Mapping[str, str | ArrayLike],
    policy: Policy | str = "default",
) -> Report:
    """A verdict for every asked step.

    Args:
        exercise: what was asked.
        answers: an answer sheet of `read`; or for each label, as on the worksheet, what was
            answered: the text as typed; a number, which is taken as exact; or an array where the
            label means a vector or a matrix. Ids such as `dw.1.2.1` do as well.
        policy: name of a shipped policy, a .toml file, or a policy.

    Returns:
        The report; `report.problems` lists what could not be read.

    Raises:
        PolicyError: no such policy.

    >>> import bpgrade
    >>> exercise = bpgrade.generate("mazur", seed="spring")[0]
    >>> report = mark(exercise, {"net_h1": "0,1"})
    >>> [step.verdict for step in report.steps[:2]]
    ['wrong', 'blank']
    """
    rules = load_policy(policy) if isinstance(policy, str) else policy
    sheet = answers if isinstance(answers, AnswerSheet) else _sheet(exercise, answers)
    return core.mark(exercise, sheet.answers, rules, sheet.problems)


def _sheet(exercise: Exercise, answers: Mapping[str, str | ArrayLike]) -> AnswerSheet:
    """Answers as a JSON submission would hand them in, read as that is read."""
    given = {exercise.labels.get(step, step): _typed(value) for step, value in answers.items()}
    data = json.dumps({"exercise": exercise.id, "answers": given}).encode()
    found = read_json(data, "answers", _finder([exercise]))
    sheet = found.submissions[0]
    sheet.problems += found.problems
    return sheet


def _typed(answer: str | ArrayLike) -> Any:
    """Numbers with all digits that they have, so that 0.5 does not stand for 0.4983."""
    array = np.asarray(answer)
    if array.dtype.kind not in "fiu":
        return answer
    texts = [_digits(float(number)) for number in array.flat]
    return np.array(texts, dtype=object).reshape(array.shape).tolist()


def _digits(number: float) -> str:
    """A number as it would be typed by somebody who rounds nothing."""
    usual = number == 0 or 1e-4 <= abs(number) < 1e15
    write = np.format_float_positional if usual else np.format_float_scientific
    return write(number, min_digits=17)
