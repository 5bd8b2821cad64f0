"""Booklets: the worksheets or keys of a class as one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grader.assignments.folder import Folder
from grader.assignments.roster import Student
from grader.assignments.worksheets import Progress, key, silent, worksheet
from grader.errors import AssignmentError
from problems.exercise import Exercise

if TYPE_CHECKING:
    from templates.pages.page import Page


def class_booklet(
    folder: Folder,
    keys: bool = False,
    only: Sequence[str] = (),
    paper: str = "a4",
    duplex: bool = True,
    progress: Progress = silent,
) -> tuple[bytes, int]:
    """One PDF of a class.

    Args:
        folder: of the assignment.
        keys: the worked keys instead of the worksheets.
        only: ids of students; all if empty.
        paper: `a4` or `letter`.
        duplex: whether everybody begins on a sheet of their own in two-sided printing.
        progress: told of the phase `booklet`.

    Returns:
        The PDF and the number of students in it.

    Raises:
        AssignmentError: no such student, or no exercises.
    """
    from templates.pdf.document import Options, booklet

    owners = _owners(folder, only)
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        progress("booklet", done, len(owners))

    def pages() -> Iterator[Page]:
        make = key if keys else worksheet
        for student, exercises in owners:
            yield make(folder.order, student, exercises)

    what = "Answer keys" if keys else "Worksheets"
    title = f"{what}: {folder.order.made_by.title} ({folder.order.name})"
    options = Options(paper, form=False, duplex=duplex)
    return booklet(pages(), title, options, advance), len(owners)


def _owners(folder: Folder, only: Sequence[str]) -> list[tuple[Student, list[Exercise]]]:
    unknown = [id for id in only if id not in folder.roster]
    if unknown:
        raise AssignmentError(f"no student {', '.join(map(repr, unknown))} in {folder.path.name}")
    own: dict[str, list[Exercise]] = {}
    for exercise in folder.exercises():
        if not only or exercise.student in only:
            own.setdefault(exercise.student, []).append(exercise)
    if not own:
        raise AssignmentError(f"{folder.path.name} holds no exercises")
    return [(folder.roster[student], exercises) for student, exercises in own.items()]
