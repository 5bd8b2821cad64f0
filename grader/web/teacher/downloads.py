"""Files to take away: worksheets, keys, booklets, blank answers, grades, the class report."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from grader.booklets import class_booklet
from grader.folder import Folder, Order
from grader.handouts import blank_answers, key, renderers, worksheet
from grader.roster import Student, safe_name
from grader.web.assignments import class_list, write_folder
from grader.web.gradebook import class_page, grades_csv, grades_json
from grader.web.models import Assignment, Task
from grader.web.rights import assignment_staff_only
from grader.web.teacher.pages import shown
from grader.web.teacher.parts import worded
from problems.exercise import Exercise

Make = Callable[[Order, Student, Sequence[Exercise]], dict[str, bytes]]
"""Names and contents of one student's files."""


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


@assignment_staff_only
@require_GET
def download(request: HttpRequest, assignment: Assignment, what: str) -> HttpResponseBase:
    """One of `PARCELS`; made in a file that is gone when it is sent."""
    parcel = PARCELS.get(what)
    if parcel is None or not assignment.tasks.filter(current=True).exists():
        raise Http404("no such page")
    name = f"{safe_name(assignment.title)}-{what}"
    if parcel.make is None:
        response = HttpResponse(_booklet(assignment, parcel.keys), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    stream = tempfile.TemporaryFile(prefix="bpgrade-")  # noqa: SIM115  the response closes it
    try:
        _zipped(stream, assignment, parcel.make)
    except BaseException:
        stream.close()
        raise
    return FileResponse(stream, as_attachment=True, filename=name, content_type="application/zip")


def _zipped(stream: IO[bytes], assignment: Assignment, make: Make) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for student, exercises in _owners(assignment):
            for name, data in make(assignment.made, student, exercises).items():
                archive.writestr(name, data)
    stream.seek(0)


def _owners(assignment: Assignment) -> Iterator[tuple[Student, list[Exercise]]]:
    """Students with their present exercises."""
    students = {one.student: one for one in class_list(assignment.course)}
    tasks = assignment.tasks.filter(current=True, member__ident__in=students)
    own: dict[str, list[Task]] = {}
    for task in tasks.select_related("member").order_by("member_id", "number"):
        own.setdefault(task.member.ident, []).append(task)
    for ident, found in own.items():
        yield students[ident], [task.exercise for task in found]


def _booklet(assignment: Assignment, keys: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="bpgrade-") as name:
        folder = Path(name)
        write_folder(assignment, folder)
        opened = Folder(folder)
        present = list(opened.roster)
        have = {exercise.student for exercise in opened.exercises()}
        only = [student for student in present if student in have]
        if not only:
            raise Http404("no such page")
        return class_booklet(opened, keys, only, assignment.made.paper)[0]


# grades and report -------------------------------------------------------------------------


@assignment_staff_only
@require_GET
def grades(request: HttpRequest, assignment: Assignment, form: str) -> HttpResponseBase:
    """The grade book as CSV or JSON."""
    if form == "csv":
        response = HttpResponse(grades_csv(assignment), content_type="text/csv; charset=utf-8")
    elif form == "json":
        text = json.dumps(grades_json(assignment), ensure_ascii=False, indent=1)
        response = HttpResponse(text + "\n", content_type="application/json")
    else:
        raise Http404("no such page")
    name = f"{safe_name(assignment.title)}-grades.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@assignment_staff_only
@require_GET
def report(request: HttpRequest, assignment: Assignment) -> HttpResponseBase:
    """The class report, as a page or with `?as=pdf` as a file."""
    anonymous = request.GET.get("anonymous") == "1"
    page = class_page(assignment, anonymous)
    if page is not None and request.GET.get("as") == "pdf":
        ((_, render),) = renderers(("pdf",), assignment.made.paper)
        response = HttpResponse(render(page), content_type="application/pdf")
        suffix = "-anonymous" if anonymous else ""
        name = f"{safe_name(assignment.title)}-report{suffix}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    blocks = worded(page.blocks) if page else ()
    return shown(
        request,
        "report",
        assignment.course,
        assignment=assignment,
        anonymous=anonymous,
        blocks=blocks,
    )
