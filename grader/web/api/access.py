"""Who asks, what the token allows, and how often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from grader.web import accounts, limits
from grader.web.api.refusals import Refused
from grader.web.settings import SESSION_COOKIE_NAME

SPAN = 60.0
"""Seconds in which requests are counted."""
MOST = 600
"""Requests of one token or person in that span."""
MOST_HEAVY = 60
"""Those that grade without storing, or draw for a class."""
MOST_UNKNOWN = 120
"""Requests from one place with a token that is not valid."""


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    user: Any
    scopes: frozenset[str]
    key: str
    """For counting: one for each token, one for each person in a browser."""

    def needs(self, *scopes: str) -> None:
        """Refuse a token that has none of these scopes."""
        if not self.scopes & set(scopes):
            wanted = " or ".join(scopes)
            raise Refused(403, "scope", f"This needs a token with the scope {wanted}.")


class Token(HttpBearer):
    """`Authorization: Bearer bpg_…`."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The token's owner."""
        found = accounts.token_of(token)
        if found is None:
            limit(f"unknown:{limits.place_of(request)}", MOST_UNKNOWN)
            return None
        caller = Caller(found.user, frozenset(found.scopes), f"token:{found.pk}")
        return _admitted(request, caller, self.scopes)


class Session(APIKeyCookie):
    """The browser's session; what changes something needs the CSRF token too."""

    param_name = SESSION_COOKIE_NAME

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller | None:
        """A request with a token is judged by the token alone."""
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise Refused(403, "csrf")
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """Whoever is logged in; the page's user may do all that the role allows."""
        user = request.user
        caller = Caller(user, frozenset(accounts.SCOPES), f"user:{user.pk}")
        return _admitted(request, caller, self.scopes)


def _admitted(request: HttpRequest, caller: Caller, scopes: tuple[str, ...]) -> Caller:
    limit(caller.key, MOST)
    if scopes:
        caller.needs(*scopes)
    request.user = caller.user
    return caller


def scoped(*scopes: str) -> list[AuthBase]:
    """How one may ask: with a token that has one of these scopes, or with a session."""
    return [Token(*scopes), Session(*scopes)]


def caller_of(request: HttpRequest) -> Caller:
    """Who asks, after it was found out."""
    found: Caller = request.auth  # type: ignore[attr-defined]
    return found


def limit(key: str, most: int) -> None:
    """Count a request; refuse it if there were too many lately."""
    wait = limits.wait(f"api:{key}", most, SPAN)
    if wait:
        headers = {"Retry-After": str(math.ceil(wait))}
        raise Refused(429, "too_often", limits.until(wait), headers=headers)


def limit_heavy(request: HttpRequest) -> None:
    """The same for what takes long."""
    limit(f"heavy:{caller_of(request).key}", MOST_HEAVY)
