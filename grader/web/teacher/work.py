"""One student's work on an assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grader.assignments.roster import Student, safe_name
from grader.assignments.worksheets import sheet
from grader.errors import Problem
from grader.read.answer import read_answer
from grader.results.crosscheck import fitting, needs_comparing, told
from grader.web import assignments, grading
from grader.web.assignments import note
from grader.web.models import Assignment, Draft, Member, Result, Role, State, Submission, Task
from grader.web.rights import (
    assignment_staff_only,
    assignment_teachers_only,
    person_of,
    submission_for_staff,
)
from grader.web.teacher.listing import Listing, listed
from grader.web.teacher.pages import shown
from grader.web.teacher.parts import lowered, worded
from problems.errors import GateError
from templates.feedback.page import feedback
from templates.feedback.report import Report
from templates.feedback.show import Show
from templates.pages.page import Block, Heading, Note, text
from templates.sheets import sheets
from templates.words.sentences import sentence

EVERYTHING = Show(expected=True, tolerance=True)
"""Staff see all that was found."""


@dataclass(frozen=True)
class TaskView:
    """An exercise with what was handed in for it."""

    task: Task
    worksheet: tuple[Block, ...]
    submissions: Listing[Submission]
    """The newest first."""
    draft: Draft | None


@assignment_staff_only
@require_GET
def student(request: HttpRequest, assignment: Assignment, member: int) -> HttpResponse:
    """Exercises, attempts, and the feedback on one of them with everything shown."""
    person = person_of(assignment.course, member, Role.STUDENT)
    tasks = assignment.tasks.filter(member=person).order_by("-current", "number", "-reissue")
    views = [
        _view(request, assignment, person, task, n)
        for n, task in enumerate(tasks.select_related("draft"), 1)
    ]
    chosen = _chosen(assignment, person, request.GET.get("attempt", ""))
    context: dict[str, Any] = {
        "assignment": assignment,
        "person": person,
        "views": views,
        "chosen": chosen,
        "blocks": _feedback(assignment, person, chosen) if chosen else (),
        "other": _other_exercise(assignment, chosen) if chosen else "",
        "problems": grading.why_left(chosen) if chosen else [],
    }
    return shown(request, "student", assignment.course, **context)


def _view(
    request: HttpRequest, assignment: Assignment, person: Member, task: Task, n: int
) -> TaskView:
    left_out = ("data", "result__report", "result__policy")
    found = task.submissions.defer(*left_out).select_related("result").order_by("-attempt")
    attempt = request.GET.get("attempt", "")
    submissions: Listing[Submission] = listed(
        request, found, f"task-{n}", name=f"page{n}", attempt=attempt
    )
    named = Student(person.ident, person.name, person.email, "")
    page = sheets.worksheet([sheet(assignment.made, named, task.exercise)])
    draft = task.draft if hasattr(task, "draft") else None
    return TaskView(task, worded(lowered(page.blocks, 2)), submissions, draft)


def _chosen(assignment: Assignment, person: Member, wanted: str) -> Submission | None:
    """The attempt that is asked for, else the newest that is graded."""
    every = Submission.objects.filter(task__assignment=assignment, task__member=person)
    found = every.defer("data").select_related("result", "task")
    graded = found.filter(state=State.GRADED).order_by("-received", "-attempt")
    return (found.filter(pk=wanted).first() if wanted else None) or graded.first()


def result_of(submission: Submission) -> Result | None:
    """What was found, if it was graded."""
    return getattr(submission, "result", None)


def _feedback(assignment: Assignment, person: Member, chosen: Submission) -> Sequence[Block]:
    result = result_of(chosen)
    if result is None:
        return ()
    family, exercise = assignment.made.made_by, chosen.task.exercise
    sections = family.placed(exercise.graph)
    report = Report.from_json(result.report, Problem.from_json)
    page = feedback(report, exercise, EVERYTHING, family.title, person.shown, sections)
    blocks = [b for b in page.blocks if not (isinstance(b, Heading) and b.level == 1)]
    notes = [Note(text(f"For the teacher: {note.message}")) for note in report.teacher]
    return worded(lowered([*notes, *blocks], 1))


def _other_exercise(assignment: Assignment, chosen: Submission) -> str:
    """What staff alone are told where an attempt has the numbers of another exercise, else ''."""
    result = result_of(chosen)
    steps = result.report["steps"] if result else ()
    if not needs_comparing(step["verdict"] for step in steps):
        return ""
    from grader.assignments.line_shapes import keys_in

    exercise = chosen.task.exercise
    answers = {s["id"]: read_answer(exercise, s["id"], s["answer"]) for s in steps}
    lines = assignment.tasks.values_list("line", flat=True).iterator()
    fit = fitting(exercise, answers, keys_in(line.encode() for line in lines))
    return sentence(told(exercise.id, exercise.student, fit)) if fit else ""


# what can be done --------------------------------------------------------------------------


@login_required
@require_GET
def raw(request: HttpRequest, submission: str) -> HttpResponse:
    """What was handed in, byte by byte, as a download."""
    found = submission_for_staff(request.user, submission)
    response = HttpResponse(bytes(found.data), content_type="application/octet-stream")
    name = safe_name(found.name) if found.name else "answers.json"
    ident = safe_name(found.task.member.ident)
    response["Content-Disposition"] = f'attachment; filename="{ident}-{found.attempt}-{name}"'
    return response


@login_required
@require_POST
def grade(request: HttpRequest, submission: str) -> HttpResponse:
    """Try again what could not be checked."""
    found = submission_for_staff(request.user, submission)
    task = found.task
    if found.state == State.GRADED:
        messages.info(request, "It is graded already.")
    else:
        _tried_again(request.user, found)
        found.refresh_from_db()
        if found.state == State.GRADED:
            messages.success(request, "It is graded now.")
        else:
            messages.error(request, "It could not be checked this time either.")
    return redirect("teach-student", task.assignment_id, task.member_id)


def _tried_again(user: Any, found: Submission) -> None:
    with transaction.atomic():
        Submission.objects.filter(pk=found.pk).exclude(state=State.GRADED).update(
            state=State.STORED, tries=0
        )
        about = f"{found.task.assignment.title}: {found.task.member.ident}"
        note(user, found.task.assignment.course, "submission.graded-again", about, id=found.pk)
    while grading.grade(found) is None:
        found.refresh_from_db(fields=["state"])
        if found.state != State.STORED:
            return


@assignment_teachers_only
@require_http_methods(["GET", "POST"])
def reissue(request: HttpRequest, assignment: Assignment, task: str) -> HttpResponse:
    """Another exercise instead of this one, after a question."""
    found = assignment.tasks.select_related("member").filter(pk=task, current=True).first()
    if found is None:
        raise Http404("no such page")
    if request.method == "GET":
        return shown(
            request,
            "reissue",
            assignment.course,
            assignment=assignment,
            task=found,
            person=found.member,
            count=found.submissions.count(),
        )
    try:
        new = assignments.reissue(found, request.user)
    except GateError as error:
        messages.error(request, f"No other exercise can be drawn: {error}")
    else:
        messages.success(request, f"{found.member.called} has the exercise {new.pk} instead.")
        if found.member.outgoing.filter(placement__assignment=assignment).exists():
            messages.info(
                request,
                "The learning platform keeps the points that it has until new work is graded.",
            )
    return redirect("teach-student", assignment.pk, found.member_id)
