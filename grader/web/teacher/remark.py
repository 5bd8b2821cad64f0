"""Work marked again by the present rules: what it would change, and the change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from grader.web import remarking
from grader.web.models import Assignment
from grader.web.rights import assignment_teachers_only
from grader.web.seats import seated
from grader.web.teacher.pages import shown
from grader.web.teacher.regrade import submissions

MOST = 500
"""Steps that the page lists; it counts the others."""


@assignment_teachers_only
@require_http_methods(["GET", "POST"])
@seated("POST")
def remark(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """See who would get what, step by step, and apply it."""
    found = None
    if request.method == "POST":
        if request.POST.get("action") == "apply":
            return _applied(request, assignment)
        found = remarking.preview(assignment)
    people = {member.pk: member for member in assignment.course.members.all()}
    context: dict[str, Any] = {
        "assignment": assignment,
        "found": found,
        "listed": found.steps[:MOST] if found else (),
        "people": people,
        "by_earlier": remarking.by_earlier_marking(assignment),
    }
    return shown(request, "remark", assignment.course, **context)


def _applied(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    try:
        count, failed = remarking.apply(assignment, request.user)
    except remarking.PolicyChangedError:
        messages.error(request, "Another policy was chosen meanwhile; look at it again.")
        return redirect("teach-remark", assignment.pk)
    messages.success(request, f"Marked again: {submissions(count)} another score.")
    if failed:
        messages.error(request, f"{failed} could not be checked now and stay as they were.")
    return redirect("teach-assignment", assignment.pk)
