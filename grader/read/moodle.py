"""Moodle's quiz report "Responses" as CSV: a row an attempt, a question's fields in one cell.

A cell reads `part 1: 0.9; part 2: ; part 3: 1.1066`, in the order in which the exercise asks,
or `net_h1: 0.9; out_h1: ...` where the fields are named. What stands behind the colon is what
was typed.
"""

from __future__ import annotations

import re

from grader.errors import Lost
from grader.read.submission import Builder, Find, Read, Submission
from grader.read.table import Row, Table, refusal
from problems.exercise import Exercise
from problems.patterns import pattern

RESPONSE = pattern(
    r"(response|antwort|réponse|respuesta|risposta|resposta|antwoord|odpowiedź|svar) (\d+)",
    re.IGNORECASE,
)
"""The column of a question's response, in some languages of Moodle."""

_PART = pattern(r"(?:^|; )([^\W\d]+) (\d+):(?: |$|(?=;))")
_NAMED = pattern(r"(?:^|;\s*)([^:;]+):")
_UNANSWERED = ("", "-")
_IDS = (
    ("id number", "idnumber", "id-nummer", "matrikelnummer", "numéro d'identification"),
    ("username", "anmeldename", "nom d'utilisateur", "nombre de usuario"),
    ("email address", "e-mail-adresse", "email", "adresse de courriel", "dirección de correo"),
)
"""Columns that tell a student apart, the surest first."""
_FIRST = ("first name", "vorname", "prénom", "nombre")
_LAST = ("last name", "surname", "nachname", "nom de famille", "nom", "apellido(s)")


def is_quiz(table: Table) -> bool:
    """Whether these are responses of a quiz."""
    return any(RESPONSE.fullmatch(column) for column in table.columns)


def read_quiz(table: Table, find: Find) -> Read:
    """The submissions of a responses report.

    Args:
        table: the report; columns are found by name, for their places vary.
        find: looks an exercise up by its student.

    Raises:
        SubmissionError: no column holds the parts of an exercise.
    """
    builder = Builder(table.file, find)
    questions, others = _questions(table)
    if not questions:
        message = "no response holds parts like 'part 1: 0.9; part 2: 0.5'"
        raise refusal(table.file, "missing_column", message, 1)
    for column in others:
        message = "this question has no parts like 'part 1: 0.9'; it is not read"
        builder.notes.add(None, column, "missing_column", message)
    for row in table.rows:
        for number, column in enumerate(questions, 1):
            _attempt(row, column, number if len(questions) > 1 else 0, builder)
    return builder.read(table.problems, table.notes)


def _questions(table: Table) -> tuple[list[str], list[str]]:
    """Columns with parts, in the order of the quiz, and those with other responses."""
    columns = [column for column in table.columns if RESPONSE.fullmatch(column)]
    parted: set[str] = set()
    for row in table.rows:
        parted |= {c for c in columns if _PART.match(row.cells[c]) or _NAMED.match(row.cells[c])}
    return [c for c in columns if c in parted], [c for c in columns if c not in parted]


def _attempt(row: Row, column: str, number: int, builder: Builder) -> None:
    cell = row.cells[column].strip()
    who = _who(row)
    found = _found(who, number, builder)
    if cell in _UNANSWERED:
        message = "an attempt without an answer" if found else "no attempt, but averages"
        builder.notes.add(row.line, column, "empty", message)
        return
    exercise = found or builder.exercise("", who[0] if who else "", row.line, number)
    if exercise is None:
        return
    to = builder.new(exercise, row.line)
    parts = _PART.match(cell)
    named = not parts or any(label == parts[1] for label in exercise.labels.values())
    (_put_named if named else _put_parts)(to, cell, row, column, builder)


def _who(row: Row) -> list[str]:
    """What the row says about the student, the surest first."""
    cells = {name.casefold(): text.strip() for name, text in row.cells.items()}
    found = [cells[name] for names in _IDS for name in names if cells.get(name)]
    first = next((cells[name] for name in _FIRST if cells.get(name)), "")
    last = next((cells[name] for name in _LAST if cells.get(name)), "")
    return [*found, *filter(None, [f"{first} {last}".strip()])]


def _found(who: list[str], number: int, builder: Builder) -> Exercise | None:
    """The exercise of the first name that fits."""
    for name in who:
        found = builder.find("", name, *([number] if number else []))
        if not isinstance(found, Lost):
            return found
    return None


def _put_parts(to: Submission, cell: str, row: Row, column: str, builder: Builder) -> None:
    """Parts by their numbers, which must be those of the questions without a gap."""
    found = list(_PART.finditer(cell))
    # Formulas are no fields of an exported question; then there are parts for the numbers alone.
    of_numbers = len(found) == len(to.exercise.asked)
    questions = to.exercise.asked if of_numbers else to.exercise.questions
    if [int(match[2]) for match in found] != list(range(1, len(questions) + 1)):
        message = (
            f"parts {', '.join(m[2] for m in found[:60])} do not fit the {len(questions)} steps "
            "that the exercise asks for; nothing of this response is read"
        )
        _refuse(to, row, column, message, builder)
        return
    ends = [*[match.start() for match in found[1:]], len(cell)]
    for id, match, end in zip(questions, found, ends, strict=True):
        text = cell[match.end() : end].strip()
        label = to.exercise.labels[id]
        builder.put(to, label, "" if text == "-" else text, row.line, column, label)


def _put_named(to: Submission, cell: str, row: Row, column: str, builder: Builder) -> None:
    """Parts by their labels."""
    found = list(_NAMED.finditer(cell))
    if not found:
        _refuse(to, row, column, "this response has no parts like 'net_h1: 0.9'", builder)
        return
    ends = [*[match.start() for match in found[1:]], len(cell)]
    for match, end in zip(found, ends, strict=True):
        text = cell[match.end() : end].strip()
        builder.put(to, match[1], "" if text == "-" else text, row.line, column, match[1].strip())


def _refuse(to: Submission, row: Row, column: str, message: str, builder: Builder) -> None:
    builder.found.remove(to)
    builder.listing.add(row.line, column, "bad_step", message)
