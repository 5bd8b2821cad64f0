"""A class in the database of a server that runs: made in a process of its own, as the server is.

Run as a script it reads what to make from its standard input and prints what was made.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import warm

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Made:
    """One assignment of a class."""

    course: str
    assignment: str
    links: dict[str, str]
    """Student, `teacher` or `assistant` -> the secret of a personal link."""
    tasks: dict[str, str]
    """Student -> id of the exercise."""
    answers: dict[str, dict[str, str]]
    """Student -> field -> what a student writes who makes no mistake."""
    labels: dict[str, str]
    """Field -> label."""


def peopled(data: Path, *students: str, family: str = "mazur", **settings: Any) -> Made:
    """A class with an assignment, in the database below a server's folder.

    Its people are others than those of earlier classes: the first class has ada-1.
    """
    wanted = {"students": students, "family": family, "settings": settings}
    words = (Path(__file__).resolve(), data)
    found = warm.run(words, os.environ, json.dumps(wanted), timeout=120)
    assert found.returncode == 0, found.stderr
    return Made(**json.loads(found.stdout.splitlines()[-1]))


def _make(data: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    from grader.web.start import configure

    configure(data)
    from service import assignment_of, course_of, right_answers

    from grader.web.accounts import new_link
    from grader.web.models import Course, Member
    from grader.web.student.sheet import form_of

    number = Course.objects.count() + 1
    own = {f"{student}-{number}": student for student in wanted["students"]}
    course = course_of(*own, name=f"Neural networks {number}")
    assignment = assignment_of(course, wanted["family"], **wanted["settings"])
    tasks = {own[task.member.ident]: task for task in assignment.tasks.all()}
    answers, labels = {}, {}
    for student, task in tasks.items():
        fields = form_of(task).fields.values()
        right = right_answers(task.exercise)
        answers[student] = {field.name: right.get(field.label, "") for field in fields}
        labels = {field.name: field.label for field in fields}
    members = Member.objects.filter(course=course)
    return {
        "course": course.pk,
        "assignment": assignment.pk,
        "links": {own.get(m.ident, m.role): new_link(m.user) for m in members},
        "tasks": {student: task.pk for student, task in tasks.items()},
        "answers": answers,
        "labels": labels,
    }


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    print(json.dumps(_make(Path(sys.argv[1]), json.load(sys.stdin))))
