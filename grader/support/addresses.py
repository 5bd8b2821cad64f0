"""Where a request may go: judged as it is written, and again by what its name means.

The name of a host is looked up once, judged, and that very address is connected to, so that a
name cannot mean something else a moment later.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from typing import Any
from urllib.parse import SplitResult, urlsplit

from grader.errors import AddressError

LONGEST = 2_000
"""Characters of an address."""
PORTS = {"https": 443, "http": 80}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def checked(url: str, internal: bool, longest: int = LONGEST) -> SplitResult:
    """The parts of an address, where it may be called at all.

    Args:
        url: as it was given to us.
        internal: whether http is allowed.
        longest: characters.

    Raises:
        AddressError: it may not; where a name leads to is only known when it is called.

    >>> checked("https://lms.example/token", False).hostname
    'lms.example'
    """
    try:
        found = urlsplit(url)
        port = found.port or PORTS.get(found.scheme, 0)
    except ValueError:
        raise AddressError(f"{_shown(url)} is no address") from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= longest
    known = found.scheme in PORTS and port and found.hostname
    if not plain or not known or "@" in found.netloc:
        raise AddressError(f"{_shown(url)} is no address of a learning platform")
    if found.scheme == "http" and not internal:
        raise AddressError(
            f"{_shown(url)} is not https; http is for platforms that are allowed as internal"
        )
    return found


def _shown(url: str) -> str:
    """Without what may be secret."""
    return repr(url.split("?")[0].split("@")[-1][:80])


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a token may be sent to.

    Raises:
        ValueError: it is no address.

    >>> origin("https://LMS.example/a") == origin("https://lms.example:443/b")
    True
    """
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or PORTS.get(parts.scheme, 0)


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


def judged(host: str, port: int, internal: bool, seconds: float) -> list[Any]:
    """The addresses of a name that may be connected to, as `looked_up` gives them.

    Raises:
        OSError: it has none, or not in time.
        AddressError: none of them may be.
    """
    good = [one for one in looked_up(host, port, seconds) if allowed(str(one[4][0]), internal)]
    if not good:
        raise AddressError(
            f"{host} lies in an internal network, which is not allowed for this platform"
        )
    return good


def lies_inside(host: str, seconds: float) -> bool:
    """Whether a name leads into an internal network; not where nothing is known of it.

    >>> lies_inside("127.0.0.1", 1.0), lies_inside("93.184.215.14", 1.0)
    (True, False)
    """
    try:
        found = looked_up(host, 0, seconds)
    except OSError:
        return False
    return not any(allowed(str(one[4][0]), False) for one in found)
