"""Every request to another server: where to, how long, how much.

httpx speaks HTTP; here is what it leaves open. Addresses are judged and connected to by
`grader.support.addresses`. Redirects are not followed, so that no token goes elsewhere. Every
wait counts towards one deadline: a server that sends a byte now and then is as silent as one
that sends none. Answers are read up to a limit, and never unpacked.
"""

from __future__ import annotations

import logging
import ssl
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from grader import __version__
from grader.errors import (
    AddressError,
    CallError,
    CertificateError,
    RequestError,
    ResponseError,
    SilenceError,
)
from grader.support import addresses
from grader.support.judged_network import Exchange, JudgedNetwork
from problems.patterns import pattern
from problems.texts import parsed_json

LIMIT = 65_536
"""Bytes of an answer."""
TALKATIVE = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
"""Loggers that show addresses and headers."""
HEADERS = {"User-Agent": f"bpgrade/{__version__}", "Accept-Encoding": "identity"}
FAULTS = (
    OSError,
    UnicodeError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
)
"""Errors of the libraries below; they hold whole addresses and headers, and go no further."""
_NEXT = pattern(r'<([^<>"\s]{1,2000})>\s*;[^,<>]*\brel="?next\b')
logging.getLogger("httpx").setLevel(logging.WARNING)  # its line a request shows whole addresses


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, in seconds, and how often it is asked."""

    connect: float = 3.0
    """For its name and for the connection, each."""
    read: float = 5.0
    """For the next byte."""
    whole: float = 10.0
    """For everything, each time."""
    tries: int = 1
    """Whoever asks once has other ways to ask again, such as a queue."""
    first: float = 1.0
    """Before the second try; twice as long each time (`grader.support.backoff`)."""
    longest: float = 120.0
    """Between two tries, also where the server asks for more (Retry-After)."""
    sleep: Callable[[float], None] = time.sleep


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, whatever its status; a redirect is an answer too."""

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

    @property
    def next_page(self) -> str:
        """Where a list goes on, '' at its end.

        >>> Answer(200, {"link": '<https://lms.example/?page=2>; rel="next"'}, b"").next_page
        'https://lms.example/?page=2'
        """
        found = _NEXT.search(self.headers.get("link", ""))
        return found[1] if found else ""


