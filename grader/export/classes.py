"""The students of a class with their exercises, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.assignments.folder import Folder
from grader.assignments.roster import Student
from grader.assignments.worksheets import Progress, silent
from grader.errors import AssignmentError
from grader.results.feedback import student
from problems.exercise import Exercise

NOBODY = Student("", "", "", "")
"""Whose name the sheet behind a question shows."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A student and what is theirs, in the order of the exercises' numbers."""

    student: Student
    exercises: tuple[Exercise, ...]

    @property
    def who(self) -> str:
        """Id and name: two students may share a name."""
        return f"{self.student.student} {self.student.name}".strip()


def owned(
    folder: Folder, only: Sequence[str] = (), progress: Progress = silent
) -> Iterator[Owned]:
    """Everybody who has an exercise, in the order of the file.

    Raises:
        AssignmentError: no such student, or no exercises at all.
    """
    unknown = [id for id in only if id not in folder.roster]
    if unknown:
        raise AssignmentError(f"no student {', '.join(map(repr, unknown))} in {folder.path.name}")
    chosen = [id for id in folder.students if not only or id in only]
    if not chosen:
        raise AssignmentError(f"{folder.path.name} holds no exercises")
    for done, id in enumerate(chosen, 1):
        own = sorted(folder.exercises_of(id).values(), key=lambda one: one.number)
        yield Owned(student(folder, id), tuple(own))
        progress("export", done, len(chosen))
