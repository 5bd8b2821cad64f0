"""What teachers see."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grader.web.rights import STAFF, courses_of


@login_required
def courses(request: HttpRequest) -> HttpResponse:
    """The courses that somebody teaches."""
    found = courses_of(request.user, *STAFF)
    return render(request, "teacher/courses.html.j2", {"courses": found})
