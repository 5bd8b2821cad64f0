"""What students see."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grader.web.models import Role, Task


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Everything there is to do."""
    tasks = (
        Task.objects.filter(
            member__user=request.user,  # type: ignore[misc]
            member__active=True,
            member__role=Role.STUDENT,
            current=True,
            assignment__published=True,
        )
        .select_related("assignment", "assignment__course")
        .order_by("assignment__due", "number")
    )
    return render(request, "student/overview.html.j2", {"tasks": tasks})