class HttpClient:
    """Asks servers, over connections that are kept; for one thread at a time.

    Args:
        patience: how long.
        limit: bytes of an answer's body.
        longest: characters of an address.
        proxies: whether to go through those that the environment names; what a name means is
            then for the proxy to judge.
    """

    def __init__(
        self,
        patience: Patience,
        limit: int = LIMIT,
        longest: int = addresses.LONGEST,
        proxies: bool = False,
    ) -> None:
        self.patience, self.limit, self.longest = patience, limit, longest
        self._exchange = Exchange()
        self._transport = _Transport(self._exchange, proxies)
        self._client = httpx.Client(
            transport=self._transport,
            headers=HEADERS,
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            trust_env=False,  # a .netrc would put its own password in place of a token
        )
        weakref.finalize(self, self._client.close)

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def call(self, internal: bool, method: str, url: str, **what: Any) -> Answer:
        """Ask a server once.

        Args:
            internal: whether addresses of private networks, this machine's, and http are
                allowed.
            method: such as `POST`.
            url: of any origin.
            what: `headers`; `content`, or `data` and `files`, as in httpx.

        Raises:
            AddressError: the address may not be called.
            RequestError: what is to be sent cannot stand in a request.
            SilenceError: no connection, no answer in time, or one that breaks off.
            ResponseError: the answer is too long, or no HTTP.
        """
        host = str(addresses.checked(url, internal, self.longest).hostname)
        try:
            if httpx.URL(url).host.lower() != host:  # two readers, one meaning
                raise AddressError(f"{host} is no name of a host")
            self._exchange.begin(internal, self.patience.whole)
            return self._read(method, url, what)
        except CallError as error:
            fault = error
        except FAULTS as error:
            fault = _fault(error, host, self._exchange)
        raise fault  # here nothing hangs on it that shows an address or a header

    def _read(self, method: str, url: str, what: Mapping[str, Any]) -> Answer:
        with self._client.stream(method, url, **what) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise ResponseError("the answer is packed, which was not asked for")
            body = bytearray()
            for piece in response.iter_raw():
                body += piece
                if len(body) > self.limit:
                    raise ResponseError(f"the answer has more than {self.limit:,} bytes")
            return Answer(response.status_code, _headers(response), bytes(body))


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
    """Ask a server once, over a connection for this alone.

    Args:
        internal: whether addresses of private networks, this machine's, and http are allowed.
        method: such as `POST`.
        url: from a platform's registration, or from what it said in a signed launch.
        headers: to send.
        body: to send.
        limit: bytes of the answer's body.
        patience: how long it is waited for, `PATIENCE` if None.

    Raises:
        CallError: as `HttpClient.call`.
    """
    client = HttpClient(patience or PATIENCE, limit)
    try:
        return client.call(internal, method, url, headers=headers, content=body)
    finally:
        client.close()


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _fault(error: Exception, host: str, exchange: Exchange) -> CallError:
    """What an error of the libraries below means."""
    match error:
        case TimeoutError() | ssl.SSLWantReadError() | httpcore.TimeoutException():
            return SilenceError(f"{host} does not answer in time", exchange.sent)
        case ssl.SSLCertVerificationError():
            said = error.verify_message
            return CertificateError(f"the certificate of {host} does not hold: {said}")
        case OSError() if not exchange.sent:
            words = (error.strerror or type(error).__name__).lower()
            return SilenceError(f"{host} cannot be reached: {words}", exchange.sent)
        case OSError() | httpcore.NetworkError():
            return SilenceError(f"{host} ended the connection", exchange.sent)
        case httpcore.RemoteProtocolError() if exchange.ended and exchange.like_http:
            return SilenceError(f"{host} ended the connection", exchange.sent)
        case httpx.InvalidURL():
            return AddressError(f"an address of {host} cannot be read")
        case UnicodeError() | httpcore.LocalProtocolError():
            return RequestError(f"what is to be sent to {host} cannot stand in a request")
    return ResponseError(f"{host} does not answer as the web does")


# over httpcore -----------------------------------------------------------------------------


@lru_cache(1)
def _tls() -> ssl.SSLContext:
    """Authorities of the system, and those that browsers know."""
    return httpcore.default_ssl_context()


class _Transport(httpx.BaseTransport):
    """Pools of connections, for each proxy its own."""

    def __init__(self, exchange: Exchange, proxies: bool) -> None:
        self.exchange, self.proxies = exchange, proxies
        self._pools: dict[str, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, and give the answer before its body is read."""
        url = request.url
        answer = self._pool(url).handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    def _pool(self, url: httpx.URL) -> httpcore.ConnectionPool:
        proxy = _proxy(url) if self.proxies else ""
        if proxy:
            self.exchange.refuse_literal(url.host)
        if proxy not in self._pools:
            network = JudgedNetwork(self.exchange, judging=not proxy)
            tls = _tls()
            self._pools[proxy] = (
                _through(httpx.Proxy(proxy), tls, network)
                if proxy
                else httpcore.ConnectionPool(tls, network_backend=network)
            )
        return self._pools[proxy]


def _through(
    proxy: httpx.Proxy, tls: ssl.SSLContext, network: JudgedNetwork
) -> httpcore.ConnectionPool:
    return httpcore.HTTPProxy(
        str(proxy.url), proxy_auth=proxy.raw_auth, ssl_context=tls, network_backend=network
    )


def _proxy(url: httpx.URL) -> str:
    """The proxy that the environment names for an address, ''."""
    known = getproxies()
    found = known.get(url.scheme) or known.get("all") or ""
    if not found or proxy_bypass(url.host):
        return ""
    return found if "://" in found else f"http://{found}"


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self.answer.iter_stream()

    def close(self) -> None:
        self.answer.close()
