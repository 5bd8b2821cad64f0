"""Requests that take seconds leave threads for others, and say when they cannot be answered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from api import caller
from django.test import Client
from django.urls import reverse
from service import course_of, order
from teachers import client_of

from grader.web import seats
from grader.web.api import checks
from grader.web.assignments import create
from grader.web.jobs import starting
from grader.web.jobs.models import Job
from grader.web.server import THREADS

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment() -> Any:
    course = course_of("ada", "ben", name="Nets")
    return create(course, order(exercises=3), "Homework", None, published=True)


def _page(name: str, *ids: str, **form: str) -> Callable[[Any], int]:
    def ask(assignment: Any) -> int:
        client = client_of("Nets-teacher")
        given = [getattr(assignment, one, one) for one in ids]
        address = reverse(f"teach-{name}", args=given)
        answer = client.post(address, form) if form else client.get(address)
        answer.close()
        return answer.status_code

    return ask


def _checked(assignment: Any) -> int:
    path = f"/assignments/{assignment.pk}/check"
    return caller("Nets-teacher").post(path, "exercise,step,answer\n", type="text/csv").status_code


LONG: dict[str, Callable[[Any], int]] = {
    "class check": _checked,
    "mark again": _page("remark", "pk", action="preview"),
    "regrade": _page("regrade", "pk", policy="strict"),
    "preview": _page("assign", "course_id", action="preview", family="mazur"),
    "download": _page("download", "pk", "answers.zip"),
    "report": _page("report", "pk"),
    "complete": _page("complete", "pk", do="1"),
    "class list": _page("roster", "course_id", roster="student\nada\n", action="apply"),
}


def taken(person: int, within: threading.Event, over: threading.Event) -> None:
    with seats.seat(person) as free:
        assert free
        within.set()
        over.wait(30)


@pytest.fixture
def full() -> Any:
    """Every seat is taken, by others."""
    over, events = threading.Event(), [threading.Event() for _ in range(seats.SEATS)]
    threads = [
        threading.Thread(target=taken, args=(-n, event, over)) for n, event in enumerate(events)
    ]
    for thread, event in zip(threads, events, strict=True):
        thread.start()
        assert event.wait(10)
    yield
    over.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("name", LONG)
def test_what_takes_long_finds_no_seat(name: str, assignment: Any, full: Any) -> None:
    assert LONG[name](assignment) == 429


@pytest.mark.parametrize("name", LONG)
def test_seats_are_given_back(name: str, assignment: Any) -> None:
    for _ in range(seats.SEATS + 1):
        assert LONG[name](assignment) not in (429, 500)


def test_others_are_answered_meanwhile(assignment: Any, full: Any) -> None:
    assert seats.SEATS < THREADS
    assert client_of("ada").get("/learn/").status_code == 200
    teacher = client_of("Nets-teacher")
    for name in ("assignment", "regrade", "remark"):
        assert teacher.get(reverse(f"teach-{name}", args=[assignment.pk])).status_code == 200


def test_nobody_takes_two(assignment: Any) -> None:
    with seats.seat(7) as first, seats.seat(7) as second, seats.seat(8) as other:
        assert (first, second, other) == (True, False, True)
    with seats.seat(7) as again:
        assert again


def test_a_seat_of_a_request_that_fails_is_free_again(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_asked", lambda *_: 1 / 0)
    for _ in range(seats.SEATS + 1):
        assert _checked(assignment) == 500


def test_words_and_when_to_try_again(assignment: Any, full: Any) -> None:
    client: Client = client_of("Nets-teacher")
    answer = client.get(reverse("teach-report", args=[assignment.pk]))
    assert answer["Retry-After"] == str(seats.SOON)
    assert seats.BUSY in answer.content.decode()


def test_long_work_is_asked_for_without_a_seat(
    assignment: Any, full: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not made in the request; who asks twice gets to the same page."""
    monkeypatch.setattr(starting, "LARGE", 0)
    jobs = ("download", "report", "class list")
    assert [LONG[name](assignment) for name in jobs] == [302, 302, 302]
    assert Job.objects.count() == 3


def test_a_small_class_with_many_exercises_is_large(
    assignment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty students with twenty exercises each are 1,200 sheets."""
    monkeypatch.setattr(starting, "LARGE", 5)
    address = reverse("teach-download", args=[assignment.pk, "keys.zip"])
    assert client_of("Nets-teacher").get(address).status_code == 302
    assert Job.objects.get().kind == "download"
