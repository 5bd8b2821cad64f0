"""Drafts: field by field the newer text wins, and what gave way is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from service import assignment_of, course_of

from grader.web.models import Draft, Task
from grader.web.student import drafts
from grader.web.student.drafts import Change
from grader.web.student.sheet import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    return assignment_of(course_of("ada")).tasks.get()


@pytest.fixture
def client(task: Task) -> Client:
    found = Client()
    found.force_login(task.member.user)
    return found


def test_the_newer_text_wins_however_late_it_comes(task: Task) -> None:
    """A tab that was offline sends what is older than what another one has saved."""
    drafts.save(task, {"a": Change("1", "", 1_000)})
    kept = drafts.save(task, {"a": Change("0", "", 60_000), "b": Change("2", "", 60_000)})
    assert kept.answers == {"a": "1", "b": "2"}
    assert kept.refused == {"a": "0"}
    assert not kept.replaced


def test_what_gives_way_is_told(task: Task) -> None:
    drafts.save(task, {"a": Change("1", "", 5_000)})
    assert drafts.save(task, {"a": Change("2", "", 0)}).replaced == {"a": "1"}
    assert not drafts.save(task, {"a": Change("3", "2", 0)}).replaced


def test_a_field_can_be_emptied(task: Task) -> None:
    drafts.save(task, {"a": Change("1", "", 10)})
    assert drafts.save(task, {"a": Change("", "1", 0)}).answers == {"a": ""}


@pytest.mark.parametrize("age", [-5, 1e300, "x", None, True])
def test_no_age_is_too_strange(client: Client, task: Task, age: Any) -> None:
    """Nor can one write into the future, to win against everything later."""
    name = next(iter(form_of(task).fields))
    for text, old in (("1", age), ("2", 0)):
        body = json.dumps({"fields": {name: {"text": text, "age": old}}})
        sent = client.post(f"/learn/{task.pk}/draft/", body, content_type="application/json")
        assert sent.status_code == 200
    assert sent.json()["fields"] == {name: "2"}


def test_only_fields_of_the_worksheet_are_kept(client: Client, task: Task) -> None:
    body = json.dumps({"fields": {"other": {"text": "1"}, "x" * 9999: {"text": "\ud800\x00"}}})
    client.post(f"/learn/{task.pk}/draft/", body, content_type="application/json")
    assert not Draft.objects.get().answers


def test_texts_that_no_database_keeps_are_mended(client: Client, task: Task) -> None:
    name = next(iter(form_of(task).fields))
    body = json.dumps({"fields": {name: {"text": "\ud800\x00" + "9" * 9000}}})
    client.post(f"/learn/{task.pk}/draft/", body, content_type="application/json")
    (text,) = Draft.objects.get().answers.values()
    assert len(text) == 2001
    assert "\x00" not in text
    assert text.encode()


def test_without_a_script_another_tab_is_told_of_too(client: Client, task: Task) -> None:
    """The page knows with what it was sent."""
    name, other, *_ = form_of(task).fields
    client.post(f"/learn/{task.pk}/", {name: "1", "do": "save", "base": "{}"})
    client.post(f"/learn/{task.pk}/", {name: "1", other: "5", "do": "save", "base": "{}"})
    page = client.post(f"/learn/{task.pk}/", {name: "2", other: "", "do": "save", "base": "{}"})
    words = page.content.decode()
    assert "there stood <code>1</code>" in words
    assert 'value="2"' in words
    assert 'value="5"' in words  # not touched by this page, so it stays
