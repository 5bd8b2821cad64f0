"""Numbers as other systems read them: ASCII, a decimal point, few enough digits for a double.

A box for an answer is often as wide as the longest answer that is stored for it. So all stored
numbers have the same length, and none ends with a zero that a system might drop.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WIDE = 12
"""Characters of every stored number; no more than 11 digits, which every system keeps."""

FINE = 1e-6
"""A number in plain notation is at least this exact, else it is written with a power of ten."""


def stored(value: float, wide: int = WIDE) -> str:
    """A number with exactly so many characters, at most a unit of its last digit beside it.

    >>> stored(0.5), stored(-0.138499), stored(12.25), stored(1.5e-9)
    ('0.5000000001', '-0.138499001', '12.250000001', '1.500001e-09')
    """
    sign = "-" if value < 0 else ""
    size, room = abs(value), wide - len(sign)
    decimals = room - len(str(int(size))) - 1
    text = f"{size:.{max(decimals, 1)}f}"
    coarse = size and 10.0**-decimals > size * FINE
    if decimals < 1 or len(text) > room or coarse:
        text = f"{size:.{room - 6}e}"
    head, e, power = text.partition("e")
    if head.endswith("0"):
        head = head[:-1] + "1"
    return f"{sign}{head}{e}{power}"


def at_least(radius: float) -> str:
    """Four figures, never below the radius.

    >>> at_least(0.00012413), at_least(2.0)
    ('0.0001242', '2')
    """
    return _four(radius, ROUND_CEILING)


def at_most(radius: float) -> str:
    """Four figures, never above the radius.

    >>> at_most(0.000124139)
    '0.0001241'
    """
    return _four(radius, ROUND_FLOOR)


def _four(radius: float, rounding: str) -> str:
    exact = Decimal(repr(radius))
    if not exact:
        return "0"
    unit = Decimal(1).scaleb(exact.adjusted() - 3)
    return plain(exact.quantize(unit, rounding))


def plain(number: Decimal | float) -> str:
    """In plain notation, without zeros at the end.

    >>> plain(0.5), plain(3.0), plain(100.0)
    ('0.5', '3', '100')
    """
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share in percent, with at most five decimals.

    >>> percent(1.0), percent(1 / 3), percent(0.0)
    ('100', '33.33333', '0')
    """
    return plain(round(100 * share, 5))
