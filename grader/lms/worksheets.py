"""Each student's worksheet, as it goes to a learning platform."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from grader.assignments.folder import Folder
from grader.lms.changes import Change, Plan
from grader.lms.outcome import CENT, Outcome
from grader.lms.platform import Assignment, CurrentGrade, Feedback, Person
from grader.lms.received import owner_of
from problems.reasons import because

if TYPE_CHECKING:
    from problems.computation.sections import Group
    from problems.exercise import Exercise

NAMES = ("worksheet.pdf", "answers.csv")
SAID = "Your worksheet and the file for your answers are attached."


def planned(
    plan: Plan,
    person: Person,
    owners: Mapping[str, Sequence[str]],
    standing: CurrentGrade,
    force: bool,
) -> Change:
    """Whether somebody gets a worksheet, or why not.

    Args:
        plan: with folder and memory.
        person: of the course.
        owners: student -> keys of those whose names fit.
        standing: the grade that stands there.
        force: whether it is handed out again.
    """
    known = plan.memory.of(person.key)
    owner = owner_of(person.names, plan.folder.people)
    change = Change(
        person.key, person.shown, "skip", None, None, standing.points, known=known,
        student=owner.student,
    )  # fmt: skip
    if not owner.student:
        return replace(change, reason=owner.doubt or because("nobody_of_class_list"))
    if len(owners[owner.student]) > 1:
        return replace(
            change, reason=because("several_people_fit", student=owner.student), action="fail"
        )
    digest = digest_of(plan.folder, owner.student)
    if not digest:
        return replace(change, reason=because("has_no_exercise", student=owner.student))
    if known.handed == digest and not force:
        return replace(change, action="keep", reason=because("handed_out_before"))
    if plan.platform.replaces_files and standing.points is not None:
        return replace(change, reason=because("files_replace_feedback"))
    return replace(
        change,
        action="hand out",
        reason=because("new"),
        files=NAMES,
        mark=f"bpgrade {digest[:10]}",
    )


def give(plan: Plan, one: Change) -> None:
    """Hand out what is planned, and remember it.

    Raises:
        PlatformError: it is not taken.
    """
    files = files_of(plan.folder, one.student)
    feedback = Feedback(None, f"<p>{SAID}</p>", SAID, files, 1, one.mark)
    plan.platform.give(one.key, feedback)
    plan.memory.note(one.key, student=one.student, handed=digest_of(plan.folder, one.student))


def files_of(folder: Folder, student: str) -> dict[str, bytes]:
    """What one student gets: the worksheet and the blank answers; nothing that solves it."""
    from grader.assignments.worksheets import blank_answers, renderers, worksheet
    from grader.results.feedback import student as row

    exercises = list(folder.exercises_of(student).values())
    page = worksheet(folder.order, row(folder, student), exercises)
    [(_, pdf)] = renderers(["pdf"], folder.order.paper)
    return dict(zip(NAMES, (pdf(page), blank_answers(exercises)), strict=True))


def digest_of(folder: Folder, student: str) -> str:
    """Changes when a student's exercises do; '' if there are none."""
    exercises = folder.exercises_of(student).values()
    what = repr([(one.id, sorted(one.givens.items())) for one in exercises])
    return hashlib.sha256(what.encode()).hexdigest()[:16] if exercises else ""


def sections_of(outcome: Outcome, assignment: Assignment) -> dict[str, tuple[Decimal, Decimal]]:
    """Heading of the worksheet -> points reached and possible, on the platform's scale."""
    if not assignment.rubric or not outcome.most:
        return {}
    scale = assignment.most / Decimal(repr(outcome.most))
    sums: dict[str, list[float]] = {}
    for one in outcome.graded:
        weights = {step.id: (step.credit * step.weight, step.weight) for step in one.report.steps}
        for part in one.folder.order.made_by.placed(one.exercise.graph):
            reached = sums.setdefault(part.title, [0.0, 0.0])
            for id in _questions(part.groups, one.exercise):
                got, most = weights.get(id, (0.0, 0.0))
                reached[0] += got
                reached[1] += most
    return {
        title: (_scaled(got, scale), _scaled(most, scale)) for title, (got, most) in sums.items()
    }


def _questions(groups: Sequence[Group], exercise: Exercise) -> list[str]:
    asked = set(exercise.questions)
    return [id for group in groups for id in group.questions if id in asked]


def _scaled(points: float, scale: Decimal) -> Decimal:
    return (Decimal(repr(round(points, 6))) * scale).quantize(CENT, ROUND_HALF_UP)
