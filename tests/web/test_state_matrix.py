"""Every state of an assignment, every role, every address that shows something of it.

What is told from what is not by the content of the answer: the numbers of ada's exercise, an
answer that nobody else gives, the sentence about her slip, and the numbers of the key.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pypdf
import pytest
from api import Caller
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from jobs_made import download_of, made
from service import assignment_of, course_of, right_answers

from grader.web.accounts import SCOPES, new_token
from grader.web.grading import grade
from grader.web.models import Assignment, Draft, Feedback, Result, Submission, Task
from grader.web.submission_store import keep

pytestmark = pytest.mark.django_db

ODD = "0.123456789"
"""An answer of ada's that stands nowhere else."""
ROLES = {
    "anonymous": "",
    "ada": "ada",
    "ben": "ben",
    "far student": "carl",
    "far teacher": "Far-teacher",
    "assistant": "Course-assistant",
    "teacher": "Course-teacher",
}
STAFF = {"assistant", "teacher"}
HOUR = timedelta(hours=1)
STATES: dict[str, dict[str, Any]] = {
    "draft": {"published": False, "opens": HOUR},
    "opens later": {"published": True, "opens": HOUR},
    "open": {"published": True, "opens": -HOUR, "closes": HOUR},
    "closed": {"published": True, "opens": -2 * HOUR, "closes": -HOUR},
    "withdrawn": {"published": False, "opens": -2 * HOUR, "closes": HOUR},
}
BEGUN = {"open", "closed"}
FEEDBACK: dict[str, dict[str, Any]] = {
    "at once": {"feedback": Feedback.AT_ONCE},
    "later": {"feedback": Feedback.AFTER_DUE, "due": HOUR},
    "never": {"feedback": Feedback.NEVER},
}
PARTS = {"assignment", "task", "submission", "exercise", "course", "member", "form", "what", "job"}
DOWNLOADS = ("roster.csv", "answers.csv", "exercises.jsonl", "worksheets.zip", "keys.zip")


@dataclass
class Room:
    """A class in which ada has handed in, with a slip."""

    task: Task
    submission: Submission
    message: str
    """About her slip."""
    job: str
    """Of a file with her exercise."""
    visitors: dict[str, tuple[SimpleCookie[str], str]] = field(default_factory=dict)
    """Role -> cookies of its session and its token."""

    def visitor(self, role: str) -> tuple[SimpleCookie[str], str]:
        """Whoever plays a role, logged in once."""
        if role not in self.visitors:
            client, token = Client(), ""
            if ROLES[role]:
                user = get_user_model().objects.get(username=ROLES[role])
                client.force_login(user)
                token = new_token(user, "t", list(SCOPES))
            self.visitors[role] = client.cookies, token
        return self.visitors[role]

    def put(self, state: str, feedback: str) -> None:
        """Bring the assignment into a state."""
        now = timezone.now()
        empty = {"opens": None, "due": None, "closes": None}
        wanted = {**empty, **STATES[state], **FEEDBACK[feedback]}
        for name, value in wanted.items():
            wanted[name] = now + value if isinstance(value, timedelta) else value
        Assignment.objects.filter(pk=self.task.assignment_id).update(**wanted)

    def shown_in(self, text: str) -> set[str]:
        """What of ada's a text shows."""
        exercise = self.task.exercise
        givens = {given.lstrip("-") for given in exercise.givens.values()}
        there = sum(re.search(rf"(?<![\d.]){re.escape(g)}", text) is not None for g in givens)
        found = {"numbers"} if there > 0.8 * len(givens) else set()
        found |= {"answers"} if ODD in text else set()
        return found | ({"findings"} if self.message in text else set())


@pytest.fixture
def room() -> Room:
    course, far = course_of("ada", "ben"), course_of("carl", name="Far")
    assignment = assignment_of(course)
    assignment_of(far)
    task = assignment.tasks.get(member__ident="ada")
    exercise = task.exercise
    answers = right_answers(exercise)
    first, second = (exercise.labels[id] for id in exercise.asked[:2])
    answers[first], answers[second] = ODD, str(-float(answers[second]))
    submission = keep(task, "k", json.dumps({"answers": answers}).encode()).submission
    Draft.objects.create(task=task, answers={exercise.asked[0]: ODD})
    result = grade(submission)
    assert result is not None
    (slipped,) = [one for one in result.report["steps"] if one["label"] == first]
    assert len(slipped["message"]) > 20
    return Room(
        task, submission, slipped["message"], made(download_of(assignment, "booklet.pdf")).pk
    )


