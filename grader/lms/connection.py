"""The way to a learning platform: what fails in passing is tried again, a token stays at home.

A request is repeated only where that cannot do harm: because it was refused before anything
was done (too many requests), because no connection came about, or because its sender says that
doing it twice has the effect of once.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from grader import __version__
from grader.errors import PlatformError, TokenError, Unclear, Unreachable
from grader.lms.address import LOOPBACK, checked, origin
from grader.lms.platform import plain
from grader.lms.tokens import Token, keep_out_of
from grader.support.retry_after import retry_after
from problems.texts import cleaned_tree

LARGEST = 64 * 2**20
"""Bytes of any answer; submissions are smaller by far."""
PIECE = 2**16
MOST_HOPS = 5
LONGEST = 200
"""Characters of what a platform says that are passed on."""
REDIRECTS = (301, 302, 303, 307, 308)
TALKATIVE = ("urllib3.connectionpool", "canvasapi.requester")
"""Loggers of libraries that show addresses and answers."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try."""

    tries: int = 5
    connect: float = 10.0
    """Seconds until a connection stands."""
    read: float = 60.0
    """Seconds without a byte."""
    first: float = 1.0
    """Seconds before the second try; twice as long each time, a quarter more or less."""
    longest: float = 120.0
    """Seconds that we wait at most because the platform asks for it (Retry-After)."""
    sleep: Callable[[float], None] = time.sleep


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
    """Requests to one platform.

    Args:
        base: the platform's address.
        token: kept out of everything that is logged or raised.
        insecure: whether http is fine on other machines.
        patience: how long and how often.
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
        self.patience = patience or Patience()
        self.session = requests.Session()
        self.session.auth = _as_it_is  # a .netrc would put its own password in place of the token
        self.session.headers["User-Agent"] = f"bpgrade/{__version__}"
        if origin(base)[1] in LOOPBACK:
            self.session.trust_env = False
        for name in TALKATIVE:
            keep_out_of(name, token)

    @property
    def host(self) -> str:
        """As messages call it."""
        return origin(self.base)[1]

    def quoted(self, text: object) -> str:
        """Words of the platform for a message of ours: short, plain, without the token."""
        return plain(self.token.hidden_in(str(text)))[:LONGEST]

    def own(self, url: str) -> bool:
        """Whether the token may go there."""
        return origin(url) == origin(self.base)

    def send(
        self, method: str, url: str, repeatable: bool, as_json: bool = False, **what: Any
    ) -> requests.Response:
        """Send a request, again where that helps and does no harm.

        Args:
            method: of HTTP.
            url: on any host; what is secret in `what` is for the caller to keep at home.
            repeatable: whether doing it twice has the effect of once.
            as_json: whether anything but JSON counts as a failure.
            what: `params`, `data`, `files`, `headers` as in requests.

        Raises:
            Unreachable: no answer of use after some tries.
            Unclear: the same, but it may have been done.
            PlatformError: the answer is too large, or a redirect.
        """
        checked(url, self.insecure)
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
            answer: requests.Response = again(self._once, method, url, as_json, what)
            return answer
        except Passing as error:
            fault = error
        if repeatable or fault.harmless:
            raise Unreachable(f"{self.host} {fault.said}; run the same again later")
        raise Unclear(f"{self.host} {fault.said}; whether it was done is not known")

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, Passing) and fault.wait is not None:
            return min(fault.wait, self.patience.longest)
        usual = self.patience.first * 2 ** (state.attempt_number - 1)
        return float(usual * random.uniform(0.75, 1.25))

    def _once(
        self, method: str, url: str, as_json: bool, what: dict[str, Any]
    ) -> requests.Response:
        """One try; errors of the library never get out, for they show addresses."""
        timeout = (self.patience.connect, self.patience.read)
        try:
            answer = self.session.request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **what
            )
            body = self._body(answer)
        except UnicodeError:  # a header takes fewer characters than a form
            fault: Exception = TokenError(
                "the token holds characters that no token has; log in again"
            )
        except requests.RequestException as error:
            fault = self._fault(error)
        else:
            if body is None:
                raise PlatformError(f"an answer of {self.host} is larger than {LARGEST:,} bytes")
            answer._content = body  # what `answer.content` and `answer.json` read
            _refuse_passing(answer, as_json)
            if as_json:
                _clean(answer)
            return answer
        raise fault

    def _fault(self, error: requests.RequestException) -> Exception:
        """What an error of the library means; where it came about shows in its text only."""
        if isinstance(error, requests.exceptions.SSLError):
            return PlatformError(f"{self.host} has no certificate that this system trusts")
        if isinstance(error, requests.ConnectTimeout):
            return Passing("cannot be reached (no connection in time)", True)
        if isinstance(error, requests.Timeout):
            return Passing("did not answer in time", False)
        if "refused" in str(error) or "resolve" in str(error):
            return Passing("cannot be reached", True)
        if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
            return Passing("broke off the connection", False)
        return PlatformError(f"{self.host} gave no answer of use ({type(error).__name__})")

    def _body(self, answer: requests.Response) -> bytes | None:
        """What an answer holds; None if that is too much."""
        pieces, size = [], 0
        with answer:
            for piece in answer.iter_content(PIECE):
                size += len(piece)
                if size > LARGEST:
                    return None
                pieces.append(piece)
        return b"".join(pieces)

    def ask(self, method: str, url: str, repeatable: bool, **what: Any) -> requests.Response:
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
        if answer.status_code in REDIRECTS:
            target = urljoin(url, answer.headers.get("Location", ""))
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
            if answer.status_code not in REDIRECTS:
                break
            url = urljoin(url, answer.headers.get("Location", ""))
        if answer.status_code != 200:
            raise PlatformError(
                f"{self.host} does not give the file (status {answer.status_code})"
            )
        return answer.content


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _refuse_passing(answer: requests.Response, as_json: bool) -> None:
    """
    Raises:
        Passing: too many requests, or an error of the server.
    """
    status = answer.status_code
    throttled = status == 403 and b"rate limit exceeded" in answer.content[:1000].lower()
    if status == 429 or throttled:
        raise Passing("asks for fewer requests", True, _seconds(answer))
    if status >= 500:
        raise Passing(f"has an error of its own (status {status})", False, _seconds(answer))
    if as_json and status == 200:
        _refuse_garbage(answer)


def _refuse_garbage(answer: requests.Response) -> None:
    broken = False
    try:
        json.loads(answer.content.removeprefix(b"while(1);"))
    except (ValueError, RecursionError):
        broken = True
    if broken:
        kind = answer.headers.get("Content-Type", "of no type").split(";")[0]
        raise Passing(f"answered something else than JSON ({kind[:40]})", False)


def _clean(answer: requests.Response) -> None:
    """Put an answer whose texts can be kept and shown in the place of another; libraries read it.

    Errors (of any status) may be no JSON, and stay: they are shown as one plain line.
    """
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return
    kept = cleaned_tree(found)
    if kept != found:
        answer._content = json.dumps(kept).encode()


def _seconds(answer: requests.Response) -> float | None:
    """Retry-After, in seconds; None where it is missing or makes no sense."""
    return retry_after(answer.headers.get("Retry-After", ""), datetime.now(UTC))
