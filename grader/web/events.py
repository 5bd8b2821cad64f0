"""What happens in the service and others may want to know of.

Whoever is told is told within the transaction of what happened: what they write is stored with it
or not at all, and what they raise undoes it.
"""

from __future__ import annotations

from django.dispatch import Signal

from grader.web.models import Assignment, Member

grades_changed = Signal()
"""Sent with `assignment` and `member`; `member` is None where it concerns the whole class."""


def grade_changed(member: Member, assignment: Assignment) -> None:
    """Something of one student was graded, or counts no more."""
    grades_changed.send(Assignment, assignment=assignment, member=member)


def class_changed(assignment: Assignment) -> None:
    """All grades of an assignment may be others now, or be shown otherwise."""
    grades_changed.send(Assignment, assignment=assignment, member=None)
