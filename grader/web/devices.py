"""Devices on which somebody has logged in by password before.

A signed cookie that outlives the session tells the owner's own browser from a stranger who
guesses: wrong passwords of strangers are limited for an account, the owner's are counted apart.
Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from grader.web.accounts import digest_of

COOKIE = "bpgrade-device"
SALT = "bpgrade.device"
LASTING = 365 * 24 * 3600
"""Seconds."""


def recognise(response: HttpResponse, user: Any) -> HttpResponse:
    """Mark the browser as one on which this person has logged in."""
    mark = {"name": digest_of(user.get_username()), "own": secrets.token_urlsafe(12)}
    response.set_cookie(
        COOKIE,
        signing.dumps(mark, salt=SALT),
        max_age=LASTING,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/login/",
    )
    return response


def device_of(request: HttpRequest, name: str) -> str:
    """Which device of the account's owner asks; empty if it is none of theirs."""
    try:
        mark = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTING)
    except signing.BadSignature:
        return ""
    return str(mark["own"]) if mark["name"] == digest_of(name) else ""
