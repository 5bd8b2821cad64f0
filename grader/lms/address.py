"""Addresses of learning platforms, as they stand in a browser's address bar."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from grader.errors import PlatformError
from grader.support.addresses import origin

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says."""

    base: str
    """The platform itself, without a slash at the end: `https://lms.example/moodle`."""
    course: str = ""
    """The course's number, where it stands in the address."""
    activity: str = ""
    """The assignment's number there (for Moodle the course module's), or ''."""

    @property
    def host(self) -> str:
        """With the port, if there is one."""
        return urlsplit(self.base).netloc


def checked(url: str, insecure: bool = False) -> str:
    """The address itself, if something secret may be sent there.

    Args:
        url: of the platform or something on it.
        insecure: whether http is fine on other machines as well.

    Raises:
        PlatformError: no address of the web, or one that everybody between can read.
    """
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        scheme, host = "", ""
    if scheme not in ("https", "http") or not host:
        raise PlatformError(f"{_shown(url)!r} is no address; it begins with https://")
    if "@" in urlsplit(url).netloc:
        raise PlatformError("an address holds no user name and no password; use `login` for them")
    if scheme == "http" and host not in LOOPBACK and not insecure:
        raise PlatformError(
            f"http://{host} sends the token in the open; use https (or --insecure-http)"
        )
    return url


def _shown(url: str) -> str:
    """Without what may be secret."""
    return url.split("?")[0].split("@")[-1][:80]
