"""Issuing an assignment: draw every student's exercise and write the folder.

The work is done in portions, by whoever is there to do it; what is finished is on the disk and
in a journal, so that it can be gone on with (`grader.assignments.resumable`), and in memory there
are never more than a few portions. The same order and class list give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from grader import __version__
from grader.assignments.folder import EXERCISES, META, ROSTER, WARNINGS, Folder, Order
from grader.assignments.resumable import Plan, Unfinished, unfinished
from grader.assignments.roster import Student
from grader.assignments.worksheets import Progress, silent, student_files, write_handouts
from grader.errors import AssignmentError
from grader.support.atomic_files import write_file, write_pieces
from grader.support.spreadsheet import plain_table
from grader.support.workers import Workers
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import draw, with_more_digits
from problems.drawing.forced import indistinct, worded
from problems.errors import Complaint, GateError
from problems.exercise import Exercise, as_json, dumps, issued
from problems.exercise_lines import Lines

PORTION = 2_048
"""Exercises drawn at once: enough to fill the arrays, some 12 MB of text."""

Slot = tuple[str, int]
"""A student's id and the number of the exercise."""


def issue(
    order: Order,
    students: Sequence[Student],
    out: Path,
    force: bool = False,
    progress: Progress = silent,
    team: Workers | None = None,
    fresh: bool = False,
    secret_made_up: bool = False,
    told: Callable[[str], object] = lambda words: None,
) -> Order:
    """Draw and write an assignment, or go on with one that was begun.

    Args:
        order: what the assignment contains.
        students: the class.
        out: the folder to make.
        force: whether it may replace one that is there.
        progress: told of the phases `drawing` and `writing`.
        team: who does the work; this process if nobody is given.
        fresh: whether what was begun is thrown away.
        secret_made_up: whether the secret of what was begun may stand for the order's.
        told: what of an earlier run is gone on with.

    Returns:
        The order as carried out: with one digit more if only that passes the gate and the
        family allows it.

    Raises:
        SpecError: the choices do not fit, or no draw passes the quality gate.
        AssignmentError: the folder cannot be written, or something else was begun there.
    """
    team = team or Workers()
    roster = roster_csv(students)
    plan = Plan(order, len(students), hashlib.sha256(roster).hexdigest(), secret_made_up)
    order.design()
    with unfinished(out, plan, force, fresh) as work:
        _tell(work, told)
        order = _draw(work, students, team, progress)
        meta = json.dumps(order.as_json(__version__), ensure_ascii=False, indent=1)
        (work.folder / META).write_bytes((meta + "\n").encode())
        (work.folder / ROSTER).write_bytes(roster)
        _warn(work, order)
        if order.formats:
            _write(work, order, students, team, progress)
    return order


def _warn(work: Unfinished, order: Order) -> None:
    """Keep beside what exact numbers cannot tell apart."""
    design = order.design()
    if found := worded(design, indistinct(design)):
        (work.folder / WARNINGS).write_text("\n".join(found) + "\n", "utf-8")


def _tell(work: Unfinished, told: Callable[[str], object]) -> None:
    done, of = work.done, work.plan.students
    if done.exercises:
        written = f", {done.students:,} of {of:,} students written" if work.order.formats else ""
        drawn = f"{done.exercises:,} of {of * work.order.exercises:,} exercises drawn"
        told(f"goes on where an earlier run stopped: {drawn}{written}")


def _write(
    work: Unfinished,
    order: Order,
    students: Sequence[Student],
    team: Workers,
    progress: Progress,
) -> None:
    """Write the files of those students who have none yet."""
    done = work.done.students
    owners = islice(_owners(work.folder, order, students), done, None)
    for count in write_handouts(work.folder, order, owners, team):
        done += count
        work.note(students=done)
        progress("writing", done, len(students))


# exercises ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Portion:
    """Some exercises of an assignment, to be drawn by somebody."""

    order: Order
    added: int
    """Digits asked for beyond the order's."""
    slots: tuple[Slot, ...]
    names: tuple[str, ...]
    """The exercises' ids."""


def lines_of(portion: Portion) -> bytes | tuple[Complaint, ...]:
    """The lines of a portion; or why some exercise of it cannot be drawn."""
    order = portion.order
    design, lines = _design(order, portion.added)
    try:
        draws = draw(design, [_key(order, slot) for slot in portion.slots])
    except GateError as error:
        return error.complaints
    return "".join(lines.write(draws, portion.names, portion.slots)).encode()


@lru_cache(maxsize=4)
def _design(order: Order, added: int) -> tuple[Design, Lines]:
    """What is drawn, read once by each process."""
    design: Design | None = order.design()
    for _ in range(added):
        design = design and design.finer()
    if design is None:
        raise AssertionError("the family allows no more digits")
    return design, Lines(design)


def _key(order: Order, slot: Slot, reissue: int = 0) -> bytes:
    return key(order.secret, order.name, *slot, reissue, order.draw)


