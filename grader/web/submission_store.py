"""Submissions: acknowledged means stored, and the same sent twice is stored once.

The row is committed before anybody hears of it. Grading comes after and is no part of it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, DataError, InterfaceError, OperationalError, connection
from django.utils import timezone

from grader.errors import ClosedError, ConflictError, NotStoredError
from grader.web.database import BUSY_SECONDS, free_bytes
from grader.web.models import Submission, Task

LARGEST = 1_000_000
"""Bytes of a submission."""
TRIES = 5
SECONDS = 8.0
"""After which nothing is tried again: whoever waits is told that it was not stored."""
PAUSE = 0.05
"""Seconds before the second try; each later one waits twice as long."""

PASSING = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03")
"""PostgreSQL's codes: serialization, deadlock, lock, shut down, crashed, starting."""
LASTING = ("disk", "full", "readonly", "no space", "malformed", "not safe", "no such")
"""In SQLite's messages: what will be the same at the next try."""

T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A submission that is surely stored."""

    submission: Submission
    new: bool
    """False if it was stored before, under the same key."""


def keep(task: Task, key: str, data: bytes, name: str = "", now: datetime | None = None) -> Kept:
    """Store what was handed in.

    Args:
        task: the exercise it answers.
        key: chosen by the sender; the same key with the same bytes is the same submission.
        data: as it came, at most `LARGEST` bytes.
        name: of the file.
        now: the time, for tests.

    Raises:
        ConflictError: the key was used with other bytes.
        ClosedError: the assignment takes nothing now, or no attempt is left.
        NotStoredError: the database did not confirm it; nothing was stored.
    """
    digest = hashlib.sha256(data).hexdigest()
    when = now or timezone.now()
    refuse_full_disk()
    return again(lambda: _kept(task, key, data, digest, name, when))


INSERT = """
INSERT INTO bpgrade_submission
    (id, task_id, key, digest, name, data, received, state, tries, attempt)
SELECT %s, task.id, %s, %s, %s, %s, %s, %s, 0,
    COALESCE((SELECT MAX(attempt) FROM bpgrade_submission WHERE task_id = task.id), 0) + 1
FROM bpgrade_task AS task WHERE task.id = %s AND task.current
    AND COALESCE((SELECT MAX(attempt) FROM bpgrade_submission WHERE task_id = task.id), 0) < %s
ON CONFLICT DO NOTHING
RETURNING attempt
"""
"""One statement, which is a transaction of its own: it is there or not. Of several at once with
the same key, or as the same attempt, the constraints let one through. Written out, because
Django takes many times as long to put such queries together as the database to answer them."""
MANY = 2_000_000_000
"""Attempts where the policy knows no limit."""
TURNS = 200
"""How often somebody else may be first at the same attempt."""


def _kept(task: Task, key: str, data: bytes, digest: str, name: str, now: datetime) -> Kept:
    made = Submission(task=task, key=key, digest=digest, name=name, data=data, received=now)
    taken = task.assignment.open_at(now)
    most = task.assignment.valued.attempts.most
    for _ in range(TURNS):
        attempt = _inserted(made, MANY if most is None else most) if taken else None
        if attempt is not None:
            made.attempt = attempt
            made._state.adding, made._state.db = False, connection.alias
            return Kept(made, new=True)
        before = Submission.objects.filter(task=task, key=key).first()
        if before is not None:
            return _same(before, digest)
        refuse_closed(task, now)
        task = _fresh(task)  # replaced meanwhile, or the last attempt was just used
        refuse_closed(task, now)
    raise OperationalError("somebody else was always first")


def _fresh(task: Task) -> Task:
    found = Task.objects.select_related("assignment").filter(pk=task.pk).first()
    if found is None:
        raise ClosedError("this exercise is no longer there")
    return found


def _inserted(made: Submission, most: int) -> int | None:
    """Its attempt; None if it is not stored: seen before, not taken, or another came first."""
    received = connection.ops.adapt_datetimefield_value(made.received)
    values: list[Any] = [
        made.pk,
        made.key,
        made.digest,
        made.name,
        made.data,
        received,
        made.state,
    ]
    with one_writer(), connection.cursor() as cursor:
        cursor.execute(INSERT, [*values, made.task_id, most])
        rows = cursor.fetchall()  # to the end: only then SQLite commits
    return int(rows[0][0]) if rows else None


_writing = threading.Lock()


@contextmanager
def one_writer() -> Iterator[None]:
    """Have threads that write to SQLite queue up here.

    SQLite itself has those who find it busy sleep and look again, ever longer, so that one may
    starve while others come and go.
    """
    if connection.vendor != "sqlite":
        yield
        return
    held = _writing.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if held:
            _writing.release()


def _same(before: Submission, digest: str) -> Kept:
    if before.digest != digest:
        raise ConflictError("this key was used before, with other content")
    return Kept(before, new=False)


def refuse_closed(task: Task, now: datetime) -> None:
    """Whether a new submission is taken.

    Raises:
        ClosedError: it is not.
    """
    assignment = task.assignment
    if not assignment.open_at(now):
        raise ClosedError("nothing is taken for this assignment now")
    if not task.current:
        raise ClosedError("this exercise was replaced by a new one")
    most = assignment.valued.attempts.most
    if most is not None and task.submissions.count() >= most:
        raise ClosedError(f"all {most} attempts are used")


def refuse_full_disk() -> None:
    """Take nothing when the disk is nearly full: what is stored still has to be graded.

    Raises:
        NotStoredError: too little room.
    """
    if connection.vendor == "sqlite" and free_bytes(settings.DATA) < settings.LEAST_FREE:
        raise NotStoredError("the disk is nearly full")


def again(work: Callable[[], T]) -> T:
    """Do database work; try again after what passes by itself.

    A deadlock, a serialization failure or a lost connection undoes the whole transaction, so
    the work may be repeated.

    Raises:
        NotStoredError: it failed for good, or for too long; nothing of it was stored unless
            the connection was lost in the very moment of the commit.
    """
    until = time.monotonic() + SECONDS
    for n in range(TRIES):
        try:
            return work()
        except DatabaseError as error:
            _drop_connection()
            if n + 1 == TRIES or not passes(error) or time.monotonic() > until:
                raise NotStoredError(error.__class__.__name__) from error
            time.sleep(PAUSE * 2**n)
        except InterfaceError as error:  # the connection was closed under our hands
            _drop_connection()
            if n + 1 == TRIES:
                raise NotStoredError(error.__class__.__name__) from error
    raise AssertionError("every try ends above")


def unholdable(error: BaseException | None) -> bool:
    """Whether the database works and cannot hold what it was given, such as a text too long.

    Sending it again is of no use. Only PostgreSQL says so; SQLite takes what it gets.
    """
    if isinstance(error, NotStoredError):
        error = error.__cause__
    return isinstance(error, DataError)


def _drop_connection() -> None:
    """The next try opens a new one; inside a transaction of others it is theirs to end."""
    if not connection.in_atomic_block:
        with suppress(DatabaseError, InterfaceError):
            connection.close()


def passes(error: Exception) -> bool:
    """Whether it may work next time: a full disk does not, a lost connection does.

    >>> passes(OperationalError("database is locked"))
    True
    >>> passes(OperationalError("database or disk is full"))
    False
    """
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    if state:  # PostgreSQL says what it was
        return state in PASSING or state.startswith("08")
    words = str(error).lower()
    return not any(lasting in words for lasting in LASTING)
