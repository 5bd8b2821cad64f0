"""The production server: waitress, which takes a request in whole before a thread sees it.

What waitress leaves open is added here. A request that is not complete some seconds after its
first byte is ended, and so is an answer that nobody takes; where connections run short, the one
that has been unfinished longest makes room, so that slow clients cannot keep others out.
"""

from __future__ import annotations

import errno
import logging
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from grader.errors import ServiceError, reason_of

THREADS = 4
"""More of them only take turns at the interpreter's lock: fewer a second, and all slower."""
PROBES = ("/health", "/ready")
"""Paths that are answered each by a thread of its own, however busy the others are."""
SWITCH = 0.001
"""Seconds for which a thread keeps the interpreter's lock where others want it."""
BODY = 2_000_000
"""Bytes of a request's body."""
HEADERS = 32_768
"""Bytes of a request's first line and headers."""
RESERVED = 96
"""Descriptors that are not connections: database, files, the graders' pipes."""
MOST = 2_000
"""Connections, however many descriptors there are."""
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

log = logging.getLogger("bpgrade.server")


@dataclass(frozen=True)
class Patience:
    """How long the server waits for others, in seconds."""

    request: float = 10.0
    """From a request's first byte (or from the connection) to its last."""
    idle: float = 30.0
    """Between an answer and the next request."""
    answer: float = 20.0
    """In which nothing, or less than `slowest`, of an answer is taken."""
    slowest: float = 10_000.0
    """Bytes a second of an answer, as an average."""
    ending: float = 10.0
    """For what was begun when the server is told to end."""

    @classmethod
    def from_environment(cls) -> Patience:
        """With other times for tests: `BPGRADE_PATIENCE="request=2 idle=2"`.

        Raises:
            ServiceError: no such time.
        """
        pairs = (word.partition("=") for word in os.environ.get("BPGRADE_PATIENCE", "").split())
        try:
            return cls(**{name: float(seconds) for name, _, seconds in pairs})
        except (TypeError, ValueError):
            raise ServiceError("BPGRADE_PATIENCE is written as: request=10 answer=20") from None


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when it waits for its client."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.since = time.monotonic()
        """When what it waits for began: the connection, the first byte, the last answer."""
        self.answered = 0
        """Requests of this connection that were answered."""
        self.taken = 0
        """Bytes of the present answer that the client has taken."""
        self.answering: float | None = None
        """Since when there is an answer to take."""
        super().__init__(*args, **kwargs)

    def received(self, data: bytes) -> bool:
        """Start the clock at a request's first byte."""
        if self.request is None and not self.requests:
            self.since = time.monotonic()
        return bool(super().received(data))

    def service(self) -> None:
        """Answer one request; the clock of the next one starts afterwards."""
        super().service()
        self.answered += 1
        self.since = time.monotonic()

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Count what the client takes."""
        sent = int(super().send(data, do_close))
        self.taken += sent
        return sent

    @property
    def unfinished(self) -> bool:
        """Whether it waits for its client: to send a request, or to take an answer."""
        return not self.requests or bool(self.total_outbufs_len)

    @property
    def resting(self) -> bool:
        """Whether nothing is going on: no request was begun, no answer is under way."""
        return self.request is None and not self.requests and not self.total_outbufs_len

    def late(self, patience: Patience, now: float) -> bool:
        """Whether it has waited for too long."""
        if self.total_outbufs_len:
            if self.answering is None:
                self.answering, self.taken = now, 0
            return now - self.answering > patience.answer + self.taken / patience.slowest
        self.answering = None
        if self.requests:
            return False
        fresh = self.request is not None or not self.answered
        return now - self.since > (patience.request if fresh else patience.idle)

    def end(self) -> None:
        """Close it now, also where the client's window is full."""
        if self.request is not None and not self.requests and not self.total_outbufs_len:
            with suppress(OSError):
                self.socket.send(TOO_LATE)
        self.will_close = True
        self.handle_close()


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """One listening socket; makes room for a new connection by ending an old one."""

    channel_class = Channel
    probes: Mapping[str, ThreadedTaskDispatcher] = {}
    """Path -> whose thread answers it alone."""

    def add_task(self, task: Channel) -> None:
        """Have a request answered; those of `PROBES` wait behind nothing else."""
        path = getattr(task.requests[0], "path", "")  # what makes no sense has none
        aside = self.probes.get(path)
        (aside or self.task_dispatcher).add_task(task)

    def handle_accept(self) -> None:
        """Take a connection; with too many, end the one that is unfinished longest."""
        channels = list(channels_in(self._map))
        if len(channels) >= self.adj.connection_limit:
            waiting = [channel for channel in channels if channel.unfinished]
            if not waiting:
                return  # all of them are being answered: the next turn comes soon
            min(waiting, key=lambda channel: channel.since).end()
        super().handle_accept()

    def readable(self) -> bool:
        """Whether it accepts; the base class would stop at the limit instead."""
        if not self.accepting or len(self._map) < self.adj.connection_limit:
            return bool(self.accepting)
        return any(channel.unfinished for channel in channels_in(self._map))


