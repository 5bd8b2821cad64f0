"""What can be made by a job: each kind from its arguments, told how to say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from grader import __version__
from grader.errors import ServiceError
from grader.folder import Order
from grader.handouts import Progress
from grader.roster import Student
from grader.web import assignments, roll
from grader.web.jobs import files, queue
from grader.web.jobs.models import LIVE, Job, State
from grader.web.models import Assignment
from grader.web.teacher import parcels
from problems.errors import GateError

PAGE = ".html"
"""Ending of a result that is shown as a page of the service."""
ANONYMOUS = "-anonymous"
TIMES = ("opens", "due", "closes")


def undo(job: Job) -> None:
    """Remove what an unfinished job has made; not where somebody else makes it now.

    Args:
        job: as it was claimed.
    """
    if Job.objects.filter(pk=job.pk, state__in=LIVE).exclude(owner=job.owner).exists():
        return
    for half in Assignment.every.filter(jobs=job, making=True):
        Job.objects.filter(assignment=half).update(assignment=None)
        assignments.discard(half)
    if not Job.objects.filter(pk=job.pk, state=State.DONE).exists():
        files.discard(job)


# files ---------------------------------------------------------------------------------------


def download(job: Job, progress: Progress) -> None:
    """One of `parcels.PARCELS`; arguments: `what`."""
    assignment, what = _assignment(job), job.arguments["what"]
    with files.written(job) as place:
        parcels.write(assignment, what, place, progress)
    _done_file(job, parcels.name_of(assignment, what))


def report(job: Job, progress: Progress) -> None:
    """The class report; arguments: `anonymous`, `pdf`."""
    assignment, anonymous = _assignment(job), bool(job.arguments["anonymous"])
    progress("report", 0, 0)
    if job.arguments["pdf"]:
        data = parcels.report_pdf(assignment, anonymous)
        if data is None:
            raise ServiceError("Nothing is graded yet.")
        with files.written(job) as place:
            place.write_bytes(data)
        _done_file(job, parcels.report_name(assignment, anonymous))
        return
    blocks = parcels.report_blocks(assignment, anonymous)
    with files.written(job) as place:
        place.write_text(parcels.laid_out(blocks), "utf-8")
    _done_file(job, f"report{ANONYMOUS if anonymous else ''}{PAGE}")


def _assignment(job: Job) -> Assignment:
    if job.assignment is None:
        raise ServiceError("The assignment is no longer there.")
    return job.assignment


def _done_file(job: Job, name: str) -> None:
    address = reverse("teach-job-result", args=[job.pk])
    queue.end(job, State.DONE, "It is ready.", address, name)
    files.clear_earlier(job)


# in the database -----------------------------------------------------------------------------


def plan_arguments(
    order: Order, title: str, settings: Mapping[str, Any], then: str
) -> dict[str, Any]:
    """What `plan` takes, as JSON.

    Args:
        order: family, secret and choices.
        title: of the assignment.
        settings: further fields of it.
        then: an address that takes the new assignment's id, where a platform waits for it.
    """
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in settings.items()
    }
    written = order.as_json(__version__)
    return {"order": written, "title": title, "settings": plain, "then": then}


def plan(job: Job, progress: Progress) -> None:
    """A new assignment; arguments as `plan_arguments` makes them."""
    wanted = job.arguments
    settings = {
        name: datetime.fromisoformat(value) if name in TIMES and value else value
        for name, value in wanted["settings"].items()
    }
    progress("exercises", 0, 0)

    def kept(assignment: Assignment) -> None:
        """Begun, or whole: in the same transaction the job is said to make it or to be done."""
        if assignment.making:
            queue.makes(job, assignment)
            return
        then = wanted["then"]
        address = f"{then}&assignment={assignment.pk}" if then else ""
        words = f"{assignment.title} is there. Publish it to let students see it."
        address = address or reverse("teach-assignment", args=[assignment.pk])
        queue.end(job, State.DONE, words, address)

    order = Order.from_json(wanted["order"], wanted["title"])
    assignments.create(
        job.course, order, wanted["title"], job.user, progress, kept=kept, **settings
    )


def roster(job: Job, progress: Progress) -> None:
    """A class list; arguments: `students`, each with id, name and e-mail address."""
    students = [
        Student(ident, name, email, "") for ident, name, email in job.arguments["students"]
    ]
    change = roll.apply(job.course, students, job.user, progress)
    _, refused = roll.complete_all(job.course, progress)
    told = [roll.worded(change), *(roll.refused_words(title) for title in refused)]
    queue.end(job, State.DONE, " ".join(told), reverse("teach-course", args=[job.course_id]))


def complete(job: Job, progress: Progress) -> None:
    """Exercises for those who have none; no arguments."""
    assignment = _assignment(job)
    progress("exercises", 0, 0)
    try:
        count = assignments.complete(assignment, progress=progress)
    except GateError as error:
        raise ServiceError(f"No exercise can be drawn: {error}") from None
    with transaction.atomic():
        title = assignment.title
        assignments.note(job.user, job.course, "assignment.completed", title, students=count)
        address = reverse("teach-assignment", args=[assignment.pk])
        queue.end(job, State.DONE, f"Exercises for {count} more students.", address)


KINDS: dict[str, Callable[[Job, Progress], None]] = {
    "download": download,
    "report": report,
    "plan": plan,
    "roster": roster,
    "complete": complete,
}
"""Kind of job -> what makes it and says that it is done."""
WORDS = {
    "exercises": "Drawing exercises",
    "students": "Entering students",
    "worksheets": "Writing files",
    "booklet": "Writing pages",
    "report": "Reading the results and drawing the report",
}
"""Phase of the work -> for people."""
