"""Rows find their exercises, and are laid beside those of the same part of the class.

A class's table comes in any order; the exercises lie in parts. Each range of rows is written
down once, sorted by the place of its exercises, so that a part's marker takes one slice of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from grader.bulk.exercise_columns import SEED, Index, Roll, book, by_id, by_student, everyone
from grader.bulk.row_owners import with_owners
from grader.bulk.rows import LINE, WIDTH, Rows, as_rows, read_rows
from grader.bulk.survey import Range
from grader.errors import Problem, SubmissionError
from grader.intake.collect import finder, place_of
from grader.intake.sources import Item, parts_of
from grader.read.builder import Builder
from grader.read.download_names import of_platform
from grader.read.tables.answers import COMMA, DOT, EITHER, too_few
from grader.read.tables.brackets import BRACKETED, NEGATIVE, Brackets, in_all
from grader.read.tables.header import KNOWN, is_tidy
from grader.read.tables.table import Table

PLACE = "\x00place"
"""Column with the place of a row's exercise in the class."""


@dataclass(frozen=True, slots=True)
class Job:
    """A range, and where its rows are laid."""

    range: Range
    roll: Roll
    spill: Path


@dataclass(frozen=True, slots=True)
class Signs:
    """What a range shows about the signs of its file: decimal ones, and brackets."""

    dot: bool = False
    comma: bool = False
    doubtful: int = 0
    """First line with a number like 1,234; 0 for none."""
    brackets: Brackets = field(default_factory=Brackets)


@dataclass(frozen=True)
class Sorted:
    """What became of a range."""

    spill: Path
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    slices: tuple[tuple[int, int, int], ...] = ()
    """Part of the roll, first row, number of rows."""
    signs: Signs = field(default_factory=Signs)
    problems: tuple[Problem, ...] = ()
    lost: tuple[tuple[tuple[str, str], Problem], ...] = ()
    """Exercise and student as written, and why there is no such exercise."""
    notes: tuple[Problem, ...] = ()
    refused: tuple[Problem, ...] = ()
    """Why the whole file is refused."""


def sort_range(job: Job) -> Sorted:
    """Write the rows of a range down, sorted by the places of their exercises."""
    try:
        rows = read_rows(job.range)
    except SubmissionError as error:
        named = tuple(p if p.file else p._replace(file=job.range.file) for p in error.problems)
        return Sorted(job.spill, refused=named)
    rows = with_owners(rows, job.range.file)
    short, rows = _without_short(rows, job.range.file)
    frame, lost, said = _placed(rows, job)
    starts = job.roll.starts
    frame = frame.sort(PLACE, maintain_order=True)
    frame.write_ipc(job.spill, compression="uncompressed")
    bounds = np.searchsorted(frame[PLACE].to_numpy(), starts).tolist()
    return Sorted(
        job.spill,
        rows.columns,
        rows.delimiter,
        tuple((n, a, b - a) for n, (a, b) in enumerate(pairwise(bounds)) if b > a),
        replace(_signs(rows), brackets=_brackets(rows)),
        (*rows.problems, *short),
        lost,
        (*rows.notes, *said),
    )


def _without_short(rows: Rows, file: str) -> tuple[tuple[Problem, ...], Rows]:
    """Rows of a tidy table that end before the answer are told and left out."""
    if not is_tidy(rows.columns):
        return (), rows
    needed = 1 + max(rows.columns.index("step"), rows.columns.index("answer"))
    short = rows.frame.filter(pl.col(WIDTH) < needed)
    if not len(short):
        return (), rows
    table = Table(file, rows.columns, (), (), (), rows.delimiter)
    problems = tuple(
        Problem(file, row.line, None, "too_few_fields", too_few(row, table))
        for row in as_rows(short, rows.columns)
    )
    kept = rows.frame.filter(pl.col(WIDTH) >= needed)
    return problems, Rows(kept, rows.columns, rows.delimiter, rows.problems, rows.notes)


# whose row it is ---------------------------------------------------------------------------


_Lost = tuple[tuple[tuple[str, str], Problem], ...]


def _placed(rows: Rows, job: Job) -> tuple[pl.DataFrame, _Lost, tuple[Problem, ...]]:
    """The rows with the places of their exercises, and notes; rows of nobody are left out."""
    blank = pl.lit("")
    id, student = (
        pl.col(name).str.strip_chars() if name in rows.columns else blank
        for name in ("exercise", "student")
    )
    said = rows.frame.with_columns(id.alias("id"), student.alias("student"))
    said = said.select("id", "student")  # as long as the table, also where it has neither
    places = _exactly(said, job.roll) if not _owned(job) else pl.Series([None] * len(said))
    places = places.cast(pl.Int64).alias(PLACE)
    frame = rows.frame.with_columns(places)
    if not places.null_count():
        return frame, (), ()
    asked = said.with_columns(frame[LINE]).filter(places.is_null())
    asked = asked.unique(["id", "student"], keep="first", maintain_order=True)
    found, lost, notes = _looked_up(asked, job)
    known = pl.DataFrame(
        {"id": asked["id"], "student": asked["student"], "found": pl.Series(found, dtype=pl.Int64)}
    )
    found_there = said.join(known, on=["id", "student"], how="left", maintain_order="left")[
        "found"
    ]
    frame = frame.with_columns(places.fill_null(found_there))
    return frame.filter(pl.col(PLACE).is_not_null()), lost, notes


