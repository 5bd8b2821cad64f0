"""What was handed in for an assignment that was withdrawn: gone for students, there for staff."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api import caller
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web import grading
from grader.web.models import Assignment
from grader.web.submission_store import keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission() -> Any:
    task = assignment_of(course_of("ada", name="Nets")).tasks.get()
    answers = json.dumps({"answers": right_answers(task.exercise)}).encode()
    found = keep(task, "k1", answers).submission
    grading.grade(found)
    return found


@pytest.mark.parametrize("published", [True, False])
def test_receipt_and_report_are_there_as_long_as_it_is(submission: Any, published: bool) -> None:
    Assignment.objects.update(published=published)
    page = f"/learn/submission/{submission.pk}/"
    student, staff = (200 if published else 404), 200
    for path in (f"/submissions/{submission.pk}", f"/submissions/{submission.pk}/report"):
        assert caller("ada").get(path).status_code == student
        assert caller("Nets-assistant").get(path).status_code == staff
    assert client_of("ada").get(page).status_code == student
