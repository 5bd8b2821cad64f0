"""Graded work marked again after the marking itself has changed: what would change, the change.

Unlike another policy (`grader.web.regrading`), this reads what was handed in anew and judges it
by the present rules, in the same process that grades. What is stored stays as it is until a
teacher has seen the differences and applies them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from grader.errors import PolicyChangedError, Problem
from grader.web import grading, regrading
from grader.web.assignments import note
from grader.web.events import class_changed
from grader.web.models import Assignment, Result, Submission
from grader.web.regrading import Comparison, Graded, Revalued, compared, graded_of
from templates.feedback.report import FORMAT, Report, StepReport

ACTION = "assignment.marked-again"
AT_ONCE = 64
"""Submissions that are read from the database together."""


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that is judged otherwise now."""

    student: int
    """Of the member."""
    task: str
    before: StepReport
    after: StepReport

    @property
    def by(self) -> float:
        """How many points more it is worth."""
        return self.after.credit * self.after.weight - self.before.credit * self.before.weight


@dataclass(frozen=True, slots=True)
class Preview:
    """What marking again would change."""

    scores: Comparison
    steps: tuple[StepChange, ...]
    """In the order of the class list and of the worksheet, also those of replaced exercises."""
    failed: int
    """Submissions that could not be checked now; they keep what they have."""
    marked: int
    """Submissions that were looked at, with those that failed."""


def by_earlier_marking(assignment: Assignment) -> int:
    """Results whose report was written in an earlier format than the present one."""
    found = Result.objects.filter(submission__task__assignment=assignment)
    return found.filter(report__format__lt=FORMAT).count()


def changed_steps(before: Report, after: Report) -> list[tuple[StepReport, StepReport]]:
    """Steps with another verdict, or other points for the same one."""
    known = {step.id: step for step in before.steps}
    return [
        (known[step.id], step)
        for step in after.steps
        if step.id in known and _worth(step) != _worth(known[step.id])
    ]


def _worth(step: StepReport) -> tuple[str, str | None, float]:
    return step.verdict, step.slip, round(step.credit * step.weight, 9)


def preview(assignment: Assignment) -> Preview:
    """Mark all graded work again; nothing is stored.

    Work at replaced exercises is marked as well, as `apply` does it, but changes nobody's score.
    """
    marked = list(_marked(assignment))
    every = [pair for pair in marked if pair is not None]
    pairs = [pair for pair in every if pair.before.current]
    policy = assignment.valued
    differing = sum(pair.differs for pair in every)
    steps = [
        StepChange(pair.before.student, pair.before.task, old, new)
        for pair in every
        for old, new in changed_steps(pair.before.report, pair.report)
    ]
    scores = replace(compared(policy, policy, pairs), submissions=differing)
    return Preview(scores, tuple(steps), len(marked) - len(every), len(marked))


def apply(assignment: Assignment, user: Any) -> tuple[int, int]:
    """Mark all graded work again and store it, in one transaction.

    Args:
        assignment: whose.
        user: who does it.

    Returns:
        How many submissions count another score now, and how many could not be checked.

    Raises:
        PolicyChangedError: meanwhile another policy was chosen.
    """
    marked = list(_marked(assignment))
    pairs = [pair for pair in marked if pair is not None]
    changed, failed = sum(pair.differs for pair in pairs), len(marked) - len(pairs)
    steps = sum(len(changed_steps(pair.before.report, pair.report)) for pair in pairs)
    with transaction.atomic():
        held = Assignment.objects.select_for_update().get(pk=assignment.pk)
        if held.policy != assignment.policy:
            raise PolicyChangedError
        regrading.store(pairs, held.policy, every=True)
        class_changed(held)
        detail = {"assignment": held.pk, "format": FORMAT, "failed": failed}
        note(user, held.course, ACTION, held.title, **detail, changed=changed, steps=steps)
    return changed, failed


def _marked(assignment: Assignment) -> Iterator[Revalued | None]:
    """Every graded submission before and after; None for one that could not be checked."""
    graded = graded_of(assignment, assignment.due)
    with ThreadPoolExecutor(grading.EXAMINERS) as pool:
        for start in range(0, len(graded), AT_ONCE):
            part = graded[start : start + AT_ONCE]
            submissions = _submissions(assignment, part)
            reports = pool.map(grading.report_on, submissions)
            for one, report in zip(part, reports, strict=True):
                yield _pair(assignment, one, report)


def _submissions(assignment: Assignment, part: Sequence[Graded]) -> list[Submission]:
    """With all that marking them needs, so that no thread asks the database."""
    found = Submission.objects.filter(result__in=[one.id for one in part])
    by_result = {s.result.pk: s for s in found.select_related("result", "task")}
    for submission in by_result.values():
        submission.task.assignment = assignment
    return [by_result[one.id] for one in part]


def _pair(assignment: Assignment, one: Graded, found: dict[str, Any] | None) -> Revalued | None:
    if found is None:
        return None
    report = Report.from_json(found, Problem.from_json)
    counted = assignment.valued.with_late(report.score, one.hours_late)
    return Revalued(one, report, counted)
