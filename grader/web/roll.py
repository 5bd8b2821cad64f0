"""The class list of a course: what an uploaded one would change, and the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from grader.errors import Problem, RosterError
from grader.roster import Student, roster_in
from grader.web import revoking
from grader.web.accounts import new_user
from grader.web.assignments import complete, note
from grader.web.models import Course, Member, Role
from problems.errors import GateError

LONGEST = {"name": 200, "email": 254}
"""Characters that the database keeps."""
FILE = "class list"


@dataclass(frozen=True)
class RollChange:
    """What a class list does to a course."""

    new: tuple[Student, ...]
    back: tuple[tuple[Member, Student], ...]
    """Had left and are here again."""
    changed: tuple[tuple[Member, Student], ...]
    """Another name or e-mail address."""
    gone: tuple[Member, ...]
    """Become inactive; what they handed in stays."""
    same: int

    @property
    def is_any(self) -> bool:
        """Whether it changes anything."""
        return bool(self.new or self.back or self.changed or self.gone)


def read_roll(course: Course, data: bytes) -> list[Student]:
    """A class list for a course.

    Raises:
        RosterError: every row that cannot be used.
    """
    students = roster_in(data, FILE, LONGEST)
    staff = set(course.members.exclude(role=Role.STUDENT).values_list("ident", flat=True))
    taken = [one.student for one in students if one.student in staff]
    if taken:
        what = "is the id of a teacher or assistant of this course"
        raise RosterError(
            [Problem(FILE, None, "student", "identity", f"{id!r} {what}") for id in taken]
        )
    return students


def change_of(course: Course, students: Sequence[Student]) -> RollChange:
    """What a class list would change."""
    known = {member.ident: member for member in course.members.filter(role=Role.STUDENT)}
    listed = {one.student for one in students}
    pairs = [(known[one.student], one) for one in students if one.student in known]
    changed = tuple((m, s) for m, s in pairs if m.active and _differs(m, s))
    return RollChange(
        tuple(one for one in students if one.student not in known),
        tuple((m, s) for m, s in pairs if not m.active),
        changed,
        tuple(m for m in known.values() if m.active and m.ident not in listed),
        sum(m.active for m, _ in pairs) - len(changed),
    )


def _differs(member: Member, student: Student) -> bool:
    return (member.name, member.email) != (student.name, student.email)


def apply(course: Course, students: Sequence[Student], user: Any) -> RollChange:
    """Make the class what the list says, in one transaction; then draw what is missing.

    Args:
        course: whose class.
        students: the list, checked by `read_roll`.
        user: who does it.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        change = change_of(course, students)
        for one in change.new:
            person = new_user(one.student, one.email)
            Member.objects.create(
                course=course,
                user=person,
                role=Role.STUDENT,
                ident=one.student,
                name=one.name,
                email=one.email,
            )
        for member, one in (*change.back, *change.changed):
            member.name, member.email, member.active = one.name, one.email, True
            member.save(update_fields=["name", "email", "active"])
        Member.objects.filter(pk__in=[member.pk for member in change.gone]).update(active=False)
        revoking.left({member.user_id for member in change.gone})
        if change.is_any:
            note(user, course, "roster.changed", course.name, **_counts(change))
    return change


def _counts(change: RollChange) -> dict[str, int]:
    counts = {"new": change.new, "back": change.back, "changed": change.changed}
    return {name: len(found) for name, found in (counts | {"gone": change.gone}).items()}


def complete_all(course: Course) -> tuple[int, list[str]]:
    """Exercises of every assignment for those who have none.

    Returns:
        How many students got some, and the assignments whose exercises could not be drawn.
    """
    students, refused = 0, []
    for assignment in course.assignments.all():
        try:
            students = max(students, complete(assignment))
        except GateError:
            refused.append(assignment.title)
    return students, refused
