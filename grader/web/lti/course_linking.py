"""A course that is here already becomes that of a platform's course.

The teacher of the course gets a code on its page; whoever comes from the platform as a teacher
and knows the code joins the two. So the platform's word alone reaches no course of others.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from grader.errors import JoinError
from grader.web.assignments import note
from grader.web.lti.enrollment import Told, enrolled
from grader.web.lti.models import Context, Identity
from grader.web.models import Course, Draft, Member, Role, Submission
from grader.web.rights import teachers_only
from grader.web.teacher.pages import shown

SALT = "bpgrade.lti.join"
SECONDS = 3600
"""A code's life."""


def code_of(course: Course) -> str:
    """A code that joins a course, good for an hour."""
    return signing.dumps(course.pk, salt=SALT)


def course_of(code: str) -> Course:
    """The course of a code.

    Raises:
        JoinError: it is none, or an old one.
    """
    try:
        course = signing.loads(code.strip(), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise JoinError("This is no code, or it is older than an hour: make a new one.") from None
    found = Course.objects.filter(pk=course).first()
    if found is None:
        raise JoinError("The course of this code is no longer there.")
    return found


def join(context: Context, code: str, user: Any) -> Course:
    """Let a platform's course lead to another one of ours; the one that it made goes.

    Args:
        context: the platform's course, which a teacher just came from.
        code: as the other course's page shows it.
        user: that teacher, who becomes one there.

    Raises:
        JoinError: the code is no good, or work was handed in already in the course that goes.
    """
    course = course_of(code)
    with transaction.atomic():
        held = Context.objects.select_for_update(of=("self",)).get(pk=context.pk)
        before = held.course
        if before.pk == course.pk:
            raise JoinError("This is that course already.")
        if _others(held, course).exists():
            raise JoinError("Another course of this platform is joined to that one already.")
        if Submission.objects.filter(task__assignment__course=before).exists():
            raise JoinError(
                f"Work was handed in already in “{before.name}”, which students came to from the "
                "platform; it would be lost."
            )
        teacher = Member.objects.get(course=before, user=user)
        known = Identity.objects.filter(issuer=held.platform.issuer, user=user)
        sub = known.values_list("sub", flat=True)[0]
        enrolled(course, user, Told(sub, Role.TEACHER, "", teacher.name, teacher.email))
        held.placements.all().delete()  # they open assignments of the course that goes
        held.course = course
        held.save(update_fields=["course"])
        note(user, course, "course.joined", held.title, before=before.name)
        if _came_with_launches(before):
            before.delete()
    context.refresh_from_db()
    return course


def _others(context: Context, course: Course) -> QuerySet[Context]:
    """Other courses of the same platform that lead there: their class lists would fight."""
    issuer = context.platform.issuer
    return course.contexts.filter(platform__issuer=issuer).exclude(ident=context.ident)


def _came_with_launches(course: Course) -> bool:
    """Whether a course is only what launches have made of it: it may go."""
    if course.contexts.exists() or Draft.objects.filter(task__assignment__course=course).exists():
        return False
    return not course.members.filter(user__identities=None).exists()


@teachers_only
@require_POST
def code(request: HttpRequest, member: Member) -> HttpResponse:
    """Show a course's code."""
    course = member.course
    with transaction.atomic():
        note(request.user, course, "course.code", course.name)
    return shown(request, "join", course, code=code_of(course), minutes=SECONDS // 60)
