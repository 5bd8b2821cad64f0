"""Rows of problems.csv: where something is wrong, and what is said of it."""

from __future__ import annotations

import json
from typing import NamedTuple

from grader.errors import Problem
from problems.texts import parsed_json
from templates.words.sentences import reason_in

_encode = json.JSONEncoder(ensure_ascii=False).encode


class ProblemRow(NamedTuple):
    """One problem, column by column."""

    file: str
    row: int | None
    column: str | None
    code: str
    message: str
    reason: str
    arguments: str
    """A JSON object."""


def problem_row(problem: Problem) -> ProblemRow:
    """How a problem stands in the file.

    >>> from problems.reasons import because
    >>> reason = because("no_finite_number", text="nan")
    >>> problem_row(Problem("a.csv", 2, None, "not_a_number", reason))[4:]
    ("'nan' is no finite number", 'no_finite_number', '{"text": "nan"}')
    """
    file, row, column, code, reason = problem
    doc = reason.as_json()
    arguments = _encode(doc["arguments"])
    return ProblemRow(file, row, column, code, problem.message, doc["reason"], arguments)


def problem_in(row: ProblemRow) -> Problem:
    """Back from a row.

    >>> problem_in(ProblemRow("a.csv", 2, None, "empty", "it is blank", "gone", "{}")).message
    'it is blank'
    """
    doc = {"message": row.message, "reason": row.reason, "arguments": parsed_json(row.arguments)}
    return Problem(row.file, row.row, row.column, row.code, reason_in(doc))
