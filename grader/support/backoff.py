"""How long to wait before something is tried again."""

from __future__ import annotations

SPREAD = 0.2
"""Of a wait: so much earlier at most, that not all come back at the same moment."""


def growing(tries: int, first: float, most: float, chance: float) -> float:
    """Seconds until the next try, twice as many each time.

    Args:
        tries: so far, at least 1.
        first: seconds after the first try.
        most: seconds.
        chance: a number from 0 to 1.

    >>> [growing(tries, 1.0, 5.0, 0.0) for tries in (1, 2, 3, 4)]
    [1.0, 2.0, 4.0, 5.0]
    """
    seconds = min(most, first * 2.0 ** min(tries - 1, 30)) * (1 - SPREAD * chance)
    return max(min(first, most), seconds)
