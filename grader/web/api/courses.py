"""Courses and who is in them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Status

from grader.errors import ApiError
from grader.web.api.access import caller_of, scoped
from grader.web.api.pages import Piece, page_of
from grader.web.api.shapes import CoursePage, CourseShape, MemberPage, NewCourse
from grader.web.assignments import note
from grader.web.models import Course, Member, Role
from grader.web.rights import STAFF, courses_of, may_make_courses, member_of

router = Router(tags=["Courses"])
TEACH = scoped("teach")


@router.get("/courses", response=CoursePage, auth=TEACH, summary="List your courses")
def courses(request: HttpRequest, page: Query[Piece]) -> dict[str, Any]:
    """The courses that you teach or assist in."""
    user = caller_of(request).user
    roles = dict(Member.objects.filter(user=user, active=True).values_list("course_id", "role"))
    found = courses_of(user, *STAFF)
    return page_of(found, page, lambda course: _shown(course, roles[course.pk]))


@router.post("/courses", response={201: CourseShape}, auth=TEACH, summary="Make a course")
def new_course(request: HttpRequest, wanted: NewCourse) -> Status[Any]:
    """Make a course; you become its teacher. For those who may make courses."""
    user = caller_of(request).user
    if not may_make_courses(user):
        raise ApiError(403, "not_allowed", "Only teachers make courses.")
    with transaction.atomic():
        course = Course.objects.create(name=wanted.name)
        Member.objects.create(
            course=course, user=user, role=Role.TEACHER, ident=user.username, email=user.email
        )
        note(user, course, "course.created", course.name, by="api")
    return Status(201, _shown(course, Role.TEACHER))


@router.get("/courses/{course}", response=CourseShape, auth=TEACH, summary="Show a course")
def course(request: HttpRequest, course: str) -> dict[str, Any]:
    """A course that you teach or assist in."""
    member = member_of(caller_of(request).user, course, *STAFF)
    return _shown(member.course, member.role)


@router.get(
    "/courses/{course}/members", response=MemberPage, auth=TEACH, summary="List the members"
)
def members(request: HttpRequest, course: str, page: Query[Piece]) -> dict[str, Any]:
    """Everybody in a course that you teach or assist in."""
    part = member_of(caller_of(request).user, course, *STAFF)
    found = part.course.members.order_by("pk")
    return page_of(
        found,
        page,
        lambda one: {
            "ident": one.ident,
            "name": one.name,
            "email": one.email,
            "role": one.role,
            "active": one.active,
        },
    )


def _shown(course: Course, role: str) -> dict[str, Any]:
    return {
        "id": course.pk,
        "name": course.name,
        "created": course.created,
        "archived": course.archived,
        "role": role,
    }
