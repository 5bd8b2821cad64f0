"""Formulas in a Moodle quiz: an essay beside the numbers, one formula a line, `name = formula`.

`bpgrade export moodle` asks so, because Moodle has no algebra: the essay of an exercise is the
next question of the quiz after its numbers.
"""

from __future__ import annotations

from grader.read.answer_sheet import AnswerSheet
from grader.read.builder import Builder
from grader.read.tables.table import Row
from problems.computation import ids
from problems.patterns import pattern

_NUMBERED = pattern(r"(.*?)(\d{1,4})")
_FORMULA = pattern(r"(?:(?!: )[^=：]){1,60}=")
"""How a line with a formula begins; parts have a colon and a blank ahead of what was typed."""
_LINE = pattern(r"([^=]{1,60}?)\s*:?=\s*(.*)")


def is_essay(cell: str) -> bool:
    """Whether a response has lines `name = formula`; the parts of an exercise are none.

    >>> is_essay("delta_o1 = -(t - o) o (1 - o)"), is_essay("part 1: x = 0.9; part 2: 0.7")
    (True, False)
    """
    return any(map(_FORMULA.match, cell.splitlines()))


def essay_behind(column: str) -> str:
    """The column of the question after one.

    >>> essay_behind("Response 1"), essay_behind("Antwort 9")
    ('Response 2', 'Antwort 10')
    """
    found = _NUMBERED.fullmatch(column)
    return f"{found[1]}{int(found[2]) + 1}" if found else ""


def essay_of(row: Row, column: str) -> str:
    """The column of an exercise's essay: the question's own, or the next one's; '' if none.

    Args:
        row: of the report.
        column: of the exercise's question.
    """
    return next((c for c in (column, essay_behind(column)) if is_essay(row.cells.get(c, ""))), "")


def put_essay(to: AnswerSheet, row: Row, name: str, builder: Builder) -> None:
    """Read the formulas of an exercise.

    Args:
        to: whose answers.
        row: of the report.
        name: the essay's column.
        builder: gets what cannot be read, with its row and column.
    """
    text = row.cells[name]
    if not any(ids.asks_formula(id) or ids.asks_general(id) for id in to.exercise.questions):
        message = "no formulas are asked for; this question is not read"
        builder.notes.add(row.line, name, "missing_column", message)
        return
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        label = _asked(to, found[1].strip(), builder) if found else ""
        if found and label:
            builder.put(to, label, found[2], row.line, name, label)
        else:
            message = f"not read as a formula: {line[:60]!r}; write 'name = formula', one a line"
            builder.listing.add(row.line, name, "bad_step", message)


def _asked(to: AnswerSheet, name: str, builder: Builder) -> str:
    """The label of the formula that a name means; '' if none is asked for."""
    for label in (name, f"{name}:formula", f"{name}:general"):
        id = builder.labels(to.exercise).find(label)
        if id is not None and (ids.asks_formula(id) or ids.asks_general(id)):
            return label
    return ""
