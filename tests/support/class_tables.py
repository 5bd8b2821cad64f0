"""Tables of a class as they come: mostly right numbers, and everything else that happens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from issued_exercises import exercises

from grader.assignments.folder import Folder, Order
from grader.assignments.issue import issue
from grader.assignments.roster import Student
from grader.bulk import checked_singly
from grader.errors import Problem
from grader.intake.collect import Gathered, gather
from grader.marking.mark import mark
from grader.marking.policy import Policy
from grader.results.crosscheck import other_exercise
from grader.results.feedback import Graded
from grader.results.problem_rows import problem_row
from problems.computation import ids
from problems.drawing import family as families
from problems.exercise import Exercise, as_json, dumps
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS

ODD_CELLS = (
    "", " ", "x", "0,5", "1,234", "v4 = 0.5", "net_h1=0.25", "q = 1", "≈0.5", " 0.5 ", "5e-4",
    "1/3",
    "−0.25", "+0.5", ".5", "5.", "00.50", "1e400", "nan", "=1+1", "-cmd", "@x", "0.1234567890123",
    "3,14159", "1.234,5", "(0.5)", "0.5 V", "12/11/2026", "9" * 70, "1" * 2100, "0x1f", "1 234.5",
    "0·6851", "6.851*10-1", "10−4", "6.851-01", "1.5e^-4", "1'000.5", "06851", "6-Mrz", "#WERT!",
    "‐0.5", "⁻0.5", "—0.5", "0，5", "\u20090.5", "v4 = 2·3",
    "‘0.5", "'0.5", "\t0.5", "0", "0.0000", "-0.0000", "1.0e-3", "0.5;0.6", "½", "٣",
)  # fmt: skip

MIXED = (
    "musilek", "mazur", "lfd", "valchanov", "deep", "mazur-mixed", "lfd-formulas", "two-rounds",
)  # fmt: skip
"""Families that tables of any habits are made for."""
POLICIES = ("default", "strict", "exam", "fine")
"""Shipped ones, and one of the tests' own."""
ODD_ROWS = (
    "unknown student", "said twice", "other last answer", "too long", "empty", "too short",
    "lines in cells", "unknown exercise",
)  # fmt: skip


@dataclass(frozen=True)
class Habits:
    """How a table is made."""

    tidy: bool
    odd: float
    """Share of cells that are odd."""
    slips: float
    """Share of students with a slip."""
    blanks: float
    rows: bool
    """Whether rows are odd as well: unknown students, repeated ones, too many cells."""
    delimiter: str = ","
    end: str = "\r\n"
    quote: int = csv.QUOTE_MINIMAL
    encoding: str = "utf-8"
    comma: bool = False
    """Whether numbers have a decimal comma."""


HABITS: Mapping[str, Sequence[Any]] = {
    "tidy": (False, True),
    "odd": (0.0, 0.02, 0.2),
    "slips": (0.0, 0.4),
    "blanks": (0.0, 0.1, 0.5),
    "rows": (False, True),
    "delimiter": (",", ",", ";", "\t"),
    "end": ("\r\n", "\n", "\n", "\r"),
    "quote": (csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL),
    "encoding": ("utf-8", "utf-8", "utf-8-sig", "utf-16"),
    "comma": (False, False, False, False, False, True),
}
"""What each is one of; what is named twice is as often."""


def habits(rng: np.random.Generator) -> Habits:
    """Any."""
    return Habits(**{name: values[rng.integers(len(values))] for name, values in HABITS.items()})


def answers(exercise: Exercise, habit: Habits, rng: np.random.Generator) -> dict[str, str]:
    """Question -> what one student typed; blank ones are ''."""
    carried = dict(exercise.numbers)
    slip = None
    if exercise.asked and rng.random() < habit.slips:
        slip = exercise.asked[rng.integers(len(exercise.asked))]
    typed: dict[str, str] = {}
    negate = rng.random() < 0.05
    for step in exercise.graph.steps.values():
        rule = step.rule
        if step.id == slip:
            wrong = [
                w.rule
                for w in wrong_rules(exercise.graph, step.id)
                if carried.keys() >= {*w.rule.refs()}
            ]
            rule = wrong[rng.integers(len(wrong))] if wrong else rule
        with np.errstate(all="ignore"):
            value = float(rule.evaluate(carried, NUMBERS))
        value = value if np.isfinite(value) and abs(value) < 1e9 else 0.0
        carried[step.id] = value
        if step.id in exercise.asked:
            sign = -1 if negate and step.kind == "delta" else 1
            text = exercise.precision.shown(step.kind, sign * value)
            if rng.random() < 0.05:
                text = text[:-2]
            typed[step.id] = text.replace(".", ",") if habit.comma else text
            if rng.random() < 0.5:
                carried[step.id] = float(text) * sign if text not in ("", "-") else value
    for question in exercise.questions:
        if ids.asks_formula(question):
            typed[question] = str(rng.choice(["x1*w13", "1", "y4*(1-y4)", "(a", "", "e*s"]))
        if rng.random() < habit.blanks:
            typed[question] = ""
        if rng.random() < habit.odd:
            typed[question] = str(rng.choice(ODD_CELLS))
    return {question: typed.get(question, "") for question in exercise.questions}


