"""Calls to the services of a platform, with a token; lists that come in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from grader.errors import CallError, RefusalError, ResponseError
from grader.support.http_client import LIMIT, Answer, call
from grader.web.lti.access_tokens import token_for
from grader.web.lti.models import Platform
from grader.web.lti.outcomes import (
    Delivered,
    Down,
    Outcome,
    TokenRefused,
    outcome,
    quoted,
    without,
    words,
)

LONG = 4_000_000
"""Bytes of a list."""
PAGES = 200


def ask(
    platform: Platform,
    scope: str,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit: int = LIMIT,
) -> Outcome:
    """Ask a service of a platform; with a new token where it does not take the one we have.

    Args:
        platform: whose.
        scope: what the token must be good for.
        method: such as `GET`.
        url: of the service.
        headers: beside the token.
        body: to send.
        limit: bytes of the answer.
    """
    token = ""
    for fresh in (False, True):
        found = token_for(platform, scope, fresh)
        if not isinstance(found, str):
            return found
        token = found
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        try:
            answer = call(platform.internal, method, url, headers=sent, body=body, limit=limit)
        except CallError as error:
            return Down(str(error))
        if answer.status != 401:
            return without(outcome(answer), token)
    reason = f"the platform does not take the token that it gave{quoted(answer)}"
    return without(TokenRefused(reason), token)


def got(outcome: Outcome) -> Answer:
    """The answer.

    Raises:
        RefusalError: there is none.
    """
    if isinstance(outcome, Delivered):
        return outcome.answer
    raise RefusalError(words(outcome))


def below(url: str, name: str) -> str:
    """An address below another one: the name comes before the question mark.

    >>> below("https://lms.example/13/lineitem?type_id=6", "scores")
    'https://lms.example/13/lineitem/scores?type_id=6'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def with_query(url: str, **more: str) -> str:
    """An address with further parameters, in the place of those of the same name.

    >>> with_query("https://lms.example/lineitems?type_id=6", tag="bp")
    'https://lms.example/lineitems?type_id=6&tag=bp'
    """
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if name not in more]
    return urlunsplit(parts._replace(query=urlencode([*kept, *more.items()])))


def text(row: Any, name: str) -> str:
    """A field that may be missing, null, or a number where a text belongs."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(name)
    return str(value)


def listed(platform: Platform, scope: str, url: str, kind: str, inside: str = "") -> Iterator[Any]:
    """The entries of all pages of a list."""
    seen: set[str] = set()
    following = url
    while following:
        seen.add(following)
        outcome = ask(platform, scope, "GET", following, headers={"Accept": kind}, limit=LONG)
        answer = got(outcome)
        doc = answer.json()
        rows = doc.get(inside) if inside and isinstance(doc, dict) else doc
        if not isinstance(rows, list):
            raise ResponseError("what the platform tells is no list")
        yield from rows
        following = next_page(answer, url)
        if following in seen or len(seen) >= PAGES:
            raise ResponseError("the platform's list has no end")


def next_page(answer: Answer, first: str) -> str:
    """Where a list goes on, '' at its end; only where it began: our token is for nobody else.

    Raises:
        ResponseError: it leads elsewhere.
    """
    found = answer.next_page
    old, new = urlsplit(first), urlsplit(found)
    if found and (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise ResponseError("the platform's list goes on at another address")
    return found
