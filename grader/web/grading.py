"""Stored submissions judged, in a process of their own.

Whatever happens there, the submission is stored already: it is tried again, and after three
tries it is left to a person.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from grader.errors import NotStoredError
from grader.support.guarded_process import GuardedProcesses, module
from grader.support.workers import cores
from grader.web.events import grade_changed
from grader.web.models import Result, State, Submission
from grader.web.submission_store import again, one_writer, unholdable

COMMAND = module("grader.web.grading_worker")
SECONDS = 10.0
"""For one submission, the start of the process included; a usual one takes some 20 ms."""
MOST_TRIES = 3
HOURLY = 3600.0
"""Seconds between two clearings."""

log = logging.getLogger("bpgrade.grading")
EXAMINERS = max(1, min(4, cores()))
"""Processes that judge at the same time."""
_examiners = GuardedProcesses(COMMAND, SECONDS, EXAMINERS)


def grade(submission: Submission) -> Result | None:
    """Judge a submission and store what was found.

    Returns:
        The result; None if it could not be checked now, which is noted, or if nothing in it
        could be read: a wrong file is no sheet worth 0 points, and a person looks at it.
    """
    begun = again(lambda: _begin(submission.pk))
    report = report_on(submission) if begun else None
    if report is None:
        again(lambda: _failed(submission.pk))
        return None
    if nothing_read(report):
        again(lambda: _left(submission))
        return None
    try:
        return again(lambda: _store(submission, report))
    except NotStoredError as error:
        if not unholdable(error):
            raise
        log.error("no database can hold it", extra={"bpgrade": {"submission": submission.pk}})
        again(lambda: _failed(submission.pk))
        return None


def _begin(pk: str) -> bool:
    """Count the try; False where there were enough."""
    with one_writer(), transaction.atomic():
        found = Submission.objects.select_for_update().get(pk=pk)
        if found.tries >= MOST_TRIES:
            return False
        found.tries += 1
        found.save(update_fields=["tries"])
    return True


def _failed(pk: str) -> None:
    with one_writer(), transaction.atomic():
        found = Submission.objects.select_for_update().get(pk=pk)
        if found.state == State.STORED and found.tries >= MOST_TRIES:
            found.state = State.REVIEW
            found.save(update_fields=["state"])
            log.warning("left for review", extra={"bpgrade": {"submission": pk}})


def nothing_read(report: dict[str, Any]) -> bool:
    """Whether there is no answer in what was handed in that could be read."""
    return all(step["verdict"] in ("blank", "unreadable") for step in report["steps"])


def _left(submission: Submission) -> None:
    """Leave it to a person; no score is stored, and none leaves."""
    with one_writer(), transaction.atomic():
        waiting = Submission.objects.filter(pk=submission.pk, state=State.STORED)
        waiting.update(state=State.REVIEW)
    submission.state = State.REVIEW
    log.warning("nothing could be read", extra={"bpgrade": {"submission": submission.pk}})


def why_left(submission: Submission) -> list[dict[str, Any]]:
    """What is wrong with a submission that is left to a person; nothing for all others."""
    return _why(submission.pk) if submission.state == State.REVIEW else []


@lru_cache(maxsize=1000)
def _why(pk: str) -> list[dict[str, Any]]:
    """Read once: what nobody can read may take long, and its page is asked for again."""
    found = Submission.objects.select_related("task", "task__assignment").get(pk=pk)
    report = report_on(found)
    return report["problems"] if report else []


def report_on(submission: Submission) -> dict[str, Any] | None:
    """The report of an examiner; None if it died, hung or made no sense."""
    task = submission.task
    question = {
        "line": task.line,
        "data": base64.b64encode(bytes(submission.data)).decode(),
        "name": submission.name,
        "policy": task.assignment.policy,
    }
    found = _examiners.ask(question)
    if found is None:
        log.error("could not be checked", extra={"bpgrade": {"submission": submission.pk}})
    return found


def _store(submission: Submission, report: dict[str, Any]) -> Result:
    assignment = submission.task.assignment
    score, most = float(report["score"]), float(report["max"])
    with one_writer(), transaction.atomic():
        result, _ = Result.objects.update_or_create(
            submission=submission,
            defaults={
                "score": score,
                "counted": counted(submission, score),
                "most": most,
                "report": report,
                "policy": assignment.policy,
                "graded": timezone.now(),
            },
        )
        Submission.objects.filter(pk=submission.pk).update(state=State.GRADED)
        grade_changed(submission.task.member, submission.task.assignment)
    submission.state = State.GRADED
    return result


def counted(submission: Submission, score: float) -> float:
    """The score after the late rule."""
    assignment = submission.task.assignment
    return assignment.valued.with_late(score, hours_late(submission.received, assignment.due))


def hours_late(received: datetime, due: datetime | None) -> float:
    """Hours after the deadline; 0 without one or before it."""
    return max(0.0, (received - due).total_seconds() / 3600) if due else 0.0


# what was left over --------------------------------------------------------------------------


class Sweeper(threading.Thread):
    """Grades what was stored and not graded: after a crash, or when the grader failed.

    Args:
        seconds: between two looks.
        clear: clears away what is over, once an hour.
    """

    def __init__(self, seconds: float = 5.0, clear: Callable[[], int] = lambda: 0) -> None:
        super().__init__(name="sweeper", daemon=True)
        self.seconds = seconds
        self.clear = clear
        self.ended = threading.Event()

    def run(self) -> None:
        """Until `ended` is set."""
        pause = cleared = 0.0
        while not self.ended.wait(pause):
            pause = self.seconds
            if time.monotonic() > cleared:
                cleared = time.monotonic() + HOURLY
                self._tried(self.clear, "clearing")
            if self._tried(lambda: sweep(ended=self.ended.is_set), "grading"):
                pause = 0.0  # there may be more; what failed comes last, and later

    def _tried(self, work: Callable[[], int], what: str) -> int:
        """What came of it, 0 where it failed: this thread has to outlive everything."""
        try:
            return again(work)
        except NotStoredError:
            log.warning("the database does not answer; tried again later")
        except Exception:
            log.exception("%s what was left over failed; tried again later", what)
        return 0

    def end(self) -> None:
        """Finish what is being done."""
        self.ended.set()
        if self.is_alive():
            self.join(timeout=SECONDS)


def sweep(older: float = 3.0, most: int = 100, ended: Callable[[], bool] = lambda: False) -> int:
    """Grade submissions that have waited for some seconds; how many were graded.

    Args:
        older: seconds that they have waited.
        most: how many are taken up.
        ended: whether to stop after the present one.
    """
    since = timezone.now() - timedelta(seconds=older)
    waiting = again(
        lambda: list(
            Submission.objects.filter(state=State.STORED, received__lt=since)
            .select_related("task", "task__assignment")
            .order_by("tries", "received")[:most]
        )
    )
    graded = 0
    for submission in waiting:
        if ended():
            break
        graded += grade(submission) is not None
    return graded
