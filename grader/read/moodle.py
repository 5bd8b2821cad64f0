"""Moodle's quiz report "Responses" as CSV: a row an attempt, a question's fields in one cell.

Columns are found by their names, which depend on the language, the version and the site's
settings (`Status` in 4.5 was `State` in 4.2), never by their places.

A cell reads `part 1: 0.9; part 2: ; part 3: 1.1066`, in the order in which the exercise asks,
or `net_h1: 0.9; out_h1: ...` where the fields are named. What stands behind the colon is what
was typed.
"""

from __future__ import annotations

import re
from datetime import datetime

from grader.errors import Lost
from grader.read.answer import Answer, read_answer
from grader.read.essays import essay_behind, essay_of, is_essay, put_essay
from grader.read.submission import Builder, Find, Read, Submission
from grader.read.table import Row, Table, refusal
from problems.exercise import Exercise
from problems.patterns import pattern

RESPONSE = pattern(
    r"(response|antwort|réponse|respuesta|risposta|resposta|antwoord|odpowiedź|svar) (\d+)",
    re.IGNORECASE,
)
"""The column of a question's response, in some languages of Moodle."""

_PART = pattern(r"([^\W\d]+) 1:(?: |$|(?=;))")
"""How a response with parts begins; the word depends on the language."""
_NAMED = pattern(r"(?:^|;\s*)([^:;]+):")
_UNANSWERED = ("", "-")
_DATE = pattern(r"(\d{1,2}) ([a-z]+) (\d{4}),? (\d{1,2}):(\d{2}) ([ap]m)", re.IGNORECASE)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_IDS = (
    (
        "id number", "idnumber", "id-nummer", "matrikelnummer", "numéro d'identification",
        "número de id", "número de identificación", "codice identificativo",
        "número de identificação", "numer id", "numer identyfikacyjny",
    ),
    (
        "username", "anmeldename", "benutzername", "nom d'utilisateur", "nombre de usuario",
        "nome utente", "gebruikersnaam", "nome de utilizador", "nazwa użytkownika",
    ),
    (
        "email address", "e-mail-adresse", "email", "adresse de courriel", "adresse e-mail",
        "dirección de correo", "indirizzo email", "e-mailadres", "endereço de e-mail",
        "adres e-mail",
    ),
)  # fmt: skip
"""Columns that tell a student apart, the surest first."""
_STATE = ("status", "state", "statut", "état", "estado", "stato", "stan")
_STARTED = ("started", "started on")
_UNFINISHED = pattern(
    r"in progress|overdue|never submitted|in bearbeitung|überfällig|nie abgegeben|en cours|"
    r"en retard|jamais (remis|envoyé)|en curso|vencido|nunca enviado|in corso|mai inviato|bezig|"
    r"nooit ingestuurd|em curso|em progresso|em andamento|nunca submetid|w toku|w trakcie",
    re.IGNORECASE,
)
"""What the status of an attempt that is not over says."""
_FIRST = ("first name", "vorname", "prénom", "nombre", "nome", "voornaam", "nome próprio", "imię")
_LAST = (
    "last name", "surname", "nachname", "nom de famille", "nom", "apellido(s)", "apellidos",
    "cognome", "achternaam", "apelido", "sobrenome", "nazwisko",
)  # fmt: skip


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
    if not questions:  # exercises in formulas alone
        questions = [c for c in others if any(is_essay(row.cells[c]) for row in table.rows)]
        others = [c for c in others if c not in questions]
    if not questions:
        message = "no response holds parts like 'part 1: 0.9; part 2: 0.5'"
        raise refusal(table.file, "missing_column", message, 1)
    essays = set(map(essay_behind, questions))
    for column in others:
        if column in essays and any(is_essay(row.cells[column]) for row in table.rows):
            continue  # formulas, which are read with their numbers
        message = "this question has no parts like 'part 1: 0.9'; it is not read"
        builder.notes.add(None, column, "missing_column", message)
    seen: dict[str, int] = {}
    for row in _in_time(table):
        for number, column in enumerate(questions, 1):
            _attempt(row, column, number if len(questions) > 1 else 0, builder, seen)
    return builder.read(table.problems, table.notes)


def _in_time(table: Table) -> list[Row]:
    """The rows in the order in which attempts began, where the report says it in English."""
    rows = list(table.rows)
    begun = [_moment(_cell(row, _STARTED)) for row in rows]
    if None in [when for when, row in zip(begun, rows, strict=True) if _cell(row, _STARTED)]:
        return rows
    order = sorted(range(len(rows)), key=lambda n: begun[n] or datetime.max)
    return [rows[n] for n in order]


def _moment(text: str) -> datetime | None:
    """`22 November 2026  2:24 AM`, in any language setting of this machine."""
    match = _DATE.fullmatch(" ".join(text.split()))
    if not match or match[2].casefold() not in _MONTHS:
        return None
    day, month, year = int(match[1]), _MONTHS.index(match[2].casefold()) + 1, int(match[3])
    hour = int(match[4]) % 12 + (12 if match[6].casefold() == "pm" else 0)
    try:
        return datetime(year, month, day, hour, int(match[5]))
    except ValueError:
        return None


