"""How far a class has come with an assignment, and what its work counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from grader.marking.mark import step_of
from grader.marking.policy import Policy
from grader.web.assignments import students_of
from grader.web.grading import hours_late
from grader.web.models import Assignment, Draft, Member, Result, State, Submission

Stage = Literal["not begun", "draft", "handed in", "review", "graded"]
STAGES: tuple[Stage, ...] = ("not begun", "draft", "handed in", "review", "graded")
"""`handed in` waits to be graded, `review` waits for a person."""


@dataclass(frozen=True, slots=True)
class AttemptSummary:
    """A submission without its content."""

    id: str
    task: str
    received: datetime
    state: str
    counted: float | None
    """None as long as it is not graded."""


@dataclass(frozen=True, slots=True)
class StudentProgress:
    """One student's work on an assignment."""

    member: Member
    exercises: int
    """How many they have; 0 until some are drawn."""
    stage: Stage
    attempts: int
    last: datetime | None
    """When something was handed in last."""
    score: float | None
    """What counts; None as long as nothing is graded."""
    most: float
    late: float
    """Hours after the deadline, of what was handed in last."""

    @property
    def percent(self) -> float | None:
        """Of the score, to one decimal."""
        return round(100 * self.score / self.most, 1) if self.score is not None else None


def standings(assignment: Assignment) -> list[StudentProgress]:
    """Everybody in the order of the class list."""
    policy, tasks, attempts = assignment.valued, _tasks(assignment), _attempts(assignment)
    begun = set(
        Draft.objects.filter(task__assignment=assignment, task__current=True).values_list(
            "task__member_id", flat=True
        )
    )
    each = most_of(assignment, policy)
    found = []
    for member in students_of(assignment.course):
        own = [attempts.get(task, []) for task in tasks.get(member.pk, [])]
        every = [attempt for part in own for attempt in part]
        last = max((attempt.received for attempt in every), default=None)
        found.append(
            StudentProgress(
                member,
                len(own),
                _stage(every, member.pk in begun),
                len(every),
                last,
                score_of(policy, own),
                each * max(1, len(own)),
                hours_late(last, assignment.due) if last else 0.0,
            )
        )
    return found


def _tasks(assignment: Assignment) -> dict[int, list[str]]:
    """Member -> ids of the present exercises."""
    found: dict[int, list[str]] = {}
    present = assignment.tasks.filter(current=True).order_by("number")
    for member, task in present.values_list("member_id", "pk"):
        found.setdefault(member, []).append(task)
    return found


def _attempts(assignment: Assignment) -> dict[str, list[AttemptSummary]]:
    """Task -> what was handed in, in order."""
    found: dict[str, list[AttemptSummary]] = {}
    rows = Submission.objects.filter(task__assignment=assignment, task__current=True)
    fields = ("pk", "task_id", "received", "state", "result__counted")
    for row in rows.order_by("task_id", "attempt").values_list(*fields):
        attempt = AttemptSummary(*row)
        found.setdefault(attempt.task, []).append(attempt)
    return found


def _stage(attempts: list[AttemptSummary], begun: bool) -> Stage:
    states = {attempt.state for attempt in attempts}
    if State.REVIEW in states:
        return "review"
    if State.STORED in states:
        return "handed in"
    if states:
        return "graded"
    return "draft" if begun else "not begun"


def score_of(policy: Policy, tasks: list[list[AttemptSummary]]) -> float | None:
    """What counts of all attempts at all exercises; None where none is graded."""
    graded = [[a.counted for a in part if a.counted is not None] for part in tasks]
    if not any(graded):
        return None
    return math.fsum(policy.of_attempts(part) for part in graded)


def most_of(assignment: Assignment, policy: Policy) -> float:
    """Points of a faultless exercise; all of an assignment ask the same steps."""
    task = assignment.tasks.first()
    questions = task.exercise.questions if task else assignment.made.design().questions
    return round(math.fsum(policy.weight(step_of(q)) for q in questions), 6)


def to_look_at(assignment: Assignment, members: Sequence[Member]) -> set[int]:
    """Those of some members with a sheet that the marking leaves to a person."""
    noted = Result.objects.filter(
        submission__task__assignment=assignment,
        submission__task__current=True,
        submission__task__member__in=members,
        report__teacher__0__isnull=False,
    )
    return set(noted.values_list("submission__task__member_id", flat=True))


def stages(found: list[StudentProgress]) -> dict[Stage, int]:
    """How many students are how far, every stage in its order."""
    counts = Counter(one.stage for one in found)
    return {stage: counts[stage] for stage in STAGES}
