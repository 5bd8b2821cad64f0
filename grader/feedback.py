"""Feedback files: one page a student, with all exercises that were checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.aside import write_file
from grader.errors import AssignmentError
from grader.folder import Folder
from grader.policy import Policy
from grader.roster import Student, safe_name
from problems.exercise import Exercise
from problems.sections import placed
from templates.report import Report


@dataclass(frozen=True)
class Graded:
    """One exercise of one student, with where it came from and how it was valued."""

    report: Report
    exercise: Exercise
    folder: Folder
    policy: Policy


def file_names(graded: Sequence[Graded]) -> dict[str, list[Graded]]:
    """File name -> what stands in it: one a student, safe, and unique on any file system.

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
        found[f"{name}.html"] = sorted(own, key=lambda one: one.exercise.number)
    return found


def student(folder: Folder, id: str) -> Student:
    """The row of the class list; one made up where it was lost."""
    return folder.roster.get(id) or Student(id, "", "", safe_name(id))


def page_html(graded: Sequence[Graded]) -> bytes:
    """The page of one student as a file."""
    from templates.feedback import Checked, feedback_of
    from templates.html import html

    first = graded[0]
    family = first.folder.order.made_by
    parts = [
        Checked(one.report, one.exercise, tuple(placed(family.sections, one.exercise.graph)))
        for one in graded
    ]
    shown = student(first.folder, first.report.student).shown
    return html(feedback_of(parts, first.policy.show, family.title, shown)).encode()


def write_feedback(graded: Sequence[Graded], out: Path) -> list[Path]:
    """Write every student's page; each file whole or not at all.

    Args:
        graded: what was checked.
        out: the folder, made where it is missing; other files in it stay.

    Raises:
        AssignmentError: it cannot be written.
    """
    from grader.terminal import progress

    written: list[Path] = []
    pages = file_names(graded)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with progress() as bar:
            for name, own in pages.items():
                write_file(out / name, page_html(own))
                written.append(out / name)
                bar("feedback", len(written), len(pages))
    except OSError as error:
        raise AssignmentError(f"{out} cannot be written: {error.strerror}") from None
    return written
