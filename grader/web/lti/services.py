"""What learning platforms offer tools: scores, line items, results, names and roles.

Every question ends as one of a few outcomes, so that whoever asks knows whether to ask again.
A line item is never deleted: platforms let tools delete even the column of an activity of
theirs, with all grades in it.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils import timezone

from grader.errors import CallError, RefusalError, ResponseError
from grader.web.lti import keys
from grader.web.lti.http_client import LIMIT, Answer, call
from grader.web.lti.models import Platform

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCORE = f"{AGS}score"
LINEITEM = f"{AGS}lineitem"
RESULT = f"{AGS}result.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (SCORE, LINEITEM, RESULT, MEMBERS)
"""All that we ask for when we register."""

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

LONG = 4_000_000
"""Bytes of a list."""
PAGES = 200
PEOPLE = 200
"""Members of a page that we ask for."""
EARLY = 60.0
"""Seconds before its end from which on a token is not used."""
LONGEST = 86_400.0
"""Seconds for which a token is used, whatever the platform says."""
MOST_TOKENS = 1_000
LONGEST_TOKEN = 16_384
QUOTED = 120
"""Characters of an answer that a message repeats."""

KEYS_NOT_FETCHED = (
    "the platform cannot fetch our key set: it blocks our address or port. In Moodle, Site "
    "administration > General > HTTP security names the blocked hosts "
    "(curlsecurityblockedhosts) and the allowed ports (curlsecurityallowedport)"
)

clock = time.monotonic
"""Of tokens; tests put another one here."""


# outcomes ----------------------------------------------------------------------------------


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
        found = _token(platform, scope, fresh)
        if not isinstance(found, str):
            return found
        token = found
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        try:
            answer = call(platform.internal, method, url, headers=sent, body=body, limit=limit)
        except CallError as error:
            return Down(str(error))
        if answer.status != 401:
            return _without(_outcome(answer), token)
    reason = f"the platform does not take the token that it gave{_quoted(answer)}"
    return _without(TokenRefused(reason), token)


def _without(outcome: Outcome, secret: str) -> Outcome:
    """The outcome with a secret cut out, where the platform repeats it."""
    if isinstance(outcome, Delivered | Older):
        return outcome
    return replace(outcome, reason=outcome.reason.replace(secret, "…"))


def _outcome(answer: Answer) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Delivered(answer)
    if status == 409:
        return Older()
    reason = f"the platform answers {status}{_quoted(answer)}"
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return Busy(reason, retry_after(answer.headers.get("retry-after", "")))
    if 400 <= status < 500 and status not in (408, 425):
        return Refused(reason)
    return Down(reason)


def retry_after(text: str) -> float | None:
    """Seconds of a header `Retry-After`, which holds a number or a date; None for neither.

    >>> retry_after("120"), retry_after("soon")
    (120.0, None)
    """
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - timezone.now()).total_seconds())


def said(answer: Answer) -> str:
    """The beginning of an answer in one line, for people.

    >>> said(Answer(404, {}, b"<h1>Not  found</h1>"))
    'Not found'
    """
    words = unescape(re.sub(r"<[^<>]*>", " ", answer.text[:10_000])).split()
    text = "".join(c if c.isprintable() else "?" for c in " ".join(words))
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"


def _quoted(answer: Answer) -> str:
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


def _got(outcome: Outcome) -> Answer:
    if isinstance(outcome, Delivered):
        return outcome.answer
    raise RefusalError(words(outcome))


# tokens ------------------------------------------------------------------------------------

_tokens: dict[tuple[Any, ...], tuple[str, float]] = {}


def forget_tokens() -> None:
    """Ask for new ones."""
    _tokens.clear()


def check_token(platform: Platform, scope: str = SCORE) -> str:
    """Ask for a new token; what is wrong in words, '' if we got one."""
    found = _token(platform, scope, fresh=True)
    return "" if isinstance(found, str) else found.reason


def _token(platform: Platform, scope: str, fresh: bool) -> str | TokenRefused | Busy | Down:
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
    match _outcome(answer):
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


# scores ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    """A grade as a platform takes it."""

    sub: str
    """The student, as the platform calls them."""
    score: float
    most: float
    """More than 0; the platform scales to the maximum of its own column."""
    comment: str
    stamp: datetime
    """In whole seconds: platforms compare no finer."""

    def as_json(self) -> dict[str, Any]:
        """The form of the service; always a grade that is final: any other wipes what is there."""
        return {
            "userId": self.sub,
            "scoreGiven": min(max(self.score, 0.0), self.most),
            "scoreMaximum": self.most,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": self.stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            **({"comment": self.comment} if self.comment else {}),
        }


def send_score(platform: Platform, lineitem_url: str, score: Score) -> Outcome:
    """Send a grade to a column."""
    return ask(
        platform,
        SCORE,
        "POST",
        below(lineitem_url, "scores"),
        headers={"Content-Type": SCORE_TYPE},
        body=json.dumps(score.as_json(), ensure_ascii=False).encode(),
    )


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


# line items and results --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column of a platform's gradebook."""

    url: str
    label: str
    most: float
    resource: str
    """Our name for what it is of; '' for one that is not ours."""
    tag: str
    link: str
    """The activity that it hangs on; '' for none."""


