"""Limits on rates: how often something may be tried within a sliding window.

A window slides: each try counts until the window's length has passed since, so that nobody is
kept out longer than that. What is refused is not counted, or an impatient browser would never
get in again.
"""

from __future__ import annotations

import ipaddress
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from grader.web.models import Tally

PARTS = 30
"""Tries within this part of a window are counted as one moment, the first of them: so a tally
stays small however many tries are allowed."""
LONGEST = 160
"""Letters of the name of a tally."""


def wait(what: str, most: int, seconds: float) -> float:
    """Count one more try, if it is allowed.

    Args:
        what: who tries what, such as `login:203.0.113.9`.
        most: tries that are allowed
        seconds: in a window of this length.

    Returns:
        0 if it is allowed, else the seconds until one is.
    """
    now = timezone.now()
    second = now.timestamp()
    with transaction.atomic():
        tally, _ = Tally.objects.select_for_update().get_or_create(
            what=what[:LONGEST], defaults={"until": now}
        )
        tries = [(at, n) for at, n in tally.tries if second - seconds < at <= second]
        if sum(n for _, n in tries) >= most:
            return _until_free(tries, most, seconds) - second if tries else seconds
        if tries and second - tries[-1][0] < seconds / PARTS:
            tries[-1] = (tries[-1][0], tries[-1][1] + 1)
        else:
            tries.append((second, 1))
        tally.tries, tally.until = tries, now + timedelta(seconds=seconds)
        tally.save()
    return 0.0


def _until_free(tries: list[tuple[float, int]], most: int, seconds: float) -> float:
    """When so many tries have left the window that one more is allowed."""
    left = sum(n for _, n in tries)
    for at, n in tries:
        left -= n
        if left < most:
            return at + seconds
    return tries[-1][0] + seconds


def wait_for_all(counted: Mapping[str, int], seconds: float) -> float:
    """Count a try that falls under several limits; under none of them if one refuses it.

    Args:
        counted: what it counts as, and how many of each are allowed
        seconds: in a window of this length.

    Returns:
        0 if it is allowed, else the seconds until it may be.
    """
    passed: list[str] = []
    for what, most in counted.items():
        if left := wait(what, most, seconds):
            for one in passed:
                give_back(one)
            return left
        passed.append(what)
    return 0.0


_running: set[str] = set()
_turn = threading.Lock()


@contextmanager
def alone(what: str) -> Iterator[bool]:
    """Whether nothing of the same name is going on in this process; it is, during the block.

    Args:
        what: who does what, such as `pdf:17`.
    """
    with _turn:
        free = what not in _running
        _running.add(what)
    try:
        yield free
    finally:
        if free:
            _running.discard(what)


class TooOftenError(Exception):
    """More tries than are allowed; the middleware answers a script of our pages with 429.

    Args:
        seconds: until one is allowed.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(until(seconds))


def take(what: str, most: int, seconds: float) -> None:
    """Count one more try.

    Raises:
        TooOftenError: it is not allowed.
    """
    if left := wait(what, most, seconds):
        raise TooOftenError(left)


def give_back(what: str) -> None:
    """Take one try back: it was no failure after all."""
    with transaction.atomic():
        tally = Tally.objects.select_for_update().filter(what=what[:LONGEST]).first()
        if tally is None or not tally.tries:
            return
        at, n = tally.tries[-1]
        tally.tries[-1:] = [(at, n - 1)] if n > 1 else []
        tally.save(update_fields=["tries"])


def clear_ended() -> int:
    """Delete tallies whose windows are over; how many they were."""
    return Tally.objects.filter(until__lt=timezone.now()).delete()[0]


# words ---------------------------------------------------------------------------------------


def until(seconds: float) -> str:
    """That it is a limit, and when it ends.

    Args:
        seconds: until then.
    """
    end = timezone.localtime(timezone.now() + timedelta(seconds=math.ceil(seconds)))
    return f"This is a limit; it ends at {end:%H:%M:%S} (in {_span(math.ceil(seconds))})."


def _span(seconds: int) -> str:
    """In words.

    >>> _span(1), _span(59), _span(61)
    ('1 second', '59 seconds', '2 minutes')
    """
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def refused(seconds: float) -> JsonResponse:
    """The answer to a script of our pages that asked too often: 429."""
    doc = {"problem": f"Too often. {until(seconds)}"}
    response = JsonResponse(doc, status=429)
    response["Retry-After"] = str(math.ceil(seconds))
    return response


def place_of(request: HttpRequest) -> str:
    """Where a request comes from, as far as limits tell places apart."""
    address, port = (str(request.META.get(name, "")) for name in ("REMOTE_ADDR", "REMOTE_PORT"))
    if "." in port:  # of ::ffff:192.0.2.1 waitress takes the end for a port
        address = port
    return place(address)


def place(address: str) -> str:
    """The part of an address that its owner cannot choose: of IPv6 a whole network is theirs.

    >>> place("192.0.2.1"), place("::ffff:192.0.2.1"), place("2001:db8:1:2:3:4:5:6")
    ('192.0.2.1', '192.0.2.1', '2001:db8:1:2::/64')
    """
    bare = address[1:].partition("]")[0] if address.startswith("[") else address
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return address[:45]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
