"""Another policy for work that is graded: what would change, and the change.

Verdicts stay what they are; credits, weights, rounding and the late rule are worked anew by the
same code that grades (`grader.marking.policy`). Nothing is read or judged again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from grader.errors import Problem
from grader.marking.mark import step_of
from grader.marking.policy import Policy
from grader.marking.policy_file import stored_policy
from grader.marking.words import missing_digits
from grader.read.number import Written, read_number
from grader.web.assignments import note
from grader.web.events import class_changed
from grader.web.grading import hours_late
from grader.web.models import Assignment, Audit, Result, Task
from problems.computation import ids
from problems.exercise import Exercise
from templates.feedback.report import Report, StepReport
from templates.feedback.verdict_words import Said

ACTION = "assignment.regraded"
UPDATE = "UPDATE bpgrade_result SET score = %s, counted = %s, most = %s, report = %s WHERE id = %s"
"""Written out: Django takes ten times as long to put such updates together as they take."""
DUST = 1e-9
"""Differences of scores that are none."""


# one report --------------------------------------------------------------------------------


def revalued(report: Report, policy: Policy, exercise: Callable[[], Exercise]) -> Report:
    """The same verdicts under another policy.

    Args:
        report: what was found.
        policy: what it is worth now.
        exercise: what was asked; only looked at where missing digits count one by one.
    """
    steps = tuple(_revalued(step, policy, exercise) for step in report.steps)
    return replace(report, steps=steps, points=policy.score(steps))


def _revalued(step: StepReport, policy: Policy, exercise: Callable[[], Exercise]) -> StepReport:
    missing = 1
    if step.verdict == "imprecise" and policy.off_per_digit is not None:
        missing = _missing(step, exercise())
    credit = policy.credit(step.verdict, step.slip, missing)
    valued = replace(step, credit=credit, weight=policy.weight(step_of(step.id)))
    return _reworded(valued) if step.code == "undetermined" else valued


def _reworded(step: StepReport) -> StepReport:
    """The only sentence that tells of points."""
    about = {name: value for name, value in step.arguments.items() if name != "paid"}
    about |= {"paid": True} if step.credit > 0 else {}
    return replace(step, arguments=about, message=Said(step.code, about).sentence)


def _missing(step: StepReport, exercise: Exercise) -> int:
    """Digits fewer than asked, from what was typed; decimal commas as the file had them."""
    if ids.asks_formula(step.id):
        return 1
    names = exercise.labels.get(step.id, ())
    readings = (read_number(step.answer, name=names, comma=comma) for comma in (None, True, False))
    reading = next((found for found in readings if isinstance(found, Written)), None)
    return missing_digits(exercise.precision, exercise.parse(step.id).kind, reading)


# a class -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Graded:
    """A graded submission, as much as is needed to value it anew."""

    id: int
    """Of the result."""
    student: int
    """Of the member."""
    task: str
    hours_late: float
    report: Report
    counted: float
    """What it counts now."""
    current: bool = True
    """Whether it counts at all: its exercise was not replaced, and who sent it is in the class."""


@dataclass(frozen=True, slots=True)
class Revalued:
    """What a submission is worth under another policy."""

    before: Graded
    report: Report
    counted: float

    @property
    def differs(self) -> bool:
        """Whether its score is another one."""
        return abs(self.counted - self.before.counted) > DUST


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one student's score."""

    student: int
    before: float
    after: float
    attempts: int

    @property
    def by(self) -> float:
        """How much more it is; 0 for dust."""
        found = self.after - self.before
        return found if abs(found) > DUST else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A class under two policies."""

    changes: tuple[Change, ...]
    """Every student with graded work, in the order of the class list."""
    submissions: int = 0
    """How many submissions get another value: also attempts that do not count, and those at
    exercises that were replaced, which change nobody's score."""

    @property
    def changed(self) -> tuple[Change, ...]:
        """Those whose score is another one, the largest change first."""
        return tuple(sorted((c for c in self.changes if c.by), key=lambda c: -abs(c.by)))

    @property
    def mean_before(self) -> float | None:
        """None for a class without graded work."""
        return _mean([change.before for change in self.changes])

    @property
    def mean_after(self) -> float | None:
        """None for a class without graded work."""
        return _mean([change.after for change in self.changes])


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def under(
    policy: Policy, graded: Iterable[Graded], exercise: Callable[[str], Exercise]
) -> list[Revalued]:
    """Every submission under a policy.

    Args:
        policy: the new one.
        graded: submissions in the order of their attempts.
        exercise: what a task asks, by its id.
    """
    found = []
    for one in graded:
        report = revalued(one.report, policy, lambda one=one: exercise(one.task))  # type: ignore[misc]
        found.append(Revalued(one, report, policy.with_late(report.score, one.hours_late)))
    return found


def compared(old: Policy, new: Policy, pairs: Sequence[Revalued]) -> Comparison:
    """What the new policy does to everybody's score.

    Args:
        old: whose rule for attempts holds now.
        new: whose rule would hold.
        pairs: submissions before and after, those of a task in the order of its attempts.
    """
    students: dict[int, dict[str, list[Revalued]]] = {}
    for pair in pairs:
        own = students.setdefault(pair.before.student, {})
        own.setdefault(pair.before.task, []).append(pair)
    return Comparison(tuple(_change(old, new, who, own) for who, own in students.items()))


def _change(old: Policy, new: Policy, who: int, own: Mapping[str, list[Revalued]]) -> Change:
    before = math.fsum(old.of_attempts([p.before.counted for p in part]) for part in own.values())
    after = math.fsum(new.of_attempts([p.counted for p in part]) for part in own.values())
    return Change(who, before, after, sum(map(len, own.values())))


