"""Long work as its people see it: how far it is, cancelled, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from grader.web.jobs import files, kinds, queue
from grader.web.jobs.models import Job, State
from grader.web.models import Member, Role
from grader.web.rights import job_for
from grader.web.teacher.downloads import report_shown
from grader.web.teacher.pages import shown

LISTED = 30
"""Jobs on a course's page, the newest first."""
FRAGMENT = "X-Fragment"
"""Sent by the page's script, which wants only what changes."""


def jobs_for(member: Member) -> Sequence[Job]:
    """Those of a course that its page lists: being made, failed, or with a file that is kept."""
    found = Job.objects.filter(course=member.course).exclude(state=State.CANCELLED)
    if member.role != Role.TEACHER:
        found = found.filter(teachers=False)
    return list(found.exclude(state=State.DONE, file="").order_by("-asked")[:LISTED])


@login_required
@require_http_methods(["GET", "POST"])
def job(request: HttpRequest, job: str) -> HttpResponse:
    """How far it is; a way to cancel it."""
    found = job_for(request.user, job)
    if request.method == "POST":
        if queue.cancel(found):
            if found.state == State.WAITING:  # else its worker clears up
                kinds.undo(found)
            messages.success(request, f"{found.title}: cancelled.")
        else:
            messages.info(request, f"{found.title}: it had ended already.")
        return redirect("teach-course", found.course_id)
    context: dict[str, Any] = {"job": found, "doing": kinds.WORDS.get(found.words, found.words)}
    context["ahead"] = queue.ahead(found) if found.state == State.WAITING else 0
    if request.headers.get(FRAGMENT):
        return render(request, "teacher/job_state.html.j2", context)
    if _finished(found):
        context["assignment"] = found.assignment
    return shown(request, "job", found.course, **context)


def _finished(job: Job) -> bool:
    """Whether it is about an assignment that has a page."""
    return job.assignment is not None and not job.assignment.making


@login_required
@require_GET
def result(request: HttpRequest, job: str) -> HttpResponseBase:
    """What was made: a file, or the class report as a page."""
    found = job_for(request.user, job)
    place = files.place_of(found)
    if found.state != State.DONE or not found.file or not place.is_file():
        raise Http404("no such page")
    if not found.file.endswith(kinds.PAGE):
        return FileResponse(place.open("rb"), as_attachment=True, filename=found.file)
    assert found.assignment
    laid, anonymous = place.read_text("utf-8"), kinds.ANONYMOUS in found.file
    return report_shown(request, found.assignment, anonymous, laid, found.ended)
