"""Calls to learning platforms, within limits: where to, how long, how much.

The address of a name is looked up once, judged, and that very address is connected to, so that
a name cannot mean something else a moment later. Redirects are not followed. Every wait counts
towards one deadline: a server that sends a byte now and then is as silent as one that sends none.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from grader import __version__
from grader.errors import AddressError, ResponseError, SilenceError
from problems.texts import parsed_json

LIMIT = 65_536
"""Bytes of an answer."""
LONGEST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a platform is waited for, in seconds."""

    connect: float = 3.0
    """For its name and for the connection, each."""
    read: float = 5.0
    """For the next byte."""
    whole: float = 10.0
    """For everything."""


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered, whatever its status; a redirect is an answer too."""

    status: int
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, for messages."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON, whatever it calls itself.

        Raises:
            ResponseError: it is none.
        """
        try:
            return parsed_json(self.body)
        except (ValueError, RecursionError):
            raise ResponseError("the answer is no JSON") from None


def call(
    internal: bool,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit: int = LIMIT,
    patience: Patience | None = None,
) -> Answer:
    """Ask a platform once.

    Args:
        internal: whether addresses of private networks, this machine's, and http are allowed.
        method: such as `POST`.
        url: from the platform's registration, or from what it said in a signed launch.
        headers: to send; the host, the length and that the connection ends are added.
        body: to send.
        limit: bytes of the answer's body.
        patience: how long it is waited for, `PATIENCE` if None.

    Raises:
        AddressError: the address may not be called.
        SilenceError: no connection, no answer in time, or one that breaks off.
        ResponseError: the answer is too long, or no HTTP.
    """
    where, port = checked(url, internal)
    waited = patience or PATIENCE
    until = time.monotonic() + waited.whole
    connection = _Connection(where, port, internal, waited, until)
    path = (where.path or "/") + (f"?{where.query}" if where.query else "")
    sent = {"User-Agent": f"bpgrade/{__version__}", "Connection": "close", **(headers or {})}
    try:
        connection.request(method, path, body, sent)
        return _read(connection.getresponse(), limit)
    except (http.client.RemoteDisconnected, http.client.IncompleteRead):
        raise SilenceError(f"{where.hostname} ended the connection") from None
    except (TimeoutError, ssl.SSLWantReadError):
        raise SilenceError(f"{where.hostname} does not answer in time") from None
    except ssl.SSLCertVerificationError as error:
        said = error.verify_message
        raise SilenceError(f"the certificate of {where.hostname} does not hold: {said}") from None
    except OSError as error:
        raise SilenceError(f"{where.hostname} cannot be reached: {_words(error)}") from None
    except (http.client.HTTPException, ValueError):
        raise ResponseError(f"{where.hostname} does not answer as the web does") from None
    finally:
        connection.end()


def checked(url: str, internal: bool) -> tuple[SplitResult, int]:
    """The parts of an address and its port, where it may be called at all.

    Raises:
        AddressError: it may not; where a name leads to is only known when it is called.

    >>> checked("https://lms.example/token", False)[1]
    443
    """
    try:
        found = urlsplit(url)
        port = found.port or {"https": 443, "http": 80}.get(found.scheme, 0)
    except ValueError:
        raise AddressError(f"{_shown(url)} is no address") from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not plain or not port or not found.hostname or "@" in found.netloc:
        raise AddressError(f"{_shown(url)} is no address of a learning platform")
    if found.scheme == "http" and not internal:
        raise AddressError(
            f"{_shown(url)} is not https; http is for platforms that are allowed as internal"
        )
    return found, port


def _shown(url: str) -> str:
    return repr(url[:80])


def _words(error: OSError) -> str:
    return (error.strerror or error.__class__.__name__).lower()


def _read(response: http.client.HTTPResponse, limit: int) -> Answer:
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise ResponseError("the answer is packed, which was not asked for")
    body = response.read(limit + 1)
    if len(body) > limit:
        raise ResponseError(f"the answer has more than {limit:,} bytes")
    if response.length:  # http.client takes the end of the connection for the end of the body
        raise http.client.IncompleteRead(body, response.length)
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        known = headers.get(name.lower())
        headers[name.lower()] = f"{known}, {value}" if known else value
    return Answer(response.status, headers, body)


# where to ----------------------------------------------------------------------------------


def allowed(address: str, internal: bool) -> bool:
    """Whether an address may be connected to.

    Link-local ones never: behind them clouds hand out their keys.

    >>> allowed("93.184.215.14", False), allowed("10.0.0.1", False), allowed("10.0.0.1", True)
    (True, False, True)
    >>> allowed("169.254.169.254", True)
    False
    """
    found = _meant(ipaddress.ip_address(address.partition("%")[0]))
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        return False
    return internal or (found.is_global and not found.is_reserved)


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _meant(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address inside one of IPv6, where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def looked_up(host: str, port: int, seconds: float) -> list[Any]:
    """The addresses of a name, as `socket.getaddrinfo` gives them.

    In a thread of its own: the system's resolver knows no deadline.

    Raises:
        OSError: it has none, or not in time.
    """
    answers: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="resolver").start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, UnicodeError):
        raise OSError(f"{host} is no name")
    if isinstance(found, OSError):
        raise found
    return list(found)


@lru_cache(1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was judged, with one deadline for all it does."""

    def __init__(
        self, where: SplitResult, port: int, internal: bool, patience: Patience, until: float
    ) -> None:
        super().__init__(str(where.hostname), port)
        if where.scheme == "https":
            self.default_port = 443
        self.where, self.internal = where, internal
        self.patience, self.until = patience, until
        self.reached: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first allowed address that answers."""
        seconds = min(self.patience.connect, _left(self.until))
        found = looked_up(self.host, self.port, seconds)
        good = [one for one in found if allowed(str(one[4][0]), self.internal)]
        if not good:
            raise AddressError(
                f"{self.host} lies in an internal network, which is not allowed for this platform"
            )
        plain = self._reached(good)
        if self.where.scheme == "https":
            try:
                plain = _tls().wrap_socket(plain, server_hostname=self.host)
            except BaseException:
                plain.close()
                raise
        self.reached = plain
        self.sock: Any = _Deadlined(plain, self.patience.read, self.until)

    def end(self) -> None:
        """Let go of everything."""
        self.close()
        if self.reached is not None:
            with suppress(OSError):
                self.reached.close()

    def _reached(self, addresses: list[Any]) -> socket.socket:
        failed: OSError = TimeoutError()
        for family, kind, protocol, _, address in addresses:
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(min(self.patience.connect, _left(self.until)))
                made.connect(address)
                return made
            except OSError as error:
                made.close()
                failed = error
        raise failed


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Deadlined:
    """A socket, as far as http.client needs one, all of whose waits end at one deadline."""

    def __init__(self, inner: socket.socket, read: float, until: float) -> None:
        self.inner, self.read, self.until = inner, read, until

    def sendall(self, data: Any) -> None:
        """Send, within what is left of the time."""
        self.inner.settimeout(_left(self.until))
        self.inner.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """To read from."""
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Nothing: http.client closes its socket before it reads the body."""


class _Reader(io.RawIOBase):
    def __init__(self, source: _Deadlined) -> None:
        self.source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        source = self.source
        source.inner.settimeout(min(source.read, _left(source.until)))
        return source.inner.recv_into(buffer)
