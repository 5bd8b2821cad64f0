"""Class lists fetched from learning platforms: at once for a usual class, else by a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse

from grader.assignments.worksheets import Progress, silent
from grader.errors import CallError
from grader.web.jobs import kinds, queue
from grader.web.jobs.models import Job, State
from grader.web.lti import nrps
from grader.web.lti.models import Context
from grader.web.lti.nrps import Person
from grader.web.lti.roster_sync import roll
from grader.web.models import Course
from grader.web.roster_import import complete_all, refused_words
from grader.web.submission_store import again

KIND = "fetch"


@dataclass(frozen=True)
class ListOf:
    """What a platform says of the people in one of its courses."""

    context: Context
    people: tuple[Person, ...] = ()
    refused: str = ""
    """Why it says nothing."""


@dataclass(frozen=True)
class Told:
    """A sentence on what came of it."""

    text: str
    fine: bool = True


def contexts_of(course: Course) -> list[Context]:
    """Courses of platforms whose class list belongs to a course."""
    found = Context.objects.select_related("platform", "course").filter(course=course)
    return list(found.exclude(memberships_url=""))


def asked(contexts: Sequence[Context]) -> list[ListOf]:
    """What each platform says now."""
    found = []
    for context in contexts:
        try:
            people = tuple(nrps.members(context.platform, context.memberships_url))
            found.append(ListOf(context, people))
        except CallError as error:
            found.append(ListOf(context, refused=str(error)))
    return found


def entered(
    course: Course, lists: Sequence[ListOf], user: Any, progress: Progress = silent
) -> Iterator[Told]:
    """Enter the people, and draw exercises for those who have none.

    Args:
        course: into which.
        lists: what its platforms say.
        user: who asked for it.
        progress: told of the phases `students` and `exercises`.
    """
    for at, one in enumerate(lists):
        name = one.context.platform.name
        if one.refused:
            yield Told(f"{name} gave no class list: {one.refused}", fine=False)
            continue
        progress("students", at, len(lists))
        done = again(partial(roll, one.context, one.people, user))
        yield Told(f"From {name}: {done.new} new, {done.back} back, {done.gone} gone.")
    _, refused = complete_all(course, progress)
    yield from (Told(refused_words(title), fine=False) for title in refused)


def fetch(job: Job, progress: Progress) -> None:
    """The job; no arguments: the platforms are asked again when its turn comes."""
    lists = asked(contexts_of(job.course))
    told = [one.text for one in entered(job.course, lists, job.user, progress)]
    with transaction.atomic():
        address = reverse("teach-course", args=[job.course_id])
        queue.end(job, State.DONE, " ".join(told), address)


def wanted(course: Course) -> queue.Wanted:
    """The job for a large class."""
    return queue.Wanted(KIND, f"Class list of {course.name}", course, teachers=True)


def register() -> None:
    """Let workers make such jobs."""
    kinds.KINDS[KIND] = fetch
