"""A class's tables graded: sorted by whose they are, judged part by part, written as results."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

import polars as pl

from grader import __version__
from grader.assignments.worksheets import Progress
from grader.bulk.answer_columns import handed_in
from grader.bulk.changes import write_changes
from grader.bulk.exercise_columns import Roll, load_part, open_roll
from grader.bulk.marking import Tables, marked
from grader.bulk.other_exercises import Comparison, clearest, compare, lay_aside
from grader.bulk.partition import Job, Signs, Sorted, sort_range
from grader.bulk.pieces import Piece
from grader.bulk.printout import Printout
from grader.bulk.results import (
    PartFiles,
    problem_table,
    put_together,
    refuse_other,
)
from grader.bulk.survey import Range, ranges
from grader.errors import Problem
from grader.marking.policy import Policy
from grader.read.tables.answers import COMMAS_SETTLED
from grader.read.tables.brackets import in_all
from grader.results.problem_rows import ProblemRow, problem_in
from grader.support.atomic_files import new_folder
from grader.support.workers import Workers
from problems.texts import shown_path


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a spill that belong to one part of the class."""

    file: str
    order: int
    """Number of the file."""
    columns: tuple[str, ...]
    delimiter: str
    comma: bool | None
    brackets: bool
    spill: Path
    start: int
    count: int


@dataclass(frozen=True)
class PartJob:
    """A part to be marked."""

    roll: Roll
    number: int
    slices: tuple[Slice, ...]
    policy: Policy
    files: PartFiles
    printer: str = ""
    """What is printed of each submission, instead of tables of results."""


@dataclass(frozen=True)
class MarkedPart:
    """What was marked."""

    submissions: int
    answers: int
    points: float
    notes: tuple[Problem, ...]


@dataclass
class Graded:
    """What came of a class."""

    submissions: int = 0
    answers: int = 0
    problems: int = 0
    points: float = 0.0
    """Sum of the per cents, for the mean."""
    notes: list[Problem] = field(default_factory=list)
    few: list[Problem] = field(default_factory=list)
    """The first problems."""

    @property
    def counted(self) -> dict[str, int]:
        """What `results.json` tells of the size."""
        return {"submissions": self.submissions, "answers": self.answers}

    def add(self, done: MarkedPart) -> None:
        """One more part."""
        self.submissions += done.submissions
        self.answers += done.answers
        self.points += done.points
        self.notes += done.notes


def grade(
    paths: Sequence[Path],
    assignment: Path,
    policy: Policy,
    out: Path,
    workers: Workers,
    form: str,
    progress: Progress,
) -> Graded:
    """Grade tables of a whole class.

    Args:
        paths: CSV and Parquet files.
        assignment: the folder of the exercises.
        policy: what verdicts are worth.
        out: the folder of results to make; results that are there are replaced.
        workers: who does it.
        form: `parquet` or `csv`, what the steps are written as.
        progress: told of the phases `exercises`, `sorting`, `grading`, `comparing`.

    Raises:
        AssignmentError: the exercises cannot be read, or the results not be written.
    """
    roll = open_roll(assignment, workers, lambda done, of: progress("exercises", done, of))
    refuse_other(out)
    with new_folder(out, replace=True) as folder:
        work = folder / ".work"
        work.mkdir()
        marking = _Marking(paths, roll, policy, work, workers, progress, form=form)
        problems, found = marking.run()
        meta: dict[str, object] = {
            "generator": f"bpgrade {__version__}",
            "assignment": assignment.name,
            "policy": policy.name,
            "files": [shown_path(path) for path in paths],
            **found.counted,
        }
        found.problems = put_together(marking.parts, problems, meta, folder)
        found.few = _first(folder)
        shutil.rmtree(work)
        write_changes(out, folder)
    return found


