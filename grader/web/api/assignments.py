"""Assignments: listed, made, changed; their reports and grades."""

from __future__ import annotations

import secrets
import tomllib
from itertools import groupby, pairwise
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Status

from grader.assignments.folder import Order
from grader.assignments.roster import safe_name
from grader.errors import ApiError, PolicyError
from grader.marking.policy_file import names, read_policy
from grader.web import assignments as drawing
from grader.web.api import waiting
from grader.web.api.access import caller_of, limit_heavy, scoped
from grader.web.api.pages import Piece, page_of
from grader.web.api.refusals import of_spec
from grader.web.api.shapes import (
    AssignmentPage,
    AssignmentShape,
    Changes,
    GradePage,
    NewAssignment,
    ReportPage,
)
from grader.web.api.submissions import receipt
from grader.web.events import class_changed
from grader.web.jobs import kinds, starting
from grader.web.jobs.models import Job
from grader.web.models import Assignment, Member, Result, Role, Submission
from grader.web.rights import (
    STAFF,
    BeingMadeError,
    assignment_for,
    assignment_for_staff,
    assignments_of,
    being_made,
    member_of,
)
from problems.drawing import family as families
from problems.drawing.layered_family import parse_layers
from problems.errors import SpecError
from templates.feedback.report import upgraded

MOST_WEIGHTS = 600
"""Of a network that is drawn in a request."""

router = Router(tags=["Assignments"])
SEE = scoped("read", "teach")
TEACH = scoped("teach")


@router.get(
    "/assignments",
    response=AssignmentPage,
    auth=SEE,
    exclude_unset=True,
    summary="List your assignments",
)
def assignments(request: HttpRequest, page: Query[Piece], course: str = "") -> dict[str, Any]:
    """Those of your courses; students see the published ones. `course` is the id of one."""
    user = caller_of(request).user
    roles = dict(Member.objects.filter(user=user, active=True).values_list("course_id", "role"))
    found = assignments_of(user)
    if course:
        found = found.filter(course_id=course.replace("\0", ""))
    return page_of(found, page, lambda one: _shown(one, roles[one.course_id]))


@router.get(
    "/assignments/{assignment}",
    response=AssignmentShape,
    auth=SEE,
    exclude_unset=True,
    summary="Show an assignment",
)
def assignment(request: HttpRequest, assignment: str) -> dict[str, Any]:
    """An assignment of one of your courses; its teachers see it also while it is being made."""
    try:
        found, member = assignment_for(caller_of(request).user, assignment)
    except BeingMadeError as half:
        return half_shown(half.job)
    return _shown(found, member.role)


def _shown(found: Assignment, role: str) -> dict[str, Any]:
    about = {
        "id": found.pk,
        "title": found.title,
        "course": {"id": found.course_id, "name": found.course.name},
        "role": role,
        "family": found.order["family"],
        "opens": found.opens,
        "due": found.due,
        "closes": found.closes,
        "feedback": found.feedback,
        "practice": found.practice,
        "open": found.open_at(timezone.now()),
    }
    if role in STAFF:
        about |= {"published": found.published, "policy": found.policy, "state": "ready"}
    return about


def half_shown(job: Job) -> dict[str, Any]:
    """An assignment that a job is making, for its teachers."""
    assert job.assignment
    about = _shown(job.assignment, Role.TEACHER)
    address = reverse("api-job", args=[job.pk])
    about["published"] = bool(job.arguments.get("published"))  # once it is there
    return about | {"state": "being made", "job": address}


# made and changed --------------------------------------------------------------------------


