"""A checked launch becomes an account, a part in a course and a page to go to.

People are known by issuer and `sub`, never by e-mail address or name: a platform could claim
any. A course of a platform is a course of ours, made when a teacher first comes from it; what
a link opens is noted where a teacher placed it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from grader.web.accounts import new_user
from grader.web.assignments import complete, note
from grader.web.lti import outbox
from grader.web.lti.launching import Launch, text_of
from grader.web.lti.models import Context, Identity, Placement
from grader.web.lti.services import course_roles
from grader.web.models import Assignment, Course, Member, Role
from problems.errors import GateError

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
TEACHING = {"Instructor", "Administrator", "ContentDeveloper"}
CUSTOM = "assignment"
"""Custom parameter that deep linking gives a link: which assignment it opens."""
LONGEST_URL = 1000
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
    arrived = _at_last(launch, role)
    if arrived.member.role == Role.STUDENT and arrived.placement is not None:
        try:
            complete(arrived.placement.assignment, [arrived.member])
        except GateError:
            raise NobodyError("not_drawn") from None
    return arrived


def _at_last(launch: Launch, role: Role) -> Arrived:
    """Of several first launches at once another one may make what we need, in our stead."""
    for _ in range(TURNS):
        with suppress(IntegrityError):
            return _arrived(launch, role)
    return _arrived(launch, role)


def _arrived(launch: Launch, role: Role) -> Arrived:
    with transaction.atomic():
        context = _context(launch, role)
        user = _user(launch)
        member = _member(launch, context, user, role)
        if not member.active:
            raise NobodyError("left_the_course")
        placement = _placement(launch, context)
        if placement is not None and member.role == Role.STUDENT:
            outbox.queue(member, placement.assignment)
    return Arrived(user, member, context, placement)


def _context(launch: Launch, role: Role) -> Context:
    claim = launch.part("context")
    ident = text_of(claim, "id") or f"deployment:{launch.deployment.ident}"[:255]
    title = text_of(claim, "title") or text_of(claim, "label") or "Course"
    found = Context.objects.select_related("course", "platform")
    context = found.filter(platform=launch.platform, ident=ident).first()
    if context is None:
        if role != Role.TEACHER:
            raise NobodyError("no_teacher_yet")
        course = Course.objects.create(name=title[:200])
        context = Context(platform=launch.platform, ident=ident, course=course)
        context.title = title
        context.save()
        where = launch.platform.name or launch.platform.issuer
        note(None, course, "course.created", course.name, platform=where)
    grades, names = launch.part(AGS), launch.part(NRPS)
    scopes = grades.get("scope")
    told = {
        "memberships_url": text_of(names, "context_memberships_url", LONGEST_URL),
        "lineitems_url": text_of(grades, "lineitems", LONGEST_URL),
        "scopes": sorted(map(str, scopes))[:20] if isinstance(scopes, list) else [],
        "title": title,
    }
    _set(context, told)
    return context


def _set(row: Any, values: dict[str, Any]) -> None:
    """Store what is new."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)


def _user(launch: Launch) -> Any:
    issuer = launch.platform.issuer
    known = Identity.objects.select_related("user").filter(issuer=issuer, sub=launch.sub).first()
    if known is not None:
        if not known.user.is_active:
            raise NobodyError("left_the_course")
        return known.user
    return identified(
        issuer, launch.sub, name_of(launch.claims), text_of(launch.claims, "email", 254)
    )


def identified(issuer: str, sub: str, name: str, email: str) -> Any:
    """A new account for somebody of a platform, who can only come from there."""
    user = new_user(name or f"lti-{sub}", email)
    Identity.objects.create(issuer=issuer, sub=sub, user=user)
    return user


def name_of(claims: Any) -> str:
    """The full name, as far as the platform tells it."""
    parts = (text_of(claims, "given_name", 100), text_of(claims, "family_name", 100))
    return text_of(claims, "name", 200) or " ".join(filter(None, parts))


def _member(launch: Launch, context: Context, user: Any, role: Role) -> Member:
    sourced = text_of(launch.part("lis"), "person_sourcedid")
    ident = sourced or text_of(launch.part("custom"), "user_idnumber")
    claims = launch.claims
    return enrolled(
        context.course,
        user,
        role,
        ident or launch.sub,
        name_of(claims),
        text_of(claims, "email", 254),
    )


def enrolled(course: Course, user: Any, role: Role, ident: str, name: str, email: str) -> Member:
    """Somebody's part in a course, made or brought up to date.

    Nobody is taken down from teacher to student: platforms say so of a teacher who looks at the
    course as a student, and such a look must not draw an exercise.
    """
    member = Member.objects.filter(course=course, user_id=user.pk).select_related("course").first()
    if member is None:
        return Member.objects.create(
            course=course,
            user=user,
            role=role,
            ident=_free(course, ident[:190]),
            name=name,
            email=email,
        )
    told: dict[str, Any] = {"name": name or member.name, "email": email or member.email}
    if not member.active and member.role == Role.STUDENT:
        told["active"] = True
    if member.role != role and _rank(role) > _rank(Role(member.role)):
        note(user, course, "person.role", member.shown, before=member.role, after=role.value)
        told["role"] = role.value
    _set(member, told)
    return member


def _rank(role: Role) -> int:
    return (Role.STUDENT, Role.ASSISTANT, Role.TEACHER).index(role)


def _free(course: Course, ident: str) -> str:
    """The id, or a longer one where somebody else has it already."""
    found, n = ident, 1
    while course.members.filter(ident=found).exists():
        n += 1
        found = f"{ident}-{n}"
    return found


# what the link opens -------------------------------------------------------------------------


def _placement(launch: Launch, context: Context) -> Placement | None:
    """The link's own, brought up to date; a new one where deep linking says what it opens."""
    claim = launch.part("resource_link")
    link = text_of(claim, "id")
    if launch.chooses or not link:
        return None
    lineitem = text_of(launch.part(AGS), "lineitem", LONGEST_URL)
    found = context.placements.select_related("assignment", "context__platform").filter(link=link)
    placement = found.first()
    if placement is None:
        wanted = text_of(launch.part("custom"), CUSTOM)
        assignment = Assignment.objects.filter(pk=wanted, course=context.course).first()
        return place(context, link, assignment, lineitem) if wanted and assignment else None
    if lineitem and lineitem != placement.lineitem_url:
        _set(placement, {"lineitem_url": lineitem})
        outbox.moved(placement)
        outbox.queue_class(placement.assignment)
    return placement


def place(context: Context, link: str, assignment: Assignment, lineitem: str = "") -> Placement:
    """Note what a link opens; grades that are there already go on their way."""
    placement, _ = Placement.objects.update_or_create(
        context=context,
        link=link,
        defaults={"assignment": assignment, "title": assignment.title, "lineitem_url": lineitem},
    )
    outbox.queue_class(assignment)
    return placement
