"""Submissions as tables: tidy (a row an answer) and wide (a row a student).

Every problem of a file is collected with its row and column; the good rows beside it are
still used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from grader.errors import Problem, SubmissionError
from grader.read.number import Reading, Unreadable, read_number
from grader.read.table import Row, Table, read_table
from problems.exercise import Exercise
from problems.notation import Labels

TIDY = frozenset({"step", "answer"})
ABOUT = frozenset({"student", "exercise", "step", "answer", "symbol", "name", "email"})


@dataclass
class Submission:
    """What one file says about one exercise."""

    exercise: Exercise
    file: str
    answers: dict[str, Reading] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Step id -> row of the answer, to name both places of a duplicate."""


Find = Callable[[str, str], Exercise | str]
"""(exercise id, student) as the row says -> the exercise, or why there is none."""


@dataclass(frozen=True, slots=True)
class Read:
    """A file's submissions and everything that could not be used."""

    submissions: tuple[Submission, ...]
    problems: tuple[Problem, ...]


def read_submissions(data: bytes, file: str, find: Find) -> Read:
    """All submissions of a CSV file.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by the row's exercise id and student.

    Raises:
        SubmissionError: the file is no table, or no table of answers.
    """
    table = read_table(data, file)
    reader = _Reader(table, find)
    if set(table.columns) >= TIDY:
        reader.tidy()
    elif {"student", "exercise"} & set(table.columns) and set(table.columns) - ABOUT:
        reader.wide()
    else:
        raise SubmissionError([_not_answers(table)])
    return Read(tuple(reader.found.values()), (*table.problems, *reader.problems))


def _not_answers(table: Table) -> Problem:
    found = ", ".join(table.columns) or "nothing"
    message = (
        f"these are no answers: found the columns {found}; needed are 'step' and 'answer', "
        "or 'student' and one column for each step"
    )
    return Problem(table.file, 1, None, "missing_column", message)


class _Reader:
    def __init__(self, table: Table, find: Find) -> None:
        self.table = table
        self.find = find
        self.found: dict[str, Submission] = {}
        self.problems: list[Problem] = []
        self.labels: dict[int, Labels] = {}
        self.reported: set[tuple[str, str]] = set()
        self.rows: dict[str, int] = {}
        """Exercise -> its row in a wide table."""

    def tidy(self) -> None:
        for row in self.table.rows:
            submission = self.submission(row)
            if submission:
                self.answer(submission, row, "answer", row.cells["step"], row.cells["answer"])

    def wide(self) -> None:
        columns = [c for c in self.table.columns if c and c not in ABOUT]
        for row in self.table.rows:
            submission = self.submission(row)
            if not submission:
                continue
            first = self.rows.setdefault(submission.exercise.id, row.line)
            if first != row.line:
                message = f"{submission.exercise.id} stands in row {first} already; keep one row"
                submission.problems.append(self.problem(row, "exercise", "duplicate_row", message))
                continue
            for column in columns:
                self.answer(submission, row, column, column, row.cells[column])

    def problem(self, row: Row, column: str, code: str, message: str) -> Problem:
        return Problem(self.table.file, row.line, column, code, message)

    def submission(self, row: Row) -> Submission | None:
        exercise_id = row.cells.get("exercise", "").strip()
        student = row.cells.get("student", "").strip()
        exercise = self.find(exercise_id, student)
        if isinstance(exercise, str):
            if (exercise_id, student) not in self.reported:
                self.reported.add((exercise_id, student))
                column = "exercise" if exercise_id else "student"
                self.problems.append(self.problem(row, column, "unknown_exercise", exercise))
            return None
        if exercise.id not in self.found:
            self.found[exercise.id] = Submission(exercise, self.table.file)
        return self.found[exercise.id]

    def labels_of(self, exercise: Exercise) -> Labels:
        """Labels of an exercise; students of one family share them."""
        known = exercise.labels
        key = hash(tuple(known.items()))
        if key not in self.labels:
            self.labels[key] = Labels(known)
        return self.labels[key]

    def answer(self, to: Submission, row: Row, column: str, step: str, text: str) -> None:
        labels = self.labels_of(to.exercise)
        id = labels.find(step)
        if id is None:
            if text.strip() or column == "answer":
                to.problems.append(self.unknown_step(row, column, step, labels))
            return
        reading = read_number(text)
        if id in to.places and column == "answer":
            self.twice(to, row, id, reading)
            return
        to.places[id] = row.line
        if reading is not None:
            to.answers[id] = reading
        if isinstance(reading, Unreadable):
            to.problems.append(self.problem(row, column, reading.code, reading.message))

    def unknown_step(self, row: Row, column: str, step: str, labels: Labels) -> Problem:
        near = labels.suggestion(step)
        hint = f"; did you mean {near!r}?" if near else ""
        message = f"this exercise has no step {step.strip()[:60]!r}{hint}"
        return self.problem(row, "step" if column == "answer" else column, "unknown_step", message)

    def twice(self, to: Submission, row: Row, id: str, reading: Reading | None) -> None:
        """A row that repeats or is blank is ignored; a contradiction is refused."""
        first = to.answers.get(id)
        label = to.exercise.labels[id]
        if reading is None or (first and first.text.strip() == reading.text.strip()):
            return
        if first is None:
            to.answers[id], to.places[id] = reading, row.line
            return
        message = (
            f"{label!r} is answered in row {to.places[id]} and again, differently, in row "
            f"{row.line}; keep one"
        )
        to.problems.append(self.problem(row, "step", "contradiction", message))
        to.answers[id] = Unreadable(reading.text, "contradiction", 0, message)
