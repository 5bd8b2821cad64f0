"""Submissions as the filled form of a PDF worksheet.

The fields are named after the steps, and a hidden field names the exercises; the title says
them too, because every program that fills forms keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.errors import EmptyForm, Lost, Problem
from grader.read.child import READER
from grader.read.submission import Builder, Find, Read, Submission
from grader.read.table import refusal
from templates.fields import EXERCISES, field_name

LARGEST = 20_000_000
"""Bytes of a worksheet; ours have some hundred thousand."""

_IDS = re.compile(r"\[([\w-]+(?:, [\w-]+)*)\]\s*$")
"""The ids at the end of the title."""

Fields = Mapping[str, list[str]]
"""Name of a field -> what is in it, several texts where several fields share the name."""


def read_form(data: bytes, file: str, find: Find) -> Read:
    """The answers in a worksheet's fields.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by its id.

    Raises:
        SubmissionError: no worksheet of ours, no fields left, or nothing filled in.
    """
    title, fields = _opened(data, file)
    ids = _exercise_ids(title, fields)
    if not any(name != EXERCISES for name in fields):
        raise refusal(file, "no_form", _FLATTENED if ids else _NOT_OURS)
    builder = Builder(file, find)
    if ids:
        for exercise in filter(None, (builder.exercise(id, "") for id in ids)):
            _put(builder.new(exercise), fields, builder)
    else:
        _put_labels(fields, file, builder)
    if builder.found and not any(one.answers or one.problems for one in builder.found):
        problem = Problem(file, None, None, "empty", _EMPTY)
        raise EmptyForm(problem, tuple(one.exercise for one in builder.found))
    return builder.read()


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
_WORDS = {
    "encrypted": "this PDF is locked with a password; save it without one",
    "too_deep": "this PDF is built in a way that no worksheet is; fill in the one you were given",
    "broken_pdf": "this PDF is damaged and cannot be read; save or download it again",
}


def _opened(data: bytes, file: str) -> tuple[str, Fields]:
    """Title, and field name -> what is in it."""
    if len(data) > LARGEST:
        message = f"{len(data):,} bytes are too many for a worksheet; the limit is {LARGEST:,}"
        raise refusal(file, "too_large", message)
    if b"%PDF-" not in data[:1024]:
        raise refusal(file, "not_pdf", "this is no PDF, whatever its name says")
    found: dict[str, Any] | None = READER.read(data)
    if found is None:
        raise refusal(file, "broken_pdf", "this PDF takes too long to read; save it anew")
    if "code" in found:
        code = str(found["code"])
        raise refusal(file, code, _WORDS[code])
    fields: dict[str, list[str]] = {}
    for name, text in found["fields"]:
        fields.setdefault(name, []).append(text)
    return str(found["title"]), fields


def _exercise_ids(title: str, fields: Fields) -> list[str]:
    named = next(iter(fields.get(EXERCISES, [])), "")
    if not named:
        found = _IDS.search(title)
        named = found[1] if found else ""
    return [part.strip() for part in named.split(",") if part.strip()]


def _put(to: Submission, fields: Fields, builder: Builder) -> None:
    """The answers to one of the worksheet's exercises."""
    lost = []
    for id in to.exercise.questions:
        name, label = field_name(to.exercise.number, id), to.exercise.labels[id]
        if name not in fields:
            lost.append(label)
        for text in fields.get(name, ()):
            builder.put(to, label, text, None, label, label)
    if lost:
        more = f" and {len(lost) - 8} more" if len(lost) > 8 else ""
        message = f"{len(lost)} fields are missing from this PDF: {', '.join(lost[:8])}{more}"
        to.problems.append(Problem(to.file, None, None, "no_form", message))


def _put_labels(fields: Fields, file: str, builder: Builder) -> None:
    """A form of another make, whose fields bear the labels, where the place says whose it is."""
    exercise = builder.find("", "")
    if isinstance(exercise, Lost):
        raise refusal(file, "identity", f"{_NOT_OURS}; {exercise.message}")
    to = builder.new(exercise)
    for name, texts in fields.items():
        for text in texts:
            builder.put(to, name, text, None, name[:60], name[:60])
