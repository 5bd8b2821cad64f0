"""Handing in, and what was found."""

from __future__ import annotations

from typing import Any

import pydantic
from django.http import Http404, HttpRequest
from ninja import Router, Status

from grader.errors import ApiError, ClosedError, ConflictError
from grader.web import grading
from grader.web.api.access import caller_of, scoped
from grader.web.api.bodies import FILES, body_of, key_of
from grader.web.api.given import Answers
from grader.web.api.interface import media_type, parsed
from grader.web.api.refusals import of_fields
from grader.web.api.shapes import ReportShape, SubmissionShape
from grader.web.api.shown import for_student, result_of
from grader.web.models import Submission
from grader.web.rights import STAFF, member_of, submission_for, task_of_student
from grader.web.submission_store import LARGEST, keep

router = Router(tags=["Submissions"])
SUBMIT = scoped("submit")
SEE = scoped("read", "teach")


@router.post(
    "/exercises/{exercise}/submissions",
    response={200: SubmissionShape, 201: SubmissionShape},
    auth=SUBMIT,
    exclude_unset=True,
    summary="Hand in",
)
def hand_in(request: HttpRequest, exercise: str) -> Status[Any]:
    """Hand in one of your own exercises.

    201: stored now. 200: the same bytes were stored before under this key; nothing is stored
    twice. 409: the key came with other content, or nothing is taken. Send again with the same
    key whenever you got no answer, or 503.
    """
    task = task_of_student(caller_of(request).user, exercise)
    key = key_of(request)
    data, name = body_of(request, FILES, LARGEST)
    if media_type(request) == "application/json":
        answers_of(data)
        name = "answers.json"
    try:
        kept = keep(task, key, data, name)
    except ConflictError:
        raise ApiError(409, "key_used") from None
    except ClosedError as error:
        raise ApiError(409, "closed", f"{error}.".capitalize()) from None
    if kept.new:
        grading.grade(kept.submission)
    submission = kept.submission
    return Status(201 if kept.new else 200, _shown(submission, for_student(submission)))


def answers_of(data: bytes) -> Answers:
    """The answers of a body of JSON.

    Raises:
        ApiError: it is none, or of another form.
    """
    try:
        return Answers.model_validate(parsed(data))
    except pydantic.ValidationError as error:
        raise of_fields(error.errors(include_url=False)) from None


def receipt(submission: Submission) -> dict[str, Any]:
    """What whoever handed in keeps."""
    return {
        "id": submission.pk,
        "exercise": submission.task_id,
        "sha256": submission.digest,
        "received": submission.received,
        "attempt": submission.attempt,
        "state": submission.state,
    }


def _shown(submission: Submission, report: dict[str, Any] | None) -> dict[str, Any]:
    why = grading.why_left(submission)
    return {**receipt(submission), "report": report} | ({"problems": why} if why else {})


def _report(request: HttpRequest, submission: Submission) -> dict[str, Any] | None:
    """The whole report for staff, for students what the policy and the dates show."""
    caller = caller_of(request)
    member = member_of(caller.user, submission.task.assignment.course_id)
    if member.role not in STAFF:
        return for_student(submission)
    caller.needs("teach")
    result = result_of(submission)
    return result.report if result else None


@router.get(
    "/submissions/{submission}",
    response=SubmissionShape,
    auth=SEE,
    exclude_unset=True,
    summary="Show a submission",
)
def submission(request: HttpRequest, submission: str) -> dict[str, Any]:
    """The receipt, and the report if it is shown now."""
    found = submission_for(caller_of(request).user, submission)
    return _shown(found, _report(request, found))


@router.get(
    "/submissions/{submission}/report",
    response=ReportShape,
    auth=SEE,
    exclude_unset=True,
    summary="Show a report",
)
def report(request: HttpRequest, submission: str) -> dict[str, Any]:
    """What was found; 404 as long as it is not graded or not shown."""
    found = _report(request, submission_for(caller_of(request).user, submission))
    if found is None:
        raise Http404("no report now")
    return found
