"""Stored reports as the records that everything shows and values."""

from __future__ import annotations

from typing import Any

from grader.errors import Problem
from templates.report import Report, StepReport


def stored_report(doc: dict[str, Any]) -> Report:
    """A report that was stored as `Report.as_json`.

    Args:
        doc: `Result.report`.
    """
    return Report(
        str(doc["student"]),
        str(doc["exercise"]),
        tuple(map(_step, doc["steps"])),
        tuple(Problem(**problem) for problem in doc["problems"]),
        doc["first_deviation"],
        tuple(doc["remarks"]),
        float(doc["score"]),
        str(doc["deviation"]),
    )


def _step(doc: dict[str, Any]) -> StepReport:
    return StepReport(
        id=doc["id"],
        label=doc["label"],
        answer=doc["answer"],
        verdict=doc["verdict"],
        credit=doc["credit"],
        weight=doc["weight"],
        expected=doc["expected"] or 0.0,
        tolerance=doc["tolerance"] or 0.0,
        message=doc["message"],
        slip=doc["slip"],
        used=tuple(doc["used"]),
        hint=doc["hint"],
        formula=doc.get("formula", ""),
    )
