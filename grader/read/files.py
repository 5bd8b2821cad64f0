"""A submission of any kind: looked at first, then read by whom it concerns."""

from __future__ import annotations

from grader.read.kinds import looked_at
from grader.read.submission import Find, Read, read_submissions
from grader.read.table import CLASS, Limits, refusal
from problems.texts import cleaned

PROMISED = {
    ".pdf": ("pdf", "not_pdf", "the PDF"),
    ".xlsx": ("workbook", "not_xlsx", "the Excel workbook"),
    ".zip": ("zip", "not_a_zip", "the ZIP archive"),
}
"""Ending of a name -> what the file then must be, the code if it is not, and in words."""
TABLES = (".csv", ".tsv", ".txt")


def read_file(data: bytes, file: str, find: Find, limits: Limits = CLASS, ahead: int = 0) -> Read:
    """All submissions of a file: CSV, JSON, XLSX, a filled PDF worksheet, a quiz's responses.

    What it is shows in its bytes. A table may be called anything; but what is called `.pdf`,
    `.xlsx` or `.zip` and is not was cut off or renamed, and is not guessed at.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by its id and student.
        limits: how much of a table is read.
        ahead: how many of a table's first lines are ours, so that messages do not count them.

    Raises:
        SubmissionError: it cannot be read at all.
    """
    file = cleaned(file)
    kind = promised_kind(data, file)
    if kind == "pdf":
        from grader.read.form import read_form

        return read_form(data, file, find)
    if kind == "workbook":
        from grader.read.workbook import read_workbook

        return read_workbook(data, file, find, limits)
    if kind == "json":
        from grader.read.json import read_json

        return read_json(data, file, find, limits)
    if kind in ("zip", "packed") and ending_of(file) not in TABLES:
        message = "an archive where one file belongs; unpack it and hand in what is inside"
        raise refusal(file, "nested_archive", message)
    return read_submissions(data, file, find, limits, ahead)


def ending_of(file: str) -> str:
    """The ending of a file's name in small letters, with its dot; '' if it has none."""
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return f".{name.rsplit('.', 1)[1].casefold()}" if "." in name else ""


def promised_kind(data: bytes, file: str) -> str:
    """What a file is.

    Raises:
        SubmissionError: its name says that it is something else that it cannot be.
    """
    kind, called = looked_at(data)
    ending = ending_of(file)
    if ending == ".json" and kind == "text":
        return "json"
    if ending in PROMISED and kind != PROMISED[ending][0]:
        if not data.strip():
            raise refusal(file, "empty", "the file is empty")
        _, code, promised = PROMISED[ending]
        raise refusal(file, code, f"this is {called}, not {promised} that its name says")
    return kind
