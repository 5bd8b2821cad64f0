"""The queue of long work: claimed once, claimed again, cancelled, ended with words."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from jobs_made import claimed, download_of, made
from service import assignment_of, course_of, order

from grader.web import assignments, housekeeping
from grader.web.backup import LEFT_OUT
from grader.web.jobs import files, kinds, making, queue, worker
from grader.web.jobs.models import Job, State
from grader.web.models import Assignment, Audit, Task
from problems.errors import BpgradeError

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment() -> Any:
    return assignment_of(course_of("ada", "ben", name="Nets"))


def teacher() -> Any:
    return get_user_model().objects.get(username="Nets-teacher")


def planned(course: Any, title: str = "Homework 2") -> Job:
    """A new assignment that is asked for."""
    return queue.ask(teacher(), kinds.planned(course, order(), title, {"published": True}))


def long_ago(job: Job) -> None:
    """Its worker says nothing any more."""
    dead = timezone.now() - timedelta(seconds=queue.STALE + 1)
    Job.objects.filter(pk=job.pk).update(beat=dead)


# asking ------------------------------------------------------------------------------------


def test_whoever_asks_for_the_same_gets_the_same_job(assignment: Any) -> None:
    first = download_of(assignment)
    assert download_of(assignment, by="Nets-assistant").pk == first.pk
    assert download_of(assignment, "keys.zip").pk != first.pk
    made(first)
    assert download_of(assignment).pk != first.pk


def test_nobody_fills_the_queue(assignment: Any) -> None:
    for what in ("answers.zip", "keys.zip", "worksheets.zip"):
        download_of(assignment, what)
    with pytest.raises(queue.FullError, match="cancel one"):
        download_of(assignment, "booklet.pdf")
    assert download_of(assignment, "booklet.pdf", by="Nets-assistant")
    queue.cancel(Job.objects.filter(user=teacher())[0])
    assert download_of(assignment, "keys.pdf")


# claims ------------------------------------------------------------------------------------


def test_one_worker_gets_a_job(assignment: Any) -> None:
    job = download_of(assignment)
    assert claimed().pk == job.pk
    assert queue.claim() is None


def test_what_was_seen_free_and_is_taken_is_not_taken_again(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers look, then both take."""
    download_of(assignment)
    names = iter(["first", "second"])

    def between() -> str:
        name = next(names)
        if name == "first":  # the other one comes in between
            monkeypatch.setattr(queue, "new_id", lambda: "second")
            other = queue.claim()
            assert other
            assert other.owner == "second"
        return name

    monkeypatch.setattr(queue, "new_id", between)
    assert queue.claim() is None
    assert Job.objects.get().owner == "second"


def test_the_oldest_comes_first(assignment: Any) -> None:
    first, second = download_of(assignment), download_of(assignment, "keys.zip")
    assert queue.ahead(second) == 1
    assert [claimed().pk, claimed().pk] == [first.pk, second.pk]


def test_a_job_whose_worker_died_is_claimed_again_and_three_times_at_most(assignment: Any) -> None:
    job = download_of(assignment)
    for _ in range(queue.MOST_TRIES):
        mine = claimed()
        assert queue.claim() is None
        long_ago(mine)
    assert queue.claim() is None
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "administrator" in job.words


def test_whoever_lost_a_claim_can_say_nothing_more(assignment: Any) -> None:
    download_of(assignment)
    old = claimed()
    long_ago(old)
    new = claimed()
    assert not queue.beat(old)
    with pytest.raises(queue.LostError):
        queue.tell(old, "worksheets", 1, 2)
    with pytest.raises(queue.LostError):
        queue.end(old, State.DONE, "done")
    assert not queue.give_back(old, tried=True)
    assert queue.beat(new)


def test_a_server_that_ends_gives_back_and_it_is_no_try(assignment: Any) -> None:
    job = download_of(assignment)
    for _ in range(queue.MOST_TRIES + 1):
        assert queue.give_back(claimed(), tried=False)
    assert claimed().pk == job.pk


# ends --------------------------------------------------------------------------------------


def test_a_file_is_for_the_service_alone_and_goes_after_a_day(assignment: Any) -> None:
    job = made(download_of(assignment))
    place = files.place_of(job)
    assert job.state == State.DONE
    assert job.file.endswith("answers.zip")
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o077 == 0
    housekeeping.clear()
    assert place.exists()
    Job.objects.update(ended=timezone.now() - files.KEPT)
    housekeeping.clear()
    assert not place.exists()
    assert not Job.objects.exists()


def test_a_file_of_no_job_goes(assignment: Any) -> None:
    job = made(download_of(assignment))
    stray = files.place_of(job).with_name("s" * files.ID)
    stray.write_text("left")
    housekeeping.clear()
    assert not stray.exists()
    assert files.place_of(job).exists()


