"""The header `Retry-After`: how long a server asks to be left alone.

Source: RFC 9110, section 10.2.3: a number of seconds, or a date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait; None where it says neither a number nor a date.

    Args:
        text: the header's value, '' where there is none.
        now: with a time zone.

    >>> now = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    >>> retry_after("120", now), retry_after("soon", now)
    (120.0, None)
    >>> retry_after("Fri, 20 Nov 2026 10:00:30 GMT", now), retry_after("Thu, 1 Jan 1970", now)
    (30.0, None)
    """
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
