"""The class list as the platform has it: who is in the course, and who has left it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.web import revoking
from grader.web.assignments import note
from grader.web.batched_writes import slice_of_work, slices
from grader.web.lti import outbox
from grader.web.lti.enrollment import LONGEST, Told, account_of, enrolled
from grader.web.lti.launch import is_sub, text_of
from grader.web.lti.models import Context, Identity
from grader.web.lti.nrps import Person
from grader.web.lti.provisioning import role_of
from grader.web.models import Course, Member, Role

TOGETHER = 50
"""People entered in one transaction: several statements each."""


@dataclass(frozen=True)
class Rolled:
    """What a class list of a platform did to a course."""

    new: int
    back: int
    gone: int
    same: int
    without: int
    """People without any part in the course that we know."""


def roll(context: Context, people: Sequence[Person], user: Any) -> Rolled:
    """Make the students of a course those of the platform; a long list by and by.

    Cut off in between it can be fetched again and goes on where it was.

    Students who came from this platform and are no longer on its list become inactive; those of
    an uploaded class list are not touched.

    Args:
        context: the platform's course.
        people: as the names and roles service gives them.
        user: who asked for it.
    """
    course, issuer = context.course, context.platform.issuer
    before = {member.user_id: member for member in course.members.filter(role=Role.STUDENT)}
    roles = [(one, role_of(one.roles)) for one in people if one.active and is_sub(one.sub)]
    known = [(one, role) for one, role in roles if role is not None]
    listed: set[int] = set()
    for part in slices(known, TOGETHER):
        with slice_of_work():
            _hold(course)
            listed |= {_enrolled(context, one, role).user_id for one, role in part}
    with slice_of_work():
        _hold(course)
        gone = _leave(course, issuer, listed)
        found = _counted(before, course, listed, gone, len(people) - len(known))
        if found.new or found.back or found.gone:
            counts = {"new": found.new, "back": found.back, "gone": found.gone}
            note(user, course, "roster.fetched", context.title, **counts)
        for placement in context.placements.all():
            outbox.queue_class(placement.assignment)
    return found


def _hold(course: Course) -> None:
    """Not so strong that it waits for a launch that waits for us."""
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)


def _enrolled(context: Context, one: Person, role: Role) -> Member:
    def cut(name: str, text: str) -> str:
        return text_of({name: text}, name, LONGEST[name])

    sourced, name, email = (
        cut("ident", one.sourcedid),
        cut("name", one.name),
        cut("email", one.email),
    )
    told = Told(one.sub, role, sourced, name, email)
    return enrolled(context.course, account_of(context.platform.issuer, told), told)


def _leave(course: Course, issuer: str, listed: set[int]) -> int:
    """Students of this platform who are not on its list."""
    own = Identity.objects.filter(issuer=issuer).values("user")
    left = course.members.filter(role=Role.STUDENT, active=True, user__in=own)
    gone = set(left.exclude(user_id__in=listed).values_list("user_id", flat=True))
    left.filter(user_id__in=gone).update(active=False)
    revoking.left(gone)
    return len(gone)


def _counted(
    before: dict[int, Member], course: Course, listed: set[int], gone: int, without: int
) -> Rolled:
    now = course.members.filter(role=Role.STUDENT, active=True, user_id__in=listed)
    students = set(now.values_list("user_id", flat=True))
    back = sum(id in students and not member.active for id, member in before.items())
    new = len(students - before.keys())
    return Rolled(new, back, gone, len(students) - new - back, without)