def channels_in(found: dict[int, Any]) -> Iterator[Channel]:
    """The connections among what is polled."""
    return (one for one in list(found.values()) if isinstance(one, Channel))


class Server:
    """Listens from the moment it is made; answers while `run` runs.

    Raises:
        ServiceError: the address cannot be listened on.
    """

    def __init__(self, host: str, port: int, proxy: str = "", threads: int = THREADS) -> None:
        self.patience = Patience.from_environment()
        self._sockets = listening(host, port)
        self.port = int(self._sockets[0].getsockname()[1])
        self._proxy = proxy
        self._threads = threads
        self._polled: dict[int, Any] = {}
        self._listeners: list[Listener] = []
        self._told = 0

    def run(self, application: Callable[..., Any]) -> None:
        """Answer until told to end; what was begun is finished, within limits."""
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self._threads)
        probes = {path: ThreadedTaskDispatcher() for path in PROBES}
        for aside in probes.values():
            aside.set_thread_count(1)
        chosen = self._adjusted()
        for one in self._sockets:
            info = (one.family, one.type, one.proto, one.getsockname())
            listener = Listener(
                application, self._polled, True, one, dispatcher, chosen, info, False
            )
            listener.probes = probes
            self._listeners.append(listener)
        with suppress(ValueError):  # tests run it in a thread, which gets no signals
            signal.signal(signal.SIGTERM, self._end)
            signal.signal(signal.SIGINT, self._end)
        while not self._told:
            self._turn(1.0)
        self._finish()
        for ending in (dispatcher, *probes.values()):
            ending.shutdown(timeout=1)
        wasyncore.close_all(self._polled, ignore_all=True)

    def end(self) -> None:
        """Tell it to end, from another thread or a signal."""
        self._told += 1
        if self._listeners:
            self._listeners[0].pull_trigger()

    def _end(self, number: int, frame: object) -> None:
        if self._told:
            os._exit(130)  # told twice: at once; what was acknowledged is on the disk
        self.end()

    def _turn(self, seconds: float) -> None:
        wasyncore.poll2(min(seconds, 0.5), self._polled)
        now = time.monotonic()
        for channel in channels_in(self._polled):
            if channel.late(self.patience, now):
                channel.end()

    def _finish(self) -> None:
        """Accept nothing more; wait for requests that were begun."""
        for listener in self._listeners:
            listener.del_channel()
            listener.accepting = False
            listener.socket.close()
        until = time.monotonic() + self.patience.ending
        while time.monotonic() < until:
            for channel in channels_in(self._polled):
                if channel.resting:
                    channel.end()
            if not any(channels_in(self._polled)):
                return
            self._turn(0.05)
        log.warning("some requests were not finished in time")

    def _adjusted(self) -> Adjustments:
        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        room = MOST if most == resource.RLIM_INFINITY else min(MOST, most - RESERVED)
        proxy: dict[str, Any] = {}
        if self._proxy:
            proxy = {
                "trusted_proxy": self._proxy,
                "trusted_proxy_count": 1,
                "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
            }
        return Adjustments(
            threads=self._threads,
            connection_limit=max(16, room),
            max_request_body_size=BODY,
            max_request_header_size=HEADERS,
            asyncore_use_poll=True,
            log_socket_errors=False,
            ident="bpgrade",
            clear_untrusted_proxy_headers=True,
            **proxy,
        )


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on an address; several where a name has several.

    Raises:
        ServiceError: the port is taken, or the address is not ours; the message says which.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ServiceError(f"{host} is no address: {reason_of(error)}") from None
    made: list[socket.socket] = []
    for family, kind, protocol, _, address in dict.fromkeys(found):
        one = socket.socket(family, kind, protocol)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            one.bind(address)
            one.listen(1024)
        except OSError as error:
            one.close()
            if made and error.errno != errno.EADDRINUSE:
                continue  # a machine without IPv6 has the name for it all the same
            for other in made:
                other.close()
            raise ServiceError(_why_not(host, port, error)) from None
        one.setblocking(False)
        made.append(one)
    return made


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken; end what listens there, or choose another --port"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used: ports below 1024 are for root; choose another --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; choose another --host"
    return f"cannot listen on {host}, port {port}: {reason_of(error)}"


def loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> loopback("127.0.0.1"), loopback("localhost"), loopback("0.0.0.0")
    (True, True, False)
    """
    return host in ("localhost", "::1") or host.startswith("127.")


def serve(server: Server) -> None:
    """Answer, grade what was left over, send grades and have long work done, until told to end."""
    from grader.web import housekeeping
    from grader.web.grading import Sweeper
    from grader.web.jobs.worker import Worker
    from grader.web.lti.grade_sender import Postman
    from grader.web.wsgi import application

    sys.setswitchinterval(SWITCH)
    sweeper, postman, worker = Sweeper(clear=housekeeping.clear), Postman(), Worker()
    postman.start()
    worker.start()
    if os.environ.get("BPGRADE_SWEEPING") != "off":  # measurements
        sweeper.start()
    log.info("started", extra={"bpgrade": {"port": server.port}})
    try:
        server.run(application)
    finally:
        sweeper.end()
        postman.end()
        worker.end()
        log.info("ended")
