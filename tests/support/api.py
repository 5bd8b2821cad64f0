"""The REST interface for tests: a client with a token, and a class to ask about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client
from service import assignment_of, course_of, right_answers

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"


@dataclass
class Caller:
    """Somebody with a token."""

    token: str

    def ask(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        """An answer; what is no text and no bytes is sent as JSON."""
        body = data if isinstance(data, bytes | str) else json.dumps(data)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        kind = more.pop("type", "application/json")
        client = Client(raise_request_exception=False)
        return client.generic(
            method, PREFIX + path, body if data is not None else b"", kind, headers=headers, **more
        )

    def get(self, path: str) -> Any:
        """What is there."""
        return self.ask("GET", path)

    def post(self, path: str, data: Any, **more: Any) -> Any:
        """Send something."""
        return self.ask("POST", path, data, **more)

    def hand_in(self, exercise: str, data: Any, key: str = "k1", **more: Any) -> Any:
        """Hand in under a key."""
        headers = {"Idempotency-Key": key} | more.pop("headers", {})
        return self.post(f"/exercises/{exercise}/submissions", data, headers=headers, **more)


def caller(name: str, *scopes: str) -> Caller:
    """A client for a user that is there."""
    from django.contrib.auth import get_user_model

    from grader.web.accounts import SCOPES, new_token

    user = get_user_model().objects.get(username=name)
    return Caller(new_token(user, "tests", list(scopes or SCOPES)))


@dataclass
class Class:
    """A course with a published assignment, and another course beside it."""

    course: Any
    assignment: Any
    other: Any
    """Of the other course."""

    def task(self, ident: str) -> Any:
        """Somebody's exercise."""
        from grader.web.models import Task

        return Task.objects.get(member__ident=ident, current=True)

    def answers(self, ident: str, **changes: str) -> dict[str, Any]:
        """A body with what is right, and changes."""
        return {"answers": right_answers(self.task(ident).exercise) | changes}


def small_class(**settings: Any) -> Class:
    """ada and ben in a course, carl in another one."""
    course, far = course_of("ada", "ben"), course_of("carl", name="Far")
    return Class(course, assignment_of(course, **settings), assignment_of(far, title="Far away"))


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """That an answer is this problem; its body."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == status
    assert body["code"] == code
    assert body["title"]
    assert body["detail"]
    return body
