"""The description in OpenAPI is complete, true, and readable without a script."""

from __future__ import annotations

import json
import os
import re

import pytest
from api import PROBLEM, Class, caller, small_class
from api_fuzz import tried
from django.test import Client
from jobs_made import download_of

from grader.web.api import access, checks
from grader.web.api.refusals import CODES

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("API_EXAMPLES", "8"))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Class:
    for name in ("MOST", "MOST_HEAVY", "MOST_UNKNOWN"):
        monkeypatch.setattr(access, name, 10**9)
    return small_class()


def test_every_operation_declares_its_errors() -> None:
    doc = Client().get("/api/v1/openapi.json").json()
    operations = [one for methods in doc["paths"].values() for one in methods.values()]
    assert len(operations) >= 17
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"]
        assert one["description"]
        assert one["security"]
        assert one["x-scopes"]
        for status, answer in one["responses"].items():
            kind = "application/json" if status < "300" else PROBLEM
            assert list(answer["content"]) == [kind]
    told = json.dumps(doc)
    schemas = doc["components"]["schemas"]
    assert all(name in schemas for name in re.findall(r"#/components/schemas/(\w+)", told))


def test_the_page_shows_all_of_it_without_scripts() -> None:
    answer = Client().get("/api/v1/docs")
    page = answer.content.decode()
    doc = Client().get("/api/v1/openapi.json").json()
    for methods in doc["paths"].values():
        for one in methods.values():
            assert f'id="op-{one["operationId"]}"' in page
    assert all(f"<code>{code}</code>" in page for code in CODES)
    assert "<script" not in page
    assert " style=" not in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert Client().get("/api/v1/")["Location"] == "/api/v1/docs"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Course-teacher", "ada"])
def test_answers_are_those_of_the_description(room: Class, name: str) -> None:
    """No failure of the server, no answer that is not described, no wrong input accepted."""
    handed = caller("ada").hand_in(room.task("ada").pk, room.answers("ada"), "first")
    known = {
        "family": "mazur",
        "course": room.course.pk,
        "assignment": room.assignment.pk,
        "exercise": room.task("ada").pk,
        "submission": handed.json()["id"],
        "job": download_of(room.assignment).pk,
    }
    assert tried(caller(name).token, known, EXAMPLES) > 10 * EXAMPLES
    assert checks.COMMAND
