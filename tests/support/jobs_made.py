"""Long work made here and now, by the test itself in place of a server's worker."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from grader.web.jobs import making, queue
from grader.web.jobs.models import Job
from grader.web.models import Assignment


def claimed() -> Job:
    """The oldest job that waits, taken by a worker."""
    found = queue.claim()
    assert found is not None
    return found


def made(job: Job) -> Job:
    """A job that waits, made to its end."""
    mine = claimed()
    assert mine.pk == job.pk
    making.make(mine)
    job.refresh_from_db()
    return job


def download_of(assignment: Assignment, what: str = "answers.zip", by: str = "") -> Job:
    """A download that somebody of the course's staff has asked for."""
    name = by or f"{assignment.course.name}-teacher"
    user: Any = get_user_model().objects.get(username=name)
    arguments = {"what": what}
    wanted = queue.Wanted("download", what, assignment.course, assignment, arguments)
    return queue.ask(user, wanted)