def table(exercises: Sequence[Exercise], habit: Habits, rng: np.random.Generator) -> bytes:
    """A file of a class's answers."""
    order = rng.permutation(len(exercises))
    own = [(exercises[n], answers(exercises[n], habit, rng)) for n in order]
    header, rows = (_tidy if habit.tidy else _wide)(own, habit, rng)
    if habit.rows:
        rows = _odd_rows(header, rows, habit, rng)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=habit.delimiter, lineterminator=habit.end)
    if habit.quote == csv.QUOTE_ALL:
        writer = csv.writer(
            stream, delimiter=habit.delimiter, lineterminator=habit.end, quoting=csv.QUOTE_ALL
        )
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode(habit.encoding, "replace")


def _who(exercise: Exercise, rng: np.random.Generator) -> tuple[str, str]:
    how = rng.random()
    if how < 0.7:
        return exercise.student, exercise.id
    return ("", exercise.id) if how < 0.85 else (exercise.student, "")


def _tidy(own: list, habit: Habits, rng: np.random.Generator) -> tuple[list[str], list[list[str]]]:
    rows = []
    for exercise, typed in own:
        student, id = _who(exercise, rng)
        for question, text in typed.items():
            label = exercise.labels[question]
            if rng.random() < 0.02:
                label = str(
                    rng.choice([question, label.upper(), label + "x", "", "W1", " " + label])
                )
            rows.append([student, id, label, text])
            if rng.random() < 0.01:
                rows.append([student, id, label, str(rng.choice([text, "0.77", ""]))])
    if rng.random() < 0.3:
        rows = [rows[n] for n in rng.permutation(len(rows))]
    header = ["student", "exercise", "step", "answer"]
    if rng.random() < 0.3:
        header, rows = (
            [*header, "remark"],
            [[*row, str(rng.choice(["", "12", "ok"]))] for row in rows],
        )
    return header, rows


def _wide(own: list, habit: Habits, rng: np.random.Generator) -> tuple[list[str], list[list[str]]]:
    labels = list(
        dict.fromkeys(label for exercise, _ in own for label in exercise.labels.values())
    )
    extra = [str(name) for name in rng.choice(["Email", "w99", "s1", "net"], rng.integers(0, 2))]
    header = ["student", "exercise", *labels, *extra]
    rows = []
    for exercise, typed in own:
        by_label = {exercise.labels[question]: text for question, text in typed.items()}
        cells = [by_label.get(label, "") for label in labels]
        more = [str(rng.choice(["", "0.5", "(0.5; 0.6)"])) for _ in extra]
        rows.append([*_who(exercise, rng), *cells, *more])
    return header, rows


