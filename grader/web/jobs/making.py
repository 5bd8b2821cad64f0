"""A job made to its end, whatever that is."""

from __future__ import annotations

import logging
import time

from django.db import DatabaseError

from grader.web.jobs import kinds, queue
from grader.web.jobs.models import Job, State
from grader.web.submission_store import NotStoredError
from problems.errors import BpgradeError

TOLD = 1.0
"""Seconds between two words of progress."""
BROKEN = "Something went wrong here; the service's log says what."

log = logging.getLogger("bpgrade.jobs")


def make(job: Job) -> None:
    """Make it and say what came of it; nothing is said where it is no longer ours.

    Raises:
        DatabaseError: the database does not answer; it may be tried again.
    """
    try:
        _make(job)
    except queue.LostError:
        kinds.undo(job)


def _make(job: Job) -> None:
    try:
        kinds.KINDS[job.kind](job, Teller(job))
    except (DatabaseError, NotStoredError, queue.LostError):
        raise
    except BpgradeError as error:
        queue.end(job, State.FAILED, str(error))
        kinds.undo(job)
    except Exception:
        log.exception("job failed", extra={"bpgrade": {"job": job.pk, "kind": job.kind}})
        queue.end(job, State.FAILED, BROKEN)
        kinds.undo(job)


class Teller:
    """Says how far a job has come, once a second at most.

    Args:
        job: which one.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._told = 0.0

    def __call__(self, phase: str, done: int, of: int) -> None:
        """As `grader.assignments.worksheets.Progress`.

        Raises:
            LostError: the job is no longer ours.
        """
        if time.monotonic() - self._told > TOLD:
            queue.tell(self._job, phase, done, of)
            self._told = time.monotonic()
