"""Submissions: what a file of any format says about an exercise.

`Builder` puts answers together for all formats; the tables are read here: tidy (a row an
answer) and wide (a row a student). Every problem of a file is collected with its row and
column; the good answers beside it are still used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from grader.errors import AnswerError, Lost, Problem, SubmissionError
from grader.read.answer import Answer, read_answer
from grader.read.array_entries import Arrays, Layout
from grader.read.characters import MINUS
from grader.read.identity import number_of, plain
from grader.read.number import Unreadable
from grader.read.tables import brackets
from grader.read.tables.blocks import CONTINUED, Blocks
from grader.read.tables.header import KNOWN, holds_answers, is_tidy
from grader.read.tables.misplaced import strayed
from grader.read.tables.table import (
    CLASS,
    DELIMITERS,
    Limits,
    Listing,
    Row,
    Table,
    read_table,
    refusal,
)
from problems.exercise import Exercise
from problems.formulas.notation import Labels
from problems.patterns import pattern

LONGEST_ANSWER = 2_000
LONGEST_STUDENT = 200
MOST_UNKNOWN = 100
"""Steps that an exercise does not have, and that are named one by one."""
MORE_UNKNOWN = (
    f"more than {MOST_UNKNOWN} steps that this exercise does not have; the rest is not listed"
)

_PATH = pattern(r"(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:[\\/]")
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
COMMAS_SETTLED = "numbers like 1,234 are read with a decimal comma, as the others here need it"
DIGITS = pattern(r"\s*\d+\s*")
WHOLE = pattern(rf"\s*{_SIGN}\d{{1,3}}\s*")


@dataclass
class AnswerSheet:
    """What one file says about one exercise."""

    exercise: Exercise
    file: str
    answers: dict[str, Answer] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Step id -> row of the answer, to name both places of a duplicate."""
    row: int | None = None
    """The row that holds all of it, where it is one."""
    attempt: int = 0
    """Which attempt of a quiz it is, in the order of time; 0 if it is none."""
    unknown: int = 0
    """Steps that the exercise does not have."""
    finished: bool = True
    """Whether the platform says that the attempt is over."""
    sent: str = ""
    """When it was handed in, as a platform has put it into the file's name: later is greater."""
    shown: dict[str, Answer] = field(default_factory=dict)
    """Question -> what the platform calls right there, where it says so."""

    @property
    def place(self) -> str:
        """File and row, for messages."""
        return self.file if self.row is None else f"{self.file}:{self.row}"

    @property
    def unread(self) -> bool:
        """Whether no answer in it could be read: it is blank, or nothing makes sense."""
        return all(isinstance(answer, Unreadable) for answer in self.answers.values())

    def nothing(self) -> Problem:
        """What is said of it where it is unread: the wrong file is no sheet worth 0 points."""
        count = len(self.answers)
        why = "it is blank"
        if count:
            why = f"{count} answers are written, and none of them is readable"
            why = "the one answer in it is not readable" if count == 1 else why
        elif self.problems:
            why = "nothing in it belongs to a step of this exercise"
        whose = f"exercise {self.exercise.id} of {self.exercise.student}"
        message = f"nothing could be read of {whose}: {why}; it is not graded"
        return Problem(self.file, self.row, None, "empty", message)

    def same_as(self, other: AnswerSheet) -> bool:
        """Whether both say the same, letter by letter."""
        mine = {id: answer.text.strip() for id, answer in self.answers.items()}
        return mine == {id: answer.text.strip() for id, answer in other.answers.items()}


class Find(Protocol):
    """Looks an exercise up by what a file says about it; any of the arguments may be empty."""

    def __call__(self, exercise: str, student: str, number: int = 0, /) -> Exercise | Lost:
        """The exercise, or why there is none.

        Args:
            exercise: its id.
            student: whose it is.
            number: which of the student's exercises, from 1; 0 if that is not said.
        """


