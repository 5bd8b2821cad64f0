"""The interface itself: which errors become which answers, and its description."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from grader.web.api.refusals import MEDIA, Refused, of_fields, problem_json
from grader.web.middleware import not_stored
from grader.web.rights import BeingMadeError
from grader.web.submission_store import NotStoredError, unholdable
from problems.texts import cleaned_tree

ID = re.compile(r"[A-Za-z0-9_.~-]{1,100}")
"""What an id in an address consists of; anything else is no id."""

log = logging.getLogger("bpgrade.api")


def parsed(body: bytes) -> Any:
    """A body of JSON; numbers keep the digits that were typed.

    Raises:
        Refused: it is no JSON.
    """
    try:
        return cleaned_tree(json.loads(body, parse_float=_number, parse_constant=_no_number))
    except (ValueError, RecursionError):
        raise Refused(400, "syntax", "The body is no JSON in UTF-8.") from None


def _number(text: str) -> Decimal:
    return Decimal(text[:2000])


def _no_number(text: str) -> None:
    raise ValueError(text)


def media_type(request: HttpRequest) -> str:
    """What the body is said to be, without parameters."""
    return (request.content_type or "").strip().lower()


class Json(Parser):
    """Bodies of JSON that say so."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The parsed body."""
        if media_type(request) != "application/json":
            raise Refused(415, "media_type", "Send application/json.")
        return parsed(request.body)


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return error.response()


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Those of the library; a body that the parser refused is the cause of one."""
    if isinstance(error.__cause__, Refused):
        return error.__cause__.response()
    return problem_json(400, "syntax")


def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem_json(401, "no_token", headers={"WWW-Authenticate": 'Bearer realm="bpgrade"'})


def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_json(404, "not_found")


def _half(request: HttpRequest, error: BeingMadeError) -> HttpResponse:
    return problem_json(409, "being_made", headers={"Retry-After": "5"})


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return of_fields(error.errors).response()


def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem_json(413, "too_large")


def _suspicious(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_json(400, "syntax", "The request cannot be read.")


def _not_stored(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("not stored", exc_info=error)
    return _suspicious(request, error) if unholdable(error) else not_stored(request)


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("broken", exc_info=error)
    return problem_json(500, "broken")


HANDLERS: tuple[tuple[type[Exception], Any], ...] = (
    (Exception, _broken),
    (Refused, _refused),
    (HttpError, _http_error),
    (AuthenticationError, _no_token),
    (Http404, _missing),
    (BeingMadeError, _half),
    (ValidationError, _invalid),
    (SuspiciousOperation, _suspicious),
    (MultiPartParserError, _suspicious),
    (RequestDataTooBig, _too_large),
    (DatabaseError, _not_stored),
    (NotStoredError, _not_stored),
)
"""Error -> what answers it; the closest class counts."""


def new_interface() -> NinjaAPI:
    """An interface without resources."""
    api = NinjaAPI(
        title="bpgrade",
        version="1",
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        parser=Json(),
    )
    for error, handler in HANDLERS:
        api.add_exception_handler(error, handler)
    return api


def answered(
    view: Callable[..., HttpResponse], asked_for: Callable[[HttpRequest], set[str]] | None = None
) -> Callable[..., HttpResponse]:
    """A view whose errors all are problems of RFC 9457, and whose ids look like ids.

    Args:
        view: what answers.
        asked_for: names of the parameters that are known; a mistyped one must not be passed
            over in silence, as if nothing had been asked.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **ids: str) -> HttpResponse:
        if not all(ID.fullmatch(one) for one in ids.values()):
            return problem_json(404, "not_found")
        response = view(request, *args, **ids)
        if response.status_code == 405:
            return problem_json(405, "method", headers={"Allow": response["Allow"]})
        if response.status_code >= 400 and not response["Content-Type"].startswith(MEDIA):
            return problem_json(500, "broken")
        return response

    @wraps(guarded)
    def strict(request: HttpRequest, *args: Any, **ids: str) -> HttpResponse:
        unknown = set(request.GET) - asked_for(request) if asked_for and request.GET else None
        if not unknown:
            return guarded(request, *args, **ids)
        return of_fields({"loc": [name], "type": "extra_forbidden"} for name in unknown).response()

    return strict


def missing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """An address below /api/ that is none."""
    return problem_json(404, "not_found")


missing.csrf_exempt = True  # type: ignore[attr-defined]
