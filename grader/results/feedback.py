"""Feedback files: one page a student, with all exercises that were checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignments.folder import Folder
from grader.assignments.roster import Student, safe_name
from grader.errors import AssignmentError, reason_of
from grader.marking.policy import Policy
from problems.exercise import Exercise
from templates.feedback.report import Report

if TYPE_CHECKING:
    from templates.pages.page import Page


@dataclass(frozen=True)
class Graded:
    """One exercise of one student, with where it came from and how it was valued."""

    report: Report
    exercise: Exercise
    folder: Folder
    policy: Policy


def file_names(graded: Sequence[Graded]) -> dict[str, list[Graded]]:
    """Name of a page -> what stands on it: one a student, safe, and unique on any file system.

    Students keep the names of their folders; where several assignments were checked at once,
    the assignment's name stands before it.
    """
    pages: dict[tuple[Path, str], list[Graded]] = {}
    for one in graded:
        pages.setdefault((one.folder.path, one.report.student), []).append(one)
    several = len({path for path, _ in pages}) > 1
    found: dict[str, list[Graded]] = {}
    taken: set[str] = set()
    for (path, id), own in pages.items():
        base = student(own[0].folder, id).folder
        base = safe_name(f"{path.name}-{base}") if several else base
        name, n = base, 2
        while name.casefold() in taken:
            name, n = f"{base}-{n}", n + 1
        taken.add(name.casefold())
        found[name] = sorted(own, key=lambda one: one.exercise.number)
    return found


def student(folder: Folder, id: str) -> Student:
    """The row of the class list; one made up where it was lost."""
    return folder.roster.get(id) or Student(id, "", "", safe_name(id))


def feedback_page(graded: Sequence[Graded]) -> Page:
    """The page of one student."""
    from templates.feedback.page import Checked, feedback_of

    first = graded[0]
    family = first.folder.order.made_by
    parts = [
        Checked(one.report, one.exercise, family.placed(one.exercise.graph)) for one in graded
    ]
    shown = student(first.folder, first.report.student).shown
    return feedback_of(parts, first.policy.show, family.title, shown)


def write_feedback(
    graded: Sequence[Graded], out: Path, formats: Sequence[str] = ("html",)
) -> list[Path]:
    """Write every student's page; each file whole or not at all.

    Args:
        graded: what was checked.
        out: the folder, made where it is missing; other files in it stay.
        formats: `html`, `pdf` or both.

    Raises:
        AssignmentError: it cannot be written.
    """
    from grader.assignments.worksheets import renderers
    from grader.support.atomic_files import write_file
    from grader.support.terminal import progress

    written: list[Path] = []
    pages = file_names(graded)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with progress() as bar:
            for n, (name, own) in enumerate(pages.items(), 1):
                page = feedback_page(own)
                for suffix, render in renderers(formats, own[0].folder.order.paper):
                    write_file(out / f"{name}.{suffix}", render(page))
                    written.append(out / f"{name}.{suffix}")
                bar("feedback", n, len(pages))
    except OSError as error:
        raise AssignmentError(f"{out} cannot be written: {reason_of(error)}") from None
    return written
