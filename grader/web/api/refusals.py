"""Errors of the REST interface: RFC 9457, each with a code that programs can rely on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

from grader.errors import ApiError, Problem
from problems.errors import SpecError
from problems.reasons import as_told

MEDIA = "application/problem+json"

CODES: Mapping[str, str] = {
    "syntax": "The body is not what its media type says (of a file: no JSON).",
    "idempotency_key": "The header Idempotency-Key is missing or not 1 to 100 visible characters.",
    "no_token": "Neither a valid token nor a session came with the request.",
    "scope": "The token is valid, but lacks the scope that this needs.",
    "csrf": "A browser's session needs the header X-CSRFToken for everything that changes.",
    "not_allowed": "Your role does not allow this.",
    "not_found": "There is no such thing, or it is not for you to see.",
    "method": "The address does not answer to this method; the header Allow says to which.",
    "being_made": "Its exercises are still being made: ask again later, as Retry-After says.",
    "not_made": "The assignment could not be made and is gone; the detail says why.",
    "key_used": "The same idempotency key came before, with other content.",
    "closed": "Nothing is taken now: not open, replaced, or all attempts are used.",
    "own_exercise": "This is your own exercise of an assignment: hand it in instead.",
    "too_large": "The body, or what it describes, is larger than what is read.",
    "media_type": "The header Content-Type names none of the types that are read here.",
    "invalid": "Fields are missing or have values that are not allowed; all are listed.",
    "format": "The exercise is not an object of exercises.jsonl that this version reads.",
    "family": "The family, or a choice that was made, cannot be used; all complaints are listed.",
    "policy": "There is no such policy, or its text says something that is not allowed.",
    "empty": "The body is empty.",
    "too_complex": "This was more than is worked out in the time of one request.",
    "too_often": "Too many requests; the header Retry-After says how many seconds to wait.",
    "broken": "Something went wrong here. It is noted in the log.",
    "not_stored": "The database did not confirm it; nothing was kept. Send it again.",
}
"""Code -> what it means. Problems of a file have the codes of docs/formats.md besides."""


def response_of(error: ApiError) -> HttpResponse:
    """A refusal as it is sent."""
    return problem_json(error.status, error.code, error.detail, error.problems, error.headers)


def problem_json(
    status: int,
    code: str,
    detail: str = "",
    problems: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A response of RFC 9457."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail or CODES[code],
    }
    if problems:
        body["problems"] = [problem.as_json() for problem in problems]
    response = JsonResponse(body, status=status, content_type=MEDIA)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def of_spec(error: SpecError, code: str, column: str) -> ApiError:
    """What cannot be made, with every complaint.

    Args:
        error: what was found.
        code: `family` or `policy`.
        column: the field of the request that it is about.
    """
    problems = [
        Problem("", None, one.where or column, code, as_told(one.what)) for one in error.complaints
    ]
    return ApiError(422, code, problems=problems)


# fields ------------------------------------------------------------------------------------

WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be a text",
    "string_unicode": "is no valid Unicode text",
    "string_too_long": "is too long",
    "string_too_short": "is too short",
    "string_pattern_mismatch": "has characters or a form that are not allowed",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "is none of the values that are allowed",
    "enum": "is none of the values that are allowed",
    "too_long": "has too many entries",
    "too_short": "has too few entries",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "timezone_aware": "must say its time zone, such as 2026-03-01T17:05:00Z",
    "datetime_parsing": "must be a time such as 2026-03-01T17:05:00Z",
    "datetime_from_date_parsing": "must be a time such as 2026-03-01T17:05:00Z",
    "datetime_type": "must be a time such as 2026-03-01T17:05:00Z",
}
"""Kinds of pydantic's findings in our words; all others are only said to be not allowed."""


def of_fields(errors: Iterable[Mapping[str, Any]]) -> ApiError:
    """422 for what a schema refuses: every field by name, in words of ours."""
    problems = {}
    for error in errors:
        where = [str(part) for part in error["loc"] if not _is_frame(part)]
        column = ".".join(where)[:200] or "body"
        message = WORDS.get(str(error["type"]), "has a value that is not allowed")
        problems[column, message] = Problem(
            "", None, column, "invalid", as_told(f"{column} {message}")
        )
    return ApiError(422, "invalid", problems=list(problems.values())[:100])


FRAMES = frozenset(
    {"body", "query", "header", "path", "wanted", "page", "patience", "changes", "question"}
)


def _is_frame(part: object) -> bool:
    """Where a value came from, or which kind of a union was tried: no field of the sender's."""
    return part in FRAMES or "[" in str(part) or str(part) in ("str", "int", "decimal", "none")