@router.post(
    "/assignments",
    response={201: AssignmentShape, 202: AssignmentShape},
    auth=TEACH,
    exclude_unset=True,
    summary="Make an assignment",
)
def new_assignment(
    request: HttpRequest,
    response: HttpResponse,
    wanted: NewAssignment,
    patience: Query[waiting.Patience],
) -> Status[Any]:
    """Draw an exercise for every student of a course that you teach.

    201: it is there. 202: for a large class its exercises are still being made; `state` says
    so, and `job` is where to ask how far it is.
    """
    caller = caller_of(request)
    limit_heavy(request)
    member = member_of(caller.user, wanted.course, Role.TEACHER)
    refuse_policy(wanted.policy)
    settings = {name: getattr(wanted, name) for name in SETTINGS}
    refuse_dates(settings)
    try:
        _refuse_large(wanted)
        order = _order(wanted)
        if starting.large(member.course, order.exercises):
            seeded = wanted.seed is not None
            asked = kinds.planned(member.course, order, wanted.title, settings, seeded=seeded)
            job = waiting.asked(caller.user, asked, patience.wait)
        else:
            made = drawing.create(member.course, order, wanted.title, caller.user, **settings)
            return Status(201, _shown(made, member.role))
    except SpecError as error:
        raise of_spec(error, "family", "family") from None
    half = being_made(job.assignment_id or "")
    if half is not None:
        about = half_shown(half.job)
        response["Location"], response["Retry-After"] = about["job"], "5"
        return Status(202, about)
    found, member = assignment_for(caller.user, job.assignment_id or "")
    return Status(201, _shown(found, member.role))


SETTINGS = ("published", "opens", "due", "closes", "feedback", "practice", "policy")


def _order(wanted: NewAssignment) -> Order:
    """Family, secret and choices.

    Raises:
        SpecError: they do not fit.
    """
    if (wanted.family is None) == (wanted.definition is None):
        raise ApiError(422, "invalid", "Give either family or definition.")
    if wanted.decimals is not None and wanted.significant is not None:
        raise ApiError(422, "invalid", "Give either decimals or significant.")
    if wanted.definition is None:
        family = wanted.family or ""
        definition = families.source_of(family)
    else:
        family, definition = "own", wanted.definition
    return Order(
        safe_name(wanted.title),
        family,
        definition,
        wanted.seed if wanted.seed is not None else secrets.token_hex(16),
        wanted.layers,
        wanted.decimals,
        wanted.significant,
        wanted.difficulty,
        wanted.exercises,
        paper=wanted.paper,
    )


def _refuse_large(wanted: NewAssignment) -> None:
    """Before any work is done for it.

    Raises:
        SpecError: the layers are none.
    """
    for layers in (wanted.layers, _layers_in(wanted.definition or "")):
        widths = parse_layers(layers) if layers else ()
        if sum(a * b for a, b in pairwise(widths)) > MOST_WEIGHTS:
            what = f"A network has at most {MOST_WEIGHTS} weights here; use the command line."
            raise ApiError(422, "too_large", what)


