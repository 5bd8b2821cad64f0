"""Moodle's quiz report "Responses" as CSV: a row an attempt, a question's fields in one cell.

Columns are found by their names, which depend on the language, the version and the site's
settings (`Status` in 4.5 was `State` in 4.2); in a language that is not known, by what stands in
them and by the order that Moodle keeps.

A cell reads `part 1: 0.9; part 2: ; part 3: 1.1066`, in the order in which the exercise asks,
or `net_h1: 0.9; out_h1: ...` where the fields are named. What stands behind the colon is what
was typed. The word and the colon depend on the language (`partie 1 :`, `1. zatia:`, `子问题 1：`);
what stands around the first number stands around the others as well.

Source: question/type/multianswer/question.php, `summarise_response`, and `subqresponse` of the
language packs; the shape in English is measured (Moodle 4.5.6).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from math import isclose

from grader.errors import Lost
from grader.read.answer import Answer, read_answer
from grader.read.answer_sheet import AnswerSheet, Find, Read
from grader.read.builder import Builder
from grader.read.number import Written
from grader.read.platforms.essays import asks_formulas, essay_behind, is_essay, put_essay
from grader.read.platforms.quiz_words import cells_of, is_response, numbered, says
from grader.read.tables.header import holds_answers
from grader.read.tables.table import Row, Table, refusal
from problems.exercise import Exercise
from problems.patterns import pattern
from problems.reasons import Reason, because

_FIRST = pattern(r"([^\d:：;]{0,40}?)1([^\d:：;]{0,20}?[:：])")
"""How a response with parts begins: `part 1:`, `partie 1 :`, `1. zatia:`, `子问题 1：`."""
_NAMED = pattern(r"(?:^|;\s*)([^:：;]+)[:：]")
_UNANSWERED = ("", "-")
_DATE = pattern(r"(\d{1,2}) ([a-z]+) (\d{4}),? (\d{1,2}):(\d{2}) ([ap]m)", re.IGNORECASE)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_ADDRESS = pattern(r"[^\s@]+@[^\s@]+")
_LOOKED_AT = 50
"""Rows that are looked at where no column has a name that is known."""


def is_quiz(table: Table) -> bool:
    """Whether these are responses of a quiz."""
    if any(is_response(column) for column in table.columns):
        return True
    return not holds_answers(table.columns) and bool(_by_shape(table))


def _first_part(cell: str) -> re.Match[str] | None:
    """How a cell with parts begins; None if it has none."""
    match = _FIRST.match(cell)
    worded = match and any(char.isalpha() for char in match[1] + match[2])
    return match if worded else None


def _has_parts(cell: str) -> bool:
    """Whether a cell reads like `part 1: 0.9; part 2: ...`, in any language."""
    match = _first_part(cell)
    return match is not None and f"; {match[1]}2{match[2]}" in cell


def _by_shape(table: Table) -> list[str]:
    """The columns of responses where none has a name that is known: the first of each question.

    Right answers, where the report has them, come behind.
    """
    first: dict[int, str] = {}
    rows = list(islice(table.rows, _LOOKED_AT))
    for column in table.columns:
        word, number = numbered(column)
        cells = [cell for row in rows if (cell := row.cells[column].strip()) not in _UNANSWERED]
        parted = 2 * sum(map(_has_parts, cells)) > len(cells)
        if parted and not says("right answer", word):
            first.setdefault(number, column)
    return list(first.values())


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
        raise refusal(table.file, "missing_column", because("no_response_with_parts"), 1)
    for column in questions:
        if not is_response(column):
            builder.notes.add(None, column, "missing_column", because("column_taken_for_answers"))
    seen: dict[str, int] = {}
    essays: set[str] = set()
    for row in _in_time(table):
        for number, column in enumerate(questions, 1):
            behind = essay_behind(column)
            question = _Question(
                column,
                number if len(questions) > 1 else 0,
                behind if behind in table.columns and behind not in questions else "",
            )
            essays.add(_attempt(row, question, builder, seen))
    for column in others:
        if column not in essays:
            builder.notes.add(None, column, "missing_column", because("question_without_parts"))
    guessed = not all(map(is_response, questions))
    if guessed and builder.found and all(map(_may_be_the_key, builder.found)):
        reason = because("perhaps_right_answers", column=questions[0])
        raise refusal(table.file, "missing_column", reason, 1)
    return builder.read(table.problems, table.notes)


def _may_be_the_key(one: AnswerSheet) -> bool:
    """Whether all answers are right, with no column of right answers beside them."""
    key = one.exercise.printed
    read = [(one.answers.get(id), key[id]) for id in one.exercise.asked]
    return not one.shown and all(
        isinstance(answer, Written) and isclose(answer.value, float(text), rel_tol=2e-3)
        for answer, text in read
    )


def _in_time(table: Table) -> list[Row]:
    """The rows in the order in which attempts began, where the report says it in English."""
    rows = list(table.rows)
    said = [next(iter(cells_of("started", row.cells)), "") for row in rows]
    begun = [_moment(text) for text in said]
    if None in [when for when, text in zip(begun, said, strict=True) if text]:
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


def _questions(table: Table) -> tuple[list[str], list[str]]:
    """Columns of exercises, in the order of the quiz, and those with other responses.

    What most students have in a column says what it is: whoever writes `part 1: ...` into an
    essay must not move the questions of the whole class.
    """
    columns = [column for column in table.columns if is_response(column)]
    if not columns:
        return _by_shape(table), []
    shapes = {
        column: Counter(_shape(row.cells[column]) for row in table.rows) for column in columns
    }
    for fits in (_mostly("parts"), _mostly("named"), lambda found: found["essay"] > 0):
        found = [column for column in columns if fits(shapes[column])]
        if found:
            return found, [column for column in columns if column not in found]
    return [], columns


def _shape(cell: str) -> str:
    """What a response looks like; '' for no answer."""
    cell = cell.strip()
    if cell in _UNANSWERED:
        return ""
    if is_essay(cell):
        return "essay"
    if "\n" in cell:  # boxes have one line
        return "other"
    return "parts" if _first_part(cell) else "named" if _NAMED.match(cell) else "other"


def _mostly(shape: str) -> Callable[[Counter[str]], bool]:
    """Tells of the answers to a question whether more than half have a shape."""
    return lambda found: 2 * found[shape] > found.total() - found[""]


@dataclass(frozen=True, slots=True)
class _Question:
    """A question that is an exercise."""

    column: str
    number: int
    """Of the student's exercise; 0 where the quiz has one."""
    behind: str
    """The column of the next question, if that is no exercise: the essay of this one."""


