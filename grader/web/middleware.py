"""What holds for every request: headers, a line in the log, a plain answer when storing fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from grader.errors import NotStoredError, TooOftenError
from grader.web import limits
from grader.web.refusals import not_stored, unreadable
from grader.web.submission_store import unholdable
from problems.texts import cleaned, cleaned_tree

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""No script but our files; inline styles are those of drawings."""

log = logging.getLogger("bpgrade.requests")


class Guarded:
    """Outermost of all."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with its headers and its line in the log."""
        begun = time.perf_counter()
        request.GET = cleaned_query(request.GET)  # type: ignore[assignment]
        request.COOKIES = cleaned_tree(request.COOKIES)
        response = self._answer(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        if request.path not in ("/health", "/ready"):
            _note(request, response, time.perf_counter() - begun)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: object, ids: object
    ) -> HttpResponse | None:
        """No address holds what cannot be seen; nothing else of a form goes on as it came.

        What is exempt from the form's token reads its own body, as large as it takes it.
        """
        if not request.path.isprintable():
            raise Http404("no such page")
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = cleaned_query(request.POST)  # type: ignore[assignment]
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What the store did not confirm is said to be not stored."""
        if unholdable(error):
            log.error("nothing that the database can hold", exc_info=error)
            return unreadable(request)
        if isinstance(error, NotStoredError | DatabaseError):
            log.error("not stored", exc_info=error)
            return not_stored(request)
        if isinstance(error, TooOftenError):
            return limits.refused(error.seconds)
        return None


def cleaned_query(found: QueryDict) -> QueryDict:
    """A query or form whose texts every database can hold."""
    if all(cleaned(text) is text for name, texts in found.lists() for text in (name, *texts)):
        return found
    kept = QueryDict(mutable=True)
    for name, texts in found.lists():
        kept.setlist(cleaned(name), [cleaned(text) for text in texts])
    return kept


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Route, not address: an address may hold ids and names."""
    match = request.resolver_match
    line = {
        "method": request.method,
        "route": match.route if match else "",
        "status": response.status_code,
        "ms": round(1000 * seconds, 1),
    }
    log.info("request", extra={"bpgrade": line})