# in the database ---------------------------------------------------------------------------


def graded_of(
    assignment: Assignment, due: datetime | None, only: Collection[int] | None = None
) -> list[Graded]:
    """Graded work of an assignment, that at replaced exercises included.

    Args:
        assignment: whose.
        due: the deadline that the late rule goes by.
        only: the results that are wanted; None for all.
    """
    wanted = Result.objects.filter(submission__task__assignment=assignment)
    found = (
        (wanted if only is None else wanted.filter(pk__in=only))
        .select_related("submission__task__member")
        .defer("submission__data", "submission__task__line")
        .order_by("submission__task__member_id", "submission__task_id", "submission__attempt")
    )
    return [_graded(result, due) for result in found]


def _graded(result: Result, due: datetime | None) -> Graded:
    submission = result.submission
    late = hours_late(submission.received, due)
    report = Report.from_json(result.report, Problem.from_json)
    task = submission.task
    current = task.current and task.member.active
    return Graded(result.pk, task.member_id, task.pk, late, report, result.counted, current)


def comparison(assignment: Assignment, policy_text: str) -> Comparison:
    """What another policy would do to an assignment; nothing is changed.

    Raises:
        PolicyError: it is no policy.
    """
    policy = stored_policy(policy_text)
    pairs = under(policy, graded_of(assignment, assignment.due), _exercise)
    found = compared(assignment.valued, policy, [pair for pair in pairs if pair.before.current])
    return replace(found, submissions=sum(pair.differs for pair in pairs))


def _exercise(task: str) -> Exercise:
    return Task.objects.get(pk=task).exercise


def outdated(assignment: Assignment) -> int:
    """Results that were valued under another policy than the present one.

    There are some if a submission was being graded at the moment of a change.
    """
    found = Result.objects.filter(submission__task__assignment=assignment)
    return found.exclude(policy=assignment.policy).count()


def apply(assignment: Assignment, policy_text: str, user: Any, **settings: Any) -> int:
    """Change the policy and value all graded work by it, in one transaction.

    The values are worked out before: who hands in meanwhile must not wait for them. What is
    graded in between is valued by itself.

    Args:
        assignment: whose.
        policy_text: the new policy; the present one where only settings change.
        user: who does it.
        settings: further fields to set, such as `due`, which the late rule goes by.

    Returns:
        How many submissions count another score now.

    Raises:
        PolicyError: it is no policy.
    """
    policy, due = stored_policy(policy_text), settings.get("due", assignment.due)
    stamps = _stamps(assignment)
    early = under(policy, graded_of(assignment, due), _exercise)
    with transaction.atomic():
        held = Assignment.objects.select_for_update().get(pk=assignment.pk)
        before = held.policy
        told = {n: str(value) for n, value in settings.items() if value != getattr(held, n)}
        for name, value in {"policy": policy_text, **settings}.items():
            setattr(held, name, value)
        held.save()
        now = _stamps(held)
        same = {id for id, stamp in now.items() if held.due == due and stamps.get(id) == stamp}
        pairs = [pair for pair in early if pair.before.id in same]
        pairs += under(policy, graded_of(held, held.due, now.keys() - same), _exercise)
        store(pairs, policy_text)
        class_changed(held)
        changed = sum(pair.differs for pair in pairs)
        if policy_text != before or changed:
            detail = {"assignment": held.pk, "before": before, "after": policy_text}
            note(user, held.course, ACTION, held.title, **detail, changed=changed)
        if told:
            note(user, held.course, "assignment.changed", held.title, **told)
    for name, value in {"policy": policy_text, **settings}.items():
        setattr(assignment, name, value)
    return changed


def _stamps(assignment: Assignment) -> dict[int, tuple[Any, ...]]:
    """Result -> what is another one once it was graded or valued anew."""
    found = Result.objects.filter(submission__task__assignment=assignment)
    return {row[0]: row[1:] for row in found.values_list("pk", "graded", "policy", "counted")}


def store(pairs: Sequence[Revalued], policy_text: str, every: bool = False) -> None:
    """Write what is another value now; the whole class at once would keep others waiting.

    Args:
        pairs: reports before and after.
        policy_text: by which they were valued.
        every: also those of which nothing changed, such as reports of an earlier format.
    """
    as_stored = Result._meta.get_field("report").get_db_prep_save
    rows = [
        (
            pair.report.score,
            pair.counted,
            pair.report.max,
            as_stored(pair.report.as_json(), connection),
            pair.before.id,
        )
        for pair in pairs
        if every or pair.report != pair.before.report or pair.counted != pair.before.counted
    ]
    with connection.cursor() as cursor:
        cursor.executemany(UPDATE, rows)
    # those that were looked at, and none that was graded by the old policy meanwhile
    seen = [pair.before.id for pair in pairs]
    for start in range(0, len(seen), 500):
        part = Result.objects.filter(pk__in=seen[start : start + 500])
        part.exclude(policy=policy_text).update(policy=policy_text)


def earlier(assignment: Assignment) -> list[tuple[Audit, str]]:
    """Policies that held before, the latest first, each with the line that tells of its end."""
    lines = Audit.objects.filter(course_id=assignment.course_id, action=ACTION)
    found = lines.filter(detail__assignment=assignment.pk).select_related("user")
    return [
        (line, line.detail["before"])
        for line in found.order_by("-time", "-pk")[:20]
        if line.detail["before"] != line.detail["after"]
    ]
