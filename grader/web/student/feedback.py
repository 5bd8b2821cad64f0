"""The receipt of a submission and, as soon as it may be seen, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grader.errors import Problem
from grader.web.grading import hours_late, why_left
from grader.web.jinja import moment
from grader.web.models import Assignment, Feedback, Result, State, Submission
from grader.web.rights import submission_for
from grader.web.student.progress import COUNTS, TaskProgress, standing_of
from grader.web.student.sheet import nobody, order_of, order_text
from problems.texts import parsed_json
from templates.feedback.page import Checked, feedback_of
from templates.feedback.report import Report
from templates.pages.page import Block

LOOK_AGAIN = 3
"""Seconds until the page of a submission that is not graded yet is asked for again."""


@dataclass(frozen=True)
class HistoryRow:
    """One row of the history."""

    submission: Submission
    score: str
    """In points after the late rule; empty if it is not shown."""
    late: str
    counts: bool
    """Whether it is the one that counts."""


@login_required
@require_GET
def submission(request: HttpRequest, submission: str) -> HttpResponse:
    """The page of one attempt."""
    found = submission_for(request.user, submission)
    own = found.task.member.user_id == request.user.pk
    now = standing_of(found.task, timezone.now())
    result = getattr(found, "result", None) if found.state == State.GRADED else None
    shown = result is not None and now.shows_feedback
    context = {
        "one": found,
        "own": own,
        "now": now,
        "read": answers_read(found, result),
        "problems": result.report["problems"] if result else why_left(found),
        "waiting": found.state == State.STORED,
        "review": found.state == State.REVIEW,
        "when": when_shown(now.assignment, now.now),
        "blocks": feedback_blocks(found, result) if shown and result else (),
        "attempts": attempts(now),
        "counts": COUNTS[now.assignment.valued.attempts.counts],
        "late": late_words(found),
        "score": _score(result) if shown and result and _shows_score(now) else "",
    }
    response = render(request, "student/submission.html.j2", context)
    if found.state == State.STORED:
        # the header rather than a tag: browsers heed both, and a page is no place for it
        response["Refresh"] = str(LOOK_AGAIN)
    return response


def feedback_blocks(found: Submission, result: Result) -> tuple[Block, ...]:
    """What was found, as much of it as the policy shows, without the title of the page."""
    task = found.task
    report = Report.from_json(result.report, Problem.from_json)
    family = order_of(order_text(task.assignment)).made_by
    sections = family.placed(task.exercise.graph)
    part = Checked(report, task.exercise, sections, labelled=True)
    student = nobody(task.exercise).shown
    page = feedback_of([part], task.assignment.valued.show, family.title, student)
    return page.blocks[2:]


def answers_read(found: Submission, result: Result | None) -> int | None:
    """How many answers could be read; None while that is not known."""
    if result is not None:
        unread = ("blank", "unreadable")
        return sum(step["verdict"] not in unread for step in result.report["steps"])
    if found.name:
        return None
    try:
        doc: Any = parsed_json(bytes(found.data))
    except (ValueError, RecursionError):
        return None
    answers = doc.get("answers") if isinstance(doc, dict) else None
    return len(answers) if isinstance(answers, dict) else None


def when_shown(assignment: Assignment, now: datetime) -> str:
    """When feedback will be shown; empty where it is shown already."""
    if assignment.shows_feedback(now):
        return ""
    if assignment.feedback == Feedback.AFTER_DUE and assignment.due is not None:
        return f"Feedback is shown after the due date, from {moment(assignment.due)} on."
    if assignment.feedback == Feedback.AFTER_DUE:
        return "Feedback is shown after the due date, which is not set yet."
    return "No feedback is shown here for this assignment."


def late_words(found: Submission) -> str:
    """How late a submission was; empty for one in time."""
    hours = hours_late(found.received, found.task.assignment.due)
    if not hours:
        return ""
    return f"{hours:.0f} hours late" if hours >= 2 else f"{60 * hours:.0f} minutes late"


def _shows_score(now: TaskProgress) -> bool:
    return now.assignment.valued.show.score


def _score(result: Result) -> str:
    if result.counted == result.score:
        return ""
    off = round(result.score - result.counted, 6)
    return (
        f"{result.score:g} points, {off:g} off for lateness: "
        f"{result.counted:g} of {result.most:g} count."
    )


def attempts(now: TaskProgress) -> list[HistoryRow]:
    """Every attempt, with what it is worth where that may be shown."""
    scored = now.shows_feedback and _shows_score(now)
    counting = _counting(now) if scored else None
    return [
        HistoryRow(one, _points(one) if scored else "", late_words(one), one.pk == counting)
        for one in now.submissions
    ]


def _points(one: Submission) -> str:
    result = getattr(one, "result", None)
    if one.state != State.GRADED or result is None:
        return ""
    return f"{result.counted:g} of {result.most:g}"


def _counting(now: TaskProgress) -> str | None:
    """The attempt that counts; None where it is an average, or nothing is graded."""
    graded: Sequence[Submission] = [
        one for one in now.submissions if one.state == State.GRADED and hasattr(one, "result")
    ]
    how = now.assignment.valued.attempts.counts
    if not graded or how == "average":
        return None
    if how == "last":
        return graded[-1].pk
    return max(graded, key=lambda one: one.result.counted).pk
