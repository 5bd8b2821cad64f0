"""Names and role provisioning: who is in a platform's course."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.errors import ResponseError
from grader.web.lti.access_tokens import MEMBERS
from grader.web.lti.models import Platform
from grader.web.lti.service_calls import listed, text, with_query

MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PEOPLE = 200
"""Members of a page that we ask for."""
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a platform's course."""

    sub: str
    roles: frozenset[str]
    """In this course, by their short names, such as `Learner`."""
    name: str
    email: str
    sourcedid: str
    """Of the institution's own records; '' where there is none."""
    active: bool


def members(platform: Platform, memberships_url: str) -> list[Person]:
    """Who is in a course, everybody once.

    Raises:
        RefusalError: the platform does not tell, or not now.
        ResponseError: what it tells is no class list.
    """
    url = with_query(memberships_url, limit=str(PEOPLE))
    found: dict[str, Person] = {}
    for row in listed(platform, MEMBERS, url, MEMBERS_TYPE, "members"):
        person = _person(row)
        if person.sub:
            found.setdefault(person.sub, person)
    return list(found.values())


def _person(row: Any) -> Person:
    try:
        given = " ".join(filter(None, (text(row, "given_name"), text(row, "family_name"))))
        return Person(
            sub=text(row, "user_id"),
            roles=course_roles(row.get("roles")),
            name=text(row, "name") or given,
            email=text(row, "email"),
            sourcedid=text(row, "lis_person_sourcedid"),
            active=(text(row, "status") or "Active").lower() == "active",
        )
    except (AttributeError, TypeError):
        raise ResponseError("what the platform tells is nobody of a class list") from None


def course_roles(roles: object) -> frozenset[str]:
    """Roles in a course by their short names, whichever way they are written.

    Those in the institution or the whole system are none.

    >>> sorted(course_roles(["Learner", f"{MEMBERSHIP}#Instructor"]))
    ['Instructor', 'Learner']
    >>> sorted(course_roles([f"{MEMBERSHIP}/Instructor#TeachingAssistant"]))
    ['TeachingAssistant']
    >>> sorted(course_roles(["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"]))
    []
    """
    listed: Iterable[object] = roles if isinstance(roles, list) else [roles]
    found = set()
    for role in listed:
        if isinstance(role, str) and "#" in role and role.startswith(MEMBERSHIP):
            found.add(role.rpartition("#")[2])
        elif isinstance(role, str) and role.isalpha():
            found.add(role)
    return frozenset(found)
