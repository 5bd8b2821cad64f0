"""What can be made by a job: each kind from its arguments, told how to say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.urls import reverse

from grader import __version__
from grader.assignments.folder import Order
from grader.assignments.roster import Student
from grader.assignments.worksheets import Progress
from grader.errors import ServiceError
from grader.web import assignments, roster_import
from grader.web.jobs import files, queue
from grader.web.jobs.models import Job, State
from grader.web.models import Assignment, Course
from grader.web.teacher import class_files
from problems.errors import GateError

PAGE = ".html"
"""Ending of a result that is shown as a page of the service."""
ANONYMOUS = "-anonymous"


def undo(job: Job) -> None:
    """Remove what a job has made that came to nothing; what is made by another worker stays."""
    state = Job.objects.filter(pk=job.pk).values_list("state", flat=True).first()
    if state not in (None, State.CANCELLED, State.FAILED):
        return
    for half in Assignment.every.filter(jobs=job, making=True):
        Job.objects.filter(assignment=half).update(assignment=None)
        assignments.discard(half)
    files.discard(job)


# files ---------------------------------------------------------------------------------------


def download(job: Job, progress: Progress) -> None:
    """One of `parcels.PARCELS`; arguments: `what`."""
    assignment, what = _assignment(job), job.arguments["what"]
    with files.written(job) as place:
        class_files.write(assignment, what, place, progress)
    _done_file(job, class_files.name_of(assignment, what))


def report(job: Job, progress: Progress) -> None:
    """The class report; arguments: `anonymous`, `pdf`."""
    assignment, anonymous = _assignment(job), bool(job.arguments["anonymous"])
    progress("report", 0, 0)
    if job.arguments["pdf"]:
        data = class_files.report_pdf(assignment, anonymous)
        if data is None:
            raise ServiceError("Nothing is graded yet.")
        with files.written(job) as place:
            place.write_bytes(data)
        _done_file(job, class_files.report_name(assignment, anonymous))
        return
    blocks = class_files.report_blocks(assignment, anonymous)
    with files.written(job) as place:
        place.write_text(class_files.laid_out(blocks), "utf-8")
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


def planned(
    course: Course,
    order: Order,
    title: str,
    settings: Mapping[str, Any],
    then: str = "",
    seeded: bool = False,
) -> queue.Wanted:
    """A new assignment for a large class: begun when the job is asked for, so that it has an id.

    Args:
        course: whose students get one.
        order: family, secret and choices.
        title: of the assignment.
        settings: further fields of it.
        then: an address that takes the new assignment's id, where a platform waits for it.
        seeded: whether its secret was chosen by who asks: two that differ in nothing but a
            secret of ours are one.

    Raises:
        SpecError: the choices do not fit.
    """
    kept = dict(settings)
    published = bool(kept.pop("published", False))
    alike = order if seeded else replace(order, secret="")
    same = [alike.as_json(__version__), title, published, then]
    same += [f"{name}={value}" for name, value in sorted(kept.items())]
    return queue.Wanted(
        "plan",
        title,
        course,
        arguments={"published": published, "then": then},
        same=same,
        teachers=True,
        begins=lambda: assignments.begun(course, order, title, **kept),
    )


def plan(job: Job, progress: Progress) -> None:
    """A new assignment filled; arguments: `published`, `then`, as `planned` makes them."""
    assignment, then = _assignment(job), job.arguments["then"]
    progress("exercises", 0, 0)
    words = f"{assignment.title} is there."
    if not job.arguments["published"]:
        words += " Publish it to let students see it."
    address = reverse("teach-assignment", args=[assignment.pk])
    address = f"{then}&assignment={assignment.pk}" if then else address
    assignments.fill(
        assignment,
        job.user,
        bool(job.arguments["published"]),
        progress,
        held=lambda: queue.hold(job),
        ended=lambda: queue.end(job, State.DONE, words, address),
    )


def roster(job: Job, progress: Progress) -> None:
    """A class list; arguments: `students`, each with id, name and e-mail address."""
    students = [
        Student(ident, name, email, "") for ident, name, email in job.arguments["students"]
    ]
    change = roster_import.apply(job.course, students, job.user, progress)
    _, refused = roster_import.complete_all(job.course, progress)
    told = [
        roster_import.worded(change),
        *(roster_import.refused_words(title) for title in refused),
    ]
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
