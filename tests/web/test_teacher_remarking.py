"""Graded work marked again: what changed is said before it is stored, and a line tells of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.urls import reverse
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web import grading, remarking
from grader.web.models import Assignment, Audit, Result, Task
from grader.web.submission_store import keep
from templates.feedback.report import FORMAT

pytestmark = pytest.mark.django_db


def handed_in(assignment: Assignment, ident: str, **changes: str) -> Result:
    """One submission, graded."""
    task = Task.objects.get(assignment=assignment, member__ident=ident)
    answers = right_answers(task.exercise) | changes
    data = json.dumps({"exercise": task.pk, "answers": answers}).encode()
    result = grading.grade(keep(task, f"{ident}-1", data, "answers.json").submission)
    assert result is not None
    return result


@pytest.fixture
def assignment() -> Assignment:
    made = assignment_of(course_of("ada", "ben", name="Nets"))
    handed_in(made, "ada")
    handed_in(made, "ben")
    return made


def of_format_1(result: Result, **verdicts: tuple[str, float]) -> None:
    """The result as an earlier bpgrade may have stored it, with other verdicts at some steps."""
    report = {name: value for name, value in result.report.items() if name != "teacher"}
    report["format"] = 1
    steps = []
    for step in report["steps"]:
        old = {name: v for name, v in step.items() if name not in ("code", "arguments")}
        if old["label"] in verdicts:
            old["verdict"], old["credit"] = verdicts[old["label"]]
        steps.append(old)
    score = sum(step["credit"] * step["weight"] for step in steps)
    Result.objects.filter(pk=result.pk).update(
        report=report | {"steps": steps, "score": score}, score=score, counted=score
    )


def stored() -> list[Any]:
    return list(Result.objects.order_by("pk").values_list("score", "counted", "report"))


def test_results_of_an_earlier_marking_are_counted(assignment: Assignment) -> None:
    assert remarking.by_earlier_marking(assignment) == 0
    of_format_1(Result.objects.get(submission__task__member__ident="ada"))
    assert remarking.by_earlier_marking(assignment) == 1


def test_looking_says_what_would_change_and_changes_nothing(assignment: Assignment) -> None:
    """Score before and after, and each step with its verdict before and after."""
    ada = Result.objects.get(submission__task__member__ident="ada")
    of_format_1(ada, out_h1=("imprecise", 0.5), out_h2=("wrong", 0.0))
    before = stored()
    found = remarking.preview(assignment)
    assert stored() == before
    assert not Audit.objects.filter(action=remarking.ACTION).exists()
    (change,) = found.scores.changed
    assert change.by == 1.5
    assert [(one.before.verdict, one.after.verdict, one.by) for one in found.steps] == [
        ("imprecise", "correct", 0.5),
        ("wrong", "correct", 1.0),
    ]
    assert found.failed == 0


def test_applied_results_are_those_of_grading_afresh(assignment: Assignment) -> None:
    """In the present format, with a line in the log; doing it twice changes nothing more."""
    wanted = stored()
    for result in Result.objects.all():
        of_format_1(result, out_h1=("wrong", 0.0))
    assert remarking.apply(assignment, None) == (2, 0)
    assert stored() == wanted
    assert {report["format"] for *_, report in stored()} == {FORMAT}
    line = Audit.objects.get(action=remarking.ACTION)
    assert (line.detail["changed"], line.detail["steps"]) == (2, 2)
    assert remarking.apply(assignment, None) == (0, 0)


def test_a_report_of_which_nothing_changed_gets_the_present_format(assignment: Assignment) -> None:
    """Otherwise the page would ask for it for ever."""
    for result in Result.objects.all():
        of_format_1(result)
    assert remarking.apply(assignment, None) == (0, 0)
    assert remarking.by_earlier_marking(assignment) == 0


def test_what_cannot_be_checked_keeps_what_it_has(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored()
    monkeypatch.setattr(grading, "report_on", lambda submission: None)
    assert remarking.preview(assignment).failed == 2
    assert remarking.apply(assignment, None) == (0, 2)
    assert stored() == before


def test_another_policy_meanwhile_stops_it(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks of the old policy must not be stored under the new one."""
    before = stored()
    Assignment.objects.filter(pk=assignment.pk).update(policy="strict")
    with pytest.raises(remarking.PolicyChangedError):
        remarking.apply(assignment, None)
    assert stored() == before


def test_the_page_shows_and_applies(assignment: Assignment) -> None:
    """The assignment's page leads there as long as results of an earlier marking are there."""
    ada = Result.objects.get(submission__task__member__ident="ada")
    of_format_1(ada, out_h1=("wrong", 0.0))
    client = client_of("Nets-teacher")
    start = client.get(reverse("teach-assignment", args=[assignment.pk])).content.decode()
    assert "marked by an earlier bpgrade" in start
    address = reverse("teach-remark", args=[assignment.pk])
    page = client.post(address, {"action": "preview"}).content.decode()
    assert "1 of 2 students with graded work get another score; 1 step gets" in page
    assert "1 submission counts another score by itself" in page
    client.post(address, {"action": "apply"})
    after = client.get(reverse("teach-assignment", args=[assignment.pk])).content.decode()
    assert "marked by an earlier bpgrade" not in after


@pytest.mark.parametrize("replaced", [("ben",), ("ada", "ben")])
def test_work_at_replaced_exercises_is_told_before_it_is_marked(
    assignment: Assignment, replaced: tuple[str, ...]
) -> None:
    """What the page and the log say is what happens, also where nobody's score changes."""
    for result in Result.objects.all():
        of_format_1(result, out_h1=("wrong", 0.0))
    Task.objects.filter(member__ident__in=replaced).update(current=False)
    client = client_of("Nets-teacher")
    address = reverse("teach-remark", args=[assignment.pk])
    found = remarking.preview(assignment)
    page = " ".join(client.post(address, {"action": "preview"}).content.decode().split())
    assert "Apply these marks" in page
    assert "Nothing is graded yet" not in page
    [said] = re.findall(r"(\d+) submissions? (?:counts?|gets?) another", page)
    page = client.post(address, {"action": "apply"}, follow=True).content.decode()
    assert f"{said} submissions count another score." in page
    line = Audit.objects.get(action=remarking.ACTION)
    assert (line.detail["changed"], line.detail["steps"]) == (2, len(found.steps)) == (2, 2)
    assert remarking.by_earlier_marking(assignment) == 0


def test_staff_see_which_sheets_to_look_at(assignment: Assignment) -> None:
    """In the class list and on the student's page; the student sees nothing of it."""
    result = Result.objects.get(submission__task__member__ident="ada")
    words = "19 of 41 steps answered are undetermined"
    note = {"code": "many_undetermined", "arguments": {}, "message": words}
    Result.objects.filter(pk=result.pk).update(report=result.report | {"teacher": [note]})
    client = client_of("Nets-teacher")
    page = client.get(reverse("teach-assignment", args=[assignment.pk])).content.decode()
    assert page.count("to look at") == 1
    member = result.submission.task.member_id
    own = client.get(reverse("teach-student", args=[assignment.pk, member])).content.decode()
    assert words in own
