"""What is shown of what was found: by policy, by date, by attempt; and reports come back whole."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from service import assignment_of, course_of, right_answers

from grader.errors import Problem
from grader.marking.mark import mark
from grader.read.answer import read_answer
from grader.web import grading
from grader.web.class_progress import standings
from grader.web.models import Feedback, State, Submission, Task
from grader.web.submission_store import keep
from problems.drawing.family import names
from problems.reasons import as_told
from templates.feedback.report import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    return assignment_of(course_of("ada", "ben")).tasks.get(member__ident="ada")


def handed_in(task: Task, key: str = "k", now: Any = None, **changes: str) -> Submission:
    answers = right_answers(task.exercise) | changes
    data = json.dumps({"exercise": task.pk, "answers": answers}).encode()
    found = keep(task, key, data, now=now).submission
    grading.grade(found)
    return found


def seen(found: Submission, who: str = "ada") -> str:
    client = Client()
    assert client.login(username=who, password="password")
    answer = client.get(f"/learn/submission/{found.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("family", names())
def test_a_stored_report_comes_back_whole(family: str) -> None:
    """With formulas, problems, slips and hints."""
    exercise = assignment_of(course_of("ada"), family).tasks.get().exercise
    texts = dict.fromkeys(exercise.questions[::2], "0.5") | {exercise.questions[0]: "x y"}
    read = {id: read_answer(exercise, id, text) for id, text in texts.items()}
    problems = [Problem("a.csv", 3, "step", "unknown_step", as_told("no such step"))]
    report = mark(exercise, {k: v for k, v in read.items() if v}, problems=problems)
    stored = json.loads(json.dumps(report.as_json()))
    assert Report.from_json(stored, Problem.from_json) == report
    assert Report.from_json(stored, Problem.from_json).as_json() == report.as_json()


def test_feedback_has_the_network_and_every_step(task: Task) -> None:
    page = seen(handed_in(task, net_h1="9"))
    assert "<svg" in page
    assert "first deviation" in page
    assert page.count("<tr>") > len(task.exercise.asked)


def test_until_the_due_date_there_is_only_the_receipt(task: Task) -> None:
    task.assignment.feedback = Feedback.AFTER_DUE
    task.assignment.due = timezone.now() + timedelta(hours=1)
    task.assignment.save()
    found = handed_in(task, net_h1="9")
    page = seen(found)
    assert found.digest in page
    assert "shown after the due date, from" in page
    assert "<svg" not in page
    assert "points" not in page
    most = len(task.exercise.asked)
    assert f"{most} of {most}" in page  # answers read
    task.assignment.due = timezone.now() - timedelta(hours=1)
    task.assignment.save()
    assert "<svg" in seen(found)


def test_where_feedback_is_never_shown_nothing_is(task: Task) -> None:
    task.assignment.feedback = Feedback.NEVER
    task.assignment.save()
    page = seen(handed_in(task, net_h1="9"))
    assert "No feedback is shown" in page
    assert "first deviation" not in page
    client = Client()
    client.login(username="ada", password="password")
    assert "points" not in client.get("/learn/").content.decode()


def test_a_policy_may_hide_the_score(task: Task) -> None:
    task.assignment.policy = "[show]\nscore = false\nmessages = false\n"
    task.assignment.save()
    page = seen(handed_in(task, net_h1="9"))
    assert "points" not in page.replace("Points", "")
    assert "<svg" in page
    assert "neither the value" not in page.lower()


def test_lateness_and_the_attempt_that_counts_are_said(task: Task) -> None:
    task.assignment.policy = "[late]\noff_per_day = 10\n"
    task.assignment.due = timezone.now() - timedelta(hours=30)
    task.assignment.save()
    first = handed_in(task, "k1", timezone.now() - timedelta(hours=31))
    second = handed_in(task, "k2", net_h1="9")
    page = seen(second)
    assert "30 hours late" in page
    assert "off for lateness" in page
    assert "The best attempt counts" in page
    row = page[page.index(f"/learn/submission/{first.pk}/") :].split("</tr>")[0]
    assert "counts" in row
    task.assignment.policy = "[attempts]\ncounts = 'last'\n"
    task.assignment.save()
    page = seen(second)
    row = page[page.index(f"/learn/submission/{first.pk}/") :].split("</tr>")[0]
    assert "counts" not in row


def test_what_waits_and_what_a_person_must_see_is_said(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "report_on", lambda submission: None)
    found = handed_in(task)
    assert "not graded yet" in seen(found)
    Submission.objects.filter(pk=found.pk).update(state=State.REVIEW)
    page = seen(found)
    assert "a person will look" in page
    assert "not graded yet" not in page


def test_what_students_typed_is_shown_as_text(task: Task) -> None:
    page = seen(handed_in(task, net_h1="<script>alert(1)</script>"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_what_could_not_be_read_is_said_and_worth_no_score(task: Task) -> None:
    """A photograph sent by a program: the student sees why, the teacher too, and nobody a 0."""
    photograph = b"\x00\x00\x00\x18ftypheic" + bytes(40)
    found = keep(task, "k", photograph, "sheet.heic").submission
    assert grading.grade(found) is None
    found.refresh_from_db()
    assert found.state == State.REVIEW
    assert "a photograph (HEIC)" in seen(found)
    row = next(one for one in standings(task.assignment) if one.member.ident == "ada")
    assert (row.stage, row.score) == ("review", None)
    client = Client()
    assert client.login(username="Course-teacher", password="password")
    place = reverse("teach-student", args=[task.assignment_id, task.member_id])
    page = client.get(place, {"attempt": found.pk})
    assert page.status_code == 200
    assert "a photograph (HEIC)" in page.content.decode()