def _attempt(row: Row, question: _Question, builder: Builder, seen: dict[str, int]) -> str:
    """One question of one attempt; the column of its essay, '' if there is none.

    `seen` counts the attempts at each exercise.
    """
    column, number = question.column, question.number
    cell = row.cells[column].strip()
    who = _who(row)
    found = _found(who, number, builder)
    essay = _essay(row, question, found)
    if cell in _UNANSWERED and not essay:
        reason = because("attempt_without_answer") if found else because("row_of_averages")
        builder.notes.add(row.line, column, "empty", reason)
        return ""
    exercise = found or builder.exercise("", who[0] if who else "", row.line, number)
    if exercise is None:
        return ""
    to = builder.new(exercise, row.line)
    to.attempt = seen[exercise.id] = seen.get(exercise.id, 0) + 1
    states = cells_of("state", row.cells) or [*row.cells.values()]
    to.finished = not any(says("unfinished", text) for text in states)
    first = _first_part(cell)
    named = not first or builder.labels(exercise).find(first[0].rstrip(":： \xa0")) is not None
    if cell not in _UNANSWERED and essay != column:
        (_put_named if named else _put_parts)(to, cell, row, column, builder)
    if essay and to in builder.found:
        put_essay(to, row, essay, builder)
    to.shown = _called_right(exercise, row, column)
    return essay


def _essay(row: Row, question: _Question, exercise: Exercise | None) -> str:
    """The column of the formulas of an exercise: the question's own, or the next one's.

    Where formulas are asked for, whatever stands there was meant for them, and is read or told.
    """
    asks = exercise is not None and asks_formulas(exercise)
    if asks and exercise is not None and not exercise.asked:
        return question.column if row.cells[question.column].strip() not in _UNANSWERED else ""
    for column in filter(None, (question.column, question.behind)):
        cell = row.cells[column].strip()
        if is_essay(cell) or (asks and column == question.behind and cell not in _UNANSWERED):
            return column
    return ""


def _called_right(exercise: Exercise, row: Row, column: str) -> dict[str, Answer]:
    """What the report calls right there: another column of the question, or the one behind it.

    Its name depends on the language; a cell that is cut differently says nothing.
    """
    number = numbered(column)[1]
    names = list(row.cells)
    behind = names[names.index(column) + 1 : names.index(column) + 2]
    for name in dict.fromkeys([*(n for n in names if numbered(n)[1] == number), *behind]):
        if name == column or is_response(name) or not _first_part(row.cells[name].strip()):
            continue
        cell = row.cells[name].strip()
        for questions in (exercise.questions, exercise.asked):
            texts = _split(cell, len(questions))
            if not isinstance(texts, Reason):
                read = (read_answer(exercise, q, t) for q, t in zip(questions, texts, strict=True))
                return {q: a for q, a in zip(questions, read, strict=True) if a is not None}
    return {}


