"""Tables of answers: tidy (a row an answer) and wide (a row a student)."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.errors import Fault, SubmissionError
from grader.read.answer_sheet import Find, Read
from grader.read.builder import Builder
from grader.read.characters import MINUS
from grader.read.tables import brackets
from grader.read.tables.blocks import CONTINUED, Blocks
from grader.read.tables.header import KNOWN, holds_answers, is_tidy
from grader.read.tables.misplaced import strayed
from grader.read.tables.table import (
    DELIMITERS,
    Row,
    Table,
    refusal,
)
from problems.exercise import Exercise
from problems.patterns import pattern
from problems.reasons import Reason, because

_SIGN = f"[+{re.escape(MINUS)}]?"
COMMA = pattern(_SIGN + r"(0,\d+|\d{4,},\d+|\d+,(\d{1,2}|\d{4,}))([eE][+-]?\d+)?")
"""A number whose comma can only be a decimal one."""
DOT = pattern(
    _SIGN
    + r"(((0\d*)?\.\d+|[1-9]\d{3,}\.\d+|[1-9]\d*\.(\d{1,2}|\d{4,}))([eE][+-]?\d+)?"
    + r"|\d+\.\d+[eE][+-]?\d+)"
)
"""A number whose point can only be a decimal one: not 1.234, which beside decimal commas may be
a thousand."""
EITHER = pattern(_SIGN + r"[1-9]\d{0,2},\d{3}")
COMMAS_SETTLED = because("commas_settled")
DIGITS = pattern(r"\s*\d+\s*")
WHOLE = pattern(rf"\s*{_SIGN}\d{{1,3}}\s*")


def answers_in(table: Table, find: Find) -> Read:
    """The submissions of a tidy or wide table.

    Raises:
        SubmissionError: it holds no answers.
    """
    if not holds_answers(table.columns):
        raise not_answers(table)
    if not table.problems and next(iter(table.rows), None) is None:
        raise refusal(table.file, "no_rows", because("no_rows"), 1)
    builder = Builder(table.file, find)
    asked = ["answer"] if is_tidy(table.columns) else step_columns(table)
    builder.comma = writes_commas(table, asked, builder)
    answers = (row.cells[column] for row in table.rows for column in asked)
    builder.brackets = brackets.looked_at(answers).doubtful
    if is_tidy(table.columns):
        blocks = Blocks(table.rows)
        take_tidy(replace(table, rows=blocks), builder)
        if blocks.continued:
            builder.notes.add(blocks.continued, None, "continued", CONTINUED)
    else:
        take_wide(table, builder, asked)
    return builder.read(table.problems, table.notes)


def not_answers(table: Table) -> SubmissionError:
    """Why a table is none of answers: what was found, what is needed."""
    found = ", ".join(table.columns)[:200]
    if re.search(r"step\W+(\w+\W+)*answer", found, re.IGNORECASE) and len(table.columns) == 1:
        return refusal(table.file, "delimiter", because("unknown_delimiter", text=found), 1)
    reason = because("no_columns_of_answers")
    if found:
        reason = because("columns_of_no_answers", columns=found)
    return refusal(table.file, "missing_column", reason, 1)


def step_columns(table: Table) -> list[str]:
    """The columns of a wide table that are named after steps."""
    return [column for column in table.columns if column and column not in KNOWN]


def writes_commas(table: Table, columns: list[str], builder: Builder) -> bool | None:
    """Whether the numbers of a table have decimal commas, if any of them shows it."""
    if not table.delimiter:
        return None  # a workbook keeps numbers as numbers, whatever its language
    commas, doubtful = False, 0
    for row in table.rows:
        for column in columns:
            text = row.cells[column].strip()
            if DOT.fullmatch(text):
                return None
            commas = commas or bool(COMMA.fullmatch(text))
            doubtful = doubtful or (row.line if EITHER.fullmatch(text) else 0)
    if commas and doubtful:
        builder.notes.add(doubtful, None, "ambiguous_separator", COMMAS_SETTLED)
    return commas or None


def take_tidy(table: Table, builder: Builder) -> None:
    """Every row an answer."""
    needed = 1 + max(table.columns.index("step"), table.columns.index("answer"))
    for row in table.rows:
        if row.width < needed:
            builder.listing.add(row.line, None, "too_few_fields", too_few(row, table))
            continue
        to = _of_row(row, builder)
        if to:
            step, text = row.cells["step"], row.cells["answer"]
            refused = row.refused.get("answer") or cut_number(row, table)
            if found := strayed(row, table.columns):
                text, refused = found
            builder.put(builder.one(to), step, text, row.line, "answer", "step", refused)


def _of_row(row: Row, builder: Builder) -> Exercise | None:
    id, student = row.cells.get("exercise", ""), row.cells.get("student", "")
    return builder.exercise(id.strip(), student.strip(), row.line)


def too_few(row: Row, table: Table) -> Reason:
    """Why a row that ends early is not used."""
    count, most = row.width, len(table.columns)
    text = "".join(row.cells.values())
    for sign, name in DELIMITERS.items():
        if sign != table.delimiter and sign in text:
            return because("too_few_cells_other_delimiter", count=count, most=most, signs=name)
    return because("too_few_cells", count=count, most=most)


def cut_number(row: Row, table: Table) -> Fault | None:
    """A decimal comma without quotes that has made two cells of `0,3775`."""
    after = table.columns.index("answer") + 1
    if table.delimiter != "," or after >= len(table.columns):
        return None
    name = table.columns[after]
    text, rest = row.cells["answer"], row.cells[name]
    if name in KNOWN or not WHOLE.fullmatch(text) or not DIGITS.fullmatch(rest):
        return None
    behind, column = rest.strip()[:20], name[:40]
    reason = because("perhaps_a_comma", text=text.strip(), behind=behind, column=column)
    return Fault("ambiguous_separator", reason)


def take_wide(table: Table, builder: Builder, columns: list[str]) -> None:
    """Every row a student's answers."""
    for row in table.rows:
        exercise = _of_row(row, builder)
        if exercise:
            to = builder.new(exercise, row.line)
            for column in columns:
                refused = row.refused.get(column)
                builder.put(to, column, row.cells[column], row.line, column, column, refused)
