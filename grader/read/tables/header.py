"""Headers of tables of answers: which row it is, and what its columns are called.

Above the header may stand lines of a title. A column may be called by another word that means
the same, where no other column could be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from problems.patterns import pattern
from problems.reasons import Reason, because

KNOWN = frozenset({"student", "exercise", "step", "answer", "symbol", "name", "email"})
"""Columns whose names mean the same however they are capitalised."""

WITHIN = 50
"""Rows in which the header is looked for."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "student": (
        "student id", "studentid", "student no", "student number", "matriculation number",
        "studierende", "studierender", "matrikelnummer", "étudiant", "estudiante", "studente",
        "estudante",
    ),
    "exercise": (
        "exercise id", "exerciseid", "aufgabe", "übung", "exercice", "ejercicio", "esercizio",
        "exercício", "oefening", "zadanie",
    ),
    "step": ("step id", "steps", "schritt", "étape", "paso", "passo", "passaggio", "stap", "krok"),
    "answer": (
        "answers", "your answer", "my answer", "value", "result", "antwort", "ergebnis", "wert",
        "réponse", "respuesta", "risposta", "resposta", "antwoord", "odpowiedź",
    ),
}  # fmt: skip
"""Column -> other words for it: English, German, French, Spanish, Italian, Portuguese, Dutch,
Polish. `step` and `answer` count only together."""

_MEANING = {word: name for name, words in SYNONYMS.items() for word in words}
_UNSEEN = "\ufeff\u200b\u200e\u200f\u2060"
_WRITTEN = pattern(r"[\d*/^+=()\[\]]")
"""What stands in a number or a formula, and in hardly any title."""
_BETWEEN = pattern(r"[\s_-]+")


def canonical(cells: Sequence[str], synonyms: bool = True) -> tuple[str, ...]:
    """The names in a header as they are known here.

    Args:
        cells: as they are written.
        synonyms: whether other words count; in a class list they might mean names as well as ids.

    >>> canonical(["Exercise", " Step ", "net_h1"]), canonical(["Schritt:", "Antwort"])
    (('exercise', 'step', 'net_h1'), ('step', 'answer'))
    >>> canonical(["student", "value"])
    ('student', 'value')
    """
    names = [cell.strip().strip(_UNSEEN).strip() for cell in cells]
    names = [name.casefold() if name.casefold() in KNOWN else name for name in names]
    if not synonyms:
        return tuple(names)
    meant = [_meaning(name) for name in names]
    for group in (("student",), ("exercise",), ("step", "answer")):
        places = {name: _place(name, names, meant) for name in group}
        if None not in places.values():
            for name, place in places.items():
                names[place or 0] = name
    return tuple(names)


def _meaning(name: str) -> str | None:
    return _MEANING.get(_BETWEEN.sub(" ", name.casefold().rstrip(" :*")))


def means_answer(name: str) -> bool:
    """Whether a column is called by another word for `answer`."""
    return _meaning(name) == "answer"


def _place(name: str, names: Sequence[str], meant: Sequence[str | None]) -> int | None:
    """The only column that may be called so."""
    if name in names:
        return names.index(name)
    return meant.index(name) if meant.count(name) == 1 else None


def is_tidy(columns: Iterable[str]) -> bool:
    """Whether these are the columns of a table with a row an answer."""
    return {"step", "answer"} <= set(columns)


def holds_answers(columns: Iterable[str]) -> bool:
    """Whether these are the columns of a tidy or a wide table."""
    names = set(columns)
    if is_tidy(names) or {"step", "answer"} & names:
        return is_tidy(names)
    return bool({"student", "exercise"} & names and names - KNOWN - {""})


def header_at(rows: Iterable[Sequence[str]]) -> int:
    """Which of the first rows is the header of a table of answers; 0 where none is.

    >>> header_at([["Homework 1", "Ada"], ["step", "answer"], ["net_h1", "0.5"]])
    1
    """
    first = list(islice(rows, WITHIN))
    columns = [canonical(cells) for cells in first]
    tidy = next((n for n, names in enumerate(columns) if is_tidy(names)), None)
    if tidy is not None and all(map(_is_title, columns[:tidy])):
        return tidy
    return next((n for n, names in enumerate(columns) if holds_answers(names)), 0)


def _is_title(names: Sequence[str]) -> bool:
    """Whether a row is no header of its own, but a title or a line such as `Student: Ada`."""
    return not holds_answers(names) or sum(map(bool, names)) <= 2


def answer_above(rows: Iterable[Sequence[str]], header: Sequence[str]) -> int | None:
    """Which of the rows above a header looks like an answer, as after sorting a sheet.

    Args:
        rows: those above.
        header: its cells.

    >>> answer_above([["a title", ""], ["net_h1", "0.5"]], ["step", "answer"])
    1
    """
    columns = canonical(header)
    if not is_tidy(columns):
        return None
    step, answer = columns.index("step"), columns.index("answer")
    for n, cells in enumerate(rows):
        padded = [*cells, *[""] * len(columns)]
        if padded[step].strip() and _WRITTEN.search(padded[answer]):
            return n
    return None


def titles(rows: Sequence[tuple[int, Sequence[str]]]) -> Reason:
    """What is said of the lines above a header.

    Args:
        rows: number and cells of each; at least one.
    """
    said = "; ".join(cell.strip() for _, cells in rows for cell in cells if cell.strip())
    said = said if len(said) <= 60 else f"{said[:59]}…"
    first, last = rows[0][0], rows[-1][0]
    if first == last:
        return because("title_not_read", line=first, text=said)
    return because("titles_not_read", first=first, last=last, text=said)


MOVED = because("header_below_answers")
