"""Addresses of Moodle, as they stand in a browser's address bar."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from grader.lms.address import Address, checked
from problems.patterns import pattern

_PATH = pattern(r"/(?:mod|course|login|my|grade|user|admin|webservice|index\.php)(?:/.*)?$")


def read(url: str, insecure: bool = False) -> Address:
    """An address of Moodle.

    Raises:
        PlatformError: as `grader.lms.address.checked`.

    >>> read("https://lms.example/m/mod/assign/view.php?id=31&action=grading")
    Address(base='https://lms.example/m', course='', activity='31')
    >>> read("https://lms.example/course/view.php?id=2").course
    '2'
    """
    parts = urlsplit(checked(url, insecure))
    base = f"{parts.scheme}://{parts.netloc}{_PATH.sub('', parts.path).rstrip('/')}"
    number = parse_qs(parts.query).get("id", [""])[0]
    number = number if number.isdecimal() and number.isascii() else ""
    if "/mod/assign/" in parts.path:
        return Address(base, "", number)
    return Address(base, number if "/course/" in parts.path else "", "")
