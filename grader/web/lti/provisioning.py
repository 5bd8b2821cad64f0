"""A checked launch becomes an account, a part in a course and a page to go to.

People are known by issuer and `sub`, never by e-mail address or name: a platform could claim
any. A course of a platform is a course of ours, made when a teacher first comes from it; what
a link opens is noted where a teacher placed it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from grader.web.assignments import complete, note
from grader.web.lti import outbox
from grader.web.lti.enrollment import LONGEST, Told, account_of, enrolled, update
from grader.web.lti.launch import Launch, text_of, url_of
from grader.web.lti.models import Context, Placement
from grader.web.lti.services import SCOPES, course_roles
from grader.web.models import Assignment, Course, Member, Role
from grader.web.submission_store import again
from problems.errors import GateError

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
TEACHING = {"Instructor", "Administrator", "ContentDeveloper"}
CUSTOM = "assignment"
"""Custom parameter that deep linking gives a link: which assignment it opens."""
TURNS = 5


@dataclass(frozen=True)
class Arrived:
    """Who is there now, and where they belong."""

    user: Any
    member: Member
    context: Context
    placement: Placement | None
    """What the link opens; None where no teacher has chosen yet."""


class NobodyError(Exception):
    """A launch that is believed and leads nowhere; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def role_of(roles: Collection[str]) -> Role | None:
    """What somebody is in a course; None for no part in it.

    Platforms call an assistant an instructor as well, so that comes first.

    Args:
        roles: in the course, by their short names.

    >>> role_of({"Instructor", "TeachingAssistant"}), role_of({"Learner"})
    (Role.ASSISTANT, Role.STUDENT)
    >>> role_of({"Mentor"}) is None
    True
    """
    if "TeachingAssistant" in roles:
        return Role.ASSISTANT
    if not TEACHING.isdisjoint(roles):
        return Role.TEACHER
    return Role.STUDENT if "Learner" in roles else None


def arrive(launch: Launch) -> Arrived:
    """Let somebody in who was checked; what is missing is made, in one transaction.

    Raises:
        NobodyError: anonymous, without a part in the course, or before any teacher.
    """
    role = role_of(course_roles(launch.roles))
    if not launch.sub:
        raise NobodyError("anonymous")
    if role is None:
        raise NobodyError("no_role")
    arrived = again(lambda: _at_last(launch, role))
    if arrived.placement is not None:
        provide(arrived.placement.assignment, arrived.member)
    return arrived


def provide(assignment: Assignment, member: Member) -> None:
    """Draw exercises for a student who has none, once those of the class are there.

    Raises:
        NobodyError: none can be drawn.
    """
    if member.role == Role.STUDENT and not assignment.making:
        try:
            complete(assignment, [member])
        except GateError:
            raise NobodyError("not_drawn") from None


def _at_last(launch: Launch, role: Role) -> Arrived:
    """Of several first launches at once another one may make what we need, in our stead."""
    for _ in range(TURNS):
        with suppress(IntegrityError):
            return _arrived(launch, role)
    return _arrived(launch, role)


def _arrived(launch: Launch, role: Role) -> Arrived:
    with transaction.atomic():
        context = _context(launch, role)
        told = _told(launch, role)
        user = account_of(launch.platform.issuer, told)
        member = enrolled(context.course, user, told) if user.is_active else None
        if member is None or not member.active:
            raise NobodyError("left_the_course")
        placement = _placement(launch, context)
        if placement is not None and member.role == Role.STUDENT:
            outbox.queue(member, placement.assignment)
    return Arrived(user, member, context, placement)


def _context(launch: Launch, role: Role) -> Context:
    claim = launch.part("context")
    ident, title = _course_of(launch)
    key = {"platform": launch.platform, "deployment": launch.deployment.ident, "ident": ident}
    context = Context.objects.select_related("course", "platform").filter(**key).first()
    if context is None:
        if role != Role.TEACHER:
            raise NobodyError("no_teacher_yet")
        course = Course.objects.create(name=title[:200])
        context = Context.objects.create(**key, course=course, title=title)
        where = launch.platform.name or launch.platform.issuer
        note(None, course, "course.created", course.name, platform=where)
    update(context, {**_services(launch), **({"title": title} if claim else {})})
    return context


