"""Tokens for the services of a platform: asked for by a signed assertion, kept to their end."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from grader.errors import CallError, ResponseError
from grader.support.http_client import Answer, call
from grader.web.lti import keys
from grader.web.lti.models import Platform
from grader.web.lti.outcomes import (
    KEYS_NOT_FETCHED,
    Busy,
    Delivered,
    Down,
    TokenRefused,
    outcome,
    said,
)

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCORE = f"{AGS}score"
LINEITEM = f"{AGS}lineitem"
RESULT = f"{AGS}result.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (SCORE, LINEITEM, RESULT, MEMBERS)
"""All that we ask for when we register."""
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EARLY = 60.0
"""Seconds before its end from which on a token is not used."""
LONGEST = 86_400.0
"""Seconds for which a token is used, whatever the platform says."""
MOST_TOKENS = 1_000
LONGEST_TOKEN = 16_384
clock = time.monotonic
"""Of tokens; tests put another one here."""
_tokens: dict[tuple[Any, ...], tuple[str, float]] = {}


def forget_tokens() -> None:
    """Ask for new ones."""
    _tokens.clear()


def check_token(platform: Platform, scope: str = SCORE) -> str:
    """Ask for a new token; what is wrong in words, '' if we got one."""
    found = token_for(platform, scope, fresh=True)
    return "" if isinstance(found, str) else found.reason


def token_for(platform: Platform, scope: str, fresh: bool) -> str | TokenRefused | Busy | Down:
    """A token, one that we have if it still holds long enough."""
    known = (platform.pk, platform.client_id, platform.token_url, scope)
    token, until = _tokens.get(known, ("", 0.0))
    if not fresh and until > clock():
        return token
    _tokens.pop(known, None)
    found = _new_token(platform, scope)
    if not isinstance(found, tuple):
        return found
    token, seconds = found
    if len(_tokens) >= MOST_TOKENS:
        _tokens.clear()
    _tokens[known] = (token, clock() + seconds - EARLY)
    return token


def _new_token(platform: Platform, scope: str) -> tuple[str, float] | TokenRefused | Busy | Down:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion(platform),
        "scope": scope,
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    body = urlencode(form).encode()
    try:
        answer = call(platform.internal, "POST", platform.token_url, headers=kind, body=body)
    except CallError as error:
        return Down(str(error))
    if "fix_jwks_alg" in answer.text:
        return TokenRefused(KEYS_NOT_FETCHED)
    match outcome(answer):
        case Busy() | Down() as later:
            return later
        case Delivered():
            return _taken(answer)
        case _:  # its errors are not always JSON: they are repeated as they are
            words = said(answer).replace(form["client_assertion"], "…")
            return TokenRefused(f"the platform gives no token: {words}")


def _taken(answer: Answer) -> tuple[str, float] | TokenRefused:
    """Token and seconds; whatever type the answer says it has."""
    try:
        doc = answer.json()
    except ResponseError:
        doc = None
    given = doc if isinstance(doc, dict) else {}
    token = given.get("access_token")
    if not isinstance(token, str) or not _sendable(token):
        return TokenRefused(f"the platform answers no token: {said(answer)}")
    try:
        seconds = float(given.get("expires_in", 3_600))
    except (TypeError, ValueError):
        seconds = 0.0
    return token, min(seconds, LONGEST)


def _sendable(token: str) -> bool:
    """Whether it can stand in a header."""
    return 0 < len(token) <= LONGEST_TOKEN and token.isascii() and token.isprintable()


def assertion(platform: Platform) -> str:
    """What proves to a platform that we are we; good for one use."""
    return keys.sign(
        {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.audience or platform.token_url,
            "jti": secrets.token_urlsafe(24),
        }
    )