# the addresses -----------------------------------------------------------------------------


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Every address as it is written in the code; Django's own pages have rules of their own."""
    for one in (resolver or get_resolver()).url_patterns:
        here = before + re.sub(r"^\^|\$$|\\Z$", "", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from routes(one, here)
        elif isinstance(one, URLPattern) and not here.startswith(("admin/", "lti/")):
            yield here


PART = r"<(?:\w+:)?(\w+)>"


def parts_of(route: str) -> set[str]:
    """Names of what stands in an address."""
    return set(re.findall(PART, route))


SHOWING = sorted(route for route in set(routes()) if parts_of(route) and parts_of(route) <= PARTS)


def paths(room: Room) -> Iterator[str]:
    """All addresses that speak of ada's work, its assignment or its course."""
    ids = {
        "assignment": room.task.assignment_id,
        "task": room.task.pk,
        "exercise": room.task.pk,
        "submission": room.submission.pk,
        "course": room.task.assignment.course_id,
        "member": str(room.task.member_id),
        "job": room.job,
    }
    for route in SHOWING:
        for what in DOWNLOADS if "what" in parts_of(route) else ("",):
            for form in ("csv", "json") if "form" in parts_of(route) else ("",):
                names = {**ids, "form": form, "what": what}
                yield "/" + re.sub(PART, lambda part, names=names: names[part[1]], route)
    yield from ("/", "/learn/", "/teach/", "/api/v1/assignments", "/api/v1/courses")


def told(room: Room, role: str, path: str) -> dict[str, set[str]]:
    """Method and address -> what the answer shows of ada's."""
    found = {}
    for method in ("GET", "POST"):
        answer, text = asked(room, role, path, method)
        if answer != 405:
            found[f"{method} {path}"] = room.shown_in(text)
    return found


def asked(room: Room, role: str, path: str, method: str) -> tuple[int, str]:
    """Status and text of an answer, which changes nothing."""
    cookies, token = room.visitor(role)
    with transaction.atomic():
        if path.startswith("/api/"):
            answer = Caller(token).ask(
                method, path.removeprefix("/api/v1"), None if method == "GET" else {}
            )
        else:
            client = Client(raise_request_exception=False)
            client.cookies.update(cookies)
            answer = client.generic(method, path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    assert answer.status_code < 500, (role, method, path)
    return answer.status_code, as_text(content)


def as_text(content: bytes) -> str:
    """What a person reads in an answer."""
    if content.startswith(b"%PDF"):
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        return " ".join(page.extract_text() for page in pages).replace("\u2212", "-")
    text = content.decode("utf-8", "replace")
    if text.lstrip().startswith(("{", "[")):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return html.unescape(text).replace("\u2212", "-")


def allowed(role: str, state: str, feedback: str) -> set[str]:
    """What somebody may see of ada's work now."""
    if role in STAFF:
        return {"numbers", "answers", "findings"}
    if role != "ada" or state not in BEGUN:
        return set()
    return {"numbers", "answers"} | ({"findings"} if feedback == "at once" else set())


CASES = [
    (state, feedback)
    for state in STATES
    for feedback in (FEEDBACK if state in BEGUN else ("at once",))  # which shows the most
]


@pytest.mark.parametrize(("state", "feedback"), CASES)
def test_nobody_sees_what_is_not_shown_now(room: Room, state: str, feedback: str) -> None:
    room.put(state, feedback)
    wrong: list[str] = []
    seen: dict[str, set[str]] = {}
    asking = [role for role in ROLES if role not in STAFF or state == "withdrawn"]
    for role in asking:  # staff see everything in any state: asked in the most doubtful one
        seen[role] = set[str]()
        for path in dict.fromkeys(paths(room)):
            for where, shown in told(room, role, path).items():
                seen[role] |= shown
                if too_much := shown - allowed(role, state, feedback):
                    wrong.append(f"{role}, {state}, feedback {feedback}: {where} shows {too_much}")
    assert not wrong, "\n".join(wrong)
    for role in asking:  # and what may be seen is seen somewhere
        assert seen[role] == allowed(role, state, feedback), role


def test_practice_begins_with_the_assignment(room: Room) -> None:
    client = Client()
    client.force_login(room.task.member.user)
    address = f"/learn/practice/{room.task.assignment_id}/?v=abcdefghijkl"
    for state in STATES:
        room.put(state, "at once")
        assert client.get(address).status_code == (200 if state in BEGUN else 404), state


def test_a_result_is_there_that_could_be_seen(room: Room) -> None:
    assert Result.objects.get().report["percent"] < 100
