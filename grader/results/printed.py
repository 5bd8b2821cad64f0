"""The forms in which graded submissions are printed: lines, rows of CSV, a JSON document."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from grader.errors import Problem
from grader.support.spreadsheet import safe_cell
from grader.support.terminal import printable
from templates.feedback.report import FORMAT, Note, Report, StepReport, Verdict

VERDICTS: tuple[str, ...] = Verdict.__args__  # type: ignore[attr-defined]
"""In the order in which they are counted."""

# lines -------------------------------------------------------------------------------------


def line(
    student: str,
    exercise: str,
    score: float,
    most: float,
    percent: float,
    counts: Mapping[str, int],
) -> list[str]:
    """The cells of a submission's line."""
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return [printable(student), exercise, f"{score:g}", f"{most:g}", f"{percent:g}", said]


# CSV ---------------------------------------------------------------------------------------

COLUMNS = {
    "student": "student",
    "exercise": "exercise",
    "step": "label",
    "id": "id",
    "answer": "answer",
    "verdict": "verdict",
    "credit": "credit",
    "weight": "weight",
    "expected": "expected",
    "tolerance": "tolerance",
    "slip": "slip",
    "message": "message",
    "code": "code",
    "for_teacher": "for_teacher",
}
"""Column -> the field that stands there; of a formula, it is what is expected."""


def csv_row(report: Report, step: StepReport) -> list[str]:
    """The cells of a step's row."""
    fields: dict[str, str | float | None] = {
        "student": report.student,
        "exercise": report.exercise,
        "label": step.label,
        "id": step.id,
        "answer": step.answer,
        "verdict": step.verdict,
        "credit": step.credit,
        "weight": step.weight,
        "expected": step.formula or repr(step.expected),
        "tolerance": "" if step.formula else repr(step.tolerance),
        "slip": step.slip,
        "message": step.message,
        "code": step.code,
        "for_teacher": notes(report.teacher),
    }
    return [_plain(fields[name]) for name in COLUMNS.values()]


def notes(teacher: Iterable[Note]) -> str:
    """What the teacher is told, in one cell."""
    return " ".join(note.message for note in teacher)


def _plain(value: str | float | None) -> str:
    """A field as text; short numbers, such as points, are no more exact than they look."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:g}"


def csv_field(value: Any) -> str:
    """A field as it stands in the file."""
    return csv_cell(_plain(value))


def csv_cell(text: str) -> str:
    """A text as it stands in the file: safe for a spreadsheet, in quotes where it needs them.

    >>> csv_cell("=1+1"), csv_cell("0,5")
    ("'=1+1", '"0,5"')
    """
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow([safe_cell(text), ""])
    return stream.getvalue().removesuffix(",\r\n")


def csv_template(asks: bool) -> list[tuple[str, bool]]:
    """A row as text and names of fields.

    Args:
        asks: whether a formula is asked for, which then is what is expected.
    """
    parts: list[tuple[str, bool]] = []
    for name in COLUMNS.values():
        if asks and name in ("expected", "tolerance"):
            field = ("formula", True) if name == "expected" else ("", False)
        else:
            field = (name, True)
        parts += [field, (",", False)]
    return [*parts[:-1], ("\r\n", False)]


# JSON --------------------------------------------------------------------------------------

_FLAT = json.JSONEncoder(ensure_ascii=False)
MARK = "\ue000"
"""Round the names of fields in an example; no text of a report holds it unescaped."""


def document(reports: Sequence[Any], problems: Sequence[Problem]) -> dict[str, Any]:
    """The whole document."""
    listed = [problem.as_json() for problem in problems]
    return {"format": FORMAT, "reports": reports, "problems": listed}


def json_field(value: Any, depth: int) -> str:
    """A value as it stands so deep in the document."""
    if not value or not isinstance(value, Mapping | Sequence) or isinstance(value, str):
        return _FLAT.encode(value)  # the same letters, many times as quickly
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return text.replace("\n", "\n" + " " * depth)


def json_around(reports: int, problems: Sequence[Problem]) -> tuple[str, str, str]:
    """What stands before, between and after the reports of the document."""
    doc = document([MARK] if reports else [], problems)
    text = json_field(doc, 0)
    before, _, after = text.partition(json_field(MARK, 2)) if reports else (text, "", "")
    return before, ",\n  ", after


def json_template(example: Mapping[str, Any], depth: int) -> list[tuple[str, bool]]:
    """An object as text and names of its fields.

    Args:
        example: any object of that form.
        depth: where it stands in the document.
    """
    return _template(tuple(example), depth)


@lru_cache(maxsize=16)
def _template(names: tuple[str, ...], depth: int) -> list[tuple[str, bool]]:
    marked = json_field({name: f"{MARK}{name}{MARK}" for name in names}, depth)
    cut = re.split(f'"{MARK}(\\w+){MARK}"', marked)
    return [(part, bool(n % 2)) for n, part in enumerate(cut)]


def json_text(example: Mapping[str, Any], fields: Mapping[str, str], depth: int) -> str:
    """An object, some of whose fields are written already.

    Args:
        example: the object.
        fields: name -> how the field stands in the document.
        depth: where the object stands.
    """
    return "".join(
        (fields[part] if part in fields else json_field(example[part], depth + 1))
        if field
        else part
        for part, field in json_template(example, depth)
    )
