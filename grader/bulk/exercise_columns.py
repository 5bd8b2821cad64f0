"""The class's exercises as columns: who has which numbers, without a Python object for each.

`exercises.jsonl` is cut into parts of some thousand lines, which are sorted by their moulds
(`grader.assignments.line_shapes`). The columns are kept in `exercises.roll/` beside the file, and
made anew whenever the file is another one; deleting them does no harm.
"""

from __future__ import annotations

import bisect
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.assignments.folder import EXERCISES, Folder
from grader.assignments.line_shapes import Caster
from grader.errors import AssignmentError, reason_of
from grader.marking.attribution import Keys
from grader.support.atomic_files import write_file
from grader.support.paths import refuse_no_text
from grader.support.workers import Workers
from problems.arithmetic.elementary import FloatArray
from problems.errors import FormatError
from problems.exercise import Exercise, from_json
from problems.texts import parsed_json

FOLDER = "exercises.roll"
FORMAT = 1
PART = 48 << 20
"""Bytes of `exercises.jsonl` in a part: some 8,000 exercises of a small net."""

SEED = 1
"""Of the hashes of names; they live no longer than a process."""

_COLUMNS = {
    "id": pl.String,
    "student": pl.String,
    "number": pl.Int32,
    "mould": pl.Int32,
    "row": pl.Int32,
}
"""Of an exercise: who and which; its mould and its row there."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive whole lines of `exercises.jsonl`."""

    folder: Path
    target: Path
    """Folder of the roll that is being made."""
    number: int
    start: int
    end: int
    """Byte offsets."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Where the columns lie, and how many exercises each part has."""

    path: Path
    assignment: Path
    sizes: tuple[int, ...]

    @property
    def starts(self) -> list[int]:
        """Place of each part's first exercise, and one more: the number of exercises."""
        return [0, *np.cumsum(self.sizes).tolist()]


@dataclass(frozen=True)
class Part:
    """Some thousand exercises."""

    assignment: Path
    frame: pl.DataFrame
    """A row an exercise: see `_COLUMNS`."""
    moulds: tuple[Exercise, ...]
    """An exercise of each mould: its plan, steps, labels and precision hold for all others."""
    numbers: tuple[pl.DataFrame, ...]
    """For each mould the givens: a column for each, a row for each exercise."""

    def givens(self, mould: int, rows: NDArray[np.int64]) -> dict[str, FloatArray]:
        """Id of a given -> its numbers for some rows of `frame`, all of one mould."""
        at = self.frame["row"].gather(rows)
        return {c.name: c.gather(at).to_numpy() for c in self.numbers[mould].get_columns()}

    def exercise(self, row: int) -> Exercise:
        """One exercise as the single checker knows it; what its mould knows it shares."""
        id, student, number, mould, at = self.frame.row(row)
        like = self.moulds[mould]
        givens = {
            name: repr(float(x)) for name, x in self.numbers[mould].row(at, named=True).items()
        }
        one: Exercise = replace(like, id=id, student=student, number=number, givens=givens)
        one.__dict__["labels"], one.__dict__["naming"] = like.labels, like.naming
        return one


# reading -----------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def everyone(roll: Roll) -> pl.DataFrame:
    """Id and student of every exercise, and its place in the class."""
    frames = [
        pl.read_ipc(_part_path(roll.path, n), columns=["id", "student"])
        for n in range(len(roll.sizes))
    ]
    none = pl.DataFrame(schema={"id": pl.String, "student": pl.String})
    return pl.concat([none, *frames]).with_row_index("place").cast({"place": pl.Int64})


@dataclass(frozen=True)
class Index:
    """Where names are found: hashes in ascending order, and the places that belong to them."""

    hashes: NDArray[np.uint64]
    places: NDArray[np.int64]


@lru_cache(maxsize=8)
def by_id(roll: Roll) -> Index:
    """Exercises by their ids; of two with one id the last one counts."""
    return _index(everyone(roll)["id"])


@lru_cache(maxsize=8)
def by_student(roll: Roll) -> Index:
    """Exercises by their students, of those who have a single one."""
    found = _index(everyone(roll)["student"])
    alone = np.ones(len(found.hashes), dtype=bool)
    twins = found.hashes[1:] == found.hashes[:-1]
    alone[1:] &= ~twins
    alone[:-1] &= ~twins
    return Index(found.hashes[alone], found.places[alone])


def _index(names: pl.Series) -> Index:
    hashes = names.hash(SEED).to_numpy()
    order = np.argsort(hashes, kind="stable")
    return Index(hashes[order], order)


@lru_cache(maxsize=2)
def load_part(roll: Roll, number: int) -> Part:
    """One part, with everything that is needed to judge it."""
    lines = _moulds_path(roll.path, number).read_bytes().splitlines()
    moulds = tuple(from_json(json.loads(line), EXERCISES) for line in lines)
    frame = pl.read_ipc(_part_path(roll.path, number))
    numbers = tuple(pl.read_ipc(_givens_path(roll.path, number, m)) for m in range(len(moulds)))
    return Part(roll.assignment, frame, moulds, numbers)


