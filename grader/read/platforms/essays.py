"""Formulas in a Moodle quiz: an essay beside the numbers, one formula a line, `name = formula`.

`bpgrade export moodle` asks so, because Moodle has no algebra: the essay of an exercise is the
next question of the quiz after its numbers.
"""

from __future__ import annotations

from grader.read.answer_sheet import AnswerSheet
from grader.read.builder import Builder
from grader.read.tables.table import Row
from problems.computation import ids
from problems.exercise import Exercise
from problems.patterns import pattern
from problems.reasons import because

_NUMBERED = pattern(r"(.*?)(\d{1,4})")
_FORMULA = pattern(r"(?:(?!: )[^=：]){1,60}=")
"""How a line with a formula begins; parts have a colon and a blank ahead of what was typed."""
_LINES = tuple(
    pattern(rf"(?:\d{{1,2}}[.)]\s+)?([^=]{{1,60}}?)\s*{sign}\s*(.*)") for sign in (":?=", "[:：]")
)
"""A line with a formula; editors number lists, and some write a colon for the sign."""


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


def asks_formulas(exercise: Exercise) -> bool:
    """Whether an exercise asks for formulas at all."""
    return any(ids.asks_formula(id) or ids.asks_general(id) for id in exercise.questions)


def put_essay(to: AnswerSheet, row: Row, name: str, builder: Builder) -> None:
    """Read the formulas of an exercise.

    Args:
        to: whose answers.
        row: of the report.
        name: the essay's column.
        builder: gets what cannot be read, with its row and column.
    """
    text = row.cells[name]
    if not asks_formulas(to.exercise):
        builder.notes.add(row.line, name, "missing_column", because("no_formulas_asked_for"))
        return
    for line in filter(None, map(str.strip, text.splitlines())):
        cuts = [found.groups() for shape in _LINES if (found := shape.fullmatch(line))]
        known = ((_asked(to, cut[0].strip(), builder), cut[1]) for cut in cuts)
        label, formula = next((cut for cut in known if cut[0]), ("", ""))
        if label:
            builder.put(to, label, formula, row.line, name, label)
        else:
            reason = because("line_is_no_formula", text=line[:60])
            builder.listing.add(row.line, name, "bad_step", reason)


def _asked(to: AnswerSheet, name: str, builder: Builder) -> str:
    """The label of the formula that a name means; '' if none is asked for."""
    for label in (name, f"{name}:formula", f"{name}:general"):
        id = builder.labels(to.exercise).find(label)
        if id is not None and (ids.asks_formula(id) or ids.asks_general(id)):
            return label
    return ""
