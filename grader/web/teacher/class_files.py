"""Files of a class as they are taken away: worksheets, keys, booklets, the class report."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.template import engines

from grader.assignments.booklets import class_booklet
from grader.assignments.folder import Folder, Order
from grader.assignments.roster import Student, safe_name
from grader.assignments.worksheets import (
    Progress,
    blank_answers,
    key,
    renderers,
    silent,
    worksheet,
)
from grader.errors import ServiceError
from grader.web.assignments import class_list, write_folder
from grader.web.models import Assignment, Task
from grader.web.teacher.parts import worded
from problems.exercise import Exercise
from templates.pages.page import Block, Page

Make = Callable[[Order, Student, Sequence[Exercise]], dict[str, bytes]]
"""Names and contents of one student's files."""
TOGETHER = 200
"""Students whose exercises are read at once."""


@dataclass(frozen=True)
class Parcel:
    """Something to download."""

    title: str
    make: Make | None
    """For a ZIP of files; a booklet has none."""
    keys: bool = False


def _worksheets(order: Order, student: Student, exercises: Sequence[Exercise]) -> dict[str, bytes]:
    page = worksheet(order, student, exercises)
    files = {
        f"worksheet.{name}": render(page) for name, render in renderers(("pdf",), order.paper)
    }
    return {f"{student.folder}/{name}": data for name, data in files.items()} | _blank(
        order, student, exercises
    )


def _keys(order: Order, student: Student, exercises: Sequence[Exercise]) -> dict[str, bytes]:
    page = key(order, student, exercises)
    return {f"{student.folder}.pdf": r(page) for _, r in renderers(("pdf",), order.paper)}


def _blank(order: Order, student: Student, exercises: Sequence[Exercise]) -> dict[str, bytes]:
    return {f"{student.folder}/answers.csv": blank_answers(exercises)}


PARCELS = {
    "worksheets.zip": Parcel(
        "Worksheets, one PDF each, with blank answer files (ZIP)", _worksheets
    ),
    "keys.zip": Parcel("Worked keys, one PDF each (ZIP)", _keys, keys=True),
    "answers.zip": Parcel("Blank answer files alone (ZIP)", _blank),
    "booklet.pdf": Parcel("All worksheets in one PDF, to print", None),
    "keys.pdf": Parcel("All keys in one PDF", None, keys=True),
}
"""Name of the file -> what is in it."""


def name_of(assignment: Assignment, what: str) -> str:
    """Under which a parcel is saved."""
    return f"{safe_name(assignment.title)}-{what}"


def write(assignment: Assignment, what: str, place: Path, progress: Progress = silent) -> None:
    """Write one of `PARCELS`.

    Args:
        assignment: whose.
        what: which one.
        place: the file.
        progress: told of the phase `worksheets` or `booklet`.

    Raises:
        ServiceError: nobody in the class has an exercise.
    """
    parcel = PARCELS[what]
    if parcel.make is None:
        place.write_bytes(_booklet(assignment, parcel.keys, progress))
        return
    students = {one.student: one for one in class_list(assignment.course)}
    members = assignment.course.members.filter(ident__in=students)
    found = members.filter(tasks__assignment=assignment, tasks__current=True).distinct()
    owners = list(found.order_by("pk").values_list("pk", "ident"))
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for start in range(0, len(owners), TOGETHER):
            part = owners[start : start + TOGETHER]
            own = _exercises(assignment, [pk for pk, _ in part])
            for done, (pk, ident) in enumerate(part, start):
                progress("worksheets", done, len(owners))
                files = parcel.make(assignment.made, students[ident], own[pk])
                for name, data in files.items():
                    archive.writestr(name, data)


def _exercises(assignment: Assignment, members: Sequence[int]) -> dict[int, list[Exercise]]:
    """Present exercises of some members; read to the end, so that nothing is held meanwhile."""
    tasks: list[Task] = list(assignment.tasks.filter(current=True, member__in=members))
    own: dict[int, list[Exercise]] = {}
    for task in sorted(tasks, key=lambda one: one.number):
        own.setdefault(task.member_id, []).append(task.exercise)
    return own


def _booklet(assignment: Assignment, keys: bool, progress: Progress) -> bytes:
    with tempfile.TemporaryDirectory(prefix="bpgrade-") as name:
        folder = Path(name)
        write_folder(assignment, folder)
        opened = Folder(folder)
        present = list(opened.roster)
        have = {exercise.student for exercise in opened.exercises()}
        only = [student for student in present if student in have]
        if not only:
            raise ServiceError("Nobody in the class has an exercise.")
        paper = assignment.made.paper
        return class_booklet(opened, keys, only, paper, progress=progress)[0]


# the class report --------------------------------------------------------------------------


def report_name(assignment: Assignment, anonymous: bool) -> str:
    """Under which the class report is saved."""
    return name_of(assignment, f"report{'-anonymous' if anonymous else ''}.pdf")


def _class_page(assignment: Assignment, anonymous: bool) -> Page | None:
    from grader.web.class_report import class_page  # plots: only where a report is made

    return class_page(assignment, anonymous)


def report_blocks(assignment: Assignment, anonymous: bool) -> tuple[Block, ...]:
    """The class report as a part of a page; empty as long as nothing is graded."""
    page = _class_page(assignment, anonymous)
    return worded(page.blocks) if page else ()


def laid_out(blocks: Sequence[Block]) -> str:
    """Blocks as HTML; empty where there are none."""
    return engines["jinja2"].from_string(BLOCKS).render({"blocks": blocks}) if blocks else ""


BLOCKS = '{% from "blocks.html.j2" import laid_out %}{{ laid_out(blocks) }}'


def report_pdf(assignment: Assignment, anonymous: bool) -> bytes | None:
    """The class report as a file; None as long as nothing is graded."""
    page = _class_page(assignment, anonymous)
    if page is None:
        return None
    ((_, render),) = renderers(("pdf",), assignment.made.paper)
    return bytes(render(page))
