"""Plain answers where there is no page: not there, not readable, broken, not stored.

Those of the REST interface have its own form.
"""

from __future__ import annotations

import sys

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from grader.errors import NotStoredError

RETRY_SECONDS = "2"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is not there, or not for you."""
    return plain(request, 404, "There is no such page", "Or it is not for you to see.")


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that makes no sense."""
    return plain(request, 400, "This request cannot be read", "Go back and try again.")


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong here; if it was the store, outside a view, that is said."""
    if isinstance(sys.exc_info()[1], NotStoredError | DatabaseError):
        return not_stored(request)
    text = "Nothing of what you sent was lost if you saw it confirmed. Try again in a moment."
    return plain(request, 500, "Something went wrong", text)


def plain(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """A heading and a sentence; for programs a problem of the REST interface."""
    if request.path.startswith("/api/"):
        from grader.web.api.refusals import problem_json

        return problem_json(status, {400: "syntax", 404: "not_found"}.get(status, "broken"), text)
    return render(request, "plain.html.j2", {"title": title, "text": text}, status=status)


def not_stored(request: HttpRequest) -> HttpResponse:
    """503: nothing was kept, it may be sent again."""
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": "Not stored",
            "status": 503,
            "code": "not_stored",
            "detail": "The database did not confirm it; nothing was kept. Send it again.",
        }
        response: HttpResponse = JsonResponse(problem, status=503)
        response["Content-Type"] = "application/problem+json"
    else:
        response = HttpResponse(
            "Not stored: the database did not answer. Nothing of this was kept; go back and "
            "send it again in a moment.",
            status=503,
            content_type="text/plain; charset=utf-8",
        )
    response["Retry-After"] = RETRY_SECONDS
    return response
