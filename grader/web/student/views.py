"""What students see first, and what they may take home."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grader.assignments import worksheets
from grader.assignments.roster import Student, safe_name
from grader.web import limits
from grader.web.models import Task
from grader.web.rights import begun_task_of_student
from grader.web.student.progress import standings, tasks_of
from grader.web.student.sheet import order_of, order_text


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Everything there is to do."""
    found = standings(tasks_of(request.user), timezone.now())
    several = {one.task.assignment_id for one in found if one.task.number > 1}
    context = {"standings": found, "several": several}
    return render(request, "student/overview.html.j2", context)


@login_required
@require_GET
def worksheet_pdf(request: HttpRequest, task: str) -> HttpResponse:
    """The worksheet to be printed, or filled in on the screen."""
    found = begun_task_of_student(request.user, task)
    with limits.alone(f"pdf:{found.member.user_id}") as free:
        if not free:
            return _busy()
        return _file(_pdf(found), "application/pdf", f"{found.pk}.pdf")


def _pdf(task: Task) -> bytes:
    order, member = order_of(order_text(task.assignment)), task.member
    student = Student(member.ident, member.name, member.email, safe_name(member.ident))
    page = worksheets.worksheet(order, student, [task.exercise])
    ((_, render_pdf),) = worksheets.renderers(["pdf"], order.paper)
    return bytes(render_pdf(page))


def _busy() -> HttpResponse:
    """One at a time, so that nobody keeps all threads busy alone."""
    text = "A worksheet is being made for you already. Try again in a moment."
    response = HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "2"
    return response


@login_required
@require_GET
def answers_csv(request: HttpRequest, task: str) -> HttpResponse:
    """The blank table of answers."""
    found = begun_task_of_student(request.user, task)
    data = worksheets.blank_answers([found.exercise])
    return _file(data, "text/csv; charset=utf-8", f"{found.pk}.csv")


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
