"""A submission of any kind: looked at first, then read by whom it concerns."""

from __future__ import annotations

from grader.errors import EmptyForm, SubmissionError
from grader.read.answer_sheet import Find, Read
from grader.read.csv_file import read_submissions
from grader.read.download_names import is_receipt, is_text_field
from grader.read.file_kinds import Kind, looked_at, named_as
from grader.read.tables.table import CLASS, UPLOAD, Limits, refusal
from problems.reasons import because
from problems.texts import cleaned

PROMISED = {
    ".pdf": ("pdf", "not_pdf", because("promised_pdf")),
    ".xlsx": ("workbook", "not_xlsx", because("promised_workbook")),
    ".zip": ("zip", "not_a_zip", because("promised_zip")),
}
"""Ending of a name -> what the file then must be, the code if it is not, and what we call it."""
TABLES = (".csv", ".tsv", ".txt")


def read_file(data: bytes, file: str, find: Find, limits: Limits = CLASS, ahead: int = 0) -> Read:
    """All submissions of a file: CSV, JSON, XLSX, a filled PDF worksheet, a quiz's responses.

    A platform's page with what was typed into a text field is known by its name.

    What it is shows in its bytes. A table may be called anything; but what is called `.pdf`,
    `.xlsx` or `.zip` and is not was cut off or renamed, and is not guessed at. Where nothing can
    be read, a name such as `answers.numbers` still says what the file is and what to do.

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
    if not ahead and (is_text_field(file) or is_receipt(file)):
        return _typed(data, file, find)
    kind = promised_kind(data, file)
    meant = named_as(file) if kind in ("text", "json", "zip", "packed") else None
    try:
        read = _read(kind, data, file, find, limits, ahead)
    except EmptyForm:
        raise
    except SubmissionError:
        if meant:
            raise foreign(file, meant) from None
        raise
    if meant and all(one.unread for one in read.submissions):
        raise foreign(file, meant)
    return read


def _read(kind: str, data: bytes, file: str, find: Find, limits: Limits, ahead: int) -> Read:
    if kind == "pdf":
        from grader.read.pdf.form import read_form

        return read_form(data, file, find)
    if kind == "workbook":
        from grader.read.tables.workbook import read_workbook

        return read_workbook(data, file, find, limits)
    if kind == "json":
        from grader.read.json import read_json

        return read_json(data, file, find, limits)
    if kind in ("zip", "packed") and ending_of(file) not in TABLES:
        raise refusal(file, "nested_archive", because("archive_for_file"))
    return read_submissions(data, file, find, limits, ahead)


def _typed(data: bytes, file: str, find: Find) -> Read:
    """What somebody typed into a text field instead of handing in a file."""
    from grader.read.platforms.online_text import AHEAD, answers_in
    from grader.read.platforms.receipt import typed_in

    typed = (typed_in if is_receipt(file) else answers_in)(data, file)
    if typed.table is None:
        return Read((), typed.problems, typed.notes)
    read = read_submissions(typed.table, file, find, UPLOAD, AHEAD)
    return Read(read.submissions, (*typed.problems, *read.problems), (*typed.notes, *read.notes))


def foreign(file: str, kind: Kind) -> SubmissionError:
    """The refusal of a file that is of no kind that holds answers."""
    code = "scan" if kind.kind == "picture" and ending_of(file) not in TABLES else "not_csv"
    return refusal(file, code, kind.instead_of())


def ending_of(file: str) -> str:
    """The ending of a file's name in small letters, with its dot; '' if it has none."""
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return f".{name.rsplit('.', 1)[1].casefold()}" if "." in name else ""


def promised_kind(data: bytes, file: str) -> str:
    """What a file is.

    Raises:
        SubmissionError: it is a picture or locked, or its name says that it is something else that
            it cannot be.
    """
    found = looked_at(data)
    ending = ending_of(file)
    if found.kind == "picture":
        raise foreign(file, found)
    if found.kind == "locked":
        raise refusal(file, "encrypted", found.instead_of())
    if ending == ".json" and found.kind == "text":
        return "json"
    if ending in PROMISED and found.kind != PROMISED[ending][0]:
        if not data.strip():
            raise refusal(file, "empty", because("file_empty"))
        _, code, promised = PROMISED[ending]
        raise refusal(file, code, found.instead_of(promised))
    return found.kind
