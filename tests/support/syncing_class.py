"""A class on a platform: an assignment folder, its people there, and what they hand in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fake_moodle import FakeMoodle, User
from handed_in import assignment, exercise_of, right, with_id

from grader.folder import Folder
from grader.lms.connection import Patience
from grader.lms.moodle import Moodle
from grader.lms.tokens import Token

PEOPLE = [
    (4, "s001", "Ada Example", "ada@example.org"),
    (5, "s002", "Ben Sample", "ben@example.org"),
    (6, "s003", "Zoë Łukasz O'Brien", "zoe@example.org"),
    (7, "s004", "Ann Lee", "ann1@example.org"),
    (8, "s005", "Ann Lee", "ann2@example.org"),
]
NOW = Patience(read=0.4, first=0.0, sleep=lambda seconds: None)
"""Tries again at once."""


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


def connected(fake: FakeMoodle, **more: Any) -> Moodle:
    """A client that does not wait."""
    return Moodle(fake.address(), Token(fake.token), patience=NOW, **more)


def made(place: Path) -> Folder:
    """An assignment folder."""
    return Folder(assignment(place))
