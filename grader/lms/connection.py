"""The way to a learning platform: what fails in passing is tried again, a token stays at home.

A request is repeated only where that cannot do harm: because it was refused before anything
was done (too many requests), because no connection came about, or because its sender says that
doing it twice has the effect of once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from grader.errors import (
    CallError,
    CertificateError,
    PlatformError,
    RequestError,
    SilenceError,
    TokenError,
    Unclear,
    Unreachable,
)
from grader.lms.address import LOOPBACK, checked
from grader.lms.platform import plain
from grader.lms.tokens import Token, keep_out_of
from grader.support import addresses
from grader.support.addresses import origin
from grader.support.backoff import growing
from grader.support.http_client import TALKATIVE, Answer, HttpClient, Patience
from grader.support.retry_after import retry_after

PATIENCE = Patience(connect=10.0, read=60.0, whole=900.0, tries=5)
LARGEST = 64 * 2**20
"""Bytes of any answer; submissions are smaller by far."""
LONGEST_URL = 16_000
"""Characters of an address; those of stored files hold long signatures."""
MOST_HOPS = 5
LONGEST = 200
"""Characters of what a platform says that are passed on."""
REDIRECTS = (301, 302, 303, 307, 308)


class Passing(Exception):
    """A failure that may be over the next time."""

    def __init__(self, said: str, harmless: bool, wait: float | None = None) -> None:
        super().__init__(said)
        self.said = said
        self.harmless = harmless
        """Whether nothing can have been done."""
        self.wait = wait
        """Seconds that the platform asks for."""


class Connection:
    """Requests to one platform; for one thread at a time.

    Args:
        base: the platform's address.
        token: kept out of everything that is logged or raised.
        insecure: whether http, and addresses of internal networks, are fine on other machines.
        patience: how long and how often, `PATIENCE` if None.
    """

    def __init__(
        self,
        base: str,
        token: Token,
        insecure: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.base = checked(base, insecure)
        self.token = token
        self.insecure = insecure
        self.patience = patience or PATIENCE
        self.client = HttpClient(
            self.patience, LARGEST, LONGEST_URL, proxies=self.host not in LOOPBACK
        )
        for name in TALKATIVE:
            keep_out_of(name, token)

    @property
    def host(self) -> str:
        """As messages call it."""
        return origin(self.base)[1]

    @cached_property
    def _inside(self) -> bool:
        """Whether the platform lies in an internal network; it may then lead to others there."""
        return addresses.lies_inside(self.host, self.patience.connect)

    def quoted(self, text: object) -> str:
        """Words of the platform for a message of ours: short, plain, without the token."""
        return plain(self.token.hidden_in(str(text)))[:LONGEST]

    def own(self, url: str) -> bool:
        """Whether the token may go there."""
        return origin(url) == origin(self.base)

    def send(
        self, method: str, url: str, repeatable: bool, as_json: bool = False, **what: Any
    ) -> Answer:
        """Send a request, again where that helps and does no harm.

        Args:
            method: of HTTP.
            url: on any host; what is secret in `what` is for the caller to keep at home.
            repeatable: whether doing it twice has the effect of once.
            as_json: whether anything but JSON counts as a failure.
            what: `params` beside those of the address, and what `HttpClient.call` takes.

        Raises:
            Unreachable: no answer of use after some tries.
            Unclear: the same, but it may have been done.
            PlatformError: the address may not be called, or the answer is too large.
        """
        where = _whole(checked(url, self.insecure), what.pop("params", {}))
        again = Retrying(
            retry=retry_if_exception(
                lambda error: isinstance(error, Passing) and (repeatable or error.harmless)
            ),
            stop=stop_after_attempt(self.patience.tries),
            wait=self._wait,
            sleep=self.patience.sleep,
            reraise=True,
        )
        try:
            answer: Answer = again(self._once, method, where, as_json, what)
            return answer
        except Passing as error:
            fault = error
        if repeatable or fault.harmless:
            raise Unreachable(f"{fault.said}; run the same again later")
        raise Unclear(f"{fault.said}; whether it was done is not known")

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, Passing) and fault.wait is not None:
            return min(fault.wait, self.patience.longest)
        tries, longest = state.attempt_number, self.patience.longest
        return growing(tries, self.patience.first, longest, random.random())

    def _once(self, method: str, url: str, as_json: bool, what: Mapping[str, Any]) -> Answer:
        """One try; what a caller learns of its errors says nothing secret."""
        internal = self.insecure or self.own(url) or self._inside
        try:
            answer = self.client.call(internal, method, url, **what)
        except CallError as error:
            fault = _fault(error)
        else:
            self._refuse_passing(answer, as_json)
            return answer
        raise fault

    def _refuse_passing(self, answer: Answer, as_json: bool) -> None:
        """
        Raises:
            Passing: too many requests, an error of the server, or no JSON.
        """
        status = answer.status
        throttled = status == 403 and b"rate limit exceeded" in answer.body[:1000].lower()
        if status == 429 or throttled:
            raise Passing(f"{self.host} asks for fewer requests", True, _seconds(answer))
        if status >= 500:
            said = f"{self.host} has an error of its own (status {status})"
            raise Passing(said, False, _seconds(answer))
        if as_json and status == 200 and not _is_json(answer):
            kind = answer.headers.get("content-type", "of no type").split(";")[0]
            said = f"{self.host} answered something else than JSON ({kind[:40]})"
            raise Passing(said, False)

    def ask(self, method: str, url: str, repeatable: bool, **what: Any) -> Answer:
        """The same for an interface of the platform itself: JSON, and no redirects.

        Raises:
            PlatformError: it lies elsewhere; besides what `send` raises.
        """
        if not self.own(url):
            where = "{}://{}:{}".format(*origin(url))
            raise PlatformError(
                f"{self.base} leads to {where}, where its token must not go; if that is the "
                "platform's own address, give it instead"
            )
        answer = self.send(method, url, repeatable, as_json=True, **what)
        if answer.status in REDIRECTS:
            target = urljoin(url, answer.headers.get("location", ""))
            where = "{}://{}".format(*origin(target))
            raise PlatformError(
                f"{self.base} sends us on to {where}; if that is the platform, give that address"
            )
        return answer

    def download(self, url: str, secret: dict[str, Any]) -> bytes:
        """A file, wherever the platform keeps it.

        Args:
            url: as the platform says.
            secret: arguments for requests that hold the token; only for the platform itself.

        Raises:
            PlatformError: it is not there; besides what `send` raises.
        """
        for _ in range(MOST_HOPS):
            answer = self.send("GET", url, repeatable=True, **(secret if self.own(url) else {}))
            if answer.status not in REDIRECTS:
                break
            url = urljoin(url, answer.headers.get("location", ""))
        if answer.status != 200:
            raise PlatformError(f"{self.host} does not give the file (status {answer.status})")
        return answer.body


def _whole(url: str, more: Mapping[str, str | list[str]]) -> str:
    """An address as it is sent, with further parameters.

    Raises:
        PlatformError: it cannot be.

    >>> _whole("https://lms.example/ä?a=1", {"b": "2"})
    'https://lms.example/%C3%A4?a=1&b=2'
    """
    parts = urlsplit(url)
    if more:
        query = urlencode([*parse_qsl(parts.query, True), *more.items()], doseq=True)
        url = urlunsplit(parts._replace(query=query))
    with suppress(httpx.InvalidURL):
        return str(httpx.URL(url))
    raise PlatformError(f"an address at {parts.hostname} cannot be read")


def _fault(error: CallError) -> Exception:
    match error:
        case SilenceError() if not isinstance(error, CertificateError):
            return Passing(str(error), not error.sent)
        case RequestError():  # a header takes fewer characters than a form
            return TokenError("the token holds characters that no token has; log in again")
    return PlatformError(str(error))


def _is_json(answer: Answer) -> bool:
    try:
        answer.json()
    except CallError:
        return False
    return True


def _seconds(answer: Answer) -> float | None:
    """Retry-After, in seconds; None where it is missing or makes no sense."""
    return retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC))
