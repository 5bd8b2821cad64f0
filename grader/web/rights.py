"""Who may see what. What one may not see is answered as if it did not exist.

Views take everything they show from here; none looks an object up by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from grader.web.jobs.models import LIVE, Job
from grader.web.models import Assignment, Course, Member, Role, Submission, Task
from grader.web.visibility import sight_of

STAFF = (Role.TEACHER, Role.ASSISTANT)

View = Callable[..., HttpResponseBase]


def member_of(user: Any, course_id: str, *roles: Role) -> Member:
    """Somebody's part in a course.

    Raises:
        Http404: no part in it, or none of these roles; or no such course.
    """
    found = Member.objects.filter(course_id=course_id, user_id=user.pk, active=True)
    if roles:
        found = found.filter(role__in=roles)
    member = found.select_related("course").first()
    if member is None:
        raise Http404("no such page")
    return member


def courses_of(user: Any, *roles: Role) -> QuerySet[Course]:
    """The courses in which somebody has one of these roles."""
    parts = Member.objects.filter(user_id=user.pk, active=True)
    parts = parts.filter(role__in=roles) if roles else parts
    return Course.objects.filter(members__in=parts).distinct().order_by("-created")


def assignment_for_staff(user: Any, assignment_id: str, *roles: Role) -> Assignment:
    """An assignment of a course that somebody teaches.

    Raises:
        Http404: there is none for this person.
    """
    found = Assignment.objects.select_related("course").filter(pk=assignment_id).first()
    if found is None:
        raise _absent(user, assignment_id)
    member_of(user, found.course_id, *(roles or STAFF))
    return found


class BeingMadeError(Http404):
    """It is there, but not all of its exercises are: for its teachers alone, who have the job."""

    def __init__(self, assignment: Assignment, job: Job) -> None:
        self.assignment, self.job = assignment, job
        super().__init__("no such page")


def _absent(user: Any, assignment_id: str) -> Http404:
    """Why nobody finds an assignment, as far as this person may know."""
    half = being_made(assignment_id)
    if half is not None and teaches(user, half.assignment.course):
        return half
    return Http404("no such page")


def being_made(assignment_id: str) -> BeingMadeError | None:
    """That it is still being made, by a job that has not ended; None if it is not."""
    jobs = Job.objects.select_related("assignment", "assignment__course")
    making = jobs.filter(assignment_id=assignment_id, assignment__making=True)
    job = making.filter(state__in=LIVE).first()
    return BeingMadeError(job.assignment, job) if job and job.assignment else None


def task_of_student(user: Any, task_id: str) -> Task:
    """Somebody's own exercise, of an assignment that is published.

    Raises:
        Http404: there is none for this person.
    """
    found = (
        Task.objects.select_related("assignment", "assignment__course", "member")
        .filter(pk=task_id, member__user_id=user.pk, member__active=True)
        .filter(assignment__published=True)
        .first()
    )
    if found is None:
        raise Http404("no such page")
    return found


def begun_task_of_student(user: Any, task_id: str) -> Task:
    """The same, if its numbers may be seen already.

    Raises:
        Http404: there is none for this person, or not yet.
    """
    found = task_of_student(user, task_id)
    _see(sight_of(found.assignment, Role.STUDENT, timezone.now()).numbers)
    return found


def _see(allowed: bool) -> None:
    """What may not be seen now is not there."""
    if not allowed:
        raise Http404("no such page")


def begun_assignment_of_student(user: Any, assignment_id: str) -> Assignment:
    """An assignment of a course that somebody is a student of, whose numbers may be seen.

    Raises:
        Http404: there is none for this person, or not yet.
    """
    found = Assignment.objects.select_related("course").filter(pk=assignment_id).first()
    if found is None:
        raise Http404("no such page")
    member = member_of(user, found.course_id, Role.STUDENT)
    _see(sight_of(found, member.role, timezone.now()).numbers)
    return found


def submission_for(user: Any, submission_id: str) -> Submission:
    """A submission that is somebody's own, or of a course that they teach.

    Own ones are there as long as their assignment is: not after it was withdrawn.

    Raises:
        Http404: there is none for this person.
    """
    found = (
        Submission.objects.select_related(
            "task", "task__member", "task__assignment", "task__assignment__course"
        )
        .filter(pk=submission_id)
        .first()
    )
    if found is None:
        raise Http404("no such page")
    assignment, member = found.task.assignment, found.task.member
    if member.user_id != user.pk or not member.active:
        member = member_of(user, assignment.course_id, *STAFF)
    _see(sight_of(assignment, member.role, timezone.now()).assignment)
    return found


def assignments_of(user: Any) -> QuerySet[Assignment]:
    """The assignments that somebody may see: students those that are published."""
    parts = Member.objects.filter(user_id=user.pk, active=True)
    taught = Q(course__members__in=parts.filter(role__in=STAFF))
    taken = Q(course__members__in=parts.filter(role=Role.STUDENT), published=True)
    found = Assignment.objects.filter(taught | taken).select_related("course")
    return found.distinct().order_by("-created", "pk")


def assignment_for(user: Any, assignment_id: str) -> tuple[Assignment, Member]:
    """An assignment that somebody may see, and their part in its course.

    Raises:
        Http404: there is none for this person.
    """
    found = Assignment.objects.select_related("course").filter(pk=assignment_id).first()
    if found is None:
        raise _absent(user, assignment_id)
    member = member_of(user, found.course_id)
    _see(sight_of(found, member.role, timezone.now()).assignment)
    return found, member


def task_for(user: Any, task_id: str) -> tuple[Task, Member]:
    """An exercise that is somebody's own or of a course that they teach, and their part in it.

    Raises:
        Http404: there is none for this person.
    """
    found = (
        Task.objects.select_related("assignment", "assignment__course", "member")
        .filter(pk=task_id)
        .first()
    )
    if found is None:
        raise Http404("no such page")
    member = member_of(user, found.assignment.course_id)
    _see(member.role in STAFF or found.member_id == member.pk)
    _see(sight_of(found.assignment, member.role, timezone.now()).numbers)
    return found, member


def staff_only(view: View) -> View:
    """For views whose first argument is a course's id: its teachers and assistants."""
    return _for_roles(view, *STAFF)