@dataclass(frozen=True, slots=True)
class Read:
    """A file's submissions, everything that could not be used, and what else to know."""

    submissions: tuple[AnswerSheet, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    """What was read in a way worth saying; nothing is lost by it."""


class Builder:
    """Puts together what one file says, answer by answer."""

    def __init__(self, file: str, find: Find) -> None:
        self.file = file
        self.find = find
        self.comma: bool | None = None
        """Whether the file writes decimal commas; None if it does not show."""
        self.brackets = False
        """Whether numbers in brackets may be negative ones."""
        self.found: list[AnswerSheet] = []
        self.listing = Listing(file)
        self.notes = Listing(file)
        self._by_exercise: dict[str, AnswerSheet] = {}
        self._labels: dict[int, Labels] = {}
        self._arrays: dict[int, Arrays] = {}
        self._known: dict[tuple[str, str, int], Exercise | Lost] = {}

    def read(self, before: Iterable[Problem] = (), notes: Iterable[Problem] = ()) -> Read:
        """Everything; `before` and `notes` are what was found before the answers were read."""
        problems = (*before, *self.listing.all())
        return Read(tuple(self.found), problems, (*notes, *self.notes.all()))

    def exercise(
        self, id: str, student: str, row: int | None = None, number: int = 0
    ) -> Exercise | None:
        """The exercise that is meant; if there is none, that is listed once."""
        key = (id, student, number)
        if key not in self._known:
            column = "exercise" if id else "student"
            fault = _student_fault(student) or _student_fault(id)
            found = fault or self.find(id, student, *([number] if number else []))
            self._known[key] = found
            if isinstance(found, Lost):
                self.listing.add(row, column, *found)
            elif plain(student) != found.student and _same_number(student, found.student):
                message = f"{student!r} is read as {found.student!r}, the only id of this number"
                self.notes.add(row, "student", "identity", message)
        found = self._known[key]
        return None if isinstance(found, Lost) else found

    def one(self, exercise: Exercise) -> AnswerSheet:
        """The submission to which all rows of an exercise belong."""
        if exercise.id not in self._by_exercise:
            self._by_exercise[exercise.id] = self.new(exercise)
        return self._by_exercise[exercise.id]

    def new(self, exercise: Exercise, row: int | None = None) -> AnswerSheet:
        """A submission of its own, even if the same exercise was answered before."""
        self.found.append(AnswerSheet(exercise, self.file, row=row))
        return self.found[-1]

    def labels(self, exercise: Exercise) -> Labels:
        """Labels of an exercise; students of one family share them."""
        key = _alike(exercise)
        if key not in self._labels:
            self._labels[key] = Labels(exercise.labels)
        return self._labels[key]

    def array(self, exercise: Exercise, label: str) -> Layout | None:
        """The vector or matrix of steps that a label means, `s1` for `s1[1]` and `s1[2]`."""
        if hidden(label) or self.labels(exercise).find(label):
            return None
        key = _alike(exercise)
        if key not in self._arrays:
            self._arrays[key] = Arrays(exercise)
        return self._arrays[key].find(label)

    def put(
        self,
        to: AnswerSheet,
        step: str,
        text: str,
        row: int | None,
        column: str,
        where_step: str,
        refused: tuple[str, str] | None = None,
    ) -> None:
        """One answer.

        Args:
            to: whose answer.
            step: the label as written.
            text: the answer as written.
            row: where it stands.
            column: the answer's column.
            where_step: the label's column.
            refused: code and message, where the cell holds neither text nor number.
        """
        labels = self.labels(to.exercise)
        id = None if hidden(step) else labels.find(step)
        if id is not None:
            reading = self._reading(to.exercise, id, text, refused)
            self._put(to, id, reading, row, column, where_step)
        elif layout := self.array(to.exercise, step):
            self._fill(to, layout, text, row, column, where_step, refused)
        elif text.strip() or refused or column != where_step:
            to.unknown += 1
            if to.unknown <= MOST_UNKNOWN:  # each costs a search for what may have been meant
                to.problems.append(self._unknown(step, labels, row, where_step))
            elif to.unknown == MOST_UNKNOWN + 1:
                to.problems.append(Problem(self.file, row, where_step, "bad_step", MORE_UNKNOWN))

    def _put(
        self,
        to: AnswerSheet,
        id: str,
        reading: Answer | None,
        row: int | None,
        column: str,
        where_step: str,
    ) -> None:
        """What was read for one step."""
        if id in to.places:
            self._twice(to, id, reading, row, where_step)
            return
        to.places[id] = row or 0
        if reading is not None:
            to.answers[id] = reading
        if isinstance(reading, Unreadable):
            to.problems.append(Problem(self.file, row, column, reading.code, reading.message))

    def _fill(
        self,
        to: AnswerSheet,
        layout: Layout,
        text: str,
        row: int | None,
        column: str,
        where_step: str,
        refused: tuple[str, str] | None,
    ) -> None:
        """An array: every entry is an answer of its own."""
        try:
            if refused:
                raise AnswerError(refused[0], 0, refused[1])
            entries = layout.filled(text, self.comma)
        except AnswerError as error:
            to.problems.append(Problem(self.file, row, column, error.code, error.message))
            unread = Unreadable(text[:LONGEST_ANSWER], error.code, error.position, error.message)
            for id in (id for ids in layout.cells for id in ids if id not in to.answers):
                to.answers[id], to.places[id] = unread, row or 0
            return
        for id, reading in entries:
            if isinstance(reading, Unreadable):
                message = f"{to.exercise.labels[id]}: {reading.message}"
                reading = Unreadable(reading.text, reading.code, reading.position, message)
            self._put(to, id, reading, row, column, where_step)

    def _reading(
        self, exercise: Exercise, id: str, text: str, refused: tuple[str, str] | None
    ) -> Answer | None:
        refused = refused or (brackets.refusal(text) if self.brackets else None)
        if refused:
            return Unreadable(text, refused[0], 0, refused[1])
        if len(text) > LONGEST_ANSWER:
            message = f"{len(text):,} characters; no answer needs more than {LONGEST_ANSWER:,}"
            return Unreadable(text[:40] + "…", "too_long", 0, message)
        return read_answer(exercise, id, text, self.comma)

    def _unknown(self, step: str, labels: Labels, row: int | None, column: str) -> Problem:
        near = None if len(step) > LONGEST_STUDENT else labels.suggestion(step)
        hint = f"; did you mean {near!r}?" if near else ""
        message = f"this exercise has no step {step.strip()[:60]!r}{hint}"
        return Problem(self.file, row, column, "bad_step", message)

    def _twice(
        self, to: AnswerSheet, id: str, reading: Answer | None, row: int | None, column: str
    ) -> None:
        """What repeats an answer or is blank is ignored; a contradiction is refused."""
        first = to.answers.get(id)
        label = to.exercise.labels[id]
        if reading is None:
            return
        if first is None:
            to.answers[id], to.places[id] = reading, row or 0
            return
        there = f"in row {to.places[id]}" if to.places[id] else "once"
        here = f"in row {row}" if row else ""
        if first.text.strip() == reading.text.strip():
            message = f"{label!r} is answered {there} and again, alike, {here}".rstrip(" ,")
            self.notes.add(row, column, "duplicate_step", message)
            return
        message = f"{label!r} is answered {there} and again, differently{here and ', ' + here}"
        message += "; keep one"
        to.problems.append(Problem(self.file, row, column, "duplicate_step", message))
        to.answers[id] = Unreadable(reading.text, "duplicate_step", 0, message)


def _alike(exercise: Exercise) -> int:
    """A number that exercises with the same labels share."""
    return hash(tuple(exercise.labels.items()))


def _same_number(one: str, other: str) -> bool:
    return bool(number_of(one)) and number_of(one) == number_of(other)


def _student_fault(text: str) -> Lost | None:
    """A name that can be no id: it never becomes a path, and it fits a line."""
    if len(text) > LONGEST_STUDENT:
        return Lost("too_long", f"an id of {len(text):,} characters; {LONGEST_STUDENT} are enough")
    if _PATH.search(text):
        return Lost("bad_id", f"{text[:60]!r} is a path, not the id of a student or an exercise")
    return None


def hidden(text: str) -> bool:
    """Whether it holds characters that cannot be seen."""
    plain = text.strip().strip("\ufeff")
    return not plain.isprintable() and any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in plain
    )


