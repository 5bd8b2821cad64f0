"""Somebody of a platform gets an account and a part in a course, or has them already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.web import revoking
from grader.web.accounts import digest_of, new_user
from grader.web.assignments import note
from grader.web.lti.models import Identity
from grader.web.models import Course, Member, Role

LONGEST = {"name": 200, "email": 254, "ident": 190}
"""Characters that are kept."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a platform says of somebody."""

    sub: str
    """Its number of them."""
    role: Role
    sourcedid: str
    """Their id in the institution's records; '' where it does not tell."""
    name: str
    email: str


def account_of(issuer: str, told: Told) -> Any:
    """Whom somebody is here: by the platform's number alone, never by name or address.

    A new account has no password and no link: its owner can only come from the platform.
    """
    known = Identity.objects.select_related("user")
    found = known.filter(issuer=issuer, sub=told.sub).first()
    if found is not None:
        return found.user
    user = new_user(told.name or f"lti-{told.sub}", told.email)
    Identity.objects.create(issuer=issuer, sub=told.sub, user=user)
    return user


def enrolled(course: Course, user: Any, told: Told) -> Member:
    """Somebody's part in a course: made, taken over from the class list, or brought up to date.

    Nobody is taken down from teacher to student: platforms say so of a teacher who looks at the
    course as a student, and such a look must not draw an exercise.
    """
    member = Member.objects.filter(course=course, user_id=user.pk).select_related("course").first()
    if member is None:
        member = _listed(course, told)
        if member is None:
            return _made(course, user, told)
        _hand_over(member, user)
    changes: dict[str, Any] = {
        "name": told.name or member.name,
        "email": told.email or member.email,
    }
    if not member.active and member.role == Role.STUDENT:
        changes["active"] = True
    if _rank(told.role) > _rank(Role(member.role)):
        before, after = member.role, told.role.value
        note(user, course, "person.role", member.called, before=before, after=after)
        changes["role"] = after
    update(member, changes)
    return member


def _made(course: Course, user: Any, told: Told) -> Member:
    ident = _free(course, told.sourcedid or _shortened(told.sub))
    return Member.objects.create(
        course=course, user=user, role=told.role, ident=ident, name=told.name, email=told.email
    )


def _shortened(sub: str) -> str:
    """A number that fits the class list, and is nobody else's."""
    longest = LONGEST["ident"]
    return sub if len(sub) <= longest else f"{sub[: longest - 33]}-{digest_of(sub)[:32]}"


def _free(course: Course, ident: str) -> str:
    """The id, or a longer one where somebody else has it already."""
    found, n = ident, 1
    while course.members.filter(ident=found).exists():
        n += 1
        found = f"{ident}-{n}"
    return found


def _rank(role: Role) -> int:
    return (Role.STUDENT, Role.ASSISTANT, Role.TEACHER).index(role)


def update(row: Any, values: dict[str, Any]) -> None:
    """Store what is new about a row."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)


# a class list that was there before ----------------------------------------------------------


def _listed(course: Course, told: Told) -> Member | None:
    """The row of an uploaded class list that means a student: by id, else by e-mail address.

    Rows of people who come from a platform themselves are nobody else's.
    """
    if told.role != Role.STUDENT:
        return None
    rows = course.members.filter(role=Role.STUDENT, user__identities=None)
    for found in (
        rows.filter(ident=told.sourcedid) if told.sourcedid else rows.none(),
        rows.filter(email__iexact=told.email) if told.email else rows.none(),
    ):
        two = list(found[:2])
        if len(two) == 1:
            return two[0]
    return None


def _hand_over(member: Member, user: Any) -> None:
    """The part in this course, with its work, belongs to the platform's account from now on.

    Only this part: whoever had it before keeps the account with everything else in it, for a
    platform speaks of its own course alone.
    """
    before = member.user_id
    note(user, member.course, "person.joined", member.called, account=before)
    member.user = user
    member.save(update_fields=["user"])
    revoking.left({before})
