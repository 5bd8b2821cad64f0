"""The class report of an assignment, and its results in the form that the report reads.

Loaded where a report is made: tables of numbers and plots take longer to load than all else that
the service needs to answer.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from grader.assignments.folder import Folder
from grader.bulk.results import GRADEBOOK_FILE, STEPS_FILE
from grader.report.files import RESULTS
from grader.report.results import BOOK, OPTIONAL, STEP, read
from grader.report.survey import survey
from grader.support.spreadsheet import plain_table
from grader.web.assignments import write_folder
from grader.web.models import Assignment, Result
from templates.class_report.page import class_report
from templates.pages.page import Page

_one_at_a_time = threading.Lock()
"""Plots are drawn by a library that is not made for several threads."""


def class_page(assignment: Assignment, anonymous: bool) -> Page | None:
    """The class report; None as long as nothing is graded.

    Args:
        assignment: whose.
        anonymous: whether students are numbers.
    """
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="bpgrade-report-") as name:
        folder = Path(name)
        write_folder(assignment, folder)
        results = folder / RESULTS
        results.mkdir()
        if not write_results(assignment, results):
            return None
        return class_report(survey(read(results), Folder(folder), anonymous))


def write_results(assignment: Assignment, folder: Path) -> int:
    """Write the grade book and the steps of all attempts; how many attempts there are."""
    book: list[list[str]] = []

    def steps() -> Iterator[list[str]]:
        for result in _results(assignment):
            book.append(_attempt(result))
            yield from _steps(result)

    table = plain_table(STEP, steps())
    if book:
        (folder / STEPS_FILE["csv"]).write_bytes(table)
        (folder / GRADEBOOK_FILE).write_bytes(plain_table((*BOOK, *OPTIONAL), book))
    return len(book)


def _results(assignment: Assignment) -> Iterator[Result]:
    found = Result.objects.filter(
        submission__task__assignment=assignment,
        submission__task__current=True,
        submission__task__member__active=True,
    )
    ordered = found.order_by("submission__task_id", "submission__attempt")
    fields = ("submission__data", "submission__task__line")
    return ordered.select_related("submission__task__member").defer(*fields).iterator(200)


def _attempt(result: Result) -> list[str]:
    submission, doc = result.submission, result.report
    percent = 100 * result.score / result.most if result.most else 0.0
    return [
        submission.task.member.ident,
        submission.task_id,
        str(result.score),
        str(result.most),
        str(round(percent, 1)),
        doc["first_deviation"] or "",
        submission.received.isoformat(),
        str(submission.attempt),
        " ".join(note["message"] for note in doc.get("teacher", ())),
    ]


def _steps(result: Result) -> Iterator[list[str]]:
    whose = [result.submission.task.member.ident, result.submission.task_id]
    for step in result.report["steps"]:
        judged = [str(step["credit"]), str(step["weight"]), step["slip"] or ""]
        yield [*whose, step["id"], step["answer"], step["verdict"], *judged]
