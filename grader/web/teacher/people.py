"""Who is in a course: the class list, personal links, teachers and assistants."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from grader.assignments.collation import name_key
from grader.assignments.issue import roster_csv
from grader.assignments.roster import Student
from grader.errors import RosterError
from grader.support.spreadsheet import safe_table
from grader.web import revoking, roster_import
from grader.web.accounts import BATCH, new_links, new_user
from grader.web.assignments import note, students_of
from grader.web.batched_writes import slice_of_work, slices
from grader.web.jobs import starting
from grader.web.jobs.queue import Wanted
from grader.web.models import Course, Link, Member, Role
from grader.web.rights import person_of, teachers_only
from grader.web.seats import seated
from grader.web.teacher.forms import RosterForm, StaffForm
from grader.web.teacher.pages import shown

# the class list ----------------------------------------------------------------------------


@teachers_only
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, member: Member) -> HttpResponseBase:
    """A class list: entered, looked at, applied."""
    course = member.course
    if request.method == "GET":
        return shown(request, "roster", course, form=RosterForm(), problems=(), change=None)
    form = RosterForm.sent(request)
    if not form.is_valid():
        return shown(request, "roster", course, 422, form=form, problems=(), change=None)
    try:
        students = roster_import.read_roll(course, form.table)
    except RosterError as error:
        context = {"form": form, "problems": error.problems, "change": None}
        return shown(request, "roster", course, 422, **context)
    if request.POST.get("action") != "apply":
        form.typed["roster"] = roster_csv(students).decode()
        change = roster_import.change_of(course, students)
        return shown(request, "roster", course, form=form, problems=(), change=change)
    if starting.heavy(course, roster_import.change_of(course, students).size):
        return starting.started(request, _applying(course, students))
    return _applied(request, course, students)


@seated("POST")
def _applied(request: HttpRequest, course: Course, students: Sequence[Student]) -> HttpResponse:
    change = roster_import.apply(course, students, request.user)
    _, refused = roster_import.complete_all(course)
    for title in refused:
        messages.error(request, roster_import.refused_words(title))
    messages.success(request, roster_import.worded(change))
    return redirect("teach-course", course.pk)


def _applying(course: Course, students: Sequence[Student]) -> Wanted:
    listed = [[one.student, one.name, one.email] for one in students]
    title = f"Class list of {course.name}"
    return Wanted("roster", title, course, arguments={"students": listed}, teachers=True)


# links -------------------------------------------------------------------------------------


@teachers_only
@require_POST
def links(request: HttpRequest, member: Member) -> HttpResponse:
    """New personal links for the whole class; shown this once."""
    return _linked(request, member.course, list(students_of(member.course).select_related("user")))


def may_link(user: Any, members: Sequence[Member]) -> set[int]:
    """For whom of some people a teacher may make a link: keys of their accounts.

    A link logs in as its owner, so only for those who are nobody elsewhere: who is in a course
    of other teachers, or an administrator, could be impersonated there. Who comes from a
    learning platform may get a part in any course there later, and needs no link.
    """
    mine = Member.objects.filter(user_id=user.pk, role=Role.TEACHER, active=True)
    elsewhere = Member.objects.exclude(course__in=mine.values("course"))
    found: set[int] = set()
    wanted = [one.user_id for one in members if one.user_id != user.pk]
    for start in range(0, len(wanted), BATCH):
        people = get_user_model().objects.filter(pk__in=wanted[start : start + BATCH])
        plain = people.filter(is_staff=False, is_superuser=False, identities=None)
        found |= set(plain.exclude(pk__in=elsewhere.values("user")).values_list("pk", flat=True))
    return found


def _linked(request: HttpRequest, course: Course, members: Sequence[Member]) -> HttpResponse:
    allowed = may_link(request.user, members)
    linked = [one for one in members if one.user_id in allowed]
    once = bool(linked) and linked[0].role != Role.STUDENT
    with transaction.atomic():
        about = linked[0].called if len(linked) == 1 else course.name
        note(request.user, course, "links.made", about, count=len(linked))
    secrets: list[str] = []
    for part in slices(linked):
        with slice_of_work():
            secrets += _fresh([one.user for one in part], once)
    found = [(one, _address(request, secret)) for one, secret in zip(linked, secrets, strict=True)]
    rows = [[one.ident, one.name, one.email, address] for one, address in found]
    table = safe_table(["student", "name", "email", "link"], rows)
    context: dict[str, Any] = {
        "links": sorted(found, key=lambda pair: _by_name(pair[0])),
        "left_out": sorted((one for one in members if one.user_id not in allowed), key=_by_name),
        "once": once,
        "csv": base64.b64encode(table).decode(),
    }
    return shown(request, "links", course, **context)


def _by_name(one: Member) -> tuple[str, str, str]:
    return name_key(one.shown, one.ident)


def _fresh(users: Sequence[Any], once: bool) -> list[str]:
    """Secrets of new links; the old ones end."""
    now = timezone.now()
    Link.objects.filter(user__in=users, expires__gt=now).update(expires=now)
    return new_links(users, once)


def _address(request: HttpRequest, secret: str) -> str:
    path = reverse("link", args=[secret])
    return f"{settings.URL}{path}" if settings.URL else request.build_absolute_uri(path)


@teachers_only
@require_POST
def person(request: HttpRequest, me: Member, member: int) -> HttpResponse:
    """A new link for one person, or a teacher or assistant taken off the course."""
    one = person_of(me.course, member)
    if request.POST.get("action") == "remove" and one.role != Role.STUDENT:
        if one.pk == me.pk:
            messages.error(request, "You cannot take yourself off the course.")
        else:
            with transaction.atomic():
                Member.objects.filter(pk=one.pk).update(active=False)
                revoking.left({one.user_id})
                note(request.user, me.course, "staff.removed", one.called, role=one.role)
            messages.success(request, f"{one.called} is no longer {one.role} of this course.")
        return redirect("teach-course", me.course_id)
    if not one.active or not may_link(request.user, [one]):
        messages.error(request, f"{one.called} logs in without a link from you.")
        return redirect("teach-course", me.course_id)
    return _linked(request, me.course, [one])


# staff -------------------------------------------------------------------------------------


@teachers_only
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest, member: Member) -> HttpResponse:
    """Add a teacher or an assistant."""
    course = member.course
    form = StaffForm.of(request, course)
    if not form.is_valid():
        return shown(request, "staff", course, 422 if form.errors else 200, form=form)
    found, known = form.cleaned_data, form.known
    role, name, email = Role(found["role"]), found["name"], found["email"]
    with transaction.atomic():
        person = known or new_user(name, email)
        added, _ = Member.objects.update_or_create(
            course=course,
            user=person,
            defaults={
                "role": role,
                "ident": f"staff:{person.pk}",
                "name": name or person.get_full_name() or person.username,
                "email": email or person.email,
                "active": True,
            },
        )
        note(request.user, course, "staff.added", added.called, role=role)
    if known:
        messages.success(request, f"{added.shown} is {role} of this course now.")
        return redirect("teach-course", course.pk)
    return _linked(request, course, [added])
