"""Addresses of the service with a plain way to hand in, for faults and measurements.

The views do what a real one does and nothing else: whose token, whose exercise, keep, grade.
`bare` is the floor of measurements: one durable insert.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from grader.errors import ClosedError, ConflictError
from grader.web import views
from grader.web.accounts import token_of
from grader.web.grading import grade
from grader.web.models import Audit
from grader.web.rights import task_of_student
from grader.web.submission_store import keep


@csrf_exempt
def submissions(request: HttpRequest, task: str) -> JsonResponse:
    """Hand in: 201 new, 200 seen before, 409 the same key with other content."""
    token = token_of(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if token is None:
        return JsonResponse({"code": "unknown"}, status=401)
    found = task_of_student(token.user, task)
    try:
        kept = keep(found, request.headers["Idempotency-Key"], request.body)
    except ConflictError:
        return JsonResponse({"code": "conflict"}, status=409)
    except ClosedError:
        return JsonResponse({"code": "closed"}, status=403)
    answer: dict[str, Any] = {"id": kept.submission.pk}
    if request.GET.get("grade"):
        result = grade(kept.submission)
        answer["score"] = result.score if result else None
    return JsonResponse(answer, status=201 if kept.new else 200)


@csrf_exempt
def bare(request: HttpRequest) -> JsonResponse:
    """One durable insert."""
    made = Audit.objects.create(action="bare", detail={"text": request.body.decode()})
    return JsonResponse({"id": made.pk}, status=201)


def large(request: HttpRequest) -> JsonResponse:
    """An answer of many megabytes, for clients that do not read it."""
    return JsonResponse(json.loads('"' + "x" * 8_000_000 + '"'), safe=False)


urlpatterns = [
    path("health", views.health),
    path("ready", views.ready),
    path("bare", bare),
    path("large", large),
    path("api/v1/exercises/<str:task>/submissions", submissions),
]
handler404 = "grader.web.refusals.not_found"
handler500 = "grader.web.refusals.broken"