def _odd_rows(
    header: list[str], rows: list[list[str]], habit: Habits, rng: np.random.Generator
) -> list[list[str]]:
    found = []
    for row in rows:
        found.append(row)
        match int(rng.integers(0, 60 if habit.tidy else 12)):
            case 0:
                found.append(["nobody", "", *row[2:]])
            case 1:
                found.append([*row])
            case 2:
                found.append([*row[:-1], "0.4711"])
            case 3:
                found.append([*row, "5", "6"])
            case 4:
                found.append(["" for _ in row])
            case 5:
                found.append(row[: len(row) // 2])
            case 6:
                found.append([row[0], row[1], *["two\nlines" for _ in row[2:]]])
            case 7:
                found.append([row[0], "no-such-exercise", *row[2:]])
            case 8:
                found.append([rows[0][0] or "nobody", row[1], *row[2:]])
            case _:
                pass
    return found


def assignment_of(found: list[Exercise], at: Path) -> Path:
    """An assignment folder with any exercises."""
    people = [Student(one, f"Name {one}", "", one) for one in {e.student: 0 for e in found}]
    order = Order("hw", "mazur", families.source_of("mazur"), "s", formats=())
    issue(order, people, at)
    (at / "exercises.jsonl").write_text("".join(dumps(as_json(e)) + "\n" for e in found))
    return at


def mixed(names: list[str], each: int) -> list[Exercise]:
    """Exercises of several families in one assignment."""
    found = []
    for name in names:
        for n, one in enumerate(exercises(name, each)):
            found.append(replace(one, student=f"{name}.{n}", id=f"{name}-{n:04d}"))
    return found


@dataclass(frozen=True)
class Class:
    """Exercises of a class and its tables."""

    exercises: list[Exercise]
    habits: list[Habits]
    """How each table is made."""
    tables: list[bytes]
    policy: str
    """One of POLICIES."""

    def written(self, folder: Path) -> tuple[list[Path], Path]:
        """The tables' files and the assignment's folder."""
        hw = assignment_of(self.exercises, folder / "hw")
        paths = [folder / f"table-{n}.csv" for n in range(len(self.tables))]
        for path, data in zip(paths, self.tables, strict=True):
            path.write_bytes(data)
        return paths, hw

    def rows(self) -> Iterator[list[str]]:
        """Every row of every table, as a reader of CSV sees it."""
        for habit, data in zip(self.habits, self.tables, strict=True):
            text = io.StringIO(data.decode(habit.encoding), newline="")
            yield from csv.reader(text, delimiter=habit.delimiter)


def oddities(made: Class) -> set[str]:
    """Which of ODD_ROWS are among the rows of a class."""
    found: set[str] = set()
    for n in range(len(made.tables)):
        one = replace(made, habits=[made.habits[n]], tables=[made.tables[n]])
        (header, *rows) = one.rows()
        for before, row in pairwise([header, *rows]):
            odd = (
                row[:1] == ["nobody"],
                row == before,
                row[-1:] == ["0.4711"],
                len(row) > len(header),
                not any(row),
                0 < len(row) < len(header),
                "two\nlines" in row,
                "no-such-exercise" in row,
            )
            found |= {name for name, is_odd in zip(ODD_ROWS, odd, strict=True) if is_odd}
    return found


def class_of(name: str) -> Class:
    """A class with exercises of one family: a tidy table and a wide one, odd in every way."""
    found, rng = mixed([name], 4), np.random.default_rng(sum(map(ord, name)))
    made = [Habits(True, 0.0, 0.6, 0.1, False), Habits(False, 0.05, 0.6, 0.1, True)]
    return Class(found, made, [table(found, habit, rng) for habit in made], "default")


def any_class(seed: int) -> Class:
    """A class of some families with tables of any habits."""
    rng = np.random.default_rng(seed)
    chosen = [str(name) for name in rng.choice(MIXED, rng.integers(1, 4), replace=False)]
    found = mixed(chosen, 3)
    made = [habits(rng) for _ in range(rng.integers(1, 3))]
    tables = [table(found, habit, rng) for habit in made]
    return Class(found, made, tables, str(rng.choice(POLICIES)))


# the same by the checker of single submissions ---------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of files, as tables."""

    gradebook: pl.DataFrame
    steps: pl.DataFrame
    problems: list[tuple]
    notes: list[tuple]


def one_by_one(paths: Sequence[Path], assignment: Path, policy: Policy) -> Outcome:
    """By gather and mark, as `bpgrade check` does it."""
    return outcome(*singly(paths, assignment, policy), assignment)


def singly(
    paths: Sequence[Path], assignment: Path, policy: Policy
) -> tuple[Gathered, list[Graded]]:
    """What was read, with its problems, and the reports in the order of the files."""
    found = gather(paths, assignment)
    graded = []
    for work in found.works:
        one = work.submission
        report = mark(one.exercise, one.answers, policy, one.problems)
        graded.append(Graded(report, one.exercise, work.folder, policy))
        if problem := other_exercise(one, report, work.folder):
            found.problems.append(problem)
    return found, graded


def outcome(found: Gathered, graded: list[Graded], assignment: Path) -> Outcome:
    """The tables of what was marked one by one."""
    order = {exercise.id: n for n, exercise in enumerate(Folder(assignment).exercises())}
    graded = sorted(graded, key=lambda one: order[one.report.exercise])
    problems = [*found.problems, *(p for one in graded for p in one.report.problems)]
    return Outcome(
        checked_singly.gradebook(graded),
        checked_singly.steps(graded),
        sorted(map(_plain, problems)),
        sorted(map(_plain, found.notes)),
    )


def _plain(problem: Problem) -> tuple:
    return tuple("" if part is None else str(part) for part in problem_row(problem))


def of_results(folder: Path, notes: Sequence[Problem]) -> Outcome:
    """Read back what the bulk checker wrote."""
    from grader.bulk.results import GRADEBOOK, STEPS

    book = pl.read_csv(folder / "gradebook.csv", schema=GRADEBOOK, empty_string_is_null=False)
    steps = pl.read_parquet(folder / "steps.parquet").cast(STEPS)  # type: ignore[arg-type]
    problems = pl.read_csv(folder / "problems.csv", infer_schema=False, empty_string_is_null=False)
    return Outcome(book, steps, sorted(problems.rows()), sorted(map(_plain, notes)))