def line_items(platform: Platform, lineitems_url: str) -> list[LineItem]:
    """The columns of a course that we may see.

    Raises:
        RefusalError: the platform does not tell, or not now.
        ResponseError: what it tells are no columns.
    """
    return [_item(row) for row in _listed(platform, LINEITEM, lineitems_url, ITEMS_TYPE)]


def line_item_for(
    platform: Platform, lineitems_url: str, resource: str, tag: str, label: str, most: float
) -> LineItem:
    """Our column for something: the one that is there, else a new one.

    Args:
        platform: whose.
        lineitems_url: of the course.
        resource: our name for what the column is of.
        tag: tells columns of one resource apart.
        label: as the gradebook shows it.
        most: its maximum.

    Raises:
        RefusalError: the platform makes none, or not now.
        ResponseError: what it answers is no column.
    """
    where = with_query(lineitems_url, resource_id=resource, tag=tag)
    for found in line_items(platform, where):
        if (found.resource, found.tag) == (resource, tag):
            return found
    wanted = {"scoreMaximum": most, "label": label, "resourceId": resource, "tag": tag}
    made = ask(
        platform,
        LINEITEM,
        "POST",
        lineitems_url,
        headers={"Content-Type": ITEM_TYPE, "Accept": ITEM_TYPE},
        body=json.dumps(wanted, ensure_ascii=False).encode(),
    )
    return _item(_got(made).json())


def _item(row: Any) -> LineItem:
    try:
        return LineItem(
            url=_text(row, "id"),
            label=_text(row, "label"),
            most=float(row.get("scoreMaximum") or 0),
            resource=_text(row, "resourceId"),
            tag=_text(row, "tag"),
            link=_text(row, "resourceLinkId"),
        )
    except (AttributeError, TypeError, ValueError):
        raise ResponseError("what the platform tells is no column of grades") from None


@dataclass(frozen=True, slots=True)
class Shown:
    """A grade as the platform shows it."""

    sub: str
    score: float | None
    most: float
    comment: str


def results(platform: Platform, lineitem_url: str) -> list[Shown]:
    """The grades in a column.

    Raises:
        RefusalError: the platform does not tell, or not now.
        ResponseError: what it tells are no grades.
    """
    url = below(lineitem_url, "results")
    return [_shown(row) for row in _listed(platform, RESULT, url, RESULTS_TYPE)]


def _shown(row: Any) -> Shown:
    try:
        score = row.get("resultScore")
        return Shown(
            sub=_text(row, "userId"),
            score=None if score is None else float(score),
            most=float(row.get("resultMaximum") or 1),
            comment=_text(row, "comment"),
        )
    except (AttributeError, TypeError, ValueError):
        raise ResponseError("what the platform tells is no grade") from None


def _text(row: Any, name: str) -> str:
    """A field that may be missing, null, or a number where a text belongs."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(name)
    return str(value)


# names and roles ---------------------------------------------------------------------------

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
    for row in _listed(platform, MEMBERS, url, MEMBERS_TYPE, "members"):
        person = _person(row)
        if person.sub:
            found.setdefault(person.sub, person)
    return list(found.values())


def _person(row: Any) -> Person:
    try:
        given = " ".join(filter(None, (_text(row, "given_name"), _text(row, "family_name"))))
        return Person(
            sub=_text(row, "user_id"),
            roles=course_roles(row.get("roles")),
            name=_text(row, "name") or given,
            email=_text(row, "email"),
            sourcedid=_text(row, "lis_person_sourcedid"),
            active=(_text(row, "status") or "Active").lower() == "active",
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


# lists -------------------------------------------------------------------------------------

NEXT = re.compile(r'<([^<>"\s]{1,2000})>\s*;[^,<>]*\brel="?next\b')


def _listed(
    platform: Platform, scope: str, url: str, kind: str, inside: str = ""
) -> Iterator[Any]:
    """The entries of all pages of a list."""
    seen: set[str] = set()
    following: str | None = url
    while following is not None:
        seen.add(following)
        outcome = ask(platform, scope, "GET", following, headers={"Accept": kind}, limit=LONG)
        answer = _got(outcome)
        doc = answer.json()
        rows = doc.get(inside) if inside and isinstance(doc, dict) else doc
        if not isinstance(rows, list):
            raise ResponseError("what the platform tells is no list")
        yield from rows
        following = next_page(answer, url)
        if following in seen or len(seen) >= PAGES:
            raise ResponseError("the platform's list has no end")


def next_page(answer: Answer, first: str) -> str | None:
    """Where a list goes on; only where it began: our token is for nobody else.

    Raises:
        ResponseError: it leads elsewhere.
    """
    found = NEXT.search(answer.headers.get("link", ""))
    if found is None:
        return None
    old, new = urlsplit(first), urlsplit(found[1])
    if (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise ResponseError("the platform's list goes on at another address")
    return found[1]
