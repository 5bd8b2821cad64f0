"""Practice: other numbers every time, answered at once, and nothing of it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from service import assignment_of, course_of, right_answers

from grader.web.models import Draft, Submission, Task
from grader.web.student.practice import variant_of
from grader.web.student.sheet import order_text
from problems.computation import ids
from problems.drawing.family import names

pytestmark = pytest.mark.django_db
NAME = "a-fixed-variant"


@pytest.fixture
def task() -> Task:
    return assignment_of(course_of("ada", "ben")).tasks.get(member__ident="ada")


@pytest.fixture
def client(task: Task) -> Client:
    found = Client()
    found.force_login(task.member.user)
    return found


def asked(client: Client, task: Task, what: str, **sent: Any) -> Any:
    body = json.dumps({"variant": NAME} | sent)
    address = f"/learn/practice/{task.assignment.pk}/{what}/"
    return client.post(address, body, content_type="application/json")


def right(task: Task) -> dict[str, str]:
    """Field -> right answer of the variant."""
    variant = variant_of(order_text(task.assignment), NAME)
    answers = right_answers(variant.form.exercise)
    return {f.name: answers[f.label] for f in variant.form.fields.values()}


def test_each_visit_brings_other_numbers(client: Client, task: Task) -> None:
    address = f"/learn/practice/{task.assignment.pk}/"
    first, second = (client.get(address)["Location"] for _ in range(2))
    assert first != second
    variants = [variant_of(order_text(task.assignment), v.split("=")[1]) for v in (first, second)]
    givens = [dict(v.form.exercise.givens) for v in variants]
    assert givens[0] != givens[1]
    assert task.exercise.givens not in givens


def test_nothing_of_it_is_kept(client: Client, task: Task) -> None:
    tasks = Task.objects.count()
    client.get(f"/learn/practice/{task.assignment.pk}/?v={NAME}")
    asked(client, task, "check", fields=right(task))
    assert Task.objects.count() == tasks
    assert not Submission.objects.exists()
    assert not Draft.objects.exists()


def test_what_follows_from_a_slip_is_carried(client: Client, task: Task) -> None:
    """And what is blank is not spoken of."""
    from math import exp

    first, second, *_ = right(task)
    net = float(right(task)[first]) + 0.5
    typed = {first: f"{net:.4f}", second: f"{1 / (1 + exp(-net)):.4f}"}
    beside = asked(client, task, "check", fields=typed).json()["beside"]
    assert set(beside) == {first, second}
    assert beside[first]["tone"] == "wrong"
    assert beside[second]["tone"] == "right"
    assert "carried" in beside[second]["sign"]


def test_right_values_are_shown_only_when_asked_for(client: Client, task: Task) -> None:
    page = client.get(f"/learn/practice/{task.assignment.pk}/?v={NAME}").content.decode()
    name, value = next(iter(right(task).items()))
    assert value not in page
    assert asked(client, task, "show", field=name).json()["value"] == value.replace("-", "−")
    shown = client.post(f"/learn/practice/{task.assignment.pk}/", {"v": NAME, "show": name})
    assert f"right value: {value}".replace("-", "−") in shown.content.decode()


def test_without_a_script_a_button_checks(client: Client, task: Task) -> None:
    typed = right(task)
    name = next(iter(typed))
    sent = {name: "9", "v": NAME, "do": "check"}
    page = client.post(f"/learn/practice/{task.assignment.pk}/", sent).content.decode()
    assert "✗ wrong" in page
    assert "0 of" in page
    page = client.post(f"/learn/practice/{task.assignment.pk}/", sent | typed).content.decode()
    assert f"{len(typed)} of {len(typed)} right" in page


@pytest.mark.parametrize("family", names())
def test_every_family_can_be_practised(family: str) -> None:
    """With hints that give no formula away that is asked for, and right values that are right."""
    task = assignment_of(course_of("ada"), family).tasks.get()
    client = Client()
    client.force_login(task.member.user)
    answer = client.get(f"/learn/practice/{task.assignment.pk}/?v={NAME}")
    assert answer.status_code == 200
    variant = variant_of(order_text(task.assignment), NAME)
    fields = variant.form.fields.values()
    for field in (next(iter(fields)), list(fields)[-1]):
        value = asked(client, task, "show", field=field.name).json()["value"]
        assert value
        if ids.asks_formula(field.question):
            continue  # shown as printed, which is not always as it is typed
        typed = {field.name: value}
        beside = asked(client, task, "check", fields=typed).json()["beside"][field.name]
        assert beside["tone"] == "right", (field, value, beside)
    for field in fields:
        if ids.asks_formula(field.question):
            assert field.name not in variant.hints


def test_it_is_for_students_of_the_course_where_it_is_allowed(client: Client, task: Task) -> None:
    address = f"/learn/practice/{task.assignment.pk}/"
    other = course_of("eve", name="Other")
    assert other
    for name in ("eve", "Course-teacher"):
        stranger = Client()
        stranger.login(username=name, password="password")
        assert stranger.get(address).status_code == 404
        assert asked(stranger, task, "check", fields={}).status_code == 404
        assert asked(stranger, task, "show", field="x").status_code == 404
    task.assignment.practice = False
    task.assignment.save()
    assert client.get(address).status_code == 404
    assert asked(client, task, "check", fields={}).status_code == 404


@pytest.mark.parametrize("sent", [{"variant": "../x"}, {"variant": 7}, {"field": 7}])
def test_nonsense_is_not_found(client: Client, task: Task, sent: dict[str, Any]) -> None:
    assert asked(client, task, "show", **sent).status_code == 404


def test_it_is_limited(client: Client, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.web.student.practice.CHECKS", 1)
    monkeypatch.setattr("grader.web.student.practice.VARIANTS", 1)
    assert [asked(client, task, "check", fields={}).status_code for _ in range(2)] == [200, 429]
    address = f"/learn/practice/{task.assignment.pk}/?v={NAME}"
    assert [client.get(address).status_code for _ in range(2)] == [200, 429]


def test_where_the_examiner_dies_entries_are_at_least_read(
    client: Client, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.web.student.practice.marks_of", lambda line, answers: None)
    name = next(iter(right(task)))
    beside = asked(client, task, "check", fields={name: "0.5"}).json()["beside"][name]
    assert beside["words"].startswith("read as")
