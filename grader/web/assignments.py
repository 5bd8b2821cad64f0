"""Assignments in the database: drawn, completed for late-comers, reissued, written as a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from grader import __version__
from grader.assignments.folder import EXERCISES, META, ROSTER, Order
from grader.assignments.issue import exercise_ids, roster_csv
from grader.assignments.roster import Student, with_folders
from grader.assignments.worksheets import Progress, silent
from grader.web.batched_writes import SLICE, slice_of_work, slices
from grader.web.events import grade_changed
from grader.web.models import Assignment, Audit, Course, Member, Role, Task
from grader.web.submission_store import one_writer
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import draw, with_more_digits
from problems.exercise import Exercise, as_json, dumps, issued


def note(user: Any, course: Course | None, action: str, about: str = "", **detail: Any) -> None:
    """Add a line to the audit log; call it in the transaction of what it tells."""
    known = user if getattr(user, "pk", None) else None
    Audit.objects.create(
        course=course, user=known, action=action, about=about[:200], detail=detail
    )


def create(
    course: Course,
    order: Order,
    title: str,
    user: Any,
    progress: Progress = silent,
    published: bool = False,
    **settings: Any,
) -> Assignment:
    """Draw everybody's exercise and store the assignment; for a class that is small.

    Cut off in between, it is cleared away: see `housekeeping`.

    Args:
        course: whose students get one.
        order: family, secret and choices.
        title: as students see it.
        user: who does it, for the audit log.
        progress: told of the phase `exercises`.
        published: whether students see it as soon as it is there.
        settings: further fields of `Assignment`.

    Raises:
        GateError: no draw can be graded.
    """
    order, exercises = drawn(order, list(students_of(course)))
    assignment = begun(course, order, title, **settings)
    _store(assignment, exercises, progress, _nothing)
    _finish(assignment, published, user, _nothing)
    return assignment


def _nothing() -> None:
    """Where nobody else may take the work over."""


def begun(course: Course, order: Order, title: str, **settings: Any) -> Assignment:
    """Store an assignment whose exercises are still to come: until then nobody finds it.

    Args:
        course: whose students get one.
        order: family, secret and choices.
        title: as students see it.
        settings: further fields of `Assignment`, but for `published`.

    Raises:
        SpecError: the choices do not fit.
    """
    written = order.as_json(__version__)
    return Assignment.every.create(
        course=course, title=title, order=written, making=True, **settings
    )


def fill(
    assignment: Assignment,
    user: Any,
    published: bool = False,
    progress: Progress = silent,
    held: Callable[[], None] = _nothing,
    ended: Callable[[], None] = _nothing,
) -> None:
    """Draw and store the exercises of one that is begun, by and by; then it is there.

    Args:
        assignment: which; exercises that an earlier try has stored are replaced.
        user: who does it, for the audit log.
        published: whether students see it as soon as it is there.
        progress: told of the phase `exercises`.
        held: called in every transaction; raises where somebody else does the work now.
        ended: called in the last one.

    Raises:
        GateError: no draw can be graded.
    """
    _clear(assignment, held)
    order, exercises = drawn(assignment.made, list(students_of(assignment.course)))
    assignment.order = order.as_json(__version__)
    _store(assignment, exercises, progress, held)
    _finish(assignment, published, user, ended)


def _store(
    assignment: Assignment,
    exercises: Sequence[tuple[Member, Exercise]],
    progress: Progress,
    held: Callable[[], None],
) -> None:
    done = 0
    for part in slices(exercises):
        tasks = _tasks(assignment, part)
        with slice_of_work():
            held()
            Task.objects.bulk_create(tasks)
        done += len(part)
        progress("exercises", done, len(exercises))


def _finish(assignment: Assignment, published: bool, user: Any, ended: Callable[[], None]) -> None:
    course, title = assignment.course, assignment.title
    with one_writer(), transaction.atomic():
        assignment.making, assignment.published = False, published
        assignment.save(update_fields=["making", "published", "order"])
        note(user, course, "assignment.created", title, family=assignment.order["family"])
        ended()


def _clear(assignment: Assignment, held: Callable[[], None] = _nothing) -> None:
    tasks = list(Task.objects.filter(assignment=assignment).values_list("pk", flat=True))
    for part in slices(tasks):
        with slice_of_work():
            held()
            Task.objects.filter(pk__in=part).delete()


def discard(assignment: Assignment) -> None:
    """Remove an assignment that was never finished."""
    _clear(assignment)
    with slice_of_work():
        Assignment.every.filter(pk=assignment.pk, making=True).delete()


def students_of(course: Course) -> QuerySet[Member]:
    """Those who get exercises, in the order of the class list."""
    return course.members.filter(role=Role.STUDENT, active=True).order_by("pk")


def drawn(order: Order, members: Sequence[Member]) -> tuple[Order, list[tuple[Member, Exercise]]]:
    """Exercises for members; with one digit more if only that passes the gate.

    Raises:
        GateError: no draw can be graded, and the family allows no further digit.
    """
    design, found = with_more_digits(order.design(), lambda one: _drawn(order, one, members))
    decimals = design.precision.decimals if design.added else order.decimals
    return replace(order, decimals=decimals), found


def _drawn(
    order: Order, design: Design, members: Sequence[Member]
) -> list[tuple[Member, Exercise]]:
    slots = [(member, n) for member in members for n in range(1, order.exercises + 1)]
    keys = [
        key(order.secret, order.name, member.ident, n, version=order.draw) for member, n in slots
    ]
    names = exercise_ids(order.family, keys, known=_taken(order.family))
    return [
        (member, issued(design, one, name, member.ident, n))
        for one, name, (member, n) in zip(draw(design, keys), names, slots, strict=True)
    ]


def _taken(family: str) -> set[str]:
    """Ids of this family that exist already: one database holds many assignments."""
    return set(Task.objects.filter(pk__startswith=f"{family}-").values_list("pk", flat=True))


def _tasks(
    assignment: Assignment, exercises: Iterable[tuple[Member, Exercise]], reissue: int = 0
) -> list[Task]:
    """Rows to store."""
    return [
        Task(
            id=exercise.id,
            assignment=assignment,
            member=member,
            number=exercise.number,
            reissue=reissue,
            line=dumps(as_json(exercise)),
        )
        for member, exercise in exercises
    ]


def complete(
    assignment: Assignment, members: Iterable[Member] | None = None, progress: Progress = silent
) -> int:
    """Draw exercises for students who joined later; how many students there were.

    Several may do so at the same moment, for the same students: one of them stores.

    Args:
        assignment: whose exercises.
        members: for whom; None for the whole class.
        progress: told of the phase `exercises`.

    Raises:
        GateError: no draw can be graded.
    """
    missing = _without(assignment, students_of(assignment.course) if members is None else members)
    if not missing:
        return 0
    _, exercises = drawn(assignment.made, missing)
    count = done = 0
    for part in slices(exercises, SLICE - SLICE % assignment.made.exercises):
        tasks = _tasks(assignment, part)
        with slice_of_work():
            Assignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
            still = {one.pk for one in _without(assignment, [member for member, _ in part])}
            Task.objects.bulk_create(one for one in tasks if one.member_id in still)
        count, done = count + len(still), done + len(part)
        progress("exercises", done, len(exercises))
    return count


def _without(assignment: Assignment, members: Iterable[Member]) -> list[Member]:
    """Those who have no exercise."""
    have = set(assignment.tasks.values_list("member_id", flat=True))
    return [member for member in members if member.pk not in have]


def reissue(task: Task, user: Any) -> Task:
    """Draw one student's exercise anew; the old one stays with what was handed in for it."""
    order, member = task.assignment.made, task.member
    design = order.design()
    with transaction.atomic():
        old = Task.objects.select_for_update().get(pk=task.pk)
        last = max(
            Task.objects.filter(
                assignment=old.assignment, member=member, number=old.number
            ).values_list("reissue", flat=True)
        )
        bits = key(order.secret, order.name, member.ident, old.number, last + 1, order.draw)
        (found,) = draw(design, [bits])
        (name,) = exercise_ids(order.family, [bits], known=_taken(order.family))
        exercise = replace(issued(design, found, name, member.ident, old.number), reissue=last + 1)
        Task.objects.filter(assignment=old.assignment, member=member, number=old.number).update(
            current=False
        )
        Task.objects.bulk_create(_tasks(old.assignment, [(member, exercise)], last + 1))
        about = f"{old.assignment.title}: {member.ident}"
        note(user, old.assignment.course, "exercise.reissued", about, number=old.number)
        grade_changed(member, old.assignment)  # what was handed in for the old one counts no more
    return Task.objects.get(pk=name)


# as a folder -------------------------------------------------------------------------------


def class_list(course: Course) -> list[Student]:
    """The students with safe names for their files."""
    return with_folders((m.ident, m.name, m.email) for m in students_of(course))


def write_folder(assignment: Assignment, folder: Path) -> None:
    """Write what `bpgrade generate` writes for the teacher: order, exercises, class list.

    Worksheets, keys, booklets, bulk grading and reports are then made by the same code as on
    the command line.
    """
    order = json.dumps(dict(assignment.order), ensure_ascii=False, indent=1)
    (folder / META).write_text(order + "\n", "utf-8")
    tasks = assignment.tasks.filter(current=True).order_by("member_id", "number")
    with (folder / EXERCISES).open("w", encoding="utf-8") as stream:
        for line in tasks.values_list("line", flat=True).iterator():
            stream.write(line + "\n")
    (folder / ROSTER).write_bytes(roster_csv(class_list(assignment.course)))
