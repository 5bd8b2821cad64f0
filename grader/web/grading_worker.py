"""The process in which submissions are read and judged: it may die, hang or grow as it likes.

It answers one question after the other: see `grader.support.answering`. Run as
`python -m grader.web.grading_worker`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from grader.errors import EmptyForm, Lost, Problem, SubmissionError
from grader.marking.mark import mark
from grader.marking.policy_file import stored_policy
from grader.read.answer import read_answer
from grader.read.files import read_file
from grader.read.identity import plain
from grader.read.number import Unreadable
from grader.read.tables.table import UPLOAD
from grader.support.answering import answer_all, limit_memory
from problems.exercise import Exercise, from_json
from problems.reasons import because

MEMORY = 1_500_000_000
"""Bytes of address space."""


def judged(question: dict[str, Any]) -> dict[str, Any]:
    """The report on one submission.

    Args:
        question: `line` of the exercise, `data` in base64, `name` of the file, `policy`.

    Returns:
        The report as JSON; its problems hold everything that could not be read.
    """
    exercise = from_json(json.loads(question["line"]))
    data = base64.b64decode(question["data"])
    policy = question["policy"]
    valued = stored_policy(policy)
    answers, problems = answers_to(exercise, data, question["name"])
    return mark(exercise, answers, valued, problems).as_json()


def read(question: dict[str, Any]) -> dict[str, Any]:
    """What a file says, before it is taken.

    Args:
        question: `line` of the exercise, `data` in base64, `name` of the file.

    Returns:
        `answers`: how many can be read; `problems`: the rows that cannot.
    """
    exercise = from_json(json.loads(question["line"]))
    data = base64.b64decode(question["data"])
    answers, problems = answers_to(exercise, data, question["name"])
    count = sum(not isinstance(answer, Unreadable) for answer in answers.values())
    return {"answers": count, "problems": [problem.as_json() for problem in problems]}


def marked(question: dict[str, Any]) -> dict[str, Any]:
    """The report on some entries of an exercise, for practice.

    Args:
        question: `line` of the exercise, `answers`: question -> text.
    """
    exercise = from_json(json.loads(question["line"]))
    found = {id: read_answer(exercise, id, text) for id, text in question["answers"].items()}
    answers = {id: answer for id, answer in found.items() if answer is not None}
    return mark(exercise, answers).as_json()


ASKED: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "judge": judged,
    "read": read,
    "mark": marked,
}
"""Kind of question -> what answers it; without a kind it is `judge`."""


def answered(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question of any kind."""
    return ASKED[question.get("ask", "judge")](question)


def answers_to(
    exercise: Exercise, data: bytes, name: str
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What a file of any format says about one exercise; a file of another one says nothing."""

    def find(id: str, student: str, number: int = 0, /) -> Exercise | Lost:
        if id and plain(id) != exercise.id:
            return Lost("bad_id", because("other_than_yours", exercise=id, yours=exercise.id))
        if student and plain(student) != exercise.student:
            return Lost("identity", because("of_another_student"))
        return exercise

    try:
        read = read_file(data, name or "answers.json", find, UPLOAD)
    except (SubmissionError, EmptyForm) as error:
        return {}, error.problems
    answers: dict[str, Any] = {}
    problems = list(read.problems)
    for one in read.submissions:
        answers |= one.answers
        problems += one.problems
    return answers, tuple(problems)


if __name__ == "__main__":
    limit_memory(MEMORY)
    answer_all(lambda question: answered(json.loads(question)))
