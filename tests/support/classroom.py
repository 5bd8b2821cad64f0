"""A class that hands in: simulated by the real engine, with weaknesses planted in it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from grader.assignments.folder import Folder
from grader.bulk.results import VERDICT_COLUMNS
from grader.cli import cli
from grader.marking.batch import VERDICTS, Batch
from grader.marking.mark import mark
from grader.marking.policy import DEFAULT
from grader.marking.sign_conventions import Judged, judge
from grader.read.number import read_number
from problems.arithmetic.precision import power_of_ten
from problems.computation.solve import solve
from problems.exercise import Exercise
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS, Expression
from templates.feedback.report import Report, StepReport

Arrays = dict[str, np.ndarray]
Masks = Mapping[str, np.ndarray]

GRADEBOOK = [
    "student",
    "exercise",
    "score",
    "max",
    "percent",
    "first_deviation",
    "remarks",
    "for_teacher",
    "correct",
    "imprecise",
    "carried",
    "undetermined",
    "slip",
    "repeated",
    "wrong",
    "blank",
    "unreadable",
    "vouched",
    "problems",
]
STEPS = [
    "student",
    "exercise",
    "step",
    "id",
    "answer",
    "verdict",
    "credit",
    "weight",
    "expected",
    "tolerance",
    "slip",
    "used",
]


@dataclass
class Classroom:
    """An assignment and what its students write.

    Args:
        exercises: of one plan, one a student.
        seed: of everything that is left to chance.
    """

    exercises: tuple[Exercise, ...]
    seed: int = 1
    slips: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)
    """Step -> a slip of the catalogue, and who makes it there."""
    mistakes: dict[str, np.ndarray] = field(default_factory=dict)
    """Step -> who writes any number there."""
    blanks: dict[str, np.ndarray] = field(default_factory=dict)
    copies: list[tuple[int, int]] = field(default_factory=list)
    """(who copies, from whom): every answer."""

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    @property
    def count(self) -> int:
        return len(self.exercises)

    @property
    def first(self) -> Exercise:
        return self.exercises[0]

    def givens(self) -> Arrays:
        names = self.first.graph.givens
        return {id: np.array([float(e.givens[id]) for e in self.exercises]) for id in names}

    def any_of(self, share: float | np.ndarray) -> np.ndarray:
        """Some of the class, at random."""
        return self.rng.random(self.count) < share

    # what they write --------------------------------------------------------------------------

    def paper(self) -> Arrays:
        """Rounded and carried on; slips and mistakes where they are planted."""
        carried = self.givens()
        paper: Arrays = {}
        for step in self.first.graph.steps.values():
            value = self.evaluated(step.rule, carried)
            if step.id in self.slips:
                name, who = self.slips[step.id]
                value = np.where(who, self.evaluated(self.wrong(step.id, name), carried), value)
            if step.id in self.mistakes:
                off = self.rng.choice([-1, 1], self.count) * self.rng.uniform(
                    0.05, 0.6, self.count
                )
                value = np.where(self.mistakes[step.id], value * (1 + off) + off, value)
            unit = power_of_ten(-self.first.precision.places(step.kind))
            carried[step.id] = paper[step.id] = np.round(value / unit) * unit
        return self.copied({id: paper[id] for id in self.first.asked})

    def evaluated(self, rule: Expression, carried: Arrays) -> np.ndarray:
        return np.broadcast_to(rule.evaluate(carried, NUMBERS), (self.count,))

    def wrong(self, id: str, name: str) -> Expression:
        return next(w.rule for w in wrong_rules(self.first.graph, id) if w.slip == name)

    def copied(self, paper: Arrays) -> Arrays:
        for id, column in paper.items():
            column = column.copy()
            column[self.blanks.get(id, np.zeros(self.count, dtype=bool))] = np.nan
            for who, whom in self.copies:
                column[who] = column[whom]
            paper[id] = column
        return paper

    def judged(self, paper: Arrays) -> Judged:
        graph, precision = self.first.graph, self.first.precision
        true = solve(graph, self.givens(), precision)
        nothing = np.zeros(self.count, dtype=bool)
        units = {
            id: np.full(self.count, precision.unit(graph.steps[id].kind, true[id])) for id in paper
        }
        bad = dict.fromkeys(paper, nothing)
        return judge(Batch(graph, precision, true, paper, units, bad, self.count))

    # the results folder -----------------------------------------------------------------------

    def write(self, out: Path, submitted: list[str] | None = None) -> Path:
        """gradebook.csv and steps.csv, as grading a class makes them."""
        paper = self.paper()
        judged = self.judged(paper)
        true = solve(self.first.graph, self.givens(), self.first.precision)
        out.mkdir(parents=True, exist_ok=True)
        with (out / "steps.csv").open("w", newline="") as steps:
            writer = csv.writer(steps)
            writer.writerow(STEPS)
            rows = [self.rows(n, paper, judged, true) for n in range(self.count)]
            for own in rows:
                writer.writerows(own)
        with (out / "gradebook.csv").open("w", newline="") as book:
            writer = csv.writer(book)
            more = ["submitted"] if submitted else []
            writer.writerow([*GRADEBOOK, *more])
            for n, own in enumerate(rows):
                times = [submitted[n]] if submitted else []
                writer.writerow([*self.summary(n, own), *times])
        return out

    def rows(self, n: int, paper: Arrays, judged: Judged, true: dict) -> list[list[str]]:
        exercise, found = self.exercises[n], []
        for id in exercise.asked:
            verdict = VERDICTS[int(judged.standing.verdicts[id][n])]
            slip = judged.slips.get(id, {}).get(n)
            value = paper[id][n]
            places = exercise.precision.places(exercise.graph.steps[id].kind)
            answer = "" if np.isnan(value) else f"{value:.{places}f}"
            found.append(
                [
                    exercise.student, exercise.id, exercise.labels[id], id, answer, verdict,
                    f"{DEFAULT.credit(verdict, slip, 1):g}", f"{DEFAULT.weight(id):g}",
                    repr(float(np.broadcast_to(true[id].m, self.count)[n])),
                    repr(float(np.broadcast_to(true[id].r, self.count)[n])),
                    slip or "", "",
                ]
            )  # fmt: skip
        return found

    def summary(self, n: int, own: list[list[str]]) -> list[str]:
        exercise = self.exercises[n]
        score = sum(float(row[6]) * float(row[7]) for row in own)
        most = sum(float(row[7]) for row in own)
        place = {id: k for k, id in enumerate(exercise.graph.steps)}
        lost = [row[3] for row in own if row[5] in ("slip", "repeated", "wrong")]
        first = min(lost, key=place.__getitem__, default="")
        counts = [str(sum(row[5] == verdict for row in own)) for verdict in VERDICT_COLUMNS]
        return [
            exercise.student, exercise.id, f"{score:g}", f"{most:g}",
            f"{100 * score / most:.1f}", first, "", "", *counts, "0", "0",
        ]  # fmt: skip


def assignment(out: Path, family: str, count: int, *more: str) -> Folder:
    """A freshly generated one, without handouts."""
    command = ["generate", family, "--count", str(count), "--formats", "none"]
    done = CliRunner().invoke(cli, [*command, "--seed", "class", "--out", str(out), *more])
    assert done.exit_code == 0, done.output
    return Folder(out)


def graded(folder: Folder, out: Path, seed: int = 1, attempts: int = 1) -> Path:
    """Results of an assignment of any family, checked one by one.

    Some answers are off, some blank; formulas are left blank.
    """
    rng = np.random.default_rng(seed)
    book, steps = [], []
    for exercise in folder.exercises():
        for attempt in range(1, attempts + 1):
            answers = {}
            for id in exercise.asked:
                value, chance = exercise.printed[id], rng.random()
                if chance < 0.8:
                    answers[id] = read_number(value)
                elif chance < 0.95:
                    answers[id] = read_number(f"{float(value) * 1.7 + 0.3:.4f}")
            report = mark(exercise, answers)
            book.append([*_row(report), f"2026-03-{attempt:02}T10:00:00", str(attempt)])
            steps += [_step_row(report, step) for step in report.steps]
    out.mkdir(parents=True, exist_ok=True)
    for name, header, rows in (
        ("gradebook.csv", (*GRADEBOOK, "submitted", "attempt"), book),
        ("steps.csv", STEPS, steps),
    ):
        with (out / name).open("w", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
    return out


def _row(report: Report) -> list[str]:
    counts = report.counts()
    return [
        report.student, report.exercise, f"{report.score:g}", f"{report.max:g}",
        f"{report.percent:g}", report.first_deviation or "", " ".join(report.remarks),
        " ".join(note.message for note in report.teacher),
        *(str(counts.get(verdict, 0)) for verdict in VERDICT_COLUMNS),
        str(sum(step.code == "follows_vouched" for step in report.steps)), "0",
    ]  # fmt: skip


def _step_row(report: Report, step: StepReport) -> list[str]:
    asks = bool(step.formula)
    return [
        report.student, report.exercise, step.label, step.id, step.answer, step.verdict,
        f"{step.credit:g}", f"{step.weight:g}", "" if asks else repr(step.expected),
        "" if asks else repr(step.tolerance), step.slip or "", " ".join(step.used),
    ]  # fmt: skip
