"""An assignment that a program asks for, of a class that is large (three are, here)."""

from __future__ import annotations

from typing import Any

import pytest
from api import Caller, Class, caller, refused, small_class
from django.db import connection
from jobs_made import claimed, made

from grader.web import assignments
from grader.web.api import waiting
from grader.web.jobs import making, queue, starting
from grader.web.jobs.models import Job, State
from grader.web.models import Assignment
from problems.errors import Complaint, GateError

pytestmark = pytest.mark.django_db
TEACHER = "Course-teacher"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "LARGE", 1)


@pytest.fixture
def room() -> Class:
    return small_class()


@pytest.fixture
def teacher(room: Class) -> Caller:
    return caller(TEACHER)


def wanted(room: Class, **changes: Any) -> dict[str, Any]:
    plain = {"course": room.course.pk, "title": "Homework 2", "family": "mazur"}
    return {**plain, "published": True, **changes}


def asked(room: Class, teacher: Caller, **changes: Any) -> Any:
    answer = teacher.post("/assignments?wait=0", wanted(room, **changes))
    assert answer.status_code == 202, answer.content
    return answer


def test_it_is_answered_at_once_and_made_by_a_job(room: Class, teacher: Caller) -> None:
    """With the id that it will have, and the address of the job; then it is there."""
    answer = asked(room, teacher, due="2030-01-01T12:00:00+01:00", policy="strict")
    about, job = answer.json(), Job.objects.get()
    assert (about["state"], about["published"], about["open"]) == ("being made", True, False)
    assert about["job"] == answer["Location"] == f"/api/v1/jobs/{job.pk}"
    assert int(answer["Retry-After"]) > 0
    path = f"/assignments/{about['id']}"
    assert teacher.get(path).json() == about
    told = teacher.get(f"/jobs/{job.pk}").json()
    assert (told["state"], told["assignment"]) == ("waiting", about["id"])
    made(job)
    assert teacher.get(f"/jobs/{job.pk}").json()["state"] == "done"
    there = teacher.get(path).json()
    assert (there["state"], there["policy"], there["published"]) == ("ready", "strict", True)
    assert "job" not in there
    assert there["due"] == "2030-01-01T11:00:00Z"
    assert len(teacher.get(f"{path}/exercises").json()["items"]) == 2
    assert len(caller("ada").get(f"{path}/exercises").json()["items"]) == 1


@pytest.mark.parametrize("part", ["exercises", "grades", "reports"])
def test_nothing_of_it_can_be_had_before(room: Class, teacher: Caller, part: str) -> None:
    """Its teachers are told to come again; nobody else finds it."""
    path = f"/assignments/{asked(room, teacher).json()['id']}"
    answer = teacher.get(f"{path}/{part}")
    refused(answer, 409, "being_made")
    assert int(answer["Retry-After"]) > 0
    refused(teacher.ask("PATCH", path, {"title": "Other"}), 409, "being_made")
    for name in ("Course-assistant", "ada", "Far-teacher"):
        refused(caller(name).get(path), 404, "not_found")
        refused(caller(name).get(f"{path}/exercises"), 404, "not_found")
    job = Job.objects.get()
    for name in ("Course-assistant", "ada", "Far-teacher"):
        refused(caller(name).get(f"/jobs/{job.pk}"), 404, "not_found")


def test_a_program_that_goes_on_at_once_finds_it(
    room: Class, teacher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself a request waits a moment, outside of any transaction; then it is 201 as ever."""
    blocks = len(connection.savepoint_ids)  # the test itself is in a transaction

    def meanwhile(_: float) -> None:
        assert len(connection.savepoint_ids) == blocks
        making.make(claimed())

    monkeypatch.setattr(waiting.time, "sleep", meanwhile)
    answer = teacher.post("/assignments", wanted(room))
    assert answer.status_code == 201
    assert answer.json()["state"] == "ready"
    assert len(teacher.get(f"/assignments/{answer.json()['id']}/exercises").json()["items"]) == 2


def test_one_request_waits_at_a_time(room: Class, teacher: Caller) -> None:
    """The others are answered at once: whoever waits keeps a thread."""
    with waiting._one:
        answer = teacher.post("/assignments?wait=20", wanted(room))
    assert answer.status_code == 202


def test_the_wait_ends(room: Class, teacher: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(waiting.time, "sleep", lambda s: now.__setitem__(0, now[0] + s))
    assert teacher.post("/assignments?wait=3", wanted(room)).status_code == 202
    assert now[0] == pytest.approx(3.0)
    refused(teacher.post("/assignments?wait=3600", wanted(room)), 422, "invalid")
    assert not waiting._one.locked()


def test_a_small_class_has_it_at_once(
    room: Class, teacher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "LARGE", 2)
    answer = teacher.post("/assignments?wait=0", wanted(room))
    assert (answer.status_code, answer.json()["state"]) == (201, "ready")
    assert not Job.objects.exists()


def test_what_is_sent_again_is_made_once(room: Class, teacher: Caller) -> None:
    """Unless it is another: an other seed, say."""
    first = asked(room, teacher).json()["id"]
    assert asked(room, teacher).json()["id"] == first
    seeded = asked(room, teacher, seed="one").json()["id"]
    assert asked(room, teacher, seed="one").json()["id"] == seeded
    assert len({first, seeded, asked(room, teacher, seed="two").json()["id"]}) == 3
    answer = teacher.post("/assignments?wait=0", wanted(room, title="A fourth"))
    body = refused(answer, 429, "too_often")
    assert "cancel one" in body["detail"]
    assert Assignment.every.filter(making=True).count() == 3


def test_what_does_not_fit_is_refused_before_any_job(room: Class, teacher: Caller) -> None:
    answer = teacher.post("/assignments", wanted(room, layers="2"))
    assert refused(answer, 422, "family")["problems"][0]["column"] == "layers"
    assert not Job.objects.exists()
    assert Assignment.every.count() == 2


def test_what_cannot_be_drawn_says_why(
    room: Class, teacher: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the answer where it is waited for; else the job says it. Nothing of it stays."""

    def refuse(*_: Any) -> None:
        raise GateError([Complaint("", "no draw can be graded")])

    monkeypatch.setattr(assignments, "drawn", refuse)
    monkeypatch.setattr(waiting.time, "sleep", lambda _: making.make(claimed()))
    body = refused(teacher.post("/assignments", wanted(room)), 422, "not_made")
    assert "no draw can be graded" in body["detail"]
    about = asked(room, teacher).json()
    job = made(Job.objects.get(state=State.WAITING))
    told = teacher.get(f"/jobs/{job.pk}").json()
    assert (told["state"], told["assignment"]) == ("failed", None)
    assert "no draw can be graded" in told["words"]
    refused(teacher.get(f"/assignments/{about['id']}"), 404, "not_found")
    assert Assignment.every.count() == 2


def test_a_cancelled_one_is_gone(room: Class, teacher: Caller) -> None:
    about = asked(room, teacher).json()
    assert queue.cancel(Job.objects.get())
    refused(teacher.get(f"/assignments/{about['id']}"), 404, "not_found")
    refused(teacher.get(f"/assignments/{about['id']}/grades"), 404, "not_found")