def _layers_in(definition: str) -> str:
    """What a family file says of its layers; what is wrong with it is said when it is read."""
    try:
        network = tomllib.loads(definition).get("network", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return ""
    layers = network.get("layers", "") if isinstance(network, dict) else ""
    return layers if isinstance(layers, str) else ""


def refuse_policy(text: str) -> None:
    """Refuse what is neither a policy's name nor a policy's text."""
    if text in names():
        return
    if "=" not in text and "[" not in text:
        raise ApiError(422, "policy", f"There are {', '.join(names())}; or send a policy's TOML.")
    try:
        read_policy(text, "own", "policy")
    except PolicyError as error:
        raise of_spec(error, "policy", "policy") from None


def refuse_dates(settings: dict[str, Any]) -> None:
    """Refuse dates in another order than opens, due, closes."""
    given = [(name, settings[name]) for name in ("opens", "due", "closes") if settings[name]]
    for (first, one), (second, other) in pairwise(given):
        if one > other:
            raise ApiError(422, "invalid", f"{first} comes after {second}.")


@router.patch(
    "/assignments/{assignment}",
    response=AssignmentShape,
    auth=TEACH,
    exclude_unset=True,
    summary="Change an assignment",
)
def change(request: HttpRequest, assignment: str, wanted: Changes) -> dict[str, Any]:
    """Change title, dates, policy or what students see. What was graded stays as it is."""
    user = caller_of(request).user
    found = assignment_for_staff(user, assignment, Role.TEACHER)
    changes = wanted.model_dump(exclude_unset=True)
    refuse_policy(changes.get("policy", found.policy))
    with transaction.atomic():
        found = Assignment.objects.select_for_update().get(pk=found.pk)
        refuse_dates({n: changes.get(n, getattr(found, n)) for n in ("opens", "due", "closes")})
        for name, value in changes.items():
            setattr(found, name, value)
        if changes:
            found.save(update_fields=list(changes))
            told = {name: str(value)[:200] for name, value in changes.items()}
            drawing.note(user, found.course, "assignment.changed", found.title, by="api", **told)
            # another rule for attempts, or comments that may be shown now
            class_changed(found)
    return _shown(found, Role.TEACHER)


# results -----------------------------------------------------------------------------------


@router.get(
    "/assignments/{assignment}/reports",
    response=ReportPage,
    auth=TEACH,
    exclude_unset=True,
    summary="Reports of a class",
)
def reports(
    request: HttpRequest, assignment: str, page: Query[Piece], student: str = ""
) -> dict[str, Any]:
    """All graded submissions, oldest first; `student` is the id of one in the class list."""
    found = assignment_for_staff(caller_of(request).user, assignment)
    results = Result.objects.filter(submission__task__assignment=found)
    if student:
        results = results.filter(submission__task__member__ident=student.replace("\0", ""))
    ordered = results.select_related("submission", "submission__task__member").order_by(
        "submission__received", "submission_id"
    )
    return page_of(ordered, page, _graded)


def _graded(result: Result) -> dict[str, Any]:
    submission = result.submission
    return {
        **receipt(submission),
        "student": submission.task.member.ident,
        "counted": result.counted,
        "report": upgraded(result.report),
    }


@router.get(
    "/assignments/{assignment}/grades",
    response=GradePage,
    auth=TEACH,
    summary="Grades of a class",
)
def grades(request: HttpRequest, assignment: str, page: Query[Piece]) -> dict[str, Any]:
    """What counts by the policy, after the late rule; replaced exercises do not count."""
    found = assignment_for_staff(caller_of(request).user, assignment)
    students = found.course.members.filter(role=Role.STUDENT).order_by("pk")
    part = students[page.offset : page.offset + page.limit]
    rows = _grades(found, list(part))
    about = {"count": students.count(), "limit": page.limit, "offset": page.offset}
    return about | {"items": rows}


def _grades(found: Assignment, members: list[Member]) -> list[dict[str, Any]]:
    tasks = found.tasks.filter(current=True, member__in=members).order_by("member_id", "number")
    submissions = (
        Submission.objects.filter(task__in=tasks)
        .select_related("result")
        .defer("data")
        .order_by("task_id", "attempt")
    )
    handed = {id: list(own) for id, own in groupby(submissions, lambda one: one.task_id)}
    policy, most = found.valued, most_points(found)
    of_member: dict[int, list[dict[str, Any]]] = {}
    for task in tasks:
        own = handed.get(task.pk, [])
        results = [one.result for one in own if hasattr(one, "result")]
        grade = {
            "exercise": task.pk,
            "number": task.number,
            "attempts": len(own),
            "score": policy.of_attempts([one.counted for one in results]),
            "max": results[-1].most if results else most,
        }
        of_member.setdefault(task.member_id, []).append(grade)
    return [_row(member, of_member.get(member.pk, [])) for member in members]


def most_points(found: Assignment) -> float:
    """Points of a faultless submission; all exercises of an assignment ask for the same."""
    task = found.tasks.filter(current=True).first()
    if task is None:
        return 0.0
    return round(sum(found.valued.weight(_step(id)) for id in task.exercise.questions), 6)


def _step(question: str) -> str:
    from grader.marking.mark import step_of
    from problems.computation import ids

    asks = ids.asks_formula(question) or ids.asks_general(question)
    return step_of(question) if asks else question


def _row(member: Member, exercises: list[dict[str, Any]]) -> dict[str, Any]:
    score = round(sum(one["score"] for one in exercises), 6)
    most = round(sum(one["max"] for one in exercises), 6)
    return {
        "student": member.ident,
        "name": member.name,
        "email": member.email,
        "score": score,
        "max": most,
        "percent": round(100 * score / most, 1) if most else 0.0,
        "exercises": exercises,
    }
