"""The process in which submissions are read and judged: it may die, hang or grow as it likes.

It is asked through its standard input and answers on its standard output, one message after
the other; see `grader.read.child`. Run as `python -m grader.web.examiner`.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from grader.errors import EmptyForm, Lost, Problem, SubmissionError
from grader.mark import mark
from grader.policyfile import load_policy, names, read_policy
from grader.read.files import read_file
from grader.read.pdffields import LENGTH
from grader.read.table import UPLOAD
from problems.exercise import Exercise, from_json

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
    valued = load_policy(policy) if policy in names() else read_policy(policy, "own", "policy")
    answers, problems = answers_to(exercise, data, question["name"])
    return mark(exercise, answers, valued, problems).as_json()


def answers_to(
    exercise: Exercise, data: bytes, name: str
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What a file of any format says about one exercise; a file of another one says nothing."""

    def find(id: str, student: str, number: int = 0, /) -> Exercise | Lost:
        if id and id != exercise.id:
            return Lost("bad_id", f"this is work on exercise {id}; yours is {exercise.id}")
        if student and student != exercise.student:
            return Lost("identity", "this is the work of another student")
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


def main(answered: Callable[[dict[str, Any]], dict[str, Any]] = judged) -> None:
    """Answer until the input ends.

    Args:
        answered: question -> answer.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        answer = json.dumps(answered(json.loads(source.read(size)))).encode()
        sink.write(LENGTH.pack(len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    main()
