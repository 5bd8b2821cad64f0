"""The class list: who gets an exercise, and the folder that each student's files go to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from grader.errors import Fault, Problem, RosterError, SubmissionError, reason_of
from grader.read.tables.table import Row, Table, read_table
from problems.reasons import because
from problems.texts import shown_line, shown_path

LONGEST = 200
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}


@dataclass(frozen=True, slots=True)
class Student:
    """One row of the class list."""

    student: str
    """The id that submissions carry."""
    name: str
    email: str
    folder: str
    """A safe name for this student's folder, unique within the class."""

    @property
    def shown(self) -> str:
        """The name where there is one, else the id."""
        return self.name or self.student


def read_roster(path: Path) -> list[Student]:
    """A roster CSV: `student,name,email,...`; only `student` is needed.

    Raises:
        RosterError: every row that cannot be used, duplicates with both places.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = because("file_unreadable", why=reason_of(error))
        problem = Problem(shown_path(path), None, None, "missing_file", reason)
        raise RosterError([problem]) from None
    return roster_in(data, shown_path(path.name))


def roster_in(
    data: bytes, file: str, longest: Mapping[str, int] = MappingProxyType({})
) -> list[Student]:
    """The class list that a CSV file's bytes hold.

    Args:
        data: the file.
        file: how messages call it.
        longest: column -> characters that a cell of it may have, where there is a limit.

    Raises:
        RosterError: as `read_roster`.
    """
    try:
        table = read_table(data, file)
    except SubmissionError as error:
        raise RosterError(error.problems) from None
    if "student" not in table.columns:
        reason = because("no_student_column_nor_any")
        if table.columns:
            reason = because("no_student_column", columns=list(table.columns))
        raise RosterError([Problem(file, 1, None, "missing_column", reason)])
    rows, problems = _checked(table)
    problems += _too_long(file, rows, longest)
    if problems:
        raise RosterError(problems)
    if not rows:
        raise RosterError([Problem(file, 2, None, "empty_roster", because("no_students"))])
    return with_folders(
        (row.cells["student"].strip(), _cell(row, "name"), _cell(row, "email")) for row in rows
    )


def _too_long(file: str, rows: Iterable[Row], longest: Mapping[str, int]) -> list[Problem]:
    return [
        Problem(file, row.line, column, "too_long", because("cell_too_long", most=most))
        for row in rows
        for column, most in longest.items()
        if len(_cell(row, column)) > most
    ]


def _cell(row: Row, column: str) -> str:
    return shown_line(row.cells.get(column, ""))


def _checked(table: Table) -> tuple[list[Row], list[Problem]]:
    seen: dict[str, int] = {}
    good: list[Row] = []
    problems = list(table.problems)
    for row in table.rows:
        student = row.cells["student"].strip()
        fault = _fault(student, seen)
        if fault:
            problems.append(Problem(table.file, row.line, "student", *fault))
        else:
            good.append(row)
            seen[student] = row.line
    return good, problems


def _fault(student: str, seen: dict[str, int]) -> Fault | None:
    if not student:
        return Fault("missing_student", because("student_missing"))
    if len(student) > LONGEST:
        return Fault("too_long", because("student_too_long", most=LONGEST))
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in student):
        return Fault("bad_character", because("student_unseen_characters"))
    if student in seen:
        reason = because("student_twice", student=student, row=seen[student])
        return Fault("duplicate_student", reason)
    return None


def numbered(count: int) -> list[Student]:
    """A class without names: student-1, student-2, ... with leading zeros.

    >>> [s.student for s in numbered(2)]
    ['student-01', 'student-02']
    """
    width = max(2, len(str(count)))
    return with_folders((f"student-{n:0{width}}", "", "") for n in range(1, count + 1))


def with_folders(rows: Iterable[tuple[str, str, str]]) -> list[Student]:
    """Students with folder names that no two share, on any file system."""
    taken: set[str] = set()
    found = []
    for student, name, email in rows:
        folder = base = safe_name(student)
        n = 2
        while folder.casefold() in taken:
            folder, n = f"{base}-{n}", n + 1
        taken.add(folder.casefold())
        found.append(Student(student, name, email, folder))
    return found


def safe_name(text: str) -> str:
    """A file name that every system takes.

    >>> safe_name("../Ada Lovelace"), safe_name("Zoë"), safe_name("CON"), safe_name("李")
    ('Ada_Lovelace', 'Zoe', 'CON_', 'u674e')
    """
    plain = "".join(
        char if ord(char) < 128 else _ascii(char) for char in unicodedata.normalize("NFC", text)
    )
    safe = re.sub(r"[^A-Za-z0-9.@-]+", "_", plain).strip("._")[:80].rstrip("._")
    safe = safe or "student"
    stem, dot, rest = safe.partition(".")
    return f"{stem}_{dot}{rest}" if stem.casefold() in _RESERVED else safe


def _ascii(char: str) -> str:
    decomposed = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return decomposed or (f"u{ord(char):x}" if char.isalnum() else "_")
