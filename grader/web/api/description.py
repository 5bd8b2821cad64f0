"""The interface described: OpenAPI for programs, a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from grader.web.accounts import SCOPES
from grader.web.api.bodies import CLASS_FILES, FILES
from grader.web.api.given import Answers
from grader.web.api.refusals import CODES, MEDIA
from grader.web.api.shapes import ProblemDetails
from grader.web.settings import SESSION_COOKIE_NAME

Doc = dict[str, Any]

ABOUT = (
    "Exercises, submissions and grades for other software. Errors are problems of RFC 9457 "
    "with a code; lists come in pieces (limit, offset); times are in ISO 8601 with their zone."
)
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "bpg_…",
    "description": "Made at /tokens/, with scopes: "
    + "; ".join(f"{name}: {what}" for name, what in SCOPES.items()),
}
SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": SESSION_COOKIE_NAME,
    "description": "A browser's session. What changes something needs the header X-CSRFToken.",
}
ALWAYS = (400, 401, 403, 429, 500, 503)
"""Errors that any operation may answer."""


def described(api: NinjaAPI) -> Doc:
    """The description in OpenAPI 3.1."""
    return _described(api, reverse("api-root"))


@lru_cache(maxsize=4)
def _described(api: NinjaAPI, prefix: str) -> Doc:
    doc: Doc = dict(api.get_openapi_schema(path_prefix=prefix))
    doc["info"] = {"title": "bpgrade", "version": "1", "description": ABOUT}
    doc["servers"] = [{"url": "/"}]
    components = doc["components"]
    components["securitySchemes"] = {"Token": TOKEN, "Session": SESSION}
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= schema.pop("$defs", {}) | {"ProblemDetails": schema}
    answers = Answers.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"]["Answers"] = answers
    for path, methods in doc["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation, _scopes(api, operation))
    return doc


def _scopes(api: NinjaAPI, operation: Doc) -> list[str]:
    """Of the token, any of which is enough."""
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for one in view.operations:
                if api.get_openapi_operation_id(one) == operation["operationId"]:
                    return list(getattr(one.auth_callbacks[0], "scopes", ()))
    return []


def _complete(path: str, method: str, operation: Doc, scopes: list[str]) -> None:
    name = operation["operationId"].rsplit("_api_", 1)[-1]
    operation["operationId"] = name
    operation["security"] = [{"Token": []}, {"Session": []}]
    operation["x-scopes"] = scopes
    statuses = [*ALWAYS, 422]
    if "{" in path or method == "post":
        statuses.append(404)
    if method in ("post", "patch"):
        statuses += [413, 415]
    if name == "submissions_hand_in" or "{assignment}/" in f"{path}/":
        statuses.append(409)
    if name == "submissions_hand_in":
        operation["parameters"] += _file_parameters(key=True)
        operation["requestBody"] = _file_body(FILES)
    if name == "checks_check_class":
        operation["parameters"] += _file_parameters(key=False)
        operation["requestBody"] = _file_body(CLASS_FILES)
    # ninja makes one object for all methods of an operation; only ours are added
    operation["responses"] |= {str(status): _problem(status) for status in sorted(statuses)}
    operation["responses"] = {str(k): v for k, v in operation["responses"].items()}


def _problem(status: int) -> Doc:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    found: Doc = {"description": HTTPStatus(status).phrase, "content": {MEDIA: {"schema": schema}}}
    if status in (429, 503):
        found["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        }
    return found


def _file_parameters(key: bool) -> list[Doc]:
    found: list[Doc] = [
        {
            "name": "name",
            "in": "query",
            "schema": {"type": "string"},
            "description": "The file's name; or send Content-Disposition.",
        }
    ]
    if key:
        schema = {"type": "string", "pattern": "^[!-~]{1,100}$"}
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": schema,
                "description": "Chosen by you, one for each thing that is handed in.",
                "example": "hw1-attempt-1",
            }
        )
    return found


def _file_body(types: Mapping[str, str]) -> Doc:
    content: Doc = {kind: {"schema": {}} for kind in types}  # any bytes; what they are is read
    if types is FILES:
        content["application/json"] = {"schema": {"$ref": "#/components/schemas/Answers"}}
    return {"required": True, "content": content}


def asked_for(api: NinjaAPI, request: HttpRequest) -> set[str]:
    """Names of the parameters that may follow the question mark of an address."""
    match = request.resolver_match
    path = f"/{match.route}".replace("<", "{").replace(">", "}") if match else ""
    operation = described(api)["paths"].get(path, {}).get((request.method or "").lower(), {})
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}


# the page ----------------------------------------------------------------------------------


def operations(doc: Doc) -> Iterator[Doc]:
    """Every operation with its method and path, in the order of the description."""
    for path, methods in doc["paths"].items():
        for method, operation in methods.items():
            yield {"method": method.upper(), "path": path, **operation}


def named(schema: Doc) -> str:
    """A type in a few words.

    >>> named({"anyOf": [{"type": "string"}, {"type": "null"}]})
    'string or null'
    >>> named({"type": "array", "items": {"$ref": "#/components/schemas/Step"}})
    'list of Step'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(named(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f"“{one}”" for one in schema["enum"])
    if "const" in schema:
        return f"{schema['const']!r}"
    if schema.get("type") == "array":
        return f"list of {named(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {named(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type") or "anything")


def pages(api: NinjaAPI) -> tuple[Any, Any]:
    """The two views: the description, and the page made of it."""

    @require_GET
    def description(request: HttpRequest) -> HttpResponse:
        return JsonResponse(described(api))

    @require_GET
    def documentation(request: HttpRequest) -> HttpResponse:
        doc = described(api)
        groups: dict[str, list[Doc]] = {}
        for operation in operations(doc):
            groups.setdefault(operation["tags"][0], []).append(operation)
        context = {
            "groups": groups,
            "schemas": dict(sorted(doc["components"]["schemas"].items())),
            "codes": CODES,
            "scopes": SCOPES,
            "about": ABOUT,
            "named": named,
        }
        return render(request, "api/docs.html.j2", context)

    return description, documentation