def _course_of(launch: Launch) -> tuple[str, str]:
    """Id and title of the platform's course; a link without one has a course of its own.

    Raises:
        NobodyError: neither a course nor a link.
    """
    claim, link = launch.part("context"), launch.part("resource_link")
    title = text_of(claim, "title") or text_of(claim, "label") or text_of(link, "title")
    ident = text_of(claim, "id")
    if not ident and not text_of(link, "id"):
        raise NobodyError("no_course")
    return ident or f"link:{text_of(link, 'id', 250)}", title or "Course"


def _services(launch: Launch) -> dict[str, Any]:
    """Where the course's services are. A platform that asks for a choice may keep silent about
    them; with a link silence means that they are switched off."""
    grades, names = launch.part(AGS), launch.part(NRPS)
    told: dict[str, Any] = {}
    if names or not launch.chooses:
        told["memberships_url"] = url_of(names, "context_memberships_url")
    if grades or not launch.chooses:
        scopes = grades.get("scope")
        known = [one for one in SCOPES if isinstance(scopes, list) and one in scopes]
        told |= {"lineitems_url": url_of(grades, "lineitems"), "scopes": known}
    return told


def _told(launch: Launch, role: Role) -> Told:
    claims = launch.claims
    sourced = text_of(launch.part("lis"), "person_sourcedid", LONGEST["ident"])
    return Told(
        launch.sub,
        role,
        sourced or text_of(launch.part("custom"), "user_idnumber", LONGEST["ident"]),
        name_of(claims),
        text_of(claims, "email", LONGEST["email"]),
    )


def name_of(claims: Mapping[str, Any]) -> str:
    """The full name, as far as the platform tells it."""
    parts = (text_of(claims, "given_name", 100), text_of(claims, "family_name", 100))
    return text_of(claims, "name", LONGEST["name"]) or " ".join(filter(None, parts))


# what the link opens -------------------------------------------------------------------------


def _placement(launch: Launch, context: Context) -> Placement | None:
    """The link's own, brought up to date; a new one where deep linking says what it opens."""
    claim = launch.part("resource_link")
    link = text_of(claim, "id")
    if launch.chooses or not link:
        return None
    lineitem = url_of(launch.part(AGS), "lineitem")
    wanted = text_of(launch.part("custom"), CUSTOM, 24)
    assignment = Assignment.every.filter(pk=wanted, course=context.course).first()
    found = context.placements.select_related("assignment", "context__platform").filter(link=link)
    placement = found.first()
    if assignment is not None and (placement is None or placement.custom != wanted):
        placement = place(context, link, assignment, lineitem)
        update(placement, {"custom": wanted})
    elif placement is not None and lineitem and lineitem != placement.lineitem_url:
        update(placement, {"lineitem_url": lineitem})
        outbox.moved(placement)
        outbox.queue_class(placement.assignment)
    return placement


def place(context: Context, link: str, assignment: Assignment, lineitem: str = "") -> Placement:
    """Note what a link opens; grades that are there already go on their way.

    Where it opened another assignment, grades of that one are no longer its own; those of the
    new one are newer than they, whenever they were given.
    """
    placement, made = Placement.objects.select_related("assignment").get_or_create(
        context=context, link=link, defaults={"assignment": assignment, "title": assignment.title}
    )
    other = not made and placement.assignment_id != assignment.pk
    if other:
        placement.outgoing.all().delete()
    update(
        placement,
        {"assignment": assignment, "title": assignment.title, "lineitem_url": lineitem},
    )
    outbox.queue_class(assignment, changed=other)
    return placement
