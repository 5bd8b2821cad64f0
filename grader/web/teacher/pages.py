"""What all pages of teachers share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grader.web.models import Course
from grader.web.rights import teaches


def shown(
    request: HttpRequest, template: str, course: Course, status: int = 200, **context: Any
) -> HttpResponse:
    """A page about a course.

    Args:
        request: who wants to see it.
        template: its name below `teacher/`, without ending.
        course: what it belongs to.
        status: of the answer.
        context: variables of the template, besides `course` and `teaches`.
    """
    context |= {"course": course, "teaches": teaches(request.user, course)}
    return render(request, f"teacher/{template}.html.j2", context, status=status)
