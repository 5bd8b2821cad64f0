"""Courses: those that somebody teaches, a new one, one with its people and assignments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grader.assignments.collation import name_key
from grader.web.assignments import note
from grader.web.lti import outbox
from grader.web.models import Course, Member, Role
from grader.web.rights import STAFF, courses_of, may_make_courses, staff_only, teachers_only
from grader.web.teacher import listing
from grader.web.teacher.forms import CourseForm
from grader.web.teacher.jobs import jobs_for
from grader.web.teacher.pages import shown

FIRST = 10
"""Grades that could not be handed over, of which the page says why."""


@login_required
@require_http_methods(["GET", "POST"])
def courses(request: HttpRequest) -> HttpResponse:
    """The courses that somebody teaches, and a form for a new one."""
    found, may_add = courses_of(request.user, *STAFF), may_make_courses(request.user)
    if not may_add and (request.method == "POST" or not found.exists()):
        raise Http404("no such page")
    form = CourseForm.sent(request)
    if form.is_valid():
        name = form.cleaned_data["name"]
        course = _new(request, name)
        messages.success(request, f"The course {name} is there. Now its class list.")
        return redirect("teach-course", course.pk)
    context = {"courses": found, "may_add": may_add, "form": form}
    status = 422 if form.errors else 200
    return render(request, "teacher/courses.html.j2", context, status=status)


def _new(request: HttpRequest, name: str) -> Course:
    """A course whose teacher is who asks for it."""
    user: Any = request.user
    with transaction.atomic():
        course = Course.objects.create(name=name)
        Member.objects.create(
            course=course,
            user_id=user.pk,
            role=Role.TEACHER,
            ident=f"staff:{user.pk}",
            name=user.get_full_name() or user.get_username(),
            email=getattr(user, "email", ""),
        )
        note(user, course, "course.created", name)
    return course


@staff_only
@require_GET
def course(request: HttpRequest, member: Member) -> HttpResponse:
    """People and assignments; of the students a page."""
    found = member.course
    people = list(found.members.all())
    people.sort(key=lambda one: name_key(one.shown, one.ident))
    students = [one for one in people if one.role == Role.STUDENT]
    named = listing.named(((one, one) for one in students), listing.looked_for(request))
    context: dict[str, Any] = {
        "staff": [one for one in people if one.role != Role.STUDENT and one.active],
        "me": member,
        "count": sum(one.active for one in students),
        "count_gone": sum(not one.active for one in students),
        "students": listing.listed(request, [one for one in named if one.active], "students"),
        "gone": listing.listed(
            request, [one for one in named if not one.active], "gone", name="left"
        ),
        "assignments": found.assignments.order_by("-created"),
        "platforms": list(found.contexts.select_related("platform")),
        "jobs": jobs_for(member),
        "refused": outbox.refused_in(found, FIRST),
        "count_refused": outbox.count_refused(found),
    }
    return shown(request, "course", found, **context)


@teachers_only
@require_POST
def change(request: HttpRequest, member: Member) -> HttpResponse:
    """Another name; put away or taken back."""
    found, form = member.course, CourseForm.sent(request)
    if request.POST.get("action") == "rename":
        if not form.is_valid():
            messages.error(request, f"The name stays: {form.errors['name'][0]}")
        else:
            name = form.cleaned_data["name"]
            with transaction.atomic():
                note(request.user, found, "course.renamed", name, before=found.name)
                Course.objects.filter(pk=found.pk).update(name=name)
            messages.success(request, "The course has its new name.")
    elif request.POST.get("action") in ("archive", "restore"):
        archived = request.POST["action"] == "archive"
        with transaction.atomic():
            Course.objects.filter(pk=found.pk).update(archived=archived)
            action = "course.archived" if archived else "course.restored"
            note(request.user, found, action, found.name)
        messages.success(
            request, "The course is in the archive." if archived else "The course is back."
        )
    return redirect("teach-course", found.pk)
