"""Names of slips as they stand in reports: one, or two in one cell."""

from __future__ import annotations

BOTH = "+"
"""Stands between the names of two slips in one cell."""


def slips_in(name: str) -> tuple[str, ...]:
    """The slips that a name stands for: one, or two in one cell.

    >>> slips_in("rate-left-out"), slips_in("rate-left-out+sign-flipped")
    (('rate-left-out',), ('rate-left-out', 'sign-flipped'))
    """
    return tuple(name.split(BOTH))
