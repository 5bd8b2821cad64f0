"""The production server: waitress, which takes a request in whole before a thread sees it."""

from __future__ import annotations

import logging
import signal
from typing import Any

from waitress.server import create_server

THREADS = 8
BODY = 2_000_000
"""Bytes of a request's body."""

log = logging.getLogger("bpgrade.server")


def serve(host: str, port: int) -> None:
    """Answer until the process is told to end; what was begun is finished."""
    from grader.web.grading import Sweeper
    from grader.web.wsgi import application

    server: Any = create_server(
        application,
        host=host,
        port=port,
        threads=THREADS,
        max_request_body_size=BODY,
        ident="bpgrade",
        clear_untrusted_proxy_headers=True,
    )
    sweeper = Sweeper()
    sweeper.start()

    def end(number: int, frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    log.info("started", extra={"bpgrade": {"host": host, "port": port}})
    try:
        server.run()
    finally:
        server.close()
        sweeper.end()
        log.info("ended")