def _exactly(said: pl.DataFrame, roll: Roll) -> pl.Series:
    """Places of what is written as the class list has it; null for all else."""
    people = everyone(roll)
    place = _found(said["id"], people["id"], by_id(roll))
    owner = people["student"].gather(place)
    own = (said["student"] == "") | (said["student"] == owner)
    place = pl.select(pl.when(own).then(place)).to_series()
    alone = (said["id"] == "") & (said["student"] != "")
    if alone.any():
        only = _found(said["student"], people["student"], by_student(roll))
        place = pl.select(pl.when(alone).then(only).otherwise(place)).to_series()
    return place


def _found(names: pl.Series, known: pl.Series, index: Index) -> pl.Series:
    """Place of each name among those that are known; null where it is not there."""
    if not len(index.hashes):
        return pl.Series([None] * len(names), dtype=pl.Int64)
    hashes = names.hash(SEED).to_numpy()
    at = np.searchsorted(index.hashes, hashes, side="right") - 1
    place = pl.Series(index.places[np.maximum(at, 0)])
    same = known.gather(place) == names  # two names may share a hash; then it is looked up
    return pl.select(pl.when(same).then(place)).to_series()


def _owned(job: Job) -> bool:
    """Whether the file lies in a place that is one student's, which every row must fit."""
    path = job.range.path
    if "students" not in path.resolve().parts and not any(map(of_platform, parts_of(path))):
        return False
    return place_of(_item(job), book(job.roll)).sure


def _item(job: Job) -> Item:
    path = job.range.path
    return Item(job.range.file, path.parent, parts_of(path), path=path)


def _looked_up(
    asked: pl.DataFrame, job: Job
) -> tuple[list[int | None], _Lost, tuple[Problem, ...]]:
    """Places of what is written otherwise: names, e-mail addresses, the file's own place."""
    folder = book(job.roll)
    find = finder(folder, place_of(_item(job), folder))
    people = everyone(job.roll)
    found: list[int | None] = []
    ids: dict[str, int] = {}
    lost: list[tuple[tuple[str, str], Problem]] = []
    notes: list[Problem] = []
    for id, student, line in asked.select("id", "student", LINE).rows():
        builder = Builder(job.range.file, find)
        exercise = builder.exercise(id, student, line)
        notes += builder.notes.all()
        if exercise is None:
            lost += [((id, student), problem) for problem in builder.listing.all()]
            found.append(None)
            continue
        if exercise.id not in ids:
            at = people["id"].index_of(exercise.id)
            ids[exercise.id] = -1 if at is None else at
        found.append(ids[exercise.id])
    return found, tuple(lost), tuple(notes)


# decimal signs -----------------------------------------------------------------------------


def _signs(rows: Rows) -> Signs:
    """As `grader.read.tables.answers.writes_commas` looks at a table."""
    if not rows.delimiter:
        return Signs(dot=True)  # columns of numbers, whatever the language
    asked = answer_columns(rows.columns)
    cells = rows.frame.select(pl.col(asked).str.strip_chars())
    for column in cells.get_columns():
        if _any(column, DOT.pattern):
            return Signs(dot=True)
    comma = any(_any(column, COMMA.pattern) for column in cells.get_columns())
    either = [column.str.contains(_whole(EITHER.pattern)) for column in cells.get_columns()]
    doubtful = rows.frame[LINE].filter(pl.DataFrame(either).max_horizontal()) if either else None
    first = 0 if doubtful is None or not len(doubtful) else int(doubtful[0])
    return Signs(False, comma, first)


def _brackets(rows: Rows) -> Brackets:
    """As `grader.read.tables.brackets.looked_at` looks at answers."""
    found = []
    for name in answer_columns(rows.columns):
        cells = rows.frame[name].str.strip_chars()
        opened = cells.str.contains("(", literal=True)
        found.append(
            Brackets(
                bool(opened.any()) and _any(cells.filter(opened), BRACKETED.pattern),
                bool((~opened & (cells != "")).any()),
                bool(cells.str.contains(f"^{NEGATIVE.pattern}").any()),
            )
        )
    return in_all(found)


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _any(column: pl.Series, pattern: str) -> bool:
    return bool(column.str.contains(_whole(pattern)).any())


def answer_columns(columns: Sequence[str]) -> list[str]:
    """The columns in which answers stand."""
    if is_tidy(columns):
        return ["answer"]
    return [column for column in columns if column and column not in KNOWN]
