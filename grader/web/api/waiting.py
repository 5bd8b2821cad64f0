"""Long work asked for by a program: waited for, but not for long, and how far it is."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from grader.web.api.access import caller_of, scoped
from grader.web.api.refusals import Refused
from grader.web.jobs import queue
from grader.web.jobs.models import Job, State
from grader.web.rights import job_for

USUAL, LONGEST = 5.0, 20.0
"""Seconds that a request waits for what it has asked for, and at most."""
LOOK = 0.25
"""Seconds between two looks."""

_one = threading.Lock()
"""Whoever waits keeps a thread of the server, of which there are few."""


class Patience(Schema):
    """How long a request waits for what it has asked for."""

    wait: float = Field(
        USUAL,
        ge=0,
        le=LONGEST,
        description="Seconds to wait for a large class, so that a program that goes on at once "
        "finds what it has asked for; 0 to be answered at once. One request waits at a time.",
    )


class JobShape(Schema):
    """Long work; it is kept for a day after its end."""

    id: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    of: int = Field(description="0 where it is not known how much there is.")
    words: str = Field(description="What is being done, what came of it, or why it failed.")
    assignment: str | None = Field(description="What it makes or is about; null if that is gone.")
    asked: datetime
    ended: datetime | None


router = Router(tags=["Jobs"])
TEACH = scoped("teach")


@router.get("/jobs/{job}", response=JobShape, auth=TEACH, summary="How far long work is")
def job(request: HttpRequest, job: str) -> dict[str, Any]:
    """Such as an assignment being made for a large class."""
    found = job_for(caller_of(request).user, job)
    return {
        "id": found.pk,
        "title": found.title,
        "state": found.state,
        "done": found.done,
        "of": found.of,
        "words": found.words,
        "assignment": found.assignment_id,
        "asked": found.asked,
        "ended": found.ended,
    }


def asked(user: Any, wanted: queue.Wanted, seconds: float) -> Job:
    """Ask for it, and wait a moment; the job is done, or still being made.

    Raises:
        Refused: this person waits for too many, or it came to nothing.
        SpecError: it cannot be made.
    """
    try:
        found = queue.ask(user, wanted)
    except queue.FullError as error:
        raise Refused(429, "too_often", str(error), headers={"Retry-After": "10"}) from None
    if seconds > 0 and _one.acquire(blocking=False):
        try:
            _wait(found, seconds)
        finally:
            _one.release()
    if found.state in (State.FAILED, State.CANCELLED):
        raise Refused(422, "not_made", found.words or "It was cancelled.")
    return found


def _wait(job: Job, seconds: float) -> None:
    """Outside of any transaction: look, and look again."""
    until = time.monotonic() + seconds
    while job.live and (left := until - time.monotonic()) > 0:
        time.sleep(min(LOOK, left))
        job.refresh_from_db()
