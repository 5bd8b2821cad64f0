"""The database works and cannot hold what it is given: nothing is called an outage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.test import Client
from launches import claims
from service import assignment_of, course_of, right_answers

from grader.errors import NotStoredError
from grader.web import grading, submission_store
from grader.web.models import State, Submission, Task
from grader.web.submission_store import again, unholdable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.setattr(submission_store, "_drop_connection", lambda: None)
    return assignment_of(course_of("ada")).tasks.get(member__ident="ada")


@pytest.fixture
def client(task: Task) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(task.member.user)
    return found


def refusing(*arguments: Any, **more: Any) -> None:
    raise DataError("value too long for type character varying(200)")


def test_it_is_told_from_an_outage() -> None:
    with pytest.raises(NotStoredError) as caught:
        again(refusing)
    assert unholdable(caught.value)
    assert not unholdable(NotStoredError("full"))
    assert not unholdable(OperationalError("locked"))


def test_a_request_with_it_is_refused_and_not_asked_for_again(
    client: Client, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.web.student.worksheet.drafts.save", refusing)
    answer = client.post(f"/learn/{task.pk}/", {"do": "save"})
    assert (answer.status_code, answer.get("Retry-After")) == (400, None)
    headers = {"Idempotency-Key": "k"}
    monkeypatch.setattr("grader.web.api.submissions.keep", lambda *_: again(refusing))
    url = f"/api/v1/exercises/{task.pk}/submissions"
    body = json.dumps({"answers": right_answers(task.exercise)})
    answer = client.post(url, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.get("Retry-After")) == (400, None)


def test_a_report_that_cannot_be_stored_leaves_the_submission_for_review(
    client: Client, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "_store", refusing)
    data = json.dumps({"answers": right_answers(task.exercise)}).encode()
    found = submission_store.keep(task, "k", data).submission
    for _ in range(grading.MOST_TRIES):
        assert grading.grade(found) is None
    assert Submission.objects.get(pk=found.pk).state == State.REVIEW


def test_nobody_is_told_apart_by_what_was_cleaned() -> None:
    """Two people of a platform must not become one."""
    from grader.web.lti.launch import is_sub
    from problems.texts import cleaned_tree

    for sub in ("\ud800", "4\x00", "\udfff"):
        assert not is_sub(cleaned_tree(claims("n", sub=sub))["sub"])
    assert is_sub(cleaned_tree(claims("n"))["sub"])