def test_a_new_file_replaces_the_one_before(assignment: Any) -> None:
    first = made(download_of(assignment))
    second = made(download_of(assignment))
    assert not files.place_of(first).exists()
    assert files.place_of(second).exists()
    assert Job.objects.get().pk == second.pk


def test_a_cancelled_job_leaves_nothing(assignment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job = download_of(assignment)

    def write(*_: Any, **__: Any) -> None:
        assert queue.cancel(job)

    monkeypatch.setattr(kinds.class_files, "write", write)
    making.make(claimed())
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert not files.place_of(job).exists()
    assert not queue.cancel(job)


def test_a_failure_says_why(assignment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise BpgradeError("the reason")

    monkeypatch.setattr(kinds.class_files, "write", refuse)
    job = made(download_of(assignment))
    assert (job.state, job.words) == (State.FAILED, "the reason")


def test_a_fault_of_ours_is_logged_and_told(
    assignment: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(making.log, "propagate", True)
    monkeypatch.setattr(kinds.class_files, "write", lambda *_, **__: 1 / 0)
    job = made(download_of(assignment))
    assert (job.state, job.words) == (State.FAILED, making.BROKEN)
    assert "ZeroDivisionError" in caplog.text


# assignments -------------------------------------------------------------------------------


def test_an_assignment_is_made_and_published_at_the_end(assignment: Any) -> None:
    job = made(planned(assignment.course))
    found = Assignment.objects.get(title="Homework 2")
    assert job.state == State.DONE
    assert found.pk in job.address
    assert found.published
    assert found.tasks.count() == 2
    assert Audit.objects.filter(action="assignment.created", user=teacher()).count() == 1


def test_nobody_finds_half_an_assignment(assignment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(assignments, "slices", lambda rows: ([one] for one in rows))

    class Looking(making.Teller):
        def __call__(self, phase: str, done: int, of: int) -> None:
            half = Assignment.every.filter(making=True).first()
            if half and done < of:
                assert not half.published
                assert not Assignment.objects.filter(pk=half.pk).exists()
                assert half not in assignment.course.assignments.all()
                seen.append(half)

    monkeypatch.setattr(making, "Teller", Looking)
    made(planned(assignment.course))
    assert seen


def halved(assignment: Any, monkeypatch: pytest.MonkeyPatch, then: Any) -> Job:
    """A job that is cut off when half of its assignment is stored, by `then`."""
    job = planned(assignment.course)
    monkeypatch.setattr(assignments, "slices", lambda rows: ([one] for one in rows))
    real = making.Teller.__call__

    def cut(self: Any, phase: str, done: int, of: int) -> None:
        if done == 1:
            then(job)
        real(self, phase, done, of)

    monkeypatch.setattr(making.Teller, "__call__", cut)
    monkeypatch.setattr(making, "TOLD", -1)
    return job


def test_a_cancelled_assignment_is_removed(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = halved(assignment, monkeypatch, queue.cancel)
    making.make(claimed())
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert Assignment.every.get() == assignment
    assert set(Task.objects.values_list("assignment", flat=True)) == {assignment.pk}


def test_after_a_crash_it_is_made_anew(assignment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Crash(BaseException):
        pass

    def crash(job: Job) -> None:
        raise Crash

    job = halved(assignment, monkeypatch, crash)
    with pytest.raises(Crash):
        making.make(claimed())
    half = Assignment.every.get(making=True)
    assert half.tasks.count() == 1
    monkeypatch.undo()
    long_ago(job)
    making.make(claimed())
    job.refresh_from_db()
    assert job.state == State.DONE
    found = Assignment.every.get(title="Homework 2")
    assert (found.pk, found.making, found.published) == (half.pk, False, True)
    assert found.tasks.count() == 2


def test_whoever_lost_it_to_another_worker_leaves_its_assignment_alone(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken for dead and slow in truth: it stores nothing more, and deletes nothing."""
    others = []

    def taken(job: Job) -> None:
        if not others:
            long_ago(job)
            others.append(claimed())

    job = halved(assignment, monkeypatch, taken)
    monkeypatch.setattr(making, "TOLD", 3600)  # so that only storing itself can find out
    making.make(claimed())
    half = Assignment.every.get(making=True)
    assert half.tasks.count() == 1
    making.make(others[0])
    job.refresh_from_db()
    assert job.state == State.DONE
    assert half.tasks.count() == 2


def test_an_assignment_that_cannot_be_made_is_gone_and_its_job_says_why(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise BpgradeError("the reason")

    monkeypatch.setattr(assignments, "drawn", refuse)
    job = made(planned(assignment.course))
    assert (job.state, job.words, job.assignment) == (State.FAILED, "the reason", None)
    assert list(Assignment.every.all()) == [assignment]


def test_one_whose_workers_all_died_is_cleared_away_and_its_job_stays(assignment: Any) -> None:
    job = planned(assignment.course)
    for _ in range(queue.MOST_TRIES):
        long_ago(claimed())
    assert queue.claim() is None
    housekeeping.clear()
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert list(Assignment.every.all()) == [assignment]


def test_two_who_ask_in_one_moment_begin_one_assignment(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other's job; the constraint lets one through, and nothing is left over."""
    first = planned(assignment.course)
    real, looks = queue._live, []

    def late(key: str) -> Job | None:
        looks.append(key)
        return real(key) if len(looks) > 1 else None

    monkeypatch.setattr(queue, "_live", late)
    assert planned(assignment.course).pk == first.pk
    assert Assignment.every.filter(making=True).count() == 1


def test_whoever_lost_a_claim_leaves_the_work_of_the_other(assignment: Any) -> None:
    """A worker stood still for long, another one has begun; then the first one goes on."""
    planned(assignment.course)
    lost = claimed()
    long_ago(lost)
    mine = claimed()
    half = Assignment.every.get(making=True)
    place = files.place_of(mine)
    place.parent.mkdir(exist_ok=True)
    part = place.with_name(f"{mine.pk}-{mine.owner}{files.PART}")
    for file in (place, part):
        file.write_text("made")
    making.make(lost)
    assert Assignment.every.filter(pk=half.pk).exists()
    assert place.exists()
    assert part.exists()
    queue.end(mine, State.FAILED, "It came to nothing.")
    kinds.undo(mine)
    assert not Assignment.every.filter(pk=half.pk).exists()
    assert not place.exists()
    assert not part.exists()


def test_a_file_of_a_job_that_comes_meanwhile_stays(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(download_of(assignment))
    real, late = Path.iterdir, []

    def listed(folder: Path) -> Any:
        if not late:
            late.append(made(download_of(assignment, "keys.zip")))
        return real(folder)

    monkeypatch.setattr(Path, "iterdir", listed)
    housekeeping.clear()
    assert files.place_of(late[0]).exists()


def test_what_nobody_goes_on_with_is_cleared_away(assignment: Any) -> None:
    half = Assignment.every.create(course=assignment.course, title="half", order={}, making=True)
    housekeeping.clear()
    assert Assignment.every.filter(pk=half.pk).exists()
    Assignment.every.filter(pk=half.pk).update(created=timezone.now() - housekeeping.UNFINISHED)
    housekeeping.clear()
    assert list(Assignment.every.all()) == [assignment]


# the worker --------------------------------------------------------------------------------


def working(*code: str) -> worker.Worker:
    """A worker whose process runs some Python."""
    return worker.Worker((sys.executable, "-c", "\n".join(code)))


def test_a_process_that_dies_is_tried_again(assignment: Any) -> None:
    job = download_of(assignment)
    for tries in range(1, queue.MOST_TRIES + 1):
        assert working("raise SystemExit(1)").work()
        job.refresh_from_db()
        assert (job.state, job.tries) == (State.WAITING, tries)
    assert not working("").work()
    job.refresh_from_db()
    assert job.state == State.FAILED


SLEEPS = "import sys; sys.stdin.read()"
"""Until it is killed, or its standard input ends."""


def test_the_process_of_a_cancelled_job_is_killed(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "BEAT", 0.0)
    job = download_of(assignment)
    beats = []
    real = queue.beat

    def beat(mine: Job) -> bool:
        beats.append(mine)
        if len(beats) == 2:
            queue.cancel(job)
        return real(mine)

    monkeypatch.setattr(queue, "beat", beat)
    assert working(SLEEPS).work()
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_server_that_ends_kills_the_process_and_gives_the_job_back(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = download_of(assignment)
    found = working(SLEEPS)
    threading.Timer(0.5, found.ended.set).start()
    assert found.work()
    job.refresh_from_db()
    assert (job.state, job.tries) == (State.WAITING, 0)


def test_what_takes_too_long_is_ended_with_words(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LONGEST", 0.1)
    job = download_of(assignment)
    assert working(SLEEPS).work()
    job.refresh_from_db()
    assert (job.state, job.words) == (State.FAILED, worker.TOO_LONG)


def test_without_a_process_it_waits(assignment: Any) -> None:
    job = download_of(assignment)
    assert not worker.Worker(("/nowhere/at/all",)).work()
    job.refresh_from_db()
    assert (job.state, job.tries) == (State.WAITING, 1)


def test_the_worker_goes_on_after_whatever_happens(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a result that cannot be deleted."""
    found, tried = working(SLEEPS), []
    found.seconds = 0.0

    def fails() -> bool:
        tried.append(1)
        if len(tried) == 2:
            found.ended.set()
        raise PermissionError("read-only")

    monkeypatch.setattr(found, "work", fails)
    found.run()
    assert len(tried) == 2


def test_backups_leave_jobs_out() -> None:
    assert Job._meta.label in LEFT_OUT


def test_the_folder_of_results_is_not_there_before_one_is(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    assert files.clear() == 0
