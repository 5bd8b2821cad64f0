"""Requests that take seconds: few at a time, so that threads are left for who hands in.

What takes longer still is no request but a job, see `grader.web.jobs`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from grader.web import limits
from grader.web.rights import View

SEATS = 2
"""Of the server's threads; the others are for requests that are soon answered."""
SOON = 3
"""Seconds after which it may be tried again."""
BUSY = "The server is busy with work of this kind. Try again in a moment."

_seats = threading.BoundedSemaphore(SEATS)


@contextmanager
def seat(person: int) -> Iterator[bool]:
    """Whether somebody may have a long request answered now, during the block.

    One of each person, and `SEATS` in all: who finds none is told so, and waits in no thread.

    Args:
        person: key of the account.
    """
    with limits.alone(f"long:{person}") as mine:
        free = mine and _seats.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                _seats.release()


def seated(method: str) -> Callable[[View], View]:
    """For views that may take seconds, behind those that know who asks.

    Args:
        method: of the requests that do.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != method:
                return view(request, *args, **kwargs)
            with seat(int(request.user.pk or 0)) as free:
                return view(request, *args, **kwargs) if free else busy(request)

        return guarded

    return decorated


def busy(request: HttpRequest) -> HttpResponse:
    """429, with words."""
    context = {"title": "One moment", "text": BUSY}
    response = render(request, "plain.html.j2", context, status=429)
    response["Retry-After"] = str(SOON)
    return response
