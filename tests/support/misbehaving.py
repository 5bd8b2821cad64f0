"""A small web server that stands in for somebody else's, and can be told to misbehave."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


@dataclass
class Rule:
    """On the n-th call of a function something goes wrong.

    what: `500`, `429` (with `wait` seconds), `throttled` (Canvas' 403), `hang`, `cut` (half an
    answer), `short` (half of it, as if that were all), `lose` (done, but no answer), `html`
    (status 200), `deny`.
    """

    function: str
    nth: int
    what: str
    wait: str = "1"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing on the terminal of the tests."""


@dataclass
class Misbehaving:
    """A server on 127.0.0.1; used in a `with` block."""

    rules: list[Rule] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    """Requests that change something."""
    paths: list[str] = field(default_factory=list)
    """What was asked for, arguments of addresses included."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.over = threading.Event()
        self.server: BaseWSGIServer | None = None

    def __enter__(self) -> Self:
        self.server = make_server(
            "127.0.0.1", 0, self.application, threaded=True, request_handler=_Quiet
        )
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        assert self.server is not None
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def port(self) -> int:
        assert self.server is not None
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def application(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        function = self.function_of(request)
        with self.lock:
            self.calls[function] += 1
            self.paths.append(request.full_path)
            rule = next(
                (
                    one
                    for one in self.rules
                    if one.function in (function, "*") and one.nth == self.calls[function]
                ),
                None,
            )
            response = self._misled(rule, request, function)
            request.close()
        if rule and rule.what == "hang":
            self.over.wait(30)
        if rule and rule.what in ("hang", "lose"):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        if rule and rule.what == "short":
            response.set_data(response.get_data()[: len(response.get_data()) // 2])
        if rule and rule.what == "cut":
            response.headers["Content-Length"] = str(len(response.get_data()) + 1000)
        return response(environ, start)

    def _misled(self, rule: Rule | None, request: Request, function: str) -> Response:
        match rule.what if rule else "":
            case "500":
                return Response("<h1>Oops</h1>", 500, mimetype="text/html")
            case "429":
                assert rule is not None
                return Response("slow down", 429, {"Retry-After": rule.wait})
            case "throttled":
                said = "403 Forbidden (Rate Limit Exceeded)"
                return Response(said, 403, {"X-Rate-Limit-Remaining": "0.0"})
            case "html":
                return Response("<h1>Maintenance</h1>", 200, mimetype="text/html")
            case "hang":
                return Response("", 200)
            case "deny":
                return self.denied(function)
        return self.answer(request, function)

    def function_of(self, request: Request) -> str:
        raise NotImplementedError

    def answer(self, request: Request, function: str) -> Response:
        raise NotImplementedError

    def denied(self, function: str) -> Response:
        raise NotImplementedError


def as_json(found: Any, status: int = 200, **headers: str) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(found), status, headers, mimetype="application/json")