def _who(row: Row) -> list[str]:
    """What the row says about the student, the surest first.

    In any language the first two columns are the names, and an address is an address.
    """
    cells: Mapping[str, str] = row.cells
    found = [text for role in ("id number", "username", "email") for text in cells_of(role, cells)]
    found.append(" ".join(cells_of("name", cells)))
    texts = [text.strip() for text in cells.values()]
    found += [text for text in texts if _ADDRESS.fullmatch(text)]
    found.append(" ".join(texts[:2]))
    return list(dict.fromkeys(filter(None, found)))


def _found(who: list[str], number: int, builder: Builder) -> Exercise | None:
    """The exercise of the first name that fits."""
    for name in who:
        found = builder.find("", name, *([number] if number else []))
        if not isinstance(found, Lost):
            return found
    return None


def _put_parts(to: AnswerSheet, cell: str, row: Row, column: str, builder: Builder) -> None:
    """Parts by their numbers, which must be those of the questions without a gap."""
    questions = to.exercise.questions
    texts = _split(cell, len(questions))
    if isinstance(texts, Reason) and 0 < len(to.exercise.asked) < len(questions):
        # formulas are no fields of an exported question: then the parts are the numbers alone
        numbers = _split(cell, len(to.exercise.asked))
        if not isinstance(numbers, Reason):
            questions, texts = to.exercise.asked, numbers
    if isinstance(texts, Reason):
        reason = because("response_cannot_be_cut", why=texts, steps=len(questions))
        _refuse(to, row, column, reason, builder)
        return
    for id, text in zip(questions, texts, strict=True):
        label = to.exercise.labels[id]
        builder.put(to, label, "" if text == "-" else text, row.line, column, label)


def _split(cell: str, count: int) -> list[str] | Reason:
    """The texts of the parts, or why the cell cannot be cut.

    It is cut only where the next number follows, so an answer may hold `; part 9: ` itself; where
    it holds the very number that comes next, nobody can say which is meant.

    >>> _split("part 1: 0.9; part 2: ; part 3:", 3)
    ['0.9', '', '']
    >>> _split("part 1: 0.9; part 3: 0.5", 2)
    Reason(key='part_missing', arguments={'part': 'part', 'number': 2})
    """
    first = _first_part(cell)
    if not first:
        return because("no_parts")
    before, after = first.groups()
    word = (before + after).strip(" .:：\xa0\u202f")
    blank = cell[first.end() : first.end() + 1]
    wide = after.endswith("：") and not blank.isspace()  # a wide colon needs no blank
    ends = () if wide else ("", ";", blank if blank.isspace() else " ")
    cuts = [(0, first.end())]
    for number in range(2, count + 2):
        sign = f"; {before}{number}{after}"
        place = _next(cell, sign, cuts[-1][1], ends)
        if place < 0 and number <= count:
            return because("part_missing", part=word, number=number)
        if place >= 0 and number > count:
            return because("part_too_many", part=word, number=number)
        if place >= 0 and _next(cell, sign, place + 1, ends) >= 0:
            return because("part_twice", part=word, number=number)
        cuts.append((place, place + len(sign)))
    bounds = [start for start, _ in cuts[1:count]] + [len(cell)]
    return [cell[cut[1] : end].strip() for cut, end in zip(cuts, bounds, strict=False)]


def _next(cell: str, sign: str, start: int, ends: Sequence[str]) -> int:
    """Where a sign stands, and behind it one of these, if there are any; or -1."""
    place = cell.find(sign, start)
    while place >= 0 and ends and cell[place + len(sign) : place + len(sign) + 1] not in ends:
        place = cell.find(sign, place + 1)
    return place


def _put_named(to: AnswerSheet, cell: str, row: Row, column: str, builder: Builder) -> None:
    """Parts by their labels."""
    found = list(_NAMED.finditer(cell))
    labels = builder.labels(to.exercise)
    known = (labels.find(one[1]) or builder.array(to.exercise, one[1]) for one in found)
    if not any(known) or found[0].start():
        _refuse(to, row, column, because("response_without_parts"), builder)
        return
    ends = [*[match.start() for match in found[1:]], len(cell)]
    for match, end in zip(found, ends, strict=True):
        text = cell[match.end() : end].strip()
        builder.put(to, match[1], "" if text == "-" else text, row.line, column, match[1].strip())


def _refuse(to: AnswerSheet, row: Row, column: str, reason: Reason, builder: Builder) -> None:
    builder.found.remove(to)
    builder.listing.add(row.line, column, "bad_step", reason)
