"""The class list of a course: what an uploaded one would change, and the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.assignments.roster import Student, roster_in
from grader.assignments.worksheets import Progress, silent
from grader.errors import Problem, RosterError
from grader.web import revoking
from grader.web.accounts import new_users
from grader.web.assignments import complete, note
from grader.web.batched_writes import SLICE, slice_of_work
from grader.web.models import Course, Member, Role
from problems.errors import GateError
from problems.reasons import as_told

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
        return bool(self.size)

    @property
    def size(self) -> int:
        """How many people it changes something for."""
        return len(self.new) + len(self.back) + len(self.changed) + len(self.gone)

    def first(self, most: int) -> RollChange:
        """The part of it that changes something for so many people at most."""
        kinds = []
        for people in (self.new, self.back, self.changed, self.gone):
            kinds.append(people[:most])
            most -= len(kinds[-1])
        new, back, changed, gone = kinds
        return RollChange(new, back, changed, gone, self.same)  # type: ignore[arg-type]


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
            [Problem(FILE, None, "student", "identity", as_told(f"{id!r} {what}")) for id in taken]
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


def apply(
    course: Course, students: Sequence[Student], user: Any, progress: Progress = silent
) -> RollChange:
    """Make the class what the list says; a long one by and by.

    Each part is a transaction with its line in the log. Cut off in between it can be applied
    again and goes on where it was.

    Args:
        course: whose class.
        students: the list, checked by `read_roll`.
        user: who does it.
        progress: told of the phase `students`.
    """
    whole = change_of(course, students)
    done, size = 0, whole.size
    while True:
        with slice_of_work():
            Course.objects.select_for_update().get(pk=course.pk)
            left = change_of(course, students)
            part = left.first(SLICE)
            _apply(course, part, user)
        done += part.size
        progress("students", done, max(done, size))
        if part.size == left.size:
            return whole


def _apply(course: Course, change: RollChange, user: Any) -> None:
    people = new_users([(one.student, one.email) for one in change.new])
    made = [
        Member(
            course=course,
            user=person,
            role=Role.STUDENT,
            ident=one.student,
            name=one.name,
            email=one.email,
        )
        for person, one in zip(people, change.new, strict=True)
    ]
    Member.objects.bulk_create(made)
    for member, one in (*change.back, *change.changed):
        member.name, member.email, member.active = one.name, one.email, True
        member.save(update_fields=["name", "email", "active"])
    Member.objects.filter(pk__in=[member.pk for member in change.gone]).update(active=False)
    revoking.left({member.user_id for member in change.gone})
    if change.size:
        note(user, course, "roster.changed", course.name, **_counts(change))


def _counts(change: RollChange) -> dict[str, int]:
    counts = {"new": change.new, "back": change.back, "changed": change.changed}
    return {name: len(found) for name, found in (counts | {"gone": change.gone}).items()}


def complete_all(course: Course, progress: Progress = silent) -> tuple[int, list[str]]:
    """Exercises of every assignment for those who have none.

    Args:
        course: whose assignments.
        progress: told of the phase `exercises`.

    Returns:
        How many students got some, and the assignments whose exercises could not be drawn.
    """
    students, refused = 0, []
    for assignment in course.assignments.all():
        try:
            students = max(students, complete(assignment, progress=progress))
        except GateError:
            refused.append(assignment.title)
    return students, refused


# in words ------------------------------------------------------------------------------------


def worded(change: RollChange) -> str:
    """What was changed, for who did it."""
    counts = {
        "new": len(change.new) + len(change.back),
        "changed": len(change.changed),
        "gone": len(change.gone),
        "as before": change.same,
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"The class list is applied: {said}."


def refused_words(title: str) -> str:
    """That an assignment has nothing for newcomers."""
    return f"{title}: no exercises could be drawn for who is new."