def teachers_only(view: View) -> View:
    """For views whose first argument is a course's id: its teachers."""
    return _for_roles(view, Role.TEACHER)


def _for_roles(view: View, *roles: Role) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, course: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, member_of(request.user, course, *roles), *args, **kwargs)

    return guarded


# staff ---------------------------------------------------------------------------------------


def is_staff(user: Any) -> bool:
    """Whether somebody teaches or assists anywhere, or administers the service."""
    return bool(user.is_staff or user.is_superuser) or courses_of(user, *STAFF).exists()


def may_make_courses(user: Any) -> bool:
    """Whether somebody may open a course: the first teacher, and whoever teaches one."""
    return bool(user.is_staff) or courses_of(user, Role.TEACHER).exists()


def teaches(user: Any, course: Course) -> bool:
    """Whether somebody is a teacher of a course, not only an assistant."""
    parts = Member.objects.filter(course=course, user_id=user.pk, active=True)
    return parts.filter(role=Role.TEACHER).exists()


def person_of(course: Course, member_id: int, *roles: Role) -> Member:
    """Somebody in a course, active or not.

    Raises:
        Http404: nobody of this number is in it.
    """
    found = Member.objects.filter(course=course, pk=member_id).select_related("user")
    member = (found.filter(role__in=roles) if roles else found).first()
    if member is None:
        raise Http404("no such page")
    return member


def submission_for_staff(user: Any, submission_id: str, *roles: Role) -> Submission:
    """A submission of a course that somebody teaches; their own are not enough.

    Raises:
        Http404: there is none for this person.
    """
    found = submission_for(user, submission_id)
    member_of(user, found.task.assignment.course_id, *(roles or STAFF))
    return found


def job_for(user: Any, job_id: str) -> Job:
    """Long work of a course that somebody teaches, if they could have asked for it.

    Raises:
        Http404: there is none for this person.
    """
    found = Job.objects.select_related("course", "assignment", "user").filter(pk=job_id).first()
    if found is None:
        raise Http404("no such page")
    member_of(user, found.course_id, *((Role.TEACHER,) if found.teachers else STAFF))
    return found


def assignment_staff_only(view: View) -> View:
    """For views whose first argument is an assignment's id: teachers and assistants."""
    return _for_assignment(view, *STAFF)


def assignment_teachers_only(view: View) -> View:
    """For views whose first argument is an assignment's id: teachers."""
    return _for_assignment(view, Role.TEACHER)


def _for_assignment(view: View, *roles: Role) -> View:
    @login_required
    @wraps(view)
    def guarded(
        request: HttpRequest, assignment: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            found = assignment_for_staff(request.user, assignment, *roles)
        except BeingMadeError as half:
            return redirect("teach-job", half.job.pk)
        return view(request, found, *args, **kwargs)

    return guarded
