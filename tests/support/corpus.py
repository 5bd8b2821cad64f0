"""The corpus of hostile files: its exercise, and what reading a file gives."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from grader.errors import Lost, Problem, SubmissionError
from grader.intake.sources import items
from grader.read.answer_sheet import Read
from grader.read.csv_file import read_submissions
from grader.read.files import read_file
from grader.read.json import read_json
from grader.read.number import Written
from grader.read.pdf.form import read_form
from grader.read.tables.table import UPLOAD
from grader.read.tables.workbook import read_workbook
from problems.reasons import as_told

HOSTILE = Path(__file__).resolve().parents[1] / "hostile"
STEPS = json.loads((HOSTILE / "context.json").read_text("utf-8"))["steps"]
EXERCISE: Any = SimpleNamespace(
    id="hostile-1",
    student="s1",
    number=1,
    asked=tuple(STEPS),
    questions=tuple(STEPS),
    labels={step: step for step in STEPS},
)
BY_KIND = {"csv": read_submissions, "json": read_json, "xlsx": read_workbook}


class Outcome(NamedTuple):
    """What came of a file; plain data, to be sent between processes."""

    values: dict[str, float]
    refused: dict[str, str]
    """Step -> code, of answers that are no number."""
    problems: list[Problem]
    notes: list[Problem]
    members: dict[str, dict[str, float]]
    """Of an archive: member -> its values."""


def find(exercise: str, student: str, number: int = 0) -> Any:
    """Anybody's work is ours: the corpus has no class list."""
    return EXERCISE


def find_own(exercise: str, student: str, number: int = 0) -> Any:
    """An upload by s1."""
    return EXERCISE if student in ("", "s1") else Lost("identity", as_told(f"not of {student!r}"))


def outcome(path: Path, by: str) -> Outcome:
    """Read a file, by the reader of its kind or by what shows in it.

    Args:
        path: the file.
        by: `kind`, or `content` as from the command line.
    """
    who = find_own if path.name == "other_student.csv" else find
    kind = path.parent.name
    if kind == "zip":
        return _archive(path)
    data = path.read_bytes()
    try:
        if by == "content":
            read = read_file(data, path.name, who, UPLOAD)
        elif kind == "pdf":
            read = read_form(data, path.name, who)
        else:
            read = BY_KIND[kind](data, path.name, who, UPLOAD)
    except SubmissionError as error:
        return Outcome({}, {}, list(error.problems), [], {})
    return _of(read)


def _of(read: Read) -> Outcome:
    values: dict[str, float] = {}
    refused: dict[str, str] = {}
    for one in read.submissions:
        for id, answer in one.answers.items():
            if isinstance(answer, Written):
                values[id] = answer.value
            else:
                refused[id] = answer.code
    problems = [*read.problems, *(p for one in read.submissions for p in one.problems)]
    return Outcome(values, refused, problems, list(read.notes), {})


def _archive(path: Path) -> Outcome:
    all_of_it = Outcome({}, {}, [], [], {})
    for item in items([path]):
        if item.note:
            all_of_it.notes.append(item.note)
        elif item.problem:
            all_of_it.problems.append(item.problem)
        else:
            try:
                found = _of(read_file(item.data, item.file, find, item.limits))
            except SubmissionError as error:
                all_of_it.problems.extend(error.problems)
                continue
            all_of_it.members[item.file.removeprefix(f"{path}/")] = found.values
            all_of_it.values.update(found.values)
            all_of_it.problems.extend(found.problems)
    return all_of_it