@contextmanager
def printed(
    paths: Sequence[Path],
    assignment: Path,
    policy: Policy,
    printer: str,
    workers: Workers,
    progress: Progress,
) -> Iterator[Printout]:
    """Grade tables of a whole class, to be printed submission by submission.

    Args:
        paths: CSV and Parquet files.
        assignment: the folder of the exercises.
        policy: what verdicts are worth.
        printer: one of `grader.bulk.printers.PRINTERS`.
        workers: who does it.
        progress: told of the phases `exercises`, `sorting`, `grading`, `comparing`.

    Raises:
        AssignmentError: the exercises cannot be read.
    """
    roll = open_roll(assignment, workers, lambda done, of: progress("exercises", done, of))
    with tempfile.TemporaryDirectory(prefix="bpgrade-") as name:
        work = Path(name)
        marking = _Marking(paths, roll, policy, work, workers, progress, printer=printer)
        problems, found = marking.run()
        frames = [pl.read_ipc(one.printed) for one in marking.parts if one.printed.exists()]
        of_nobody = [
            problem_in(ProblemRow(*row[1:])) for row in problems.sort("order", "row").rows()
        ]
        yield Printout(found.submissions, found.notes, of_nobody, frames)


@dataclass
class _Marking:
    """The phases of grading a class, into files of its parts."""

    paths: Sequence[Path]
    roll: Roll
    policy: Policy
    work: Path
    """A folder for what lies between the phases."""
    workers: Workers
    progress: Progress
    form: str = "csv"
    printer: str = ""

    @cached_property
    def parts(self) -> list[PartFiles]:
        """The files of each part of the class."""
        return [PartFiles(self.work, n, self.form) for n in range(len(self.roll.sizes))]

    def run(self) -> tuple[pl.DataFrame, Graded]:
        """Sort, mark, compare; problems that belong to no part, and what came of it."""
        found = Graded()
        slices, problems = _sort(
            self.paths, self.roll, self.work, self.workers, found, self.progress
        )
        jobs = [
            PartJob(self.roll, n, tuple(own), self.policy, self.parts[n], self.printer)
            for n, own in sorted(slices.items())
        ]
        for n, done in enumerate(self.workers.map(mark_part, jobs), 1):
            found.add(done)
            self.progress("grading", n, len(jobs))
        others = _others(self.parts, self.roll, self.paths, self.workers, self.progress)
        if self.printer:
            own = [pl.read_ipc(p.problems) for p in self.parts if p.problems.exists()]
            problems = pl.concat([problems, *own])
        return pl.concat([problems, others]), found


def _first(folder: Path, most: int = 20) -> list[Problem]:
    table = pl.read_csv(folder / "problems.csv", infer_schema=False, n_rows=most)
    return [
        problem_in(ProblemRow(file, int(row) if row else None, *rest))
        for file, row, *rest in table.rows()
    ]


# first pass --------------------------------------------------------------------------------


def _sort(
    paths: Sequence[Path],
    roll: Roll,
    work: Path,
    workers: Workers,
    found: Graded,
    progress: Progress,
) -> tuple[dict[int, list[Slice]], pl.DataFrame]:
    """Rows laid by parts: part -> where its rows are; and what could not be used."""
    cut = [
        (order, range_)
        for order, path in enumerate(paths)
        for range_ in ranges(path, shown_path(path))
    ]
    jobs = [Job(range_, roll, work / f"rows-{n:05d}") for n, (_, range_) in enumerate(cut)]
    results: list[tuple[int, Range, Sorted]] = []
    for n, done in enumerate(workers.map(sort_range, jobs), 1):
        results.append((*cut[n - 1], done))
        progress("sorting", n, len(jobs))
    slices: dict[int, list[Slice]] = {}
    problems: list[tuple[int, Problem]] = []
    for order, group in groupby(results, key=lambda result: result[0]):
        of_file = [(range_, done) for _, range_, done in group]
        refused = [problem for _, done in of_file for problem in done.refused]
        if refused:
            problems += [(order, problem) for problem in refused[:1]]
            continue
        file = of_file[0][0].file
        comma, notes = _comma([done.signs for _, done in of_file], file)
        brackets = in_all(done.signs.brackets for _, done in of_file).doubtful
        found.notes += [*notes, *_first_of_each(n for _, done in of_file for n in done.notes)]
        problems += [(order, problem) for _, done in of_file for problem in done.problems]
        problems += [(order, problem) for problem in _lost(done for _, done in of_file)]
        for _, done in of_file:
            for part, start, count in done.slices:
                slice_ = Slice(
                    file=file,
                    order=order,
                    columns=done.columns,
                    delimiter=done.delimiter,
                    comma=comma,
                    brackets=brackets,
                    spill=done.spill,
                    start=start,
                    count=count,
                )
                slices.setdefault(part, []).append(slice_)
    return slices, problem_table(problems)


