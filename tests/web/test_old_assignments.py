"""An assignment of an earlier draw keeps its numbers in the service, whatever is drawn for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from service import course_of

from grader.assignments.folder import Order
from grader.web.assignments import complete, create, reissue
from grader.web.models import Member, Role
from grader.web.student.practice import variant_of
from grader.web.student.sheet import order_text

OLD = Path(__file__).parents[1] / "goldens" / "draw-1"


def golden(name: str) -> list[str]:
    return (OLD / name).read_text("utf-8").splitlines()


@pytest.mark.django_db
def test_latecomers_and_reissues_get_what_they_would_have_got() -> None:
    """Version 1 draws for whoever joins later, and anew; so does practice."""
    order = Order.from_json(json.loads((OLD / "mazur/assignment.json").read_text("utf-8")), "old")
    course = course_of("ada")
    assignment = create(course, order, "Homework 1", None, published=True)
    user = get_user_model().objects.create_user("zoë", "z@example.org", "password")
    Member.objects.create(course=course, user=user, role=Role.STUDENT, ident="zoë", name="Zoë")
    assignment.refresh_from_db()
    assert assignment.order["draw"] == 1
    assert complete(assignment) == 1
    tasks = {task.member.ident: task for task in assignment.tasks.all()}
    assert [tasks[ident].line for ident in ("ada", "zoë")] == golden("mazur/exercises.jsonl")
    assert [reissue(tasks["ada"], None).line] == golden("reissued.jsonl")
    assert '"subresults"' not in variant_of(order_text(assignment), "abc").line
    newer = create(course, replace(order, draw=2, name="new"), "Homework 2", None)
    assert '"subresults": true' in newer.tasks.first().line
