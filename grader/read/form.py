"""Submissions as the filled form of a PDF worksheet.

The fields are named after the steps, and a hidden field names the exercises; the title says
them too, because every program that fills forms keeps it.
"""

from __future__ import annotations

import io
import logging
import re
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from grader.errors import Problem, SubmissionError
from grader.read.number import Unreadable, read_number
from grader.read.submission import Find, Read, Submission
from problems.exercise import Exercise
from templates.fields import EXERCISES, field_name

LARGEST = 20_000_000
"""Bytes of a worksheet; ours have some hundred thousand."""

_IDS = re.compile(r"\[([\w-]+(?:, [\w-]+)*)\]\s*$")
"""The ids at the end of the title."""


def read_form(data: bytes, file: str, find: Find) -> Read:
    """The answers in a worksheet's fields.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by its id.

    Raises:
        SubmissionError: no worksheet of ours, no fields left, or nothing filled in.
    """
    title, values = _opened(data, file)
    ids = _exercise_ids(title, values)
    if not ids:
        raise _refused(file, "not_a_worksheet", _NOT_OURS)
    if not any(name != EXERCISES for name in values):
        raise _refused(file, "no_fields", _FLATTENED)
    submissions: list[Submission] = []
    problems: list[Problem] = []
    for id in ids:
        exercise = find(id, "")
        if isinstance(exercise, str):
            problems.append(Problem(file, None, None, "unknown_exercise", exercise))
        else:
            submissions.append(_submission(exercise, file, values))
    if submissions and not any(one.answers for one in submissions):
        raise _refused(file, "empty_form", _EMPTY)
    return Read(tuple(submissions), tuple(problems))


_NOT_OURS = (
    "this PDF is not a bpgrade worksheet: neither its title nor a field names an exercise; "
    "hand in the filled worksheet.pdf or answers.csv"
)
_FLATTENED = (
    "this worksheet has no fields any more: it was printed to PDF or flattened, so that the "
    "answers are only pictures of letters; open the worksheet you were given, fill it in and "
    "save it (not print it), or hand in answers.csv"
)
_EMPTY = (
    "no field of this worksheet is filled in; if you see your answers on the pages, the program "
    "drew them beside the fields: fill in the fields and save, or hand in answers.csv"
)


def _refused(file: str, code: str, message: str) -> SubmissionError:
    return SubmissionError([Problem(file, None, None, code, message)])


def _opened(data: bytes, file: str) -> tuple[str, dict[str, str]]:
    """Title, and field name -> what is in it."""
    if len(data) > LARGEST:
        message = f"{len(data):,} bytes are too many for a worksheet; the limit is {LARGEST:,}"
        raise _refused(file, "too_large", message)
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every oddity it mends
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            message = "this PDF is locked with a password; save it without one"
            raise _refused(file, "encrypted", message)
        title = (reader.metadata.title if reader.metadata else None) or ""
        fields = reader.get_fields() or {}
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        message = f"this PDF is damaged and cannot be read ({type(error).__name__})"
        raise _refused(file, "bad_pdf", message) from None
    return title, {str(name): _text(field.get("/V")) for name, field in fields.items()}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _exercise_ids(title: str, values: dict[str, str]) -> list[str]:
    named = values.get(EXERCISES, "")
    if not named:
        found = _IDS.search(title)
        named = found[1] if found else ""
    return [part.strip() for part in named.split(",") if part.strip()]


def _submission(exercise: Exercise, file: str, values: dict[str, str]) -> Submission:
    found = Submission(exercise, file)
    lost = []
    for step in exercise.asked:
        name, label = field_name(exercise.number, step), exercise.labels[step]
        if name not in values:
            lost.append(label)
            continue
        reading = read_number(values[name])
        if reading is not None:
            found.answers[step] = reading
        if isinstance(reading, Unreadable):
            found.problems.append(Problem(file, None, label, reading.code, reading.message))
    if lost:
        message = f"{len(lost)} fields are missing from this PDF: {', '.join(lost[:8])}"
        found.problems.append(Problem(file, None, None, "missing_fields", message))
    return found
