"""Grades on their way to learning platforms.

`queue` writes what is to be sent in the transaction that changes a score, so that a grade is
either stored and on its way or neither. A row holds the newest grade alone: whatever is still
on its way for the same student has an earlier time, and a platform takes no earlier one. The
postman sends; whenever it is not sure that something arrived it sends the same again, with the
same time, and "that is not later than what I have" is as good as "done".

Times rise by at least a second each, as platforms compare no finer. Where a score changes, its
time is that of the change. A grade that is queued because somebody arrives, or a link is placed,
bears the time when it was graded, however long ago that is: so a service that was restored from
a backup cannot put an earlier grade over a later one that the platform has got before.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from grader.web.lti.grades import Grade, grades
from grader.web.lti.models import Identity, Outgoing, Placement, Sending
from grader.web.models import Assignment, Course, Feedback, Member, Role
from grader.web.submission_store import one_writer

DUST = 1e-9
"""Differences of scores that are none."""
SECOND = timedelta(seconds=1)
PART = 200
"""Students whose grades are worked out at once."""

FIELDS = ("sub", "score", "most", "comment", "stamp", "version", "state", "tries", "due", "error")
"""What a newer grade takes over; all of a class at once is many times as fast as one by one."""

clock: Callable[[], datetime] = timezone.now
"""Tests put another one here."""
news = threading.Event()
"""Set when something is to be sent by this process."""


def queue(member: Member, assignment: Assignment, changed: bool = False) -> int:
    """Have a student's grade sent wherever the assignment has a column.

    Call it in the transaction of what happened. Nothing is queued where nothing is graded yet,
    nor where score and comment are those that were queued last.

    Args:
        member: the student.
        assignment: whose grade.
        changed: whether something was graded or valued anew just now; else somebody arrived,
            or a link was placed.

    Returns:
        How many grades are on their way now.
    """
    return _queued(assignment, changed, [member.pk])


def queue_class(assignment: Assignment, changed: bool = False) -> int:
    """The same for all students of an assignment."""
    return _queued(assignment, changed, None)


def _queued(assignment: Assignment, changed: bool, only: list[int] | None) -> int:
    placements = list(
        Placement.objects.filter(assignment_id=assignment.pk)
        .exclude(lineitem_url="")
        .select_related("context__platform")
        .order_by("pk")
    )
    if not placements:
        return 0
    with transaction.atomic(savepoint=False):
        fresh = Assignment.objects.filter(pk=assignment.pk).first()  # with the present policy
        if fresh is None:  # its exercises are still being made
            return 0
        known = _subs(placements, fresh, only)
        written = 0
        for part in _parts(sorted(known), PART):
            _hold(part)
            told = grades(fresh, part, clock())
            written += _write(placements, {m: known[m] for m in told}, told, changed)
        if written:
            transaction.on_commit(news.set)
    return written


def _parts(members: list[int], size: int) -> Iterable[list[int]]:
    return (members[start : start + size] for start in range(0, len(members), size))


def _hold(members: Collection[int]) -> None:
    """Of two results of one student the later one waits here, and then sees the other.

    Always in the same order, so that two that hold many do not wait for each other.
    """
    rows = Member.objects.select_for_update(no_key=True).filter(pk__in=members).order_by("pk")
    list(rows.values_list("pk"))


def _subs(
    placements: list[Placement], assignment: Assignment, only: list[int] | None
) -> dict[int, dict[str, list[str]]]:
    """Member -> issuer -> what the platform calls them; the latest last."""
    people = Member.objects.filter(course_id=assignment.course_id, role=Role.STUDENT, active=True)
    if only is not None:
        people = people.filter(pk__in=only)
    issuers = {placement.context.platform.issuer for placement in placements}
    # by the course rather than by their numbers, of which a query takes only so many
    rows = Identity.objects.filter(issuer__in=issuers, user__memberships__in=people)
    found: dict[int, dict[str, list[str]]] = {}
    members = dict(people.values_list("user_id", "pk"))
    for user, issuer, sub in rows.order_by("pk").values_list("user_id", "issuer", "sub"):
        found.setdefault(members[user], {}).setdefault(issuer, []).append(sub)
    return found


def _write(
    placements: list[Placement],
    known: dict[int, dict[str, list[str]]],
    told: dict[int, Grade],
    changed: bool,
) -> int:
    """Take over the rows that are there, and make those that are not."""
    rows = Outgoing.objects.filter(placement__in=placements, member_id__in=list(told))
    before = {(row.placement_id, row.member_id): row for row in rows}
    now = clock()
    written = []
    for placement in placements:
        for member, grade in told.items():
            subs = known[member].get(placement.context.platform.issuer)
            if not subs:
                continue
            row = before.get((placement.pk, member))
            when = (now if changed else min(grade.graded, now)).replace(microsecond=0)
            if row is None:
                row = Outgoing(placement=placement, member_id=member, sub=subs[-1], stamp=when)
                written.append(_filled(row, grade, now))
            elif _differs(row, grade, subs):
                row.sub = row.sub if row.sub in subs else subs[-1]
                row.stamp = max(when, row.stamp + SECOND)
                row.version += 1
                row.pk = None  # the row keeps its number: it is found by whose grade it is
                written.append(_filled(row, grade, now))
    Outgoing.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["placement", "member"], update_fields=FIELDS
    )
    return len(written)


def _differs(row: Outgoing, grade: Grade, subs: list[str]) -> bool:
    same = abs(row.score - grade.score) <= DUST and abs(row.most - grade.most) <= DUST
    return not same or row.comment != grade.comment or row.sub not in subs


def _filled(row: Outgoing, grade: Grade, now: datetime) -> Outgoing:
    row.score, row.most, row.comment = grade.score, grade.most, grade.comment
    row.state, row.tries, row.due, row.error = Sending.WAITING, 0, now, ""
    return row


def moved(placement: Placement) -> int:
    """Send all grades of a link again, as it has another column now; how many there are.

    With the times that they had: a column that has them already says so.
    """
    with transaction.atomic(savepoint=False):
        count = Outgoing.objects.filter(placement=placement).update(
            version=F("version") + 1, **_ANEW, due=clock()
        )
        transaction.on_commit(news.set)
    return count


_ANEW = {"state": Sending.WAITING, "tries": 0, "error": ""}


def reveal(now: datetime, done: set[tuple[str, datetime]]) -> int:
    """Queue comments that students may see since a due date has passed; how many.

    Args:
        now: the time.
        done: assignments that need no other look, by their due date; added to.
    """
    waiting = Assignment.objects.filter(
        feedback=Feedback.AFTER_DUE,
        due__lte=now,
        placements__outgoing__comment="",
        placements__outgoing__stamp__lt=F("due"),
    )
    written = 0
    for assignment in waiting.distinct():
        assert assignment.due is not None
        if (assignment.pk, assignment.due) not in done:
            with one_writer(), transaction.atomic():
                written += queue_class(assignment, changed=True)
            done.add((assignment.pk, assignment.due))
    return written


# for teachers ------------------------------------------------------------------------------


def refused(assignment: Assignment) -> list[Outgoing]:
    """Grades of an assignment that a platform will not take; `error` says why."""
    return _refused(_rows(assignment))


def refused_in(course: Course, most: int | None = None) -> list[Outgoing]:
    """The same for a whole course; at most so many of them."""
    return _refused(_rows_of(course), most)


def count_refused(course: Course) -> int:
    """How many grades of a course a platform will not take."""
    return _rows_of(course).filter(state=Sending.REFUSED).count()


def _refused(rows: QuerySet[Outgoing], most: int | None = None) -> list[Outgoing]:
    related = ("member", "placement__assignment", "placement__context__platform")
    found = rows.filter(state=Sending.REFUSED).select_related(*related).order_by("pk")
    return list(found[:most])


def _rows_of(course: Course) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(placement__assignment__course_id=course.pk)


def again(course: Course) -> int:
    """Try refused grades of a course once more, after something was mended; how many."""
    with transaction.atomic(savepoint=False):
        count = _rows_of(course).filter(state=Sending.REFUSED).update(**_ANEW, due=clock())
        transaction.on_commit(news.set)
    return count


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the grades of an assignment have come."""

    sent: int
    waiting: int
    refused: int
    trouble: str
    """Why one that waits could not be sent yet; '' where nothing has failed."""


def progress(assignment: Assignment) -> Progress:
    """How far the grades of an assignment have come."""
    rows = _rows(assignment)
    states = Counter(dict(rows.order_by().values_list("state").annotate(Count("pk"))))
    waiting = rows.filter(state=Sending.WAITING)
    trouble = waiting.exclude(error="").order_by("-tries").values_list("error", flat=True).first()
    return Progress(
        sent=states[Sending.SENT],
        waiting=states[Sending.WAITING],
        refused=states[Sending.REFUSED],
        trouble=trouble or "",
    )


def _rows(assignment: Assignment) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(placement__assignment_id=assignment.pk)
