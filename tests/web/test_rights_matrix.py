"""Every address times every role: found by introspection, so a new one is covered or fails.

An address whose first part has no rule here, or that has a part whose name is not in `names`,
makes the test fail: say then who may see it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from api import Caller
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from jobs_made import download_of, made
from service import assignment_of, course_of, right_answers

from grader.web.accounts import SCOPES, new_link, new_token
from grader.web.grading import grade
from grader.web.models import Submission, Token
from grader.web.submission_store import keep

pytestmark = pytest.mark.django_db

STAFF = {"teacher", "assistant"}
OF_COURSE = {"ada", "ben", *STAFF}
NAMES = {
    "ada": "ada",
    "ben": "ben",
    "assistant": "Course-assistant",
    "teacher": "Course-teacher",
    "far student": "carl",
    "far teacher": "Far-teacher",
    "superuser": "root",
}
OPEN = (
    *("login/", "link/", "health", "ready", "admin/login/", "admin/logout/"),
    *("lti/login", "lti/launch", "lti/jwks", "lti/register/", "lti/waiting/"),
)
OPEN_API = ("api/v1/", "api/v1/openapi.json", "api/v1/docs", "api/v1/.*")
OBJECTS = {"course", "assignment", "task", "submission", "member", "exercise", "job"}
OF_A_FORM = ("learn/practice/<str:assignment>/",)
"""Addresses that make nothing of a request without the fields of their form."""
LOGIN = {302, 401}


@dataclass
class Room:
    """A course in which everything is there, with everybody's session and token."""

    names: dict[str, str]
    """Name of a part of an address -> what stands there; all of them are ada's."""
    sessions: dict[str, str] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)

    def statuses(self, role: str, path: str) -> dict[str, int]:
        """Method -> status; a method that the address does not have is left out."""
        found = {}
        for method in ("GET", "POST"):
            client = Client(raise_request_exception=False)
            if role in self.sessions:
                client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
            answer = undone(lambda c=client, m=method: c.generic(m, f"/{path}"))
            if answer.status_code != 405:
                found[method] = answer.status_code
                self.refuse_other_places(path, answer)
        return found

    def refuse_other_places(self, path: str, answer: Any) -> None:
        """Only the pages of one's own role send elsewhere than to the login."""
        place = answer.get("Location", "")
        assert not place.startswith(("http:", "https:", "//")), f"{path} leads to {place}"


def undone(ask: Any) -> Any:
    """An answer, with all that it changed taken back."""
    with transaction.atomic():
        answer = ask()
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def room() -> Room:
    course, far = course_of("ada", "ben"), course_of("carl", name="Far")
    assignment = assignment_of(course)
    assignment_of(far)
    users = get_user_model().objects
    users.create_superuser("root", "root@example.org", "password")
    task = assignment.tasks.get(member__ident="ada")
    body = json.dumps({"answers": right_answers(task.exercise)}).encode()
    submission = keep(task, "k", body).submission
    ada = users.get(username="ada")
    new_token(ada, "t", ["read"])
    names = {
        "course": course.pk,
        "assignment": assignment.pk,
        "task": task.pk,
        "exercise": task.pk,
        "submission": submission.pk,
        "member": str(task.member.pk),
        "token": str(Token.objects.get().pk),
        "secret": new_link(ada),
        "family": "mazur",
        "form": "csv",
        "what": "roster.csv",
        "job": made(download_of(assignment)).pk,
        # of Django's own pages
        "app_label": "auth",
        "object_id": str(ada.pk),
        "content_type_id": "1",
        "platform": "1",
        "id": str(ada.pk),
        "url": "x",
    }
    found = Room(names)
    for role, name in NAMES.items():
        client = Client()
        client.force_login(users.get(username=name))
        found.sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
        found.callers[role] = Caller(new_token(users.get(username=name), "t", list(SCOPES)))
    found.callers["anonymous"] = Caller("")
    return found


