"""An assignment while the class works on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grader.assignments.collation import name_key
from grader.web import assignments, regrading, remarking
from grader.web.assignments import note
from grader.web.class_progress import (
    STAGES,
    StudentProgress,
    stages,
    standings,
    to_look_at,
)
from grader.web.jinja import names_of
from grader.web.jobs import starting
from grader.web.jobs.queue import Wanted
from grader.web.lti import outbox
from grader.web.models import Assignment
from grader.web.rights import assignment_staff_only, assignment_teachers_only
from grader.web.seats import seated
from grader.web.teacher import listing
from grader.web.teacher.class_files import PARCELS
from grader.web.teacher.pages import shown
from problems.errors import GateError

NEVER = datetime(1, 1, 1, tzinfo=UTC)

SORTS: dict[str, Callable[[StudentProgress], Any]] = {
    "name": lambda one: name_key(one.member.shown, one.member.ident),
    "stage": lambda one: STAGES.index(one.stage),
    "attempts": lambda one: one.attempts,
    "last": lambda one: one.last or NEVER,
    "score": lambda one: -1.0 if one.score is None else one.score,
}
"""What the table can be sorted by."""


@assignment_staff_only
@require_GET
def assignment(request: HttpRequest, found: Assignment) -> HttpResponse:
    """Progress, students, and everything that can be done."""
    context = _live(request, found)
    context |= {"outdated": regrading.outdated(found), "policy": found.valued}
    context["by_earlier"] = remarking.by_earlier_marking(found)
    context["links"] = found.placements.select_related("context", "context__platform")
    context["sent"] = outbox.progress(found)
    context["parcels"] = {name: parcel.title for name, parcel in PARCELS.items()}
    return shown(request, "assignment", found.course, **context)


@assignment_staff_only
@require_GET
def progress(request: HttpRequest, found: Assignment) -> HttpResponse:
    """The part of the page that changes, for its script."""
    return render(request, "teacher/progress.html.j2", _live(request, found))


def _live(request: HttpRequest, found: Assignment) -> dict[str, Any]:
    """The figures of everybody, and a page of the students."""
    everybody, sort = standings(found), request.GET.get("sort", "name")
    sort = sort if sort in SORTS else "name"
    down = request.GET.get("down") == "1"
    text = listing.looked_for(request)
    rows = listing.named(((one, one.member) for one in everybody), text)
    rows.sort(key=SORTS["name"])  # then those of one stage or score are in this order
    rows.sort(key=SORTS[sort], reverse=down)
    kept = {"sort": sort, "down": "1" if down else ""}
    page: listing.Listing[StudentProgress] = listing.listed(request, rows, "table", **kept)
    scores = [one.percent for one in everybody if one.percent is not None]
    return {
        "assignment": found,
        "count": len(everybody),
        "rows": page,
        "names": names_of(one.member for one in everybody),
        "stages": stages(everybody),
        "sort": sort,
        "down": down,
        "mean": sum(scores) / len(scores) if scores else None,
        "look": to_look_at(found, [one.member for one in page.page]),
        "without": sum(not one.exercises for one in everybody),
        "open": found.open_at(timezone.now()),
    }


@assignment_teachers_only
@require_POST
def publish(request: HttpRequest, found: Assignment) -> HttpResponse:
    """Let students see it, or hide it again."""
    wanted = request.POST.get("published") == "1"
    with transaction.atomic():
        Assignment.objects.filter(pk=found.pk).update(published=wanted)
        action = "assignment.published" if wanted else "assignment.unpublished"
        note(request.user, found.course, action, found.title)
    said = "Students see it now." if wanted else "Students no longer see it."
    messages.success(request, said)
    return redirect("teach-assignment", found.pk)


@assignment_teachers_only
@require_POST
def complete(request: HttpRequest, found: Assignment) -> HttpResponseBase:
    """Exercises for those who have none."""
    if starting.large(found.course, found.made.exercises):
        title = f"Exercises for newcomers, {found.title}"
        return starting.started(
            request, Wanted("complete", title, found.course, found, teachers=True)
        )
    return _completed(request, found)


@seated("POST")
def _completed(request: HttpRequest, found: Assignment) -> HttpResponse:
    try:
        with transaction.atomic():
            count = assignments.complete(found)
            note(request.user, found.course, "assignment.completed", found.title, students=count)
    except GateError as error:
        messages.error(request, f"No exercise can be drawn: {error}")
    else:
        messages.success(request, f"Exercises for {count} more students.")
    return redirect("teach-assignment", found.pk)
