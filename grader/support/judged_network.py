"""Connections for httpcore: to addresses that were judged, with one deadline for all they do."""

from __future__ import annotations

import ipaddress
import selectors
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from grader.errors import AddressError
from grader.support import addresses


class Exchange:
    """One question and its answer: what is allowed, until when, and how far it came."""

    def __init__(self) -> None:
        self.begin(False, 0.0)

    def begin(self, internal: bool, seconds: float) -> None:
        """A new one.

        Args:
            internal: whether addresses of private networks are allowed.
            seconds: for everything.
        """
        self.internal = internal
        self.until = time.monotonic() + seconds
        self.sent = False
        """Whether the other side may have seen anything of the question."""
        self.ended = False
        """Whether the other side has ended the connection."""
        self.said = b""
        """The first bytes of the answer."""

    @property
    def like_http(self) -> bool:
        """Whether the answer begins as one of HTTP, as far as it came."""
        return b"HTTP/".startswith(self.said[:5])

    def left(self, timeout: float | None) -> float:
        """Seconds that may still be waited.

        Raises:
            TimeoutError: none.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if timeout is None else min(timeout, left)

    def refuse_literal(self, host: str) -> None:
        """
        Raises:
            AddressError: a host that is an address itself, of an internal network.
        """
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return
        if not addresses.allowed(host, self.internal):
            raise AddressError(f"{host} lies in an internal network, which is not allowed here")


class JudgedNetwork(httpcore.NetworkBackend):
    """Connects to the first allowed address that answers.

    Args:
        exchange: what is allowed, and until when.
        judging: False for proxies: the administrator chose them, wherever they lie.
    """

    def __init__(self, exchange: Exchange, judging: bool = True) -> None:
        self.exchange, self.judging = exchange, judging

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection.

        Raises:
            AddressError: the name leads where nothing may be connected to.
            OSError: none came about.
        """
        internal = self.exchange.internal or not self.judging
        good = addresses.judged(host, port, internal, self.exchange.left(timeout))
        failed: OSError = TimeoutError()
        for family, kind, protocol, _, address in good:
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(self.exchange.left(timeout))
                made.connect(address)
                return _Stream(made, self.exchange)
            except OSError as error:
                made.close()
                failed = error
        raise failed


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: socket.socket, exchange: Exchange) -> None:
        self.inner, self.exchange = inner, exchange

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.inner.settimeout(self.exchange.left(timeout))
        data = self.inner.recv(max_bytes)
        self.exchange.ended = not data
        self.exchange.said = self.exchange.said or data[:5]
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.settimeout(self.exchange.left(timeout))
        self.exchange.sent = True
        try:
            self.inner.sendall(buffer)
        except TimeoutError:
            raise
        except OSError:  # httpcore then looks whether an answer came before the end
            raise httpcore.WriteError from None

    def close(self) -> None:
        with suppress(OSError):
            self.inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            self.inner.settimeout(self.exchange.left(timeout))
            safe = ssl_context.wrap_socket(self.inner, server_hostname=server_hostname)
        except BaseException:
            self.close()
            raise
        return _Stream(safe, self.exchange)

    def get_extra_info(self, info: str) -> Any:
        """Whether something came in between two questions: then the other side has ended it."""
        if info != "is_readable":
            return None
        with selectors.DefaultSelector() as looking:
            looking.register(self.inner, selectors.EVENT_READ)
            return bool(looking.select(0))