# tables ------------------------------------------------------------------------------------


def read_submissions(
    data: bytes, file: str, find: Find, limits: Limits = CLASS, ahead: int = 0
) -> Read:
    """All submissions of a CSV file.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by the row's exercise id and student.
        limits: how much is read.
        ahead: how many of the first lines are ours, so that messages do not count them.

    Raises:
        SubmissionError: the file is no table, or no table of answers.
    """
    table = read_table(data, file, limits, ahead, titled=True)
    from grader.read.platforms.quiz_responses import is_quiz, read_quiz

    return read_quiz(table, find) if is_quiz(table) else answers_in(table, find)


def answers_in(table: Table, find: Find) -> Read:
    """The submissions of a tidy or wide table.

    Raises:
        SubmissionError: it holds no answers.
    """
    if not holds_answers(table.columns):
        raise not_answers(table)
    if not table.problems and next(iter(table.rows), None) is None:
        raise refusal(table.file, "no_rows", "there are no rows below the header", 1)
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
    found = ", ".join(table.columns)[:200] or "nothing"
    if re.search(r"step\W+(\w+\W+)*answer", found, re.IGNORECASE) and len(table.columns) == 1:
        message = f"cells are separated by comma, semicolon or tab, not as in {found!r}"
        return refusal(table.file, "delimiter", message, 1)
    message = (
        f"these are no answers: found the columns {found}; needed are 'step' and 'answer', "
        "or 'student' and one column for each step"
    )
    return refusal(table.file, "missing_column", message, 1)


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


def too_few(row: Row, table: Table) -> str:
    """Why a row that ends early is not used."""
    found = f"{row.width} of the {len(table.columns)} cells that the header names"
    text = "".join(row.cells.values())
    for sign, name in DELIMITERS.items():
        if sign != table.delimiter and sign in text:
            return f"{found}; this row seems to be separated by {name}, the header is not"
    return f"{found}; write them all, a blank one as well"


def cut_number(row: Row, table: Table) -> tuple[str, str] | None:
    """A decimal comma without quotes that has made two cells of `0,3775`."""
    after = table.columns.index("answer") + 1
    if table.delimiter != "," or after >= len(table.columns):
        return None
    name = table.columns[after]
    text, rest = row.cells["answer"], row.cells[name]
    if name in KNOWN or not WHOLE.fullmatch(text) or not DIGITS.fullmatch(rest):
        return None
    message = (
        f"{text.strip()!r} followed by {rest.strip()[:20]!r} in column {name[:40]!r}: is it a "
        "decimal comma? write a decimal point, or the number in quotes"
    )
    return "ambiguous_separator", message


def take_wide(table: Table, builder: Builder, columns: list[str]) -> None:
    """Every row a student's answers."""
    for row in table.rows:
        exercise = _of_row(row, builder)
        if exercise:
            to = builder.new(exercise, row.line)
            for column in columns:
                refused = row.refused.get(column)
                builder.put(to, column, row.cells[column], row.line, column, column, refused)
