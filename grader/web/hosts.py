"""The host of the service's public address."""

from __future__ import annotations

from urllib.parse import urlsplit

from grader.errors import ServiceError


def host_of(url: str) -> str:
    """The host as Django compares it with what a browser says it called.

    >>> host_of("https://Bpgrade.example.org:8443/"), host_of("http://[2001:db8::1]:8000")
    ('bpgrade.example.org', '[2001:db8::1]')

    Raises:
        ServiceError: it is none.
    """
    try:
        found = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        raise ServiceError(f"{url} is no address; give --url as https://host") from None
    return f"[{found}]" if ":" in found else found
