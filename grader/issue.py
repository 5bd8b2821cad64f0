"""Issuing an assignment: draw every student's exercise and write the folder.

The folder is filled aside and takes its name at the end, so an interruption leaves nothing
half-written. The same order and class list give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader import __version__
from grader.aside import new_folder, write_file
from grader.errors import AssignmentError
from grader.folder import EXERCISES, META, ROSTER, Folder, Order
from grader.handouts import Progress, silent, student_files, write_handouts
from grader.roster import Student
from grader.spreadsheet import plain_table
from problems.draw import DRAW_VERSION, draw, key
from problems.errors import GateError
from problems.exercise import Exercise, as_json, dumps, issued
from problems.family import Design

Slot = tuple[Student, int]
"""A student and the number of the exercise."""


def issue(
    order: Order,
    students: Sequence[Student],
    out: Path,
    force: bool = False,
    progress: Progress = silent,
) -> Order:
    """Draw and write an assignment.

    Args:
        order: what the assignment contains.
        students: the class.
        out: the folder to make.
        force: whether it may replace one that is there.
        progress: told of the phases `drawing` and `writing`.

    Returns:
        The order as carried out: with one digit more if only that passes the gate and the
        family allows it.

    Raises:
        SpecError: the choices do not fit, or no draw passes the quality gate.
        AssignmentError: the folder cannot be written.
    """
    with new_folder(out, replace=force) as folder:
        order, exercises = drawn(order, students, progress)
        _write_teacher_files(folder, order, students, exercises)
        if order.formats:
            each = order.exercises
            owners = [
                (student, exercises[n * each : (n + 1) * each])
                for n, student in enumerate(students)
            ]
            write_handouts(folder, order, owners, progress)
    return order


def drawn(
    order: Order, students: Sequence[Student], progress: Progress = silent
) -> tuple[Order, list[Exercise]]:
    """The exercises of a class, student by student."""
    slots = [(s, n) for s in students for n in range(1, order.exercises + 1)]
    design: Design | None = order.design()
    while design is not None:
        try:
            exercises = _drawn(order, design, slots, progress)
            decimals = design.precision.decimals if design.added else order.decimals
            return replace(order, decimals=decimals), exercises
        except GateError:
            finer = design.finer()
            if finer is None:
                raise
            design = finer
    raise AssertionError("a design is either drawn or refused")


def _drawn(
    order: Order, design: Design, slots: Sequence[Slot], progress: Progress
) -> list[Exercise]:
    keys = [key(order.secret, order.name, student.student, n) for student, n in slots]
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress("drawing", done, len(slots))

    draws = draw(design, keys, advance)
    names = exercise_ids(order.family, keys)
    return [
        issued(design, found, name, student.student, n)
        for found, name, (student, n) in zip(draws, names, slots, strict=True)
    ]


def exercise_ids(family: str, keys: Sequence[bytes]) -> list[str]:
    """Short ids that say nothing of the numbers; longer where two would be the same."""
    taken: set[str] = set()
    found = []
    for bits in keys:
        digest = hashlib.sha256(b"id" + bits).hexdigest()
        length = 10
        while f"{family}-{digest[:length]}" in taken:
            length += 2
        name = f"{family}-{digest[:length]}"
        taken.add(name)
        found.append(name)
    return found


# files -------------------------------------------------------------------------------------


def _write_teacher_files(
    folder: Path, order: Order, students: Sequence[Student], exercises: Sequence[Exercise]
) -> None:
    meta = json.dumps(order.as_json(__version__, DRAW_VERSION), ensure_ascii=False, indent=1)
    (folder / META).write_bytes((meta + "\n").encode())
    with (folder / EXERCISES).open("wb") as stream:
        stream.writelines((dumps(as_json(exercise)) + "\n").encode() for exercise in exercises)
    (folder / ROSTER).write_bytes(roster_csv(students))


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
    exercises = list(folder.exercises())
    at = next(
        (n for n, e in enumerate(exercises) if e.student == student and e.number == number), None
    )
    if at is None:
        raise AssignmentError(f"no exercise {number} of a student {student!r} in {folder.path}")
    old, order = exercises[at], folder.order
    bits = key(order.secret, order.name, student, number, old.reissue + 1)
    design = order.design()
    (found,) = draw(design, [bits])
    taken = [e.id for e in exercises]
    name = next(id for id in [exercise_ids(order.family, [bits])[0]] if id not in taken)
    new = issued(design, found, name, student, number)
    exercises[at] = replace(new, reissue=old.reissue + 1)
    own = [e for e in exercises if e.student == student]
    for path, data in student_files(order, folder.roster[student], own).items():
        write_file(folder.path / path, data)
    lines = "".join(dumps(as_json(e)) + "\n" for e in exercises)
    write_file(folder.path / EXERCISES, lines.encode())
    return exercises[at]
