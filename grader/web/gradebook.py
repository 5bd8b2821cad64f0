"""Grades as tables."""

from __future__ import annotations

from typing import Any

from grader.support.spreadsheet import safe_table
from grader.web.class_progress import StudentProgress, standings
from grader.web.models import Assignment

COLUMNS = ("student", "name", "email", "score", "max", "percent", "attempts", "late_hours")


def grades_json(assignment: Assignment) -> list[dict[str, Any]]:
    """A row a student; numbers are numbers, `score` is null where nothing is graded."""
    return [dict(zip(COLUMNS, _row(one), strict=True)) for one in standings(assignment)]


def grades_csv(assignment: Assignment) -> bytes:
    """The same as a table that a spreadsheet may open."""
    rows = (["" if cell is None else str(cell) for cell in _row(s)] for s in standings(assignment))
    return safe_table(COLUMNS, rows)


def _row(one: StudentProgress) -> list[Any]:
    member = one.member
    known = [member.ident, member.name, member.email]
    return [*known, one.score, one.most, one.percent, one.attempts, round(one.late, 2)]