def _comma(signs: Sequence[Signs], file: str) -> tuple[bool | None, list[Problem]]:
    """Whether a file writes decimal commas, as all its ranges together show."""
    if any(sign.dot for sign in signs) or not any(sign.comma for sign in signs):
        return None, []
    doubtful = next((sign.doubtful for sign in signs if sign.doubtful), 0)
    note = Problem(file, doubtful, None, "ambiguous_separator", COMMAS_SETTLED)
    return True, [note] if doubtful else []


def _first_of_each(notes: Iterable[Problem]) -> list[Problem]:
    """Of notes that say the same the first."""
    first: dict[tuple[str, str], Problem] = {}
    for note in notes:
        first.setdefault((note.code, note.message), note)
    return list(first.values())


def _lost(ranges_: Iterable[Sorted]) -> list[Problem]:
    """Of rows that say the same only the first is listed."""
    first: dict[tuple[str, str], Problem] = {}
    for done in ranges_:
        for said, problem in done.lost:
            first.setdefault(said, problem)
    return list(first.values())


# second pass -------------------------------------------------------------------------------


def mark_part(job: PartJob) -> MarkedPart:
    """Judge all submissions of a part and write its results."""
    part = load_part(job.roll, job.number)
    orders = {slice_.file: slice_.order for slice_ in job.slices}
    handed = handed_in(part, job.roll.starts[job.number], list(_pieces(job.slices)))
    problems = [(orders[problem.file], problem) for problem in handed.problems]
    if not job.printer:
        for cast in handed.casts:
            own = (problem for listed in cast.problems().values() for problem in listed)
            problems += [(orders[problem.file], problem) for problem in own]
    if problems:
        job.files.write_problems(problem_table(problems))
    if not handed.casts:
        return MarkedPart(0, 0, 0.0, tuple(handed.notes))
    tables: Tables = marked(part, handed, job.policy, job.printer)
    if tables.doubtful:
        lay_aside(tables.doubtful, job.files.doubtful)
    if tables.printed is not None:
        job.files.write_printed(tables.printed)
        book, answers = tables.printed, int(tables.printed["answers"].sum())
    else:
        job.files.write(tables.gradebook, tables.steps)
        book, answers = tables.gradebook, len(tables.steps)
    return MarkedPart(len(book), answers, float(book["percent"].sum()), tuple(handed.notes))


def _others(
    parts: Sequence[PartFiles],
    roll: Roll,
    paths: Sequence[Path],
    workers: Workers,
    progress: Progress,
) -> pl.DataFrame:
    """What was worked on another exercise than the own one."""
    aside = tuple(part.doubtful for part in parts if part.doubtful.exists())
    jobs = [Comparison(roll, n, aside) for n in range(len(roll.sizes))] if aside else []
    found = []
    for n, done in enumerate(workers.map(compare, jobs), 1):
        found.append(done)
        progress("comparing", n, len(jobs))
    orders = {shown_path(path): order for order, path in enumerate(paths)}
    return problem_table((orders[problem.file], problem) for problem in clearest(found))


def _pieces(slices: Sequence[Slice]) -> Iterable[Piece]:
    """The rows of each file, its ranges together."""
    for _, group in groupby(slices, key=lambda slice_: slice_.order):
        own = list(group)
        frames = [pl.scan_ipc(one.spill).slice(one.start, one.count).collect() for one in own]
        first = own[0]
        frame = pl.concat(frames, rechunk=True)
        columns, delimiter = first.columns, first.delimiter
        signs = (first.comma, first.brackets)
        yield Piece(first.file, frame, columns, delimiter, *signs, order=first.order)
