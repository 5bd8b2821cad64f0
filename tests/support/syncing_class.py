"""A class on a platform: an assignment folder, its people there, and what they hand in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from fake_canvas import FakeCanvas, Sub
from fake_moodle import FakeMoodle, Row, User
from handed_in import assignment, exercise_of, right, with_id

from grader.assignments.folder import Folder
from grader.lms.canvas.api import Canvas
from grader.lms.connection import PATIENCE
from grader.lms.moodle.api import Moodle
from grader.lms.tokens import Token

PEOPLE = [
    (4, "s001", "Ada Example", "ada@example.org"),
    (5, "s002", "Ben Sample", "ben@example.org"),
    (6, "s003", "Zoë Łukasz O'Brien", "zoe@example.org"),
    (7, "s004", "Ann Lee", "ann1@example.org"),
    (8, "s005", "Ann Lee", "ann2@example.org"),
]
NOW = replace(PATIENCE, read=20.0, first=0.0, sleep=lambda seconds: None)
"""Tries again at once."""
BRISK = replace(NOW, read=0.3)
"""For servers that never answer."""
Fake = FakeMoodle | FakeCanvas


def answers(folder: Path, student: str, wrong: int = 0) -> dict[str, bytes]:
    """A student's answers.csv; some of the first answers are off."""
    exercise = exercise_of(folder, student)
    labels = list(right(exercise))[:wrong]
    return {"answers.csv": with_id(exercise, **dict.fromkeys(labels, "9.9"))}


def moodle_class() -> FakeMoodle:
    """The class of handed_in.ROSTER in a course, with a teacher; nothing is handed in."""
    found = FakeMoodle()
    for id, number, name, email in PEOPLE:
        found.users[id] = User(id, f"u{id}", name, number, email)
    found.users[3] = User(3, "boss", "Tea Cher", "", "tea@example.org", teacher=True)
    return found


def canvas_class() -> FakeCanvas:
    """The same class in a Canvas."""
    found = FakeCanvas()
    for id, number, name, email in PEOPLE:
        found.users[id] = User(id, f"u{id}", name, number, email)
        found.subs[id] = Sub()
    found.users[3] = User(3, "boss", "Tea Cher", "", "tea@example.org", teacher=True)
    return found


def class_on(kind: str) -> Fake:
    """On `moodle` or `canvas`."""
    return moodle_class() if kind == "moodle" else canvas_class()


def connected(fake: Fake, **more: Any) -> Moodle | Canvas:
    """A client that does not wait."""
    kind = Moodle if isinstance(fake, FakeMoodle) else Canvas
    return kind(fake.address(), Token(fake.token), patience=more.pop("patience", NOW), **more)


def made(place: Path) -> Folder:
    """An assignment folder."""
    return Folder(assignment(place))


def grade_of(fake: Fake, user: int) -> float | None:
    """What stands there."""
    if isinstance(fake, FakeCanvas):
        return fake.subs[user].score
    row = fake.work.rows.get(user)
    if row and row.attempt < len(fake.work.attempts.get(user, [])) - 1:
        return None  # of an attempt before the last
    return None if row is None or row.grade < 0 else row.grade


def enter(fake: Fake, user: int, grade: float | None) -> None:
    """A teacher enters a grade by hand, or removes it."""
    if isinstance(fake, FakeCanvas):
        fake.subs[user].score = grade
    else:
        fake.work.rows.setdefault(user, Row()).grade = -1.0 if grade is None else grade


def effect(fake: Fake) -> dict[int, tuple[float | None, list[str], list[str]]]:
    """User -> grade, comments, names of attached files: all that anybody sees."""
    if isinstance(fake, FakeCanvas):
        return {
            user: (
                sub.score,
                [one["comment"] for one in sub.comments],
                [file["filename"] for one in sub.comments for file in one["attachments"]],
            )
            for user, sub in fake.subs.items()
        }
    return {
        user: (grade_of(fake, user), [row.comment], sorted(row.files))
        for user, row in fake.work.rows.items()
    }
