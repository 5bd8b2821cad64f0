"""What came of a call to a platform's service, and how it is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape

from django.utils import timezone

from grader.support.http_client import Answer
from grader.support.retry_after import retry_after

QUOTED = 120
"""Characters of an answer that a message repeats."""
KEYS_NOT_FETCHED = (
    "the platform cannot fetch our key set: it blocks our address or port. In Moodle, Site "
    "administration > General > HTTP security names the blocked hosts "
    "(curlsecurityblockedhosts) and the allowed ports (curlsecurityallowedport)"
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """It did what it was asked."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Older:
    """It has a score of this time or a later one already."""


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """It gives us no token, or does not take the one that it gave."""

    reason: str


@dataclass(frozen=True, slots=True)
class Busy:
    """It asks us to come again."""

    reason: str
    seconds: float | None
    """After which it wants to be asked; None if it does not say."""


@dataclass(frozen=True, slots=True)
class Down:
    """It does not answer, or not sensibly."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never do it."""

    reason: str


Outcome = Delivered | Older | TokenRefused | Busy | Down | Refused


def without(outcome: Outcome, secret: str) -> Outcome:
    """The outcome with a secret cut out, where the platform repeats it."""
    if isinstance(outcome, Delivered | Older):
        return outcome
    return replace(outcome, reason=outcome.reason.replace(secret, "…"))


def outcome(answer: Answer) -> Outcome:
    """What an answer means."""
    status = answer.status
    if 200 <= status < 300:
        return Delivered(answer)
    if status == 409:
        return Older()
    reason = f"the platform answers {status}{quoted(answer)}"
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Busy(reason, retry_after(answer.headers.get("retry-after", ""), timezone.now()))
    if 400 <= status < 500 and status not in (408, 425):
        return Refused(reason)
    return Down(reason)


def said(answer: Answer) -> str:
    """The beginning of an answer in one line, for people.

    >>> said(Answer(404, {}, b"<h1>Not  found</h1>"))
    'Not found'
    """
    words = unescape(re.sub(r"<[^<>]*>", " ", answer.text[:10_000])).split()
    text = "".join(c if c.isprintable() else "?" for c in " ".join(words))
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"


def quoted(answer: Answer) -> str:
    """The beginning of what a platform says."""
    words = said(answer)
    return f": {words}" if words not in ("", "[]", "{}") else ""


def words(outcome: Outcome) -> str:
    """An outcome in words; '' where it is done."""
    match outcome:
        case Delivered():
            return ""
        case Older():
            return "the platform has a later score already"
        case TokenRefused(reason) | Busy(reason, _) | Down(reason) | Refused(reason):
            return reason
