"""Addresses of the REST interface, below /api/v1/."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, re_path

from grader.web.api import assignments, checks, courses, exercises, families, submissions, waiting
from grader.web.api.description import asked_for, pages
from grader.web.api.interface import answered, missing, new_interface

api = new_interface()
for _part in (families, courses, assignments, exercises, submissions, checks, waiting):
    api.add_router("", _part.router)

description, documentation = map(answered, pages(api))


def root(request: HttpRequest) -> HttpResponse:
    """To the documentation."""
    return redirect("api-docs")


def _resources() -> list[URLPattern]:
    """The resources' addresses; the library's own root is left out."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in found:
        one.callback = answered(one.callback, partial(asked_for, api))
        one.name = f"api-{one.name}"
    return found


urlpatterns = [
    path("", root, name="api-root"),
    path("openapi.json", description, name="api-description"),
    path("docs", documentation, name="api-docs"),
    *_resources(),
    re_path(r"^.*$", missing, name="api-missing"),
]
