"""What a learning platform is told of a student's work: what counts, and a comment."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.marking.policy import Policy
from grader.web.class_progress import AttemptSummary, most_of, score_of
from grader.web.models import Assignment, Result, Task
from templates.feedback.comment import as_text, comments_on
from templates.feedback.report import Report

LONGEST = 4_000
"""Characters of a comment; the feedback page has all."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One student's work on an assignment."""

    score: float
    most: float
    comment: str
    """'' as long as students do not see what was found."""
    graded: datetime
    """When the last of it was graded."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """An attempt that is graded."""

    attempt: AttemptSummary
    result: int
    graded: datetime


def grades(assignment: Assignment, members: Collection[int], now: datetime) -> dict[int, Grade]:
    """What counts of students' work; those of whom nothing is graded are left out.

    Args:
        assignment: on which.
        members: numbers of its course's members.
        now: decides whether students see what was found.
    """
    policy = assignment.valued
    each = most_of(assignment, policy)
    if each <= 0:
        return {}
    tasks, worked = _tasks(assignment, members), _worked(assignment, members)
    found = {}
    for member, own in tasks.items():
        parts = [worked.get(task, []) for task in own]
        score = score_of(policy, [[one.attempt for one in part] for part in parts])
        if score is not None:
            last = max(one.graded for part in parts for one in part)
            found[member] = Grade(round(score, 6), round(each * len(own), 6), "", last)
    if not assignment.shows_feedback(now):
        return found
    own_work = {m: [worked.get(t, []) for t in tasks[m]] for m in found}
    told = _comments(policy, own_work, {m: grade.score for m, grade in found.items()})
    return {m: _with(grade, told[m]) for m, grade in found.items()}


def _with(grade: Grade, comment: str) -> Grade:
    return Grade(grade.score, grade.most, comment, grade.graded)


def _tasks(assignment: Assignment, members: Collection[int]) -> dict[int, list[str]]:
    """Member -> ids of the present exercises."""
    found: dict[int, list[str]] = {}
    rows = Task.objects.filter(assignment=assignment, current=True, member_id__in=members)
    for member, task in rows.order_by("number").values_list("member_id", "pk"):
        found.setdefault(member, []).append(task)
    return found


def _worked(assignment: Assignment, members: Collection[int]) -> dict[str, list[_Worked]]:
    """Task -> what was graded, in the order of the attempts."""
    found: dict[str, list[_Worked]] = {}
    rows = Result.objects.filter(
        submission__task__assignment=assignment,
        submission__task__current=True,
        submission__task__member_id__in=members,
    ).order_by("submission__task_id", "submission__attempt")
    of_attempt = ("submission_id", "submission__task_id", "submission__received")
    fields = (*of_attempt, "submission__state", "counted", "pk", "graded")
    for id, task, received, state, counted, result, graded in rows.values_list(*fields):
        attempt = AttemptSummary(id, task, received, state, counted)
        found.setdefault(task, []).append(_Worked(attempt, result, graded))
    return found


# comments ----------------------------------------------------------------------------------


def _comments(
    policy: Policy, parts: dict[int, list[list[_Worked]]], scores: dict[int, float]
) -> dict[int, str]:
    """Member -> what is said of the attempts that count."""
    chosen = {
        member: [_counting(policy, part) for part in own if part] for member, own in parts.items()
    }
    wanted = [one.result for own in chosen.values() for one in own]
    found: dict[int, Result] = {}
    for start in range(0, len(wanted), 500):
        rows = Result.objects.filter(pk__in=wanted[start : start + 500])
        found |= {result.pk: result for result in rows}
    said = {}
    for member, own in chosen.items():
        several = any(len(part) > 1 for part in parts[member])
        said[member] = comment(
            policy,
            [found[one.result] for one in own],
            missing=sum(not part for part in parts[member]),
            average=scores[member] if several and policy.attempts.counts == "average" else None,
        )
    return said


def _counting(policy: Policy, part: Sequence[_Worked]) -> _Worked:
    """The attempt that counts; of an average the last one."""
    rule = policy.attempts
    taken = part if rule.most is None else part[: rule.most] or part
    if rule.counts == "best":
        return max(taken, key=lambda one: one.attempt.counted or 0.0)
    return taken[-1]


def comment(
    policy: Policy, results: Sequence[Result], missing: int = 0, average: float | None = None
) -> str:
    """Feedback as plain text, as much of it as the policy shows.

    Args:
        policy: says how much.
        results: in the order of the exercises.
        missing: exercises of which nothing was handed in.
        average: what counts, where it is that of several attempts; the results are the last ones.
    """
    reports = [Report.from_json(result.report) for result in results]
    lines = [as_text(comments_on(reports, policy.show)), _late(policy, results)]
    if average is not None:
        points = f", {average:g} points" if policy.show.score else ""
        lines.append(f"This is said of the last attempt; what counts is the average{points}.")
    if missing:
        what = "exercise was" if missing == 1 else "exercises were"
        lines.append(f"{missing} {what} not handed in.")
    text = "\n\n".join(filter(None, lines))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _late(policy: Policy, results: Sequence[Result]) -> str:
    """What the late rule takes off; '' for nothing."""
    off = round(math.fsum(result.score - result.counted for result in results), 6)
    if off <= 0 or not policy.show.score:
        return ""
    counted = round(math.fsum(result.counted for result in results), 6)
    return f"Lateness takes off {off:g} of them, so {counted:g} count."
