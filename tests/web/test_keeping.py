"""Acknowledged means stored; the same sent twice is stored once; what is stored gets graded."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from service import assignment_of, course_of, right_answers

from grader.web import grading
from grader.web.models import State, Submission, Task
from grader.web.submission_store import ClosedError, ConflictError, keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    assignment = assignment_of(course_of("ada", "ben"))
    return assignment.tasks.get(member__ident="ada")


def answers(task: Task, **changes: str) -> bytes:
    typed = right_answers(task.exercise) | changes
    return json.dumps({"exercise": task.id, "answers": typed}).encode()


def test_the_same_twice_is_one(task: Task) -> None:
    first = keep(task, "k1", answers(task))
    again = keep(task, "k1", answers(task))
    assert (first.new, again.new) == (True, False)
    assert first.submission.pk == again.submission.pk
    assert Submission.objects.count() == 1


def test_another_content_under_the_same_key_is_refused(task: Task) -> None:
    keep(task, "k1", answers(task))
    with pytest.raises(ConflictError):
        keep(task, "k1", answers(task, net_h1="0"))
    assert Submission.objects.count() == 1


def test_attempts_count_up_and_end(task: Task) -> None:
    task.assignment.policy = "[attempts]\nmost = 2\n"
    task.assignment.save()
    assert [keep(task, f"k{n}", answers(task)).submission.attempt for n in range(2)] == [1, 2]
    with pytest.raises(ClosedError, match="2 attempts"):
        keep(task, "k2", answers(task))
    assert not keep(task, "k1", answers(task)).new


@pytest.mark.parametrize(
    "settings",
    [
        {"published": False},
        {"opens": timezone.now() + timedelta(hours=1)},
        {"closes": timezone.now() - timedelta(hours=1)},
    ],
)
def test_what_is_closed_takes_nothing(task: Task, settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        setattr(task.assignment, name, value)
    with pytest.raises(ClosedError):
        keep(task, "k1", answers(task))


def test_right_answers_get_all_points(task: Task) -> None:
    result = grading.grade(keep(task, "k1", answers(task)).submission)
    assert result is not None
    assert result.score == result.most == len(task.exercise.asked)
    assert Submission.objects.get().state == State.GRADED


def test_a_csv_file_is_read_as_on_the_command_line(task: Task) -> None:
    rows = "".join(f"{label},{text}\n" for label, text in right_answers(task.exercise).items())
    kept = keep(task, "k1", f"step,answer\n{rows}".encode(), "answers.csv")
    result = grading.grade(kept.submission)
    assert result is not None
    assert result.score == result.most


def test_work_on_another_exercise_earns_nothing_and_says_so(task: Task) -> None:
    """Nothing in it is an answer to the own exercise: no 0 leaves, and a person looks at it."""
    other = Task.objects.get(member__ident="ben")
    submission = keep(task, "k1", answers(other)).submission
    assert grading.grade(submission) is None
    submission.refresh_from_db()
    assert submission.state == State.REVIEW
    assert [problem["code"] for problem in grading.why_left(submission)] == ["bad_id"]


def test_a_late_one_counts_less(task: Task) -> None:
    task.assignment.policy = "[late]\noff_per_day = 10\n"
    task.assignment.due = timezone.now() - timedelta(hours=30)
    task.assignment.save()
    result = grading.grade(keep(task, "k1", answers(task)).submission)
    assert result is not None
    assert result.counted == pytest.approx(0.8 * result.score)


def test_a_grader_that_dies_costs_a_review_and_nothing_else(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "report_on", lambda submission: None)
    submission = keep(task, "k1", answers(task)).submission
    states = []
    for _ in range(4):
        assert grading.grade(submission) is None
        states.append(Submission.objects.get().state)
    assert states == [State.STORED, State.STORED, State.REVIEW, State.REVIEW]
    assert bytes(Submission.objects.get().data) == answers(task)


def test_what_was_left_over_is_swept(task: Task) -> None:
    keep(task, "k1", answers(task), now=timezone.now() - timedelta(seconds=30))
    assert grading.sweep() == 1
    assert Submission.objects.get().state == State.GRADED
    assert grading.sweep() == 0


@pytest.mark.parametrize("error", [OSError("is a directory"), ValueError("nobody knows")])
def test_what_cannot_be_cleared_away_keeps_nothing_from_being_graded(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread goes on after whatever happens in it."""
    rounds: list[str] = []

    def fails() -> int:
        rounds.append("cleared")
        raise error

    def swept(**_: object) -> int:
        rounds.append("swept")
        if len(rounds) > 2:
            sweeper.ended.set()
        raise error

    monkeypatch.setattr(grading, "sweep", swept)
    sweeper = grading.Sweeper(0.0, clear=fails)
    sweeper.run()
    assert rounds == ["cleared", "swept", "swept"]


def test_a_page_of_what_nobody_can_read_reads_it_once(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reloads it must not keep the processes busy that grade."""
    submission = keep(task, "k1", b"{}").submission
    Submission.objects.update(state=State.REVIEW)
    submission.refresh_from_db()
    asked: list[str] = []
    monkeypatch.setattr(grading, "report_on", lambda one: asked.append(one.pk))
    for _ in range(3):
        assert grading.why_left(submission) == []
    assert asked == [submission.pk]
