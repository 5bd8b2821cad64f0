"""Pages inside a platform's frame: who may frame them, and cookies that survive there.

Browsers keep the cookies of other sites out of frames unless they are `SameSite=None; Secure;
Partitioned`. Only a session that began with a launch into a frame gets such cookies, and only
the platform that it came from may show its pages in a frame.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FRAMED = "framed_by"
"""Key of the session: the platform's origin."""
LAUNCHED = "launched_from"
"""Key of the session: the platform's name, where it began with a launch."""
SINCE = "launched_at"
"""Key of the session: when, in Unix time."""
HOURS = 12
"""After which a session that began with a launch ends."""


class Framed:
    """Middleware within the session's."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, for the frame that it is shown in."""
        if time.time() - request.session.get(SINCE, time.time()) > HOURS * 3600:
            request.session.flush()
        response = self._answer(request)
        origin = request.session.get(FRAMED)
        if origin:
            response.setdefault("Content-Security-Policy", policy(frame=origin))
        return response


class FramedCookies:
    """Middleware outside the session's, which sets its cookie last."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; its cookies may be sent from within the frame."""
        response = self._answer(request)
        session: Any = getattr(request, "session", {})
        if settings.SECURE and session.get(FRAMED):
            for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
                if name in response.cookies:
                    response.cookies[name]["samesite"] = "None"
                    response.cookies[name]["secure"] = True
        return response


def set_launch_cookie(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """A cookie that comes back with the platform's POST, also from within a frame.

    Without TLS no browser takes `SameSite=None`; one that says nothing of it is sent along in a
    new window for two minutes.
    """
    response.set_cookie(name, value, max_age=seconds, httponly=True, secure=settings.SECURE)
    if settings.SECURE:
        response.cookies[name]["samesite"] = "None"


def policy(frame: str = "'none'", form: str = "'self'") -> str:
    """The content security policy of a page.

    Args:
        frame: who may show it in a frame.
        form: where its forms may go.
    """
    from grader.web.middleware import POLICY

    changed = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {frame}")
    return changed.replace("form-action 'self'", f"form-action {form}")


def origin_of(url: str) -> str:
    """Scheme, host and port; '' for what is no web address.

    >>> origin_of("https://moodle.example/mod/lti?id=5"), origin_of("javascript:alert(1)")
    ('https://moodle.example', '')
    >>> origin_of("https://a.example;script-src *"), origin_of("https://[")
    ('', '')
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # such as https://[
        return ""
    plain = all(char.isalnum() or char in ".-:[]" for char in parts.netloc)
    if parts.scheme not in ("https", "http") or not parts.netloc or not plain:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def partitioned(application: Application) -> Application:
    """A WSGI application whose `SameSite=None` cookies are partitioned.

    Added here because Python's own cookies know the attribute only since 3.14.
    """

    def wrapped(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [(name, _parted(name, value)) for name, value in headers], *more)

        return application(environ, begin)

    return wrapped


def _parted(name: str, value: str) -> str:
    if name.lower() != "set-cookie" or "SameSite=None" not in value:
        return value
    return value if "Partitioned" in value else f"{value}; Partitioned"
