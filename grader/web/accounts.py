"""Who somebody is: passwords, personal links, tokens of the REST interface."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from grader.web.models import Link, Token

SCOPES = {
    "read": "see assignments, own exercises and reports",
    "submit": "hand in",
    "teach": "create assignments, see a class, grade in batches",
}
LINK_DAYS = 180
FIRST_LINK_DAYS = 7
BATCH = 500
"""Rows written, or names asked for, by one statement."""


def digest_of(secret: str) -> str:
    """What is stored of a secret; it has enough randomness to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_link(user: Any, once: bool = False, days: float | None = None) -> str:
    """The secret part of a personal link, shown once.

    Args:
        user: whom it logs in.
        once: whether it works a single time.
        days: until it ends.
    """
    return new_links([user], once, days)[0]


def new_links(users: Sequence[Any], once: bool = False, days: float | None = None) -> list[str]:
    """The secret parts of personal links for several people, in their order."""
    found = [secrets.token_urlsafe(24) for _ in users]
    lasting = days if days is not None else FIRST_LINK_DAYS if once else LINK_DAYS
    expires = timezone.now() + timedelta(days=lasting)
    links = [
        Link(user=user, digest=digest_of(secret), expires=expires, once=once)
        for user, secret in zip(users, found, strict=True)
    ]
    Link.objects.bulk_create(links, batch_size=BATCH)
    return found


def user_of_link(secret: str) -> Any | None:
    """Whom a link logs in; None if it is unknown, has ended, or was used up.

    Staff have links that work once, to set a password; one of longer life was made for a
    student who has become more since.
    """
    from grader.web.rights import is_staff

    now = timezone.now()
    with transaction.atomic():
        link = (
            Link.objects.select_for_update()
            .filter(digest=digest_of(secret), expires__gt=now)
            .first()
        )
        if link is None or (link.once and link.used) or not link.user.is_active:
            return None
        if not link.once and is_staff(link.user):
            return None
        link.used = now
        link.save(update_fields=["used"])
        return link.user


def new_token(user: Any, name: str, scopes: list[str], days: float | None = None) -> str:
    """A token's text, shown once.

    Raises:
        ValueError: a scope that does not exist.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise ValueError(f"scopes are {', '.join(SCOPES)}")
    secret = f"bpg_{secrets.token_urlsafe(32)}"
    expires = timezone.now() + timedelta(days=days) if days is not None else None
    Token.objects.create(
        user=user, name=name, digest=digest_of(secret), scopes=sorted(scopes), expires=expires
    )
    return secret


def token_of(secret: str) -> Token | None:
    """A token that is valid now."""
    now = timezone.now()
    found = Token.objects.select_related("user").filter(digest=digest_of(secret)).first()
    if found is None or (found.expires and found.expires <= now) or not found.user.is_active:
        return None
    if found.used is None or (now - found.used).total_seconds() > 60:
        Token.objects.filter(pk=found.pk).update(used=now)
    return found


def new_user(name: str, email: str = "", staff: bool = False) -> Any:
    """A user without a password: only a link lets them in until they set one."""
    return new_users([(name, email)], staff)[0]


def new_users(people: Sequence[tuple[str, str]], staff: bool = False) -> list[Any]:
    """Users without a password, for a whole class at once.

    Args:
        people: names and e-mail addresses; a name that is taken gets a number.
        staff: whether they administer the service.
    """
    users = get_user_model().objects
    made = [
        get_user_model()(
            username=username,
            email=users.normalize_email(email),
            password=make_password(None),
            is_staff=staff,
            is_superuser=staff,
        )
        for username, (_, email) in zip(_free([n for n, _ in people]), people, strict=True)
    ]
    return list(users.bulk_create(made, batch_size=BATCH))


def _free(names: Sequence[str]) -> list[str]:
    """Names that nobody has, near those that are wanted."""
    plain = [str(get_user_model().normalize_username(name))[:140] or "user" for name in names]
    found: dict[int, str] = {}
    tried, n = dict(enumerate(plain)), 1
    while tried:
        taken = _taken(list(tried.values()))
        n += 1
        left = {}
        for place, name in tried.items():
            if name in taken:
                left[place] = f"{plain[place]}-{n}"
            else:
                taken.add(name)
                found[place] = name
        tried = left
    return [found[place] for place in range(len(plain))]


def _taken(names: Sequence[str]) -> set[str]:
    """Those of some names that somebody has."""
    users = get_user_model().objects
    found: set[str] = set()
    for start in range(0, len(names), BATCH):
        part = users.filter(username__in=names[start : start + BATCH])
        found |= set(part.values_list("username", flat=True))
    return found