def _draw(
    work: Unfinished, students: Sequence[Student], team: Workers, progress: Progress
) -> Order:
    """Draw what is not drawn yet; with more digits from the beginning, where needed."""

    def drawn(design: Design) -> None:
        if design.added != work.done.added:
            work.note(added=design.added, exercises=0, bytes=0)
        _write_lines(work, students, team, progress)

    order = work.order
    design, _ = with_more_digits(_design(order, work.done.added)[0], drawn)
    decimals = design.precision.decimals if design.added else order.decimals
    return replace(order, decimals=decimals)


def _write_lines(
    work: Unfinished, students: Sequence[Student], team: Workers, progress: Progress
) -> None:
    """Add the missing lines to exercises.jsonl, in their order."""
    of = len(students) * work.order.exercises
    done = work.done.exercises
    progress("drawing", done, of)
    with (work.folder / EXERCISES).open("ab") as stream:
        stream.truncate(work.done.bytes)
        if done == of:
            return
        for found in team.map(lines_of, _portions(work, students)):
            if not isinstance(found, bytes):
                raise GateError(found)
            _append(stream, found)
            done = min(done + PORTION, of)
            work.note(exercises=done, bytes=stream.tell())
            progress("drawing", done, of)


def _append(stream: IO[bytes], data: bytes) -> None:
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())


def _portions(work: Unfinished, students: Sequence[Student]) -> Iterator[Portion]:
    """What is still to be drawn."""
    order, each = work.order, work.order.exercises

    def slot(n: int) -> Slot:
        return students[n // each].student, n % each + 1

    of = len(students) * each
    names = Names(order.family, lambda n: _key(order, slot(n)), of)
    for start in range(work.done.exercises, of, PORTION):
        part = range(start, min(start + PORTION, of))
        slots, ids = tuple(map(slot, part)), tuple(names[n] for n in part)
        yield Portion(order, work.done.added, slots, ids)


LENGTH = 10
"""Hexadecimal digits of an exercise's id."""


def exercise_ids(
    family: str, keys: Iterable[bytes], length: int = LENGTH, known: Container[str] = ()
) -> list[str]:
    """Short ids that say nothing of the numbers; longer where two would be the same."""
    taken: set[str] = set()
    found = []
    for bits in keys:
        digest, digits = _digest(bits), length
        name = f"{family}-{digest[:digits]}"
        while name in taken or name in known:
            digits += 2
            name = f"{family}-{digest[:digits]}"
        taken.add(name)
        found.append(name)
    return found


def _digest(bits: bytes) -> str:
    return hashlib.sha256(b"id" + bits).hexdigest()


class Names:
    """The ids of a whole class as `exercise_ids` gives them, in 8 bytes each.

    Args:
        family: its name begins every id.
        key_of: the key of the n-th exercise.
        count: how many exercises there are.
        length: hexadecimal digits.
    """

    def __init__(
        self, family: str, key_of: Callable[[int], bytes], count: int, length: int = LENGTH
    ) -> None:
        self._family = family
        self._length = length
        heads = (int(_digest(key_of(n))[:length], 16) for n in range(count))
        self._heads = np.fromiter(heads, dtype=np.uint64, count=count)
        ordered = np.sort(self._heads)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        # Ids that begin otherwise never meet, so those alike are lengthened among themselves.
        at = np.flatnonzero(np.isin(self._heads, twice)).tolist()
        self._longer = dict(zip(at, exercise_ids(family, map(key_of, at), length), strict=True))

    def __getitem__(self, n: int) -> str:
        head = int(self._heads[n])
        return self._longer.get(n) or f"{self._family}-{head:0{self._length}x}"


# files -------------------------------------------------------------------------------------


def _owners(
    folder: Path, order: Order, students: Sequence[Student]
) -> Iterator[tuple[Student, tuple[bytes, ...]]]:
    """Each student with the lines of their exercises."""
    with (folder / EXERCISES).open("rb") as stream:
        for student in students:
            yield student, tuple(islice(stream, order.exercises))


def roster_csv(students: Sequence[Student]) -> bytes:
    """The class list with the folder names."""
    return plain_table(
        ["student", "name", "email", "folder"],
        ([s.student, s.name, s.email, s.folder] for s in students),
    )


# one student anew --------------------------------------------------------------------------


def reissue(folder: Folder, student: str, number: int = 1) -> Exercise:
    """Draw one student's exercise anew: the reissue counter goes up by one.

    Raises:
        AssignmentError: no such student or exercise.
    """
    own = folder.exercises_of(student)
    line = next((line for line, e in own.items() if e.number == number), None)
    if line is None:
        raise AssignmentError(f"no exercise {number} of a student {student!r} in {folder.path}")
    old, order = own[line], folder.order
    bits = _key(order, (student, number), old.reissue + 1)
    design = order.design()
    (found,) = draw(design, [bits])
    (name,) = exercise_ids(order.family, [bits], known=folder.ids)
    own[line] = replace(issued(design, found, name, student, number), reissue=old.reissue + 1)
    for path, data in student_files(order, folder.roster[student], list(own.values())).items():
        write_file(folder.path / path, data)
    new = (dumps(as_json(own[line])) + "\n").encode()
    write_pieces(folder.path / EXERCISES, folder.replaced(line, new))
    return own[line]
