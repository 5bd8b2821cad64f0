"""Addresses of Canvas, as they stand in a browser's address bar."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from grader.lms.address import Address, checked
from problems.patterns import pattern

_PATH = pattern(r"^(?:/courses/(\d+))?(?:/(?:assignments|gradebook/speed_grader)(?:/(\d+))?.*)?")


def read(url: str, insecure: bool = False) -> Address:
    """An address of Canvas.

    Raises:
        PlatformError: as `grader.lms.address.checked`.

    >>> read("https://canvas.example/courses/7/assignments/12?module_item_id=3")
    Address(base='https://canvas.example', course='7', activity='12')
    """
    parts = urlsplit(checked(url, insecure))
    found = _PATH.match(parts.path)
    course, activity = found.groups() if found else ("", "")
    activity = activity or parse_qs(parts.query).get("assignment_id", [""])[0]
    return Address(f"{parts.scheme}://{parts.netloc}", course or "", activity or "")