def keys_of(part: Part) -> list[Keys]:
    """The true values of a part's exercises, mould by mould."""
    found = []
    for number, mould in enumerate(part.moulds):
        own = part.frame.filter(pl.col("mould") == number).sort("row")
        givens = {c.name: c.to_numpy() for c in part.numbers[number].get_columns()}
        found.append(Keys(mould, own["id"].to_list(), own["student"].to_list(), givens))
    return found


class Book(Folder):
    """The assignment's folder, looked up in the roll instead of in the lines of the file."""

    def __init__(self, roll: Roll) -> None:
        super().__init__(roll.assignment)
        self._roll = roll

    @cached_property
    def _index(self) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
        people = everyone(self._roll)
        by_id = dict(zip(people["id"], people["place"], strict=True))
        grouped = people.group_by("student", maintain_order=True).agg("place")
        places = map(tuple, grouped["place"].to_list())
        return by_id, dict(zip(grouped["student"], places, strict=True))

    def _exercise(self, number: int) -> Exercise:
        part = bisect.bisect_right(self._roll.starts, number) - 1
        row = number - self._roll.starts[part]
        found: Exercise = load_part(self._roll, part).exercise(row)
        return found


@lru_cache(maxsize=2)
def book(roll: Roll) -> Book:
    """The class, to be found by names; kept, as making it takes a while."""
    return Book(roll)


def _part_path(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05d}.arrow"


def _givens_path(folder: Path, number: int, mould: int) -> Path:
    return folder / f"part-{number:05d}.{mould}.arrow"


def _moulds_path(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05d}.moulds.jsonl"


def open_roll(
    assignment: Path, workers: Workers, told: Callable[[int, int], None] = lambda done, of: None
) -> Roll:
    """The roll of an assignment, made if it is not there or not of these exercises.

    Args:
        assignment: its folder; only the roll is written there.
        workers: who makes it.
        told: called with the parts done and their number.

    Raises:
        AssignmentError: exercises that cannot be read, with their line.
    """
    refuse_no_text(assignment)
    source = assignment / EXERCISES
    try:
        state = source.stat()
    except OSError as error:
        raise AssignmentError(f"{source} cannot be read: {reason_of(error)}") from None
    mark = {"format": FORMAT, "bytes": state.st_size, "changed": state.st_mtime_ns}
    path = assignment / FOLDER
    known = _known(path, mark)
    if known is not None:
        return Roll(path, assignment, known)
    aside = assignment / f".{FOLDER}.{secrets.token_hex(4)}"
    try:
        aside.mkdir()
        sizes = _made(assignment, aside, workers, told)
        write_file(aside / "roll.json", json.dumps(mark | {"parts": sizes}).encode())
        shutil.rmtree(path, ignore_errors=True)
        aside.rename(path)
    except OSError as error:
        raise AssignmentError(f"{path} cannot be written: {reason_of(error)}") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Roll(path, assignment, tuple(sizes))


def _known(path: Path, mark: dict[str, int]) -> tuple[int, ...] | None:
    """The parts' sizes, if the roll is of the exercises as they are now."""
    try:
        found = parsed_json((path / "roll.json").read_bytes())
    except (OSError, ValueError):
        return None
    return tuple(found["parts"]) if mark.items() <= found.items() else None


# making ------------------------------------------------------------------------------------


def _made(
    assignment: Path, aside: Path, workers: Workers, told: Callable[[int, int], None]
) -> list[int]:
    stretches = list(_stretches(assignment, aside))
    sizes: list[int] = []
    for made in workers.map(make_part, stretches):
        if isinstance(made, str):
            raise AssignmentError(made)
        sizes.append(made)
        told(len(sizes), len(stretches))
    return sizes


def _stretches(assignment: Path, target: Path) -> Iterator[Stretch]:
    with (assignment / EXERCISES).open("rb") as stream:
        size = stream.seek(0, 2)
        start = number = 0
        while start < size:
            stream.seek(min(start + PART, size))
            stream.readline()
            yield Stretch(assignment, target, number, start, stream.tell())
            start, number = stream.tell(), number + 1


def make_part(stretch: Stretch) -> int | str:
    """Write one part; the number of its exercises, or what is wrong with one of them."""
    with (stretch.folder / EXERCISES).open("rb") as stream:
        stream.seek(stretch.start)
        data = stream.read(stretch.end - stretch.start)
    caster = Caster()
    at = stretch.start
    for line in data.split(b"\n"):
        if line.strip():
            try:
                caster.take(line)
            except (ValueError, FormatError) as error:
                return f"{EXERCISES}, at byte {at:,}: {error}"
        at += len(line) + 1
    _write(caster, stretch.target, stretch.number)
    return len(caster.columns["id"])


def _write(caster: Caster, folder: Path, number: int) -> None:
    """The files of a part."""
    frame = pl.DataFrame(caster.columns, schema=_COLUMNS)
    frame.write_ipc(_part_path(folder, number), compression="uncompressed")
    _moulds_path(folder, number).write_bytes(b"\n".join(caster.lines))
    for mould in range(len(caster.lines)):
        givens = pl.DataFrame(caster.numbers(mould))
        givens.write_ipc(_givens_path(folder, number, mould), compression="uncompressed")
