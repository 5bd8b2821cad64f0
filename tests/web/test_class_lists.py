"""Lists of a whole class: accounts, parts, links and exercises, written part by part."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from service import course_of, order

from grader.assignments.roster import Student
from grader.web import assignments, batched_writes, roster_import
from grader.web.accounts import new_user, new_users
from grader.web.models import Audit, Course, Member, Role
from grader.web.teacher import people

pytestmark = pytest.mark.django_db


def listed(count: int, first: int = 0) -> list[Student]:
    return [Student(f"s{n}", f"Name {n}", "", "") for n in range(first, first + count)]


def teacher() -> Any:
    return get_user_model().objects.get(username="Course-teacher")


def test_names_that_are_taken_get_numbers() -> None:
    new_users([("ada", ""), ("ada-2", "")])
    found = new_users([("ada", "A@EXAMPLE.org"), ("ben", ""), ("ada", ""), ("", ""), ("ben", "")])
    assert [one.username for one in found] == ["ada-3", "ben", "ada-4", "user", "ben-2"]
    assert found[0].email == "A@example.org"
    assert new_user("ben").username == "ben-3"


def test_new_accounts_let_nobody_in_by_a_password() -> None:
    (one,) = new_users([("ada", "")])
    one.refresh_from_db()
    assert not one.has_usable_password()
    assert not one.is_staff
    assert not one.is_superuser
    assert not one.check_password("")


def queries(count: int, name: str) -> int:
    """How many statements a class list and its links take."""
    course = course_of(name=name)
    user = get_user_model().objects.get(username=f"{name}-teacher")
    with CaptureQueriesContext(
        connection,
    ) as caught:
        roster_import.apply(course, listed(count), user)
        members = list(assignments.students_of(course).select_related("user"))
        people.may_link(user, members)
        people._fresh([one.user for one in members], once=False)
    assert len(members) == count
    return len(caught)


def test_statements_do_not_grow_with_the_class() -> None:
    assert queries(200, "Large") <= queries(4, "Small") + 5


def test_a_long_list_is_applied_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_import, "SLICE", 3)
    course = course_of("s0", "gone", name="Course")
    told: list[tuple[int, int]] = []
    change = roster_import.apply(
        course, listed(8), teacher(), lambda phase, done, of: told.append((done, of))
    )
    assert (len(change.new), len(change.changed), len(change.gone)) == (7, 1, 1)
    assert told == [(3, 9), (6, 9), (9, 9)]
    active = course.members.filter(role=Role.STUDENT, active=True)
    assert set(active.values_list("ident", flat=True)) == {f"s{n}" for n in range(8)}
    lines = Audit.objects.filter(action="roster.changed")
    assert sum(line.detail["new"] for line in lines) == 7
    assert not roster_import.change_of(course, listed(8)).is_any


def test_a_list_that_was_cut_off_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_import, "SLICE", 3)
    course = course_of(name="Course")

    class Cut(Exception):
        pass

    def cut(phase: str, done: int, of: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        roster_import.apply(course, listed(8), teacher(), cut)
    assert course.members.filter(role=Role.STUDENT).count() == 3
    roster_import.apply(course, listed(8), teacher())
    assert course.members.filter(role=Role.STUDENT).count() == 8


@pytest.mark.parametrize("exercises", [1, 3])
def test_exercises_of_a_large_class_are_stored_part_by_part(
    monkeypatch: pytest.MonkeyPatch, exercises: int
) -> None:
    course = course_of(*(f"s{n}" for n in range(7)), name="Course")
    whole = assignments.create(course, order(exercises=exercises), "One", None)
    want = list(whole.tasks.order_by("member", "number").values_list("line", flat=True))
    whole.tasks.all().delete()
    monkeypatch.setattr(assignments, "SLICE", 4)
    monkeypatch.setattr(batched_writes, "SLICE", 4)
    assert assignments.complete(whole) == 7
    got = list(whole.tasks.order_by("member", "number").values_list("line", flat=True))
    assert got == want


def test_links_are_for_those_who_are_nobody_elsewhere() -> None:
    course, far = course_of("ada", "ben", "cem", name="Course"), course_of(name="Far")
    members = list(course.members.select_related("user").order_by("pk"))
    known = {one.ident: one.user_id for one in members}
    Member.objects.create(
        course=far, user_id=known["ben"], role=Role.STUDENT, ident="ben", active=False
    )
    get_user_model().objects.filter(pk=known["cem"]).update(is_staff=True)
    found = people.may_link(teacher(), members)
    assert found == {known["ada"], known["Course-assistant"]}
    Member.objects.create(course=far, user=teacher(), role=Role.TEACHER, ident="x")
    assert known["ben"] in people.may_link(teacher(), members)
    assert Course.objects.count() == 2
