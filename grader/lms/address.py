"""Addresses of learning platforms, as they stand in a browser's address bar."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from grader.errors import PlatformError
from problems.patterns import pattern

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MOODLE = pattern(r"/(?:mod|course|login|my|grade|user|admin|webservice|index\.php)(?:/.*)?$")
_CANVAS = pattern(r"^(?:/courses/(\d+))?(?:/(?:assignments|gradebook/speed_grader)(?:/(\d+))?.*)?")


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


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a token may be sent to.

    >>> origin("https://LMS.example/a") == origin("https://lms.example:443/b")
    True
    """
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or usual


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


def moodle(url: str, insecure: bool = False) -> Address:
    """An address of Moodle.

    Raises:
        PlatformError: as `checked`.

    >>> moodle("https://lms.example/m/mod/assign/view.php?id=31&action=grading")
    Address(base='https://lms.example/m', course='', activity='31')
    >>> moodle("https://lms.example/course/view.php?id=2").course
    '2'
    """
    parts = urlsplit(checked(url, insecure))
    base = f"{parts.scheme}://{parts.netloc}{_MOODLE.sub('', parts.path).rstrip('/')}"
    number = parse_qs(parts.query).get("id", [""])[0]
    number = number if number.isdecimal() and number.isascii() else ""
    if "/mod/assign/" in parts.path:
        return Address(base, "", number)
    return Address(base, number if "/course/" in parts.path else "", "")


def canvas(url: str, insecure: bool = False) -> Address:
    """An address of Canvas.

    Raises:
        PlatformError: as `checked`.

    >>> canvas("https://canvas.example/courses/7/assignments/12?module_item_id=3")
    Address(base='https://canvas.example', course='7', activity='12')
    """
    parts = urlsplit(checked(url, insecure))
    found = _CANVAS.match(parts.path)
    course, activity = found.groups() if found else ("", "")
    activity = activity or parse_qs(parts.query).get("assignment_id", [""])[0]
    return Address(f"{parts.scheme}://{parts.netloc}", course or "", activity or "")
