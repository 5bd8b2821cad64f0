"""Exercises: with solutions for staff, without for students."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from grader.web.api.access import caller_of, scoped
from grader.web.api.pages import Piece, page_of
from grader.web.api.shapes import ExercisePage, ExerciseShape
from grader.web.models import Task
from grader.web.rights import STAFF, assignment_for, task_for
from grader.web.visibility import sight_of
from problems.texts import parsed_json

SOLUTION = ("value", "tolerance")
"""Entries of a step that only staff see."""

router = Router(tags=["Exercises"])
SEE = scoped("read", "teach")


@router.get(
    "/assignments/{assignment}/exercises",
    response=ExercisePage,
    auth=SEE,
    exclude_unset=True,
    summary="Exercises of an assignment",
)
def exercises(request: HttpRequest, assignment: str, page: Query[Piece]) -> dict[str, Any]:
    """Staff with the scope teach: the class's, with solutions. Students: their own, without,
    and none before the assignment opens."""
    caller = caller_of(request)
    found, member = assignment_for(caller.user, assignment)
    tasks = found.tasks.filter(current=True).order_by("member_id", "number")
    if member.role in STAFF:
        caller.needs("teach")
        return page_of(tasks, page, lambda task: parsed_json(task.line))
    own = tasks.filter(member=member)
    if not sight_of(found, member.role, timezone.now()).numbers:
        own = own.none()
    return page_of(own, page, without_solution)


@router.get(
    "/exercises/{exercise}",
    response=ExerciseShape,
    auth=SEE,
    exclude_unset=True,
    summary="Show an exercise",
)
def exercise(request: HttpRequest, exercise: str) -> dict[str, Any]:
    """An exercise; its solution for staff with the scope teach alone."""
    caller = caller_of(request)
    task, member = task_for(caller.user, exercise)
    if member.role in STAFF:
        caller.needs("teach")
        found: dict[str, Any] = parsed_json(task.line)
        return found
    return without_solution(task)


def without_solution(task: Task) -> dict[str, Any]:
    """An exercise as its student may have it."""
    found: dict[str, Any] = parsed_json(task.line)
    found["steps"] = [
        {name: value for name, value in step.items() if name not in SOLUTION}
        for step in found["steps"]
    ]
    return found
