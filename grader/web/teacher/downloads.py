"""Files to take away: worksheets, keys, booklets, blank answers, grades, the class report."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from grader.assignments.roster import safe_name
from grader.web.gradebook import grades_csv, grades_json
from grader.web.jobs import starting
from grader.web.jobs.queue import Wanted
from grader.web.models import Assignment
from grader.web.rights import assignment_staff_only
from grader.web.seats import seated
from grader.web.teacher import class_files
from grader.web.teacher.pages import shown


@assignment_staff_only
@require_GET
def download(request: HttpRequest, assignment: Assignment, what: str) -> HttpResponseBase:
    """One of `PARCELS`; made in a file that is gone when it is sent."""
    parcel = class_files.PARCELS.get(what)
    if parcel is None or not assignment.tasks.filter(current=True, member__active=True).exists():
        raise Http404("no such page")
    if starting.large(assignment.course, assignment.made.exercises):
        title = f"{parcel.title}: {assignment.title}"
        course = assignment.course
        wanted = Wanted("download", title, course, assignment, arguments={"what": what})
        return starting.started(request, wanted)
    return _made_now(request, assignment, what)


@seated("GET")
def _made_now(request: HttpRequest, assignment: Assignment, what: str) -> HttpResponseBase:
    name, parcel = class_files.name_of(assignment, what), class_files.PARCELS[what]
    with tempfile.TemporaryDirectory(prefix="bpgrade-") as folder:
        place = Path(folder) / what
        class_files.write(assignment, what, place)
        if parcel.make is None:
            return _attached(place.read_bytes(), name)
        stream = place.open("rb")  # goes on when the name is gone; the response closes it
    return FileResponse(stream, as_attachment=True, filename=name)


def _attached(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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
    anonymous, pdf = request.GET.get("anonymous") == "1", request.GET.get("as") == "pdf"
    if starting.large(assignment.course, assignment.made.exercises):
        arguments = {"anonymous": anonymous, "pdf": pdf}
        title = f"Class report{' as PDF' if pdf else ''}: {assignment.title}"
        wanted = Wanted("report", title, assignment.course, assignment, arguments)
        return starting.started(request, wanted)
    return _report_now(request, assignment, anonymous, pdf)


@seated("GET")
def _report_now(
    request: HttpRequest, assignment: Assignment, anonymous: bool, pdf: bool
) -> HttpResponseBase:
    data = class_files.report_pdf(assignment, anonymous) if pdf else None
    if data is not None:
        return _attached(data, class_files.report_name(assignment, anonymous))
    blocks = class_files.report_blocks(assignment, anonymous)
    return report_shown(request, assignment, anonymous, class_files.laid_out(blocks))


def report_shown(
    request: HttpRequest,
    assignment: Assignment,
    anonymous: bool,
    laid: str,
    made: datetime | None = None,
) -> HttpResponse:
    """The class report as a page.

    Args:
        request: from whom.
        assignment: whose report.
        anonymous: whether students are numbers.
        laid: the report in HTML, made by us; empty where nothing is graded.
        made: when, if that is some time ago.
    """
    context: dict[str, Any] = {"anonymous": anonymous, "laid": laid, "made": made}
    return shown(request, "report", assignment.course, assignment=assignment, **context)
