"""Pages for everybody: log in, log out, set a password, health."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grader.web import accounts, limits
from grader.web.devices import device_of, recognise
from grader.web.middleware import not_stored
from grader.web.rights import is_staff
from grader.web.submission_store import NotStoredError

SPAN = 300.0
"""Seconds in which failed attempts to log in are counted, ..."""
TRIES = 10
"""... to one account from one address, or from one device that its owner has used, ..."""
TO_ACCOUNT = 100
"""... to one account from everywhere else, ..."""
FROM_PLACE = 200
"""... and from one address: a lecture hall is behind one. Who gets in is not counted."""
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the process answers; the database plays no part."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether the database answers too."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        connection.close()
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ready"})


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the pages of one's role."""
    if is_staff(request.user):
        return redirect("teach")
    return redirect("work")


class Login(View):
    """Name and password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        if request.user.is_authenticated:
            return redirect("home")
        if request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame"):
            return _ended_in_frame(request)
        return _login_page(request, "")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Try to log in; slow down whoever tries too often."""
        name = request.POST.get("name", "")[:150]
        counted = _attempts(request, name)
        if wait := limits.wait_for_all(counted, SPAN):
            text = f"Too many attempts. {limits.until(wait)} A personal link works meanwhile."
            return _login_page(request, text, 429)
        user = authenticate(
            request, username=name, password=request.POST.get("password", "")[:500]
        )
        if user is None:
            return _login_page(request, "Name and password do not fit together.", 401)
        for what in counted:
            limits.give_back(what)
        login(request, user)
        return recognise(HttpResponseRedirect(_next(request)), user)


def _attempts(request: HttpRequest, name: str) -> dict[str, int]:
    """What an attempt to log in counts as, and how many of each are allowed.

    On a device where the account's owner has logged in before, attempts of others do not
    count: nobody can lock somebody out by wrong passwords.
    """
    account = accounts.digest_of(name)[:32]
    device = device_of(request, name)
    if device:
        return {f"login-device:{device}": TRIES}
    place = limits.place_of(request)
    return {
        f"login-place:{place}": FROM_PLACE,
        f"login-as:{account}@{place}": TRIES,
        f"login-as:{account}": TO_ACCOUNT,
    }


@require_http_methods(["GET", "POST"])
def admin_login(request: HttpRequest) -> HttpResponse:
    """The pages of the administration have no door of their own."""
    if request.user.is_authenticated:
        return not_found(request)
    query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
    return redirect(f"{reverse('login')}?{query}")


def admin_password(request: HttpRequest) -> HttpResponse:
    """One page sets passwords, with its limit on wrong ones."""
    return redirect("password")


def _ended_in_frame(request: HttpRequest) -> HttpResponse:
    """Inside a learning platform nobody logs in; there the way back is its link."""
    from grader.web.lti.embedding import policy

    text = "Go back to the course in your learning platform, and follow the link again."
    response = _plain(request, 401, "Your session has ended", text)
    response["Content-Security-Policy"] = policy(frame="*")
    return response


def _login_page(request: HttpRequest, problem: str, status: int = 200) -> HttpResponse:
    context = {"problem": problem, "next": _next(request)}
    return render(request, "login.html.j2", context, status=status)


def _next(request: HttpRequest) -> str:
    """Where to go after logging in; never to another host."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else "/"


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    end_session(request)
    return redirect("login")


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A personal link: the page asks to go on, so that no preview of a mail uses it up."""
    if request.method == "GET":
        return render(request, "link.html.j2", {"secret": secret})
    what = f"link:{limits.place_of(request)}"
    if wait := limits.wait(what, FROM_PLACE, SPAN):
        text = f"Too many links that do not work came from your address. {limits.until(wait)}"
        return _plain(request, 429, "Too many attempts", text)
    user = accounts.user_of_link(secret)
    if user is None:
        messages.error(request, "This link has ended or was used up. Ask for a new one.")
        return redirect("login")
    limits.give_back(what)
    login(request, user, backend=BACKEND)
    # a link for staff works once: who does not set a password now cannot come back
    wanted = "password" if is_staff(user) and not user.has_usable_password() else "home"
    return recognise(redirect(wanted), user)


@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set one's password."""
    user: Any = request.user
    problems: list[str] = []
    if request.method == "POST":
        first, second = (request.POST.get(name, "")[:500] for name in ("first", "second"))
        old = request.POST.get("old", "")[:500]
        guessed = f"password:{user.pk}"
        if user.has_usable_password() and (wait := limits.wait(guessed, TRIES, SPAN)):
            problems = [f"Too many attempts. {limits.until(wait)}"]
            return _password_page(request, problems, 429)
        if user.has_usable_password() and not user.check_password(old):
            problems.append("The old password is another one.")
        else:
            limits.give_back(guessed)
        if first != second:
            problems.append("The two new passwords differ.")
        try:
            validate_password(first, user)
        except ValidationError as error:
            problems += error.messages
        if not problems:
            user.set_password(first)
            user.save()
            login(request, user, backend=BACKEND)
            messages.success(request, "Your password is set.")
            return redirect("home")
    return _password_page(request, problems, 422 if problems else 200)


def _password_page(request: HttpRequest, problems: list[str], status: int) -> HttpResponse:
    user: Any = request.user
    context = {"problems": problems, "has_one": user.has_usable_password()}
    return render(request, "password.html.j2", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is not there, or not for you."""
    return _plain(request, 404, "There is no such page", "Or it is not for you to see.")


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that makes no sense."""
    return _plain(request, 400, "This request cannot be read", "Go back and try again.")


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong here; if it was the store, outside a view, that is said."""
    if isinstance(sys.exc_info()[1], NotStoredError | DatabaseError):
        return not_stored(request)
    text = "Nothing of what you sent was lost if you saw it confirmed. Try again in a moment."
    return _plain(request, 500, "Something went wrong", text)


def _plain(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        from grader.web.api.refusals import problem_json

        return problem_json(status, {400: "syntax", 404: "not_found"}.get(status, "broken"), text)
    return render(request, "plain.html.j2", {"title": title, "text": text}, status=status)
