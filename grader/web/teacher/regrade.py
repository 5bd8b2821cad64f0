"""Another policy: what it would change, the change, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from grader.marking.policy_file import stored_policy
from grader.web import regrading
from grader.web.class_progress import most_of
from grader.web.models import Assignment
from grader.web.rights import assignment_teachers_only
from grader.web.seats import seated
from grader.web.teacher.assignment_forms import policies
from grader.web.teacher.forms import RegradeForm, stored
from grader.web.teacher.pages import shown


@assignment_teachers_only
@require_http_methods(["GET", "POST"])
@seated("POST")
def regrade(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Enter a policy, see who gets what under it, apply it."""
    if request.method == "GET":
        return _page(request, assignment, RegradeForm(initial=stored(assignment.policy)), None)
    form = RegradeForm.sent(request)
    back = form.values.get("back")
    if back:
        lines = {str(line.pk): text for line, text in regrading.earlier(assignment)}
        form = RegradeForm(stored(lines.get(back, assignment.policy)))
    if not form.is_valid():
        return _page(request, assignment, form, None)
    text = form.valued_by
    if request.POST.get("action") == "apply" and not back:
        count = regrading.apply(assignment, text, request.user)
        messages.success(request, f"The policy holds. {submissions(count)} another score.")
        return redirect("teach-assignment", assignment.pk)
    found = regrading.comparison(assignment, text)
    most = [most_of(assignment, policy) for policy in (assignment.valued, stored_policy(text))]
    return _page(request, assignment, form, found, most)


def submissions(count: int) -> str:
    """How many count something, as the beginning of a sentence."""
    return "1 submission counts" if count == 1 else f"{count} submissions count"


def _page(
    request: HttpRequest,
    assignment: Assignment,
    form: RegradeForm,
    comparison: regrading.Comparison | None,
    most: Sequence[float] = (),
) -> HttpResponse:
    people = {member.pk: member for member in assignment.course.members.all()}
    context: dict[str, Any] = {
        "assignment": assignment,
        "form": form,
        "comparison": comparison,
        "most": most,
        "people": people,
        "policies": policies(),
        "earlier": regrading.earlier(assignment),
        "outdated": regrading.outdated(assignment),
        "now": RegradeForm(initial=stored(assignment.policy)),
    }
    status = 422 if form.errors else 200
    return shown(request, "regrade", assignment.course, status, **context)
