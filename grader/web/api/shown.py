"""As much of a report as a student may see: what the feedback page shows, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from grader.web.models import Result, Role, Submission
from grader.web.visibility import sight_of
from templates.feedback.page import BEHIND, MISSED, NOTHING, VEILED, is_telling
from templates.feedback.report import upgraded
from templates.feedback.show import Show

Doc = dict[str, Any]


def for_student(submission: Submission) -> Doc | None:
    """What a student sees of a submission's report now; None for nothing at all."""
    assignment = submission.task.assignment
    result = result_of(submission)
    if result is None or not sight_of(assignment, Role.STUDENT, timezone.now()).findings:
        return None
    return shown(result.report, assignment.valued.show)


def result_of(submission: Submission) -> Result | None:
    """What was found in a submission, if it was graded."""
    return Result.objects.filter(submission_id=submission.pk).first()


def shown(report: Doc, show: Show) -> Doc:
    """A report without what a policy hides.

    Args:
        report: `templates.feedback.report.Report.as_json`, of this or an earlier format.
        show: which parts are shown.
    """
    report = dict(upgraded(report))
    found: Doc = {name: report[name] for name in ("format", "student", "exercise")}
    if show.score:
        found |= {name: report[name] for name in ("score", "max", "percent")}
    if show.verdicts:
        found |= {name: report[name] for name in ("first_deviation", "deviation")}
    if show.verdicts and show.messages:
        found["remarks"] = report["remarks"]
    found["steps"] = [dict(_step(step, show)) for step in report["steps"]]
    found["problems"] = [_problem(one, show) for one in report["problems"]]
    return found


def _step(step: Doc, show: Show) -> Iterator[tuple[str, Any]]:
    missed = MISSED if step["verdict"] in VEILED else NOTHING if step["code"] == BEHIND else None
    veiled = missed if not show.slips else None
    yield from ((name, step[name]) for name in ("id", "label", "answer"))
    if show.verdicts:
        yield "verdict", "wrong" if veiled is MISSED else step["verdict"]
    if show.score:
        yield "weight", step["weight"]
    if show.score and show.verdicts and show.slips:
        yield "credit", step["credit"]  # a slip may have a credit of its own
    if show.expected:
        yield "expected", step["expected"]
        if "formula" in step:
            yield "formula", step["formula"]
    if show.tolerance:
        yield "tolerance", step["tolerance"]
    if show.slips:
        yield "slip", step["slip"]
    if show.messages:
        telling = is_telling(step["verdict"], veiled.code if veiled else step["code"])
        yield "message", (veiled.sentence if veiled else step["message"]) if telling else ""
    if show.messages and show.verdicts:
        yield "code", veiled.code if veiled else step["code"]
        yield "arguments", {} if veiled else step["arguments"]
        yield "used", step["used"]
    if show.hints:
        yield "hint", "" if veiled else step["hint"]


def _problem(problem: Doc, show: Show) -> Doc:
    """Where reading failed and why; in words only where words are shown."""
    if show.messages:
        return dict(problem)
    told = ("reason", "arguments")
    return {name: value for name, value in problem.items() if name not in told} | {"message": ""}
