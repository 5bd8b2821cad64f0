"""A class of a learning platform, and grades that change without anybody's exercise read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from lti_platform import Item, Platform
from service import assignment_of, course_of

from grader.web.lti import keys, outbox
from grader.web.lti.grade_sender import Pace, Postman
from grader.web.lti.models import Context, Identity, Outgoing, Placement, Sending, ToolKey
from grader.web.models import Member, Result, Role, State, Submission, Task

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""When the clock of tests begins."""


class Clock:
    """A time that only goes on when it is told to."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def unix(self) -> float:
        """As the platform wants it."""
        return self.now.timestamp()

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@lru_cache(1)
def _found() -> tuple[str, str]:
    made = keys._generated()
    return made.kid, made.pem


def own_key() -> None:
    """Our first key, without looking for new numbers in every test."""
    kid, pem = _found()
    ToolKey.objects.get_or_create(kid=kid, defaults={"pem": pem})


def placed(lms: Platform, assignment: Any, course: str = "2") -> Placement:
    """A link of the platform that opens an assignment, with a column; students known to both."""
    row = lms.as_model()
    context = Context.objects.create(
        platform=row, ident=course, title="Course", course=assignment.course
    )
    link = lms.link(course)
    for member in assignment.course.members.filter(role=Role.STUDENT):
        known_to(lms, member, course)
    return Placement.objects.create(
        context=context,
        link=link.id,
        assignment=assignment,
        lineitem_url=lms.item_url(link.item),
    )


def known_to(lms: Platform, member: Member, course: str = "2") -> str:
    """Have the platform know somebody; how it calls them."""
    sub = str(100 + member.pk)
    lms.person(sub, course=course)
    Identity.objects.create(issuer=lms.issuer, sub=sub, user=member.user)
    return sub


def graded(task: Task, counted: float, when: datetime, score: float | None = None) -> Result:
    """Store that an attempt was graded, with a report that says little."""
    with transaction.atomic():
        attempt = task.submissions.count() + 1
        submission = Submission.objects.create(
            task=task,
            key=f"k{attempt}",
            digest=hashlib.sha256(b"").hexdigest(),
            data=b"",
            attempt=attempt,
            state=State.GRADED,
            received=when,
        )
        made = Result.objects.create(
            submission=submission,
            score=counted if score is None else score,
            counted=counted,
            most=10,
            report=report(counted),
            policy=task.assignment.policy,
            graded=when,
        )
        outbox.queue(task.member, task.assignment, changed=True)
    return made


def report(points: float) -> dict[str, Any]:
    """A report of nothing but points."""
    from templates.feedback.report import Report

    return Report("ada", "mazur-1", (), points=points).as_json()


class Class:
    """A course with an assignment that a platform has a column for."""

    def __init__(self, lms: Platform, clock: Clock, names: Sequence[str], **settings: Any) -> None:
        self.lms, self.clock = lms, clock
        self.assignment = assignment_of(course_of(*names), **settings)
        own_key()
        lms.by_hand(keys=keys.public_keys())
        self.placement = placed(lms, self.assignment)
        self.tasks = {
            task.member.ident: task
            for task in self.assignment.tasks.select_related("member", "assignment")
        }

    @property
    def item(self) -> Item:
        """The column."""
        return next(i for i in self.lms.items.values() if self.lms.item_url(i) == self.url)

    @property
    def url(self) -> str:
        """Of the column."""
        return self.placement.lineitem_url

    def grade(self, name: str, counted: float, **more: Any) -> Result:
        """An attempt of somebody is graded now."""
        return graded(self.tasks[name], counted, self.clock(), **more)

    def row(self, name: str) -> Outgoing:
        """What is on its way for somebody."""
        return Outgoing.objects.get(placement=self.placement, member=self.tasks[name].member)

    def shown(self, name: str) -> float | None:
        """Somebody's points on the platform, as they were sent."""
        grade = self.item.grades.get(self.row(name).sub)
        return grade.given[0] if grade and grade.given else None

    def postman(self, **pace: float) -> Postman:
        """One without jitter."""
        return Postman(Pace(**pace), self.clock, chance=lambda: 0.0)

    def waiting(self) -> list[Outgoing]:
        """What is not sent yet, what is due first first."""
        return list(Outgoing.objects.filter(state=Sending.WAITING).order_by("due", "pk"))

    def drain(self, postman: Postman, rounds: int = 200) -> int:
        """Let time pass until nothing waits; how many rounds that took."""
        for n in range(rounds):
            while postman.round():
                pass
            rows = self.waiting()
            if not rows:
                return n
            quiet = max(postman._quiet.values(), default=self.clock.now)
            soonest = max(rows[0].due, min(quiet, self.clock.now + timedelta(minutes=20)))
            self.clock.now = max(self.clock.now + timedelta(seconds=1), soonest)
        raise AssertionError([(row.due, row.tries, row.error) for row in self.waiting()])
