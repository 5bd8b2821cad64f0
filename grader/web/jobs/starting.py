"""From a request to long work: at once for a usual class, by a job for a large one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from grader.web.assignments import students_of
from grader.web.jobs import queue
from grader.web.models import Course

LARGE = 60
"""Exercises up to which work is done while its browser waits: a few seconds at most."""


def large(course: Course, each: int) -> bool:
    """Whether work for a whole class is too long for a request.

    Args:
        course: whose class.
        each: exercises of one student.
    """
    return students_of(course).count() * each > LARGE


def started(request: HttpRequest, wanted: queue.Wanted) -> HttpResponse:
    """To the page of the job that makes it."""
    try:
        job = queue.ask(request.user, wanted)
    except queue.FullError as error:
        messages.error(request, str(error))
        return redirect("teach-course", wanted.course.pk)
    return redirect("teach-job", job.pk)
