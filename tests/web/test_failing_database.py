"""Each call of the database fails in turn: acknowledged and there, or refused and absent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import OperationalError, connection
from service import assignment_of, course_of, right_answers

from grader.errors import NotStoredError
from grader.web import submission_store
from grader.web.grading import grade
from grader.web.models import State, Submission, Task
from grader.web.submission_store import again, keep, passes

pytestmark = pytest.mark.django_db(transaction=True)
MOST_CALLS = 30


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.setattr(submission_store, "PAUSE", 0.0)
    if connection.vendor == "sqlite":  # in memory: closing it would end it
        monkeypatch.setattr(
            submission_store, "_drop_connection", lambda: connection.connection.rollback()
        )
    assignment = assignment_of(course_of("ada"))
    found: Task = Task.objects.select_related("assignment").get(pk=assignment.tasks.get().pk)
    return found


def answers(task: Task) -> bytes:
    return json.dumps({"answers": right_answers(task.exercise)}).encode()


class Failing:
    """Fails at the n-th call: the statements, and the commit before and after it is done."""

    def __init__(self, n: int, for_good: bool, error: str) -> None:
        self.n, self.for_good, self.error, self.calls = n, for_good, error, 0

    def now(self) -> bool:
        self.calls += 1
        return self.calls == self.n or (self.for_good and self.calls > self.n)

    def fail(self) -> None:
        raise OperationalError(self.error)

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        if self.now():
            self.fail()
        found = execute(*arguments)
        if self.now():
            self.fail()
        return found


@contextmanager
def failing(n: int, for_good: bool, error: str) -> Iterator[Failing]:
    fault = Failing(n, for_good, error)
    commit = connection._commit

    def committing() -> Any:
        if fault.now():
            fault.fail()
        done = commit()
        if fault.now():
            fault.fail()
        return done

    connection._commit = committing
    try:
        with connection.execute_wrapper(fault):
            yield fault
    finally:
        connection._commit = commit


ERRORS = ["database is locked", "disk I/O error", "database or disk is full"]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
def test_any_call_that_fails_leaves_no_doubt(task: Task, for_good: bool, error: str) -> None:
    """The one doubt is a commit that was done and not confirmed: sent again, it is the same."""
    n = refused = 0
    while True:
        n += 1
        assert n < MOST_CALLS
        with failing(n, for_good, error) as fault:
            try:
                kept = keep(task, f"k{n}", answers(task))
            except NotStoredError:
                kept = None
        there = Submission.objects.filter(key=f"k{n}").count()
        if kept is not None:
            assert there == 1
        else:
            refused += 1
            again = keep(task, f"k{n}", answers(task))
            assert again.new == (not there)
            assert Submission.objects.filter(key=f"k{n}").count() == 1
        if fault.calls < n:
            break
    assert (refused > 0) == (for_good or "disk" in error)
    attempts = sorted(Submission.objects.values_list("attempt", flat=True))
    assert attempts == list(range(1, len(attempts) + 1))


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
def test_grading_that_fails_at_any_call_is_done_later(task: Task, for_good: bool) -> None:
    n = 0
    while True:
        n += 1
        assert n < 2 * MOST_CALLS
        submission = keep(task, f"k{n}", answers(task)).submission
        with failing(n, for_good, "disk I/O error") as fault, suppress(NotStoredError):
            grade(submission)
        if Submission.objects.get(pk=submission.pk).state != State.GRADED:
            assert grade(Submission.objects.get(pk=submission.pk)) is not None
        assert Submission.objects.get(pk=submission.pk).state == State.GRADED
        if fault.calls < n:
            break


class Told(Exception):
    """What PostgreSQL's driver raises."""

    def __init__(self, state: str | None) -> None:
        self.sqlstate = state
        super().__init__(state)


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [("40001", True), ("40P01", True), ("57P01", True), ("08006", True), ("53100", False)],
)
def test_what_passes_is_tried_five_times(
    state: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Serialization, deadlock, a lost connection pass by; a full disk does not."""
    monkeypatch.setattr(submission_store, "PAUSE", 0.0)
    monkeypatch.setattr(submission_store, "_drop_connection", lambda: None)
    tries = []

    def work() -> None:
        tries.append(1)
        raise OperationalError("failed") from Told(state)

    with pytest.raises(NotStoredError):
        again(work)
    assert len(tries) == (5 if goes_on else 1)


def test_a_lost_connection_without_a_code_passes() -> None:
    assert passes(OperationalError("server closed the connection unexpectedly"))


def test_a_disk_that_is_nearly_full_takes_nothing(task: Task, settings: Any) -> None:
    settings.LEAST_FREE = 10**18
    if connection.vendor != "sqlite":
        return  # its disk is another machine's
    with pytest.raises(NotStoredError, match="nearly full"):
        keep(task, "k1", answers(task))
    assert not Submission.objects.exists()
