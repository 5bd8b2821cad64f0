"""How far a student has come with an exercise, and what is to be done next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from grader.web.jinja import moment
from grader.web.models import Assignment, Draft, Result, Role, State, Submission, Task

COUNTS = {
    "best": "The best attempt counts.",
    "last": "The last attempt counts.",
    "average": "The average of the attempts counts.",
}


@dataclass(frozen=True)
class TaskProgress:
    """One exercise of one student at one moment."""

    task: Task
    now: datetime
    submissions: tuple[Submission, ...]
    """In the order of the attempts."""
    draft: Draft | None = None

    @property
    def assignment(self) -> Assignment:
        """What it belongs to."""
        return self.task.assignment

    @property
    def is_open(self) -> bool:
        """Whether something can be handed in now."""
        return self.assignment.open_at(self.now) and self.task.current and self.left != 0

    @property
    def begun(self) -> bool:
        """Whether the worksheet may be seen."""
        return self.assignment.begun_at(self.now)

    @property
    def left(self) -> int | None:
        """Attempts that are left; None where they are not counted."""
        most = self.assignment.valued.attempts.most
        return None if most is None else max(0, most - len(self.submissions))

    @property
    def has_news(self) -> bool:
        """Whether something was typed after the last attempt."""
        if self.draft is None or not any(self.draft.answers.values()):
            return False
        return not self.submissions or self.draft.changed > self.submissions[-1].received

    @property
    def due(self) -> str:
        """The due date in words."""
        due = self.assignment.due
        return due_words(due, self.now) if due else "no due date"

    @property
    def state(self) -> str:
        """In words."""
        if not self.submissions:
            return "draft saved" if self.has_news else "not begun"
        times = len(self.submissions)
        words = "handed in" if times == 1 else f"handed in {times} times"
        return f"{words}, changed since" if self.has_news and self.is_open else words

    @property
    def score(self) -> str:
        """What counts of the attempts, if it may be shown."""
        return score_words(self.assignment, self.submissions, self.now)

    @property
    def why_closed(self) -> str:
        """Why nothing can be handed in; empty where it can."""
        assignment = self.assignment
        if not self.task.current:
            return "This exercise was replaced by a new one."
        if not self.begun:
            return f"Opens {moment(assignment.opens)}."
        if assignment.closes and self.now >= assignment.closes:
            return f"Closed since {moment(assignment.closes)}."
        return "All attempts are used." if self.left == 0 else ""

    @property
    def next(self) -> tuple[str, str]:
        """What to do next: words and address; the address is empty where one can only wait."""
        sheet = reverse("work-task", args=[self.task.pk])
        if self.is_open and not self.submissions:
            return ("Go on" if self.has_news else "Begin"), sheet
        if self.is_open and self.has_news:
            return "Go on and hand in again", sheet
        if self.submissions:
            words = "See the feedback" if self.shows_feedback else "See the receipt"
            return words, reverse("work-submission", args=[self.submissions[-1].pk])
        return ("", "") if not self.begun else ("See the worksheet", sheet)

    @property
    def shows_feedback(self) -> bool:
        """Whether the student sees what was found."""
        return self.begun and self.assignment.shows_feedback(self.now)


def due_words(due: datetime, now: datetime) -> str:
    """A due date, and how far it is.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> due_words(noon, noon - timedelta(days=3)), due_words(noon, noon + timedelta(minutes=90))
    ('due 1 March 2026, 12:00 (in 3 days)', 'was due 1 March 2026, 12:00 (90 minutes ago)')
    """
    far = span(abs(due - now))
    late = now >= due
    return (
        f"{'was due' if late else 'due'} {moment(due)} ({f'{far} ago' if late else f'in {far}'})"
    )


def span(length: timedelta) -> str:
    """A length of time in the unit that says it best.

    >>> span(timedelta(minutes=1)), span(timedelta(hours=20)), span(timedelta(days=9, hours=20))
    ('1 minute', '20 hours', '9 days')
    """
    minutes = int(length.total_seconds() // 60)
    for size, most, name in ((1, 120, "minute"), (60, 2880, "hour"), (1440, 10**9, "day")):
        if minutes < most:
            count = minutes // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    raise AssertionError("no time is longer")


def results_of(submissions: Sequence[Submission]) -> list[Result]:
    """The results that are there, in the order of the attempts."""
    found = [getattr(one, "result", None) for one in submissions if one.state == State.GRADED]
    return [result for result in found if result is not None]


def score_words(assignment: Assignment, submissions: Sequence[Submission], now: datetime) -> str:
    """What counts, in points; empty where there is nothing or it is not shown."""
    found = results_of(submissions)
    if not found or not assignment.valued.show.score or not assignment.shows_feedback(now):
        return ""
    points = assignment.valued.of_attempts([one.counted for one in found])
    return f"{points:g} of {found[-1].most:g} points"


def standing_of(task: Task, now: datetime) -> TaskProgress:
    """One exercise."""
    return next(iter(standings([task], now)))


def standings(tasks: Iterable[Task], now: datetime) -> list[TaskProgress]:
    """Exercises with what was handed in for them; the files themselves are left where they are."""
    listed = list(tasks)
    handed: dict[Any, list[Submission]] = {task.pk: [] for task in listed}
    found = Submission.objects.filter(task__in=listed).defer("data").select_related("result")
    for one in found.order_by("attempt"):
        handed[one.task_id].append(one)
    drafts = {draft.task_id: draft for draft in Draft.objects.filter(task__in=listed)}
    return [
        TaskProgress(task, now, tuple(handed[task.pk]), drafts.get(task.pk)) for task in listed
    ]


def tasks_of(user: Any) -> list[Task]:
    """Somebody's exercises of published assignments: what is due first comes first."""
    tasks = Task.objects.filter(
        member__user_id=user.pk,
        member__active=True,
        member__role=Role.STUDENT,
        current=True,
        assignment__published=True,
        assignment__course__archived=False,
    ).select_related("assignment", "assignment__course")
    last = datetime.max.timestamp()
    return sorted(
        tasks, key=lambda task: due.timestamp() if (due := task.assignment.due) else last
    )
