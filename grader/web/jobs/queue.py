"""The queue of jobs: a table that every server on the same database takes from.

A claim is a conditional update, so that of several workers one gets a job. Its worker is heard
of every few seconds; a job whose worker is heard of no more is claimed anew. Whoever lost a
claim finds out at the next word, because every word names the claim.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from grader.web.jobs.models import LIVE, Job, State
from grader.web.models import Assignment, Course, new_id

BEAT = 3.0
"""Seconds between two words of a worker."""
STALE = 30.0
"""Seconds after which a worker that says nothing is taken for dead."""
MOST_TRIES = 3
MOST_LIVE = 3
"""Jobs of one person that wait or are made."""
LONGEST = {field.name: getattr(field, "max_length", None) for field in Job._meta.concrete_fields}


class FullError(Exception):
    """Somebody has as many jobs as they may have at a time; the message says so."""


class LostError(Exception):
    """The job was cancelled, or another worker has it now."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for."""

    kind: str
    title: str
    course: Course
    assignment: Assignment | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    same: Any = None
    """What makes two of them the same besides kind, course and assignment; the arguments where
    nothing is said."""
    teachers: bool = False
    begins: Callable[[], Assignment] | None = None
    """Stores what the job is to fill, where it is not there yet."""

    @property
    def key(self) -> str:
        """The same for the same work."""
        own = self.arguments if self.same is None else self.same
        whole = [self.kind, self.course.pk, self.assignment and self.assignment.pk, own]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def ask(user: Any, wanted: Wanted) -> Job:
    """The job for it: one that is there already, else a new one.

    Raises:
        FullError: this person waits for too many.
    """
    with transaction.atomic():
        if found := _live(wanted.key):
            return found
        # of several requests at once each counts those before it
        get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
        if Job.objects.filter(user_id=user.pk, state__in=LIVE).count() >= MOST_LIVE:
            raise FullError(
                f"{MOST_LIVE} things are being made for you already. Wait for one of them, or "
                "cancel one."
            )
        try:
            with transaction.atomic():
                begun = wanted.begins() if wanted.begins else wanted.assignment
                return Job.objects.create(
                    kind=wanted.kind,
                    title=wanted.title[: LONGEST["title"]],
                    key=wanted.key,
                    arguments=wanted.arguments,
                    course=wanted.course,
                    assignment=begun,
                    user_id=user.pk,
                    teachers=wanted.teachers,
                )
        except IntegrityError:  # somebody else asked in the same moment
            if found := _live(wanted.key):
                return found
            raise


def _live(key: str) -> Job | None:
    return Job.objects.filter(key=key, state__in=LIVE).first()


def ahead(job: Job) -> int:
    """How many are before it."""
    return Job.objects.filter(state__in=LIVE, asked__lt=job.asked).count()


# workers -----------------------------------------------------------------------------------


def claim() -> Job | None:
    """Take the oldest job that nobody makes; None if there is none."""
    now = timezone.now()
    dead = Q(state=State.RUNNING, beat__lt=now - timedelta(seconds=STALE))
    for one in Job.objects.filter(Q(state=State.WAITING) | dead).order_by("asked")[:5]:
        same = Job.objects.filter(pk=one.pk, state=one.state, owner=one.owner, beat=one.beat)
        if one.tries >= MOST_TRIES:
            same.update(state=State.FAILED, words=GAVE_UP, ended=now)
            continue
        owner = new_id()
        fresh = {"words": "", "done": 0, "of": 0}
        if same.update(state=State.RUNNING, owner=owner, beat=now, tries=F("tries") + 1, **fresh):
            return Job.objects.get(pk=one.pk)
    return None


GAVE_UP = (
    f"It was begun {MOST_TRIES} times and each time cut off without a word. Ask the "
    "administrator to look into the service's log."
)


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, owner=job.owner, state=State.RUNNING)


def beat(job: Job) -> bool:
    """Say that it is still being made; False if it is no longer ours."""
    return bool(_mine(job).update(beat=timezone.now()))


def tell(job: Job, words: str, done: int, of: int) -> None:
    """Say how far it has come.

    Raises:
        LostError: it is no longer ours.
    """
    told = {"words": words[: LONGEST["words"]], "done": done, "of": of}
    if not _mine(job).update(beat=timezone.now(), **told):
        raise LostError


def hold(job: Job) -> None:
    """Make sure, within a transaction, that nobody else makes it before that ends.

    Raises:
        LostError: it is no longer ours.
    """
    if not beat(job):
        raise LostError


def end(job: Job, state: State, words: str, address: str = "", file: str = "") -> None:
    """Say what came of it.

    Raises:
        LostError: it is no longer ours.
    """
    told = {"words": words[: LONGEST["words"]], "address": address, "file": file}
    if not _mine(job).update(state=state, ended=timezone.now(), arguments={}, **told):
        raise LostError


def give_back(job: Job, tried: bool) -> bool:
    """Let another worker take it; False if it is no longer ours.

    Args:
        job: which was claimed.
        tried: whether this counts as a try; the end of a server does not.
    """
    tries = job.tries if tried else max(0, job.tries - 1)
    return bool(_mine(job).update(state=State.WAITING, tries=tries))


def cancel(job: Job) -> bool:
    """Nobody wants it any more; False if it has ended already."""
    live = Job.objects.filter(pk=job.pk, state__in=LIVE)
    return bool(live.update(state=State.CANCELLED, ended=timezone.now(), arguments={}))