def routes(resolver: Any = None, before: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every address as it is written in the code, with the names of its parts."""
    for one in (resolver or get_resolver()).url_patterns:
        here = before + re.sub(r"^\^|\$$|\\Z$", "", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from routes(one, here)
        else:
            assert isinstance(one, URLPattern)
            yield here, set(re.findall(PART, here))


PART = r"<(?:\w+:)?(\w+)>"


def filled(route: str, names: dict[str, str]) -> str:
    """An address with ids in it."""
    plain = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route).replace("\\", "").rstrip("$")
    return re.sub(PART, lambda part: names[part[1]], plain)


def expected(route: str, parts: set[str], role: str) -> set[int] | None:
    """Which answers are right; None for any that is no failure of the server."""
    if route.startswith(OPEN) or route in ("logout/", "admin/<url>"):
        return None
    if role == "anonymous":
        return LOGIN
    if route.startswith("admin/"):
        return None if role == "superuser" else {302}
    if route.startswith("teach/"):
        return {404} if parts & OBJECTS and role not in STAFF else None
    if route.startswith("learn/"):
        return None if not parts & OBJECTS or role in of_student(parts) else {404}
    if route.startswith("tokens/"):
        return {404} if parts and role != "ada" else None
    if route.startswith("lti/platforms/"):
        return None if role == "superuser" else {404}
    if route.startswith("lti/course/"):
        return None if role == "teacher" else {404}
    if route.startswith("lti/soon/"):  # to what a link opens; for others as if it opened nothing
        return {302}
    if route == "lti/choose/":  # only after a launch to choose
        return {404}
    if route in ("", "password/"):
        return None
    raise AssertionError(f"who may see /{route}? say it in tests/web/test_rights_matrix.py")


def of_student(parts: set[str]) -> set[str]:
    """Who may see a student's page about ada's things."""
    if "task" in parts:
        return {"ada"}
    return {"ada", *STAFF} if "submission" in parts else OF_COURSE


PAGES = sorted({route for route, _ in routes() if not route.startswith("api/")})


def first_part(route: str) -> str:
    """What the rules go by."""
    return route.split("/")[0] if "/" in route else "alone"


@pytest.mark.parametrize("first", sorted({first_part(route) for route in PAGES}))
def test_pages(room: Room, first: str) -> None:
    wrong = [
        told
        for route in PAGES
        if first_part(route) == first
        for told in wrong_answers(room, route)
    ]
    assert not wrong, "\n".join(wrong)


def wrong_answers(room: Room, route: str) -> Iterator[str]:
    """What an address answers to whom, where it should not."""
    parts = set(re.findall(PART, route))
    unknown = parts - set(room.names)
    assert not unknown, f"/{route}: add what stands at {unknown} to `names`"
    path = filled(route, room.names)
    for role in ("anonymous", *NAMES):
        wanted = expected(route, parts, role)
        found = room.statuses(role, path)
        told = set(found.values())
        if any(status >= 500 for status in told):
            yield f"{role}: /{route} fails: {found}"
        elif wanted is not None and not (told and told <= wanted):
            yield f"{role}: /{route} answers {found}, not {wanted}"


def test_whoever_teaches_and_learns_is_let_in(room: Room) -> None:
    """So that the matrix above is not all 404 because of ids that are wrong."""
    for route in PAGES:
        parts = set(re.findall(PART, route))
        if not parts & OBJECTS or parts & {"form", "what"} or route.startswith(OF_A_FORM):
            continue
        role = {"teach": "teacher", "work": "ada"}.get(first_part(route))
        if role:
            found = room.statuses(role, filled(route, room.names))
            assert set(found.values()) - {401, 403, 404}, (route, role, found)


# the REST interface ------------------------------------------------------------------------


def operations() -> list[tuple[str, str, tuple[str, ...]]]:
    """Method, address and scopes of every operation."""
    from grader.web.api.description import described, operations
    from grader.web.api.urls import api

    return [
        (one["method"], one["path"], tuple(one["x-scopes"])) for one in operations(described(api))
    ]


def test_every_address_of_the_interface_is_described() -> None:
    told = {path.lstrip("/").replace("{", "<").replace("}", ">") for _, path, _ in operations()}
    there = {route for route, _ in routes() if route.startswith("api/")}
    there = {route.replace("^", "") for route in there}
    assert there - told == set(OPEN_API)


def test_interface(room: Room) -> None:
    grade(Submission.objects.get())
    for method, path, scopes in operations():
        check_operation(room, method, path, scopes)


def check_operation(room: Room, method: str, path: str, scopes: tuple[str, ...]) -> None:
    """One operation, asked by everybody."""
    parts = set(re.findall(r"{(\w+)}", path))
    assert parts <= set(room.names), path
    place = re.sub(r"{(\w+)}", lambda part: room.names[part[1]], path).removeprefix("/api/v1")
    found = {
        role: undone(lambda c=c: c.ask(method, place, {})) for role, c in room.callers.items()
    }
    statuses = {role: answer.status_code for role, answer in found.items()}
    assert max(statuses.values()) < 500
    assert statuses.pop("anonymous") == 401
    user = get_user_model().objects.get(username="ada")
    rest = [scope for scope in SCOPES if scope not in scopes]
    if rest:
        weak = Caller(new_token(user, "weak", rest))
        assert undone(lambda: weak.ask(method, place, {})).status_code == 403
    if not parts & OBJECTS:
        assert set(statuses.values()) <= {200, 201, 403, 422}
        return
    for role, status in statuses.items():
        if role not in allowed(method, path, parts, scopes):
            assert status == 404, (path, role, status)
        else:
            assert status not in (401, 403, 404), (path, role, status)


def allowed(method: str, path: str, parts: set[str], scopes: tuple[str, ...]) -> set[str]:
    """Who may do it with ada's things."""
    if method == "PATCH":
        return {"teacher"}
    if scopes == ("teach",):
        return set(STAFF)
    if scopes == ("submit",):
        return {"ada"}
    return OF_COURSE if "assignment" in parts else {"ada", *STAFF}