def _cell(row: Row, names: tuple[str, ...]) -> str:
    """The text of the first of some columns that is there."""
    cells = {name.casefold(): text.strip() for name, text in row.cells.items()}
    return next((cells[name] for name in names if name in cells), "")


def _questions(table: Table) -> tuple[list[str], list[str]]:
    """Columns with parts, in the order of the quiz, and those with other responses."""
    columns = [column for column in table.columns if RESPONSE.fullmatch(column)]
    parted: set[str] = set()
    for row in table.rows:
        parted |= {c for c in columns if _is_parted(row.cells[c])}
    return [c for c in columns if c in parted], [c for c in columns if c not in parted]


def _is_parted(cell: str) -> bool:
    """Whether a response has the parts of an exercise, not the lines of an essay."""
    return not is_essay(cell) and bool(_PART.match(cell) or _NAMED.match(cell))


def _attempt(row: Row, column: str, number: int, builder: Builder, seen: dict[str, int]) -> None:
    """One question of one attempt; `seen` counts the attempts at each exercise."""
    cell = row.cells[column].strip()
    who = _who(row)
    found = _found(who, number, builder)
    essay = essay_of(row, column)
    if cell in _UNANSWERED and not essay:
        message = "an attempt without an answer" if found else "no attempt, but averages"
        builder.notes.add(row.line, column, "empty", message)
        return
    exercise = found or builder.exercise("", who[0] if who else "", row.line, number)
    if exercise is None:
        return
    to = builder.new(exercise, row.line)
    to.attempt = seen[exercise.id] = seen.get(exercise.id, 0) + 1
    to.finished = not _UNFINISHED.search(_cell(row, _STATE))
    parts = _PART.match(cell)
    named = not parts or any(label == parts[1] for label in exercise.labels.values())
    if cell not in _UNANSWERED and essay != column:
        (_put_named if named else _put_parts)(to, cell, row, column, builder)
    if essay:
        put_essay(to, row, essay, builder)
    to.shown = _called_right(exercise, row, column)


def _called_right(exercise: Exercise, row: Row, column: str) -> dict[str, Answer]:
    """What the report calls right there: another column with the question's number and its parts.

    Its name depends on the language; a cell that is cut differently says nothing.
    """
    number = column.rsplit(" ", 1)[1]
    for name, cell in row.cells.items():
        if name == column or not name.endswith(f" {number}") or not _PART.match(cell.strip()):
            continue
        for questions in (exercise.questions, exercise.asked):
            texts = _split(cell.strip(), len(questions))
            if not isinstance(texts, str):
                read = (read_answer(exercise, q, t) for q, t in zip(questions, texts, strict=True))
                return {q: a for q, a in zip(questions, read, strict=True) if a is not None}
    return {}


def _who(row: Row) -> list[str]:
    """What the row says about the student, the surest first."""
    cells = {name.casefold().replace("’", "'"): text.strip() for name, text in row.cells.items()}
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
    questions = to.exercise.questions
    texts = _split(cell, len(questions))
    if isinstance(texts, str) and 0 < len(to.exercise.asked) < len(questions):
        # formulas are no fields of an exported question: then the parts are the numbers alone
        numbers = _split(cell, len(to.exercise.asked))
        if not isinstance(numbers, str):
            questions, texts = to.exercise.asked, numbers
    if isinstance(texts, str):
        message = (
            f"{texts}; the exercise asks for {len(questions)} steps; nothing of this response is "
            "read"
        )
        _refuse(to, row, column, message, builder)
        return
    for id, text in zip(questions, texts, strict=True):
        label = to.exercise.labels[id]
        builder.put(to, label, "" if text == "-" else text, row.line, column, label)


def _split(cell: str, count: int) -> list[str] | str:
    """The texts of the parts, or why the cell cannot be cut.

    It is cut only where the next number follows, so an answer may hold `; part 9: ` itself; where
    it holds the very number that comes next, nobody can say which is meant.

    >>> _split("part 1: 0.9; part 2: ; part 3:", 3)
    ['0.9', '', '']
    >>> _split("part 1: 0.9; part 3: 0.5", 2)
    'part 2 is missing'
    """
    word = cell.split(" ", 1)[0]
    cuts = [(0, len(f"{word} 1:"))]
    for number in range(2, count + 2):
        sign = f"; {word} {number}:"
        place = _next(cell, sign, cuts[-1][1])
        if place < 0 and number <= count:
            return f"{word} {number} is missing"
        if place >= 0 and number > count:
            return f"there is a {word} {number}"
        if place >= 0 and _next(cell, sign, place + 1) >= 0:
            return f"{word} {number} stands there twice"
        cuts.append((place, place + len(sign)))
    ends = [start for start, _ in cuts[1:count]] + [len(cell)]
    return [cell[cut[1] : end].strip() for cut, end in zip(cuts, ends, strict=False)]


def _next(cell: str, sign: str, start: int) -> int:
    """Where a sign stands that is followed by a blank, another part or the end; or -1."""
    place = cell.find(sign, start)
    while place >= 0 and cell[place + len(sign) : place + len(sign) + 1] not in ("", " ", ";"):
        place = cell.find(sign, place + 1)
    return place


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
