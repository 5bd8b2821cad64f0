"""Everybody's own tokens for the REST interface: made, listed, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from grader.web import accounts
from grader.web.assignments import note
from grader.web.rights import is_staff
from problems.texts import shown_line

DAYS = {"30": "30 days", "90": "90 days", "365": "a year", "": "until I end it"}
MOST = 20
"""Tokens of one person."""


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form for a new one, whose text is shown once."""
    if request.method == "GET":
        return _page(request)
    name = shown_line(request.POST.get("name", ""))[:100]
    scopes = [one for one in request.POST.getlist("scopes") if one in scopes_for(request.user)]
    days = request.POST.get("days", "90")
    problems = {}
    if not name:
        problems["name"] = "Give the token a name, such as the program that uses it."
    if not scopes:
        problems["scopes"] = "Choose at least one thing that the token may do."
    if days not in DAYS:
        problems["days"] = "Choose how long it lasts."
    user: Any = request.user
    if not problems and user.tokens.count() >= MOST:
        problems["name"] = f"You have {MOST} tokens; end one first."
    if problems:
        return _page(request, problems=problems, status=422)
    with transaction.atomic():
        secret = accounts.new_token(user, name, scopes, float(days) if days else None)
        note(user, None, "token.made", name, scopes=scopes)
    return _page(request, secret=secret)


def scopes_for(user: Any) -> dict[str, str]:
    """What a token of theirs may do: only who teaches is offered what teachers do."""
    teaches = is_staff(user)
    return {name: what for name, what in accounts.SCOPES.items() if teaches or name != "teach"}


@login_required
@require_POST
def end(request: HttpRequest, token: int) -> HttpResponse:
    """End one of one's own tokens."""
    user: Any = request.user
    with transaction.atomic():
        found = user.tokens.filter(pk=token).first()
        if found is None:
            raise Http404("no such page")
        note(user, None, "token.ended", found.name)
        found.delete()
    messages.success(request, f"The token “{found.name}” has ended.")
    return redirect("tokens")


def _page(
    request: HttpRequest,
    secret: str = "",
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    user: Any = request.user
    context = {
        "tokens": user.tokens.order_by("-created"),
        "secret": secret,
        "problems": problems or {},
        "scopes": scopes_for(user),
        "chosen": request.POST.getlist("scopes") if problems else ["read"],
        "name": request.POST.get("name", "") if problems else "",
        "days": DAYS,
        "now": timezone.now(),
    }
    return render(request, "tokens.html.j2", context, status=status)
